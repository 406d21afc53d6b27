"""An exception as it stands in a log, made into one that can be classified: nothing is imported for that.

A class that is loaded already is taken as it is. Any other becomes an empty class of its name, which the catalogue
knows by its package and its name; its bases and what instances of it carry stay unknown.
"""

from __future__ import annotations

import importlib.util
import itertools
import re
import sys
from contextlib import suppress
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
_MEMBERS = as_pattern(r"( *)\+-\+-+ (\S+) -+ *\Z")
_MEMBER = as_pattern(r"\+-+ (\S+) -+ *\Z")
_END = as_pattern(r"\+-+ *\Z")
_COUNT = as_pattern(r" \(\d+ sub-exceptions?\)\Z")
_DRAWN = as_pattern(r"\x00(\d+)\x00")
_ANSWER = as_pattern(r"([45]\d\d)(?:: (.*))?\Z", re.DOTALL)
_MAX_DEPTH = 16
_MAX_MEMBERS = 200
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
    whole: bool = True
    """Of a group, all of its members stand in the text."""


def exception_of(text: str) -> Told:
    """The exception that a text tells of: `module.Class: message`, a traceback, or the last lines of one.

    Raises:
        NotUnderstoodError: it tells of none.
    """
    return _read(_bounded(text.replace("\0", " ")).strip("\n").splitlines(), 0)


def _bounded(text: str) -> str:
    """As much of a text as is looked at: of a long message the beginning, of many tracebacks the last."""
    if len(text) <= _MAX_TEXT:
        return text
    # the frames of the last exception, and what is said after them
    last = max(text.rfind(_HEAD), text.rfind('  File "'), 0)
    start = min(max(last - _MAX_TEXT // 2, 0), len(text) - _MAX_TEXT)
    if start:
        start = text.find("\n", start) + 1
    return text[start : start + _MAX_TEXT]


def _read(lines: list[str], depth: int) -> Told:
    """The exception that lines tell of, with its chain, and of groups with what is drawn under them."""
    kept: list[str] = []
    drawn: list[tuple[list[Told], bool]] = []
    number = 0
    while number < len(lines):
        opening = _MEMBERS.match(lines[number])
        if opening is None:
            kept.append(lines[number])
            number += 1
            continue
        column = len(opening[1])
        _take_in(kept, column)
        end = _end_of(lines, number + 1, column + 2)
        # further lines of a message have no margin
        inner = [line[column + 2 :] if line[: column + 2].strip(" +-") == "" else line for line in lines[number:end]]
        kept.append(f"\0{len(drawn)}\0")
        drawn.append(_members(inner, depth + 1))
        number = end
    return _chained("\n".join(kept), drawn)


def _end_of(lines: list[str], start: int, column: int) -> int:
    """Where what is drawn of the members of a group ends: the line under the last one closes the groups around it."""
    margin = (" " * column + "|", " " * column + "+")
    for number in range(start, len(lines)):
        ends = lines[number].startswith(" " * column) and _END.match(lines[number].lstrip()) is not None
        after = lines[number + 1] if number + 1 < len(lines) else ""
        if ends and (lines[number].startswith(margin) or not after.startswith(margin)):
            return number + 1
    # it was cut off
    end = start
    while end < len(lines) and lines[end][:column].strip() == "" and lines[end].lstrip().startswith(("|", "+")):
        end += 1
    return end


def _take_in(lines: list[str], column: int) -> None:
    """Take the margin from the lines of a group that is drawn in this column."""
    margin = " " * column
    for number in range(len(lines) - 1, -1, -1):
        if not lines[number].startswith((f"{margin}|", f"{margin}+ ")):
            break
        lines[number] = lines[number][column + 2 :]


def _members(lines: list[str], depth: int) -> tuple[list[Told], bool]:
    """The members of a group, and whether they are all of them."""
    parts: list[list[str]] = []
    for line in lines:
        if _MEMBER.match(line) is not None:
            parts.append([])
        elif _END.match(line) is None and parts:
            parts[-1].append(line[2:] if line.startswith("| ") else line.removeprefix("|"))
    told: list[Told] = []
    for part in parts[:_MAX_MEMBERS] if depth <= _MAX_DEPTH else ():
        # of too many it is only said how many more there are
        with suppress(NotUnderstoodError):
            told.append(_read(part, depth))
    return told, len(told) == len(parts) > 0


def _chained(text: str, drawn: list[tuple[list[Told], bool]]) -> Told:
    parts = _BETWEEN.split(text.strip("\n"))[-2 * _MAX_LINKS + 1 :]
    if len(parts) % 2 == 0:
        parts = parts[1:]
    told = [_one(part, drawn) for part in parts[::2]]
    for (inner, outer), relation in zip(itertools.pairwise(told), parts[1::2], strict=False):
        if relation == _CAUSE:
            outer.exc.__cause__ = inner.exc
        else:
            outer.exc.__context__ = inner.exc
    return told[-1]


def _one(text: str, drawn: list[tuple[list[Told], bool]]) -> Told:
    places = list(_DRAWN.finditer(text))
    if places:
        # what comes after it is of another line of the log
        text = text[: places[-1].start()]
    frames = _FRAME.findall(text)[-_MAX_FRAMES:]
    found = _LINE.match(_last(text))
    if found is None:
        raise NotUnderstoodError('expected "module.Class: message", or a traceback')
    members, whole = drawn[int(places[-1][1])] if places else ([], _COUNT.search(found[2] or "") is None)
    if members:
        exc, loaded = _group(found[1], found[2] or "", members)
    else:
        exc, loaded = _make(found[1], found[2] or "")
    if frames:
        exc = _raised(exc, frames)
    whole = whole and all(one.whole for one in members)
    return Told(exc, loaded, bool(frames) or any(one.frames for one in members), whole)


def _group(path: str, message: str, members: list[Told]) -> tuple[BaseException, bool]:
    cls, loaded = _class_of(path)
    inner = [one.exc for one in members]
    base: Any = ExceptionGroup if all(isinstance(one, Exception) for one in inner) else BaseExceptionGroup
    text = _COUNT.sub("", message)
    try:
        made = base.__new__(cls if loaded and issubclass(cls, base) else base, text, inner)
        if not loaded or type(made) is not cls:
            made = type(cls.__name__, (base,), {"__module__": cls.__module__})(text, inner)
    except Exception:  # noqa: BLE001 - what a class asks for cannot be known
        made = base(text, inner)
    return made, loaded and all(one.loaded for one in members)


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
    made, loaded = _made(path, message)
    answer = _ANSWER.match(message) if type(made).__name__ == "HTTPException" else None
    if answer is not None:
        # Starlette, FastAPI and others print the status that they carry
        vars(made).update(status_code=int(answer[1]), detail=answer[2] or "")
    return made, loaded


def _made(path: str, message: str) -> tuple[BaseException, bool]:
    cls, loaded = _class_of(path)
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
    space = {"__module__": cls.__module__, "__init__": _nothing, "__str__": lambda self: " ".join(self.args)}
    return _bare(type(cls.__name__, (cls,), space), *args), loaded


def _class_of(path: str) -> tuple[Any, bool]:
    """The class of a path, and whether it is the real one."""
    module, _, name = path.rpartition(".")
    values = getattr(sys.modules.get(module or "builtins"), "__dict__", {})
    cls: Any = values.get(name)
    if isinstance(cls, type) and issubclass(cls, BaseException):
        return cls, True
    _note(module)
    return type(name, (Exception,), {"__module__": module or "__main__"}), False


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
