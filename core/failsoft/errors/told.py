"""An exception as it stands in a log, made into one that can be classified: nothing is imported for that.

A class that is loaded already is taken as it is. Any other becomes an empty class of its name, which the catalogue
knows by its package and its name; its bases and what instances of it carry stay unknown.
"""

from __future__ import annotations

import importlib.util
import itertools
import re
import sys
from types import FunctionType, TracebackType
from typing import Any, NamedTuple

from failsoft.deferred import as_pattern
from failsoft.errors.packages import assume_installed

__all__ = ["NotUnderstoodError", "Told", "exception_of"]

_MAX_TEXT = 200_000
_MAX_LINKS = 12
_MAX_FRAMES = 100
_CAUSE = "The above exception was the direct cause of the following exception:"
_CONTEXT = "During handling of the above exception, another exception occurred:"
_BETWEEN = as_pattern(rf"^[ |+]*({re.escape(_CAUSE)}|{re.escape(_CONTEXT)})[ ]*$", re.MULTILINE)
_LINE = as_pattern(r"([^\W\d]\w*(?:\.(?:[^\W\d]\w*|<locals>))*)(?:: ?(.*))?\Z", re.DOTALL)
_FRAME = as_pattern(r'^[ |]*File "([^"\n]+)", line \d+, in ([^\n]+)$', re.MULTILINE)
_PREFIX = as_pattern(r"^[ |+-]+")
_HEAD = "Traceback (most recent call last):"
_CONTINUES = as_pattern(r"^\s|^[|+]")


class NotUnderstoodError(ValueError):
    """A text in which no exception stands."""


class Told(NamedTuple):
    """An exception made of a text."""

    exc: BaseException
    loaded: bool
    """Its class is the real one."""
    frames: bool
    """The text told the places it came through."""


def exception_of(text: str) -> Told:
    """The exception that a text tells of: `module.Class: message`, a traceback, or the last lines of one.

    Raises:
        NotUnderstoodError: it tells of none.
    """
    text = text[-_MAX_TEXT:].strip("\n")
    parts = _BETWEEN.split(text)[-2 * _MAX_LINKS + 1 :]
    if len(parts) % 2 == 0:
        parts = parts[1:]
    told = [_one(part) for part in parts[::2]]
    for (inner, outer), relation in zip(itertools.pairwise(told), parts[1::2], strict=False):
        if relation == _CAUSE:
            outer.exc.__cause__ = inner.exc
        else:
            outer.exc.__context__ = inner.exc
    return told[-1]


def _one(text: str) -> Told:
    frames = _FRAME.findall(text)[-_MAX_FRAMES:]
    found = _LINE.match(_last(text))
    if found is None:
        raise NotUnderstoodError('expected "module.Class: message", or a traceback')
    exc, loaded = _make(found[1], found[2] or "")
    if frames:
        exc = _raised(exc, frames)
    return Told(exc, loaded, bool(frames))


def _last(text: str) -> str:
    """What says the class and the message: the first line after the frames that is not indented, and all after it."""
    lines = text.splitlines()
    start = 0
    for number, line in enumerate(lines):
        if _HEAD in line or _FRAME.match(line):
            start = number + 1
    while start < len(lines) and (not lines[start].strip() or lines[start].lstrip(" |").startswith(("~", "^"))):
        start += 1
    rest = lines[start:]
    if start:
        while len(rest) > 1 and (_CONTINUES.match(rest[0]) and not _LINE.match(_PREFIX.sub("", rest[0]).split(":")[0])):
            rest = rest[1:]
        # the line of code under the last frame
        if len(rest) > 1 and rest[0].startswith("    "):
            rest = rest[1:]
        while len(rest) > 1 and not rest[0].lstrip(" |").strip("~^ "):
            rest = rest[1:]
    return _PREFIX.sub("", "\n".join(rest)).strip()


def _make(path: str, message: str) -> tuple[BaseException, bool]:
    module, _, name = path.rpartition(".")
    values = getattr(sys.modules.get(module or "builtins"), "__dict__", {})
    cls: Any = values.get(name)
    loaded = isinstance(cls, type) and issubclass(cls, BaseException)
    if not loaded:
        _note(module)
        cls = type(name, (Exception,), {"__module__": module or "__main__"})
    if cls is KeyError and len(message) > 1 and message[0] == message[-1] == "'":
        # printed is the repr of a key
        message = message[1:-1]
    args = (message,) if message else ()
    try:
        made = cls.__new__(cls, *args)
        made.args = args
        if message in str(made):
            return made, loaded
    except Exception:  # noqa: BLE001, S110 - what a class asks for cannot be known
        pass
    space = {"__module__": module or "builtins", "__init__": _nothing, "__str__": lambda self: " ".join(self.args)}
    return _bare(type(name, (cls,), space), *args), loaded


def _nothing(self: BaseException, *args: Any) -> None:
    self.args = args


def _bare(cls: type[BaseException], *args: Any) -> BaseException:
    try:
        made: BaseException = cls.__new__(cls, *args)
    except Exception:  # noqa: BLE001 - nothing but its name is left of it then
        made = type(cls.__name__, (Exception,), {"__module__": cls.__module__})(*args)
    made.args = args
    return made


def _note(module: str) -> None:
    """Find out whether a package is an installed one, without importing it."""
    top = module.partition(".")[0]
    if not top or top in sys.modules:
        return
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        spec = None
    places = [] if spec is None else [spec.origin or "", *(spec.submodule_search_locations or ())]
    if any("-packages" in place for place in places):
        assume_installed(top)


def _raised(exc: BaseException, frames: list[tuple[str, str]]) -> BaseException:
    """The exception after it came through functions that are called so and stand in these files."""

    def raise_it() -> None:
        raise exc

    call = raise_it
    for file, function in reversed(frames):
        call = _named(file, function, call)
    try:
        call()
    except BaseException as caught:  # noqa: BLE001 - it is the one that was asked for
        caught.__traceback__ = _without_ends(caught.__traceback__)
        return caught
    return exc


def _without_ends(tb: TracebackType | None) -> TracebackType | None:
    """The places that were told of, without those here: the outermost frame and the innermost one."""
    told = found = tb.tb_next if tb is not None else None
    while found is not None and found.tb_next is not None:
        if found.tb_next.tb_next is None:
            found.tb_next = None
        found = found.tb_next
    return told


def _named(file: str, function: str, inner: Any) -> Any:
    def call() -> None:
        inner()

    code = call.__code__.replace(co_filename=file, co_name=function, co_qualname=function)
    return FunctionType(code, {}, function, None, call.__closure__)
