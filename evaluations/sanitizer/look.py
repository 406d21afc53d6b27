"""Looking at values from outside: all the text there is in one, and whether two are the same."""

from __future__ import annotations

import dataclasses
from collections import deque
from collections.abc import Iterator, Mapping
from http.cookies import Morsel
from types import SimpleNamespace
from typing import Any

__all__ = ["same", "text_of"]

_DEEP = 250


def text_of(value: Any, *, types: bool = True) -> str:
    """Everything that can be read in a value: keys, items, fields, the texts of objects; in order.

    Parameters:
        types: with the names of the types of containers.
    """
    return value if isinstance(value, str) else "\n".join(_texts(value, types, 0, ()))


def _texts(value: Any, types: bool, depth: int, above: tuple[int, ...]) -> Iterator[str]:
    if isinstance(value, str):
        yield str(value)
    elif isinstance(value, (bytes, bytearray, memoryview)):
        yield bytes(value).decode("latin-1")
    elif id(value) in above or depth > _DEEP:
        yield "(again)"
    else:
        parts = _parts(value)
        if parts is None:
            yield _shown(value)
        else:
            if types:
                yield type(value).__name__
            for part in parts:
                yield from _texts(part, types, depth + 1, (*above, id(value)))


def _parts(value: Any) -> list[Any] | None:
    match value:
        case Morsel():
            return [value.key, value.value, value.coded_value, *(part for item in value.items() for part in item)]
        case Mapping():
            return [part for item in value.items() for part in item]
        case list() | tuple() | deque():
            return list(value)
        case set() | frozenset():
            return sorted(value, key=repr)
        case BaseExceptionGroup():
            return [str(value), value.exceptions]
        case BaseException():
            return [_shown(value), *value.args, *getattr(value, "__notes__", ())]
        case SimpleNamespace():
            return [part for item in vars(value).items() for part in item]
    if isinstance(value, type):
        return None
    names = _fields(type(value))
    if names is None:
        return None
    extra = getattr(value, "__pydantic_extra__", None) or {}
    return [part for name in names for part in (name, getattr(value, name, None))] + [extra]


def _fields(kind: type) -> list[str] | None:
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind)]
    for where in ("model_fields", "__struct_fields__"):
        if hasattr(kind, where):
            return list(getattr(kind, where))
    if hasattr(kind, "__attrs_attrs__"):
        return [attribute.name for attribute in kind.__attrs_attrs__]
    return None


def _shown(value: Any) -> str:
    try:
        return f"{value!s} {value!r}"
    except Exception as error:
        return f"cannot be shown: {error}"


def same(one: Any, other: Any) -> bool:
    """Equal, and of the same types all the way down."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, BaseException):
        return same(one.args, other.args)
    if isinstance(one, (str, bytes)):
        return bool(one == other)
    parts, others = _parts(one), _parts(other)
    if parts is None or others is None:
        return bool(one == other)
    return len(parts) == len(others) and all(map(same, parts, others))
