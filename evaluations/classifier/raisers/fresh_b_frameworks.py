"""Flask, Quart, Starlette, FastAPI, Litestar and Werkzeug: requests that do not fit, set-ups that are not whole."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Callable
from typing import Annotated, Any

import fastapi
import fastapi.encoders
import fastapi.security
import fastapi_users
import flask_limiter
import flask_wtf.csrf
import quart
import starlette.applications
import starlette.authentication
import starlette.config
import starlette.exceptions
import starlette.requests
import starlette.responses
import starlette.routing
import starlette.staticfiles
import starlette.websockets
import werkzeug
import werkzeug.exceptions
import werkzeug.test
import werkzeug.utils
from litestar import Litestar, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.testing import TestClient as LitestarClient
from starlette.testclient import TestClient
from werkzeug.datastructures import Headers

import flask
from evaluations.classifier.raisers._fresh_b import (
    ABSENT,
    CLIENT_GONE,
    OWN_STORE_AWAY,
    RULE,
    just,
    put,
)
from evaluations.classifier.raisers.scaffold_http import (
    OUR_BUG,
    OUR_SETTINGS,
    TOO_LARGE,
    UNPARSABLE,
    WHO,
    Means,
    free_port,
)


def _at(category: str, status: int, severity: str = "low", transient: bool = False) -> Means:
    return Means(category, transient, status, severity)


# --- Flask and its extensions -----------------------------------------------------------------------------------------
def _flask(view: Callable[[], Any], *, prepare: Callable[[flask.Flask], Any] = lambda app: None, **request: Any) -> Any:
    app = flask.Flask("shop")
    app.config.update(TESTING=True, SECRET_KEY="no-secret", PROPAGATE_EXCEPTIONS=True)
    prepare(app)
    with app.test_request_context("/", **request):
        return view()


def _blueprint_twice() -> Any:
    app = flask.Flask("twice")
    for _ in range(2):
        app.register_blueprint(flask.Blueprint("orders", "shop"))


def _url_without_server_name() -> Any:
    with flask.Flask("shop").app_context():
        return flask.url_for("static", filename="a.css")


def _limited_by_a_store_that_is_away() -> Any:
    app = flask.Flask("limited")
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=True)
    store = f"redis://127.0.0.1:{free_port()}"
    limiter = flask_limiter.Limiter(lambda: "client", app=app, storage_uri=store)
    app.add_url_rule("/x", "x", limiter.limit("1/hour")(lambda: "x"))
    return app.test_client().get("/x")


def _without_csrf() -> Any:
    app = flask.Flask("forms")
    app.config.update(SECRET_KEY="no-secret", TESTING=True)
    flask_wtf.csrf.CSRFProtect(app)
    app.add_url_rule("/pay", "pay", lambda: "paid", methods=["POST"])
    seen: list[BaseException] = []
    app.register_error_handler(400, lambda error: seen.append(error) or ("", 400))
    app.test_client().post("/pay", data={"amount": "3"})
    raise seen[0]


put("flask", "settings_file_missing", OUR_SETTINGS, lambda: flask.Flask("a").config.from_pyfile("/nonexistent/shop.cfg"))
put(
    "flask",
    "settings_variable_missing",
    OUR_SETTINGS,
    lambda: flask.Flask("a").config.from_envvar("SHOP_SETTINGS_FILE"),
)
put("flask", "blueprint_twice", OUR_BUG, _blueprint_twice, note="a ValueError; configuration is defensible")
put("flask", "url_without_server_name", OUR_SETTINGS, _url_without_server_name, note="a RuntimeError about SERVER_NAME")
put("flask", "abort_with_unknown_code", OUR_BUG, lambda: _flask(lambda: flask.abort(299)))
put("flask", "set_as_json", OUR_BUG, lambda: _flask(lambda: flask.jsonify({"tags": {1, 2}})))
put("flask", "download_is_gone", ABSENT, lambda: _flask(lambda: flask.send_from_directory("/nonexistent", "a.pdf")))
put("flask", "download_above_the_folder", ABSENT, lambda: _flask(lambda: flask.send_from_directory("/srv", "../a.pdf")))
put("flask", "user_not_loaded_into_g", OUR_BUG, lambda: _flask(lambda: flask.g.user))
put(
    "flask",
    "abort_504_of_inventory",
    _at("external_service", 504, "medium", True),
    lambda: _flask(lambda: flask.abort(504, "inventory did not answer")),
    note="our own answer about a silent peer; network is defensible",
)
put("flask", "abort_402", _at("business_logic", 402), lambda: _flask(lambda: flask.abort(werkzeug.Response("", 402))))
put("Flask-Limiter", "store_is_away", OWN_STORE_AWAY, _limited_by_a_store_that_is_away)
put(
    "Flask-WTF",
    "csrf_left_out_of_form",
    Means("authentication", False, 400, "low"),
    _without_csrf,
    note="carries 400; not proven to be the client's own request; validation is defensible",
)


# --- Werkzeug, Quart --------------------------------------------------------------------------------------------------
def _multipart(**limits: int) -> Callable[[], Any]:
    def run() -> Any:
        body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' + b"1" * 4_000 + b"\r\n--x--\r\n"
        made = werkzeug.test.EnvironBuilder(
            method="POST", input_stream=io.BytesIO(body), content_type="multipart/form-data; boundary=x"
        )
        made.content_length = len(body)
        request = werkzeug.Request(made.get_environ())
        for name, value in limits.items():
            setattr(request, name, value)
        return request.form["a"]

    return run


async def _quart_slow_body() -> Any:
    request = quart.Request(
        "POST", "http", "/", b"", Headers({"Content-Length": "9"}), "", "1.1", {}, body_timeout=1, send_push_promise=None
    )
    request.body_timeout = 0.05
    return await request.get_data()


async def _quart_template() -> Any:
    app = quart.Quart("shop")
    async with app.app_context():
        return await quart.render_template("bill.html")


put("werkzeug", "field_too_large_for_memory", TOO_LARGE, _multipart(max_form_memory_size=100))
put("werkzeug", "gone", _at("validation", 410, "info"), just(werkzeug.exceptions.Gone("the offer ended")))
put(
    "werkzeug",
    "locked",
    Means("concurrency", True, 423, "low"),
    just(werkzeug.exceptions.Locked()),
    note="somebody else edits it; the status is carried",
)
put(
    "werkzeug",
    "not_implemented",
    _at("system", 501, "high"),
    just(werkzeug.exceptions.NotImplemented()),
    note="no category of its own: what we have not written",
)
put("werkzeug", "header_fields_too_large", _at("validation", 431), just(werkzeug.exceptions.RequestHeaderFieldsTooLarge()))
put("werkzeug", "length_required", _at("validation", 411), just(werkzeug.exceptions.LengthRequired()))
put(
    "quart",
    "body_too_slow",
    Means("network", True, 408, "low"),
    _quart_slow_body,
    note="the client is too slow; carries 408",
)
put("quart", "template_missing", OUR_SETTINGS, _quart_template)


# --- Starlette --------------------------------------------------------------------------------------------------------
def _asgi(handler: Callable[..., Any], **request: Any) -> Any:
    app = starlette.applications.Starlette(routes=[starlette.routing.Route("/", handler, methods=["POST"])])
    return TestClient(app).post("/", **request)


async def _body_after_stream(request: starlette.requests.Request) -> Any:
    async for _ in request.stream():
        pass
    return starlette.responses.JSONResponse(await request.json())


def _part_too_large() -> Any:
    seen: list[Exception] = []

    async def view(request: starlette.requests.Request) -> Any:
        try:
            await request.form(max_part_size=10)
        except Exception as error:
            seen.append(error)
        return starlette.responses.Response()

    _asgi(view, data={"note": "x" * 99}, files={"a": b""})
    raise seen[0]


def _socket(handler: Callable[[starlette.websockets.WebSocket], Any]) -> Any:
    """Serve one client that goes away as soon as it is accepted."""
    said = iter([{"type": "websocket.connect"}, {"type": "websocket.disconnect", "code": 1001, "reason": None}])

    async def receive() -> Any:
        return next(said)

    async def send(_: Any) -> None:
        return None

    return asyncio.run(handler(starlette.websockets.WebSocket({"type": "websocket"}, receive, send)))


async def _receive_text(link: starlette.websockets.WebSocket) -> Any:
    await link.accept()
    await link.receive_text()


async def _not_accepted(link: starlette.websockets.WebSocket) -> Any:
    await link.send_text("hello")


_ENVIRONMENT = {"PORT": "eighty"}
_SETTINGS = starlette.config.Config(environ=_ENVIRONMENT)

put("starlette", "body_after_stream", OUR_BUG, lambda: _asgi(_body_after_stream, json={}))
put("starlette", "form_part_too_large", _at("validation", 400), _part_too_large, note="the exception carries 400")
put("starlette", "socket_client_goes_away", CLIENT_GONE, lambda: _socket(_receive_text))
put("starlette", "socket_not_accepted", OUR_BUG, lambda: _socket(_not_accepted))
put("starlette", "setting_missing", OUR_SETTINGS, lambda: _SETTINGS("SHOP_DATABASE_URL"), note="a KeyError")
put("starlette", "setting_no_number", OUR_SETTINGS, lambda: _SETTINGS("PORT", cast=int), note="a ValueError")
put(
    "starlette",
    "static_folder_missing",
    OUR_SETTINGS,
    lambda: starlette.staticfiles.StaticFiles(directory="/nonexistent/static"),
)
put(
    "starlette",
    "static_file_missing",
    ABSENT,
    lambda: asyncio.run(
        starlette.staticfiles.StaticFiles(directory="/srv").get_response(
            "a.css", {"type": "http", "method": "GET", "headers": []}
        )
    ),
)
put(
    "starlette",
    "backend_does_not_know_the_client",
    WHO,
    just(starlette.authentication.AuthenticationError("Invalid basic auth credentials")),
)


# --- FastAPI ----------------------------------------------------------------------------------------------------------
def _seen(prepare: Callable[[fastapi.FastAPI], Any], **request: Any) -> Callable[[], Any]:
    def run() -> Any:
        app = fastapi.FastAPI()
        prepare(app)
        seen: list[BaseException] = []

        async def keep(request: fastapi.Request, error: Exception) -> fastapi.Response:
            seen.append(error)
            return fastapi.Response(status_code=500)

        for kind in (starlette.exceptions.HTTPException, fastapi.exceptions.RequestValidationError):
            app.exception_handler(kind)(keep)
        TestClient(app).get("/", **request)
        raise seen[0]

    return run


_KEY = fastapi.security.APIKeyHeader(name="X-Key")
_BASIC = fastapi.security.HTTPBasic()


def _no_session() -> Any:
    yield from ()


def _with_key(app: fastapi.FastAPI) -> Any:
    @app.get("/")
    async def view(key: Annotated[str, fastapi.Depends(_KEY)]) -> str:
        return key


def _with_basic(app: fastapi.FastAPI) -> Any:
    @app.get("/")
    async def view(who: Annotated[fastapi.security.HTTPBasicCredentials, fastapi.Depends(_BASIC)]) -> str:
        return who.username


def _with_page(app: fastapi.FastAPI) -> Any:
    @app.get("/")
    async def view(page: Annotated[int, fastapi.Query(ge=1)], size: int) -> int:
        return page


def _with_empty_dependency(app: fastapi.FastAPI) -> Any:
    @app.get("/")
    def view(db: Annotated[Any, fastapi.Depends(_no_session)]) -> str:
        return str(db)


def _socket_query() -> Any:
    app = fastapi.FastAPI()
    seen: list[BaseException] = []

    @app.websocket("/")
    async def view(link: fastapi.WebSocket, page: int) -> None:
        await link.accept()

    @app.exception_handler(fastapi.exceptions.WebSocketRequestValidationError)
    async def keep(link: fastapi.WebSocket, error: Exception) -> None:
        seen.append(error)
        await link.close(1008)

    with contextlib.suppress(starlette.websockets.WebSocketDisconnect):
        with TestClient(app).websocket_connect("/?page=two"):
            pass
    raise seen[0]


class _Opaque:
    __slots__ = ()


put("fastapi", "api_key_missing", WHO, _seen(_with_key), note="401 since 0.12x, 403 before")
put("fastapi", "basic_credentials_malformed", WHO, _seen(_with_basic, headers={"Authorization": "Basic !!!"}))
put("fastapi", "query_below_the_least", _at("validation", 422), _seen(_with_page, params={"page": "0"}))
put("fastapi", "dependency_yields_nothing", OUR_BUG, _seen(_with_empty_dependency))
put(
    "fastapi",
    "socket_query_malformed",
    Means("validation", False, (400, 422), "low"),
    _socket_query,
    note="WebSocketRequestValidationError: it carries no status",
)
put("fastapi", "cannot_be_encoded", OUR_BUG, lambda: fastapi.encoders.jsonable_encoder(_Opaque()))
put("fastapi", "router_without_any_path", OUR_BUG, lambda: _empty_paths(), note="configuration is defensible")
put("fastapi-users", "id_malformed", ABSENT, lambda: _parse_id(), note="an id that is none: 404; 400 and 422 are defensible")
put("fastapi-users", "already_verified", RULE, just(fastapi_users.exceptions.UserAlreadyVerified()))
put(
    "fastapi-users",
    "inactive",
    Means("authentication", False, (400, 401, 403), "low"),
    just(fastapi_users.exceptions.UserInactive()),
    note="may not log in; business_logic is defensible",
)


def _empty_paths() -> Any:
    router = fastapi.APIRouter()
    router.add_api_route("", lambda: None)
    fastapi.FastAPI().include_router(router)


def _parse_id() -> Any:
    return fastapi_users.UUIDIDMixin().parse_id("not-an-id")


# --- Litestar ---------------------------------------------------------------------------------------------------------
def _no_entry(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    raise NotAuthorizedException("no token")


@get("/guarded", guards=[_no_entry])
async def _guarded() -> str:
    return ""


@get("/session")
async def _session(request: Request[Any, Any, Any]) -> str:
    return str(request.session)


@get("/reverse")
async def _reverse(request: Request[Any, Any, Any]) -> str:
    return request.app.route_reverse("nowhere")


@post("/orders")
async def _order(data: dict[str, int]) -> dict[str, int]:
    return data


def _litestar(method: str, path: str, **request: Any) -> Callable[[], Any]:
    def run() -> Any:
        seen: list[Exception] = []

        def keep(request: Any, error: Exception) -> Any:
            seen.append(error)
            return Response({}, status_code=500)

        app = Litestar([_guarded, _session, _reverse, _order], exception_handlers={Exception: keep})
        with LitestarClient(app) as client:
            client.request(method, path, **request)
        raise seen[0]

    return run


put("litestar", "guard_refuses", WHO, _litestar("GET", "/guarded"))
put("litestar", "session_without_middleware", OUR_SETTINGS, _litestar("GET", "/session"))
put("litestar", "route_unbuildable", OUR_BUG, _litestar("GET", "/reverse"))
put("litestar", "body_cut_off", UNPARSABLE, _litestar("POST", "/orders", content=b'{"a": '))
put("litestar", "body_of_another_type", UNPARSABLE, _litestar("POST", "/orders", json={"a": "many"}))
