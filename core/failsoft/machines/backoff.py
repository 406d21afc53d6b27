"""How long to wait before the next attempt.

First the step is chosen by `kind` and cut at `max_delay`; then jitter is drawn inside what is left. In this order the
clients of a failing service stay spread out at the cap as well; drawn before the cut, all of them end up waiting
exactly `max_delay` and come back together.

With n the attempt that just failed (1 for the first) and e the step after the cut::

    constant      e = min(max_delay, base_delay)
    linear        e = min(max_delay, base_delay * n)
    exponential   e = min(max_delay, base_delay * multiplier ** (n - 1))

    none          e
    full          U(0, e)
    equal         e / 2 + U(0, e / 2)
    proportional  U(e / 2, min(max_delay, 3 * e / 2))
    decorrelated  U(base_delay, min(max_delay, 3 * previous)), previous = base_delay at first; kind plays no part

Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015, for full, equal and decorrelated.
There decorrelated jitter is cut after it is drawn, so that near the cap two draws in three are the cap itself; here the
range is cut.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Literal, assert_never

__all__ = ["Backoff", "Jitter", "Kind"]

Kind = Literal["constant", "linear", "exponential"]
Jitter = Literal["none", "full", "equal", "decorrelated", "proportional"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """A rule for delays. Stateless: one instance serves any number of concurrent calls."""

    kind: Kind = "exponential"
    """How the step grows from attempt to attempt."""
    base_delay: float = 0.1
    """The first step, in seconds."""
    max_delay: float = 5.0
    """No delay is longer than this, in seconds, whatever the kind and the jitter."""
    multiplier: float = 2.0
    """Growth per attempt of the exponential kind."""
    jitter: Jitter = "full"
    """How the delay is spread, so that clients that failed together do not return together."""

    def delay(self, attempt: int, previous: float | None, rng: Random) -> float:
        """Seconds to wait after a failed attempt.

        Parameters:
            attempt: the attempt that just failed, 1 for the first.
            previous: the delay before that attempt, None for the first; decorrelated jitter grows from it.
            rng: where the jitter is drawn from; untouched when `jitter` is "none".
        """
        cap = self.max_delay
        match self.jitter:
            case "none":
                return self._step(attempt)
            case "full":
                return rng.uniform(0.0, self._step(attempt))
            case "equal":
                step = self._step(attempt)
                return rng.uniform(step / 2, step)
            case "proportional":
                step = self._step(attempt)
                return rng.uniform(step / 2, min(cap, step * 1.5))
            case "decorrelated":
                low = min(cap, self.base_delay)
                high = min(cap, 3.0 * (low if previous is None else previous))
                return rng.uniform(low, max(low, high))
            case _:
                assert_never(self.jitter)

    def longest(self, waits: int) -> float:
        """The most that the first so many waits of a call can take together, in seconds."""
        total, previous = 0.0, None
        for attempt in range(1, waits + 1):
            previous = self.delay(attempt, previous, _HIGHEST)
            total += previous
        return total

    def _step(self, attempt: int) -> float:
        past = max(attempt, 1) - 1
        if not self.base_delay:
            return 0.0
        try:
            match self.kind:
                case "constant":
                    step = self.base_delay
                case "linear":
                    step = self.base_delay * (past + 1)
                case "exponential":
                    step = self.base_delay * float(self.multiplier) ** past
                case _:
                    assert_never(self.kind)
        except OverflowError:
            return self.max_delay
        return min(self.max_delay, step)


class _Highest(Random):
    """Draws the highest number that can be drawn."""

    def uniform(self, a: float, b: float) -> float:  # noqa: ARG002 - as that of the base
        return b


_HIGHEST = _Highest(0)
