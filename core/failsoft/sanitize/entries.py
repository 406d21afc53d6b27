"""What the walk through values asks of single entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from failsoft.deferred import as_pattern
from failsoft.sanitize.keys import words_of

__all__ = ["VERSIONS", "are_few", "arguments_of", "is_dsn", "is_version", "same", "unique"]

VERSIONS = (("version",), ("ver",))
"""How a name ends under which a version stands."""
_VERSION = as_pattern(r"\d{1,5}(?:\.\d{1,5}){2,3}")
_MANY = 10**9
_BLANK = as_pattern(r"\s")
_MOST_ARGUMENTS = 256
# commands of Redis that have no option and hold a password
_SIGN_IN = frozenset(("AUTH", "HELLO", "SETUSER"))


def arguments_of(obj: Any, text: Callable[[str], str]) -> list[Any] | None:
    """The arguments of a command without the secrets that only the command tells of: `["curl", "-u", "a:b"]`; None if
    there are none, or it is no command. An argument with a blank in it stays as it is."""
    if not (0 < len(obj) <= _MOST_ARGUMENTS) or not all(type(item) is str and item for item in obj):
        return None
    if _SIGN_IN.isdisjoint(obj) and not any(item[0] == "-" for item in obj):
        return None
    given = [_BLANK.sub("_", item) for item in obj]
    parts = text(" ".join(given)).split(" ")
    if len(parts) != len(obj) or parts == given:
        return None
    return [
        item if part == before or before != item else part for item, before, part in zip(obj, given, parts, strict=True)
    ]


def same(new: Any, old: Any) -> bool:
    """Whether a rebuilt container holds just what the old one held."""
    if type(new) is not type(old):
        return False
    try:
        return bool(new == old)
    except Exception:  # noqa: BLE001 - a foreign __eq__ may do anything
        return False


def unique(value: Any, taken: Mapping[Any, Any]) -> Any:
    """The value, or, where it would displace another, the value with a number."""
    if value not in taken:
        return value
    count = 2
    if isinstance(value, bytes):
        while value + b" #%d" % count in taken:
            count += 1
        return value + b" #%d" % count
    while f"{value} #{count}" in taken:
        count += 1
    return f"{value} #{count}"


def is_version(name: Any, value: Any) -> bool:
    """Whether what looks like a network address is a version by its name."""
    return (
        isinstance(name, str)
        and isinstance(value, str)
        and words_of(name)[-1:] in VERSIONS
        and _VERSION.fullmatch(value) is not None
    )


def are_few(value: Any) -> bool:
    """Whether it is a count, or a list of counts."""
    if type(value) in (list, tuple):
        return len(value) > 0 and all(type(item) is int and item < _MANY for item in value)
    return isinstance(value, int) and value < _MANY


def is_dsn(value: str) -> bool:
    """Whether a text has a sign that one of a connection cannot do without."""
    return "=" in value or "@" in value or ":" in value
