"""What the modules `fresh_e_*` share: labels as the conventions give them, and a peer that answers as it is told."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from typing import Any

from evaluations.classifier.raisers._peers import HOST, _read_request, listening

Label = dict[str, Any]


def label(category: str, transient: bool, status: int | tuple[int, ...], severity: str) -> Label:
    """A label, as `case` takes it."""
    return {"category": category, "transient": transient, "status": status, "severity": severity}


# The link.
refused = label("network", True, (502, 503), "medium")
silent = label("network", True, 504, "medium")
distrusted = label("network", False, (502, 503), "high")
store_away = label("network", True, (502, 503), "high")

# A peer that answered.
failed = label("external_service", False, (502, 503), "medium")
not_now = label("external_service", True, (502, 503), "medium")
gateway_slow = label("external_service", True, (502, 503, 504), "medium")
declined = label("external_service", False, 502, "medium")
nonsense = label("external_service", False, (502, 503), "medium")
refused_us = label("authentication", False, (502, 503), "high")
throttled = label("resource", True, 503, "medium")
unpaid = label("resource", False, 503, "high")

# We ourselves.
bug = label("system", False, 500, "high")
settings = label("configuration", False, 500, "high")
exhausted = label("resource", True, 503, "medium")
contention = label("concurrency", True, 503, "medium")
unreadable = label("data_integrity", False, 500, "high")
duplicate = label("data_integrity", False, 409, "medium")

# The client.
bad_input = label("validation", False, (400, 422), "low")
unparsable = label("validation", False, 400, "low")
unprocessable = label("validation", False, 422, "low")
missing = label("validation", False, 404, "info")
too_large = label("validation", False, 413, "low")
unknown_client = label("authentication", False, 401, "low")
forbidden = label("authentication", False, 403, "low")
our_limit = label("resource", True, 429, "low")
rule = label("business_logic", False, (409, 422), "low")
edit_conflict = label("concurrency", False, 409, "low")


@contextlib.contextmanager
def answering(status: int, body: Any = "", *fields: str, kind: str = "application/json") -> Iterator[str]:
    """The URL of a peer that gives one answer to every request."""
    text = (body if isinstance(body, str) else json.dumps(body)).encode()
    head = [f"HTTP/1.1 {status} Because", f"Content-Type: {kind}", *fields, f"Content-Length: {len(text)}"]
    said = "\r\n".join([*head, "Connection: close"]).encode() + b"\r\n\r\n" + text

    def talk(connection: socket.socket) -> None:
        connection.settimeout(3)
        with contextlib.suppress(OSError):
            _read_request(connection)
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(65_536):
                pass

    with listening(talk) as port:
        yield f"http://{HOST}:{port}"
