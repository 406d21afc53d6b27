"""Notifications by syslog (RFC 5424) over UDP (RFC 5426), TCP (RFC 6587, octet counting) or a local socket."""

from __future__ import annotations

import os
import socket
from typing import Final
from urllib.parse import unquote, urlsplit

from failsoft.audit.notices import Message
from failsoft.audit.records import iso
from failsoft.deferred import as_pattern
from failsoft.errors.taxonomy import Severity

__all__ = ["Syslog", "frame_of"]

_FACILITY: Final = 10  # security and authorization messages
_ENTERPRISE: Final = "failsoft@32473"  # RFC 5612: for documentation and examples; none is registered
_MOST_UDP: Final = 2_048
_NOT_IN_NAMES: Final = as_pattern(r"[^!-~]")


def frame_of(message: Message, at: float) -> bytes:
    """The message in the form of RFC 5424."""
    first = message.notices[0]
    priority = _FACILITY * 8 + Severity(message.severity).syslog
    host, service = _name(first.host, 255), _name(first.service or "failsoft", 48)
    facts = {"id": message.id, "severity": message.severity, "dropped": str(message.dropped)}
    if message.event != "incident.digest":
        facts |= {"incident": first.incident, "rule": first.rule, "code": first.code, "endpoint": first.endpoint}
    told = " ".join(f'{name}="{_quoted(value)}"' for name, value in facts.items())
    head = f"<{priority}>1 {iso(at)} {host} {service} {os.getpid()} {message.event} [{_ENTERPRISE} {told}]"
    # the mark says that what follows is UTF-8
    return f"{head} \ufeff{message.subject}".encode("utf-8", "replace")


class Syslog:
    """Sends to a syslog server. By UDP nobody says whether it has arrived.

    Parameters:
        url: `udp://HOST:PORT`, `tcp://HOST:PORT` or `unix:///PATH`.
        timeout: seconds for connecting and sending.

    Raises:
        ValueError: it is none of these.
    """

    kind = "syslog"

    def __init__(self, url: str, *, timeout: float) -> None:
        expected = "expected udp://HOST:PORT, tcp://HOST:PORT or unix:///PATH"
        try:
            parts = urlsplit(url)
            self._address = (parts.hostname or "", parts.port or 514)
        except ValueError:
            raise ValueError(expected) from None
        self._scheme, self._path = parts.scheme, unquote(parts.path)
        if not (self._path if self._scheme == "unix" else self._scheme in ("udp", "tcp") and parts.hostname):
            raise ValueError(expected)
        self._timeout = timeout

    def send(self, message: Message, at: float) -> None:
        frame = frame_of(message, at)
        if self._scheme == "udp":
            family, kind, _, _, address = socket.getaddrinfo(*self._address, type=socket.SOCK_DGRAM)[0]
            with socket.socket(family, kind) as datagrams:
                datagrams.sendto(_cut(frame), address)
        elif self._scheme == "tcp":
            with socket.create_connection(self._address, self._timeout) as stream:
                stream.sendall(b"%d %b" % (len(frame), frame))
                stream.shutdown(socket.SHUT_WR)
        else:
            self._send_locally(_cut(frame))

    def _send_locally(self, frame: bytes) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
            datagrams.settimeout(self._timeout)
            datagrams.connect(self._path)
            datagrams.send(frame)


def _cut(frame: bytes) -> bytes:
    return frame[:_MOST_UDP].decode("utf-8", "ignore").encode()


def _name(text: str, longest: int) -> str:
    return _NOT_IN_NAMES.sub("_", text)[:longest] or "-"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("]", "\\]")
