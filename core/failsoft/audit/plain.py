"""Values of the application's own, as plain data that can be kept, however large or hostile they are."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from failsoft.observers.base import Cleaner

__all__ = ["plain", "sanitized"]

_DEPTH: Final = 8
_NODES: Final = 2_000
_TEXT: Final = 262_144
"""Longest text that is looked at. The sanitizer drops what is beyond 65,536, so that no secret is split here."""
_BYTES: Final = 4_096
_INTEGERS: Final = 1 << 63
_MORE: Final = "…"
_TOLD_BY_TEXT: Final = (datetime, date, time, timedelta, Decimal, UUID)


def plain(value: object) -> Any:
    """Texts, numbers, truth values, None, lists and tables with texts as keys, at most 2,000 of them, 8 deep.

    Of any other object there is its text, or the name of its class where it has none. Never raises.
    """
    return _plain(value, _DEPTH, [_NODES], ())


def sanitized(value: Any, sanitizer: Cleaner) -> Any:
    """Plain data without secrets. Where the sanitizer fails, nothing of it is let through."""
    try:
        return sanitizer.value(value)
    except Exception:  # noqa: BLE001 - fail closed
        return "[REDACTED:error]"


def _plain(value: object, depth: int, left: list[int], inside: tuple[int, ...]) -> Any:
    left[0] -= 1
    if left[0] < 0:
        return _MORE
    kind = type(value)
    if kind is bool or value is None or (kind is str and len(value) <= _TEXT):  # type: ignore[arg-type]  # it is a text
        return value
    try:
        return _told(value, depth, left, inside)
    except Exception:  # noqa: BLE001 - a hostile object must not cost the others their place
        return f"<{type(value).__name__}>"


def _told(value: object, depth: int, left: list[int], inside: tuple[int, ...]) -> Any:
    if isinstance(value, Enum):
        return _plain(value.value, depth, left, inside)
    if isinstance(value, (bool, int, float, str)):
        return _scalar(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value[:_BYTES])).decode()
    if isinstance(value, _TOLD_BY_TEXT):
        return str(value)[:_BYTES]
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        if depth == 0 or id(value) in inside:
            return _MORE
        within = (*inside, id(value))
        if isinstance(value, Mapping):
            return {_key(key): _plain(item, depth - 1, left, within) for key, item in _some(iter(value.items()), left)}
        return [_plain(item, depth - 1, left, within) for item in _some(iter(value), left)]
    return str(value)[:_TEXT]


def _scalar(value: float | str) -> Any:
    if isinstance(value, str):
        return str.__str__(value)[:_TEXT]
    if isinstance(value, int):
        return int(value) if -_INTEGERS <= value < _INTEGERS else f"<{value.bit_length()} bits>"
    return float(value) if math.isfinite(value) else repr(float(value))


def _key(key: object) -> str:
    if type(key) is str:
        return key[:_BYTES]
    try:
        return str(key)[:_BYTES]
    except Exception:  # noqa: BLE001 - as for values
        return f"<{type(key).__name__}>"


def _some(items: Iterator[Any], left: list[int]) -> Iterator[Any]:
    """As many as there is room for: an endless one ends here."""
    while left[0] > 0:
        try:
            yield next(items)
        except StopIteration:
            return
