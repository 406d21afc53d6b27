"""From a `Query` to SQL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from failsoft.audit import tables
from failsoft.audit.entry import COLUMNS
from failsoft.audit.stores import Query

__all__ = ["entries_of", "selected"]

_EQUAL = ("code", "endpoint", "status", "error_id", "trace_id")


def entries_of(table: sa.Table) -> list[sa.Column[Any]]:
    """The columns of an entry, in their order."""
    return [table.c[name] for name in COLUMNS]


def selected(query: Query) -> sa.Select[Any]:
    """The entries that are wanted, each after its position."""
    table = tables.entries
    wanted: list[Any] = [table.c[name] == getattr(query, name) for name in _EQUAL if getattr(query, name) is not None]
    if query.after is not None:
        wanted.append(table.c.position > query.after)
    if query.since is not None:
        wanted.append(table.c.at >= query.since)
    if query.until is not None:
        wanted.append(table.c.at < query.until)
    wanted += [table.c[f"{name}_index"].in_(digests) for name, digests in (query.indexes or {}).items()]
    if query.kinds:
        wanted.append(table.c.kind.in_(query.kinds))
    if query.severities:
        wanted.append(table.c.severity.in_(query.severities))
    order: tuple[Any, ...]
    if query.newest_first:
        order = table.c.at.desc(), table.c.position.desc()
    else:
        # by time wherever that is allowed: every index ends with it
        order = (table.c.at, table.c.position) if query.after is None else (table.c.position,)
    return sa.select(table.c.position, *entries_of(table)).where(*wanted).order_by(*order).limit(query.limit)
