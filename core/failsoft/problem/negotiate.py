"""Which format and which language an answer has. Nobody is turned away: what cannot be read counts as not sent.

A client in trouble needs an answer it can show, so an error is never a 406 (RFC 9110, 12.5.1, permits that).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Literal

__all__ = ["Format", "accepted_format", "accepted_language", "ever_shorter", "language_tag"]

Format = Literal["json", "html", "text"]

_MAX_LENGTH = 4096
_MAX_ITEMS = 32
_CACHED_LENGTH = 512
_RANGE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})/([!#$%&'*+.^_`|~0-9A-Za-z-]{1,96})")
_QUALITY = re.compile(r"\d{1,3}(\.\d{0,6})?|\.\d{1,6}", re.ASCII)
_TAG = re.compile(r"\*|[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,7}")
_SCRIPTS = {"latin": "Latn", "cyrillic": "Cyrl", "devanagari": "Deva"}


def accepted_format(accept: str | None) -> Format:
    """The format of an error for an `Accept` header.

    JSON, unless another format is wanted strictly more by its name or as `text/*`: `text/html` (a browser), else
    `text/plain`. A header that is absent, empty or unreadable asks for nothing else, and so gets JSON.
    `application/json` and every `…+json` count as JSON; what is sent is `application/problem+json` in any case.
    """
    if not accept:
        return "json"
    return _cached_format(accept) if len(accept) <= _CACHED_LENGTH else _format(accept)


def accepted_language(header: str | None, languages: Sequence[str]) -> str:
    """The language of an answer for an `Accept-Language` header, by lookup (RFC 4647, 3.4).

    Parameters:
        languages: what there is, the default first.
    """
    if not header or len(languages) == 1:
        return languages[0]
    known = tuple(languages)
    return _cached_language(header, known) if len(header) <= _CACHED_LENGTH else _language(header, known)


def _items(header: str) -> Iterator[tuple[str, float]]:
    """Items of a header with their quality, in order; unreadable ones left out, and bounded in number and length."""
    parts = header[:_MAX_LENGTH].split(",", _MAX_ITEMS)
    if len(parts) > _MAX_ITEMS or len(header) > _MAX_LENGTH:
        parts.pop()
    for part in parts:
        value, *parameters = (piece.strip(" \t") for piece in part.split(";"))
        quality: float | None = 1.0
        for parameter in parameters:
            name, _, number = parameter.partition("=")
            if name.rstrip(" \t").lower() == "q":
                number = number.lstrip(" \t")
                quality = min(1.0, float(number)) if _QUALITY.fullmatch(number) else None
                break
        if value and quality is not None:
            yield value, quality


def _format(accept: str) -> Format:
    json = _Wanted("application", "json")
    html = _Wanted("text", "html")
    text = _Wanted("text", "plain")
    for value, quality in _items(accept):
        if match := _RANGE.fullmatch(value.lower()):
            for wanted in (json, html, text):
                wanted.consider(match[1], match[2], quality)
    if html.quality > json.quality and html.quality >= text.quality:
        return "html"
    return "text" if text.quality > json.quality else "json"


class _Wanted:
    """How much a header wants one format: the quality of the most specific range that covers it."""

    __slots__ = ("_qualities", "_subtype", "_type")

    def __init__(self, type_: str, subtype: str) -> None:
        self._type = type_
        self._subtype = subtype
        self._qualities = [-1.0, -1.0, -1.0]  # by `*/*`, by `type/*`, by name; negative: not mentioned

    def consider(self, type_: str, subtype: str, quality: float) -> None:
        if type_ == self._type and (subtype == self._subtype or self._is_dialect(subtype)):
            rank = 2
        elif type_ == self._type and subtype == "*":
            rank = 1
        elif (type_, subtype) == ("*", "*") and self._subtype == "json":
            rank = 0  # "anything" does not ask for a page
        else:
            return
        self._qualities[rank] = max(self._qualities[rank], quality)

    def _is_dialect(self, subtype: str) -> bool:
        return self._subtype == "json" and subtype.endswith("+json")

    @property
    def quality(self) -> float:
        """0 if nothing covers it."""
        return next((quality for quality in reversed(self._qualities) if quality >= 0), 0.0)


def _language(header: str, languages: tuple[str, ...]) -> str:
    by_tag = {language.lower(): language for language in reversed(languages)}
    # some clients send the name of a locale, with an underscore
    items = ((tag.lower().replace("_", "-"), quality) for tag, quality in _items(header))
    ranges = [(tag, quality) for tag, quality in items if _TAG.fullmatch(tag)]
    named = {tag for tag, _ in ranges}
    refused = {tag for tag, quality in ranges if quality == 0}
    for tag, quality in sorted(ranges, key=lambda item: -item[1]):
        if quality == 0:
            break
        if tag == "*":
            # any language that no other range speaks of
            others = (language for language in languages if named.isdisjoint(ever_shorter(language.lower())))
            if (chosen := next(others, None)) is not None:
                return chosen
        for candidate in ever_shorter(tag):
            if candidate in by_tag and candidate not in refused:
                return by_tag[candidate]
    return languages[0]


def ever_shorter(tag: str) -> Iterator[str]:
    """A tag, then the tag without its last part, and so on: `zh-Hant-TW`, `zh-Hant`, `zh` (RFC 4647, 3.4)."""
    parts = tag.split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
        if parts and len(parts[-1]) == 1:
            parts.pop()


def language_tag(name: str) -> str | None:
    """The language tag (RFC 5646) that a tag or the name of a POSIX locale means, written in the usual way.

    `pt_BR` is `pt-BR`, `sr_RS.UTF-8@latin` is `sr-Latn-RS`. None for what names no language.
    """
    locale, _, modifier = name.partition("@")
    language, *parts = locale.partition(".")[0].replace("_", "-").split("-")
    if (script := _SCRIPTS.get(modifier.lower())) is not None:
        parts.insert(0, script)
    elif modifier:
        parts.append(modifier.lower())
    written = [language.lower()]
    for part in parts:
        # what follows a singleton has no case of its own
        plain = any(len(before) == 1 for before in written)
        written.append(part.upper() if len(part) == 2 and not plain else part.lower())
        if len(part) == 4 and part.isalpha() and not plain:
            written[-1] = part.title()
    tag = "-".join(written)
    return tag if len(language) > 1 and _TAG.fullmatch(tag) else None


_cached_format = lru_cache(maxsize=256)(_format)
_cached_language = lru_cache(maxsize=256)(_language)
