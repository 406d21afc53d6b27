"""Hypothesis profiles: `make nightly` looks longer (`HYPOTHESIS_PROFILE=nightly`), and says how many steps it took."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from audit_stores import STORES, emptied, postgres
from models import STEPS

settings.register_profile(
    "nightly",
    max_examples=200,
    stateful_step_count=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(autouse=True, scope="module")
def _only_what_is_new_is_looked_through() -> None:
    """What stays of many thousand tests is out of the way of the collector: it would take seconds each time."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if settings.get_current_profile_name() == "nightly":
        for name, steps in sorted(STEPS.items()):
            terminalreporter.write_line(f"{name}: {steps} steps")


@pytest.fixture(scope="session")
def shared_postgres() -> Iterator[str]:
    """The URL of a PostgreSQL whose tables the tests of this process empty for each other: to make them takes long."""
    with postgres() as url:
        yield url


@pytest.fixture(params=STORES)
def audit_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty audit store of each kind."""
    if request.param == "postgresql":
        return emptied(request.getfixturevalue("shared_postgres"))
    return f"{request.param}:///{tmp_path}/audit.{'db' if request.param == 'sqlite' else 'jsonl'}"
