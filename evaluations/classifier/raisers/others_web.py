"""Frameworks, their extensions and auth libraries that are not in the other modules, as a view meets them."""

from __future__ import annotations

import asyncio
import types
from typing import Any

import blacksheep.exceptions
import cherrypy
import ecdsa
import flask_jwt_extended
import flask_restful
import flask_restful.reqparse
import flask_smorest
import jwcrypto.jwk
import jwcrypto.jws
import jwcrypto.jwt
import nacl.exceptions
import nacl.secret
import nacl.signing
import pyseto
import rsa
import web
from django.conf import settings
from fastapi_users import BaseUserManager
from fastapi_users import exceptions as fastapi_users_exceptions
from flask_sqlalchemy import SQLAlchemy
from spyne.error import ArgumentError, InvalidCredentialsError, RequestNotAllowed, ResourceNotFoundError

import django
import flask
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    INVALID,
    MAY_NOT,
    OUR_LIMIT,
    OUR_SETTINGS,
    TOO_LARGE,
    WHO,
    Means,
    add,
)

if not settings.configured:
    settings.configure()
django.setup()

_RULED = Means("business_logic", False, (409, 422), "low")
_TAKEN = Means("business_logic", False, 409, "low")
_TOKEN = Means("authentication", False, (401, 403), "low")
_METHOD = Means("validation", False, 405, "info")
_OURS = "the view raises it; the library does not"


def _raising(make: Any) -> Any:
    def run() -> None:
        raise make()

    return run


# --- answers of small frameworks ----------------------------------------------------------------------------------
for _name, _means, _make in (
    ("not_found", ABSENT, lambda: blacksheep.exceptions.NotFound()),
    ("bad_request", Means("validation", False, 400, "low"), lambda: blacksheep.exceptions.BadRequest("x")),
    ("unauthorized", WHO, lambda: blacksheep.exceptions.Unauthorized()),
    ("forbidden", MAY_NOT, lambda: blacksheep.exceptions.Forbidden()),
    ("conflict", _TAKEN, lambda: blacksheep.exceptions.Conflict("x")),
):
    add("blacksheep", _name, _means, _raising(_make), made=_OURS)
for _name, _means, _status in (
    ("not_found", ABSENT, "404 Not Found"),
    ("forbidden", MAY_NOT, 403),
    ("too_large", TOO_LARGE, 413),
    ("no_method", _METHOD, 405),
    ("unprocessable", Means("validation", False, 422, "low"), "422 Unprocessable Entity"),
):
    add("CherryPy", _name, _means, _raising(lambda status=_status: cherrypy.HTTPError(status, "so it is")), made=_OURS)


def _web_py(make: Any) -> Any:
    def run() -> None:
        web.ctx.headers = []
        raise make()

    return run


add("web.py", "not_found", ABSENT, _web_py(lambda: web.notfound()), made=_OURS)
add("web.py", "unauthorized", WHO, _web_py(lambda: web.unauthorized()), made=_OURS)
add("web.py", "no_method", _METHOD, _web_py(lambda: web.nomethod()), made=_OURS)
add("spyne", "missing", ABSENT, _raising(lambda: ResourceNotFoundError("7")), made=_OURS)
add("spyne", "credentials", _TOKEN, _raising(lambda: InvalidCredentialsError()), made=_OURS)
add("spyne", "argument", INVALID, _raising(lambda: ArgumentError("no")), made=_OURS)
add("spyne", "not_allowed", MAY_NOT, _raising(lambda: RequestNotAllowed("no")), made=_OURS)


# --- Flask's extensions -------------------------------------------------------------------------------------------
def _flask() -> flask.Flask:
    app = flask.Flask("others")
    app.config.update(
        JWT_SECRET_KEY="not-a-secret-but-long-enough-for-hs256", SQLALCHEMY_DATABASE_URI="sqlite://", TESTING=True
    )
    return app


def _in_request(call: Any, **headers: str) -> Any:
    def run() -> Any:
        app = _flask()
        flask_jwt_extended.JWTManager(app)
        with app.test_request_context("/", headers=headers):
            return call()

    return run


def _token(**more: Any) -> str:
    app = _flask()
    flask_jwt_extended.JWTManager(app)
    with app.app_context():
        return flask_jwt_extended.create_access_token("u", **more)


def _verify_fresh() -> Any:
    token = _token(fresh=False)
    return _in_request(lambda: flask_jwt_extended.verify_jwt_in_request(fresh=True), Authorization=f"Bearer {token}")()


def _verify_refresh() -> Any:
    token = _token()
    return _in_request(
        lambda: flask_jwt_extended.verify_jwt_in_request(refresh=True), Authorization=f"Bearer {token}"
    )()


add("Flask-JWT-Extended", "no_token", WHO, _in_request(flask_jwt_extended.verify_jwt_in_request))
add(
    "Flask-JWT-Extended",
    "malformed_header",
    Means("authentication", False, (401, 422), "low"),
    _in_request(flask_jwt_extended.verify_jwt_in_request, Authorization="Bearer"),
    note="the library itself answers 422",
)
add("Flask-JWT-Extended", "not_fresh", _TOKEN, _verify_fresh)
add(
    "Flask-JWT-Extended",
    "wrong_kind",
    Means("authentication", False, (401, 403, 422), "low"),
    _verify_refresh,
    note="the library itself answers 422",
)
add("Flask-RESTful", "abort", ABSENT, lambda: flask_restful.abort(404, message="no such thing"))
add(
    "Flask-RESTful",
    "argument",
    Means("validation", False, 400, "low"),
    _in_request(lambda: _arguments().parse_args()),
)
add("flask-smorest", "abort", _TAKEN, lambda: flask_smorest.abort(409, message="taken", errors={"a": 1}))
add("flask-smorest", "no_etag", Means("validation", False, 428, "low"), lambda: _in_request(_smorest_etag)())


def _smorest_etag() -> None:
    raise flask_smorest.etag.PreconditionRequired


def _arguments() -> Any:
    parser = flask_restful.reqparse.RequestParser()
    parser.add_argument("amount", type=int, required=True, location="args")
    return parser


def _sqlalchemy(call: Any) -> Any:
    def run() -> Any:
        app = _flask()
        store = SQLAlchemy(app)

        class Thing(store.Model):  # type: ignore[misc,name-defined]
            id = store.Column(store.Integer, primary_key=True)

        with app.test_request_context("/"):
            store.create_all()
            return call(store, Thing)

    return run


add("flask-sqlalchemy", "get_or_404", ABSENT, _sqlalchemy(lambda store, thing: store.get_or_404(thing, 7)))
add("flask-sqlalchemy", "one_or_404", ABSENT, _sqlalchemy(lambda store, thing: store.one_or_404(store.select(thing))))
add("flask-sqlalchemy", "page", ABSENT, _sqlalchemy(lambda store, thing: store.paginate(store.select(thing), page=9)))
add("flask-sqlalchemy", "no_url", OUR_SETTINGS, lambda: SQLAlchemy(flask.Flask("others")))


# --- Django's extensions ------------------------------------------------------------------------------------------
def _django_fsm() -> None:
    import django_fsm
    from django.db import models

    class Order(models.Model):
        state = django_fsm.FSMField(default="new")

        class Meta:
            app_label = "others_fsm"

        @django_fsm.transition(field=state, source="paid", target="sent")
        def send(self) -> None:
            """Only what is paid is sent."""

    Order().send()


def _guarded() -> None:
    from django.core.exceptions import PermissionDenied
    from django.http import HttpRequest
    from guardian.decorators import permission_required

    @permission_required("others.see", return_403=False, accept_global_perms=True, raise_exception=True)
    def view(request: Any) -> None:
        """Nobody may."""

    request = HttpRequest()
    request.user = types.SimpleNamespace(is_active=False, has_perm=lambda *_: False)  # type: ignore[assignment]
    try:
        view(request)
    except PermissionDenied:
        raise
    raise AssertionError


def _django_redis() -> None:
    from django_redis.cache import RedisCache

    from evaluations.classifier.raisers._peers import closed_port

    RedisCache(f"redis://127.0.0.1:{closed_port()}/0", {}).get("x")


def _moved() -> None:
    from mptt.exceptions import InvalidMove

    raise InvalidMove("A node may not be made a child of itself.")


add("django-fsm", "not_allowed", _RULED, _django_fsm)
add("django-redis", "refused", Means("network", True, (502, 503), "high"), _django_redis)
add("django-mptt", "invalid_move", Means("business_logic", False, (400, 409, 422), "low"), _moved, made="needs tables")


def _allauth(name: str) -> Any:
    def run() -> None:
        import allauth.core.exceptions

        raise getattr(allauth.core.exceptions, name)

    return run


add("django-allauth", "rate_limited", OUR_LIMIT, _allauth("RateLimited"), made="needs a whole site")
add("django-allauth", "reauthentication", _TOKEN, _allauth("ReauthenticationRequired"), made="needs a whole site")


# --- users and tokens ---------------------------------------------------------------------------------------------
class _NoUsers:
    """A store of users in which one mail address is taken."""

    async def get(self, id: Any) -> None:
        return None

    async def get_by_email(self, email: str) -> Any:
        return types.SimpleNamespace(id=1) if email == "a@b.example" else None


class _Users(BaseUserManager[Any, int]):
    reset_password_token_secret = verification_token_secret = "not-a-secret-but-long-enough-for-hs256"

    async def validate_password(self, password: str, user: Any) -> None:
        if len(password) < 8:
            raise fastapi_users_exceptions.InvalidPasswordException("at least 8 characters")


def _users(call: Any) -> Any:
    return lambda: asyncio.run(call(_Users(_NoUsers())))  # type: ignore[arg-type]


def _new(email: str, password: str) -> Any:
    from fastapi_users import schemas

    return schemas.BaseUserCreate(email=email, password=password)


add("fastapi-users", "missing", ABSENT, _users(lambda manager: manager.get(7)))
add("fastapi-users", "exists", _TAKEN, _users(lambda manager: manager.create(_new("a@b.example", "long enough"))))
add("fastapi-users", "password_short", INVALID, _users(lambda manager: manager.create(_new("c@b.example", "x"))))
add(
    "fastapi-users",
    "reset_token",
    Means("authentication", False, (400, 401, 403), "low"),
    _users(lambda manager: manager.reset_password("garbage", "long enough")),
)
add(
    "fastapi-users",
    "verify_token",
    Means("authentication", False, (400, 401, 403), "low"),
    _users(lambda manager: manager.verify("garbage")),
)

_KEY = nacl.signing.SigningKey(b"0" * 32)
add("PyNaCl", "signature", _TOKEN, lambda: _KEY.verify_key.verify(b"x" * 80))
add(
    "PyNaCl",
    "key_length",
    Means("configuration", False, 500, "high"),
    lambda: nacl.secret.SecretBox(b"short"),
    note="a key of ours",
)


def _ecdsa() -> Any:
    key = ecdsa.SigningKey.generate()
    return key.get_verifying_key().verify(b"x" * 48, b"hello")


def _rsa() -> Any:
    public, _private = rsa.newkeys(512)
    return rsa.verify(b"hello", b"x" * 64, public)


add("ecdsa", "signature", _TOKEN, _ecdsa)
add("rsa", "signature", _TOKEN, _rsa)

_JWK = jwcrypto.jwk.JWK(kty="oct", k="bm90LWEtc2VjcmV0LWJ1dC1sb25nLWVub3VnaC0yNTY")


def _jwt(claims: dict[str, Any]) -> str:
    token = jwcrypto.jwt.JWT({"alg": "HS256"}, claims)
    token.make_signed_token(_JWK)
    return str(token.serialize())


add("jwcrypto", "expired", WHO, lambda: jwcrypto.jwt.JWT(jwt=_jwt({"exp": 1}), key=_JWK))
add("jwcrypto", "malformed", WHO, lambda: jwcrypto.jwt.JWT(jwt="garbage", key=_JWK))
add("jwcrypto", "claim_missing", WHO, lambda: jwcrypto.jwt.JWT(jwt=_jwt({}), key=_JWK, check_claims={"sub": "a"}))
add("jwcrypto", "signature", WHO, lambda: jwcrypto.jwt.JWT(jwt=_jwt({})[:-3] + "AAA", key=_JWK))


def _paseto(purpose: str) -> Any:
    key = pyseto.Key.new(4, purpose, b"0" * 32)
    return pyseto.decode(key, f"v4.{purpose}.{'A' * 120}")


add("pyseto", "garbage", WHO, lambda: _paseto("local"))
