"""A limit that workers share: calls leased ahead of time, so that no request waits for the store.

The store keeps one `Pool` for each key, a worker one `Lease` for each key that it serves. A worker spends what it has
leased, and asks for more in the background as soon as half is spent. Where the answer is late, or nothing was leased
yet, up to `credit` calls are admitted all the same; they are owed, and the next request for a lease pays them, whether
the pool still has them or not. So the rate holds in the long run, whatever happened meanwhile.

The bound: in any span of s seconds, W workers together admit at most

    burst + s * count / period + W * (size + credit)

where `size` is what they had leased before the span began, and `credit` what they owe at its end. The quota of the
worker, which is asked as well, sees to it that W workers never admit more than W separate limits would, also while the
store cannot be reached; see `leases`.
"""

from __future__ import annotations

from math import ceil, floor, inf
from typing import NamedTuple

__all__ = ["Ask", "Grant", "Lease", "Pool", "Share", "Terms", "lend"]

_GRAIN = 1e-6
_AHEAD = 0.4
"""Seconds. A lease is to last from one exchange with the store to the next one, and for as long again."""


class Terms(NamedTuple):
    """What a limit allows."""

    calls: int
    period: float
    """Seconds."""
    burst: int

    @property
    def per_second(self) -> float:
        """Calls in the long run."""
        return self.calls / self.period


class Share(NamedTuple):
    """How a worker takes part in a limit."""

    size: int
    """Calls leased at a time."""
    credit: int
    """Calls that may be admitted before the store has answered."""
    burst: int
    """Calls that the pool may hold. Above that of the limit where this one is less than a lease."""

    @classmethod
    def of(cls, terms: Terms, *, exact: bool = False) -> Share:
        """An eighth of what may come at once, or what the rate allows in 0.4 s; and a credit of at least four calls.

        Parameters:
            exact: nothing is leased, as the store is asked for each call; the credit is for when it does not answer.
        """
        at_once = min(terms.burst, terms.calls)
        eighth = ceil(at_once / 8)
        credit = max(eighth, min(at_once, 4))
        if exact:
            return cls(0, credit, terms.burst)
        size = min(max(eighth, ceil(terms.per_second * _AHEAD)), terms.calls)
        return cls(size, credit, max(terms.burst, size))


class Ask(NamedTuple):
    """What a worker wants of the store."""

    owed: int
    """Calls that were made without a lease. Charged in any case."""
    want: int
    """Calls to lease."""


class Grant(NamedTuple):
    """What the store gives."""

    calls: int
    left: int
    """Calls that the pool still has."""
    wait: float
    """Seconds until it has one more."""


class Pool(NamedTuple):
    """The side of the store: what has been spent of one key's quota."""

    spent: float
    """Calls, as of `at`."""
    at: float
    """Seconds by the clock of the store. Should that go back, nothing is earned for as long as it has gone back."""
    burst: int
    """By which it was counted. Where it has changed, nobody owes more than a whole quota of the new one."""


def lend(pool: Pool | None, terms: Terms, ask: Ask, now: float) -> tuple[Pool, Grant]:
    """Charge what is owed, and give of what is wanted as much as there is.

    Parameters:
        pool: None: nothing is spent.
        terms: of the limit, with the burst of the pool.
    """
    rate, burst = terms.per_second, terms.burst
    spent = 0.0
    if pool is not None:
        spent = max(0.0, pool.spent - max(0.0, now - pool.at) * rate)
        if pool.burst != burst:
            spent = min(spent, burst)
    spent += ask.owed
    calls = min(ask.want, max(0, floor(burst - spent + _GRAIN)))
    spent += calls
    left = max(0, floor(burst - spent + _GRAIN))
    return Pool(spent, now, burst), Grant(calls, left, (spent + left + 1 - burst) / rate)


class Lease:
    """The side of a worker: one key's leased calls. The caller holds the lock."""

    __slots__ = ("_asked", "_denied_until", "_pool_left", "_short", "_void_at", "left")

    def __init__(self) -> None:
        self.left = 0
        """Calls that may still be spent; below 0: calls that are owed."""
        self._asked: Ask | None = None
        self._short = False
        self._denied_until = -inf
        self._void_at = inf
        self._pool_left: int | None = None

    def wait(self, share: Share, now: float) -> float | None:
        """Whether one call may be spent. None: yes; else the seconds after which another try makes sense."""
        self._let_lapse(now)
        if self.left > 0:
            return None
        if now < self._denied_until:
            return self._denied_until - now
        # after a refusal, no more than it takes to find out
        credit = min(share.credit, 1) if self._short else share.credit
        return None if self.left > -credit else 1.0

    def remaining(self, burst: int) -> int:
        """How many more calls there are, by what is known: those at hand, and those that the pool had left."""
        pool = burst if self._pool_left is None else self._pool_left
        return max(0, self.left) + max(0, pool + min(self.left, 0))

    def wants(self, share: Share, now: float) -> bool:
        """Whether the store is to be asked."""
        self._let_lapse(now)
        if self._asked is not None or now < self._denied_until:
            return False
        return self.left < 0 or (share.size > 0 and self.left <= share.size // 2)

    def hurried(self, share: Share) -> bool:
        """Whether the store is to be asked ahead of time. Not after a refusal, nor for the first few calls."""
        if self._pool_left is None:
            return self.left <= -max(1, share.credit // 2)
        return not self._short

    @property
    def asked(self) -> Ask | None:
        """What the store was asked for and has not answered."""
        return self._asked

    def ask(self, share: Share) -> Ask:
        """What to ask the store for now. To be followed by `granted` or `lost`."""
        self._asked = Ask(max(0, -self.left), max(0, share.size - max(0, self.left)))
        return self._asked

    def granted(self, ask: Ask, grant: Grant, now: float, lasts: float) -> None:
        """The store has answered. What was asked before and given up since is ignored.

        Parameters:
            lasts: seconds after which what was leased is given back.
        """
        if self._asked is not ask:
            return
        self.left += ask.owed + grant.calls
        self._asked = None
        self._pool_left = grant.left
        self._short = grant.left == 0
        self._denied_until = now + grant.wait if self._short else -inf
        if grant.calls:
            self._void_at = now + lasts

    def lost(self) -> None:
        """The store did not answer. It may or may not have done what it was asked."""
        self._asked = None
        self._short = False
        self._denied_until = -inf

    def _let_lapse(self, now: float) -> None:
        """What was leased a whole period ago has been earned anew by the pool, and is given back to it unspent."""
        if now >= self._void_at:
            self.left = min(self.left, 0)
            self._void_at = inf
            self._pool_left = None
