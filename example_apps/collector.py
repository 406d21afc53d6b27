"""A collector for OpenTelemetry: takes OTLP over HTTP and shows what came, as JSON.

`python -m example_apps.collector --port 0` prints the URL to send to. `GET /traces`, `/logs` and `/metrics` answer with
a list each, oldest first; `DELETE /` forgets everything. For demonstrations and tests: it keeps the last 10,000 of each
in memory, and nothing else.
"""

from __future__ import annotations

import argparse
import gzip
import json
import signal
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it ships none
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

__all__ = ["Collector", "main", "serve"]

MAX_BODY, MAX_ITEMS = 16_777_216, 10_000
_KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
_STATUS = ("unset", "ok", "error")


def _value(value: Any) -> Any:
    """A plain value of an `AnyValue`."""
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [_value(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return _attributes(value.kvlist_value.values)
    return value.bytes_value.hex() if kind == "bytes_value" else getattr(value, kind)


def _attributes(pairs: Iterable[Any]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _from(resource: Any, scope: Any) -> dict[str, Any]:
    name = {"name": scope.scope.name, "version": scope.scope.version, "schema_url": scope.schema_url}
    return {"resource": _attributes(resource.resource.attributes), "scope": name}


def spans(body: bytes) -> Iterator[dict[str, Any]]:
    """The spans of an export request."""
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield {
                    "name": span.name,
                    "kind": _KINDS[span.kind],
                    "trace_id": span.trace_id.hex(),
                    "span_id": span.span_id.hex(),
                    "parent_span_id": span.parent_span_id.hex() or None,
                    "start": span.start_time_unix_nano,
                    "end": span.end_time_unix_nano,
                    "status": _STATUS[span.status.code],
                    "status_message": span.status.message,
                    "attributes": _attributes(span.attributes),
                    "events": [
                        {"name": e.name, "at": e.time_unix_nano, "attributes": _attributes(e.attributes)}
                        for e in span.events
                    ],
                    **_from(resource, scope),
                }


def logs(body: bytes) -> Iterator[dict[str, Any]]:
    """The log records of an export request."""
    for resource in ExportLogsServiceRequest.FromString(body).resource_logs:
        for scope in resource.scope_logs:
            for record in scope.log_records:
                yield {
                    "event_name": record.event_name or None,
                    "severity": record.severity_text,
                    "severity_number": record.severity_number,
                    "body": _value(record.body),
                    "at": record.time_unix_nano,
                    "trace_id": record.trace_id.hex() or None,
                    "span_id": record.span_id.hex() or None,
                    "attributes": _attributes(record.attributes),
                    **_from(resource, scope),
                }


def metrics(body: bytes) -> Iterator[dict[str, Any]]:
    """The data points of an export request, one entry each."""
    for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                kind = metric.WhichOneof("data")
                if kind is None:
                    continue
                for point in getattr(metric, kind).data_points:
                    about = {"name": metric.name, "unit": metric.unit, "kind": kind}
                    yield {
                        **about,
                        "attributes": _attributes(point.attributes),
                        **_point(point),
                        **_from(resource, scope),
                    }


def _point(point: Any) -> dict[str, Any]:
    if "value" in point.DESCRIPTOR.oneofs_by_name:
        return {"value": getattr(point, point.WhichOneof("value") or "as_int")}
    return {"count": point.count, "sum": point.sum}


_SIGNALS: dict[str, Callable[[bytes], Iterator[dict[str, Any]]]] = {"traces": spans, "logs": logs, "metrics": metrics}


class Collector(ThreadingHTTPServer):
    """The receiver behind one listening socket on the loopback interface."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.received: dict[str, deque[dict[str, Any]]] = {name: deque(maxlen=MAX_ITEMS) for name in _SIGNALS}


class _Handler(BaseHTTPRequestHandler):
    server: Collector
    protocol_version = "HTTP/1.1"
    timeout = 60

    def do_GET(self) -> None:
        found = self.server.received.get(self.path.strip("/"))
        if found is None:
            self._answer(404, {"error": "try /traces, /logs or /metrics"})
        else:
            self._answer(200, list(found))

    def do_DELETE(self) -> None:
        for items in self.server.received.values():
            items.clear()
        self._answer(200, {})

    def do_POST(self) -> None:
        name = self.path.removeprefix("/v1/")
        length = self.headers.get("Content-Length", "")
        if name not in _SIGNALS or not self.path.startswith("/v1/"):
            self._refuse(404, "try /v1/traces, /v1/logs or /v1/metrics")
        elif not length.isdigit() or int(length) > MAX_BODY:
            self._refuse(413, "expected a Content-Length of at most 16 MiB")
        elif self.headers.get_content_type() != "application/x-protobuf":
            self._refuse(415, "expected application/x-protobuf")
        else:
            self._take(name, self.rfile.read(int(length)))

    def _take(self, name: str, body: bytes) -> None:
        try:
            self.server.received[name].extend(list(_SIGNALS[name](self._unpacked(body))))
        except (DecodeError, OSError, EOFError, ValueError, zlib.error) as error:
            self._answer(400, {"error": type(error).__name__})
        else:
            # an export response without a partial failure is an empty message
            self._answer(200, b"")

    def _unpacked(self, body: bytes) -> bytes:
        packing = self.headers.get("Content-Encoding", "identity")
        if packing == "gzip":
            return gzip.decompress(body)
        if packing == "deflate":
            return zlib.decompress(body)
        if packing == "identity":
            return body
        raise ValueError(packing)

    def _refuse(self, status: int, reason: str) -> None:
        self.close_connection = True  # the body was not read
        self._answer(status, {"error": reason})

    def _answer(self, status: int, content: object) -> None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-protobuf" if content is body else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass


@contextmanager
def serve(port: int = 0) -> Iterator[Collector]:
    """Receive in a thread of this process, for the length of a `with` block."""
    with Collector(port) as collector:
        thread = threading.Thread(target=collector.serve_forever, name="collector", daemon=True)
        thread.start()
        try:
            yield collector
        finally:
            collector.shutdown()
            thread.join()


def main() -> None:
    """Receive until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m example_apps.collector", description="Takes OTLP over HTTP.")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default)")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with serve(parser.parse_args().port) as collector:
            print(f"listening on {collector.url}", flush=True)
            stop.wait()
    except (OSError, OverflowError) as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
