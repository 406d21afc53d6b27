"""Rate limits on views: what the answers say, and who is counted."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse, JsonResponse
from django.urls import path
from django.utils.functional import SimpleLazyObject
from project.flaky import MODES, ask

import failsoft
from failsoft import RateLimit
from failsoft.events import CallRejected, WouldReject

POLICY = '"endpoint";q=2;w=60'


def view(request: Any) -> HttpResponse:
    return JsonResponse({"ok": True})


async def aview(request: Any) -> HttpResponse:
    return view(request)


def limited(app: Any, view: Any = view, settings: Any = None, middleware: Any = None, **limit: Any) -> Any:
    """A project with one limited view."""

    def copy(request: Any) -> Any:
        return view(request)

    marked = failsoft.protect(rate_limit=RateLimit(**{"rate": "2/minute", **limit}))(copy)
    return app([path("x", marked), path("free", view)], failsoft=settings, middleware=middleware)


def said(response: Any) -> tuple[str | None, ...]:
    return tuple(response.headers.get(name) for name in ("RateLimit-Policy", "RateLimit", "Retry-After"))


@MODES
@pytest.mark.parametrize("kind", [view, aview])
def test_every_answer_says_what_is_left(app: Any, mode: str, kind: Any) -> None:
    made = app([path("x", kind)], failsoft=by_settings())
    responses = [ask(made, mode) for _ in range(3)]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert [said(response) for response in responses] == [
        (POLICY, '"endpoint";r=1;t=30', None),
        (POLICY, '"endpoint";r=0;t=30', None),
        (POLICY, '"endpoint";r=0;t=30', "30"),
    ]
    assert responses[2].json()["code"] == "RATE_LIMIT_ERROR"
    assert made.kinds() == ["CallRejected", "ErrorHandled"]
    assert [(event.status, event.result) for event in made.handled] == [(429, "handled")]
    assert made.signals == []


def by_settings(rate: str = "2/minute", **more: Any) -> dict[str, Any]:
    return {"policies": {"p": {"rate_limit": rate}}, "endpoints": [{"match": "* /x", "policy": "p"}], **more}


def test_head_is_counted_with_get(app: Any) -> None:
    made = app([path("x", view)], failsoft=by_settings())
    responses = [getattr(made.client, method)("/x") for method in ("get", "head", "head")]
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert said(responses[2])[1:] == ('"endpoint";r=0;t=30', "30")


def test_what_has_no_limit_says_nothing(app: Any) -> None:
    made = limited(app)
    assert said(made.get("/free")) == said(made.get("/nowhere")) == (None, None, None)


def test_a_failure_of_the_view_says_it(app: Any) -> None:
    def broken(request: Any) -> HttpResponse:
        raise RuntimeError("oops")

    response = limited(app, broken).get("/x")
    assert (response.status_code, said(response)) == (500, (POLICY, '"endpoint";r=1;t=30', None))


def test_headers_of_the_application_win(app: Any) -> None:
    response = limited(app, lambda request: HttpResponse(headers={"RateLimit": '"mine";r=5;t=1'})).get("/x")
    assert said(response) == (POLICY, '"mine";r=5;t=1', None)


def test_in_mode_observe_nobody_notices(app: Any) -> None:
    made = limited(app, settings={"rollout": {"mode": "observe"}}, rate="1/minute")
    responses = [made.get("/x") for _ in range(3)]
    assert [(response.status_code, said(response)) for response in responses] == [(200, (None, None, None))] * 3
    assert [type(event) for event in made.events] == [WouldReject] * 2


@pytest.mark.parametrize("responses", [{"format": "keep"}, {"replace": "unexpected"}])
def test_a_status_of_429_is_sent_whatever_else_is_left_to_the_framework(app: Any, responses: dict[str, str]) -> None:
    made = app([path("x", view)], failsoft=by_settings("1/minute", responses=responses))
    made.get("/x")
    response = made.get("/x")
    assert (response.status_code, response.json()["code"], made.signals) == (429, "RATE_LIMIT_ERROR", [])


# --- who is counted


def test_clients_are_told_apart_by_their_address(app: Any) -> None:
    made = limited(app, rate="1/minute", key="client")
    assert [made.get("/x", REMOTE_ADDR=f"192.0.2.{n}").status_code for n in (1, 2, 1)] == [200, 200, 429]


def test_a_header_is_read_whatever_its_spelling(app: Any) -> None:
    made = limited(app, rate="1/minute", key="header:x-API-key")
    found = [made.get("/x", headers={"X-Api-Key": key}).status_code for key in ("a", "b", "a")]
    assert found == [200, 200, 429]


class User:
    """As Django's `request.user`, by what a test says of it."""

    def __init__(self, word: str) -> None:
        self.pk = None if word == "unsaved" else word
        self.is_authenticated = word != "anonymous"


class Broken:
    """A user of the project's own making."""

    @property
    def is_authenticated(self) -> bool:
        raise KeyError("no session")


asked: list[str] = []


def authenticated(get_response: Any) -> Any:
    """Middleware: a user as `AuthenticationMiddleware` leaves one, evaluated if the request says so."""

    def middleware(request: Any) -> Any:
        word = request.headers.get("X-User", "")

        def find() -> Any:
            asked.append(word)
            return Broken() if word == "broken" else User(word)

        if word == "plain":
            request.user = User(word)
        elif word:
            request.user = SimpleLazyObject(find)
            if request.headers.get("X-Known"):
                # whoever looked before the view did, as LoginRequiredMiddleware does
                getattr(request.user, "pk", None)
        return get_response(request)

    return middleware


def users(app: Any) -> Any:
    return limited(app, rate="1/minute", key="user", middleware=[f"{__name__}.authenticated"])


def status(made: Any, word: str, known: bool = True, host: int = 1) -> int:
    headers = {"X-User": word, **({"X-Known": "1"} if known else {})}
    response: Any = made.get("/x", headers=headers, REMOTE_ADDR=f"192.0.2.{host}")
    return int(response.status_code)


def test_users_that_are_known_are_told_apart(app: Any) -> None:
    made = users(app)
    assert [status(made, word) for word in ("7", "8", "7", "plain", "plain")] == [200, 200, 429, 200, 429]


def test_nobody_is_asked_who_the_user_is(app: Any) -> None:
    made = users(app)
    asked.clear()
    assert [status(made, word, known=False) for word in ("7", "8")] == [200, 429]
    assert asked == []


@pytest.mark.parametrize("word", ["anonymous", "unsaved", "broken"])
def test_who_is_nobody_is_told_by_the_address(app: Any, word: str) -> None:
    made = users(app)
    assert [status(made, word, host=host) for host in (1, 2, 1)] == [200, 200, 429]


def test_a_user_that_the_server_knows_is_told_apart(app: Any) -> None:
    made = limited(app, rate="1/minute", key="user")
    assert [made.get("/x", REMOTE_USER=user).status_code for user in ("ann", "bob", "ann")] == [200, 200, 429]


def test_what_is_refused_is_told_as_such(app: Any) -> None:
    made = limited(app, rate="1/minute")
    made.get("/x")
    made.get("/x")
    (rejected,) = [event for event in made.events if isinstance(event, CallRejected)]
    assert (rejected.reason, rejected.endpoint) == ("rate_limited", "GET /x")
