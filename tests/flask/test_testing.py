"""Faults on order and priorities at views."""

from __future__ import annotations

from typing import Any

import pytest

import failsoft
from failsoft import Budget, Retry, testing
from flask import Flask


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_view_fails_before_it_is_run(make: Any, asynchronous: bool) -> None:
    app, calls = Flask("shop"), []

    def quote(symbol: str) -> str:
        calls.append(symbol)
        return symbol

    async def aquote(symbol: str) -> str:
        return quote(symbol)

    view = aquote if asynchronous else quote
    app.get("/quotes/<symbol>", endpoint="quote")(failsoft.protect(retry=Retry(base_delay=1))(view))
    site = make(app)
    with testing.fault("GET /quotes/{symbol}", raises=ConnectionResetError, times=1) as fault:
        assert site.ask("/quotes/TEA").text == "TEA"
    assert (calls, fault.fired) == (["TEA"], 1)
    with testing.fault("GET /quotes/{symbol}", raises=ConnectionResetError):
        assert site.ask("/quotes/TEA").status == 502
    assert calls == ["TEA"]
    assert [status for _, _, status, _ in site.handled] == [502]


def test_a_view_without_a_policy_hands_its_priority_down(make: Any) -> None:
    app, calls = Flask("shop"), []
    retry = Retry(base_delay=0, max_attempts=2, budget=Budget(ratio=0, min_per_second=1))

    @app.get("/report")
    def report() -> str:
        guard = site.fs.guard("x", policy=failsoft.Policy(retry=retry), idempotent=True)

        def fails() -> None:
            calls.append(1)
            raise ConnectionResetError

        for _ in range(20):
            with pytest.raises(ConnectionResetError):
                guard.call(fails)
        return "done"

    site = make(app, {"endpoints": [{"match": "GET /report", "priority": "background"}]})
    assert site.ask("/report").text == "done"
    assert len(calls) == 20 + 5
