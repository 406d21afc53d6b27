"""Rate limits and retry budgets through the doors of guards, against lists of everything that was let through."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from random import Random
from typing import Any, get_args

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from both_ways import ASYNC, SYNC, Script, Way
from clocks import ManualClock
from core.machines.test_quota import Log
from doors import DOORS, ENDS, Going, begin, come_to, finish_all
from failsoft import Budget, Failsoft, Policy, RateLimit, RateLimitError, Retry
from failsoft.events import RetryEnded
from failsoft.machines.budget import Priority
from models import Model, looking

LOST = ConnectionResetError


class RateLimitDoors(Model):
    """Two guards with a quota each. What a call comes to, and when, is none of the limit's business."""

    @initialize(count=st.integers(1, 5), period=st.sampled_from([1, 2, 4, 60]), burst=st.integers(1, 6))
    def start(self, count: int, period: int, burst: int) -> None:
        self.clock = ManualClock(monotonic=4096.0)
        self.fs = Failsoft({}, clock=self.clock, rng=Random(0))
        retry = Retry(max_attempts=2, base_delay=0, jitter="none", budget=Budget(min_per_second=1000))
        policy = Policy(rate_limit=RateLimit(rate=f"{count}/{period}s", burst=burst), retry=retry)
        self.guards = {name: self.fs.guard(name, policy=policy, idempotent=True) for name in "ab"}
        self.logs = {name: Log(Fraction(count, period), burst) for name in "ab"}
        self.going: list[Going] = []

    @property
    def now(self) -> Fraction:
        return Fraction(self.clock.monotonic())

    @rule(eighths=st.integers(0, 200))
    def wait(self, eighths: int) -> None:
        self.clock.advance(eighths / 8)

    @rule(name=st.sampled_from("ab"), door=st.sampled_from(DOORS), times=st.integers(1, 3))
    def begin(self, name: str, door: str, times: int) -> None:
        for _ in range(times):
            expected = self.expected(name)
            try:
                self.going.append(begin(self.guards[name], door))
            except RateLimitError as error:
                self.turned_away(name, expected, error)
            else:
                assert expected

    @rule(
        name=st.sampled_from("ab"),
        way=st.sampled_from([SYNC, ASYNC]),
        outcomes=st.lists(st.sampled_from(["well", "lost"]), min_size=2, max_size=2),
        times=st.integers(1, 4),
    )
    def call(self, name: str, way: Way, outcomes: list[str], times: int) -> None:
        """Once for the whole call, however many attempts it takes."""
        for _ in range(times):
            expected = self.expected(name)
            script = Script(*(lambda end=end: come_to(end) for end in outcomes))
            try:
                way.call(self.guards[name], script)
            except RateLimitError as error:
                self.turned_away(name, expected, error)
                assert script.calls == 0
            except LOST:
                assert expected
                assert script.calls == 2
            else:
                assert expected

    def expected(self, name: str) -> bool:
        admits = self.logs[name].admits(self.now)
        if admits:
            self.logs[name].times.append(self.now)
        return admits

    def turned_away(self, name: str, expected: bool, error: RateLimitError) -> None:
        assert not expected
        assert error.retry_after is not None
        soon = self.now + Fraction(error.retry_after)
        assert self.logs[name].admits(soon + Fraction(1, 10**5))
        assert not self.logs[name].admits(soon - Fraction(1, 10**5))

    @precondition(lambda self: self.going)
    @rule(which=st.integers(0, 10**6), end=st.sampled_from([end for end in ENDS if end != "lost"]))
    def end(self, which: int, end: str) -> None:
        going = self.going.pop(which % len(self.going))
        error = going.end(end)
        assert not isinstance(error, RateLimitError)

    @invariant()
    def the_bound_holds_in_every_span(self) -> None:
        if hasattr(self, "logs"):
            assert all(log.keeps_the_bound() for log in self.logs.values())

    def teardown(self) -> None:
        if hasattr(self, "fs"):
            finish_all(self.going)
            self.fs.close()


PRIORITIES: tuple[Priority, ...] = get_args(Priority)


class BudgetDoors(Model):
    """Two guards under one policy share a budget; one under a policy of its own does not. Calls follow each other."""

    @initialize(
        ratio=st.sampled_from(["0", "0.1", "0.2", "0.3", "0.7", "1"]),
        floor_rate=st.sampled_from([0, 1, 2]),
        priority=st.sampled_from([None, *PRIORITIES]),
        heard=st.booleans(),
    )
    def start(self, ratio: str, floor_rate: int, priority: Priority | None, heard: bool) -> None:
        self.clock = ManualClock(monotonic=4096.0)
        retry = {
            "max_attempts": 4,
            "base_delay": 0,
            "jitter": "none",
            "budget": {"ratio": float(ratio), "min_per_second": float(floor_rate)},
        }
        if priority is not None:
            retry["priority"] = priority
        settings: Any = {"policies": {"p": {"retry": retry}, "q": {"retry": retry}}}
        self.fs = Failsoft(settings, clock=self.clock, rng=Random(0))
        self.ended: list[RetryEnded] = []
        if heard:
            self.fs.events.subscribe(self.ended.append, RetryEnded)
        self.heard = heard
        self.guards = {
            name: self.fs.guard(name, policy="q" if name == "alone" else "p", idempotent=True)
            for name in ("one", "other", "alone")
        }
        self.ratio, self.reserve = Fraction(ratio), Fraction(floor_rate * 10)
        self.priority = priority or "normal"
        self.calls: dict[str, list[int]] = {"p": [], "q": []}
        self.retries: dict[str, list[int]] = {"p": [], "q": []}
        self.books = {name: [0, 0, 0] for name in self.guards}

    def live(self, entries: list[int]) -> int:
        return sum(second > floor(self.clock.monotonic()) - 10 for second in entries)

    def grants(self, owner: str) -> bool:
        """Whether there is another retry; if so, it is spent."""
        full = self.reserve + self.ratio * self.live(self.calls[owner])
        stays = {
            "critical": -self.reserve,
            "high": -self.reserve / 2,
            "normal": Fraction(0),
            "low": full / 4,
            "background": full / 2,
        }
        granted = full - self.live(self.retries[owner]) - 1 >= stays[self.priority]
        if granted:
            self.retries[owner].append(floor(self.clock.monotonic()))
        return granted

    @rule(eighths=st.one_of(st.integers(0, 20), st.integers(0, 200)))
    def wait(self, eighths: int) -> None:
        self.clock.advance(eighths / 8)

    @rule(
        name=st.sampled_from(["one", "other", "alone"]),
        way=st.sampled_from([SYNC, ASYNC]),
        failures=st.integers(0, 5),
        takes=st.sampled_from([0, 0, 0, 1, 12, 90]),
        times=st.integers(1, 12),
    )
    def call(self, name: str, way: Way, failures: int, takes: int, times: int) -> None:
        owner = "q" if name == "alone" else "p"
        for _ in range(times):
            self.ended.clear()
            self.calls[owner].append(floor(self.clock.monotonic()))
            attempts = 0

            def body() -> str:
                nonlocal attempts
                attempts += 1
                self.clock.advance(takes / 8)
                granted.append(attempts <= failures and attempts < 4 and self.grants(owner))
                return come_to("lost" if attempts <= failures else "well")

            granted: list[bool] = []
            try:
                way.call(self.guards[name], body)
            except LOST:
                assert attempts <= failures
                self.books[name][1] += 1
                end = "max_attempts" if attempts == 4 else "budget_exhausted"
            else:
                assert attempts == failures + 1
                self.books[name][0] += 1
                end = "success"
            # another attempt followed wherever the ledger had one to give, and nowhere else
            assert attempts == ceil(sum(granted)) + 1
            assert granted == [True] * (attempts - 1) + [False]
            self.books[name][2] += attempts
            if self.heard:
                assert [event.outcome for event in self.ended] == ([end] if attempts > 1 else [])

    @rule(name=st.sampled_from(["one", "other", "alone"]), end=st.sampled_from(["well", "lost", "cancelled"]))
    def block(self, name: str, end: str) -> None:
        """Never repeated, and a call like any other all the same."""
        self.calls["q" if name == "alone" else "p"].append(floor(self.clock.monotonic()))
        begin(self.guards[name], "block").end(end)
        if end != "cancelled":
            self.books[name][end == "lost"] += 1
            self.books[name][2] += 1

    @invariant()
    def the_books_are_kept(self) -> None:
        for name, (successes, failures, attempts) in getattr(self, "books", {}).items():
            told = self.fs.retries.statistics(name)
            assert (told.successes, told.failures) == (successes, failures)
            assert told.retries == attempts - successes - failures

    def teardown(self) -> None:
        if hasattr(self, "fs"):
            self.fs.close()


TestRateLimitDoors = RateLimitDoors.TestCase
TestBudgetDoors = BudgetDoors.TestCase
TestRateLimitDoors.settings = looking(examples=40, steps=30)
TestBudgetDoors.settings = looking(examples=50, steps=30)
