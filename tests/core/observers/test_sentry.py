"""`failsoft.sentry.before_send`: the id that the client got, no rejections, and nothing that must not leave."""

from __future__ import annotations

import logging
from typing import Any

import pytest

import failsoft
from failsoft.errors import BulkheadFullError, CircuitOpenError
from failsoft.trail import trail_of

SECRET = "hunter2-and-fake"


def event_of(exc: BaseException, **members: Any) -> dict[str, Any] | None:
    event = {"event_id": "1", "exception": {"values": [{"type": type(exc).__name__, "value": str(exc)}]}, **members}
    return failsoft.sentry.before_send(event, {"exc_info": (type(exc), exc, None)})


def answered(exc: BaseException) -> failsoft.Problem:
    with failsoft.Failsoft() as fs:
        return fs.handle(exc)


def test_an_event_is_tagged_with_the_error_id_that_the_client_got() -> None:
    exc = ValueError(f"password={SECRET}")
    problem = answered(exc)
    event = event_of(exc, tags={"shop": "tea"})
    assert event is not None
    assert event["tags"] == {"error_id": problem.error_id, "error_code": "INTERNAL_ERROR", "shop": "tea"}
    assert SECRET not in repr(event)


def test_tags_may_be_pairs_and_the_application_has_the_last_word() -> None:
    exc = ValueError("x")
    answered(exc)
    event = event_of(exc, tags=[("error_id", "mine")])
    assert event is not None
    assert event["tags"] == {"error_id": "mine", "error_code": "INTERNAL_ERROR"}


def test_an_exception_that_nobody_answered_has_no_tags() -> None:
    event = event_of(ValueError("x"))
    assert event is not None
    assert "tags" not in event


def test_an_exception_that_is_raised_again_has_the_latest_id() -> None:
    exc = ValueError("stored")
    answered(exc)
    again = answered(exc)
    trail = trail_of(exc)
    assert trail is not None
    assert trail.error_id == again.error_id


@pytest.mark.parametrize("exc", [CircuitOpenError("guard:payments"), BulkheadFullError("GET /")])
def test_rejections_are_no_events(exc: failsoft.RejectedError) -> None:
    assert event_of(exc) is None


def test_a_log_entry_of_ours_is_tagged_too() -> None:
    record = logging.makeLogRecord({"failsoft_error_id": "id-1", "failsoft_code": "TIMEOUT_ERROR"})
    event = failsoft.sentry.before_send({"event_id": "1", "logger": "failsoft.errors"}, {"log_record": record})
    assert event is not None
    assert event["tags"] == {"error_id": "id-1", "error_code": "TIMEOUT_ERROR"}
    assert len(event["fingerprint"]) == 4


@pytest.mark.parametrize("hint", [None, {}, {"exc_info": None}, {"exc_info": (1, 2)}, {"exc_info": (1, 2, 3)}])
def test_any_hint_will_do(hint: Any) -> None:
    assert failsoft.sentry.before_send({"event_id": "1"}, hint) == {"event_id": "1"}
