"""Values under a sensitive name, however name and value are written down.

JSON, YAML, INI, Python reprs, form data (multipart too), query strings, headers, command lines, SQL, XML, tuples of
pairs, objects with `name` and `value`, and plain prose: `password=x`, `"password": "x"`, `\\"password\\": \\"x\\"`,
`--password x`, `<password>x</password>`, `("password", "x")`, `{"name": "password", "value": "x"}`, `password is x`.
"""

from __future__ import annotations

from failsoft.deferred import as_pattern
from failsoft.sanitize.assigned import assigned, assignment
from failsoft.sanitize.complaints import told_after
from failsoft.sanitize.forms import Site, random_key
from failsoft.sanitize.held import generated_tokens
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.marked import marked_up
from failsoft.sanitize.plain import plainly_assigned
from failsoft.sanitize.rules import NO_PLACES
from failsoft.sanitize.scanner import STYLE, Scan, Span
from failsoft.sanitize.spoken import Prose, of_a_parser
from failsoft.sanitize.tables import plan_table

__all__ = ["KeyedRule"]

_IDENTIFIER = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.[]$"
_STYLE = as_pattern(STYLE)
_QUOTED = as_pattern(r" b?[\"']")
_NO_PLACE = as_pattern(rf"(?i)\b(?:{'|'.join(sorted(NO_PLACES))})[ -]$")
# what has birthdays and is nobody: `its 20th birthday`, `the project was born on`
_OF_A_THING = as_pattern(
    r"(?i)(?:(?<!\bhis )(?<!\bher )(?<!\bmy )(?<!\byour )(?<!\btheir )"
    r"\b(?:its|our|\d{1,3}(?:st|nd|rd|th)|(?:fir|la)st|second|third|tenth) "
    r"|\b(?:project|library|framework|company|site|service|product|team|language|protocol|standard|idea|database|store"
    r"|shop|brand|club|school|app|release|network)(?:'s|’s)?(?: (?:was|is|celebrates|celebrated))?(?: (?:its|the))? )$"
)
_MAX_NAME = 64
# so much around an anchor decides, and so many anchors are remembered
_BEFORE, _BEHIND, _LAST, _MOST = 128, 96, 16, 512
_TAIL = as_pattern(r"[\w$]{0,64}+(?![\w$.\[\]-])|(?:[\w$]|[-.](?=\w)|\[(?=\w)(?!REDACTED:)|\]){0,64}")


class KeyedRule:
    """Handler for every word that sensitive names are made of. Immutable.

    Parameters:
        keys: which names are sensitive.
    """

    __slots__ = ("_keys", "_prose")

    def __init__(self, keys: KeyMatcher) -> None:
        self._keys = keys
        self._prose = Prose(keys)

    def __call__(self, scan: Scan, start: int, end: int) -> Span | int:
        """The value that is announced here, if one is."""
        memo = scan.memo
        if memo is None:
            return self._found(scan, start, end)
        around = scan.text[max(scan.floor, start - _BEFORE) : start], scan.text[start : end + _BEHIND]
        if known := memo.get(around):
            scan.seen = end + known[1]
            return end + known[0]
        found = self._found(scan, start, end)
        # what looked further may find something where the same is followed by something else
        if isinstance(found, int) and scan.seen <= end + _BEHIND - _LAST:
            if len(memo) >= _MOST:
                memo.clear()
            memo[around] = found - end, scan.seen - end
        return found

    def _found(self, scan: Scan, start: int, end: int) -> Span | int:
        text = scan.text
        first, last = _identifier(scan, start, end)
        name = text[first:last]
        kind = self._kind_at(scan, first, name)
        span = None
        if kind is None and text[start:end].lower() == "key" and (opening := _opening(text, last)):
            span = random_key(scan, name, opening)
        if kind is None and name.lower().endswith("tokens"):
            span = generated_tokens(scan, last)
        if span is not None:
            return span
        if kind is not None:
            site = Site(scan, first, last, name, kind)
            if span := plainly_assigned(site) or told_after(site):
                return span
            if assign := assignment(text, last + _bracketed(text, first, last)):
                of_a_grammar = "=" not in assign["op"] and of_a_parser(site)
                span = None if of_a_grammar else assigned(site, assign, strict=self._keys.strict)
            else:
                written, span = marked_up(site, self._keys)
                span = span if written else self._prose.spoken(site)
        elif text[first - 1 : first] == " " or text[last : last + 1] == " ":
            span = self._prose.phrased(scan, first, last, name)
        if span is None:
            scan.saw(last + 2)
            plan_table(scan, self._keys, first, last)
            return last
        return span

    def _kind_at(self, scan: Scan, first: int, name: str) -> str | None:
        """Kind of a name, which what stands before it may change."""
        kind = self._keys.kind(name)
        if kind is None and name in ("key", "KEY", "Key") and scan.text[first - 1 : first] in ("?", "&"):
            return "api_key"
        if kind == "birth_date" and name.lower() in ("birthday", "born") and _OF_A_THING.search(scan.before(first, 48)):
            return None
        if kind == "address" and name.lower() == "address" and _NO_PLACE.search(scan.before(first, 24)):
            # of a machine, of a mailbox
            return None
        return kind


def _opening(text: str, last: int) -> int:
    """Where a value begins that is assigned to a name, or quoted right after it; 0 where none does."""
    if assign := assignment(text, last):
        return assign.end()
    return last + 1 if _QUOTED.match(text, last) else 0


def _bracketed(text: str, first: int, last: int) -> int:
    """One, where a name in brackets explains what stands before it: `security information (password) = x`."""
    return int(text[last : last + 1] == ")" and text[first - 1 : first] == "(" and text[first - 2 : first - 1] == " ")


def _identifier(scan: Scan, start: int, end: int) -> tuple[int, int]:
    """Begin and end of the name around a word."""
    text = scan.text
    tail = _TAIL.match(text, end)
    last = tail.end() if tail else end
    if start <= scan.floor or text[start - 1] not in _IDENTIFIER:
        return start, last
    before = scan.before(start, _MAX_NAME)
    first = start - len(before) + len(before.rstrip(_IDENTIFIER))
    if first < start and text[first - 1 : first] == "\\" and text[first] in "nrtbf":
        first += 1
    if "[" in before:
        for style in _STYLE.finditer(text, max(0, first - 4), start):
            first = max(first, style.end())
    parted = text.rfind("][", first, start)
    first = parted + 2 if parted >= 0 else first
    while first < start and text[first] in ".[]":
        first += 1
    return first, last
