"""Audit records in a table: an SQLite file that the workers of one host share.

Written through the driver, many rows at a time; read, made and migrated through SQLAlchemy Core.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from failsoft.audit.entry import COLUMNS, Entry
from failsoft.audit.statements import Statement
from failsoft.audit.stores import KeyFacts, Query, Stored, StoreError, UnstorableError
from failsoft.clock import Clock, SystemClock

try:
    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool
except ImportError:
    raise ImportError("the audit trail needs the package sqlalchemy: pip install failsoft[audit]") from None

from failsoft.audit import tables
from failsoft.audit.migrating import prepare

__all__ = ["SqliteStore"]

_NAMES: Final = ", ".join(COLUMNS)
_INSERT: Final = (
    f"INSERT INTO failsoft_audit ({_NAMES}) VALUES ({', '.join('?' * len(COLUMNS))}) ON CONFLICT DO NOTHING"  # noqa: S608
)
_HEAD: Final = (
    "INSERT INTO failsoft_audit_lane (lane, sequence, hash, closed) VALUES (?, ?, ?, ?) ON CONFLICT (lane) DO UPDATE "
    "SET sequence = excluded.sequence, hash = excluded.hash, closed = excluded.closed "
    "WHERE excluded.sequence > failsoft_audit_lane.sequence"
)
_NEVER = (
    sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError, UnicodeError,
    OverflowError,
)  # fmt: skip
_CLOSING = "trail.closed"
_PAGE = 1000
_inherited: list[sa.Engine] = []


class SqliteStore:
    """A table in an SQLite file, in write-ahead mode: it survives a crash of the process whole.

    Parameters:
        path: of the file; made if it is not there, readable for its owner only. Its directory must exist.
        full_sync: every commit is on the disk before it returns; else a power failure may take the last ones.
        busy_timeout: seconds to wait for another process that writes.
    """

    def __init__(
        self, path: str | Path, *, full_sync: bool = False, busy_timeout: float = 5.0, clock: Clock | None = None
    ) -> None:
        self.path = Path(path)
        self._full_sync = full_sync
        self._busy_timeout = busy_timeout
        self._clock = clock or SystemClock()
        self._engine = self._made()
        self._connection: sa.Connection | None = None
        self._file: tuple[int, int] | None = None

    def check(self) -> None:
        if not self.path.parent.is_dir():
            raise StoreError(f"directory {str(self.path.parent)!r} does not exist")
        try:
            with self._opened() as connection:
                driver = _driver(connection)
                driver.execute("BEGIN IMMEDIATE")
                driver.execute("ROLLBACK")
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise StoreError(f"cannot write {str(self.path)!r}: {_plainly(error)}") from None
        finally:
            self._engine.dispose()

    def append(self, entries: Sequence[Entry]) -> None:
        last = {entry.lane: entry for entry in entries}
        heads = [(e.lane, e.sequence, e.hash, int(e.kind == _CLOSING)) for e in last.values()]
        try:
            driver = _driver(self._connected())
            driver.execute("BEGIN IMMEDIATE")
            driver.executemany(_INSERT, [_row(entry) for entry in entries])
            driver.executemany(_HEAD, heads)
            driver.execute("COMMIT")
        except _NEVER as error:
            self.close()
            raise UnstorableError(str(error)) from error
        except BaseException:
            self.close()
            raise

    def state(self, statement: Statement) -> None:
        self._insert(tables.statements, {name: getattr(statement, name) for name in Statement.__struct_fields__})

    def learn(self, key: KeyFacts) -> None:
        self._insert(tables.keys, {"key_id": key.key_id, "check_value": key.check, "public": key.public})

    def heads(self) -> Mapping[str, tuple[int, bytes]]:
        table = tables.lanes
        query = sa.select(table.c.lane, table.c.sequence, table.c.hash).where(table.c.closed == 0)
        return {lane: (sequence, digest) for lane, sequence, digest in self._rows(query)}

    def known_keys(self) -> Sequence[KeyFacts]:
        return [KeyFacts(row.key_id, row.check_value, row.public) for row in self._rows(sa.select(tables.keys))]

    # --- reading

    def lanes(self) -> Sequence[str]:
        columns = (tables.entries.c.lane, tables.lanes.c.lane, tables.statements.c.lane)
        query = sa.union(*(sa.select(column.label("lane")) for column in columns)).order_by("lane")
        return [row.lane for row in self._rows(query)]

    def chain(self, lane: str, first: int = 1) -> Iterator[Entry]:
        table = tables.entries
        query = sa.select(*_columns()).where(table.c.lane == lane, table.c.sequence >= first)
        for row in self._rows(query.order_by(table.c.sequence)):
            yield Entry(**dict(zip(COLUMNS, row, strict=True)))

    def search(self, query: Query) -> Iterator[Stored]:
        table = tables.entries
        wanted = [table.c.position > query.after]
        if query.since is not None:
            wanted.append(table.c.at >= query.since)
        if query.until is not None:
            wanted.append(table.c.at < query.until)
        wanted += [
            table.c[name] == getattr(query, name)
            for name in ("code", "endpoint", "status", "error_id", "trace_id")
            if getattr(query, name) is not None
        ]
        wanted += [table.c[f"{name}_index"].in_(digests) for name, digests in (query.indexes or {}).items()]
        if query.kinds:
            wanted.append(table.c.kind.in_(query.kinds))
        if query.severities:
            wanted.append(table.c.severity.in_(query.severities))
        order = (table.c.at.desc(), table.c.position.desc()) if query.newest_first else (table.c.position,)
        select = sa.select(table.c.position, *_columns()).where(*wanted).order_by(*order).limit(query.limit)
        for position, *row in self._rows(select):
            yield Stored(position, Entry(**dict(zip(COLUMNS, row, strict=True))))

    def statements(self, type: str | None = None, lane: str | None = None) -> Iterator[Statement]:  # noqa: A002
        table = tables.statements
        query = sa.select(table).order_by(table.c.lane, table.c.type, table.c.number)
        if type is not None:
            query = query.where(table.c.type == type)
        if lane is not None:
            query = query.where(table.c.lane == lane)
        for row in self._rows(query):
            yield Statement(**row._mapping)

    def remove(self, lane: str, first: int, last: int, tombstone: Statement) -> int:
        table = tables.entries
        with self._opened() as connection, connection.begin():
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            connection.execute(
                sa.insert(tables.statements), {n: getattr(tombstone, n) for n in Statement.__struct_fields__}
            )
            gone = connection.execute(
                sa.delete(table).where(table.c.lane == lane, table.c.sequence.between(first, last))
            )
            return gone.rowcount

    # --- connections

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # closing rolls back what is open
            with suppress(sa.exc.SQLAlchemyError, sqlite3.Error):
                connection.close()

    def forget(self) -> None:
        # SQLite forbids to close in a child what the parent opened
        _inherited.append(self._engine)
        self._engine, self._connection = self._made(), None

    def _made(self) -> sa.Engine:
        # transactions are begun by our own words: the driver knows no BEGIN IMMEDIATE
        return sa.create_engine(
            sa.URL.create("sqlite", database=str(self.path)),
            poolclass=NullPool,
            connect_args={"timeout": self._busy_timeout, "isolation_level": None, "check_same_thread": False},
        )

    def _rows(self, query: Any) -> Iterator[Any]:
        with self._opened() as connection:
            _driver(connection).execute("PRAGMA query_only = ON")
            found = connection.execution_options(yield_per=_PAGE).execute(query)
            with closing(found):
                yield from found

    def _insert(self, table: sa.Table, values: Mapping[str, Any]) -> None:
        columns = ", ".join(values)
        text = f"INSERT INTO {table.name} ({columns}) VALUES ({', '.join('?' * len(values))}) ON CONFLICT DO NOTHING"  # noqa: S608
        try:
            _driver(self._connected()).execute(text, tuple(values.values()))
        except BaseException:
            self.close()
            raise

    def _connected(self) -> sa.Connection:
        if self._connection is not None and self._file != _identity(self.path):
            self.close()  # moved or deleted behind our back: what we wrote there would be lost
        if self._connection is None:
            self._connection = self._opened()
            self._file = _identity(self.path)
        return self._connection

    def _opened(self) -> sa.Connection:
        # made by us and not by SQLite, so that others cannot read it; -wal and -shm get the same mode
        # and only if it is not there: closing it would drop the locks of every connection of this process (POSIX), and
        # whoever closes it next as the last one would delete the -wal that we write to
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = self._engine.connect()
        try:
            driver = _driver(connection)
            self._use_wal(driver)
            driver.execute(f"PRAGMA synchronous = {'FULL' if self._full_sync else 'NORMAL'}")
            prepare(connection, now=int(self._clock.time() * 1e6))
        except BaseException:
            connection.close()
            raise
        return connection

    def _use_wal(self, connection: sqlite3.Connection) -> None:
        """Switch to write-ahead mode. Needs the file alone, and SQLite does not wait for that by itself."""
        pause = 0.005
        while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if pause > self._busy_timeout:
                    raise
                self._clock.sleep(pause)
                pause *= 2


def _driver(connection: sa.Connection) -> sqlite3.Connection:
    return connection.connection.driver_connection  # type: ignore[return-value]  # that is what it is


def _columns() -> list[Any]:
    return [tables.entries.c[name] for name in COLUMNS]


def _row(entry: Entry) -> tuple[Any, ...]:
    return tuple(getattr(entry, name) for name in COLUMNS)


def _plainly(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
