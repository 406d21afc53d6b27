"""Numbers that only say which row is meant: `Key (id)=(17)`, `{'pk_1': 17}`, `WHERE orders.id = ?` with `(17,)`.

A plain integer key stays in messages of databases, where a name or a constraint says that it is one.
"""

from __future__ import annotations

from failsoft.deferred import as_pattern
from failsoft.sanitize.keys import KeyMatcher

__all__ = ["is_bound_key", "is_harmless_number", "is_key_constraint", "is_key_of_row"]

_NAME = as_pattern(r"(?i)(?:\w{1,50}_)?(?:id|pk)(?:_\d{1,4})?")
_CONSTRAINT = as_pattern(r"(?i)(?:[\w.]{1,60}\.)?(?:PRIMARY|pk_\w{1,60}|\w{1,60}_(?:pkey|pk))")
_OBJECT = as_pattern(
    r"[\[(]{0,2}\{\s?[\"'][\w.]{1,60}[\"']: ?-?\d{1,18}(?:, ?[\"'][\w.]{1,60}[\"']: ?-?\d{1,18}){0,11}\s?\}[\])]{0,2}"
)
_MEMBER = as_pattern(r"[\"']([\w.]{1,60})[\"']:")
_NUMBERS = as_pattern(r"[\[(]{1,2}-?\d{1,18}(?:, ?-?\d{1,18}){0,7},?[\])]{1,2}")
_FIGURE = as_pattern(r"\d{1,18}")
# places for values in a statement, and what they are compared with; a number that stands there is a place, too
_PLACE = as_pattern(
    r"(?i)(?:(?P<of>\b(?:limit|offset)|\w{1,60}[\"`\]]?) {0,2}(?:=|<>|[<>]=?)? {0,2})?"
    r"(?:\?|%s|(?<![\w:])[:@$]\w{1,40}|%\(\w{1,40}\)s|(?<==)\d{1,18}|(?<== )\d{1,18})"
)
_PAGING = frozenset(("limit", "offset", "page", "per_page", "page_size", "skip"))
_AHEAD, _STATEMENT = 240, 1_024
_OPENS = as_pattern(r"(?i)\b(?:select|update|delete|insert|with)\b")
_VALUE = as_pattern(r"\s?(?:(\w{1,60}): ?)?-?\d{1,18}\s?")
_OF_PRIMARY = as_pattern(r"(?i)PRIMARY KEY constraint")


def _names_key(keys: KeyMatcher, name: str) -> bool:
    return _NAME.fullmatch(name) is not None and keys.kind(name) is None


def is_harmless_number(keys: KeyMatcher, name: str, number: str) -> bool:
    """Whether a number under a name says which row is meant, or how many."""
    return number.lstrip("-").isdigit() and (name.lower() in _PAGING or _names_key(keys, name))


def is_key_constraint(name: str) -> bool:
    """Whether a constraint is that of a primary key: `users.PRIMARY`, `pk_users`, `users_pkey`."""
    return _CONSTRAINT.fullmatch(name) is not None


def is_bound_key(keys: KeyMatcher, text: str, start: int, end: int) -> bool:
    """Whether of what was bound to a statement between `start` and `end` there is nothing but keys of rows."""
    content = text[start:end]
    if not content or "'" in content or '"' in content:
        named = _OBJECT.fullmatch(content) is not None
        return named and all(_names_key(keys, name) for name in _MEMBER.findall(content))
    return _NUMBERS.fullmatch(content) is not None and _asks_for_keys(keys, text, start, len(_FIGURE.findall(content)))


def _asks_for_keys(keys: KeyMatcher, text: str, at: int, count: int) -> bool:
    """Whether the statement that ends before a place has that many places for values, all of them for keys of rows, or
    for how many rows it is to find."""
    first = max(0, at - _STATEMENT)
    for opening in _OPENS.finditer(text, first, at):
        first = opening.start()
    places = [(match["of"] or "").strip(' "`]') for match in _PLACE.finditer(text, first, at)]
    return len(places) == count and all(name.lower() in _PAGING or _names_key(keys, name) for name in places)


def is_key_of_row(keys: KeyMatcher, text: str, start: int, end: int) -> bool:
    """Whether a row that a message quotes is its key alone: `(4412)` of a primary key, `(ID:4412)`."""
    for value in text[start:end].split(","):
        match = _VALUE.fullmatch(value)
        if match is None or (match[1] is not None and not _names_key(keys, match[1])):
            return False
        if match[1] is None and not _OF_PRIMARY.search(text, max(0, start - _AHEAD), start):
            return False
    return True
