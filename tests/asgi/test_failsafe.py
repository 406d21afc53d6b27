"""When something in Failsoft fails, or an exception is hostile, the client still gets its answer."""

from __future__ import annotations

import asyncio
import errno
import logging
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

import failsoft
from asgi.harness import SECRET, ask, settings, watch
from clocks import ManualClock
from failsoft import answer as answer_module
from failsoft.errors.classifier import Classifier
from failsoft.events import ErrorHandled, InternalError
from failsoft.observers.logs import LogObserver
from failsoft.observers.otel import Telemetry
from failsoft.problem import ProblemMaker
from failsoft.sanitize import Sanitizer
from failsoft_asgi import FailsoftMiddleware, install
from failsoft_asgi.exchange import AsgiCall
from failsoft_asgi.routes import Routes
from hostile import HOSTILE

BROKEN = RuntimeError(f"password={SECRET}")


async def boom(request: Request) -> Response:
    raise ValueError(SECRET)


async def teapot(request: Request) -> Response:
    raise HTTPException(418)


def build(endpoint: Any = boom, more: Any = None) -> tuple[Starlette, failsoft.Failsoft]:
    app = Starlette(routes=[Route("/", endpoint), Route("/teapot", teapot)])
    fs = failsoft.Failsoft(more, clock=ManualClock())
    install(app, fs=fs)
    return app, fs


def breaks(*args: Any, **kwargs: Any) -> Any:
    raise BROKEN


PARTS: list[tuple[Any, str]] = [
    (Classifier, "classify"),
    (ProblemMaker, "make"),
    (answer_module, "render"),
    (answer_module, "ErrorHandled"),
    (AsgiCall, "describe"),
    (Sanitizer, "text"),
    (Telemetry, "annotate"),
    (Telemetry, "trace_id"),
    (Telemetry, "server_span_after_the_fact"),
    (LogObserver, "__call__"),
]
every_part = pytest.mark.parametrize("part", PARTS, ids=lambda part: f"{part[0].__name__}.{part[1]}")


@pytest.mark.parametrize("path", ["/", "/teapot", "/nowhere"])
@every_part
def test_a_part_of_ours_that_fails_costs_nobody_the_answer(
    part: Any, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = build()
    wrapped = FailsoftMiddleware(boom_raw)
    monkeypatch.setattr(*part, breaks)
    answer = ask(app, path)
    assert answer.is_problem
    assert answer.complete
    assert SECRET.encode() not in answer.body
    assert answer.json()["status"] == answer.status
    assert answer.header("x-request-id")
    if path == "/":
        assert answer.status == 500
        assert isinstance(answer.raised, ValueError)
        assert ask(wrapped).is_problem


async def boom_raw(scope: Any, receive: Any, send: Any) -> None:
    raise ValueError(SECRET)


@every_part
def test_a_part_of_ours_that_fails_under_a_policy_costs_nobody_the_answer(
    part: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, _ = build(more=settings(endpoints=[{"match": "GET /", "policy": "patient"}]))
    monkeypatch.setattr(*part, breaks)
    answer = ask(app)
    assert (answer.status, answer.is_problem, answer.complete) == (500, True, True)
    assert SECRET.encode() not in answer.body
    assert answer.raised is not None


def test_routes_that_cannot_be_read_cost_their_policies_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app, _ = build(more=settings(endpoints=[{"match": "GET /", "policy": "patient"}]))
    monkeypatch.setattr(Routes, "walk", breaks)
    for _ in range(2):
        answer = ask(app)
        assert (answer.status, answer.is_problem) == (500, True)
        assert isinstance(answer.raised, ValueError)
    assert caplog.text.count("routes could not be read") == 1
    assert SECRET not in "".join(r.getMessage() for r in caplog.records if "routes" in r.getMessage())


def test_what_another_framework_leaves_in_the_scope_does_no_harm() -> None:
    class Route:
        endpoint = None

        @property
        def path_format(self) -> str:
            raise RuntimeError(SECRET)

    async def foreign(scope: Any, receive: Any, send: Any) -> None:
        scope["route"] = Route()
        raise ValueError(SECRET)

    app = FailsoftMiddleware(foreign)
    events = watch(app.fs)
    assert ask(app).is_problem
    assert events.keys == ["__unmatched__"]


def test_a_policy_that_does_not_exist_costs_its_own_endpoint_only(caplog: pytest.LogCaptureFixture) -> None:
    @failsoft.protect(policy="nope")
    async def endpoint(request: Request) -> Response:
        return PlainTextResponse("ok")

    app, _ = build()
    app.router.routes.insert(0, Route("/nope", endpoint))
    with caplog.at_level(logging.ERROR, "failsoft"):
        answer = ask(app, "/nope")
    assert "GET /nope = 'nope'" in caplog.text
    assert (answer.status, answer.is_problem) == (500, True)
    assert isinstance(answer.raised, failsoft.SettingsError)
    assert ask(app, "/teapot").status == 418


def test_observers_that_fail_are_passed_over() -> None:
    app, fs = build()
    events = watch(fs)
    fs.events.subscribe(breaks)
    fs.events.subscribe(breaks, ErrorHandled)
    seen = []
    fs.events.subscribe(seen.append, ErrorHandled)
    assert ask(app).is_problem
    assert len(events.handled) == 1
    assert len(seen) == 1
    assert fs.events.errors >= 2


def test_the_failsafe_answer_has_an_id_and_the_failure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    app, fs = build()
    events = watch(fs)
    monkeypatch.setattr(ProblemMaker, "make", breaks)
    answer = ask(app)
    problem = answer.json()
    assert (problem["code"], problem["status"]) == ("INTERNAL_ERROR", 500)
    assert problem["error_id"] == answer.header("x-error-id")
    assert [event.where for event in events.of(InternalError)] == ["answer"]
    assert all(SECRET not in event.message for event in events.of(InternalError))


def test_the_failsafe_answer_to_a_head_request_has_no_body(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = build()
    monkeypatch.setattr(ProblemMaker, "make", breaks)
    answer = ask(app, method="HEAD")
    assert (answer.status, answer.body) == (500, b"")


# -- hostile exceptions


BAD_HEADERS = {"X-Evil": "a\r\nSet-Cookie: admin=1", "X-Snow": "\u2603", "X-Fine": "yes"}


class Odd(HTTPException):
    def __init__(self, status: Any, headers: Any = None) -> None:
        Exception.__init__(self)
        self.status_code, self.detail, self.headers = status, "odd", headers


ERRORS: list[Any] = [
    *HOSTILE,
    *(lambda status=status: Odd(status) for status in (498, 599, 600, 999, "abc", None)),
    *(lambda headers=headers: Odd(403, headers) for headers in (BAD_HEADERS, {"X-Number": 5}, 17, [("X-A", "1")])),
    lambda: OSError(errno.ENOSPC, "full"),
    lambda: BaseExceptionGroup("g", [ValueError(SECRET)]),
    lambda: HTTPException(400, "y" * 1_000_000),
]


@pytest.mark.parametrize("policy", [False, True], ids=["plain", "policy"])
@pytest.mark.parametrize("make", ERRORS, ids=range(len(ERRORS)))
def test_a_hostile_exception_is_answered_like_any_other(make: Any, policy: bool) -> None:
    async def endpoint(request: Request) -> Response:
        raise make()

    policies = settings(endpoints=[{"match": "GET /", "policy": "patient"}]) if policy else None
    app, fs = build(endpoint, policies)
    events = watch(fs)
    answer = ask(app)
    assert (answer.is_problem, answer.complete) == (True, True)
    assert 400 <= answer.status <= 599
    assert answer.json()["status"] == answer.status
    assert len(answer.body) <= 16_384
    assert SECRET.encode() not in answer.body
    assert b"admin=1" not in str(answer.head).encode()
    assert len(events.handled) == 1


def test_an_application_that_says_its_client_is_gone_is_believed() -> None:
    async def endpoint(request: Request) -> Response:
        raise Odd(499)

    app, fs = build(endpoint)
    events = watch(fs)
    assert ask(app).status == 499
    assert [event.result for event in events.handled] == ["aborted"]


def test_headers_of_an_exception_that_cannot_be_sent_are_left_out() -> None:
    async def endpoint(request: Request) -> Response:
        raise HTTPException(400, headers=BAD_HEADERS)

    app, _ = build(endpoint)
    answer = ask(app)
    assert (answer.header("x-evil"), answer.header("x-snow"), answer.header("x-fine")) == (None, None, "yes")
    assert answer.header("set-cookie") is None


# -- groups


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ([HTTPException(404)], 404),
        ([HTTPException(404), HTTPException(404)], 404),
        ([failsoft.ConflictError("x")], 409),
        ([HTTPException(404), ValueError(SECRET)], 500),
    ],
)
def test_what_a_task_group_raises_is_what_its_members_are(members: list[Exception], status: int) -> None:
    async def fail(error: Exception) -> None:
        raise error

    async def endpoint(request: Request) -> Response:
        async with asyncio.TaskGroup() as group:
            for member in members:
                group.create_task(fail(member))
        raise AssertionError

    app, fs = build(endpoint)
    events = watch(fs)
    answer = ask(app)
    assert (answer.status, answer.is_problem) == (status, True)
    assert (answer.raised is None) is (status < 500)
    assert len(events.handled) == 1
    assert SECRET.encode() not in answer.body


def test_what_a_task_group_raises_is_repeated_if_all_of_it_passes() -> None:
    calls: list[int] = []

    async def fail() -> None:
        raise ConnectionResetError

    async def endpoint(request: Request) -> Response:
        calls.append(1)
        if len(calls) < 3:
            async with asyncio.TaskGroup() as group:
                group.create_task(fail())
                group.create_task(fail())
        return JSONResponse({"ok": True})

    app, _ = build(endpoint, settings(endpoints=[{"match": "GET /", "policy": "patient"}]))
    assert ask(app).json() == {"ok": True}


# -- what is none of our business


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit, asyncio.CancelledError])
@pytest.mark.parametrize("policy", [False, True], ids=["plain", "policy"])
def test_what_ends_a_process_or_a_task_passes(error: type[BaseException], policy: bool) -> None:
    async def endpoint(request: Request) -> Response:
        raise error

    policies = settings(endpoints=[{"match": "GET /", "policy": "patient"}]) if policy else None
    app, fs = build(endpoint, policies)
    events = watch(fs)

    async def serve() -> None:
        from asgi.harness import Server, scope

        server = Server([])
        request = app(scope(), server.receive, server.send)
        with pytest.raises(error):
            request.send(None)
        assert server.sent == []

    asyncio.run(serve())
    assert events == []


def test_a_status_that_an_application_returns_is_not_touched() -> None:
    app, fs = build(lambda request: PlainTextResponse("mine", 500))
    events = watch(fs)
    answer = ask(app)
    assert (answer.status, answer.body, answer.raised) == (500, b"mine", None)
    assert events == []


class Nameless(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise ZeroDivisionError


class OfNameless(Exception, metaclass=Nameless):
    pass


def test_a_class_that_does_not_tell_its_name_is_answered() -> None:
    async def view(request: Request) -> Response:
        raise OfNameless(SECRET)

    app, _ = build(view)
    answer = ask(app)
    assert (answer.status, answer.is_problem) == (500, True)
    assert isinstance(answer.raised, OfNameless)
