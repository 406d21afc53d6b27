"""Authentication, cryptography and directories: tokens of clients, keys and settings of ours, peers that refuse us."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import argon2
import bcrypt
import hvac
import itsdangerous
import itsdangerous.url_safe
import jwt
import ldap3
import msal
import oauthlib.oauth2
import passlib.context
import passlib.hash
from authlib.integrations.httpx_client import OAuth2Client
from authlib.jose import JsonWebKey
from authlib.jose import jwt as authlib_jwt
from cryptography import x509
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from google.auth import exceptions as google_exceptions
from google.auth.transport import requests as google_requests
from google.oauth2 import credentials as google_credentials
from google.oauth2 import service_account
from jose import jwt as jose_jwt
from requests_oauthlib import OAuth1Session

from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    INVALID,
    LINK,
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
    serving,
)

_SECRET = "no-secret" * 5


def _dead() -> str:
    return f"http://127.0.0.1:{free_port()}"


# --- tokens -----------------------------------------------------------------------------------------------------------
def _token(**claims: Any) -> str:
    return jwt.encode(claims, _SECRET, "HS256")


def _jwk_set() -> Any:
    answer = Answer(200, {"keys": [{"kty": "oct", "kid": "old", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}]})
    with serving(answer) as url:
        token = jwt.encode({}, _SECRET, "HS256", headers={"kid": "new"})
        return jwt.PyJWKClient(f"{url}/jwks", lifespan=300).get_signing_key_from_jwt(token)


def _jose(claims: dict[str, Any], **more: Any) -> Any:
    return jose_jwt.decode(jose_jwt.encode(claims, _SECRET, "HS256"), _SECRET, "HS256", **more)


add(
    "PyJWT",
    "key_id_unknown",
    WHO,
    _jwk_set,
    note="the token names a key that the issuer does not publish; the keys "
    "may have been rotated, external_service is defensible",
)
add("PyJWT", "subject_not_text", WHO, lambda: jwt.decode(_token(sub=4), _SECRET, ["HS256"]))
add("PyJWT", "algorithms_left_out", OUR_BUG, lambda: jwt.decode(_token(), _SECRET))
add("PyJWT", "unsigned", WHO, lambda: jwt.decode(jwt.encode({}, None, "none"), _SECRET, ["HS256"]))
add("PyJWT", "payload_no_object", OUR_BUG, lambda: jwt.encode([1], _SECRET, "HS256"))  # type: ignore[arg-type]
add("python-jose", "audience", WHO, lambda: _jose({"aud": "shop"}, audience="bank"))
add("python-jose", "issued_later", WHO, lambda: _jose({"nbf": 99999999999}))
add(
    "Authlib",
    "signed_by_another",
    WHO,
    lambda: authlib_jwt.decode(_token(), JsonWebKey.import_key("another" * 6, {"kty": "oct"})),
)
add("Authlib", "insecure_claims", OUR_BUG, lambda: authlib_jwt.encode({"alg": "HS256"}, {"password": "x"}, _SECRET))


def _authlib_session(answer: Answer) -> Callable[[], Any]:
    def run() -> Any:
        with serving(answer) as url, OAuth2Client("shop", "no-secret") as client:
            return client.fetch_token(f"{url}/token", grant_type="client_credentials")

    return run


add(
    "Authlib",
    "scope_refused",
    REFUSED_US,
    _authlib_session(Answer(400, {"error": "invalid_scope", "error_description": "scope"})),
    note="the identity provider refuses what we may ask for; external_service or configuration are defensible",
)
add("Authlib", "provider_busy", DOWN, _authlib_session(Answer(400, {"error": "temporarily_unavailable"})))
add(
    "itsdangerous",
    "other_salt",
    WHO,
    lambda: itsdangerous.url_safe.URLSafeSerializer(_SECRET, salt="reset").loads(
        itsdangerous.url_safe.URLSafeSerializer(_SECRET, salt="login").dumps(4)
    ),
)
add("itsdangerous", "not_serializable", OUR_BUG, lambda: itsdangerous.Serializer(_SECRET).dumps({"at": object()}))


# --- OAuth ------------------------------------------------------------------------------------------------------------
def _oauth(body: dict[str, Any]) -> Any:
    client = oauthlib.oauth2.BackendApplicationClient("shop")
    return client.parse_request_body_response(json.dumps(body))


def _token_expired() -> Any:
    client = oauthlib.oauth2.WebApplicationClient("shop", token={"access_token": "x", "expires_in": -5})
    return client.add_token("https://api.test/x")


def _oauth1(answer: Answer) -> Callable[[], Any]:
    def run() -> Any:
        with serving(answer) as url:
            return OAuth1Session("key", "no-secret").fetch_request_token(f"{url}/request_token")

    return run


add("oauthlib", "unauthorized_client", REFUSED_US, lambda: _oauth({"error": "unauthorized_client"}))
add("oauthlib", "token_left_out", FAILED, lambda: _oauth({"expires_in": 4}), note="the peer's answer lacks the token")
add(
    "oauthlib",
    "scope_changed",
    FAILED,
    lambda: oauthlib.oauth2.BackendApplicationClient("shop").parse_request_body_response(
        json.dumps({"access_token": "x", "token_type": "Bearer", "scope": "read"}), scope=["write"]
    ),
    note="a Warning that is raised: the peer gave less than was asked for; authentication is defensible",
)
add("requests-oauthlib", "oauth1_nonsense", FAILED, _oauth1(Answer(200, "<html>", type="text/html")))
add("requests-oauthlib", "oauth1_refused", LINK, lambda: OAuth1Session("k", "s").fetch_request_token(_dead()))


# --- Google, Microsoft ------------------------------------------------------------------------------------------------
def _google_refresh(answer: Answer | None) -> Callable[[], Any]:
    def refresh(url: str) -> Any:
        user = google_credentials.Credentials(
            None, refresh_token="x", token_uri=f"{url}/token", client_id="shop", client_secret="no-secret"
        )
        return user.refresh(google_requests.Request())

    def run() -> Any:
        if answer is None:
            return refresh(_dead())
        with serving(answer) as url:
            return refresh(url)

    return run


add(
    "google-auth",
    "grant_revoked",
    REFUSED_US,
    _google_refresh(Answer(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})),
)
add("google-auth", "token_server_away", LINK, _google_refresh(None))
add(
    "google-auth",
    "no_refresh_token",
    OUR_SETTINGS,
    lambda: google_credentials.Credentials("x").refresh(google_requests.Request()),
    note=f"{google_exceptions.RefreshError.__name__}: credentials that cannot be renewed; authentication is defensible",
)
add(
    "google-auth",
    "service_key_no_pem",
    OUR_SETTINGS,
    lambda: service_account.Credentials.from_service_account_info(
        {"client_email": "a@x.test", "token_uri": "https://x.test", "private_key": "no pem"}
    ),
)
add(
    "msal",
    "tenant_discovery_away",
    LINK,
    lambda: msal.ConfidentialClientApplication(
        "shop",
        "no-secret",
        authority="https" + _dead()[4:] + "/tenant",
        validate_authority=False,
        instance_discovery=False,
    ),
)

# --- cryptography -----------------------------------------------------------------------------------------------------
_KEY = rsa.generate_private_key(65537, 2048)


def _pem_with_password() -> Any:
    pem = _KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"right")
    )
    return serialization.load_pem_private_key(pem, b"wrong")


def _pem_without_password() -> Any:
    pem = _KEY.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"right")
    )
    return serialization.load_pem_private_key(pem, None)


def _oaep() -> Any:
    return _KEY.public_key().encrypt(b"x" * 400, padding.PKCS1v15())


def _padding() -> Any:
    worker = Cipher(algorithms.AES(b"k" * 16), modes.CBC(b"i" * 16)).encryptor()
    worker.update(b"short")
    return worker.finalize()


def _column_of_an_old_key() -> Any:
    stored = Fernet(Fernet.generate_key()).encrypt(b"iban")
    return MultiFernet([Fernet(Fernet.generate_key())]).decrypt(stored)


def _no_such_name() -> Any:
    return x509.load_pem_x509_csr(b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n")


add("cryptography", "pem_password_wrong", OUR_SETTINGS, _pem_with_password, note="the password of our key is a setting")
add(
    "cryptography",
    "pem_password_left_out",
    OUR_SETTINGS,
    _pem_without_password,
    note="a TypeError; a bug is defensible",
)
add("cryptography", "text_longer_than_key", OUR_BUG, _oaep)
add("cryptography", "block_not_filled", OUR_BUG, _padding)
add("cryptography", "nonce_too_short", OUR_BUG, lambda: AESGCM(b"k" * 16).encrypt(b"n", b"x", None))
add(
    "cryptography",
    "column_of_an_old_key",
    UNREADABLE,
    _column_of_an_old_key,
    note="written under a key that was rotated away; authentication is defensible where it is a token",
)
add("cryptography", "request_malformed", INVALID, _no_such_name, note="a certificate request that a client sent")
add("cryptography", "password_differs", WHO, lambda: Scrypt(b"s" * 16, 32, 2**4, 8, 1).verify(b"pw", b"0" * 32))


# --- passwords --------------------------------------------------------------------------------------------------------
def _argon2_memory() -> Any:
    return argon2.PasswordHasher(memory_cost=1).hash("x")


add(
    "argon2-cffi", "memory_cost_too_small", OUR_SETTINGS, _argon2_memory, note="parameters of ours; a bug is defensible"
)
add(
    "argon2-cffi",
    "hash_of_bcrypt",
    UNREADABLE,
    lambda: argon2.PasswordHasher().verify("$2b$12$abc", "x"),
    note="what is stored is no hash of argon2",
)
add("bcrypt", "text_instead_of_bytes", OUR_BUG, lambda: bcrypt.hashpw("x", bcrypt.gensalt(4)))  # type: ignore[arg-type]
add(
    "bcrypt",
    "longer_than_72",
    INVALID,
    lambda: bcrypt.hashpw(b"x" * 80, bcrypt.gensalt(4)),
    note="a password of the client that is too long",
)
add(
    "passlib",
    "scheme_unknown",
    OUR_SETTINGS,
    lambda: passlib.context.CryptContext(["rot13"]),
    note="a name of a scheme in the set-up",
)
add(
    "passlib",
    "rounds_out_of_range",
    OUR_BUG,
    lambda: passlib.hash.sha256_crypt.using(rounds=1).hash("x"),
    note="a parameter of ours",
)
add("passlib", "number_as_password", OUR_BUG, lambda: passlib.hash.sha256_crypt.hash(4))


# --- LDAP, Vault ------------------------------------------------------------------------------------------------------
def _ldap(**more: Any) -> ldap3.Connection:
    server = ldap3.Server("fake", get_info=ldap3.OFFLINE_SLAPD_2_4)
    link = ldap3.Connection(server, user="cn=app,o=test", password="right", client_strategy=ldap3.MOCK_SYNC, **more)
    link.strategy.add_entry("cn=app,o=test", {"userPassword": "right", "sn": "app", "objectClass": "person"})
    return link


def _ldap_attribute() -> Any:
    link = _ldap(raise_exceptions=True)
    link.bind()
    return link.search("o=test", "(cn=*)", attributes=["colour"])


def _ldap_dn() -> Any:
    link = _ldap(raise_exceptions=True)
    link.bind()
    return link.delete("no dn at all")


def _ldap_not_there() -> Any:
    link = _ldap(raise_exceptions=True)
    link.bind()
    return link.modify("cn=nobody,o=test", {"sn": [(ldap3.MODIFY_REPLACE, ["x"])]})


def _vault(url: str) -> Any:
    return hvac.Client(url, token="no-token").secrets.kv.v2.create_or_update_secret("shop", {"a": "b"}, cas=3)


def _approle(url: str) -> Any:
    return hvac.Client(url).auth.approle.login("role", "no-secret")


add(
    "ldap3",
    "attribute_unknown",
    OUR_BUG,
    _ldap_attribute,
    note="a name of an attribute in the code; configuration is defensible",
)
add("ldap3", "name_malformed", INVALID, _ldap_dn, note="a distinguished name out of input; a bug is defensible")
add("ldap3", "entry_to_change_missing", FAILED, _ldap_not_there)
add("ldap3", "strategy_unknown", OUR_BUG, lambda: ldap3.Connection("fake", client_strategy="FAST"))
add_answers(
    "hvac",
    _vault,
    {
        "check_and_set": (
            Means("concurrency", False, (409, 502, 503), "low"),
            Answer(400, {"errors": ["check-and-set parameter did not match the current version"]}),
        ),
        "standby": (DOWN, Answer(503, {"errors": ["node is a standby"]})),
    },
)
add_answers("hvac", _approle, {"role_refused": (REFUSED_US, Answer(400, {"errors": ["invalid role or secret ID"]}))})
add("hvac", "mount_type", OUR_BUG, lambda: hvac.Client(_dead()).auth.token.create(kind="x"))
