"""Bodies that come in pieces, and WSGI as it is really spoken."""

from __future__ import annotations

import io
from contextvars import ContextVar
from typing import Any

import pytest

import failsoft
from failsoft import Policy, Retry
from failsoft.current import current_call
from flask import Flask, Response, request, send_file, stream_with_context
from wsgi_driver import FileWrapper

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
    closed: list[int] = []
    app = Flask("shop")

    @app.get("/stream/<kind>")
    def stream(kind: str) -> Any:
        response = Response(iter(body), headers={"Content-Length": length} if length else None)
        response.call_on_close(lambda: closed.append(1))
        return response

    site = make(app)
    answer = site.ask("/stream/x")
    assert (answer.status, answer.is_problem, answer.escaped, answer.starts) == (500, True, None, 1)
    assert SECRET not in answer.text
    assert site.handled == [("GET /stream/{kind}", "ValueError", 500, "unhandled")]
    assert [type(exc) for exc in site.signals] == [ValueError]
    assert body.seen == ["ValueError", "finally"]
    assert closed == [1]


def test_where_flask_lets_exceptions_through_so_do_we(make: Any) -> None:
    site = make(streaming(Body(ValueError(SECRET))), TESTING=True)
    answer = site.ask("/stream/x")
    assert (type(answer.escaped), answer.starts) == (ValueError, 0)
    assert site.handled == [("GET /stream/{kind}", "ValueError", 500, "unhandled")]


def test_error_trackers_are_not_told_of_it_where_nothing_is_to_be_raised_again(make: Any) -> None:
    site = make(streaming(Body(ValueError(SECRET))), {"responses": {"reraise": "never"}})
    assert site.ask("/stream/x").is_problem
    assert site.signals == []


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
