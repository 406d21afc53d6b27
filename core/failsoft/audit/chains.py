"""Reads parts of chains, and lets go of the store when it has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TypeVar, cast

from failsoft.audit.entry import Entry
from failsoft.audit.stores import ReadableStore

__all__ = ["first_of", "stretch_of"]

T = TypeVar("T")


def first_of(found: Iterator[T]) -> T | None:
    """The first of what a store yields, None if it yields nothing."""
    with closing(_closable(found)) as items:
        return next(items, None)


def stretch_of(store: ReadableStore, lane: str, first: int, last: int) -> Iterator[Entry]:
    """The entries of a lane from one number up to another one."""
    with closing(_closable(store.chain(lane, first))) as chain:
        for entry in chain:
            if entry.sequence > last:
                return
            yield entry


class _Closable(Iterator[T]):
    def close(self) -> None: ...


def _closable(found: Iterator[T]) -> _Closable[T]:
    """What a store yields is closed, or forgets by itself that nobody reads on."""
    return cast("_Closable[T]", found if hasattr(found, "close") else (item for item in found))
