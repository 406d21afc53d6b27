"""The form of a case: a function that raises a real exception, and what the exception is.

::

    @case("psycopg", "concurrency", transient=True, status=503, severity="medium")
    def deadlock() -> None:
        ...  # raises, as a view that uses the library would

The exception must come out of the library itself, not be made by hand, unless `made` says why there is no other way.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from failsoft.errors.taxonomy import Category, Severity

__all__ = ["CASES", "Case", "case", "raised"]


@dataclass(frozen=True, slots=True)
class Case:
    """One exception of one library."""

    library: str
    """Name of the distribution, as `psycopg`; `python` for the standard library."""
    name: str
    """Unique within the library."""
    category: Category
    transient: bool
    statuses: frozenset[int]
    """The status; several where the conventions leave a choice, as 502 or 503 for a peer that refused."""
    severity: Severity
    raiser: Callable[[], Any]
    made: str = ""
    """Why it was made by hand, where no real cause can be arranged here. Empty: it was raised for its real cause."""
    note: str = ""
    """Why it is labelled so, where that is not plain."""


CASES: list[Case] = []
"""Every case of the modules that were imported."""


def case(
    library: str,
    category: str,
    *,
    transient: bool,
    status: int | tuple[int, ...],
    severity: str,
    made: str = "",
    note: str = "",
) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """Register a function, plain or async, that raises.

    Parameters: see `Case`. The name of the function is the name of the case.
    """

    def register(raiser: Callable[[], Any]) -> Callable[[], Any]:
        statuses = frozenset(status if isinstance(status, tuple) else (status,))
        name = raiser.__name__.strip("_")
        if any(one.library == library and one.name == name for one in CASES):
            raise ValueError(f"{library}: two cases are called {name}")
        CASES.append(
            Case(library, name, Category(category), transient, statuses, Severity(severity), raiser, made, note)
        )
        return raiser

    return register


def raised(one: Case) -> BaseException:
    """The exception of a case, with its traceback.

    Raises:
        AssertionError: it raised nothing.
    """
    try:
        result = one.raiser()
        if inspect.iscoroutine(result):
            asyncio.run(result)
    except BaseException as exc:
        return exc
    raise AssertionError(f"{one.library}: {one.name} raised nothing")
