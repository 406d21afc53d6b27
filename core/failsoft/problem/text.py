"""Text made fit to be sent: no lone surrogates, no control characters, no more bytes than allowed."""

from __future__ import annotations

from failsoft.deferred import as_pattern

__all__ = ["readable"]

_LINE_ENDS = as_pattern("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNPRINTABLE = as_pattern("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_SURROGATE = as_pattern("[\ud800-\udfff]")


def readable(value: str, limit: int) -> str:
    """A plain `str` that encodes to at most `limit` bytes of UTF-8; a cut shows as `…`.

    Line ends become `\\n`, control characters vanish, lone surrogates become U+FFFD.
    """
    text = str.__str__(value)  # a subclass may override anything
    whole = len(text) <= limit
    if whole and text.isascii() and text.isprintable():
        return text
    text = text[: limit + 1]
    if not text.isprintable():
        text = _SURROGATE.sub("�", _UNPRINTABLE.sub("", _LINE_ENDS.sub("\n", text)))
    encoded = text.encode("utf-8")
    return text if whole and len(encoded) <= limit else encoded[: limit - 3].decode("utf-8", "ignore") + "…"
