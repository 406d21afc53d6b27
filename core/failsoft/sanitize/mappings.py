"""Mappings that are no plain dicts: entries of one name, entries that others hold, cookies."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

__all__ = ["entries_of", "is_morsel", "set_morsel", "state_of", "with_state"]


def entries_of(obj: Mapping[Any, Any], most: int) -> tuple[Iterable[tuple[Any, Any]], int]:
    """Entries of a mapping, of no more than so many, and how many there are. Several of one name, as headers and
    parameters of a query may have, are one with a list."""
    if isinstance(obj, dict) and (dict.__len__(obj) or not len(obj)):
        return dict.items(obj), dict.__len__(obj)
    several = getattr(type(obj), "multi_items", None)
    pairs = list(islice(iter(obj.items() if several is None else several(obj)), max(most, 0) + 1))
    entries: dict[Any, Any] = {}
    gathered: dict[Any, list[Any]] = {}
    for name, value in pairs:
        if name in gathered:
            gathered[name].append(value)
        elif name in entries:
            entries[name] = gathered[name] = [entries[name], value]
        else:
            entries[name] = value
    return entries.items(), len(entries) + max(0, len(obj) - len(pairs))


def state_of(obj: Any) -> Mapping[str, Any] | None:
    """The attributes of a dict whose entries are those of others, as Werkzeug's `CombinedMultiDict`."""
    if not isinstance(obj, dict) or dict.__len__(obj) or not len(obj):
        return None
    return getattr(obj, "__dict__", None) or None


def with_state(obj: Any, state: Mapping[str, Any]) -> Any:
    """Another one with these attributes; None where that cannot be made, or has not as many entries."""
    kind: Any = type(obj)
    try:
        made = kind.__new__(kind)
        made.__dict__.update(state)
        return made if len(list(made.items())) == len(obj) else None
    except Exception:  # noqa: BLE001 - a foreign class may refuse to be made
        return None


def is_morsel(obj: Any) -> bool:
    """Whether it is one cookie: its attributes are its entries, and its value stands beside them."""
    cookies = sys.modules.get("http.cookies")
    return cookies is not None and isinstance(obj, cookies.Morsel)


def set_morsel(made: Any, value: Any) -> None:
    """Give the copy of a cookie another value."""
    if is_morsel(made) and value != made.value:
        made.__setstate__({"key": made.key, "value": value, "coded_value": value})
