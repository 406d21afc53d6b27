"""A request with every policy there is, broken off at each of its waits, in each way there is: nothing stays behind."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import failsoft
from asgi.harness import Server, ask, chunks, scope, watch
from cancelling import ENDS, End, Stage, a_while, pending_timers
from clocks import ManualClock
from failsoft import Budget, Bulkhead, CircuitBreaker, Policy, Retry
from failsoft.current import current_call
from failsoft_asgi import install

NAME = "POST /"
RATE = 20


class World:
    """An application whose only endpoint fails at first, and whose only slot somebody else has at first."""

    def __init__(self, *, failures: int, streams: str) -> None:
        self.failures, self.streams = failures, streams
        self.failed = self.begun = self.answered = 0
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
        self.clock = ManualClock()
        self.fs = failsoft.Failsoft({}, clock=self.clock)
        self.events = watch(self.fs)

        async def view(request: Request) -> Response:
            return await self.endpoint(request)

        marked = failsoft.protect(policy=policy, idempotent=True)(view)
        self.app = Starlette(routes=[Route("/", marked, methods=["POST"])])
        install(self.app, fs=self.fs)
        self.seat: Any = None

    async def endpoint(self, request: Request) -> Response:
        self.begun += 1
        await a_while()
        # not `request.body()`, whose generator cannot be closed from outside while it waits
        assert [(await request.receive())["body"] for _ in range(2)] == [b"two ", b"parts"]
        if self.failed < self.failures:
            self.failed += 1
            raise ConnectionResetError
        if not self.streams:
            self.answered += 1
            return PlainTextResponse("well")
        return StreamingResponse(self.parts())

    async def parts(self) -> AsyncIterator[bytes]:
        await a_while()
        yield b"we"
        await a_while()
        yield b"ll"
        self.answered += 1

    def hold(self) -> None:
        """Somebody else takes the slot."""
        self.seat, _ = self.fs.bulkheads[NAME].force()

    def release(self) -> None:
        """And gives it back."""
        seat, self.seat = self.seat, None
        if seat is not None:
            self.fs.bulkheads[NAME].give(seat, None, False, 0.0)


class SlowServer(Server):
    """Nothing is there at once, and nothing goes out at once."""

    async def receive(self) -> dict[str, Any]:
        if self.incoming:
            await a_while()
        return await super().receive()

    async def send(self, message: Any) -> None:
        await a_while()
        await super().send(message)


async def play(world: World, stage: Stage) -> SlowServer:
    """One request, while somebody else has the slot. By an older protocol, streams run in a group of tasks."""
    version = {"version": "3.0", "spec_version": "2.3" if world.streams == "in a group" else "2.4"}
    server = SlowServer(chunks(b"two ", b"parts"))
    world.hold()
    await stage.play(world.app(scope("/", "POST", asgi=version), server.receive, server.send))
    world.release()
    # a generator that hangs on a traceback is closed by the collector, in a task: now, and not while it is looked
    gc.collect()
    for _ in range(12):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert pending_timers() == []
    assert stage.context.run(current_call.get) is None
    return server


def prepared(stage: Stage, *, failures: int, streams: str = "", opened: bool = False, granted: bool = False) -> World:
    """A world that has served a request already, so that all is bound."""
    world = World(failures=0, streams=streams)
    assert ask(world.app, "/", "POST", incoming=chunks(b"two ", b"parts")).body == b"well"
    if opened:
        with world.fs.circuit_breakers[NAME]._lock:
            world.fs.circuit_breakers[NAME].machine.trip(world.clock.monotonic(), 5, "for the test")
        world.clock.advance(5)
    world.failures, world.answered, world.begun = failures, 0, 0
    point = stage.point

    def at_point(number: int) -> None:
        if number < point or granted or not point:
            world.release()

    stage._at_point = at_point
    return world


def points_of(**how: Any) -> int:
    """How often such a request waits, if nobody disturbs it."""
    stage = Stage("cancelled", 0)
    world = prepared(stage, **how)
    server = asyncio.run(play(world, stage))
    assert server.complete
    assert (world.answered, world.begun) == (1, how["failures"] + 1)
    return stage.points


POINTS = {"": 12, "alone": 16, "in a group": 12}
"""In the queue; one in each of three attempts, and two for the body in the first; two before each further attempt,
before the head and before the body. A stream waits before each of its parts, and for sending them; where it runs in a
group, that is waited for once."""


@pytest.mark.parametrize("streams", POINTS)
def test_it_waits_so_often(streams: str) -> None:
    assert points_of(failures=2, streams=streams) == POINTS[streams]


def cases(points: int, ends: tuple[End, ...] = ENDS) -> list[Any]:
    return [pytest.param(end, point, id=f"{point}, {end}") for point in range(1, points + 1) for end in ends]


def assert_nothing_is_left(world: World) -> None:
    compartment = world.fs.bulkheads[NAME]
    snapshot = compartment.snapshot()
    assert (snapshot.in_use, snapshot.waiting, len(compartment.slots.free)) == (0, 0, 1)
    assert (compartment.slots.queued, compartment.slots._granted) == (False, set())


@pytest.mark.parametrize(("end", "point"), cases(POINTS[""]))
@pytest.mark.parametrize("granted", [False, True], ids=["", "slot comes"])
def test_wherever_a_request_is_broken_off_nothing_stays_behind(end: End, point: int, granted: bool) -> None:
    stage = Stage(end, point)
    world = prepared(stage, failures=2, granted=granted)
    asyncio.run(play(world, stage))
    assert stage.broken_off
    assert_nothing_is_left(world)
    counts = world.fs.circuit_breakers[NAME].snapshot().counts
    # the first request, and this one as far as its attempts came to an end: when its answer leaves, it is judged
    assert (counts.total, counts.failures) == (1 + world.failed + world.answered, world.failed)
    books = world.fs.retries.statistics(NAME)
    cut = world.begun > 0 and not world.answered
    assert (books.cancelled, books.successes, books.failures) == (int(cut), 1 + world.answered, 0)
    world.failures = 0
    assert ask(world.app, "/", "POST", incoming=chunks(b"two ", b"parts")).body == b"well"
    statuses = [ask(world.app, "/", "POST", incoming=chunks(b"two ", b"parts")).status for _ in range(RATE)]
    assert statuses == [200] * (RATE - 3) + [429] * 3


def streaming() -> list[Any]:
    """A group does not bear to be closed from outside, and its last wait is over before a sibling fails."""
    return [
        pytest.param(streams, end, point, id=f"{streams}, {point}, {end}")
        for streams in ("alone", "in a group")
        for point in range(1, POINTS[streams] + 1)
        for end in ENDS
        if streams == "alone" or not (end == "closed" or (end == "sibling fails" and point == POINTS[streams]))
    ]


@pytest.mark.parametrize(("streams", "end", "point"), streaming())
def test_wherever_a_streaming_request_is_broken_off_nothing_stays_behind(streams: str, end: End, point: int) -> None:
    stage = Stage(end, point)
    world = prepared(stage, failures=2, streams=streams)
    asyncio.run(play(world, stage))
    assert stage.broken_off
    assert_nothing_is_left(world)
    counts = world.fs.circuit_breakers[NAME].snapshot().counts
    assert counts.failures == world.failed
    assert counts.total in (1 + world.failed, 2 + world.failed)
    world.failures = 0
    assert ask(world.app, "/", "POST", incoming=chunks(b"two ", b"parts")).body == b"well"


@pytest.mark.parametrize(("end", "point"), cases(6))
def test_wherever_a_probe_is_broken_off_its_place_is_free_again(end: End, point: int) -> None:
    stage = Stage(end, point)
    world = prepared(stage, failures=0, opened=True)
    asyncio.run(play(world, stage))
    assert stage.broken_off
    assert_nothing_is_left(world)
    snapshot = world.fs.circuit_breakers[NAME].snapshot()
    if world.answered:
        # it has been judged, only its answer did not get through
        assert snapshot.state == "closed"
    else:
        assert (snapshot.state, snapshot.probes_in_flight, snapshot.probes_left) == ("half_open", 0, 1)
    assert ask(world.app, "/", "POST", incoming=chunks(b"two ", b"parts")).body == b"well"
    assert world.fs.circuit_breakers[NAME].state == "closed"
