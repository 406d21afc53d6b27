"""The shop in Starlette: `uvicorn example_apps.starlette_shop:app`."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from example_apps.shop import domain
from example_apps.telemetry import instrument
from failsoft_asgi import install

__all__ = ["app", "fs"]


async def catalogue(request: Request) -> Response:
    return JSONResponse(list(domain.CATALOGUE.values()))


async def product(request: Request) -> Response:
    return JSONResponse(domain.product(request.path_params["sku"]))


async def quote(request: Request) -> Response:
    return JSONResponse(await domain.aquote(request.path_params["symbol"], request.headers.get("x-test-key", "")))


async def order(request: Request) -> Response:
    sku, quantity = domain.parse_order(await request.json())

    def place() -> dict[str, object]:
        with domain.transaction() as connection:
            return domain.place_order(connection, sku, quantity)

    return JSONResponse(await run_in_threadpool(place), 201)


async def upload(request: Request) -> Response:
    return JSONResponse(domain.check_upload(len(await request.body())), 201)


async def export(request: Request) -> Response:
    return StreamingResponse(domain.export(), media_type="text/csv")


async def login(request: Request) -> Response:
    return JSONResponse(domain.login(await request.json()))


async def crash(request: Request) -> Response:
    domain.crash()
    return Response()


app = Starlette(
    routes=[
        Route("/catalogue", catalogue),
        Route("/catalogue/{sku}", product),
        Route("/quotes/{symbol}", quote),
        Route("/orders", order, methods=["POST"]),
        Route("/uploads", upload, methods=["POST"]),
        Route("/export", export),
        Route("/login", login, methods=["POST"]),
        Route("/crash", crash),
    ]
)
fs = install(app, Path(__file__).parents[1] / "shop/failsoft.toml")
instrument(app)
