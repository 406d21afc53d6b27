"""`Timeout` against what `asyncio.timeout` promises, and what it does with many of them."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import sys
import threading
import weakref
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failsoft import timeouts
from failsoft.timeouts import Timeout

SOON = 0.01
LATE = 3600.0


async def limited(limit: float | None, work: Callable[[], Awaitable[Any]]) -> Any:
    """Work under a limit; "cut" if that was what ended it."""
    timeout = Timeout(limit)
    try:
        result = await work()
    except BaseException as error:
        if timeout.end(error):
            return "cut"
        raise
    timeout.end(None)
    return result


async def hang() -> None:
    await asyncio.Event().wait()


async def quick() -> str:
    await asyncio.sleep(0)
    return "done"


def task() -> asyncio.Task[Any]:
    found = asyncio.current_task()
    assert found is not None
    return found


def test_what_ends_in_time_is_left_alone() -> None:
    async def main() -> None:
        assert await limited(LATE, quick) == "done"
        assert task().cancelling() == 0

    asyncio.run(main())


@pytest.mark.parametrize("limit", [SOON, 0.0, -1.0])
def test_what_hangs_is_cut_off_and_the_task_goes_on(limit: float) -> None:
    async def main() -> None:
        assert await limited(limit, hang) == "cut"
        assert task().cancelling() == 0
        assert await quick() == "done"

    asyncio.run(main())


def test_the_inner_of_two_goes_off_alone() -> None:
    async def main() -> None:
        async def inner() -> Any:
            return await limited(SOON, hang)

        assert await limited(LATE, inner) == "cut"
        assert task().cancelling() == 0

    asyncio.run(main())


def test_the_outer_of_two_is_not_taken_for_the_inner() -> None:
    async def main() -> list[str]:
        said: list[str] = []

        async def inner() -> None:
            said.append(await limited(LATE, hang))

        said.append(await limited(SOON, inner))
        return said

    assert asyncio.run(main()) == ["cut"]


def test_both_at_once_end_the_outer_one() -> None:
    async def main() -> Any:
        async def inner() -> Any:
            # both go off before the task runs again
            timeout = Timeout(None)
            loop = asyncio.get_running_loop()
            loop.call_soon(timeout.expire)
            loop.call_soon(outer.expire)
            try:
                await hang()
            except asyncio.CancelledError as error:
                within.append(timeout.end(error))
                raise

        outer = Timeout(None)
        within: list[bool] = []
        try:
            await inner()
        except asyncio.CancelledError as error:
            cut = outer.end(error)
        return within, cut, task().cancelling()

    assert asyncio.run(main()) == ([False], True, 0)


def test_a_cancellation_by_others_is_theirs() -> None:
    async def main() -> None:
        running = asyncio.create_task(limited(LATE, hang))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(main())


def test_a_cancellation_by_others_at_the_same_time_is_theirs() -> None:
    async def main() -> None:
        made: list[Timeout] = []
        said: list[bool] = []

        async def work() -> bool:
            made.append(Timeout(None))
            try:
                await hang()
            except asyncio.CancelledError as error:
                said.append(made[0].end(error))
                said.append(made[0].expired())
                raise
            return False

        running = asyncio.create_task(work())
        await asyncio.sleep(0)
        made[0].expire()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert said == [False, True]

    asyncio.run(main())


def test_a_task_that_tidies_up_after_a_cancellation_can_be_limited() -> None:
    async def main() -> Any:
        async def work() -> Any:
            try:
                await hang()
            except asyncio.CancelledError:
                return await limited(SOON, hang)

        running = asyncio.create_task(work())
        await asyncio.sleep(0)
        running.cancel()
        return await running

    assert asyncio.run(main()) == "cut"


def test_who_swallows_the_cancellation_keeps_the_result() -> None:
    async def stubborn() -> str:
        try:
            await hang()
        except asyncio.CancelledError:
            pass
        return "late"

    async def main() -> None:
        assert await limited(SOON, stubborn) == "late"
        assert task().cancelling() == 0
        assert await quick() == "done"

    asyncio.run(main())


def test_another_exception_at_the_end_is_raised() -> None:
    async def fails() -> None:
        try:
            await hang()
        finally:
            raise KeyError("mine")

    async def main() -> None:
        with pytest.raises(KeyError):
            await limited(SOON, fails)
        assert task().cancelling() == 0

    asyncio.run(main())


def test_a_stopped_one_never_goes_off() -> None:
    async def main() -> None:
        timeout = Timeout(0.0)
        timeout.stop()
        await asyncio.sleep(SOON)
        timeout.expire()
        await asyncio.sleep(0)
        assert not timeout.expired()
        assert not timeout.end(None)

    asyncio.run(main())


def test_one_that_has_ended_never_goes_off() -> None:
    async def main() -> None:
        timeout = Timeout(0.0)
        timeout.end(None)
        timeout.expire()
        await asyncio.sleep(SOON)
        assert not timeout.expired()

    asyncio.run(main())


def test_without_a_task_it_says_so() -> None:
    async def main() -> list[BaseException]:
        said: list[BaseException] = []

        def outside() -> None:
            try:
                Timeout(1.0)
            except RuntimeError as error:
                said.append(error)

        asyncio.get_running_loop().call_soon(outside)
        await asyncio.sleep(0)
        return said

    assert "task" in str(asyncio.run(main())[0])
    with pytest.raises(RuntimeError):
        Timeout(1.0)


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.001, 0.002, 0.005, LATE]), st.booleans()), max_size=40))
def test_of_many_each_goes_off_by_its_own_time(plan: list[tuple[float, bool]]) -> None:
    async def main() -> None:
        release = asyncio.Event()

        async def one(limit: float, ends: bool) -> Any:
            return await limited(limit, quick if ends else release.wait)

        running = [asyncio.create_task(one(*each)) for each in plan]
        due = [each for each, (limit, ends) in zip(running, plan, strict=True) if limit < 1 and not ends]
        assert await asyncio.gather(*due) == ["cut"] * len(due)
        release.set()
        results = await asyncio.gather(*running)
        for (limit, ends), result in zip(plan, results, strict=True):
            if not ends:
                assert result == ("cut" if limit < 1 else True)
            elif limit >= 1:
                assert result == "done"

    asyncio.run(main())


def test_a_shorter_limit_that_comes_later_is_kept() -> None:
    async def main() -> Any:
        waiting = asyncio.create_task(limited(LATE, hang))
        await asyncio.sleep(0)
        cut = await limited(SOON, hang)
        waiting.cancel()
        return cut

    assert asyncio.run(main()) == "cut"


def test_what_has_ended_is_swept_up() -> None:
    async def main() -> tuple[int, int]:
        for _ in range(10_000):
            Timeout(LATE).end(None)
        alarm = timeouts._alarms[asyncio.get_running_loop()]
        few = len(alarm._heap)
        alive = [Timeout(LATE) for _ in range(1_000)]
        for _ in range(10_000):
            Timeout(LATE).end(None)
        many = len(alarm._heap)
        for each in alive:
            each.end(None)
        return few, many

    few, many = asyncio.run(main())
    assert few <= 256
    assert 1_000 <= many <= 2_512


def test_what_is_left_after_sweeping_goes_off_by_its_own_time() -> None:
    async def main() -> list[Any]:
        tasks = [asyncio.create_task(limited(limit, hang)) for limit in (LATE, 5 * SOON, SOON, LATE, 3 * SOON, LATE)]
        await asyncio.sleep(0)
        alarm = timeouts._alarms[asyncio.get_running_loop()]
        for _ in range(1_000):
            Timeout(2 * LATE).end(None)
        assert len(alarm._heap) <= 256
        results = await asyncio.gather(*(tasks[place] for place in (1, 2, 4)))
        late = [tasks[place] for place in (0, 3, 5)]
        assert not any(each.done() for each in late)
        for each in late:
            each.cancel()
        return results

    assert asyncio.run(main()) == ["cut"] * 3


def test_many_may_be_over_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> list[bool]:
        loop = asyncio.get_running_loop()
        now = loop.time()
        with monkeypatch.context() as patch:
            patch.setattr(loop, "time", lambda: now)
            made = [Timeout(LATE) for _ in range(8)]
        return [each.end(None) for each in made]

    assert asyncio.run(main()) == [False] * 8


def test_a_timeout_error_is_taken_for_its_own_though_others_have_cancelled_too() -> None:
    async def main() -> tuple[bool, int]:
        timeout = Timeout(None)
        timeout.expire()
        task().cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hang()
        ours = timeout.end(TimeoutError())
        left = task().cancelling()
        task().uncancel()
        return ours, left

    assert asyncio.run(main()) == (True, 1)


def test_the_loop_is_not_woken_for_what_has_ended_but_once() -> None:
    async def main() -> int:
        for _ in range(100):
            Timeout(SOON).end(None)
        alarm = timeouts._alarms[asyncio.get_running_loop()]
        await asyncio.sleep(5 * SOON)
        return len(alarm._heap) + (alarm._handle is not None)

    assert asyncio.run(main()) == 0


def test_each_loop_has_its_own_and_closed_ones_are_let_go() -> None:
    cut: list[Any] = []
    loops: list[weakref.ref[asyncio.AbstractEventLoop]] = []

    async def main() -> None:
        loops.append(weakref.ref(asyncio.get_running_loop()))
        cut.append(await limited(SOON, hang))

    threads = [threading.Thread(target=lambda: asyncio.run(main())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asyncio.run(main())
    gc.collect()
    assert cut == ["cut"] * 9
    assert sum(loop() is not None for loop in loops) <= 1


# -- against the original


class Ours:
    """`Timeout` as a context manager, as `asyncio.timeout` is one."""

    def __init__(self, limit: float) -> None:
        self._limit = limit

    async def __aenter__(self) -> None:
        self._timeout = Timeout(self._limit)

    async def __aexit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if self._timeout.end(error):
            raise TimeoutError from error


async def in_a_group(limit: Callable[[float], Any]) -> None:
    async with limit(SOON), asyncio.TaskGroup() as group:
        group.create_task(hang())
        group.create_task(hang())


async def around_a_group(limit: Callable[[float], Any]) -> None:
    async def one() -> None:
        async with limit(SOON):
            await hang()

    async with asyncio.TaskGroup() as group:
        group.create_task(one())
        group.create_task(hang())


async def in_a_group_that_fails(limit: Callable[[float], Any]) -> None:
    async def fails() -> None:
        raise KeyError("x")

    async with limit(LATE), asyncio.TaskGroup() as group:
        group.create_task(fails())
        await hang()


async def around_a_shield(limit: Callable[[float], Any]) -> None:
    shielded = asyncio.create_task(hang())
    try:
        async with limit(SOON):
            await asyncio.shield(shielded)
    finally:
        assert not shielded.cancelled()
        shielded.cancel()


async def around_another_limit(limit: Callable[[float], Any]) -> None:
    async with limit(LATE):
        await asyncio.wait_for(hang(), SOON)


async def within_another_limit(limit: Callable[[float], Any]) -> None:
    async with asyncio.timeout(SOON), limit(LATE):
        await hang()


async def within_one_of_its_kind(limit: Callable[[float], Any]) -> None:
    async with limit(SOON), limit(SOON):
        await hang()


async def cut_twice_in_a_row(limit: Callable[[float], Any]) -> None:
    for _ in range(2):
        with contextlib.suppress(TimeoutError):
            async with limit(SOON):
                await hang()
        await asyncio.sleep(0)
    raise ZeroDivisionError


async def cancelled_by_itself(limit: Callable[[float], Any]) -> None:
    async with limit(LATE):
        task().cancel()
        await hang()


async def over_at_once(limit: Callable[[float], Any]) -> None:
    async with limit(0):
        await hang()


async def cut_while_it_tidies_up(limit: Callable[[float], Any]) -> None:
    async with limit(SOON):
        try:
            await hang()
        finally:
            await asyncio.sleep(0)
            task().cancel()
            await asyncio.sleep(0)


SCENARIOS = (
    in_a_group, around_a_group, in_a_group_that_fails, around_a_shield, around_another_limit, within_another_limit,
    within_one_of_its_kind, cut_twice_in_a_row, cancelled_by_itself, over_at_once, cut_while_it_tidies_up,
)  # fmt: skip


def eagerly(main: Any) -> Any:
    async def begin() -> Any:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined,unused-ignore]
        return await asyncio.create_task(main)

    return asyncio.run(begin())


LOOPS: dict[str, Callable[[Any], Any]] = {"plain": asyncio.run, "debug": lambda main: asyncio.run(main, debug=True)}
if sys.version_info >= (3, 12):
    LOOPS["eager"] = eagerly


@pytest.mark.parametrize("run", LOOPS.values(), ids=list(LOOPS))
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_whatever_happens_it_ends_as_with_the_original(scenario: Any, run: Callable[[Any], Any]) -> None:
    async def ended(limit: Callable[[float], Any]) -> tuple[str, int]:
        try:
            await scenario(limit)
        except BaseException as error:
            inner = getattr(error, "exceptions", ())
            return repr([type(each) for each in (error, error.__cause__, *inner)]), task().cancelling()
        return "well", task().cancelling()

    assert run(ended(Ours)) == run(ended(asyncio.timeout))
