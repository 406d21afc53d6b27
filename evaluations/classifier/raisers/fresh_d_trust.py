"""Keys, tokens, certificates and logins by way of others that no other module met."""

from __future__ import annotations

import io
from typing import Any

import acme.client
import acme.errors
import josepy
import pgpy
from authx import AuthX, AuthXConfig
from cryptography.hazmat.primitives.asymmetric import rsa
from httpx_oauth.oauth2 import OAuth2
from pgpy.constants import KeyFlags, PubKeyAlgorithm
from pyhanko.pdf_utils.reader import PdfFileReader

from evaluations.classifier.raisers._fresh_d import fresh, refusal
from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    INVALID,
    LINK,
    NONSENSE,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    THROTTLED,
    UNPARSABLE,
    WHO,
    Answer,
    serving,
)


# --- logins by way of others ------------------------------------------------------------------------------------------
def _oauth(url: str, **more: Any) -> OAuth2:
    return OAuth2("shop", "not-real", f"{url}/authorize", f"{url}/token", name="provider", **more)


@fresh("httpx-oauth", "client_refused", REFUSED_US)
async def _() -> None:
    with serving(refusal(401, error="invalid_client", error_description="Client authentication failed")) as url:
        await _oauth(url).get_access_token("not-real", "https://shop.example.test/callback")


@fresh("httpx-oauth", "provider_away", LINK)
async def _() -> None:
    await _oauth(f"http://{HOST}:{closed_port()}").get_access_token("not-real", "https://shop.example.test/callback")


@fresh("httpx-oauth", "refresh_not_supported", OUR_SETTINGS)
async def _() -> None:
    await _oauth("https://login.example.test").refresh_token("not-real")


@fresh("httpx-oauth", "no_json", FAILED)
async def _() -> None:
    with serving(NONSENSE) as url:
        await _oauth(url).get_access_token("not-real", "https://shop.example.test/callback")


# --- tokens of our own ------------------------------------------------------------------------------------------------
def _authx(**more: Any) -> AuthX:
    return AuthX(AuthXConfig(**{"JWT_SECRET_KEY": "not-real-but-long-enough-for-sha-256", **more}))


@fresh("authx", "token_expired", WHO)
def _() -> None:
    import datetime as dt

    auth = _authx()
    auth.verify_token(_request_token(auth.create_access_token("ann", expiry=dt.timedelta(seconds=-60))))


def _request_token(token: str) -> Any:
    from authx.schema import RequestToken

    return RequestToken(token=token, type="access", location="headers")


@fresh("authx", "signature_wrong", WHO)
def _() -> None:
    token = _authx(JWT_SECRET_KEY="another-one-that-is-long-enough-for-it").create_access_token("ann")
    _authx().verify_token(_request_token(token))


@fresh("authx", "token_missing", WHO)
async def _() -> None:
    from starlette.requests import Request

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""}
    await _authx().get_access_token_from_request(Request(scope))


@fresh("authx", "key_not_set", OUR_SETTINGS)
def _() -> None:
    AuthX(AuthXConfig()).create_access_token("ann")


# --- messages and documents -------------------------------------------------------------------------------------------
@fresh("pgpy", "no_message", UNPARSABLE)
def _() -> None:
    pgpy.PGPMessage.from_blob("-----BEGIN PGP MESSAGE-----\n\nnot a message\n-----END PGP MESSAGE-----")


@fresh("pgpy", "passphrase_wrong", INVALID, "a message of the client's that is locked")
def _() -> None:
    pgpy.PGPMessage.new("Paid").encrypt("first").decrypt("second")


@fresh("pgpy", "not_encrypted", INVALID, "a message of the client's that should be; a bug is defensible")
def _() -> None:
    pgpy.PGPMessage.new("Paid").decrypt("first")


@fresh("pgpy", "key_not_for_signing", OUR_BUG, "a key that was made for something else: configuration is defensible")
def _() -> None:
    key = pgpy.PGPKey.new(PubKeyAlgorithm.EdDSA, pgpy.constants.EllipticCurveOID.Ed25519)
    key.add_uid(pgpy.PGPUID.new("Shop"), usage={KeyFlags.EncryptCommunications})
    key.sign("Paid")


@fresh("pyhanko", "no_document", UNPARSABLE)
def _() -> None:
    PdfFileReader(io.BytesIO(b"Dear Ann, thanks for the payment.\n" * 40))


@fresh("pyhanko", "document_cut_off", UNPARSABLE)
def _() -> None:
    PdfFileReader(io.BytesIO(b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n9999\n%%EOF\n"))


# --- certificates -----------------------------------------------------------------------------------------------------
def _acme(url: str) -> acme.client.ClientV2:
    key = josepy.JWKRSA(key=rsa.generate_private_key(65_537, 2048))
    network = acme.client.ClientNetwork(key, verify_ssl=False, timeout=1)
    return acme.client.ClientV2(acme.client.ClientV2.get_directory(f"{url}/directory", network), network)


def _problem(status: int, kind: str, detail: str) -> Any:
    def script(method: str, path: str) -> Answer:
        if path == "/directory":
            return Answer(200, {"newNonce": f"{url[0]}/nonce", "newAccount": f"{url[0]}/account", "meta": {}})
        if path == "/nonce":
            return Answer(200, headers={"Replay-Nonce": "bm9uY2U"})
        body = {"type": f"urn:ietf:params:acme:error:{kind}", "detail": detail, "status": status}
        return Answer(status, body, headers={"Replay-Nonce": "bm9uY2Uy"}, type="application/problem+json")

    url: list[str] = []
    with serving(script) as address:
        url.append(address)
        _acme(address).new_account(acme.messages.NewRegistration(terms_of_service_agreed=True))


@fresh("acme", "too_many", THROTTLED)
def _() -> None:
    _problem(429, "rateLimited", "too many new registrations (10) from this IP address in the last 3h0m0s")


@fresh("acme", "authority_failed", FAILED)
def _() -> None:
    _problem(500, "serverInternal", "Error creating new account")


@fresh("acme", "contact_refused", FAILED, "our request")
def _() -> None:
    _problem(400, "invalidContact", "contact email has forbidden domain")


@fresh("acme", "directory_away", LINK)
def _() -> None:
    _acme(f"http://{HOST}:{closed_port()}")
