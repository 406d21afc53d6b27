"""The short way to what most assignments are: `password=x1`, `"password": "x1"`, `Authorization: Bearer x1`.

Of a value in which nothing can be mistaken. What is not of that form is left to the long way, which would find the
same.
"""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.sanitize.assigned import PLURALS
from failsoft.sanitize.forms import HEX_LIKE, Site
from failsoft.sanitize.grammar import SHAPES
from failsoft.sanitize.no_value import is_documented
from failsoft.sanitize.scanner import Span, marker
from failsoft.sanitize.spoken import of_a_parser
from failsoft.sanitize.verdict import Judge

__all__ = ["plainly_assigned"]

_PLAINLY = as_pattern(
    r"=([A-Za-z0-9][\w^!+~#@$?.-]{3,254}[\w^!+~#@$?-])(?=\s|\Z)(?!\s{0,4}(?:[-=~]{1,2}>|[→⇒]))"
    r"|([\"']): ?\2([A-Za-z0-9][\w^!+~#@$?.-]{3,255})\2(?=[,}\]]|\Z)",
    re.ASCII,
)
# a word at the beginning, so that it is none of a sentence
_CREDENTIALS = r"(?:[Bb]earer|[Tt]oken|[Bb]asic) ([A-Za-z0-9_]{8}[\w.~+/-]{7,4000}[\w~+/-])"
_HEADER = as_pattern(rf": {_CREDENTIALS}(?=\s|\Z)(?!\s?=)|([\"']): ?\2{_CREDENTIALS}\2(?=[,}}\]]|\Z)", re.ASCII)
# kinds that are read in a way of their own, what parts one of many
_OF_FORM = frozenset((*SHAPES, "authorization", "cookie", "signature"))
_JOINING = ("?", "&", ";")
_NO_HEADER = ("/", "{", "<")
_judge = Judge()


def plainly_assigned(site: Site) -> Span | None:
    """What goes of a plain value that is plainly assigned; None leaves it to the long way."""
    kind, name = site.kind, site.name
    if kind == "authorization":
        return _credentials(site) if name[-13:].lower() == "authorization" and "." not in name else None
    if kind in _OF_FORM:
        return None
    plain = _PLAINLY.match(site.scan.text, site.last)
    if plain is None or "." in name or "[" in name or (name[-1:] in "sS" and name.lower().endswith(PLURALS)):
        return None
    quote = plain[2]
    value, op = (plain[3], ":") if quote else (plain[1], "=")
    if (quote and site.before != quote) or site.before in _JOINING or not _has_both(value):
        return None
    if (kind == "secret" and not value.isalnum()) or (kind == "private_key" and HEX_LIKE.fullmatch(value)):
        # it may be the path of one, or the id of a key
        return None
    if quote and of_a_parser(site):
        return None
    start, end = plain.span(3 if quote else 1)
    after = site.scan.text[end : end + 1]
    if not _judge.is_value(value, kind, name, quoted=bool(quote), op=op, after=after):
        return None
    return start, end, marker("jwt" if value.startswith("eyJ") else kind)


def _credentials(site: Site) -> Span | None:
    """Credentials after their scheme."""
    header = _HEADER.match(site.scan.text, site.last)
    if header is None or site.before in _NO_HEADER or "[" in site.name:
        return None
    quote = header[2]
    value = header[3] if quote else header[1]
    if (quote and site.before != quote) or "-----" in value or not _has_both(value):
        return None
    start, end = header.span(3 if quote else 1)
    after = site.scan.text[end : end + 1]
    if is_documented(site) or not _judge.is_value(
        value, "authorization", site.name, quoted=bool(quote), op="=", after=after
    ):
        return None
    return start, end, marker("jwt" if value.startswith("eyJ") else "authorization")


def _has_both(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))
