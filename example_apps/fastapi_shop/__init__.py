"""The shop in FastAPI: `uvicorn example_apps.fastapi_shop:app`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from example_apps.shop import domain
from example_apps.telemetry import instrument
from failsoft_asgi import install

__all__ = ["app", "fs"]

app = FastAPI(title="Shop")


class Order(BaseModel):
    """What is ordered."""

    sku: str
    quantity: int = Field(gt=0)


class Credentials(BaseModel):
    """Who logs in."""

    user: str
    password: str


def transaction() -> Iterator[sqlite3.Connection]:
    """The database of a request: committed at its end, rolled back if it fails; anew for each attempt."""
    with domain.transaction() as connection:
        yield connection


@app.get("/catalogue")
async def catalogue() -> Any:
    return list(domain.CATALOGUE.values())


@app.get("/catalogue/{sku}")
async def product(sku: str) -> Any:
    return domain.product(sku)


@app.get("/quotes/{symbol}")
async def quote(symbol: str, x_test_key: Annotated[str, Header()] = "") -> Any:
    return await domain.aquote(symbol, x_test_key)


@app.post("/orders", status_code=201)
def order(order: Order, connection: Annotated[sqlite3.Connection, Depends(transaction)]) -> Any:
    return domain.place_order(connection, order.sku, order.quantity)


@app.post("/uploads", status_code=201)
async def upload(request: Request) -> Any:
    return domain.check_upload(len(await request.body()))


@app.get("/export")
def export() -> StreamingResponse:
    return StreamingResponse(domain.export(), media_type="text/csv")


@app.post("/login")
async def login(credentials: Credentials) -> Any:
    return domain.login(credentials.model_dump())


@app.get("/crash")
async def crash() -> Any:
    domain.crash()


fs = install(app, Path(__file__).parents[1] / "shop/failsoft.toml")
instrument(app)
