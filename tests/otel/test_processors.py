from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
import sentry_sdk
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Link
from sentry_sdk.integrations.logging import LoggingIntegration, unignore_logger

from failsoft import otel
from failsoft.events import InternalError
from failsoft.observers.base import INTERNAL_LOGGER, LOGGER, Cleaner
from failsoft.observers.logs import LogObserver
from failsoft.otel import SanitizingLogRecordProcessor, SanitizingSpanProcessor
from failsoft.sanitize import Sanitizer
from failsoft.sentry import BeforeSend, leave_exceptions_to_sentry
from observed import SECRET, Broken, OneSecret, failure, handled


def spans(sanitizer: Cleaner) -> tuple[TracerProvider, Callable[[], list[ReadableSpan]]]:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SanitizingSpanProcessor(SimpleSpanProcessor(kept), sanitizer))
    return provider, lambda: list(kept.get_finished_spans())


@pytest.mark.parametrize("sanitizer", [OneSecret(), Broken()])
def test_spans_of_others_leave_clean(sanitizer: Cleaner) -> None:
    provider, finished = spans(sanitizer)
    tracer = provider.get_tracer("of.others", "1.0")
    with tracer.start_as_current_span("parent") as parent:
        link = Link(parent.get_span_context(), {"url": SECRET})
        with pytest.raises(ValueError, match=SECRET):  # noqa: SIM117
            with tracer.start_as_current_span(f"GET /{SECRET}", links=[link], attributes={"a": [SECRET], "n": 1}):
                raise ValueError(SECRET)
    child, first = finished()
    assert SECRET not in child.to_json()
    assert child.parent == first.context
    assert child.end_time is not None
    assert child.start_time is not None
    assert child.instrumentation_scope is not None
    assert child.instrumentation_scope.name == "of.others"
    assert [event.name for event in child.events] in (["exception"], ["[REDACTED:error]"])
    assert child.status.description is not None
    assert len(child.links) == 1
    assert provider.force_flush()
    provider.shutdown()


def test_what_is_no_secret_stays_as_it_is() -> None:
    provider, finished = spans(OneSecret())
    with provider.get_tracer("t").start_as_current_span("GET /x", attributes={"n": 1, "b": True, "l": ["a", "b"]}):
        pass
    assert dict(finished()[0].attributes or {}) == {"n": 1, "b": True, "l": ("a", "b")}


def test_what_was_dropped_is_still_said() -> None:
    limits = SpanLimits(max_attributes=1, max_events=1, max_links=1, max_event_attributes=1, max_link_attributes=1)
    kept, provider = InMemorySpanExporter(), TracerProvider(span_limits=limits)
    provider.add_span_processor(SanitizingSpanProcessor(SimpleSpanProcessor(kept), OneSecret()))
    two = {"a": SECRET, "b": SECRET}
    tracer = provider.get_tracer("of.others")
    context = tracer.start_span("other").get_span_context()
    span = tracer.start_span("x", attributes=two, links=[Link(context, two), Link(context, two)])
    for _ in range(3):
        span.add_event("e", two)
    span.end()
    (ended,) = kept.get_finished_spans()
    assert (ended.dropped_attributes, ended.dropped_events, ended.dropped_links) == (1, 2, 1)
    assert (ended.events[0].dropped_attributes, ended.links[0].dropped_attributes) == (1, 1)
    assert SECRET not in ended.to_json()


def test_what_follows_hears_of_a_span_that_is_being_ended() -> None:
    class Late(SimpleSpanProcessor):
        def _on_ending(self, span: Span) -> None:
            heard.append(span.name)

    heard: list[str] = []
    provider = TracerProvider()
    provider.add_span_processor(Late(InMemorySpanExporter()))
    otel.clean(provider, LoggerProvider(), sanitizer=OneSecret())
    provider.get_tracer("of.others").start_span("x").end()
    assert heard == ["x"]


def test_values_bound_to_a_statement_do_not_leave() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SanitizingSpanProcessor(SimpleSpanProcessor(kept), Sanitizer()))
    given = {"db.query.text": "SELECT 1 FROM users WHERE name = $1", "db.query.parameter.0": "Ada", "n": 1}
    provider.get_tracer("of.others").start_span("x", attributes=given).end()
    (span,) = kept.get_finished_spans()
    assert dict(span.attributes or {}) == {**given, "db.query.parameter.0": "[REDACTED:value]"}


@pytest.mark.parametrize("sanitizer", [OneSecret(), Broken()])
@pytest.mark.parametrize("body", [f"body {SECRET}", {"nested": [SECRET]}, None])
def test_log_records_of_others_leave_clean(body: Any, sanitizer: Cleaner) -> None:
    kept, provider = InMemoryLogRecordExporter(), LoggerProvider()
    provider.add_log_record_processor(SanitizingLogRecordProcessor(sanitizer))
    provider.add_log_record_processor(SimpleLogRecordProcessor(kept))
    provider.get_logger("of.others").emit(body=body, attributes={"a": SECRET}, exception=ValueError(SECRET))
    (entry,) = kept.get_finished_logs()
    assert SECRET not in entry.to_json()
    assert {"a", "exception.type", "exception.message"} <= set(entry.log_record.attributes or {})
    assert provider.force_flush()
    provider.shutdown()


def test_without_the_sdk_the_module_says_in_one_line_what_to_install() -> None:
    code = "import sys; sys.modules['opentelemetry.sdk'] = None; import failsoft.otel"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith("ImportError: failsoft.otel needs")


# --- Sentry


def sent(sanitizer: Cleaner) -> dict[str, Any]:
    """What the real Sentry SDK would send for an exception with secrets everywhere."""
    events: list[dict[str, Any]] = []
    before_send = BeforeSend(sanitizer)

    def keep(event: Any, hint: Any) -> None:
        events.append(before_send(event, hint))

    client = sentry_sdk.Client(before_send=keep, default_integrations=False, dsn="https://k@o1.ingest.example/1")
    with sentry_sdk.isolation_scope() as scope, sentry_sdk.new_scope() as inner:
        inner.set_client(client)
        scope.add_breadcrumb(message=f"crumb {SECRET}")
        scope.set_extra("note", SECRET)
        try:
            local = SECRET
            raise ValueError(f"failed with {local}")
        except ValueError as error:
            sentry_sdk.capture_exception(error, scope=inner)
    client.close(0)
    (event,) = events
    return event


def test_sentry_events_leave_clean_and_whole() -> None:
    event = sent(OneSecret())
    assert SECRET not in repr(event)
    (value,) = event["exception"]["values"]
    assert (value["type"], value["value"]) == ("ValueError", "failed with [REDACTED]")
    assert value["stacktrace"]["frames"][-1]["function"] == "sent"
    assert "[REDACTED]" in repr(value["stacktrace"]["frames"][-1]["vars"])
    assert event["extra"]["note"] == "[REDACTED]"
    assert event["event_id"]


def test_where_the_sanitizer_fails_a_sentry_event_says_next_to_nothing() -> None:
    event = sent(Broken())
    assert event["level"] == "error"
    assert SECRET not in repr(event)
    assert "exception" not in event


def test_sentry_passes_over_our_logger_where_it_sees_the_exceptions_and_not_over_our_own_faults() -> None:
    events: list[Any] = []
    unignore_logger(LOGGER)  # an app in the same process may have told Sentry already
    client = sentry_sdk.Client(
        before_send=lambda event, hint: events.append(event), default_integrations=False,
        integrations=[LoggingIntegration()], dsn="https://k@o1.ingest.example/1",
    )  # fmt: skip
    with sentry_sdk.new_scope() as scope:
        scope.set_client(client)
        LogObserver(OneSecret())(handled())
        assert leave_exceptions_to_sentry()
        try:
            LogObserver(OneSecret())(handled())
            assert len(events) == 1
            LogObserver(OneSecret())(InternalError(at=0, where="render", type="TypeError", message="no"))
        finally:
            unignore_logger(LOGGER)
    client.close(0)
    assert [event["logger"] for event in events] == [LOGGER, INTERNAL_LOGGER]


def logged_to_sentry(*events: Any) -> list[dict[str, Any]]:
    """What the real Sentry SDK would send for our log entries about these."""
    found: list[dict[str, Any]] = []
    before_send = BeforeSend(OneSecret())

    def keep(event: Any, hint: Any) -> None:
        found.append(before_send(event, hint))

    unignore_logger(LOGGER)
    client = sentry_sdk.Client(
        before_send=keep, default_integrations=False, integrations=[LoggingIntegration()],
        dsn="https://k@o1.ingest.example/1",
    )  # fmt: skip
    with sentry_sdk.new_scope() as scope:
        scope.set_client(client)
        for event in events:
            LogObserver(OneSecret())(event)
    client.close(0)
    return found


def test_our_log_entries_are_as_many_issues_as_there_are_endpoints_and_classes() -> None:
    prints = [
        tuple(event["fingerprint"])
        for event in logged_to_sentry(
            handled(failure("one")),
            handled(failure("two")),
            handled(failure("one"), endpoint="GET /other"),
            handled(failure("one", type="KeyError")),
        )
    ]
    assert len(set(prints)) == 3
    assert prints[0] == prints[1] == ("ErrorHandled", "GET /quotes/{symbol}", "shop.QuoteError", "QUOTE_ERROR")


def test_an_event_of_somebody_elses_is_grouped_by_sentry() -> None:
    assert "fingerprint" not in sent(OneSecret())


def test_where_there_is_no_sentry_it_is_not_imported() -> None:
    code = "import sys; from failsoft import sentry as s; "
    code += "sys.exit(s.leave_exceptions_to_sentry() or 'sentry_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- one line


def test_one_line_cleans_what_providers_that_are_set_up_already_export() -> None:
    kept, tracers = InMemorySpanExporter(), TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(kept))
    entries, loggers = InMemoryLogRecordExporter(), LoggerProvider()
    loggers.add_log_record_processor(SimpleLogRecordProcessor(entries))
    assert otel.clean(tracers, loggers) == 2
    assert otel.clean(tracers, loggers) == 2
    with tracers.get_tracer("t").start_as_current_span("login") as span:
        span.set_attribute("url.full", "https://shop.example/login?password=hunter2-and-fake")
        span.set_attribute("db.query.text", "UPDATE users SET password = 'hunter2-and-fake' WHERE id = 7")
    loggers.get_logger("l").emit(body="password=hunter2-and-fake")
    (done,), (entry,) = kept.get_finished_spans(), entries.get_finished_logs()
    assert "hunter2" not in done.to_json() + entry.to_json()
    attributes = dict(done.attributes or {})
    assert attributes["url.full"] == "https://shop.example/login?password=[REDACTED:password]"
    assert str(attributes["db.query.text"]).endswith("WHERE id = 7")
    assert type(tracers._active_span_processor._span_processors[0]) is SanitizingSpanProcessor
    assert tracers.force_flush()
    assert loggers.force_flush()
    tracers.shutdown()
    loggers.shutdown()


def test_without_a_provider_there_is_nothing_to_clean() -> None:
    assert otel.clean(object(), object()) == 0
