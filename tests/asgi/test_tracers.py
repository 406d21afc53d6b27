"""OpenTelemetry's middleware among the user's own: its span ends with the answer, and the exception is on it once."""

from __future__ import annotations

from typing import Any

import fastapi
import pytest
from opentelemetry.instrumentation.asgi import OpenTelemetryMiddleware
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from starlette.middleware import Middleware
from starlette.responses import JSONResponse

from asgi.harness import SECRET, ask, watch
from asgi.stacks import CATCHING, CORS, GZIP, ORIGIN, base, build, passing, pure, raising
from failsoft_asgi import install


def traced() -> tuple[Middleware, InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Middleware(OpenTelemetryMiddleware, tracer_provider=provider), exporter


@pytest.mark.parametrize("path", ["/boom", "/foreign", "/late"])
@pytest.mark.parametrize("others", [(), (CORS,), (GZIP, CORS), (base(passing), CORS), (CORS, base(passing))])
@pytest.mark.parametrize("outermost", [True, False])
def test_the_span_of_a_tracer_ends_with_the_answer(path: str, others: Any, outermost: bool) -> None:
    tracer, exporter = traced()
    app, events = build(*([tracer, *others] if outermost else [*others, tracer]))
    answer = ask(app, path, headers=ORIGIN)
    assert (answer.is_problem, answer.complete) == (True, True)
    assert (answer.header("access-control-allow-origin") == "*") is (CORS in others)
    (span,) = [span for span in exporter.get_finished_spans() if span.kind is SpanKind.SERVER]
    assert (span.attributes or {})["http.status_code"] == answer.status
    assert len([event for event in span.events if event.name == "exception"]) == (path != "/foreign")
    assert len(events.handled) == 1


@pytest.mark.parametrize("outermost", [True, False])
def test_the_span_of_starlettes_own_tracer_has_the_status(outermost: bool) -> None:
    native = pytest.importorskip("starlette.middleware.opentelemetry")
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = Middleware(native.OpenTelemetryMiddleware, tracer_provider=provider)
    app, _ = build(*([tracer, CORS] if outermost else [CORS, base(passing), tracer]))
    answer = ask(app, "/boom", headers=ORIGIN)
    assert (answer.is_problem, answer.header("access-control-allow-origin")) == (True, "*")
    (span,) = exporter.get_finished_spans()
    assert (span.attributes or {})["http.response.status_code"] == 500


@pytest.mark.parametrize("catching", CATCHING)
@pytest.mark.parametrize("outermost", [True, False])
def test_a_middleware_that_catches_wins_beside_a_tracer(catching: Middleware, outermost: bool) -> None:
    tracer, _ = traced()
    app, events = build(*([tracer, catching] if outermost else [CORS, catching, tracer]))
    answer = ask(app, "/boom")
    assert (answer.status, answer.json(), answer.raised) == (418, {"mine": True}, None)
    assert len(events.handled) == 1


def test_a_middleware_that_answers_and_raises_again_within_a_tracer_is_not_answered_twice() -> None:
    async def both(app: Any, scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except Exception:
            await JSONResponse({"mine": True}, 418)(scope, receive, send)
            raise

    tracer, _ = traced()
    app, _ = build(CORS, tracer, pure(both))
    answer = ask(app, "/boom")
    assert (answer.status, answer.json(), type(answer.raised)) == (418, {"mine": True}, ValueError)


# -- an instrumentation that builds another stack out of ours


async def answers_async(request: Any, exc: Exception) -> JSONResponse:
    return JSONResponse({"mine": True}, 500)


def answers_sync(request: Any, exc: Exception) -> JSONResponse:
    return JSONResponse({"mine": True}, 500, headers={"X-Request-ID": "own"})


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("handler", [answers_async, answers_sync, None])
@pytest.mark.parametrize("keep", [True, False])
def test_an_answer_has_our_ids_wherever_an_instrumentation_is_put(first: bool, handler: Any, keep: bool) -> None:
    app = fastapi.FastAPI()
    provider = TracerProvider()
    if first:
        FastAPIInstrumentor.instrument_app(app, tracer_provider=provider)
    events = watch(install(app, {"responses": {"format": "keep"}} if keep else None))
    if not first:
        FastAPIInstrumentor.instrument_app(app, tracer_provider=provider)
    if handler is not None:
        app.add_exception_handler(Exception, handler)
    app.add_api_route("/boom", raising(ValueError(SECRET)))
    try:
        answer = ask(app, "/boom", headers={"X-Request-ID": "theirs"})
    finally:
        FastAPIInstrumentor.uninstrument_app(app)
    assert answer.status == 500
    assert isinstance(answer.raised, ValueError)
    assert (answer.body == b'{"mine":true}') is (handler is not None)
    (event,) = events.handled
    assert answer.all("x-request-id") == ["own" if handler is answers_sync else "theirs"]
    assert answer.all("x-error-id") == [event.failure.error_id]
