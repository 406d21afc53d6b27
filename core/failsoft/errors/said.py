"""What an exception says in words that are known: of a class, of a place, or by themselves (`catalogue.texts`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from failsoft.errors.catalogue.labels import Label
from failsoft.errors.catalogue.texts import OF_BEGINNINGS, OF_CLASSES, OF_PLACES
from failsoft.errors.code import Code, first_of
from failsoft.errors.failure import Frame
from failsoft.errors.frames import Frames

__all__ = ["has_words", "read_words", "said_at"]

_MAX_TEXT = 600
_CLOSE = 3
_MOST_FILES = 4_096


class _Row(NamedTuple):
    label: Label
    names: frozenset[str]
    function: re.Pattern[str] | None
    text: re.Pattern[str] | None


def _key(path: str) -> str:
    return f"{path.partition('.')[0]}.{path.rpartition('.')[2]}"


def _pattern(words: str) -> re.Pattern[str] | None:
    return re.compile(words) if words else None


_CLASSES: dict[str, list[tuple[Label, re.Pattern[str]]]] = {}
for _label, _paths, _words in OF_CLASSES:
    for _path in _paths.split():
        _CLASSES.setdefault(_key(_path), []).append((_label, re.compile(_words)))
_PLACES = tuple(
    (piece, _Row(label, frozenset(names.split()), _pattern(function), _pattern(text)))
    for label, names, piece, function, text in OF_PLACES
)
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
    for file in frames.files(_CLOSE) if isinstance(frames, Frames) else [one[0] for one in frames[-_CLOSE:]]:
        rows = _files.get(file)
        if rows or (rows is None and _learn(file)):
            return _said_there(name, frames, text)
    # most files are ones of which nothing is known
    return None


def _said_there(name: str, frames: Sequence[Frame], text: str) -> tuple[Label, str] | None:
    for file, function in _innermost(frames):
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
    if isinstance(frames, Frames):
        return islice(frames.places(), _CLOSE)
    return ((file, function) for file, _, function in reversed(frames[-_CLOSE:]))


def _learn(file: str) -> tuple[_Row, ...]:
    if len(_files) >= _MOST_FILES:
        _files.clear()
    path = file.replace("\\", "/")
    known = _files[file] = tuple(row for piece, row in _PLACES if piece in path and _is_installed(path))
    return known


def _is_installed(path: str) -> bool:
    """Whether a file is one of a library or of Python: an application may call its own `subprocess.py`."""
    return "-packages/" in path or _STANDARD.search(path) is not None


_STANDARD = re.compile(r"/lib(?:64)?/python\d|[/\\]Lib[/\\]|\A<frozen ")
