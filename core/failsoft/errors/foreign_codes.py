"""Codes that an exception of an unknown library carries, by the customs of libraries: an HTTP status, a SQLSTATE, gRPC.

Which attribute is asked depends on the kind of the package: the `code` of a client of HTTP is a status, that of a
database driver is a number of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from itertools import pairwise
from typing import Any

from failsoft.errors.catalogue import codes as known
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.codes import Code, CodeReader
from failsoft.errors.conventions import CLEAR, label_of_words
from failsoft.errors.packages import Kind, Package
from failsoft.errors.reading import header_pairs
from failsoft.errors.taxonomy import Category

__all__ = ["readers_of_package"]

_RESPONSES = ("response", "resp", "http_response", "raw_response")
_STATUSES = ("status_code", "http_status", "status", "http_code", "response_code", "http_status_code", "statusCode")
_REFUSALS = frozenset({400, 401, 403})
_WAITS = ("retry_after", "retry_after_seconds")
_SQLSTATE = re.compile(r"\bSQLSTATE\W{0,3}([0-9A-Z]{5})\b|\A\[?([0-9A-Z]{2}[0-9]{3})\]?(?:\W|\Z)")
_ORACLE = re.compile(r"\bORA-(\d{5})\b")
_MYSQL = re.compile(r"mysql|maria", re.IGNORECASE)
_REDIS = re.compile(r"redis|valkey|keydb", re.IGNORECASE)
_MAIL = re.compile(r"smtp|mail(?!gun|jet|chimp)", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_STATUS_IN_TEXT = re.compile(r"\b(?:HTTP(?:/\d(?:\.\d)?)?|HTTP status|status code)\W{0,3}([45]\d\d)\b", re.IGNORECASE)
_PHRASES = {int(one): one.phrase.lower() for one in HTTPStatus}
_MAX_TEXT = 2_000
_MAX_ARGS = 8


def readers_of_package(package: Package) -> tuple[CodeReader, ...]:
    """The readers that are asked about exceptions of an unknown library, in order."""
    kind = package.kind
    if _MYSQL.search(package.name):
        return (_mysql, _sqlstate)
    if _REDIS.search(package.name):
        return (_redis_reply,)
    if "mongo" in package.name.lower():
        return (_mongo,)
    if _MAIL.search(package.name):
        return (_smtp,)
    if kind is Kind.STORE:
        return (_sqlstate, _oracle, _grpc, _http, _http_in_text)
    if kind is Kind.CLIENT:
        return (_grpc, _cloud, _http_or_code, _worded, _http_in_text)
    if kind is Kind.AUTH:
        return (_of_response,)
    if kind in {Kind.BROKER, Kind.UNKNOWN}:
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
                if response is None and label is not None and label.category is Category.NETWORK:
                    # what failed on the link had no answer; the number was made up to have one
                    return None
                return _peer(status, _wait(exc, response), label, exc)
    return None


def _http_in_text(exc: BaseException, label: Label | None) -> Code | None:
    """A status that is named as one in the text, or stands among the arguments beside its phrase."""
    if label is not None and label.voice is Voice.SAYS:
        return None
    for number, phrase in pairwise(exc.args[:_MAX_ARGS]):
        status = _number(number)
        if status is not None and isinstance(phrase, str) and phrase.lower() == _PHRASES.get(status):
            return _peer(status, None, label, exc)
    found = _STATUS_IN_TEXT.search(str(exc)[:_MAX_TEXT])
    return None if found is None else _peer(int(found[1]), None, label, exc)


def _of_response(exc: BaseException, label: Label | None) -> Code | None:
    # without a response, the status is what we should answer
    return None if getattr(exc, "response", None) is None else _http(exc, label)


def _http_or_code(exc: BaseException, label: Label | None) -> Code | None:
    return _http(exc, label, "code", "error_code", "errcode")


def _peer(status: int, wait: str | None, label: Label | None, exc: BaseException) -> Code | None:
    means = known.label_of_upstream(status)
    if means is not None and status in _REFUSALS and label is not None and label.category is Category.RESOURCE:
        # some peers refuse so who calls too often
        return None
    if means is None:
        if (said := _worded(exc, label)) is not None:
            return said._replace(retry_after=wait)
        if status == 412:
            return Code(is_.EDIT_CONFLICT, "HTTP 412")
        if status < 500 and label is not None and label.voice is Voice.SAYS and label != is_.BUG:
            # the class says more than "a peer would not"
            return None
        means = is_.UPSTREAM_FAILED
    return Code(means, f"HTTP {status}", wait)


def _worded(exc: BaseException, _label: Label | None) -> Code | None:
    """A code in words, as `rate_limit_exceeded` or `QueueNotFound`: it is chosen as the name of a class is."""
    for name in ("error_code", "code", "error"):
        text = getattr(exc, name, None)
        if isinstance(text, str) and 4 <= len(text) <= 60 and " " not in text:
            words = f" {' '.join(_WORD.findall(text)).lower()} "
            said = label_of_words(words, Kind.CLIENT)
            if said is not None and said.confidence >= CLEAR and said.label != is_.UPSTREAM_FAILED:
                return Code(said.label._replace(voice=Voice.SAYS), text)
    return None


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
    if isinstance(first, Mapping) and isinstance(state := first.get("C"), str):
        # the field of that name in an error of PostgreSQL's protocol
        return _state(state)
    if isinstance(first, str) and (found := _SQLSTATE.search(first[:_MAX_TEXT])) is not None:
        return _state(found[1] or found[2])
    return None


def _state(state: str) -> Code | None:
    means = known.label_of_sqlstate(state) if len(state) == 5 else None
    return None if means is None else Code(means, f"SQLSTATE {state}")


def _mysql(exc: BaseException, _label: Label | None) -> Code | None:
    for value in (getattr(exc, "errno", None), exc.args[0] if exc.args else None):
        if type(value) is int and value > 0 and (means := known.label_of_mysql(value)) is not None:
            return Code(means, f"MySQL {value}")
    return None


def _redis_reply(exc: BaseException, _label: Label | None) -> Code | None:
    """The first word of an error reply, in capitals by the protocol's custom."""
    first = exc.args[0] if exc.args else None
    word = first.partition(" ")[0] if isinstance(first, str) else ""
    means = known.REDIS.get(word) if word.isupper() else None
    return None if means is None else Code(means, word)


def _mongo(exc: BaseException, _label: Label | None) -> Code | None:
    number = getattr(exc, "code", None)
    means = known.MONGO.get(number) if type(number) is int else None
    return None if means is None else Code(means, f"MongoDB {number}")


def _oracle(exc: BaseException, _label: Label | None) -> Code | None:
    found = _ORACLE.search(str(exc)[:_MAX_TEXT])
    means = known.label_of_oracle(int(found[1])) if found is not None else None
    return None if means is None or found is None else Code(means, f"ORA-{found[1]}")


def _smtp(exc: BaseException, _label: Label | None) -> Code | None:
    number = _number(getattr(exc, "smtp_code", None)) or _number(getattr(exc, "code", None))
    if number is None:
        return None
    means = known.SMTP.get(number) or (is_.UPSTREAM_NOT_NOW if number < 500 else is_.UPSTREAM_FAILED)
    return Code(means, f"SMTP {number}")


def _grpc(exc: BaseException, _label: Label | None) -> Code | None:
    ask: Any = getattr(exc, "code", None) or getattr(exc, "grpc_status_code", None)
    if ask is None and not isinstance(status := getattr(exc, "status", None), int):
        ask = status
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
