"""What a validator says about a value and its field: `Invalid value 'x' for field 'password'`, and the like."""

from __future__ import annotations

import re

from failsoft.sanitize.forms import Site, judged
from failsoft.sanitize.grammar import Value, read_value
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.scanner import Span

__all__ = ["complained", "told_after"]

_FIELD = (
    r"(?:field|key|parameter|param|option|argument|header|column|setting|attribute|property|variable|flag|input|member"
    r"|element|env(?:ironment)? var(?:iable)?)"
)
# the value stands before the name
_BEFORE = re.compile(
    rf"([\"'`])(?P<for>[^\"'`\n]{{1,256}})\1 (?:\([\w ]{{1,24}}\) )?(?:for|of|in|as) (?:the )?(?:{_FIELD} )?[\"'`]?$"
    r"|([\"'`])(?P<is>[^\"'`\n]{1,256})\3 (?:is|was|does not look like)(?: not| no longer|n't)?(?: (?:a|an|the))?"
    r"(?: (?:valid|invalid|correct|known|acceptable|strong|registered))? [\"'`]?$"
)
_QUOTES = ("'", '"', "`")
_LEADS = (" ", *_QUOTES)
# a quoted value ends in front of such words, not farther than this from the name
_MAX_WORDS = 80
# the value stands after it
_AFTER = re.compile(
    r"(?:\\{0,3}[\"'`])?\]?,?(?: on \w{1,40})?[:;]?"
    r"(?: (?:with|has|had|got|received|rejected|invalid|the|bad|wrong|its|for|was|given|provided|actual|current)){0,3}"
    r" (?:rejected )?(?:value|input)(?: (?:is|was|of))?:? ?(?P<open>[\"'`\[])"
)
_AFTER_STARTS = frozenset("\\\"'`],: ;")
_IN_OBJECT = re.compile(
    r"\\{0,3}[\"'],[^{}\n]{0,240}?[\"'](?i:(?:rejected|attempted|invalid|actual|given|received|submitted|bad|input"
    r"|raw)?_?value"
    r"|received|actual|input|rejected|got)\\{0,3}[\"']\s{0,2}[:=]\s{0,2}(?=[bu]?\\{0,3}[\"'])"
)
_BRACKETED = re.compile(r"\[([^\[\]\n]{1,256})\]")
_NAMING = re.compile(
    r"(?i)(?:field|property|param|parameter|path|name|key|attribute|loc|location|code"
    r"|column)\\{0,3}[\"']\s{0,2}[:=]\s{0,2}\\{0,3}[\"']$"
)
_OF_FORM = word_set("name address person record zip")
_NOT_SPOKEN = word_set("pass pw sid pin auth")
_MAX_BEFORE = 320


def told_after(site: Site) -> Span | None:
    """What goes of a value that a complaint quotes after the field: `on field 'password': rejected value [x]`."""
    text = site.scan.text
    if text[site.last : site.last + 1] not in _AFTER_STARTS or site.kind in _OF_FORM:
        return None
    after = _AFTER.match(text, site.last)
    if after is None:
        return None
    at = after.start("open")
    if text[at] == "[":
        inner = _BRACKETED.match(text, at)
        value = Value(inner.start(1), inner.end(1), quoted=True) if inner else None
    else:
        value = read_value(text, at, site.kind)
    return judged(site, value, "=")


def complained(site: Site) -> Span | None:
    """What goes of a value that is quoted in a complaint about the field that is named here."""
    text, scan, lead = site.scan.text, site.scan, site.before
    if site.kind in _OF_FORM:
        return None
    if lead in _QUOTES and (inside := _IN_OBJECT.match(text, site.last)):
        if _NAMING.search(scan.before(site.first, 40)):
            return judged(site, read_value(text, inside.end(), site.kind), "=")
        return None
    if lead not in _LEADS or site.name.lower() in _NOT_SPOKEN:
        return None
    words = scan.before(site.first, _MAX_WORDS)
    if not ("' " in words or '" ' in words or "` " in words) or not words.rstrip("\"'`").endswith(" "):
        return None
    before = scan.before(site.first, _MAX_BEFORE)
    found = _BEFORE.search(before)
    if found is None:
        return None
    group = "for" if found["for"] is not None else "is"
    first = site.first - len(before) + found.start(group)
    return judged(site, Value(first, first + len(found[group]), quoted=True), "=")
