"""What a validator says about a value and its field: `Invalid value 'x' for field 'password'`, and the like."""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.sanitize.forms import Site, has_look, judged
from failsoft.sanitize.grammar import Value, read_value
from failsoft.sanitize.row_keys import is_key_constraint
from failsoft.sanitize.rules import word_set
from failsoft.sanitize.scanner import Span, any_case

__all__ = ["complained", "told_after"]

_FIELD = (
    r"(?:field|key|parameter|param|option|argument|header|column|setting|attribute|property|variable|flag|input|member"
    r"|element|path|env(?:ironment)? var(?:iable)?)"
)
# the value stands before the name
_BEFORE = as_pattern(
    rf"([\"'`])(?P<for>[^\"'`\n]{{1,256}})\1 (?:\([\w ]{{1,24}}\) )?(?:for|of|in|as|at) (?:the )?(?:{_FIELD} )?[\"'`]?$"
    r"|([\"'`])(?P<is>[^\"'`\n]{1,256})\3 (?:is|was|does not look like)(?: not| no longer|n't)?(?: (?:a|an|the))?"
    r"(?: (?:valid|invalid|correct|known|acceptable|strong|registered))? [\"'`]?$"
)
# the same with more words between them: then it has to look like one
_TO_FIELD = rf" (?:(?:for|of|in|as|at|into|on) (?:the |(?:Go )?struct )?(?:{_FIELD} )?|{_FIELD} )[\"'`]?$"
_FARTHER = as_pattern(
    r"(?:(?P<quote>[\"'`])(?P<quoted>[^\"'`\n]{5,256})(?P=quote)|\((?P<held>[^\s()\"'`]{5,256})\))"
    rf"(?:[ :;,][^\"'`\n]{{0,64}}?)?{_TO_FIELD}"
    r"|(?:: |\b(?i:value|string|constant|datum|input) )(?P<bare>[^\s\"'`()\[\]:]{5,256})"
    rf"(?: [^\"'`():\n]{{1,48}}?)?{_TO_FIELD}"
)
# Jackson names the way to the field at the end
_CHAIN = as_pattern(
    r"\"(?P<quoted>[^\"\n]{5,256})\": [^\n]{0,120}(?:\n at \[[^\n]{0,240})? ?\(through reference chain: [^()\n]{0,160}$"
)
# pytest: what the expression was that gave it
_WHERE = as_pattern(r"\bwhere (?P<quote>[\"'])(?P<quoted>[^\"'\n]{5,256})(?P=quote) = [^\n=]{1,200}\.$")
_QUOTES = ("'", '"', "`")
_NAMED_BY = (*_QUOTES, " ")
_LEADS = (" ", *_QUOTES)
# a quoted value ends in front of such words, not farther than this from the name
_MAX_WORDS = 80
_CLOSED = r"(?:\\{0,3}[\"'`])?\]?[\"']?(?: ?/ ?[\"']?-\w[\"']?)?"
# the value stands after it
_AFTER = as_pattern(
    rf"{_CLOSED},?(?: on \w{{1,40}})?[:;]?"
    r"(?: (?:with|has|had|got|received|rejected|invalid|the|bad|wrong|its|for|was|given|provided|actual|current)){0,3}"
    r" (?:rejected )?(?:value|input)(?: (?:is|was|of))?:? ?(?P<open>\\{0,3}[\"'`\[])"
)
# the same with more words between them
_SAYS = any_case(
    "got", "received", "parsing", *(f"{link} (?:was|is|it is|found|given)" for link in ("but", "and")),
    "invalid choice:", "input string:", "value:", "value", r"invalid (?:\w{1,16} )?value:",
    *(f"{thing}'s value:" for thing in ("field", "param", "column")), r"at row \d{1,9}:",
    *(rf"{verb} not (?:an? )?(?:valid )?\w{{1,16}}:" for verb in ("is", "are")),
)  # fmt: skip
_LATER = as_pattern(rf"{_CLOSED}(?:[^\n\"'`=]|[\"'`]\w{{1,16}}[\"'`](?=[ ,.:;)\]>])){{0,100}}?\b{_SAYS} \(?(?=[^\s(])")
# `Invalid value for "--password" / "-p": x is too short`
# what a rejected value follows in quotes; a password, whatever it looks like
_REJECTED = as_pattern(rf"{_CLOSED}: invalid (?:\w{{1,16}} value|choice): (?=[\"'])")
_GOT = as_pattern(rf"{_CLOSED} (?:must|should) [^\n]{{1,200}}?\(got (?=[\"'])")
_OF_OPTION = as_pattern(r"[\"'](?: ?/ ?[\"']-\w[\"'])?: (?=[^\s\"']+ (?:is|does|must|has)\b)")
_ON_NEXT_LINE = as_pattern(r"[\"'`]?[ \t]{0,4}\r?\n[ \t]{1,16}(?:Rejected )?[Vv]alue:[ \t]{1,4}")
# two values of one name: the one that was expected and the other, the old one and the new one
_SIDES = any_case(
    "expected", "computed", "old", "new", "from", "was", "wanted", "want", "previous", "before", "after", "current",
    "got", "received", "actual", "have", "to", "now", "provided", "header", "cookie", "stored", "given",
)  # fmt: skip
_SIDE = rf"\b{_SIDES}(?:_value)?[\"']?(?:\s?[=:]\s?|\s)(?:is |was )?(?:[\w-]{{1,32}}=)?"
# none of these sides is told by a word of the sentence
_NO_WORD = r"(?![A-Za-z]{1,24}[.):,]{0,3}(?:\s|$))"
_TWO = as_pattern(
    rf"{_CLOSED}(?:: ?\{{[\"']|[^\n=\"'`\[{{]{{0,40}}?){_SIDE}{_NO_WORD}"
    rf"(?P<q>[\"'`]?)(?P<one>[^\s\"'`,;]{{8,256}})(?P=q)"
    rf"(?:[^\w\n]{{1,8}}|[^\n]{{1,16}}? ){_SIDE}(?P<p>[\"'`]?)(?P<two>[^\s\"'`,;.)]{{8,256}})"
)
_AFTER_STARTS = frozenset("\\\"'`],: ;.\n\r")
_IN_OBJECT = as_pattern(
    r"\\{0,3}[\"'],[^{}\n]{0,240}?[\"' ](?i:(?:rejected|attempted|invalid|actual|given|received|submitted|bad|input"
    r"|raw)?_?value"
    r"|received|actual|input|rejected|got)\\{0,3}[\"']?\s{0,2}[:=]\s{0,2}(?=[bu]?\\{0,3}[\"'])"
)
_VALUE_BEFORE = as_pattern(
    r"(?:\\{0,3}(?P<q>[\"'])|(?<=[{,\s]))(?i:(?:rejected|attempted|invalid|actual|given|received|submitted|bad|input|raw)?_?value"
    r"|received|actual|input|rejected|got)(?(q)\\{0,3}(?P=q))\s{0,2}[:=]>?\s{0,2}[bu]?\\{0,3}(?P<p>[\"'])"
    r"(?P<value>(?:(?!(?P=p))[^\\\n]|\\[^\n\"'])(?:(?!(?P=p))[^\\\n]|\\[^\n]){0,255}?)\\{0,3}(?P=p)(?=\s{0,2},)"
)
_ENDS_NAME = ("\\", '"', "'")
# the message beside the way to the field, as Zod has it
_IN_MESSAGE = as_pattern(
    r"\\{0,3}[\"']\s{0,2}\],[^{}\n]{0,80}?[\"']message\\{0,3}[\"']\s{0,2}:\s{0,2}\\{0,3}\"[^\"{}\n]{0,160}?"
    r"\b(?:got|received) (?=['`])"
)
_BRACKETED = as_pattern(r"\[([^\[\]\n]{1,256})\]")
_NAMING = as_pattern(
    r"(?i)(?<!\w)(?:field|property|param|parameter|path|name|key|attribute|loc|location|code"
    r"|column)\\{0,3}[\"']?\s{0,2}[:=]\s{0,2}\\{0,3}[\"']$"
)
_OF_FORM = word_set("name address person personal_name record zip authorization cookie")
_NOT_SPOKEN = word_set("pass pw sid pin auth")
_MAX_BEFORE, _MAX_AHEAD, _LONGEST_CLOSED = 320, 128, 13
# without one of these in what follows, it need not be read
_OTHERS = (
    "xpected",
    "omputed",
    "ld",
    "rom ",
    "as ",
    "ant",
    "revious",
    "efore",
    "ew",
    "ot ",
    "urrent",
    "ookie",
    "tored",
)
_TELLING = ("ot ", "eceived", "parsing", "but ", "and ", "choice:", "string:", "value", "at row ", "re not ", "is not ")
_NAMED = (" named ", " called ")
"""What stands in quotes after them is a name, and no value."""
_KEYS = ("key", "keys")
"""What stands in quotes after them names an entry, as of a secret of Kubernetes."""
_SAID_WITH = (
    "got ", "received", "parsing", "but ", "and ", "invalid", "input", "value", "at row ", "is not", "are not",
)  # fmt: skip
_LINKS = word_set(
    "for of in as at into on the struct field key parameter param option argument header column setting attribute "
    "property variable flag input member element path"
)


_IS_ASSIGNED = as_pattern(r"([\"']): ?(?:\1)[^\"'\n]{4,256}\1[,}\]]")


def told_after(site: Site) -> Span | None:
    """What goes of a value that a complaint quotes after the field: `on field 'password': rejected value [x]`."""
    text = site.scan.text
    if text[site.last : site.last + 1] not in _AFTER_STARTS or site.kind in _OF_FORM:
        return None
    if _IS_ASSIGNED.match(text, site.last):
        # what is said of another value behind it is for the next name
        return None
    ahead = text[site.last : site.last + _MAX_AHEAD]
    after = _AFTER.match(text, site.last) if "value" in ahead or "input" in ahead else None
    if after is None:
        return _told_later(site, ahead)
    at = after.start("open")
    if text[at] == "[":
        inner = _BRACKETED.match(text, at)
        value = Value(inner.start(1), inner.end(1), quoted=True) if inner else None
    else:
        value = read_value(text, at, site.kind)
    return judged(site, value, "=")


def _told_later(site: Site, ahead: str) -> Span | None:
    """A value farther from its name; only what has the look of one."""
    text, last = site.scan.text, site.last
    if any(map(ahead.__contains__, _OTHERS)) and (two := _TWO.match(text, last)):
        one, other = two.span("one"), two.span("two")
        if has_look(two["one"], site.kind) and has_look(two["two"], site.kind):
            first = judged(site, Value(*one, quoted=True), "=")
            second = judged(site, Value(*other, quoted=True), "=")
            if first and second:
                return first[0], second[1], first[2] + text[first[1] : second[0]] + second[2]
    rejected = _REJECTED.match(text, last) if ": invalid " in ahead else None
    if rejected is None and (" must " in ahead or " should " in ahead):
        rejected = _GOT.match(text, last)
    if rejected and site.kind == "password" and site.before in _NAMED_BY:
        value = read_value(text, rejected.end(), site.kind)
        return judged(site, value, "=") if value and not text.startswith(" that is ", value.end + 1) else None
    later = rejected or _OF_OPTION.match(text, last)
    if later is None and "alue:" in ahead:
        later = _ON_NEXT_LINE.match(text, last)
    if later is None and any(map(ahead.__contains__, _TELLING)) and _may_say(ahead):
        later = _LATER.match(text, last)
    value = read_value(text, later.end(), site.kind) if later else None
    if value is None or not has_look(text[value.start : value.end], site.kind):
        return None
    # what attrs says of a type is read as a whole; see `echoes`
    return None if text.startswith(" that is ", value.end + 1) else judged(site, value, "=")


def _may_say(ahead: str) -> bool:
    """Whether a value may be told after more words, none of them in quotes; found out cheaply."""
    if not ahead.isascii() or any(map(ahead[_LONGEST_CLOSED:].__contains__, _QUOTES)):
        return True
    return any(map(ahead.lower().__contains__, _SAID_WITH))


def complained(site: Site) -> Span | None:
    """What goes of a value that is quoted in a complaint about the field that is named here."""
    text, scan, lead = site.scan.text, site.scan, site.before
    if site.kind in _OF_FORM:
        return None
    if lead in _QUOTES and (inside := _IN_OBJECT.match(text, site.last)):
        if _NAMING.search(scan.before(site.first, 40)):
            return judged(site, read_value(text, inside.end(), site.kind), "=")
        return None
    if lead in _QUOTES and text[site.last : site.last + 1] in _ENDS_NAME and (span := _told_in_object(site)):
        return span
    if lead in _QUOTES and (inside := _IN_MESSAGE.match(text, site.last)):
        return judged(site, read_value(text, inside.end(), site.kind), "=")
    if lead == "." and (where := _WHERE.search(scan.before(site.first, _MAX_BEFORE))):
        start = site.first - len(where.string) + where.start("quoted")
        return judged(site, Value(start, start + len(where["quoted"]), quoted=True), "=")
    if lead not in _LEADS or site.name.lower() in _NOT_SPOKEN:
        return None
    return _told_before(site)


def _told_in_object(site: Site) -> Span | None:
    """A rejected value that stands in an object before the way to its field: `{"value": "x", "path": "password"}`."""
    before = site.scan.before(site.first, _MAX_BEFORE)
    if not _NAMING.search(before, max(0, len(before) - 40)):
        return None
    told = list(_VALUE_BEFORE.finditer(before, before.rfind("{") + 1))
    value = told[-1] if told else None
    if value is None or before[: value.start()].rpartition("{")[2].count('"') % 2:
        return None
    first = site.first - len(before) + value.start("value")
    return judged(site, Value(first, first + len(value["value"]), quoted=True), ":")


def _in_chain(site: Site, before: str) -> re.Match[str] | None:
    return _CHAIN.search(before) if site.before == '"' and "reference chain" in before else None


def _told_before(site: Site) -> Span | None:
    """A value that stands before its name, on the same line. What is said of a primary key is another's."""
    before = site.scan.before(site.first, _MAX_BEFORE)
    words = before[-_MAX_WORDS:]
    linked = words.rstrip("\"'`")
    spaced = linked[-1:] == " "
    found = None
    if spaced and ("' " in words or '" ' in words or "` " in words):
        found = _BEFORE.search(before)
    group = "for" if found and found["for"] is not None else "is"
    if found is None:
        far = spaced and linked.rstrip().rpartition(" ")[2] in _LINKS
        found = (_FARTHER.search(before) if far else None) or _in_chain(site, before)
        if found is None:
            return None
        group = found.lastgroup or ""
        group = next(name for name, said in found.groupdict().items() if said is not None and name != "quote")
        if not has_look(found[group], site.kind):
            return None
    lead = before[: found.start(group)].rstrip("\"'`")
    if is_key_constraint(site.name) or lead.endswith(_NAMED):
        return None
    of_entry = site.kind == "secret" and lead.rstrip(": ").rpartition(" ")[2].lower() in _KEYS
    if of_entry and not has_look(found[group], site.kind):
        return None
    first = site.first - len(before) + found.start(group)
    return judged(site, Value(first, first + len(found[group]), quoted=True), "=")
