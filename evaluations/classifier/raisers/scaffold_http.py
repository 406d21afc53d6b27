"""A local HTTP server that answers as it is told, and what its answers mean by the conventions."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, NamedTuple

from evaluations.classifier.cases import case

__all__ = [
    "ANSWERS",
    "Answer",
    "Means",
    "add",
    "free_port",
    "serving",
]


class Means(NamedTuple):
    """A label of the conventions."""

    category: str
    transient: bool
    status: int | tuple[int, ...]
    severity: str


REFUSED_US = Means("authentication", False, 502, "high")
FAILED = Means("external_service", False, (502, 503), "medium")
DOWN = Means("external_service", True, (502, 503), "medium")
SLOW = Means("external_service", True, 504, "medium")
THROTTLED = Means("resource", True, 503, "medium")
QUOTA = Means("resource", False, 503, "high")
SILENT = Means("network", True, 504, "medium")
LINK = Means("network", True, (502, 503), "medium")
NO_TRUST = Means("network", False, (502, 503), "high")
OUR_SETTINGS = Means("configuration", False, 500, "high")
OUR_BUG = Means("system", False, 500, "high")
UNPARSABLE = Means("validation", False, 400, "low")
INVALID = Means("validation", False, (400, 422), "low")
WHO = Means("authentication", False, 401, "low")
MAY_NOT = Means("authentication", False, 403, "low")
ABSENT = Means("validation", False, 404, "info")
TOO_LARGE = Means("validation", False, 413, "low")
OUR_LIMIT = Means("resource", True, 429, "low")
CONTENTION = Means("concurrency", True, 503, "medium")
EDITED = Means("concurrency", False, 409, "low")
LOST_UPDATE = Means("concurrency", True, 409, "low")
UNREADABLE = Means("data_integrity", False, 500, "high")


@dataclass(frozen=True)
class Answer:
    """What the server does with every request."""

    status: int = 200
    body: bytes | str | Mapping[str, Any] | list[Any] = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    how: Literal["whole", "hang", "cut", "reset"] = "whole"
    """Answer; never answer; break off in the middle of the body; reset the connection instead of answering."""
    type: str = "application/json"

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


Script = Answer | Callable[[str, str], Answer]
"""One answer for all, or one by method and path."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 16

    def __init__(self, script: Script) -> None:
        self.script = script
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        script = self.server.script
        answer = script if isinstance(script, Answer) else script(self.command, self.path)
        if length := int(self.headers.get("Content-Length") or 0):
            self.rfile.read(length)
        if answer.how == "hang":
            self.server.over.wait(5)
            self.close_connection = True
            return
        if answer.how == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        content = answer.content
        self.send_response(answer.status)
        for name, value in {"Content-Type": answer.type, **answer.headers}.items():
            self.send_header(name, value)
        cut = answer.how == "cut"
        self.send_header("Content-Length", str(len(content) + (1_000 if cut else 0)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        if cut:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _serve

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@contextmanager
def serving(script: Script) -> Iterator[str]:
    """The base URL of a server on loopback that follows the script until the block ends."""
    server = _Server(script)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def add(library: str, name: str, means: Means, raiser: Callable[[], Any], **more: str) -> None:
    """Register a case by name and label."""

    @wraps(raiser)
    def named() -> Any:
        return raiser()

    named.__name__ = name
    case(
        library,
        means.category,
        transient=means.transient,
        status=means.status,
        severity=means.severity,
        **more,
    )(named)


LINKS: dict[str, tuple[Means, Answer | None]] = {
    "refused": (LINK, None),
    "silent": (SILENT, Answer(how="hang")),
    "reset": (LINK, Answer(how="reset")),
    "cut_off": (LINK, Answer(200, b'{"half": ', how="cut")),
}
"""What becomes of the link; None: nobody listens."""

ANSWERS: dict[int, Means] = {
    400: FAILED,
    401: REFUSED_US,
    402: QUOTA,
    403: REFUSED_US,
    404: FAILED,
    409: FAILED,
    422: FAILED,
    429: THROTTLED,
    500: FAILED,
    502: DOWN,
    503: DOWN,
    504: SLOW,
}
"""What a peer's answer means that carries nothing but a status."""

GATEWAY = Answer(502, "<html><body><h1>502 Bad Gateway</h1></body></html>", type="text/html")
NONSENSE = Answer(200, "<html><body>Welcome to nginx!</body></html>", type="text/html")


def add_links(library: str, call: Callable[[str], Any], leave_out: tuple[str, ...] = ()) -> None:
    """Cases of the link for a library: `call` takes the base URL of the peer."""
    for name, (means, answer) in LINKS.items():
        if name not in leave_out:
            add(library, name, means, _calling(call, answer))


def add_answers(
    library: str,
    call: Callable[[str], Any],
    answers: Mapping[str, tuple[Means, Answer]],
) -> None:
    """Cases of a peer's answers for a library: `call` takes the base URL of the peer."""
    for name, (means, answer) in answers.items():
        add(library, name, means, _calling(call, answer))


def _calling(call: Callable[[str], Any], answer: Answer | None) -> Callable[[], Any]:
    def raiser() -> Any:
        if answer is None:
            return call(f"http://127.0.0.1:{free_port()}")
        with serving(answer) as url:
            return call(url)

    return raiser
