"""How often something may be done, for each of many keys.

The generic cell rate algorithm (ITU-T I.371, Annex A), which is a token bucket that needs one number for each key: the
time at which its quota will be whole again. Time is counted in calls here, not in seconds: each call adds exactly 1, so
that no error adds up however fast the calls come.

The bound is exact. In any span of s seconds, one key is admitted at most `burst + s * count / period` times.

Keys are bounded. A key whose quota is whole again is the same as one never seen, so dropping it loses nothing. Where
all of `max_keys` have something spent, the one not seen for the longest time is dropped, and what it has spent is
noted in two of a fixed number of cells, chosen by its hash. A key that comes back, or is new, begins with the smaller
of its two cells. So nobody gains by having many keys push out their own. The price is paid by a newcomer whose two
cells both hold somebody's debt: it is at worst treated as the less indebted of the two.
"""

from __future__ import annotations

from collections import OrderedDict
from math import inf
from typing import NamedTuple

__all__ = ["Quota", "Reading"]

# Of a call: where the waiting time that was told is over to the last digit but one.
_GRAIN = 1e-6


class Reading(NamedTuple):
    """What became of one call."""

    admitted: bool
    remaining: int
    """Calls that would be admitted at once after this one."""
    reset: float
    """Seconds until there is one more of them; for a call that was not admitted, until it would be."""


class Quota:
    """A quota of calls for each key. The caller holds the lock.

    Parameters:
        count, period: so many calls in so many seconds, in the long run.
        burst: calls that a key which was quiet may make at once.
        max_keys: keys that are remembered one by one.

    Raises:
        ValueError: one of them is not above 0.
    """

    __slots__ = ("_blurred", "_burst", "_keys", "_max_keys", "_per_second", "evicted")

    def __init__(self, count: int, period: float, burst: int, max_keys: int = 10_000) -> None:
        if not (count > 0 and period > 0 and burst > 0 and max_keys > 0):
            raise ValueError(f"a quota is above 0: {count} in {period} s, burst {burst}, {max_keys} keys")
        self._per_second = count / period
        self._burst = burst
        self._max_keys = max_keys
        self._keys: OrderedDict[str, float] = OrderedDict()
        self._blurred: list[float] = []
        self.evicted = 0
        """Keys that were dropped while they still had something spent."""

    def __len__(self) -> int:
        return len(self._keys)

    def take(self, key: str, now: float) -> Reading:
        """Ask for one call at `now` (monotonic seconds). What is not admitted spends nothing. O(1)."""
        at = now * self._per_second
        keys = self._keys
        whole = keys.get(key)
        if whole is None:
            whole = self._welcome(key, at)
        else:
            keys.move_to_end(key)
        spent = whole - at if whole > at else 0.0
        left = self._burst - spent
        admitted = left >= 1.0 - _GRAIN
        if admitted:
            left -= 1.0
            keys[key] = at + spent + 1.0
        remaining = int(left + _GRAIN)
        return Reading(admitted, remaining, (remaining + 1 - left) / self._per_second)

    def spend(self, key: str, now: float) -> None:
        """Count a call that was admitted elsewhere, whether there is one or not."""
        at = now * self._per_second
        whole = self._keys.get(key)
        if whole is None:
            whole = self._welcome(key, at)
        self._keys[key] = min(max(whole, at) + 1.0, at + self._burst)
        self._keys.move_to_end(key)

    def change(self, count: int, period: float, burst: int, now: float) -> None:
        """Allow so many from now on; arguments as when it was made. What each key has spent stays spent. O(keys)."""
        before, after = now * self._per_second, now * count / period
        self._per_second = count / period
        self._burst = burst

        def moved(whole: float) -> float:
            # nobody owes more than a whole quota
            return after + min(whole - before, burst) if whole > before else -inf

        self._keys = OrderedDict((key, moved(whole)) for key, whole in self._keys.items() if whole > before)
        self._blurred = [moved(whole) for whole in self._blurred]

    def _welcome(self, key: str, at: float) -> float:
        """Make room for a key that is not remembered. Returns when its quota is whole."""
        keys = self._keys
        # two for one, so that keys of the past go away while there are fewer new ones than there were
        for _ in range(2):
            if not keys:
                break
            oldest, whole = next(iter(keys.items()))
            if whole > at:
                if len(keys) >= self._max_keys:
                    self._evict(oldest, whole)
                break
            keys.pop(oldest, None)
        whole = at
        if self._blurred:
            one, other = self._cells(key)
            whole = min(self._blurred[one], self._blurred[other])
        keys[key] = whole
        return whole

    def _evict(self, key: str, whole: float) -> None:
        self.evicted += 1
        self._keys.pop(key, None)
        if not self._blurred:
            self._blurred = [-inf] * (2 * self._max_keys)
        for cell in self._cells(key):
            self._blurred[cell] = max(self._blurred[cell], whole)

    def _cells(self, key: str) -> tuple[int, int]:
        # the hash of a text differs from process to process, so that no client can choose its cells
        rest, one = divmod(hash(key), self._max_keys)
        return one, self._max_keys + rest % self._max_keys
