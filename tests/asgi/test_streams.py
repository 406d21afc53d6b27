"""Streams: their head waits for the first byte, and nothing that has begun is answered twice."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import failsoft
from asgi.harness import SECRET, Answer, Watched, ask, settings, watch
from failsoft_asgi import FailsoftMiddleware, install

POLICIES = [None, {"timeout": "1s"}, {"retry": {"max_attempts": 2, "base_delay": "1ms"}}, {"circuit_breaker": {}}]
NAMES = ["none", "timeout", "retry", "breaker"]


def build(endpoint: Any, policy: Any = None, **options: Any) -> tuple[Starlette, Watched]:
    app = Starlette(routes=[Route("/", endpoint)], **options)
    given = {"policies": {"p": policy}, "endpoints": [{"match": "* /", "policy": "p"}]} if policy else {}
    return app, watch(install(app, given))


def streaming(*parts: Any, **options: Any) -> Any:
    """An endpoint that streams the parts, raising those that are exceptions."""

    async def stream() -> Any:
        for part in parts:
            if isinstance(part, Exception):
                raise part
            yield part

    async def endpoint(request: Request) -> Response:
        return StreamingResponse(stream(), **options)

    return endpoint


every_policy = pytest.mark.parametrize("policy", POLICIES, ids=NAMES)


@every_policy
def test_a_stream_that_fails_before_its_first_byte_is_a_clean_problem(policy: Any) -> None:
    app, events = build(streaming(ValueError(SECRET)), policy)
    answer = ask(app)
    assert (answer.status, answer.is_problem, answer.complete) == (500, True, True)
    assert isinstance(answer.raised, ValueError)
    assert [event.result for event in events.handled] == ["unhandled"]


@every_policy
def test_a_stream_that_fails_later_is_broken_off_and_recorded(policy: Any) -> None:
    app, events = build(streaming(b"one", ValueError(SECRET)), policy)
    answer = ask(app)
    assert (answer.status, answer.body, answer.complete) == (200, b"one", False)
    assert isinstance(answer.raised, ValueError)
    assert [event.result for event in events.handled] == ["skipped"]


@every_policy
def test_a_stream_that_ends_well_is_untouched(policy: Any) -> None:
    app, events = build(streaming(b"one", b"two"), policy)
    answer = ask(app)
    assert (answer.status, answer.body, answer.complete, answer.raised) == (200, b"onetwo", True, None)
    assert events == []


@every_policy
def test_an_http_exception_in_the_middle_of_a_stream_is_recorded_as_what_it_is(policy: Any) -> None:
    app, events = build(streaming(b"one", HTTPException(503, SECRET)), policy)
    answer = ask(app)
    assert (answer.status, answer.complete) == (200, False)
    assert answer.raised is not None
    (event,) = events.handled
    assert (event.result, event.failure.status) == ("skipped", 503)


@every_policy
def test_the_head_of_an_event_stream_leaves_at_once(policy: Any) -> None:
    app, events = build(streaming(ValueError(SECRET), media_type="text/event-stream"), policy)
    answer = ask(app)
    assert answer.types == ["http.response.start"]
    assert (answer.status, answer.header("content-type")) == (200, "text/event-stream; charset=utf-8")
    assert [event.result for event in events.handled] == ["skipped"]


@every_policy
def test_head_requests_are_answered_as_the_framework_does(policy: Any) -> None:
    app, _ = build(streaming(b"one"), policy)
    answer = ask(app, method="HEAD")
    assert (answer.status, answer.complete) == (200, True)


def test_a_head_request_gets_no_body_of_ours() -> None:
    app, _ = build(streaming(ValueError(SECRET)))
    answer = ask(app, method="HEAD")
    assert (answer.status, answer.is_problem, answer.body) == (500, True, b"")
    assert int(answer.header("content-length") or 0) > 0


def sending(*messages: Any) -> Any:
    """A raw application that sends the messages, raising those that are exceptions."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        for message in messages:
            if isinstance(message, Exception):
                raise message
            await send(dict(message))

    return app


HINT = {"type": "http.response.early_hint", "links": [b"</a.css>; rel=preload"]}
HEAD = {"type": "http.response.start", "status": 200, "headers": []}
TAIL = {"type": "http.response.body", "body": b"x"}
FILE = {"type": "http.response.pathsend", "path": "/etc/hostname"}
MORE = {"type": "http.response.body", "body": b"", "more_body": True}
TRAILERS = {"type": "http.response.trailers", "headers": [(b"x-sum", b"1")], "more_trailers": False}


class Raw:
    """Makes an endpoint of a raw application."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


@every_policy
@pytest.mark.parametrize(
    "messages",
    [
        (HINT, HEAD, TAIL),
        (HEAD, FILE),
        ({**HEAD, "trailers": True}, TAIL, TRAILERS),
        (HEAD, {**TAIL, "body": b""}),
        (HEAD, MORE, TAIL),
        (HEAD, {"type": "http.response.zerocopysend", "file": 3}, TAIL),
        (HEAD,),
    ],
    ids=["hints", "path", "trailers", "empty", "parts", "zerocopy", "bare"],
)
def test_messages_pass_in_their_order(messages: Any, policy: Any) -> None:
    app, events = build(Raw(sending(*messages)), policy)
    for served in (app, FailsoftMiddleware(sending(*messages))):
        answer = ask(served)
        assert answer.types == [message["type"] for message in messages]
        assert answer.raised is None
    assert events == []


def test_an_early_hint_does_not_keep_an_error_from_being_answered() -> None:
    for app in (FailsoftMiddleware(sending(HINT, ValueError())), build(Raw(sending(HINT, HEAD, ValueError())))[0]):
        answer = ask(app)
        assert answer.types == ["http.response.early_hint", "http.response.start", "http.response.body"]
        assert answer.is_problem


def test_an_empty_first_part_lets_the_head_go() -> None:
    answer = ask(FailsoftMiddleware(sending(HEAD, MORE, ValueError())))
    assert answer.types == ["http.response.start", "http.response.body"]
    assert not answer.complete


# -- what happens after the answer


@every_policy
def test_an_error_in_a_background_task_leaves_the_answer_alone(policy: Any) -> None:
    def fail() -> None:
        raise ValueError(SECRET)

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("ok", background=BackgroundTask(fail))

    app, events = build(endpoint, policy)
    answer = ask(app)
    assert (answer.status, answer.body, answer.complete) == (200, b"ok", True)
    assert isinstance(answer.raised, ValueError)
    assert [event.result for event in events.handled] == ["skipped"]
    assert [name for name in events.names if name.startswith("Retry")] == []


def test_an_error_in_a_background_task_is_no_failure_of_the_endpoint() -> None:
    def fail() -> None:
        raise ConnectionResetError

    @failsoft.protect(circuit_breaker=failsoft.CircuitBreaker(failure_threshold=1))
    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("ok", background=BackgroundTask(fail))

    app = Starlette(routes=[Route("/", endpoint)])
    fs = install(app)
    for _ in range(3):
        assert ask(app).body == b"ok"
    assert fs.circuit_breakers["GET /"].state == "closed"


def test_a_stream_that_breaks_off_is_one_more_failure() -> None:
    @failsoft.protect(circuit_breaker=failsoft.CircuitBreaker(failure_threshold=2))
    async def endpoint(request: Request) -> Response:
        response: Response = await streaming(b"one", ConnectionResetError())(request)
        return response

    app = Starlette(routes=[Route("/", endpoint)])
    fs = install(app)
    assert ask(app).body == b"one"
    assert fs.circuit_breakers["GET /"].state == "closed"
    snapshot = fs.circuit_breakers["GET /"].snapshot()
    assert snapshot.consecutive_failures == 1


# -- middleware in between


class Note(BaseHTTPMiddleware):
    seen: list[str] = []

    async def dispatch(self, request: Request, call_next: Any) -> Response:
        try:
            response: Response = await call_next(request)
        except Exception as error:
            self.seen.append(type(error).__name__)
            raise
        response.headers["x-note"] = "1"
        return response


def test_a_stream_that_breaks_off_under_a_base_http_middleware_is_recorded_once() -> None:
    app, events = build(streaming(b"one", ValueError(SECRET)), middleware=[Middleware(Note)])
    answer = ask(app)
    assert (answer.status, answer.body) == (200, b"one")
    assert isinstance(answer.raised, ValueError)
    assert [event.result for event in events.handled] == ["skipped"]


def test_an_error_in_a_background_task_under_a_base_http_middleware_is_recorded_once() -> None:
    def fail() -> None:
        raise ValueError(SECRET)

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("ok", background=BackgroundTask(fail))

    app, events = build(endpoint, middleware=[Middleware(Note)])
    answer = ask(app)
    assert (answer.status, answer.body, answer.complete) == (200, b"ok", True)
    assert isinstance(answer.raised, ValueError)
    assert [event.result for event in events.handled] == ["skipped"]


def test_a_middleware_that_holds_the_head_back_too_is_not_handed_a_second_one() -> None:
    def held_by(app: Any) -> Any:
        async def holding(scope: Any, receive: Any, send: Any) -> None:
            held: list[Any] = []

            async def hold(message: Any) -> None:
                assert message["type"] != "http.response.start" or not held
                held.append(message)

            await app(scope, receive, hold)
            for message in held:
                await send(message)

        return holding

    app, events = build(streaming(b"one", ValueError(SECRET)), middleware=[Middleware(held_by)])
    answer = ask(app)
    assert answer.is_problem
    assert isinstance(answer.raised, ValueError)
    assert len(events.handled) == 1


@pytest.mark.parametrize("parts", [(ValueError(SECRET),), (b"x" * 2000, ValueError(SECRET)), (b"x" * 2000, b"y")])
def test_a_compressing_middleware_changes_nothing(parts: Any) -> None:
    app, events = build(streaming(*parts), middleware=[Middleware(GZipMiddleware, minimum_size=10)])
    answer: Answer = ask(app, headers={"Accept-Encoding": "gzip"})
    failed = isinstance(parts[-1], Exception)
    assert len(events.handled) == failed
    assert answer.status == (500 if len(parts) == 1 else 200)
    assert answer.complete is (len(parts) == 1 or not failed)


def test_an_answer_that_starlette_replaces_by_413_makes_no_record_and_no_failure() -> None:
    body_limit = pytest.importorskip("starlette.middleware.body_limit", reason="Starlette has no limit of bodies yet")

    @failsoft.protect(retry=3, idempotent=True, circuit_breaker=failsoft.CircuitBreaker(failure_threshold=1))
    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("not read")

    app = Starlette(
        routes=[Route("/", endpoint, methods=["POST"])],
        middleware=[Middleware(body_limit.RequestBodyLimitMiddleware, max_body_size=10)],
    )
    fs = install(app, settings())
    events = watch(fs)
    answer = ask(app, method="POST", body=b"x" * 100, headers={"Content-Length": "100"})
    assert (answer.status, answer.raised) == (413, None)
    assert events == []
    assert fs.circuit_breakers["POST /"].state == "closed"


def test_a_body_that_starlette_refuses_while_it_is_read_is_a_problem() -> None:
    pytest.importorskip("starlette.middleware.body_limit", reason="Starlette has no limit of bodies yet")

    async def endpoint(request: Request) -> Response:
        await request.body()
        raise AssertionError

    app = Starlette(routes=[Route("/", endpoint, methods=["POST"])], max_body_size=10)
    events = watch(install(app))
    answer = ask(app, method="POST", body=b"x" * 100)
    assert (answer.status, answer.is_problem) == (413, True)
    assert [event.result for event in events.handled] == ["handled"]
