"""An exception as plain values that JSON can hold, with all that a classifier may look at, so that it can be replayed.

Nothing is picked by name of an attribute: instance attributes, properties, slots, and the answers of methods without
parameters are taken as they are found, two levels deep and bounded. What differs from one run to the next or from one
machine to another (ports, addresses in memory, temporary files, times, ids) is made the same; see `normal`.

The form of a value: None, truth values, numbers and texts are themselves; else a table with one key that says what it
is: `bytes`, `list`, `tuple`, `set`, `map` (pairs), `object` (its class, then its attributes), `exception` (its number).
"""

from __future__ import annotations

import enum
import math
import os
import re
import sys
import tempfile
import types
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from failsoft.errors.capture import cause_of, context_of, members_of

__all__ = ["is_real", "normal", "take"]

ROOT = Path(__file__).parents[2]
_MAX_EXCEPTIONS = 12
_MAX_TEXT = 1_200
_MAX_VALUE = 240
_MAX_ITEMS = 16
_MAX_ATTRIBUTES = 40
_MAX_FRAMES = 30
_OWN = ("evaluations/classifier/cases.py", "evaluations/classifier/recording.py")
_SKIPPED = frozenset({"with_traceback", "add_note", "split", "subgroup", "derive", "exceptions", "args", "obj"})
_SECRET = re.compile(r"passw|secret|token\Z|api_?key|authorization|cookie|credential", re.IGNORECASE)
_VOLATILE = re.compile(
    r"(\A|_)(pid|port|timestamp|date|elapsed|started|created\w*|expires\w*|thread\w*|ident|fileno|fd|uuid|server|user.agent|x-stainless.*|time|\w+_time|wire|\w*_?datetime|date_signed)\Z",
    re.IGNORECASE,
)
# asked of objects that are no exceptions; what else they can do may do something
_ASKED = frozenset({"name", "code", "details", "retriable", "fatal", "str", "exception", "errors", "json"})
_OPAQUE = (
    types.ModuleType, types.FrameType, types.TracebackType, types.CodeType, types.GeneratorType, types.CoroutineType,
    type,
)  # fmt: skip


# --- the same on every machine ----------------------------------------------------------------------------------------
_PLACES = (
    (str(ROOT), "/app"),
    (sys.prefix, "/venv"),
    (sys.base_prefix, "/usr"),
    (tempfile.gettempdir(), "/tmp"),
    (str(Path.home()), "/home/app"),
    (os.uname().nodename if hasattr(os, "uname") else "\0", "host"),
)
_EPHEMERAL = r"3[3-9]\d{3}|32[89]\d\d|327[7-9]\d|3276[89]|[45]\d{4}|6[0-4]\d{3}|65[0-5]\d\d"
_HOST = r"(?:127\.0\.0\.1|0\.0\.0\.0|localhost|::1|\bport)"
_SAME: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b0x[0-9a-fA-F]{6,}"), "0x7f0000000000"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "00000000" + "-0000" * 3 + "-000000000000"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{16,}\b"), "0123456789abcdef"),
    (re.compile(r"/tmp/[\w.\-]+"), "/tmp/file"),
    (re.compile(r"\b20\d\d-\d\d-\d\d([T ])\d\d:\d\d:\d\d(?:[.,]\d+)?"), r"2026-01-01\g<1>00:00:00"),
    (re.compile(r"\b20\d\d-\d\d-\d\d\b"), "2026-01-01"),
    (re.compile(r"\b[MTWFS][a-z]{2}, \d\d \w{3} 20\d\d [\d:]{8} GMT"), "Thu, 01 Jan 2026 00:00:00 GMT"),
    (re.compile(rf"(?i)({_HOST}\W{{1,8}}(?:port\W{{1,3}})?)(?:{_EPHEMERAL})\b"), r"\g<1>40000"),
    (re.compile(r"(?<![\d.])1[789]\d{8}(?:\.\d+)?(?![\d.])"), "1767225600"),
    (re.compile(r"\b(\d+\.\d)\d{2,}\b(?!\.)"), r"\1"),
    (re.compile(r"\b20\d{6}T\d{6}Z"), "20260101T000000Z"),
    (re.compile(r"\b7[ef][0-9a-f]{10}\b"), "7f0000000000"),
    (re.compile(r"(?i)(pid|process|thread(?: id)?|session|connection id|transaction)([ =:#]+)\d{2,}"), r"\1\g<2>100"),
    (re.compile(rf"(?<=[_\-.=]){os.getpid()}(?!\d)"), "100"),
    (re.compile(r"={15}\d+=="), "===============1=="),
    (re.compile(r"\b[A-Za-z0-9+/]{22}=="), "bm90IGEgc2VjcmV0Li4uLg=="),
    (re.compile(r"\btid=\d+|\bfd=\d+"), "fd=9"),
    (re.compile(r"\bTask-\d+"), "Task-1"),
)  # fmt: skip


def normal(text: str) -> str:
    """A text without what changes between runs and machines."""
    for place, name in _PLACES:
        if len(place) > 3:
            text = text.replace(place, name)
    for pattern, same in _SAME:
        text = pattern.sub(same, text)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def is_real(cls: type) -> bool:
    """Whether a class can be had again by importing it: of Python, its standard library, or Failsoft."""
    top = str(cls.__module__).partition(".")[0]
    return (top in sys.stdlib_module_names or top in {"builtins", "failsoft"}) and "<locals>" not in cls.__qualname__


# --- taking -----------------------------------------------------------------------------------------------------------
def take(exc: BaseException) -> dict[str, Any]:
    """The exception, its chain, members and attributes, and the classes of all of them."""
    return _Taker().all_of(exc)


class _Taker:
    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._exceptions: list[BaseException] = []
        self._classes: dict[type, int] = {}
        self._taken: list[dict[str, Any]] = []

    def all_of(self, exc: BaseException) -> dict[str, Any]:
        self._number(exc)
        done: list[dict[str, Any]] = []
        while len(done) < len(self._exceptions):
            done.append(self._exception(self._exceptions[len(done)]))
        return {"classes": self._taken, "exceptions": done}

    def _number(self, exc: BaseException | None) -> int | None:
        if exc is None:
            return None
        known = self._numbers.get(id(exc))
        if known is None and len(self._exceptions) < _MAX_EXCEPTIONS:
            known = self._numbers[id(exc)] = len(self._exceptions)
            self._exceptions.append(exc)
        return known

    def _exception(self, exc: BaseException) -> dict[str, Any]:
        given = vars(exc) if isinstance(getattr(exc, "__dict__", None), dict) else {}
        attributes = {
            name: value
            for name in sorted(given)[:_MAX_ATTRIBUTES]
            if not name.startswith("__")
            and (not name.startswith("_") or _is_small(given[name]))
            and (value := self._named(name, given[name], 3)) is not _LEFT_OUT
        }
        got: dict[str, Any] = {}
        called: dict[str, Any] = {}
        base = frozenset(dir(BaseExceptionGroup if isinstance(exc, BaseExceptionGroup) else BaseException))
        for name in dir(type(exc)):
            if name.startswith("_") or name in _SKIPPED or name in given or name in base:
                continue
            kind = _found(type(exc), name)
            if _is_plain(kind):
                continue
            answer, method = _ask(exc, name)
            value = self._named(name, answer, 3)
            if value is not _LEFT_OUT and not (method and value is None):
                (called if method else got)[name] = value
        members = members_of(exc) if isinstance(exc, BaseExceptionGroup) else ()
        notes = getattr(exc, "__notes__", None)
        record = {
            "class": self._class(type(exc)),
            "args": [_or_none(self._value(arg, 3, _MAX_TEXT)) for arg in exc.args[:_MAX_ITEMS]],
            "text": _text(exc),
            "attributes": attributes,
            "got": got,
            "called": called,
            "cause": self._number(cause_of(exc)),
            "context": self._number(context_of(exc)),
            "suppressed": exc.__suppress_context__,
            "members": [self._number(member) for member in members],
            "notes": [normal(note) for note in notes] if isinstance(notes, list) else [],
            "frames": _frames(exc),
        }
        return {key: value for key, value in record.items() if value or (value == 0 and value is not False)}

    def _class(self, cls: type) -> int | str:
        if is_real(cls):
            return f"{cls.__module__}.{cls.__qualname__}"
        known = self._classes.get(cls)
        if known is not None:
            return known
        bases = [self._class(base) for base in cls.__bases__]
        own = vars(cls)
        names = sorted(name for name in own if not name.startswith("_"))
        plain = {name: own[name] for name in names if _is_plain(own[name]) and not callable(own[name])}
        attributes = {name: value for name in plain if (value := self._named(name, plain[name], 0)) is not _LEFT_OUT}
        getters = [name for name in names if hasattr(own[name], "__get__") and not callable(own[name])]
        init = getattr(own.get("__init__"), "__code__", None)
        record = {
            "module": cls.__module__,
            "name": cls.__qualname__,
            "bases": bases,
            "attributes": attributes,
            "getters": getters[:_MAX_ATTRIBUTES],
            "parameters": list(init.co_varnames[1 : init.co_argcount + init.co_kwonlyargcount]) if init else [],
        }
        self._taken.append({key: value for key, value in record.items() if value})
        number = self._classes[cls] = len(self._taken) - 1
        return number

    def _named(self, name: str, value: Any, depth: int) -> Any:
        if _SECRET.search(name) and value is not None and not isinstance(value, (bool, int)):
            return _LEFT_OUT
        if (
            _VOLATILE.search(name)
            and isinstance(value, (int, float, str, bytes, timedelta, datetime))
            and not isinstance(value, bool)
        ):
            return _LEFT_OUT
        if name.strip("_") == "request":
            depth = min(depth, 1)  # what we asked says little about how it failed
        return self._value(value, depth, _MAX_VALUE)

    def _value(self, value: Any, depth: int, longest: int) -> Any:
        if value is None or value is True or value is False or value is _LEFT_OUT:
            return value
        if isinstance(value, BaseException):
            number = self._number(value)
            return _LEFT_OUT if number is None else {"exception": number}
        if isinstance(value, enum.Enum) and depth:
            return self._enum(value, depth)
        if isinstance(value, str):
            return normal(str.__str__(value)[:longest])
        if isinstance(value, int):
            return min(int(value), 10**9)
        if isinstance(value, float):
            return round(value, 1) if math.isfinite(value) and abs(value) < 10**9 else 0.0
        if isinstance(value, (bytes, bytearray)):
            return {"bytes": normal(bytes(value[:longest]).decode("latin-1"))}
        if isinstance(value, _OPAQUE) or callable(value) or depth <= 0:
            return _LEFT_OUT
        return self._compound(value, depth)

    def _enum(self, value: enum.Enum, depth: int) -> Any:
        kind = type(value)
        inner = _or_none(self._value(value.value, depth - 1, _MAX_VALUE))
        return {"object": f"{kind.__module__}.{kind.__qualname__}", "with": {"name": value.name, "value": inner}}

    def _compound(self, value: Any, depth: int) -> Any:
        if isinstance(value, (list, tuple, set, frozenset)):
            kind = "list" if isinstance(value, list) else "tuple" if isinstance(value, tuple) else "set"
            items = sorted(value, key=repr) if kind == "set" else _with_same_port(list(value))
            found = (self._value(item, depth - 1, _MAX_VALUE) for item in items[:_MAX_ITEMS])
            return {kind: [item for item in found if item is not _LEFT_OUT]}
        if isinstance(value, Mapping) or (hasattr(value, "items") and hasattr(value, "keys")):
            pairs = []
            for key, item in _pairs(value):
                taken = self._named(key, item, depth - 1) if isinstance(key, str) else self._value(item, depth - 1, 99)
                if taken is not _LEFT_OUT and isinstance(key, (str, int, bytes)):
                    pairs.append([key.decode("latin-1") if isinstance(key, bytes) else key, taken])
            return {"map": pairs}
        return self._object(value, depth)

    def _object(self, value: Any, depth: int) -> Any:
        kind = type(value)
        depth = min(depth, 2)
        found: dict[str, Any] = {}
        for name in dir(value):
            if name.startswith("_") or name.isupper() or len(found) >= _MAX_ATTRIBUTES:
                continue
            member = _found(kind, name)
            if callable(member) and name not in _ASKED:
                continue
            answer, method = _ask(value, name)
            taken = self._named(name, answer, depth - 1)
            empty = taken in _EMPTY or (isinstance(taken, dict) and taken.get("with") == {})
            if not empty and taken is not _LEFT_OUT and not name.startswith("is_"):
                found[f"{name}()" if method else name] = taken
        return {"object": f"{kind.__module__}.{kind.__qualname__}", "with": found}


class _LeftOut:
    """A value that is not recorded."""


_LEFT_OUT = _LeftOut()
_EMPTY: tuple[Any, ...] = (None, False, "", {"bytes": ""}, {"list": []}, {"tuple": []}, {"set": []}, {"map": []})


def _with_same_port(items: list[Any]) -> list[Any]:
    """An address with another port than the one that the system gave out."""
    if len(items) >= 2 and isinstance(items[0], str) and type(items[1]) is int and 2**15 <= items[1] < 2**16:
        return [items[0], 40_000, *items[2:]]
    return items


def _or_none(value: Any) -> Any:
    return None if value is _LEFT_OUT else value


def _is_small(value: Any) -> bool:
    """Whether a private attribute is kept: a text, a number, or a container or exception, but no other object."""
    return isinstance(value, (str, int, float, list, tuple, dict, set, frozenset, BaseException)) or value is None


def _found(cls: type, name: str) -> Any:
    """What a class has under a name, without asking it."""
    for base in cls.__mro__:
        if name in vars(base):
            return vars(base)[name]
    return None


def _is_plain(member: Any) -> bool:
    return member is not None and not hasattr(member, "__get__")


def _ask(owner: Any, name: str) -> tuple[Any, bool]:
    """The value of an attribute, or what a method without parameters answers, and whether it was a method."""
    try:
        value = getattr(owner, name)
    except BaseException:
        return _LEFT_OUT, False
    if not isinstance(value, (types.MethodType, types.BuiltinMethodType)):
        return (_LEFT_OUT if callable(value) and not isinstance(value, BaseException) else value), False
    if not isinstance(owner, BaseException) and name not in _ASKED:
        return _LEFT_OUT, True
    return _called(value), True


def _called(method: Callable[..., Any]) -> Any:
    code = getattr(method, "__code__", None)
    needs = code.co_argcount - 1 - len(getattr(method, "__defaults__", None) or ()) if code else 0
    if needs > 0 or isinstance(getattr(method, "__self__", None), type) or (code and code.co_flags & 0x2A0):
        # takes something, makes an object of its class, or is a generator or a coroutine
        return _LEFT_OUT
    try:
        return method()
    except BaseException:
        return _LEFT_OUT


def _pairs(value: Any) -> Iterator[tuple[Any, Any]]:
    try:
        yield from list(value.items())[:_MAX_ITEMS]
    except Exception:
        return


def _text(exc: BaseException) -> str | None:
    try:
        return normal(str.__str__(str(exc))[:_MAX_TEXT])
    except BaseException:
        return None


def _frames(exc: BaseException) -> list[str]:
    found: list[str] = []
    tb = exc.__traceback__
    while tb is not None:
        code = tb.tb_frame.f_code
        place = _place(code.co_filename)
        if not place.startswith(_OWN):
            found.append(f"{place}:{code.co_qualname}")
        tb = tb.tb_next
    return found[-_MAX_FRAMES:]


def _place(filename: str) -> str:
    """The path of a source file from `site-packages` on, from the standard library on, or from the project on."""
    path = filename.replace("\\", "/")
    for mark in ("/site-packages/", "/dist-packages/"):
        if mark in path:
            return "site-packages/" + path.rpartition(mark)[2]
    if path.startswith(str(ROOT)):
        return path[len(str(ROOT)) + 1 :]
    match = re.search(r"/(lib/python3\.\d+/.*)", path)
    return re.sub(r"python3\.\d+", "python3", match[1]) if match else normal(path)
