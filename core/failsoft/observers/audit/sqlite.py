"""Audit records in an SQLite file that the workers of one host share."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NoReturn

from failsoft.clock import Clock, SystemClock
from failsoft.errors.exceptions import SettingsError
from failsoft.observers.audit.record import Entry
from failsoft.observers.audit.writer import UnstorableError

__all__ = ["SqliteStore"]

_VERSION = 1
_SCHEMA = """
CREATE TABLE failsoft_audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    lane TEXT NOT NULL,
    lane_sequence INTEGER NOT NULL,
    timestamp TEXT NOT NULL,
    kind TEXT NOT NULL,
    error_id TEXT,
    code TEXT,
    endpoint TEXT,
    status INTEGER,
    record TEXT NOT NULL,
    UNIQUE (lane, lane_sequence)
);
CREATE INDEX failsoft_audit_timestamp ON failsoft_audit (timestamp);
CREATE INDEX failsoft_audit_error_id ON failsoft_audit (error_id);
CREATE INDEX failsoft_audit_code ON failsoft_audit (code, timestamp);
CREATE INDEX failsoft_audit_endpoint ON failsoft_audit (endpoint, timestamp)
"""
_COLUMNS = "lane, lane_sequence, timestamp, kind, error_id, code, endpoint, status, record"
_INSERT = f"INSERT INTO failsoft_audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"  # noqa: S608
_NEVER = (
    sqlite3.IntegrityError, sqlite3.DataError, sqlite3.ProgrammingError, sqlite3.InterfaceError, UnicodeError,
    OverflowError,
)  # fmt: skip
_inherited: list[sqlite3.Connection] = []


class SqliteStore:
    """A table in an SQLite file, in write-ahead mode: it survives a crash of the process whole, and a power failure
    but for the last commits (`synchronous = NORMAL`).

    Parameters:
        path: of the file; made if it is not there, readable for its owner only. Its directory must exist.
        busy_timeout: seconds to wait for another process that writes.
    """

    def __init__(self, path: str | Path, *, busy_timeout: float = 5.0, clock: Clock | None = None) -> None:
        self.path = Path(path)
        self._busy_timeout = busy_timeout
        self._clock = clock or SystemClock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def check(self) -> None:
        """Open the file once, make or compare its schema, and close it again.

        Raises:
            SettingsError: it cannot be written, or is not ours. The message is one line.
        """
        if not self.path.parent.is_dir():
            raise SettingsError(f"audit: directory {str(self.path.parent)!r} does not exist")
        try:
            with closing(self._open()) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
        except (sqlite3.Error, OSError) as error:
            raise SettingsError(f"audit: cannot write {str(self.path)!r}: {error}") from None

    def append(self, entries: Sequence[Entry]) -> None:
        """Keep all entries, in one transaction, or none."""
        rows = [
            (e.lane, e.lane_sequence, e.timestamp, e.kind, e.error_id, e.code, e.endpoint, e.status, e.record.decode())
            for e in entries
        ]
        try:
            connection = self._connected()
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_INSERT, rows)
            connection.execute("COMMIT")
        except _NEVER as error:
            self.close()
            raise UnstorableError(str(error)) from error
        except BaseException:
            self.close()
            raise

    def read(
        self,
        *,
        limit: int | None = None,
        after: int = 0,
        kind: str | None = None,
        error_id: str | None = None,
        endpoint: str | None = None,
    ) -> Iterator[dict[str, Any]]:
        """The records, oldest first, each with its `store_sequence`; through a connection of its own.

        Parameters:
            limit: most records; None for all.
            after: only records with a greater `store_sequence`.
            kind, error_id, endpoint: only records like this.
        """
        wanted = {"kind": kind, "error_id": error_id, "endpoint": endpoint}
        conditions = [f"{column} = :{column}" for column, value in wanted.items() if value is not None]
        where = " AND ".join(["sequence > :after", *conditions])
        query = f"SELECT sequence, record FROM failsoft_audit WHERE {where} ORDER BY sequence LIMIT :limit"  # noqa: S608
        values = {**wanted, "after": after, "limit": -1 if limit is None else limit}
        with closing(self._open()) as connection:
            connection.execute("PRAGMA query_only = ON")
            for sequence, record in connection.execute(query, values):
                yield {**json.loads(record), "store_sequence": sequence}

    def close(self) -> None:
        """Close the connection; the next `append` opens a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # closing rolls back what is open
            with suppress(sqlite3.Error):
                connection.close()

    def forget(self) -> None:
        """In a forked child: drop the parent's connection. SQLite forbids to close it there."""
        if self._connection is not None:
            _inherited.append(self._connection)
            self._connection = None

    def _connected(self) -> sqlite3.Connection:
        if self._connection is not None and self._file != _identity(self.path):
            self.close()  # moved or deleted behind our back: what we wrote there would be lost
        if self._connection is None:
            self._connection = self._open()
            self._file = _identity(self.path)
        return self._connection

    def _open(self) -> sqlite3.Connection:
        # made by us and not by SQLite, so that others cannot read it; -wal and -shm get the same mode
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(
            self.path, timeout=self._busy_timeout, isolation_level=None, check_same_thread=False
        )
        try:
            self._use_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
            self._prepare(connection)
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

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if _version(connection) == _VERSION:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            version = _version(connection)
            if version == 0 and not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {_VERSION}")
            elif version != _VERSION:
                self._refuse(version)
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _refuse(self, version: int) -> NoReturn:
        if version:
            raise SettingsError(f"audit: {str(self.path)!r} has schema {version}, this Failsoft writes {_VERSION}")
        raise SettingsError(f"audit: {str(self.path)!r} is a database of something else")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
