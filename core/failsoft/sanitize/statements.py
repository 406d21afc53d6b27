"""Values listed behind the statement that they are bound to, as drivers and mappers log them.

`('INSERT … VALUES (?)', ['x'])`, `INSERT … VALUES ($1) ["x"]`, `UPDATE … WHERE a = ? args: ["x"]`,
`binding parameter [1] as [VARCHAR] - [x]`, `Parameters: x(String), 3(Integer)`.
"""

from __future__ import annotations

from collections.abc import Iterator

from failsoft.deferred import as_pattern
from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.keys import KeyMatcher
from failsoft.sanitize.row_keys import is_bound_key
from failsoft.sanitize.scanner import Anchor, Handler, Scan, Span, marker
from failsoft.sanitize.verdict import is_announced

__all__ = ["statement_anchors"]

# so far from the beginning of a statement, what is bound to it may stand; what was searched so far is not again
_SPAN, _SEARCHED = 4_096, 3_072
_TEXT = r"\"(?:[^\"\\\n]|\\.)*+\"|'(?:[^'\\\n]|\\.|'')*+'"
_ITEMS = rf"(?:[^\[\](){{}}\"'\n]|{_TEXT})*+"
_LIST = rf"[\[({{](?:{_ITEMS}[\[({{]{_ITEMS}[\])}}]){{0,64}}{_ITEMS}[\])}}]"
# a place for a value, the rest of the statement, and what parts it from the values
_BOUND = as_pattern(
    r"(?:\?|%s|%\(\w{1,40}\)s|\$\d{1,3}|(?<![\w:])[:@]\w{1,40})[^?%$@\[{\n]{0,160}?"
    r"(?:\\{0,3}(?:\"\"\"|'''|[\"'`])(?:\)|,)\s{0,16}|[\w);\"`'](?:;|\s--)?\s{1,4}|,\s{0,4})"
    r"(?:(?:with |using )?\\{0,3}[\"']?(?:args?|arguments|bind(?:ing)?s?|values?|params|parameters|vars)"
    r"\\{0,3}[\"']?[:=]?\s?)?"
    rf"(?P<list>(?=[\[({{]\s{{0,4}}(?:[bu]?[\"']|-?\d|None\b|NULL\b|nil\b|True\b|False\b|[\[({{]))"
    rf"(?=[^\n]{{0,4096}}?[\"']){_LIST})"
)
# in brackets, it is more of the statement
_CONDITION = as_pattern(r"[=<>] ?(?:\?|%s|[:@$]\w)[ )]")
_MOST_CONDITIONS = 8
_CALLED = as_pattern(r"\w\(\s{0,4}[fru]?[\"']{1,3}\s{0,16}$")
_LITERAL = as_pattern(r"[\"']([^\"'\n]{1,256})[\"']")
_BINDING = as_pattern(
    r"(?i)binding parameter (?:\[\d{1,4}\] as \[(\w{1,32})\] - |\(\d{1,4}:(\w{1,32})\) <- )\[([^\]\n]{1,4096})\]"
)
_NUMBERS = frozenset(["integer", "int", "bigint", "smallint", "tinyint", "boolean", "bit", "double", "float"])
_TYPED = as_pattern(r"([^\n,][^\n]{0,4096}?)\((?:String|Timestamp|Date|LocalDate|LocalDateTime|byte\[\])\)(?=, |\s|$)")
_NUMBER = as_pattern(r"\d{1,32}\((?:Integer|Long|Short|Boolean|Double|Float|BigDecimal)\), ")
_LINE = 4_096
# how a statement came about, in the log of SQLAlchemy's engine; its parameters follow
_ECHOES = ("[generated in ", "[cached since ", "[raw sql] ", "[no key ", "[caching disabled ", "support caching ")
_ECHO = as_pattern(
    r"(?i)(?:\[(?:generated in|cached since|no key|caching disabled) |support caching )[^\]\n]{0,80}\] (?=[(\[{])"
    r"|\[raw sql\] (?=[(\[{])"
)
_WHOLE = as_pattern(rf"{_LIST}(?=\s|$|[\"'\\,])")
_LONGEST, _EMPTY = 32_768, 2
_ARGUMENT = as_pattern(r"(?i)query argument \$\d{1,4}: ('[^'\n]{1,4096}'|\"[^\"\n]{1,4096}\")")


def _bound(scan: Scan, start: int, end: int) -> Span | int:
    """A list behind a statement that has places for values."""
    text = scan.text
    if start < scan.stated:
        return end
    limit = min(len(text), start + _SPAN)
    found, passed = _BOUND.search(text, start, limit), 0
    while found and passed < _MOST_CONDITIONS and _CONDITION.search(found["list"]):
        found, passed = _BOUND.search(text, found.start("list") + 1, limit), passed + 1
    if found is None or passed == _MOST_CONDITIONS:
        scan.stated = start + _SEARCHED
        return end
    items = found["list"]
    if "[REDACTED:parameters]" in items:
        return found.end()
    told = _LITERAL.findall(items)
    if _CALLED.search(scan.before(start, 40)) and not any(
        is_announced(item, "token") or looks_random(item) for item in told
    ):
        # source code
        return found.end()
    return found.start("list"), found.end("list"), marker("parameters")


def _bound_one(scan: Scan, start: int, end: int) -> Span | int:
    """Hibernate: one value with the number and the type of its parameter."""
    match = _BINDING.match(scan.text, start)
    if match is None or (match[1] or match[2]).lower() in _NUMBERS or match[3] == "null" or "[REDACTED" in match[3]:
        return end
    return match.start(3), match.end(3), marker("value")


def _echoed(keys: KeyMatcher) -> Handler:
    def handle(scan: Scan, start: int, _end: int) -> Span | int:
        """SQLAlchemy's log: `[generated in 0.00021s] ('x',)`."""
        echo = _ECHO.match(scan.text, start)
        if echo is None:
            return _end
        at, limit = echo.end(), min(len(scan.text), echo.end() + _LONGEST)
        whole = _WHOLE.match(scan.text, at, limit)
        newline = scan.text.find("\n", at, limit)
        last = whole.end() if whole else newline if newline >= 0 else limit
        if last - at <= _EMPTY or scan.text.startswith("[REDACTED:", at) or is_bound_key(keys, scan.text, at, last):
            return at
        return at, last, marker("parameters")

    return handle


def _typed(scan: Scan, _start: int, end: int) -> Span | int:
    """MyBatis: values, each with its type."""
    text = scan.text
    newline = text.find("\n", end, end + _LINE)
    last = newline if newline >= 0 else min(len(text), end + _LINE)
    pieces, at = list[str](), end
    while at < last:
        number = _NUMBER.match(text, at)
        value = None if number else _TYPED.match(text, at, last)
        if number:
            pieces.append(number.group())
            at = number.end()
        elif value:
            kept = value[1] if "[REDACTED:" in value[1] else marker("value")
            pieces.append(kept + text[value.end(1) : value.end()])
            at = value.end()
            if text.startswith(", ", at):
                pieces.append(", ")
                at += 2
        else:
            break
    kept = "".join(pieces)
    return (end, at, kept) if kept != text[end:at] else end


def _query_argument(scan: Scan, start: int, end: int) -> Span | int:
    """asyncpg: a value of the wrong type."""
    match = _ARGUMENT.match(scan.text, start)
    if match is None or "[REDACTED:" in match[1]:
        return end
    return match.start(1) + 1, match.end(1) - 1, marker("value")


def statement_anchors(keys: KeyMatcher) -> Iterator[Anchor]:
    """Where statements begin, and what names the values bound to one; in any case.

    Parameters:
        keys: which columns are sensitive.
    """
    for opening in _ECHOES:
        yield Anchor(opening, _echoed(keys))
    yield Anchor("values", _bound, r"(?=\s?\(\s?[?%$:@(])")
    yield Anchor("update ", _bound, r"(?=[\w.\"`\[\]]{0,128} +set )")
    yield Anchor("delete from ", _bound)
    yield Anchor("select ", _bound, r"(?=[\w*\"`(\[])")
    yield Anchor("binding parameter ", _bound_one, r"(?=[\[(])")
    yield Anchor("parameters: ", _typed, r"(?=[^\n]{0,512}\((?:string|timestamp|date|local|byte))")
    yield Anchor("query argument $", _query_argument)
