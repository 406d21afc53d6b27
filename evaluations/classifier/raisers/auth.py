"""Tokens, passwords, signatures, directories and logins: our own auth layer, unless a peer refused us."""

from __future__ import annotations

import base64
import time
from typing import Any

import argon2
import authlib.jose
import bcrypt
import jose.jwe
import jose.jws
import jose.jwt
import joserfc.jwk
import joserfc.jwt
import jwt
import ldap3
import msal
import passlib.hash
import pyotp
from authlib.integrations.requests_client import OAuth2Session
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from itsdangerous import TimestampSigner, URLSafeSerializer, URLSafeTimedSerializer
from oauthlib.oauth2 import BackendApplicationClient, WebApplicationClient
from passlib.context import CryptContext
from webauthn import verify_authentication_response, verify_registration_response

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    LINK,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    UNREADABLE,
    WHO,
    Answer,
    Means,
    add,
    add_answers,
    free_port,
)

_SECRET = "not-a-secret-but-long-enough-for-hs256"
_OTHER = "another-one-that-is-long-enough-too!!"


def _token(**claims: Any) -> str:
    return jwt.encode(claims, _SECRET, "HS256")


def _decode(token: str, key: str = _SECRET, **options: Any) -> Any:
    return jwt.decode(token, key, ["HS256"], **options)


# --- PyJWT -----------------------------------------------------------------------------------------------------------
add("PyJWT", "expired", WHO, lambda: _decode(_token(exp=1)))
add("PyJWT", "signature", WHO, lambda: _decode(_token(sub="1"), _OTHER))
add("PyJWT", "malformed", WHO, lambda: _decode("garbage"))
add("PyJWT", "audience", WHO, lambda: _decode(_token(aud="a"), audience="b"))
add("PyJWT", "issuer", WHO, lambda: _decode(_token(iss="a"), issuer="b"))
add("PyJWT", "immature", WHO, lambda: _decode(_token(nbf=time.time() + 1_000)))
add("PyJWT", "algorithm", WHO, lambda: jwt.decode(_token(), _SECRET, ["HS512"]))
add("PyJWT", "claim_missing", WHO, lambda: _decode(_token(), options={"require": ["exp"]}))
add("PyJWT", "issued_in_future", WHO, lambda: _decode(_token(iat="x")))
add("PyJWT", "our_key", OUR_SETTINGS, lambda: jwt.encode({}, "not a pem", "RS256"))
add(
    "PyJWT",
    "our_algorithm",
    OUR_BUG,
    lambda: jwt.encode({}, _SECRET, "no-such"),
    note="a wrong argument in our own code",
)


def _jwks(url: str) -> Any:
    token = jwt.encode({}, _SECRET, "HS256", headers={"kid": "1"})
    return jwt.PyJWKClient(url, timeout=0.8).get_signing_key_from_jwt(token)


add("PyJWT", "keys_refused", LINK, lambda: _jwks(f"http://127.0.0.1:{free_port()}"))
add_answers(
    "PyJWT",
    _jwks,
    {
        "keys_silent": (Means("network", True, 504, "medium"), Answer(how="hang")),
        "keys_server_error": (FAILED, Answer(500)),
        "keys_nonsense": (FAILED, NONSENSE),
        "keys_empty": (FAILED, Answer(200, {"keys": []})),
    },
)

# --- python-jose, Authlib, joserfc -----------------------------------------------------------------------------------
_JOSE = jose.jwt.encode({"exp": 1}, _SECRET)
add("python-jose", "expired", WHO, lambda: jose.jwt.decode(_JOSE, _SECRET))
add("python-jose", "signature", WHO, lambda: jose.jwt.decode(_JOSE, _OTHER))
add("python-jose", "malformed", WHO, lambda: jose.jwt.decode("garbage", _SECRET))
add(
    "python-jose", "claims", WHO, lambda: jose.jwt.decode(jose.jwt.encode({"aud": "a"}, _SECRET), _SECRET, audience="b")
)
add("python-jose", "jws_malformed", WHO, lambda: jose.jws.verify("a.b.c", _SECRET, "HS256"))
add("python-jose", "jwe_malformed", WHO, lambda: jose.jwe.decrypt("a.b.c.d.e", b"0" * 32))
add("python-jose", "our_key", OUR_SETTINGS, lambda: jose.jwt.encode({}, "not a pem", "RS256"))


def _authlib_token(**claims: Any) -> Any:
    return authlib.jose.jwt.encode({"alg": "HS256"}, claims, _SECRET)


add("Authlib", "signature", WHO, lambda: authlib.jose.jwt.decode(_authlib_token(), _OTHER))
add("Authlib", "expired", WHO, lambda: authlib.jose.jwt.decode(_authlib_token(exp=1), _SECRET).validate())
add("Authlib", "malformed", WHO, lambda: authlib.jose.jwt.decode("garbage", _SECRET))
add(
    "Authlib",
    "claim_missing",
    WHO,
    lambda: authlib.jose.jwt.decode(_authlib_token(), _SECRET, claims_options={"iss": {"essential": True}}).validate(),
)


def _authlib_login(url: str) -> Any:
    client = OAuth2Session("client", "not-a-secret", redirect_uri="https://shop.example/callback")
    return client.fetch_token(f"{url}/token", code="code", timeout=1)


add_answers(
    "Authlib",
    _authlib_login,
    {
        "code_refused": (WHO, Answer(400, {"error": "invalid_grant", "error_description": "Bad authorization code"})),
        "client_refused": (REFUSED_US, Answer(401, {"error": "invalid_client"})),
        "token_server_error": (FAILED, Answer(500, "oops")),
        "token_nonsense": (FAILED, NONSENSE),
    },
)
add("Authlib", "token_refused_link", LINK, lambda: _authlib_login(f"http://127.0.0.1:{free_port()}"))
add(
    "Authlib",
    "state_mismatch",
    WHO,
    lambda: OAuth2Session("c", "s", state="a").fetch_token(
        "http://127.0.0.1:1/token", authorization_response="https://shop.example/callback?code=1&state=b", state="a"
    ),
)

_RFC = joserfc.jwk.OctKey.import_key(_SECRET)
_RFC_OTHER = joserfc.jwk.OctKey.import_key(_OTHER)
_RFC_TOKEN = joserfc.jwt.encode({"alg": "HS256"}, {"exp": 1}, _RFC)
add("joserfc", "signature", WHO, lambda: joserfc.jwt.decode(_RFC_TOKEN, _RFC_OTHER))
add("joserfc", "malformed", WHO, lambda: joserfc.jwt.decode("garbage", _RFC))
add(
    "joserfc",
    "expired",
    WHO,
    lambda: joserfc.jwt.JWTClaimsRegistry().validate(joserfc.jwt.decode(_RFC_TOKEN, _RFC).claims),
)
add("joserfc", "claim_missing", WHO, lambda: joserfc.jwt.JWTClaimsRegistry(iss={"essential": True}).validate({}))

# --- oauthlib, MSAL --------------------------------------------------------------------------------------------------
_CLIENT = WebApplicationClient("client")
add(
    "oauthlib",
    "state_mismatch",
    WHO,
    lambda: _CLIENT.parse_request_uri_response("https://s.example/?code=1&state=a", state="b"),
)
add(
    "oauthlib",
    "access_denied",
    WHO,
    lambda: _CLIENT.parse_request_uri_response("https://s.example/?error=access_denied"),
    note="the user said no at the identity provider",
)
add("oauthlib", "code_missing", WHO, lambda: _CLIENT.parse_request_uri_response("https://s.example/?state=a"))
add("oauthlib", "grant_refused", WHO, lambda: _CLIENT.parse_request_body_response('{"error": "invalid_grant"}'))
add(
    "oauthlib",
    "client_refused",
    REFUSED_US,
    lambda: BackendApplicationClient("c").parse_request_body_response('{"error": "invalid_client"}'),
)
add("oauthlib", "server_error", FAILED, lambda: _CLIENT.parse_request_body_response('{"error": "server_error"}'))
add(
    "oauthlib",
    "token_expired",
    WHO,
    lambda: WebApplicationClient(
        "c", token={"access_token": "x", "expires_at": 1, "expires_in": "-1", "token_type": "Bearer"}
    ).add_token("https://api.example/x"),
)
add("oauthlib", "insecure_transport", OUR_SETTINGS, lambda: _CLIENT.prepare_request_uri("http://idp.example/authorize"))
add(
    "msal",
    "authority_malformed",
    OUR_SETTINGS,
    lambda: msal.ConfidentialClientApplication("c", "s", authority="nonsense"),
)

# --- signatures and passwords ----------------------------------------------------------------------------------------
add("itsdangerous", "signature", WHO, lambda: URLSafeSerializer(_SECRET).loads("e30.garbage"))
add("itsdangerous", "no_separator", WHO, lambda: URLSafeSerializer(_SECRET).loads("garbage"))
add(
    "itsdangerous",
    "expired",
    WHO,
    lambda: URLSafeTimedSerializer(_SECRET).loads(URLSafeTimedSerializer(_SECRET).dumps({}), max_age=-1),
)
add("itsdangerous", "timestamp_signature", WHO, lambda: TimestampSigner(_SECRET).unsign("value.garbage.sig"))


@case("itsdangerous", "authentication", transient=False, status=401, severity="low")
def payload() -> None:
    from itsdangerous import Signer

    URLSafeSerializer(_SECRET).loads(Signer(_SECRET, salt=b"itsdangerous").sign(b"%%%"))


add(
    "passlib",
    "hash_unknown",
    UNREADABLE,
    lambda: CryptContext(["pbkdf2_sha256"]).verify("x", "garbage"),
    note="the stored hash is unreadable",
)
add("passlib", "hash_malformed", UNREADABLE, lambda: passlib.hash.pbkdf2_sha256.verify("x", "$pbkdf2-sha256$x"))
add(
    "passlib",
    "null_in_password",
    Means("validation", False, (400, 422), "low"),
    lambda: passlib.hash.des_crypt.hash("a\0b"),
)
add(
    "bcrypt",
    "salt_malformed",
    UNREADABLE,
    lambda: bcrypt.checkpw(b"x", b"garbage"),
    note="the stored hash is unreadable",
)
add(
    "argon2-cffi",
    "password_wrong",
    WHO,
    lambda: argon2.PasswordHasher().verify(argon2.PasswordHasher(1, 8, 1).hash("a"), "b"),
)
add("argon2-cffi", "hash_malformed", UNREADABLE, lambda: argon2.PasswordHasher().verify("garbage", "b"))

_KEY = rsa.generate_private_key(65_537, 2_048)
_CURVE = ec.generate_private_key(ec.SECP256R1())
add(
    "cryptography",
    "signature",
    WHO,
    lambda: _KEY.public_key().verify(b"x" * 256, b"data", padding.PKCS1v15(), hashes.SHA256()),
)
add(
    "cryptography", "curve_signature", WHO, lambda: _CURVE.public_key().verify(b"x", b"data", ec.ECDSA(hashes.SHA256()))
)
add("cryptography", "fernet_token", UNREADABLE, lambda: Fernet(Fernet.generate_key()).decrypt(b"garbage"))
add("cryptography", "gcm_tag", UNREADABLE, lambda: AESGCM(b"0" * 32).decrypt(b"0" * 12, b"0" * 32, None))
add("cryptography", "pem_malformed", OUR_SETTINGS, lambda: serialization.load_pem_private_key(b"garbage", None))
add("cryptography", "fernet_key", OUR_SETTINGS, lambda: Fernet(b"short"), note="a key is a setting")
add("cryptography", "certificate_malformed", OUR_SETTINGS, lambda: x509.load_pem_x509_certificate(b"garbage"))


@case("cryptography", "system", transient=False, status=500, severity="high")
def finalized_twice() -> None:
    digest = hashes.Hash(hashes.SHA256())
    digest.finalize()
    digest.update(b"x")


add(
    "pyotp",
    "secret_malformed",
    UNREADABLE,
    lambda: pyotp.TOTP("not base32!").now(),
    note="the stored secret is unreadable",
)
add("pyotp", "uri_malformed", Means("validation", False, (400, 422), "low"), lambda: pyotp.parse_uri("https://x"))


# --- directories -----------------------------------------------------------------------------------------------------
@case("ldap3", "network", transient=True, status=(502, 503), severity="medium")
def directory_refused() -> None:
    ldap3.Connection(ldap3.Server("127.0.0.1", free_port(), connect_timeout=1), auto_bind=True)


def _directory(result: int, name: str) -> None:
    from ldap3 import MOCK_SYNC, Connection, Server
    from ldap3.operation.bind import bind_response_to_dict

    del bind_response_to_dict
    from ldap3.core.exceptions import LDAPOperationResult

    del MOCK_SYNC, Connection, Server
    raise LDAPOperationResult(result=result, description=name, dn="cn=shop", message="", response_type="bindResponse")


_LDAP = "a directory server is too much for a case: the class is chosen by the library from the result code"
add("ldap3", "credentials_wrong", WHO, lambda: _directory(49, "invalidCredentials"), made=_LDAP)
add("ldap3", "no_such_object", FAILED, lambda: _directory(32, "noSuchObject"), made=_LDAP)
add("ldap3", "access_rights", REFUSED_US, lambda: _directory(50, "insufficientAccessRights"), made=_LDAP)
add("ldap3", "busy", Means("external_service", True, (502, 503), "medium"), lambda: _directory(51, "busy"), made=_LDAP)
add(
    "ldap3",
    "unavailable",
    Means("external_service", True, (502, 503), "medium"),
    lambda: _directory(52, "unavailable"),
    made=_LDAP,
)
add(
    "ldap3",
    "time_limit",
    Means("external_service", True, 504, "medium"),
    lambda: _directory(3, "timeLimitExceeded"),
    made=_LDAP,
)
add(
    "ldap3",
    "entry_exists",
    Means("data_integrity", False, 409, "medium"),
    lambda: _directory(68, "entryAlreadyExists"),
    made=_LDAP,
)


@case(
    "ldap3",
    "validation",
    transient=False,
    status=(400, 500),
    severity="low",
    note="a filter built of the client's input",
)
def filter_malformed() -> None:
    server = ldap3.Server("fake")
    connection = ldap3.Connection(server, client_strategy=ldap3.MOCK_SYNC)
    connection.bind()
    connection.search("dc=x", "(uid=")


# --- WebAuthn, SAML --------------------------------------------------------------------------------------------------
_CLIENT_DATA = b'{"type": "webauthn.get", "challenge": "AA", "origin": "x"}'
_CREDENTIAL = {
    "id": "AQ", "rawId": "AQ", "type": "public-key",
    "response": {"clientDataJSON": base64.urlsafe_b64encode(_CLIENT_DATA).decode().rstrip("="),
                 "authenticatorData": "AA", "signature": "AA", "attestationObject": "AA"},
}  # fmt: skip
add(
    "webauthn",
    "authentication",
    WHO,
    lambda: verify_authentication_response(
        credential=_CREDENTIAL,
        expected_challenge=b"1",
        expected_rp_id="shop.example",
        expected_origin="https://shop.example",
        credential_public_key=b"0",
        credential_current_sign_count=0,
    ),
)
add(
    "webauthn",
    "registration",
    WHO,
    lambda: verify_registration_response(
        credential=_CREDENTIAL,
        expected_challenge=b"1",
        expected_rp_id="shop.example",
        expected_origin="https://shop.example",
    ),
)
add(
    "webauthn",
    "malformed",
    Means("validation", False, (400, 401), "low"),
    lambda: verify_authentication_response(
        credential="{",
        expected_challenge=b"1",
        expected_rp_id="shop.example",
        expected_origin="https://shop.example",
        credential_public_key=b"0",
        credential_current_sign_count=0,
    ),
)


@case("python3-saml", "configuration", transient=False, status=500, severity="high")
def saml_settings() -> None:
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    OneLogin_Saml2_Settings({"strict": True, "sp": {}})
