"""The leases of one worker in one limit: one for each key, bounded, and what is to be asked of the store.

A call takes a lease's word and that of the worker's own quota, which counts what this worker has admitted by the whole
limit. While the store is away the quota decides alone. So whatever happens to the store, in any span of s seconds W
workers admit at most

    W * (burst + s * count / period)

and while it answers, no more than the bound of `lease` either.

Where there are `max_keys` leases, the one not used for the longest time makes room. What it had left is lost to its
key until the pool has earned it anew; what it owes is kept until the store has been told.
"""

from __future__ import annotations

from collections import OrderedDict
from itertools import islice
from typing import NamedTuple

from failsoft.machines.lease import Ask, Grant, Lease, Share, Terms
from failsoft.machines.quota import Quota, Reading

__all__ = ["Leases", "Question"]

_MISSES = 3
"""After so many answers in a row that came too late for a call, no more calls wait until the store has answered."""


class Question(NamedTuple):
    """What the store is asked for one key."""

    key: str
    ask: Ask


class Leases:
    """The caller holds the lock.

    Parameters:
        terms: what the limit allows.
        share: how this worker takes part in it.
        max_keys: keys that are remembered.
    """

    __slots__ = ("_due", "_leases", "_leaving", "_max_keys", "_missed", "away", "quota", "share", "terms")

    def __init__(self, terms: Terms, share: Share, max_keys: int = 10_000) -> None:
        self.terms = terms
        self.share = share
        self.quota = Quota(*terms, max_keys)
        """What this worker has admitted."""
        self.away = False
        """The store did not answer when it was last asked; the worker decides alone."""
        self._max_keys = max_keys
        self._leases: OrderedDict[str, Lease] = OrderedDict()
        self._leaving: dict[str, Lease] = {}
        self._due: dict[str, None] = {}
        self._missed = 0

    def __len__(self) -> int:
        return len(self._leases)

    def take(self, key: str, now: float) -> Reading:
        """Ask for one call. O(1)."""
        lease = self._lease(key)
        if self.away:
            self._note(key)
            return self.quota.take(key, now)
        wait = lease.wait(self.share, now)
        if wait is not None:
            if lease.wants(self.share, now):
                self._note(key)
            return Reading(False, 0, wait)
        reading = self.quota.take(key, now)
        if not reading.admitted:
            return reading
        lease.left -= 1
        if lease.wants(self.share, now):
            self._note(key)
        return reading._replace(remaining=min(reading.remaining, lease.remaining(self.terms.burst)))

    def hurried(self, key: str) -> bool:
        """Whether it is worth asking for this key ahead of time."""
        lease = self._leases.get(key)
        return lease is not None and key in self._due and not self.away and lease.hurried(self.share)

    def told(self, key: str, grant: Grant, now: float) -> Reading:
        """The store itself has decided about one call."""
        self._missed = 0
        if grant.calls:
            self.quota.spend(key, now)
        return Reading(grant.calls > 0, grant.left, grant.wait)

    def missed(self) -> None:
        """The store was asked about one call, and has not answered in time. The call is decided on credit."""
        self._missed += 1

    @property
    def tired(self) -> bool:
        """The store was asked in vain so often that it is not worth while to wait for it."""
        return self._missed >= _MISSES

    def asks(self, now: float, most: int) -> list[Question]:
        """What to ask the store for now. To be followed by `granted` for each, or `lost`. O(`most`)."""
        found: list[Question] = []
        for key in list(islice(self._due, most)):
            del self._due[key]
            lease = self._leases.get(key) or self._leaving.get(key)
            if lease is None or lease.asked is not None:
                continue
            if lease.wants(self.share, now):
                found.append(Question(key, lease.ask(self.share)))
        return found

    def granted(self, question: Question, grant: Grant, now: float) -> None:
        """The store has answered. What was asked before and given up since is ignored."""
        key, ask = question
        lease = self._leases.get(key) or self._leaving.get(key)
        if lease is None or lease.asked is not ask:
            return
        self._leaving.pop(key, None)
        lease.granted(ask, grant, now, self.terms.period)

    def back(self) -> None:
        """The store answers."""
        self.away = False
        self._missed = 0

    def lost(self, questions: list[Question]) -> None:
        """The store did not answer these. It may or may not have done what it was asked."""
        for key, ask in questions:
            lease = self._leases.get(key) or self._leaving.get(key)
            if lease is not None and lease.asked is ask:
                lease.lost()
                self._note(key)
        self._lose()

    def change(self, terms: Terms, share: Share, now: float) -> None:
        """Allow so much from now on. What was spent stays spent, what was leased may be spent. O(keys)."""
        self.terms, self.share = terms, share
        self.quota.change(*terms, now)
        for lease in self._leases.values():
            lease.left = min(lease.left, share.size)

    def forget(self) -> None:
        """Begin anew in a forked process: what was leased is the other's to spend, what is owed the other's to pay."""
        self._leases = OrderedDict()
        self._leaving, self._due = {}, {}

    def give_up(self) -> None:
        """Whatever the store was asked, its answer is not for this one."""
        for key, lease in (*self._leases.items(), *self._leaving.items()):
            if lease.asked is not None:
                lease.lost()
                self._note(key)

    def _lose(self) -> None:
        self.away = True
        self._missed = 0

    def _note(self, key: str) -> None:
        if len(self._due) < 2 * self._max_keys:
            self._due[key] = None

    def _lease(self, key: str) -> Lease:
        lease = self._leases.get(key)
        if lease is not None:
            self._leases.move_to_end(key)
            return lease
        if len(self._leases) >= self._max_keys:
            oldest, leaving = self._leases.popitem(last=False)
            if (leaving.left < 0 or leaving.asked is not None) and len(self._leaving) < self._max_keys:
                self._leaving[oldest] = leaving
        lease = self._leaving[key] if key in self._leaving else Lease()
        self._leaving.pop(key, lease)
        self._leases[key] = lease
        return lease
