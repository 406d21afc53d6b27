"""Audit records in tables: what is the same in every database. `on_sqlite` and `on_postgres` have the rest.

Entries are written through the driver, many at a time; all else goes through SQLAlchemy Core.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from failsoft.audit import tables
from failsoft.audit.entry import Entry, of_row
from failsoft.audit.migrating import fit, prepare, require
from failsoft.audit.selecting import entries_of, selected
from failsoft.audit.statements import Statement, Tombstone, said
from failsoft.audit.stores import MOST_HEADS, KeyFacts, Query, Stored, StoreError, UnstorableError
from failsoft.clock import Clock, SystemClock

__all__ = ["Head", "SqlStore", "engine_of", "plainly"]

Head = tuple[str, int, bytes, int]
"""Of a lane: its id, last number, and hash and time of the last entry."""

_PAGE = 1000
_inherited: list[sa.Connection] = []


class SqlStore(ABC):
    """An `AuditStore` and a `ReadableStore`. Nothing is connected until it is used.

    A writer keeps one connection, and opens it anew after every error; each reading has one of its own, which is closed
    afterwards unless more are to come.
    """

    never: ClassVar[tuple[type[Exception], ...]]
    """What a driver raises for entries that it will not take however often they are tried."""
    faults: ClassVar[tuple[type[Exception], ...]]
    """What is raised where the database cannot be reached or used."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._connection: sa.Connection | None = None
        self._idle: list[sa.Connection] | None = None

    # --- what databases do each in their own way

    @abstractmethod
    def _open(self, *, reading: bool) -> sa.Connection:
        """A new connection, at rest. One for reading can change nothing."""

    @abstractmethod
    def _reached(self) -> sa.Connection:
        """A new connection that shows whether one could write; for `look`."""

    @abstractmethod
    def _begin(self, connection: sa.Connection) -> None:
        """Begin a transaction that writes."""

    @abstractmethod
    def _put(self, connection: sa.Connection, entries: Sequence[Entry], heads: Sequence[Head]) -> None:
        """Write in the transaction that was begun, leaving out entries that are there."""

    @property
    @abstractmethod
    def name(self) -> str:
        """See `AuditStore`."""

    @abstractmethod
    def _fault(self, error: BaseException) -> StoreError:
        """Why it cannot be used, in one line without secrets; `AwayError` where that may pass by itself."""

    def _see_writable(self, connection: sa.Connection) -> None:  # noqa: B027 - for whom it applies
        """Raises `StoreError` where beginning a transaction did not show that it cannot write."""

    def _is_stale(self) -> bool:
        """Whether the connection leads to something else than what it was opened for."""
        return False

    # --- writing

    def check(self) -> None:
        try:
            with self._writing() as connection:
                self._see_writable(connection)
        except self.faults as error:
            raise self._fault(error) from None
        finally:
            self.close()

    def look(self) -> None:
        try:
            with self._reached() as connection:
                fit(connection)
        except self.faults as error:
            raise self._fault(error) from None

    def hurry(self, seconds: float | None) -> None:  # noqa: B027 - for whom it applies
        """Where a store cannot hang, or waits for a short time anyway, there is nothing to do."""

    @abstractmethod
    def sync_fully(self) -> None:
        """See `AuditStore`. The next connection does."""

    def append(self, entries: Sequence[Entry]) -> None:
        last = {entry.lane: entry for entry in entries}
        heads = [(e.lane, e.sequence, e.hash, e.at) for e in last.values()]
        try:
            with self._writing() as connection:
                self._put(connection, entries, heads)
        except self.never as error:
            raise UnstorableError(type(error).__name__) from error

    def state(self, statement: Statement) -> None:
        self._keep(tables.statements, _columns_of(statement))

    def learn(self, key: KeyFacts) -> None:
        try:
            self._learn(key)
        except self.faults as error:
            raise self._fault(error) from None

    def _learn(self, key: KeyFacts) -> None:
        self._keep(tables.keys, {"key_id": key.key_id, "check_value": key.check, "public": key.public})

    def heads(self) -> Mapping[str, tuple[int, bytes]]:
        table = tables.lanes
        latest = table.c.at.desc(), table.c.lane.desc()
        query = sa.select(table.c.lane, table.c.sequence, table.c.hash).order_by(*latest).limit(MOST_HEADS)
        return {lane: (sequence, digest) for lane, sequence, digest in self._few(query)}

    def known_keys(self) -> Sequence[KeyFacts]:
        return [KeyFacts(row.key_id, row.check_value, row.public) for row in self._few(sa.select(tables.keys))]

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # closing rolls back what is open
            with suppress(*self.faults):
                connection.close()

    def forget(self) -> None:
        # to close it would be to write to the parent's socket, or to drop its locks
        if self._connection is not None:
            _inherited.append(self._connection)
            self._connection = None

    # --- reading

    @contextmanager
    def reading(self) -> Iterator[None]:
        if self._idle is not None:
            yield
            return
        self._idle = []
        try:
            yield
        finally:
            idle, self._idle = self._idle, None
            for connection in idle:
                with suppress(*self.faults):
                    connection.close()

    def lanes(self) -> Sequence[str]:
        columns = (tables.entries.c.lane, tables.lanes.c.lane, tables.statements.c.lane)
        query = sa.union(*(sa.select(column.label("lane")) for column in columns)).order_by("lane")
        return [row.lane for row in self._rows(query)]

    def see_readable(self) -> None:
        self._reading().close()

    def chain(self, lane: str, first: int = 1) -> Iterator[Entry]:
        table = tables.entries
        query = sa.select(*entries_of(table)).where(table.c.lane == lane, table.c.sequence >= first)
        yield from map(of_row, self._rows(query.order_by(table.c.sequence)))

    def search(self, query: Query) -> Iterator[Stored]:
        for position, *row in self._rows(selected(query)):
            yield Stored(position, of_row(row))

    def statements(self, type: str | None = None, lane: str | None = None) -> Iterator[Statement]:  # noqa: A002
        table = tables.statements
        query = sa.select(table).order_by(table.c.lane, table.c.type, table.c.number)
        if type is not None:
            query = query.where(table.c.type == type)
        if lane is not None:
            query = query.where(table.c.lane == lane)
        for row in self._rows(query):
            yield Statement(**row._mapping)

    def remove(self, tombstones: Sequence[Statement]) -> Iterator[int]:
        # one transaction each: writers wait for none of them for long
        for tombstone in tombstones:
            what = said(tombstone)
            if isinstance(what, Tombstone):
                yield self._remove(what, tombstone)

    def _remove(self, what: Tombstone, tombstone: Statement) -> int:
        table = tables.entries
        wanted = table.c.lane == what.of, table.c.sequence.between(what.first, what.last)
        with self._writing() as connection:
            connection.execute(sa.insert(tables.statements), _columns_of(tombstone))
            return connection.execute(sa.delete(table).where(*wanted)).rowcount

    # --- connections

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction on the writer's connection. After an error that one is given up."""
        try:
            if self._connection is not None and self._is_stale():
                self.close()
            if self._connection is None:
                self._connection = self._open(reading=False)
                prepare(self._connection, begin=self._begin, now=int(self._clock.time() * 1e6))
            self._begin(self._connection)
            yield self._connection
            self._connection.commit()
        except BaseException:
            self.close()
            raise

    def _keep(self, table: sa.Table, values: Mapping[str, Any]) -> None:
        """Insert a row, unless one with its primary key is there."""
        same = [column == values[column.name] for column in table.primary_key]
        with self._writing() as connection:
            if connection.execute(sa.select(sa.literal(1)).select_from(table).where(*same)).first() is None:
                connection.execute(sa.insert(table), values)

    def _few(self, query: Any) -> Sequence[Any]:
        """The rows of a small table; for the writer through its own connection, which does not wait for long."""
        if self._connection is None:
            return list(self._rows(query))
        with self._writing() as connection:
            return connection.execute(query).all()

    def _rows(self, query: Any) -> Iterator[Any]:
        connection, sound = self._reading(), False
        try:
            with closing(connection.execution_options(yield_per=_PAGE).execute(query)) as found:
                for page in found.partitions():
                    yield from page
            sound = True
        except GeneratorExit:
            sound = True
            raise
        finally:
            self._leave(connection, sound)

    def _reading(self) -> sa.Connection:
        if self._idle:
            return self._idle.pop()
        try:
            connection = self._open(reading=True)
            try:
                require(connection)
            except BaseException:
                connection.close()
                raise
        except self.faults as error:
            raise self._fault(error) from None
        return connection

    def _leave(self, connection: sa.Connection, sound: bool) -> None:
        idle = self._idle
        if idle is None or not sound:
            with suppress(*self.faults):
                connection.close()
        else:
            connection.rollback()
            idle.append(connection)


def engine_of(url: sa.URL | str, **options: Any) -> sa.Engine:
    """An engine that keeps no connection, and whose errors do not show what was to be stored."""
    return sa.create_engine(url, poolclass=NullPool, hide_parameters=True, **options)


def plainly(error: BaseException) -> str:
    """What a driver has to say, in one line. It may name users and hosts."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def _columns_of(statement: Statement) -> dict[str, Any]:
    return {name: getattr(statement, name) for name in Statement.__struct_fields__}
