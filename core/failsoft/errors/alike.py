"""What two exceptions share that are the same again, so that the second is what the first was.

All that a judgement goes by is in it: class, text, arguments, attributes that somebody reads, the places it came
through, and the same of all that hangs on it. Of classes it is found out once which attributes those are. An object
that an exception holds may say another thing each time: the readers of its class are asked anew then, and where others
than readers look at it, nothing is the same again.
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
from failsoft.errors.foreign_answers import OF_RESPONSES
from failsoft.errors.peers import retry_after_of

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
    judged: frozenset[str]
    """The attributes of these that others than readers look at."""
    answers: bool
    """What is called as a response is counts as well."""
    dear: bool = False
    """What a new one is takes long to say: words are all that tell."""
    missed: int = 0
    """How many of the class came, one after the other, that were not the same again."""


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
        if base is BaseException or base is object:
            # what stands after the first of them counts as well: mix-ins may
            continue
        given = _attributes_of(base)
        if not _is_honest(given):
            return None
        for name in names.intersection(given):
            value = given[name]
            if isinstance(value, _SLOTS):
                slots.append(name)
            elif type(value) in _CONSTANTS or isinstance(value, Enum):
                continue
            elif name not in judged:
                # whoever reads it calls it, or has it computed
                asks = True
            elif not isinstance(value, _FUNCTIONS):
                return None
    return Plan(
        names,
        tuple(slots),
        asks,
        asks or blind.issuperset(readers),
        bool(readers),
        judged,
        not asks and "raw_response" in names,
    )


def _is_honest(given: Mapping[str, Any]) -> bool:
    """Whether a class computes no attribute but those that are named in it, and leaves alone what is told apart."""
    return (
        _COMPUTES.isdisjoint(given)
        and _IS_TOLD.isdisjoint(given)
        and ("__dict__" not in given or type(given["__dict__"]) is GetSetDescriptorType)
    )


def add_state(
    parts: list[Any],
    exc: BaseException,
    plan: Plan,
    others: list[BaseException],
    texts: list[tuple[int, str]],
) -> int:
    """Add to the parts of a key what an exception says of itself beside its text.

    No text is added, only its hash.

    Parameters:
        others: gets the exceptions that it holds.
        texts: gets the texts whose hashes were added, and where among the parts these stand.

    Returns:
        `UNTOLD`, `TOLD` or `ASKED`.
    """
    owned = _dict(exc)
    if not _add_args(parts, exc, plan, others, texts):
        return UNTOLD
    for name in plan.slots:
        value = getattr(exc, name, None)
        if value is None:
            parts.append(None)
        elif type(value) is str:
            texts.append((len(parts), value))
            parts.append(hash(value))
        elif not _add(parts, value, others, 0):
            return UNTOLD
    return _add_owned(parts, owned, plan, others) if owned else TOLD


def _add_args(
    parts: list[Any],
    exc: BaseException,
    plan: Plan,
    others: list[BaseException],
    texts: list[tuple[int, str]],
) -> bool:
    args = _args(exc)
    first = args[0] if len(args) == 1 else None
    if type(first) is str:
        texts.append((len(parts), first))
        parts.append(hash(first))
        return True
    parts.append(None)
    if type(first) is int and not plan.reads:
        # it is looked at by none but readers, and stands in the text
        texts.append((len(parts), str(first)))
        parts.append(hash(str(first)))
        parts.append(int)
        return True
    # the list of its members stands among the arguments of a group
    return _add_values(parts, args[:1] if isinstance(exc, BaseExceptionGroup) else args, others, 0)


def _add_owned(parts: list[Any], owned: dict[str, Any], plan: Plan, others: list[BaseException]) -> int:
    told = TOLD
    names = plan.names
    for name, value in owned.items():
        if type(name) is not str:
            return UNTOLD
        if name not in names and not (plan.answers and name.endswith(_RESPONSES)):
            continue
        parts.append(name)
        if not (_add(parts, value, others, 0) or (name in _ANSWERS and _add_answer(parts, value))):
            if name in plan.judged and name not in _HELD:
                return UNTOLD
            parts += (_OBJECT, hash(str(type(value).__module__)))
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
"""Of these nobody but a reader looks at more than the module of their classes, without saying so (`fleeting`)."""
_RESPONSES = ("_resp", "_response")
_ANSWERS = frozenset({"response", "resp", "http_response", "raw_response"})


def _add(parts: list[Any], value: Any, others: list[BaseException], depth: int) -> bool:
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
        return depth < _MOST_DEEP and _add_values(parts, value, others, depth + 1)
    elif kind is dict:
        parts.append(kind)
        flat = [one for pair in value.items() for one in pair]
        return depth < _MOST_DEEP and _add_values(parts, flat, others, depth + 1)
    elif issubclass(kind, BaseException):
        parts.append(BaseException)
        others.append(value)
    elif issubclass(kind, Enum):
        # nobody looks at its class but for what else its members are
        parts += (Enum, issubclass(kind, str), issubclass(kind, int), hash(value._name_))
        return depth < _MOST_DEEP and _add(parts, value._value_, others, depth + 1)
    else:
        return False
    return True


def _add_values(parts: list[Any], values: tuple[Any, ...] | list[Any], others: list[BaseException], depth: int) -> bool:
    if len(values) > _MOST_VALUES:
        return False
    parts.append(len(values))
    for value in values:
        kind = type(value)
        # these two are what most are
        if kind is str:
            parts.append(hash(value))
        elif kind is int and -_SMALL < value < _SMALL:
            parts += (kind, value)
        elif not _add(parts, value, others, depth):
            return False
    return True


_CLIENTS = frozenset({"httpx", "requests"})
_MOST_CLASSES = 64
_answers: dict[int, tuple[type, bool]] = {}
"""Whether a class of responses has plainly what is looked at, by identity."""


def _add_answer(parts: list[Any], response: Any) -> bool:
    """Add what readers look at of a response of a client that is often used: it takes less than asking them."""
    cls = type(response)
    known = _answers.get(id(cls))
    if known is None:
        if len(_answers) >= _MOST_CLASSES:
            _answers.clear()
        known = _answers[id(cls)] = cls, _is_plain_answer(cls)
    if not known[1]:
        return False
    owned = response.__dict__
    parts += (_OBJECT, hash(str(cls.__module__)), hash(retry_after_of(response)))
    for name in OF_RESPONSES.intersection(owned):
        if name != "headers":
            parts.append(name)
            if not _add(parts, owned[name], [], 0):
                return False
    return True


def _is_plain_answer(cls: type) -> bool:
    bases = _bases_of(cls)
    if str(cls.__module__).partition(".")[0] not in _CLIENTS or issubclass(cls, (Mapping, list, tuple, BaseException)):
        return False
    for base in bases[:-1]:
        given = _attributes_of(base)
        if not _COMPUTES.isdisjoint(given) or not OF_RESPONSES.isdisjoint(given) or "__slots__" in given:
            return False
    return "__dict__" in _attributes_of(cls)
