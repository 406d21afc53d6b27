"""Servers on loopback that answer as a case needs it, for the modules fresh_h_*."""

from __future__ import annotations

import contextlib
import io
import json
import socket
import tempfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HTML = "<!doctype html><html><head><title>Be right back</title></head><body><h1>Maintenance</h1></body></html>"
Label = dict[str, Any]

INPUT: Label = {"transient": False, "status": (400, 422), "severity": "low"}
BUG: Label = {"transient": False, "status": 500, "severity": "high"}
SETTINGS: Label = BUG
REFUSED: Label = {"transient": True, "status": (502, 503), "severity": "medium"}
SILENT: Label = {"transient": True, "status": 504, "severity": "medium"}
THROTTLED: Label = {"transient": True, "status": 503, "severity": "medium"}
UNAVAILABLE: Label = {"transient": True, "status": (502, 503), "severity": "medium"}
FAILED: Label = {"transient": False, "status": (502, 503), "severity": "medium"}
ODD_REQUEST: Label = {"transient": False, "status": 502, "severity": "medium"}
OUR_KEY: Label = {"transient": False, "status": (500, 502, 503), "severity": "high"}
UNPAID: Label = {"transient": False, "status": 503, "severity": "high"}
"""What the conventions say of causes that come again and again."""

Body = bytes | str | Mapping[str, Any] | list[Any]


def encoded(body: Body) -> bytes:
    """The bytes of a body; what is no text becomes JSON."""
    if isinstance(body, bytes):
        return body
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


@contextlib.contextmanager
def answering(
    status: int = 200,
    body: Body = b"",
    *,
    headers: Mapping[str, str] | None = None,
    cut: bool = False,
    silent: bool = False,
    routes: Mapping[str, tuple[int, Body]] | None = None,
) -> Iterator[str]:
    """An HTTP server that gives one answer to everything, or by a part of the path; gives its address."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            if silent:
                over.wait(30)
                return
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            code, content = status, body
            for part, answer in (routes or {}).items():
                if part in self.path:
                    code, content = answer
            data = encoded(content)
            self.send_response(code)
            given = dict(headers or {})
            if not any(name.lower() == "content-type" for name in given):
                given["Content-Type"] = "text/html" if data[:1] == b"<" else "application/json"
            for name, value in given.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data) + (4096 if cut else 0)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)
            if cut:
                self.wfile.flush()
                self.close_connection = True

        do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = handle_any

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def talking(
    *lines: bytes, silent: bool = False, read_first: bool = False, tail: bytes = b""
) -> Iterator[tuple[str, int]]:
    """A TCP server: sends a line, reads, sends the next, and hangs up; `silent` says nothing and holds the link."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(link: socket.socket) -> None:
        with contextlib.suppress(OSError), link:
            if silent:
                over.wait(30)
                return
            for number, line in enumerate(lines):
                if read_first or number:
                    link.recv(65536)
                link.sendall(line)
            link.sendall(tail)

    def accept() -> None:
        while not over.is_set():
            try:
                link, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(link,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[:2]
    finally:
        over.set()
        listener.close()


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def refusing() -> str:
    """An address that refuses connections."""
    return f"http://127.0.0.1:{closed_port()}"


@contextlib.contextmanager
def file_of(content: bytes | str, suffix: str = ".bin") -> Iterator[str]:
    """A file with this content; gives its path."""
    with tempfile.TemporaryDirectory(prefix="fresh-h-") as folder:
        path = Path(folder, f"upload{suffix}")
        path.write_bytes(encoded(content))
        yield str(path)


def zip_of(members: Mapping[str, bytes | str]) -> bytes:
    """An archive with these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()
