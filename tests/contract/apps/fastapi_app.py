"""The contract application in FastAPI."""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import sqlite3
import time
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, HTTPException, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, Field

import failsoft
from contract import spec
from failsoft_asgi import install


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> Any:
    yield
    fs.close()


app = FastAPI(lifespan=lifespan)
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)


class Order(BaseModel):
    sku: str
    quantity: int = Field(gt=0)
    password: str = ""


def transaction() -> Iterator[sqlite3.Connection]:
    connection = spec.connect()
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    finally:
        connection.close()


# before there were scopes, dependencies were taken down before the response was sent, as they are with this one
SCOPE: dict[str, Any] = {"scope": "function"} if "scope" in inspect.signature(Depends).parameters else {}
Transaction = Annotated[sqlite3.Connection, Depends(transaction, **SCOPE)]


@app.get("/ok")
async def ok() -> Any:
    return {"ok": True}


@app.get("/ok-sync")
def ok_sync() -> Any:
    return {"ok": True}


@app.post("/only-post")
async def only_post() -> Any:
    return {"ok": True}


@app.post("/orders")
async def orders(order: Order) -> Any:
    return {"sku": order.sku}


@app.api_route("/raise/{name}", methods=["GET", "POST"])
async def raising(name: str) -> Any:
    spec.fail(name)


@app.get("/raise-sync/{name}")
def raising_sync(name: str) -> Any:
    spec.fail(name)


@app.get("/http/{status}")
async def http(status: int) -> Any:
    headers = {"Retry-After": "30"} if status in (429, 503) else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Basic"
    raise HTTPException(status, headers=headers)


@app.get("/stream/{when}")
async def stream(when: str) -> Response:
    return StreamingResponse(spec.achunks(when), media_type="text/csv")


@app.get("/stream-sync/{when}")
def stream_sync(when: str) -> Response:
    return StreamingResponse(spec.chunks(when), media_type="text/csv")


@app.get("/retry/{key}")
def retry(key: str, connection: Transaction, fail: int = 0) -> Any:
    return spec.attempt_with_effect(connection, key, fail)


async def flaky(key: str, request: Request, fail: int = 0) -> Any:
    body = await request.body()
    return {**spec.flaky(key, fail), "length": len(body)}


router = APIRouter()
router.post("/replay/{key}")(flaky)
router.post("/keyed/{key}")(flaky)
router.post("/plain/{key}")(flaky)
app.include_router(router)


@app.get("/status/{status}")
async def status(status: int, key: str = "", fail: int = 99) -> Response:
    number = spec.count(f"status:{key}")
    code = 200 if number > fail else status
    return JSONResponse({"written": "by the app", "attempt": number}, code, headers={"X-Own": "1"})


@app.get("/handled-retry/{key}")
async def handled_retry(key: str) -> Any:
    spec.count(f"handled:{key}")
    raise spec.Handled("mine")


async def switchable(fail: str | None = None) -> Response:
    if fail == "error":
        raise ConnectionResetError("gone")
    if fail == "client":
        raise failsoft.NotFoundError("nothing")
    if fail == "status":
        return JSONResponse({"written": "by the app"}, 500)
    return JSONResponse({"ok": True})


for path in ("/breaker", "/breaker-client", "/breaker-status", "/limited", "/observed", "/off"):
    app.get(path)(switchable)


@app.get("/slow")
@app.get("/hurry-fuse")
async def slow(request: Request) -> Any:
    await asyncio.sleep(float(request.query_params.get("for", 5)))
    return {"ok": True}


@app.get("/slow-sync")
def slow_sync(request: Request) -> Any:
    left = failsoft.remaining()
    time.sleep(float(request.query_params.get("for", 0.3)))
    return {"ok": True, "had": left is not None}


@app.get("/hurry/{key}")
@app.get("/hurry-own/{key}")
@app.get("/hurry-off/{key}")
@app.get("/hurry-observed/{key}")
async def hurry(key: str, request: Request) -> Any:
    said = spec.hurry(key)
    await asyncio.sleep(float(request.query_params.get("for", 0)))
    return said


@app.get("/hurry-sync/{key}")
def hurry_sync(key: str, request: Request) -> Any:
    said = spec.hurry(key)
    time.sleep(float(request.query_params.get("for", 0)))
    return said


@app.get("/deadline")
async def deadline() -> Any:
    raise ConnectionResetError("gone")


@app.get("/background")
async def background(tasks: BackgroundTasks) -> Any:
    tasks.add_task(spec.fail, "unexpected")
    return {"ok": True}


tenants = APIRouter()
tenants.add_api_route("/raise/{name}", raising)
tenants.add_api_route("/ok", ok)
app.include_router(tenants, prefix="/tenants/{tenant}")


@app.get("/_events")
async def events(id: str) -> Any:
    return spec.seen(id)


@app.get("/_effects/{key}")
async def effects(key: str) -> Any:
    return spec.effects(key)


@app.get("/_breakers")
async def breakers() -> Any:
    return fs.circuit_breakers.states()


@app.exception_handler(spec.Handled)
async def answer_handled(request: Request, exc: Exception) -> Response:
    return JSONResponse({"handled": "by the app"}, 418)


fs = install(app, spec.settings())
spec.watch(fs)
