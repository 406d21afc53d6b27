"""Deadlines that travel: how much time whoever calls has left, and how much there is for whom we call.

What we send is seconds, because the clocks of two hosts differ. An instant is understood from those who send one.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, MutableMapping
from datetime import datetime
from math import floor
from typing import Any, ParamSpec, Protocol, TypeVar

from failsoft import current
from failsoft.call import Call
from failsoft.clock import Clock

__all__ = ["Server", "acarry_deadline", "carry_deadline", "deadline_headers", "noting_deadlines", "seconds_left"]

P = ParamSpec("P")
C = TypeVar("C", bound=Call)

_log = logging.getLogger("failsoft")
_SECONDS = re.compile(r"-?\d{1,9}(\.\d{1,9})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_LONGEST = 86_400.0
"""Seconds. What waits is not to be handed more than any driver can take, whatever a client writes."""


class Server(Protocol):
    """A `Failsoft`, as deadlines see it."""

    clock: Clock

    @property
    def settings(self) -> Any: ...


class _Carrier(Protocol):
    """A request that is about to be sent."""

    @property
    def headers(self) -> Any: ...


def seconds_left(text: str, now: float) -> float | None:
    """How long whoever calls will wait: from 0 (no longer) to a day. None: it cannot be read.

    Parameters:
        text: decimal seconds, or a date-time of RFC 3339 with its offset.
        now: seconds since the Unix epoch.
    """
    text = text.strip(" \t")
    if _SECONDS.fullmatch(text):
        left = float(text)
    elif _INSTANT.fullmatch(text):
        try:
            left = datetime.fromisoformat(text.upper()).timestamp() - now
        except (ValueError, OverflowError):
            return None
    else:
        return None
    return min(max(left, 0.0), _LONGEST)


def noting_deadlines(make: Callable[P, C], fs: Server) -> Callable[P, C]:
    """What makes the calls of an adapter, made to note the deadline of whoever calls.

    Where the settings do not ask for that, it is `make` itself, so that nothing is paid for it.
    """
    header = fs.settings.request.deadline_header
    if header is None:
        return make
    reader = _Reader(fs, header)

    def make_noting(*args: P.args, **kwargs: P.kwargs) -> C:
        call = make(*args, **kwargs)
        reader.note(call)
        return call

    return make_noting


class _Reader:
    """Reads the header."""

    __slots__ = ("_fs", "_header", "_name", "_said")

    def __init__(self, fs: Server, header: str) -> None:
        self._fs = fs
        self._header = header
        self._name = header.lower()
        self._said = False

    def note(self, call: Call) -> None:
        """Write the deadline on a call. A WebSocket, which has no method, outlives any."""
        if not call.method:
            return
        try:
            text = call.header(self._name)
            left = None if text is None else seconds_left(text, self._fs.clock.time())
        except Exception:  # noqa: BLE001 - a hostile header must not cost the client its answer
            text, left = "", None
        if left is not None:
            call.deadline = call.started + left
        elif text is not None and not self._said:
            self._said = True
            _log.warning("a header %s that could not be read is ignored; others will be without a word", self._header)


def deadline_headers() -> dict[str, str]:
    """The header that tells whom we call how many seconds are left; empty where there is no deadline.

    Its name is `request.deadline_header` of the settings; absent from them, there is never one.
    """
    fs = current.owner()
    name: str | None = fs.settings.request.deadline_header
    left = None if name is None else current.remaining_at(fs.clock.monotonic())
    # rounded down: on the way a deadline may only become shorter
    return {} if name is None or left is None else {name: f"{floor(left * 1000) / 1000:.3f}"}


def carry_deadline(request: _Carrier) -> None:
    """Write the deadline of the current call on a request about to be sent: an event hook for `httpx.Client`.

    Parameters:
        request: anything whose `headers` can be set by name.
    """
    headers: MutableMapping[str, str] = request.headers
    for name, value in deadline_headers().items():
        headers[name] = value


async def acarry_deadline(request: _Carrier) -> None:
    """As `carry_deadline`, for `httpx.AsyncClient`."""
    carry_deadline(request)
