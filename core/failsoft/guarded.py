"""A guarded function: the quick way for a call that goes well, and the way into `Run` for any other.

A call that goes well needs none of what `Run` keeps: the circuit is closed, it succeeds, it is in time. So it is made
here with what was compiled beforehand. As soon as anything is out of the ordinary, a `Run` takes over what has happened
so far and decides as it always does; nothing is decided twice, or here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from math import inf
from typing import Any, Protocol

from failsoft.call import Call
from failsoft.current import current_call
from failsoft.errors.exceptions import CircuitOpenError
from failsoft.events import CallRejected, Event, GuardCompleted
from failsoft.guardable import LAZY, refuse_lazy, unfit
from failsoft.plan import Begin, Owner, Plan
from failsoft.retries import MOST_NOTED
from failsoft.run import Run
from failsoft.spent import SPENT
from failsoft.timeouts import Timeout

__all__ = ["Quick", "quick", "quick_async"]


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


def quick(guard: Quick, fn: Callable[..., Any]) -> Callable[..., Any]:  # noqa: C901 - see below
    """A function as the guard runs it."""
    current, marks, full = current_call.get, SPENT, _full(guard, fn)

    def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: C901, PLR0912 - a helper costs as much as all of it
        plan, parent = guard.plan, current()
        if (begun := plan.now()) >= plan.bare_until:
            return full(plan, parent, begun, args, kwargs)
        if parent is not None and (
            parent.owner is not plan.fs or parent.deadline is not None or parent.mode != "enforce"
        ):
            return full(plan, parent, begun, args, kwargs)
        machine = plan.machine
        generation, spent = machine.generation, marks.number
        if not machine.closed:
            if begun < machine.shut_until:
                raise _rejection(guard, plan, parent, begun, machine.shut_until)
            return full(plan, parent, begun, args, kwargs)
        try:
            result = fn(*args, **kwargs)
        except BaseException as exc:  # noqa: BLE001 - raised again when it is clear what it means
            failed = exc
        else:
            if plan.times or not machine.steady:
                took = (ended := plan.now()) - begun
                if took > plan.slow_after or not machine.steady:
                    plan.record(generation, took, ended)
                elif (calm := plan.calm) is not None and machine.generation == generation:
                    calm.append(ended)
                    if len(calm) > MOST_NOTED:
                        plan.gather()
            if (noted := plan.noted) is not None:
                if parent is not None and parent.charged:
                    plan.well(begun, parent)
                else:
                    noted.append(begun)
                    if len(noted) > MOST_NOTED:
                        plan.collect()
            if type(result) in LAZY:
                refuse_lazy(fn, result)
            return result
        try:
            run = guard.adopt(plan, None, parent, Begin(begun, generation, spent, None))
            return _resume(guard, plan, run, partial(fn, *args, **kwargs), failed)
        finally:
            del failed  # its traceback holds this frame

    return guarded


def quick_async(  # noqa: C901 - as above
    guard: Quick, fn: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[Any]]:
    """A coroutine function as the guard runs it."""
    current, marks, full = current_call.get, SPENT, _full_async(guard, fn)

    async def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: C901, PLR0912 - as above
        plan, parent = guard.plan, current()
        if (begun := plan.now()) >= plan.bare_until:
            return await full(plan, parent, begun, args, kwargs)
        if parent is not None and (
            parent.owner is not plan.fs or parent.deadline is not None or parent.mode != "enforce"
        ):
            return await full(plan, parent, begun, args, kwargs)
        machine = plan.machine
        generation, spent = machine.generation, marks.number
        if not machine.closed:
            if begun < machine.shut_until:
                raise _rejection(guard, plan, parent, begun, machine.shut_until)
            return await full(plan, parent, begun, args, kwargs)
        try:
            result = await fn(*args, **kwargs)
        except BaseException as exc:  # noqa: BLE001 - raised again when it is clear what it means
            failed = exc
        else:
            if plan.times or not machine.steady:
                took = (ended := plan.now()) - begun
                if took > plan.slow_after or not machine.steady:
                    plan.record(generation, took, ended)
                elif (calm := plan.calm) is not None and machine.generation == generation:
                    calm.append(ended)
                    if len(calm) > MOST_NOTED:
                        plan.gather()
            if (noted := plan.noted) is not None:
                if parent is not None and parent.charged:
                    plan.well(begun, parent)
                else:
                    noted.append(begun)
                    if len(noted) > MOST_NOTED:
                        plan.collect()
            return result
        try:
            run = guard.adopt(plan, None, parent, Begin(begun, generation, spent, None))
            return await _aresume(guard, plan, run, partial(fn, *args, **kwargs), failed)
        finally:
            del failed  # its traceback holds this frame

    return guarded


def _full(guard: Quick, fn: Callable[..., Any]) -> Callable[..., Any]:  # noqa: C901, PLR0915 - as above
    """A function under a policy with limits, a bulkhead, or somebody who listens."""
    enter, leave, marks = current_call.set, current_call.reset, SPENT

    def guarded(  # noqa: C901, PLR0912, PLR0915 - a helper costs as much as all of it
        plan: Plan, parent: Call | None, begun: float, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if begun >= plan.until:
            return guard.through(fn, args, kwargs)
        limit = plan.limit
        if parent is not None:
            if parent.owner is not plan.fs or parent.mode != "enforce":
                return guard.through(fn, args, kwargs)
            if parent.deadline is not None and (limit is None or parent.deadline - begun < limit):
                limit = parent.deadline - begun
        machine = plan.machine
        generation, spent = machine.generation, marks.number
        if not machine.closed:
            if begun < machine.shut_until:
                raise _rejection(guard, plan, parent, begun, machine.shut_until)
            return guard.through(fn, args, kwargs)
        if limit is not None and limit <= 0:
            return guard.through(fn, args, kwargs)
        seat: Any = None
        if (slots := plan.slots) is not None:
            if slots.queued:
                return guard.through(fn, args, kwargs)
            seat = slots.free
            try:
                seat.pop()
            except IndexError:
                return guard.through(fn, args, kwargs)
        call = token = failed = None
        if plan.attends:
            call = _begin(guard, plan, parent, begun, limit)
            token = enter(call)
        try:
            result = fn(*args, **kwargs)
        except BaseException as exc:  # noqa: BLE001 - raised again when it is clear what it means
            failed = exc
        if token is not None:
            leave(token)
        if failed is None:
            ended = plan.now()
            took = ended - begun
            if limit is not None and took > limit:
                _late(guard, plan, call, parent, Begin(begun, generation, spent, seat))
                return result
            if slots is not None:
                seat.append(None)
                if slots.attended:
                    plan.given(took, False, ended)
            if took > plan.slow_after or not machine.steady:
                plan.record(generation, took, ended)
            elif (calm := plan.calm) is not None and machine.generation == generation:
                calm.append(ended)
                if len(calm) > MOST_NOTED:
                    plan.gather()
            if plan.books:
                if (tally := plan.tally) is not None:
                    if plan.nests:
                        tally.passed()
                    else:
                        tally.well(begun, parent)
                if plan.heard:
                    _tell(guard, plan, parent, took)
            if type(result) in LAZY:
                refuse_lazy(fn, result)
            return result
        try:
            run = guard.adopt(plan, call, parent, Begin(begun, generation, spent, seat))
            return _resume(guard, plan, run, partial(fn, *args, **kwargs), failed)
        finally:
            del failed  # its traceback holds this frame

    return guarded


def _full_async(  # noqa: C901, PLR0915 - see above
    guard: Quick, fn: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[Any]]:
    """The same for a coroutine function."""
    enter, leave, marks = current_call.set, current_call.reset, SPENT

    async def guarded(  # noqa: C901, PLR0912, PLR0915 - as above
        plan: Plan, parent: Call | None, begun: float, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        if begun >= plan.until:
            return await guard.athrough(fn, args, kwargs)
        limit = plan.limit
        if parent is not None:
            if parent.owner is not plan.fs or parent.mode != "enforce":
                return await guard.athrough(fn, args, kwargs)
            if parent.deadline is not None and (limit is None or parent.deadline - begun < limit):
                limit = parent.deadline - begun
        machine = plan.machine
        generation, spent = machine.generation, marks.number
        if not machine.closed:
            if begun < machine.shut_until:
                raise _rejection(guard, plan, parent, begun, machine.shut_until)
            return await guard.athrough(fn, args, kwargs)
        if limit is not None and limit <= 0:
            return await guard.athrough(fn, args, kwargs)
        seat: Any = None
        if (slots := plan.slots) is not None:
            if slots.queued:
                return await guard.athrough(fn, args, kwargs)
            seat = slots.free
            try:
                seat.pop()
            except IndexError:
                return await guard.athrough(fn, args, kwargs)
        call = token = failed = timer = None
        if plan.attends:
            call = _begin(guard, plan, parent, begun, limit)
            token = enter(call)
        try:
            if limit is not None:
                timer = Timeout(limit)
            result = await fn(*args, **kwargs)
        except BaseException as exc:  # noqa: BLE001 - raised again when it is clear what it means
            failed = exc
        if token is not None:
            try:  # noqa: SIM105 - a context manager costs more than the rest
                leave(token)
            except ValueError:
                pass  # closed in another context than it was begun in
        cut = timer is not None and timer.end(failed)
        if failed is None:
            ended = plan.now()
            took = ended - begun
            if limit is not None and took > limit:
                _late(guard, plan, call, parent, Begin(begun, generation, spent, seat), timer)
                return result
            if slots is not None:
                seat.append(None)
                if slots.attended:
                    plan.given(took, False, ended)
            if took > plan.slow_after or not machine.steady:
                plan.record(generation, took, ended)
            elif (calm := plan.calm) is not None and machine.generation == generation:
                calm.append(ended)
                if len(calm) > MOST_NOTED:
                    plan.gather()
            if plan.books:
                if (tally := plan.tally) is not None:
                    if plan.nests:
                        tally.passed()
                    else:
                        tally.well(begun, parent)
                if plan.heard:
                    _tell(guard, plan, parent, took)
            return result
        try:
            run = guard.adopt(plan, call, parent, Begin(begun, generation, spent, seat), timer)
            return await _aresume(guard, plan, run, partial(fn, *args, **kwargs), failed, cut)
        finally:
            del failed  # its traceback holds this frame

    return guarded


def _rejection(guard: Quick, plan: Plan, parent: Call | None, begun: float, until: float) -> CircuitOpenError:
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


def _begin(guard: Quick, plan: Plan, parent: Call | None, begun: float, limit: float | None) -> Call:
    call = _new_call(Call)
    call.endpoint = guard.key
    call.started = begun
    call.owner = plan.fs
    call.idempotent = guard.idempotent
    call.policy = plan.name
    call.attempt = 1
    if limit is not None:
        call.deadline = begun + limit
    if plan.priority is not None:
        call.priority = plan.priority
    charged: tuple[Any, ...] = ()
    if parent is not None:
        call.request_id = parent.request_id
        call.trace_id = parent.trace_id
        charged = call.charged = parent.charged
        if plan.priority is None and parent.priority is not None:
            call.priority = parent.priority
    if plan.nests and plan.tally is not None:
        call.charged = plan.tally.charge(begun, charged)
    elif plan.charged:
        call.charged = charged + plan.charged
    return call


_new_call = Call.__new__  # every attribute that `__init__` would set is set above


def _late(
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


def _resume(guard: Quick, plan: Plan, run: Run, attempt: Callable[[], Any], failed: BaseException) -> Any:
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


async def _aresume(
    guard: Quick, plan: Plan, run: Run, make: Callable[[], Awaitable[Any]], failed: BaseException, cut: bool = False
) -> Any:
    async def attempt(_: Run) -> Any:
        return await make()

    try:
        if type(failed) is TypeError:
            _refuse_unfit(run, make)
        if cut:
            late = run.too_late()
            late.__cause__ = failed
            failed = late
            del late
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


def _tell(guard: Quick, plan: Plan, parent: Call | None, took: float) -> None:
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
