"""One protected call on its way: every decision of a pipeline, none of its waiting.

`Run` says whether an attempt may begin, what became of it, and whether another one follows after how long. The two
drivers of `pipeline` only do as they are told: call, wait, cut off. So sync and async decide alike by construction.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, NoReturn

from failsoft.call import Call
from failsoft.engine import Engine, Limits, Reply
from failsoft.errors.exceptions import CircuitOpenError, OperationTimeoutError, RetryExhaustedError
from failsoft.errors.failure import AttemptRecord, Failure
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
from failsoft.notes import note_attempts
from failsoft.outcome import Verdict
from failsoft.repeating import wait_before, worth_it
from failsoft.verdicts import verdict_of, verdict_of_status

__all__ = ["Engine", "Limits", "Reply", "Run"]


class Run:
    """The course of one call through a pipeline.

    Order for a driver: `admit`, run the attempt within `limit` seconds, then `succeeded` or `failed`. A number that
    comes back is the delay before the next `admit`; None is the end. `close` when all is over, also where an attempt
    ended by cancellation or another `BaseException`: that is neither success nor failure.
    """

    __slots__ = (
        "_begun",
        "_callers",
        "_cut",
        "_deadline",
        "_delay",
        "_ended",
        "_expected",
        "_hurried",
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
        self,
        limits: Limits,
        engine: Engine,
        call: Call,
        expected: Callable[[BaseException], bool] | None = None,
        begun: float | None = None,
    ) -> None:
        now = engine.clock.monotonic() if begun is None else begun
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
        self._ended = False
        self._cut = False
        self._hurried = False
        self._begun = now
        self._last: BaseException | None = None
        own = None if limits.deadline is None else now + limits.deadline
        theirs = self._callers = call.deadline
        self._deadline = own if theirs is None else theirs if own is None else min(own, theirs)
        call.policy = limits.name
        call.run = self
        if limits.priority is not None:
            call.priority = limits.priority
        if (tally := limits.tally) is not None and tally.budget not in call.charged:
            call.charged = (*call.charged, tally.budget)
            tally.begin(now)

    # -- an attempt

    def admit(self) -> None:
        """Begin an attempt.

        Raises:
            CircuitOpenError: the circuit breaker is open.
            OperationTimeoutError: the deadline has passed already.
            Exception: the last attempt's own, when a later one is not admitted any more.
        """
        breaker = self._limits.breaker
        now = self.engine.clock.monotonic()
        self._begun = now
        self._judged = self._cut = False
        self._delay = None
        self._settled = None
        self.timer = None
        self._set_limit(now)
        if breaker is not None:
            answer = breaker.admit(now)
            if not isinstance(answer, Rejection):
                self._permit = answer
            elif self._observing:
                self._say(WouldReject, reason="circuit_open")
            else:
                state, wait = answer
                error_for = partial(CircuitOpenError, name=breaker.name, state=str(state), retry_after=wait)
                self._turn_away("circuit_open", error_for, wait)
        self.call.attempt += 1

    def adopt(self, generation: int, timer: Any = None) -> None:
        """Take over a first attempt that was made without asking: the circuit was closed, and there was time left.

        Parameters:
            generation: that of the circuit breaker when the attempt began.
            timer: what cut it off, or might have.
        """
        self._set_limit(self._begun)
        self.timer = timer
        if self._limits.breaker is not None:
            self._permit = Permit(generation, self._begun)
        self.call.attempt = 1

    def _set_limit(self, now: float) -> None:
        limit, deadline = self._limits.timeout, self._deadline
        self._hurried = False
        if deadline is not None:
            left = deadline - now
            if left <= 0.0:
                if self._observing:
                    self._say(WouldReject, reason="deadline")
                    return
                self._turn_away("deadline", partial(self._too_late, 0.0, "deadline"))
            if limit is None or left < limit:
                limit = left
                self._hurried = deadline == self._callers
        self.limit = limit
        if limit is not None and not self._observing:
            self.call.deadline = now + limit

    def _turn_away(self, outcome: str, error: Callable[[], Exception], retry_after: float | None = None) -> NoReturn:
        """End the call before an attempt; where there were attempts, with the exception of the last one."""
        if self._last is None:
            self._finish(outcome, None)
            self._say(CallRejected, reason=outcome, retry_after=retry_after)
            raise error()
        self._finish(outcome, self.call.failure)
        note_attempts(self._last, self.call, outcome)
        raise self._last

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
            self._let_go_of_time()
            if self.timer is not None and not self.timer.expired():
                self.timer.reschedule(None)
        return self._delay is None

    def failed(self, exc: Exception) -> float | None:
        """The attempt raised. Returns the delay before another one, or None: raise it.

        Raises:
            RetryExhaustedError: the attempts are used up and the policy asks for this.
        """
        if self._judged and not self.committed:
            # the response was thrown away already, and what still runs for it does not matter
            return self._delay
        call = self.call
        now = self.engine.clock.monotonic()
        failure = call.failure = self.engine.classify(exc, call)
        call.cause = exc
        if self.committed:
            if not failure.disconnected:
                self.broke_off()
            return None
        late = self._overran(now)
        self._settle(self._verdict(failure, exc), now, late)
        outcome, delay = self._decide(failure, None, exc, now)
        self._last = exc
        if delay is not None:
            self._schedule(failure.type, failure, None, delay, now)
            return delay
        self._finish(outcome, failure)
        note_attempts(exc, call, outcome)
        retry = self._limits.retry
        if retry is not None and retry.raise_exhausted and outcome == "max_attempts":
            raise self._exhausted(exc, failure) from exc
        return None

    def _exhausted(self, last: Exception, failure: Failure) -> RetryExhaustedError:
        call = self.call
        message = f"{call.attempt} attempts failed"
        error = RetryExhaustedError(message, last=last, status=failure.status, transient=failure.transient)
        error.__cause__ = last
        call.failure = self.engine.classify(error, call)
        call.failure.attempts, call.failure.outcome = failure.attempts, failure.outcome
        call.cause = error
        return error

    def unprepared(self, exc: Exception) -> None:
        """What the last attempt began could not be undone, so there is no other one."""
        self._finish("not_retryable", None)
        if exc.__context__ is None:
            with suppress(Exception):  # exceptions may be frozen
                exc.__context__ = self._last

    @property
    def retries(self) -> bool:
        """Whether the policy has attempts to spend."""
        return self._limits.retry is not None

    def too_late(self) -> OperationTimeoutError:
        """What to raise for an attempt that was cut off."""
        limit, kind = self.limit or 0.0, self._kind()
        self._cut = True
        self._say(AttemptTimedOut, attempt=self.call.attempt, limit=limit, kind=kind)
        return self._too_late(limit, kind)

    def broke_off(self) -> None:
        """The stream of a response that was judged already broke off: one more failure."""
        if self._settled is not None and self._limits.breaker is not None:
            self._limits.breaker.broke_off(self._settled, self.engine.clock.monotonic())

    def close(self) -> None:
        """The call is over."""
        if self._permit is not None:
            self._settle(Verdict.IGNORE, self.engine.clock.monotonic(), False)
        self._finish("cancelled", None)
        self._let_go_of_time()
        self._last = None
        self.timer = None

    def _let_go_of_time(self) -> None:
        if not self._observing:
            self.call.deadline = self._callers

    # -- deciding

    def _judge(self, reply: Reply | None) -> None:
        now = self.engine.clock.monotonic()
        self._judged = True
        self._delay = None
        self._last = None
        late = self._overran(now)
        status = 200 if reply is None else reply.status
        self._settle(verdict_of_status(status), now, late)
        retry = self._limits.retry
        if retry is not None and reply is not None and (reply.again or retry.wants_status(status)):
            outcome, delay = self._decide(None, reply, None, now)
            if delay is not None:
                self._schedule("result" if reply.again else f"status {status}", None, reply, delay, now)
                self._delay = delay
                return
            self._finish(outcome, None)
        else:
            self._finish("success", None)

    def _decide(
        self, failure: Failure | None, reply: Reply | None, exc: BaseException | None, now: float
    ) -> tuple[str, float | None]:
        retry = self._limits.retry
        call = self.call
        if retry is None or not worth_it(retry, self.engine, call, failure, exc):
            return "not_retryable", None
        if call.attempt >= retry.max_attempts:
            return "max_attempts", None
        breaker = self._limits.breaker
        if breaker is not None and breaker.rejecting and not self._observing:
            return "circuit_open", None
        asked = failure.retry_after if failure is not None else reply.retry_after if reply is not None else None
        delay = wait_before(retry, self.engine, call, failure, self._previous_delay, asked)
        if delay is None:
            return "not_retryable", None
        if self._deadline is not None:
            if now + delay >= self._deadline:
                return "deadline", None
        elif asked is not None and asked > retry.max_delay:
            # without a deadline a peer must not hold our client longer than we would ourselves
            return "not_retryable", None
        tally = self._limits.tally
        if tally is not None and not tally.budget.withdraw(now, call.priority or "normal"):
            return "budget_exhausted", None
        if self._observing:
            self._say(WouldRetry, attempt=call.attempt, failure=failure, status=reply.status if reply else None)
            return "not_retryable", None
        return "", delay

    def _verdict(self, failure: Failure, exc: BaseException) -> Verdict:
        if self._cut and self._hurried:
            # a caller in a hurry set the limit; nobody knows what more time would have brought
            return Verdict.IGNORE
        verdict = verdict_of(failure, guarded=self.call.source == "guard")
        if verdict and self._expected is not None and not failure.transient and self._expected(exc):
            return Verdict.IGNORE
        return verdict

    def _overran(self, now: float) -> bool:
        """Tell of an attempt that took longer than its limit, and ran on. True: that makes it a slow one."""
        limit = self.limit
        if limit is None or now - self._begun <= limit:
            return False
        if self._observing:
            self._say(WouldTimeout, limit=limit, duration=now - self._begun)
        elif self.timer is None:
            self._say(AttemptTimedOut, attempt=self.call.attempt, limit=limit, kind=self._kind(), cut=False)
        return not self._hurried

    def _kind(self) -> str:
        timeout = self._limits.timeout
        return "deadline" if timeout is None or (self.limit or 0.0) < timeout else "timeout"

    # -- keeping the books

    def _settle(self, verdict: Verdict, now: float, late: bool) -> None:
        permit, breaker = self._permit, self._limits.breaker
        if permit is not None and breaker is not None:
            self._permit = None
            self._settled = permit
            breaker.settle(permit, verdict, now, late=late)

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
