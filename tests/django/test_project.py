"""Failsoft as part of a project: settings, system checks, `manage.py`, reports."""

from __future__ import annotations

import json
import types
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings, urls
from django.core import checks
from django.core.checks import run_checks
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.http import HttpResponse
from django.urls import include, path
from django.views import View
from project.driver import FAILSOFT, PATIENT
from project.processes import manage, run

import failsoft
from failsoft_django import FailsoftMiddleware, get_failsoft, handlers
from failsoft_django.inspect import report

FAULTY = {"responses": {"format": "odd"}, "request": {"id_headr": "X"}, "rollout": {"percent": 120}}


def ok(request: Any, **_: Any) -> HttpResponse:
    return HttpResponse("ok")


def found(*tags: str) -> list[tuple[str, str]]:
    return [
        (check.id, check.msg) for check in run_checks(tags=list(tags) or None) if str(check.id).startswith("failsoft")
    ]


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
    assert all(isinstance(error, checks.Error) for error in errors)
    assert sorted(error.msg.split()[1].rstrip(":") for error in errors) == [
        "request.id_headr",
        "responses.format",
        "rollout.percent",
    ]


def test_good_settings_pass_the_checks(settings_of: Any) -> None:
    with settings_of(FAILSOFT={}, MIDDLEWARE=[FAILSOFT]):
        assert found() == []


def test_what_is_hardly_meant_is_a_warning(settings_of: Any) -> None:
    with settings_of(FAILSOFT={"policies": {"odd": {"timeout": "1s", "deadline": "2s", "retry": 3}}}):
        assert [name for name, _ in found()] == ["failsoft.W003"]


def test_a_store_of_the_audit_trail_that_is_away_is_a_warning(settings_of: Any, tmp_path: Path) -> None:
    audit = {"url": "postgresql://shop@127.0.0.1:1/audit", "encryption": "off", "journal": str(tmp_path / "journal")}
    with settings_of(FAILSOFT={"audit": audit}):
        assert [name for name, _ in found()] == ["failsoft.W004"]


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
        said = [check for check in run_checks() if str(check.id).startswith("failsoft")]
    assert [check.id for check in said] == expected
    assert all(isinstance(check, checks.Warning) and check.hint for check in said)


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


def test_a_mark_that_names_a_policy_which_is_not_there_is_logged_at_the_first_request(
    app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    made = app([path("x", failsoft.protect(policy="patent")(lambda request: HttpResponse())), path("fine", ok)])
    for _ in range(2):
        assert made.get("/fine").status_code == 200
    said = [r.getMessage() for r in caplog.records if (r.name, r.levelname) == ("failsoft", "ERROR")]
    assert said == ["the view of 'x' is protected by the policy 'patent', which is not there"]
    assert made.get("/x").status_code == 500


def test_the_middleware_says_that_the_application_is_missing(
    settings_of: Any, caplog: pytest.LogCaptureFixture
) -> None:
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
        bare = urls.handler404 is defaults.page_not_found
        print(json.dumps([bare, settings.CSRF_FAILURE_VIEW, dict(response.headers)]))
    """
    out = run(script, FAILSOFT__DISABLED="1")
    assert json.loads(out) == [True, "django.views.csrf.csrf_failure", {"Content-Type": "text/html; charset=utf-8"}]


def test_the_command_hands_on_the_settings_file(
    settings_of: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
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
