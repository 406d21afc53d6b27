"""What the blind set of applications' own exceptions shares: its labels in short, and peers that are there or not."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from evaluations.classifier.cases import case

Register = Callable[[Callable[[], Any]], Callable[[], Any]]
Statuses = int | tuple[int, ...]

APPLICATION = "application"


def rule(status: Statuses = (409, 422), *, severity: str = "low", note: str = "") -> Register:
    """A rule of the domain says no."""
    return case(APPLICATION, "business_logic", transient=False, status=status, severity=severity, note=note)


def wrong_input(status: Statuses = (400, 422), *, severity: str = "low", note: str = "") -> Register:
    """The client sent what cannot be taken."""
    return case(APPLICATION, "validation", transient=False, status=status, severity=severity, note=note)


def not_there(*, note: str = "") -> Register:
    """The client names what is not there."""
    return case(APPLICATION, "validation", transient=False, status=404, severity="info", note=note)


def turned_away(status: Statuses, *, severity: str = "low", note: str = "") -> Register:
    """Our own layer of authentication lets nobody in."""
    return case(APPLICATION, "authentication", transient=False, status=status, severity=severity, note=note)


def ours_refused(status: Statuses = (500, 502, 503), *, note: str = "") -> Register:
    """A peer does not take our credentials."""
    return case(APPLICATION, "authentication", transient=False, status=status, severity="high", note=note)


def peer(*, transient: bool, status: Statuses = (502, 503), severity: str = "medium", note: str = "") -> Register:
    """A peer answered, and not as hoped."""
    return case(APPLICATION, "external_service", transient=transient, status=status, severity=severity, note=note)


def link(
    status: Statuses = (502, 503), *, transient: bool = True, severity: str = "medium", note: str = ""
) -> Register:
    """The way to a peer failed."""
    return case(APPLICATION, "network", transient=transient, status=status, severity=severity, note=note)


def settings(*, note: str = "") -> Register:
    """Something was not set up."""
    return case(APPLICATION, "configuration", transient=False, status=500, severity="high", note=note)


def bug(status: Statuses = 500, *, made: str = "", note: str = "") -> Register:
    """Our own code is wrong."""
    return case(APPLICATION, "system", transient=False, status=status, severity="high", made=made, note=note)


def ran_out(*, transient: bool, status: Statuses, severity: str, made: str = "", note: str = "") -> Register:
    """Something is used up."""
    return case(APPLICATION, "resource", transient=transient, status=status, severity=severity, made=made, note=note)


def contention(
    status: Statuses = (409, 503), *, transient: bool = True, severity: str = "medium", note: str = ""
) -> Register:
    """Somebody else was there at the same time."""
    return case(APPLICATION, "concurrency", transient=transient, status=status, severity=severity, note=note)


def stored(status: Statuses = 500, *, severity: str = "high", note: str = "") -> Register:
    """What is stored is damaged, or a constraint forbids to store it."""
    return case(APPLICATION, "data_integrity", transient=False, status=status, severity=severity, note=note)


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def answering(status: int, body: bytes = b"", content_type: str = "application/json") -> Iterator[str]:
    """A peer that answers every request alike; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def silent() -> Iterator[int]:
    """A peer that takes connections and never says a word; gives its port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        yield int(listener.getsockname()[1])
