from __future__ import annotations

from itertools import product
from math import isfinite
from random import Random
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.machines.backoff import Backoff, Jitter, Kind

KINDS = get_args(Kind)
JITTERS = get_args(Jitter)


class Extreme(Random):
    """Draws one end of each range: 0 the low one, 1 the high one."""

    def __init__(self, end: int) -> None:
        super().__init__(0)
        self.end = end

    def uniform(self, a: float, b: float) -> float:
        return (a, b)[self.end]


def limits(backoff: Backoff, attempt: int, previous: float | None = None) -> tuple[float, float]:
    low, high = (backoff.delay(attempt, previous, Extreme(end)) for end in (0, 1))
    return low, high


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        ("constant", [0.1, 0.1, 0.1, 0.1, 0.1]),
        ("linear", [0.1, 0.2, 0.30000000000000004, 0.4, 0.5]),
        ("exponential", [0.1, 0.2, 0.4, 0.8, 1.0]),
    ],
)
def test_the_step_grows_by_its_kind_up_to_the_cap(kind: Kind, steps: list[float]) -> None:
    backoff = Backoff(kind, base_delay=0.1, max_delay=1.0, multiplier=2.0, jitter="none")
    assert [backoff.delay(attempt, None, Random(0)) for attempt in range(1, 6)] == steps


@pytest.mark.parametrize(
    ("jitter", "expected"),
    [("full", (0.0, 4.0)), ("equal", (2.0, 4.0)), ("proportional", (2.0, 6.0))],
)
def test_jitter_is_drawn_around_the_step(jitter: Jitter, expected: tuple[float, float]) -> None:
    assert limits(Backoff("exponential", 1.0, 100.0, 2.0, jitter), attempt=3) == expected


def test_decorrelated_jitter_grows_from_the_previous_delay() -> None:
    backoff = Backoff("exponential", 1.0, 10.0, 2.0, "decorrelated")
    assert limits(backoff, 1) == (1.0, 3.0)
    assert limits(backoff, 2, previous=2.5) == (1.0, 7.5)
    assert limits(backoff, 3, previous=7.5) == (1.0, 10.0)


def test_a_previous_delay_shorter_than_a_third_of_the_base_still_gives_the_base() -> None:
    assert limits(Backoff("exponential", 1.0, 10.0, 2.0, "decorrelated"), 2, previous=0.0) == (1.0, 1.0)


def test_without_jitter_no_randomness_is_used() -> None:
    rng = Random(1)
    before = rng.getstate()
    Backoff(jitter="none").delay(3, None, rng)
    assert rng.getstate() == before


@pytest.mark.parametrize("jitter", [jitter for jitter in JITTERS if jitter != "none"])
@pytest.mark.parametrize("kind", KINDS)
def test_jitter_survives_the_cap(kind: Kind, jitter: Jitter) -> None:
    backoff, rng = Backoff(kind, base_delay=0.5, max_delay=2.0, jitter=jitter), Random(7)
    delays = [backoff.delay(1_000, 2.0, rng) for _ in range(5_000)]
    assert len(set(delays)) > 4_990
    assert max(delays) - min(delays) > 0.2


def test_decorrelated_jitter_does_not_gather_at_the_cap() -> None:
    backoff, rng, delay = Backoff(base_delay=0.01, max_delay=1.0, jitter="decorrelated"), Random(3), None
    delays = []
    for attempt in range(1, 3_001):
        delay = backoff.delay(attempt, delay, rng)
        delays.append(delay)
    assert sum(delay > 0.99 for delay in delays) < 100


@pytest.mark.parametrize(("kind", "jitter"), list(product(KINDS, JITTERS)))
@pytest.mark.parametrize("attempt", [10_000, 10**400])
def test_a_late_attempt_does_not_overflow(kind: Kind, jitter: Jitter, attempt: int) -> None:
    delay = Backoff(kind, base_delay=0.1, max_delay=30.0, multiplier=3.0, jitter=jitter).delay(attempt, 30.0, Random(5))
    assert isfinite(delay)
    assert 0.0 <= delay <= 30.0


def test_a_base_of_nought_never_waits() -> None:
    for kind, jitter in product(KINDS, JITTERS):
        assert Backoff(kind, base_delay=0.0, jitter=jitter).delay(10_000, None, Random(0)) == 0.0


def test_a_whole_number_multiplier_is_as_quick_as_a_float() -> None:
    assert Backoff(multiplier=3, max_delay=9.0, jitter="none").delay(10**18, None, Random(0)) == 9.0


def test_an_attempt_below_one_is_taken_as_the_first() -> None:
    assert Backoff(jitter="none", base_delay=1.0).delay(0, None, Random(0)) == 1.0


@settings(deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    jitter=st.sampled_from(JITTERS),
    base=st.floats(0.0, 1e6),
    cap=st.floats(0.0, 1e6),
    multiplier=st.floats(0.1, 1e6),
    attempt=st.integers(1, 10**6),
    previous=st.none() | st.floats(0.0, 1e9),
    seed=st.integers(0, 2**32),
)
def test_no_delay_is_negative_or_above_the_cap(
    kind: Kind,
    jitter: Jitter,
    base: float,
    cap: float,
    multiplier: float,
    attempt: int,
    previous: float | None,
    seed: int,
) -> None:
    delay = Backoff(kind, base, cap, multiplier, jitter).delay(attempt, previous, Random(seed))
    assert 0.0 <= delay <= cap
