"""The schema of the tables: made where there is none, brought forward where it is old, refused where it is newer.

A migration is a function of a connection; it is never changed once it was released, and there is no way back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa

from failsoft.audit import tables
from failsoft.audit.stores import StoreError

__all__ = ["fit", "prepare", "require"]

_LOCK = int.from_bytes(b"failsoft", "big", signed=True)


def prepare(connection: sa.Connection, *, begin: Callable[[sa.Connection], None], now: int) -> None:
    """Bring the schema to `SCHEMA_VERSION`, in one transaction. Of many processes at once, one does it.

    Parameters:
        begin: begins a transaction that writes.
        now: microseconds since the Unix epoch, kept beside the version.

    Raises:
        StoreError: the tables are newer than this Failsoft, or are somebody else's.
    """
    if _is_current(connection):
        return
    begin(connection)
    if connection.dialect.name == "postgresql":
        # what only exists after the commit of another process cannot be locked otherwise
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    version = _version(connection, types=True)
    _refuse_newer(version)
    if version < tables.SCHEMA_VERSION:
        for number in range(version + 1, tables.SCHEMA_VERSION + 1):
            if number in MIGRATIONS and (version or number == tables.SCHEMA_VERSION):
                MIGRATIONS[number](connection)
        connection.execute(sa.insert(tables.versions), {"version": tables.SCHEMA_VERSION, "at": now})
    connection.commit()


def _is_current(connection: sa.Connection) -> bool:
    """Whether there is nothing to do. A fault may only be a migration of another process that was seen half: the next
    look, under the lock, tells."""
    try:
        return _version(connection, types=True) == tables.SCHEMA_VERSION
    except (StoreError, sa.exc.DBAPIError):
        return False
    finally:
        connection.rollback()


def require(connection: sa.Connection) -> None:
    """See that what is about to be read has the schema of this Failsoft.

    Raises:
        StoreError: it has not.
    """
    version = _version(connection)
    _refuse_newer(version)
    if version == 0:
        raise StoreError("there is no audit trail in it")
    if version < tables.SCHEMA_VERSION:
        raise StoreError(f"the tables have the old schema {version}: start the application once, which migrates them")


def fit(connection: sa.Connection) -> None:
    """See that what is there, if anything, is a schema of ours that `prepare` can bring forward.

    Raises:
        StoreError: it is not.
    """
    _refuse_newer(_version(connection))


def _refuse_newer(version: int) -> None:
    if version > tables.SCHEMA_VERSION:
        raise StoreError(
            f"the tables have schema {version}, this Failsoft knows {tables.SCHEMA_VERSION}: take a newer Failsoft"
        )


def _version(connection: sa.Connection, *, types: bool = False) -> int:
    """0: there are no tables of ours. Raises `StoreError` for a table of somebody else's under our name.

    Parameters:
        types: see also whether columns keep what they should: who writes has to know, verification tells the reader.
    """
    there = set(sa.inspect(connection).get_table_names())
    if tables.versions.name in there:
        _expect(connection, there, tables.versions.name, {"version", "at"})
        version = int(connection.scalar(sa.select(sa.func.max(tables.versions.c.version))) or 0)
        if version == tables.SCHEMA_VERSION:
            for table in tables.metadata.sorted_tables:
                _expect(connection, there, table.name, set(table.c.keys()))
            if types:
                _expect_types(connection)
        elif version == 0:
            # it is filled in the transaction that makes it
            raise StoreError(f"the table {tables.versions.name!r} is empty: it was altered")
        return version
    if tables.entries.name not in there:
        return 0
    _expect(connection, there, tables.entries.name, {"lane", "lane_sequence", "timestamp", "record"})
    return 1


def _expect(connection: sa.Connection, there: set[str], name: str, columns: set[str]) -> None:
    every = sa.select(sa.text("*")).select_from(sa.table(name)).limit(0)
    # SQLAlchemy remembers with the statement which columns there were, and these may have been migrated meanwhile
    options = {"compiled_cache": None}
    found = set(connection.execute(every, execution_options=options).keys()) if name in there else set()
    missing = sorted(columns - found)
    if name not in there or missing:
        why = f": it has no column {missing[0]!r}" if name in there else ""
        raise StoreError(f"the table {name!r} was altered, or is of something else{why}")


def _expect_types(connection: sa.Connection) -> None:
    ours = {table.name: table for table in tables.metadata.sorted_tables}
    for (_, name), columns in sa.inspect(connection).get_multi_columns(filter_names=list(ours)).items():
        for column in columns:
            wanted = ours[name].c.get(column["name"])
            if wanted is not None and column["type"]._type_affinity is not wanted.type._type_affinity:
                raise StoreError(
                    f"the table {name!r} was altered: its column {column['name']!r} is {column['type']!s}, "
                    f"not {wanted.type.compile(connection.dialect)}"
                )


def _to_2(connection: sa.Connection) -> None:
    """Chains. What was written before has none, and is kept aside as it is."""
    there = set(sa.inspect(connection).get_table_names())
    if tables.entries.name in there:
        connection.execute(sa.text("ALTER TABLE failsoft_audit RENAME TO failsoft_audit_unchained"))
        for index in ("timestamp", "error_id", "code", "endpoint"):
            connection.execute(sa.text(f"DROP INDEX IF EXISTS failsoft_audit_{index}"))
    tables.metadata.create_all(connection)


MIGRATIONS: Mapping[int, Callable[[sa.Connection], None]] = {2: _to_2}
