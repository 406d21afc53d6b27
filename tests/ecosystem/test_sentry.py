"""Sentry sees each failure once: as many events as the application would cause without Failsoft, and no copies."""

from __future__ import annotations

from typing import Any

import pytest

from ecosystem.deeds import SETTINGS
from ecosystem.running import each, probe

UNEXPECTED = ("/unexpected", "/unexpected-sync")
EXHAUSTED = ("/exhausted", "/exhausted-sync")
# without Failsoft, `/denied` is no expected error, and nothing is retried
THE_SAME = ("/ok", *UNEXPECTED, "/refused", "/busy", "/no-such-path")


def events(framework: str, path: str, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = probe(framework, tool="sentry", **options)[path]["events"]
    return found


@each()
@pytest.mark.parametrize("path", UNEXPECTED)
def test_an_unexpected_exception_is_one_event_of_its_own_type_and_place(framework: str, path: str) -> None:
    (event,) = events(framework, path)
    assert (event["type"], event["function"], event["logger"]) == ("RuntimeError", "unexpected", None)


@each()
@pytest.mark.parametrize("path", ["/refused", "/denied", "/no-such-path"])
def test_an_error_that_was_meant_as_an_answer_is_no_event(framework: str, path: str) -> None:
    assert 400 <= probe(framework, tool="sentry")[path]["status"] < 500
    assert events(framework, path) == []


@each()
@pytest.mark.parametrize("path", EXHAUSTED)
def test_a_failure_that_outlasts_three_attempts_is_one_event_and_that_of_the_last(framework: str, path: str) -> None:
    (event,) = events(framework, path)
    assert event["type"] == "ConnectionResetError"
    assert ("run 3" if path == "/exhausted" else "run 6") in event["value"]
    assert "gave up after attempt 3" in event["value"]


@each()
def test_a_failure_that_is_retried_away_is_no_event(framework: str) -> None:
    answer = probe(framework, tool="sentry")["/recovers"]
    assert answer["status"] == 200
    assert '"run":3' in answer["body"].replace(" ", "")
    assert answer["events"] == []


@each()
@pytest.mark.parametrize("path", THE_SAME)
def test_sentry_sees_what_it_sees_without_failsoft(framework: str, path: str) -> None:
    ours, bare = (probe(framework, tool="sentry", **options)[path] for options in ({}, {"failsoft": None}))
    assert ours["events"] == bare["events"]
    assert ours["transactions"] == bare["transactions"]
    assert len(ours["transactions"]) == 1


@each()
@pytest.mark.parametrize("path", [*UNEXPECTED, *EXHAUSTED])
def test_before_send_of_failsoft_takes_the_secrets_out_of_what_sentry_collects(framework: str, path: str) -> None:
    seen = probe(framework, tool="sentry")[path]
    assert seen["leaked_before_cleaning"]
    assert [event["leaks"] for event in seen["events"]] == [False]


@each()
@pytest.mark.parametrize("path", [*UNEXPECTED, *EXHAUSTED])
def test_where_nothing_is_raised_again_there_is_still_one_event(framework: str, path: str) -> None:
    settings = {**SETTINGS, "responses": {"reraise": "never"}}
    (event,) = events(framework, path, failsoft=settings)
    raised = "RuntimeError" if path in UNEXPECTED else "ConnectionResetError"
    # Flask's own signal brings the exception; elsewhere the record that Failsoft logs is all there is
    expected = (raised, None) if framework == "flask" else (None, "failsoft.errors")
    assert (event["type"], event["logger"]) == expected
    assert not event["leaks"]
