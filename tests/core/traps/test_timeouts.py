"""Time limits that a library enforces with a pool of threads, and pays for with its own."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

import failsoft
from both_ways import Recorder, Script, Way
from core.engine.test_parallel import at_once
from failsoft import Failsoft, Policy
from failsoft.events import AttemptTimedOut

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def test_a_timeout_of_the_function_itself_is_passed_on_and_harms_no_later_call(fs: Failsoft, way: Way) -> None:
    """Trap: a driver's TimeoutError is taken for the guard's own, an exception is injected into a worker thread that
    has nothing to do with it, and after as many of them as the pool has threads every call fails until a restart."""
    events = Recorder(fs)
    guard = fs.guard("db", policy=Policy(timeout=1))
    before = threading.active_count()
    for _ in range(20):
        theirs = TimeoutError("the socket timed out")
        with pytest.raises(TimeoutError) as caught:
            way.call(guard, Script(theirs))
        assert caught.value is theirs
        assert way.call(guard, Script("well")) == "well"
    assert events.of(AttemptTimedOut) == []
    assert threading.active_count() == before


def test_as_many_calls_run_at_once_as_are_made(fs: Failsoft) -> None:
    """Trap: a pool of four threads behind a timeout; of twelve calls eight time out, four of those unstarted."""
    all_are_in = threading.Barrier(8)
    guard = fs.guard("io", policy=Policy(timeout=60))
    assert at_once(lambda number: guard.call(all_are_in.wait, 60) >= 0) == [True] * 8


def test_a_guarded_function_sees_the_context_of_its_caller(fs: Failsoft) -> None:
    """Trap: run in a worker thread, the function finds no request id, no trace and no transaction."""
    guard = fs.guard("io", policy=Policy(timeout=60, retry=2))

    def work(number: int) -> object:
        request_id.set(f"req-{number}")
        mine = threading.get_ident()
        return guard.call(lambda: (request_id.get(), threading.get_ident() == mine))

    assert at_once(work) == [(f"req-{number}", True) for number in range(8)]


def test_an_asynchronous_attempt_stays_in_the_task_of_its_caller(fs: Failsoft) -> None:
    """Trap: the same, with a task for each call, whose changes of context variables are lost."""
    guard = fs.guard("io", policy=Policy(timeout=60))

    async def begin() -> None:
        request_id.set("set inside")

    async def main() -> str | None:
        await guard.acall(begin)
        return request_id.get()

    assert asyncio.run(main()) == "set inside"


def test_a_limit_that_was_kept_leaves_nothing_armed(fs: Failsoft) -> None:
    """Trap: the timer of a call that is over cancels whatever its task does next."""
    guard = fs.guard("io", policy=Policy(timeout=0.001))

    async def main() -> str:
        async def quick() -> str:
            return "well"

        await guard.acall(quick)
        await asyncio.sleep(0.01)
        return "undisturbed"

    assert asyncio.run(main()) == "undisturbed"


def test_a_cut_off_attempt_is_told_apart_from_a_timeout_inside(fs: Failsoft) -> None:
    """Trap: whoever catches TimeoutError cannot tell which limit it was, and the library cannot either."""
    guard = fs.guard("io", policy=Policy(timeout=0.01))

    async def hangs() -> None:
        await asyncio.Event().wait()

    async def own() -> None:
        raise TimeoutError("mine")

    with pytest.raises(failsoft.OperationTimeoutError):
        asyncio.run(guard.acall(hangs))
    with pytest.raises(TimeoutError, match="mine") as caught:
        asyncio.run(guard.acall(own))
    assert type(caught.value) is TimeoutError


def test_a_guard_with_a_limit_can_be_made_and_decorate_where_no_loop_runs(fs: Failsoft) -> None:
    """Trap: a decorator with a timeout needs a running loop when the module is imported."""

    @fs.guard("io", policy=Policy(timeout=60))
    async def answer() -> int:
        return 42

    assert [asyncio.run(answer()), asyncio.run(answer())] == [42, 42]
