"""Who answers: the application's own handlers win, a framework's defaults do not, and what escapes is raised again."""

from __future__ import annotations

from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

import failsoft
from asgi.harness import SECRET, Answer, TestClient, Watched, ask, watch
from failsoft_asgi import install


class Oops(Exception):
    pass


class Worse(Oops):
    pass


async def boom(request: Request) -> Response:
    raise ValueError(SECRET)


async def oops(request: Request) -> Response:
    raise Worse(SECRET)


async def teapot(request: Request) -> Response:
    raise HTTPException(418, "short and stout", headers={"X-Pot": "1"})


async def broken(request: Request) -> Response:
    raise HTTPException(500, SECRET)


async def missing(request: Request) -> Response:
    raise failsoft.NotFoundError("nothing")


async def unreachable(request: Request) -> Response:
    raise ConnectionRefusedError(SECRET)


ROUTES = [
    Route("/boom", boom),
    Route("/oops", oops),
    Route("/teapot", teapot),
    Route("/broken", broken),
    Route("/missing", missing),
    Route("/unreachable", unreachable),
]


def mine(status: int) -> Any:
    def answer(request: Request, exc: Exception) -> Response:
        return JSONResponse({"mine": type(exc).__name__}, status)

    return answer


def build(settings: Any = None, **options: Any) -> tuple[Starlette, Watched]:
    app = Starlette(routes=ROUTES, **options)
    return app, watch(install(app, settings))


class Pure:
    """A middleware made of a function."""

    def __init__(self, app: Any, run: Any) -> None:
        self.app, self.run = app, run

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.run(self.app, scope, receive, send)


def is_mine(answer: Answer, status: int) -> bool:
    return answer.status == status and "mine" in answer.json()


# -- handlers of the application


def test_a_handler_for_a_class_answers_its_subclasses() -> None:
    app, events = build(exception_handlers={Oops: mine(499)})
    answer = ask(app, "/oops")
    assert is_mine(answer, 499)
    assert answer.raised is None
    assert answer.header("x-request-id")
    assert events.handled == []


def test_a_handler_for_a_status_answers_http_exceptions_of_that_status_only() -> None:
    app, _ = build(exception_handlers={418: mine(418)})
    assert is_mine(ask(app, "/teapot"), 418)
    assert ask(app, "/nowhere").is_problem


def test_a_handler_for_404_answers_unknown_paths() -> None:
    app, events = build(exception_handlers={404: mine(404)})
    assert is_mine(ask(app, "/nowhere"), 404)
    assert events.handled == []


def test_a_handler_for_http_exceptions_answers_them_all() -> None:
    app, _ = build(exception_handlers={HTTPException: mine(400)})
    assert is_mine(ask(app, "/teapot"), 400)
    assert is_mine(ask(app, "/nowhere"), 400)


@pytest.mark.parametrize("key", [Exception, 500])
def test_a_handler_of_last_resort_answers_what_nobody_expected(key: Any) -> None:
    app, events = build(exception_handlers={key: mine(500)})
    answer = ask(app, "/boom")
    assert is_mine(answer, 500)
    assert isinstance(answer.raised, ValueError)
    (event,) = events.handled
    assert (event.endpoint, event.result) == ("GET /boom", "unhandled")
    assert answer.all("x-error-id") == [event.failure.error_id]


@pytest.mark.parametrize("path", ["/missing", "/teapot", "/nowhere"])
def test_a_handler_of_last_resort_is_not_asked_about_errors_that_carry_their_answer(path: str) -> None:
    app, _ = build(exception_handlers={Exception: mine(500)})
    answer = ask(app, path)
    assert answer.is_problem
    assert answer.raised is None


def test_a_handler_of_last_resort_is_asked_about_a_failure_whose_status_was_only_inferred() -> None:
    app, _ = build(exception_handlers={Exception: mine(500)})
    assert is_mine(ask(app, "/unreachable"), 500)


def test_an_http_exception_of_500_is_answered_as_one_and_its_text_is_not_said() -> None:
    app, _ = build(exception_handlers={500: mine(500)})
    answer = ask(app, "/broken")
    assert answer.is_problem
    assert SECRET.encode() not in answer.body


def test_handlers_added_after_install_win_too() -> None:
    app, _ = build()
    app.add_exception_handler(Oops, mine(409))
    app.add_exception_handler(404, mine(404))
    app.add_exception_handler(Exception, mine(500))
    assert is_mine(ask(app, "/oops"), 409)
    assert is_mine(ask(app, "/nowhere"), 404)
    assert is_mine(ask(app, "/boom"), 500)


def test_a_handler_that_itself_breaks_is_answered_by_a_problem_with_both_failures_recorded() -> None:
    def bad(request: Request, exc: Exception) -> Response:
        raise RuntimeError("the handler broke")

    app, events = build(exception_handlers={Exception: bad})
    answer = ask(app, "/boom")
    assert (answer.status, answer.is_problem, answer.complete) == (500, True, True)
    assert isinstance(answer.raised, RuntimeError)
    assert [event.failure.type for event in events.handled] == ["ValueError", "RuntimeError"]
    assert answer.json()["error_id"] == events.handled[1].failure.error_id


def test_a_handler_for_a_class_that_breaks_is_answered_by_a_problem() -> None:
    def bad(request: Request, exc: Exception) -> Response:
        raise RuntimeError(SECRET)

    app, events = build(exception_handlers={Oops: bad})
    answer = ask(app, "/oops")
    assert (answer.status, answer.is_problem) == (500, True)
    assert SECRET.encode() not in answer.body
    assert len(events.handled) == 1


def test_the_traceback_that_starlette_erases_was_read_before() -> None:
    kept: list[Exception] = []

    def keep(request: Request, exc: Exception) -> Response:
        kept.append(exc)
        return PlainTextResponse("kept", 500)

    app, events = build(exception_handlers={Exception: keep})
    ask(app, "/boom")
    (event,) = events.handled
    assert any(function == "boom" for _, _, function in event.failure.links[0].frames)


def test_fastapi_keeps_a_handler_on_its_own_http_exception_and_we_answer_the_routers() -> None:
    app = fastapi.FastAPI()
    install(app)
    app.add_exception_handler(fastapi.HTTPException, mine(400))

    @app.get("/own")
    async def own() -> None:
        raise fastapi.HTTPException(403)

    assert is_mine(ask(app, "/own"), 400)
    assert ask(app, "/nowhere").is_problem


@pytest.mark.parametrize(
    ("detail", "said"),
    [({"code": "E1", "items": [1]}, False), (["a"], False), (7, False), ("The pot is short.", True), (None, False)],
)
def test_the_detail_of_an_http_exception_is_said_only_if_it_is_a_text(detail: Any, said: bool) -> None:
    app = fastapi.FastAPI()
    install(app)

    @app.get("/own")
    async def own() -> None:
        raise fastapi.HTTPException(409, detail=detail, headers={"X-A": "1"})

    answer = ask(app, "/own")
    assert (answer.status, answer.header("x-a")) == (409, "1")
    text = answer.json()["detail"]
    assert isinstance(text, str)
    assert (text == detail) is said
    assert "E1" not in text


# -- redirects and other answers that are no errors


@pytest.mark.parametrize("status", [200, 204, 302, 303, 304, 307])
def test_an_http_exception_that_is_no_error_is_left_to_the_framework(status: int) -> None:
    async def away(request: Request) -> Response:
        raise HTTPException(status, headers={"Location": "/login"})

    app = Starlette(routes=[Route("/", away)])
    events = watch(install(app))
    answer = ask(app)
    assert (answer.status, answer.header("location"), answer.raised) == (status, "/login", None)
    assert events == []


def test_a_redirect_by_exception_is_no_failure_to_a_policy() -> None:
    @failsoft.protect(retry=3, circuit_breaker=failsoft.CircuitBreaker(failure_threshold=1))
    async def away(request: Request) -> Response:
        raise HTTPException(303, headers={"Location": "/login"})

    app = Starlette(routes=[Route("/", away)])
    fs = install(app)
    for _ in range(3):
        assert ask(app).status == 303
    assert fs.circuit_breakers["GET /"].state == "closed"


# -- errors in middleware


def test_an_http_exception_raised_in_a_middleware_keeps_status_and_headers() -> None:
    async def refuse(app: Any, scope: Any, receive: Any, send: Any) -> None:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})

    app, events = build(middleware=[Middleware(CORSMiddleware, allow_origins=["*"]), Middleware(Pure, run=refuse)])
    answer = ask(app, "/boom", headers={"Origin": "https://shop.example"})
    assert (answer.status, answer.is_problem, answer.raised) == (401, True, None)
    assert answer.header("www-authenticate") == "Bearer"
    assert [(event.endpoint, event.result) for event in events.handled] == [("__unmatched__", "handled")]


def test_an_http_exception_raised_in_a_base_http_middleware_keeps_status_and_headers() -> None:
    class Refuse(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next: Any) -> Response:
            raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})

    app, _ = build(middleware=[Middleware(Refuse)])
    answer = ask(app, "/boom")
    assert (answer.status, answer.is_problem, answer.header("www-authenticate")) == (401, True, "Bearer")


def test_headers_of_the_users_middleware_are_on_every_error() -> None:
    async def mark(app: Any, scope: Any, receive: Any, send: Any) -> None:
        async def marked(message: Any) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", []).append((b"x-mine", b"1"))
            await send(message)

        await app(scope, receive, marked)

    app, _ = build(middleware=[Middleware(CORSMiddleware, allow_origins=["*"]), Middleware(Pure, run=mark)])
    for path in ("/boom", "/teapot", "/nowhere", "/missing"):
        answer = ask(app, path, headers={"Origin": "https://shop.example"})
        assert answer.header("access-control-allow-origin") == "*"
        assert answer.header("x-mine") == "1"
        assert answer.header("x-request-id")


def test_middleware_added_after_install_is_around_our_answers_too() -> None:
    app, _ = build()
    app.add_middleware(CORSMiddleware, allow_origins=["*"])
    answer = ask(app, "/boom", headers={"Origin": "https://shop.example"})
    assert (answer.status, answer.is_problem) == (500, True)
    assert answer.header("access-control-allow-origin") == "*"


def test_a_middleware_that_fails_while_it_sends_is_answered() -> None:
    async def choke(app: Any, scope: Any, receive: Any, send: Any) -> None:
        async def choking(message: Any) -> None:
            raise Oops(SECRET)

        await app(scope, receive, choking)

    app, events = build(middleware=[Middleware(Pure, run=choke)])
    answer = ask(app, "/missing")
    assert (answer.status, answer.is_problem) == (500, True)
    assert SECRET.encode() not in answer.body
    assert isinstance(answer.raised, Oops)
    assert events.handled


# -- debug pages and test clients


@pytest.mark.parametrize(("accept", "kind"), [("text/html", "text/html"), ("*/*", "text/plain")])
def test_the_debug_page_still_appears_in_debug_mode(accept: str, kind: str) -> None:
    app, events = build(debug=True)
    answer = ask(app, "/boom", headers={"Accept": accept})
    assert answer.status == 500
    assert (answer.header("content-type") or "").startswith(kind)
    assert b"Traceback" in answer.body
    assert SECRET.encode() in answer.body
    assert [event.result for event in events.handled] == ["unhandled"]


def test_in_debug_mode_errors_that_carry_their_answer_are_problems() -> None:
    app, _ = build(debug=True)
    assert ask(app, "/teapot").is_problem
    assert ask(app, "/missing").is_problem


def test_a_test_client_still_raises_what_nobody_expected() -> None:
    app, _ = build()
    with pytest.raises(ValueError, match=SECRET):
        TestClient(app).get("/boom")
    assert TestClient(app).get("/teapot").status_code == 418
    assert TestClient(app).get("/missing").status_code == 404


def test_a_test_client_that_does_not_raise_sees_the_problem() -> None:
    app, _ = build()
    response = TestClient(app, raise_server_exceptions=False).get("/boom")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"


def test_the_exception_that_is_raised_again_is_the_same_object_with_its_traceback() -> None:
    error = ValueError("once")

    async def fail(request: Request) -> Response:
        raise error

    app = Starlette(routes=[Route("/", fail)])
    install(app)
    answer = ask(app)
    assert answer.raised is error
    functions = []
    trace = error.__traceback__
    while trace is not None:
        functions.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert functions[-1] == "fail"
