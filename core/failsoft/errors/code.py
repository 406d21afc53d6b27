"""What a code says, and the small questions that every reader of codes asks."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import NamedTuple

from failsoft.errors.catalogue.labels import Label
from failsoft.errors.files import is_application

__all__ = ["Code", "CodeReader", "code_that_raised", "first_of", "is_raised_by_us", "named", "number_of"]


class Code(NamedTuple):
    """What a code says."""

    label: Label
    says: str
    retry_after: str | None = None
    """A peer's `Retry-After`, as it came."""


CodeReader = Callable[[BaseException, Label | None], Code | None]
"""Reads the code of an exception; knows what the catalogue says of its class."""


def number_of(value: object) -> int | None:
    """A plain integer; None for anything else, truth values included."""
    return value if type(value) is int else None


def first_of(exc: BaseException) -> object:
    """The first argument of an exception."""
    return exc.args[0] if exc.args else None


def named(label: Label | None, says: str) -> Code | None:
    """A code if it means something."""
    return None if label is None else Code(label, says)


def code_that_raised(exc: BaseException) -> CodeType | None:
    """The innermost code that an exception came out of."""
    tb = exc.__traceback__
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    return None if tb is None else tb.tb_frame.f_code


_is_ours = lru_cache(maxsize=2_048)(is_application)


def is_raised_by_us(exc: BaseException) -> bool:
    """Whether code of the application raised an exception itself."""
    code = code_that_raised(exc)
    return code is not None and _is_ours(code.co_filename)
