"""Servers that notifications are sent to, on loopback, each in a thread of its own."""

from __future__ import annotations

import json
import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

PATIENCE = 30.0
"""Seconds after which a test gives up; nothing takes nearly as long."""


class Post(NamedTuple):
    """One request that a hook has got."""

    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


class Hook:
    """A receiver of webhooks. Answers with the statuses given, the last of them again and again."""

    def __init__(self, statuses: Sequence[int] = (204,)) -> None:
        self.statuses = list(statuses)
        self.posts: queue.Queue[Post] = queue.Queue()
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                hook.entered.set()
                hook.gate.wait(PATIENCE)
                hook.posts.put(Post(dict(self.headers.items()), body))
                status = hook.statuses.pop(0) if len(hook.statuses) > 1 else hook.statuses[0]
                with suppress(OSError):  # who has asked may be gone
                    self.send_response(status)
                    self.send_header("content-length", "0")
                    self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/incidents?from=failsoft"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def next(self) -> Post:
        return self.posts.get(timeout=PATIENCE)

    def close(self) -> None:
        self.gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def hook(statuses: Sequence[int] = (204,)) -> Iterator[Hook]:
    made = Hook(statuses)
    try:
        yield made
    finally:
        made.close()


class Mailbox:
    """A mail server that takes what it gets, one connection after the other.

    Parameters:
        certificate: a file with certificate and key; then it offers STARTTLS, and takes mail only after it.
        refuse: what it answers to the first so many `RCPT`.
    """

    def __init__(self, certificate: Path | None = None, refuse: Sequence[str] = ()) -> None:
        self.mails: queue.Queue[str] = queue.Queue()
        self.said: list[str] = []
        self._certificate = certificate
        self._refuse = list(refuse)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def next(self) -> str:
        return self.mails.get(timeout=PATIENCE)

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(PATIENCE)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with suppress(OSError, ValueError), connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        secure = False
        file, plain = connection.makefile("rwb"), connection

        def say(text: str) -> None:
            file.write(text.encode() + b"\r\n")
            file.flush()

        say("220 mailbox")
        while line := file.readline().decode().strip():
            verb = line.split()[0].upper()
            self.said.append(f"{verb}{' over TLS' if secure else ''}")
            if verb == "EHLO":
                say("250-mailbox")
                say("250-AUTH PLAIN" if secure or self._certificate is None or not line else "250-STARTTLS")
                say("250 SIZE 1000000")
            elif verb == "STARTTLS" and self._certificate is not None:
                say("220 go")
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(self._certificate)
                connection = context.wrap_socket(connection, server_side=True)
                file, secure = connection.makefile("rwb"), True
            elif verb == "AUTH":
                self.said[-1] = f"{line}{' over TLS' if secure else ''}"
                say("235 yes")
            elif verb == "RCPT" and self._refuse:
                say(self._refuse.pop(0))
            elif verb == "DATA":
                say("354 go on")
                lines = list(iter(lambda: file.readline().decode(), ".\r\n"))
                say("250 taken")
                self.mails.put("".join(lines))
            elif verb == "QUIT":
                say("221 bye")
                break
            else:
                say("250 yes")
        file.close()
        if connection is not plain:
            connection.close()


@contextmanager
def mailbox(certificate: Path | None = None, refuse: Sequence[str] = ()) -> Iterator[Mailbox]:
    made = Mailbox(certificate, refuse)
    try:
        yield made
    finally:
        made.close()


def certificate_for_localhost(folder: Path) -> Path:
    """A file with a certificate of `localhost`, signed by itself, and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


class Records:
    """In place of a writer: builds each record at once and keeps it."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self.there: list[dict[str, Any]] = []
        self.changed = threading.Condition()

    def put(self, draft: Callable[[Any], dict[str, Any]], /) -> bool:
        made = draft(self._context)
        with self.changed:
            self.there.append(made)
            self.changed.notify_all()
        return True

    def wait_for(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """The records of a kind, once there are so many."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.of(kind)) >= count, PATIENCE), self.there
            return self.of(kind)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [made for made in self.there if made["kind"] == kind]
