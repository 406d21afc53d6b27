"""WSGI as it is really spoken: lazy applications, middleware, mounting."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

import failsoft
from failsoft import Retry
from failsoft.events import ErrorHandled
from flask import Flask, Response, request
from wsgi_driver import ask, environ

SECRET = "hunter2-canary"


class Body:
    """Chunks, the last of which may be an exception."""

    def __init__(self, *chunks: Any) -> None:
        self.chunks = chunks

    def __iter__(self) -> Any:
        for chunk in self.chunks:
            if isinstance(chunk, BaseException):
                raise chunk
            yield chunk


# -- WSGI applications and middleware inside ours


def with_inside(inside: Any, app: Flask | None = None) -> Flask:
    app = app or Flask("shop")
    app.wsgi_app = inside  # type: ignore[method-assign]
    return app


def test_a_lazy_application_starts_its_response_when_it_is_iterated(make: Any) -> None:
    def lazy(env: Any, start: Any) -> Any:
        start("201 Created", [("Content-Type", "text/plain")])
        yield b"lazy"

    answer = make(with_inside(lazy)).ask("/")
    assert (answer.status, answer.body) == (201, b"lazy")
    assert answer.header("x-request-id")


@pytest.mark.parametrize("headers", [[], [("Content-Length", "3")]])
def test_a_lazy_application_that_fails_is_answered(make: Any, headers: Any) -> None:
    def lazy(env: Any, start: Any) -> Any:
        start("200 OK", list(headers))
        raise ValueError(SECRET)
        yield b""

    site = make(with_inside(lazy))
    answer = site.ask("/")
    assert (answer.status, answer.is_problem, answer.starts) == (500, True, 1)
    assert site.handled == [("__unmatched__", "ValueError", 500, "unhandled")]


def test_an_application_that_fails_after_start_response_is_answered(make: Any) -> None:
    def eager(env: Any, start: Any) -> Any:
        start("200 OK", [("Content-Type", "text/plain")])
        raise ValueError(SECRET)

    answer = make(with_inside(eager)).ask("/")
    assert (answer.status, answer.is_problem, answer.starts) == (500, True, 1)


def test_a_head_may_be_replaced_with_exc_info_until_the_first_byte(make: Any) -> None:
    def changes_its_mind(env: Any, start: Any) -> Any:
        start("200 OK", [("Content-Type", "text/plain")])
        try:
            raise ValueError("inside")
        except ValueError as exc:
            start("502 Bad Gateway", [("Content-Type", "text/plain")], (type(exc), exc, exc.__traceback__))
        return [b"replaced"]

    answer = make(with_inside(changes_its_mind)).ask("/")
    assert (answer.status, answer.body, answer.starts) == (502, b"replaced", 1)


def test_after_the_first_byte_exc_info_raises_the_exception_again(make: Any) -> None:
    def too_late(env: Any, start: Any) -> Any:
        start("200 OK", [("Content-Type", "text/plain")])
        yield b"begun"
        try:
            raise ValueError("inside")
        except ValueError as exc:
            start("500 No", [], (type(exc), exc, exc.__traceback__))
        yield b"never"

    site = make(with_inside(too_late))
    answer = site.ask("/")
    assert (answer.status, answer.body, type(answer.escaped)) == (200, b"begun", ValueError)
    assert [e[3] for e in site.handled] == ["skipped"]


def test_a_second_head_without_exc_info_is_an_error_of_the_application(make: Any) -> None:
    def twice(env: Any, start: Any) -> Any:
        start("200 OK", [])
        start("201 Created", [])
        return []

    site = make(with_inside(twice))
    assert site.ask("/").status == 500
    assert site.handled[0][1] == "AssertionError"


def test_the_write_callable_writes(make: Any) -> None:
    def writes(env: Any, start: Any) -> Any:
        write = start("200 OK", [("Content-Type", "text/plain")])
        write(b"one ")
        write(b"two ")
        return [b"three"]

    answer = make(with_inside(writes)).ask("/")
    assert (answer.body, answer.starts) == (b"one two three", 1)


def test_a_failure_after_something_was_written_breaks_off(make: Any) -> None:
    def writes(env: Any, start: Any) -> Any:
        start("200 OK", [])(b"one")
        raise ValueError("late")

    site = make(with_inside(writes))
    answer = site.ask("/")
    assert (answer.body, type(answer.escaped), answer.starts) == (b"one", ValueError, 1)
    assert [e[3] for e in site.handled] == ["skipped"]


def test_an_application_that_never_starts_its_response_is_left_to_the_server(make: Any) -> None:
    site = make(with_inside(lambda env, start: []))
    answer = site.ask("/")
    assert answer.starts == 0


def test_middleware_inside_that_fails_is_answered(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/ok", view_func=lambda: "ok")
    flask_itself = app.wsgi_app

    def inside(env: Any, start: Any) -> Any:
        if env["PATH_INFO"] == "/broken":
            raise ValueError(SECRET)
        return flask_itself(env, start)

    site = make(with_inside(inside, app))
    assert site.ask("/ok").text == "ok"
    answer = site.ask("/broken")
    assert (answer.status, answer.is_problem) == (500, True)
    assert [type(exc) for exc in site.signals] == [ValueError]


def test_middleware_inside_may_hand_on_a_copy_of_the_environment(make: Any) -> None:
    app = Flask("shop")

    @app.get("/boom/<int:number>")
    def boom(number: int) -> Any:
        raise ValueError("x")

    flask_itself = app.wsgi_app
    site = make(with_inside(lambda env, start: flask_itself(dict(env), start), app))
    assert site.ask("/boom/3").is_problem
    assert site.handled == [("GET /boom/{number}", "ValueError", 500, "unhandled")]


def test_generator_middleware_inside_passes_an_exception_on(make: Any) -> None:
    app = Flask("shop")

    @app.get("/stream")
    def stream() -> Any:
        return Response(iter(Body(ValueError("at once"))))

    flask_itself = app.wsgi_app

    def inside(env: Any, start: Any) -> Any:
        inner = flask_itself(env, start)
        try:
            yield from inner
        finally:
            inner.close()

    site = make(with_inside(inside, app))
    assert site.ask("/stream").is_problem
    assert site.handled == [("GET /stream", "ValueError", 500, "unhandled")]


def test_a_body_that_fails_to_close_does_not_hide_what_failed_first(make: Any) -> None:
    class Bad:
        def __iter__(self) -> Any:
            raise ValueError("first")

        def close(self) -> None:
            raise RuntimeError("second")

    def inside(env: Any, start: Any) -> Any:
        start("200 OK", [])
        return Bad()

    site = make(with_inside(inside))
    assert site.ask("/").status == 500
    assert [e[1] for e in site.handled] == ["ValueError"]


def test_middleware_outside_sees_our_answer(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/boom", view_func=lambda: 1 / 0)
    site = make(app)
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    seen: list[str] = []

    def outside(env: Any, start: Any) -> Any:
        def watching(status: str, headers: Any, exc_info: Any = None) -> Any:
            seen.append(status)
            return start(status, headers, exc_info)

        return app(env, watching)

    assert ask(outside, "/boom").is_problem
    assert seen == ["500 INTERNAL SERVER ERROR"]
    assert len(site.handled) == 1


def test_the_status_line_has_a_phrase(make: Any) -> None:
    seen: list[str] = []

    def start(status: str, headers: Any, exc_info: Any = None) -> Any:
        seen.append(status)

    def inside(env: Any, start: Any) -> Any:
        raise failsoft.ConflictError("x", status=int(env["QUERY_STRING"]))

    site = make(with_inside(inside))
    for status in (409, 599):
        list(site.app(environ(f"/?{status}"), start))
    assert seen == ["409 Conflict", "599 Unknown"]


# -- mounting


def test_applications_side_by_side_have_their_own_requests(make: Any) -> None:
    def build(name: str) -> Flask:
        app = Flask(name)

        @app.get("/x")
        def x() -> Any:
            raise failsoft.ConflictError(name, user_message=f"{name} at {request.script_root}/")

        return app

    outer, inner = make(build("outer")), make(build("inner"))
    both = DispatcherMiddleware(outer.app, {"/m": inner.app})
    assert ask(both, "/x").json()["detail"] == "outer at /"
    assert ask(both, "/m/x").json()["detail"] == "inner at /m/"
    assert len(outer.handled) == len(inner.handled) == 1
    (event,) = inner.recorder.of(ErrorHandled)
    assert (event.facts.path, event.endpoint) == ("/m/x", "GET /x")


def test_an_application_mounted_inside_another_is_protected_by_its_own_policies(make: Any) -> None:
    calls: list[int] = []
    inner = Flask("inner")

    @inner.get("/flaky")
    @failsoft.protect(retry=Retry(base_delay=0))
    def flaky() -> Any:
        calls.append(1)
        if len(calls) < 3:
            raise ConnectionResetError
        return "ok"

    @inner.get("/boom")
    def boom() -> Any:
        raise ValueError(SECRET)

    outer = Flask("outer")
    of_inner = make(inner)
    outer.wsgi_app = DispatcherMiddleware(outer.wsgi_app, {"/m": inner})  # type: ignore[method-assign]
    of_outer = make(outer)
    assert of_outer.ask("/m/flaky").text == "ok"
    answer = of_outer.ask("/m/boom")
    assert (answer.status, answer.is_problem) == (500, True)
    assert len(answer.all("x-request-id")) == len(answer.all("x-error-id")) == 1
    assert len(of_inner.handled) + len(of_outer.handled) == 1


def test_an_environment_may_be_used_again(make: Any) -> None:
    app = Flask("shop")
    app.add_url_rule("/boom", view_func=lambda: 1 / 0)
    site = make(app)
    env = environ("/boom")
    for turn in range(1, 4):
        assert site.ask("/boom", env=env).is_problem
        assert len(site.handled) == turn


def test_a_view_may_run_a_request_of_its_own(make: Any) -> None:
    app = Flask("shop")

    @app.get("/inner")
    def inner() -> Any:
        raise failsoft.NotFoundError("nothing")

    @app.get("/outer")
    def outer() -> Any:
        return str(ask(app, "/inner").status)

    assert make(app).ask("/outer").text == "404"
