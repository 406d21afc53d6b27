"""How values are written after a name: quoted, bare, in lists, in headers; where such a value ends."""

from __future__ import annotations

import re
from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.sanitize.checks import end_of_iban
from failsoft.sanitize.scanner import STYLE

__all__ = [
    "MARKS",
    "SHAPES",
    "TEMPLATE",
    "Value",
    "container",
    "end_of_private_key",
    "header_line",
    "line_end",
    "read_value",
    "tag_text",
]

_MAX_QUOTED = 16_384
_MAX_LIST = 4_096
# a text in quotes has no more quotes inside of its words than this
_MOST_QUOTES = 12

_MAX_KEY = 32_768
_PRIVATE = as_pattern(r"-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PRIVATE_END = as_pattern(r"-----END[ A-Z0-9_-]{0,48}-----")
# a key that was cut off: lines of base64, broken by newlines or by escapes of them
_KEY_BODY = as_pattern(
    r"(?:(?:\s|\\{1,3}[nr]|,|:|[A-Za-z-]{4,12}: [\w, -]{1,60}\n)*[A-Za-z0-9+/=]{4,}+)?"
    r"(?:(?:\s|\\{1,3}[nr])+[A-Za-z0-9+/]{20,}+={0,2})*(?:(?:\s|\\{1,3}[nr])+[A-Za-z0-9+/]{1,63}={1,2})?"
)

_OPENER = as_pattern(r"(?:[bBuUrRfF]{0,2}|\$?@\$?)(\\{0,7}(?:\"\"\"|'''|[\"'`]))")
TEMPLATE = as_pattern(
    r"\$\{[^}\s]{0,80}\}|\$\{\w{1,80}:?[?+=-][^{}\r\n]{0,160}\}"
    r"|\{\{.{0,80}?\}\}|\$\([^)\n]{0,80}\)|%\([\w.]{1,60}\)[sdr]|\{[\w.!:]{1,60}\}|<[\w -]{1,60}>"
)
_WRAPPED = as_pattern(
    r"(?:SecretStr|SecretBytes|Secret|Password|Token|SecretValue|Credential|Some|String(?:::from|::new)?|\[\]byte|str"
    r"|new String|Buffer\.from|SecureString|crypt|PASSWORD|SHA2|MD5|AES_ENCRYPT)\(\s{0,2}(?=[bu]?[\"'])|(?:Some|Just"
    r"|Ok) (?=\")|\(?ConvertTo-SecureString (?:-String )?(?=[\"'])"
)
# with what each of these begins
_WRAPS, _OPENS, _HOLDS = frozenset("SPTC[(snBcMAOJ"), frozenset("bBuUrRfF$@\\\"'`"), frozenset("${%<")
_BARE = as_pattern(
    r"(?:[^\s,;&\"'`<>()\[\]{}|\\\x00]++"
    r"|&(?!&|(?:amp;)?[\w.%\[\]-]{1,40}=)(?=[^\s\"'`<>])"
    r"|[,;](?=[^\s,;\"'`<>()\[\]{}])(?![\w.%\[\] -]{1,40}[=:])"
    r"|[()\[\]{}](?=[\w!@#$%^*+~])|\|(?=[\w!@#$%^*+~])(?![\w.-]{1,40}[=:])|[(\[{](?=[(\[{]\w)|>(?=[_$#!@%^*+~-])"
    r"|<(?![A-Za-z/!\s])"
    r"|[\"'](?=\w)"
    r"|\\(?![nrtu\"'\\]))++"
)
_STYLE, _LONGEST_STYLED = as_pattern(STYLE), 512
MARKS = frozenset("«‹„“「")
"""Quotes of other languages."""
_MARKED = as_pattern(r"[«‹„“「][\s\u00a0]?([^«»‹›„“”「」\n]{1,256}?)[\s\u00a0]?[»›“”」]")
_TRAILING = ".,:;"
_PAIRED = as_pattern(r"\[[^\[\]{}]*+\]|\([^()\[\]{}]*+\)|\{[^{}\[\]]*+\}")
_TEXT = as_pattern(r"(?:\s[^<>]{0,200})?>\s*(?:<!\[CDATA\[)?([^<>\]]{1,4096})")

_CAPITAL, _SMALL = "[A-ZÀ-ÖØ-ÞĀ-Ž]", "[a-zß-öø-ÿā-ž]"

SHAPES: dict[str, re.Pattern[str]] = {
    "phone": as_pattern(r"\(?\+?\d[\d .()/-]{4,22}\d(?:\s?(?:x|ext\.?)\s?\d{1,6})?"),
    "birth_date": as_pattern(
        r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{2,4}|\d{8}(?!\d)|\d{1,2}(?:\.? |-)[A-Za-z]{3,9}(?:\.?,? |-)\d{4}"
        r"|(?:datetime\.)?date(?:time)?\(\d{4}(?:, \d{1,6}){2,6}\)"
        r"|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}"
    ),
    "health_id": as_pattern(r"(?=[A-Za-z/.-]{0,12}\d)[A-Za-z0-9](?:[A-Za-z0-9/-]|[ ](?=\d)){2,127}"),
    "national_id": as_pattern(
        r"(?=[A-Za-z/. -]{0,12}\d)[A-Za-z0-9](?:[A-Za-z0-9/-]|[.+](?=\d)|[ ](?=\d|[A-D]\b|[A-Z] \d)){4,24}"
        r"(?:\([\dA]\))?"
    ),
    # of one of the forms that states give such numbers: with nine digits, by thousands, with letters at either end
    "id_number": as_pattern(
        r"(?:\d{2} ?\d{6} ?[A-Z] ?\d{3}|\d(?:[ ./-]?\d){8,16}(?:-?[A-Za-z])?|\d{1,2}\.?\d{3}\.?\d{3}-[\dKk]"
        r"|\d{7,8}-?[A-Z]{1,2}|[A-Z]{1,2} ?\d{6,8} ?[A-Z(]?(?:[\dA]\))?|[A-ZÑ&]{3,4}-?\d{6}-?[A-Z0-9]{3})(?![\w-]|\.\d)"
    ),
    "account": as_pattern(r"(?=[A-Za-z-]{0,4}\d)[A-Za-z0-9*]{1,24}(?:[ -][\d*]{1,12}){0,7}(?<=[\dA-Za-z]{3})"),
    "ssn": as_pattern(r"\d{3}[-. ]?\d{2}[-. ]?\d{4}(?!\d)|[*Xx]{3}-[*Xx]{2}-\d{4}|\d{4}(?!\d)"),
    "identity_number": as_pattern(r"[A-Z]?\d(?:[ ./-]?\d){7,17}(?:-?[A-Za-z])?(?![\w-]|\.\d)"),
    # Canadian social insurance number
    "sin": as_pattern(r"\d{3}[ -]?\d{3}[ -]?\d{3}(?![\w-]|[. ]\d)"),
    # and an Indian permanent account number
    "card": as_pattern(r"\d(?:[ -]?\d){11,18}(?!\d)|[A-Z]{5}\d{4}[A-Z](?!\w)"),
    "iban": as_pattern(r"[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])"),
    # names of HL7 have carets between their parts
    "name": as_pattern(
        r"[^\W\d_][\w'’.-]*(?:(?:\^{1,3}| (?!(?:and|or|is|was|not|for|in)\b|[\w.-]{1,40}=|\w{1,32}_\w{1,32}:))"
        r"[^\W\d_][\w'’.-]*){0,3}"
    ),
    "address": as_pattern(r"[^\r\n\"'<>;|{}]{3,120}?(?=$|[\r\n\"'<>;|{}]|(?:, ?|&| )[a-z_]+[=:]|,\s(?![A-Z0-9]))"),
    # what is told of a patient, in words
    "patient": as_pattern(r"[^\r\n\"'<>;|{}\[\]]{2,120}?(?=$|[\r\n\"'<>;|{}\]]|(?:, ?|&| )[A-Za-z_]{1,40}[=:])"),
    "person": as_pattern(
        rf"{_CAPITAL}{_SMALL}+(?:[ ]{_CAPITAL}\.?)?"
        rf"(?:[ ](?:(?:van|von|de|la|del|der|bin|al)[ ])?{_CAPITAL}[\w'’-]+){{1,3}}"
    ),
    "personal_name": as_pattern(
        rf"{_CAPITAL}{_SMALL}+"
        rf"(?:[ '’-](?:(?:van|von|de|la|del|della|der|da|di|do|dos|du)[ ])?{_CAPITAL}{_SMALL}+){{0,4}}"
        r"(?![\w.@/:(-])"
    ),
    "date": as_pattern(
        r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{2,4}(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)?|\d{8}(?!\d)"
        r"|\d{1,2}\.? [A-Za-z]{3,9}\.?,? \d{4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}"
    ),
    "place": as_pattern(
        r"[(\[]?-?\d{1,3}\.\d{3,12}(?:°?\s?[NSEW])?(?:[,;]?\s?-?\d{1,3}\.\d{3,12}(?:°?\s?[NSEW])?[)\]]?)?"
    ),
    "zip": as_pattern(
        r"\d{4,5}(?:-\d{3,4})?(?!\w)|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}(?!\w)|[A-Z]\d[A-Z] ?\d[A-Z]\d(?!\w)"
    ),
    "record": as_pattern(
        r"[A-Z]{1,3}-[A-Z]{1,2} \d{1,4}(?!\w)|(?=[A-Za-z-]{0,12}\d)[A-Za-z0-9](?:[A-Za-z0-9/:-]|[ ](?=\d)){3,40}"
    ),
    "url": as_pattern(r"(?:https?://|www\.)[^\s\"'<>,;)\]}]{4,256}"),
}
"""Kinds whose value has a form: what is not of that form is not a value."""


# a number for a phone without gaps, and another number
_UNPARTED = as_pattern(r"\+\d{10,15}(?= \d)")


class Value(NamedTuple):
    """A value as it stands in the text."""

    start: int
    end: int
    quoted: bool


def _escaped(text: str, at: int, start: int) -> bool:
    """Whether an odd number of backslashes stands before `at`."""
    first = at
    while first > start and text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 1


def _close(text: str, at: int, opener: str) -> int:
    """Where the quoted text that begins at `at` ends; the end of the line if nothing closes it."""
    limit = min(len(text), at + _MAX_QUOTED)
    if len(opener.lstrip("\\")) == 1:
        limit = line_end(text, at, limit)
    here, passed = text.find(opener, at, limit), 0
    while here >= 0:
        passed += 1
        after = here + len(opener)
        if opener[0] == "\\":
            closed = here == at or text[here - 1] != "\\"
        else:
            closed = not _escaped(text, here, at) and (
                passed > _MOST_QUOTES or not _goes_on(text, opener, after, limit)
            )
        if closed:
            return here
        after += text.startswith("''", here)
        here = text.find(opener, after, limit)
    # pydantic quotes an input that was cut off
    cut = text.find("', input_type=", at, limit)
    return cut if cut >= 0 else limit


def _goes_on(text: str, opener: str, after: int, limit: int) -> bool:
    """Whether a quote is no end: doubled, as in SQL, or an apostrophe in a word, with the end still to come."""
    next_one = text[after : after + 1]
    if text.startswith("' at line", after):
        return False
    return (next_one == "'" == opener) or (next_one.isalnum() and text.find(opener, after, limit) > 0)


def _bare(text: str, at: int) -> Value | None:
    # what a style ends is not read beyond it, so that a text full of styles takes linear time
    style = _STYLE.search(text, at, at + _LONGEST_STYLED) if "[" in text[at : at + _LONGEST_STYLED] else None
    match = _BARE.match(text, at, style.start()) if style else _BARE.match(text, at)
    if match is None:
        return None
    end = match.end()
    while end > at and text[end - 1] in _TRAILING:
        end -= 1
    return Value(at, end, quoted=False) if end > at else None


def _shaped(text: str, at: int, kind: str, shape: re.Pattern[str]) -> Value | None:
    """A value that its form delimits."""
    match = shape.match(text, at)
    if match is None:
        return None
    if kind == "iban":
        # its groups look like the words of what follows
        return Value(at, at + end_of_iban(match.group()), quoted=False)
    if kind == "phone" and (unparted := _UNPARTED.match(text, at)):
        return Value(at, unparted.end(), quoted=False)
    return Value(at, match.end(), quoted=False)


def read_value(text: str, at: int, kind: str) -> Value | None:
    """The value that begins at `at`, or None if none does."""
    first = text[at : at + 1]
    if first in _WRAPS and (wrapped := _WRAPPED.match(text, at)):
        at = wrapped.end()
        first = text[at]
    if first in _OPENS and (opener := _OPENER.match(text, at)):
        start = opener.end()
        end = _close(text, start, opener[1])
        return Value(start, end, quoted=True) if end > start else None
    if first in MARKS and (marked := _MARKED.match(text, at)):
        return Value(marked.start(1), marked.end(1), quoted=True)
    if shape := SHAPES.get(kind):
        return _shaped(text, at, kind, shape)
    if first in _HOLDS and (template := TEMPLATE.match(text, at)):
        return Value(at, template.end(), quoted=False)
    return _bare(text, at)


def container(text: str, at: int) -> Value | None:
    """The inside of a flat list, tuple or object that begins at `at`."""
    match = _PAIRED.match(text, at, at + _MAX_LIST)
    return Value(at + 1, match.end() - 1, quoted=True) if match and match.end() - at > 2 else None


def line_end(text: str, at: int, limit: int) -> int:
    """Where the line ends."""
    found = text.find("\n", at, limit)
    limit = found if found >= 0 else limit
    found = text.find("\r", at, limit)
    return found if found >= 0 else limit


def header_line(text: str, at: int, quote: str) -> Value:
    """A header's value: up to the quote that opened before its name, else to the end of the line, escaped or not."""
    end = line_end(text, at, len(text))
    for stop in ("\\r\\n", "\\n", quote):
        found = text.find(stop, at, end) if stop else -1
        end = found if found >= 0 else end
    return Value(at, at + len(text[at:end].rstrip()), quoted=False)


def tag_text(text: str, at: int) -> Value | None:
    """The text of an XML element, from the end of its tag's name."""
    match = _TEXT.match(text, at)
    if match is None:
        return None
    if text.startswith((" object at 0x", " {"), at):
        # Python's way to write an object
        return None
    closed = text.startswith(("</", "]]"), match.end())
    if not closed and match[1][:1] in (":", "@", "/", ",", "`", "(", ";"):
        return None
    if not closed and (text[match.start(1) - 1] != ">" or (match.end() == len(text) and " " in match[1].strip())):
        # `AUTH <password> was called`
        return None
    return Value(match.start(1), match.end(1), quoted=True)


def end_of_private_key(text: str, start: int) -> int | None:
    """Where the private key in PEM armour (RFC 7468) ends that begins here, whole or cut off; None if none does."""
    header = _PRIVATE.match(text, start)
    if header is None:
        return None
    at = header.end()
    following = text.find("-----", at, at + _MAX_KEY)
    if following >= 0 and (footer := _PRIVATE_END.match(text, following)):
        return footer.end()
    body = _KEY_BODY.match(text, at)
    return body.end() if body else at
