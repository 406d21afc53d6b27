"""What the test suites of the frameworks themselves rely on, as far as it once was not so with Failsoft."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from werkzeug.exceptions import NotFound, abort

from failsoft_asgi import install
from failsoft_flask import FlaskFailsoft
from flask import Flask, request

ROOT = Path(__file__).parents[2]
FORMATS = pytest.mark.parametrize("settings", [{}, {"responses": {"format": "keep"}}], ids=["default", "keep"])


def flask(settings: dict[str, Any], **config: Any) -> Any:
    app = Flask(__name__)
    app.config.update(TESTING=True, **config)
    app.add_url_rule("/missing", view_func=lambda: abort(404))
    app.add_url_rule("/key", "key", lambda: request.form["nothing"])
    FlaskFailsoft(app, settings)
    return app.test_client()


@FORMATS
def test_flask_lets_http_exceptions_through_that_it_is_told_to_trap(settings: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        flask(settings, TRAP_HTTP_EXCEPTIONS=True).get("/missing")
    with pytest.raises(KeyError):
        flask(settings, TRAP_BAD_REQUEST_ERRORS=True).get("/key")


@FORMATS
def test_flask_answers_http_exceptions_that_it_is_not_told_to_trap(settings: dict[str, Any]) -> None:
    client = flask(settings)
    assert [client.get(path).status_code for path in ("/missing", "/key")] == [404, 400]


async def ok(request: Any) -> Any:
    return PlainTextResponse("ok")


@FORMATS
def test_a_scope_without_headers_is_served(settings: dict[str, Any]) -> None:
    app = Starlette(routes=[Route("/", ok)])
    install(app, settings)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    asyncio.run(app({"type": "http", "method": "GET", "path": "/"}, receive, send))
    assert [message.get("status") for message in sent] == [200, None]


@FORMATS
def test_what_a_websocket_raises_gets_out_though_the_client_leaves_while_it_is_closed(settings: dict[str, Any]) -> None:
    async def broken(websocket: WebSocket) -> None:
        await websocket.accept()
        raise ValueError("session closed")

    app = Starlette(routes=[WebSocketRoute("/ws", broken)])
    install(app, settings)

    async def scene() -> None:
        closing = asyncio.Event()

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        async def send(message: Any) -> None:
            if message["type"] == "websocket.close":
                closing.set()
                await asyncio.Event().wait()

        scope = {"type": "websocket", "path": "/ws", "headers": [], "query_string": b"", "root_path": ""}
        serving = asyncio.ensure_future(app(scope, receive, send))
        await closing.wait()
        serving.cancel()
        with pytest.raises(ValueError, match="session closed"):
            await serving

    asyncio.run(scene())


def test_the_middleware_stack_is_what_starlette_builds() -> None:
    app = Starlette(routes=[Route("/", ok)], middleware=[Middleware(Marked)])
    install(app)
    layer: Any = app.build_middleware_stack()
    assert isinstance(layer, ServerErrorMiddleware)
    # instrumentations follow `app` to see who is in the stack
    kinds = []
    while layer is not None:
        kinds.append(type(layer))
        layer = getattr(layer, "app", None)
    assert Marked in kinds


class Marked:
    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)


SCRIPTS = {
    "starlette": """
        from starlette.applications import Starlette
        from starlette.testclient import TestClient
        answer = TestClient(Starlette()).get("/")""",
    "fastapi": """
        from fastapi import FastAPI
        from fastapi.testclient import TestClient
        answer = TestClient(FastAPI()).get("/")""",
    "flask": """
        from flask import Flask
        answer = Flask("x").test_client().get("/")""",
    "django": """
        import django
        from django.conf import settings
        settings.configure(ROOT_URLCONF="empty", ALLOWED_HOSTS=["*"])
        import types
        sys.modules["empty"] = types.ModuleType("empty")
        sys.modules["empty"].urlpatterns = []
        django.setup()
        from django.test import Client
        answer = Client().get("/")""",
}


@pytest.mark.parametrize("framework", SCRIPTS)
@pytest.mark.parametrize("form", ["", "keep", "auto"])
def test_the_plugin_for_other_peoples_suites_switches_failsoft_in(framework: str, form: str) -> None:
    script = "import sys, failsoft_everywhere\n" + "\n".join(line.strip() for line in SCRIPTS[framework].splitlines())
    script += "\nprint(answer.status_code, 'X-Request-ID' in answer.headers, answer.headers['Content-Type'])"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env={"PYTHONPATH": str(ROOT / "benchmarks" / "transparency_plugin"), "FAILSOFT_EVERYWHERE": form},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    status, named, kind = done.stdout.split(maxsplit=2)
    assert (status, named) == ("404", str(bool(form)))
    assert ("problem+json" in kind) == (form == "auto")
