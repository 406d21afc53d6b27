"""The contract application in Flask."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from flask_cors import CORS
from werkzeug.exceptions import ServiceUnavailable, TooManyRequests, Unauthorized

import failsoft
from contract import spec
from failsoft_flask import FlaskFailsoft
from flask import Blueprint, Flask, Response, abort, jsonify, request

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 4 * 1024 * 1024
app.json.sort_keys = False  # type: ignore[attr-defined]
CORS(app, origins=["https://shop.example"], supports_credentials=True)


@app.get("/ok")
async def ok() -> Any:
    return {"ok": True}


@app.get("/ok-sync")
def ok_sync() -> Any:
    return {"ok": True}


@app.post("/only-post")
def only_post() -> Any:
    return {"ok": True}


@app.route("/raise/<name>", methods=["GET", "POST"])
async def raising(name: str) -> Any:
    spec.fail(name)


@app.get("/raise-sync/<name>")
def raising_sync(name: str) -> Any:
    spec.fail(name)


@app.get("/http/<int:status>")
def http(status: int) -> Any:
    if status == 429:
        raise TooManyRequests(retry_after=30)
    if status == 503:
        raise ServiceUnavailable(retry_after=30)
    if status == 401:
        from werkzeug.datastructures import WWWAuthenticate

        raise Unauthorized(www_authenticate=WWWAuthenticate("basic"))
    abort(status)


@app.get("/stream/<when>")
@app.get("/stream-sync/<when>", endpoint="stream_sync")
def stream(when: str) -> Response:
    return Response(spec.chunks(when), mimetype="text/csv")


@app.get("/retry/<key>")
def retry(key: str) -> Any:
    connection = spec.connect()
    try:
        connection.execute("BEGIN IMMEDIATE")
        result = spec.attempt_with_effect(connection, key, request.args.get("fail", 0, int))
        connection.execute("COMMIT")
    finally:
        connection.close()
    return result


def flaky(key: str) -> Any:
    body = request.stream.read() if request.args.get("read") == "stream" else request.get_data()
    return {**spec.flaky(key, request.args.get("fail", 0, int)), "length": len(body)}


for name in ("replay", "keyed", "plain"):
    app.add_url_rule(f"/{name}/<key>", endpoint=name, view_func=flaky, methods=["POST"])


@app.get("/status/<int:status>")
def status(status: int) -> Any:
    number = spec.count(f"status:{request.args.get('key')}")
    code = 200 if number > request.args.get("fail", 99, int) else status
    return {"written": "by the app", "attempt": number}, code, {"X-Own": "1"}


@app.get("/handled-retry/<key>")
def handled_retry(key: str) -> Any:
    spec.count(f"handled:{key}")
    raise spec.Handled("mine")


def switchable() -> Any:
    kind = request.args.get("fail")
    if kind == "error":
        raise ConnectionResetError("gone")
    if kind == "client":
        raise failsoft.NotFoundError("nothing")
    if kind == "status":
        return {"written": "by the app"}, 500
    return {"ok": True}


for name in ("breaker", "breaker-client", "breaker-status", "limited", "observed", "off"):
    app.add_url_rule(f"/{name}", endpoint=name, view_func=switchable)


@app.get("/slow")
@app.get("/hurry-fuse", endpoint="hurry_fuse")
async def slow() -> Any:
    await asyncio.sleep(request.args.get("for", 5, float))
    return {"ok": True}


@app.get("/slow-sync")
def slow_sync() -> Any:
    left = failsoft.remaining()
    time.sleep(request.args.get("for", 0.3, float))
    return {"ok": True, "had": left is not None}


@app.get("/hurry/<key>")
@app.get("/hurry-own/<key>", endpoint="hurry_own")
@app.get("/hurry-off/<key>", endpoint="hurry_off")
@app.get("/hurry-observed/<key>", endpoint="hurry_observed")
async def hurry(key: str) -> Any:
    said = spec.hurry(key)
    await asyncio.sleep(request.args.get("for", 0, float))
    return said


@app.get("/hurry-sync/<key>")
def hurry_sync(key: str) -> Any:
    said = spec.hurry(key)
    time.sleep(request.args.get("for", 0, float))
    return said


@app.get("/deadline")
def deadline() -> Any:
    raise ConnectionResetError("gone")


tenants = Blueprint("tenants", __name__, url_prefix="/tenants/<tenant>")


@tenants.get("/raise/<name>")
def tenant_raising(tenant: str, name: str) -> Any:
    spec.fail(name)


@tenants.get("/ok")
def tenant_ok(tenant: str) -> Any:
    return {"ok": True}


app.register_blueprint(tenants)


@app.get("/_events")
def events() -> Any:
    return jsonify(spec.seen(request.args["id"]))


@app.get("/_effects/<key>")
def effects(key: str) -> Any:
    return jsonify(spec.effects(key))


@app.get("/_breakers")
def breakers() -> Any:
    return fs.circuit_breakers.states()


@app.errorhandler(spec.Handled)
def answer_handled(exc: Exception) -> Any:
    return {"handled": "by the app"}, 418


fs = FlaskFailsoft().init_app(app, spec.settings())
spec.watch(fs)
