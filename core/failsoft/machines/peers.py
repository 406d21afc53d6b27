"""What a circuit breaker knows of its peers in other workers, and what they need to know of it."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from failsoft.machines.circuit import State

__all__ = ["Peers", "Progress", "Standing"]


class Progress(NamedTuple):
    """What a round of probes has found out so far."""

    successes: int = 0
    failures: int = 0
    slow: int = 0


class Standing(NamedTuple):
    """How a breaker stands, for its peers."""

    state: State
    generation: int
    until: float
    """When its open period ends; in the past or infinite where it has no end of its own."""
    rounds: int
    """Rounds of probes that failed since it was last closed."""
    reason: str
    """Of its latest transition."""
    probing: int
    """Probes that are out."""
    progress: Progress
    turned_away: int
    """Calls that found the open period over and no lease to probe."""
    called_at: float
    """When the latest call came that did not find it closed, or shut for certain."""


class Peers:
    """Leave to probe, for a breaker whose open periods are those of all workers. The caller holds the breaker's lock.

    Only one worker at a time holds the lease to probe. Where nobody can be asked, each decides alone.

    Parameters:
        spread: share by which an open period is longer here while this worker is alone, so that not all of them probe
            at the same time; 0 to 0.2.
    """

    __slots__ = ("alone", "called_at", "probe_until", "progress", "spread", "turned_away")

    def __init__(self, spread: float = 0.0) -> None:
        self.spread = spread
        self.alone = False
        """Nobody can be asked."""
        self.probe_until = -inf
        """End of the lease, in monotonic seconds."""
        self.progress = Progress()
        """What others have found out in this round."""
        self.turned_away = 0
        self.called_at = -inf

    def __deepcopy__(self, _: object) -> Peers:
        # the other workers are not copied either
        return self

    def may_probe(self, now: float) -> bool:
        """Whether a probe may go out."""
        return self.alone or now < self.probe_until

    def called(self, now: float) -> bool:
        """A call has come after the open period. Returns whether it may be a probe."""
        self.called_at = now
        if self.may_probe(now):
            return True
        self.turned_away += 1
        return False
