"""What an open circuit raises, and whom it keeps alive."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest

import failsoft
from both_ways import ASYNC, SYNC, Script, Way
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft, Guard, Policy, RateLimit


class Body(bytearray):
    """What a handler has in its hands."""

    __slots__ = ("__weakref__",)


def opened(fs: Failsoft) -> Guard:
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=1, open_duration=300)))
    with pytest.raises(ConnectionResetError):
        SYNC.call(guard, Script(ConnectionResetError()))
    return guard


def exhausted(fs: Failsoft) -> Guard:
    guard = fs.guard("y", policy=Policy(rate_limit=RateLimit(rate="1/day")))
    SYNC.call(guard, Script("the only one"))
    return guard


@pytest.mark.parametrize("made", [opened, exhausted])
def test_a_thousand_rejections_keep_nothing_alive(fs: Failsoft, way: Way, made: object) -> None:
    """Trap: one stored exception is raised for the whole open period; its traceback grows by each caller's frames,
    and 1000 rejected requests retain 100 MB of their bodies."""
    guard = made(fs)  # type: ignore[operator]
    kept: list[weakref.ref[Body]] = []
    depths = set()

    def handler() -> None:
        body = Body(1000)
        kept.append(weakref.ref(body))
        try:
            way.call(guard, lambda: body)
        except failsoft.RejectedError as error:
            depth, trace = 0, error.__traceback__
            while trace is not None:
                depth, trace = depth + 1, trace.tb_next
            depths.add(depth)

    for _ in range(1000 if way is SYNC else 100):
        handler()
    gc.collect()
    assert [reference for reference in kept if reference() is not None] == []
    assert len(depths) == 1


def test_a_rejection_can_be_hashed_and_kept_in_a_set(fs: Failsoft) -> None:
    """Trap: the exception is a dataclass with `__eq__`, so it has no hash and trips up logging."""
    guard = opened(fs)
    caught = set()
    for _ in range(3):
        with pytest.raises(failsoft.CircuitOpenError) as one:
            guard.call(Script())
        caught.add(one.value)
    assert len(caught) == 3


def test_rejections_can_be_gathered_in_a_group(fs: Failsoft) -> None:
    """Trap: the same object in several tasks at once."""
    guard = opened(fs)

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(3):
                group.create_task(guard.acall(ASYNC.fn(Script())))

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(main())
    assert len({id(error) for error in caught.value.exceptions}) == 3


def test_the_call_that_opens_the_circuit_raises_what_it_met(fs: Failsoft, way: Way) -> None:
    """Trap: the call that trips the breaker gets the breaker's exception in place of the timeout that matters."""
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=2)))
    for _ in range(2):
        theirs = ConnectionResetError("this matters")
        with pytest.raises(ConnectionResetError) as caught:
            way.call(guard, Script(theirs))
        assert caught.value is theirs


def test_no_open_time_at_all_means_none(fs: Failsoft, clock: ManualClock, way: Way) -> None:
    """Trap: `recovery_timeout=0` is falsy and becomes the default of 30 seconds."""
    breaker = CircuitBreaker(failure_threshold=1, open_duration=0, half_open_calls=1)
    guard = fs.guard("x", policy=Policy(circuit_breaker=breaker))
    with pytest.raises(ConnectionResetError):
        way.call(guard, Script(ConnectionResetError()))
    assert way.call(guard, Script("well")) == "well"
    assert clock.slept == []


@pytest.mark.parametrize("options", [{"failure_threshold": 0}, {"window": 0}, {"minimum_calls": 0}])
def test_a_nought_that_makes_no_sense_is_refused(options: dict[str, int]) -> None:
    """Trap: the same; a threshold of 0 silently becomes 5."""
    with pytest.raises(failsoft.SettingsError):
        CircuitBreaker(**options)  # type: ignore[arg-type]
