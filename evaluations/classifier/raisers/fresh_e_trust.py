"""Tokens, signatures, grants, keys and password hashes."""

from __future__ import annotations

import base64
import datetime as dt
import functools
from typing import Any

import argon2
import authlib.integrations.base_client
import authlib.integrations.httpx_client
import authlib.jose
import authlib.jose.errors
import bcrypt
import cryptography.exceptions
import itsdangerous
import jose.jws
import jose.jwt
import jwt
import oauthlib.oauth2
import passlib.context
import requests
from cryptography import fernet, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    answering,
    bug,
    failed,
    label,
    refused,
    refused_us,
    settings,
    unknown_client,
    unparsable,
    unreadable,
)
from evaluations.classifier.raisers._peers import closed_port

_KEY = "fresh-e-key-of-no-service-at-all"


def _token(**claims: Any) -> str:
    return jwt.encode({"sub": "user-7", **claims}, _KEY, "HS256")


def _past() -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)


class SessionExpired(Exception):
    """An application's own: the client has to sign in again."""


# --- PyJWT ------------------------------------------------------------------------------------------------------------
@case("PyJWT", **unknown_client)
def fresh_e_expired_an_hour_ago() -> None:
    jwt.decode(_token(exp=_past()), _KEY, ["HS256"])


@case("PyJWT", **unknown_client)
def fresh_e_signed_by_somebody_else() -> None:
    jwt.decode(_token(), _KEY[::-1], ["HS256"])


@case("PyJWT", **unknown_client)
def fresh_e_for_another_audience() -> None:
    jwt.decode(_token(aud="billing"), _KEY, ["HS256"], audience="shop")


@case("PyJWT", **unknown_client)
def fresh_e_from_another_issuer() -> None:
    jwt.decode(_token(iss="https://login.example.test"), _KEY, ["HS256"], issuer="https://id.example.test")


@case("PyJWT", **unknown_client)
def fresh_e_claim_that_we_require() -> None:
    jwt.decode(_token(), _KEY, ["HS256"], options={"require": ["exp"]})


@case("PyJWT", **unknown_client)
def fresh_e_algorithm_not_allowed() -> None:
    jwt.decode(_token(), _KEY, ["RS256"])


@case("PyJWT", **unknown_client)
def fresh_e_token_of_one_word() -> None:
    jwt.decode("undefined", _KEY, ["HS256"])


@case("PyJWT", note="the key that we were configured with is none", **settings)
def fresh_e_public_key_of_rubbish() -> None:
    jwt.encode({"sub": "user-7"}, "-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----", "RS256")


@case("PyJWT", **refused)
def fresh_e_key_set_cannot_be_fetched() -> None:
    jwt.PyJWKClient(f"http://127.0.0.1:{closed_port()}/jwks").get_signing_key("key-1")


@case("PyJWT", **bug)
def fresh_e_decode_without_algorithms() -> None:
    jwt.decode(_token(), _KEY)


# --- python-jose ------------------------------------------------------------------------------------------------------
@case("python-jose", **unknown_client)
def fresh_e_signature_has_expired() -> None:
    jose.jwt.decode(_token(exp=_past()), _KEY, ["HS256"])


@case("python-jose", **unknown_client)
def fresh_e_signature_does_not_fit() -> None:
    jose.jwt.decode(_token(), "another", ["HS256"])


@case("python-jose", **unknown_client)
def fresh_e_audience_does_not_fit() -> None:
    jose.jwt.decode(_token(aud="billing"), _KEY, ["HS256"], audience="shop")


@case("python-jose", **unknown_client)
def fresh_e_not_enough_segments() -> None:
    jose.jws.verify("abc", _KEY, ["HS256"])


# --- authlib ----------------------------------------------------------------------------------------------------------
@case("Authlib", **unknown_client)
def fresh_e_claims_say_expired() -> None:
    claims = authlib.jose.jwt.decode(_token(exp=int(_past().timestamp())), _KEY)
    claims.validate()


@case("Authlib", **unknown_client)
def fresh_e_bad_signature_of_a_token() -> None:
    authlib.jose.jwt.decode(_token(), "another-key-of-no-service-at-all")


@case(
    "Authlib",
    note="whoever comes back with a wrong state did not start at us",
    **unknown_client | {"status": (400, 401, 403)},
)
def fresh_e_state_of_another_login() -> None:
    client = authlib.integrations.httpx_client.OAuth2Client("shop", state="ours")
    client.fetch_token(
        "http://id.example.test/token", authorization_response="https://shop.example.test/?code=1&state=x"
    )


@case("Authlib", **refused_us)
def fresh_e_client_secret_is_wrong() -> None:
    said = {"error": "invalid_client", "error_description": "Client authentication failed"}
    with answering(401, said) as url, authlib.integrations.httpx_client.OAuth2Client("shop", "secret") as client:
        client.fetch_token(f"{url}/token", grant_type="client_credentials")


@case("Authlib", **failed)
def fresh_e_token_endpoint_has_a_bug() -> None:
    with answering(500, "oops", kind="text/plain") as url:
        with authlib.integrations.httpx_client.OAuth2Client("shop", "secret") as client:
            client.fetch_token(f"{url}/token", grant_type="client_credentials")


# --- oauthlib ---------------------------------------------------------------------------------------------------------
@case("oauthlib", **refused_us)
def fresh_e_service_account_refused() -> None:
    with answering(401, {"error": "invalid_client"}) as url:
        client = oauthlib.oauth2.BackendApplicationClient("shop")
        answer = requests.post(f"{url}/token", data=client.prepare_request_body(), timeout=2)
        client.parse_request_body_response(answer.text)


@case("oauthlib", **unknown_client | {"status": (401, 403)})
def fresh_e_client_denied_the_consent() -> None:
    client = oauthlib.oauth2.WebApplicationClient("shop")
    client.parse_request_uri_response("https://shop.example.test/cb?error=access_denied&state=s", state="s")


@case("oauthlib", note="as the state of authlib", **unknown_client | {"status": (400, 401, 403)})
def fresh_e_state_does_not_match() -> None:
    client = oauthlib.oauth2.WebApplicationClient("shop")
    client.parse_request_uri_response("https://shop.example.test/cb?code=1&state=theirs", state="ours")


@case("oauthlib", **unknown_client | {"status": (400, 401)}, note="the code came with the client")
def fresh_e_code_was_used_before() -> None:
    client = oauthlib.oauth2.WebApplicationClient("shop")
    client.parse_request_body_response('{"error": "invalid_grant", "error_description": "code was redeemed"}')


# --- itsdangerous -----------------------------------------------------------------------------------------------------
@case("itsdangerous", **unknown_client)
def fresh_e_cookie_was_changed() -> None:
    itsdangerous.URLSafeSerializer(_KEY).loads(itsdangerous.URLSafeSerializer(_KEY).dumps({"user": 7}) + "x")


@case("itsdangerous", **unknown_client)
def fresh_e_reset_link_is_too_old() -> None:
    signer = itsdangerous.URLSafeTimedSerializer(_KEY)
    signer.loads(signer.dumps({"user": 7}), max_age=-1)


@case("itsdangerous", **unknown_client | {"status": (400, 401)})
def fresh_e_cookie_without_a_signature() -> None:
    itsdangerous.Signer(_KEY).unsign(b"user7")


@case("itsdangerous", **unknown_client)
def fresh_e_session_expired_of_ours() -> None:
    signer = itsdangerous.TimestampSigner(_KEY)
    try:
        signer.unsign(signer.sign("user-7"), max_age=-1)
    except itsdangerous.SignatureExpired as exc:
        raise SessionExpired("please sign in again") from exc


# --- cryptography -----------------------------------------------------------------------------------------------------
@functools.cache
def _private() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 2_048)


@case(
    "cryptography",
    note="what it was to read, a token of a client or a column, only the view knows",
    **label("authentication", False, (400, 401, 403), "low"),
)
def fresh_e_fernet_of_another_key() -> None:
    fernet.Fernet(fernet.Fernet.generate_key()).decrypt(fernet.Fernet(fernet.Fernet.generate_key()).encrypt(b"x"))


@case("cryptography", **settings)
def fresh_e_fernet_key_too_short() -> None:
    fernet.Fernet(base64.urlsafe_b64encode(b"short"))


@case("cryptography", **unknown_client)
def fresh_e_webhook_signature_is_wrong() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    key.public_key().verify(key.sign(b"event", ec.ECDSA(hashes.SHA256())), b"other", ec.ECDSA(hashes.SHA256()))


@case("cryptography", note="a key of ours and its password are settings; ValueError alone is a bug", **settings)
def fresh_e_password_of_our_key_is_wrong() -> None:
    text = _private().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"right"),
    )
    serialization.load_pem_private_key(text, b"wrong")


@case("cryptography", **unparsable)
def fresh_e_uploaded_certificate_is_none() -> None:
    x509.load_pem_x509_certificate(b"-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n")


@case("cryptography", **unreadable)
def fresh_e_encrypted_column_does_not_decrypt() -> None:
    class ColumnUnreadable(Exception):
        """A column that we encrypted, and cannot read."""

    cipher = AESGCM(AESGCM.generate_key(128))
    stored = bytearray(cipher.encrypt(b"n" * 12, b"note", None))
    stored[0] ^= 1
    try:
        cipher.decrypt(b"n" * 12, bytes(stored), None)
    except cryptography.exceptions.InvalidTag as exc:
        raise ColumnUnreadable("stored note of patient 7 is corrupt") from exc


# --- hashes of passwords ----------------------------------------------------------------------------------------------
@case("argon2-cffi", **unknown_client)
def fresh_e_password_is_wrong() -> None:
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    hasher.verify(hasher.hash("right"), "wrong")


@case("argon2-cffi", note="a hash is what the store holds", **unreadable)
def fresh_e_stored_hash_is_none() -> None:
    argon2.PasswordHasher().verify("plain text of a migration", "right")


@case("passlib", note="a hash is what the store holds", **unreadable)
def fresh_e_hash_of_an_unknown_scheme() -> None:
    passlib.context.CryptContext(["pbkdf2_sha256"]).verify("right", "md4$never-seen")


@case("passlib", **bug)
def fresh_e_scheme_that_is_not() -> None:
    passlib.context.CryptContext(["pbkdf2_sha256"]).hash("right", scheme="sha3")


@case("bcrypt", note="a hash is what the store holds; ValueError alone would be a bug", **unreadable)
def fresh_e_salt_of_the_stored_hash() -> None:
    bcrypt.checkpw(b"right", b"plain text of a migration")


@case("bcrypt", **bug)
def fresh_e_password_was_not_encoded() -> None:
    bcrypt.hashpw("right", bcrypt.gensalt(4))  # type: ignore[arg-type]
