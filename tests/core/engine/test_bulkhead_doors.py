"""The bulkhead through the doors of a guard, fixed and adaptive, against lists of who is inside and who waits."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from clocks import ManualClock
from core.machines.test_adaptive_model import LAWS, NaiveLimit
from doors import BREAKS, Going, begin, come_to
from failsoft import Bulkhead, BulkheadFullError, Failsoft, Policy
from models import Model, looking

NAME = "guard:x"
MAX_WAIT = 5.0
SYNCHRONOUS = ("block", "thread")


class Caller:
    """A call on its way: a task, or one that has come in by a synchronous door."""

    def __init__(self, now: float) -> None:
        self.came = self.seated = now
        self.task: asyncio.Task[Any] | None = None
        self.going: Going | None = None
        self.gate: asyncio.Future[str] | None = None
        self.inside = False


class BulkheadDoors(Model):
    """Tasks run in a loop that goes by the manual clock, and only when the test says so."""

    adaptive = False

    @initialize(data=st.data(), limit=st.integers(1, 4), room=st.integers(0, 3))
    def start(self, data: Any, limit: int, room: int) -> None:
        self.clock = ManualClock(monotonic=1024.0)
        self.loop = asyncio.new_event_loop()
        self.loop.time = self.clock.monotonic  # type: ignore[method-assign]
        self.fs = Failsoft({}, clock=self.clock, rng=Random(0))
        options = self.options(data, limit, room)
        self.guard = self.fs.guard("x", policy=Policy(bulkhead=options))
        self.fs.guard_pipeline(NAME, self.guard._policy)
        self.limit, self.room, self.rejected = options.bounds[2], room, 0
        self.inside: list[Caller] = []
        self.waiting: list[Caller] = []

    def options(self, data: Any, limit: int, room: int) -> Bulkhead:
        return Bulkhead(max_concurrent=limit, max_queue=room, max_wait=MAX_WAIT if room else 0)

    # -- what the naive bulkhead does

    def promote(self) -> None:
        while self.waiting and len(self.inside) < self.limit:
            self.inside.append(self.waiting.pop(0))

    def leave(self, caller: Caller, end: str) -> None:
        self.inside.remove(caller)
        self.promote()

    # -- what happens

    def turn(self, times: int = 6) -> None:
        """Let the loop run, until nothing is left to do at this time."""
        for _ in range(times):
            self.loop.run_until_complete(asyncio.sleep(0))
        for caller in self.inside:
            if not caller.inside:
                # it was woken, and its own time begins when it runs
                caller.inside, caller.seated = True, self.clock.monotonic()

    @rule()
    def a_task_comes(self) -> None:
        caller = Caller(self.clock.monotonic())
        caller.gate = self.loop.create_future()

        async def body() -> str:
            assert caller.gate is not None
            return come_to(await caller.gate)

        caller.task = self.loop.create_task(self.guard.acall(body))
        self.turn()
        if not self.waiting and len(self.inside) < self.limit:
            caller.inside = True
            self.inside.append(caller)
        elif len(self.waiting) < self.room:
            self.waiting.append(caller)
        else:
            self.rejected += 1
            assert isinstance(caller.task.exception(), BulkheadFullError)

    @precondition(lambda self: not self.waiting and (len(self.inside) < self.limit or not self.room))
    @rule(door=st.sampled_from(SYNCHRONOUS))
    def a_thread_comes(self, door: str) -> None:
        """It would wait in the queue, so it comes only when it needs not."""
        caller = Caller(self.clock.monotonic())
        try:
            caller.going = begin(self.guard, door)
        except BulkheadFullError:
            assert len(self.inside) >= self.limit
            self.rejected += 1
        else:
            assert len(self.inside) < self.limit
            caller.inside = True
            self.inside.append(caller)

    @precondition(lambda self: any(caller.inside for caller in self.inside))
    @rule(which=st.integers(0, 10**6), end=st.sampled_from(["well", "well", "lost", "client"]), turns=st.booleans())
    def a_call_ends(self, which: int, end: str, turns: bool) -> None:
        those = [caller for caller in self.inside if caller.inside]
        caller = those[which % len(those)]
        if caller.going is not None:
            assert (caller.going.end(end) is None) == (end == "well")
            self.leave(caller, end)
            if turns:
                self.turn()
            return
        assert caller.gate is not None
        assert caller.task is not None
        caller.gate.set_result(end)
        self.loop.run_until_complete(asyncio.wait([caller.task]))
        assert (caller.task.exception() is None) == (end == "well")
        self.leave(caller, end)
        self.turn()

    @precondition(lambda self: self.inside or self.waiting)
    @rule(which=st.integers(0, 10**6))
    def a_call_is_broken_off(self, which: int) -> None:
        """Inside, in the queue, or when it has got a slot and does not know it yet."""
        everybody = [*self.inside, *self.waiting]
        caller = everybody[which % len(everybody)]
        if caller.going is not None:
            caller.going.end(BREAKS[which % 2])
            self.leave(caller, "cancelled")
            return
        assert caller.task is not None
        caller.task.cancel()
        self.loop.run_until_complete(asyncio.wait([caller.task]))
        assert caller.task.cancelled()
        if caller in self.waiting:
            self.waiting.remove(caller)
        else:
            self.leave(caller, "cancelled")
        self.turn()

    @rule(eighths=st.integers(0, 60))
    def time_passes(self, eighths: int) -> None:
        self.turn()
        self.clock.advance(eighths / 8)
        late = [caller for caller in self.waiting if self.clock.monotonic() >= caller.came + MAX_WAIT]
        self.turn()
        for caller in late:
            assert caller.task is not None
            assert isinstance(caller.task.exception(), BulkheadFullError)
            self.waiting.remove(caller)
            self.rejected += 1

    @precondition(lambda self: not self.adaptive)
    @rule(limit=st.integers(1, 5), room=st.integers(0, 3))
    def the_options_change(self, limit: int, room: int) -> None:
        self.turn()
        self.fs.bulkheads[NAME].adopt(self.options(None, limit, room))
        self.limit, self.room = limit, room
        self.promote()
        self.turn()

    @invariant()
    def tells_the_same_story(self) -> None:
        if not hasattr(self, "guard"):
            return
        compartment = self.fs.bulkheads[NAME]
        snapshot = compartment.snapshot()
        told = (snapshot.limit, snapshot.in_use, snapshot.waiting, snapshot.rejected, snapshot.max_queue)
        assert told == (self.limit, len(self.inside), len(self.waiting), self.rejected, self.room)
        assert len(compartment.slots.free) == max(0, self.limit - len(self.inside))
        assert compartment.slots.queued == bool(self.waiting)

    @invariant()
    def whoever_should_be_inside_is(self) -> None:
        for caller in getattr(self, "waiting", ()):
            assert caller.task is not None
            assert not caller.task.done()
        for caller in getattr(self, "inside", ()):
            assert caller.task is None or not caller.task.done()

    def teardown(self) -> None:
        if not hasattr(self, "guard"):
            return
        for caller in [*self.inside, *self.waiting]:
            if caller.going is not None:
                caller.going.end("interrupted")
            elif caller.task is not None:
                caller.task.cancel()
        self.turn()
        snapshot = self.fs.bulkheads[NAME].snapshot()
        assert (snapshot.in_use, snapshot.waiting) == (0, 0)
        assert [handle for handle in self.loop._scheduled if not handle.cancelled()] == []  # type: ignore[attr-defined]
        assert asyncio.all_tasks(self.loop) == set()
        self.loop.close()
        self.fs.close()


class AdaptiveDoors(BulkheadDoors):
    """The same, with a limit that finds itself from how long calls take and how many fail."""

    adaptive = True

    def options(self, data: Any, limit: int, room: int) -> Bulkhead:
        law = data.draw(st.sampled_from(sorted(LAWS)))
        self.naive = NaiveLimit(law, limit, limit + 6, Fraction(limit))
        return Bulkhead(
            adaptive=law,  # type: ignore[arg-type]
            min_concurrent=limit,
            max_concurrent=limit + 6,
            max_queue=room,
            max_wait=MAX_WAIT if room else 0,
        )

    def leave(self, caller: Caller, end: str) -> None:
        if end in ("well", "lost"):
            now = Fraction(self.clock.monotonic())
            self.naive.sample(now, now - Fraction(caller.seated), len(self.inside), end == "lost")
            if not self.naive.near_a_whole_number() or self.naive.law == "aimd":
                self.limit = self.naive.limit
            else:
                # floating point may have fallen on either side
                self.limit = self.fs.bulkheads[NAME].slots.limit
                assert abs(self.limit - self.naive.exact) <= 1 + 1e-6
        super().leave(caller, end)

    @rule(times=st.integers(1, 15), eighths=st.integers(0, 4), end=st.sampled_from(["well", "well", "lost"]))
    def a_burst(self, times: int, eighths: int, end: str) -> None:
        """Calls one after the other, for enough samples."""
        for _ in range(times):
            if self.waiting or len(self.inside) >= self.limit:
                return
            self.a_thread_comes("block")
            self.clock.advance(eighths / 8)
            caller = self.inside[-1]
            assert caller.going is not None
            caller.going.end(end)
            self.leave(caller, end)
        self.turn()


TestBulkheadDoors = BulkheadDoors.TestCase
TestAdaptiveDoors = AdaptiveDoors.TestCase
TestBulkheadDoors.settings = TestAdaptiveDoors.settings = looking(examples=40, steps=40)
