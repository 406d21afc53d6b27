"""What the modules `fresh_d_*` share: labels, files that are gone afterwards, servers, the registering of a case."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

from evaluations.classifier.raisers.scaffold_http import Answer, Means, Script, add, serving

__all__ = [
    "DAMAGED",
    "DUPLICATE",
    "LATE",
    "LOST",
    "OPEN_CIRCUIT",
    "RULE",
    "SETUP",
    "STATE",
    "detoured",
    "file_of",
    "fresh",
    "raw",
    "refusal",
]

LOST = Means("network", True, (502, 503), "high")
"""The link to our own store or broker."""
RULE = Means("business_logic", False, (409, 422), "low")
STATE = Means("business_logic", False, 409, "low")
"""A machine of states that says no."""
DUPLICATE = Means("data_integrity", False, 409, "medium")
DAMAGED = Means("data_integrity", False, 500, "critical")
LATE = Means("system", True, (503, 504), "medium")
"""Work of our own that was not done in time."""
OPEN_CIRCUIT = Means("external_service", True, 503, "medium")
"""A breaker of ours that is open: the peer failed before."""
SETUP = Means("configuration", False, 500, "high")
"""What has to be set up beforehand, and is not there."""


def fresh(library: str, name: str, means: Means, note: str = "", made: str = "") -> Callable[[Any], Any]:
    more = {key: text for key, text in (("note", note), ("made", made)) if text}

    def register(raiser: Callable[[], Any]) -> Callable[[], Any]:
        add(library, f"fresh_d_{name}", means, raiser, **more)
        return raiser

    return register


@contextlib.contextmanager
def file_of(content: bytes | str, name: str = "upload.bin") -> Iterator[str]:
    """A file with this content, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        yield str(path)


@contextlib.contextmanager
def detoured(script: Script) -> Iterator[str]:
    """A server that every request of `requests` goes to, whatever host a client has written into it."""
    import requests.adapters

    send = requests.adapters.HTTPAdapter.send
    with serving(script) as url:

        def astray(adapter: Any, request: Any, *rest: Any, **more: Any) -> Any:
            request.url = urlunsplit(urlsplit(url)[:2] + urlsplit(request.url)[2:])
            more["proxies"] = {}
            return send(adapter, request, *rest, **more)

        with mock.patch.object(requests.adapters.HTTPAdapter, "send", astray):
            yield url


def raw(status: int, body: str = "", *fields: str, type: str = "text/xml") -> bytes:
    """An answer of HTTP to any method."""
    lines = [f"HTTP/1.1 {status} Because", f"Content-Type: {type}", *fields, f"Content-Length: {len(body.encode())}"]
    return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n" + body).encode()


def refusal(status: int, /, **body: Any) -> Answer:
    return Answer(status, body)
