"""One application with one tool in a process of its own, for these tools change classes of the frameworks for good.

`python -m ecosystem.probe '{"framework": "flask", "tool": "sentry"}'` calls each path once and prints what happened.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from typing import Any

from ecosystem import deeds
from ecosystem.browser import Browser

PATHS = (
    "/ok", "/unexpected", "/unexpected-sync", "/refused", "/denied", "/busy", "/exhausted", "/exhausted-sync",
    "/recovers", "/no-such-path",
)  # fmt: skip

Seen = Callable[[], dict[str, Any]]


def make(framework: str, settings: dict[str, Any] | None, traced: str) -> tuple[Any, bool]:
    """An application, and whether it speaks ASGI."""
    name, _, kind = framework.partition("-")
    module = importlib.import_module(f"ecosystem.apps.{name}_app")
    if name == "django":
        return module.make(settings, traced, asynchronous=kind == "asgi"), kind == "asgi"
    return module.make(settings, traced), name in ("starlette", "fastapi")


def nothing() -> dict[str, Any]:
    return {}


def sentry(clean: bool) -> Seen:
    """Sentry's SDK, with a transport that keeps what would be sent."""
    import sentry_sdk
    from sentry_sdk.transport import Transport

    kept: list[tuple[str, Any]] = []

    class Kept(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            kept.extend((item.type, item.payload.json) for item in envelope.items)

    options: dict[str, Any] = {}
    if clean:
        import failsoft
        from failsoft.observers.sentry import sentry_before_send

        options["before_send"] = sentry_before_send(failsoft.Failsoft().sanitizer)
    sentry_sdk.init("https://key@o1.ingest.example/1", transport=Kept, traces_sample_rate=1.0, **options)

    def seen() -> dict[str, Any]:
        sentry_sdk.flush()
        found, kept[:] = list(kept), []
        return {
            "events": [_event(payload) for kind, payload in found if kind == "event"],
            "transactions": [payload["transaction"] for kind, payload in found if kind == "transaction"],
        }

    return seen


def _event(payload: dict[str, Any]) -> dict[str, Any]:
    values = (payload.get("exception") or {}).get("values") or []
    return {
        "type": values[-1]["type"] if values else None,
        "function": values[-1]["stacktrace"]["frames"][-1]["function"] if values else None,
        "logger": payload.get("logger"),
        "leaks": deeds.SECRET in json.dumps(payload),
    }


def opentelemetry(clean: bool) -> Seen:
    """OpenTelemetry's SDK, keeping spans and log records in memory."""
    from opentelemetry import _logs, trace
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    spans, records = InMemorySpanExporter(), InMemoryLogRecordExporter()
    tracers, loggers = TracerProvider(), LoggerProvider()
    exporting: SpanProcessor = SimpleSpanProcessor(spans)
    if clean:
        import failsoft
        from failsoft.observers.otel_processors import SanitizingLogRecordProcessor, SanitizingSpanProcessor

        sanitizer = failsoft.Failsoft().sanitizer
        exporting = SanitizingSpanProcessor(sanitizer, exporting)
        loggers.add_log_record_processor(SanitizingLogRecordProcessor(sanitizer))
    tracers.add_span_processor(exporting)
    loggers.add_log_record_processor(SimpleLogRecordProcessor(records))
    trace.set_tracer_provider(tracers)
    _logs.set_logger_provider(loggers)

    def seen() -> dict[str, Any]:
        found = {
            "spans": [_span(span) for span in spans.get_finished_spans()],
            "records": [_record(entry) for entry in records.get_finished_logs()],
        }
        spans.clear()
        records.clear()
        return found

    return seen


def _span(span: Any) -> dict[str, Any]:
    return {
        "name": span.name,
        "kind": span.kind.name,
        "scope": span.instrumentation_scope.name,
        "status": span.status.status_code.name,
        "attributes": dict(span.attributes),
        "events": [{"name": event.name, **dict(event.attributes)} for event in span.events],
        "trace_id": f"{span.context.trace_id:032x}",
        "leaks": deeds.SECRET in span.to_json(),
    }


def _record(entry: Any) -> dict[str, Any]:
    record = entry.log_record
    return {
        "name": record.event_name,
        "scope": entry.instrumentation_scope.name,
        "attributes": dict(record.attributes or {}),
        "leaks": deeds.SECRET in entry.to_json(),
    }


def main(wanted: dict[str, Any]) -> dict[str, Any]:
    """Make the application, and call it.

    Parameters:
        wanted: `framework`; `tool` (`sentry`, `opentelemetry`, or none); `failsoft`: settings, None for the bare
            application, absent for those of all ecosystem applications; `traced`; `clean`: with what Failsoft ships
            against secrets in what others emit.
    """
    tools: dict[str, Callable[[bool], Seen]] = {"sentry": sentry, "opentelemetry": opentelemetry}
    tool = tools.get(wanted.get("tool", ""))
    seen = nothing if tool is None else tool(wanted.get("clean", False))
    settings = wanted.get("failsoft", deeds.SETTINGS)
    app, asynchronous = make(wanted["framework"], settings, wanted.get("traced", ""))
    browser = Browser(app, asynchronous=asynchronous)
    result: dict[str, Any] = {}
    for path in PATHS:
        answer = browser.get(path)
        result[path] = {**answer, **seen()}
    result["again"] = browser.get("/ok")
    result["preflight"] = browser.preflight("/ok")
    return result


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1])), default=str))
