"""A shop under uvicorn that asks its supplier: what it hands on is the deadline of whoever asked the shop."""

from __future__ import annotations

import os
from typing import Any

import httpx
from fastapi import FastAPI

import failsoft
from failsoft_asgi import install

app = FastAPI()
SUPPLIER = os.environ.get("SUPPLIER", "")
supplier = failsoft.guard("supplier", policy="patient")
client = httpx.AsyncClient(event_hooks={"request": [failsoft.acarry_deadline]}, timeout=60)


async def ask(path: str) -> Any:
    answer = await client.get(f"{SUPPLIER}{path}")
    return {"status": answer.status_code, "supplier": answer.json(), "left": failsoft.remaining()}


@app.get("/stock")
async def stock(path: str = "/left") -> Any:
    return await ask(path)


@app.get("/guarded")
async def guarded(path: str = "/left") -> Any:
    return await supplier.acall(ask, path)


@app.get("/sync")
def sync(path: str = "/left") -> Any:
    with httpx.Client(event_hooks={"request": [failsoft.carry_deadline]}, timeout=60) as own:
        return {"supplier": own.get(f"{SUPPLIER}{path}").json(), "left": failsoft.remaining()}


@app.get("/circuit")
async def circuit() -> str:
    state: str = fs.circuit_breakers["guard:supplier"].state
    return state


fs = install(
    app,
    {
        "request": {"deadline_header": "X-Request-Deadline"},
        "policies": {"patient": {"timeout": "30s", "circuit_breaker": {"failure_threshold": 1}}},
    },
)
