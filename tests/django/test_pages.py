"""The error templates of a project's own: what a browser is shown, in place of Failsoft's page."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.csrf import csrf_protect

import failsoft

HTML, JSON = "text/html,application/xhtml+xml,*/*;q=0.8", "application/json"
TOKEN = "ghp_0123456789abcdefghijABCDEFGHIJ012345"


def templates(processors: list[str] | None = None, **named: str) -> Any:
    """TEMPLATES with these: `templates(page_404="…")`."""
    held = {f"{name.removeprefix('page_')}.html": text for name, text in named.items()}
    options = {
        "loaders": [("django.template.loaders.locmem.Loader", held)],
        "context_processors": processors or [],
    }
    return [{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": options}]


def raising(exc: Exception) -> Any:
    def view(request: Any) -> HttpResponse:
        raise exc

    return view


def araising(exc: Exception) -> Any:
    async def view(request: Any) -> HttpResponse:
        raise exc

    return view


def ask(made: Any, where: str, *, asynchronous: bool, accept: str = HTML) -> Any:
    extra = {"headers": {"Accept": accept}}
    return made.aget(where, **extra) if asynchronous else made.get(where, **extra)


def dressed(made: Any, response: Any) -> None:
    """The page has the status and the headers of an answer, and the failure was recorded once."""
    (event,) = made.handled
    assert event.status == response.status_code
    assert response.headers["X-Error-ID"] == event.failure.error_id
    assert response.headers["X-Request-ID"] == event.request_id
    assert response.headers["Cache-Control"] == "no-store"
    assert "Accept" in response.headers["Vary"]
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


PAGES: dict[str, Any] = {
    "page_400": "our 400 [{{ error_id }}]",
    "page_403": "our 403: {{ exception }} [{{ error_id }}]",
    "page_404": "our 404: {{ request_path }}: {{ exception }} [{{ error_id }}]",
    "page_500": "our 500{{ exception }} [{{ error_id }}]",
}


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("exc", "status", "text"),
    [
        (BadRequest("hunter2"), 400, "our 400"),
        (RequestDataTooBig("hunter2"), 413, "our 400"),
        (PermissionDenied("members only"), 403, "our 403: members only"),
        (Http404("no such tea"), 404, "our 404: /x: no such tea"),
        (Http404(), 404, "our 404: /x: Http404"),
        (RuntimeError("hunter2"), 500, "our 500"),
        (ConnectionRefusedError("hunter2"), 503, "our 500"),
        (failsoft.NotFoundError("hunter2"), 404, "our 404: /x: "),
    ],
)
def test_a_browser_is_shown_the_projects_page_where_django_would_show_it(
    app: Any, exc: Exception, status: int, text: str, asynchronous: bool
) -> None:
    made = app([path("x", (araising if asynchronous else raising)(exc))], TEMPLATES=templates(**PAGES))
    response = ask(made, "/x", asynchronous=asynchronous)
    assert response.status_code == status
    assert response.content.decode() == f"{text} [{response.headers['X-Error-ID']}]"
    dressed(made, response)
    assert len(made.signals) == (1 if status >= 500 else 0)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_path_that_no_route_takes_is_on_the_projects_page(app: Any, asynchronous: bool) -> None:
    made = app([], TEMPLATES=templates(**PAGES))
    response = ask(made, "/no<where>", asynchronous=asynchronous)
    assert response.content.decode() == f"our 404: /no%3Cwhere%3E: Resolver404 [{response.headers['X-Error-ID']}]"
    dressed(made, response)


@pytest.mark.parametrize("where", ["/nowhere", "/denied", "/boom"])
@pytest.mark.parametrize("accept", [JSON, "*/*", "", "application/problem+json, text/html;q=0.5"])
def test_other_clients_get_the_problem(app: Any, where: str, accept: str) -> None:
    urls = [path("denied", raising(PermissionDenied())), path("boom", raising(RuntimeError()))]
    response = ask(app(urls, TEMPLATES=templates(**PAGES)), where, asynchronous=False, accept=accept)
    assert json.loads(response.content)["status"] == response.status_code


@pytest.mark.parametrize(
    "responses", [{"format": "problem"}, {"renderer": "test_pages_renderer:body"}], ids=["problem", "renderer"]
)
def test_what_the_settings_say_of_bodies_comes_before_the_page(
    app: Any, responses: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys
    import types

    module: Any = types.ModuleType("test_pages_renderer")
    module.body = lambda problem, facts: {"code": problem.code}
    monkeypatch.setitem(sys.modules, "test_pages_renderer", module)
    made = app([], failsoft={"responses": responses}, TEMPLATES=templates(**PAGES))
    assert json.loads(ask(made, "/nowhere", asynchronous=False).content)["code"] == "NOT_FOUND"


@pytest.mark.parametrize("where", ["/nowhere", "/denied", "/boom"])
def test_without_a_template_the_page_is_ours(app: Any, where: str) -> None:
    urls = [path("denied", raising(PermissionDenied())), path("boom", raising(RuntimeError()))]
    response = ask(app(urls, TEMPLATES=templates(page_418="x")), where, asynchronous=False)
    assert b"<!DOCTYPE html>" in response.content
    assert b"<dt>" in response.content


def test_a_secret_in_the_message_that_a_template_prints_is_taken_out(app: Any) -> None:
    urls = [path("x", raising(Http404(f"token {TOKEN}"))), path("y", raising(PermissionDenied(f"token {TOKEN}")))]
    made = app(urls, TEMPLATES=templates(**PAGES))
    for where in ("/x", "/y"):
        content = ask(made, where, asynchronous=False).content.decode()
        assert TOKEN not in content
        assert "[REDACTED:" in content


def test_a_message_is_escaped_as_every_value_of_a_template(app: Any) -> None:
    made = app([path("x", raising(Http404("<script>")))], TEMPLATES=templates(**PAGES))
    assert b"<script>" not in ask(made, "/x", asynchronous=False).content


@pytest.mark.parametrize("where", ["/nowhere", "/denied", "/boom", "/bad", "/forged"])
@pytest.mark.parametrize("broken", ["{% url 'nowhere' %}", "{% nonsense %}"])
def test_a_template_that_fails_costs_nobody_the_answer(
    app: Any, where: str, broken: str, caplog: pytest.LogCaptureFixture
) -> None:
    urls = [
        path("denied", raising(PermissionDenied())),
        path("boom", raising(RuntimeError())),
        path("bad", raising(BadRequest())),
        path("forged", csrf_protect(lambda request: HttpResponse())),
    ]
    broken_pages = {f"page_{name}": broken for name in ("400", "403", "404", "500", "403_csrf")}
    made = app(urls, TEMPLATES=templates(**broken_pages))
    made.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    response = made.client.post(where, headers={"Accept": HTML})
    assert response.content.startswith(b"<!DOCTYPE html>")
    assert [e.failure.error_id for e in made.handled] == [response.headers["X-Error-ID"]]
    assert [r.levelno for r in caplog.records if r.name == "failsoft"] == [logging.ERROR]
    assert len(made.signals) == (1 if where == "/boom" else 0)


def test_a_context_processor_that_fails_costs_nobody_the_answer(app: Any) -> None:
    made = app([], TEMPLATES=templates([f"{__name__}.broken_processor"], **PAGES))
    response = ask(made, "/nowhere", asynchronous=False)
    assert (response.status_code, response.content[:15]) == (404, b"<!DOCTYPE html>")


def broken_processor(request: Any) -> dict[str, Any]:
    raise RuntimeError("the database is away")


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_context_processor_may_ask_the_database(app: Any, database: Any, asynchronous: bool) -> None:
    made = app([], TEMPLATES=templates([f"{__name__}.asking_processor"], page_404="rows: {{ rows }}"))
    assert ask(made, "/nowhere", asynchronous=asynchronous).content == b"rows: 0"


def asking_processor(request: Any) -> dict[str, Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM row")
        rows = cursor.fetchone()[0]
    # the one of this thread, which the driver of the tests does not close at the end of the request
    connection.close()
    return {"rows": rows}


def test_the_projects_page_for_forgery_is_shown_to_browsers(app: Any) -> None:
    made = app(
        [path("x", csrf_protect(lambda request: HttpResponse()))],
        TEMPLATES=templates(page_403_csrf="forged", page_403="denied"),
    )
    made.client = Client(enforce_csrf_checks=True)
    response = made.client.post("/x", headers={"Accept": HTML})
    assert response.content == b"forged"
    assert response.status_code == 403
    dressed(made, response)
    assert made.client.post("/x", headers={"Accept": JSON}).json()["status"] == 403


def test_the_page_of_a_404_is_what_middleware_sees(app: Any) -> None:
    made = app([], TEMPLATES=templates(**PAGES), middleware=["project.middleware.Shouting"])
    response = ask(made, "/nowhere", asynchronous=False)
    assert response.content.startswith(b"OUR 404")
    dressed(made, response)


@pytest.mark.parametrize(
    ("middleware", "status", "content"), [("OwnPage", 404, b"a page of the middleware's own"), ("Gone", 410, None)]
)
def test_a_middleware_may_answer_in_place_of_the_page(
    app: Any, middleware: str, status: int, content: bytes | None
) -> None:
    made = app([], TEMPLATES=templates(**PAGES), middleware=[f"project.middleware.{middleware}"])
    response = ask(made, "/nowhere", asynchronous=False)
    assert response.status_code == status
    assert b"our 404" not in response.content
    assert content is None or (response.content, made.events) == (content, [])


def test_a_path_that_lacks_its_slash_only_is_no_failure(app: Any) -> None:
    here = path("here/", lambda request: HttpResponse())
    made = app([here], TEMPLATES=templates(**PAGES), middleware=["django.middleware.common.CommonMiddleware"])
    assert ask(made, "/here", asynchronous=False).status_code == 301
    assert made.events == []


def test_a_404_further_out_than_failsoft_is_on_the_page_too(app: Any, settings_of: Any) -> None:
    made = app([path("ok", lambda request: HttpResponse())], TEMPLATES=templates(**PAGES))
    with settings_of(MIDDLEWARE=["project.middleware.RaisingLate", *made.middleware]):
        assert ask(made, "/ok", asynchronous=False).content.startswith(b"our 404")
    assert len(made.handled) == 1


@pytest.mark.parametrize("where", ["/nowhere", "/denied"])
def test_head_gets_the_headers_of_the_page_only(app: Any, where: str) -> None:
    made = app([path("denied", raising(PermissionDenied()))], TEMPLATES=templates(**PAGES))
    length = len(ask(made, where, asynchronous=False).content)
    response = made.client.head(where, headers={"Accept": HTML})
    assert response.content == b""
    assert response.headers["Content-Length"] == str(length)


def test_headers_of_the_answer_are_on_the_page(app: Any) -> None:
    exc = failsoft.AuthorizationError("x", headers=[("WWW-Authenticate", "Basic")], retry_after=7)
    made = app([path("x", raising(exc))], TEMPLATES=templates(**PAGES))
    response = ask(made, "/x", asynchronous=False)
    assert response.content.startswith(b"our 403")
    assert (response.headers["WWW-Authenticate"], response.headers["Retry-After"]) == ("Basic", "7")


def test_what_a_policy_turned_away_is_on_our_page_which_says_when_to_come_back(app: Any) -> None:
    made = app([path("x", raising(failsoft.CircuitOpenError(name="x", retry_after=3)))], TEMPLATES=templates(**PAGES))
    assert ask(made, "/x", asynchronous=False).content.startswith(b"<!DOCTYPE html>")


def test_without_reraising_a_bug_is_on_the_page_all_the_same(app: Any) -> None:
    made = app(
        [path("x", raising(RuntimeError()))],
        failsoft={"responses": {"reraise": "never"}},
        TEMPLATES=templates(**PAGES),
    )
    assert ask(made, "/x", asynchronous=False).content.startswith(b"our 500")
    assert len(made.handled) == 1


def test_a_handler_of_the_projects_own_wins_over_its_template(app: Any) -> None:
    own = {"handler404": lambda request, exception: HttpResponse("mine", status=404)}
    made = app([], TEMPLATES=templates(**PAGES), handlers=own)
    assert ask(made, "/nowhere", asynchronous=False).content == b"mine"


def test_a_template_that_is_not_there_is_looked_for_once(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.template import loader

    asked: list[str] = []
    found = loader.get_template

    def asking(name: str, using: Any = None) -> Any:
        asked.append(name)
        return found(name, using)

    monkeypatch.setattr(loader, "get_template", asking)
    made = app([path("x", raising(RuntimeError()))], TEMPLATES=templates(page_418="x"))
    for where in ("/nowhere", "/x") * 3:
        ask(made, where, asynchronous=False)
    assert sorted(asked) == ["404.html", "500.html"]


@pytest.mark.parametrize("where", ["/nowhere", "/boom"])
def test_debug_pages_come_before_the_projects(app: Any, where: str) -> None:
    made = app([path("boom", raising(RuntimeError()))], TEMPLATES=templates(**PAGES), DEBUG=True)
    assert b"DEBUG = True" in ask(made, where, asynchronous=False).content
