"""HTTP exceptions by which an application answers itself: a response that it aborts with, a body of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from werkzeug.exceptions import Conflict, HTTPException, NotFound, Unauthorized

import failsoft
from failsoft import CircuitBreaker, Retry
from flask import Flask, Response, abort, redirect


class Accepted(HTTPException):
    code = 202


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda: abort(redirect("/login")), 302),
        (lambda: abort(Response("here", 200)), 200),
        (lambda: abort(Response("not for you", 403)), 403),
        (Accepted, 202),
    ],
    ids=["redirect", "page", "refusal", "accepted"],
)
def test_what_is_aborted_with_and_no_failure_opens_no_circuit(
    make: Any, answer: Any, status: int, asynchronous: bool
) -> None:
    app = Flask("shop")

    def view() -> Any:
        raise answer()

    async def aview() -> Any:
        raise answer()

    mark = failsoft.protect(circuit_breaker=CircuitBreaker(failure_threshold=2), retry=2)
    app.add_url_rule("/x", view_func=mark(aview if asynchronous else view), endpoint="x")
    site = make(app)
    assert [site.ask("/x").status for _ in range(4)] == [status] * 4
    assert site.recorder.names() == []


def test_a_response_that_is_aborted_with_counts_as_one_that_is_returned(make: Any) -> None:
    app = Flask("shop")
    calls: list[int] = []

    @app.get("/x")
    @failsoft.protect(retry=Retry(max_attempts=3, base_delay=0))
    def view() -> Any:
        calls.append(1)
        abort(Response(f"busy {len(calls)}", 503))

    assert make(app).ask("/x").body == b"busy 3"


class Taken(Conflict):
    """As an application writes it whose clients parse the body."""

    def get_body(self, environ: Any = None, scope: Any = None) -> str:
        return json.dumps({"mine": self.description})

    def get_headers(self, environ: Any = None, scope: Any = None) -> list[tuple[str, str]]:
        return [("Content-Type", "application/json")]


class Whole(Conflict):
    def get_response(self, environ: Any = None, scope: Any = None) -> Any:
        return Response("whole", 409)


@pytest.mark.parametrize(
    ("error", "status", "body"),
    [
        (Taken("slot 7"), 409, b'{"mine": "slot 7"}'),
        (Whole(), 409, b"whole"),
        (NotFound(response=Response("nothing here", 404)), 404, b"nothing here"),
    ],
    ids=["body", "response of a class", "response"],
)
def test_a_body_that_the_application_wrote_stays_and_is_recorded(
    make: Any, error: HTTPException, status: int, body: bytes
) -> None:
    app = Flask("shop")

    @app.get("/x")
    def view() -> Any:
        raise error

    site = make(app)
    answer = site.ask("/x")
    assert (answer.status, answer.body) == (status, body)
    assert [e[2:] for e in site.handled] == [(status, "handled")]
    assert answer.header("x-error-id")
    assert site.signals == []


def test_headers_of_a_class_of_the_applications_own_are_on_the_problem(make: Any) -> None:
    class Login(Unauthorized):
        def get_headers(self, environ: Any = None, scope: Any = None) -> list[tuple[str, str]]:
            return [("WWW-Authenticate", 'Basic realm="shop"')]

    app = Flask("shop")

    @app.get("/x")
    def view() -> Any:
        raise Login

    answer = make(app).ask("/x")
    assert answer.is_problem
    assert answer.header("www-authenticate") == 'Basic realm="shop"'


def test_a_status_that_is_no_error_is_an_answer_like_any_other(make: Any) -> None:
    app = Flask("shop")

    @app.get("/x")
    def view() -> Any:
        raise Accepted("in a minute")

    site = make(app)
    answer = site.ask("/x")
    assert answer.status == 202
    assert "in a minute" in answer.text
    assert (site.handled, answer.header("x-error-id")) == ([], None)
