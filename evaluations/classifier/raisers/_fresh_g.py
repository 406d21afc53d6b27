"""Peers on loopback for the cases of set g: one that answers, breaks off, resets, is silent or is not there."""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
import struct
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import trustme

PG = "host=127.0.0.1 port=5432 dbname=test user=postgres"
PG_URL = "postgresql://postgres@127.0.0.1:5432/test"


def closed_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def answering(
    status: int = 200,
    body: str | bytes = b"",
    headers: dict[str, str] | None = None,
    kind: str = "application/json",
) -> Iterator[str]:
    """An HTTP server that answers every request so; the address."""
    payload = body.encode() if isinstance(body, str) else body

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length:
                self.rfile.read(length)
            elif "chunked" in (self.headers.get("Transfer-Encoding") or ""):
                while line := self.rfile.readline().strip():
                    if not (size := int(line, 16)):
                        break
                    self.rfile.read(size + 2)
            self.send_response(status)
            self.close_connection = True
            for key, value in {
                "Connection": "close",
                "Content-Type": kind,
                "Content-Length": str(len(payload)),
                **(headers or {}),
            }.items():
                self.send_header(key, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(payload)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _answer

        def log_message(self, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=functools.partial(server.serve_forever, poll_interval=0.02), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def peer(reply: bytes = b"", *, silent: bool = False, reset: bool = False, eager: bool = False) -> Iterator[int]:
    """A server that takes a request and then sends some bytes and hangs up, or resets, or says nothing; its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            held.append(link)
            if silent:
                continue
            with contextlib.suppress(OSError):
                if not eager:
                    link.settimeout(2)
                    link.recv(65536)
                if reset:
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                elif reply:
                    link.sendall(reply)
                    with contextlib.suppress(OSError):
                        link.shutdown(socket.SHUT_WR)
                        link.settimeout(0.2)
                        link.recv(65536)
                link.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for link in held:
            link.close()


@contextlib.contextmanager
def dialog(*replies: bytes) -> Iterator[int]:
    """A server that greets, then has one reply for each line it is sent, and hangs up after the last; its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            link, _ = listener.accept()
            link.settimeout(2)
            with link, link.makefile("rb") as lines:
                for number, reply in enumerate(replies):
                    if number and not lines.readline():
                        return
                    link.sendall(reply + b"\r\n")
                lines.readline()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


@functools.cache
def authority() -> trustme.CA:
    """A certificate authority nobody trusts."""
    return trustme.CA()


@contextlib.contextmanager
def tls_peer(*names: str, expired: bool = False) -> Iterator[int]:
    """A TLS server with a certificate of the authority for these names; its port."""
    import datetime as dt

    until = dt.datetime(2020, 1, 2, tzinfo=dt.UTC) if expired else None
    since = dt.datetime(2020, 1, 1, tzinfo=dt.UTC) if expired else None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority().issue_cert(*(names or ("localhost",)), not_after=until, not_before=since).configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                link.settimeout(2)
                context.wrap_socket(link, server_side=True).close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A directory for the length of a case."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@contextlib.contextmanager
def django_settings() -> Iterator[None]:
    """Django with plain settings, for the length of a case; what others have set up is as it was afterwards."""
    from django.apps import apps
    from django.conf import UserSettingsHolder, global_settings, settings
    from django.db import connections
    from django.template import engines

    import django

    databases, templates = "settings" in connections.__dict__, "templates" in engines.__dict__
    before, ready = settings._wrapped, apps.ready
    holder = UserSettingsHolder(global_settings)
    for name, value in {"SECRET_KEY": "x" * 50, "USE_TZ": True, "LOGGING_CONFIG": None, "INSTALLED_APPS": []}.items():
        setattr(holder, name, value)
    settings._wrapped = holder
    try:
        if not ready:
            django.setup(set_prefix=False)
        memory = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}
        connections.databases["fresh_g"] = {**connections.databases["default"], **memory}
        yield
    finally:
        settings._wrapped = before
        if not databases:
            connections.__dict__.pop("settings", None)
            connections._settings = None
            if hasattr(connections._connections, "default"):
                del connections["default"]
        if not templates:
            engines.__dict__.pop("templates", None)
            engines._templates = None
            engines._engines = {}
        if not ready:
            apps.apps_ready = apps.models_ready = apps.ready = apps.loading = False
            apps.app_configs.clear()


class AppError(Exception):
    """An application's own."""

    status_code = 500


class OutOfStock(AppError):
    """The last one is sold."""

    status_code = 409


def rates(status: int, body: str = "") -> Any:
    """What a peer of ours answers, as a view reads it."""
    import httpx

    with answering(status, body) as url:
        return httpx.get(url + "/rates").raise_for_status().json()
