"""Markers that tell equal values from different ones, for those who have to follow one through many records."""

from __future__ import annotations

import hmac

from failsoft.deferred import as_pattern
from failsoft.sanitize.scanner import marker

__all__ = ["LEAST_KEY", "Tagger", "untagged"]

LEAST_KEY = 16
"""Least length of key material, in bytes."""
_PURPOSE = b"failsoft/redaction-tag/v1"
_TAG_DIGITS = 4
_UNTAGGED = as_pattern(r"\[REDACTED:([\w.-]+)\]")
_MARKER = as_pattern(r"\[REDACTED:[\w.-]{1,48}(?:#[0-9a-f]{4})?\]")
_TAG = as_pattern(rf"(?<=[\w.-])#[0-9a-f]{{{_TAG_DIGITS}}}(?=\])")
_DIGITS_ONLY = frozenset(["card", "phone", "sin", "ssn"])
# the kinds of what was not read, of which there is nothing to compare
_NOT_READ = frozenset(["error", "cycle", "depth", "bounds"])


class Tagger:
    """Makes markers, with a tag (`[REDACTED:email#3f9a]`) if there is a key. Immutable.

    A tag is the first four hexadecimal digits of HMAC-SHA-256 (RFC 2104) of the value, whatever its kind, under a key
    made for this purpose alone. It has 16 bits and no more: enough to follow one value through the records of an
    incident, too few to name it. Of a million addresses, fifteen share each tag, so that even who has the key cannot
    prove by a tag whose value it was, and whoever does not have the key can try nothing.

    Parameters:
        key: key material, at least `LEAST_KEY` bytes; None: no tags.
    """

    __slots__ = ("_key",)

    def __init__(self, key: bytes | None) -> None:
        if key is not None and len(key) < LEAST_KEY:
            raise ValueError(f"expected a key of at least {LEAST_KEY} bytes")
        self._key = None if key is None else hmac.digest(key, _PURPOSE, "sha256")

    @property
    def on(self) -> bool:
        """Whether there are tags."""
        return self._key is not None

    def mark(self, kind: str, value: str) -> str:
        """The marker of a value; a value that is one already stays, and with it the tag of what it stands for."""
        if value.startswith("[REDACTED:") and _MARKER.fullmatch(value):
            return value
        if self._key is None or kind in _NOT_READ:
            return marker(kind)
        raw = _normalized(kind, value).encode("utf-8", "surrogatepass")
        return marker(f"{kind}#{hmac.digest(self._key, raw, 'sha256').hex()[:_TAG_DIGITS]}")

    def tagged(self, replacement: str, value: str) -> str:
        """What stands for a value, its markers with the value's tag; what is no new marker stays, nor does one that
        stands there already get another tag."""
        if value.startswith("[REDACTED:") and (_MARKER.fullmatch(value) or untagged(value) == replacement):
            return value
        if self._key is None or replacement == value:
            return replacement
        return _UNTAGGED.sub(lambda match: self.mark(match[1], value), replacement)


def untagged(text: str) -> str:
    """The text with its markers as they are without a key."""
    return _TAG.sub("", text)


def _normalized(kind: str, value: str) -> str:
    """The same for every way in which people write one value."""
    value = value.strip()
    if kind in _DIGITS_ONLY:
        return "".join(char for char in value if char.isdigit())
    if kind == "iban":
        return "".join(char for char in value if char.isalnum()).upper()
    return value.casefold() if kind == "email" else value
