"""So many at the same time, and so many in the queue: slots, and who waits for one.

The machine reads no clock and takes no lock: the caller holds its own lock around each method, and wakes whom `settle`
names after letting go of it. The thread that is inside may come in once more, as it does when the garbage collector
ends a call that was abandoned.

A slot is a token in `free`. Where nobody waits, no lock is needed to take one or to give it back, because a `deque`
pops and appends in one step:

    take    if `queued`, go the long way; else `seat = free` and `seat.pop()`, and on `IndexError` the long way
    give    `seat.append(None)`; then, if `attended`, see to it, under the lock

The long way says `attended` first and looks for a token afterwards, the short way appends first and reads `attended`
afterwards: one of the two sees the other, so no token lies there while somebody waits for it. A token goes back into
the deque it was taken from; after `forget` that is one that nobody looks at any more.

Tokens never exceed the limit. What is out beyond it, because the limit sank or a call was let in regardless, is a
debt: so many tokens are destroyed as they come back.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Slots", "SlotsSnapshot"]

W = TypeVar("W")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsSnapshot:
    """One bulkhead at one moment."""

    limit: int
    """Calls at the same time; of an adaptive one, for now."""
    in_use: int
    """Slots taken. Above `limit` where that has just sunk, or where calls are only observed."""
    waiting: int
    max_queue: int
    rejected: int
    """Calls turned away since the start, those that waited in vain included."""


class Slots(Generic[W]):
    """The slots of one bulkhead. The caller holds a lock around every method; the attributes may be read without.

    Waiters are whatever can be hashed.

    Parameters:
        limit: calls at the same time, at least 1.
        room: places in the queue.
        watched: whoever gives a slot back is to come by the long way, for it has something to report.
    """

    __slots__ = (
        "_debt",
        "_granted",
        "_queue",
        "_watched",
        "attended",
        "free",
        "limit",
        "queued",
        "rejected",
        "room",
        "urgent",
    )

    def __init__(self, limit: int, room: int = 0, *, watched: bool = False) -> None:
        self.limit = limit
        self.room = room
        self.rejected = 0
        """How many got no slot."""
        self._watched = watched
        self.forget()

    def adopt(self, limit: int, room: int, *, watched: bool) -> None:
        """Go by other numbers from now on; arguments as when it was made. To be followed by `settle`."""
        self.room = room
        self._watched = watched
        if limit != self.limit:
            self.resize(limit)
        self._note()

    def forget(self) -> None:
        """All slots are free and nobody waits: the process was forked, and the others are not here."""
        self.free: deque[None] = deque([None] * self.limit)
        """The tokens."""
        self.queued = False
        """Somebody waits, so that nobody may take a token past the queue."""
        self.urgent = False
        """Somebody waits, or tokens are to be destroyed."""
        self.attended = self._watched
        """Whoever gives a token back has to look whether it is `urgent`, and then to `settle`; or has to report."""
        self._debt = 0
        self._queue: OrderedDict[W, None] = OrderedDict()
        self._granted: set[W] = set()

    def take(self) -> bool:
        """Take a slot, if one is free and nobody waits for it."""
        return not self._queue and self._pop()

    def force(self) -> bool:
        """Take a slot that may not be there. Returns whether the call would have got one, or a place in the queue."""
        if self.take():
            return True
        self._debt += 1
        self._note()
        return self._debt + len(self._queue) <= self.room

    def queue(self, waiter: W) -> bool:
        """Wait at the end of the queue, if it has room. To be followed by `settle`."""
        if len(self._queue) >= self.room:
            self.rejected += 1
            return False
        self._queue[waiter] = None
        self._note()
        return True

    def settle(self) -> Sequence[W]:
        """Hand out what came back, first come first served. Returns who got a slot, to be woken."""
        if not self._queue and not self._debt:
            return ()
        self._pay()
        granted: list[W] = []
        while self._queue and self._pop():
            try:
                waiter, _ = self._queue.popitem(last=False)
            except KeyError:
                # whoever was last in the queue has left it in between
                self.free.append(None)
                break
            self._granted.add(waiter)
            granted.append(waiter)
        self._note()
        return granted

    def claim(self, waiter: W) -> bool:
        """Its wait is over. True: it has a slot. False: it got none in time, and has left the queue."""
        if waiter in self._granted:
            self._granted.remove(waiter)
            return True
        self._queue.pop(waiter, None)
        self.rejected += 1
        self._note()
        return False

    def abandon(self, waiter: W) -> None:
        """It will not come for its slot: it leaves the queue, or gives back what it got. To be followed by `settle`.

        A second time, and after `claim`, it does nothing.
        """
        if waiter in self._granted:
            self._granted.remove(waiter)
            self.free.append(None)
        else:
            self._queue.pop(waiter, None)
        self._note()

    def resize(self, limit: int) -> None:
        """Change the limit. To be followed by `settle`."""
        more = limit - self.limit
        self.limit = limit
        if more < 0:
            self._debt -= more
        else:
            forgiven = min(self._debt, more)
            self._debt -= forgiven
            self.free.extend([None] * (more - forgiven))
        self._pay()
        self._note()

    @property
    def in_use(self) -> int:
        """Slots taken, those included that a waiter got and has not claimed."""
        return max(0, self.limit + self._debt - len(self.free))

    def snapshot(self) -> SlotsSnapshot:
        """Everything that can be told now."""
        return SlotsSnapshot(
            limit=self.limit,
            in_use=self.in_use,
            waiting=len(self._queue),
            max_queue=self.room,
            rejected=self.rejected,
        )

    def _pay(self) -> None:
        """Destroy tokens that came back, as far as they are owed."""
        while self._debt:
            # first the one and then the other, so that nothing is paid twice
            self._debt -= 1
            if not self._pop():
                self._debt += 1
                break

    def _pop(self) -> bool:
        try:
            self.free.pop()
        except IndexError:
            return False
        return True

    def _note(self) -> None:
        self.queued = bool(self._queue)
        self.urgent = self.queued or self._debt > 0
        self.attended = self._watched or self.urgent
