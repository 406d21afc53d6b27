"""Values of HTTP headers, once name and value stand apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from failsoft.deferred import as_pattern
from failsoft.sanitize.keys import KeyMatcher, words_of
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.scanner import marker
from failsoft.sanitize.verdict import Judge

__all__ = ["Mark", "but_for_realm", "clean_credentials", "clean_header", "is_plain_cookie"]

Mark: TypeAlias = Callable[[str, str], str]
"""Makes the marker of a kind, for a value."""

_SCHEME = as_pattern(r"\s*([A-Za-z][A-Za-z0-9-]{1,24})\s+(?=\S)")
_COOKIE = as_pattern(r"\s*([^=;\s]{1,128})=([^;]*)")
_REALM = as_pattern(
    r"(?:^|(?<=[\s,]))(realm=\"[A-Za-z][A-Za-z ./-]{0,40}(?:\d{1,4}[A-Za-z ./-]{1,20}){0,2}(?:\d{1,4})?\")(?=,|\s*$)"
)
# how a page is to look, which nobody is known by: only words, such as `dark`, `de-AT` and `Europe/Vienna`
_PLAIN_COOKIES = word_set("theme lang language locale currency timezone tz darkmode colorscheme colormode")
_PLAIN_COOKIE = as_pattern(r"[A-Za-z]{1,16}(?:[-_/][A-Za-z]{2,16}){0,2}")
_judge = Judge()


def clean_credentials(kind: str, value: str, mark: Mark) -> str:
    """An `Authorization` without what follows the scheme; a cookie without its value, or all cookies gone."""
    bare = value.strip()
    if not _judge.is_value(bare, kind, "", quoted=True, op="="):
        return value
    if kind == "authorization":
        scheme = _SCHEME.match(value)
        if scheme is None:
            return mark(kind, value)
        rest = value[scheme.end() :].strip()
        if not _judge.is_value(rest, kind, "", quoted=True, op="="):
            return value
        return f"{scheme[1]} {mark(kind, rest)}"
    return mark(kind, value)


def is_plain_cookie(name: object, value: object) -> bool:
    """Whether one of several cookies only says how a page is to look."""
    return (
        isinstance(name, str)
        and isinstance(value, str)
        and "".join(words_of(name)) in _PLAIN_COOKIES
        and _PLAIN_COOKIE.fullmatch(value) is not None
    )


def but_for_realm(parameters: str) -> str:
    """The marker of credentials of many parameters, with the realm among them, which says where they are for."""
    mark = marker("authorization")
    realm = _REALM.search(parameters)
    if realm is None:
        return mark
    before = f"{mark}, " if parameters[: realm.start()].strip() else ""
    after = f", {mark}" if parameters[realm.end() :].strip(" ,") else ""
    return f"{before}{realm[1]}{after}" if before or after else mark


def _set_cookie(value: str, mark: Mark) -> str:
    match = _COOKIE.match(value)
    if match is None:
        return mark("cookie", value)
    if not match[2].strip() or match[2].startswith("[REDACTED:"):
        return value
    return f"{match[1]}={mark('cookie', match[2])}{value[match.end() :]}"


def clean_header(keys: KeyMatcher, text: Callable[[str], str], name: str, value: str, mark: Mark) -> str:
    """The value of a header without its secrets."""
    kind = keys.kind(name)
    if kind is None:
        return text(value)
    if kind == "cookie" and name.lower().replace("_", "-") == "set-cookie":
        return text(_set_cookie(value, mark))
    if kind in ("authorization", "cookie"):
        return clean_credentials(kind, value, mark)
    if _judge.is_value(value, kind, name, quoted=True, op="="):
        return mark("jwt" if value.startswith("eyJ") else kind, value)
    return text(value)
