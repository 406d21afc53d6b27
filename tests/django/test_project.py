"""Failsoft as part of a project: settings, system checks, `manage.py`, reports, error trackers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import types
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings, urls
from django.core.checks import Error, Warning, run_checks
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path
from django.views import View
from project.driver import FAILSOFT, PATIENT

import failsoft
from failsoft_django import FailsoftMiddleware, get_failsoft, handlers
from failsoft_django.inspect import report

HERE = Path(__file__).parent
FAULTY = {"responses": {"format": "odd"}, "request": {"id_headr": "X"}, "rollout": {"percent": 120}}


def ok(request: Any, **_: Any) -> HttpResponse:
    return HttpResponse("ok")


def found(*tags: str) -> list[tuple[str, str]]:
    return [(check.id, check.msg) for check in run_checks(tags=list(tags) or None) if str(check.id).startswith("failsoft")]


# -- settings


def test_one_instance_serves_the_process_for_each_value_of_the_setting(settings_of: Any) -> None:
    with settings_of(FAILSOFT={"service": "one"}):
        one = get_failsoft()
        assert get_failsoft() is one
        with settings_of(FAILSOFT={"service": "two"}):
            two = get_failsoft()
            assert two.settings.service == "two"
        assert two.closed
        assert get_failsoft() is one
        assert not one.closed
    assert one.closed


def test_without_a_setting_the_defaults_hold(settings_of: Any) -> None:
    with settings_of():
        if hasattr(settings, "FAILSOFT"):
            del settings.FAILSOFT
        assert get_failsoft().settings.rollout.mode == "enforce"


def test_a_file_counts_from_the_base_directory(settings_of: Any, tmp_path: Path) -> None:
    (tmp_path / "failsoft.toml").write_text('service = "shop"\n')
    with settings_of(FAILSOFT="failsoft.toml", BASE_DIR=tmp_path):
        assert get_failsoft().settings.service == "shop"
    with settings_of(FAILSOFT=tmp_path / "failsoft.toml"):
        assert get_failsoft().settings.service == "shop"


def test_a_project_with_faulty_settings_does_not_start(settings_of: Any) -> None:
    with settings_of(FAILSOFT=FAULTY, MIDDLEWARE=[FAILSOFT]), pytest.raises(failsoft.SettingsError) as caught:
        WSGIHandler()
    assert len(caught.value.faults) == 3


def test_djangos_default_views_are_replaced_once() -> None:
    handlers.install()
    assert urls.handler404 is handlers.page_not_found
    assert settings.CSRF_FAILURE_VIEW == "failsoft_django.handlers.csrf_failure"


def test_a_view_that_the_project_put_in_djangos_place_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def own(request: Any, exception: Exception) -> HttpResponse:
        return HttpResponse("mine", status=404)

    monkeypatch.setattr(urls, "handler404", own)
    handlers.install()
    assert urls.handler404 is own


def test_called_without_a_failure_the_views_are_djangos(rf: Any) -> None:
    assert b"Server Error (500)" in handlers.server_error(rf.get("/")).content
    assert b"CSRF verification failed" in handlers.csrf_failure(rf.get("/"), reason="none").content


# -- checks


def test_every_fault_of_the_settings_is_a_check_of_its_own(settings_of: Any) -> None:
    with settings_of(FAILSOFT=FAULTY):
        errors = [check for check in run_checks() if check.id == "failsoft.E001"]
    assert all(isinstance(error, Error) for error in errors)
    assert sorted(error.msg.split()[1].rstrip(":") for error in errors) == [
        "request.id_headr",
        "responses.format",
        "rollout.percent",
    ]


def test_good_settings_pass_the_checks(settings_of: Any) -> None:
    with settings_of(FAILSOFT={}, MIDDLEWARE=[FAILSOFT]):
        assert found() == []


def test_what_is_hardly_meant_is_a_warning(settings_of: Any) -> None:
    with settings_of(FAILSOFT={"policies": {"odd": {"timeout": "5s", "deadline": "1s"}}}):
        assert [id for id, _ in found()] == ["failsoft.W003"]


@pytest.mark.parametrize(
    ("middleware", "expected"),
    [
        ([], ["failsoft.W001"]),
        (["django.middleware.common.CommonMiddleware", FAILSOFT], ["failsoft.W002"]),
        ([FAILSOFT, "django.middleware.common.CommonMiddleware"], []),
        (["failsoft_django.middleware.FailsoftMiddleware"], []),
        (["opentelemetry.instrumentation.django.middleware.otel_middleware._DjangoMiddleware", FAILSOFT], []),
    ],
)
def test_the_middleware_belongs_first(settings_of: Any, middleware: list[str], expected: list[str]) -> None:
    with settings_of(MIDDLEWARE=middleware, FAILSOFT={}):
        checks = [check for check in run_checks() if str(check.id).startswith("failsoft")]
    assert [check.id for check in checks] == expected
    assert all(isinstance(check, Warning) and check.hint for check in checks)


def test_a_mark_that_names_a_policy_which_is_not_there_is_an_error(settings_of: Any) -> None:
    class Thing(View):
        @failsoft.protect(policy="patent")
        def get(self, request: Any) -> HttpResponse:
            return HttpResponse()

    conf: Any = types.ModuleType("conf")
    conf.urlpatterns = [path("shop/", include([path("x", Thing.as_view())]))]
    with settings_of(ROOT_URLCONF=conf, FAILSOFT={"policies": {"patient": PATIENT}}, MIDDLEWARE=[FAILSOFT]):
        (check,) = (check for check in run_checks() if str(check.id).startswith("failsoft"))
    assert check.id == "failsoft.E002"
    assert "'shop/x'" in check.msg
    assert "'patent'" in check.msg
    assert check.hint == "Policies in FAILSOFT: patient."


def test_the_middleware_says_that_the_application_is_missing(settings_of: Any, caplog: pytest.LogCaptureFixture) -> None:
    with settings_of(INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"], FAILSOFT={}):
        FailsoftMiddleware(ok)
    assert "INSTALLED_APPS" in caplog.text


# -- report


class Order(View):
    def get(self, request: Any) -> HttpResponse:
        return HttpResponse()

    def post(self, request: Any) -> HttpResponse:
        return HttpResponse()


@pytest.mark.parametrize("handler", [WSGIHandler, ASGIHandler, lambda: None, lambda: settings])
def test_the_report_lists_what_is_in_force(app: Any, handler: Any) -> None:
    rules = [
        {"match": "GET /quotes/{symbol}", "policy": "patient"},
        {"match": "PUT /quotes/{symbol}", "mode": "observe"},
        {"match": "GET /health", "exempt": True},
        {"match": "GET /nowhere", "policy": "patient"},
    ]
    app(
        [path("quotes/<str:symbol>", ok), path("health", ok), path("shop/", include([path("order", Order.as_view())]))],
        failsoft={"policies": {"patient": PATIENT}, "endpoints": rules},
        handlers={"handler404": ok},
    )
    found = report(handler())
    assert found is not None
    assert found.framework == "django"
    here = __name__
    assert [tuple(endpoint) for endpoint in found.endpoints] == [
        ("GET /quotes/{symbol}", "patient", "enforce", f"{here}.ok"),
        ("PUT /quotes/{symbol}", "", "observe", f"{here}.ok"),
        ("GET /health", "", "off", f"{here}.ok"),
        ("GET /shop/order", "", "enforce", f"{here}.Order"),
        ("POST /shop/order", "", "enforce", f"{here}.Order"),
    ]
    assert found.shadowed_handlers == (f"handler404: {here}.ok",)
    assert found.unmatched_endpoints == ("GET /nowhere",)


def test_there_is_no_report_on_what_is_not_django_or_has_no_failsoft(app: Any, settings_of: Any) -> None:
    app()
    assert report(object()) is None
    with settings_of(MIDDLEWARE=[]):
        assert report(WSGIHandler()) is None


# -- manage.py


def manage(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from django.core.management import execute_from_command_line as run; run(sys.argv)"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings", **environ}
    env["PYTHONPATH"] = os.pathsep.join([str(HERE), env.get("PYTHONPATH", "")])
    return subprocess.run(
        [sys.executable, "-c", code, *args], env=env, capture_output=True, text=True, timeout=60, check=False
    )


def test_manage_py_checks_the_project(tmp_path: Path) -> None:
    good = manage("failsoft", "check", "--json")
    assert good.returncode == 0, good.stderr
    keys = {endpoint["key"]: endpoint["policy"] for endpoint in json.loads(good.stdout)["app"]["endpoints"]}
    assert keys == {
        "GET /quotes/{symbol}": "inline",
        "GET /shop/order": "",
        "PUT /shop/order": "inline",
        "GET /shop/prices": "inline",
    }


def test_manage_py_reports_every_fault_and_does_not_stumble_over_the_first() -> None:
    environ = {"FAILSOFT__RESPONSES__FORMAT": "odd", "FAILSOFT__ROLLOUT__PERCENT": "120"}
    own = manage("failsoft", "check", **environ)
    assert own.returncode == 1, own.stderr
    djangos = manage("check", **environ)
    assert djangos.returncode == 1
    for text in (own.stdout, djangos.stderr):
        assert "responses.format" in text
        assert "rollout.percent" in text
    assert djangos.stderr.count("failsoft.E001") == 2


def test_a_disabled_project_is_bare(tmp_path: Path) -> None:
    script = """
        import django, json
        django.setup()
        from django.conf import settings, urls
        from django.test import Client
        from django.views import defaults
        response = Client().get("/nowhere")
        print(json.dumps([urls.handler404 is defaults.page_not_found, settings.CSRF_FAILURE_VIEW, dict(response.headers)]))
    """
    out = run(script, FAILSOFT__DISABLED="1")
    assert json.loads(out) == [True, "django.views.csrf.csrf_failure", {"Content-Type": "text/html; charset=utf-8"}]


def test_the_command_hands_on_the_settings_file(settings_of: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "failsoft.toml").write_text('service = "shop"\n')
    with settings_of(FAILSOFT=str(tmp_path / "failsoft.toml"), MIDDLEWARE=[FAILSOFT]), pytest.raises(SystemExit) as end:
        call_command("failsoft", "check")
    assert end.value.code == 0
    assert "failsoft.toml: good" in capsys.readouterr().out


@pytest.mark.parametrize("args", [["--help"], ["version"]])
def test_the_other_commands_are_there_too(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        call_command("failsoft", *args)
    assert end.value.code == 0
    assert capsys.readouterr().out


# -- error trackers and instrumentation, in processes of their own: they change Django for good


def run(script: str, **environ: str) -> str:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "project.settings", **environ}
    env["PYTHONPATH"] = os.pathsep.join([str(HERE), str(HERE.parent), env.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


PROJECT = """
import asyncio, json, sys, types
import django
django.setup()
import failsoft
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
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
@failsoft.protect(retry=failsoft.Retry(max_attempts=2, base_delay=0.0, jitter="none"))
def worse(request): raise ConnectionResetError(104, "gone")
conf = types.ModuleType("conf")
conf.urlpatterns = [path(view.__name__, view) for view in (boom, aboom, domain, flaky, worse)]
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
        for where in ("/boom", "/flaky", "/domain"):
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
    assert found["/flaky"] == [0, None, "UNSET"]
    assert found["/domain"][1:] == ["CONFLICT", "UNSET"]
    assert found["/boom"][1:] == ["INTERNAL_ERROR", "ERROR"]
    assert found["/boom"][0] >= 1


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


def test_the_middleware_costs_a_success_nothing_but_a_header(app: Any) -> None:
    app([path("ok", ok)])
    response = Client().get("/ok")
    assert set(response.headers) == {"Content-Type", "X-Request-ID"}
