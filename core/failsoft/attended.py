"""The quick way of a call that has limits or a slot to hold, or somebody who listens.

As in `guarded`, nothing is decided here: what is out of the ordinary is handed over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from failsoft.call import Call
from failsoft.current import current_call
from failsoft.guardable import LAZY, refuse_lazy
from failsoft.handover import Quick, aresume, late, rejection, resume, tell
from failsoft.plan import Begin, Plan
from failsoft.retries import MOST_NOTED
from failsoft.spent import SPENT
from failsoft.timeouts import Timeout

__all__ = ["full", "full_async"]


def full(guard: Quick, fn: Callable[..., Any]) -> Callable[..., Any]:  # noqa: C901, PLR0915 - as above
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
                raise rejection(guard, plan, parent, begun, machine.shut_until)
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
                late(guard, plan, call, parent, Begin(begun, generation, spent, seat))
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
                    tell(guard, plan, parent, took)
            if type(result) in LAZY:
                refuse_lazy(fn, result)
            return result
        try:
            run = guard.adopt(plan, call, parent, Begin(begun, generation, spent, seat))
            return resume(guard, plan, run, partial(fn, *args, **kwargs), failed)
        finally:
            del failed  # its traceback holds this frame

    return guarded


def full_async(  # noqa: C901, PLR0915 - see above
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
                raise rejection(guard, plan, parent, begun, machine.shut_until)
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
                late(guard, plan, call, parent, Begin(begun, generation, spent, seat), timer)
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
                    tell(guard, plan, parent, took)
            return result
        try:
            run = guard.adopt(plan, call, parent, Begin(begun, generation, spent, seat), timer)
            return await aresume(guard, plan, run, partial(fn, *args, **kwargs), failed, cut)
        finally:
            del failed  # its traceback holds this frame

    return guarded


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
