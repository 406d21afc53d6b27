"""Set g: who somebody is: tokens, signatures, passwords, OAuth, LDAP, SSH, ciphers."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from typing import Any

import argon2
import authlib.integrations.requests_client
import authlib.jose
import itsdangerous
import jose.jwt
import jwt
import ldap3
import paramiko
import passlib.hash
import standardwebhooks
from cryptography import fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from oauthlib import oauth2

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import answering, closed_port, peer

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
TURNED_AWAY: dict[str, Any] = {"transient": False, "status": (401, 403), "severity": "low"}
OURS: dict[str, Any] = {"transient": False, "status": (500, 502, 503), "severity": "high"}
LINK: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "medium"}
KEY = "k" * 32
PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@case("PyJWT", "authentication", **TURNED_AWAY)
def fresh_g_jwt_expired() -> None:
    jwt.decode(jwt.encode({"sub": "7", "exp": PAST}, KEY, "HS256"), KEY, ["HS256"])


@case("PyJWT", "authentication", **TURNED_AWAY)
def fresh_g_jwt_signature() -> None:
    jwt.decode(jwt.encode({"sub": "7"}, KEY, "HS256"), "o" * 32, ["HS256"])


@case("PyJWT", "authentication", **TURNED_AWAY)
def fresh_g_jwt_audience() -> None:
    jwt.decode(jwt.encode({"aud": "admin"}, KEY, "HS256"), KEY, ["HS256"], audience="shop")


@case("PyJWT", "authentication", **TURNED_AWAY)
def fresh_g_jwt_malformed() -> None:
    jwt.decode("not.a-token", KEY, ["HS256"])


@case("PyJWT", "authentication", **TURNED_AWAY)
def fresh_g_jwt_claim_missing() -> None:
    jwt.decode(jwt.encode({"sub": "7"}, KEY, "HS256"), KEY, ["HS256"], options={"require": ["exp"]})


@case("PyJWT", "network", **LINK)
def fresh_g_jwt_keys_refused() -> None:
    jwt.PyJWKClient(f"http://127.0.0.1:{closed_port()}/keys", timeout=2).get_signing_keys()


@case("python-jose", "authentication", **TURNED_AWAY)
def fresh_g_jose_expired() -> None:
    jose.jwt.decode(jose.jwt.encode({"sub": "7", "exp": PAST}, KEY), KEY, ["HS256"])


@case("Authlib", "authentication", **TURNED_AWAY)
def fresh_g_authlib_expired() -> None:
    token = authlib.jose.jwt.encode({"alg": "HS256"}, {"exp": 1}, KEY)
    authlib.jose.jwt.decode(token, KEY).validate()


@case("Authlib", "authentication", **OURS)
def fresh_g_authlib_client_refused() -> None:
    with answering(401, '{"error": "invalid_client", "error_description": "client authentication failed"}') as url:
        client = authlib.integrations.requests_client.OAuth2Session("shop", "x")
        client.fetch_token(url + "/token", grant_type="client_credentials")


@case("itsdangerous", "authentication", **TURNED_AWAY)
def fresh_g_signature_of_cookie() -> None:
    itsdangerous.URLSafeSerializer(KEY).loads("eyJ1IjoxfQ.forged")


@case("itsdangerous", "authentication", **TURNED_AWAY)
def fresh_g_signature_of_link_expired() -> None:
    signer = itsdangerous.URLSafeTimedSerializer(KEY)
    token = signer.dumps({"user": 7})
    time.sleep(1.1)
    signer.loads(token, max_age=0)


@case("oauthlib", "authentication", note="read from the answer of a peer", **OURS)
def fresh_g_oauthlib_client_refused() -> None:
    body = '{"error": "invalid_client", "error_description": "unknown client"}'
    oauth2.BackendApplicationClient("shop").parse_request_body_response(body)


@case("argon2-cffi", "authentication", **TURNED_AWAY)
def fresh_g_argon_mismatch() -> None:
    hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    hasher.verify(hasher.hash("right"), "wrong")


@case("passlib", "system", **BUG)
def fresh_g_passlib_type() -> None:
    passlib.hash.pbkdf2_sha256.hash(None)


@case("standardwebhooks", "authentication", transient=False, status=(400, 401, 403), severity="low")
def fresh_g_webhook_forged() -> None:
    head = {"webhook-id": "1", "webhook-timestamp": str(int(dt.datetime.now(dt.UTC).timestamp()))}
    standardwebhooks.Webhook("eA==").verify("{}", {**head, "webhook-signature": "v1,eA=="})


@case("cryptography", "configuration", **BUG)
def fresh_g_fernet_key_malformed() -> None:
    fernet.Fernet("settings-key")


@case("cryptography", "configuration", note="our key of the settings", **BUG)
def fresh_g_private_key_malformed() -> None:
    serialization.load_pem_private_key(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", None)


@case("cryptography", "authentication", **TURNED_AWAY)
def fresh_g_request_signature() -> None:
    ed25519.Ed25519PrivateKey.generate().public_key().verify(b"x" * 64, b"body")


@case("ldap3", "network", **LINK)
def fresh_g_ldap_refused() -> None:
    ldap3.Connection(ldap3.Server("127.0.0.1", closed_port(), connect_timeout=1), auto_bind=True)


@case("ldap3", "authentication", **OURS)
def fresh_g_ldap_bind() -> None:
    connection = ldap3.Connection(
        ldap3.Server("dir.internal.example"), "cn=web", "x", client_strategy=ldap3.MOCK_SYNC, raise_exceptions=True
    )
    connection.strategy.add_entry("cn=web", {"userPassword": "right", "objectClass": "person"})
    connection.bind()


@case("paramiko", "network", **LINK)
def fresh_g_ssh_refused() -> None:
    client = paramiko.SSHClient()
    client.connect("127.0.0.1", closed_port(), "shop", "x", timeout=2)


@case("paramiko", "network", **LINK)
def fresh_g_ssh_hung_up() -> None:
    with peer(eager=True) as port:
        paramiko.SSHClient().connect("127.0.0.1", port, "shop", "x", timeout=2, banner_timeout=2)


class _Door(paramiko.ServerInterface):
    """Lets nobody in."""

    def get_allowed_auths(self, username: str) -> str:
        """Passwords."""
        return "password"


def _ssh(policy: type[paramiko.MissingHostKeyPolicy]) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    key = paramiko.ECDSAKey.generate()

    def serve() -> None:
        link, _ = listener.accept()
        transport = paramiko.Transport(link)
        transport.add_server_key(key)
        transport.start_server(server=_Door(), event=threading.Event())

    threading.Thread(target=serve, daemon=True).start()
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(policy())
    options: dict[str, Any] = {"look_for_keys": False, "allow_agent": False, "timeout": 5}
    try:
        client.connect("127.0.0.1", listener.getsockname()[1], "shop", "wrong", **options)
    finally:
        client.close()
        listener.close()


@case("paramiko", "authentication", **OURS)
def fresh_g_ssh_password() -> None:
    _ssh(paramiko.AutoAddPolicy)
