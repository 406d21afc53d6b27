"""A call with every policy there is, broken off at each of its waits, in each way there is: nothing stays behind."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from both_ways import Recorder
from cancelling import ENDS, End, Stage, a_while, pending_timers
from clocks import ManualClock
from failsoft import Budget, Bulkhead, CircuitBreaker, CircuitOpenError, Failsoft, Guard, Policy, RateLimitError, Retry
from failsoft.current import current_call
from failsoft.events import GuardCompleted
from failsoft.guard import _blocks

LOST = ConnectionResetError
POINTS = 10
"""One in the queue, two in each of three attempts, one more in the third, and one before each attempt but the first."""
PROBE_POINTS = 4
RATE = 20


def moments(points: int) -> list[Any]:
    """The waits, and the first one, in the queue, once more with a slot that comes at the same moment."""
    plain = [pytest.param(point, False, id=str(point)) for point in range(1, points + 1)]
    return [*plain, pytest.param(1, True, id="1, and a slot comes")]


class World:
    """A dependency that fails twice and then answers, whose only slot somebody else has at first."""

    def __init__(self, fs: Failsoft, clock: ManualClock, *, failures: int) -> None:
        self.fs, self.clock = fs, clock
        self.failures = failures
        self.failed = self.answered = self.begun = 0
        policy = Policy(
            deadline=60,
            timeout=50,
            retry=Retry(max_attempts=3, base_delay=1, jitter="none", budget=Budget(min_per_second=1000)),
            circuit_breaker=CircuitBreaker(
                failure_threshold=9, window=50, open_duration=5, half_open_calls=1, half_open_max_wait=1000
            ),
            bulkhead=Bulkhead(max_concurrent=1, max_queue=1, max_wait=60),
            rate_limit=f"{RATE}/day",
        )
        self.guard = fs.guard("x", policy=policy, idempotent=True)
        self.inner = fs.guard("inner", policy=Policy(timeout=40, circuit_breaker=True, bulkhead=1))
        self.events = Recorder(fs)
        self.release = asyncio.Event()
        self.held = asyncio.Event()

    async def ask(self) -> str:
        """Waits twice, the second time inside another guard."""
        self.begun += 1
        await a_while()
        async with self.inner:
            await a_while()
        if self.failed < self.failures:
            self.failed += 1
            raise LOST
        await self.inner.acall(a_while)
        self.answered += 1
        return "well"

    async def hold(self) -> None:
        """Somebody else, who has the slot."""
        async with self.guard:
            self.held.set()
            await self.release.wait()


async def play(world: World, stage: Stage, *, opened: bool) -> Any:
    """The call, while somebody else has the slot. Returns what the call came to."""
    holder = asyncio.create_task(world.hold())
    await world.held.wait()
    if opened:
        await open_circuit(world)
    result = await stage.play(world.guard.acall(world.ask))
    world.release.set()
    await holder
    for _ in range(3):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert pending_timers() == []
    return result


async def open_circuit(world: World) -> None:
    """Others fail in the same circuit, under a policy of their own, so that half-open is next."""
    breaker = world.guard._policy.circuit_breaker  # type: ignore[union-attr]
    others = world.fs.guard("x", policy=Policy(circuit_breaker=breaker))

    async def lost() -> None:
        raise LOST

    for _ in range(9):
        with pytest.raises(LOST):
            await others.acall(lost)
    assert world.fs.circuit_breakers["guard:x"].state == "open"
    world.clock.advance(5)


def assert_nothing_is_left(world: World, stage: Stage) -> None:
    for name in ("guard:x", "guard:inner"):
        compartment = world.fs.bulkheads.get(name)
        if compartment is not None:
            snapshot = compartment.snapshot()
            assert (snapshot.in_use, snapshot.waiting, len(compartment.slots.free)) == (0, 0, 1)
            assert (compartment.slots.queued, compartment.slots._granted) == (False, set())
    assert stage.context.run(current_call.get) is None
    assert stage.context.run(_blocks.get) == ()
    assert (current_call.get(), _blocks.get()) == (None, ())
    assert (world.guard._open, world.inner._open) == ({}, {})


def ends_of(world: World) -> list[str | None]:
    return [event.error_type for event in world.events.of(GuardCompleted) if event.endpoint == "guard:x"]


def admitted_still(guard: Guard) -> int:
    admitted = 0
    while True:
        try:
            guard.call(str)
        except RateLimitError:
            return admitted
        admitted += 1


def test_it_waits_so_often(fs: Failsoft, clock: ManualClock) -> None:
    stage = Stage("cancelled", 0)
    world = World(fs, clock, failures=2)
    stage._at_point = lambda point: world.release.set()
    assert asyncio.run(play(world, stage, opened=False)) == "well"
    assert stage.points == POINTS
    assert clock.slept == [1, 2]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("point", "granted"), moments(POINTS))
def test_wherever_a_call_is_broken_off_nothing_stays_behind(
    fs: Failsoft, clock: ManualClock, end: End, point: int, granted: bool
) -> None:
    world = World(fs, clock, failures=2)

    def at_point(number: int) -> None:
        if number < point or granted:
            world.release.set()

    stage = Stage(end, point, at_point)
    assert asyncio.run(play(world, stage, opened=False)) is None
    assert stage.broken_off
    assert_nothing_is_left(world, stage)
    # an attempt that was broken off is neither success nor failure; the one other success is the holder's
    counts = fs.circuit_breakers["guard:x"].snapshot().counts
    assert (counts.total, counts.failures) == (world.failed + 1, world.failed)
    assert world.answered == 0
    within = fs.circuit_breakers.get("guard:inner")
    assert within is None or within.snapshot().counts.failures == 0
    assert sorted(map(str, ends_of(world))) == ["GeneratorExit" if end == "closed" else "CancelledError", "None"]
    books = fs.retries.statistics("x")
    # a call that was turned away before its first attempt is not in the books
    assert (books.cancelled, books.failures) == (int(world.begun > 0), 0)
    # and the next ones work, each of them admitted once
    world.failures = 0
    assert asyncio.run(world.guard.acall(world.ask)) == "well"
    assert admitted_still(world.guard) == RATE - 3


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize(("point", "granted"), moments(PROBE_POINTS))
def test_wherever_a_probe_is_broken_off_its_place_is_free_again(
    fs: Failsoft, clock: ManualClock, end: End, point: int, granted: bool
) -> None:
    world = World(fs, clock, failures=0)

    def at_point(number: int) -> None:
        if number < point or granted:
            world.release.set()

    stage = Stage(end, point, at_point)
    assert asyncio.run(play(world, stage, opened=True)) is None
    assert stage.broken_off
    assert_nothing_is_left(world, stage)
    snapshot = fs.circuit_breakers["guard:x"].snapshot()
    # the result of the holder is of an earlier generation
    assert (snapshot.state, snapshot.probes_in_flight, snapshot.probes_left) == ("half_open", 0, 1)
    assert (snapshot.probe_successes, snapshot.probe_failures) == (0, 0)
    assert asyncio.run(world.guard.acall(world.ask)) == "well"
    assert fs.circuit_breakers["guard:x"].state == "closed"


@pytest.mark.parametrize("end", ENDS)
def test_who_is_turned_away_leaves_nothing_behind_either(fs: Failsoft, clock: ManualClock, end: End) -> None:
    """The whole way is gone without a wait, so there is nowhere to break it off; all is as after a wait."""
    world = World(fs, clock, failures=0)

    async def main() -> None:
        await open_circuit(world)
        stage = Stage(end, 1)
        breaker = fs.circuit_breakers["guard:x"]
        breaker.force_open()
        with pytest.raises(CircuitOpenError if end != "sibling fails" else ExceptionGroup):
            await stage.play(world.guard.acall(world.ask))
        assert stage.points == 0
        assert pending_timers() == []
        assert stage.context.run(current_call.get) is None

    asyncio.run(main())
    snapshot = fs.bulkheads["guard:x"].snapshot()
    assert (snapshot.in_use, snapshot.waiting) == (0, 0)
