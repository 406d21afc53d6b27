"""When the client may come back, and how it is told."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failsoft.problem import Problem

from .conftest import Make

Header = Callable[[Problem, str], list[str]]
NOW = "The service is temporarily unavailable."
LATER = f"{NOW} Please try again later."


class Highest(Random):
    """Always draws the largest number."""

    def random(self) -> float:
        return 0.999999


class Lowest(Random):
    """Always draws the smallest."""

    def random(self) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("transient", "repeat", "allowed"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_a_retry_is_allowed_if_time_may_cure_it_and_repeating_does_no_harm(
    make: Make, transient: bool, repeat: bool, allowed: bool
) -> None:
    assert make(transient=transient, repeat=repeat).retry == {"allowed": allowed}


@pytest.mark.parametrize(
    ("asked", "told"), [(0, 0), (0.0, 0), (2.1, 3), (7, 7), (99_999, 99_999), (-5, 0), (1e300, 2**31 - 1)]
)
def test_what_the_application_asks_for_is_kept(make: Make, header: Header, asked: float, told: int) -> None:
    problem = make(retry_after=asked, retry_after_set=True)
    assert problem.retry == {"allowed": True, "after": told}
    assert header(problem, "Retry-After") == [str(told)]


@pytest.mark.parametrize(
    ("delay", "least", "most"),
    [(0.0, 1, 1), (0.2, 1, 1), (1.0, 1, 1), (4.2, 5, 6), (10.0, 10, 12), (11.2, 12, 14), (100.0, 100, 120)],
)
def test_a_computed_wait_is_rounded_up_and_spread_by_a_fifth(make: Make, delay: float, least: int, most: int) -> None:
    after = [make(maker=make.maker(rng=rng), retry_after=delay).retry for rng in (Lowest(), Highest())]
    assert after == [{"allowed": True, "after": least}, {"allowed": True, "after": most}]


def test_a_wait_of_an_upstream_is_capped_and_spread_below_the_cap(make: Make) -> None:
    after = [make(maker=make.maker(rng=rng), retry_after=10e6).retry for rng in (Lowest(), Highest())]
    assert after == [{"allowed": True, "after": 3600}, {"allowed": True, "after": 2880}]
    assert make(maker=make.maker(retry_after_cap=10.0), retry_after=9.0).retry in (
        {"allowed": True, "after": 9},
        {"allowed": True, "after": 10},
    )


@given(st.floats(allow_nan=True), st.integers(0, 2**32), st.booleans())
def test_any_wait_is_a_number_of_seconds_or_nothing(delay: float, seed: int, own: bool) -> None:
    problem = Make()(maker=Make().maker(rng=Random(seed)), retry_after=delay, retry_after_set=own)
    after = (problem.retry or {}).get("after")
    assert after is None or 0 <= after <= (2**31 - 1 if own else 3600)
    assert after is None or own or after >= 1


@pytest.mark.parametrize(
    ("value", "after"),
    [("0", 0), ("17", 17), ("Sun, 22 Nov 2026 01:03:03 GMT", 60), ("Sun, 22 Nov 2026 01:00:00 GMT", 0)],
)
def test_a_retry_after_header_of_the_application_is_kept_word_for_word(
    make: Make, header: Header, value: str, after: int
) -> None:
    problem = make(headers=(("retry-after", value),), retry_after=5.0)
    assert header(problem, "Retry-After") == [value]
    assert problem.retry == {"allowed": True, "after": after}


@pytest.mark.parametrize("value", ["soon", "-1", "1.5", "Someday, 99 Foo 2026", "9" * 400])
def test_a_retry_after_header_that_says_nothing_is_dropped(make: Make, header: Header, value: str) -> None:
    maker = make.maker()
    assert header(make(maker=maker, headers=(("Retry-After", value),)), "Retry-After") == []
    assert maker.dropped_headers == 1


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        (
            {"retry_after": 12, "retry_after_set": True},
            "The service is temporarily unavailable. Please try again in 12 seconds.",
        ),
        ({}, LATER),
        ({"repeat": False}, NOW),
        ({"repeat": False, "rejected": True}, LATER),
        ({"transient": False}, NOW),
        (
            {"retry_after": 0, "retry_after_set": True},
            LATER,
        ),
    ],
)
def test_the_detail_says_when_to_come_back_if_coming_back_makes_sense(
    make: Make, fields: dict[str, Any], detail: str
) -> None:
    assert make(**fields).detail == detail
