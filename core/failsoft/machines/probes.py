"""One half-open round: a few calls that find out whether the other side is well again."""

from __future__ import annotations

from math import inf

from failsoft.machines.circuit import BreakerRules, Permit
from failsoft.machines.peers import Progress

__all__ = ["ProbeRound"]


_TERMS = ("_calls", "_concurrency", "_max_wait", "_enough", "_too_slow")


class ProbeRound:
    """The probes of a half-open circuit: who is out, until when, and what the results amount to.

    The round is decided as soon as the probes still to come cannot change it, and at the latest with the last one.
    A round has no clock of its own. Only a probe that is out can be late; a seldom-called service whose probes
    succeed must not be opened again for want of callers.
    """

    __slots__ = (
        "_calls",
        "_concurrency",
        "_enough",
        "_max_wait",
        "_out",
        "_slow",
        "_too_slow",
        "failures",
        "successes",
    )

    def __init__(self, rules: BreakerRules) -> None:
        calls, rate, slow_rate = rules.half_open_calls, rules.failure_rate_threshold, rules.slow_call_rate_threshold
        needed = rules.success_threshold
        if needed is None:
            needed = calls if rate is None else calls - _reaching(rate, calls) + 1
        self._enough = min(needed, calls)
        self._too_slow = calls + 1 if slow_rate is None else _reaching(slow_rate, calls)
        self._calls = calls
        self._concurrency = rules.half_open_concurrency
        self._max_wait = rules.half_open_max_wait
        self._out: dict[Permit, float] = {}  # with the end of each lease; all are equally long, so the first ends first
        self.begin()

    def begin(self) -> None:
        """Start a round: nobody out, nothing known."""
        self._out.clear()
        self.successes = self.failures = self._slow = 0

    @property
    def progress(self) -> Progress:
        """The results so far."""
        return Progress(self.successes, self.failures, self._slow)

    def resume(self, progress: Progress) -> None:
        """Go on with a round that another worker has begun. Nobody is out."""
        self._out.clear()
        self.successes, self.failures, self._slow = progress

    def abandon(self) -> None:
        """Forget who is out: what they report will not count. The results so far stay readable."""
        self._out.clear()

    def under(self, rules: BreakerRules) -> ProbeRound:
        """This round by other rules: itself where they mean the same to it, else a new one with those who are out."""
        made = ProbeRound(rules)
        if all(getattr(made, term) == getattr(self, term) for term in _TERMS):
            return self
        longer = made._max_wait - self._max_wait
        made._out = {permit: end + longer for permit, end in self._out.items()}
        return made

    @property
    def in_flight(self) -> int:
        """Probes that are out."""
        return len(self._out)

    @property
    def left(self) -> int:
        """Probes that are neither settled nor out."""
        return self._calls - self.successes - self.failures - len(self._out)

    @property
    def lease_end(self) -> float:
        """When the probe that is out longest counts as lost, in monotonic seconds; infinity if none is out."""
        return next(iter(self._out.values()), inf)

    def free(self) -> bool:
        """Whether one more probe may go out."""
        return len(self._out) < self._concurrency and self.left > 0

    def send(self, permit: Permit, now: float) -> None:
        """Let a probe go out, on a lease."""
        self._out[permit] = now + self._max_wait

    def take_back(self, permit: Permit) -> bool:
        """End a lease. False if it was not running: settled before, lost, or of another round."""
        return self._out.pop(permit, None) is not None

    def count(self, failed: bool, slow: bool) -> None:
        """Count one result."""
        self._slow += slow
        if failed:
            self.failures += 1
        else:
            self.successes += 1

    def decision(self) -> str | None:
        """The rule that decides the round, None while it is open. Only `success_threshold` closes the circuit."""
        unsettled = self._calls - self.successes - self.failures
        if self.successes + unsettled < self._enough:
            return "probe_failures"
        if self._slow >= self._too_slow:
            return "probe_slowness"
        if self.successes >= self._enough and self._slow + unsettled < self._too_slow:
            return "success_threshold"
        return None


def _reaching(rate: float, calls: int) -> int:
    # Divided, as the window is: 0.07 * 100 is above 7, but 7 / 100 is 0.07.
    return next((n for n in range(1, calls + 1) if n / calls >= rate), calls)
