"""How far Failsoft acts, and how its answers look: mode, format, replace, status, renderer, debug."""

from __future__ import annotations

from random import Random
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

import failsoft
from asgi.harness import SECRET, ask, settings, watch
from clocks import ManualClock
from failsoft.events import RetryScheduled, WouldAnswer, WouldReject, WouldRetry
from failsoft_asgi import FailsoftMiddleware, install


async def boom(request: Request) -> Response:
    raise ValueError(SECRET)


async def teapot(request: Request) -> Response:
    raise HTTPException(418, "short and stout", headers={"X-Pot": "1"})


async def missing(request: Request) -> Response:
    raise failsoft.NotFoundError(SECRET)


async def refused(request: Request) -> Response:
    raise ConnectionRefusedError(SECRET)


async def broken_stream(request: Request) -> Response:
    async def stream() -> Any:
        raise ValueError(SECRET)
        yield b""

    return StreamingResponse(stream())


def routes() -> list[Route]:
    return [
        Route("/boom", boom),
        Route("/teapot", teapot),
        Route("/missing", missing),
        Route("/refused", refused),
        Route("/stream", broken_stream),
    ]


PATHS = ["/boom", "/teapot", "/missing", "/refused", "/stream", "/nowhere"]


def build(more: Any = None, *, rng: Any = None, app: Any = None) -> tuple[Any, Any, failsoft.Failsoft]:
    app = app or Starlette(routes=routes())
    fs = failsoft.Failsoft(more, clock=ManualClock(), rng=rng)
    return app, watch(install(app, fs=fs)), fs


def bare() -> Starlette:
    return Starlette(routes=routes())


def same(answer: Any, expected: Any, *added: str) -> None:
    """Two answers are the same, but for the headers that were added."""

    def plain(sent: Any) -> Any:
        return [{**m, "headers": [(k, v) for k, v in m.get("headers", ()) if k.decode() not in added]} for m in sent]

    assert plain(answer.sent) == plain(expected.sent)
    assert type(answer.raised) is type(expected.raised)


# -- mode


@pytest.mark.parametrize("path", PATHS)
def test_observing_leaves_every_answer_as_it_is_and_says_what_would_have_been_done(path: str) -> None:
    app, events, _ = build({"rollout": {"mode": "observe"}})
    answer = ask(app, path)
    same(answer, ask(bare(), path), "x-request-id")
    assert answer.header("x-request-id")
    assert events.names in (["WouldAnswer", "ErrorHandled"], ["ErrorHandled"])
    assert len(events.handled) == 1


@pytest.mark.parametrize("path", PATHS)
def test_off_leaves_everything_as_it_is(path: str) -> None:
    app, events, _ = build({"rollout": {"mode": "off"}})
    same(ask(app, path), ask(bare(), path))
    assert events == []


def test_observing_says_what_a_policy_would_have_done_and_does_not_do_it() -> None:
    policy = {"retry": {"max_attempts": 3}, "circuit_breaker": {"failure_threshold": 1}}
    rules = [{"match": "GET /refused", "policy": "p", "mode": "observe"}]
    app, events, fs = build({"policies": {"p": policy}, "endpoints": rules})
    for _ in range(2):
        same(ask(app, "/refused"), ask(bare(), "/refused"), "x-request-id")
    assert len(events.of(WouldRetry)) == 2
    assert len(events.of(WouldReject)) == 1
    assert len(events.of(WouldAnswer)) == 2
    assert events.of(RetryScheduled) == []
    assert fs.circuit_breakers["GET /refused"].state == "open"


@pytest.mark.parametrize("path", ["/stream", "/boom"])
def test_an_observed_endpoint_with_a_policy_sends_what_the_framework_would(path: str) -> None:
    rules = [{"match": f"GET {path}", "policy": "patient", "mode": "observe"}]
    app, events, _ = build(settings(endpoints=rules))
    same(ask(app, path), ask(bare(), path), "x-request-id")
    assert len(events.handled) == 1


def test_an_endpoint_may_be_enforced_while_the_rest_is_observed() -> None:
    rules = [{"match": "GET /boom", "mode": "enforce"}]
    app, _, _ = build({"rollout": {"mode": "observe"}, "endpoints": rules})
    assert ask(app, "/boom").is_problem
    assert not ask(app, "/missing").is_problem


def test_failures_of_a_critical_endpoint_are_a_step_more_severe() -> None:
    rules = [{"match": f"GET {path}", "critical": True} for path in ("/boom", "/missing", "/stream")]
    retried = {"match": "GET /refused", "critical": True, "policy": "patient"}
    app, events, _ = build(settings(endpoints=[*rules, retried]))
    for path in ("/boom", "/missing", "/stream", "/refused", "/teapot"):
        ask(app, path)
    told = {event.endpoint: event.failure.severity for event in events.handled}
    assert told == {
        "GET /boom": "critical",
        "GET /missing": "info",
        "GET /stream": "critical",
        "GET /refused": "high",
        "GET /teapot": "low",
    }


@pytest.mark.parametrize("rule", [{"exempt": True}, {"mode": "off"}])
def test_an_endpoint_may_be_left_out(rule: Any) -> None:
    app, events, _ = build({"endpoints": [{"match": "GET /boom", **rule}, {"match": "GET /teapot", **rule}]})
    for path in ("/boom", "/teapot"):
        same(ask(app, path), ask(bare(), path), "x-request-id")
    assert events == []
    assert ask(app, "/missing").is_problem


def test_a_mark_may_leave_an_endpoint_out() -> None:
    @failsoft.protect(mode="off")
    async def endpoint(request: Request) -> Response:
        raise HTTPException(418)

    app = Starlette(routes=[Route("/", endpoint)])
    install(app)
    assert not ask(app).is_problem


def test_a_percentage_of_requests_is_enforced_and_the_others_are_observed() -> None:
    app, events, _ = build({"rollout": {"percent": 30}}, rng=Random(7))
    answered = sum(ask(app, "/boom").is_problem for _ in range(200))
    assert 40 <= answered <= 80
    assert len(events.of(WouldAnswer)) == 200 - answered
    assert len(events.handled) == 200


# -- format


@pytest.mark.parametrize("path", PATHS)
def test_kept_bodies_are_the_frameworks_with_ids_added(path: str) -> None:
    app, events, _ = build({"responses": {"format": "keep"}})
    answer = ask(app, path)
    (event,) = events.handled
    assert answer.all("x-error-id") == [event.failure.error_id]
    assert answer.header("x-request-id")
    expected = ask(bare(), path)
    if path == "/stream":
        assert answer.body == b"Internal Server Error"
    else:
        same(answer, expected, "x-request-id", "x-error-id")


def test_kept_bodies_of_fastapi_are_its_own() -> None:
    def make() -> Any:
        app = fastapi.FastAPI()

        @app.get("/x")
        async def x(page: int) -> None:
            raise fastapi.HTTPException(409, {"mine": True})

        return app

    app, _, _ = build({"responses": {"format": "keep"}}, app=make())
    for path in ("/x?page=1", "/x?page=a", "/nowhere"):
        same(ask(app, path), ask(make(), path), "x-request-id", "x-error-id")


def test_always_a_problem_document_even_for_a_browser() -> None:
    app, _, _ = build({"responses": {"format": "problem"}})
    assert ask(app, "/boom", headers={"Accept": "text/html"}).is_problem


def test_only_what_nobody_expected_is_replaced_where_that_is_wanted() -> None:
    app, events, _ = build({"responses": {"replace": "unexpected"}})
    assert ask(app, "/boom").is_problem
    assert ask(app, "/refused").is_problem
    for path in ("/teapot", "/nowhere"):
        same(ask(app, path), ask(bare(), path), "x-request-id", "x-error-id")
    assert len(events.handled) == 4


def test_a_rejection_of_ours_is_a_problem_also_where_the_applications_own_bodies_stay() -> None:
    policy = {"circuit_breaker": {"failure_threshold": 1}}
    rules = [{"match": "GET /refused", "policy": "p"}]
    more = {"responses": {"replace": "unexpected"}, "policies": {"p": policy}, "endpoints": rules}
    app, _, _ = build(more)
    ask(app, "/refused")
    answer = ask(app, "/refused")
    assert (answer.status, answer.json()["code"]) == (503, "CIRCUIT_BREAKER_ERROR")
    assert isinstance(answer.raised, (failsoft.CircuitOpenError, type(None)))


def test_a_status_is_not_moved_where_that_is_not_wanted() -> None:
    app, _, _ = build({"responses": {"status_from": "framework"}})
    assert ask(app, "/refused").status == 500
    assert ask(app, "/teapot").status == 418
    assert ask(app, "/missing").status == 404


@pytest.mark.parametrize("path", ["/boom", "/refused", "/stream"])
def test_nothing_is_raised_again_where_that_is_not_wanted(path: str) -> None:
    app, events, _ = build({"responses": {"reraise": "never"}})
    answer = ask(app, path)
    assert (answer.is_problem, answer.raised) == (True, None)
    assert len(events.handled) == 1


# -- renderer and debug


def own_body(problem: Any, facts: Any) -> Any:
    return {"error": problem.code, "where": facts.path}, "application/vnd.shop+json"


def broken_renderer(problem: Any, facts: Any) -> Any:
    raise RuntimeError(SECRET)


def test_a_renderer_of_the_application_makes_the_body() -> None:
    app, _, _ = build({"responses": {"renderer": "asgi.test_modes:own_body"}})
    answer = ask(app, "/missing")
    assert answer.header("content-type") == "application/vnd.shop+json"
    assert answer.json() == {"error": "NOT_FOUND", "where": "/missing"}
    assert answer.header("content-length") == str(len(answer.body))


@pytest.mark.parametrize("path", ["/boom", "/teapot", "/nowhere"])
def test_a_renderer_that_fails_costs_nobody_the_answer(path: str) -> None:
    app, events, _ = build({"responses": {"renderer": "asgi.test_modes:broken_renderer"}})
    answer = ask(app, path)
    assert answer.is_problem
    assert SECRET.encode() not in answer.body
    assert [event.where for event in events if type(event).__name__ == "InternalError"] == ["responses.renderer"]


def test_debug_discloses_and_nothing_else_does() -> None:
    app, _, _ = build({"responses": {"debug": True}})
    assert "ValueError" in str(ask(app, "/boom").json()["debug"])
    app, _, _ = build({"environment": "development"})
    assert "debug" not in ask(app, "/boom").json()


def test_a_middleware_around_any_application_has_the_same_modes() -> None:
    async def raw(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError(SECRET)

    for more in ({"rollout": {"mode": "observe"}}, {"rollout": {"mode": "off"}}, {"responses": {"format": "keep"}}):
        app = FailsoftMiddleware(raw, more)
        answer = ask(app)
        assert answer.sent == []
        assert isinstance(answer.raised, ValueError)


def test_a_successful_answer_is_the_same_in_every_mode() -> None:
    async def fine(request: Request) -> Response:
        return JSONResponse({"ok": True}, headers={"X-Own": "1"})

    def make() -> Starlette:
        return Starlette(routes=[Route("/", fine), Route("/text", lambda request: PlainTextResponse("ok"))])

    for mode in ("enforce", "observe", "off"):
        app, events, _ = build({"rollout": {"mode": mode}}, app=make())
        for path in ("/", "/text"):
            same(ask(app, path), ask(make(), path), "x-request-id")
        assert events == []
