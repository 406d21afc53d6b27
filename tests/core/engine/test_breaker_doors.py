"""The breaker through the doors of a guard, with calls that overlap, against the naive one of the machine."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from both_ways import ASYNC, SYNC, Way
from clocks import ManualClock
from core.machines.test_breaker_model import COMMANDS, SLOW, Naive, Probe
from doors import BREAKS, DOORS, ENDS, Going, begin, come_to, finish_all
from failsoft import CircuitBreaker, CircuitOpenError, Failsoft, Policy
from failsoft.current import EPOCH, current_call
from failsoft.events import CallRejected, CircuitBreakerTransition, GuardCompleted
from failsoft.outcome import Verdict
from models import Model, looking

VERDICTS = {"well": Verdict.SUCCESS, "lost": Verdict.FAILURE}
NAME = "guard:x"


def sane(**values: Any) -> CircuitBreaker:
    """Options that do not contradict each other."""
    window, longest = values["window"], values["max_open_duration"]
    if isinstance(window, int):
        values["minimum_calls"] = min(values["minimum_calls"], window)
    values["half_open_concurrency"] = min(values["half_open_concurrency"], values["half_open_calls"])
    values["open_duration"] = min(values["open_duration"], longest)
    return CircuitBreaker(**values)


def options(**more: Any) -> st.SearchStrategy[CircuitBreaker]:
    return st.builds(
        sane,
        failure_threshold=st.sampled_from([None, 2, 3]),
        failure_rate_threshold=st.sampled_from([None, 0.34, 0.5, 1.0]),
        slow_call_rate_threshold=st.sampled_from([None, 0.5, 1.0]),
        slow_call_duration=st.just(SLOW),
        minimum_calls=st.integers(1, 6),
        window=st.sampled_from([1, 2, 5, 8, 10.0, 40.0]),
        open_duration=st.sampled_from([5.0, 30.0]),
        open_multiplier=st.sampled_from([1.0, 2.0]),
        max_open_duration=st.sampled_from([20.0, 300.0]),
        half_open_calls=st.integers(1, 4),
        half_open_concurrency=st.integers(1, 3),
        half_open_max_wait=st.sampled_from([8.0, 30.0]),
        **more,
    )


class BreakerDoors(Model):
    """Calls begin through any door, and come to an end of any kind at any time, also long after the circuit opened."""

    @initialize(options=options(), observed=st.booleans())
    def start(self, options: CircuitBreaker, observed: bool) -> None:
        self.clock = ManualClock(monotonic=1024.0)
        self.fs = Failsoft({}, clock=self.clock, rng=Random(0))
        self.told: list[Any] = []
        self.fs.events.subscribe(self.told.append, CircuitBreakerTransition)
        self.seen: list[Any] = []
        if observed:
            self.fs.events.subscribe(self.seen.append, GuardCompleted, CallRejected)
        self.observed = observed
        self.looking = False
        self.guard = self.fs.guard("x", policy=Policy(circuit_breaker=options))
        self.naive = Naive(options.rules())
        self.going: list[tuple[Going, Probe | None, int, float]] = []
        self.over = self.rejected = 0
        self.fs.guard_pipeline(NAME, self.guard._policy)

    @property
    def now(self) -> float:
        return self.clock.monotonic()

    @rule(eighths=st.one_of(st.integers(0, 16), st.integers(0, 400)))
    def wait(self, eighths: int) -> None:
        self.clock.advance(eighths / 8)

    @precondition(lambda self: self.naive.state == "open")
    @rule()
    def wait_for_the_end_of_the_open_period(self) -> None:
        self.clock.advance(max(0.0, self.naive.open_until - self.now))

    @rule(door=st.sampled_from(DOORS))
    def begin(self, door: str) -> None:
        expected = self.naive.admit(self.now)
        try:
            going = begin(self.guard, door)
        except CircuitOpenError as error:
            assert expected == "rejected"
            self.turned_away(error)
        else:
            assert expected != "rejected"
            probe = expected if isinstance(expected, Probe) else None
            self.going.append((going, probe, self.naive.era, self.now))

    def turned_away(self, error: CircuitOpenError) -> None:
        self.rejected += 1
        snapshot = self.fs.circuit_breakers[NAME].snapshot()
        assert error.state == self.naive.state
        assert error.retry_after == snapshot.retry_after > 0

    @precondition(lambda self: self.going)
    @rule(which=st.integers(0, 10**6), end=st.sampled_from(ENDS))
    def end(self, which: int, end: str) -> None:
        going, probe, era, began = self.going.pop(which % len(self.going))
        error = going.end(end)
        assert (error is None) == (end == "well")
        assert not isinstance(error, CircuitOpenError)
        self.settle(end, probe, era, self.now - began)

    @rule(
        way=st.sampled_from([SYNC, ASYNC]), end=st.sampled_from(ENDS), took=st.sampled_from([0.0, 0.0, SLOW, SLOW + 1])
    )
    def call(self, way: Way, end: str, took: float) -> None:
        """From beginning to end."""
        expected = self.naive.admit(self.now)
        era = self.naive.era

        def body() -> str:
            self.clock.advance(took)
            return come_to(end)

        try:
            if way.asynchronous and end in BREAKS:
                # raised out of a task, these end the loop or are told apart there
                SYNC.call(self.guard, body)
            else:
                way.call(self.guard, body)
        except CircuitOpenError as error:
            assert expected == "rejected"
            self.turned_away(error)
            return
        except BaseException:
            assert end != "well"
        assert expected != "rejected"
        self.settle(end, expected if isinstance(expected, Probe) else None, era, took)

    def settle(self, end: str, probe: Probe | None, era: int, took: float) -> None:
        self.over += 1
        verdict = VERDICTS.get(end, Verdict.IGNORE)
        if probe is not None:
            self.naive.settle(probe, era, verdict, took, self.now)
        else:
            self.naive.record(era, verdict, took, self.now)

    @rule(verb=st.sampled_from(["reset", "reset", "reset", *COMMANDS]))
    def command(self, verb: str) -> None:
        getattr(self.fs.circuit_breakers[NAME], verb)()
        self.naive.command(COMMANDS[verb], verb, self.now)

    @rule(
        door=st.sampled_from(DOORS),
        verb=st.sampled_from(["reset", "reset", *COMMANDS]),
        end=st.sampled_from(["well", "lost"]),
        after=st.sampled_from(["", "reset"]),
    )
    def a_result_is_late(self, door: str, verb: str, end: str, after: str) -> None:
        """It belongs to a time that is over when it comes."""
        going = len(self.going)
        self.begin(door)
        self.command(verb)
        if after:
            self.command(after)
        if len(self.going) > going:
            going_, probe, era, began = self.going.pop()
            going_.end(end)
            self.settle(end, probe, era, self.now - began)

    @rule(options=options())
    def change_the_options(self, options: CircuitBreaker) -> None:
        self.fs.circuit_breakers[NAME].adopt(options)
        EPOCH.end()  # as a reload does
        self.naive.adopt(options.rules())

    @rule(looking=st.booleans())
    def look_at_each_step_or_not(self, looking: bool) -> None:
        self.looking = looking

    @invariant()
    def tells_the_same_story(self) -> None:
        breaker = self.fs.circuit_breakers[NAME]
        assert (breaker.state, breaker.machine.generation) == (self.naive.state, self.naive.era)
        if not self.looking:
            # a look counts what calls have only noted
            return
        snapshot = breaker.snapshot()
        assert snapshot.counts == self.naive.sums(self.now)
        assert snapshot.consecutive_failures == self.naive.failed_last
        out = self.naive.out() if self.naive.state == "half_open" else []
        assert snapshot.probes_in_flight == len(out)
        told = [(event.from_state, event.to_state, event.reason) for event in self.told]
        assert told == [change[:3] for change in self.naive.changes]
        assert current_call.get() is None

    @invariant()
    def each_call_is_told_of_once(self) -> None:
        if self.observed:
            kinds = [type(event) for event in self.seen]
            assert kinds.count(GuardCompleted) == self.over + self.rejected
            assert kinds.count(CallRejected) == self.rejected

    def teardown(self) -> None:
        if hasattr(self, "going"):
            finish_all([going for going, *_ in self.going])
            assert self.fs.circuit_breakers[NAME].snapshot().probes_in_flight == 0
            assert self.guard._open == {}
            self.fs.close()


TestBreakerDoors = BreakerDoors.TestCase
TestBreakerDoors.settings = looking(examples=40, steps=40)
