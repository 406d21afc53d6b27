"""Keys, tokens, logins, directories and files of other hosts."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import argon2
import asyncssh
import authlib.integrations.requests_client
import azure.identity
import bcrypt
import jwt
import ldap3
import oauthlib.oauth2
import paramiko
import pyotp
from authlib.jose import jwt as authlib_jwt
from cryptography import fernet
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from evaluations.classifier.raisers._fresh_c import REFUSED_US, fresh
from evaluations.classifier.raisers._peers import HOST, listening, saying
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    MAY_NOT,
    NO_TRUST,
    OUR_BUG,
    OUR_SETTINGS,
    SILENT,
    UNREADABLE,
    WHO,
    Answer,
    serving,
)

_KEY = "not-a-real-key-but-long-enough-for-hs256"


# --- cryptography -----------------------------------------------------------------------------------------------------
@fresh("cryptography", "text_encrypted", OUR_BUG, "a text where bytes are due")
def _() -> None:
    fernet.Fernet(fernet.Fernet.generate_key()).encrypt("zoe@example.test")  # type: ignore[arg-type]


@fresh("cryptography", "key_of_a_wrong_size", OUR_SETTINGS, "a key as it stands in a setting; a bug is defensible")
def _() -> None:
    algorithms.AES(b"not a real key")


@fresh(
    "cryptography",
    "padding_of_a_stored_value",
    UNREADABLE,
    "a column that was encrypted otherwise; a bug is defensible",
)
def _() -> None:
    decryptor = Cipher(algorithms.AES(b"k" * 32), modes.CBC(b"i" * 16)).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    unpadder.update(decryptor.update(b"x" * 32) + decryptor.finalize())
    unpadder.finalize()


@fresh(
    "cryptography",
    "decrypted_with_another_key",
    UNREADABLE,
    "a value that was stored; what a client sent is defensible",
)
def _() -> None:
    one, two = (rsa.generate_private_key(65_537, 2_048) for _ in range(2))
    oaep = rsa_padding.OAEP(rsa_padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    two.decrypt(one.public_key().encrypt(b"secret of nobody", oaep), oaep)


@fresh("cryptography", "public_key_where_a_private_is_due", OUR_SETTINGS, "a key as it stands in a setting")
def _() -> None:
    public = rsa.generate_private_key(65_537, 2_048).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    serialization.load_pem_private_key(pem, None)


# --- tokens -----------------------------------------------------------------------------------------------------------
@fresh("PyJWT", "third_part_broken", WHO)
def _() -> None:
    token = jwt.encode({"sub": "7"}, _KEY, "HS256")
    jwt.decode(f"{token.rpartition('.')[0]}.a", _KEY, ["HS256"])


@fresh("PyJWT", "token_is_none", WHO, "no token at all; a bug is defensible")
def _() -> None:
    jwt.decode(None, _KEY, ["HS256"])  # type: ignore[arg-type]


@fresh("PyJWT", "moment_of_expiry_is_no_number", WHO)
def _() -> None:
    token = jwt.encode({"sub": "7", "exp": "tomorrow"}, _KEY, "HS256")
    jwt.decode(token, _KEY, ["HS256"])


@fresh("PyJWT", "issuer_is_no_text", OUR_BUG, "what we sign")
def _() -> None:
    jwt.encode({"iss": 7}, _KEY, "HS256")


@fresh("PyJWT", "access_refused_from_an_old_token", WHO, "a class of the application that says something")
def _() -> None:
    class NotSignedIn(Exception):
        """Whoever calls is not signed in."""

    token = jwt.encode({"sub": "7", "exp": 1}, _KEY, "HS256")
    try:
        jwt.decode(token, _KEY, ["HS256"])
    except jwt.InvalidTokenError as exc:
        raise NotSignedIn("please sign in again") from exc


@fresh("Authlib", "nonce_differs", WHO)
def _() -> None:
    token = authlib_jwt.encode({"alg": "HS256"}, {"sub": "7", "nonce": "a"}, _KEY)
    options = {"nonce": {"essential": True, "value": "b"}}
    authlib_jwt.decode(token, _KEY, claims_options=options).validate()


@fresh("Authlib", "client_unknown_to_the_provider", REFUSED_US)
def _() -> None:
    error = {"error": "unauthorized_client", "error_description": "The client is not allowed to use this grant."}
    with serving(Answer(400, error)) as url:
        session = authlib.integrations.requests_client.OAuth2Session("shop", "none", token_endpoint=url)
        session.fetch_token(grant_type="client_credentials")


def _came_back(query: str) -> None:
    client = oauthlib.oauth2.WebApplicationClient("shop")
    client.parse_request_uri_response(f"https://shop.example.test/callback?state=a&{query}", state="a")


@fresh("oauthlib", "temporarily_unavailable", DOWN)
def _() -> None:
    _came_back("error=temporarily_unavailable")


@fresh("oauthlib", "scope_of_ours_invalid", OUR_SETTINGS, "what we asked for; external_service is defensible")
def _() -> None:
    _came_back("error=invalid_scope&error_description=unknown+scope+orders")


@fresh("oauthlib", "token_missing_in_an_answer", FAILED)
def _() -> None:
    oauthlib.oauth2.WebApplicationClient("shop").parse_request_body_response('{"token_type": "bearer"}')


@fresh("bcrypt", "hash_of_a_column_is_text", OUR_BUG, "a text where bytes are due")
def _() -> None:
    bcrypt.checkpw(b"password", "$2b$04$" + "a" * 53)  # type: ignore[arg-type]


@fresh("argon2-cffi", "password_is_none", OUR_BUG, "a field that the view did not check")
def _() -> None:
    argon2.PasswordHasher(time_cost=1, memory_cost=64).hash(None)  # type: ignore[arg-type]


@fresh("pyotp", "secret_is_no_base32", UNREADABLE, "a secret as it is stored; a bug is defensible")
def _() -> None:
    pyotp.TOTP("not a secret 018").now()


# --- directories ------------------------------------------------------------------------------------------------------
@fresh("ldap3", "host_unknown", LINK)
def _() -> None:
    ldap3.Connection(ldap3.Server("ldap.example.invalid", get_info=ldap3.NONE)).open()


@fresh("ldap3", "tls_to_a_plain_port", NO_TRUST, "ldaps for a server of ldap; configuration is defensible")
def _() -> None:
    with listening(saying(b"0\x0c\x02\x01\x01a\x07\n\x01\x00\x04\x00\x04\x00")) as port:
        ldap3.Connection(ldap3.Server(HOST, port, use_ssl=True, get_info=ldap3.NONE, connect_timeout=2)).open()


@fresh("ldap3", "hangs_up", LINK)
def _() -> None:
    def leave(_connection: Any) -> None:
        """Close at once."""

    with listening(leave) as port:
        server = ldap3.Server(HOST, port, get_info=ldap3.NONE, connect_timeout=2)
        ldap3.Connection(server, "cn=shop", "none", receive_timeout=1).bind()


# --- files of other hosts ---------------------------------------------------------------------------------------------
class _Sftp(asyncssh.SFTPServer):
    """Serves a folder that holds nothing, and refuses to write."""

    def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
        if b"private" in path:
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        if b"full" in path:
            raise asyncssh.SFTPFailure("Failure")
        return super().open(path, pflags, attrs)


class _Ssh(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return username != "shop"

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return False


async def _process(process: Any) -> None:
    if process.command == "sleep":
        await asyncio.sleep(3)
    process.exit(0)


@contextlib.contextmanager
def _ssh() -> Iterator[int]:
    loop = asyncio.new_event_loop()
    folder = tempfile.TemporaryDirectory()
    started: Any = threading.Event()
    ports: list[int] = []

    async def main() -> None:
        server = await asyncssh.create_server(
            _Ssh,
            HOST,
            0,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            sftp_factory=lambda channel: _Sftp(channel, chroot=folder.name.encode()),
            process_factory=_process,
        )
        ports.append(server.sockets[0].getsockname()[1])
        started.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.create_task(main())
        loop.run_forever()

    threading.Thread(target=run, daemon=True).start()
    started.wait(5)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        folder.cleanup()


def _paramiko(act: Any, user: str = "shop", **options: Any) -> None:
    with _ssh() as port, paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        options = {"look_for_keys": False, "allow_agent": False, "timeout": 3, **options}
        client.connect(HOST, port, user, password="none", **options)
        act(client)


@fresh("paramiko", "remote_file_missing", FAILED, "404 of a peer, as it were; validation is defensible")
def _() -> None:
    _paramiko(lambda client: client.open_sftp().get("/reports/2025.csv", f"{tempfile.gettempdir()}/fresh_c"))


@fresh("paramiko", "remote_file_forbidden", REFUSED_US)
def _() -> None:
    _paramiko(lambda client: client.open_sftp().open("/private.csv", "w"))


@fresh("paramiko", "remote_write_fails", FAILED, "a word of the peer, no more")
def _() -> None:
    _paramiko(lambda client: client.open_sftp().open("/full.csv", "w"))


@fresh("paramiko", "remote_command_late", SILENT)
def _() -> None:
    def act(client: Any) -> None:
        _, out, _ = client.exec_command("sleep", timeout=0.3)
        out.read()

    _paramiko(act)


@fresh("paramiko", "used_after_closing", OUR_BUG, "a session that we closed")
def _() -> None:
    def act(client: Any) -> None:
        files = client.open_sftp()
        client.close()
        files.listdir("/")

    _paramiko(act)


@fresh("asyncssh", "remote_file_missing", FAILED, "404 of a peer, as it were; validation is defensible")
async def _() -> None:
    with _ssh() as port:
        async with asyncssh.connect(HOST, port, username="shop", known_hosts=None, client_keys=None) as connection:
            async with connection.start_sftp_client() as files:
                await files.get("/reports/2025.csv", tempfile.gettempdir())


@fresh("asyncssh", "password_refused", REFUSED_US)
async def _() -> None:
    with _ssh() as port:
        async with asyncssh.connect(HOST, port, username="other", password="none", known_hosts=None, client_keys=None):
            pass


@fresh("application", "folder_left_by_its_name", MAY_NOT, "a path of the client; validation is defensible")
def _() -> None:
    root = Path("/srv/uploads")
    asked = (root / "../secrets.env").resolve()
    if not asked.is_relative_to(root):
        raise PermissionError("access to files outside of the folder of uploads is not allowed")


# --- Azure ------------------------------------------------------------------------------------------------------------
def _entra(code: str, text: str, error: str = "invalid_client") -> None:
    """A login of Azure whose authority is a server of ours."""
    import requests.adapters
    from azure.core.pipeline.transport import RequestsTransport

    tenant = "00000000-0000-0000-0000-000000000000"

    def script(_method: str, path: str) -> Answer:
        if "openid-configuration" in path:
            base = f"https://login.example.test/{tenant}"
            return Answer(
                200,
                {"issuer": f"{base}/v2.0", "authorization_endpoint": f"{base}/a", "token_endpoint": f"{base}/token"},
            )
        number = int(code.removeprefix("AADSTS"))
        return Answer(401, {"error": error, "error_description": f"{code}: {text}", "error_codes": [number]})

    class Local(requests.adapters.HTTPAdapter):
        def __init__(self, url: str) -> None:
            super().__init__()
            self.base = url

        def send(self, request: Any, *args: Any, **kwargs: Any) -> Any:
            request.url = self.base + request.url.removeprefix("https://login.example.test")
            return super().send(request, *args, **kwargs)

    with serving(script) as url:
        session = requests.Session()
        session.mount("https://", Local(url))
        azure.identity.ClientSecretCredential(
            tenant,
            "00000000-0000-0000-0000-000000000001",
            "not-real",
            authority="login.example.test",
            disable_instance_discovery=True,
            transport=RequestsTransport(session=session, session_owner=False),
            retry_total=0,
        ).get_token("https://vault.example.test/.default")


@fresh("azure-identity", "secret_of_ours_expired", REFUSED_US)
def _() -> None:
    _entra("AADSTS7000222", "The provided client secret keys for app 'shop' are expired.")


@fresh("azure-identity", "application_unknown_to_the_tenant", REFUSED_US, "configuration is defensible")
def _() -> None:
    _entra("AADSTS700016", "Application 'shop' was not found in the directory 'Example'.", "unauthorized_client")
