"""The real sanitizer behind every sink: what is planted in an exception and its request arrives nowhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sentry_sdk
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from audited import stored
from failsoft.audit.opening import open_store
from failsoft.audit.records import RecordContext
from failsoft.audit.writer import AuditWriter
from failsoft.call import RequestFacts
from failsoft.errors.failure import Failure, Link
from failsoft.logs import SanitizingFilter
from failsoft.observers.audit import AuditObserver
from failsoft.observers.logs import LogObserver
from failsoft.observers.otel import Telemetry
from failsoft.otel import SanitizingSpanProcessor
from failsoft.sanitize import Sanitizer
from failsoft.sentry import BeforeSend
from observed import failure, handled, request

if TYPE_CHECKING:
    from otel.conftest import Sdk

PLANTED = ("s3cr3tPassw0rd", "ada.lovelace@example.org", "eyJzdWIiOiIxMjM0NTY3ODkwIn0")
DSN = f"could not connect to postgres://shop:{PLANTED[0]}@db/shop"
MAIL = f"Key (email)=({PLANTED[1]}) already exists"
TOKEN = f"Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.{PLANTED[2]}.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
SANITIZER = Sanitizer()


def made() -> Failure:
    frames = (("shop/app.py", 3, "main"),)
    links = (
        Link("shop.QuoteError", DSN, frames, ""),
        Link("IntegrityError", MAIL, frames, "cause"),
        Link("ValueError", TOKEN, frames, "context"),
    )
    return failure(links=links)


def assert_clean(text: str) -> None:
    assert "REDACTED" in text
    for secret in PLANTED:
        assert secret not in text


def test_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    facts = RequestFacts(method="GET", path=f"/reset?token={PLANTED[0]}")
    LogObserver(SANITIZER)(handled(made(), facts=facts))
    (record,) = caplog.records
    assert_clean(logging.Formatter().format(record) + repr(vars(record)))
    assert "IntegrityError" in caplog.text


def test_in_spans_and_log_records(sdk: Sdk, make: Callable[..., Telemetry]) -> None:
    call = request(path=f"/reset/password={PLANTED[0]}", user_agent=TOKEN)
    make(sanitizer=SANITIZER).server_span_after_the_fact(call, made(), 500)
    (span,), (record,) = sdk.spans, sdk.records
    assert_clean(span.to_json())
    assert_clean(repr(dict(record.attributes)))
    assert "ValueError" in record.attributes["exception.stacktrace"]


def test_in_the_audit(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/audit.db")
    writer = AuditWriter(store, RecordContext(sanitizer=SANITIZER))
    facts = RequestFacts(method="GET", path=f"/reset/password={PLANTED[0]}")
    AuditObserver(writer)(handled(made(), facts=facts))
    writer.close()
    (record,) = stored(tmp_path / "audit.db")
    assert_clean(json.dumps(record))
    assert "IntegrityError" in record["error"]["stack"]


def raised() -> Exception:
    try:
        try:
            raise ValueError(TOKEN)
        except ValueError as cause:
            error = RuntimeError(DSN)
            error.add_note(MAIL)
            raise error from cause
    except RuntimeError as error:
        return error


def test_in_what_others_log() -> None:
    error = raised()
    record = logging.makeLogRecord(
        {
            "msg": "login %s",
            "args": (MAIL,),
            "exc_info": (type(error), error, error.__traceback__),
            "password": PLANTED[0],
        }
    )
    SanitizingFilter(SANITIZER).filter(record)
    text = logging.Formatter("%(message)s").format(record)
    assert_clean(text + repr(vars(record)))
    assert "direct cause" in text


def test_in_spans_of_others() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SanitizingSpanProcessor(SimpleSpanProcessor(kept), SANITIZER))
    with provider.get_tracer("of.others").start_as_current_span("GET /x") as span:
        span.set_attribute("http.request.header.authorization", TOKEN)
        span.record_exception(raised())
    (finished,) = kept.get_finished_spans()
    assert_clean(finished.to_json())
    assert "RuntimeError" in finished.to_json()


def test_in_events_of_sentry() -> None:
    events: list[Any] = []
    clean = BeforeSend(SANITIZER)

    def keep(event: Any, hint: Any) -> None:
        events.append(clean(event, hint))

    client = sentry_sdk.Client(before_send=keep, default_integrations=False, dsn="https://k@o1.ingest.example/1")
    with sentry_sdk.new_scope() as scope:
        scope.set_client(client)
        scope.set_extra("password", PLANTED[0])
        sentry_sdk.capture_exception(raised(), scope=scope)
    client.close(0)
    (event,) = events
    assert_clean(repr(event))
    assert [value["type"] for value in event["exception"]["values"]] == ["ValueError", "RuntimeError"]
    assert event["exception"]["values"][1]["stacktrace"]["frames"][-1]["lineno"] > 0
