"""What an exception says in words that are known: of a class, of a place, or by themselves (`catalogue.texts`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.errors.called import function_called, name_called
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.catalogue.texts import OF_BEGINNINGS, OF_CALLS, OF_CLASSES, OF_PLACES
from failsoft.errors.code import Code, first_of
from failsoft.errors.failure import Frame
from failsoft.errors.files import is_application, is_installed, is_standard, slashed
from failsoft.errors.frames import Frames

__all__ = ["has_words", "read_words", "said_at", "said_by_call"]

_MAX_TEXT = 600
_CLOSE = 3
_CLOSE_OF_IMPORTS = 12
_IMPORTS = frozenset({"ModuleNotFoundError", "ImportError"})
_IMPORTING = "<frozen importlib"
_MOST_FILES = 4_096


class _Row(NamedTuple):
    label: Label
    names: frozenset[str]
    function: re.Pattern[str] | None
    text: re.Pattern[str] | None


def _key(path: str) -> str:
    return f"{path.partition('.')[0]}.{path.rpartition('.')[2]}"


def _pattern(words: str) -> re.Pattern[str] | None:
    return as_pattern(words) if words else None


_CLASSES: dict[str, list[tuple[Label, re.Pattern[str]]]] = {}
for _label, _paths, _words in OF_CLASSES:
    for _path in _paths.split():
        _CLASSES.setdefault(_key(_path), []).append((_label, as_pattern(_words)))
_PLACES = tuple(
    (piece, _Row(label, frozenset(names.split()), _pattern(function), _pattern(text)))
    for label, names, piece, function, text in OF_PLACES
)
_CALLS: dict[str, dict[str, tuple[Label, re.Pattern[str] | None]]] = {}
"""By the name of a class and a function."""
for _label, _names, _functions, _words in OF_CALLS:
    for _one in _names.split():
        _CALLS.setdefault(_one, {}).update(dict.fromkeys(_functions.split(), (_label, _pattern(_words))))
_NAMES_CALLED = frozenset(function.rpartition(".")[2] for calls in _CALLS.values() for function in calls)
"""The last names of all of them: of most failures it is known by that that they are none of these."""
_BEGINNINGS = {(name, words): label for label, name, words in OF_BEGINNINGS}
_NAMED: dict[str, tuple[str, ...]] = {name: () for _, row in _PLACES for name in row.names}
"""By the name of a class of which a place or a beginning is known: its beginnings."""
for _, _name, _words in OF_BEGINNINGS:
    _NAMED[_name] = (*_NAMED.get(_name, ()), _words)
_files: dict[str, tuple[_Row, ...]] = {}
"""What is known of each file: the same ones come again and again."""


def has_words(cls: type) -> bool:
    """Whether there are words that say what an exception of a class is."""
    return any(_key(f"{base.__module__}.{base.__name__}") in _CLASSES for base in cls.__mro__)


def read_words(exc: BaseException, _label: Label | None) -> Code | None:
    """What the words of an exception say whose class has some."""
    first = first_of(exc)
    # what a class makes of several arguments is its text, and the first of them may be no more than a title
    whole = str(exc)[:_MAX_TEXT]
    texts = (whole,) if not isinstance(first, str) or first == whole else (first[:_MAX_TEXT], whole)
    for base in type(exc).__mro__:
        for label, words in _CLASSES.get(_key(f"{base.__module__}.{base.__name__}"), ()):
            for text in texts:
                if (found := words.search(text)) is not None:
                    return Code(label, found[0].strip() or base.__name__)
    return None


def said_at(name: str, frames: Sequence[Frame], text: str) -> tuple[Label, str] | None:
    """What a class says by the place where it was raised and by its words, and why.

    Parameters:
        name: of the class, `builtins` left out.
        frames: of the exception, outermost call first.
        text: its message.
    """
    begun = _NAMED.get(name)
    if begun is None:
        return None
    if begun and text.startswith(begun):
        words = next(one for one in begun if text.startswith(one))
        return _BEGINNINGS[name, words], words
    close = _CLOSE_OF_IMPORTS if name in _IMPORTS else _CLOSE
    for file in frames.files(close) if isinstance(frames, Frames) else [one[0] for one in frames[-close:]]:
        rows = _files.get(file)
        if rows or (rows is None and _learn(file)):
            return _said_there(name, frames, text)
    # most files are ones of which nothing is known
    return None


def said_by_call(name: str, frames: Sequence[Frame], text: str, exc: BaseException) -> tuple[Label, str] | None:
    """What a class says where a compiled function raised it that is known, and which.

    Parameters: as of `said_at`, and the exception.
    """
    calls = _CALLS.get(name)
    if calls is None or not isinstance(frames, Frames) or (place := frames.place) is None:
        return None
    # the import system is called by what was called
    if name not in _IMPORTS and name_called(*place) not in _NAMES_CALLED:
        return None
    function = function_called(exc)
    if function is None or (found := calls.get(function)) is None:
        return None
    label, words = found
    return None if words is not None and words.search(text[:_MAX_TEXT]) is None else (label, function)


def _said_there(name: str, frames: Sequence[Frame], text: str) -> tuple[Label, str] | None:
    for file, function in _innermost(frames):
        if is_application(file):
            # what a library called back fails by itself
            return None
        for row in _rows_of(file):
            if (
                name in row.names
                and (row.function is None or row.function.search(function) is not None)
                and (row.text is None or row.text.search(text[:_MAX_TEXT]) is not None)
            ):
                return row.label, "what this function says"
    return None


def _rows_of(file: str) -> tuple[_Row, ...]:
    rows = _files.get(file)
    return _learn(file) if rows is None else rows


def _innermost(frames: Sequence[Frame]) -> Iterator[tuple[str, str]]:
    places = frames.places() if isinstance(frames, Frames) else ((one[0], one[2]) for one in reversed(frames))
    return islice((place for place in places if not place[0].startswith(_IMPORTING)), _CLOSE)


def _learn(file: str) -> tuple[_Row, ...]:
    if len(_files) >= _MOST_FILES:
        _files.clear()
    path, ours = slashed(file), not (is_installed(file) or is_standard(file))
    known = _files[file] = () if ours else tuple(row for piece, row in _PLACES if piece in path)
    return known
