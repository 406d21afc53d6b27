"""Bodies that come in pieces, and WSGI as it is really spoken."""

from __future__ import annotations

import io
from contextvars import ContextVar
from typing import Any

import pytest
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix

import failsoft
from failsoft import Policy, Retry
from failsoft.current import current_call
from failsoft.events import ErrorHandled
from flask import Flask, Response, request, send_file, stream_with_context
from wsgi_driver import FileWrapper, ask, environ

SECRET = "hunter2-canary"


class Body:
    """Chunks, with an exception at some place; knows how it ended."""

    def __init__(self, *chunks: Any) -> None:
        self.chunks = chunks
        self.seen: list[str] = []

    def __iter__(self) -> Any:
        try:
            for chunk in self.chunks:
                if isinstance(chunk, BaseException):
                    raise chunk
                yield chunk
            self.seen.append("exhausted")
        except BaseException as exc:
            self.seen.append(type(exc).__name__)
            raise
        finally:
            self.seen.append("finally")


def streaming(body: Any, **options: Any) -> Flask:
    app = Flask("shop")
    app.add_url_rule("/stream/<kind>", endpoint="stream", view_func=lambda kind: Response(iter(body), **options))
    return app


# -- where it breaks


@pytest.mark.parametrize("length", [None, "6"], ids=["chunked", "with a length"])
def test_a_stream_that_fails_before_its_first_byte_is_answered(make: Any, length: str | None) -> None:
    body = Body(b"", b"", ValueError(SECRET))
    site = make(streaming(body, headers={"Content-Length": length} if length else None))
    answer = site.ask("/stream/x")
    assert (answer.status, answer.is_problem, answer.escaped, answer.starts) == (500, True, None, 1)
    assert SECRET not in answer.text
    assert site.handled == [("GET /stream/{kind}", "ValueError", 500, "unhandled")]
    assert [type(exc) for exc in site.signals] == [ValueError]
    assert body.seen == ["ValueError", "finally"]


def test_an_answer_may_be_meant_even_there(make: Any) -> None:
    site = make(streaming(Body(failsoft.NotFoundError("nothing"))))
    assert site.ask("/stream/x").status == 404
    assert site.signals == []


@pytest.mark.parametrize("length", [None, "6"], ids=["chunked", "with a length"])
def test_a_stream_that_fails_later_breaks_off_visibly(make: Any, length: str | None) -> None:
    site = make(streaming(Body(b"abc", ValueError(SECRET)), headers={"Content-Length": length} if length else None))
    answer = site.ask("/stream/x")
    assert (answer.status, answer.body, type(answer.escaped), answer.starts) == (200, b"abc", ValueError, 1)
    assert site.handled == [("GET /stream/{kind}", "ValueError", 500, "skipped")]


def test_a_stream_that_breaks_off_is_one_more_failure_of_its_endpoint(make: Any) -> None:
    settings = {
        "policies": {"p": {"circuit_breaker": {"failure_threshold": 9}, "retry": 3}},
        "endpoints": [{"match": "GET /stream/{kind}", "policy": "p"}],
    }
    site = make(streaming(Body(b"abc", ConnectionResetError())), settings)
    assert type(site.ask("/stream/x").escaped) is ConnectionResetError
    counts = site.fs.circuit_breakers["GET /stream/{kind}"].snapshot().counts
    assert (counts.total, counts.failures) == (2, 1)


def test_a_client_that_goes_away_is_no_failure(make: Any) -> None:
    body = Body(b"a", b"b", b"c")
    site = make(streaming(body))
    answer = site.ask("/stream/x", chunks=1)
    assert (answer.body, answer.escaped) == (b"a", None)
    assert body.seen == ["GeneratorExit", "finally"]
    assert site.recorder.events == []


def test_a_stream_is_exhausted_and_closed(make: Any) -> None:
    body = Body(b"a", b"", b"b")
    closed: list[int] = []
    app = Flask("shop")

    @app.get("/stream")
    def stream() -> Any:
        response = Response(iter(body), headers={"Content-Length": "1"})
        response.call_on_close(lambda: closed.append(1))
        return response

    assert make(app).ask("/stream").chunks == [b"a", b"", b"b"]
    assert body.seen == ["exhausted", "finally"]
    assert closed == [1]


def test_the_first_chunk_is_not_waited_for_by_an_event_stream(make: Any) -> None:
    events = Body(b"data: 1\n\n")
    site = make(streaming(events, mimetype="text/event-stream"))
    answer = site.ask("/stream/x")
    assert answer.head_came_first
    assert answer.body == b"data: 1\n\n"


def test_an_event_stream_that_breaks_off_is_recorded(make: Any) -> None:
    site = make(streaming(Body(ValueError("x")), mimetype="text/event-stream"))
    assert type(site.ask("/stream/x").escaped) is ValueError
    assert [e[3] for e in site.handled] == ["skipped"]


def test_an_empty_stream_is_a_whole_response(make: Any) -> None:
    answer = make(streaming(Body())).ask("/stream/x")
    assert (answer.status, answer.body, answer.escaped) == (200, b"", None)


# -- contexts


def test_the_request_is_there_where_the_application_keeps_it(make: Any) -> None:
    app = Flask("shop")

    @app.get("/kept")
    def kept() -> Any:
        def body() -> Any:
            yield request.path.encode()
            yield request.path.encode()

        return Response(stream_with_context(body()))

    @app.get("/let-go")
    def let_go() -> Any:
        def body() -> Any:
            yield request.path.encode()

        return Response(body())

    site = make(app)
    assert site.ask("/kept").body == b"/kept/kept"
    answer = site.ask("/let-go")
    assert (answer.status, answer.is_problem) == (500, True)
    assert site.handled == [("GET /let-go", "RuntimeError", 500, "unhandled")]


def test_a_stream_with_its_context_that_breaks_off_is_recorded_once(make: Any) -> None:
    app = Flask("shop")

    @app.get("/kept")
    def kept() -> Any:
        @stream_with_context
        def body() -> Any:
            yield b"a"
            raise ValueError(request.path)

        return Response(body())

    site = make(app)
    assert type(site.ask("/kept").escaped) is ValueError
    assert site.handled == [("GET /kept", "ValueError", 500, "skipped")]


def test_guards_in_a_stream_belong_to_its_request(make: Any) -> None:
    app = Flask("shop")
    seen: list[Any] = []

    @app.get("/stream")
    @failsoft.protect(timeout=2)
    def stream() -> Any:
        def body() -> Any:
            for _ in range(3):
                seen.append((current_call.get().request_id, failsoft.remaining()))
                yield guard.call(lambda: b"x")

        return Response(body())

    site = make(app, {"rollout": {"mode": "enforce"}})
    guard = site.fs.guard("dependency", policy=Policy(retry=Retry(base_delay=0)))
    assert site.ask("/stream", headers={"X-Request-ID": "req-1"}).body == b"xxx"
    assert seen == [("req-1", None)] * 3
    assert [e.request_id for e in site.recorder.events] == ["req-1"] * 3


def test_a_context_variable_that_a_body_sets_is_its_own_business(make: Any) -> None:
    variable: ContextVar[str] = ContextVar("variable", default="unset")

    def body() -> Any:
        token = variable.set("in the body")
        try:
            yield b"1"
            yield b"2"
        finally:
            variable.reset(token)

    assert make(streaming(body())).ask("/stream/x", chunks=1).escaped is None
    assert variable.get() == "unset"


# -- files


@pytest.mark.parametrize(
    "wrapper", [FileWrapper, lambda file, size=0: FileWrapper(file, size)], ids=["class", "function"]
)
def test_files_are_sent_as_they_are(make: Any, tmp_path: Any, wrapper: Any) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 20_000)
    app = Flask("shop")
    app.add_url_rule("/file", view_func=lambda: send_file(tmp_path / "a.txt"))
    app.add_url_rule("/memory", endpoint="memory", view_func=lambda: send_file(io.BytesIO(b"y" * 10), "text/plain"))
    site = make(app)
    for path, body in (("/file", b"x" * 20_000), ("/memory", b"y" * 10)):
        answer = site.ask(path, **{"wsgi.file_wrapper": wrapper})
        assert (answer.status, answer.body) == (200, body)
        if wrapper is FileWrapper:
            assert type(answer.returned) is FileWrapper


def test_a_range_of_a_file_is_a_range(make: Any, tmp_path: Any) -> None:
    (tmp_path / "a.txt").write_bytes(b"0123456789")
    app = Flask("shop")
    app.add_url_rule("/file", view_func=lambda: send_file(tmp_path / "a.txt", conditional=True))
    answer = make(app).ask("/file", headers={"Range": "bytes=2-4"})
    assert (answer.status, answer.body) == (206, b"234")


@pytest.mark.parametrize("status", [204, 304])
def test_responses_without_a_body_stay_without(make: Any, status: int) -> None:
    app = Flask("shop")
    app.add_url_rule("/none", view_func=lambda: ("", status))
    answer = make(app).ask("/none")
    assert (answer.status, answer.body, answer.escaped) == (status, b"", None)


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
