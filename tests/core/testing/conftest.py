"""Instances as an application builds them: by the machine's clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from both_ways import WAYS, Way
from failsoft import CircuitBreaker, Failsoft, Policy, Retry

POLICY = Policy(retry=Retry(max_attempts=3), circuit_breaker=CircuitBreaker(failure_threshold=6))


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    found: Way = request.param
    return found


@pytest.fixture(autouse=True)
def _no_instances_of_other_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("failsoft.current._built", [])
    monkeypatch.setattr("failsoft.facade._fallback", [])


@pytest.fixture
def fs() -> Iterator[Failsoft]:
    with Failsoft() as made:
        yield made


@pytest.fixture
def guard(fs: Failsoft) -> Any:
    return fs.guard("payments", policy=POLICY, idempotent=True)
