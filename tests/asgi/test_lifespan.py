"""The start of an application, where marks are checked, and its end, where what was recorded is written."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import fastapi
import pytest
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute

import failsoft
from asgi.harness import Server, TestClient, aask, ask, settings
from failsoft_asgi import FailsoftMiddleware, install


async def boom(request: Request) -> Response:
    raise ValueError


def marked(policy: str = "nope") -> Any:
    @failsoft.protect(policy=policy)
    async def endpoint(request: Request) -> Response:
        raise ValueError

    return endpoint


# -- policies that are not there


class Resource(HTTPEndpoint):
    @failsoft.protect(policy="gone")
    async def post(self, request: Request) -> Response:
        raise ValueError


def app_with_faults() -> Starlette:
    child = Starlette(routes=[Route("/deep", marked("deep"))])
    routes = [
        Route("/a", marked()),
        Route("/b", Resource),
        Mount("/m", app=child),
        WebSocketRoute("/ws", marked("ws")),
        Route("/fine", marked("patient")),
    ]
    return Starlette(routes=routes)


def test_install_refuses_marks_with_unknown_policies_all_at_once() -> None:
    app = app_with_faults()
    with pytest.raises(failsoft.SettingsError) as refused:
        install(app, settings())
    said = {(fault.path, fault.value) for fault in refused.value.faults}
    assert said == {("GET /a", "'nope'"), ("POST /b", "'gone'"), ("GET /m/deep", "'deep'"), ("GET /ws", "'ws'")}
    # it is left as it was
    assert ask(app, "/a").body == b"Internal Server Error"


def test_a_table_of_the_settings_stands_in_for_a_policy_that_is_not_there() -> None:
    app = Starlette(routes=[Route("/a", marked())])
    install(app, settings(endpoints=[{"match": "GET /a", "policy": "patient"}]))
    assert ask(app, "/a").is_problem


def test_install_does_not_take_a_mounted_application_that_may_get_its_own() -> None:
    child = Starlette(routes=[Route("/a", boom)])
    app = Starlette(routes=[Mount("/m", app=child)])
    first = install(app)
    assert install(child, {"responses": {"format": "keep"}}) is not first


def test_the_start_refuses_what_came_after_install() -> None:
    app = fastapi.FastAPI()
    install(app, settings())
    app.add_api_route("/a", marked())
    app.add_api_route("/b", marked("neither"), methods=["PUT"])

    async def start() -> list[Any]:
        server = Server([{"type": "lifespan.startup"}])
        with pytest.raises(failsoft.SettingsError):
            await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, server.receive, server.send)
        return server.sent

    (message,) = asyncio.run(start())
    assert message["type"] == "lifespan.startup.failed"
    assert "GET /a = 'nope'" in message["message"]
    assert "PUT /b = 'neither'" in message["message"]
    with pytest.raises(failsoft.SettingsError), TestClient(app):
        raise AssertionError


# -- the end


def records(path: Path) -> int:
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM failsoft_audit WHERE kind = 'failure.handled'").fetchone()
    return int(number)


async def raw(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
        return
    raise ValueError


@pytest.mark.parametrize("framework", ["starlette", "fastapi", "any"])
def test_what_was_recorded_is_written_when_the_application_ends_and_it_may_start_again(
    framework: str, tmp_path: Path
) -> None:
    path = tmp_path / "audit.db"
    more = {"audit": {"url": f"sqlite:///{path}", "encryption": "off"}}
    app: Any
    if framework == "any":
        app = FailsoftMiddleware(raw, more)
        fs = app.fs
    else:
        app = Starlette(routes=[Route("/", boom)]) if framework == "starlette" else fastapi.FastAPI()
        if framework == "fastapi":
            app.add_api_route("/", boom)
        fs = install(app, more)
    for number in (1, 2, 3):
        seen = []

        async def serve(app: Any = app, seen: list[int] = seen) -> None:
            scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
            incoming = iter(["startup", "shutdown"])

            async def receive() -> Any:
                kind = next(incoming)
                if kind == "shutdown":
                    assert isinstance((await aask(app)).raised, ValueError)
                return {"type": f"lifespan.{kind}"}

            async def send(message: Any) -> None:
                if message["type"] == "lifespan.shutdown.complete":
                    seen.append(records(path))

            await app(scope, receive, send)

        asyncio.run(serve())
        assert seen == [number]
    fs.close()


def test_an_instance_that_was_handed_in_is_its_owners(monkeypatch: pytest.MonkeyPatch) -> None:
    flushed = []
    monkeypatch.setattr(failsoft.Failsoft, "rest", lambda *_: flushed.append(1))
    app = Starlette(routes=[Route("/", boom)])
    install(app, fs=failsoft.Failsoft())
    with TestClient(app):
        pass
    assert flushed == []


def test_a_flush_that_fails_keeps_nobody_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []

    def fails(*_: Any) -> Any:
        flushed.append(1)
        raise RuntimeError

    monkeypatch.setattr(failsoft.Failsoft, "rest", fails)
    app = Starlette(routes=[Route("/", boom)])
    install(app)
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/").status_code == 500
    assert flushed == [1]
