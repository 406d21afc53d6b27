"""Every place in Django where an error can come from, and who hears of it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import path
from django.views import View
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_GET

import failsoft

SECRET = "hunter2"


def boom(request: Any) -> HttpResponse:
    raise RuntimeError(SECRET)


async def aboom(request: Any) -> HttpResponse:
    raise RuntimeError(SECRET)


def raising(exc: Exception) -> Any:
    def view(request: Any) -> HttpResponse:
        raise exc

    return view


def araising(exc: Exception) -> Any:
    async def view(request: Any) -> HttpResponse:
        raise exc

    return view


def bad_template(request: Any) -> TemplateResponse:
    class Bomb:
        def explode(self) -> str:
            raise RuntimeError(SECRET)

    return TemplateResponse(request, "bad.html", {"word": Bomb()})


def reads_body(request: Any) -> HttpResponse:
    return HttpResponse(request.body)


class OnlyGet(View):
    def get(self, request: Any) -> HttpResponse:
        return HttpResponse("got")


URLS = [
    path("boom", boom),
    path("aboom", aboom),
    path("template", bad_template),
    path("body", reads_body),
    path("getonly", require_GET(reads_body)),
    path("class", OnlyGet.as_view()),
    path("csrf", csrf_protect(reads_body)),
    path("ok", reads_body),
]
ROUTES = [
    ("wsgi", "/boom"),
    ("wsgi", "/aboom"),
    ("asgi", "/boom"),
    ("asgi", "/aboom"),
    ("wsgi", "/template"),
    ("asgi", "/template"),
]


def problem(response: Any) -> dict[str, Any]:
    assert response.headers["Content-Type"] == "application/problem+json", response.content
    found: dict[str, Any] = json.loads(response.content)
    assert found["status"] == response.status_code
    assert found["error_id"] == response.headers["X-Error-ID"]
    assert found["request_id"] == response.headers["X-Request-ID"]
    assert SECRET not in response.content.decode() + str(response.headers)
    return found


@pytest.mark.parametrize(("mode", "where"), ROUTES)
def test_an_unexpected_error_is_answered_signalled_logged_and_recorded_once(
    app: Any, logs: Any, mode: str, where: str
) -> None:
    made = app(URLS)
    response = made.get(where) if mode == "wsgi" else made.aget(where)
    assert problem(response)["code"] == "INTERNAL_ERROR"
    assert [str(exc) for exc in made.signals] == [SECRET]
    requests = [record for record in logs if record.name == "django.request"]
    assert [(record.levelname, bool(record.exc_info)) for record in requests] == [("ERROR", True)]
    (event,) = made.handled
    assert (event.result, event.status, event.source, event.endpoint) == ("unhandled", 500, "django", f"GET {where}")
    assert event.failure.error_id == response.headers["X-Error-ID"]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_an_error_in_an_inner_middleware_is_answered_signalled_and_recorded_once(
    app: Any, logs: Any, asynchronous: bool
) -> None:
    made = app(URLS, middleware=["project.middleware.Stamping", "project.middleware.Raising"])
    response = made.aget("/ok", headers={"X-Raise": "error"}) if asynchronous else made.get("/ok", HTTP_X_RAISE="error")
    problem(response)
    assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert len(made.signals) == 1
    assert len([r for r in logs if r.name == "django.request"]) == 1
    assert [event.endpoint for event in made.handled] == ["__unmatched__"]


@pytest.mark.parametrize(
    ("name", "status", "code"), [("404", 404, "NOT_FOUND"), ("403", 403, None), ("domain", 409, "CONFLICT")]
)
def test_an_answer_raised_by_an_inner_middleware_keeps_its_status(
    app: Any, name: str, status: int, code: str | None
) -> None:
    made = app(URLS, middleware=["project.middleware.Raising"])
    found = problem(made.get("/ok", HTTP_X_RAISE=name))
    assert found["status"] == status
    assert code is None or found["code"] == code
    assert len(made.handled) == 1


def test_a_path_that_no_route_takes_is_a_problem_under_one_key(app: Any, logs: Any) -> None:
    made = app(URLS)
    for where in ("/nowhere", "/no/where", "/n\u00f6where"):
        assert problem(made.get(where))["code"] == "NOT_FOUND"
    assert {event.endpoint for event in made.handled} == {"__unmatched__"}
    assert made.signals == []
    assert [(r.name, r.levelname) for r in logs] == [("django.request", "WARNING")] * 3


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_path_that_lacks_its_slash_only_is_redirected_and_no_failure(app: Any, asynchronous: bool) -> None:
    made = app([path("here/", reads_body)], middleware=["django.middleware.common.CommonMiddleware"])
    response = made.aget("/here") if asynchronous else made.get("/here")
    assert (response.status_code, response.headers["Location"]) == (301, "/here/")
    assert made.events == []
    assert "X-Error-ID" not in response.headers
    assert problem(made.get("/nowhere"))["status"] == 404


def test_a_middleware_may_answer_in_place_of_a_404(app: Any) -> None:
    made = app(URLS, middleware=["project.middleware.OwnPage"])
    response = made.get("/nowhere")
    assert (response.status_code, response.content) == (404, b"a page of the middleware's own")
    assert made.events == []


def test_another_status_that_a_middleware_puts_in_the_place_of_a_404_stays(app: Any) -> None:
    made = app(URLS, middleware=["project.middleware.Gone"])
    assert problem(made.get("/nowhere"))["status"] == 410


def test_a_404_further_out_than_failsoft_is_answered_all_the_same(app: Any, settings_of: Any) -> None:
    made = app(URLS)
    with settings_of(MIDDLEWARE=["project.middleware.RaisingLate", *made.middleware]):
        assert problem(made.get("/ok"))["code"] == "NOT_FOUND"
    assert len(made.handled) == 1


@pytest.mark.parametrize(
    ("exc", "status", "logger"),
    [
        (Http404("no hunter2"), 404, "django.request"),
        (PermissionDenied("not you, hunter2"), 403, "django.request"),
        (BadRequest("hunter2"), 400, "django.request"),
        (SuspiciousOperation("hunter2"), 400, "django.security.SuspiciousOperation"),
        (RequestDataTooBig("hunter2"), 413, "django.security.RequestDataTooBig"),
    ],
)
@pytest.mark.parametrize("asynchronous", [False, True])
def test_djangos_own_exceptions_keep_their_status_and_their_log(
    app: Any, logs: Any, exc: Exception, status: int, logger: str, asynchronous: bool
) -> None:
    made = app([path("x", araising(exc) if asynchronous else raising(exc))])
    assert problem(made.aget("/x") if asynchronous else made.get("/x"))["status"] == status
    assert made.signals == []
    assert [record.name for record in logs] == [logger]
    assert [(event.result, event.endpoint) for event in made.handled] == [("handled", "GET /x")]


def test_a_body_over_djangos_limit_is_too_large_rather_than_bad(app: Any) -> None:
    made = app(URLS, DATA_UPLOAD_MAX_MEMORY_SIZE=50)
    response = made.client.post("/body", b"x" * 100, content_type="text/plain")
    assert problem(response)["status"] == 413


def test_a_host_that_is_not_allowed_is_a_bad_request(app: Any, logs: Any) -> None:
    made = app(URLS, middleware=["django.middleware.common.CommonMiddleware"])
    assert problem(made.get("/boom", HTTP_HOST="evil.example"))["status"] == 400
    assert [record.name for record in logs] == ["django.security.DisallowedHost"]


@pytest.mark.parametrize(("where", "allow"), [("/getonly", "GET"), ("/class", "GET, HEAD, OPTIONS")])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_method_that_is_not_allowed_is_a_problem_that_says_which_are(
    app: Any, logs: Any, where: str, allow: str, asynchronous: bool
) -> None:
    made = app(URLS, middleware=["project.middleware.Stamping"])
    response = made.aget(where, method="post") if asynchronous else made.client.post(where)
    assert problem(response)["code"] == "METHOD_NOT_ALLOWED"
    assert response.headers["Allow"] == allow
    assert response.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Origin" in response.headers["Vary"]
    assert "Accept" in response.headers["Vary"]
    assert response.headers["Content-Length"] == str(len(response.content))
    assert [record.getMessage().split(":")[0] for record in logs] == ["Method Not Allowed (POST)"]
    assert len(made.handled) == 1


@pytest.mark.parametrize("status", [401, 409, 429, 503])
def test_an_answer_without_a_body_gets_one_and_keeps_its_headers(app: Any, status: int) -> None:
    def view(request: Any) -> HttpResponse:
        return HttpResponse(
            status=status, headers={"Retry-After": "30", "WWW-Authenticate": 'Basic realm="x"', "X-Own": "1"}
        )

    made = app([path("x", view)])
    response = made.get("/x")
    assert problem(response)["status"] == status
    assert response.headers["Retry-After"] == "30"
    assert response.headers["WWW-Authenticate"] == 'Basic realm="x"'
    assert response.headers["X-Own"] == "1"
    assert made.signals == []


@pytest.mark.parametrize("status", [400, 404, 405, 418, 500, 503])
def test_a_body_that_the_application_wrote_is_never_rewritten(app: Any, status: int) -> None:
    def view(request: Any) -> HttpResponse:
        return JsonResponse({"mine": True}, status=status)

    made = app([path("x", view)])
    response = made.get("/x")
    assert (response.status_code, response.json()) == (status, {"mine": True})
    assert "X-Error-ID" not in response.headers
    assert response.headers["X-Request-ID"]
    assert made.events == []


def test_a_method_not_allowed_with_a_body_of_its_own_keeps_it(app: Any) -> None:
    made = app([path("x", lambda request: HttpResponseNotAllowed(["PUT"], "only PUT here"))])
    assert made.get("/x").content == b"only PUT here"


def test_a_request_that_fails_the_forgery_check_is_a_problem(app: Any, logs: Any) -> None:
    made = app(URLS)
    made.client = Client(enforce_csrf_checks=True)
    response = made.client.post("/csrf")
    assert problem(response)["status"] == 403
    assert [record.name for record in logs] == ["django.security.csrf"]
    assert len(made.handled) == 1


def test_a_project_has_its_own_answer_to_forgery(app: Any) -> None:
    made = app(URLS, CSRF_FAILURE_VIEW="test_sources_views.own_csrf")
    import sys
    import types

    module: Any = types.ModuleType("test_sources_views")
    module.own_csrf = lambda request, reason="": HttpResponse("mine", status=403)
    sys.modules["test_sources_views"] = module
    made.client = Client(enforce_csrf_checks=True)
    assert made.client.post("/csrf").content == b"mine"
    del sys.modules["test_sources_views"]


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_domain_error_is_an_answer_and_no_error_of_ours(app: Any, logs: Any, asynchronous: bool) -> None:
    exc = failsoft.ConflictError("internal hunter2", user_message="The slot was taken.")
    made = app([path("x", araising(exc) if asynchronous else raising(exc))])
    response = made.aget("/x") if asynchronous else made.get("/x")
    assert problem(response)["detail"] == "The slot was taken."
    assert made.signals == []
    assert [(r.levelname, r.getMessage(), r.exc_info) for r in logs] == [("WARNING", "Conflict: /x", None)]
    assert [event.result for event in made.handled] == ["handled"]


def test_a_rejection_of_ours_alarms_nobody(app: Any, logs: Any) -> None:
    made = app([path("x", raising(failsoft.CircuitOpenError(name="x", retry_after=3)))])
    response = made.get("/x")
    assert problem(response)["code"] == "CIRCUIT_BREAKER_ERROR"
    assert int(response.headers["Retry-After"]) >= 3
    assert made.signals == []
    assert [(r.levelname, r.getMessage()) for r in logs] == [("WARNING", "Service Unavailable: /x")]


def test_a_projects_own_handlers_win_and_what_was_unexpected_is_recorded(app: Any) -> None:
    handlers = {
        "handler404": lambda request, exception: HttpResponse("my 404", status=404),
        "handler500": lambda request: HttpResponse("my 500", status=500),
    }
    made = app(URLS, handlers=handlers)
    missing, broken = made.get("/nowhere"), made.get("/boom")
    assert (missing.content, broken.content) == (b"my 404", b"my 500")
    assert len(made.signals) == 1
    (event,) = made.handled
    assert broken.headers["X-Error-ID"] == event.failure.error_id
    assert "X-Error-ID" not in missing.headers


def test_an_error_in_a_middleware_is_recorded_though_the_projects_own_handler_answers(app: Any) -> None:
    own = {"handler500": lambda request: HttpResponse("my 500", status=500)}
    made = app(URLS, handlers=own, middleware=["project.middleware.Raising"])
    response = made.get("/ok", HTTP_X_RAISE="error")
    assert response.content == b"my 500"
    assert [event.failure.error_id for event in made.handled] == [response.headers["X-Error-ID"]]


def test_a_handler_of_the_projects_that_fails_is_an_error_like_any_other(app: Any) -> None:
    def broken(request: Any, exception: Exception) -> HttpResponse:
        raise RuntimeError(SECRET)

    made = app(URLS, handlers={"handler404": broken})
    assert problem(made.get("/nowhere"))["status"] == 500
    assert len(made.signals) == 1


def test_a_process_exception_of_the_projects_wins(app: Any) -> None:
    made = app([path("x", raising(KeyError("hunter2")))], middleware=["project.middleware.Recovering"])
    response = made.get("/x")
    assert (response.status_code, response.content) == (418, b"the project's own")
    assert made.events == []


def test_several_challenges_are_one_header(app: Any) -> None:
    exc = failsoft.AuthenticationError("who", headers=[("WWW-Authenticate", "Basic"), ("WWW-Authenticate", "Bearer")])
    response = app([path("x", raising(exc))]).get("/x")
    assert response.headers["WWW-Authenticate"] == "Basic, Bearer"


def test_head_gets_headers_only(app: Any) -> None:
    made = app([path("x", raising(failsoft.ConflictError("twice")))])
    for where, status in (("/nowhere", 404), ("/x", 409)):
        response = made.client.head(where)
        assert (response.status_code, response.content) == (status, b"")
        assert int(response.headers["Content-Length"]) > 0
        assert response.headers["X-Error-ID"] == made.handled[-1].failure.error_id
    assert len(made.handled) == 2


def test_the_test_client_still_raises_what_was_unexpected(app: Any) -> None:
    app(URLS)
    with pytest.raises(RuntimeError, match=SECRET):
        Client().get("/boom")
    assert Client().get("/nowhere").status_code == 404


def test_errors_propagate_where_django_is_told_to(app: Any) -> None:
    made = app(URLS, DEBUG_PROPAGATE_EXCEPTIONS=True)
    with pytest.raises(RuntimeError, match=SECRET):
        made.get("/boom")
    assert len(made.handled) == 1


def test_without_reraising_an_error_is_answered_and_logged_but_not_signalled(app: Any, logs: Any) -> None:
    made = app(URLS, failsoft={"responses": {"reraise": "never"}})
    assert problem(made.get("/boom"))["status"] == 500
    assert made.signals == []
    assert [(r.levelname, bool(r.exc_info)) for r in logs] == [("ERROR", True)]


def test_a_cancelled_view_is_no_failure(app: Any) -> None:
    async def view(request: Any) -> HttpResponse:
        raise asyncio.CancelledError

    made = app([path("x", view)])
    with pytest.raises(asyncio.CancelledError):
        made.aget("/x")
    assert made.events == []
