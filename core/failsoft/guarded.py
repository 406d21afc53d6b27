"""A guarded function: the quick way for a call that goes well, and the way into `Run` for any other.

A call that goes well needs none of what `Run` keeps: the circuit is closed, it succeeds, it is in time. So it is made
here with what was compiled beforehand. As soon as anything is out of the ordinary, a `Run` takes over what has happened
so far and decides as it always does; nothing is decided twice, or here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from failsoft.attended import full, full_async
from failsoft.current import current_call
from failsoft.guardable import LAZY, refuse_lazy
from failsoft.handover import Quick, aresume, rejection, resume
from failsoft.plan import Begin
from failsoft.retries import MOST_NOTED
from failsoft.spent import SPENT

__all__ = ["quick", "quick_async"]


def quick(guard: Quick, fn: Callable[..., Any]) -> Callable[..., Any]:  # noqa: C901 - see below
    """A function as the guard runs it."""
    current, marks, attended = current_call.get, SPENT, full(guard, fn)

    def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: C901, PLR0912 - a helper costs as much as all of it
        plan, parent = guard.plan, current()
        if (begun := plan.now()) >= plan.bare_until:
            return attended(plan, parent, begun, args, kwargs)
        if parent is not None and (
            parent.owner is not plan.fs or parent.deadline is not None or parent.mode != "enforce"
        ):
            return attended(plan, parent, begun, args, kwargs)
        machine = plan.machine
        generation, spent = machine.generation, marks.number
        if not machine.closed:
            if begun < machine.shut_until:
                raise rejection(guard, plan, parent, begun, machine.shut_until)
            return attended(plan, parent, begun, args, kwargs)
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
            return resume(guard, plan, run, partial(fn, *args, **kwargs), failed)
        finally:
            del failed  # its traceback holds this frame

    return guarded


def quick_async(  # noqa: C901 - as above
    guard: Quick, fn: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[Any]]:
    """A coroutine function as the guard runs it."""
    current, marks, attended = current_call.get, SPENT, full_async(guard, fn)

    async def guarded(*args: Any, **kwargs: Any) -> Any:  # noqa: C901, PLR0912 - as above
        plan, parent = guard.plan, current()
        if (begun := plan.now()) >= plan.bare_until:
            return await attended(plan, parent, begun, args, kwargs)
        if parent is not None and (
            parent.owner is not plan.fs or parent.deadline is not None or parent.mode != "enforce"
        ):
            return await attended(plan, parent, begun, args, kwargs)
        machine = plan.machine
        generation, spent = machine.generation, marks.number
        if not machine.closed:
            if begun < machine.shut_until:
                raise rejection(guard, plan, parent, begun, machine.shut_until)
            return await attended(plan, parent, begun, args, kwargs)
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
            return await aresume(guard, plan, run, partial(fn, *args, **kwargs), failed)
        finally:
            del failed  # its traceback holds this frame

    return guarded
