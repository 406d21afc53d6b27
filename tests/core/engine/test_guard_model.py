"""A guard with retry, budget, breaker and deadline against a naive one that is written down in one piece."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

import failsoft
from both_ways import ASYNC, SYNC, Way
from clocks import ManualClock
from failsoft import Budget, CircuitBreaker, Failsoft, OperationTimeoutError, Policy, Retry
from failsoft.current import current_call
from failsoft.events import CallRejected, GuardCompleted, RetryEnded, RetryScheduled
from models import Model, looking

OUTCOMES: dict[str, Any] = {
    "ok": lambda: "ok",
    "lost": lambda: ConnectionResetError("lost"),
    "refused": lambda: ConnectionRefusedError("refused"),
    "bug": lambda: ValueError("bug"),
    "client": lambda: failsoft.NotFoundError("nothing"),
    "interrupt": KeyboardInterrupt,
}
TRANSIENT = {"lost", "refused"}
FAILURES = TRANSIENT | {"bug"}


class Naive:
    """Follows the rules on paper: no machines, no windows, no permits."""

    def __init__(
        self, *, threshold: int, attempts: int, idempotent: bool, deadline: float | None, open_for: float
    ) -> None:
        self.threshold = threshold
        self.attempts = attempts
        self.idempotent = idempotent
        self.deadline = deadline
        self.open_for = open_for
        self.row = 0
        self.opened: float | None = None
        self.period = open_for
        self.state = "closed"

    def admit(self, now: float) -> bool:
        if self.state == "open" and self.opened is not None and now >= self.opened + self.period:
            self.state = "half_open"
        return self.state != "open"

    def settle(self, outcome: str, now: float) -> None:
        if outcome in FAILURES:
            self.row += 1
            if self.state == "half_open":
                self.period = min(4 * self.open_for, 2 * self.period)
                self.state, self.opened = "open", now
            elif self.row >= self.threshold:
                self.state, self.opened = "open", now
        elif outcome == "ok":
            self.row = 0
            if self.state == "half_open":
                self.state, self.period = "closed", self.open_for

    def call(self, outcomes: list[tuple[str, float]], now: float) -> tuple[str, int, list[float], str | None, float]:
        """What comes of a call, its attempts, its waits, how the retrying ended, and when."""
        begun, ran, waits = now, 0, []
        while True:
            if not self.admit(now):
                return "rejected", ran, waits, None, now
            outcome, takes = outcomes[min(ran, len(outcomes) - 1)]
            ran += 1
            now += takes
            self.settle(outcome, now)
            end = self.end_of(outcome, ran, now, begun)
            if end is not None:
                return outcome, ran, waits, end if waits else None, now
            waits.append(float(ran))
            now += ran

    def end_of(self, outcome: str, ran: int, now: float, begun: float) -> str | None:
        if outcome == "ok":
            return "success"
        if outcome == "interrupt":
            return "cancelled"
        if outcome not in TRANSIENT or not (self.idempotent or outcome == "refused"):
            return "not_retryable"
        if ran >= self.attempts:
            return "max_attempts"
        if self.state == "open":
            return "circuit_open"
        if self.deadline is not None and now + ran >= begun + self.deadline:
            return "deadline"
        return None


class GuardMachine(Model):
    """Waits grow by one second each (linear, no jitter), so that both can be worked out by heart."""

    @initialize(
        threshold=st.integers(1, 4),
        attempts=st.integers(1, 4),
        idempotent=st.booleans(),
        deadline=st.none() | st.sampled_from([2.0, 4.5, 100.0]),
        way=st.sampled_from([SYNC, ASYNC]),
    )
    def begin(self, threshold: int, attempts: int, idempotent: bool, deadline: float | None, way: Way) -> None:
        self.way = way
        self.clock = ManualClock()
        self.fs = Failsoft({}, clock=self.clock, rng=Random(0))
        retry = Retry(
            max_attempts=attempts,
            backoff="linear",
            base_delay=1,
            max_delay=60,
            jitter="none",
            budget=Budget(min_per_second=1000),
        )
        breaker = CircuitBreaker(
            failure_threshold=threshold,
            open_duration=10,
            open_multiplier=2,
            max_open_duration=40,
            half_open_calls=1,
            half_open_max_wait=10_000,
        )
        policy = Policy(retry=retry, circuit_breaker=breaker, deadline=deadline)
        self.guard = self.fs.guard("x", policy=policy, idempotent=idempotent)
        self.naive = Naive(
            threshold=threshold, attempts=attempts, idempotent=idempotent, deadline=deadline, open_for=10.0
        )
        self.events: list[Any] = []
        self.fs.events.subscribe(self.events.append)

    @rule(
        outcomes=st.lists(
            st.tuples(st.sampled_from(sorted(OUTCOMES)), st.sampled_from([0.0, 0.25, 1.5])), min_size=1, max_size=4
        )
    )
    def call(self, outcomes: list[tuple[str, float]]) -> None:
        self.events.clear()
        self.clock.slept.clear()
        raised: list[BaseException] = []
        ran = 0

        def fn() -> Any:
            nonlocal ran
            name, takes = outcomes[min(ran, len(outcomes) - 1)]
            ran += 1
            self.clock.advance(takes)
            made = OUTCOMES[name]()
            if isinstance(made, BaseException):
                raised.append(made)
                raise made
            return made

        now = self.clock.monotonic()
        expected, attempts, waits, end, at = self.naive.call(outcomes, now)
        got, error = self.run(fn)
        assert got == expected
        assert (ran, self.clock.slept) == (attempts, waits)
        assert self.clock.monotonic() == pytest.approx(at)
        if error is not None and got != "rejected":
            assert error is raised[-1]
        self.check_events(waits, end, error)

    def run(self, fn: Any) -> tuple[str, BaseException | None]:
        try:
            return str(self.way.call(self.guard, fn)), None
        except failsoft.CircuitOpenError as error:
            return "rejected", error
        except OperationTimeoutError as error:
            return "too late", error
        except (Exception, KeyboardInterrupt) as error:
            names = {ConnectionResetError: "lost", ConnectionRefusedError: "refused", ValueError: "bug"}
            return names.get(type(error), "interrupt" if isinstance(error, KeyboardInterrupt) else "client"), error

    def check_events(self, waits: list[float], end: str | None, error: BaseException | None) -> None:
        def of(kind: type) -> list[Any]:
            return [event for event in self.events if type(event) is kind]

        assert [event.delay for event in of(RetryScheduled)] == waits
        assert [event.outcome for event in of(RetryEnded)] == ([] if end is None else [end])
        assert len(of(GuardCompleted)) == 1
        assert len(of(CallRejected)) == isinstance(error, failsoft.CircuitOpenError)

    @rule(outcome=st.sampled_from(sorted(OUTCOMES)))
    def block(self, outcome: str) -> None:
        admitted = self.naive.admit(self.clock.monotonic())
        if admitted:
            self.naive.settle(outcome, self.clock.monotonic())

        def body() -> Any:
            made = OUTCOMES[outcome]()
            if isinstance(made, BaseException):
                raise made
            return made

        try:
            self.way.block(self.guard, body)
        except failsoft.CircuitOpenError:
            assert not admitted
        except (Exception, KeyboardInterrupt):
            assert admitted
        else:
            assert admitted

    @rule(seconds=st.sampled_from([0.5, 5.0, 10.0, 40.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def reset(self) -> None:
        if "guard:x" in self.fs.circuit_breakers:
            self.fs.circuit_breakers["guard:x"].reset()
            self.naive.row, self.naive.state, self.naive.period = 0, "closed", self.naive.open_for

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "fs") or "guard:x" not in self.fs.circuit_breakers:
            return
        breaker = self.fs.circuit_breakers["guard:x"]
        assert breaker.state == self.naive.state
        assert breaker.snapshot().probes_in_flight == 0
        assert current_call.get() is None

    def teardown(self) -> None:
        if hasattr(self, "fs"):
            self.fs.close()


TestGuard = GuardMachine.TestCase
TestGuard.settings = looking(examples=60, steps=25)
