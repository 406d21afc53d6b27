"""Error trackers and instrumentation, in processes of their own: they change Django for good."""

from __future__ import annotations

import json
import textwrap

from project.processes import run

PROJECT = """
import asyncio, json, sys, types
import django
django.setup()
import failsoft
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import Http404, HttpResponse
from django.test import AsyncClient, Client
from django.urls import path
calls = []
def boom(request): raise ValueError("hunter2")
async def aboom(request): raise ValueError("hunter2")
def domain(request): raise failsoft.ConflictError("hunter2")
@failsoft.protect(retry=failsoft.Retry(max_attempts=2, base_delay=0.0, jitter="none"))
def flaky(request):
    calls.append(1)
    if len(calls) % 2: raise ConnectionResetError(104, "gone")
    return HttpResponse("ok")
def missing(request): raise Http404("hunter2")
@failsoft.protect(retry=failsoft.Retry(max_attempts=2, base_delay=0.0, jitter="none"))
def worse(request): raise ConnectionResetError(104, "gone")
conf = types.ModuleType("conf")
conf.urlpatterns = [path(view.__name__, view) for view in (boom, aboom, domain, flaky, missing, worse)]
settings.ROOT_URLCONF = conf
settings.ALLOWED_HOSTS = ["*"]
def ask(where, asynchronous=False):
    if asynchronous:
        return asyncio.run(AsyncClient(raise_request_exception=False).get(where))
    return Client(raise_request_exception=False).get(where)
"""


def test_sentry_sees_what_was_unexpected_exactly_once() -> None:
    script = PROJECT + textwrap.dedent(
        """
        import sentry_sdk
        from sentry_sdk.transport import Transport
        seen = []
        class Keep(Transport):
            def capture_envelope(self, envelope):
                for item in envelope.items:
                    if item.type == "event":
                        seen.append(item.payload.json["exception"]["values"][-1]["type"])
        sentry_sdk.init(dsn="http://key@127.0.0.1:1/1", transport=Keep)
        result = {}
        for where in ("/boom", "/aboom", "/domain", "/flaky", "/worse", "/nowhere"):
            for asynchronous in (False, True):
                seen.clear()
                ask(where, asynchronous)
                result.setdefault(where, []).append(seen[:])
        print(json.dumps(result))
        """
    )
    assert json.loads(run(script)) == {
        "/boom": [["ValueError"]] * 2,
        "/aboom": [["ValueError"]] * 2,
        "/domain": [[]] * 2,
        "/flaky": [[]] * 2,
        "/worse": [["ConnectionResetError"]] * 2,
        "/nowhere": [[]] * 2,
    }


def test_opentelemetrys_span_names_the_route_and_holds_the_error_once() -> None:
    script = (
        """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
memory = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(memory))
trace.set_tracer_provider(provider)
"""
        + PROJECT
        + textwrap.dedent(
            """
        from opentelemetry.instrumentation.django import DjangoInstrumentor
        DjangoInstrumentor().instrument()
        result = {}
        for where in ("/boom", "/flaky", "/domain", "/missing"):
            memory.clear()
            response = ask(where)
            servers = [span for span in memory.get_finished_spans() if span.kind.name == "SERVER"]
            (span,) = servers
            exceptions = [event for event in span.events if event.name == "exception"]
            result[where] = [len(exceptions), span.attributes.get("failsoft.error.code"), span.status.status_code.name]
            assert span.attributes.get("failsoft.error.id") == response.headers.get("X-Error-ID")
        print(json.dumps(result))
        """
        )
    )
    found = json.loads(run(script, OTEL_SEMCONV_STABILITY_OPT_IN="http"))
    assert found == {
        "/boom": [1, "INTERNAL_ERROR", "ERROR"],
        "/domain": [0, "CONFLICT", "UNSET"],
        "/flaky": [0, None, "UNSET"],
        "/missing": [0, "NOT_FOUND", "UNSET"],
    }


def test_a_guard_outside_of_requests_finds_the_settings_of_the_project() -> None:
    script = """
        import django
        from django.conf import settings
        import project.settings
        project.settings.FAILSOFT = {"policies": {"upstream": {"retry": 2}}}
        django.setup()
        import failsoft
        print(failsoft.guard("payments", policy="upstream").call(lambda: "paid"))
    """
    assert run(script) == "paid"
