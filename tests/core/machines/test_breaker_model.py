"""The breaker against a naive one that keeps everything and works each answer out afresh."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from json import dumps, loads
from math import floor

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from failsoft.machines.breaker import (
    BreakerMachine,
    BreakerRules,
    BreakerSnapshot,
    Permit,
    Rejection,
    Transition,
)
from failsoft.outcome import Verdict
from models import Model, looking

SLOW = 4.0


def reaches(part: int, whole: int, threshold: float | None) -> bool:
    return threshold is not None and part > 0 and Fraction(part, whole) >= Fraction(str(threshold))


@dataclass(eq=False)
class Probe:
    sent: float
    failed: bool | None = None
    slow: bool = False
    returned: bool = False


@dataclass
class Naive:
    rules: BreakerRules
    state: str = "closed"
    era: int = 0
    calls: list[tuple[float, float, float, float]] = field(default_factory=list)
    """When, how many, how many of them failed, how many were slow."""
    failed_last: int = 0
    probes: list[Probe] = field(default_factory=list)
    failed_rounds: int = 0
    open_until: float = 0.0
    changes: list[tuple[str, str, str, float]] = field(default_factory=list)
    opened: float = 0.0
    stated: bool = False

    def out(self) -> list[Probe]:
        return [probe for probe in self.probes if probe.failed is None and not probe.returned]

    def done(self) -> list[Probe]:
        return [probe for probe in self.probes if probe.failed is not None]

    def become(self, state: str, reason: str, at: float) -> None:
        self.changes.append((self.state, state, reason, at))
        self.state = state
        self.era += 1

    def forget(self) -> None:
        self.calls, self.probes, self.failed_rounds, self.failed_last = [], [], 0, 0

    def open(self, reason: str, at: float) -> None:
        self.failed_rounds += self.state == "half_open"
        self.become("open", reason, at)
        self.opened, self.stated = at, False
        self.open_until = at + self.period()

    def period(self) -> float:
        rules = self.rules
        return min(rules.max_open_duration, rules.open_duration * rules.open_multiplier**self.failed_rounds)

    def held(self, now: float) -> list[tuple[float, float, float, float]]:
        if self.rules.window_seconds is None:
            return self.calls[-self.rules.window :]
        width = self.rules.window_seconds / 10
        return [call for call in self.calls if floor(call[0] / width) > floor(now / width) - 10]

    def sums(self, now: float) -> tuple[int, int, int]:
        held = self.held(now)
        return tuple(int(sum(call[part] for call in held)) for part in (1, 2, 3))  # type: ignore[return-value]

    def restore(self, state: str, counts: tuple[int, int, int], left: float, age: float, now: float) -> None:
        """`left`: of the open period, when the counts were taken."""
        if state == self.state:
            self.era += 1
        else:
            self.become(state, "restore", now)
        self.probes, self.calls = [], []
        self.open_until = now + min(self.rules.max_open_duration, left - age)
        if self.rules.window_seconds is None:
            total = counts[0]
            others, failures = total - min(self.failed_last, counts[1]), counts[1] - min(self.failed_last, counts[1])
            for n in range(total):
                failed = 1 if n >= others else failures * (n + 1) // others - failures * n // others
                self.calls.append((now, 1, failed, counts[2] * (n + 1) // total - counts[2] * n // total))
        elif age < self.rules.window_seconds:
            width = self.rules.window_seconds / 10
            for n in range(10):
                parts = [count * (n + 1) // 10 - count * n // 10 for count in counts]
                self.calls.append((now - age - (9 - n) * width, *parts))

    def lose(self, now: float) -> None:
        if self.state == "half_open":
            ends = [probe.sent + self.rules.half_open_max_wait for probe in self.out()]
            if ends and min(ends) <= now:
                self.open("half_open_max_wait", min(ends))

    def admit(self, now: float) -> Probe | str | None:
        self.lose(now)
        if self.state == "open" and self.open_until <= now:
            self.become("half_open", "open_duration", now)
            self.probes = []
        if self.state == "half_open":
            free = len(self.out()) < self.rules.half_open_concurrency
            if free and len(self.out()) + len(self.done()) < self.rules.half_open_calls:
                self.probes.append(Probe(now))
                return self.probes[-1]
            return "rejected"
        return "rejected" if self.state in ("open", "forced_open") else None

    def record(self, era: int, verdict: Verdict, took: float, now: float) -> None:
        if era != self.era or verdict is Verdict.IGNORE or self.state not in ("closed", "metrics_only"):
            return
        self.calls.append((now, 1, verdict is Verdict.FAILURE, took > SLOW))
        self.failed_last = self.failed_last + 1 if verdict is Verdict.FAILURE else 0
        if self.state == "metrics_only":
            return
        rules, (total, failures, slow) = self.rules, self.sums(now)
        minimum = rules.minimum_calls if rules.window_seconds else min(rules.minimum_calls, rules.window)
        if rules.failure_threshold is not None and self.failed_last >= rules.failure_threshold:
            self.open("failure_threshold", now)
        elif total < minimum:
            return
        elif reaches(failures, total, rules.failure_rate_threshold):
            self.open("failure_rate_threshold", now)
        elif reaches(slow, total, rules.slow_call_rate_threshold):
            self.open("slow_call_rate_threshold", now)

    def settle(self, probe: Probe, era: int, verdict: Verdict, took: float, now: float) -> None:
        self.lose(now)
        if era != self.era or probe.failed is not None or probe.returned:
            return
        if verdict is Verdict.IGNORE:
            probe.returned = True
            return
        probe.failed, probe.slow = verdict is Verdict.FAILURE, took > SLOW
        rest = self.rules.half_open_calls - len(self.done())
        best, worst = self.ending(0), self.ending(rest)
        if worst == "success_threshold":
            self.become("closed", worst, now)
            self.forget()
        elif best != "success_threshold":
            self.open(best, now)

    def trip(self, now: float, duration: float) -> None:
        self.lose(now)
        until = now + min(duration, self.rules.max_open_duration)
        if self.state in ("closed", "half_open"):
            self.open("told", now)
            self.open_until, self.stated = until, True
        elif self.state == "open" and until > self.open_until:
            self.open_until, self.stated = until, True

    def adopt(self, rules: BreakerRules) -> None:
        before, self.rules = self.rules, rules
        if (rules.window, rules.window_seconds) != (before.window, before.window_seconds):
            self.calls = []
        if self.state == "open" and not self.stated:
            self.open_until = self.opened + self.period()
        if terms(before) != terms(rules):
            self.probes = self.out()

    def command(self, state: str, verb: str, now: float) -> None:
        if self.state != state:
            self.become(state, verb, now)
        elif state == "closed":
            self.era += 1
        else:
            return
        if state != "forced_open":
            self.forget()

    def ending(self, bad: int) -> str:
        """What becomes of the round if so many of the probes still to come fail slowly and the others do well."""
        done = self.done()
        failures, slow = sum(probe.failed is True for probe in done) + bad, sum(probe.slow for probe in done) + bad
        return ending_of(self.rules, failures, slow)


def ending_of(rules: BreakerRules, failures: int, slow: int) -> str:
    calls = rules.half_open_calls
    if rules.success_threshold is not None:
        failed = calls - failures < min(rules.success_threshold, calls)
    elif rules.failure_rate_threshold is not None:
        failed = reaches(failures, calls, rules.failure_rate_threshold)
    else:
        failed = failures > 0
    if failed:
        return "probe_failures"
    return "probe_slowness" if reaches(slow, calls, rules.slow_call_rate_threshold) else "success_threshold"


def terms(rules: BreakerRules) -> tuple[object, ...]:
    """What decides a half-open round, with every way in which it may go."""
    numbers = range(rules.half_open_calls + 1)
    ways = tuple(ending_of(rules, failures, slow) for failures in numbers for slow in numbers)
    return (rules.half_open_calls, rules.half_open_concurrency, rules.half_open_max_wait, ways)


@dataclass
class Issued:
    permit: Permit
    probe: Probe | None
    era: int


RULES = st.builds(
    BreakerRules,
    failure_threshold=st.sampled_from([None, 2, 3]),
    failure_rate_threshold=st.sampled_from([None, 0.07, 0.34, 0.5, 1.0]),
    slow_call_rate_threshold=st.sampled_from([None, 0.3, 0.5, 1.0]),
    slow_call_duration=st.just(SLOW),
    minimum_calls=st.integers(1, 6),
    window=st.integers(1, 8),
    window_seconds=st.sampled_from([None, None, 10.0, 40.0]),
    open_duration=st.sampled_from([5.0, 30.0]),
    open_multiplier=st.sampled_from([1.0, 2.0]),
    max_open_duration=st.sampled_from([20.0, 300.0]),
    half_open_calls=st.integers(1, 5),
    half_open_concurrency=st.integers(1, 3),
    half_open_max_wait=st.sampled_from([8.0, 30.0]),
    success_threshold=st.sampled_from([None, None, 1, 2, 3, 9]),
)
VERDICTS = st.sampled_from([Verdict.SUCCESS, Verdict.SUCCESS, Verdict.FAILURE, Verdict.FAILURE, Verdict.IGNORE])
COMMANDS = {"reset": "closed", "force_open": "forced_open", "disable": "disabled", "metrics_only": "metrics_only"}


class CallsAgainstTheNaiveBreaker(Model):
    """Calls only. Times are eighths of seconds, so that both sides compare the same numbers."""

    @initialize(rules=RULES, start=st.integers(0, 10**6))
    def start(self, rules: BreakerRules, start: int) -> None:
        self.now = start / 8
        self.breaker, self.naive = BreakerMachine(rules), Naive(rules)
        self.issued: list[Issued] = []
        self.told = 0

    @rule(eighths=st.one_of(st.integers(0, 16), st.integers(0, 400)))
    def wait(self, eighths: int) -> None:
        self.now += eighths / 8

    @precondition(lambda self: self.naive.state == "open")
    @rule(late=st.sampled_from([0.0, 0.0, 0.125, 1000.0]))
    def call_at_the_end_of_the_open_period(self, late: float) -> None:
        self.now = max(self.now, self.naive.open_until + late)
        self.admit(1)

    @precondition(lambda self: self.naive.state == "half_open")
    @rule(verdict=VERDICTS, took=st.sampled_from([0.0, 0.0, SLOW, SLOW + 1]))
    def probe(self, verdict: Verdict, took: float) -> None:
        self.admit(1)
        if self.issued:
            self.settle(0, verdict, took)

    @rule(times=st.integers(1, 4))
    def admit(self, times: int) -> None:
        for _ in range(times):
            answer, expected = self.breaker.admit(self.now), self.naive.admit(self.now)
            if expected == "rejected":
                assert isinstance(answer, Rejection)
                assert answer.retry_after > 0
            else:
                assert isinstance(answer, Permit)
                assert answer.probe == isinstance(expected, Probe)
                probe = expected if isinstance(expected, Probe) else None
                self.issued.append(Issued(answer, probe, self.naive.era))

    @precondition(lambda self: self.issued)
    @rule(which=st.integers(0, 10**6), verdict=VERDICTS, took=st.sampled_from([0.0, SLOW, SLOW + 1]))
    def settle(self, which: int, verdict: Verdict, took: float) -> None:
        # Issued permits stay in the list: settling one again, or long after its time, has to be harmless.
        issued = self.issued[-1 - which % min(len(self.issued), 6)]
        issued.permit.started = self.now - took
        self.breaker.settle(issued.permit, verdict, self.now)
        if issued.probe is not None:
            self.naive.settle(issued.probe, issued.era, verdict, took, self.now)
        else:
            if issued.era == self.naive.era and verdict is not Verdict.IGNORE:
                self.issued.remove(issued)
            self.naive.record(issued.era, verdict, took, self.now)

    @rule(verdict=VERDICTS, took=st.sampled_from([0.0, SLOW, SLOW + 1]), times=st.integers(1, 8))
    def record_without_a_permit(self, verdict: Verdict, took: float, times: int) -> None:
        for _ in range(times):
            self.breaker.record(self.breaker.generation, verdict, took, self.now)
            self.naive.record(self.naive.era, verdict, took, self.now)

    @invariant()
    def tells_the_same_story(self) -> None:
        assert self.breaker.state == self.naive.state
        assert self.breaker.closed == (self.naive.state == "closed")
        assert self.breaker.generation == self.naive.era
        assert list(self.breaker.drain()) == self.naive.changes[self.told :]
        self.told = len(self.naive.changes)
        assert list(self.breaker.history) == self.naive.changes[-32:]

    @invariant()
    def shows_the_same_counts(self) -> None:
        snapshot = self.breaker.snapshot(self.now)
        assert snapshot.counts == self.naive.sums(self.now)
        assert snapshot.consecutive_failures == self.naive.failed_last
        assert snapshot.rounds_failed == self.naive.failed_rounds
        if self.naive.state == "half_open":
            out, done = self.naive.out(), self.naive.done()
            assert snapshot.probes_in_flight == len(out)
            assert snapshot.probes_left == self.naive.rules.half_open_calls - len(out) - len(done)
            assert snapshot.probe_failures == sum(probe.failed is True for probe in done)
        else:
            assert (snapshot.probes_in_flight, snapshot.probes_left) == (0, 0)

    @invariant()
    def foretells_what_the_next_call_is_answered(self) -> None:
        foretold, answer = self.breaker.snapshot(self.now).retry_after, deepcopy(self.breaker).admit(self.now)
        assert foretold == (answer.retry_after if isinstance(answer, Rejection) else 0.0)


class RestartsAgainstTheNaiveBreaker(CallsAgainstTheNaiveBreaker):
    """Calls, and now and then another process that takes over what this one has kept."""

    @rule(age=st.sampled_from([0.0, 0.125, 3.0, 25.0, 1000.0]), reset=st.booleans())
    def restart(self, age: float, reset: bool) -> None:
        naive = self.naive
        kept = BreakerSnapshot.from_dict(loads(dumps(self.breaker.snapshot(self.now).to_dict())))
        state, counts, left = naive.state, naive.sums(self.now), naive.open_until - self.now
        if reset:
            # what the other one has met so far is forgotten for what is restored
            rounds, run = naive.failed_rounds, naive.failed_last
            self.breaker.reset(self.now)
            naive.command("closed", "reset", self.now)
            naive.failed_rounds, naive.failed_last = rounds, run
        self.breaker.restore(kept, age, self.now)
        naive.restore(state, counts, max(0.0, left), age, self.now)
        # the kept transitions stand in front of those that are still to be told
        fresh = naive.changes[self.told :]
        naive.changes = [tuple(moved) for moved in shifted(kept, self.now - age - kept.at)] + fresh
        self.told = len(naive.changes) - len(fresh)


def shifted(kept: BreakerSnapshot, by: float) -> list[Transition]:
    return [moved._replace(at=moved.at + by) for moved in kept.history]


class OperatorsAgainstTheNaiveBreaker(CallsAgainstTheNaiveBreaker):
    """Calls, and the operator's verbs between them."""

    @rule(duration=st.sampled_from([1.0, 25.0, 1e6]))
    def trip(self, duration: float) -> None:
        self.breaker.trip(self.now, duration, "told")
        self.naive.trip(self.now, duration)

    @rule(verb=st.sampled_from(["reset", "reset", "reset", *COMMANDS]))
    def command(self, verb: str) -> None:
        getattr(self.breaker, verb)(self.now)
        self.naive.command(COMMANDS[verb], verb, self.now)

    @rule(rules=RULES)
    def change_the_rules(self, rules: BreakerRules) -> None:
        self.breaker.adopt(rules)
        self.naive.adopt(rules)


TestCallsAgainstTheNaiveBreaker = CallsAgainstTheNaiveBreaker.TestCase
TestCallsAgainstTheNaiveBreaker.settings = looking(examples=250, steps=50)
TestRestartsAgainstTheNaiveBreaker = RestartsAgainstTheNaiveBreaker.TestCase
TestRestartsAgainstTheNaiveBreaker.settings = looking(examples=150, steps=50)
TestOperatorsAgainstTheNaiveBreaker = OperatorsAgainstTheNaiveBreaker.TestCase
TestOperatorsAgainstTheNaiveBreaker.settings = looking(examples=120, steps=50)
