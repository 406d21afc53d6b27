"""Copies of containers and objects with some of their contents exchanged. Constructors are not called."""

from __future__ import annotations

import copy
import dataclasses
from collections import ChainMap, OrderedDict, deque
from collections.abc import Callable, Mapping
from http.cookies import Morsel
from types import MappingProxyType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from failsoft.sanitize.headers import is_plain_cookie

__all__ = [
    "fields_of",
    "rebuilt_cookie",
    "rebuilt_exception",
    "rebuilt_mapping",
    "rebuilt_object",
    "rebuilt_sequence",
    "rebuilt_set",
]

_ABSENT = object()
# what these classes hold beside their arguments, and show
_HELD: tuple[tuple[type[BaseException], tuple[str, ...]], ...] = (
    (OSError, ("errno", "strerror", "filename", "filename2")),
    (ImportError, ("msg", "name", "path")),
    (SyntaxError, ("msg", "filename", "lineno", "offset", "text", "end_lineno", "end_offset")),
)


def rebuilt_mapping(obj: Any, cleaned: dict[Any, Any], *, changed: bool) -> Any:
    """A mapping of the same type with these entries; a plain dict where the type cannot be made anew."""
    kind = type(obj)
    if kind is dict:
        return cleaned
    if isinstance(obj, dict):
        try:
            return _refilled(obj, cleaned)
        except Exception:  # noqa: BLE001 - a foreign class may refuse to be copied
            return cleaned if changed else obj
    if not changed:
        return obj
    if kind is MappingProxyType:
        return MappingProxyType(cleaned)
    return ChainMap(cleaned) if kind is ChainMap else cleaned


def rebuilt_cookie(obj: Morsel[Any], mark: Callable[[str, str], str]) -> Any:
    """A cookie of the standard library: its name and value are no entries of the mapping that it is."""
    value = obj.value if isinstance(obj.value, str) else str(obj.value)
    if not value or "[REDACTED:" in value or is_plain_cookie(obj.key, value):
        return obj
    made, marked = _copied(obj), mark("cookie", value)
    made.set(obj.key, marked, marked)
    return made


def _copied(obj: Any) -> Any:
    made = copy.copy(obj)
    if type(made) is not type(obj) or made is obj:
        raise TypeError("not a copy")
    return made


def _refilled(obj: dict[Any, Any], cleaned: dict[Any, Any]) -> Any:
    base = OrderedDict if isinstance(obj, OrderedDict) else dict
    made = _copied(obj)
    base.clear(made)
    for key, value in cleaned.items():
        base.__setitem__(made, key, value)
    return made


def rebuilt_sequence(obj: Any, cleaned: list[Any], *, changed: bool) -> Any:
    """A list, tuple or deque of the same type with these items; the plain type where that cannot be made anew."""
    kind = type(obj)
    if kind is list:
        return cleaned
    if kind is tuple:
        return tuple(cleaned)
    if isinstance(obj, deque):
        return deque(cleaned, obj.maxlen) if changed or kind is deque else obj
    if not changed:
        return obj
    try:
        if isinstance(obj, tuple):
            made: Any = tuple.__new__(kind, cleaned)
            if state := getattr(obj, "__dict__", None):
                made.__dict__.update(state)
            return made
        made = _copied(obj)
        list.__setitem__(made, slice(None), cleaned)
        return made
    except Exception:  # noqa: BLE001 - a foreign class may refuse to be copied
        return tuple(cleaned) if isinstance(obj, tuple) else cleaned


def rebuilt_set(obj: Any, cleaned: list[Any], *, changed: bool) -> Any:
    """A set of the same type with these members; the plain type where that cannot be made anew."""
    plain = frozenset if isinstance(obj, frozenset) else set
    if type(obj) in (set, frozenset):
        return plain(cleaned)
    if not changed:
        return obj
    try:
        return type(obj)(cleaned)
    except Exception:  # noqa: BLE001 - a foreign class may refuse to be made
        return plain(cleaned)


def fields_of(obj: Any) -> Mapping[str, Any] | None:
    """Names and values of a dataclass, attrs, msgspec or pydantic object; None for any other."""
    kind = type(obj)
    if dataclasses.is_dataclass(kind):
        names: list[str] = [field.name for field in dataclasses.fields(obj)]
    elif hasattr(kind, "__attrs_attrs__"):
        names = [attribute.name for attribute in kind.__attrs_attrs__]
    elif isinstance(obj, Struct):
        names = list(kind.__struct_fields__)
    elif hasattr(kind, "__pydantic_fields__") or hasattr(kind, "__pydantic_core_schema__"):
        return {**vars(obj), **(getattr(obj, "__pydantic_extra__", None) or {})}
    else:
        return None
    return {name: value for name in names if (value := getattr(obj, name, _ABSENT)) is not _ABSENT}


def rebuilt_object(obj: Any, changes: Mapping[str, Any], text: Callable[[str], str]) -> Any:
    """A copy of an object with some fields exchanged, unvalidated; its cleaned text where it cannot be copied."""
    try:
        if isinstance(obj, Struct):
            return replace(obj, **changes)
        made = _copied(obj)
        extra = getattr(made, "__pydantic_extra__", None)
        for name, value in changes.items():
            if extra and name in extra:
                extra[name] = value
            elif hasattr(type(made), "__pydantic_core_schema__") and not dataclasses.is_dataclass(made):
                made.__dict__[name] = value
            else:
                object.__setattr__(made, name, value)
        return made
    except Exception:  # noqa: BLE001 - a foreign class may refuse to be copied
        return text(repr(obj))


def _held(obj: BaseException) -> dict[str, Any]:
    """What is told beside the arguments, such as the name of a file: neither these nor `vars` have it."""
    names = next((names for kind, names in _HELD if isinstance(obj, kind)), ())
    return {name: value for name in names if (value := getattr(obj, name, None)) is not None}


def rebuilt_exception(
    obj: BaseException,
    visit: Callable[[Any], Any],
    member: Callable[[str, Any], Any],
    text: Callable[[str], str],
) -> Any:
    """An exception of the same type, its arguments, attributes, notes and chain cleaned; itself if nothing had to go.

    A copy has no traceback: frames hold locals. Its cleaned text comes back where the type cannot be made anew.
    """
    shown = str(obj)
    args = visit(obj.args)
    state = {name: member(name, value) for name, value in vars(obj).items()}
    held = _held(obj)
    cleaned = {name: visit(value) for name, value in held.items()}
    cause = visit(obj.__cause__)
    context = visit(obj.__context__)
    clean = (
        args == obj.args
        and cleaned == held
        and text(shown) == shown
        and all(state[name] is value or state[name] == value for name, value in vars(obj).items())
        and cause is obj.__cause__
        and context is obj.__context__
    )
    if clean:
        return obj
    try:
        made: BaseException = type(obj).__new__(type(obj), *args)
        made.args = args
        for name, value in cleaned.items():
            if getattr(made, name, None) != value:
                setattr(made, name, value)
        made.__dict__.update(state)
        made.__cause__ = cause if isinstance(cause, BaseException) else None
        made.__context__ = context if isinstance(context, BaseException) else None
        made.__suppress_context__ = obj.__suppress_context__
        again = str(made)
    except Exception:  # noqa: BLE001 - a foreign class may refuse to be made
        return text(shown)
    return made if type(made) is type(obj) and text(again) == again else text(shown)
