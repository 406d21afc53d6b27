"""An SQLite file that the workers of one host share."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Literal

__all__ = ["SqliteStore"]

_BUSY = 0.5
"""Seconds to wait for another worker that writes. Nobody writes for long."""
_inherited: list[sqlite3.Connection] = []


class SqliteStore:
    """One connection to an SQLite file in write-ahead mode, made when it is first used.

    Parameters:
        path: of the file; made if it is not there, readable for its owner only. Its directory must exist.
        namespace: of the rows.
    """

    kind: Literal["sqlite"] = "sqlite"
    errors: tuple[type[Exception], ...] = (sqlite3.Error, OSError)
    """What it raises when it cannot be read or written."""

    def __init__(self, path: Path, namespace: str) -> None:
        # the working directory may be another one by then
        self.path = path.absolute()
        self.namespace = namespace
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, without implicit transactions. A new one where the file was replaced."""
        if self._connection is not None and self._file != _identity(self.path):
            self.close()
        if self._connection is None:
            self._connection = self._open()
            self._file = _identity(self.path)
        return self._connection

    def check(self) -> None:
        """Try once whether it can be written.

        Raises:
            Exception: one of `errors`.
        """
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.execute("ROLLBACK")
        finally:
            # the process may fork afterwards
            self.close()

    def close(self) -> None:
        """Close the connection; the next use opens a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(sqlite3.Error):
                connection.close()

    def forget(self) -> None:
        """In a forked child: drop the parent's connection. SQLite forbids to close it there."""
        if self._connection is not None:
            _inherited.append(self._connection)
            self._connection = None

    def _open(self) -> sqlite3.Connection:
        # made by us and not by SQLite, so that others cannot read it; -wal and -shm get the same mode
        # and only if it is not there: closing it would drop the locks of every connection of this process (POSIX), and
        # whoever closes it next as the last one would delete the -wal that we write to
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = sqlite3.connect(self.path, timeout=_BUSY, isolation_level=None, check_same_thread=False)
        try:
            _use_wal(connection)
            connection.execute("PRAGMA synchronous = NORMAL")
        except BaseException:
            connection.close()
            raise
        return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead mode. Needs the file alone, and SQLite does not wait for that, but for who writes."""
    for last in (False, False, False, True):
        try:
            if connection.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal":
                return
        except sqlite3.OperationalError:
            if last:
                raise
        with suppress(sqlite3.OperationalError):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
