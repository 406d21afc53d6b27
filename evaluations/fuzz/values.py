"""Values: a planted secret never survives, the given value is not changed, and the shape stays."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict, deque
from typing import Any, NamedTuple

from evaluations.fuzz.source import Source
from failsoft.sanitize import Sanitizer

__all__ = ["check_value", "value_of"]

_SECRET = "Canary7Fake9Kx2"
_SECRET_KEYS = ("password", "apiKey", "X-Api-Key", "clientSecret", "access_token", "DB_PASSWORD", "session_id")
_KEYS = ("user", "id", "note", "items", "token_count", "has_password", "x", "", "Status", "url")
_STANDARD = Sanitizer()


class _Pair(NamedTuple):
    name: Any
    value: Any


@dataclasses.dataclass
class _Record:
    note: Any
    password: Any = None


def _leaf(source: Source) -> Any:
    return source.choice(
        (None, True, 0, 1.5, -(2**70), b"\xff\x00", source.text(12), 3 + 4j, frozenset({1}), range(3), object, ...)
    )


def value_of(source: Source, depth: int = 0) -> Any:
    """A nested value with secrets under sensitive names."""
    kind = source.byte() % 9 if depth < 6 else 0
    if kind == 0 or source.exhausted:
        return _leaf(source)
    items = [value_of(source, depth + 1) for _ in range(source.below(4))]
    if kind == 1:
        return items
    if kind == 2:
        return tuple(items)
    if kind == 3:
        return deque(items)
    if kind == 4:
        return _Pair(source.text(6), items)
    if kind == 5:
        return _Record(items, _SECRET)
    if kind == 6:
        return OrderedDict((f"{source.choice(_KEYS)}{n}", item) for n, item in enumerate(items))
    if kind == 7:
        return ValueError(f"password={_SECRET}", items)
    known = {source.choice(_KEYS): item for item in items}
    return {**known, source.choice(_SECRET_KEYS): source.choice((_SECRET, _SECRET.encode()))}


def check_value(source: Source, sanitizer: Sanitizer = _STANDARD) -> None:
    """Build a value and check what comes out.

    Raises:
        AssertionError: a secret survived, the given value was changed, or another type came back.
    """
    value = value_of(source)
    before = repr(value)
    failures = sanitizer.failures
    cleaned = sanitizer.value(value)
    assert sanitizer.failures == failures, f"could not be sanitized: {value!r}"
    assert repr(value) == before, f"the given value was changed: {before} to {value!r}"
    shown = repr(cleaned)
    assert _SECRET not in shown, f"a secret survived in {shown} of {value!r}"
    assert type(cleaned) is type(value) or isinstance(cleaned, str), f"{value!r} became {cleaned!r}"
    assert repr(sanitizer.value(cleaned)) == shown, f"a second pass changed {shown}"
