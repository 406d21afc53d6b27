"""What a call on its way holds, gives back, and tells of itself."""

from __future__ import annotations

from typing import Any

from failsoft.call import Call
from failsoft.engine import Engine, Limits, Reply
from failsoft.errors.exceptions import OperationTimeoutError
from failsoft.errors.failure import AttemptRecord, Failure
from failsoft.events import AttemptTimedOut, Event, RetryEnded, RetryScheduled, WouldTimeout
from failsoft.machines.breaker import Permit
from failsoft.outcome import Verdict
from failsoft.policies.bulkhead import Holding
from failsoft.policies.circuit_breaker import CircuitBreaker
from failsoft.policies.rate_limit import RateReading
from failsoft.policies.shared_limit import PATIENCE
from failsoft.timeouts import Timeout

__all__ = ["Books"]


class Books:
    """The books of one call: permit and slot, attempts so far, events. `Run` decides; this carries it out."""

    __slots__ = (
        "_begun",
        "_cut",
        "_deadline",
        "_ended",
        "_held",
        "_hurried",
        "_limits",
        "_observing",
        "_permit",
        "_previous_delay",
        "_settled",
        "_streams",
        "away",
        "call",
        "engine",
        "exact",
        "limit",
        "reading",
        "timer",
    )

    def __init__(self, limits: Limits, engine: Engine, call: Call, now: float) -> None:
        self.call = call
        self.engine = engine
        self.limit: float | None = None
        """Seconds the attempt may take, or None."""
        self.timer: Timeout | None = None
        """The running `Timeout` of an attempt that can be cut off."""
        self.away: Any = None
        """What runs its attempts in other threads, if something does."""
        self.exact = limits.exact
        """What is to be asked before the first attempt begins, if `admit` alone cannot know."""
        self.reading: RateReading | None = None
        """Its answer."""
        self._deadline: float | None = None
        self._limits = limits
        self._observing = call.mode == "observe"
        self._permit: Permit | None = None
        self._settled: Permit | None = None
        self._held = None if limits.bulkhead is None else Holding(limits.bulkhead)
        self._streams = False
        self._previous_delay: float | None = None
        self._ended = False
        self._hurried = self._cut = False
        self._begun = now

    @property
    def haste(self) -> float:
        """Seconds that the call may wait to be counted."""
        if self._deadline is None:
            return PATIENCE
        return min(PATIENCE, self._deadline - self.engine.clock.monotonic())

    def hold(self) -> None:
        """The response that this attempt returns is a stream: its slot is kept until whoever sends it says `vacate`."""
        self._streams = True

    def vacate(self) -> None:
        """Give the slot back: the attempt is over, or its last byte has left and it only tidies up."""
        if self._held is not None:
            self._held.leave(self.engine.clock.monotonic())

    def broke_off(self) -> None:
        """The stream of a response that was judged already broke off: one more failure."""
        if self._settled is not None and self._limits.breaker is not None:
            self._limits.breaker.broke_off(self._settled, self.engine.clock.monotonic())

    def _overran(self, now: float) -> bool:
        """Tell of an attempt that took longer than its limit, and ran on. True: that makes it a slow one."""
        limit = self.limit
        if limit is None or now - self._begun <= limit:
            return False
        if self._observing:
            self._say(WouldTimeout, limit=limit, duration=now - self._begun)
        elif self.timer is None and not self._cut:
            self._say(AttemptTimedOut, attempt=self.call.attempt, limit=limit, kind=self._kind(), cut=False)
        return not self._hurried

    def _kind(self) -> str:
        timeout = self._limits.timeout
        return "deadline" if timeout is None or (self.limit or 0.0) < timeout else "timeout"

    @property
    def _counting(self) -> CircuitBreaker | None:
        """By which options outcomes count; None without a circuit breaker."""
        breaker = self._limits.breaker
        return None if breaker is None else breaker.options

    def _settle(self, verdict: Verdict, now: float, late: bool, asked: float | None = None) -> None:
        """Tell the circuit breaker. `asked`: seconds for which the other side wants to be left alone."""
        permit, breaker = self._permit, self._limits.breaker
        if permit is not None and breaker is not None:
            self._permit = None
            self._settled = permit
            breaker.settle(permit, verdict, now, late=late, asked=asked)

    def _measure(self, verdict: Verdict, now: float, dropped: bool) -> None:
        """Note what the attempt says of load, for a bulkhead that adapts. An error of any other kind says nothing."""
        if self._held is not None and (verdict == Verdict.SUCCESS or (dropped and verdict == Verdict.FAILURE)):
            self._held.took, self._held.dropped = now - self._begun, dropped

    def _schedule(self, kind: str, failure: Failure | None, reply: Reply | None, delay: float, now: float) -> None:
        call, retry = self.call, self._limits.retry
        strategy = "" if retry is None else retry.strategy_name
        status = None if reply is None or reply.again else reply.status
        record = AttemptRecord(call.attempt, self._begun - call.started, now - self._begun, delay, kind, strategy)
        call.attempts = (*call.attempts, record)
        self._previous_delay = delay
        self._say(RetryScheduled, attempt=call.attempt, delay=delay, failure=failure, status=status)

    def _finish(self, outcome: str, failure: Failure | None) -> None:
        call = self.call
        if failure is not None:
            failure.attempts = call.attempts
            failure.outcome = outcome
        if self._ended:
            return
        self._ended = True
        if (tally := self._limits.tally) is not None and call.attempt:
            tally.end(call.attempt, None if outcome == "cancelled" else outcome == "success")
        if call.attempts:
            self._say(RetryEnded, attempts=call.attempt, outcome=outcome)

    def _too_late(self, limit: float, kind: str) -> OperationTimeoutError:
        message = f"{self.call.endpoint} took longer than its {kind}"
        return OperationTimeoutError(message, details={"kind": kind, "limit": limit})

    def _say(self, event: type[Event], /, **facts: Any) -> None:
        self.engine.tell(self.call, event, **facts)
