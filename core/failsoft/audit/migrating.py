"""The schema of the tables: made where there is none, brought forward where it is old, refused where it is newer.

A migration is a function of a connection; it is never changed once it was released, and there is no way back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from failsoft.audit import tables
from failsoft.audit.stores import StoreError

__all__ = ["prepare"]


def prepare(connection: sa.Connection, *, now: int) -> None:
    """Bring the schema to `SCHEMA_VERSION`, in one transaction.

    Parameters:
        now: microseconds since the Unix epoch, kept beside the version.

    Raises:
        StoreError: the tables are newer than this Failsoft, or are somebody else's.
    """
    if _version(connection) == tables.SCHEMA_VERSION:
        connection.rollback()
        return
    connection.rollback()
    with connection.begin():
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        version = _version(connection)
        if version > tables.SCHEMA_VERSION:
            raise StoreError(
                f"the tables have schema {version}, this Failsoft knows {tables.SCHEMA_VERSION}: take a newer Failsoft"
            )
        for number in range(version + 1, tables.SCHEMA_VERSION + 1):
            if number in MIGRATIONS and (version or number == tables.SCHEMA_VERSION):
                MIGRATIONS[number](connection)
        if version < tables.SCHEMA_VERSION:
            connection.execute(sa.insert(tables.versions), {"version": tables.SCHEMA_VERSION, "at": now})


def _version(connection: sa.Connection) -> int:
    """0: there are no tables of ours. Raises `StoreError` for a table of somebody else's under our name."""
    there = set(sa.inspect(connection).get_table_names())
    if tables.versions.name in there:
        return int(connection.scalar(sa.select(sa.func.max(tables.versions.c.version))) or 0)
    if tables.entries.name not in there:
        return 0
    found = {column["name"] for column in sa.inspect(connection).get_columns(tables.entries.name)}
    if {"lane", "lane_sequence", "timestamp", "record"} <= found:
        return 1
    raise StoreError(f"there is a table {tables.entries.name!r} of something else")


def _to_2(connection: sa.Connection) -> None:
    """Chains. What was written before has none, and is kept aside as it is."""
    there = set(sa.inspect(connection).get_table_names())
    if tables.entries.name in there:
        connection.execute(sa.text("ALTER TABLE failsoft_audit RENAME TO failsoft_audit_unchained"))
        for index in ("timestamp", "error_id", "code", "endpoint"):
            connection.execute(sa.text(f"DROP INDEX IF EXISTS failsoft_audit_{index}"))
    tables.metadata.create_all(connection)


MIGRATIONS: Mapping[int, Callable[[sa.Connection], None]] = {2: _to_2}
"""How to come to a version from the one before."""
