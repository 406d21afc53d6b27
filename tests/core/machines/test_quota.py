"""The quota against a naive one that keeps the time of every call and looks at every span that ends now."""

from __future__ import annotations

from fractions import Fraction
from math import floor

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

import models
from failsoft.machines.quota import Quota
from models import looking


def admitted(quota: Quota, key: str, now: float, asked: int) -> int:
    return sum(quota.take(key, now).admitted for _ in range(asked))


def test_a_hundred_a_minute_are_a_hundred_at_once_and_then_one_each_600_ms() -> None:
    quota = Quota(100, 60.0, 100)
    assert admitted(quota, "a", 0.0, 500) == 100
    assert [admitted(quota, "a", now, 5) for now in (0.59, 0.6, 1.19, 1.2, 2.4)] == [0, 1, 0, 1, 2]


def test_a_quiet_key_saves_up_no_more_than_its_burst() -> None:
    quota = Quota(10, 1.0, 3)
    assert admitted(quota, "a", 0.0, 9) == 3
    assert admitted(quota, "a", 1e6, 9) == 3


def test_it_says_what_is_left_and_when_there_is_more() -> None:
    quota = Quota(2, 8.0, 2)
    assert quota.take("a", 100.0) == (True, 1, 4.0)
    assert quota.take("a", 101.0) == (True, 0, 3.0)
    assert quota.take("a", 102.0) == (False, 0, 2.0)
    assert quota.take("a", 104.0) == (True, 0, 4.0)


def test_whoever_waits_as_long_as_told_is_admitted() -> None:
    for count, period in ((7, 60.0), (3, 1.0), (100, 60.0), (1000, 3600.0)):
        quota, now = Quota(count, period, 2), 123_456.789
        for _ in range(200):
            reading = quota.take("a", now)
            if not reading.admitted:
                now += reading.reset
                assert quota.take("a", now).admitted


def test_keys_do_not_know_of_each_other() -> None:
    quota = Quota(1, 60.0, 1)
    assert [quota.take(key, 0.0).admitted for key in "abab"] == [True, True, False, False]


def test_a_clock_that_was_read_a_little_earlier_gains_nothing() -> None:
    quota = Quota(1, 1.0, 1)
    assert quota.take("a", 10.0).admitted
    assert not quota.take("a", 9.0).admitted
    assert quota.take("a", 11.0).admitted


@pytest.mark.parametrize("wrong", [(0, 1.0, 1, 1), (1, 0.0, 1, 1), (1, 1.0, 0, 1), (1, 1.0, 1, 0)])
def test_a_quota_is_above_zero(wrong: tuple[int, float, int, int]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Quota(*wrong)


# --- many keys


def test_keys_whose_quota_is_whole_again_go_away() -> None:
    quota = Quota(1, 1.0, 1, max_keys=1000)
    for second in range(10_000):
        quota.take(f"k{second}", float(second))
    assert len(quota) <= 2
    assert quota.evicted == 0


def test_keys_are_bounded_and_what_is_dropped_is_counted() -> None:
    quota = Quota(1, 60.0, 1, max_keys=100)
    for number in range(500):
        quota.take(f"k{number}", 0.0)
    assert len(quota) == 100
    assert quota.evicted == 400


def test_a_key_in_use_is_not_the_one_that_is_dropped() -> None:
    quota = Quota(1000, 60.0, 1000, max_keys=2)
    for number in range(20):
        quota.take("in use", 0.0)
        quota.take(f"k{number}", 0.0)
    assert quota.evicted == 19


def test_who_pushes_its_own_key_out_gains_nothing() -> None:
    quota = Quota(5, 60.0, 5, max_keys=50)
    assert admitted(quota, "attacker", 0.0, 9) == 5
    for number in range(5000):
        quota.take(f"k{number}", 0.0)
    assert quota.take("attacker", 0.0).admitted is False


def test_a_few_that_were_pushed_out_cost_newcomers_nothing() -> None:
    quota = Quota(1, 60.0, 1, max_keys=10_000)
    for number in range(10_100):
        quota.take(f"k{number}", 0.0)
    assert quota.evicted >= 90
    # that both cells of a newcomer are taken happens to one in ten thousand
    assert admitted_of_newcomers(quota, 200) >= 195


def admitted_of_newcomers(quota: Quota, count: int) -> int:
    return sum(quota.take(f"new{number}", 0.0).admitted for number in range(count))


def test_what_pushed_out_keys_had_spent_is_forgotten_in_its_time() -> None:
    quota = Quota(1, 60.0, 1, max_keys=10)
    for number in range(1000):
        quota.take(f"k{number}", 0.0)
    assert admitted_of_newcomers(quota, 5) < 5
    assert sum(quota.take(f"later{number}", 60.0).admitted for number in range(5)) == 5


# --- the model


class Log:
    """The calls of one key: one more is admitted if every span that ends with it keeps the bound."""

    def __init__(self, rate: Fraction, burst: int) -> None:
        self.rate, self.burst = rate, burst
        self.times: list[Fraction] = []

    def admits(self, now: Fraction, more: int = 1) -> bool:
        spans = [(len(self.times) - n, now - began) for n, began in enumerate(self.times)]
        return all(made + more <= self.burst + span * self.rate for made, span in [*spans, (0, Fraction(0))])

    def remaining(self, now: Fraction) -> int:
        return next(n for n in range(self.burst + 1) if not self.admits(now, n + 1))

    def keeps_the_bound(self) -> bool:
        return all(
            last - first + 1 <= self.burst + (self.times[last] - self.times[first]) * self.rate
            for first in range(len(self.times))
            for last in range(first, len(self.times))
        )


class Model(models.Model):
    max_keys = 1000

    @initialize(count=st.integers(1, 5), period=st.sampled_from([1, 2, 4, 60]), burst=st.integers(1, 6))
    def begin(self, count: int, period: int, burst: int) -> None:
        self.quota = Quota(count, float(period), burst, self.max_keys)
        self.rate, self.burst = Fraction(count, period), burst
        self.logs: dict[str, Log] = {}
        self.now = Fraction(5000)

    @rule(eighths=st.integers(0, 200))
    def wait(self, eighths: int) -> None:
        self.now += Fraction(eighths, 8)

    @rule(key=st.sampled_from("abcde"), times=st.integers(1, 8))
    def call(self, key: str, times: int) -> None:
        log = self.logs.setdefault(key, Log(self.rate, self.burst))
        for _ in range(times):
            reading = self.quota.take(key, float(self.now))
            self.compare(log, reading.admitted)
            if reading.admitted:
                log.times.append(self.now)
            self.compare_readings(log, reading.remaining, reading.reset)

    def compare(self, log: Log, admitted: bool) -> None:
        assert admitted == log.admits(self.now)

    def compare_readings(self, log: Log, remaining: int, reset: float) -> None:
        assert remaining == log.remaining(self.now)
        assert reset > 0
        soon = self.now + Fraction(reset)
        assert log.admits(soon + Fraction(1, 10**5), remaining + 1)
        assert not log.admits(soon - Fraction(1, 10**5), remaining + 1)


class ModelOfFewKeys(Model):
    """With room for two keys, a call may be refused that would be admitted, but the bound holds for each."""

    max_keys = 2

    def compare(self, log: Log, admitted: bool) -> None:
        assert not admitted or log.admits(self.now)

    def compare_readings(self, log: Log, remaining: int, reset: float) -> None:
        assert remaining <= log.remaining(self.now)

    @invariant()
    def it_stays_small(self) -> None:
        if hasattr(self, "quota"):
            assert len(self.quota) <= 2
            assert all(log.keeps_the_bound() for log in self.logs.values())


class Bucket:
    """What one key has spent, which drips away."""

    def __init__(self, now: Fraction) -> None:
        self.spent, self.at = Fraction(0), now

    def drip(self, now: Fraction, rate: Fraction) -> Fraction:
        self.spent, self.at = max(Fraction(0), self.spent - (now - self.at) * rate), now
        return self.spent


class ModelOfChanges(models.Model):
    """The rate and the burst change while keys have something spent."""

    numbers = {"count": st.integers(1, 5), "period": st.sampled_from([1, 2, 4, 64]), "burst": st.integers(1, 6)}

    @initialize(**numbers)
    def begin(self, count: int, period: int, burst: int) -> None:
        self.quota = Quota(count, float(period), burst)
        self.rate, self.burst = Fraction(count, period), burst
        self.buckets: dict[str, Bucket] = {}
        self.now = Fraction(4096)

    @rule(eighths=st.integers(0, 200))
    def wait(self, eighths: int) -> None:
        self.now += Fraction(eighths, 8)

    @rule(key=st.sampled_from("abc"), times=st.integers(1, 8))
    def call(self, key: str, times: int) -> None:
        bucket = self.buckets.setdefault(key, Bucket(self.now))
        for _ in range(times):
            spent = bucket.drip(self.now, self.rate)
            reading = self.quota.take(key, float(self.now))
            assert reading.admitted == (spent + 1 <= self.burst)
            bucket.spent += reading.admitted
            assert reading.remaining == max(0, floor(self.burst - bucket.spent))
            assert reading.reset == pytest.approx(
                float((bucket.spent + reading.remaining + 1 - self.burst) / self.rate), abs=1e-5
            )

    @rule(**numbers)
    def change(self, count: int, period: int, burst: int) -> None:
        self.quota.change(count, float(period), burst, float(self.now))
        for bucket in self.buckets.values():
            bucket.drip(self.now, self.rate)
            # nobody owes more than a whole quota
            bucket.spent = min(bucket.spent, Fraction(burst))
        self.rate, self.burst = Fraction(count, period), burst


TestModel = Model.TestCase
TestModelOfChanges = ModelOfChanges.TestCase
TestModelOfChanges.settings = looking(examples=60, steps=40)
TestModelOfFewKeys = ModelOfFewKeys.TestCase
TestModel.settings = TestModelOfFewKeys.settings = looking(examples=60, steps=40)


def test_the_naive_quota_is_no_better_than_its_word() -> None:
    log = Log(Fraction(1, 2), 2)
    assert [log.admits(Fraction(0), n) for n in (1, 2, 3)] == [True, True, False]
    assert log.remaining(Fraction(0)) == floor(2)
