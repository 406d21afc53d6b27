"""The beat: one thread of a process that exchanges with the store of shared state, so that no call ever does."""

from __future__ import annotations

import atexit
import logging
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol
from weakref import WeakSet

from failsoft.clock import Clock

__all__ = ["INTERVAL", "Beat", "Exchanger", "Shared"]

INTERVAL = 0.2
"""Seconds between two exchanges."""
_SOONEST = 0.02
_PAUSE_AWAY = 1.0
_GOODBYE = 1.0
_GOODBYE_AWAY = 0.1
_MISSES = 2
_log = logging.getLogger("failsoft")


class Exchanger(Protocol):
    """One kind of shared state, as the beat drives it. All but `after_fork` is called in its thread."""

    def exchange(self, now: float) -> None:
        """Tell the store what is new here, and learn what is new there. Takes `Beat.turn` while it changes what calls
        read, and not while it waits for the store.

        Parameters:
            now: monotonic seconds.

        Raises:
            Exception: the store did not answer.
        """
        ...

    def missed(self, now: float) -> None:
        """The store did not answer, to this exchanger or to another one."""
        ...

    def leave(self, now: float, *, away: bool) -> None:
        """The last exchange: give back what others may want. May raise, which is passed over.

        Parameters:
            away: the store does not answer, and is not to be asked.
        """
        ...

    def after_fork(self) -> None:
        """In a forked process, before its first exchange: be another worker."""
        ...


class Shared(Protocol):
    """An opened store, as the beat needs it."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What it raises when it does not answer. Anything else is a mistake of ours, and reported."""
        ...

    def close(self) -> None: ...
    def forget(self) -> None: ...


class Beat:
    """Runs the exchangers of one Failsoft in a daemon thread, which begins with the first call and anew after a fork.

    Parameters:
        changed: told in the thread when the store no longer answers (False, and the error), and when it does again.
        report: told of mistakes of ours.
        interval: seconds between two rounds.
    """

    def __init__(
        self,
        store: Shared,
        clock: Clock,
        *,
        changed: Callable[[bool, BaseException | None], None],
        report: Callable[[str, BaseException], None],
        interval: float = INTERVAL,
    ) -> None:
        self._store = store
        self._clock = clock
        self._changed = changed
        self._report = report
        self._interval = interval
        self._exchangers: tuple[Exchanger, ...] = ()
        self._misses = 0
        self._mistake = ""
        self._closed = False
        self.answering = True
        """The store answered when it was last asked; True before that."""
        self._renew()
        _beats.add(self)

    def _renew(self) -> None:
        self.running = False
        """The thread has been started in this process."""
        self.turn = threading.Lock()
        """Held while exchangers change what calls read, so that no fork finds it half done."""
        self._busy = threading.Lock()
        self._start = threading.Lock()
        self._hurry = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._held: list[threading.Lock] = []

    def attach(self, exchanger: Exchanger) -> None:
        """Run one more exchanger with each beat."""
        self._exchangers = (*self._exchangers, exchanger)

    def begin(self) -> None:
        """Start the thread, unless it runs, or there is nothing to exchange."""
        with self._start:
            if self.running or self._closed or not self._exchangers:
                return
            self.running = True
            arguments = (weakref.ref(self), self._store, self._stop, self._hurry)
            self._thread = threading.Thread(target=_run, args=arguments, name="failsoft-state", daemon=True)
            try:
                self._thread.start()
            except RuntimeError as error:  # no more threads: calls go by local state
                self._thread = None
                _log.warning("state is not shared: %s", error)

    def hurry(self) -> None:
        """Have the next round now, or 20 ms after the one before. Waits for nothing."""
        if self.answering and not self._hurry.is_set():
            self._hurry.set()

    def once(self) -> float:
        """One round. Returns the seconds until the next one makes sense."""
        failed: BaseException | None = None
        for exchanger in self._exchangers:
            now = self._clock.monotonic()
            if failed is None:
                try:
                    with self._busy:
                        exchanger.exchange(now)
                except Exception as error:  # noqa: BLE001 - whatever it is, calls go on by local state
                    failed = error
            if failed is not None:
                with suppress(Exception):
                    exchanger.missed(now)
        if failed is not None:
            # whatever state its connection is in, the next round has another one
            with self._busy, suppress(Exception):
                self._store.close()
        self._tell_of_mistakes(failed)
        self._judge(failed)
        return self._interval if failed is None else max(self._interval, _PAUSE_AWAY)

    def _tell_of_mistakes(self, failed: BaseException | None) -> None:
        # once, and not with each round: nobody puts it right while the process runs
        mistake = "" if failed is None or isinstance(failed, self._store.errors) else f"{type(failed)} {failed}"
        if failed is not None and mistake not in ("", self._mistake):
            self._report("state", failed)
        self._mistake = mistake

    def _judge(self, failed: BaseException | None) -> None:
        # one lost exchange is no news: it would be told of a worker that was only slow
        self._misses = 0 if failed is None else self._misses + 1
        answering = self._misses < _MISSES if self.answering else failed is None
        if answering != self.answering:
            self.answering = answering
            self._changed(answering, failed)

    def leave(self) -> None:
        """The last round."""
        away = self._misses > 0
        for exchanger in self._exchangers:
            try:
                exchanger.leave(self._clock.monotonic(), away=away)
            except Exception:  # noqa: BLE001 - nobody is there to be told, and the process is about to end
                away = True
        with suppress(Exception):
            self._store.close()

    def close(self) -> None:
        """Exchange a last time and end the thread. Idempotent.

        Waits for that one second at most, and a tenth where the store did not answer when it was last asked.
        """
        self.stop()
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join(_GOODBYE if self._misses == 0 else _GOODBYE_AWAY)

    def stop(self) -> None:
        """Have the thread exchange a last time and end; does not wait for it."""
        self._closed = True
        self._stop.set()
        self._hurry.set()

    def _before_fork(self) -> None:
        """Let nothing be half done in the child.

        A store that answers does so at once, and what its client locks is let go by then. For one that does not answer,
        a fork does not wait.
        """
        self._held = [lock for lock, longest in ((self._busy, 0.1), (self.turn, 1.0)) if lock.acquire(timeout=longest)]

    def _after_fork_in_parent(self) -> None:
        """Go on."""
        held, self._held = self._held, []
        for lock in held:
            lock.release()

    def _after_fork_in_child(self) -> None:
        """Threads do not survive a fork; a connection belongs to the process that opened it."""
        self._renew()
        self._misses = 0
        with suppress(Exception):
            self._store.forget()
        for exchanger in self._exchangers:
            exchanger.after_fork()


def _run(reference: weakref.ref[Beat], store: Shared, stop: threading.Event, hurry: threading.Event) -> None:
    """Beat until told to stop, or until the application has let go of its Failsoft."""
    pause = 0.0
    while not stop.wait(min(pause, _SOONEST)):
        hurry.wait(max(0.0, pause - _SOONEST))
        hurry.clear()
        if stop.is_set():
            break
        beat = reference()
        if beat is None:
            with suppress(Exception):
                store.close()
            return
        pause = beat.once()
        del beat
    if (beat := reference()) is not None:
        beat.leave()


_beats: WeakSet[Beat] = WeakSet()


def _each(action: Callable[[Beat], object]) -> None:
    for beat in list(_beats):
        with suppress(Exception):  # neither a fork nor an exit may fail because of us
            action(beat)


def _close_all() -> None:
    # all at once: each of them may have to wait for its store
    _each(Beat.stop)
    _each(Beat.close)


atexit.register(_close_all)
try:
    from os import register_at_fork
except ImportError:  # pragma: no cover - Windows has no fork
    pass
else:
    register_at_fork(
        before=lambda: _each(Beat._before_fork),
        after_in_parent=lambda: _each(Beat._after_fork_in_parent),
        after_in_child=lambda: _each(Beat._after_fork_in_child),
    )
