"""Audit records in an SQLite file that the workers of one host share."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote

import sqlalchemy as sa
from msgspec.structs import astuple

from failsoft.audit.entry import COLUMNS, Entry
from failsoft.audit.on_sql import Head, SqlStore, engine_of, plainly
from failsoft.audit.stores import AwayError, StoreError, passes
from failsoft.clock import Clock

__all__ = ["SqliteStore"]

_INSERT: Final = (
    f"INSERT INTO failsoft_audit ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))}) "  # noqa: S608
    "ON CONFLICT DO NOTHING"
)
_HEAD: Final = (
    "INSERT INTO failsoft_audit_lane (lane, sequence, hash, at) VALUES (?, ?, ?, ?) ON CONFLICT (lane) DO UPDATE "
    "SET sequence = excluded.sequence, hash = excluded.hash, at = excluded.at "
    "WHERE excluded.sequence > failsoft_audit_lane.sequence"
)
_WAL_PAGES: Final = 8_000
"""32 MB. With SQLite's own 1,000 every second batch would wait for the file itself to be on the disk."""
_PASSING: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
    }
)  # fmt: skip


class SqliteStore(SqlStore):
    """A table in an SQLite file, in write-ahead mode: it survives a crash of the process whole.

    Parameters:
        path: of the file; made if it is not there, readable for its owner only. Its directory must exist.
        full_sync: every commit is on the disk before it returns; else a power failure may take the last ones.
        busy_timeout: seconds to wait for another process that writes.
    """

    never = (
        sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError, UnicodeError,
        OverflowError,
    )  # fmt: skip
    faults = (sa.exc.SQLAlchemyError, sqlite3.Error, OSError)

    def __init__(
        self, path: str | Path, *, full_sync: bool = False, busy_timeout: float = 5.0, clock: Clock | None = None
    ) -> None:
        super().__init__(clock=clock)
        self.path = Path(path)
        self._synchronous = "FULL" if full_sync else "NORMAL"
        self._busy_timeout = busy_timeout
        self._file: tuple[int, int] | None = None
        self._writers = engine_of("sqlite://", creator=self._connect)
        self._readers = engine_of("sqlite://", creator=self._connect_reading)

    def _open(self, *, reading: bool) -> sa.Connection:
        if reading:
            return self._readers.connect()
        # made by us and not by SQLite, so that others cannot read it; -wal and -shm get the same mode
        # and only if it is not there: closing it would drop the locks of every connection of this process (POSIX), and
        # whoever closes it next as the last one would delete the -wal that we write to
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        self._file = _identity(self.path)
        return self._writers.connect()

    def sync_fully(self) -> None:
        self._synchronous = "FULL"
        self.close()

    def look(self) -> None:
        if self.path.exists() or not self.path.parent.is_dir():
            super().look()

    def _reached(self) -> sa.Connection:
        def connect() -> sqlite3.Connection:
            return self._connected(f"file:{quote(str(self.path.absolute()))}?mode=rw", uri=True)

        connection = engine_of("sqlite://", creator=connect).connect()
        try:
            self._begin(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _begin(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def _put(self, connection: sa.Connection, entries: Sequence[Entry], heads: Sequence[Head]) -> None:
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        driver.executemany(_INSERT, map(astuple, entries))
        driver.executemany(_HEAD, heads)

    @property
    def name(self) -> str:
        return f"SQLite file {str(self.path)!r}"

    def _fault(self, error: BaseException) -> StoreError:
        kind = AwayError if self._may_pass(getattr(error, "orig", None) or error) else StoreError
        if not self.path.parent.is_dir():
            return StoreError(f"directory {str(self.path.parent)!r} does not exist")
        if not self.path.exists() and kind is StoreError:
            return StoreError(f"file {str(self.path)!r} does not exist")
        return kind(f"cannot use {str(self.path)!r}: {plainly(error)}")

    def _may_pass(self, error: BaseException) -> bool:
        if isinstance(error, OSError):
            return passes(error)
        # extended codes have the plain one in their lowest byte
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            return _may_only_be_read(self.path.parent)
        return code in _PASSING

    def _is_stale(self) -> bool:
        # moved or deleted behind our back: what we wrote there would be lost
        return self._file != _identity(self.path)

    def _connect(self) -> sqlite3.Connection:
        connection = self._connected(str(self.path), uri=False)
        try:
            self._use_wal(connection)
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect_reading(self) -> sqlite3.Connection:
        path = self.path.absolute()
        mode = "ro"
        if not os.access(path.parent, os.W_OK) and not path.with_name(path.name + "-wal").exists():
            mode = "ro&immutable=1"  # else SQLite wants to make files beside it
        return self._connected(f"file:{quote(str(path))}?mode={mode}", uri=True)

    def _connected(self, name: str, *, uri: bool) -> sqlite3.Connection:
        # transactions are begun by our own words: the driver knows no BEGIN IMMEDIATE
        return sqlite3.connect(name, uri=uri, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False)

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


def _may_only_be_read(folder: Path) -> bool:
    """Whether it lies on a file system that may only be read; whose permission it is, is another matter."""
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except (OSError, AttributeError):  # Windows has none
        return False


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
