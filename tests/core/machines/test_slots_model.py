"""The slots of a bulkhead against a list of who is in and a list of who waits."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from failsoft.machines.slots import Slots
from models import Model, looking


class Naive:
    """Who is in, who waits: nothing else."""

    def __init__(self, limit: int, room: int) -> None:
        self.limit = limit
        self.room = room
        self.inside: list[int] = []
        self.waiting: list[int] = []
        self.granted: set[int] = set()
        self.rejected = 0

    def arrive(self, who: int) -> str:
        if not self.waiting and len(self.inside) < self.limit:
            self.inside.append(who)
            return "in"
        if len(self.waiting) < self.room:
            self.waiting.append(who)
            return "waits"
        self.rejected += 1
        return "rejected"

    def promote(self) -> list[int]:
        woken = []
        while self.waiting and len(self.inside) < self.limit:
            woken.append(self.waiting.pop(0))
            self.inside.append(woken[-1])
        self.granted.update(woken)
        return woken


class SlotsAgainstTheNaiveOnes(Model):
    """Each step is one that a caller makes under the lock, or one of the short ways without it."""

    @initialize(limit=st.integers(1, 4), room=st.integers(0, 3), watched=st.booleans())
    def start(self, limit: int, room: int, watched: bool) -> None:
        self.slots: Slots[int] = Slots(limit, room, watched=watched)
        self.watched = watched
        self.naive = Naive(limit, room)
        self.seats: dict[int, Any] = {}
        self.numbers = iter(range(10**9))
        self.gone: list[int] = []

    def woke(self, granted: Any) -> None:
        assert list(granted) == self.naive.promote()

    @rule(short=st.booleans())
    def arrive(self, short: bool) -> None:
        who, slots = next(self.numbers), self.slots
        expected = self.naive.arrive(who)
        if short and not slots.queued and slots.free:
            slots.free.pop()
            got = "in"
        elif slots.take():
            got = "in"
        else:
            got = "waits" if slots.queue(who) else "rejected"
            self.woke(slots.settle())
        assert got == expected
        if got == "in":
            self.seats[who] = slots.free

    @rule()
    def observed(self) -> None:
        who, naive = next(self.numbers), self.naive
        free = not naive.waiting and len(naive.inside) < naive.limit
        naive.inside.append(who)
        beyond = len(naive.inside) - naive.limit
        fits = self.slots.force()
        self.seats[who] = self.slots.free
        if free:
            assert fits
        elif len(naive.inside) > naive.limit:
            assert fits == (beyond + len(naive.waiting) <= naive.room)

    @precondition(lambda self: self.seats)
    @rule(which=st.integers(0, 10**6))
    def leave(self, which: int) -> None:
        who = list(self.seats)[which % len(self.seats)]
        self.seats.pop(who).append(None)
        self.naive.inside.remove(who)
        if self.slots.attended:
            self.woke(self.slots.settle())
        else:
            assert self.naive.promote() == []

    @precondition(lambda self: self.naive.granted)
    @rule(which=st.integers(0, 10**6))
    def come_for_the_slot(self, which: int) -> None:
        who = sorted(self.naive.granted)[which % len(self.naive.granted)]
        self.naive.granted.remove(who)
        assert self.slots.claim(who)
        self.seats[who] = self.slots.free
        self.gone.append(who)

    @precondition(lambda self: self.naive.granted or self.naive.waiting)
    @rule(which=st.integers(0, 10**6))
    def be_cancelled(self, which: int) -> None:
        naive = self.naive
        everybody = [*sorted(naive.granted), *naive.waiting]
        who = everybody[which % len(everybody)]
        if who in naive.granted:
            naive.granted.remove(who)
            naive.inside.remove(who)
        else:
            naive.waiting.remove(who)
        self.slots.abandon(who)
        self.woke(self.slots.settle())
        self.gone.append(who)

    @precondition(lambda self: self.naive.waiting)
    @rule(which=st.integers(0, 10**6))
    def wait_in_vain(self, which: int) -> None:
        who = self.naive.waiting[which % len(self.naive.waiting)]
        self.naive.waiting.remove(who)
        self.naive.rejected += 1
        assert not self.slots.claim(who)
        self.gone.append(who)

    @precondition(lambda self: self.gone)
    @rule(which=st.integers(0, 10**6))
    def be_cancelled_when_all_is_over(self, which: int) -> None:
        self.slots.abandon(self.gone[which % len(self.gone)])
        self.woke(self.slots.settle())

    @rule(limit=st.integers(1, 6))
    def resize(self, limit: int) -> None:
        self.slots.resize(limit)
        self.naive.limit = limit
        self.woke(self.slots.settle())

    @invariant()
    def tells_the_same_story(self) -> None:
        snapshot, naive = self.slots.snapshot(), self.naive
        told = (snapshot.limit, snapshot.in_use, snapshot.waiting, snapshot.rejected, snapshot.max_queue)
        assert told == (naive.limit, len(naive.inside), len(naive.waiting), naive.rejected, naive.room)
        assert self.slots.queued == bool(naive.waiting)
        assert len(self.slots.free) == max(0, naive.limit - len(naive.inside))

    @invariant()
    def needs_attention_only_where_something_is_to_be_done(self) -> None:
        beyond = len(self.naive.inside) > self.naive.limit
        assert self.slots.urgent == (beyond or bool(self.naive.waiting))
        assert self.slots.attended == (self.watched or self.slots.urgent)


TestSlotsAgainstTheNaiveOnes = SlotsAgainstTheNaiveOnes.TestCase
TestSlotsAgainstTheNaiveOnes.settings = looking(examples=100, steps=50)


def test_after_a_fork_all_slots_are_free_and_what_was_out_does_not_come_back() -> None:
    slots: Slots[str] = Slots(2, 1)
    seat = slots.free
    seat.pop()
    seat.pop()
    slots.queue("left behind")
    slots.settle()
    slots.forget()
    seat.append(None)
    assert slots.settle() == ()
    snapshot = slots.snapshot()
    assert (snapshot.in_use, snapshot.waiting, len(slots.free)) == (0, 0, 2)
    assert not slots.queued
