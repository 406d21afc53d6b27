"""What the settings say about exceptions, seen from where an application stands."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest

import failsoft
from failsoft.events import InternalError
from failsoft_flask import FlaskFailsoft
from flask import Flask

HERE = __name__
seen: list[dict[str, Any]] = []


class Weather(Exception):
    pass


def noted(exc: BaseException, context: Mapping[str, Any]) -> bool:
    seen.append(dict(context))
    return False


def breaks(*_: Any) -> bool:
    raise ZeroDivisionError("not my day")


def leaves(*_: Any) -> bool:
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("said", "calls"), [({"status": 503}, 1), ({"status": 503, "transient": True}, 3), ({"status": 429}, 1)]
)
def test_a_guard_repeats_what_is_said_to_pass_and_no_status_alone(said: dict[str, Any], calls: int) -> None:
    made = 0
    settings = {"errors": {f"{HERE}.Weather": said}, "policies": {"p": {"retry": {"max_attempts": 3, "base_delay": 0}}}}
    with failsoft.Failsoft(settings) as fs:

        @fs.guard("d", policy="p", idempotent=True)
        def ask() -> None:
            nonlocal made
            made += 1
            raise Weather

        with pytest.raises(Weather):
            ask()
    assert made == calls


def app_of(settings: Mapping[str, Any]) -> Flask:
    app = Flask(__name__)
    FlaskFailsoft(app, settings=settings)

    @app.get("/quotes/<symbol>")
    def quote(symbol: str) -> str:
        raise Weather(symbol)

    return app


@pytest.mark.parametrize(
    ("context", "status"),
    [
        ({"field": "endpoint", "value": "GET /quotes/{symbol}"}, 410),
        ({"field": "path", "value": ["/quotes/tea", "/quotes/cocoa"]}, 410),
        ([{"field": "method", "value": "GET"}, {"field": "critical", "value": False}], 410),
        ({"field": "host", "value": "elsewhere"}, 500),
    ],
)
def test_a_rule_may_go_by_the_call(context: object, status: int) -> None:
    rule = {"name": "r", "when": {"context": context}, "then": {"status": 410}}
    answer = app_of({"rules": [rule]}).test_client().get("/quotes/tea")
    assert answer.status_code == status


def test_a_custom_condition_is_given_what_is_known_of_the_call() -> None:
    seen.clear()
    app = app_of({"rules": [{"name": "r", "when": {"custom": f"{HERE}:noted"}, "then": {"status": 410}}]})
    app.test_client().get("/quotes/tea", headers={"User-Agent": "walker"})
    (context,) = seen
    assert context["endpoint"] == "GET /quotes/{symbol}"
    assert (context["method"], context["path"], context["user_agent"]) == ("GET", "/quotes/tea", "walker")


@pytest.mark.parametrize("function", ["breaks", "leaves"])
def test_functions_of_the_application_that_fail_are_told_of(function: str, caplog: pytest.LogCaptureFixture) -> None:
    rule = {"name": "r", "when": {"custom": f"{HERE}:{function}"}, "then": {"status": 410}}
    settings = {"rules": [rule], "telemetry": {"fingerprint": f"{HERE}:{function}"}}
    told: list[InternalError] = []
    with failsoft.Failsoft(settings) as fs, caplog.at_level(logging.ERROR, "failsoft.internal"):
        fs.events.subscribe(told.append, InternalError)
        for _ in range(3):
            assert fs.handle(Weather("x")).status == 500
            assert fs.classify(Weather("x")).fingerprint.startswith("v1:")
    places = [one.where for one in told]
    assert places.count("rules[0].when.custom") == 6
    assert places.count("telemetry.fingerprint") >= 3
    lines = [one.getMessage() for one in caplog.records if one.name == "failsoft.internal"]
    assert len(lines) == 2, "the log is not filled by it"


class OrderNotFound(Exception):
    pass


def test_a_status_that_stays_at_500_has_the_code_of_one() -> None:
    with failsoft.Failsoft({"responses": {"status_from": "framework"}}) as fs:
        problem, failure = fs.handle(OrderNotFound("4711")), fs.classify(OrderNotFound("4711"))
    assert (problem.status, problem.code, problem.notification) == (500, "INTERNAL_ERROR", "error")
    assert (failure.severity, failure.recoverable) == ("high", False)


@pytest.mark.parametrize("value", [None, ["tea"], b"tea", object()])
def test_a_text_that_names_what_is_not_there_gives_way(value: object) -> None:
    said = {"status": 409, "user_message": "Only {left} left.", "public_details": ["left"]}
    with failsoft.Failsoft({"errors": {f"{HERE}.Weather": said}}) as fs:
        none = Weather("x")
        assert "{" not in (fs.handle(none).detail or "")
        none.left = value  # type: ignore[attr-defined]
        assert "{" not in (fs.handle(none).detail or "")
        none.left = 2  # type: ignore[attr-defined]
        assert fs.handle(none).detail == "Only 2 left."
