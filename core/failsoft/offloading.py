"""The attempts of one call in threads of its guard."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from failsoft.call import Call
from failsoft.current import current_call
from failsoft.errors.exceptions import BulkheadFullError
from failsoft.events import CallRejected
from failsoft.policies.bulkhead import Seat
from failsoft.policies.offload import Crew, Errand
from failsoft.run import Run

__all__ = ["Away"]


class Away:
    """Stands for the attempts of a call: each runs in a thread, and is waited for no longer than its limit."""

    __slots__ = ("_attempt", "_crew", "_run", "_seat")

    def __init__(self, crew: Crew, run: Run, attempt: Callable[[], Any]) -> None:
        self._crew = crew
        self._run = run
        self._attempt = attempt
        self._seat: Seat | None = None
        run.away = self

    def admit(self) -> None:
        """Wait for a thread; the time of the attempt begins when it has one, as with a slot of a bulkhead.

        Raises:
            BulkheadFullError: there was none in time.
            OperationTimeoutError: the wait took all the time there was.
            Exception: the last attempt's own, when a later one is not admitted any more.
        """
        run = self._run
        if self._seat is None:
            self._seat = self._crew.enter(run.limit or 0.0)
        run.placed(None if self._seat is not None else self._crew.full())

    def __call__(self) -> Any:
        """One attempt.

        Raises:
            OperationTimeoutError: it was abandoned.
            BulkheadFullError: no thread could be started, or its thread was not given a turn by the machine.
            BaseException: what it raised, the same object.
        """
        run, crew = self._run, self._crew
        seat, self._seat = self._seat, None
        if seat is None:
            raise crew.full()
        context, seen = copy_context(), _as_seen(run.call)
        context.run(current_call.set, seen)
        errand = Errand(self._attempt, context, seen, run.engine.clock.monotonic())
        try:
            crew.send(errand, seat)
        except RuntimeError as error:
            run.engine.report("offload", error)
            message = f"no thread can be started for {crew.name!r}"
            raise self._refused(BulkheadFullError(message, name=crew.name, retry_after=1.0)) from error
        try:
            errand.wait(run.limit or 0.0)
        except BaseException:
            crew.abandon(errand)
            raise
        if crew.abandon(errand):
            raise run.too_late() if errand.started else self._refused(crew.full())
        return errand.outcome()

    def _refused(self, error: BulkheadFullError) -> BulkheadFullError:
        run = self._run
        run.engine.tell(run.call, CallRejected, reason="bulkhead_full", retry_after=error.retry_after)
        return error

    def close(self) -> None:
        """The call is over: a thread that was not used is free."""
        seat, self._seat = self._seat, None
        if seat is not None:
            self._crew.leave(seat)


def _as_seen(call: Call) -> Call:
    """The call as the thread sees it, also when nobody waits any more: its deadline is over then, and stays so."""
    seen = copy.copy(call)
    seen.run = seen.cause = seen.failure = None
    return seen
