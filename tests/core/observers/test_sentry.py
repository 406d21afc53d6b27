"""`failsoft.sentry.before_send`: the id that the client got, no rejections, and nothing that must not leave."""

from __future__ import annotations

import logging
import pickle
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


class LiesAboutItself(Exception):
    @property
    def __class__(self) -> Any:
        raise RuntimeError


def test_an_exception_that_answers_no_question_costs_nothing_of_the_event() -> None:
    exc = LiesAboutItself("x")
    problem = answered(exc)
    event = failsoft.sentry.before_send({"message": "tea"}, {"exc_info": (LiesAboutItself, exc, None)})
    assert event == {"message": "tea", "tags": {"error_id": problem.error_id, "error_code": problem.code}}


class Frozen(Exception):
    def __setattr__(self, name: str, value: object) -> None:
        raise TypeError(name)


def test_an_exception_that_lets_nothing_be_set_can_still_be_sent_to_another_process() -> None:
    exc = Frozen("x")
    answered(exc)
    assert pickle.loads(pickle.dumps(exc)).args == ("x",)


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        ({"message": "password=%s", "formatted": f"password={SECRET}", "params": [SECRET]}, None),
        ({"message": "password=%s", "params": [SECRET]}, None),
        ({"message": "password=%(p)s", "params": {"p": SECRET}}, None),
        ({"message": "two %s %s", "formatted": f"two {SECRET}", "params": [SECRET]}, None),
        ({"message": "%s cups for %s", "formatted": "3 cups for tea", "params": [3, "tea"]}, [3, "tea"]),
    ],
)
def test_arguments_that_are_secret_only_in_their_message_do_not_go_out(entry: dict[str, Any], kept: Any) -> None:
    # older versions of the SDK name it so
    for key in ("logentry", "message"):
        event = failsoft.sentry.before_send({"event_id": "1", key: entry}, {})
        assert event is not None
        assert event[key].get("params") == kept
    assert kept is not None or f"password={SECRET}" not in repr(event)


def test_entries_of_a_log_are_cleaned_with_their_arguments() -> None:
    def entry(body: str, argument: str) -> dict[str, Any]:
        attributes = {"sentry.message.parameter.0": argument, "sentry.message.template": "password=%s", "token": SECRET}
        return {"severity_text": "error", "body": body, "attributes": attributes}

    said = failsoft.sentry.before_send(entry(f"password={SECRET}", SECRET), {})
    assert said is not None
    assert said["body"] == "password=[REDACTED:password]"
    assert SECRET not in repr(said)
    kept = failsoft.sentry.before_send(entry("three cups", "three"), {})
    assert kept is not None
    assert kept["attributes"]["sentry.message.parameter.0"] == "three"


def test_an_entry_of_a_log_that_cannot_be_cleaned_does_not_go_out() -> None:
    class Broken:
        def text(self, text: str) -> str:
            raise RuntimeError

        value = text

    before_send = failsoft.sentry.BeforeSend(Broken())
    assert before_send({"body": SECRET, "attributes": {}}, {}) is None
    assert before_send({"event_id": "1", "message": SECRET}, {}) == {"event_id": "1"}


@pytest.mark.parametrize(
    ("template", "arguments", "said"),
    [
        ("%(password)s", {"password": SECRET}, "[REDACTED:password]"),
        ("user %(user)s pw %(password)s ok", {"user": "ada", "password": SECRET}, "user ada pw [REDACTED:password] ok"),
        ("pin %(pin)d of %(user)s", {"pin": 48151623, "user": "ada"}, "pin %(pin)d of %(user)s"),
        ("%(count)d cups of %(drink)s", {"count": 3, "drink": "tea"}, "3 cups of tea"),
    ],
)
def test_arguments_with_names_are_cleaned_by_these(template: str, arguments: dict[str, Any], said: str) -> None:
    formatted = template % arguments
    entry = {"message": template, "params": arguments, "formatted": formatted}
    event = failsoft.sentry.before_send({"logentry": entry}, {})
    assert event is not None
    assert event["logentry"]["formatted"] == said
    named = {f"sentry.message.parameter.{name}": value for name, value in arguments.items()}
    item = failsoft.sentry.before_send(
        {"body": formatted, "attributes": {"sentry.message.template": template, **named}}, {}
    )
    assert item is not None
    assert item["body"] == said
    assert SECRET not in repr((event, item))


def test_frames_of_logging_go_out_without_the_arguments_of_the_message() -> None:
    frames = [
        {"module": "shop.views", "function": "pay", "vars": {"order": "4711"}},
        {"module": "logging", "function": "error", "vars": {"msg": "'password=%s'", "args": [f"'{SECRET}'"]}},
    ]
    event = failsoft.sentry.before_send({"threads": {"values": [{"stacktrace": {"frames": frames}}]}}, {})
    assert event is not None
    kept = event["threads"]["values"][0]["stacktrace"]["frames"]
    assert kept == [frames[0], {"module": "logging", "function": "error"}]


@pytest.mark.parametrize(
    ("items", "cleaned"),
    [
        (["'mysql'", "'-u'", "'root'", f"'-p{SECRET}'"], ["'mysql'", "'-u'", "'root'", "'-p[REDACTED:password]'"]),
        (
            ["'curl'", "'-u'", f"'ada:{SECRET}'", "'https://x.example'"],
            ["'curl'", "'-u'", "'ada:[REDACTED:password]'", "'https://x.example'"],
        ),
        (["'password'", f"'{SECRET}'"], ["'password'", "'[REDACTED:password]'"]),
        (["'ls'", "'-l'"], ["'ls'", "'-l'"]),
        (["1", "None", "''", "'"], ["1", "None", "''", "'"]),
    ],
)
def test_commands_are_found_in_local_variables(items: list[str], cleaned: list[str]) -> None:
    frame = {"module": "shop.jobs", "vars": {"cmd": items}}
    event = failsoft.sentry.before_send({"exception": {"values": [{"stacktrace": {"frames": [frame]}}]}}, {})
    assert event is not None
    assert event["exception"]["values"][0]["stacktrace"]["frames"][0]["vars"] == {"cmd": cleaned}


@pytest.mark.parametrize("held", [None, "x", 5, [f"password={SECRET}"]])
def test_any_form_of_a_frame_will_do(held: Any) -> None:
    event = failsoft.sentry.before_send({"stacktrace": {"frames": [{"vars": held}, "x", None]}}, {})
    assert event is not None
    assert SECRET not in repr(event)
