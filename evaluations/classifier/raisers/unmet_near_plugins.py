"""Extensions of Flask, FastAPI, Pyramid and Dash, sockets of Socket.IO, and what they send and read."""

from __future__ import annotations

import asyncio
import contextlib
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import apiflask
import asgiref.sync
import fastapi_cache
import fastapi_mail
import fastapi_mail.schemas
import fastapi_pagination
import fastapi_pagination.api
import flask_caching
import flask_login
import flask_mailman
import flask_principal
import flask_pydantic
import flask_restx
import flask_restx.fields
import flask_restx.mask
import flask_restx.swagger
import jsonrpcserver
import microdot
import pydantic
from cornice.service import Service as CorniceService
from fastapi_csrf_protect import CsrfProtect
from starlette.requests import Request

import flask
from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    LINK,
    MAY_NOT,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    UNPARSABLE,
    WHO,
    Means,
    add,
    free_port,
)


def _app(**settings: Any) -> flask.Flask:
    app = flask.Flask("shop")
    app.config.update(SECRET_KEY="not-a-secret", PROPAGATE_EXCEPTIONS=True, **settings)
    return app


def _request(app: flask.Flask, view: Any, **more: Any) -> Any:
    app.add_url_rule("/", "index", view, methods=["GET", "POST"])
    return app.test_client().open("/", **more)


# --- Flask: who is it, may they ---------------------------------------------------------------------------------------
def _not_permitted(code: int | None) -> Any:
    def run() -> Any:
        app = _app()
        flask_principal.Principal(app)
        permission = flask_principal.Permission(flask_principal.RoleNeed("admin"))
        return _request(app, lambda: permission.test(code))

    return run


add(
    "Flask-Login",
    "no_login_manager",
    OUR_BUG,
    lambda: _request(_app(), lambda: flask_login.login_user(flask_login.UserMixin())),
    note="an AttributeError: an extension that was not set up; configuration is defensible",
)
add("Flask-Principal", "denied", MAY_NOT, _not_permitted(None))


# --- Flask: what comes and what goes ----------------------------------------------------------------------------------
class _Basket(pydantic.BaseModel):
    items: list[int]


def _pydantic(**more: Any) -> Any:
    def run() -> Any:
        app = _app(FLASK_PYDANTIC_VALIDATION_ERROR_RAISE=True)

        @flask_pydantic.validate(body=_Basket)
        def view() -> Any:
            return "ok"

        return _request(app, view, method="POST", **more)

    return run


def _answer_is_no_model() -> Any:
    app = _app()

    @flask_pydantic.validate(response_many=True)
    def view() -> Any:
        return [1, 2]

    return _request(app, view)


add("Flask-Pydantic", "body_invalid", INVALID, _pydantic(json={"items": "x"}))
add("Flask-Pydantic", "body_no_object", UNPARSABLE, _pydantic(json=[1]))
add("Flask-Pydantic", "answer_is_no_model", OUR_BUG, _answer_is_no_model)

_MARSHALLED = {"price": flask_restx.fields.Integer}
add("flask-restx", "cannot_be_marshalled", OUR_BUG, lambda: flask_restx.marshal({"price": "dear"}, _MARSHALLED))
add(
    "flask-restx",
    "mask_malformed",
    UNPARSABLE,
    lambda: flask_restx.mask.Mask("{name,price"),
    note="the mask is a header of the client",
)


add(
    "APIFlask",
    "aborted_as_absent",
    Means("validation", False, 404, "info"),
    lambda: apiflask.abort(404, "no such order"),
)
add(
    "APIFlask",
    "aborted_as_conflict",
    Means("business_logic", False, 409, "low"),
    lambda: apiflask.abort(409, "the order is closed"),
    note="the application refuses",
)


add(
    "Flask-Caching",
    "backend_missing",
    OUR_SETTINGS,
    lambda: flask_caching.Cache(_app(), config={"CACHE_TYPE": "shop.caches.Pigeon"}),
)
add(
    "Flask-Caching",
    "not_initialised",
    OUR_BUG,
    lambda: _uninitialised(),
    note="a KeyError: an extension that was not set up; configuration is defensible",
)


def _uninitialised() -> Any:
    with _app().app_context():
        return flask_caching.Cache().get("x")


# --- mail -------------------------------------------------------------------------------------------------------------
class _Smtp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        replies: dict[bytes, bytes] = self.server.replies  # type: ignore[attr-defined]
        if b"CONNECT" in replies and not replies[b"CONNECT"]:
            threading.Event().wait(2)
            return
        self.wfile.write(replies.get(b"CONNECT", b"220 mail.example\r\n"))
        for line in self.rfile:
            verb = line.strip().split(b" ")[0].upper()
            self.wfile.write(replies.get(verb, b"250 ok\r\n"))


@contextlib.contextmanager
def _smtp(**replies: bytes) -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as server:
        server.daemon_threads = True
        server.block_on_close = False
        server.replies = {key.encode(): value for key, value in replies.items()}  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def _fastapi_mail(port: int) -> Any:
    settings = fastapi_mail.ConnectionConfig(
        MAIL_USERNAME="shop",
        MAIL_PASSWORD="no-secret",
        MAIL_FROM="shop@shop.example",
        MAIL_PORT=port,
        MAIL_SERVER="127.0.0.1",
        MAIL_STARTTLS=False,
        MAIL_SSL_TLS=False,
        TIMEOUT=1,
    )
    message = fastapi_mail.MessageSchema(
        subject="bill", recipients=["ada@mail.example"], body="3 hats", subtype="plain"
    )
    return asyncio.run(fastapi_mail.FastMail(settings).send_message(message))


def _fastapi_mail_said(**replies: bytes) -> Any:
    def run() -> Any:
        with _smtp(**replies) as port:
            return _fastapi_mail(port)

    return run


add("fastapi-mail", "refused", LINK, lambda: _fastapi_mail(free_port()))
add("fastapi-mail", "silent", SILENT, _fastapi_mail_said(CONNECT=b""))
add(
    "fastapi-mail",
    "login_refused",
    REFUSED_US,
    _fastapi_mail_said(EHLO=b"250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n", AUTH=b"535 authentication failed\r\n"),
)
add(
    "fastapi-mail",
    "attachment_missing",
    Means("system", False, (400, 422, 500), "high"),
    lambda: fastapi_mail.MessageSchema(subject="b", recipients=[], subtype="plain", attachments=["/no/such/bill"]),
    note="our code names the file; validation is defensible",
)


def _mailman(header: str) -> Any:
    def run() -> Any:
        with _smtp() as port:
            app = _app(MAIL_SERVER="127.0.0.1", MAIL_PORT=port, MAIL_BACKEND="smtp")
            flask_mailman.Mail(app)
            with app.app_context():
                return flask_mailman.EmailMessage(header, "3 hats", "shop@shop.example", ["a@mail.example"]).send()

    return run


add("Flask-Mailman", "header_injected", INVALID, _mailman("bill\nBcc: all@mail.example"))


# --- FastAPI, Starlette -----------------------------------------------------------------------------------------------
def _csrf(headers: list[tuple[bytes, bytes]]) -> Any:
    async def run() -> None:
        CsrfProtect.load_config(lambda: [("secret_key", "not-a-secret")])
        scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}
        await CsrfProtect().validate_csrf(Request(scope))

    return run


add(
    "fastapi-csrf-protect",
    "cookie_missing",
    Means("authentication", False, 400, "low"),
    _csrf([]),
    note="the class carries 400; validation is defensible",
)
add(
    "fastapi-csrf-protect",
    "header_missing",
    Means("authentication", False, 422, "low"),
    _csrf([(b"cookie", b"fastapi-csrf-token=x")]),
    note="the class carries 422; validation is defensible",
)
add(
    "fastapi-csrf-protect", "token_invalid", WHO, _csrf([(b"cookie", b"fastapi-csrf-token=x"), (b"x-csrf-token", b"y")])
)
add(
    "fastapi-pagination",
    "page_class_missing",
    OUR_SETTINGS,
    lambda: fastapi_pagination.paginate([1, 2]),
    note="pagination was not added to the application; system is defensible",
)


add(
    "fastapi-cache2",
    "not_initialised",
    OUR_SETTINGS,
    lambda: fastapi_cache.FastAPICache.get_backend(),
    note="an AssertionError that says init was not called; system is defensible",
)


async def _sync_in_a_loop() -> None:
    asgiref.sync.async_to_sync(asyncio.sleep)(0)


add("asgiref", "sync_in_a_loop", OUR_BUG, _sync_in_a_loop)
add("microdot", "aborted", Means("authentication", False, 403, "low"), lambda: microdot.abort(403, "not yours"))
add("cornice", "no_path", OUR_BUG, lambda: CorniceService(name="orders"))
add(
    "jsonrpcserver",
    "our_error",
    Means("business_logic", False, (400, 409, 422, 500), "low"),
    lambda: _rpc_error(),
    note="the method refuses with a code of its own",
)


def _rpc_error() -> Any:
    raise jsonrpcserver.JsonRpcError(1001, "the order is closed")
