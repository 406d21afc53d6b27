"""What stays as it was: ids on success, the modes, formats that keep Django's bodies, debug pages."""

from __future__ import annotations

import gc
import re
import weakref
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction
from django.core.exceptions import MiddlewareNotUsed, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_protect

import failsoft
from failsoft.current import current_call
from failsoft_django import FailsoftMiddleware

JSON, HTML = "application/json", "text/html,application/xhtml+xml,*/*;q=0.8"


def ok(request: Any) -> HttpResponse:
    return HttpResponse("ok")


async def aok(request: Any) -> HttpResponse:
    return HttpResponse("ok")


def boom(request: Any) -> HttpResponse:
    raise RuntimeError("hunter2")


async def aboom(request: Any) -> HttpResponse:
    raise RuntimeError("hunter2")


def missing(request: Any) -> HttpResponse:
    raise Http404("hunter2")


def conflict(request: Any) -> HttpResponse:
    raise failsoft.ConflictError("hunter2")


def suspicious(request: Any) -> HttpResponse:
    raise SuspiciousOperation("hunter2")


def denied(request: Any) -> HttpResponse:
    raise PermissionDenied("hunter2")


def empty(request: Any) -> HttpResponse:
    return HttpResponse(status=405)


URLS = [
    path("ok", ok),
    path("aok", aok),
    path("boom", boom),
    path("aboom", aboom),
    path("missing", missing),
    path("conflict", conflict),
    path("suspicious", suspicious),
    path("denied", denied),
    path("empty", empty),
]


def headers(response: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


# -- success


@pytest.mark.parametrize("where", ["/ok", "/aok"])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_success_is_unchanged_but_for_the_request_id(app: Any, where: str, asynchronous: bool) -> None:
    made = app(URLS)
    response = made.aget(where) if asynchronous else made.get(where)
    assert (response.status_code, response.content) == (200, b"ok")
    assert set(headers(response)) == {"content-type", "x-request-id"}
    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"])
    assert made.events == []


def test_a_well_formed_id_of_the_caller_is_kept(app: Any) -> None:
    made = app(URLS)
    assert made.get("/ok", HTTP_X_REQUEST_ID="abc-1").headers["X-Request-ID"] == "abc-1"
    assert made.aget("/ok", headers={"X-Request-ID": "abc-1"}).headers["X-Request-ID"] == "abc-1"
    assert made.get("/boom", HTTP_X_REQUEST_ID="abc-1").json()["request_id"] == "abc-1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "<script>", "a\nb"])
def test_any_other_id_is_replaced(app: Any, given: str) -> None:
    response = app(URLS).get("/ok", HTTP_X_REQUEST_ID=given)
    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"])


def test_the_id_of_a_caller_who_is_not_trusted_is_replaced_under_another_name(app: Any) -> None:
    made = app(URLS, failsoft={"request": {"id_header": "X-Trace", "trust_id": False}})
    response = made.get("/ok", HTTP_X_TRACE="abc")
    assert response.headers["X-Trace"] != "abc"
    assert "X-Request-ID" not in response.headers


def test_an_id_that_the_application_sets_stays(app: Any) -> None:
    made = app([path("x", lambda request: HttpResponse("ok", headers={"X-Request-ID": "mine"}))])
    assert made.get("/x").headers["X-Request-ID"] == "mine"


@pytest.mark.parametrize("asynchronous", [False, True])
def test_the_call_is_known_inside_of_a_view_and_nowhere_after(app: Any, asynchronous: bool) -> None:
    seen: list[Any] = []

    def view(request: Any) -> HttpResponse:
        seen.append(current_call.get())
        return HttpResponse("ok")

    made = app([path("x", view)])
    response = made.aget("/x") if asynchronous else made.get("/x")
    assert seen[0].owner is made.fs
    assert seen[0].request_id == response.headers["X-Request-ID"]
    assert current_call.get() is None


def test_the_middleware_runs_in_both_modes(app: Any) -> None:
    app(URLS)

    async def get_response(request: Any) -> HttpResponse:
        return HttpResponse("ok")

    assert FailsoftMiddleware.sync_capable
    assert FailsoftMiddleware.async_capable
    assert iscoroutinefunction(FailsoftMiddleware(get_response))
    assert not iscoroutinefunction(FailsoftMiddleware(ok))


def test_a_middleware_that_knows_no_event_loop_does_no_harm(app: Any) -> None:
    made = app(URLS, middleware=["project.middleware.SyncOnly"])
    assert made.aget("/aok").content == b"ok"
    assert made.aget("/aboom").json()["status"] == 500
    assert len(made.handled) == 1


def test_named_twice_it_acts_once(app: Any) -> None:
    from project.middleware import Watching

    Watching.calls.clear()
    twice = ["project.middleware.Watching", "failsoft_django.FailsoftMiddleware", "project.middleware.Watching"]
    made = app(URLS, middleware=twice)
    assert made.get("/boom").json()["status"] == 500
    assert len(made.handled) == 1
    outer, inner = Watching.calls
    assert outer is inner


@pytest.mark.parametrize("where", ["/ok", "/conflict", "/boom"])
def test_a_request_is_gone_without_the_garbage_collector(app: Any, where: str) -> None:
    made = app(URLS)
    middleware = FailsoftMiddleware(lambda request: answer(request))

    def answer(request: Any) -> HttpResponse:
        try:
            return {"/ok": ok, "/conflict": conflict, "/boom": boom}[where](request)
        except Exception as error:
            return middleware.process_exception(request, error) or HttpResponse(status=500)

    request = RequestFactory().get(where)
    gone = weakref.ref(request)
    gc.collect()
    gc.disable()
    try:
        response = middleware(request)
        del request
        assert gone() is None
    finally:
        gc.enable()
    assert response.headers["X-Request-ID"]
    assert made.fs is middleware.fs


# -- modes


@pytest.mark.parametrize("where", ["/boom", "/aboom", "/missing", "/conflict", "/nowhere", "/empty", "/denied"])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_observed_project_answers_as_without_us_but_for_the_request_id(
    app: Any, where: str, asynchronous: bool
) -> None:
    def ask(made: Any) -> Any:
        return made.aget(where) if asynchronous else made.get(where)

    bare = app(URLS)
    bare.fs.bypass()
    before, signals = ask(bare), len(bare.signals)
    observed = app(URLS, failsoft={"rollout": {"mode": "observe"}})
    after = ask(observed)
    assert (after.status_code, after.content) == (before.status_code, before.content)
    assert headers(after).keys() - headers(before).keys() == {"x-request-id"}
    assert len(observed.signals) == signals
    assert bare.kinds() == ["BypassChanged"]
    assert observed.kinds() == ["WouldAnswer", "ErrorHandled"]


@pytest.mark.parametrize("where", ["/boom", "/missing", "/conflict", "/nowhere", "/empty"])
def test_keeping_djangos_bodies_adds_the_ids_only(app: Any, where: str) -> None:
    bare = app(URLS)
    bare.fs.bypass()
    before = bare.get(where)
    kept = app(URLS, failsoft={"responses": {"format": "keep"}})
    after = kept.get(where)
    assert (after.status_code, after.content) == (before.status_code, before.content)
    assert headers(after).keys() - headers(before).keys() == {"x-request-id", "x-error-id"}
    (event,) = kept.handled
    assert after.headers["X-Error-ID"] == event.failure.error_id


def test_replacing_the_unexpected_only_leaves_the_applications_own_answers(app: Any) -> None:
    made = app(URLS, failsoft={"responses": {"replace": "unexpected"}})
    assert b"Not Found" in made.get("/missing").content
    assert made.get("/empty").content == b""
    assert made.get("/boom").json()["status"] == 500


def test_a_bypassed_instance_does_nothing_until_it_is_restored(app: Any) -> None:
    made = app(URLS)
    with made.fs.bypass():
        response = made.get("/boom")
        assert b"Server Error (500)" in response.content
        assert "X-Request-ID" not in response.headers
        assert b"Not Found" in made.get("/nowhere").content
    assert made.get("/boom").json()["status"] == 500


def test_a_mode_of_off_does_nothing(app: Any) -> None:
    made = app(URLS, failsoft={"rollout": {"mode": "off"}})
    assert b"Server Error (500)" in made.get("/boom").content
    assert made.events == []


def test_an_exempt_endpoint_is_djangos_alone(app: Any) -> None:
    rules = [{"match": "GET /boom", "exempt": True}, {"match": "GET /empty", "exempt": True}]
    made = app(URLS, failsoft={"endpoints": rules})
    response = made.get("/boom")
    assert b"Server Error (500)" in response.content
    assert "X-Error-ID" not in response.headers
    assert made.get("/empty").content == b""
    assert made.events == []
    assert len(made.signals) == 1


def test_an_endpoint_may_be_observed_alone(app: Any) -> None:
    made = app(URLS, failsoft={"endpoints": [{"match": "GET /boom", "mode": "observe"}]})
    response = made.get("/boom")
    assert b"Server Error (500)" in response.content
    assert "X-Error-ID" not in response.headers
    assert made.kinds() == ["WouldAnswer", "ErrorHandled"]


def test_switched_off_by_the_environment_the_middleware_steps_out(
    app: Any, monkeypatch: pytest.MonkeyPatch, settings_of: Any
) -> None:
    monkeypatch.setenv("FAILSOFT__DISABLED", "1")
    with settings_of(FAILSOFT={}), pytest.raises(MiddlewareNotUsed):
        FailsoftMiddleware(ok)


# -- debug


@pytest.mark.parametrize("where", ["/boom", "/missing", "/nowhere", "/suspicious"])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_debug_pages_stay_for_clients_that_accept_html(app: Any, where: str, asynchronous: bool) -> None:
    made = app(URLS, DEBUG=True)
    extra = {"headers": {"Accept": HTML}}
    response = made.aget(where, **extra) if asynchronous else made.get(where, **extra)
    assert b"DEBUG = True" in response.content
    assert response.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("where", "status"), [("/boom", 500), ("/missing", 404), ("/nowhere", 404), ("/suspicious", 400), ("/aboom", 500)]
)
@pytest.mark.parametrize("asynchronous", [False, True])
def test_in_debug_mode_other_clients_get_the_problem(app: Any, where: str, status: int, asynchronous: bool) -> None:
    made = app(URLS, DEBUG=True, middleware=["project.middleware.Stamping"])
    extra = {"headers": {"Accept": JSON}}
    response = made.aget(where, **extra) if asynchronous else made.get(where, **extra)
    assert response.json()["status"] == response.status_code == status
    assert "hunter2" not in response.content.decode()
    assert response.headers["Access-Control-Allow-Origin"]
    assert len(made.signals) == (1 if status == 500 else 0)
    assert len(made.handled) == 1


def test_in_debug_mode_an_error_is_recorded_and_its_page_carries_its_id(app: Any) -> None:
    made = app(URLS, DEBUG=True)
    response = made.get("/boom", headers={"Accept": HTML})
    (event,) = made.handled
    assert response.headers["X-Error-ID"] == event.failure.error_id


def test_in_debug_mode_the_page_that_explains_forgery_stays(app: Any) -> None:
    made = app([path("x", csrf_protect(ok))], DEBUG=True)
    made.client = Client(enforce_csrf_checks=True)
    assert b"CSRF verification failed" in made.client.post("/x", headers={"Accept": HTML}).content
    assert made.client.post("/x", headers={"Accept": JSON}).json()["status"] == 403


@pytest.mark.parametrize("where", ["/boom", "/missing", "/nowhere"])
def test_problems_always_means_in_debug_mode_too(app: Any, where: str) -> None:
    made = app(URLS, DEBUG=True, failsoft={"responses": {"format": "problem"}})
    assert made.get(where, headers={"Accept": HTML}).json()["code"]


def test_in_debug_mode_what_answers_on_purpose_is_answered(app: Any) -> None:
    made = app(URLS, DEBUG=True)
    assert made.get("/conflict").json()["status"] == 409


def test_a_page_of_the_applications_own_stays_in_debug_mode(app: Any) -> None:
    made = app([path("x", lambda request: HttpResponse("mine", status=404))], DEBUG=True)
    assert made.get("/x", headers={"Accept": JSON}).content == b"mine"


def test_failures_of_a_critical_endpoint_are_a_step_more_severe(app: Any) -> None:
    rules = [{"match": "GET /boom", "critical": True}]
    made = app(URLS, failsoft={"endpoints": rules})
    assert made.get("/boom").status_code == 500
    made.aget("/boom")
    assert [event.failure.severity for event in made.handled] == ["critical", "critical"]
    plain = app(URLS)
    plain.get("/boom")
    assert [event.failure.severity for event in plain.handled] == ["high"]
