"""More of the web: extensions of Flask, templates, tokens, providers of identity, and clients of services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import blacksheep
import blacksheep.exceptions
import channels.exceptions
import cherrypy
import curl_cffi
import curl_cffi.requests
import dacite
import easypost
import flask_jwt_extended
import flask_smorest
import genshi.template
import httpx_sse
import jsonpatch
import jsonschema_rs
import jwcrypto.common
import jwcrypto.jwe
import jwcrypto.jwk
import jwcrypto.jwt
import keycloak
import langgraph.graph
import liquid
import mashumaro
import minijinja
import mollie.api.client
import plivo
import pydantic_ai
import social_core.exceptions
import socketio.exceptions
import supabase_auth
import trafaret
import workos
from httpx import Client as HttpClient
from pydantic_ai.models.function import AgentInfo, FunctionModel

import flask
from evaluations.classifier.raisers._fresh_b import INPUT, RULE, dead, just, put, served
from evaluations.classifier.raisers._peers import untrusted_url
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    MAY_NOT,
    NO_TRUST,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    QUOTA,
    REFUSED_US,
    THROTTLED,
    WHO,
    Answer,
    Means,
    serving,
)


# --- Flask's extensions, Black Sheep, CherryPy, Channels --------------------------------------------------------------
def _flask(view: Callable[[], Any], prepare: Callable[[flask.Flask], Any], **config: Any) -> Callable[[], Any]:
    def run() -> Any:
        app = flask.Flask("shop")
        app.config.update(SECRET_KEY="no-secret", JWT_SECRET_KEY="no-secret" * 4, **config)
        prepare(app)
        with app.test_request_context("/"):
            return view()

    return run


def _decoded(**more: Any) -> Callable[[], Any]:
    def view() -> Any:
        token = flask_jwt_extended.create_access_token("4", **more)
        headers = {"Authorization": f"Bearer {token}"}
        with flask.current_app.test_request_context("/", headers=headers):
            return flask_jwt_extended.verify_jwt_in_request()

    return view


def _revoking(app: flask.Flask) -> Any:
    flask_jwt_extended.JWTManager(app).token_in_blocklist_loader(lambda *_: True)


def _without_users(app: flask.Flask) -> Any:
    flask_jwt_extended.JWTManager(app).user_lookup_loader(lambda *_: None)


_ORDERS = flask_smorest.Blueprint("orders", "shop")


@_ORDERS.route("/orders/4", methods=["PUT"])
@_ORDERS.etag
def _put_order() -> Any:
    return _ORDERS.check_etag({"revision": 7})


def _old_revision() -> Any:
    seen: list[BaseException] = []
    app = flask.Flask("shop")
    app.config.update(API_TITLE="shop", API_VERSION="1", OPENAPI_VERSION="3.0.2")
    flask_smorest.Api(app).register_blueprint(_ORDERS)
    app.register_error_handler(412, lambda error: seen.append(error) or ("", 412))
    app.test_client().put("/orders/4", headers={"If-Match": '"six"'})
    raise seen[0]


put(
    "Flask-JWT-Extended",
    "token_expired",
    WHO,
    _flask(_decoded(expires_delta=timedelta(-9)), flask_jwt_extended.JWTManager),
)
put("Flask-JWT-Extended", "token_revoked", WHO, _flask(_decoded(), _revoking))
put("Flask-JWT-Extended", "user_is_gone", WHO, _flask(_decoded(), _without_users))
put(
    "flask-smorest",
    "etag_of_an_old_revision",
    Means("concurrency", False, 412, "low"),
    _old_revision,
    note="somebody else saved in between",
)
put("flask-smorest", "title_missing", OUR_SETTINGS, lambda: flask_smorest.Api(flask.Flask("shop")))
put("blacksheep", "range", Means("validation", False, 416, "low"), just(blacksheep.exceptions.RangeNotSatisfiable()))
put("blacksheep", "body_of_nonsense", Means("validation", False, 400, "low"), lambda: _blacksheep_json())
put("CherryPy", "locked", Means("concurrency", True, 423, "low"), just(cherrypy.HTTPError(423, "ada edits it")))
put("CherryPy", "not_found_class", Means("validation", False, 404, "info"), just(cherrypy.NotFound("/orders/4")))
put("channels", "connection_denied", MAY_NOT, just(channels.exceptions.DenyConnection("no seat in this room")))
put(
    "channels",
    "message_too_large",
    Means("validation", False, (400, 413), "low"),
    just(channels.exceptions.MessageTooLarge()),
    note="what a client sent, as a rule",
)


async def _blacksheep_json() -> Any:
    content = blacksheep.Content(b"application/json", b'{"sku": ')
    request = blacksheep.Request("POST", b"/", [(b"Content-Type", b"application/json")]).with_content(content)
    return await request.json()


# --- templates --------------------------------------------------------------------------------------------------------
put("minijinja", "filter_unknown", OUR_SETTINGS, lambda: minijinja.Environment().render_str("{{ a|money }}", a=3))
put("minijinja", "call_of_no_function", OUR_BUG, lambda: minijinja.Environment().render_str("{{ total() }}"))
put(
    "python-liquid",
    "filter_unknown",
    OUR_SETTINGS,
    lambda: liquid.Environment().from_string("{{ a | money }}").render(a=3),
)
put(
    "python-liquid",
    "filter_argument_left_out",
    OUR_BUG,
    lambda: liquid.Environment().from_string("{{ a | replace }}").render(a="x"),
    note="configuration is defensible",
)
put(
    "Genshi",
    "division_in_a_template",
    OUR_BUG,
    lambda: genshi.template.MarkupTemplate("<p>${1 / n}</p>").generate(n=0).render(),
)


# --- input ------------------------------------------------------------------------------------------------------------
@dataclass
class _Item:
    sku: str
    amount: int


@dataclass
class _Parcel(mashumaro.DataClassDictMixin):
    weight: float


put("dacite", "value_missing", INPUT, lambda: dacite.from_dict(_Item, {"sku": "a"}))
put(
    "dacite",
    "value_of_nobody",
    INPUT,
    lambda: dacite.from_dict(_Item, {"sku": "a", "amount": 1, "x": 2}, dacite.Config(strict=True)),
)
put("mashumaro", "value_of_no_number", INPUT, lambda: _Parcel.from_dict({"weight": "heavy"}))
put("trafaret", "key_missing", INPUT, lambda: trafaret.Dict({"sku": trafaret.String()}).check({}))
put("jsonschema-rs", "required_missing", INPUT, lambda: jsonschema_rs.validate({"required": ["sku"]}, {}))
put(
    "jsonpatch",
    "test_fails",
    Means("validation", False, (400, 409, 422), "low"),
    lambda: jsonpatch.apply_patch({"n": 1}, [{"op": "test", "path": "/n", "value": 2}]),
    note="a condition of the client does not hold: concurrency and business_logic are defensible",
)


# --- tokens, identity -------------------------------------------------------------------------------------------------
_OCT = jwcrypto.jwk.JWK.from_password("no-secret" * 4)


def _token(**claims: Any) -> str:
    one = jwcrypto.jwt.JWT(header={"alg": "HS256", "kid": "two"}, claims=claims)
    one.make_signed_token(_OCT)
    return str(one.serialize())


def _keycloak(url: str) -> Any:
    return keycloak.KeycloakOpenID(url, "shop", "client", timeout=1).token("ada", "wrong")


def _realm(url: str) -> Any:
    return keycloak.KeycloakOpenID(url, "shop", "client", timeout=1).well_known()


def _gotrue(url: str) -> Any:
    client = supabase_auth.SyncGoTrueClient(url=url, http_client=HttpClient(timeout=1))
    return client.sign_in_with_password({"email": "a@example.test", "password": "wrong"})


put("jwcrypto", "not_yet_valid", WHO, lambda: jwcrypto.jwt.JWT(jwt=_token(nbf=99_999_999_999), key=_OCT))
put(
    "jwcrypto",
    "key_not_in_the_set",
    WHO,
    lambda: jwcrypto.jwt.JWT(jwt=_token(sub="4"), key=jwcrypto.jwk.JWKSet()),
    note="a key that was rotated away",
)
put(
    "jwcrypto",
    "cannot_be_decrypted",
    WHO,
    lambda: jwcrypto.jwe.JWE().deserialize("a.b.c.d.e", _OCT),
    note="what the client sent is no token",
)
put(
    "python-keycloak",
    "password_wrong",
    Means("authentication", False, (401, 502), "low"),
    served(Answer(401, {"error": "invalid_grant", "error_description": "Invalid user credentials"}), _keycloak),
    note="the password of our client, checked by the provider",
)
put(
    "python-keycloak",
    "realm_missing",
    FAILED,
    served(Answer(404, {"error": "Realm does not exist"}), _realm),
    note="set up beforehand: configuration is defensible",
)
put("python-keycloak", "refused", LINK, lambda: _realm(dead()))
put("python-keycloak", "down", DOWN, served(Answer(503, "<html>", type="text/html"), _realm))
put(
    "supabase-auth",
    "password_wrong",
    WHO,
    served(Answer(400, {"code": "invalid_credentials", "msg": "Invalid login credentials"}), _gotrue),
    note="the password of our client, checked by the provider",
)
put("supabase-auth", "refused", LINK, lambda: _gotrue(dead()))


put(
    "social-auth-core",
    "session_lost_on_the_way",
    WHO,
    just(social_core.exceptions.AuthSessionError("provider")),
    note="not proven to be the client's own login",
)
put("social-auth-core", "credentials_rejected", WHO, just(social_core.exceptions.AuthCredentialError("provider")))


# --- clients of services ----------------------------------------------------------------------------------------------
async def _no_model(messages: list[Any], info: AgentInfo) -> Any:
    raise LookupError("no such tool")


def _agent_of(model: str) -> Any:
    return pydantic_ai.Agent(model).run_sync("hello")


def _stuck() -> Any:
    async def wait(state: Any) -> Any:
        raise StopSelling("shop is closed until Monday")

    graph: Any = langgraph.graph.StateGraph(dict)
    graph.add_node("wait", wait)
    graph.add_edge(langgraph.graph.START, "wait")
    return asyncio.run(graph.compile().ainvoke({"a": 1}))


class StopSelling(Exception):
    """A rule of the domain."""


def _events() -> Any:
    with serving(NONSENSE) as url, HttpClient() as client, httpx_sse.connect_sse(client, "GET", url) as source:
        return list(source.iter_sse())


def _easypost(url: str) -> Any:
    client = easypost.EasyPostClient("not-a-key", timeout=1, api_base=url)
    return client.address.retrieve("adr_1")


def _workos(url: str) -> Any:
    client = workos.WorkOSClient(api_key="not-a-key", client_id="c", base_url=url, max_retries=0, request_timeout=1)
    return client.organizations.get_organization("org_1")


put("curl_cffi", "untrusted", NO_TRUST, lambda: curl_cffi.requests.get(untrusted_url(), timeout=1))
put("curl_cffi", "page_for_json", FAILED, served(NONSENSE, lambda url: curl_cffi.requests.get(url).json()))
put(
    "curl_cffi", "throttled", THROTTLED, served(Answer(429), lambda url: curl_cffi.requests.get(url).raise_for_status())
)
put(
    "curl_cffi",
    "cut_off",
    LINK,
    served(Answer(200, b"{", how="cut"), lambda url: curl_cffi.requests.get(url, timeout=1)),
)
put("curl_cffi", "browser_unknown", OUR_BUG, lambda: curl_cffi.requests.get(dead(), impersonate="mosaic"))
put("pydantic-ai-slim", "provider_unknown", OUR_SETTINGS, lambda: _agent_of("pigeon:v1"), note="a bug just as well")
put(
    "pydantic-ai-slim",
    "bug_within_the_model",
    OUR_BUG,
    lambda: pydantic_ai.Agent(FunctionModel(_no_model)).run_sync("hello"),
)
put("langgraph", "rule_within_a_node", RULE, _stuck, note="the graph only passes on")
put("mollie-api-python", "key_not_set", OUR_SETTINGS, lambda: mollie.api.client.Client().payments.list())
put("plivo", "credentials_not_set", OUR_SETTINGS, lambda: plivo.RestClient())
put(
    "easypost",
    "key_refused",
    REFUSED_US,
    served(Answer(401, {"error": {"code": "UNAUTHORIZED", "message": "no"}}), _easypost),
)
put(
    "easypost",
    "funds_missing",
    QUOTA,
    served(Answer(402, {"error": {"code": "PAYMENT_REQUIRED", "message": "Insufficient funds"}}), _easypost),
)
put("workos", "throttled", THROTTLED, served(Answer(429, {"message": "slow down"}), _workos))
put("workos", "refused", LINK, lambda: _workos(dead()))
put(
    "python-socketio",
    "handler_refuses_the_client",
    WHO,
    just(socketio.exceptions.ConnectionRefusedError("authentication failed")),
    note="raised by our own handler, to refuse a client; it is no refused link",
)
