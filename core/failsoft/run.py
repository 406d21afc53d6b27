"""One protected call on its way: every decision of a pipeline, none of its waiting.

`Run` says whether an attempt may begin, what became of it, and whether another one follows after how long. The two
drivers of `pipeline` only do as they are told: call, wait, cut off. So sync and async decide alike by construction.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import NoReturn, TypeVar

from failsoft.books import Books
from failsoft.call import Call
from failsoft.engine import Engine, Limits, Reply
from failsoft.errors.exceptions import CircuitOpenError, OperationTimeoutError, RejectedError, RetryExhaustedError
from failsoft.errors.failure import Failure
from failsoft.events import AttemptTimedOut, CallRejected, WouldReject, WouldRetry
from failsoft.machines.breaker import Permit, Rejection
from failsoft.notes import note_attempts
from failsoft.outcome import Verdict
from failsoft.policies.bulkhead import Holding, Seat
from failsoft.policies.rate_limit import RateLimiter
from failsoft.policies.waiting import Waiter
from failsoft.repeating import wait_before, worth_it
from failsoft.spent import SPENT
from failsoft.timeouts import Timeout
from failsoft.verdicts import verdict_by, verdict_of_status, verdicts_of

__all__ = ["Engine", "Limits", "Reply", "Run"]

W = TypeVar("W", bound=Waiter)

_OVERLOADED = frozenset({503, 504})
_NOT_NOW = frozenset({429, 503})
_IGNORE = Verdict.IGNORE


class Run(Books):
    """The course of one call through a pipeline.

    Order for a driver: `admit`, run the attempt within `limit` seconds, then `succeeded` or `failed`. A number that
    comes back is the delay before the next `admit`; None is the end. A waiter that comes back from `admit` is to be
    waited for, at most `patience` seconds, and then `seated` lets the attempt begin. `close` when all is over, also
    where an attempt ended by cancellation or another `BaseException`: that is neither success nor failure.
    """

    __slots__ = (
        "_callers",
        "_delay",
        "_expected",
        "_judged",
        "_last",
        "_spent",
        "committed",
    )

    def __init__(
        self,
        limits: Limits,
        engine: Engine,
        call: Call,
        expected: Callable[[BaseException], bool] | None = None,
        begun: float | None = None,
        spent: int | None = None,
    ) -> None:
        now = engine.clock.monotonic() if begun is None else begun
        super().__init__(limits, engine, call, now)
        self.committed = False
        """The response is on its way to the client; nothing can be repeated."""
        self._spent = SPENT.number if spent is None else spent
        self._expected = expected
        self._delay: float | None = None
        self._judged = False
        self._last: BaseException | None = None
        own = None if limits.deadline is None else now + limits.deadline
        theirs = self._callers = call.deadline
        self._deadline = own if theirs is None else theirs if own is None else min(own, theirs)
        call.policy = limits.name
        call.run = self
        if limits.priority is not None:
            call.priority = limits.priority
        if limits.tally is not None:
            call.charged = limits.tally.charge(now, call.charged)

    # -- an attempt

    def admit(self, wait: type[W]) -> W | None:
        """Begin an attempt. Returns who waits for a slot of the bulkhead, if it has to wait.

        Parameters:
            wait: how the driver waits.

        Raises:
            RateLimitError: it is called too often.
            CircuitOpenError: the circuit breaker is open.
            BulkheadFullError: no slot is free, and no place in the queue.
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
        if self._limits.rate is not None and not self.call.attempt:  # asked once for the whole call
            self._ration(self._limits.rate, now)
        if breaker is not None:
            answer = breaker.admit(now)
            if not isinstance(answer, Rejection):
                self._permit = answer
            elif self._observing:
                self._say(WouldReject, reason="circuit_open")
            else:
                state, after = answer
                error_for = partial(CircuitOpenError, name=breaker.name, state=str(state), retry_after=after)
                self._turn_away("circuit_open", error_for, after)
        if self._held is not None and (waiter := self._take_slot(self._held, wait)) is not None:
            return waiter
        self.call.attempt += 1
        return None

    @property
    def patience(self) -> float:
        """Seconds that the attempt may wait for a slot."""
        longest = 0.0 if self._held is None else self._held.bulkhead.options.max_wait
        if self._deadline is None:
            return longest
        return max(0.0, min(longest, self._deadline - self.engine.clock.monotonic()))

    def seated(self) -> None:
        """The wait for a slot is over; the time of the attempt begins now.

        Raises:
            BulkheadFullError: it was in vain.
            OperationTimeoutError: it took all the time there was.
            Exception: the last attempt's own, when a later one is not admitted any more.
        """
        if self._held is not None and not self._held.claim():
            self._no_slot(self._held)
        self._begin_again()
        self.call.attempt += 1

    def placed(self, error: RejectedError | None) -> None:
        """The wait for a thread is over, in vain if there is an error to raise for it; as with `seated`."""
        self.call.attempt -= 1
        if error is not None:
            self._turn_away("bulkhead_full", lambda: error, error.retry_after)
        self._begin_again()
        self.call.attempt += 1

    def _begin_again(self) -> None:
        now = self._begun = self.engine.clock.monotonic()
        if self._permit is not None:
            # our own queue is not to open the circuit for slowness
            self._permit.started = now
        self._set_limit(now)

    def _take_slot(self, held: Holding, wait: type[W]) -> W | None:
        held.bulkhead.used = self._begun
        if self._observing:
            if not held.force():
                self._say(WouldReject, reason="bulkhead_full")
            return None
        waiter = held.enter(wait)
        if waiter is None and not held.seated:
            self._no_slot(held)
        return waiter

    def _no_slot(self, held: Holding) -> NoReturn:
        error = held.bulkhead.full()
        self._turn_away("bulkhead_full", lambda: error, error.retry_after)

    def adopt(self, generation: int, seat: Seat | None, timer: Timeout | None = None) -> None:
        """Take over a first attempt that was made without asking: the circuit was closed, and there was time left.

        Parameters:
            generation: that of the circuit breaker when the attempt began.
            seat: the slot that was taken.
            timer: what cut it off, or might have.
        """
        self._set_limit(self._begun)
        self.timer = timer
        if self._limits.breaker is not None:
            self._permit = Permit(generation, self._begun)
        if self._held is not None:
            self._held.seat = seat
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

    def _ration(self, limiter: RateLimiter, now: float) -> None:
        wait, headers = self.reading or limiter.admit(self.call, now)
        self.exact = None
        if not self._observing:
            self.call.rate_headers = headers
            if wait is not None:
                self._turn_away("rate_limited", partial(limiter.error, wait), wait)
        elif wait is not None:
            self._say(WouldReject, reason="rate_limited")

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
        if self._delay is not None:
            self._streams = False
        if not self._streams:
            self.vacate()
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
            if self.timer is not None:
                self.timer.stop()
        return self._delay is None

    def failed(self, exc: Exception) -> float | None:
        """The attempt raised. Returns the delay before another one, or None: raise it.

        Raises:
            RetryExhaustedError: the attempts are used up and the policy asks for this.
        """
        if self._judged and not self.committed:
            # the response was thrown away already, and what still runs for it does not matter
            self.vacate()
            return self._delay
        call = self.call
        self._streams = False
        now = self.engine.clock.monotonic()
        failure = call.failure = self.engine.classify(exc, call)
        call.cause = exc
        if self.committed:
            if not failure.disconnected and verdict_by(self._counting, failure, exc, self.engine.report) != _IGNORE:
                self.broke_off()
            return None
        late = self._overran(now)
        verdict, load = self._verdicts(failure, exc)
        self._settle(verdict, now, late, failure.retry_after if verdict == Verdict.FAILURE else None)
        self._measure(load, now, failure.transient or late)
        self.vacate()
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

    def close(self) -> None:
        """The call is over."""
        if self._permit is not None:
            self._settle(_IGNORE, self.engine.clock.monotonic(), False)
        if self.away is not None:
            self.away.close()
        if not self._streams:
            self.vacate()
        self._finish("cancelled", None)
        self._let_go_of_time()
        self._last = None
        self.timer = self.away = None

    def _let_go_of_time(self) -> None:
        if not self._observing:
            # what follows the answer to a request, as a stream or a background task, nobody waits for any more
            self.call.deadline = self._callers if self.call.source == "guard" else None

    # -- deciding

    def _judge(self, reply: Reply | None) -> None:
        now = self.engine.clock.monotonic()
        self._judged = True
        self._delay = None
        self._last = None
        status = 200 if reply is None else reply.status
        failed, late = reply is not None and reply.failed, self._overran(now)
        verdict = Verdict.FAILURE if failed else verdict_of_status(status, self._counting)
        self._settle(verdict, now, late, reply.retry_after if reply is not None and status in _NOT_NOW else None)
        self._measure(verdict_of_status(status), now, late or status in _OVERLOADED)
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
        if retry is None or not worth_it(retry, self.engine, call, failure, exc, self._spent):
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

    def _verdicts(self, failure: Failure, exc: BaseException) -> tuple[Verdict, Verdict]:
        """How a failure counts for the circuit breaker, and as a sign of load."""
        if self._cut and self._hurried:
            # a caller in a hurry set the limit; nobody knows what more time would have brought
            return _IGNORE, _IGNORE
        guarded, options = self.call.source == "guard", self._counting
        return verdicts_of(failure, exc, options, self.engine.report, guarded=guarded, expected=self._expected)
