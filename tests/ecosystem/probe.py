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


def leaks(thing: Any) -> bool:
    return deeds.SECRET in (thing if isinstance(thing, str) else json.dumps(thing, default=str))


def sentry() -> Seen:
    """Sentry's SDK with the `before_send` that Failsoft ships, and a transport that keeps what would be sent."""
    import sentry_sdk
    from sentry_sdk.transport import Transport

    import failsoft
    from failsoft.sentry import BeforeSend

    kept: list[tuple[str, Any]] = []
    raw: list[bool] = []
    clean = BeforeSend(failsoft.Failsoft().sanitizer)

    class Kept(Transport):
        def capture_envelope(self, envelope: Any) -> None:
            kept.extend((item.type, item.payload.json) for item in envelope.items)

    def before_send(event: Any, hint: Any) -> Any:
        raw.append(leaks(event))
        return clean(event, hint)

    sentry_sdk.init("https://key@o1.ingest.example/1", transport=Kept, traces_sample_rate=1.0, before_send=before_send)

    def seen() -> dict[str, Any]:
        sentry_sdk.flush()
        found = {
            "events": [_event(payload) for kind, payload in kept if kind == "event"],
            "transactions": [payload["transaction"] for kind, payload in kept if kind == "transaction"],
            "leaked_before_cleaning": any(raw),
        }
        kept.clear()
        raw.clear()
        return found

    return seen


def _event(payload: dict[str, Any]) -> dict[str, Any]:
    values = (payload.get("exception") or {}).get("values") or []
    last = values[-1] if values else {}
    return {
        "type": last.get("type"),
        "value": last.get("value"),
        "function": last["stacktrace"]["frames"][-1]["function"] if last else None,
        "logger": payload.get("logger"),
        "leaks": leaks(payload),
    }


def opentelemetry() -> Seen:
    """OpenTelemetry's SDK. Spans and records are exported twice: as they are, and through Failsoft's processors."""
    from opentelemetry import _logs, trace
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    import failsoft
    from failsoft.otel import SanitizingLogRecordProcessor, SanitizingSpanProcessor

    sanitizer = failsoft.Failsoft().sanitizer
    spans, clean_spans = InMemorySpanExporter(), InMemorySpanExporter()
    records, clean_records = InMemoryLogRecordExporter(), InMemoryLogRecordExporter()
    tracers, loggers = TracerProvider(), LoggerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(spans))
    tracers.add_span_processor(SanitizingSpanProcessor(SimpleSpanProcessor(clean_spans), sanitizer))
    # records are cleaned in place: whoever comes before the cleaning one sees them as they were
    seen_raw: list[dict[str, Any]] = []
    records.export = _noting(seen_raw, records.export)  # type: ignore[method-assign]
    loggers.add_log_record_processor(SimpleLogRecordProcessor(records))
    loggers.add_log_record_processor(SanitizingLogRecordProcessor(sanitizer))
    loggers.add_log_record_processor(SimpleLogRecordProcessor(clean_records))
    trace.set_tracer_provider(tracers)
    _logs.set_logger_provider(loggers)

    def seen() -> dict[str, Any]:
        found = {
            "spans": [_span(span) for span in spans.get_finished_spans()],
            "records": list(seen_raw),
            "cleaned": {
                "spans": [_span(span) for span in clean_spans.get_finished_spans()],
                "records": [_record(entry) for entry in clean_records.get_finished_logs()],
            },
        }
        for store in (spans, clean_spans, records, clean_records, seen_raw):
            store.clear()
        return found

    return seen


def _noting(notes: list[dict[str, Any]], export: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def noting(batch: Any) -> Any:
        notes.extend(_record(entry) for entry in batch)
        return export(batch)

    return noting


def _span(span: Any) -> dict[str, Any]:
    return {
        "name": span.name,
        "kind": span.kind.name,
        "scope": span.instrumentation_scope.name,
        "status": span.status.status_code.name,
        "description": span.status.description,
        "attributes": dict(span.attributes),
        "events": [{"name": event.name, **dict(event.attributes)} for event in span.events],
        "trace_id": f"{span.context.trace_id:032x}",
        "leaks": leaks(span.to_json()),
    }


def _record(entry: Any) -> dict[str, Any]:
    record = entry.log_record
    return {
        "name": record.event_name,
        "scope": entry.instrumentation_scope.name,
        "attributes": dict(record.attributes or {}),
        "leaks": leaks(entry.to_json()),
    }


def main(wanted: dict[str, Any]) -> dict[str, Any]:
    """Make the application, and call it.

    Parameters:
        wanted: `framework`; `tool` (`sentry` or `opentelemetry`); `failsoft`: settings, None for the bare application,
            absent for those of all ecosystem applications; `traced`: the instrumentation, and when it is put in;
            `calls`: method, path and headers of other requests, in place of one to each path.
    """
    tools: dict[str, Callable[[], Seen]] = {"sentry": sentry, "opentelemetry": opentelemetry}
    tool = tools.get(wanted.get("tool", ""))
    seen = nothing if tool is None else tool()
    settings = wanted.get("failsoft", deeds.SETTINGS)
    app, asynchronous = make(wanted["framework"], settings, wanted.get("traced", ""))
    browser = Browser(app, asynchronous=asynchronous)
    if "calls" in wanted:
        return {"calls": [browser.request(*call) for call in wanted["calls"]]}
    result: dict[str, Any] = {path: {**browser.get(path), **seen()} for path in PATHS}
    result["again"] = browser.get("/ok")
    result["preflight"] = browser.preflight("/ok")
    return result


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1])), default=str))
