"""Instances with a clock that stands still, and randomness that is always the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from both_ways import WAYS, Way
from clocks import ManualClock
from failsoft import Failsoft

Make = Callable[..., Failsoft]


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def make(clock: ManualClock) -> Iterator[Make]:
    made: list[Failsoft] = []

    def build(settings: Any = None, **options: Any) -> Failsoft:
        options = {"clock": clock, "rng": Random(11), **options}
        made.append(Failsoft(settings or {}, **options))
        return made[-1]

    yield build
    for fs in made:
        fs.close()


@pytest.fixture
def fs(make: Make) -> Failsoft:
    return make()


@pytest.fixture(autouse=True)
def _no_instances_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("failsoft.current._built", [])
