"""What a small object holds under a sensitive name: a typed value, a comparison, what was and what is now.

`"password": {"S": "x"}`, `{"stringValue": "x"}`, `{"$eq": "x"}`, `{"old": "x", "new": "y"}`. Of the object only such
members go, and each is planned as a cell, so that the others are read as they would be elsewhere. Under a plural the
names are those of whoever has one: `"refresh_tokens": {"ada": "x"}`.
"""

from __future__ import annotations

from failsoft.deferred import as_pattern
from failsoft.sanitize.beside import NUMBER_NAMES, NUMBERED_KINDS
from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.forms import Site, has_look, judged
from failsoft.sanitize.grammar import Value, container, read_value
from failsoft.sanitize.keys import words_of
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.scanner import Scan, Span, marker

__all__ = ["generated_tokens", "plan_held"]

# types of DynamoDB, Firestore, SQS, Avro and extended JSON, texts in XML, comparisons of query languages
_TYPES = word_set(
    "S N B SS NS BS L stringValue bytesValue arrayValue values StringValue BinaryValue string bytes base64 $binary "
    "#text _text $ __text $eq $ne $in $nin $gt $lt $set eq equals _eq _neq _in not"
)
# what else holds a value, and is also a word about one
_SIDES = word_set(
    "value Value val raw plain plaintext cleartext query set in from to old new before after previous current input "
    "default data attempted received actual"
)
_MEMBER = as_pattern(r"\s{0,16}(?:\\{0,3}[\"']|:)?([@#$]?[\w$-]{0,40})(?:\\{0,3}[\"'])?\s{0,4}(?:=>|[:=])\s{0,16}")
_NEXT = as_pattern(r"(?:\\{0,3}[\"'])?\s{0,4},")
_ITEM = as_pattern(r"[\[,]\s{0,16}(?=\\{0,3}[\"'])")
_CLOSING = as_pattern(r"\\{0,3}[\"']\s{0,16}")
_MOST, _DEEPEST = 8, 2
_MOST_OF_MANY = 64
_PLURALS = ("tokens", "keys", "passwords")
# the same of a name that is a plural in the language of parsers, too: there all of it has to look random
_OPENS = as_pattern(
    r"\\{0,3}[\"']?\s?[=:]\s?(?:(?:frozenset|set|deque|list|tuple|dict_values|Set|Array)\(|(?:Set|Array)\(\d{1,6}\) )?"
    r"(?=[\[({]\s{0,4}[bu]?[\"'])"
)
_HEXADECIMAL = as_pattern(r"[0-9a-fA-F]{32,128}")
_TEXTS = as_pattern(r"\"((?:[^\"\\]|\\.)*+)\"|'((?:[^'\\]|\\.)*+)'")
# what is said about a secret beside it
_HARMLESS = word_set("name id kind type owner created expires url path file ref hash fingerprint version region")
# under these names the tokens of a parser are told in the same way
_WORDY = frozenset(("password", "secret", "answer", "name", "person", "address"))


def plan_held(site: Site, at: int, depth: int = 0) -> None:
    """Plan what goes of the object that opens at `at`."""
    text, last = site.scan.text, at + 1
    many = site.name.lower().endswith(_PLURALS)
    for _ in range(_MOST_OF_MANY if many else _MOST):
        member = _MEMBER.match(text, last)
        if member is None:
            break
        name, here = member[1], member.end()
        opening = text[here : here + 1]
        holds = name in _TYPES or name in _SIDES or _is_number(site, name)
        if opening in ("{", "["):
            if holds and opening == "[":
                _plan_items(site, here, name)
            elif holds and depth < _DEEPEST:
                plan_held(site, here, depth + 1)
            break
        value = read_value(text, here, "")
        if value is None:
            break
        if (holds or (many and not _HARMLESS.intersection(words_of(name)))) and value.quoted:
            _plan(site, value, name)
        following = _NEXT.match(text, value.end)
        if following is None:
            break
        last = following.end()
    site.scan.saw(last)


def _is_number(site: Site, name: str) -> bool:
    """Whether it is the number of a document: `"passport": {"number": "x"}`."""
    return site.kind in NUMBERED_KINDS and "".join(words_of(name)) in NUMBER_NAMES


def generated_tokens(scan: Scan, last: int) -> Span | None:
    """What goes of a list under `tokens`, if nothing is in it but texts that look random."""
    opening = _OPENS.match(scan.text, last)
    inside = container(scan.text, opening.end()) if opening else None
    if inside is None:
        return None
    content = scan.text[inside.start : inside.end]
    items = [item or other for item, other in _TEXTS.findall(content)]
    if not items or _TEXTS.sub("", content).strip(" ,bu\r\n\t"):
        return None
    if not all(looks_random(item) or _HEXADECIMAL.fullmatch(item) for item in items):
        return None
    return inside.start, inside.end, marker("token")


def _plan_items(site: Site, at: int, name: str) -> None:
    for _ in range(_MOST):
        item = _ITEM.match(site.scan.text, at)
        value = read_value(site.scan.text, item.end(), "") if item else None
        if value is None or not value.quoted:
            return
        _plan(site, value, name)
        closing = _CLOSING.match(site.scan.text, value.end)
        at = closing.end() if closing else value.end


def _plan(site: Site, value: Value, name: str) -> None:
    if span := _judged(site, value, name):
        site.scan.cells.append(span)


def _judged(site: Site, value: Value, name: str) -> Span | None:
    content = site.scan.text[value.start : value.end]
    if "[REDACTED:" in content:
        return None
    if name not in _TYPES and (" " in content or not has_look(content, site.kind)):
        return None
    if site.kind not in _WORDY and not any(map(str.isdigit, content)):
        return None
    return judged(site, value, "=")
