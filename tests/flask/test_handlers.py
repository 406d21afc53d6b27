"""Who answers: the application's own handlers win, in Flask's own order, and what nobody answers, we do."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
)

import failsoft
from failsoft.events import ErrorHandled
from flask import Blueprint, Flask, abort

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


@pytest.fixture(params=["before init_app", "after init_app"])
def with_handler(request: Any, make: Any) -> Any:
    """An application with a handler of its own, registered at either time."""

    def build(kind: Any, handler: Any, **config: Any) -> Any:
        app = shop()
        if request.param == "before init_app":
            app.register_error_handler(kind, handler)
        site = make(app, **config)
        if request.param == "after init_app":
            app.register_error_handler(kind, handler)
        return site

    return build


# -- nobody's


def test_an_unexpected_exception_is_a_problem_that_tells_nothing(make: Any, flask_log: Any) -> None:
    site = make(shop())
    answer = site.ask("/boom")
    assert (answer.status, answer.is_problem, answer.escaped) == (500, True, None)
    assert SECRET not in answer.text
    assert answer.header("x-error-id") == answer.json()["error_id"]
    assert site.handled == [("GET /boom", "ValueError", 500, "unhandled")]
    assert [type(exc) for exc in site.signals] == [ValueError]
    assert flask_log() == ["Exception on /boom [GET]"]


def test_flask_goes_its_own_way_whatever_is_raised_again_elsewhere(make: Any, flask_log: Any) -> None:
    site = make(shop(), {"responses": {"reraise": "never"}})
    assert site.ask("/boom").is_problem
    assert [type(exc) for exc in site.signals] == [ValueError]
    assert flask_log() == ["Exception on /boom [GET]"]


def test_an_error_that_is_meant_is_no_exception_to_flask(make: Any, flask_log: Any) -> None:
    site = make(shop())
    answer = site.ask("/missing")
    assert (answer.status, answer.json()["detail"]) == (404, "There is no such quote.")
    assert site.handled == [("GET /missing", "failsoft.errors.exceptions.NotFoundError", 404, "handled")]
    assert site.signals == []
    assert flask_log() == []


def test_an_inferred_status_is_answered_and_told(make: Any) -> None:
    site = make(shop())
    assert site.ask("/refused").status == 503
    assert [type(exc) for exc in site.signals] == [ConnectionRefusedError]
    assert site.handled == [("GET /refused", "ConnectionRefusedError", 503, "unhandled")]


@pytest.mark.parametrize(
    ("path", "method", "status", "endpoint"),
    [
        ("/nowhere", "GET", 404, "__unmatched__"),
        ("/boom", "DELETE", 405, "__unmatched__"),
        ("/gone/403", "GET", 403, "GET /gone/{code}"),
        ("/gone/415", "GET", 415, "GET /gone/{code}"),
        ("/gone/500", "GET", 500, "GET /gone/{code}"),
        ("/gone/503", "GET", 503, "GET /gone/{code}"),
    ],
)
def test_http_exceptions_keep_their_status(make: Any, path: str, method: str, status: int, endpoint: str) -> None:
    site = make(shop())
    answer = site.ask(path, method)
    assert (answer.status, answer.is_problem) == (status, True)
    assert [(e[0], e[2]) for e in site.handled] == [(endpoint, status)]
    assert site.signals == []


def test_allowed_methods_are_kept_on_a_405(make: Any) -> None:
    answer = make(shop()).ask("/boom", "DELETE")
    assert sorted((answer.header("allow") or "").split(", ")) == ["GET", "HEAD", "OPTIONS", "POST"]


def test_a_scan_of_paths_is_one_endpoint(make: Any) -> None:
    site = make(shop())
    for number in range(50):
        site.ask(f"/scan/{number}.php")
    assert {endpoint for endpoint, *_ in site.handled} == {"__unmatched__"}


# -- the application's own


@pytest.mark.parametrize("kind", [Worse, Oops])
def test_a_handler_for_a_class_wins(with_handler: Any, kind: type[Exception]) -> None:
    site = with_handler(kind, says("mine"))
    answer = site.ask("/oops")
    assert (answer.status, answer.text) == (418, "mine:Worse")
    assert answer.header("x-request-id")
    assert (site.handled, site.signals) == ([], [])


def test_a_handler_for_exception_answers_everything_as_without_us(with_handler: Any) -> None:
    site = with_handler(Exception, says("mine"))
    assert site.ask("/boom").text == "mine:ValueError"
    assert site.ask("/nowhere").text == "mine:NotFound"
    assert site.ask("/missing").text == "mine:NotFoundError"
    assert (site.handled, site.signals) == ([], [])


def test_a_handler_for_http_exceptions_answers_them(with_handler: Any) -> None:
    site = with_handler(HTTPException, says("mine"))
    assert site.ask("/nowhere").text == "mine:NotFound"
    assert site.ask("/gone/403").text == "mine:Forbidden"
    assert site.ask("/missing").is_problem


@pytest.mark.parametrize("kind", [500, InternalServerError, HTTPException], ids=str)
def test_a_handler_of_last_resort_answers_and_the_failure_is_recorded(
    with_handler: Any, kind: Any, flask_log: Any
) -> None:
    site = with_handler(kind, says("mine", 500))
    answer = site.ask("/boom")
    assert (answer.status, answer.text) == (500, "mine:InternalServerError")
    assert [(e[0], e[1], e[3]) for e in site.handled] == [("GET /boom", "ValueError", "unhandled")]
    (event,) = site.recorder.of(ErrorHandled)
    assert answer.header("x-error-id") == event.failure.error_id
    assert [type(exc) for exc in site.signals] == [ValueError]
    assert flask_log() == ["Exception on /boom [GET]"]


def test_a_handler_of_last_resort_gets_the_original_exception(with_handler: Any) -> None:
    seen: list[Any] = []

    def handler(exc: InternalServerError) -> Any:
        seen.append(exc.original_exception)
        return "mine", 500

    site = with_handler(500, handler)
    site.ask("/boom")
    assert [type(exc) for exc in seen] == [ValueError]
    assert seen == site.signals


def test_a_handler_for_a_code_wins(with_handler: Any) -> None:
    site = with_handler(404, says("mine", 404))
    assert site.ask("/nowhere").text == "mine:NotFound"
    assert site.ask("/gone/403").is_problem
    assert site.ask("/missing").is_problem


def test_a_handler_may_raise_an_answer_in_turn(with_handler: Any) -> None:
    def handler(exc: Exception) -> Any:
        raise failsoft.ConflictError("meanwhile") from exc

    site = with_handler(Oops, handler)
    answer = site.ask("/oops")
    assert (answer.status, answer.json()["code"]) == (409, "CONFLICT")


def test_a_handler_that_breaks_is_answered_and_told_as_without_us(with_handler: Any, flask_log: Any) -> None:
    def handler(exc: Exception) -> Any:
        raise RuntimeError(SECRET)

    site = with_handler(Oops, handler)
    answer = site.ask("/oops")
    assert (answer.status, answer.is_problem, SECRET in answer.text) == (500, True, False)
    assert [type(exc) for exc in site.signals] == [RuntimeError]
    assert [e[1] for e in site.handled] == ["RuntimeError"]
    assert flask_log() == ["Exception on /oops [GET]"]


def test_a_handler_of_last_resort_that_breaks_is_answered_with_both_failures_told(with_handler: Any) -> None:
    def handler(exc: Exception) -> Any:
        raise RuntimeError(SECRET)

    site = with_handler(500, handler)
    answer = site.ask("/boom")
    assert (answer.status, answer.is_problem, SECRET in answer.text) == (500, True, False)
    assert [e[:2] for e in site.handled] == [("GET /boom", "ValueError"), ("GET /boom", "RuntimeError")]
    assert [type(exc) for exc in site.signals] == [ValueError, RuntimeError]


def test_a_handler_that_returns_nothing_is_answered(with_handler: Any) -> None:
    site = with_handler(Oops, lambda exc: None)
    answer = site.ask("/oops")
    assert (answer.status, answer.is_problem) == (500, True)
    assert [type(exc) for exc in site.signals] == [TypeError]


def test_an_asynchronous_handler_is_run(with_handler: Any) -> None:
    async def handler(exc: Exception) -> Any:
        return "later", 418

    assert with_handler(Oops, handler).ask("/oops").text == "later"


# -- blueprints, in Flask's order: code before class, blueprint before application


def with_blueprint(*handlers: tuple[str, Any, Any]) -> Flask:
    app = shop()
    blueprint = Blueprint("quotes", __name__, url_prefix="/quotes")
    inner = Blueprint("inner", __name__, url_prefix="/inner")
    routes(blueprint)
    routes(inner)
    targets = {"app": app, "blueprint": blueprint, "inner": inner}
    for where, kind, handler in handlers:
        targets[where].register_error_handler(kind, handler)
    blueprint.register_blueprint(inner)
    app.register_blueprint(blueprint)
    return app


def test_a_blueprints_handler_for_everything_answers_its_own_views(make: Any) -> None:
    site = make(with_blueprint(("blueprint", Exception, says("of the blueprint"))))
    assert site.ask("/quotes/boom").text == "of the blueprint:ValueError"
    assert site.ask("/quotes/gone/404").text == "of the blueprint:NotFound"
    assert site.ask("/quotes/inner/boom").text == "of the blueprint:ValueError"
    assert site.ask("/boom").is_problem
    assert site.ask("/quotes/nowhere").is_problem
    assert [e[0] for e in site.handled] == ["GET /boom", "__unmatched__"]


def test_the_innermost_blueprint_comes_first(make: Any) -> None:
    site = make(
        with_blueprint(("blueprint", Oops, says("outer")), ("inner", Oops, says("inner")), ("app", Oops, says("app")))
    )
    assert [site.ask(path).text.split(":")[0] for path in ("/oops", "/quotes/oops", "/quotes/inner/oops")] == [
        "app",
        "outer",
        "inner",
    ]


def test_an_applications_handler_for_a_code_beats_a_blueprints_for_a_class(make: Any) -> None:
    site = make(with_blueprint(("app", 404, says("app code", 404)), ("blueprint", HTTPException, says("class"))))
    assert site.ask("/quotes/gone/404").text == "app code:NotFound"
    assert site.ask("/quotes/gone/409").text == "class:Conflict"


def test_a_blueprints_handler_of_last_resort_answers_and_the_failure_is_recorded(make: Any) -> None:
    site = make(with_blueprint(("blueprint", 500, says("of the blueprint", 500))))
    assert site.ask("/quotes/boom").text == "of the blueprint:InternalServerError"
    assert site.ask("/boom").is_problem
    assert [e[0] for e in site.handled] == ["GET /quotes/boom", "GET /boom"]
