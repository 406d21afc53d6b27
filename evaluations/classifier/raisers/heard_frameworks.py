"""Web frameworks: what they raise for a request, for a bug of the view and for a fault of the set-up."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import bottle
import falcon
import falcon.testing
import fastapi
import flask_limiter
import flask_login
import flask_wtf.csrf
import pyramid.httpexceptions
import pyramid.testing
import quart
import sanic.exceptions
import starlette.applications
import starlette.requests
import starlette.responses
import starlette.routing
import tornado.httpclient
import tornado.httputil
import tornado.web
import werkzeug
import werkzeug.routing
import werkzeug.test
import werkzeug.utils
from flask_jwt_extended import JWTManager, create_access_token, decode_token, verify_jwt_in_request
from flask_restx import Api, reqparse
from litestar import Litestar, Response, get
from litestar.exceptions import HTTPException
from litestar.testing import TestClient as Client
from starlette.testclient import TestClient

import flask
from evaluations.classifier.raisers.scaffold_http import (
    LINK,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    TOO_LARGE,
    UNPARSABLE,
    WHO,
    Answer,
    Means,
    add,
    free_port,
    serving,
)


def _at(category: str, status: int, severity: str = "low", transient: bool = False) -> Means:
    return Means(category, transient, status, severity)


def _raising(exc: BaseException) -> Callable[[], Any]:
    def run() -> None:
        raise exc

    return run


# --- Flask ------------------------------------------------------------------------------------------------------------
def _flask(view: Callable[[], Any], *, prepare: Callable[[flask.Flask], Any] = lambda app: None, **request: Any) -> Any:
    app = flask.Flask("shop")
    app.config.update(TESTING=True, SECRET_KEY="no-secret", PROPAGATE_EXCEPTIONS=True)
    prepare(app)
    with app.test_request_context("/", **request):
        return view()


def _unauthorized_by_login() -> Any:
    return flask.current_app.login_manager.unauthorized()  # type: ignore[attr-defined]


def _late_route() -> Any:
    app = flask.Flask("late")
    app.add_url_rule("/", "index", lambda: "x")
    app.test_client().get("/")
    app.add_url_rule("/more", "more", lambda: "y")


def _view_gives_nothing() -> Any:
    app = flask.Flask("nothing")
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.add_url_rule("/", "index", lambda: None)
    return app.test_client().get("/")


def _restx_argument() -> Any:
    parser = reqparse.RequestParser()
    parser.add_argument("page", type=int, required=True)
    return _flask(parser.parse_args, prepare=Api, query_string={"page": "two"})


def _limited() -> Any:
    def prepare(app: flask.Flask) -> None:
        limiter = flask_limiter.Limiter(lambda: "client", app=app, storage_uri="memory://")
        app.add_url_rule("/x", "x", limiter.limit("1/hour")(lambda: "x"))

    app = flask.Flask("limited")
    app.config["TESTING"] = True
    prepare(app)
    seen: list[BaseException] = []
    app.register_error_handler(429, lambda error: seen.append(error) or ("", 429))
    for _ in range(2):
        app.test_client().get("/x")
    raise seen[0]


def _jwt(view: Callable[[], Any], **request: Any) -> Callable[[], Any]:
    def prepare(app: flask.Flask) -> None:
        app.config["JWT_SECRET_KEY"] = "no-secret" * 4
        JWTManager(app)

    return lambda: _flask(view, prepare=prepare, **request)


def _token_of_another_key() -> Any:
    token = create_access_token("client")
    flask.current_app.config["JWT_SECRET_KEY"] = "another" * 6
    return decode_token(token)


def _csrf(token: str) -> Callable[[], Any]:
    return lambda: _flask(lambda: flask_wtf.csrf.validate_csrf(token))


add("flask", "route_after_first_request", OUR_BUG, _late_route)
add("flask", "view_returns_none", OUR_BUG, _view_gives_nothing)
add(
    "flask",
    "abort_418",
    _at("validation", 418),
    lambda: _flask(lambda: flask.abort(418)),
    note="no category of its own; a refusal of the request",
)
add(
    "flask",
    "abort_451",
    _at("authentication", 451),
    lambda: _flask(lambda: flask.abort(451)),
    note="refused for legal reasons: may not; business_logic is defensible",
)
add("flask", "abort_428", _at("validation", 428), lambda: _flask(lambda: flask.abort(428)))
add("flask", "url_for_outside", OUR_BUG, lambda: flask.url_for("index"))
add(
    "flask",
    "json_number_for_object",
    OUR_BUG,
    lambda: _flask(lambda: flask.request.json["sku"], method="POST", json=[1]),
    note="the view should have checked",
)
add("Flask-Login", "no_user_loader", OUR_SETTINGS, lambda: _login_without_loader(), note="a bug or the set-up")
add("Flask-Login", "unauthorized", WHO, lambda: _flask(_unauthorized_by_login, prepare=flask_login.LoginManager))
add("flask-restx", "argument_wrong", _at("validation", 400), _restx_argument)
add("Flask-Limiter", "exceeded_in_view", OUR_LIMIT, _limited)
add(
    "Flask-JWT-Extended",
    "key_changed",
    WHO,
    _jwt(_token_of_another_key),
    note="a signature that does not fit: the token of a client",
)
add("Flask-JWT-Extended", "cookie_wanted", WHO, _jwt(lambda: verify_jwt_in_request(locations=["cookies"])))
add(
    "Flask-WTF",
    "csrf_of_nonsense",
    Means("authentication", False, (400, 403), "low"),
    _csrf("nonsense"),
    note="a plain ValidationError; the request is not proven to be the client's own; validation is defensible",
)


def _login_without_loader() -> Any:
    app = flask.Flask("login")
    app.config.update(SECRET_KEY="no-secret", PROPAGATE_EXCEPTIONS=True)
    flask_login.LoginManager(app)
    app.add_url_rule("/", "index", lambda: str(flask_login.current_user.is_authenticated))
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "1"
    return client.get("/")


# --- Werkzeug, Quart --------------------------------------------------------------------------------------------------
def _wsgi(**more: Any) -> werkzeug.Request:
    return werkzeug.Request(werkzeug.test.EnvironBuilder("/", **more).get_environ())


async def _quart_view() -> Any:
    app = quart.Quart("shop")
    async with app.test_request_context("/", method="POST", data=b"{", headers={"Content-Type": "application/json"}):
        return await quart.request.get_json()


async def _quart_nothing() -> Any:
    return await quart.render_template("x.html")


add("werkzeug", "query_missing", UNPARSABLE, lambda: _wsgi().args["page"])
add("werkzeug", "converter_unknown", OUR_BUG, lambda: werkzeug.routing.Map([werkzeug.routing.Rule("/<uid:x>")]))
add("werkzeug", "import_of_nothing", OUR_SETTINGS, lambda: werkzeug.utils.import_string("shop.settings.Production"))
add("quart", "json_half", UNPARSABLE, _quart_view)
add("quart", "outside_of_request", OUR_BUG, _quart_nothing)


# --- Starlette, FastAPI, Litestar -------------------------------------------------------------------------------------
def _asgi(handler: Callable[..., Any], *, fast: bool = False, **request: Any) -> Any:
    if fast:
        app: Any = fastapi.FastAPI()
        app.post("/")(handler)
    else:
        app = starlette.applications.Starlette(routes=[starlette.routing.Route("/", handler, methods=["POST"])])
    return TestClient(app).post("/", **request)


async def _not_a_response(request: starlette.requests.Request) -> Any:
    return {"a": 1}


async def _unprintable(request: starlette.requests.Request) -> Any:
    return starlette.responses.JSONResponse({"rate": float("nan")})


async def _file_away(request: starlette.requests.Request) -> Any:
    return starlette.responses.FileResponse("/no/such/report.pdf")


async def _state_missing(request: starlette.requests.Request) -> Any:
    return request.app.state.pool


def _too_many_files() -> Any:
    seen: list[Exception] = []

    async def view(request: starlette.requests.Request) -> Any:
        try:
            await request.form(max_files=1)
        except Exception as error:
            seen.append(error)
        return starlette.responses.Response()

    _asgi(view, files=[("a", b"1"), ("b", b"2"), ("c", b"3")])
    raise seen[0]


async def _no_user(request: starlette.requests.Request) -> Any:
    return request.user


add("starlette", "view_returns_a_dict", OUR_BUG, lambda: _asgi(_not_a_response))
add("starlette", "not_a_number_in_json", OUR_BUG, lambda: _asgi(_unprintable))
add(
    "starlette",
    "file_of_response_missing",
    Means("system", False, (404, 500), "high"),
    lambda: _asgi(_file_away),
    note="a file that should be there; configuration is defensible",
)
add("starlette", "state_without_pool", OUR_BUG, lambda: _asgi(_state_missing), note="a lifespan that did not run")
add("starlette", "too_many_files", _at("validation", 400), _too_many_files)
add("starlette", "user_without_middleware", OUR_SETTINGS, lambda: _asgi(_no_user))
add(
    "fastapi",
    "status_425",
    _at("concurrency", 425, "low", True),
    _raising(fastapi.HTTPException(425, "too early")),
    note="425 means: later; validation is defensible",
)
add(
    "fastapi",
    "conflict_with_a_code",
    _at("business_logic", 409),
    _raising(fastapi.HTTPException(409, {"code": "already_shipped"})),
)
add(
    "fastapi",
    "unavailable_with_retry",
    _at("external_service", 503, "medium", True),
    _raising(fastapi.HTTPException(503, headers={"Retry-After": "5"})),
)
add(
    "fastapi",
    "insufficient_storage",
    _at("resource", 507, "critical"),
    _raising(fastapi.HTTPException(507, "no space left")),
    note="the app says that its disk is full",
)


@get("/orders/{number:int}")
async def _order(number: int, page: int) -> dict[str, int]:
    return {"number": number}


def _litestar_seen(path: str) -> Any:
    seen: list[Exception] = []

    def keep(request: Any, error: Exception) -> Any:
        seen.append(error)
        return Response({}, status_code=500)

    app = Litestar([_order], exception_handlers={Exception: keep})
    with Client(app) as client:
        client.get(path)
    raise seen[0]


add("litestar", "query_wrong", _at("validation", 400), lambda: _litestar_seen("/orders/4?page=two"))
add("litestar", "path_wrong", _at("validation", 404, "info"), lambda: _litestar_seen("/orders/four"))
add(
    "litestar",
    "handlers_twice",
    OUR_SETTINGS,
    lambda: Litestar([_order, _order]),
    note="the library calls it ImproperlyConfigured; a bug of ours just as well",
)
add(
    "litestar",
    "gateway_of_ours",
    _at("external_service", 502, "medium", True),
    _raising(HTTPException("inventory", status_code=502)),
)


# --- Sanic, Falcon, Tornado, Bottle, Pyramid --------------------------------------------------------------------------
def _tornado_cookie() -> Any:
    app = tornado.web.Application([])
    request = tornado.httputil.HTTPServerRequest("GET", "/")
    request.connection = type("Link", (), {"set_close_callback": lambda self, call: None})()  # type: ignore[assignment]
    handler = tornado.web.RequestHandler(app, request)
    return handler.set_signed_cookie("user", "1")


async def _tornado_answer(answer: Answer | None) -> Any:
    client = tornado.httpclient.AsyncHTTPClient(force_instance=True)
    if answer is None:
        return await client.fetch(f"http://127.0.0.1:{free_port()}")
    with serving(answer) as url:
        return await client.fetch(url, request_timeout=0.4)


def _falcon(body: bytes, kind: str) -> Any:
    request = falcon.testing.create_req(method="POST", body=body, headers={"Content-Type": kind})
    return request.get_media()


def _pyramid_url() -> Any:
    request = pyramid.testing.DummyRequest()
    with pyramid.testing.testConfig(request=request):
        return request.route_url("nowhere")


def _bottle_large() -> Any:
    environ = {
        "wsgi.input": io.BytesIO(b"x" * 200_000),
        "CONTENT_LENGTH": "200000",
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json",
    }
    return bottle.BaseRequest(environ).json


add("tornado", "no_cookie_secret", OUR_SETTINGS, _tornado_cookie)
add("tornado", "client_429", Means("resource", True, 503, "medium"), lambda: _tornado_answer(Answer(429, {})))
add("tornado", "client_silent", Means("network", True, 504, "medium"), lambda: _tornado_answer(Answer(how="hang")))
add("tornado", "client_refused", LINK, lambda: _tornado_answer(None))
add("tornado", "status_410", _at("validation", 410, "info"), _raising(tornado.web.HTTPError(410)))
add("falcon", "media_of_nonsense", _at("validation", 400), lambda: _falcon(b"{", "application/json"))
add("falcon", "media_empty", _at("validation", 400), lambda: _falcon(b"", "application/json"))
add("falcon", "own_storage_full", _at("resource", 507, "critical"), _raising(falcon.HTTPInsufficientStorage()))
add(
    "falcon",
    "header_wrong",
    _at("validation", 400),
    lambda: falcon.testing.create_req(headers={"X-At": "soon"}).get_header_as_datetime("X-At"),
)
add("pyramid", "route_unbuildable", OUR_BUG, _pyramid_url)
add("pyramid", "too_large", TOO_LARGE, _raising(pyramid.httpexceptions.HTTPRequestEntityTooLarge()))
add(
    "pyramid",
    "gateway_silent",
    _at("network", 504, "medium", True),
    _raising(pyramid.httpexceptions.HTTPGatewayTimeout("inventory")),
)
add("bottle", "body_too_large", TOO_LARGE, _bottle_large)
add("bottle", "plugin_unknown", OUR_BUG, lambda: bottle.Bottle().install("cache"))
add(
    "sanic",
    "range_wrong",
    _at("validation", 416),
    _raising(sanic.exceptions.RangeNotSatisfiable("bytes=9-", type("R", (), {"total": 4})())),
)
add("sanic", "expectation", _at("validation", 417), _raising(sanic.exceptions.ExpectationFailed("100-later")))
add("sanic", "header_expected", _at("validation", 400), _raising(sanic.exceptions.InvalidHeader("no colon")))
