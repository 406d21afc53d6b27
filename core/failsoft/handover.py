"""Where a call that was begun the quick way goes on: a rejection, a result that came late, a `Run` after a failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from math import inf
from typing import Any, Protocol

from failsoft.call import Call
from failsoft.errors.exceptions import CircuitOpenError
from failsoft.events import CallRejected, Event, GuardCompleted
from failsoft.guardable import LAZY, refuse_lazy, unfit
from failsoft.plan import Begin, Owner, Plan
from failsoft.run import Run
from failsoft.timeouts import Timeout

__all__ = ["Quick", "aresume", "late", "rejection", "resume", "tell"]


class Quick(Protocol):
    """A guard, as its guarded functions see it."""

    key: str
    idempotent: bool
    plan: Plan

    def through(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...
    async def athrough(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any: ...
    def adopt(
        self, plan: Plan, call: Call | None, parent: Call | None, begin: Begin, timer: Timeout | None = None
    ) -> Run: ...
    def over(self, fs: Owner, call: Call, error: BaseException | None) -> None: ...


def rejection(guard: Quick, plan: Plan, parent: Call | None, begun: float, until: float) -> CircuitOpenError:
    """What to raise for a call whose circuit is open for certain."""
    wait, state, message = until - begun, "open", plan.says_open
    if until == inf:
        wait, state, message = plan.open_duration, "forced_open", plan.says_forced_open
    if plan.tells:
        if plan.hears_rejections:
            plan.fs.publish(_event(CallRejected, guard, plan, parent, reason="circuit_open", retry_after=wait))
        if plan.heard:
            took = plan.now() - begun
            plan.fs.publish(_event(GuardCompleted, guard, plan, parent, duration=took, error_type="CircuitOpenError"))
    return CircuitOpenError.of(message, plan.breaker_name, state, wait)


def late(
    guard: Quick,
    plan: Plan,
    call: Call | None,
    parent: Call | None,
    begin: Begin,
    timer: Timeout | None = None,
) -> None:
    """It succeeded, but took longer than it had time: returned all the same, and counted as slow."""
    run = guard.adopt(plan, call, parent, begin, timer)
    run.succeeded()
    run.close()
    guard.over(plan.fs, run.call, None)


def resume(guard: Quick, plan: Plan, run: Run, attempt: Callable[[], Any], failed: BaseException) -> Any:
    """The first attempt has failed: all the rest of the call."""
    try:
        result = plan.pipeline.resume(run, attempt, failed)
    except BaseException as exc:
        guard.over(plan.fs, run.call, exc)
        raise
    finally:
        del failed  # its traceback holds the frame that called this one
    guard.over(plan.fs, run.call, None)
    if type(result) in LAZY:
        refuse_lazy(attempt, result)
    return result


async def aresume(
    guard: Quick, plan: Plan, run: Run, make: Callable[[], Awaitable[Any]], failed: BaseException, cut: bool = False
) -> Any:
    async def attempt(_: Run) -> Any:
        return await make()

    try:
        if type(failed) is TypeError:
            _refuse_unfit(run, make)
        if cut:
            cut_off = run.too_late()
            cut_off.__cause__ = failed
            failed = cut_off
            del cut_off
        result = await plan.pipeline.aresume(run, attempt, failed)
    except BaseException as exc:
        guard.over(plan.fs, run.call, exc)
        raise
    finally:
        del failed  # as above
    guard.over(plan.fs, run.call, None)
    return result


def _refuse_unfit(run: Run, make: Callable[[], Any]) -> None:
    """A mistake of the caller's says nothing about what is called."""
    if said := unfit(make):
        run.close()
        raise TypeError(said)


def tell(guard: Quick, plan: Plan, parent: Call | None, took: float) -> None:
    """It went well."""
    plan.fs.publish(_event(GuardCompleted, guard, plan, parent, duration=took, error_type=None))


def _event(kind: type[Event], guard: Quick, plan: Plan, parent: Call | None, /, **facts: Any) -> Event:
    return kind(
        at=plan.fs.clock.time(),
        endpoint=guard.key,
        policy=plan.name,
        request_id="" if parent is None else parent.request_id,
        trace_id=None if parent is None else parent.trace_id,
        **facts,
    )
