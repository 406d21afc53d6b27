"""Web frameworks: their answers, which keep their status, and what goes wrong inside of them."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import aiohttp.web
import bottle
import connexion.exceptions
import falcon
import falcon.testing
import fastapi
import litestar.exceptions
import pyramid.exceptions
import pyramid.httpexceptions
import quart
import sanic.exceptions
import starlette.exceptions
import starlette.requests
import starlette.routing
import tornado.template
import tornado.web
import werkzeug.datastructures
import werkzeug.exceptions
import werkzeug.routing
from fastapi.testclient import TestClient
from pydantic import BaseModel

import flask
from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    MAY_NOT,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    TOO_LARGE,
    UNPARSABLE,
    WHO,
    Means,
    add,
)

METHOD = Means("validation", False, 405, "info")
UNPROCESSABLE = Means("validation", False, 422, "low")
MEDIA = Means("validation", False, 415, "low")
NOT_NOW = Means("external_service", True, 503, "medium")
CONFLICT = Means("business_logic", False, 409, "low")
SERVER = Means("system", False, 500, "high")


def _raising(exc: Any, *args: Any, **kwargs: Any) -> Any:
    """A view that raises a framework's own exception: that is how it is meant to be used."""

    def raiser() -> Any:
        raise exc(*args, **kwargs)

    return raiser


# --- Starlette and FastAPI -------------------------------------------------------------------------------------------
_http = starlette.exceptions.HTTPException
add("starlette", "not_found", ABSENT, _raising(_http, 404))
add("starlette", "unauthorized", WHO, _raising(_http, 401, headers={"WWW-Authenticate": "Bearer"}))
add("starlette", "forbidden", MAY_NOT, _raising(_http, 403, "no"))
add("starlette", "bad_request", UNPARSABLE, _raising(_http, 400))
add("starlette", "limited", OUR_LIMIT, _raising(_http, 429, headers={"Retry-After": "5"}))
add("starlette", "unavailable", NOT_NOW, _raising(_http, 503))
add("starlette", "no_route", OUR_BUG, lambda: starlette.routing.Router().url_path_for("nowhere"))
add(
    "starlette",
    "session_not_installed",
    OUR_SETTINGS,
    lambda: starlette.requests.Request({"type": "http"}).session,
    note="an AssertionError that says a middleware must be installed",
)


@case("starlette", "validation", transient=False, status=400, severity="low")
async def multipart_without_boundary() -> None:
    request = starlette.requests.Request(
        {"type": "http", "method": "POST", "headers": [(b"content-type", b"multipart/form-data")]}, _body(b"x")
    )
    await request.form()


def _body(content: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": content, "more_body": False}

    return receive


@case("starlette", "validation", transient=False, status=400, severity="low", note="a body that is no JSON")
async def json_malformed() -> None:
    request = starlette.requests.Request({"type": "http", "method": "POST", "headers": []}, _body(b"{"))
    await request.json()


@case("starlette", "network", transient=False, status=499, severity="info")
async def client_gone() -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    await starlette.requests.Request({"type": "http", "method": "POST", "headers": []}, receive).body()


def _fastapi(build: Any, **request: Any) -> Any:
    app = fastapi.FastAPI()
    caught: list[BaseException] = []

    @app.exception_handler(Exception)
    async def other(_: Any, exc: Exception) -> Any:
        caught.append(exc)
        return fastapi.responses.JSONResponse({})

    async def validation(_: Any, exc: Exception) -> Any:
        caught.append(exc)
        return fastapi.responses.JSONResponse({})

    app.add_exception_handler(fastapi.exceptions.RequestValidationError, validation)
    app.add_exception_handler(_http, validation)
    build(app)
    TestClient(app, raise_server_exceptions=False).request(**{"method": "POST", "url": "/", **request})
    raise caught[0]


class _Order(BaseModel):
    quantity: int


def _with_body(app: Any) -> None:
    async def view(order: _Order) -> None:
        del order

    app.post("/")(view)


def _with_response(app: Any) -> None:
    async def view() -> Any:
        return {"quantity": "many"}

    app.post("/", response_model=_Order)(view)


add("fastapi", "body_invalid", UNPROCESSABLE, lambda: _fastapi(_with_body, json={"quantity": "x"}))
add("fastapi", "body_malformed", UNPROCESSABLE, lambda: _fastapi(_with_body, content=b"{"))
add("fastapi", "response_invalid", OUR_BUG, lambda: _fastapi(_with_response))
add("fastapi", "no_route", ABSENT, lambda: _fastapi(_with_body, url="/none"))
add("fastapi", "method", METHOD, lambda: _fastapi(_with_body, method="DELETE"))
add("fastapi", "gone", Means("validation", False, 410, "info"), _raising(fastapi.HTTPException, 410, "gone"))
add("fastapi", "conflict", CONFLICT, _raising(fastapi.HTTPException, 409, "exists"))


@case("fastapi", "authentication", transient=False, status=(401, 403), severity="low")
def bearer_missing() -> None:
    from fastapi.security import HTTPBearer

    asyncio.run(HTTPBearer()(starlette.requests.Request({"type": "http", "headers": []})))  # type: ignore[arg-type]


@case("fastapi", "system", transient=False, status=500, severity="high")
def response_type_wrong() -> None:
    app = fastapi.FastAPI()

    def view() -> io.StringIO:
        return io.StringIO()

    app.get("/")(view)


# --- Flask and Werkzeug ----------------------------------------------------------------------------------------------
for _status, _means in (
    (400, UNPARSABLE), (401, WHO), (403, MAY_NOT), (404, ABSENT), (405, METHOD), (409, CONFLICT), (413, TOO_LARGE),
    (415, MEDIA), (422, UNPROCESSABLE), (429, OUR_LIMIT), (500, SERVER), (503, NOT_NOW),
):  # fmt: skip
    add("flask", f"abort_{_status}", _means, lambda status=_status: flask.abort(status))  # type: ignore[misc]


def _flask(view: Any, config: dict[str, Any] | None = None, **request: Any) -> Any:
    app = flask.Flask(__name__)
    app.config.update(config or {})
    with app.test_request_context(**{"method": "POST", **request}):
        return view()


add(
    "flask",
    "json_malformed",
    UNPARSABLE,
    lambda: _flask(lambda: flask.request.get_json(), data="{", content_type="application/json"),
)
add(
    "flask",
    "json_not_declared",
    MEDIA,
    lambda: _flask(lambda: flask.request.get_json(), data="{}", content_type="text/plain"),
)
add("flask", "form_key_missing", UNPARSABLE, lambda: _flask(lambda: flask.request.form["sku"]))
add(
    "flask",
    "too_large",
    TOO_LARGE,
    lambda: _flask(lambda: flask.request.get_data(), {"MAX_CONTENT_LENGTH": 1}, data="xx"),
)
add("flask", "template_missing", OUR_SETTINGS, lambda: _flask(lambda: flask.render_template("none.html")))
add("flask", "url_missing", OUR_BUG, lambda: _flask(lambda: flask.url_for("nowhere")))
add("flask", "no_application", OUR_BUG, lambda: flask.current_app.name)
add(
    "flask",
    "no_secret_key",
    OUR_SETTINGS,
    lambda: _flask(lambda: flask.session.update(a=1)),
    note="a RuntimeError that says the secret key is not set",
)
add("werkzeug", "no_route", ABSENT, lambda: werkzeug.routing.Map([]).bind("x").match("/"))
add(
    "werkzeug",
    "method",
    METHOD,
    lambda: werkzeug.routing.Map([werkzeug.routing.Rule("/", methods=["GET"])]).bind("x").match("/", "POST"),
)
add("werkzeug", "build", OUR_BUG, lambda: werkzeug.routing.Map([]).bind("x").build("nowhere"))
add("werkzeug", "dict_key", UNPARSABLE, lambda: werkzeug.datastructures.MultiDict()["sku"])
add(
    "werkzeug",
    "precondition",
    Means("concurrency", False, 412, "low"),
    _raising(werkzeug.exceptions.PreconditionFailed),
)
add(
    "werkzeug",
    "range",
    Means("validation", False, 416, "low"),
    _raising(werkzeug.exceptions.RequestedRangeNotSatisfiable),
)
add("werkzeug", "bad_gateway", Means("external_service", True, 502, "medium"), _raising(werkzeug.exceptions.BadGateway))
add("werkzeug", "security", UNPARSABLE, _raising(werkzeug.exceptions.SecurityError))


# --- Litestar, Sanic, aiohttp, Falcon, Bottle, Pyramid, Tornado, Quart, Connexion ------------------------------------
_l = litestar.exceptions
for _name, _exc, _means in (
    ("not_found", _l.NotFoundException, ABSENT),
    ("not_authorized", _l.NotAuthorizedException, WHO),
    ("permission", _l.PermissionDeniedException, MAY_NOT),
    ("validation", _l.ValidationException, UNPARSABLE),
    ("method", _l.MethodNotAllowedException, METHOD),
    ("limited", _l.TooManyRequestsException, OUR_LIMIT),
    ("internal", _l.InternalServerException, SERVER),
    ("unavailable", _l.ServiceUnavailableException, NOT_NOW),
    ("client", _l.ClientException, UNPARSABLE),
):
    add("litestar", _name, _means, _raising(_exc))
add("litestar", "template_missing", OUR_SETTINGS, lambda: _litestar_template())
add("litestar", "misconfigured", OUR_SETTINGS, lambda: _litestar_route())
add("litestar", "serialize", OUR_BUG, lambda: _litestar_encode(), note="the answer of our own view cannot be encoded")
add("litestar", "decode", UNPARSABLE, lambda: _litestar_decode())


def _litestar_template() -> None:
    from pathlib import Path

    from litestar.contrib.jinja import JinjaTemplateEngine

    JinjaTemplateEngine(directory=Path("/nonexistent")).get_template("none.html")


def _litestar_route() -> None:
    from litestar import Litestar, get

    @get("/{a:no_such_type}")
    async def view() -> None: ...

    Litestar([view])


def _litestar_encode() -> None:
    from litestar.serialization import encode_json

    encode_json(object())


def _litestar_decode() -> None:
    from litestar.serialization import decode_json

    decode_json(b"{")


_s = sanic.exceptions
for _name, _exc, _means in (
    ("not_found", _s.NotFound, ABSENT),
    ("bad_request", _s.BadRequest, UNPARSABLE),
    ("forbidden", _s.Forbidden, MAY_NOT),
    ("too_large", _s.PayloadTooLarge, TOO_LARGE),
    ("unavailable", _s.ServiceUnavailable, NOT_NOW),
    ("server_error", _s.ServerError, SERVER),
    ("request_timeout", _s.RequestTimeout, Means("network", True, 408, "low")),
    ("unauthorized", _s.Unauthorized, WHO),
    ("url_build", _s.URLBuildError, OUR_BUG),
):
    add("sanic", _name, _means, _raising(_exc, "said so"))
add("sanic", "no_application", OUR_BUG, lambda: sanic.Sanic.get_app("none"))
add("sanic", "environment_file", OUR_SETTINGS, lambda: sanic.Sanic("shop-of-a-case").update_config("/no/such/file.py"))

_w = aiohttp.web
for _name, _exc, _means in (
    ("not_found", _w.HTTPNotFound, ABSENT),
    ("unauthorized", _w.HTTPUnauthorized, WHO),
    ("forbidden", _w.HTTPForbidden, MAY_NOT),
    ("conflict", _w.HTTPConflict, CONFLICT),
    ("unprocessable", _w.HTTPUnprocessableEntity, UNPROCESSABLE),
    ("limited", _w.HTTPTooManyRequests, OUR_LIMIT),
    ("internal", _w.HTTPInternalServerError, SERVER),
    ("unavailable", _w.HTTPServiceUnavailable, NOT_NOW),
    ("gateway_timeout", _w.HTTPGatewayTimeout, Means("network", True, 504, "medium")),
):
    add("aiohttp", f"web_{_name}", _means, _raising(_exc))
add("aiohttp", "web_too_large", TOO_LARGE, _raising(_w.HTTPRequestEntityTooLarge, 1, 2))

for _name, _exc, _means in (
    ("not_found", falcon.HTTPNotFound, ABSENT),
    ("unauthorized", falcon.HTTPUnauthorized, WHO),
    ("forbidden", falcon.HTTPForbidden, MAY_NOT),
    ("bad_request", falcon.HTTPBadRequest, UNPARSABLE),
    ("conflict", falcon.HTTPConflict, CONFLICT),
    ("unprocessable", falcon.HTTPUnprocessableEntity, UNPROCESSABLE),
    ("limited", falcon.HTTPTooManyRequests, OUR_LIMIT),
    ("server_error", falcon.HTTPInternalServerError, SERVER),
    ("unavailable", falcon.HTTPServiceUnavailable, NOT_NOW),
    ("locked", falcon.HTTPLocked, Means("concurrency", True, 423, "low")),
):
    add("falcon", _name, _means, _raising(_exc))


def _falcon(**request: Any) -> Any:
    return falcon.Request(falcon.testing.create_environ(**request))


add("falcon", "param_missing", UNPARSABLE, lambda: _falcon().get_param("sku", required=True))
add("falcon", "param_wrong", UNPARSABLE, lambda: _falcon(query_string="n=x").get_param_as_int("n"))
add(
    "falcon",
    "media_malformed",
    UNPARSABLE,
    lambda: _falcon(method="POST", body="{", headers={"Content-Type": "application/json"}).get_media(),
)
add(
    "falcon",
    "media_unsupported",
    MEDIA,
    lambda: _falcon(method="POST", body="x", headers={"Content-Type": "text/x"}).get_media(),
)

add("bottle", "abort_404", ABSENT, lambda: bottle.abort(404, "none"))
add("bottle", "abort_401", WHO, lambda: bottle.abort(401))
add("bottle", "abort_500", SERVER, lambda: bottle.abort(500))
add(
    "bottle",
    "json_malformed",
    UNPARSABLE,
    lambda: (
        bottle.BaseRequest(
            {"wsgi.input": io.BytesIO(b"{"), "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": "1"}
        ).json
    ),
)
add("bottle", "template_missing", OUR_SETTINGS, lambda: bottle.SimpleTemplate(name="none", lookup=["/nonexistent"]))
add("bottle", "route_unbuildable", OUR_BUG, lambda: bottle.Bottle().get_url("nowhere"))

_p = pyramid.httpexceptions
for _name, _exc, _means in (
    ("not_found", _p.HTTPNotFound, ABSENT),
    ("forbidden", _p.HTTPForbidden, MAY_NOT),
    ("unauthorized", _p.HTTPUnauthorized, WHO),
    ("bad_request", _p.HTTPBadRequest, UNPARSABLE),
    ("unprocessable", _p.HTTPUnprocessableEntity, UNPROCESSABLE),
    ("server_error", _p.HTTPInternalServerError, SERVER),
    ("unavailable", _p.HTTPServiceUnavailable, NOT_NOW),
    ("csrf", pyramid.exceptions.BadCSRFToken, UNPARSABLE),
):
    add("pyramid", _name, _means, _raising(_exc), note="our own answer keeps its status" if _name == "csrf" else "")


@case("pyramid", "configuration", transient=False, status=500, severity="high")
def pyramid_conflict() -> None:
    from pyramid.config import Configurator

    config = Configurator()
    config.add_route("a", "/a")
    config.add_view(lambda request: None, route_name="a")
    config.include(lambda inner: inner.add_view(lambda request: 1, route_name="a"))
    config.add_view(lambda request: 2, route_name="a")
    config.commit()


@case("pyramid", "configuration", transient=False, status=500, severity="high")
def pyramid_renderer_missing() -> None:
    from pyramid.renderers import render

    render("none.pt", {})


for _status, _means in ((404, ABSENT), (401, WHO), (403, MAY_NOT), (400, UNPARSABLE), (500, SERVER), (503, NOT_NOW)):
    add("tornado", f"error_{_status}", _means, _raising(tornado.web.HTTPError, _status))
add("tornado", "argument_missing", UNPARSABLE, _raising(tornado.web.MissingArgumentError, "sku"))
add(
    "tornado",
    "template_missing",
    OUR_SETTINGS,
    lambda: tornado.template.Loader("/nonexistent").load("none.html"),
    note="a FileNotFoundError from the template loader",
)
add("tornado", "template_malformed", OUR_SETTINGS, lambda: tornado.template.Template("{% if %}"))

add("quart", "abort_404", ABSENT, lambda: quart.abort(404))
add("quart", "abort_413", TOO_LARGE, lambda: quart.abort(413))
_c = connexion.exceptions
add("connexion", "bad_request", UNPARSABLE, _raising(_c.BadRequestProblem, detail="no"))
add("connexion", "unauthorized", WHO, _raising(_c.Unauthorized))
add("connexion", "oauth_problem", WHO, _raising(_c.OAuthProblem))
add("connexion", "forbidden", MAY_NOT, _raising(_c.OAuthScopeProblem, ["admin"], ["user"]))
add("connexion", "media_type", MEDIA, _raising(_c.UnsupportedMediaTypeProblem))
add("connexion", "response_not_conforming", SERVER, _raising(_c.NonConformingResponseBody))
add("connexion", "specification", OUR_SETTINGS, lambda: _connexion_specification())


def _connexion_specification() -> None:
    from connexion.spec import Specification

    Specification.load({"openapi": "3.0.0", "info": {}, "paths": {}})
