from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from opentelemetry.trace import SpanKind, StatusCode

from failsoft.call import Call
from failsoft.observers.otel import Telemetry
from observed import NOW, SECRET, Broken, ManualClock, failure, request

if TYPE_CHECKING:
    from otel.conftest import Sdk

Make = Callable[..., Telemetry]
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def text_of(sdk: Sdk) -> str:
    return json.dumps([json.loads(span.to_json()) for span in sdk.spans]) + repr(
        [(r.body, dict(r.attributes)) for r in sdk.records]
    )


# --- a server span exists


def test_the_recording_server_span_is_enriched_and_the_exception_recorded_once_sanitized(sdk: Sdk, make: Make) -> None:
    telemetry, call, made = make(), request(), failure(f"password {SECRET}")
    call.policy, call.attempt = "upstream", 3
    with sdk.tracer.start_as_current_span("GET /quotes/{symbol}", kind=SpanKind.SERVER):
        assert telemetry.annotate(call, made, 503)
        assert telemetry.annotate(call, made, 503)
        telemetry.server_span_after_the_fact(call, made, 503)
    (span,) = sdk.spans
    assert dict(span.attributes or {}) == {
        "failsoft.error.id": made.error_id,
        "failsoft.error.code": "QUOTE_ERROR",
        "failsoft.error.category": "external_service",
        "failsoft.error.severity": "medium",
        "failsoft.error.fingerprint": made.fingerprint,
        "failsoft.error.transient": True,
        "failsoft.endpoint": "GET /quotes/{symbol}",
        "failsoft.policy": "upstream",
        "failsoft.attempt": 3,
        "error.type": "503",
    }
    assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, None)
    (event,) = span.events
    attributes = dict(event.attributes or {})
    assert event.name == "exception"
    assert event.timestamp == int(NOW * 1e9)
    assert attributes["exception.type"] == "shop.QuoteError"
    assert attributes["exception.message"] == "password [REDACTED]"
    assert "Quotes.last" in str(attributes["exception.stacktrace"])
    (record,) = sdk.records
    assert (record.event_name, record.severity_text) == ("http.server.request.exception", "ERROR")
    assert record.span_id == span.context.span_id
    assert record.attributes["exception.message"] == "password [REDACTED]"
    assert record.attributes["failsoft.error.id"] == made.error_id
    assert SECRET not in text_of(sdk)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"expected": True}, 404),
        ({}, 409),
        ({"expected": True}, 503),
        ({"rejected": True}, 503),
        ({"disconnected": True}, 499),
    ],
)
def test_an_exception_that_was_meant_or_is_the_clients_is_not_recorded(
    fields: dict[str, Any], status: int, sdk: Sdk, make: Make
) -> None:
    with sdk.tracer.start_as_current_span("server"):
        make().annotate(request(), failure(**fields), status)
    (span,) = sdk.spans
    assert not span.events
    assert not sdk.records
    assert (span.status.status_code is StatusCode.ERROR) == (status >= 500)
    assert ("error.type" in (span.attributes or {})) == (status >= 500)
    assert (span.attributes or {})["failsoft.error.code"] == "QUOTE_ERROR"


@pytest.mark.parametrize(
    ("opted", "events", "records"), [("", 1, 1), ("logs", 0, 1), ("logs/dup", 1, 1), ("http/dup, logs", 0, 1)]
)
def test_the_opt_in_of_the_conventions_decides_where_an_exception_is_recorded(
    opted: str, events: int, records: int, sdk: Sdk, make: Make
) -> None:
    telemetry = make(environ={"OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN": opted})
    with sdk.tracer.start_as_current_span("server"):
        telemetry.annotate(request(), failure(), 500)
    assert (len(sdk.spans[0].events), len(sdk.records)) == (events, records)


def test_what_is_switched_off_is_not_made(sdk: Sdk, make: Make) -> None:
    call = request()
    with sdk.tracer.start_as_current_span("server"):
        assert not make(traces=False, logs=False).annotate(call, failure(), 500)
        make(logs=False).annotate(call, failure(), 500)
    make(traces=False, logs=False).server_span_after_the_fact(call, failure(), 500)
    (span,) = sdk.spans
    assert len(span.events) == 1
    assert not sdk.records


# --- nobody traces


def test_a_request_that_nobody_traces_gets_one_server_span_with_its_true_times(
    sdk: Sdk, make: Make, clock: ManualClock
) -> None:
    telemetry, made = make(), failure(f"password {SECRET}")
    call = request(path=f"/quotes/{SECRET}", traceparent=PARENT, tracestate="a=b", user_agent="curl/8")
    clock.now += 0.25
    assert not telemetry.annotate(call, made, 503)
    telemetry.server_span_after_the_fact(call, made, 503)
    telemetry.server_span_after_the_fact(call, made, 503)
    (span,) = sdk.spans
    assert (span.name, span.kind) == ("GET /quotes/{symbol}", SpanKind.SERVER)
    assert span.end_time is not None
    assert span.start_time is not None
    assert span.end_time - span.start_time == pytest.approx(250_000_000, abs=1000)
    assert span.end_time == int(clock.now * 1e9)
    assert span.parent is not None
    assert f"{span.parent.trace_id:032x}-{span.parent.span_id:016x}" == PARENT[3:52]
    assert span.parent.trace_state.get("a") == "b"
    attributes = dict(span.attributes or {})
    assert {k: v for k, v in attributes.items() if not k.startswith("failsoft.")} == {
        "http.request.method": "GET",
        "http.route": "/quotes/{symbol}",
        "http.response.status_code": 503,
        "url.path": "/quotes/[REDACTED]",
        "url.scheme": "https",
        "server.address": "shop.example",
        "server.port": 8443,
        "user_agent.original": "curl/8",
        "error.type": "503",
    }
    assert attributes["failsoft.error.id"] == made.error_id
    assert span.status.status_code is StatusCode.ERROR
    assert [event.name for event in span.events] == ["exception"]
    (record,) = sdk.records
    assert record.span_id == span.context.span_id
    scope = span.instrumentation_scope
    assert scope is not None
    assert scope.name == "failsoft"
    assert scope.schema_url == "https://opentelemetry.io/schemas/1.44.0"
    assert SECRET not in text_of(sdk)


def test_a_span_is_named_by_its_method_alone_where_no_route_matched(sdk: Sdk, make: Make) -> None:
    make().server_span_after_the_fact(request("__unmatched__", path="/wp-admin"), failure(expected=True), 404)
    (span,) = sdk.spans
    assert span.name == "GET"
    assert "http.route" not in (span.attributes or {})
    assert span.status.status_code is StatusCode.UNSET
    assert not span.events


def test_an_unknown_method_makes_no_new_name(sdk: Sdk, make: Make) -> None:
    make().server_span_after_the_fact(request("_OTHER /x", method="BREW"), failure(), 500)
    (span,) = sdk.spans
    attributes = dict(span.attributes or {})
    assert span.name == "HTTP /x"
    assert (attributes["http.request.method"], attributes["http.request.method_original"]) == ("_OTHER", "BREW")


def test_the_app_may_name_the_methods_it_knows(sdk: Sdk, make: Make) -> None:
    telemetry = make(environ={"OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS": "GET, BREW"})
    telemetry.server_span_after_the_fact(request("BREW /x", method="BREW"), failure(), 500)
    assert sdk.spans[0].name == "BREW /x"


@pytest.mark.parametrize(
    ("host", "address", "port"),
    [
        ("shop.example", "shop.example", None),
        ("shop.example:80", "shop.example", 80),
        ("[2001:db8::1]:8443", "2001:db8::1", 8443),
        ("[2001:db8::1]", "2001:db8::1", None),
        ("2001:db8::1", "2001:db8::1", None),
        ("shop:x", "shop:x", None),
    ],
)
def test_host_and_port_are_told_apart(host: str, address: str, port: int | None, sdk: Sdk, make: Make) -> None:
    make().server_span_after_the_fact(request(host=host), failure(), 500)
    attributes = sdk.spans[0].attributes or {}
    assert (attributes["server.address"], attributes.get("server.port")) == (address, port)


@pytest.mark.parametrize("traceparent", ["", "00-zz", f"00-{'0' * 32}-{'0' * 16}-01", "x" * 10_000])
def test_a_malformed_traceparent_begins_a_new_trace(traceparent: str, sdk: Sdk, make: Make) -> None:
    make().server_span_after_the_fact(request(traceparent=traceparent), failure(), 500)
    assert sdk.spans[0].parent is None


def test_a_caller_that_does_not_sample_is_heeded(sdk: Sdk, make: Make) -> None:
    make().server_span_after_the_fact(request(traceparent=PARENT[:-1] + "0"), failure(), 500)
    assert not sdk.spans
    assert len(sdk.records) == 1


def test_there_is_never_a_second_server_span(sdk: Sdk, make: Make) -> None:
    ended = sdk.tracer.start_span("ended")
    ended.end()
    unsampled = TracerProvider(sampler=ALWAYS_OFF).get_tracer("t").start_span("unsampled")
    for number, span in enumerate((ended, unsampled)):
        with trace.use_span(span):
            made = failure(error_id=str(number))
            assert not make().annotate(request(), made, 500)
            make().server_span_after_the_fact(request(), made, 500)
    assert [span.name for span in sdk.spans] == ["ended"]
    assert len(sdk.records) == 2


def test_a_guard_makes_no_server_span(sdk: Sdk, make: Make) -> None:
    make().server_span_after_the_fact(Call("guard:payments", NOW), failure(), 500)
    assert not sdk.spans


# --- attempts


def test_attempts_after_the_first_are_child_spans_without_the_exception(sdk: Sdk, make: Make) -> None:
    telemetry, call = make(), request()
    with sdk.tracer.start_as_current_span("server") as server:
        with telemetry.attempt(call, 1):
            pass
        with pytest.raises(ConnectionError), telemetry.attempt(call, 2):
            raise ConnectionError(SECRET)
        with telemetry.attempt(call, 3), sdk.tracer.start_as_current_span("query"):
            pass
    second, query, third, _ = sdk.spans
    assert [span.name for span in (second, third)] == ["failsoft.attempt"] * 2
    assert dict(second.attributes or {}) == {
        "failsoft.attempt": 2, "failsoft.endpoint": "GET /quotes/{symbol}", "error.type": "ConnectionError",
    }  # fmt: skip
    assert (second.status.status_code, second.status.description) == (StatusCode.ERROR, None)
    assert third.status.status_code is StatusCode.UNSET
    assert not second.events
    assert second.parent == third.parent == server.get_span_context()
    assert query.parent == third.context
    assert SECRET not in text_of(sdk)


def test_a_cancelled_attempt_is_no_error(sdk: Sdk, make: Make) -> None:
    attempt = make().attempt
    with sdk.tracer.start_as_current_span("server"), pytest.raises(asyncio.CancelledError), attempt(request(), 2):
        raise asyncio.CancelledError
    assert sdk.spans[0].status.status_code is StatusCode.UNSET


def test_where_nobody_records_an_attempt_makes_no_span(sdk: Sdk, make: Make) -> None:
    with make().attempt(request(), 2):
        pass
    assert not sdk.spans


# --- and the rest


def test_the_trace_id_is_that_of_the_current_span(sdk: Sdk, make: Make) -> None:
    assert make().trace_id() is None
    with sdk.tracer.start_as_current_span("server") as span:
        assert make().trace_id() == f"{span.get_span_context().trace_id:032x}"


class Failing:
    """A provider, a tracer and a span whose every method raises."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(SECRET)


def test_nothing_that_fails_below_reaches_the_request(sdk: Sdk, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    class FailingSpan(trace.NonRecordingSpan):
        def is_recording(self) -> bool:
            return True

        def set_attributes(self, attributes: Any) -> None:
            raise RuntimeError(SECRET)

    telemetry = make(tracer_provider=Failing(), logger_provider=Failing())
    assert not telemetry.annotate(request(), failure(), 500)
    telemetry.server_span_after_the_fact(request(), failure(), 500)
    span = FailingSpan(sdk.tracer.start_span("x").get_span_context())
    with trace.use_span(span):
        assert not telemetry.annotate(request(), failure(), 500)
        with telemetry.attempt(request(), 2):
            pass
    assert telemetry.errors >= 3
    assert SECRET not in caplog.text


def test_where_the_sanitizer_fails_no_text_is_let_through(sdk: Sdk, make: Make) -> None:
    make(sanitizer=Broken()).server_span_after_the_fact(request(path=SECRET), failure(SECRET), 500)
    (span,) = sdk.spans
    assert [event.name for event in span.events] == ["exception"]
    assert SECRET not in text_of(sdk)


def test_without_an_sdk_nothing_happens(clock: ManualClock) -> None:
    class Unasked:
        def text(self, text: str) -> str:
            pytest.fail("sanitized for nobody")

        value = text

    telemetry = Telemetry(sanitizer=Unasked(), clock=clock)
    assert telemetry.trace_id() is None
    assert not telemetry.annotate(request(), failure(), 500)
    telemetry.server_span_after_the_fact(request(), failure(), 500)
    with telemetry.attempt(request(), 2):
        pass
    assert telemetry.errors == 0


def test_failures_from_many_threads_are_each_recorded_once(sdk: Sdk, make: Make) -> None:
    telemetry = make(traces=False)

    def run(thread: int) -> None:
        for number in range(400):
            made = failure(error_id=f"{thread}-{number}")
            telemetry.server_span_after_the_fact(request(), made, 500)
            telemetry.server_span_after_the_fact(request(), made, 500)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({record.attributes["failsoft.error.id"] for record in sdk.records}) == len(sdk.records) == 1_600
    assert telemetry.errors == 0
