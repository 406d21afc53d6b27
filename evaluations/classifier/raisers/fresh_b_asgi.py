"""Starlette, FastAPI and Litestar: requests that do not fit, set-ups that are not whole."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Annotated, Any

import fastapi
import fastapi.encoders
import fastapi.security
import fastapi_users
import starlette.applications
import starlette.authentication
import starlette.config
import starlette.exceptions
import starlette.requests
import starlette.responses
import starlette.routing
import starlette.staticfiles
import starlette.websockets
from litestar import Litestar, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import BaseRouteHandler
from litestar.testing import TestClient as LitestarClient
from starlette.testclient import TestClient

from evaluations.classifier.raisers._fresh_b import (
    ABSENT,
    CLIENT_GONE,
    RULE,
    just,
    put,
)
from evaluations.classifier.raisers.scaffold_http import (
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    WHO,
    Means,
)


def _at(category: str, status: int) -> Means:
    return Means(category, False, status, "low")


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
put(
    "fastapi-users",
    "id_malformed",
    ABSENT,
    lambda: _parse_id(),
    note="an id that is none: 404; 400 and 422 are defensible",
)
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
