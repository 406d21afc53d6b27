"""The document that tells a client what went wrong: RFC 9457, `application/problem+json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from failsoft.errors.taxonomy import Notification
from failsoft.problem.text import readable

__all__ = ["MAX_BYTES", "Problem"]

MAX_BYTES = 16_384
"""No document is larger."""

_BEFORE_RETRY = (
    "type", "title", "status", "detail", "instance", "code", "error_id", "request_id", "trace_id", "timestamp",
    "recoverable", "guidance",
)  # fmt: skip
_AFTER_RETRY = ("support_reference", "documentation_url")
_MEMBERS = frozenset((*_BEFORE_RETRY, *_AFTER_RETRY, "retry", "errors", "notification"))
_encode = msgspec.json.Encoder().encode


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What the client is told about one failure. Holds nothing that may not be said.

    Made by `ProblemMaker` only from a `Failure`; there is no way to make one from an exception. What is None or empty
    is unknown and does not appear.
    """

    type: str = "about:blank"
    """URI reference that identifies the kind of problem."""
    title: str
    """What kind of problem it is, the same for every occurrence but for the language."""
    status: int
    """HTTP status of the answer."""
    detail: str | None = None
    """What happened this time, for people."""
    instance: str | None = None
    """URI of this occurrence: `urn:uuid:` and the error id."""
    code: str | None = None
    """Stable identifier for programs, as `CIRCUIT_BREAKER_ERROR`."""
    error_id: str | None = None
    request_id: str | None = None
    trace_id: str | None = None
    """W3C trace id, 32 hexadecimal digits."""
    timestamp: str | None = None
    """RFC 3339, UTC, with milliseconds."""
    recoverable: bool | None = None
    """The client can do something: wait, or mend its request."""
    guidance: str | None = None
    """What the reader can do."""
    retry: Mapping[str, bool | int] | None = None
    """`allowed`: this very request may be sent again unchanged; `after`: seconds to wait before, if known."""
    support_reference: str | None = None
    """Eight characters that a person can read out on the telephone."""
    documentation_url: str | None = None
    errors: tuple[tuple[str, str], ...] = ()
    """What is wrong with the input: JSON pointer (RFC 6901) and text."""
    notification: Notification | None = None
    """How loudly a user interface should say it."""
    language: str = "en"
    """Language of the texts; sent as `Content-Language`."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers of the answer, but for those that rendering adds."""
    extensions: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """More members, as plain values. They cannot replace a member named above."""

    def to_dict(self) -> dict[str, Any]:
        """The members in their order. What is unknown is left out, never null."""
        members: dict[str, Any] = {}
        for name in _BEFORE_RETRY:
            value = getattr(self, name)
            if value is not None:
                members[name] = value
        if self.retry is not None:
            members["retry"] = dict(self.retry)
        for name in _AFTER_RETRY:
            value = getattr(self, name)
            if value is not None:
                members[name] = value
        if self.errors:
            members["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in self.errors]
        if self.notification is not None:
            members["notification"] = str(self.notification)
        if self.extensions:
            members.update((name, value) for name, value in self.extensions.items() if name not in _MEMBERS)
        return members

    def to_json(self) -> bytes:
        """The document: valid JSON in UTF-8, at most `MAX_BYTES`, whatever its texts are. Never raises.

        A document that would be larger loses its extensions, then validation errors, then the ends of its texts.
        """
        try:
            body = _encode(self.to_dict())
        except Exception:  # noqa: BLE001 - lone surrogates, objects JSON has no form for, hostile mappings
            return _fitted(self)
        return body if len(body) <= MAX_BYTES else _fitted(self)


def _fitted(problem: Problem) -> bytes:
    """The document with everything bounded, harder each time, until it fits."""
    for extensions, errors, limit in ((True, 50, 2048), (False, 50, 1024), (False, 10, 512), (False, 0, 96)):
        members = {name: _plain(getattr(problem, name), limit) for name in (*_BEFORE_RETRY, *_AFTER_RETRY)}
        members["retry"] = _plain(_mapping(problem.retry), limit)
        members["notification"] = _plain(problem.notification, limit)
        members["errors"] = [
            {"pointer": _plain(pointer, limit), "detail": _plain(detail, limit)}
            for pointer, detail in problem.errors[:errors]
        ] or None
        if extensions:
            extra = _mapping(problem.extensions)
            members.update((name, _plain(value, limit)) for name, value in extra.items() if name not in _MEMBERS)
        body = _encode({name: value for name, value in members.items() if value is not None})
        if len(body) <= MAX_BYTES:
            break
    return body


def _mapping(value: Mapping[str, Any] | None) -> dict[str, Any]:
    try:
        return {readable(name, 64): item for name, item in (value or {}).items() if isinstance(name, str)}
    except Exception:  # noqa: BLE001 - a hostile mapping is left out
        return {}


def _plain(value: Any, limit: int, depth: int = 4) -> Any:
    """A value made of what JSON knows, bounded; None for anything else."""
    if isinstance(value, str):
        return readable(value, limit)
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 1 << 53):
        return value
    if isinstance(value, float) or depth == 0:
        return None
    if isinstance(value, Mapping):
        return {name: _plain(item, limit, depth - 1) for name, item in list(_mapping(value).items())[:50]}
    if isinstance(value, (list, tuple)):
        return [_plain(item, limit, depth - 1) for item in value[:50]]
    return None
