"""Headers of an error response: what an exception asks for, made safe to send.

A value with a line break is not sent at all rather than repaired: servers drop the connection on it, and whoever put
it there may have meant to forge a second header (RFC 9110, 5.5).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["Headers", "clean", "is_value", "merged", "named"]

Headers = tuple[tuple[str, str], ...]

_MAX_HEADERS = 64

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]{0,8192}")
_SEPARATORS = re.compile(r"[\s,]+")

# They describe the body or the connection of a response that is not the one sent.
_NOT_THEIRS = frozenset({
    "connection", "content-digest", "content-encoding", "content-language", "content-length", "content-md5",
    "content-type", "keep-alive", "te", "trailer", "transfer-encoding",
})  # fmt: skip


def clean(pairs: Iterable[object]) -> tuple[Headers, int]:
    """The headers that may be sent, in their order, and how many could not be.

    Names must be tokens, values Latin-1 without control characters. Several headers of one name stay several
    (`WWW-Authenticate`, `Set-Cookie`); those that describe another body are left out without being counted. `Allow`
    becomes one header with its methods sorted, because frameworks keep them in sets.
    """
    kept: list[tuple[str, str]] = []
    methods: set[str] = set()
    dropped = 0
    for count, pair in enumerate(pairs):
        if count >= _MAX_HEADERS:
            dropped += 1
            continue
        header = _header(pair)
        if header is None:
            dropped += 1
        elif (name := header[0].lower()) == "allow":
            methods.update(_SEPARATORS.split(header[1]))
        elif name not in _NOT_THEIRS:
            kept.append(header)
    if methods:
        kept.append(("Allow", ", ".join(sorted(methods - {""}))))
    return tuple(kept), dropped


def _header(pair: object) -> tuple[str, str] | None:
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        return None
    name, value = (_text(part) for part in pair)
    if name is None or value is None or not _NAME.fullmatch(name):
        return None
    value = value.strip(" \t")
    return (name, value) if _VALUE.fullmatch(value) else None


def _text(part: object) -> str | None:
    """Names and values as frameworks hold them: text, bytes, or a number that somebody forgot to convert."""
    if isinstance(part, str):
        return str.__str__(part)
    if isinstance(part, bytes):
        return part.decode("latin-1")
    if isinstance(part, int) and not isinstance(part, bool) and abs(part) < 1 << 63:
        return int.__repr__(part)
    return None


def is_value(text: object) -> bool:
    """Whether something can be sent as the value of a header."""
    return isinstance(text, str) and _VALUE.fullmatch(text) is not None


def named(headers: Headers, name: str) -> str | None:
    """The first value of a header, by its name in lower case."""
    for key, value in headers:
        if key.lower() == name:
            return value
    return None


def merged(values: Sequence[str], more: Sequence[str]) -> str:
    """A list header such as `Vary`: the values of the application and ours, each once; `*` swallows all."""
    seen: dict[str, str] = {}
    for value in (*values, *more):
        for item in value.split(","):
            if word := item.strip(" \t"):
                seen.setdefault(word.lower(), word)
    return "*" if "*" in seen else ", ".join(seen.values())
