"""What objects show of themselves: a class with a text of its own may tell more than its fields and entries do."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import FunctionType, WrapperDescriptorType
from typing import Any

__all__ = ["bare", "shown_by", "told_by_class"]

# whose texts are those of what an object holds, besides those of the standard library
_SHOWS_CONTENTS = frozenset(("attr", "django", "msgspec", "multidict", "pydantic", "starlette", "werkzeug"))
# functions that `dataclasses` and attrs write
_WRITTEN_NAME, _WRITTEN_FILE = "__create_fn__", "<attrs generated"
_BARE: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, lambda obj: int.__add__(obj, 0)),
    (float, lambda obj: float.__add__(obj, 0.0)),
    (bytes, lambda obj: memoryview(obj).tobytes()),
    (bytearray, lambda obj: bytearray(memoryview(obj))),
    (dict, lambda obj: dict(dict.items(obj))),
    (list, lambda obj: list(list.__iter__(obj))),
    (tuple, lambda obj: tuple(tuple.__iter__(obj))),
    (set, lambda obj: set(set.__iter__(obj))),
    (frozenset, lambda obj: frozenset(frozenset.__iter__(obj))),
)
_PLAIN: Any = object
_LONGEST_CHAIN = 8


def shown_by(obj: Any) -> Iterator[str]:
    """The texts of an object nobody knows: of `str`, and of `repr` if it is another one. None of a class without."""
    kind: Any = type(obj)
    if kind.__str__ is not _PLAIN.__str__:
        yield _written(str(obj))
    if kind.__repr__ is not _PLAIN.__repr__ or kind.__str__ is not _PLAIN.__str__:
        yield _written(repr(obj))


def told_by_class(obj: Any) -> Iterator[str]:
    """The texts of a value, container or object with fields that its class has put into words of its own."""
    kind: Any = type(obj)
    if _is_own(kind.__str__):
        yield _written(str(obj))
    if _is_own(kind.__repr__):
        yield _written(repr(obj))


def _written(text: str) -> str:
    return text if type(text) is str else str.__str__(text)


def _is_own(function: Any) -> bool:
    """Whether somebody wrote it who may have put anything into it."""
    if type(function) is WrapperDescriptorType:
        return False
    for _ in range(_LONGEST_CHAIN):
        if type(function) is not FunctionType or (inner := getattr(function, "__wrapped__", None)) is None:
            break
        function = inner
    if type(function) is not FunctionType:
        return True
    code = function.__code__
    if code.co_qualname.startswith(_WRITTEN_NAME) or code.co_filename.startswith(_WRITTEN_FILE):
        return False
    module = str(function.__globals__.get("__name__", "")).partition(".")[0]
    return module not in _SHOWS_CONTENTS and module not in sys.stdlib_module_names


def bare(obj: Any, otherwise: str) -> Any:
    """What an object holds, as a value of the plain type; another text where it is none of a plain type."""
    for kind, made in _BARE:
        if isinstance(obj, kind):
            return made(obj)
    return otherwise
