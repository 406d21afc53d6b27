"""Tokens, signatures, encryption and identity, of libraries beside the well-known ones."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import json
from typing import Any

import biscuit_auth
import josepy
import lxml.etree
import pwdlib
import pwdlib.hashers.argon2
import pymacaroons
import pyrage
import service_identity.cryptography
import signxml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptojwt.jwk.hmac import SYMKey
from cryptojwt.jws.jws import JWS
from cryptojwt.jwt import JWT
from cryptojwt.key_jar import KeyJar
from fido2.server import Fido2Server
from fido2.webauthn import AuthenticationResponse, PublicKeyCredentialRpEntity

from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    MAY_NOT,
    OUR_BUG,
    UNPARSABLE,
    UNREADABLE,
    Means,
    add,
)

_TOKEN = Means("authentication", False, (401, 403), "low")
_SIGNED = Means("authentication", False, (400, 401, 403), "low")
_UNTRUSTED = Means("network", False, (502, 503), "high")


# --- macaroons, biscuits ----------------------------------------------------------------------------------------------
def _macaroon(key: str, satisfied: str) -> Any:
    token = pymacaroons.Macaroon(location="http://shop.example", identifier="ada", key="not-secret")
    token.add_first_party_caveat("shelf = 3")
    verifier = pymacaroons.Verifier()
    verifier.satisfy_exact(satisfied)
    return lambda: verifier.verify(token, key)


add("pymacaroons", "caveat_unmet", _TOKEN, _macaroon("not-secret", "shelf = 4"))
add(
    "pymacaroons",
    "unparsable",
    _TOKEN,
    lambda: pymacaroons.Macaroon.deserialize("bm8gdG9rZW4"),
    note="a token that is none; validation is defensible",
)


def _biscuit() -> Any:
    pair = biscuit_auth.KeyPair()
    return pair, biscuit_auth.BiscuitBuilder('user("ada")').build(pair.private_key)


def _biscuit_refused() -> Any:
    _pair, token = _biscuit()
    return biscuit_auth.AuthorizerBuilder('allow if user("bob"); deny if true').build(token).authorize()


def _biscuit_of_another() -> Any:
    _pair, token = _biscuit()
    return biscuit_auth.Biscuit.from_base64(token.to_base64(), biscuit_auth.KeyPair().public_key)


add("biscuit-python", "not_allowed", MAY_NOT, _biscuit_refused)
add("biscuit-python", "signed_by_another", _TOKEN, _biscuit_of_another)
add(
    "biscuit-python",
    "policy_malformed",
    OUR_BUG,
    lambda: biscuit_auth.AuthorizerBuilder("allow whenever"),
    note="our own policy; configuration is defensible",
)


# --- JOSE -------------------------------------------------------------------------------------------------------------
_KEY = SYMKey(key=b"0" * 32, alg="HS256")


def _jws(token: str) -> Any:
    return JWS(alg="HS256").verify_compact(token, [_KEY])


def _signed() -> str:
    return JWS("hello", alg="HS256").sign_compact([SYMKey(key=b"1" * 32, alg="HS256")])


def _jwt_without_a_key() -> Any:
    jar = KeyJar()
    jar.add_symmetric("", b"2" * 32, ["sig"])
    token = JWT(key_jar=jar, iss="http://a.example", sign_alg="HS256").pack({"sub": "ada"})
    return JWT(key_jar=KeyJar(), iss="http://b.example").unpack(token)


add("cryptojwt", "signature_wrong", _TOKEN, lambda: _jws(_signed()))
add(
    "cryptojwt",
    "no_key",
    _TOKEN,
    lambda: JWS(alg="HS256").verify_compact(_signed(), []),
    note="no key of ours fits: the token's or our settings' fault",
)
add("cryptojwt", "unparsable", _TOKEN, lambda: _jws("no.token"))
add("cryptojwt", "issuer_unknown", _TOKEN, _jwt_without_a_key)
add(
    "josepy",
    "unparsable",
    INVALID,
    lambda: josepy.JWK.json_loads('{"kty": "OKRA"}'),
    note="a key or message that a client sent",
)
add(
    "josepy",
    "signature_unparsable",
    _SIGNED,
    lambda: josepy.JWS.from_compact(b"only.two"),
    note="a token that is none; validation is defensible",
)


# --- passwords, secrets -----------------------------------------------------------------------------------------------
add(
    "pwdlib",
    "hash_unknown",
    UNREADABLE,
    lambda: pwdlib.PasswordHash((pwdlib.hashers.argon2.Argon2Hasher(),)).verify("x", "md5$nothing"),
    note="the stored hash",
)


add(
    "pyrage",
    "wrong_key",
    Means("validation", False, (400, 401, 403, 422), "low"),
    lambda: pyrage.decrypt(
        pyrage.encrypt(b"3 hats", [pyrage.x25519.Identity.generate().to_public()]), [pyrage.x25519.Identity.generate()]
    ),
    note="what was encrypted for another; data_integrity is defensible, were it our store",
)
add("pyrage", "recipient_malformed", INVALID, lambda: pyrage.x25519.Recipient.from_str("age1nonsense"))
add("pyrage", "not_encrypted", UNPARSABLE, lambda: pyrage.decrypt(b"plain", [pyrage.x25519.Identity.generate()]))


# --- keys of the web --------------------------------------------------------------------------------------------------
def _passkey(kind: str, origin: str) -> Any:
    def run() -> Any:
        def b64(data: bytes) -> str:
            return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

        server = Fido2Server(PublicKeyCredentialRpEntity(id="shop.example", name="Shop"))
        _options, state = server.authenticate_begin([], challenge=b"c" * 32)
        client = json.dumps({"type": kind, "challenge": b64(b"c" * 32), "origin": origin}).encode()
        response = {
            "id": b64(b"k"),
            "rawId": b64(b"k"),
            "type": "public-key",
            "response": {
                "clientDataJSON": b64(client),
                "authenticatorData": b64(b"\x00" * 37),
                "signature": b64(b"s"),
            },
        }
        return server.authenticate_complete(state, [], AuthenticationResponse.from_dict(response))

    return run


add(
    "fido2",
    "origin_wrong",
    _SIGNED,
    _passkey("webauthn.get", "https://phish.example"),
    note="a ValueError of the ceremony: the client failed to prove who they are",
)


# --- XML signatures ---------------------------------------------------------------------------------------------------
add(
    "signxml",
    "not_signed",
    _SIGNED,
    lambda: signxml.XMLVerifier().verify(lxml.etree.fromstring("<a/>")),
    note="an InvalidInput; validation is defensible",
)


@functools.cache
def _certificate() -> tuple[Any, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "other.example")])
    today = dt.datetime(2026, 1, 1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(today).not_valid_after(today + dt.timedelta(3650))
    names = x509.SubjectAlternativeName([x509.DNSName("other.example")])
    return key, builder.add_extension(names, critical=False).sign(key, hashes.SHA256())


def _altered() -> Any:
    key, certificate = _certificate()
    signed = signxml.XMLSigner(signature_algorithm="ecdsa-sha256").sign(
        lxml.etree.fromstring("<order><price>9</price></order>"), key=key, cert=[certificate]
    )
    signed.find("price").text = "1"
    return signxml.XMLVerifier().verify(signed, x509_cert=certificate)


add("signxml", "altered", _SIGNED, _altered)
add(
    "service-identity",
    "another_host",
    _UNTRUSTED,
    lambda: service_identity.cryptography.verify_certificate_hostname(_certificate()[1], "shop.example"),
    note="a peer's certificate for another name: trust, as TLS",
)
