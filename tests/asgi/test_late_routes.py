"""Routes that are added while the application serves requests already, wherever."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute

import failsoft
from asgi.harness import ask, watch
from failsoft_asgi import install


def flaky() -> Any:
    calls: list[int] = []

    @failsoft.protect(retry=failsoft.Retry(max_attempts=3, base_delay=0.001))
    async def endpoint(request: Request) -> Response:
        calls.append(1)
        if len(calls) < 3:
            raise ConnectionResetError
        return PlainTextResponse("ok")

    return endpoint


def broken() -> Any:
    async def endpoint(request: Request) -> Response:
        raise ValueError

    return endpoint


Add = Callable[[str, Any], None]


def adder(routes: list[Any]) -> Add:
    return lambda path, endpoint: routes.append(Route(path, endpoint))


def own() -> tuple[Any, Add, str]:
    app = Starlette()
    return app, adder(app.router.routes), ""


def mounted_application() -> tuple[Any, Add, str]:
    child = Starlette()
    app = Starlette(routes=[Mount("/deep", routes=[Mount("/er", app=child)])])
    return app, adder(child.router.routes), "/deep/er"


def mounted_routes() -> tuple[Any, Add, str]:
    router = Router()
    return Starlette(routes=[Mount("/a", app=router)]), adder(router.routes), "/a"


def host() -> tuple[Any, Add, str]:
    child = Starlette()
    return Starlette(routes=[Host("shop.example", app=child)]), adder(child.router.routes), ""


def included() -> tuple[Any, Add, str]:
    inner, outer = fastapi.APIRouter(), fastapi.APIRouter()
    inner.add_api_route("/there", broken())
    outer.include_router(inner, prefix="/b")
    app = fastapi.FastAPI()
    app.include_router(outer, prefix="/a")

    def add(path: str, endpoint: Any) -> None:
        inner.add_api_route(path, endpoint)

    return app, add, "/a/b"


def included_starlette_route() -> tuple[Any, Add, str]:
    router = fastapi.APIRouter()
    app = fastapi.FastAPI()
    router.add_route("/there", broken())
    app.include_router(router, prefix="/a")

    def add(path: str, endpoint: Any) -> None:
        router.add_route(path, endpoint)

    return app, add, "/a"


PLACES = [own, mounted_application, mounted_routes, host, included, included_starlette_route]


@pytest.mark.parametrize("place", PLACES)
def test_a_route_that_is_added_later_has_its_policy_and_its_template(place: Any) -> None:
    app, add, prefix = place()
    events = watch(install(app))
    assert ask(app, prefix + "/nowhere").status == 404
    add("/late", flaky())
    add("/{broken}/x", broken())
    if ask(app, prefix + "/late").status == 404:
        pytest.skip("this version copies the routes of a router when it is included")
    assert events.names.count("RetryScheduled") == 2
    assert ask(app, prefix + "/1/x").is_problem
    assert events.keys[-1] == f"GET {prefix}/{{broken}}/x"
    add("/again", flaky())
    assert ask(app, prefix + "/again").body == b"ok"
    assert events.names.count("RetryScheduled") == 4


def test_a_websocket_that_is_added_later_may_be_left_out() -> None:
    async def endpoint(websocket: Any) -> None:
        raise ValueError

    child = Starlette()
    app = Starlette(routes=[Mount("/a", app=child)])
    events = watch(install(app, {"endpoints": [{"match": "GET /a/ws", "exempt": True}]}))
    assert ask(app, "/a/nowhere").status == 404
    events.clear()
    child.router.routes.append(WebSocketRoute("/ws", endpoint))
    ask(app, "/a/ws", type="websocket", incoming=[{"type": "websocket.connect"}])
    assert events == []


def test_an_unknown_policy_of_a_route_that_is_added_later_is_said(caplog: pytest.LogCaptureFixture) -> None:
    child = Starlette()
    app = Starlette(routes=[Mount("/a", app=child)])
    install(app)
    ask(app, "/a/nowhere")
    child.router.routes.append(Route("/late", failsoft.protect(policy="nope")(broken())))
    with caplog.at_level(logging.ERROR, "failsoft"):
        assert ask(app, "/a/late").status == 500
    assert "GET /a/late = 'nope'" in caplog.text
