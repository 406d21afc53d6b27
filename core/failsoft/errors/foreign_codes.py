"""Codes that an exception of an unknown library carries, by the customs of libraries: an HTTP status, a SQLSTATE, gRPC.

Which attribute is asked depends on the kind of the package: the `code` of a client of HTTP is a status, that of a
database driver is a number of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.codes import Code, CodeReader
from failsoft.errors.packages import Kind
from failsoft.errors.reading import header_pairs

__all__ = ["readers_of_kind"]

_RESPONSES = ("response", "resp", "http_response", "raw_response")
_STATUSES = ("status_code", "http_status", "status", "http_code", "response_code", "http_status_code", "statusCode")
_WAITS = ("retry_after", "retry_after_seconds")
_SQLSTATE = re.compile(r"\bSQLSTATE\W{0,3}([0-9A-Z]{5})\b|\A\[?([0-9A-Z]{2}[0-9]{3})\]?(?:\W|\Z)")
_MAX_TEXT = 2_000


def readers_of_kind(kind: Kind) -> tuple[CodeReader, ...]:
    """The readers that are asked about exceptions of an unknown library, in order."""
    if kind is Kind.STORE:
        return (_sqlstate, _grpc, _http)
    if kind in {Kind.CLIENT, Kind.BROKER, Kind.UNKNOWN, Kind.AUTH}:
        return (_grpc, _cloud, _http_or_code)
    return ()


def _number(value: object) -> int | None:
    """A status of a failure, as a number or as digits."""
    if isinstance(value, str) and len(value) == 3 and value.isdecimal():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 400 <= value <= 599:
        return int(value)
    return None


def _http(exc: BaseException, label: Label | None, *names: str) -> Code | None:
    response = next((one for name in _RESPONSES if (one := getattr(exc, name, None)) is not None), None)
    for carrier, asked in ((response, (*_STATUSES, "code")), (exc, (*_STATUSES, *names))):
        if carrier is None or isinstance(carrier, Mapping):
            continue
        for name in asked:
            status = _number(getattr(carrier, name, None))
            if status is not None:
                return _peer(status, _wait(exc, response), label)
    return None


def _http_or_code(exc: BaseException, label: Label | None) -> Code | None:
    return _http(exc, label, "code", "error_code", "errcode")


def _peer(status: int, wait: str | None, label: Label | None) -> Code | None:
    means = known.label_of_upstream(status)
    if means is None:
        if status < 500 and label is not None and label.voice is Voice.SAYS and label != is_.BUG:
            # the class says more than "a peer would not"
            return None
        means = is_.UPSTREAM_FAILED
    return Code(means, f"HTTP {status}", wait)


def _wait(*carriers: object) -> str | None:
    """How long a peer asks to wait: a `Retry-After` among headers, or an attribute of that name."""
    for carrier in carriers:
        for name in _WAITS:
            value = getattr(carrier, name, None)
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return str(value)
        for name, text in header_pairs(getattr(carrier, "headers", None) or ()):
            if name.lower() == "retry-after":
                return text
    return None


def _sqlstate(exc: BaseException, _label: Label | None) -> Code | None:
    for name in ("sqlstate", "pgcode", "sql_state", "SQLState"):
        state = getattr(exc, name, None)
        if isinstance(state, str) and (code := _state(state)) is not None:
            return code
    first = exc.args[0] if exc.args else None
    if isinstance(first, str) and (found := _SQLSTATE.search(first[:_MAX_TEXT])) is not None:
        return _state(found[1] or found[2])
    return None


def _state(state: str) -> Code | None:
    means = known.label_of_sqlstate(state) if len(state) == 5 else None
    return None if means is None else Code(means, f"SQLSTATE {state}")


def _grpc(exc: BaseException, _label: Label | None) -> Code | None:
    ask: Any = getattr(exc, "code", None) or getattr(exc, "grpc_status_code", None)
    name = getattr(ask() if callable(ask) else ask, "name", None)
    means = known.GRPC.get(name) if isinstance(name, str) else None
    return None if means is None else Code(means, f"gRPC {name}", _wait(exc))


def _cloud(exc: BaseException, _label: Label | None) -> Code | None:
    """Codes by name, as botocore and those who speak to the same services give them."""
    response: Any = getattr(exc, "response", None)
    wait = None
    code: object = None
    status: int | None = None
    if isinstance(response, Mapping):
        error, meta = response.get("Error"), response.get("ResponseMetadata")
        if isinstance(error, Mapping):
            code = error.get("Code")
        if isinstance(meta, Mapping):
            status = _number(meta.get("HTTPStatusCode"))
            headers = meta.get("HTTPHeaders")
            wait = headers.get("retry-after") if isinstance(headers, Mapping) else None
    if not isinstance(code, str):
        code = next((one for name in ("code", "error_code") if isinstance(one := getattr(exc, name, None), str)), None)
    means = (known.AWS.get(code) or known.GRPC.get(code)) if isinstance(code, str) else None
    if means is None and status is not None:
        means = known.label_of_upstream(status) or is_.UPSTREAM_FAILED
    return None if means is None else Code(means, str(code or status), wait if isinstance(wait, str) else _wait(exc))
