"""Rate limits on endpoints of Starlette and FastAPI: what the answers say, and who is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, BaseUser, SimpleUser
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

import failsoft
from asgi.harness import Answer, ask, watch
from clocks import ManualClock
from failsoft import Failsoft, RateLimit
from failsoft.events import CallRejected, WouldReject
from failsoft_asgi import install


def limited(endpoint: Any, settings: Any = None, middleware: Any = (), **limit: Any) -> tuple[Starlette, Failsoft]:
    """An application with one limited endpoint."""
    options = RateLimit(**{"rate": "2/minute", **limit})
    routes = [Route("/x", failsoft.protect(rate_limit=options)(endpoint), methods=["GET", "POST"])]
    app = Starlette(routes=[*routes, Route("/free", lambda _: Response())], middleware=middleware)
    return app, install(app, fs=Failsoft(settings, clock=ManualClock()))


async def well(_: Request) -> Response:
    return JSONResponse({"ok": True})


def said(answer: Answer) -> tuple[str | None, str | None, str | None]:
    return answer.header("ratelimit-policy"), answer.header("ratelimit"), answer.header("retry-after")


def well_sync(_: Request) -> Response:
    return JSONResponse({"ok": True})


@pytest.mark.parametrize("endpoint", [well, well_sync])
def test_every_answer_says_what_is_left(endpoint: Any) -> None:
    app, fs = limited(endpoint)
    events = watch(fs)
    answers = [ask(app, "/x") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    policy = '"endpoint";q=2;w=60'
    assert [said(answer) for answer in answers] == [
        (policy, '"endpoint";r=1;t=30', None),
        (policy, '"endpoint";r=0;t=30', None),
        (policy, '"endpoint";r=0;t=30', "30"),
    ]
    assert answers[2].is_problem
    assert answers[2].raised is None
    assert answers[2].json()["retry"] == {"allowed": True, "after": 30}
    assert [event.reason for event in events.of(CallRejected)] == ["rate_limited"]
    assert [(event.status, event.result) for event in events.handled] == [(429, "handled")]


def test_a_head_has_them_too_and_is_counted_with_get() -> None:
    app, _ = limited(well)
    answers = [ask(app, "/x", method) for method in ("GET", "HEAD", "HEAD")]
    assert [(answer.status, answer.header("ratelimit")) for answer in answers] == [
        (200, '"endpoint";r=1;t=30'),
        (200, '"endpoint";r=0;t=30'),
        (429, '"endpoint";r=0;t=30'),
    ]
    assert answers[2].body == b""


def test_what_has_no_limit_says_nothing() -> None:
    app, _ = limited(well)
    assert said(ask(app, "/free")) == said(ask(app, "/nowhere")) == (None, None, None)


def test_a_failure_of_the_view_says_it() -> None:
    async def broken(_: Request) -> Response:
        raise RuntimeError("oops")

    app, _ = limited(broken)
    answer = ask(app, "/x")
    assert (answer.status, answer.header("ratelimit"), answer.header("retry-after")) == (
        500,
        '"endpoint";r=1;t=30',
        None,
    )


def test_a_stream_says_it() -> None:
    async def stream(_: Request) -> Response:
        return StreamingResponse(iter([b"a", b"b"]))

    app, _ = limited(stream)
    answer = ask(app, "/x")
    assert (answer.body, answer.header("ratelimit")) == (b"ab", '"endpoint";r=1;t=30')


def test_headers_of_the_application_win() -> None:
    async def own(_: Request) -> Response:
        return Response(headers={"RateLimit": '"mine";r=5;t=1', "X-RateLimit-Limit": "5"})

    app, _ = limited(own)
    answer = ask(app, "/x")
    assert answer.all("ratelimit") == ['"mine";r=5;t=1']
    assert answer.all("ratelimit-policy") == ['"endpoint";q=2;w=60']


def test_a_handler_of_the_application_answers_in_its_own_words() -> None:
    app, _ = limited(well, rate="1/minute")

    async def handler(_: Request, exc: Exception) -> Response:
        return Response("slowly", status_code=429)

    app.add_exception_handler(failsoft.RateLimitError, handler)
    ask(app, "/x")
    answer = ask(app, "/x")
    assert (answer.status, answer.body) == (429, b"slowly")
    assert said(answer) == ('"endpoint";q=1;w=60', '"endpoint";r=0;t=60', "60")


def test_in_mode_observe_nobody_notices() -> None:
    app, fs = limited(well, {"rollout": {"mode": "observe"}}, rate="1/minute")
    events = watch(fs)
    answers = [ask(app, "/x") for _ in range(3)]
    assert [(answer.status, said(answer)) for answer in answers] == [(200, (None, None, None))] * 3
    assert len(events.of(WouldReject)) == 2


@pytest.mark.parametrize("responses", [{"format": "keep"}, {"replace": "unexpected"}])
def test_a_status_of_429_is_sent_whatever_else_is_left_to_the_framework(responses: dict[str, str]) -> None:
    app, _ = limited(well, {"responses": responses}, rate="1/minute")
    ask(app, "/x")
    answer = ask(app, "/x")
    assert (answer.status, answer.is_problem, answer.raised) == (429, True, None)


# --- who is counted


def test_clients_are_told_apart_by_their_address() -> None:
    app, _ = limited(well, rate="1/minute", key="client")
    found = [ask(app, "/x", client=(f"192.0.2.{n}", 1)).status for n in (1, 2, 1)]
    assert found == [200, 200, 429]


def test_who_is_behind_a_trusted_proxy_is_told_by_what_it_says() -> None:
    app, _ = limited(well, {"request": {"trusted_proxies": ["192.0.2.0/24"]}}, rate="1/minute", key="client")
    found = [ask(app, "/x", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status for n in (1, 2, 1)]
    assert found == [200, 200, 429]


def test_nobody_gains_by_a_header_that_is_not_to_be_believed() -> None:
    app, _ = limited(well, rate="1/minute", key="client")
    found = [ask(app, "/x", headers={"X-Forwarded-For": f"198.51.100.{n}"}).status for n in (1, 2)]
    assert found == [200, 429]


def test_a_header_is_read_whatever_its_spelling() -> None:
    app, _ = limited(well, rate="1/minute", key="header:X-Api-Key")
    found = [ask(app, "/x", headers={"x-api-KEY": key}).status for key in ("a", "b", "a")]
    assert found == [200, 200, 429]


class Named(BaseUser):
    """Has an identity, as Starlette's documentation wants it."""

    def __init__(self, name: str) -> None:
        self._name = name

    is_authenticated = True
    display_name = "the same for all"

    @property
    def identity(self) -> str:
        return self._name


class ByHeader(AuthenticationBackend):
    def __init__(self, user: Any) -> None:
        self._user = user

    async def authenticate(self, conn: Any) -> Any:
        name = conn.headers.get("x-user")
        return None if name is None else (AuthCredentials(), self._user(name))


@pytest.mark.parametrize("user", [SimpleUser, Named])
def test_users_are_told_apart_and_others_by_their_address(user: Any) -> None:
    middleware = [Middleware(AuthenticationMiddleware, backend=ByHeader(user))]
    app, _ = limited(well, middleware=middleware, rate="1/minute", key="user")
    asked = [("ann", 1), ("bob", 1), ("ann", 2), (None, 1), (None, 2), (None, 1)]
    found = [
        ask(app, "/x", headers={} if name is None else {"X-User": name}, client=(f"192.0.2.{n}", 1)).status
        for name, n in asked
    ]
    assert found == [200, 200, 429, 200, 200, 429]


# --- FastAPI, and where else an endpoint may be


def test_what_is_refused_reaches_no_dependency() -> None:
    app, seen = FastAPI(), []

    def dependency() -> None:
        seen.append(1)

    @app.get("/x", dependencies=[Depends(dependency)])
    @failsoft.protect(rate_limit="1/minute")
    async def endpoint() -> dict[str, bool]:
        return {"ok": True}

    install(app, fs=Failsoft(clock=ManualClock()))
    assert [ask(app, "/x").status for _ in range(3)] == [200, 429, 429]
    assert len(seen) == 1


def test_a_limit_of_the_settings_holds_under_a_mount_for_all_values_of_the_path() -> None:
    app = Starlette(routes=[Mount("/t/{tenant}", app=Starlette(routes=[Route("/x/{id}", well)]))])
    settings = {
        "policies": {"p": {"rate_limit": "2/minute"}},
        "endpoints": [{"match": "GET /t/{tenant}/x/{id}", "policy": "p"}],
    }
    install(app, fs=Failsoft(settings, clock=ManualClock()))
    assert [ask(app, f"/t/{n}/x/{n}").status for n in range(3)] == [200, 200, 429]


# --- shared by workers


@pytest.mark.parametrize("endpoint", [well, well_sync])
def test_workers_share_a_limit(endpoint: Any, tmp_path: Path) -> None:
    def worker() -> tuple[Starlette, Any]:
        settings = {"service": "shop", "state": {"url": f"sqlite:///{tmp_path}/state.db"}}
        app, fs = limited(endpoint, settings, rate="24/minute", scope="shared")
        beat = fs._parts.beat
        assert beat is not None
        beat.running = True  # moved by hand
        return app, beat

    workers = [worker(), worker()]
    answers = []
    for turn in range(40):
        app, beat = workers[turn % 2]
        answers.append(ask(app, "/x"))
        beat.once()
    statuses = [answer.status for answer in answers]
    # 24, and what the workers may have leased and owe in between: 3 and 4 for each
    assert 24 <= statuses.count(200) <= 24 + 2 * (3 + 4)
    assert set(statuses[-6:]) == {429}
    assert said(answers[0]) == ('"endpoint";q=24;w=60', '"endpoint";r=23;t=3', None)
    # the second one knows of the first: one call, and three that it has leased
    assert said(answers[3])[1] == '"endpoint";r=18;t=3'
    policy, limit, after = said(answers[-1])
    assert policy == '"endpoint";q=24;w=60'
    assert after is not None
    assert limit == f'"endpoint";r=0;t={after}'
    assert answers[-1].json()["code"] == "RATE_LIMIT_ERROR"
    for _, beat in workers:
        beat.leave()
