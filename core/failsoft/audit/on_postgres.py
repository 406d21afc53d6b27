"""Audit records in a PostgreSQL that the workers of many hosts share."""

from __future__ import annotations

import math
import re
from collections.abc import Generator, Sequence
from typing import Any, Final, TypeVar

import psycopg
import sqlalchemy as sa
from msgspec.structs import astuple

from failsoft.audit.entry import COLUMNS, Entry
from failsoft.audit.on_sql import Head, SqlStore, engine_of, plainly
from failsoft.audit.stores import AwayError, StoreError
from failsoft.clock import Clock, SystemClock
from failsoft.deferred import as_pattern

__all__ = ["PostgresStore"]

T = TypeVar("T")
_NAMES: Final = ", ".join(COLUMNS)
_TYPES: Final = (
    "text", "int8", "int8", "text", "text", "text", "text", "int2", "text", "text", "bytea", "bytea", "bytea", "text",
    "text", "bytea", "bytea",
)  # fmt: skip
_COPY: Final = f"COPY failsoft_audit ({_NAMES}) FROM STDIN (FORMAT BINARY)"
_INSERT: Final = (
    f"INSERT INTO failsoft_audit ({_NAMES}) VALUES ({', '.join(['%s'] * len(COLUMNS))}) "  # noqa: S608
    "ON CONFLICT DO NOTHING"
)
_HEAD: Final = (
    "INSERT INTO failsoft_audit_lane (lane, sequence, hash, at) VALUES (%s, %s, %s, %s) ON CONFLICT (lane) DO "
    "UPDATE SET sequence = excluded.sequence, hash = excluded.hash, at = excluded.at "
    "WHERE excluded.sequence > failsoft_audit_lane.sequence"
)
_MAY_WRITE: Final = (
    "SELECT current_setting('transaction_read_only') = 'off' AND has_table_privilege('failsoft_audit', 'INSERT') "
    "AND has_table_privilege('failsoft_audit_lane', 'INSERT') AND has_table_privilege('failsoft_audit_lane', 'UPDATE') "
    "AND has_table_privilege('failsoft_audit_statement', 'INSERT') "
    "AND has_sequence_privilege(pg_get_serial_sequence('failsoft_audit', 'position'), 'USAGE')"
)
_SETTING: Final = as_pattern(
    r"authentication failed|pg_hba\.conf|does not exist|not permitted to log in|permission denied|no password supplied|"
    r"certificate|does not support SSL|no such (?:user|database)|requires a value|unrecognized configuration|"
    r"\binvalid (?:\w+ )?(?:value|number|command|option)",
    re.IGNORECASE,
)
"""What a server or the driver says of a connection that will never be: there is no SQLSTATE yet. In a server's own
language it is not recognized, and taken for what may pass."""
_PASSING: Final = ("08", "40", "53", "55P03", "57", "58")
"""Beginnings of SQLSTATE: connections, conflicts, something ran out, locks, operators, the system."""
_READING_PATIENCE: Final = 600.0
_GRACE: Final = 5.0
_LEAST_TIMEOUT: Final = 2
"""Seconds to connect, for libpq: it knows no fewer."""
_HOST = as_pattern(r"[\w.:%\[\],/-]*")


class PostgresStore(SqlStore):
    """Tables in a PostgreSQL, written by COPY.

    Parameters:
        url: as SQLAlchemy reads it, driver psycopg: `postgresql+psycopg://user:password@host/database`.
        full_sync: see that the server has every commit on its disk, whatever its own setting of `synchronous_commit`
            is; else that setting decides.
        connect_timeout: seconds for connecting to each host.
        patience: seconds for one answer of the server, by its own `statement_timeout` and, as it may have stopped, by
            our watch; a lock is waited for a third of it. Readers wait ten minutes. A writer that is in a `hurry` goes
            by the watch alone, which then is set once for a transaction.

    Raises:
        StoreError: the URL cannot be read.
    """

    never = (
        psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded, UnicodeError, OverflowError,
        TypeError,
    )  # fmt: skip
    faults = (sa.exc.SQLAlchemyError, psycopg.Error, OSError)

    def __init__(
        self,
        url: str,
        *,
        full_sync: bool = False,
        connect_timeout: int = 5,
        patience: float = 30.0,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(clock=clock)
        self._full_sync = full_sync
        self._url = _read(url)
        self._options: dict[str, Any] = {
            "connect_timeout": connect_timeout,
            "application_name": "failsoft-audit",
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            # a pooler between us and the server does not know them
            "prepare_threshold": None,
        }
        self._hurry: float | None = None
        self._writers = self._engine(patience, reading=False)
        self._readers = self._engine(_READING_PATIENCE, reading=True)

    def _open(self, *, reading: bool) -> sa.Connection:
        return (self._readers if reading else self._writers).connect()

    @property
    def name(self) -> str:
        host = f"{self._url.host or 'local'}{f':{self._url.port}' if self._url.port else ''}"
        return f"PostgreSQL {host}/{self._url.database or ''}"

    def sync_fully(self) -> None:
        self._full_sync = True
        self.close()

    def hurry(self, seconds: float | None) -> None:
        self._hurry = seconds

    def _reached(self) -> sa.Connection:
        connection = self._readers.connect()
        try:
            self._see_primary(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _begin(self, connection: sa.Connection) -> None:
        hurry = self._hurry
        _driver_of(connection).until = None if hurry is None else self._clock.monotonic() + hurry
        connection.begin()

    def _see_primary(self, connection: sa.Connection) -> None:
        if connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar():
            # as after a failover that the address does not follow yet
            raise AwayError("cannot use the PostgreSQL: it is a standby, which can only be read")

    def _see_writable(self, connection: sa.Connection) -> None:
        self._see_primary(connection)
        if not connection.exec_driver_sql(_MAY_WRITE).scalar():
            raise StoreError(
                "the role may not write into the tables of the audit trail, or the PostgreSQL is read-only"
            )

    def _put(self, connection: sa.Connection, entries: Sequence[Entry], heads: Sequence[Head]) -> None:
        driver = _driver_of(connection)
        with driver.cursor() as cursor:
            try:
                with cursor.copy(_COPY) as copy:
                    copy.set_types(_TYPES)
                    for entry in entries:
                        copy.write_row(astuple(entry))
            except psycopg.errors.UniqueViolation:
                driver.rollback()
                cursor.executemany(_INSERT, [astuple(entry) for entry in entries])
            cursor.executemany(_HEAD, heads)

    def _fault(self, error: BaseException) -> StoreError:
        said = plainly(error)
        if self._url.password:
            said = said.replace(str(self._url.password), "***")
        kind = AwayError if _may_pass(getattr(error, "orig", None) or error) else StoreError
        return kind(f"cannot use the PostgreSQL: {said[:300]}")

    def _engine(self, patience: float, *, reading: bool) -> sa.Engine:
        engine = engine_of(self._url, use_native_hstore=False)

        @sa.event.listens_for(engine, "do_connect")
        def connect(_dialect: Any, _record: Any, arguments: Any, options: dict[str, Any]) -> psycopg.Connection[Any]:
            options = self._options | options
            hurry = None if reading else self._hurry
            if hurry is not None:
                options["connect_timeout"] = max(_LEAST_TIMEOUT, math.ceil(hurry))
            connection = _Watched.connect(*arguments, **options)
            connection.clock, connection.patience = self._clock, patience + _GRACE
            if hurry is not None:
                connection.until = self._clock.monotonic() + hurry
            try:
                self._agree(connection, patience, reading=reading)
            except BaseException:
                connection.close()
                raise
            return connection

        return engine

    def _agree(self, connection: psycopg.Connection[Any], patience: float, *, reading: bool) -> None:
        connection.execute(
            "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false),"
            " set_config('default_transaction_read_only', %s, false),"
            " CASE WHEN %s AND current_setting('synchronous_commit') = 'off'"
            " THEN set_config('synchronous_commit', 'on', false) END",
            (f"{patience * 1000:.0f}", f"{patience * 333:.0f}", "on" if reading else "off", self._full_sync),
        )
        connection.commit()


class _Watched(psycopg.Connection[Any]):
    """A connection that does not wait for ever: a server that was stopped holds the line and says nothing."""

    clock: Clock = SystemClock()
    patience = 60.0
    until: float | None = None
    """When everything is given up, in monotonic seconds; None: after `patience` for each answer."""

    def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
        deadline = self.until or self.clock.monotonic() + self.patience
        try:
            return super().wait(_within(gen, self.clock, deadline), *args, **options)
        except SilenceError:
            # else whoever tidies up would ask it once more
            self.close()
            raise


class SilenceError(psycopg.OperationalError):
    """The server holds the line and says nothing."""


def _within(steps: Generator[Any, Any, T], clock: Clock, deadline: float) -> Generator[Any, Any, T]:
    """The same steps of talking to the server, given up at a time."""
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if not ready and clock.monotonic() >= deadline:
                raise SilenceError("the server does not answer")
            wanted = steps.send(ready)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _driver_of(connection: sa.Connection) -> _Watched:
    return connection.connection.driver_connection  # type: ignore[return-value]  # our engine makes no others


def _may_pass(error: BaseException) -> bool:
    """Whether what keeps us from a PostgreSQL may pass without a change of settings."""
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_PASSING)
    return isinstance(error, (psycopg.OperationalError, OSError)) and not _SETTING.search(str(error))


def _read(url: str) -> sa.URL:
    try:
        read = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError("not a URL of a PostgreSQL: expected postgresql+psycopg://user@host/database") from None
    if not _HOST.fullmatch(read.host or ""):
        # part of the password would be taken for the host, and be said
        raise StoreError("in the URL of the PostgreSQL, write the characters @ / ? # of a password as %40 %2F %3F %23")
    return read.set(drivername="postgresql+psycopg")
