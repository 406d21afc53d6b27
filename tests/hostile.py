"""Exceptions that do harm to whoever looks at them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

__all__ = ["HOSTILE"]


class BrokenText(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class BrokenAttributes(Exception):
    def __getattribute__(self, name: str) -> Any:
        if name.startswith("__"):
            return super().__getattribute__(name)
        raise RuntimeError(name)


@dataclasses.dataclass(frozen=True)
class Frozen(Exception):
    code: int = 1


@dataclasses.dataclass
class Unhashable(Exception):
    code: int = 1


class NotesOfItsOwn(Exception):
    __notes__ = "not a list"


class NoNotes(Exception):
    def add_note(self, note: str) -> None:
        raise RuntimeError("no notes here")


class Falsy(Exception):
    def __bool__(self) -> bool:
        return False


class Undecided(Exception):
    def __bool__(self) -> bool:
        raise RuntimeError("neither")


class NothingInside(Exception):
    """A collection of errors that happens to hold none."""

    def __len__(self) -> int:
        return 0


class EqualToNothing(Exception):
    def __eq__(self, other: object) -> bool:
        raise RuntimeError("not comparable")

    __hash__ = Exception.__hash__


class LyingClass(Exception):
    @property
    def __class__(self) -> Any:
        raise RuntimeError("no class")

    @__class__.setter
    def __class__(self, value: Any) -> None: ...


class AbsurdStatus(Exception):
    status_code = "abc"
    code = object()
    headers = 3
    retry_after = float("nan")
    detail = b"\xff"


class Slotted(Exception):
    __slots__ = ()


def with_surrogates() -> Exception:
    return ValueError("\ud800 broken \udfff")


def enormous() -> Exception:
    return ValueError("x" * 5_000_000)


def cyclic() -> Exception:
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    return one


def deep_context() -> Exception:
    error = ValueError("innermost")
    for number in range(3000):
        outer = ValueError(number)
        outer.__context__ = error
        error = outer
    return error


def deep_group() -> Exception:
    group = ExceptionGroup("leaf", [ValueError("leaf")])
    for number in range(200):
        group = ExceptionGroup(str(number), [group])
    return group


def lost_with(cls: type[Exception]) -> Callable[[], Exception]:
    """An exception of two families: worth retrying, and hostile."""
    return type(f"Lost{cls.__name__}", (cls, ConnectionResetError), {})


HOSTILE: tuple[Callable[[], Exception], ...] = (
    BrokenText, BrokenAttributes, Frozen, Unhashable, NotesOfItsOwn, NoNotes, Falsy, Undecided, NothingInside,
    EqualToNothing, LyingClass, AbsurdStatus, Slotted, with_surrogates, enormous, cyclic, deep_context, deep_group,
    RecursionError, StopIteration, StopAsyncIteration, MemoryError, AssertionError, UnicodeError,
)  # fmt: skip
"""Makers of exceptions."""
