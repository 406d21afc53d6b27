"""The contract application in Starlette."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

import failsoft
from contract import spec
from failsoft_asgi import install


async def ok(request: Request) -> Response:
    return JSONResponse({"ok": True})


def ok_sync(request: Request) -> Response:
    return JSONResponse({"ok": True})


async def raising(request: Request) -> Response:
    spec.fail(request.path_params["name"])
    raise AssertionError


def raising_sync(request: Request) -> Response:
    spec.fail(request.path_params["name"])
    raise AssertionError


async def http(request: Request) -> Response:
    status = int(request.path_params["status"])
    headers = {"Retry-After": "30"} if status in (429, 503) else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Basic"
    raise HTTPException(status, headers=headers)


async def stream(request: Request) -> Response:
    return StreamingResponse(spec.achunks(request.path_params["when"]), media_type="text/csv")


async def stream_sync(request: Request) -> Response:
    return StreamingResponse(spec.chunks(request.path_params["when"]), media_type="text/csv")


async def retry(request: Request) -> Response:
    connection = spec.connect()
    try:
        connection.execute("BEGIN IMMEDIATE")
        result = spec.attempt_with_effect(
            connection, request.path_params["key"], int(request.query_params.get("fail", 0))
        )
        connection.execute("COMMIT")
    finally:
        connection.close()
    return JSONResponse(result)


async def flaky(request: Request) -> Response:
    body = await request.body()
    result = spec.flaky(request.path_params["key"], int(request.query_params.get("fail", 0)))
    return JSONResponse({**result, "length": len(body)})


async def status(request: Request) -> Response:
    number = spec.count(f"status:{request.query_params.get('key')}")
    code = int(request.path_params["status"])
    if number > int(request.query_params.get("fail", 99)):
        code = 200
    return JSONResponse({"written": "by the app", "attempt": number}, code, headers={"X-Own": "1"})


async def handled_retry(request: Request) -> Response:
    spec.count(f"handled:{request.path_params['key']}")
    raise spec.Handled("mine")


async def switchable(request: Request) -> Response:
    return _switch(request.query_params.get("fail"))


def _switch(kind: str | None) -> Response:
    if kind == "error":
        raise ConnectionResetError("gone")
    if kind == "client":
        raise failsoft.NotFoundError("nothing")
    if kind == "status":
        return JSONResponse({"written": "by the app"}, 500)
    return JSONResponse({"ok": True})


async def slow(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params.get("for", 5)))
    return JSONResponse({"ok": True})


def slow_sync(request: Request) -> Response:
    left = failsoft.remaining()
    time.sleep(float(request.query_params.get("for", 0.3)))
    return JSONResponse({"ok": True, "had": left is not None})


async def hurry(request: Request) -> Response:
    said = spec.hurry(request.path_params["key"])
    await asyncio.sleep(float(request.query_params.get("for", 0)))
    return JSONResponse(said)


def hurry_sync(request: Request) -> Response:
    said = spec.hurry(request.path_params["key"])
    time.sleep(float(request.query_params.get("for", 0)))
    return JSONResponse(said)


async def background(request: Request) -> Response:
    return JSONResponse({"ok": True}, background=BackgroundTask(spec.fail, "unexpected"))


async def events(request: Request) -> Response:
    return JSONResponse(spec.seen(request.query_params["id"]))


async def effects(request: Request) -> Response:
    return JSONResponse(spec.effects(request.path_params["key"]))


async def breakers(request: Request) -> Response:
    return JSONResponse(fs.circuit_breakers.states())


async def deadline(request: Request) -> Response:
    spec.count("deadline")
    raise ConnectionResetError("gone")


def answer_handled(request: Request, exc: Exception) -> Response:
    return JSONResponse({"handled": "by the app"}, 418)


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> Any:
    yield
    fs.close()


routes = [
    Route("/ok", ok),
    Route("/ok-sync", ok_sync),
    Route("/only-post", ok, methods=["POST"]),
    Route("/raise/{name}", raising, methods=["GET", "POST"]),
    Route("/raise-sync/{name}", raising_sync),
    Route("/http/{status}", http),
    Route("/stream/{when}", stream),
    Route("/stream-sync/{when}", stream_sync),
    Route("/retry/{key}", retry),
    Route("/replay/{key}", flaky, methods=["POST"]),
    Route("/keyed/{key}", flaky, methods=["POST"]),
    Route("/plain/{key}", flaky, methods=["POST"]),
    Route("/status/{status}", status),
    Route("/handled-retry/{key}", handled_retry),
    Route("/breaker", switchable),
    Route("/breaker-client", switchable),
    Route("/breaker-status", switchable),
    Route("/limited", switchable),
    Route("/slow", slow),
    Route("/slow-sync", slow_sync),
    Route("/observed", switchable),
    Route("/hurry/{key}", hurry),
    Route("/hurry-sync/{key}", hurry_sync),
    Route("/hurry-own/{key}", hurry),
    Route("/hurry-off/{key}", hurry),
    Route("/hurry-observed/{key}", hurry),
    Route("/hurry-fuse", slow),
    Route("/off", switchable),
    Route("/deadline", deadline),
    Route("/background", background),
    Mount("/tenants/{tenant}", routes=[Route("/raise/{name}", raising), Route("/ok", ok)]),
    Route("/_events", events),
    Route("/_effects/{key}", effects),
    Route("/_breakers", breakers),
]

app = Starlette(
    routes=routes,
    middleware=[Middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)],
    exception_handlers={spec.Handled: answer_handled},
    lifespan=lifespan,
)
fs = install(app, spec.settings())
spec.watch(fs)
