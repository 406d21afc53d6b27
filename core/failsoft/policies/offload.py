"""Offload: synchronous calls in threads of their own, so that whoever waits for one may stop waiting. Options, threads.

Python cannot stop a thread. One that is waited for no longer is abandoned: it keeps its place until it comes back, so
that there are never more threads than were allowed, and what it brings then is dropped.

A place is a slot of a bulkhead. Who has one has a thread: with n places taken, n - 1 threads at most are at work for
others, for a thread counts itself among the idle ones before it gives its place back.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass
from math import inf
from threading import TIMEOUT_MAX, Lock, RLock
from typing import Annotated, Any, ClassVar

from msgspec import Meta

from failsoft.call import Call
from failsoft.clock import Clock
from failsoft.errors.exceptions import BulkheadFullError
from failsoft.events import Event, LateResultDropped
from failsoft.options import Options
from failsoft.policies.bulkhead import Bulkhead, Compartment, Seat
from failsoft.policies.registry import LIMIT, Registry
from failsoft.policies.waiting import ThreadWaiter

__all__ = ["Crew", "Errand", "Offload", "OffloadSnapshot", "Offloads"]

_MOST_WAITING = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Offload(Options):
    """In how many threads the synchronous calls of a guard run. For guards only; needs a `timeout` or a `deadline`."""

    threads: Annotated[
        int, Meta(ge=1, le=1000, description="Most threads, those included that are waited for no longer.")
    ]

    expected: ClassVar[str] = "a table, or a number of threads"
    shorthand: ClassVar[Callable[[Any], Mapping[str, Any] | None] | None] = staticmethod(
        lambda raw: {"threads": raw} if type(raw) is int else None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OffloadSnapshot:
    """The threads of one guard at one moment."""

    threads: int
    """Most there may be."""
    running: int
    """At work for somebody who waits."""
    abandoned: int
    """At work, and nobody waits any more."""
    waiting: int
    """Calls that wait for a thread."""
    rejected: int
    """Calls that got no thread since the start."""


class Errand:
    """One attempt on its way through a thread.

    Parameters:
        fn: what is to be done.
        context: in which.
        call: whose attempt it is, as what runs in the thread sees it.
    """

    __slots__ = ("_gate", "begun", "call", "context", "error", "fn", "left", "over", "result", "started")

    def __init__(self, fn: Callable[[], Any], context: Context, call: Call, begun: float) -> None:
        self.fn = fn
        self.context = context
        self.call = call
        self.begun = begun
        self.result: Any = None
        self.error: BaseException | None = None
        self.started = self.over = self.left = False
        self._gate = Lock()
        self._gate.acquire()

    def carry_out(self) -> None:
        """Do it, in the thread. Never raises."""
        try:
            self.result = self.context.run(self.fn)
        except BaseException as exc:  # noqa: BLE001 - it travels to whoever waits
            self.error = exc

    def wait(self, seconds: float) -> None:
        """Until it is done, or so much time has passed."""
        self._gate.acquire(timeout=min(max(seconds, 0.0), TIMEOUT_MAX))

    def arrive(self) -> None:
        """It is done."""
        self._gate.release()

    def outcome(self) -> Any:
        """What came of it.

        Raises:
            BaseException: what it raised, the same object.
        """
        error, self.error = self.error, None
        if error is None:
            return self.result
        try:
            raise error
        finally:
            del error  # its traceback holds this frame


class _Hand:
    """A thread, and what it is to do next; nothing: to end."""

    __slots__ = ("_gate", "task")

    def __init__(self) -> None:
        self.task: tuple[Crew, Errand, Seat] | None = None
        self._gate = Lock()
        self._gate.acquire()

    def give(self, task: tuple[Crew, Errand, Seat] | None) -> None:
        """Let it go on."""
        self.task = task
        self._gate.release()

    def work(self) -> None:
        """What the thread does. While it is idle, it holds nobody's objects."""
        while True:
            self._gate.acquire()
            task, self.task = self.task, None
            if task is None:
                return
            crew, errand, seat = task
            del task
            stays = crew.serve(self, errand, seat)
            del crew, errand, seat
            if not stays:
                return


class Crew:
    """The threads of one guard. They start when they are wanted, are daemons, and wait idle for the next call."""

    def __init__(self, name: str, options: Offload, clock: Clock, publish: Callable[[Event], None]) -> None:
        self.name = name
        self.options = options
        self._clock = clock
        self._publish = publish
        self._lock = RLock()
        self._abandoned = 0
        self._closed = False
        self.used = -inf
        """When a call last came, in monotonic seconds."""
        self.gone = False
        """It is not in the registry any more; another one may be there under its name."""
        self._places = Compartment(name, _places(options), clock, publish)
        self._rest()

    def __repr__(self) -> str:
        return f"<Offload {self.name!r} {self._places.slots.in_use}/{self.options.threads}>"

    @property
    def spare(self) -> bool:
        """None is at work, and nobody waits."""
        return self._places.spare

    def enter(self, patience: float) -> Seat | None:
        """Ask for a thread, and wait for one so many seconds. None: there is none; if all are abandoned, at once."""
        self.used = self._clock.monotonic()
        places = self._places
        may_wait = patience > 0 and self._abandoned < self.options.threads
        answer = places.enter(ThreadWaiter if may_wait else None)
        if not isinstance(answer, ThreadWaiter):
            return answer if isinstance(answer, deque) else None
        try:
            answer.wait(patience)
        except BaseException:
            places.abandon(answer)
            raise
        return places.claim(answer)

    def leave(self, seat: Seat) -> None:
        """Give a place back."""
        self._places.give(seat, None, False, 0.0)

    def send(self, errand: Errand, seat: Seat) -> None:
        """Hand something over to a thread, which gives the place back.

        Raises:
            RuntimeError: no thread can be started; the place is given back.
        """
        try:
            hand = self._idle.pop()
        except IndexError:
            hand = _Hand()
            try:
                threading.Thread(target=hand.work, name=f"failsoft {self.name}", daemon=True).start()
            except BaseException:
                self.leave(seat)
                raise
        hand.give((self, errand, seat))

    def abandon(self, errand: Errand) -> bool:
        """Nobody waits for it any more. False: it is done, after all. What has not `started` by now never will."""
        with self._lock:
            if errand.over:
                return False
            errand.left = True
            self._abandoned += 1
            return True

    def serve(self, hand: _Hand, errand: Errand, seat: Seat) -> bool:
        """One errand, in a thread. Returns whether the thread is to wait for another one."""
        idle = self._idle
        with self._lock:
            # what nobody waits for any more is not begun
            errand.started = not errand.left
        if errand.started:
            errand.carry_out()
        with self._lock:
            errand.over = True
            late = errand.left
            if late and idle is self._idle:
                self._abandoned -= 1
        if late and errand.started:
            self._tell(errand)
            # its traceback holds the frame that holds the errand
            errand.error = None
        # in a forked process, and when all is closed, nobody will ask for it
        stays = idle is self._idle and not self._closed
        if stays:
            idle.append(hand)
        self.leave(seat)
        if not late:
            errand.arrive()
        if stays and self._closed:
            _dismiss(idle)
        return stays

    def full(self) -> BulkheadFullError:
        """What to raise for a call that got no thread."""
        threads, abandoned = self.options.threads, self._abandoned
        said = f"all {threads} threads of {self.name!r} are at work, {abandoned} of them abandoned"
        details = {"threads": threads, "abandoned": abandoned}
        return BulkheadFullError(said, name=self.name, details=details, retry_after=1.0)

    def snapshot(self) -> OffloadSnapshot:
        """Everything that can be told of them now."""
        places = self._places.snapshot()
        with self._lock:
            abandoned = self._abandoned
        return OffloadSnapshot(
            threads=places.limit,
            running=max(0, places.in_use - abandoned),
            abandoned=abandoned,
            waiting=places.waiting,
            rejected=places.rejected,
        )

    def adopt(self, options: Offload) -> None:
        """Go by other options from now on."""
        self.options = options
        self._places.adopt(_places(options))

    def close(self) -> None:
        """Let idle threads end, and the others when they have come back."""
        self._closed = True
        _dismiss(self._idle)

    def forget(self) -> None:
        """Begin anew in a forked process, where none of the threads is."""
        self._lock = RLock()
        self._abandoned = 0
        self._places.forget()
        self._end.detach()
        self._rest()

    def remember(self) -> Callable[[], None]:
        """The way back to how they stand now: threads cannot be called back, so there is none."""
        return self.renew

    def renew(self) -> None:
        """As `remember`."""

    def _rest(self) -> None:
        self._idle: deque[_Hand] = deque()
        self._end = weakref.finalize(self, _dismiss, self._idle)
        self._end.atexit = False

    def _tell(self, errand: Errand) -> None:
        call, error = errand.call, errand.error
        with suppress(BaseException):  # it would end the thread, and lose its place
            self._publish(
                LateResultDropped(
                    at=self._clock.time(),
                    endpoint=call.endpoint,
                    policy=call.policy,
                    request_id=call.request_id,
                    trace_id=call.trace_id,
                    attempt=call.attempt,
                    duration=self._clock.monotonic() - errand.begun,
                    error_type=None if error is None else type(error).__name__,
                )
            )


class Offloads(Registry[Crew, Offload]):
    """The threads of guards of one Failsoft, by name: `guard:payments`."""

    def __init__(self, clock: Clock, publish: Callable[[Event], None], *, limit: int = LIMIT) -> None:
        super().__init__("offload", clock, limit=limit)
        self._publish = publish

    def _make(self, name: str, options: Offload) -> Crew:
        return Crew(name, options, self._clock, self._publish)

    def abandoned(self) -> dict[str, int]:
        """How many threads nobody waits for any more, by guard."""
        return {name: crew.snapshot().abandoned for name, crew in self._there.items()}

    def close(self) -> None:
        """Let idle threads end."""
        for crew in self._there.values():
            crew.close()


def _places(options: Offload) -> Bulkhead:
    # how long one waits is said each time
    return Bulkhead(max_concurrent=options.threads, max_queue=_MOST_WAITING, max_wait=1.0)


def _dismiss(idle: deque[_Hand]) -> None:
    """Let threads end that wait for something to do."""
    with suppress(IndexError):
        while True:
            idle.pop().give(None)
