"""How long a question to an audit trail in PostgreSQL takes, by the store that Failsoft reads with.

`python -m benchmarks.audit_search [ROWS] [--url URL] [--keep]`: makes a database of its own, fills it by COPY (tables
unlogged and indexes made afterwards, so that filling takes minutes and not hours), asks, and drops it again.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import psycopg
import sqlalchemy as sa

from failsoft.audit import tables
from failsoft.audit.entry import COLUMNS
from failsoft.audit.on_postgres import _TYPES as TYPES
from failsoft.audit.on_postgres import PostgresStore
from failsoft.audit.stores import Query

DATABASE = "failsoft_bench_audit"
LANES = 8
CODES, ENDPOINTS, USERS, CLIENTS = 200, 300, 100_000, 50_000
BEGIN = 1_764_000_000_000_000
YEAR = 365 * 86_400 * 1_000_000
BATCH = 2_000
RECORD = f'{{"schema":2,"kind":"failure.handled","sealed":{{"request":"{"R" * 160}","error":"{"E" * 1_000}"}}}}'


def digest(field: str, number: int) -> bytes:
    return hashlib.sha256(f"{field}{number}".encode()).digest()[:16]


def skewed(number: int, many: int) -> int:
    """Of many values some are far more frequent than others."""
    share = (number * 2_654_435_761 % 1_000_003) / 1_000_003
    return int(many * share**3)


def rows(lane: int, count: int) -> Iterator[tuple[Any, ...]]:
    name = f"{0x0199AAAA00007000:016x}{lane:016x}"
    for sequence in range(1, count + 1):
        number = sequence * LANES + lane
        at = BEGIN + YEAR * sequence // count + number % 1_000
        own = number % 50 == 0
        yield (
            name, sequence, at, "console.action" if own else "failure.handled", None if own else "medium",
            None if own else f"CODE_{skewed(number, CODES):03}",
            None if own else f"GET /v1/endpoint-{skewed(number * 7, ENDPOINTS):03}/{{id}}",
            None if own else 500, None if own else f"{at // 1000:012x}-7000-8000-{number:012x}", f"{number:032x}",
            digest("user", skewed(number * 13, USERS)), digest("client", skewed(number * 17, CLIENTS)),
            digest("request", number), "2026-11", RECORD, digest("hash", number) * 2, digest("mac", number),
        )  # fmt: skip


def fill(dsn: str, lane: int, count: int) -> None:
    made = rows(lane, count)
    with psycopg.connect(dsn) as connection:
        while batch := list(islice(made, BATCH)):
            with connection.cursor().copy(
                f"COPY failsoft_audit ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)"
            ) as copy:
                copy.set_types(TYPES)
                for row in batch:
                    copy.write_row(row)
            connection.commit()


def build(url: str, dsn: str, total: int) -> None:
    store = PostgresStore(url)
    store.check()
    engine = sa.create_engine(url)
    indexes = sorted(tables.entries.indexes, key=lambda index: str(index.name))
    with engine.begin() as connection:
        for index in indexes:
            index.drop(connection)
        connection.execute(sa.text("ALTER TABLE failsoft_audit SET UNLOGGED"))
        connection.execute(sa.text("ALTER TABLE failsoft_audit SET (autovacuum_enabled = off)"))
    begun = time.perf_counter()
    jobs = [multiprocessing.Process(target=fill, args=(dsn, lane, total // LANES)) for lane in range(LANES)]
    for first in range(0, LANES, 2):
        for job in jobs[first : first + 2]:
            job.start()
        for job in jobs[first : first + 2]:
            job.join()
            assert job.exitcode == 0
    print(f"filled {total:,} in {time.perf_counter() - begun:.0f} s", flush=True)
    for index in indexes:
        begun = time.perf_counter()
        with engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL maintenance_work_mem = '1GB'"))
            index.create(connection)
            size = connection.scalar(sa.text(f"SELECT pg_relation_size('{index.name}')"))
        print(f"{index.name}: {size / 1e6:,.0f} MB in {time.perf_counter() - begun:.0f} s", flush=True)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE failsoft_audit"))
        for name in ("failsoft_audit", "failsoft_audit_pkey", "failsoft_audit_lane_sequence"):
            print(f"{name}: {connection.scalar(sa.text(f'SELECT pg_relation_size({name!r})')) / 1e6:,.0f} MB")
    engine.dispose()


def questions(total: int, turn: int) -> dict[str, Query]:
    """Other values at each turn, so that what was read for one does not help the next."""
    day = 86_400 * 1_000_000
    since = BEGIN + (31 + 37 * turn) * day
    number = total // 2 // 50 * 50 + 1 + turn * 7_919 * LANES
    number += number % 50 == 0
    sequence = number // LANES
    at = BEGIN + YEAR * sequence // (total // LANES) + number % 1_000
    newest: dict[str, Any] = {"newest_first": True, "limit": 100}
    frequent, rare = f"CODE_{turn:03}", f"CODE_{CODES - 3 - turn:03}"
    endpoint = f"GET /v1/endpoint-{ENDPOINTS - 5 - turn:03}/{{id}}"
    user = {"user": [digest("user", USERS - 9 - turn)]}
    month = {"since": since, "until": since + 30 * day}
    return {
        "a day, its first 100": Query(since=since, until=since + day, limit=100),
        "the newest 100": Query(**newest),
        "a frequent code, newest 100": Query(code=frequent, **newest),
        "a rare code, newest 100": Query(code=rare, **newest),
        "a code in a month, all": Query(code=rare, **month),
        "an endpoint, newest 100": Query(endpoint=endpoint, **newest),
        "an endpoint in a month, all": Query(endpoint=endpoint, **month),
        "code and endpoint, newest 100": Query(code=rare, endpoint=endpoint, **newest),
        "a frequent user, newest 100": Query(indexes={"user": [digest("user", turn)]}, **newest),
        "a user, all": Query(indexes=user),
        "a user in a month, all": Query(indexes=user, **month),
        "an error id": Query(error_id=f"{at // 1000:012x}-7000-8000-{number:012x}"),
        "a request id": Query(indexes={"request": [digest("request", number)]}),
        "a client, newest 100": Query(indexes={"client": [digest("client", CLIENTS - 9 - turn)]}, **newest),
        "a kind, oldest 100": Query(kinds=("console.action",), limit=100),
        "a frequent code with a severity that is not there, in a month": Query(
            code=frequent, severities=("critical",), **month
        ),
    }


def ask(url: str, total: int, turns: int) -> None:
    store = PostgresStore(url)
    first: dict[str, list[float]] = {}
    again: dict[str, list[float]] = {}
    found: dict[str, int] = {}
    for turn in range(turns):
        for name, query in questions(total, turn).items():
            for attempt in range(4):
                begun = time.perf_counter()
                found[name] = sum(1 for _ in store.search(query))
                (first if attempt == 0 else again).setdefault(name, []).append(time.perf_counter() - begun)
    print("| question | records | first time, median | longest | again, median |\n|---|--:|--:|--:|--:|")
    for name, times in first.items():
        cells = (statistics.median(times), max(times), statistics.median(again[name]))
        print(f"| {name} | {found[name]:,} | " + " | ".join(f"{1000 * cell:,.0f} ms" for cell in cells) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=10_000_000)
    parser.add_argument("--server", default=os.environ.get("FAILSOFT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1"))
    parser.add_argument("--keep", action="store_true", help="leave the database there")
    parser.add_argument("--ask", action="store_true", help="ask one that was left there")
    options = parser.parse_args()
    server = sa.make_url(options.server).set(drivername="postgresql+psycopg")
    url = server.set(database=DATABASE).render_as_string(hide_password=False)
    admin = sa.create_engine(server.set(database="postgres"), isolation_level="AUTOCOMMIT")
    if not options.ask:
        with admin.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {DATABASE}"))
    try:
        if not options.ask:
            build(url, url.replace("+psycopg", ""), options.rows)
        ask(url, options.rows, 5)
    finally:
        if not options.keep:
            with admin.connect() as connection:
                connection.execute(sa.text(f"DROP DATABASE {DATABASE} WITH (FORCE)"))


if __name__ == "__main__":
    main()
