"""From Failsoft through the real SDK and exporters, over HTTP, into another process, and read back."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from failsoft.bus import Bus
from failsoft.events import CircuitBreakerTransition, RetryEnded
from failsoft.observers.otel import Telemetry
from observed import SECRET, ManualClock, OneSecret, failure, handled, request

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    command = [sys.executable, "-m", "example_apps.collector", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("listening on ").strip()
        process.terminate()
    assert process.returncode == 0


@pytest.fixture(autouse=True)
def emptied(url: str) -> None:
    ask(url, method="DELETE")


def ask(url: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with urllib.request.urlopen(urllib.request.Request(url, body, named, method=method)) as response:
        return json.loads(response.read() or "null")


def export(url: str) -> None:
    """A request that was traced and retried, and one that nobody traced; both failed."""
    resource, clock = Resource({"service.name": "shop"}), ManualClock()
    tracers = TracerProvider(resource=resource)
    tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces")))
    loggers = LoggerProvider(resource)
    loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(f"{url}/v1/logs")))
    meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(f"{url}/v1/metrics"))], resource)
    telemetry = Telemetry(
        sanitizer=OneSecret(), clock=clock, tracer_provider=tracers, meter_provider=meters, logger_provider=loggers,
        environ={},
    )  # fmt: skip
    bus = Bus()
    telemetry.subscribe(bus, lambda: {"GET /quotes/{symbol}": "open"})

    with tracers.get_tracer("web").start_as_current_span("GET /quotes/{symbol}"):
        with pytest.raises(ConnectionError), telemetry.attempt(request(), 2):
            raise ConnectionError(SECRET)
        telemetry.annotate(request(), failure(f"password {SECRET}"), 503)
    call = request("POST /orders", method="POST", path=f"/orders/{SECRET}", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")
    clock.now += 0.25
    telemetry.server_span_after_the_fact(call, failure(f"password {SECRET}", error_id="late"), 500)
    opened = {"from_state": "closed", "to_state": "open", "reason": "5 failures"}
    bus.publish(CircuitBreakerTransition(at=clock.now, name="GET /quotes/{symbol}", **opened))
    bus.publish(RetryEnded(at=clock.now, endpoint="GET /quotes/{symbol}", attempts=3, outcome="max_attempts"))
    bus.publish(handled(failure(SECRET)))
    for provider in (tracers, loggers, meters):
        assert provider.force_flush()
        provider.shutdown()


def test_what_failsoft_tells_arrives_at_a_collector(url: str) -> None:
    export(url)
    spans = {span["name"]: span for span in ask(f"{url}/traces")}
    assert set(spans) == {"failsoft.attempt", "GET /quotes/{symbol}", "POST /orders"}
    server, attempt, late = spans["GET /quotes/{symbol}"], spans["failsoft.attempt"], spans["POST /orders"]
    assert attempt["parent_span_id"] == server["span_id"]
    assert attempt["trace_id"] == server["trace_id"]
    assert attempt["scope"]["name"] == "failsoft"
    assert attempt["attributes"]["failsoft.attempt"] == 2
    assert server["attributes"]["failsoft.error.code"] == "QUOTE_ERROR"
    assert server["status"] == "error"
    assert (late["kind"], late["trace_id"], late["parent_span_id"]) == ("server", "a" * 32, "b" * 16)
    assert late["end"] - late["start"] == pytest.approx(250_000_000, abs=1000)
    assert late["attributes"]["http.route"] == "/orders"
    assert [event["name"] for event in late["events"]] == ["exception"]
    assert late["resource"]["service.name"] == "shop"

    logs = {(log["event_name"], log["severity"], log["span_id"]) for log in ask(f"{url}/logs")}
    assert logs == {
        ("http.server.request.exception", "ERROR", server["span_id"]),
        ("http.server.request.exception", "ERROR", late["span_id"]),
        ("failsoft.circuit_breaker.state_change", "WARN", None),
    }
    metrics = ask(f"{url}/metrics")
    values = {(m["name"], m["attributes"].get("state")): m.get("value") for m in metrics}
    assert values["failsoft.errors", None] == 1
    assert values["failsoft.retries", None] == 2
    assert values["failsoft.circuit_breaker.transitions", None] == 1
    assert values["failsoft.circuit_breaker.state", "open"] == 1
    assert values["failsoft.circuit_breaker.state", "closed"] == 0


def test_no_planted_secret_arrives_at_the_collector(url: str) -> None:
    export(url)
    everything = json.dumps([ask(f"{url}/{name}") for name in ("traces", "logs", "metrics")])
    assert "[REDACTED]" in everything
    assert SECRET not in everything


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/v1/traces", b"\xff\xff", {"Content_Type": "application/x-protobuf"}, 400),
        ("/v1/traces", b"no gzip", {"Content_Type": "application/x-protobuf", "Content_Encoding": "gzip"}, 400),
        ("/v1/traces", b"", {"Content_Type": "application/x-protobuf", "Content_Encoding": "br"}, 400),
        ("/v1/traces", b"{}", {"Content_Type": "application/json"}, 415),
        ("/v1/profiles", b"", {"Content_Type": "application/x-protobuf"}, 404),
    ],
)
def test_the_collector_refuses_what_it_cannot_read(
    path: str, body: bytes, headers: dict[str, str], status: int, url: str
) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(url + path, "POST", body, **headers)
    caught.value.close()
    assert caught.value.code == status
    assert ask(f"{url}/traces") == []


def test_the_collector_takes_an_empty_export(url: str) -> None:
    packed = {"Content_Type": "application/x-protobuf", "Content_Encoding": "gzip"}
    assert ask(f"{url}/v1/logs", "POST", gzip.compress(b""), **packed) is None
    assert ask(f"{url}/logs") == []
