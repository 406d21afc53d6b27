"""The pools of shared rate limits in an SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from failsoft.clock import Clock
from failsoft.machines.lease import Grant, Pool, lend
from failsoft.stores import Loan
from failsoft.stores.on_sqlite import SqliteStore

__all__ = ["SqliteQuotas"]

_TABLE = """
CREATE TABLE IF NOT EXISTS failsoft_quotas (
    pool TEXT PRIMARY KEY,
    spent REAL NOT NULL,
    at REAL NOT NULL,
    burst INTEGER NOT NULL,
    whole REAL NOT NULL
) WITHOUT ROWID
"""
_INDEX = "CREATE INDEX IF NOT EXISTS failsoft_quotas_whole ON failsoft_quotas (whole)"
_WRITE = "INSERT OR REPLACE INTO failsoft_quotas (pool, spent, at, burst, whole) VALUES (?, ?, ?, ?, ?)"
_SWEEP = "DELETE FROM failsoft_quotas WHERE pool IN (SELECT pool FROM failsoft_quotas WHERE whole < ? LIMIT 1000)"
_MOST = 500


class SqliteQuotas:
    """Lends in one transaction, by the monotonic clock, which the processes of a host have in common.

    A restart of the machine sets that clock back: then nothing is earned for the time that it was off.
    """

    def __init__(self, store: SqliteStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._ready: sqlite3.Connection | None = None

    def lend(self, loans: Sequence[Loan]) -> list[Grant]:
        """See `QuotaStore`.

        Raises:
            sqlite3.Error, OSError: the file cannot be written.
        """
        connection = self._store.connection
        if self._ready is not connection:
            connection.execute(_TABLE)
            connection.execute(_INDEX)
            self._ready = connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            # read when nobody else can write any more, so that no time is earned twice
            answers = self._within(connection, loans, self._clock.monotonic(), self._clock.time())
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return answers

    def _within(self, connection: sqlite3.Connection, loans: Sequence[Loan], now: float, date: float) -> list[Grant]:
        names = [f"{self._store.namespace}:{loan.limit}:{loan.key}" for loan in loans]
        pools = dict(_read(connection, names))
        answers, whole = [], {}
        for name, loan in zip(names, loans, strict=True):
            pools[name], grant = lend(pools.get(name), loan.terms, loan.ask, now)
            whole[name] = date + pools[name].spent / loan.terms.per_second
            answers.append(grant)
        connection.executemany(_WRITE, [(name, *pools[name], whole[name]) for name in whole])
        # those that are as good as never seen
        connection.execute(_SWEEP, (date - 1.0,))
        return answers


def _read(connection: sqlite3.Connection, names: Sequence[str]) -> Iterable[tuple[str, Pool]]:
    for first in range(0, len(names), _MOST):
        some = names[first : first + _MOST]
        marks = ",".join("?" * len(some))
        rows: Iterable[tuple[Any, ...]] = connection.execute(
            f"SELECT pool, spent, at, burst FROM failsoft_quotas WHERE pool IN ({marks})",  # noqa: S608 - marks only
            some,
        )
        for name, *pool in rows:
            yield name, Pool(*pool)
