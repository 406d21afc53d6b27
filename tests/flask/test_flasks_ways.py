"""What Flask does around a view goes on as it did: redirects, debugging, hooks of the request."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.exceptions import (
    Conflict,
    MethodNotAllowed,
    NotFound,
    ServiceUnavailable,
)

import failsoft
from flask import Blueprint, Flask, abort, render_template_string, request

SECRET = "hunter2-canary"


class Oops(Exception):
    pass


class Worse(Oops):
    pass


def routes(app: Flask | Blueprint) -> None:
    def boom() -> Any:
        raise ValueError(SECRET)

    def oops() -> Any:
        raise Worse(SECRET)

    def missing() -> Any:
        raise failsoft.NotFoundError(SECRET, user_message="There is no such quote.")

    def refused() -> Any:
        raise ConnectionRefusedError(SECRET)

    def gone(code: int) -> Any:
        abort(code)

    app.add_url_rule("/boom", view_func=boom, methods=["GET", "POST"])
    app.add_url_rule("/oops", view_func=oops)
    app.add_url_rule("/missing", view_func=missing)
    app.add_url_rule("/refused", view_func=refused)
    app.add_url_rule("/gone/<int:code>", view_func=gone)


def shop(before: Any = None) -> Flask:
    app = Flask("shop")
    routes(app)
    if before is not None:
        before(app)
    return app


def says(text: str, status: int = 418) -> Any:
    def handler(exc: Exception) -> Any:
        return f"{text}:{type(exc).__name__}", status

    return handler


# -- not errors


def test_a_response_that_is_aborted_with_is_the_answer(make: Any) -> None:
    app = Flask("shop")

    @app.get("/own")
    def own() -> Any:
        abort(app.response_class("custom", 409, {"X-Own": "1"}))

    answer = make(app).ask("/own")
    assert (answer.status, answer.text, answer.header("x-own")) == (409, "custom", "1")


def test_redirects_are_no_errors(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/branch/", view_func=lambda: "there")
    site = make(app)
    answer = site.ask("/branch")
    assert (answer.status, answer.header("location")) == (308, "http://shop.example/branch/")
    assert site.handled == []


# -- testing and debugging


@pytest.mark.parametrize("config", [{"TESTING": True}, {"DEBUG": True}, {"PROPAGATE_EXCEPTIONS": True}], ids=str)
@pytest.mark.parametrize("handler", [None, 500], ids=["no handler", "handler of last resort"])
def test_where_flask_lets_exceptions_through_they_come_through_recorded_once(
    make: Any, config: dict[str, bool], handler: Any, flask_log: Any
) -> None:
    app = shop()
    if handler is not None:
        app.register_error_handler(handler, says("never"))
    site = make(app, **config)
    answer = site.ask("/boom")
    assert type(answer.escaped) is ValueError
    assert (site.signals, [e[:2] for e in site.handled]) == ([answer.escaped], [("GET /boom", "ValueError")])
    assert flask_log() == []


def test_but_what_is_answered_on_purpose_is_answered(make: Any) -> None:
    site = make(shop(), TESTING=True)
    assert site.ask("/missing").status == 404
    assert site.ask("/nowhere").is_problem


def test_the_test_client_raises_as_it_did(make: Any) -> None:
    site = make(shop(), TESTING=True)
    with pytest.raises(ValueError, match=SECRET):
        site.app.test_client().get("/boom")
    with site.app.test_client() as client:
        assert client.get("/missing").status_code == 404
        assert request.path == "/missing"


def test_a_switch_of_propagation_wins_over_testing(make: Any) -> None:
    site = make(shop(), TESTING=True, PROPAGATE_EXCEPTIONS=False)
    assert site.ask("/boom").is_problem


def test_trapped_http_exceptions_are_raised(make: Any) -> None:
    site = make(shop(), TRAP_HTTP_EXCEPTIONS=True, TESTING=True)
    assert type(site.ask("/nowhere").escaped) is NotFound
    assert len(site.handled) == 1


def test_a_missing_key_is_shown_in_debug_mode_and_answered_otherwise(make: Any) -> None:
    def routes(app: Flask) -> Flask:
        @app.get("/form")
        def form() -> Any:
            return request.form["password"]

        return app

    site = make(routes(Flask("shop")))
    assert site.ask("/form").status == 400
    debugging = make(routes(Flask("shop")), DEBUG=True)
    assert isinstance(debugging.ask("/form").escaped, KeyError)


# -- around the view


def test_after_request_sees_our_answers_and_its_headers_stay(make: Any) -> None:
    app = shop()

    @app.after_request
    def stamp(response: Any) -> Any:
        response.headers["X-Stamp"] = str(response.status_code)
        return response

    site = make(app)
    for path, status in (("/boom", 500), ("/nowhere", 404), ("/missing", 404)):
        assert site.ask(path).header("x-stamp") == str(status)


def test_after_request_that_raises_is_an_error_of_its_own(make: Any) -> None:
    app = shop()
    app.add_url_rule("/ok", view_func=lambda: "ok")
    turns: list[int] = []

    @app.after_request
    def breaks(response: Any) -> Any:
        turns.append(response.status_code)
        if len(turns) == 1:
            raise RuntimeError("after broke")
        return response

    site = make(app)
    answer = site.ask("/ok")
    assert (answer.status, answer.is_problem, turns) == (500, True, [200, 500])
    assert [type(exc) for exc in site.signals] == [RuntimeError]
    assert site.handled == [("GET /ok", "RuntimeError", 500, "unhandled")]


def test_after_request_that_always_raises_does_not_cost_the_answer(make: Any) -> None:
    app = shop()

    @app.after_request
    def breaks(response: Any) -> Any:
        raise RuntimeError("after broke")

    site = make(app)
    answer = site.ask("/missing")
    assert (answer.status, answer.is_problem) == (500, True)
    assert [e[1].rpartition(".")[2] for e in site.handled] == ["NotFoundError", "RuntimeError"]


@pytest.mark.parametrize(
    ("path", "seen"), [("/boom", ["ValueError"]), ("/missing", ["NoneType"]), ("/nowhere", ["NoneType"])]
)
def test_teardown_is_told_what_it_was_told(make: Any, path: str, seen: list[str]) -> None:
    app = shop()
    told: list[str] = []
    app.teardown_request(lambda exc: told.append(type(exc).__name__))
    make(app).ask(path)
    assert told == seen


def test_teardown_that_raises_is_answered(make: Any) -> None:
    """Without us it escapes to the server, which knows no more than to break off."""
    app = shop()
    app.add_url_rule("/ok", view_func=lambda: "ok")

    @app.teardown_request
    def breaks(exc: Any) -> None:
        raise RuntimeError("teardown broke")

    site = make(app)
    answer = site.ask("/ok")
    assert (answer.status, answer.is_problem, answer.starts) == (500, True, 1)
    assert site.handled == [("GET /ok", "RuntimeError", 500, "unhandled")]
    assert [type(exc) for exc in site.signals] == [RuntimeError]


@pytest.mark.parametrize("error", [ValueError("x"), failsoft.AuthenticationError("who"), Conflict()], ids=type)
def test_before_request_that_raises_is_answered_for_its_endpoint(make: Any, error: Exception) -> None:
    app = shop()

    @app.before_request
    def breaks() -> None:
        raise error

    site = make(app)
    answer = site.ask("/gone/404")
    assert answer.is_problem
    assert [e[0] for e in site.handled] == ["GET /gone/{code}"]


def test_a_template_that_breaks_is_answered(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/t", view_func=lambda: render_template_string("{{ nothing.at.all }}"))
    site = make(app)
    assert site.ask("/t").status == 500
    assert site.handled == [("GET /t", "jinja2.exceptions.UndefinedError", 500, "unhandled")]


def test_a_view_that_returns_nothing_is_answered(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/none", view_func=lambda: None)
    site = make(app)
    assert site.ask("/none").status == 500
    assert site.handled == [("GET /none", "TypeError", 500, "unhandled")]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_is_no_exception_passes_through(make: Any, kind: type[BaseException]) -> None:
    app = Flask("shop")

    @app.get("/stop")
    def stop() -> Any:
        raise kind

    site = make(app)
    assert type(site.ask("/stop").escaped) is kind
    assert (site.handled, site.signals) == ([], [])


def test_a_failure_of_an_upstream_is_counted_by_its_class(make: Any) -> None:
    app = Flask("shop")

    @app.get("/busy")
    def busy() -> Any:
        raise ServiceUnavailable(retry_after=30)

    @app.get("/teapot")
    def teapot() -> Any:
        raise MethodNotAllowed(["GET"])

    site = make(app)
    assert site.ask("/busy").header("retry-after") == "30"
    assert site.ask("/teapot").header("allow") == "GET"
