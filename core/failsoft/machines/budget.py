"""How many retries a dependency may be asked to bear.

Retries multiply load when there is least room for it. The budget ties them to the calls that were made anyway: over
the last `window` seconds at most `ratio` retries per call, plus a floor of `min_per_second`, so that a service that is
seldom called may still retry.

When it runs low, less important calls stop getting retries first. With `left` what is left, and `full` what there
would be had nobody retried::

    critical      may overdraw by the whole floor        left - 1 >= -min_per_second * window
    high          may overdraw by half of it             left - 1 >= -min_per_second * window / 2
    normal        down to nothing                        left - 1 >= 0
    low           while a quarter stays                  left - 1 >= full / 4
    background    while half stays                       left - 1 >= full / 2

Source: Finagle's `RetryBudget`, a leaky bucket whose deposits and withdrawals both expire, which Linkerd took over.
Same defaults and same arithmetic, counted in whole calls and retries.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from failsoft.machines.window import TimeWindow

__all__ = ["Priority", "RetryBudget"]

Priority = Literal["critical", "high", "normal", "low", "background"]
"""How important a call is, the most important first."""

_OVERDRAFT = {"critical": 1.0, "high": 0.5}
_STAYS = {"low": 0.25, "background": 0.5}

_SLICES = 10

# A ratio is seldom a binary fraction: 100 deposits at 0.29 come to 28.999999999999996, and must buy 29 retries.
_ONE_RETRY = 1.0 - 1e-9


class RetryBudget:
    """A budget of retries, shared by all calls to one dependency. The caller holds the lock.

    At every withdrawal granted to a call of priority `normal` or below, retries <= min_per_second * window + ratio *
    calls, all of them over the last `window` seconds, to the grain of a tenth of it. Those above may overdraw.

    Parameters:
        ratio: retries allowed per call, default 0.2: one retry for five calls.
        min_per_second: retries per second allowed whatever the traffic, default 10; saved up over one window.
        window: seconds after which a deposit or a withdrawal is forgotten, default 10.

    Raises:
        ValueError: `ratio` or `min_per_second` is below 0, or `window` is not above 0.
    """

    __slots__ = ("_ratio", "_reserve", "_window")

    def __init__(self, ratio: float = 0.2, min_per_second: float = 10.0, window: float = 10.0) -> None:
        if not (ratio >= 0 and min_per_second >= 0):
            raise ValueError(f"a budget is not negative: ratio {ratio}, min_per_second {min_per_second}")
        self._ratio = ratio
        self._reserve = min_per_second * window
        # Calls and retries share one window; a retry is an entry marked `failed`.
        self._window = TimeWindow(window, _SLICES)

    def change(self, ratio: float, min_per_second: float, window: float = 10.0) -> None:
        """Allow so many from now on; arguments as when it was made, and the window is the same."""
        self._ratio = ratio
        self._reserve = min_per_second * window

    def deposits(self, times: Sequence[float]) -> None:
        """Count calls made at these times, the earliest first; each once, however many attempts it takes."""
        self._window.successes(times)

    def withdraw(self, now: float, priority: Priority = "normal") -> bool:
        """Ask for one retry; True grants it and counts it. Ask when the retry is scheduled, before its wait. O(1)."""
        entries, retries, _ = self._window.counts(now)
        full = self._reserve + self._ratio * (entries - retries)
        floor = full * _STAYS.get(priority, 0.0) - self._reserve * _OVERDRAFT.get(priority, 0.0)
        if full - retries - floor < _ONE_RETRY:
            return False
        self._window.record(now, True, False)
        return True

    def balance(self, now: float) -> float:
        """How many retries a call of priority `normal` would be granted now. Never below 0.

        The fraction is on its way to the next one.
        """
        entries, retries, _ = self._window.counts(now)
        return max(0.0, self._reserve + self._ratio * (entries - retries) - retries)
