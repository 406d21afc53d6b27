"""What the modules `fresh_e_*` share: labels, and servers on loopback whose answers a case writes itself."""

from __future__ import annotations

import contextlib
import functools
import http.server
import json
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import HOST, dies_with_us, free_port, listening

__all__ = ["PG", "Label", "Reply", "answering", "broken_file", "fresh", "own_schema", "postgres_saying", "redis_server"]


class Label(NamedTuple):
    category: str
    transient: bool
    status: int | tuple[int, ...]
    severity: str


AT_HAND = (500, 502, 503)
"""Our credentials were refused by a store of ours: the conventions name no single status for it."""

LOST = Label("network", True, (502, 503), "high")
"""The link to our own store or broker."""
LINK = Label("network", True, (502, 503), "medium")
"""The link to a peer that is not ours."""
SILENT = Label("network", True, 504, "medium")
UNTRUSTED = Label("network", False, (502, 503), "high")
REFUSED_US = Label("authentication", False, AT_HAND, "high")
NOT_NOW = Label("external_service", True, (502, 503), "high")
"""A store or broker of ours that answers "not now"."""
BUSY = Label("external_service", True, (502, 503), "medium")
"""The same of a peer."""
FAILED = Label("external_service", False, (502, 503), "medium")
"""A peer that answered with a failure, or with nonsense."""
SLOW = Label("external_service", True, (503, 504), "medium")
"""A statement that was ended for taking too long."""
THROTTLED = Label("resource", True, 503, "medium")
"""A pool, connections, the rate limit of a peer."""
TOO_LARGE = Label("resource", False, (413, 500, 502, 503), "medium")
"""One object is larger than the store takes."""
FULL = Label("resource", False, (500, 503, 507), "critical")
"""Memory or disk of a host is gone."""
CONTENTION = Label("concurrency", True, 503, "medium")
CONFLICT = Label("concurrency", False, 409, "low")
"""An edit that was based upon what is no longer so."""
DUPLICATE = Label("data_integrity", False, 409, "medium")
CONSTRAINT = Label("data_integrity", False, (400, 409, 422, 500), "medium")
"""A constraint that is neither a duplicate nor a conflict."""
UNREADABLE = Label("data_integrity", False, 500, "high")
"""One stored object that cannot be read."""
DAMAGED = Label("data_integrity", False, 500, "critical")
BUG = Label("system", False, 500, "high")
SETUP = Label("configuration", False, 500, "high")
RULE = Label("business_logic", False, (409, 422), "low")
STATE = Label("business_logic", False, 409, "low")
ABSENT = Label("validation", False, 404, "info")
INPUT = Label("validation", False, (400, 422), "low")
LARGE_INPUT = Label("validation", False, 413, "low")
FORBIDDEN = Label("authentication", False, 403, "low")


def fresh(library: str, label: Label, *, made: str = "", note: str = "") -> Callable[[Any], Any]:
    """Register a function as a case; its name gets the prefix of these modules."""

    def register(raiser: Callable[[], Any]) -> Callable[[], Any]:
        raiser.__name__ = f"fresh_e_{raiser.__name__}"
        category, transient, status, severity = label
        return case(library, category, transient=transient, status=status, severity=severity, made=made, note=note)(
            raiser
        )

    return register


@contextlib.contextmanager
def broken_file(content: bytes | str, name: str) -> Iterator[Path]:
    """A file with this content, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        yield path


# --- HTTP -------------------------------------------------------------------------------------------------------------
class Reply(NamedTuple):
    """What a server answers; a dictionary or list is sent as JSON."""

    status: int
    body: Any = b""
    headers: dict[str, str] = {}

    def content(self) -> tuple[bytes, str]:
        if isinstance(self.body, bytes):
            return self.body, "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), "application/xml"
        return json.dumps(self.body).encode(), "application/json"


@contextlib.contextmanager
def answering(*replies: Reply, paths: dict[str, Reply] | None = None) -> Iterator[str]:
    """A server of HTTP that gives these answers in turn, and the last of them for ever; `paths` by the path's start."""
    turn = iter(replies)
    last = Reply(200, {})
    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            nonlocal last
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                known = next((one for start, one in (paths or {}).items() if self.path.startswith(start)), None)
                if known is None:
                    last = known = next(turn, last)
            content, kind = known.content()
            headers = {"Content-Type": kind, "Content-Length": str(len(content)), **known.headers}
            self.send_response(known.status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = answer

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer((HOST, 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


# --- PostgreSQL -------------------------------------------------------------------------------------------------------
def _message(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!I", len(content) + 4) + content


def _error(severity: str, code: str, text: str) -> bytes:
    fields = b"".join(
        mark + value.encode() + b"\0"
        for mark, value in ((b"S", severity), (b"V", severity), (b"C", code), (b"M", text))
    )
    return _message(b"E", fields + b"\0")


_WELCOME = (
    _message(b"R", struct.pack("!I", 0))
    + b"".join(
        _message(b"S", name + b"\0" + value + b"\0")
        for name, value in (
            (b"server_version", b"15.8"),
            (b"client_encoding", b"UTF8"),
            (b"standard_conforming_strings", b"on"),
        )
    )
    + _message(b"K", struct.pack("!II", 7, 7))
    + _message(b"Z", b"I")
)


def _read_message(stream: Any, *, first: bool = False) -> tuple[bytes, bytes]:
    kind = b"" if first else stream.read(1)
    (length,) = struct.unpack("!I", stream.read(4))
    return kind, stream.read(length - 4)


@contextlib.contextmanager
def postgres_saying(code: str, text: str, *, at: str = "connect", severity: str = "") -> Iterator[int]:
    """A PostgreSQL that refuses: whoever connects, or (`at="query"`) every statement but those that open a block."""
    fatal = severity or ("FATAL" if at == "connect" else "ERROR")

    def talk(connection: socket.socket) -> None:
        connection.settimeout(3)
        with contextlib.suppress(OSError, struct.error), connection.makefile("rb") as stream:
            _, content = _read_message(stream, first=True)
            while content[:4] in (struct.pack("!I", 80877103), struct.pack("!I", 80877104)):
                connection.sendall(b"N")
                _, content = _read_message(stream, first=True)
            if at == "connect":
                connection.sendall(_error(fatal, code, text))
                return
            connection.sendall(_WELCOME)
            failed = False
            while True:
                kind, content = _read_message(stream)
                if kind == b"Q" and content.upper().startswith(b"BEGIN"):
                    connection.sendall(_message(b"C", b"BEGIN\0") + _message(b"Z", b"T"))
                elif kind == b"Q":
                    connection.sendall(_error(fatal, code, text) + _message(b"Z", b"E"))
                elif kind in b"PBD" and not failed:
                    failed = True
                    connection.sendall(_error(fatal, code, text))
                elif kind == b"S":
                    failed = False
                    connection.sendall(_message(b"Z", b"I"))
                elif kind == b"X":
                    return
                if fatal == "FATAL":
                    return

    with listening(talk) as port:
        yield port


# --- Redis ------------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def redis_server(*options: str) -> Iterator[int]:
    """A Redis of our own with these options, for as long as the block runs."""
    port = free_port()
    folder = tempfile.mkdtemp()
    command = ["redis-server", "--port", str(port), "--bind", HOST, "--save", "", "--dir", folder, *options]
    child = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=dies_with_us,  # noqa: PLW1509 - it takes no lock
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
                break
            time.sleep(0.02)
        yield port
    finally:
        child.terminate()
        child.wait(5)
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def own_schema(name: str) -> str:
    """A schema of the PostgreSQL at hand, empty, that is dropped when the process ends; its name."""
    import atexit
    import os

    import psycopg

    schema = f"fresh_e_{name}_{os.getpid()}"
    with psycopg.connect(PG, autocommit=True) as connection:
        connection.execute(f"create schema {schema}")

    def drop() -> None:
        with psycopg.connect(PG, autocommit=True) as closing:
            closing.execute("set lock_timeout = '2s'")
            closing.execute(f"drop schema if exists {schema} cascade")

    atexit.register(drop)
    return schema


PG = f"host={HOST} port=5432 user=root dbname=test"
"""The PostgreSQL at hand, for libpq."""
