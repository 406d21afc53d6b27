"""A pipeline: a compiled policy, and the two thin drivers that run a call through it.

The drivers differ in how they call, wait and cut off; what happens is decided by `Run`. A synchronous attempt is never
cut off: its limit is offered as `failsoft.remaining()`, and a late result is returned and counted as slow. Unless it is
offloaded: then whoever waits for it stops waiting.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeVar

from failsoft.call import Call
from failsoft.current import current_call, restore
from failsoft.engine import Engine, Limits, Reply
from failsoft.faults import FAULTS
from failsoft.offloading import Away
from failsoft.policies.waiting import TaskWaiter, ThreadWaiter
from failsoft.run import Run
from failsoft.timeouts import Timeout

__all__ = ["Pipeline", "aadmit", "admit"]

T = TypeVar("T")
Expected = Callable[[BaseException], bool]
Prepare = Callable[[Call], Any]
Pause = Callable[[float], Awaitable[None]]


class Pipeline:
    """What protects one endpoint or guard. Immutable; shared by all its calls.

    Parameters:
        limits: the compiled policy.
        engine: clock, randomness, classifier and event stream.
        prepare: called before each attempt after the first (`before_retry`); may be a coroutine function where the
            call is asynchronous. If it raises, its exception ends the call, with that of the attempt as its context.
    """

    __slots__ = ("_engine", "_parts", "_prepare", "limits")

    def __init__(self, limits: Limits, engine: Engine, prepare: Prepare | None = None) -> None:
        self.limits = limits
        parts = (limits.breaker, limits.bulkhead, limits.tally, limits.offload)
        self._parts = [part for part in parts if part is not None]
        self._engine = engine
        self._prepare = prepare

    @property
    def outdated(self) -> bool:
        """Something it works with had to make room for others, and is to be looked up again by its name."""
        for part in self._parts:  # noqa: SIM110 - a generator costs more than the rest, and every request asks
            if part.gone:
                return True
        return False

    def start(
        self, call: Call, expected: Expected | None = None, *, begun: float | None = None, spent: int | None = None
    ) -> Run:
        """Begin a call whose attempts the caller drives itself.

        Parameters:
            begun: monotonic seconds at which it began; by default now.
            spent: marks on exceptions at that time; by default those of now.
        """
        return Run(self.limits, self._engine, call, expected, begun, spent)

    def call(
        self,
        call: Call,
        attempt: Callable[[], T],
        *,
        reply: Callable[[T], Reply | None] | None = None,
        expected: Expected | None = None,
        offload: bool = False,
    ) -> T:
        """Run a synchronous call.

        Parameters:
            call: the execution; its `attempt` and `deadline` are kept up to date.
            attempt: does it, once for each attempt.
            reply: reads status and `Retry-After` of a result that is a response.
            expected: whether the application itself answers this exception, so that it says nothing about health.
            offload: attempts may run in other threads, if the policy says so, and are cut off.

        Raises:
            RejectedError: it was not run.
            Exception: the last attempt's own, the same object.
        """
        run = Run(self.limits, self._engine, call, expected)
        if offload and self.limits.offload is not None:
            attempt = Away(self.limits.offload, run, FAULTS.before(run, attempt) if FAULTS.armed else attempt)
        token = current_call.set(call)
        try:
            admit(run)
            return self._attempts(run, attempt, reply, None)
        finally:
            run.close()
            restore(token)

    def resume(self, run: Run, attempt: Callable[[], T], failed: BaseException) -> T:
        """Go on with a call whose first attempt was made elsewhere and adopted by `run`; arguments as for `call`.

        Parameters:
            failed: what the first attempt raised.
        """
        token = current_call.set(run.call)
        try:
            delay = run.failed(failed) if isinstance(failed, Exception) else None
            if delay is None:
                raise failed
            return self._attempts(run, attempt, None, delay)
        finally:
            del failed  # its traceback holds this frame
            run.close()
            restore(token)

    def _attempts(
        self, run: Run, attempt: Callable[[], T], reply: Callable[[T], Reply | None] | None, delay: float | None
    ) -> T:
        call = run.call
        if FAULTS.armed and run.away is None:
            attempt = FAULTS.before(run, attempt)
        while True:
            if delay is not None:
                self._engine.clock.sleep(delay)
                if self._prepare is not None:
                    _undo(run, self._prepare)
                admit(run)
            try:
                if call.attempt == 1:
                    result = attempt()
                else:
                    with self._engine.attempt_span(call):
                        result = attempt()
            except Exception as exc:
                delay = run.failed(exc)
                if delay is None:
                    raise
            else:
                delay = run.succeeded(None if reply is None else reply(result))
                if delay is None:
                    return result

    async def acall(
        self,
        call: Call,
        attempt: Callable[[Run], Awaitable[T]],
        *,
        reply: Callable[[T], Reply | None] | None = None,
        expected: Expected | None = None,
        cooperative: bool = False,
        busy: Callable[[], bool] | None = None,
        pause: Pause | None = None,
    ) -> T:
        """Run an asynchronous call. `attempt` is handed the `Run`, on which a stream says `answered`.

        Parameters:
            cooperative: the attempt runs in a thread, so it must not be cut off.
            busy: whether a thread works for the attempt now. It is cut off as soon as none does.
            pause: waits before another attempt, in place of the clock. If it raises, there is none.

        Raises:
            OperationTimeoutError: the last attempt was cut off; its cause is the cancellation.
        """
        run = Run(self.limits, self._engine, call, expected)
        within = _Within(cooperative, busy)
        token = current_call.set(call)
        try:
            await aadmit(run)
            return await self._aattempts(run, attempt, reply, None, within, pause or self._engine.clock.asleep)
        finally:
            run.close()
            restore(token)

    async def aresume(self, run: Run, attempt: Callable[[Run], Awaitable[T]], failed: BaseException) -> T:
        """As `resume`, for an asynchronous call."""
        token = current_call.set(run.call)
        try:
            delay = run.failed(failed) if isinstance(failed, Exception) else None
            if delay is None:
                raise failed
            return await self._aattempts(run, attempt, None, delay, _Within(), self._engine.clock.asleep)
        finally:
            del failed  # its traceback holds this frame
            run.close()
            restore(token)

    async def _aattempts(
        self,
        run: Run,
        attempt: Callable[[Run], Awaitable[T]],
        reply: Callable[[T], Reply | None] | None,
        delay: float | None,
        within: _Within,
        pause: Pause,
    ) -> T:
        call = run.call
        if FAULTS.armed:
            attempt = FAULTS.abefore(attempt)
        while True:
            if delay is not None:
                await pause(delay)
                if self._prepare is not None:
                    await _aundo(run, self._prepare)
                await aadmit(run)
            try:
                if call.attempt == 1:
                    result = await _within(run, attempt, within)
                else:
                    with self._engine.attempt_span(call):
                        result = await _within(run, attempt, within)
            except Exception as exc:
                delay = run.failed(exc)
                if delay is None:
                    raise
            else:
                delay = run.succeeded(None if reply is None else reply(result))
                if delay is None:
                    return result


def admit(run: Run) -> None:
    """Begin an attempt; wait for a slot where there is none, and where this thread may wait.

    Raises:
        RejectedError: it may not begin.
        OperationTimeoutError: there is no time left.
    """
    if run.exact is not None:
        run.reading = run.exact.ask(run.call, run.haste)
    waiter = run.admit(ThreadWaiter)
    if waiter is not None:
        waiter.wait(run.patience)
        run.seated()
    if run.away is not None:
        run.away.admit()


async def aadmit(run: Run) -> None:
    """As `admit`, in an event loop."""
    if run.exact is not None:
        run.reading = await run.exact.aask(run.call, run.haste)
    waiter = run.admit(TaskWaiter)
    if waiter is not None:
        await waiter.wait(run.patience)
        run.seated()


def _undo(run: Run, prepare: Prepare) -> None:
    try:
        prepare(run.call)
    except Exception as exc:
        run.unprepared(exc)
        raise


async def _aundo(run: Run, prepare: Prepare) -> None:
    try:
        prepared = prepare(run.call)
        if inspect.isawaitable(prepared):
            await prepared
    except Exception as exc:
        run.unprepared(exc)
        raise


class _Within(NamedTuple):
    """How the time of an attempt is bounded."""

    cooperative: bool = False
    busy: Callable[[], bool] | None = None


async def _within(run: Run, attempt: Callable[[Run], Awaitable[T]], within: _Within) -> T:
    cooperative, busy = within
    if run.limit is None or cooperative or run.call.mode == "observe":
        return await attempt(run)
    timer = run.timer = Timeout(run.limit if busy is None else None)
    expiry = None if busy is None else _Expiry(run, run.limit, timer, busy)
    try:
        result = await attempt(run)
    except BaseException as exc:
        # an inner TimeoutError is the application's own, and so is a cancellation that others asked for
        if timer.end(exc):
            raise run.too_late() from exc
        raise
    else:
        timer.end(None)
        return result
    finally:
        if expiry is not None:
            expiry.cancel()


class _Expiry:
    """Lets a timer expire at its time, or later when no thread works for the attempt: one would be abandoned."""

    __slots__ = ("_busy", "_handle", "_loop", "_run", "_timer")

    def __init__(self, run: Run, limit: float, timer: Timeout, busy: Callable[[], bool]) -> None:
        self._run = run
        self._timer = timer
        self._busy = busy
        self._loop = asyncio.get_running_loop()
        self._handle = self._loop.call_later(limit, self._end)

    def _end(self) -> None:
        if self._run.committed:
            return
        if self._busy():
            self._handle = self._loop.call_later(_LOOK_AGAIN, self._end)
        else:
            self._timer.expire()

    def cancel(self) -> None:
        """The attempt is over."""
        self._handle.cancel()


_LOOK_AGAIN = 0.005
"""Seconds."""
