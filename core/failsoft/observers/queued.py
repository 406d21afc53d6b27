"""A bounded queue and the thread that empties it, for sinks that are too slow for a request's thread.

The thread starts with the first item and belongs to one process: a forked child starts with an empty queue and, when
it first needs one, a thread of its own. What finds the queue full is dropped and counted.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar
from weakref import WeakSet

from failsoft.bus import Observer
from failsoft.events import Event

__all__ = ["ForkHooks", "QueuedObserver", "QueuedWorker"]

T = TypeVar("T")
_log = logging.getLogger("failsoft")


class ForkHooks(Protocol):
    """What else has to be done when the process forks. Called in the thread that forks."""

    def before_fork(self) -> None:
        """Bring what must not be split in two to rest."""
        ...

    def after_fork_in_parent(self) -> None:
        """Go on."""
        ...

    def after_fork_in_child(self) -> None:
        """Start afresh; nothing of the parent's is ours to finish."""
        ...


class QueuedWorker(Generic[T]):
    """Hands what is put to `handle`, in batches, in a daemon thread.

    Parameters:
        handle: is given up to `batch` items, oldest first. If it raises, that is counted in `errors` and the items
            are gone.
        size: most items that may wait.
        batch: most items handed over at once.
        interval: seconds to wait for more items before a smaller batch is handed over.
        name: of the thread.
        tick: seconds without an item after which `handle` is given none, so that it can do what falls due; None: never.
            Only once there was a first item.
        forks: what else is to be done at a fork.

    Attributes:
        dropped: items that found the queue full or closed, in this process.
        errors: batches on which `handle` raised.
    """

    def __init__(
        self,
        handle: Callable[[list[T]], None],
        *,
        size: int = 10_000,
        batch: int = 256,
        interval: float = 0.05,
        name: str = "failsoft-queue",
        tick: float | None = None,
        forks: ForkHooks | None = None,
    ) -> None:
        self._tick = tick
        self._handle = handle
        self._size = size
        self._batch = min(batch, size)
        self._interval = interval
        self._name = name
        self._forks = forks
        self._closing = False
        self._reset()
        _workers.add(self)

    def _reset(self) -> None:
        # reentrant: a finalizer may put while its own thread is in here
        self._lock = threading.RLock()
        self._wake = threading.Condition(self._lock)
        self._handled = threading.Condition(self._lock)
        self._items: deque[T] = deque()
        self._thread: threading.Thread | None = None
        self._idle = False
        self._hurry = False
        self._accepted = 0
        self._done = 0
        self.dropped = 0
        self.errors = 0

    @property
    def closing(self) -> bool:
        """Whether `close` has been called."""
        return self._closing

    def put(self, item: T) -> bool:
        """Queue an item. Never waits for the sink and never raises; False if it was dropped."""
        with self._lock:
            if self._closing or len(self._items) >= self._size:
                self.dropped += 1
                return False
            self._items.append(item)
            self._accepted += 1
            if self._idle or len(self._items) == self._batch:
                self._idle = False
                self._wake.notify()
            if self._thread is None:
                self._start()
        return True

    @property
    def waiting(self) -> int:
        """How many items wait."""
        return len(self._items)

    @property
    def full(self) -> bool:
        """Whether the next item would be dropped, were it put now."""
        return len(self._items) >= self._size

    def wait_for_room(self, timeout: float) -> bool:
        """Wait until an item finds a place. False if that took more than `timeout` seconds."""
        with self._lock:
            return self._handled.wait_for(lambda: self._closing or not self.full, timeout)

    def begin(self) -> None:
        """Start the thread before there is an item, for its ticks."""
        with self._lock:
            if self._thread is None and not self._closing:
                self._start()

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until everything put so far is handled. False if that took more than `timeout` seconds."""
        with self._lock:
            target = self._accepted
            self._hurry = True
            self._wake.notify_all()
            return self._handled.wait_for(lambda: self._done >= target, timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Take no more, handle what waits, end the thread. False if that took more than `timeout` seconds."""
        with self._lock:
            self._closing = True
            self._wake.notify_all()
            thread = self._thread
        if thread is threading.current_thread():
            return False
        if thread is not None:
            thread.join(timeout)
        else:
            self._run()  # the interpreter would not give us a thread
        with self._lock:
            return self._done >= self._accepted

    def pause(self, seconds: float) -> bool:
        """For `handle`: wait, so that a sink can recover. False at once when the worker is being closed."""
        with self._lock:
            return not self._wake.wait_for(lambda: self._closing, seconds)

    def _start(self) -> None:
        """Start the thread; the caller holds the lock."""
        thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is shutting down, or the limit of threads is reached
            return
        self._thread = thread

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            try:
                self._handle(batch)
            except Exception as error:  # noqa: BLE001 - a sink must never end the thread
                self.errors += 1
                if self.errors & (self.errors - 1) == 0:
                    _log.warning("%s: %d items lost: %s", self._name, len(batch), type(error).__name__)
            with self._lock:
                self._done += len(batch)
                self._handled.notify_all()

    def _take(self) -> list[T] | None:
        """The next batch, empty for a tick; None when the worker is closed and everything is handled."""
        with self._lock:
            while not self._items:
                if self._closing:
                    return None
                self._hurry = False
                self._idle = True
                if not self._wake.wait(self._tick) and not self._items:
                    return []
            self._idle = False
            if self._interval:
                self._wake.wait_for(self._is_due, self._interval)
            return [self._items.popleft() for _ in range(min(self._batch, len(self._items)))]

    def _is_due(self) -> bool:
        return self._hurry or self._closing or len(self._items) >= self._batch

    def _before_fork(self) -> None:
        if self._forks is not None:
            self._forks.before_fork()

    def _after_fork_in_parent(self) -> None:
        if self._forks is not None:
            self._forks.after_fork_in_parent()

    def _after_fork_in_child(self) -> None:
        self._reset()
        if self._forks is not None:
            self._forks.after_fork_in_child()


class QueuedObserver:
    """Puts a queue in front of an observer that is too slow for the publisher's thread.

    Parameters:
        observer: is called in a thread of its own, with one event at a time, in the order of publishing. If it
            raises, that is counted in `errors` and passed over.
        size: most events that may wait; more are dropped and counted.
    """

    def __init__(self, observer: Observer, *, size: int = 10_000, name: str = "failsoft-observer") -> None:
        self._observer = observer
        self._worker: QueuedWorker[Event] = QueuedWorker(self._handle, size=size, interval=0.0, name=name)
        self.errors = 0

    @property
    def dropped(self) -> int:
        """Events that found the queue full or closed."""
        return self._worker.dropped

    def __call__(self, event: Event) -> None:
        """Queue an event."""
        self._worker.put(event)

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until the observer has seen everything so far. False if that took more than `timeout` seconds."""
        return self._worker.flush(timeout)

    def close(self, timeout: float = 5.0) -> bool:
        """Take no more events and let the observer see the rest. False if that took more than `timeout` seconds."""
        return self._worker.close(timeout)

    def _handle(self, events: list[Event]) -> None:
        for event in events:
            try:
                self._observer(event)
            except Exception:  # noqa: BLE001 - one event must not cost the others
                self.errors += 1


_workers: WeakSet[QueuedWorker[Any]] = WeakSet()


def _each(action: Callable[[QueuedWorker[Any]], object]) -> None:
    for worker in list(_workers):
        try:
            action(worker)
        except Exception as error:  # noqa: BLE001 - neither a fork nor an exit may fail because of us
            _log.warning("%s: %s", worker, type(error).__name__)


atexit.register(_each, QueuedWorker.close)
try:
    from os import register_at_fork
except ImportError:  # pragma: no cover - Windows has no fork
    pass
else:
    register_at_fork(
        before=lambda: _each(QueuedWorker._before_fork),
        after_in_parent=lambda: _each(QueuedWorker._after_fork_in_parent),
        after_in_child=lambda: _each(QueuedWorker._after_fork_in_child),
    )
