"""What an application had called a library to do, by the name of the function that it called.

A library that reads data complains of what it was given, and that is what a client sent. The same library, called to
write, complains of what our code gave it; and what it does not find that is part of an installation, as a template, was
not installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue.labels import BUG
from failsoft.errors.failure import Frame, Link
from failsoft.errors.files import in_package, slashed
from failsoft.errors.fleeting import compare
from failsoft.errors.frames import Frames
from failsoft.errors.places import OF_INPUT
from failsoft.errors.reading import Reading

__all__ = ["is_making", "limits_time", "misses_a_file", "of_an_installation", "unless_written", "was_to_write"]

_MOST = 12

_MAKES = as_pattern(
    r"(?:\A|\.)_?(?:add|append|create|insert|set|write|save|draw|make|build|render|put|new|cell|merge|pack)(?:_\w+)?\Z"
)
_DUMPS = as_pattern(r"(?:\A|\.)_?(?:(?:\w+_)?dumps?|stringify|unstructure|unparse|(?:\w+_)?seriali[sz]e|dumps?_\w+)\Z")
_WRITES = as_pattern(
    r"(?:\A|\.)_?(?:(?:\w+_)?(?:dumps?|encode|encodes|stringify|unstructure|unparse|seriali[sz]e)|dumps?_\w+|write\w*"
    r"|save(?:_\w+)?|export(?:_\w+)?|add(?:_\w+)?|append(?:_\w+)?"
    r"|compile(?:_\w+)?|packb?(?:_\w+)?"
    r"|to_(?:json|xml|ya?ml|toml|csv|bytes|string|html|pdf|dict|file|excel|parquet|ical|wire))\Z"
)
_INSTALLED = as_pattern(
    r"template|(?:\A|[/_.])(?:quer(?:y|ies)|rules?|bundles?|assets?|manifest)(?:\Z|[/_.])", re.IGNORECASE
)
_LIMITS_TIME = as_pattern(r"(?!async)[^/]*time_?(?:out|limit)[^/]*/|[^/]+/time_?(?:out|limit)s?/")


def misses_a_file(exc: BaseException, text: str) -> str | None:
    """What a library lacks that names a file, or passes on that one is missing."""
    compare()
    missing = exc if type(exc) is FileNotFoundError else exc.__context__
    if type(missing) is not FileNotFoundError or not (missing is exc or str(missing.filename) in text):
        return None
    return "a file that a library was given"


def unless_written(reading: Reading, link: Link | None) -> Reading:
    """What a library says of data, unless it was called to write some."""
    if reading.label in OF_INPUT and link is not None and was_to_write(link.frames, strictly=True):
        reading.label, reading.says = BUG, f"{reading.says}, while writing"
    return reading


def was_to_write(frames: Sequence[Frame], *, strictly: bool) -> bool:
    """Whether a library was called to write something, of which our code says what and how.

    Parameters:
        strictly: nothing else counts than what is done with objects of the application, as it is where the library has
            a class of its own for what it was given.
    """
    run = _run(frames)
    return bool(run) and (_DUMPS if strictly else _WRITES).search(run[0][1]) is not None


def is_making(frames: Sequence[Frame]) -> bool:
    """Whether it arose where something is made."""
    return bool(frames) and _MAKES.search(frames[-1][2]) is not None


def of_an_installation(frames: Sequence[Frame]) -> str | None:
    """The word by which functions of a library tell that they were to find what comes with an installation."""
    for file, function in _innermost(frames):
        inside = in_package(file)
        if not inside:
            break
        if (found := _INSTALLED.search(f"{inside.removesuffix('.py')}/{function}")) is not None:
            return found[0].strip("/_.").lower()
    return None


def limits_time(file: str) -> bool:
    """Whether a file is of a library that ends work of ours which takes too long; what asyncio waits for is mostly a
    peer."""
    return _LIMITS_TIME.match(in_package(file)) is not None


def _innermost(frames: Sequence[Frame]) -> Iterator[tuple[str, str]]:
    if isinstance(frames, Frames):
        return islice(frames.places(), _MOST)
    return iter([(file, function) for file, _, function in reversed(frames[-_MOST:])])


def _run(frames: Sequence[Frame]) -> list[tuple[str, str]]:
    """The innermost functions that belong to one package, outermost first, each with its path in the package."""
    run: list[tuple[str, str]] = []
    own: str | None = None
    for file, function in _innermost(frames):
        inside = _inside(file)
        top = inside.partition("/")[0]
        if not inside or (own is not None and top != own):
            break
        own = top
        run.append((inside.partition("/")[2], function))
    return run[::-1]


def _inside(file: str) -> str:
    """The path below the folder of libraries; of a compiled module no more than its kind is known."""
    path = slashed(file)
    return in_package(path) or ("compiled/" if path.endswith((".pyx", ".pxi")) else "")
