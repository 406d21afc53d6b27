"""Notifications by HTTP, signed after Standard Webhooks (https://www.standardwebhooks.com, version 1).

Three headers: `webhook-id`, `webhook-timestamp` (seconds since the Unix epoch) and `webhook-signature`, which is `v1,`
and base 64 of the HMAC-SHA-256 over `id.timestamp.body`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import http.client
import ssl
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from failsoft.audit.means import RefusedError, TryAgainError
from failsoft.audit.notices import Message

__all__ = ["Webhook", "secret_of", "signature_of", "verify"]

_PREFIX: Final = "whsec_"
_LEAST, _MOST = 24, 64
_AGAIN: Final = frozenset({408, 409, 425, 429})
_LONGEST_WISH: Final = 3600.0


def secret_of(text: str) -> bytes:
    """The key that a secret stands for: base 64 after `whsec_`, else the text itself.

    Raises:
        ValueError: it is not from 24 to 64 bytes long. The message does not show it.
    """
    try:
        key = base64.b64decode(text[len(_PREFIX) :], validate=True) if text.startswith(_PREFIX) else text.encode()
    except (binascii.Error, ValueError):
        raise ValueError("expected base 64 after whsec_") from None
    if not _LEAST <= len(key) <= _MOST:
        raise ValueError(f"expected a secret of {_LEAST} to {_MOST} bytes")
    return key


def signature_of(key: bytes, message_id: str, timestamp: str, body: bytes) -> str:
    """What stands in `webhook-signature`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def verify(secret: str, headers: Mapping[str, str], body: bytes, *, now: float, tolerance: float = 300.0) -> bool:
    """Whether a delivery comes from who has the secret, for receivers written in Python.

    Parameters:
        secret: as in the settings of the sender.
        headers: of the request; names in any case.
        now: seconds since the Unix epoch.
        tolerance: how many seconds the timestamp may be off, so that an old delivery cannot be sent again.
    """
    found = {name.lower(): value for name, value in headers.items()}
    timestamp = found.get("webhook-timestamp", "")
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp)) > tolerance:
        return False
    expected = signature_of(secret_of(secret), found.get("webhook-id", ""), timestamp, body).encode()
    given = found.get("webhook-signature", "").encode("utf-8", "replace").split()
    return any(hmac.compare_digest(one, expected) for one in given)


class Webhook:
    """Posts to a URL. Follows no redirect.

    Parameters:
        url: `http:` or `https:`; may hold a secret, and is never shown.
        secret: signs; None: nothing is signed.
        timeout: seconds for connecting, and for each read.

    Raises:
        ValueError: the URL cannot be. The message does not show it.
    """

    kind = "webhook"

    def __init__(self, url: str, *, secret: bytes | None, timeout: float) -> None:
        try:
            parts = urlsplit(url)
            self._port = parts.port
        except ValueError:
            raise ValueError("expected a URL such as https://hooks.example.com/incidents") from None
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii() or not url.isprintable():
            raise ValueError("expected a URL such as https://hooks.example.com/incidents")
        self._tls = parts.scheme == "https"
        self._host = parts.hostname
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._login = None
        if parts.username is not None:
            pair = f"{parts.username}:{parts.password or ''}"
            self._login = "Basic " + base64.b64encode(pair.encode()).decode()
        self._secret = secret
        self._timeout = timeout

    def send(self, message: Message, at: float) -> None:
        body, timestamp = message.body, str(int(at))
        headers = {
            "content-type": "application/json",
            "user-agent": "failsoft",
            "webhook-id": message.id,
            "webhook-timestamp": timestamp,
        }
        if self._secret is not None:
            headers["webhook-signature"] = signature_of(self._secret, message.id, timestamp, body)
        if self._login is not None:
            headers["authorization"] = self._login
        connection = self._connection()
        try:
            connection.request("POST", self._path, body, headers)
            response = connection.getresponse()
            response.read(65_536)
        finally:
            connection.close()
        _judge(response.status, response.getheader("retry-after"))

    def _connection(self) -> http.client.HTTPConnection:
        if self._tls:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._host, self._port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(self._host, self._port, timeout=self._timeout)


def _judge(status: int, retry_after: str | None) -> None:
    if 200 <= status < 300:
        return
    if status >= 500 or status in _AGAIN:
        wish = retry_after or ""
        seconds = min(float(wish), _LONGEST_WISH) if wish.isascii() and wish.isdigit() else None
        raise TryAgainError(f"HTTP status {status}", seconds)
    raise RefusedError(f"HTTP status {status}")
