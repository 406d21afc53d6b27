"""The shop in Flask: `gunicorn example_apps.flask_shop:app`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from example_apps.shop import domain
from example_apps.telemetry import instrument
from failsoft_flask import FlaskFailsoft
from flask import Flask, Response, request

__all__ = ["app", "failsoft"]

app = Flask(__name__)
failsoft = FlaskFailsoft(app, settings=Path(__file__).parents[1] / "shop/failsoft.toml")
instrument(app)


@app.get("/catalogue")
def catalogue() -> Any:
    return list(domain.CATALOGUE.values())


@app.get("/catalogue/<sku>")
def product(sku: str) -> Any:
    return domain.product(sku)


@app.get("/quotes/<symbol>")
def quote(symbol: str) -> Any:
    return domain.quote(symbol, request.headers.get("X-Test-Key", ""))


@app.post("/orders")
def order() -> Any:
    sku, quantity = domain.parse_order(request.get_json())
    with domain.transaction() as connection:
        return domain.place_order(connection, sku, quantity), 201


@app.post("/uploads")
def upload() -> Any:
    return domain.check_upload(len(request.get_data())), 201


@app.get("/export")
def export() -> Response:
    return Response(domain.export(), mimetype="text/csv")


@app.post("/login")
def login() -> Any:
    return domain.login(request.get_json())


@app.get("/crash")
def crash() -> Any:
    domain.crash()
