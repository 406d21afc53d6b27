"""Tokens, directories and providers of identity: who the client is, and whether we are let in."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import google.auth.transport.requests
import google.oauth2.id_token
import itsdangerous
import jwt
import ldap3
import msal
import msal_extensions
import oauthlib.oauth2
import standardwebhooks
import webauthn
import xmlsec
from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.integrations.flask_oauth2.requests import FlaskJsonRequest
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc6750 import BearerTokenValidator
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jose import jwe, jwk
from jose import jwt as jose_jwt
from joserfc import jws as joserfc_jws
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet, OctKey
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from requests_oauthlib import OAuth2Session as OldSession

import flask
from evaluations.classifier.raisers._fresh_b import put, served
from evaluations.classifier.raisers._peers import hang_up, listening, saying
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    MAY_NOT,
    OUR_BUG,
    OUR_SETTINGS,
    SILENT,
    WHO,
    Answer,
    Means,
)

_KEY = "no-secret" * 5
_CURVE = ec.generate_private_key(ec.SECP256R1())
_PEM = _CURVE.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


# --- PyJWT, python-jose, joserfc --------------------------------------------------------------------------------------
def _segment(values: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def _twisted_payload() -> Any:
    head, _, rest = jwt.encode({"sub": "4"}, _KEY, "HS256").partition(".")
    return jwt.decode(f"{head}.!!{rest}", _KEY, algorithms=["HS256"])


def _another_audience() -> Any:
    claims = joserfc_jwt.JWTClaimsRegistry(aud={"essential": True, "value": "shop"})
    return claims.validate({"aud": "warehouse"})


def _unknown_key_id() -> Any:
    keys = KeySet([OctKey.import_key("a" * 32, {"kid": "one"})])
    token = joserfc_jwt.encode({"alg": "HS256", "kid": "two"}, {"sub": "4"}, OctKey.import_key("b" * 32))
    return joserfc_jwt.decode(token, keys)


put("PyJWT", "payload_twisted", WHO, _twisted_payload)
put("PyJWT", "header_of_no_json", WHO, lambda: jwt.get_unverified_header("bm90LWpzb24.e30.x"))
put(
    "PyJWT",
    "public_key_as_secret",
    OUR_SETTINGS,
    lambda: jwt.encode({"sub": "4"}, _PEM, "HS256"),
    note="an asymmetric key where a secret is due; a bug just as well",
)
put(
    "PyJWT",
    "keys_without_one_for_signing",
    FAILED,
    served(
        Answer(200, {"keys": [{"kty": "oct", "k": "YQ", "kid": "1", "use": "enc"}]}),
        lambda url: jwt.PyJWKClient(url).get_signing_keys(),
    ),
)
put(
    "python-jose",
    "jwe_of_another_key",
    WHO,
    lambda: jwe.decrypt(jwe.encrypt(b"a", "k" * 16, algorithm="dir", encryption="A128GCM"), "x" * 16),
)
put("python-jose", "key_without_algorithm", OUR_SETTINGS, lambda: jwk.construct({"kty": "oct", "k": "YQ"}))
put("python-jose", "claims_no_object", WHO, lambda: jose_jwt.decode(jwt.api_jws.encode(b"[1]", _KEY, "HS256"), _KEY))
put("joserfc", "audience_of_another", WHO, _another_audience)
put("joserfc", "key_id_unknown", WHO, _unknown_key_id, note="a key that was rotated away")
put(
    "joserfc",
    "algorithm_not_allowed",
    WHO,
    lambda: joserfc_jws.deserialize_compact(jwt.encode({"a": 1}, _KEY, "HS512"), OctKey.import_key(_KEY), ["HS256"]),
)
put("joserfc", "token_from_the_future", WHO, lambda: joserfc_jwt.JWTClaimsRegistry(now=10).validate({"nbf": 99_999}))
put(
    "itsdangerous",
    "secret_key_of_the_old_days",
    WHO,
    lambda: itsdangerous.Signer("new").unsign(itsdangerous.Signer("old").sign("4")),
)


# --- OAuth ------------------------------------------------------------------------------------------------------------
class _Tokens(BearerTokenValidator):  # type: ignore[misc]
    def __init__(self, token: Any) -> None:
        super().__init__()
        self._token = token

    def authenticate_token(self, token_string: str) -> Any:
        return self._token


class _Token:
    scope = "read"
    expired = False
    revoked = False

    def __init__(self, **state: bool) -> None:
        vars(self).update(state)

    def is_expired(self) -> bool:
        return self.expired

    def is_revoked(self) -> bool:
        return self.revoked

    def get_scope(self) -> str:
        return self.scope


def _protected(token: Any, **headers: str) -> Callable[[], Any]:
    def run() -> Any:
        protector = ResourceProtector()
        protector.register_token_validator(_Tokens(token))
        with flask.Flask("shop").test_request_context("/", headers=headers):
            one = FlaskJsonRequest(flask.request)
            validator, text = protector.parse_request_authorization(one)
            found = validator.authenticate_token(text)
            return validator.validate_token(found, ["write"], one)

    return run


_BEARER = {"Authorization": "Bearer abc"}

put("Authlib", "resource_without_token", WHO, _protected(None))
put("Authlib", "resource_token_unknown", WHO, _protected(None, **_BEARER))
put("Authlib", "resource_token_revoked", WHO, _protected(_Token(revoked=True), **_BEARER))
put("Authlib", "resource_scope_missing", MAY_NOT, _protected(_Token(), **_BEARER))
put("Authlib", "resource_kind_of_token_unknown", WHO, _protected(None, Authorization="Mac abc"))


def _old_oauth(url: str) -> Any:
    session = OldSession(
        "client", token={"access_token": "a", "token_type": "Bearer", "expires_in": -5, "refresh_token": "r"}
    )
    session._client.expires_in = -5
    return session.refresh_token(url.replace("http:", "https:"))


def _device(error: str) -> Callable[[], Any]:
    body = json.dumps({"error": error, "error_description": f"about {error}"})
    return lambda: oauthlib.oauth2.DeviceClient("client").parse_request_body_response(body)


def _fetch(url: str) -> Any:
    return OAuth2Session("client", "no-secret").fetch_token(
        f"{url}/token", grant_type="client_credentials", timeout=0.4
    )


put(
    "oauthlib",
    "device_not_yet_approved",
    Means("external_service", True, (401, 502, 503), "medium"),
    _device("authorization_pending"),
    note="a peer says: not now; authentication is defensible",
)
put("oauthlib", "device_asks_too_fast", Means("resource", True, 503, "medium"), _device("slow_down"))
put(
    "oauthlib",
    "scope_refused_by_provider",
    Means("authentication", False, (401, 403, 502), "medium"),
    _device("invalid_scope"),
    note="what we ask for is not granted; severity may be high",
)
put("Authlib", "token_server_silent", SILENT, served(Answer(how="hang"), _fetch))
put("Authlib", "token_server_down", DOWN, served(Answer(503, "busy", type="text/plain"), _fetch))
put(
    "requests-oauthlib", "token_server_hangs_up", LINK, lambda: _hung_up(_old_oauth), note="TLS to a peer that hangs up"
)
put(
    "google-auth",
    "key_id_of_nobody",
    WHO,
    served(
        Answer(200, {"one": "not a certificate"}),
        lambda url: google.oauth2.id_token.verify_token(
            f"{_segment({'alg': 'RS256', 'kid': 'two'})}.{_segment({'exp': 1})}.eA",
            google.auth.transport.requests.Request(),
            certs_url=url,
        ),
    ),
    note="its key id is none of the provider's",
)


def _hung_up(call: Callable[[str], Any]) -> Any:
    with listening(hang_up) as port:
        return call(f"http://127.0.0.1:{port}")


# --- MSAL, LDAP, SAML, WebAuthn, webhooks -----------------------------------------------------------------------------
def _directory(code: int, said: str) -> Callable[[], Any]:
    def run() -> Any:
        raise ldap3.core.exceptions.LDAPOperationResult(
            result=code, description=said, dn="cn=ada", message="", response_type="bindResponse"
        )

    return run


_REFUSAL = bytes.fromhex("300c0201016107") + bytes([10, 1, 49, 4, 0, 4, 0])
"""The answer of a directory to a bind: invalid credentials."""


def _auto_bind() -> Any:
    with listening(saying(_REFUSAL)) as port:
        return ldap3.Connection(ldap3.Server("127.0.0.1", port=port, get_info=None), "cn=app", "x", auto_bind=True)


def _mock_without_password() -> Any:
    link = ldap3.Connection(ldap3.Server("shop"), "cn=a", authentication=ldap3.SIMPLE, client_strategy=ldap3.MOCK_SYNC)
    return link.bind()


_MADE = "no directory here answers so; the library makes the class from the code as it does for an answer"

put(
    "ldap3",
    "automatic_bind_refused",
    Means("authentication", False, (401, 502), "low"),
    _auto_bind,
    note="a client's login or our own account: 502 and high are defensible",
)
put(
    "ldap3",
    "size_limit",
    Means("external_service", False, (502, 503), "medium"),
    _directory(4, "sizeLimitExceeded"),
    made=_MADE,
    note="more entries than the directory gives; resource is defensible",
)
put(
    "ldap3",
    "password_policy",
    Means("data_integrity", False, (400, 409, 422), "medium"),
    _directory(19, "constraintViolation"),
    made=_MADE,
    note="a constraint of the store; validation is defensible",
)
put("ldap3", "password_left_out", OUR_BUG, _mock_without_password, note="the view should check")
put("ldap3", "port_of_no_port", OUR_SETTINGS, lambda: ldap3.Server("shop", port=99_999))
put(
    "msal",
    "state_of_another_login",
    WHO,
    lambda: msal.oauth2cli.oauth2.Client({"token_endpoint": "x"}, "client").obtain_token_by_auth_code_flow(
        {"state": "a"}, {"state": "b"}
    ),
    note="a ValueError about a state that does not match: not proven to be the client's own login",
)
put(
    "msal-extensions",
    "token_cache_missing",
    OUR_SETTINGS,
    lambda: msal_extensions.FilePersistence("/nonexistent/tokens").load(),
    note="a file that should be there; system is defensible",
)

_SAML = {
    "strict": True,
    "sp": {"entityId": "https://shop.test", "assertionConsumerService": {"url": "https://shop.test/acs"}},
    "idp": {
        "entityId": "https://idp.test",
        "singleSignOnService": {"url": "https://idp.test/sso"},
        "x509cert": "MIIB",
    },
}


def _saml(xml: str) -> Any:
    settings = OneLogin_Saml2_Settings(_SAML, sp_validation_only=True)
    response = OneLogin_Saml2_Response(settings, base64.b64encode(xml.encode()).decode())
    request = {"http_host": "shop.test", "script_name": "/acs", "get_data": {}, "post_data": {}}
    return response.is_valid(request, raise_exceptions=True)


_STATUS = "urn:oasis:names:tc:SAML:2.0:status"
_RESPONSE = (
    '<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" ID="a" Version="2.0">'
    f'<p:Status><p:StatusCode Value="{_STATUS}:%s"/></p:Status></p:Response>'
)


def _webhook(secret: str, **headers: str) -> Any:
    return standardwebhooks.Webhook(secret).verify(b"{}", headers)


_HOOK = base64.b64encode(b"no-secret" * 4).decode()

put("python3-saml", "login_refused_by_provider", WHO, lambda: _saml(_RESPONSE % "AuthnFailed"))
put("python3-saml", "no_assertion", WHO, lambda: _saml(_RESPONSE % "Success"))
put(
    "python3-saml",
    "redirect_elsewhere",
    Means("validation", False, 400, "low"),
    lambda: OneLogin_Saml2_Utils.redirect("javascript:x", {}, {"http_host": "shop.test"}),
    note="an open redirect, refused; authentication is defensible",
)
put("xmlsec", "key_malformed", OUR_SETTINGS, lambda: xmlsec.Key.from_memory("no key", xmlsec.KeyFormat.PEM, None))
put(
    "standardwebhooks",
    "signature_wrong",
    WHO,
    lambda: _webhook(
        _HOOK,
        **{
            "webhook-id": "m",
            "webhook-timestamp": str(int(dt.datetime.now(dt.UTC).timestamp())),
            "webhook-signature": "v1,bm8=",
        },
    ),
)
put("standardwebhooks", "headers_missing", WHO, lambda: _webhook(_HOOK))
put("standardwebhooks", "secret_empty", OUR_SETTINGS, lambda: standardwebhooks.Webhook(""))
put(
    "webauthn",
    "options_without_a_site",
    OUR_BUG,
    lambda: webauthn.generate_registration_options(rp_id="", rp_name="Shop", user_name="ada"),
    note="configuration is defensible",
)
