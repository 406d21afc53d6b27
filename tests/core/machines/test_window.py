from __future__ import annotations

from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from failsoft.machines.window import CountWindow, TimeWindow, WindowCounts
from models import Model, looking


def test_an_empty_window_has_rates_of_nought() -> None:
    assert WindowCounts(0, 0, 0).failure_rate == 0.0
    assert WindowCounts(0, 0, 0).slow_rate == 0.0


def test_rates_are_shares_of_the_calls_that_count() -> None:
    counts = WindowCounts(total=8, failures=2, slow=6)
    assert (counts.failure_rate, counts.slow_rate) == (0.25, 0.75)


def test_a_slow_failure_is_counted_as_both() -> None:
    window = CountWindow(5)
    window.record(0.0, True, True)
    assert window.counts(0.0) == (1, 1, 1)


def test_the_oldest_call_makes_room_for_the_newest() -> None:
    window = CountWindow(3)
    for failed in (True, True, False, False):
        window.record(0.0, failed, False)
    assert window.counts(0.0) == (3, 1, 0)


def test_a_count_window_does_not_age() -> None:
    window = CountWindow(3)
    window.record(0.0, True, False)
    assert window.counts(1e9) == (1, 1, 0)


def test_a_time_window_forgets_what_is_older_than_itself() -> None:
    window = TimeWindow(10.0)
    window.record(0.5, True, False)
    assert window.counts(9.5) == (1, 1, 0)
    assert window.counts(10.0) == (0, 0, 0)


def test_a_call_dated_before_the_current_bucket_is_counted_and_ages_with_it() -> None:
    window = TimeWindow(10.0)
    window.record(5.0, False, False)
    window.record(4.9, True, False)
    assert window.counts(14.9) == (2, 1, 0)
    assert window.counts(15.0) == (0, 0, 0)


def test_a_jump_of_a_century_empties_a_time_window_at_once() -> None:
    window = TimeWindow(1.0)
    for tenth in range(10):
        window.record(tenth / 10, True, True)
    window.record(3.2e9, False, False)
    assert window.counts(3.2e9) == (1, 0, 0)


@pytest.mark.parametrize("size", [0, -1])
def test_a_count_window_without_room_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="at least one call"):
        CountWindow(size)


@pytest.mark.parametrize(("seconds", "buckets"), [(0.0, 10), (-1.0, 10), (float("nan"), 10), (1.0, 0)])
def test_a_time_window_without_extent_is_refused(seconds: float, buckets: int) -> None:
    with pytest.raises(ValueError, match="a length and a bucket"):
        TimeWindow(seconds, buckets)


@settings(deadline=None)
@given(
    seconds=st.floats(0.01, 1e5),
    gaps=st.lists(st.floats(0.0, 0.3), max_size=60),
    start=st.floats(0.0, 1e7),
)
def test_a_time_window_holds_the_young_and_drops_the_old(seconds: float, gaps: list[float], start: float) -> None:
    window, now, times = TimeWindow(seconds), start, []
    for gap in gaps:
        now += gap * seconds
        times.append(now)
        window.record(now, False, False)
    slack = 1e-6 * seconds + 1e-8 * now
    surely_in = sum(now - then < seconds * 0.9 - slack for then in times)
    possibly_in = sum(now - then < seconds + slack for then in times)
    assert surely_in <= window.counts(now).total <= possibly_in


class CountWindowAgainstAList(Model):
    @initialize(size=st.integers(1, 12))
    def start(self, size: int) -> None:
        self.size, self.calls = size, list[tuple[bool, bool]]()
        self.window = CountWindow(size)

    @rule(failed=st.booleans(), slow=st.booleans(), times=st.integers(1, 15))
    def record(self, failed: bool, slow: bool, times: int) -> None:
        for _ in range(times):
            self.window.record(0.0, failed, slow)
            self.calls.append((failed, slow))

    @rule()
    def reset(self) -> None:
        self.window.reset(0.0)
        self.calls.clear()

    @invariant()
    def holds_the_last_calls(self) -> None:
        held = self.calls[-self.size :]
        expected = (len(held), sum(failed for failed, _ in held), sum(slow for _, slow in held))
        assert self.window.counts(0.0) == expected
        assert (self.window.total, self.window.failures, self.window.slow) == expected


class TimeWindowAgainstAList(Model):
    """Times and widths are sums of powers of two, so that both sides put each call into the same bucket."""

    @initialize(width=st.sampled_from([0.125, 0.5, 1.0, 4.0]), buckets=st.integers(1, 12), start=st.integers(0, 10**6))
    def start(self, width: float, buckets: int, start: int) -> None:
        self.width, self.buckets, self.now = width, buckets, start / 8
        self.calls: list[tuple[int, bool, bool]] = []
        self.window = TimeWindow(width * buckets, buckets)

    @rule(eighths=st.one_of(st.integers(0, 16), st.integers(0, 1000)))
    def wait(self, eighths: int) -> None:
        self.now += eighths / 8

    @rule(failed=st.booleans(), slow=st.booleans(), times=st.integers(1, 3))
    def record(self, failed: bool, slow: bool, times: int) -> None:
        for _ in range(times):
            self.window.record(self.now, failed, slow)
            self.calls.append((floor(self.now / self.width), failed, slow))

    @rule()
    def reset(self) -> None:
        self.window.reset(self.now)
        self.calls.clear()

    @rule()
    def counts_the_calls_of_the_last_buckets(self) -> None:
        oldest = floor(self.now / self.width) - self.buckets
        held = [call for call in self.calls if call[0] > oldest]
        expected = (len(held), sum(call[1] for call in held), sum(call[2] for call in held))
        assert self.window.counts(self.now) == expected


TestCountWindowAgainstAList = CountWindowAgainstAList.TestCase
TestCountWindowAgainstAList.settings = looking(examples=100, steps=30)
TestTimeWindowAgainstAList = TimeWindowAgainstAList.TestCase
TestTimeWindowAgainstAList.settings = looking(examples=100, steps=30)
