"""Words of shared circuits in an SQLite file: one transaction for each exchange, by the wall clock of the host."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Sequence
from contextlib import suppress

from failsoft.clock import Clock
from failsoft.stores import Heard, Mark, Put
from failsoft.stores.on_sqlite import SqliteStore
from failsoft.stores.wording import MOST_WORDS, READ_AT_ONCE, REPORT_AGE, kept_for, read_words, written

__all__ = ["SqliteWords"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS failsoft_circuits_1 (
    namespace TEXT NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, version INTEGER NOT NULL,
    word BLOB NOT NULL, PRIMARY KEY (namespace, name)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS failsoft_circuits_1_number ON failsoft_circuits_1 (namespace, number);
CREATE TABLE IF NOT EXISTS failsoft_circuits_1_about (
    namespace TEXT PRIMARY KEY, epoch TEXT NOT NULL, number INTEGER NOT NULL, born REAL NOT NULL, changed REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failsoft_circuits_1_reports (
    namespace TEXT NOT NULL, worker TEXT NOT NULL, at REAL NOT NULL, report BLOB NOT NULL,
    PRIMARY KEY (namespace, worker)
) WITHOUT ROWID
"""
_ABOUT = "SELECT epoch, number, born, changed FROM failsoft_circuits_1_about WHERE namespace = ?"
_CHANGED = (
    "SELECT name, word, number FROM failsoft_circuits_1 WHERE namespace = ? AND number > ? ORDER BY number LIMIT ?"
)
_ONE = "SELECT word FROM failsoft_circuits_1 WHERE namespace = ? AND name = ?"
_REPORTS = "SELECT worker, report FROM failsoft_circuits_1_reports WHERE namespace = ? AND at > ?"
_TRIM = (
    "DELETE FROM failsoft_circuits_1 WHERE namespace = :n AND number <= "
    "(SELECT number FROM failsoft_circuits_1 WHERE namespace = :n ORDER BY number DESC LIMIT 1 OFFSET :most)"
)


class SqliteWords:
    """Words in an opened SQLite file.

    Parameters:
        max_age: seconds for which what nobody has changed must be kept; it is for twice as long, an hour at least.
    """

    def __init__(self, store: SqliteStore, clock: Clock, max_age: float) -> None:
        self._store = store
        self._clock = clock
        self._kept_for = kept_for(max_age)
        self._prepared: sqlite3.Connection | None = None

    def exchange(self, worker: str, mark: Mark, puts: Sequence[Put], report: bytes | None) -> Heard:
        """See `WordStore`."""
        connection = self._connected()
        space, now = self._store.namespace, self._clock.time()
        about = connection.execute(_ABOUT, (space,)).fetchone()
        # who only reads hinders nobody
        writes = about is None or puts or report is not None or now - about[3] > self._kept_for
        connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        try:
            # others may have written while we waited
            now = self._clock.time()
            about = connection.execute(_ABOUT, (space,)).fetchone()
            if about is None or (writes and now - about[3] > self._kept_for):
                about = self._begin_anew(connection, space, now)
            epoch, number, born, _ = about
            refused = frozenset(put.name for put in puts)
            if puts and mark.epoch == epoch:
                refused, number = self._put(connection, space, puts, number)
            if number != about[1]:
                values = (number, now, space)
                connection.execute(
                    "UPDATE failsoft_circuits_1_about SET number = ?, changed = ? WHERE namespace = ?", values
                )
            if report is not None:
                self._report(connection, space, worker, now, report)
            since = mark.number if mark.epoch == epoch else 0
            rows = connection.execute(_CHANGED, (space, since, READ_AT_ONCE)).fetchall() if since < number else []
            there = [(name, *(connection.execute(_ONE, (space, name)).fetchone() or (b"",)), 0) for name in refused]
            reports = dict(connection.execute(_REPORTS, (space, now - REPORT_AGE)).fetchall())
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        read_to = rows[-1][2] if len(rows) == READ_AT_ONCE else number
        words = read_words((name, word) for name, word, _ in (*there, *rows))
        return Heard(now, born, Mark(epoch, read_to), refused, words, reports)

    def _connected(self) -> sqlite3.Connection:
        connection = self._store.connection
        if connection is not self._prepared:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            self._prepared = connection
        return connection

    def _begin_anew(self, connection: sqlite3.Connection, space: str, now: float) -> tuple[str, int, float, float]:
        for table in ("failsoft_circuits_1", "failsoft_circuits_1_about", "failsoft_circuits_1_reports"):
            connection.execute(f"DELETE FROM {table} WHERE namespace = ?", (space,))  # noqa: S608 - names of ours
        made = (uuid.uuid4().hex, 0, now, now)
        connection.execute("INSERT INTO failsoft_circuits_1_about VALUES (?, ?, ?, ?, ?)", (space, *made))
        return made

    def _put(
        self, connection: sqlite3.Connection, space: str, puts: Sequence[Put], number: int
    ) -> tuple[frozenset[str], int]:
        refused = set()
        for name, word in puts:
            query = "SELECT version FROM failsoft_circuits_1 WHERE namespace = ? AND name = ?"
            there = connection.execute(query, (space, name)).fetchone()
            if (0 if there is None else there[0]) + 1 != word.version:
                refused.add(name)
                continue
            number += 1
            row = (space, name, number, word.version, written(word))
            connection.execute("INSERT OR REPLACE INTO failsoft_circuits_1 VALUES (?, ?, ?, ?, ?)", row)
        connection.execute(_TRIM, {"n": space, "most": MOST_WORDS})
        return frozenset(refused), number

    def _report(self, connection: sqlite3.Connection, space: str, worker: str, now: float, report: bytes) -> None:
        gone = "DELETE FROM failsoft_circuits_1_reports WHERE namespace = ? AND (worker = ? OR at <= ?)"
        connection.execute(gone, (space, worker, now - REPORT_AGE))
        if report:
            row = (space, worker, now, report)
            connection.execute("INSERT INTO failsoft_circuits_1_reports VALUES (?, ?, ?, ?)", row)
