"""A limit that workers share: calls leased ahead of time, so that no request waits for the store.

The store keeps one `Pool` for each key, a worker one `Lease` for each key that it serves. A worker spends what it has
leased, and asks for more in the background as soon as half is spent. Where the answer is late, or nothing was leased
yet, up to `credit` calls are admitted all the same; they are owed, and the next request for a lease pays them, whether
the pool still has them or not. So the rate holds in the long run, whatever happened meanwhile.

The bound: in any span of s seconds, W workers together admit at most

    burst + s * count / period + W * (size + credit)

where `size` is what they had leased before the span began, and `credit` what they owe at its end. While the store
cannot be reached, each worker decides alone by the whole limit, and the bound is that of W separate limits.
"""

from __future__ import annotations

from math import floor, inf
from typing import NamedTuple

from failsoft.machines.quota import Quota

__all__ = ["Ask", "Grant", "Lease", "Pool"]

_GRAIN = 1e-6


class Ask(NamedTuple):
    """What a worker wants of the store."""

    owed: int
    """Calls that were made without a lease. Charged in any case."""
    want: int
    """Calls to lease."""


class Grant(NamedTuple):
    """What the store gives."""

    calls: int
    wait: float
    """Seconds until there is more; 0 if all that was wanted was given."""


class Pool:
    """The side of the store: one key's quota, from which leases are taken. The caller holds the lock."""

    __slots__ = ("_burst", "_per_second", "_whole")

    def __init__(self, count: int, period: float, burst: int) -> None:
        self._per_second = count / period
        self._burst = burst
        self._whole = -inf

    def lease(self, ask: Ask, now: float) -> Grant:
        """Charge what is owed, and give of what is wanted as much as there is."""
        at = now * self._per_second
        spent = max(0.0, self._whole - at) + ask.owed
        calls = min(ask.want, max(0, floor(self._burst - spent + _GRAIN)))
        spent += calls
        self._whole = at + spent
        missing = spent + 1.0 - self._burst
        return Grant(calls, missing / self._per_second if calls < ask.want else 0.0)


class Lease:
    """The side of a worker: one key's leased calls. The caller holds the lock.

    Parameters:
        count, period, burst: the limit, for the time when the store is away.
        size: calls leased at a time.
        credit: calls that may be admitted before the store has answered.
    """

    __slots__ = ("_alone", "_asked", "_away", "_credit", "_denied_until", "_left", "_period", "_size", "_void_at")

    def __init__(self, count: int, period: float, burst: int, size: int, credit: int) -> None:
        self._alone = Quota(count, period, burst, 1)
        self._period = period
        self._size = size
        self._credit = credit
        self._left = 0
        self._asked: Ask | None = None
        self._away = False
        self._denied_until = -inf
        self._void_at = inf

    @property
    def away(self) -> bool:
        """The store could not be reached when it was last asked; the worker decides alone."""
        return self._away

    def take(self, now: float) -> float | None:
        """Ask for one call. None: go on; else the seconds after which another try makes sense."""
        if self._away:
            admitted, _, reset = self._alone.take("", now)
            return None if admitted else reset
        self._let_lapse(now)
        denied = now < self._denied_until
        if self._left > (0 if denied else -self._credit):
            self._left -= 1
            return None
        # nothing is known until the store has answered
        return self._denied_until - now if denied else min(1.0, self._period)

    def ask(self, now: float) -> Ask | None:
        """What to ask the store for now; None: nothing. To be followed by `granted` or `lost`."""
        self._let_lapse(now)
        if self._asked is not None or now < self._denied_until or (not self._away and self._left > self._size // 2):
            return None
        self._asked = Ask(max(0, -self._left), self._size - max(0, self._left))
        return self._asked

    def granted(self, grant: Grant, now: float) -> None:
        """The store has answered."""
        if self._asked is None:
            return
        self._left += self._asked.owed + grant.calls
        self._asked = None
        self._away = False
        self._denied_until = now + grant.wait if grant.wait > 0 else -inf
        if grant.calls:
            self._void_at = now + self._period

    def lost(self, now: float, again: float = 1.0) -> None:
        """The store did not answer. It is not asked again for `again` seconds."""
        self._asked = None
        self._away = True
        self._denied_until = now + again

    def _let_lapse(self, now: float) -> None:
        """What was leased a whole period ago has been earned anew by the pool, and is given back to it unspent."""
        if now >= self._void_at:
            self._left = min(self._left, 0)
            self._void_at = inf
