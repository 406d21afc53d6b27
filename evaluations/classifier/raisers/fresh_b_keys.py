"""Passwords, one-time codes, keys and certificates."""

from __future__ import annotations

import datetime as dt
from typing import Any

import argon2
import passlib.exc
import passlib.hash
import passlib.totp
import pwdlib
import pyotp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import verification

from evaluations.classifier.raisers._fresh_b import put
from evaluations.classifier.raisers.scaffold_http import (
    OUR_BUG,
    OUR_SETTINGS,
    UNREADABLE,
    WHO,
    Means,
)

_CURVE = ec.generate_private_key(ec.SECP256R1())


# --- passwords, keys, certificates ------------------------------------------------------------------------------------
def _totp() -> Any:
    return passlib.totp.TOTP(key="JBSWY3DPEHPK3PXP", format="base32")


def _used_token() -> Any:
    one = _totp()
    token = one.generate(1_000_000)
    return one.match(token.token, 1_000_000, last_counter=token.counter)


def _no_backend() -> Any:
    return passlib.hash.scrypt.set_backend("scrypt")


def _certificate(days: int) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shop.test")])
    start = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder(name, name, _CURVE.public_key(), 4, start, start + dt.timedelta(days=days))
    return made.sign(_CURVE, hashes.SHA256())


def _verify() -> Any:
    one = _certificate(1)
    verifier = (
        verification.PolicyBuilder().store(verification.Store([one])).build_server_verifier(x509.DNSName("shop.test"))
    )
    return verifier.verify(one, [])


put("passlib", "token_used_before", WHO, _used_token)
put("passlib", "token_does_not_match", WHO, lambda: _totp().match("000001", 1_000_000))
put(
    "passlib",
    "token_of_letters",
    WHO,
    lambda: _totp().match("abcdef", 1_000_000),
    note="MalformedTokenError; validation is defensible",
)
put(
    "passlib",
    "password_too_long",
    Means("validation", False, (400, 413, 422), "low"),
    lambda: passlib.hash.pbkdf2_sha256.hash("x" * 5_000),
)
put("passlib", "backend_missing", OUR_SETTINGS, _no_backend)
put(
    "pwdlib",
    "no_hashers",
    OUR_SETTINGS,
    lambda: pwdlib.PasswordHash([]).hash("a"),
    note="an AssertionError about the set-up; system is defensible",
)
put(
    "argon2-cffi",
    "hash_cut_off",
    UNREADABLE,
    lambda: argon2.PasswordHasher().verify("$argon2id$v=19$m=8,t=1,p=1$YWFhYWFhYWE$", "x"),
    note="a stored hash that is damaged",
)
put("pyotp", "digits_of_an_odd_number", OUR_BUG, lambda: pyotp.TOTP("JBSWY3DPEHPK3PXP", digits=12))
put(
    "cryptography",
    "extension_missing",
    Means("validation", False, (400, 422), "low"),
    lambda: _certificate(9).extensions.get_extension_for_class(x509.SubjectAlternativeName),
    note="a certificate of a client; configuration if it is ours",
)
put(
    "cryptography",
    "certificate_not_accepted",
    Means("authentication", False, (401, 403), "low"),
    _verify,
    note="a client's certificate; network if it was a peer's",
)
put("cryptography", "pkcs12_password", OUR_SETTINGS, lambda: _pkcs12(), note="a key file of the installation")
put("cryptography", "curve_is_no_rsa", OUR_BUG, lambda: _CURVE.sign(b"a", hashes.SHA256()))


def _pkcs12() -> Any:
    data = pkcs12.serialize_key_and_certificates(
        b"a", _CURVE, None, None, serialization.BestAvailableEncryption(b"right")
    )
    return pkcs12.load_key_and_certificates(data, b"wrong")
