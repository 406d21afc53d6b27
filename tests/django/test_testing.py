"""Faults on order at views."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import path
from project.flaky import MODES, Flaky, ask, patient

from failsoft import testing


@MODES
@pytest.mark.parametrize("kind", ["view", "aview"])
def test_a_view_fails_before_it_is_run(app: Any, mode: str, kind: str) -> None:
    flaky = Flaky(0)
    made = app([path("x", getattr(flaky, kind))], failsoft=patient("GET /x"))
    with testing.fault("GET /x", raises=ConnectionResetError, times=2) as fault:
        assert ask(made, mode).content == b"attempt 1"
    assert (flaky.calls, fault.fired) == (1, 2)
    with testing.fault("GET /x", raises=ConnectionResetError):
        assert ask(made, mode).json()["status"] == 502
    assert flaky.calls == 1
    assert len(made.signals) == 1


@MODES
def test_a_priority_alone_leaves_a_view_as_it_is(app: Any, mode: str) -> None:
    made = app(
        [path("x", lambda request: HttpResponse("well"))],
        failsoft={"endpoints": [{"match": "GET /x", "priority": "low"}]},
    )
    assert ask(made, mode).content == b"well"
