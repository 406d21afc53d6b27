"""What two exceptions share that are the same again, so that the second is what the first was.

All that a judgement goes by is in it: class, text, arguments, attributes that somebody reads, the places it came
through, and the same of all that hangs on it. Of classes it is found out once which attributes those are. An object that
an exception holds may say another thing each time: whose readers look at it is asked anew, and where others than
readers do, nothing is the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    NoneType,
    WrapperDescriptorType,
)
from typing import Any

from failsoft.errors.code import CodeReader
from failsoft.errors.numbers import without_numbers

__all__ = ["ASKED", "JUDGED", "OF_APPLICATIONS", "TOLD", "UNTOLD", "Plan", "add_state", "plan_of"]

JUDGED = frozenset(
    {
        # what an exception holds that it was raised from, and what it says of waiting
        "orig", "reason", "os_error", "cause", "original_error", "original_exception", "inner_exception",
        "last_attempt", "reasons", "errors", "retry_after",
    }
)  # fmt: skip
"""The attributes that are looked at beside those of readers, whatever the class."""
OF_APPLICATIONS = frozenset(
    {"response", "request", "status_code", "http_status", "status", "code", "error_code", "err_code"}
)
"""The attributes that are looked at of a class that nobody but the application knows."""

_MOST_VALUES = 32
_MOST_DEEP = 3
_SMALL = 1 << 31
# the slots of the base itself, so that a property of a sub-class can neither lie nor raise
_args: Callable[[BaseException], tuple[Any, ...]] = BaseException.__dict__["args"].__get__
_dict: Callable[[BaseException], dict[str, Any]] = BaseException.__dict__["__dict__"].__get__
_attributes_of: Callable[[type], Mapping[str, Any]] = type.__dict__["__dict__"].__get__
_bases_of: Callable[[type], tuple[type, ...]] = type.__dict__["__mro__"].__get__
_flags_of: Callable[[type], int] = type.__dict__["__flags__"].__get__
_MADE_BY_A_STATEMENT = 1 << 9
"""The flag of types that are no fixed part of the interpreter or of an extension."""
_IS_TOLD = frozenset(
    {"args", "__class__", "__cause__", "__context__", "__suppress_context__", "__traceback__", "__notes__"}
)
"""What a class that is told apart leaves as it is."""
_COMPUTES = frozenset({"__getattr__", "__getattribute__"})
_CONSTANTS = frozenset({str, int, float, bool, bytes, NoneType, tuple})
_FUNCTIONS = (
    FunctionType, BuiltinFunctionType, MethodDescriptorType, WrapperDescriptorType, ClassMethodDescriptorType,
    classmethod, staticmethod,
)  # fmt: skip
_SLOTS = (GetSetDescriptorType, MemberDescriptorType)


@dataclass(slots=True)
class Plan:
    """How exceptions of one class are told apart."""

    names: frozenset[str]
    """The attributes that count."""
    slots: tuple[str, ...]
    """Those that the interpreter keeps elsewhere than in the dictionary of an exception."""
    asks: bool
    """What the readers of the class look at is not known, so that they are asked each time."""
    blind: bool
    """Numbers in a text are alike, as no reader that is not asked each time looks for some."""
    reads: bool
    """There are readers."""


def plan_of(
    cls: type,
    readers: tuple[CodeReader, ...],
    reads: Mapping[CodeReader, frozenset[str]],
    *,
    blind: frozenset[CodeReader],
    more: frozenset[str],
) -> Plan | None:
    """How exceptions of a class are told apart; None: they are not.

    Parameters:
        readers: who reads their codes.
        reads: the attributes that a reader looks at, of those of whom that is known.
        blind: the readers that look for no numbers in texts.
        more: further attributes that are looked at.
    """
    judged = JUDGED | more
    asks = any(one not in reads for one in readers)
    names = judged if asks else judged.union(*(reads[one] for one in readers))
    slots: list[str] = []
    for base in _bases_of(cls):
        if base is BaseException or base is BaseExceptionGroup or base is object:
            break
        given = _attributes_of(base)
        if _flags_of(base) & _MADE_BY_A_STATEMENT and not _is_honest(given):
            return None
        for name in names.intersection(given):
            value = given[name]
            if isinstance(value, _SLOTS):
                slots.append(name)
            elif not (type(value) in _CONSTANTS or isinstance(value, Enum) or _is_mere_function(value, name, judged)):
                return None
    return Plan(names, tuple(slots), asks, asks or blind.issuperset(readers), bool(readers))


def _is_honest(given: Mapping[str, Any]) -> bool:
    """Whether a class computes no attribute but those that are named in it, and leaves alone what is told apart."""
    return (
        _COMPUTES.isdisjoint(given)
        and _IS_TOLD.isdisjoint(given)
        and ("__dict__" not in given or type(given["__dict__"]) is GetSetDescriptorType)
    )


def _is_mere_function(value: object, name: str, judged: frozenset[str]) -> bool:
    """Whether it is a function that nobody calls."""
    return isinstance(value, _FUNCTIONS) and name in judged


def add_state(
    parts: list[Any], exc: BaseException, plan: Plan, others: list[BaseException], kept: list[Any], text: str, alike: str
) -> int:
    """Add to the parts of a key what an exception says of itself beside its text.

    No text is added, only its hash.

    Parameters:
        others: gets the exceptions that it holds.
        kept: gets what has to be kept with the key, because the key has the identity of it.
        text: as it was captured.
        alike: the same without numbers, if these do not matter.

    Returns:
        `UNTOLD`, `TOLD` or `ASKED`.
    """
    args = _args(exc)
    if len(args) == 1 and type(args[0]) is str:
        first = alike if args[0] is text else without_numbers(args[0]) if alike is not text else args[0]
        parts.append(hash(first))
    elif len(args) == 1 and type(args[0]) is int and alike is not text and not plan.reads:
        # it is looked at by none but readers
        parts.append(int)
    else:
        parts.append(None)
        values = args[:1] if isinstance(exc, BaseExceptionGroup) else args
        if not _add_values(parts, values, others, kept, 0):
            return UNTOLD
    for name in plan.slots:
        value = getattr(exc, name, None)
        if type(value) is str:
            parts.append(hash(value if alike is text else without_numbers(value)))
        elif not _add(parts, value, others, kept, 0):
            return UNTOLD
    owned = _dict(exc)
    if not text.isascii() or "__notes__" in owned:
        # notes are a part of the text that was captured, and what cannot be encoded is another one there
        parts += ("", hash(str.__str__(str(exc))))
    if not owned:
        return TOLD
    told = TOLD
    names = plan.names
    for name, value in owned.items():
        if type(name) is not str:
            return UNTOLD
        if name not in names:
            continue
        parts.append(name)
        if type(value) is str:
            parts.append(hash(value))
        elif not _add(parts, value, others, kept, 0):
            if name not in _HELD:
                return UNTOLD
            parts.append(_OBJECT)
            told = ASKED
    return told


UNTOLD = 0
"""What an exception says of itself cannot be told."""
TOLD = 1
"""All of it was added."""
ASKED = 2
"""All but an object, whose readers have to be asked."""
_OBJECT = object()
_HELD = frozenset({"response", "request"})
"""Of these nobody but a reader looks at more than whether there is one."""


def _add(parts: list[Any], value: Any, others: list[BaseException], kept: list[Any], depth: int) -> bool:
    kind = type(value)
    if kind is str:
        parts.append(hash(value))
    elif value is None or kind is bool:
        parts.append(kind)
        parts.append(value)
    elif kind is int:
        parts.append(kind)
        # a large one may be the number of something, and of such no more is kept than of texts
        parts.append(value if -_SMALL < value < _SMALL else hash(str(value)))
    elif kind is float or kind is bytes:
        parts.append(kind)
        parts.append(hash(repr(value)))
    elif kind is tuple or kind is list:
        parts.append(kind)
        return depth < _MOST_DEEP and _add_values(parts, value, others, kept, depth + 1)
    elif kind is dict:
        parts.append(kind)
        flat = [one for pair in value.items() for one in pair]
        return depth < _MOST_DEEP and _add_values(parts, flat, others, kept, depth + 1)
    elif issubclass(kind, BaseException):
        parts.append(BaseException)
        others.append(value)
    elif issubclass(kind, Enum):
        kept.append(kind)
        parts.append(id(kind))
        parts.append(hash(value._name_))
    else:
        return False
    return True


def _add_values(
    parts: list[Any], values: tuple[Any, ...] | list[Any], others: list[BaseException], kept: list[Any], depth: int
) -> bool:
    if len(values) > _MOST_VALUES:
        return False
    parts.append(len(values))
    for value in values:
        if not _add(parts, value, others, kept, depth):
            return False
    return True
