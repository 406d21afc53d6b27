"""One protected call on its way: every decision of a pipeline, none of its waiting.

`Run` says whether an attempt may begin, what became of it, and whether another one follows after how long. The two
drivers of `pipeline` only do as they are told: call, wait, cut off. So sync and async decide alike by construction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from threading import Lock
from typing import Any, NamedTuple, Protocol

from failsoft.call import Call
from failsoft.clock import Clock
from failsoft.errors.exceptions import CircuitOpenError, OperationTimeoutError, RetryExhaustedError
from failsoft.errors.failure import AttemptRecord, Failure
from failsoft.errors.taxonomy import Category
from failsoft.events import (
    AttemptTimedOut,
    CallRejected,
    Event,
    RetryEnded,
    RetryScheduled,
    WouldReject,
    WouldRetry,
    WouldTimeout,
)
from failsoft.machines.breaker import Permit, Rejection
from failsoft.machines.budget import RetryBudget
from failsoft.outcome import Verdict
from failsoft.policies.circuit_breaker import Breaker
from failsoft.policies.retry import Budget, Retry

__all__ = ["Engine", "Limits", "Reply", "Run", "SharedBudget"]


class Reply(NamedTuple):
    """What a policy needs to know of a response that was returned."""

    status: int
    retry_after: float | None = None
    """Seconds, as its `Retry-After` says."""


class _Classify(Protocol):
    def __call__(self, exc: BaseException, call: Call) -> Failure: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """What all pipelines of one Failsoft share."""

    clock: Clock
    rng: Random
    classify: _Classify
    publish: Callable[[Event], None]
    attempt_span: Callable[[Call], Any]
    """A context manager around an attempt after the first."""


class SharedBudget:
    """A retry budget under a lock: one for each policy and process."""

    __slots__ = ("_budget", "_lock")

    def __init__(self, options: Budget) -> None:
        self._budget = RetryBudget(options.ratio, options.min_per_second)
        self._lock = Lock()

    def deposit(self, now: float) -> None:
        with self._lock:
            self._budget.deposit(now)

    def withdraw(self, now: float) -> bool:
        with self._lock:
            return self._budget.withdraw(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A compiled policy for one endpoint or guard."""

    name: str = ""
    retry: Retry | None = None
    budget: SharedBudget | None = None
    breaker: Breaker | None = None
    timeout: float | None = None
    deadline: float | None = None


class Run:
    """The course of one call through a pipeline.

    Order for a driver: `admit`, run the attempt within `limit` seconds, then `succeeded`, `failed` or `abandoned`. A
    number that comes back is the delay before the next `admit`; None is the end. `close` when all is over.
    """

    __slots__ = (
        "_begun",
        "_deadline",
        "_delay",
        "_expected",
        "_judged",
        "_last",
        "_limits",
        "_observing",
        "_permit",
        "_previous_delay",
        "_settled",
        "call",
        "committed",
        "engine",
        "limit",
        "timer",
    )

    def __init__(
        self, limits: Limits, engine: Engine, call: Call, expected: Callable[[BaseException], bool] | None = None
    ) -> None:
        now = engine.clock.monotonic()
        self.call = call
        self.engine = engine
        self.limit: float | None = None
        """Seconds the attempt may take, or None."""
        self.timer: Any = None
        """The running `asyncio.Timeout` of an attempt that can be cut off."""
        self.committed = False
        """The response is on its way to the client; nothing can be repeated."""
        self._limits = limits
        self._observing = call.mode == "observe"
        self._expected = expected
        self._permit: Permit | None = None
        self._settled: Permit | None = None
        self._previous_delay: float | None = None
        self._delay: float | None = None
        self._judged = False
        self._begun = now
        self._last: BaseException | None = None
        own = None if limits.deadline is None else now + limits.deadline
        theirs = call.deadline
        self._deadline = own if theirs is None else theirs if own is None else min(own, theirs)
        call.policy = limits.name
        call.run = self
        if limits.budget is not None:
            limits.budget.deposit(now)

    # -- an attempt

    def admit(self) -> None:
        """Begin an attempt.

        Raises:
            CircuitOpenError: the circuit breaker is open.
            OperationTimeoutError: the deadline has passed already.
            Exception: the last attempt's own, when a later one is not admitted any more.
        """
        call, limits = self.call, self._limits
        now = self.engine.clock.monotonic()
        call.attempt += 1
        self._begun = now
        self._judged = False
        self._settled = None
        self.timer = None
        self._set_limit(now)
        if limits.breaker is not None:
            answer = limits.breaker.admit(now)
            if isinstance(answer, Rejection):
                self._rejected(answer, limits.breaker)
            else:
                self._permit = answer

    def _set_limit(self, now: float) -> None:
        timeout, deadline = self._limits.timeout, self._deadline
        if deadline is not None and not self._observing:
            if now >= deadline:
                self._say(CallRejected, reason="deadline")
                raise self._last or self._too_late(0.0, "deadline")
            left = deadline - now
            self.limit = left if timeout is None or left < timeout else timeout
        else:
            self.limit = timeout
        if self.limit is not None:
            self.call.deadline = now + self.limit

    def _rejected(self, rejection: Rejection, breaker: Breaker) -> None:
        if self._observing:
            self._say(WouldReject, reason="circuit_open")
            return
        if self._last is not None:
            self._finish("circuit_open", self.call.failure)
            raise self._last
        self._say(CallRejected, reason="circuit_open", retry_after=rejection.retry_after)
        raise CircuitOpenError(name=breaker.name, state=str(rejection.state), retry_after=rejection.retry_after)

    def succeeded(self, reply: Reply | None = None) -> float | None:
        """The attempt returned. Returns the delay before another one, or None: the result stands."""
        if not self._judged:
            self._judge(reply)
        return self._delay

    def answered(self, reply: Reply) -> bool:
        """The head of a response is there and its first byte is about to leave.

        Returns True when it may go: the call is committed, its time limit ends and its verdict has fallen. False: it
        is to be thrown away, another attempt follows.
        """
        self._judge(reply)
        if self._delay is None:
            self.committed = True
            if self.timer is not None:
                self.timer.reschedule(None)
        return self._delay is None

    def failed(self, exc: Exception) -> float | None:
        """The attempt raised. Returns the delay before another one, or None: raise it.

        Raises:
            RetryExhaustedError: the attempts are used up and the policy asks for this.
        """
        call = self.call
        now = self.engine.clock.monotonic()
        if self.committed:
            self.broke_off()
            return None
        failure = call.failure = self.engine.classify(exc, call)
        call.cause = exc
        self._settle(self._verdict(failure, exc), now, self._was_late(now))
        if isinstance(exc, OperationTimeoutError) and self.limit is not None and not self._observing:
            self._say(AttemptTimedOut, attempt=call.attempt, limit=self.limit, kind=exc.details.get("kind", "timeout"))
        outcome, delay = self._decide(failure, None, exc, now)
        self._last = exc
        if delay is not None:
            self._schedule(failure.type, failure, None, delay, now)
            return delay
        self._finish(outcome, failure)
        self._annotate(exc, failure)
        retry = self._limits.retry
        if retry is not None and retry.raise_exhausted and outcome == "max_attempts":
            message = f"{call.attempt} attempts failed"
            raise RetryExhaustedError(message, last=exc, status=failure.status, transient=failure.transient) from exc
        return None

    def abandoned(self) -> None:
        """The attempt ended by cancellation or another `BaseException`: neither success nor failure."""
        self._settle(Verdict.IGNORE, self.engine.clock.monotonic(), False)
        if self.call.attempts:
            self._say(RetryEnded, attempts=self.call.attempt, outcome="cancelled")

    def too_late(self) -> OperationTimeoutError:
        """What to raise for an attempt that was cut off."""
        limit = self.limit or 0.0
        by_deadline = self._limits.timeout is None or limit < self._limits.timeout
        return self._too_late(limit, "deadline" if by_deadline else "timeout")

    def broke_off(self) -> None:
        """The stream of a response that was judged already broke off: one more failure."""
        if self._settled is not None and self._limits.breaker is not None:
            self._limits.breaker.broke_off(self._settled, self.engine.clock.monotonic())

    def close(self) -> None:
        """The call is over."""
        if self._permit is not None:
            self._settle(Verdict.IGNORE, self.engine.clock.monotonic(), False)
        self._last = None
        self.timer = None

    # -- deciding

    def _judge(self, reply: Reply | None) -> None:
        call = self.call
        now = self.engine.clock.monotonic()
        self._judged = True
        self._delay = None
        late = self._was_late(now)
        status = 200 if reply is None else reply.status
        verdict = Verdict.FAILURE if status >= 500 else Verdict.IGNORE if status >= 400 else Verdict.SUCCESS
        self._settle(verdict, now, late)
        if late and self.timer is None and not self._observing and self.limit is not None:
            self._say(AttemptTimedOut, attempt=call.attempt, limit=self.limit, kind="timeout", cut=False)
        retry = self._limits.retry
        if retry is not None and reply is not None and retry.wants_status(status):
            outcome, delay = self._decide(None, reply, None, now)
            if delay is not None:
                self._schedule(f"status {status}", None, status, delay, now)
                self._delay = delay
                return
            self._finish(outcome, None)
        elif call.attempts:
            self._finish("success", None)

    def _decide(
        self, failure: Failure | None, reply: Reply | None, exc: BaseException | None, now: float
    ) -> tuple[str, float | None]:
        retry = self._limits.retry
        call = self.call
        if retry is None or not self._worth_it(retry, failure, exc):
            return "not_retryable", None
        if call.attempt >= retry.max_attempts:
            return "max_attempts", None
        breaker = self._limits.breaker
        if breaker is not None and breaker.rejecting and not self._observing:
            return "circuit_open", None
        asked = failure.retry_after if failure is not None else reply.retry_after if reply is not None else None
        delay = retry.delay(call.attempt, self._previous_delay, asked, self.engine.rng)
        if self._deadline is not None:
            if now + delay >= self._deadline:
                return "deadline", None
        elif asked is not None and asked > retry.max_delay:
            # without a deadline a peer must not hold our client longer than we would ourselves
            return "not_retryable", None
        if self._limits.budget is not None and not self._limits.budget.withdraw(now):
            return "budget_exhausted", None
        if self._observing:
            self._say(WouldRetry, attempt=call.attempt, failure=failure, status=reply.status if reply else None)
            return "not_retryable", None
        return "", delay

    def _worth_it(self, retry: Retry, failure: Failure | None, exc: BaseException | None) -> bool:
        call = self.call
        if not call.replayable:
            return False
        if failure is not None:
            if not retry.wants(failure) or (exc is not None and _stems_from(exc, call.retried_inside)):
                return False
            if failure.not_sent and call.source == "guard":
                return True
        if call.idempotent is not None:
            return call.idempotent
        return call.method in retry.methods

    def _verdict(self, failure: Failure, exc: BaseException) -> Verdict:
        if failure.rejected or failure.disconnected:
            return Verdict.IGNORE
        if failure.transient or failure.status >= 500:
            if self._expected is not None and not failure.transient and self._expected(exc):
                return Verdict.IGNORE
            return Verdict.FAILURE
        if self.call.source == "guard" and failure.category not in _CALLERS_OWN:
            return Verdict.FAILURE
        return Verdict.IGNORE

    def _was_late(self, now: float) -> bool:
        if self.limit is None or self.call.deadline is None:
            return False
        late = now > self.call.deadline
        if late and self._observing:
            self._say(WouldTimeout, limit=self.limit, duration=now - self.call.deadline + self.limit)
        return late

    # -- keeping the books

    def _settle(self, verdict: Verdict, now: float, late: bool) -> None:
        permit, breaker = self._permit, self._limits.breaker
        if permit is not None and breaker is not None:
            self._permit = None
            self._settled = permit
            breaker.settle(permit, verdict, now, late=late)

    def _schedule(self, kind: str, failure: Failure | None, status: int | None, delay: float, now: float) -> None:
        call = self.call
        record = AttemptRecord(call.attempt, self._begun - call.started, now - self._begun, delay, kind)
        call.attempts = (*call.attempts, record)
        self._previous_delay = delay
        self._say(RetryScheduled, attempt=call.attempt, delay=delay, failure=failure, status=status)

    def _finish(self, outcome: str, failure: Failure | None) -> None:
        call = self.call
        if failure is not None:
            failure.attempts = call.attempts
            failure.outcome = outcome
        if call.attempts:
            self._say(RetryEnded, attempts=call.attempt, outcome=outcome)

    def _annotate(self, exc: Exception, failure: Failure) -> None:
        for record in self.call.attempts:
            exc.add_note(f"failsoft: attempt {record.number} failed with {record.type}")
        if self.call.attempts:
            exc.add_note(f"failsoft: gave up after attempt {self.call.attempt} ({failure.outcome})")

    def _too_late(self, limit: float, kind: str) -> OperationTimeoutError:
        message = f"{self.call.endpoint} took longer than its {kind}"
        return OperationTimeoutError(message, details={"kind": kind, "limit": limit})

    def _say(self, event: type[Event], /, **facts: Any) -> None:
        call, engine = self.call, self.engine
        engine.publish(
            event(
                at=engine.clock.time(),
                endpoint=call.endpoint,
                policy=call.policy,
                request_id=call.request_id,
                trace_id=call.trace_id,
                **facts,
            )
        )


_CALLERS_OWN = frozenset({Category.VALIDATION, Category.BUSINESS_LOGIC})


def _stems_from(exc: BaseException, origin: BaseException | None) -> bool:
    """Whether an exception is, or was raised from, one on which a guard inside already spent its attempts."""
    link: BaseException | None = exc
    for _ in range(16):
        if origin is None or link is None:
            return False
        if link is origin:
            return True
        link = link.__cause__ or link.__context__
    return False
