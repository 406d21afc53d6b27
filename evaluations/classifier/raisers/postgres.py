"""PostgreSQL: the same scenarios by every driver, and what only one of them does."""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pg8000.dbapi
import pg8000.native
import psycopg
import psycopg2
import psycopg2.pool
import psycopg_pool

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import (
    HOST,
    black_hole,
    closed_port,
    hang_up,
    left_behind,
    listening,
    silence,
)
from evaluations.classifier.raisers._sql import (
    Scenario,
    Step,
    asteps,
    away,
    bug,
    constraint,
    contention,
    define,
    full,
    not_now,
    refused_us,
    rule,
    settings,
    silent,
    slow,
    steps,
    value,
)

PORT = 5432
USER = "postgres"
DATABASE = "test"
SCHEMA = f"failsoft_corpus_{os.getpid()}"
_SETUP = f"""
CREATE SCHEMA {SCHEMA};
CREATE TABLE {SCHEMA}.customer (
  id int PRIMARY KEY, email text UNIQUE NOT NULL, age int CHECK (age >= 0), code varchar(5));
CREATE TABLE {SCHEMA}.sale (id int PRIMARY KEY, customer int NOT NULL REFERENCES {SCHEMA}.customer);
CREATE TABLE {SCHEMA}.booking (room int, during int4range, EXCLUDE USING gist (during WITH &&));
INSERT INTO {SCHEMA}.customer VALUES (1, 'a@example.test', 3, 'a'), (2, 'b@example.test', 4, 'b');
INSERT INTO {SCHEMA}.sale VALUES (1, 1);
INSERT INTO {SCHEMA}.booking VALUES (1, '[1,5)');
CREATE ROLE {SCHEMA}_full LOGIN CONNECTION LIMIT 0;
CREATE ROLE {SCHEMA}_guest LOGIN;
"""


@functools.cache
def prepared() -> None:
    """Lay out the tables, once."""
    with helper() as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'failsoft_corpus_%'").fetchall()
        for name in left_behind([row[0] for row in rows]):
            connection.execute(f"DROP SCHEMA {name} CASCADE; DROP ROLE {name}_full; DROP ROLE {name}_guest")
        connection.execute(_SETUP)
    atexit.register(_clear)


def _clear() -> None:
    with helper() as connection:
        connection.execute(f"DROP SCHEMA {SCHEMA} CASCADE; DROP ROLE {SCHEMA}_full; DROP ROLE {SCHEMA}_guest")


def helper() -> Any:
    """A connection beside the one of the case."""
    return psycopg.connect(host=HOST, port=PORT, user=USER, dbname=DATABASE, autocommit=True)


STATEMENTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "unique": (constraint, ("INSERT INTO {}.customer VALUES (3, 'a@example.test')",)),
    "primary_key": (constraint, ("INSERT INTO {}.customer VALUES (1, 'c@example.test')",)),
    "foreign_key": (constraint, ("INSERT INTO {}.sale VALUES (9, 77)",)),
    "still_referenced": (constraint, ("DELETE FROM {}.customer WHERE id = 1",)),
    "exclusion": (constraint, ("INSERT INTO {}.booking VALUES (1, '[3,9)')",)),
    "check": ({**value, "status": (400, 409, 422)}, ("INSERT INTO {}.customer VALUES (3, 'c@example.test', -1)",)),
    "not_null": (value, ("INSERT INTO {}.customer VALUES (3, NULL)",)),
    "too_long": (value, ("INSERT INTO {}.customer VALUES (3, 'c@example.test', 1, 'far too long')",)),
    "not_a_number": (value, ("SELECT 'abc'::int",)),
    "out_of_range": (value, ("SELECT 99999999999::int",)),
    "not_a_date": (value, ("SELECT '2026-13-45'::date",)),
    "no_table": (settings, ("SELECT * FROM {}.is_not_there",)),
    "no_column": (settings, ("SELECT is_not_there FROM {}.customer",)),
    "no_function": (settings, ("SELECT is_not_there(1)",)),
    "no_schema": (settings, ("CREATE TABLE is_not_there.a (b int)",)),
    "syntax": (bug, ("SELEKT 1",)),
    "ambiguous_column": (bug, ("SELECT id FROM {0}.customer, {0}.sale",)),
    "types_differ": (bug, ("SELECT 1 WHERE 1 = 'a'::text",)),
    "division_by_zero": ({**bug, "note": "the query divides"}, ("SELECT 1 / 0",)),
    "failed_transaction": (bug, ("BEGIN", "?SELECT 1 / 0", "SELECT 1")),
    "no_permission": (refused_us, ("SET ROLE {}_guest", "SELECT * FROM {}.customer")),
    "raised_by_a_trigger": (rule, ("DO $$ BEGIN RAISE EXCEPTION 'order is closed'; END $$",)),
    "statement_timeout": (slow, ("SET statement_timeout = 30", "SELECT pg_sleep(5)")),
    "cancelled": (slow, ("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(1)",)),
    "killed": (away, ("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(1)",)),
    "standby": (
        {
            **not_now,
            "status": (500, 503),
            "note": "doubtful: a standby after a failover says the same as a transaction that the code declares so",
        },
        ("BEGIN READ ONLY", "DELETE FROM {}.sale"),
    ),
}


def _statements(*texts: str) -> Any:
    @contextlib.contextmanager
    def scenario() -> Iterator[list[Step]]:
        prepared()
        yield [text.format(SCHEMA) if "$$" not in text else text for text in texts]

    return scenario


@contextlib.contextmanager
def _deadlock() -> Iterator[list[Step]]:
    prepared()
    with helper() as other, helper() as watch:
        other.execute("SET deadlock_timeout = '60s'; SET lock_timeout = '2s'")
        other.execute("BEGIN")
        other.execute(f"UPDATE {SCHEMA}.customer SET age = 1 WHERE id = 2")
        thread = threading.Thread(target=_waits, args=(other,), daemon=True)

        def wait() -> None:
            thread.start()
            for _ in range(300):
                row = watch.execute(
                    "SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted", (other.info.backend_pid,)
                ).fetchone()
                if row[0]:
                    return
                time.sleep(0.01)

        try:
            yield [
                "SET deadlock_timeout = '10ms'",
                "BEGIN",
                f"UPDATE {SCHEMA}.customer SET age = 1 WHERE id = 1",
                wait,
                f"UPDATE {SCHEMA}.customer SET age = 1 WHERE id = 2",
            ]
        finally:
            thread.join(3)


def _waits(other: Any) -> None:
    with contextlib.suppress(psycopg.Error):
        other.execute(f"UPDATE {SCHEMA}.customer SET age = 1 WHERE id = 1")
        other.execute("ROLLBACK")


@contextlib.contextmanager
def _serialization() -> Iterator[list[Step]]:
    prepared()
    with helper() as other:
        yield [
            "BEGIN ISOLATION LEVEL REPEATABLE READ",
            f"SELECT age FROM {SCHEMA}.customer",
            lambda: other.execute(f"UPDATE {SCHEMA}.customer SET age = age + 1 WHERE id = 1"),
            f"UPDATE {SCHEMA}.customer SET age = age + 2 WHERE id = 1",
        ]


def _locked(*last: str) -> Any:
    @contextlib.contextmanager
    def scenario() -> Iterator[list[Step]]:
        prepared()
        with helper() as other, other.transaction():
            other.execute(f"UPDATE {SCHEMA}.customer SET age = 9 WHERE id = 1")
            yield [text.format(SCHEMA) for text in last]

    return scenario


@contextlib.contextmanager
def _idle() -> Iterator[list[Step]]:
    yield ["SET idle_in_transaction_session_timeout = 10", "BEGIN", lambda: time.sleep(0.1), "SELECT 1"]


SCENARIOS: dict[str, tuple[dict[str, Any], Scenario]] = {
    **{name: (label, _statements(*texts)) for name, (label, texts) in STATEMENTS.items()},
    "deadlock": (contention, _deadlock),
    "serialization": (contention, _serialization),
    "lock_timeout": (contention, _locked("SET lock_timeout = 30", "DELETE FROM {}.customer WHERE id = 1")),
    "nowait": (contention, _locked("SELECT * FROM {}.customer WHERE id = 1 FOR UPDATE NOWAIT")),
    "idle_in_transaction": (away, _idle),
}


# --- drivers ----------------------------------------------------------------------------------------------------------
def _psycopg(scenario: Scenario) -> None:
    with scenario() as plan, helper() as connection:
        steps(lambda text: connection.execute(text, prepare=False), plan)


async def _psycopg_async(scenario: Scenario) -> None:
    with scenario() as plan:
        connection = await psycopg.AsyncConnection.connect(
            host=HOST, port=PORT, user=USER, dbname=DATABASE, autocommit=True
        )
        async with connection:
            await asteps(connection.execute, plan)


def _psycopg2(scenario: Scenario) -> None:
    with scenario() as plan, contextlib.closing(psycopg2.connect(host=HOST, user=USER, dbname=DATABASE)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            steps(cursor.execute, plan)


async def _asyncpg(scenario: Scenario) -> None:
    with scenario() as plan:
        connection = await asyncpg.connect(host=HOST, port=PORT, user=USER, database=DATABASE)
        try:
            await asteps(connection.execute, plan)
        finally:
            connection.terminate()


def _pg8000(scenario: Scenario) -> None:
    with scenario() as plan:
        connection = pg8000.dbapi.connect(host=HOST, user=USER, database=DATABASE)
        connection.autocommit = True
        try:
            steps(connection.cursor().execute, plan)
        finally:
            with contextlib.suppress(Exception):
                connection.close()


DRIVERS: dict[str, tuple[str, str, Callable[[Scenario], Any]]] = {
    "psycopg": ("psycopg", "", _psycopg),
    "psycopg_async": ("psycopg", "async_", _psycopg_async),
    "psycopg2": ("psycopg2-binary", "", _psycopg2),
    "asyncpg": ("asyncpg", "", _asyncpg),
    "pg8000": ("pg8000", "", _pg8000),
}


_FEW = ("deadlock", "unique", "killed", "lock_timeout", "statement_timeout", "no_table")
for _driver, (_library, _prefix, _run) in DRIVERS.items():
    for _name, (_label, _scenario) in SCENARIOS.items():
        if _driver != "psycopg_async" or _name in _FEW:
            define(_library, _prefix + _name, _label, _run, _scenario)


# --- connecting -------------------------------------------------------------------------------------------------------
def _connect_psycopg(**more: Any) -> None:
    psycopg.connect(
        **{"host": HOST, "user": USER, "dbname": DATABASE, "connect_timeout": 2, "sslmode": "disable", **more}
    )


def _connect_psycopg2(**more: Any) -> None:
    psycopg2.connect(
        **{"host": HOST, "user": USER, "dbname": DATABASE, "connect_timeout": 2, "sslmode": "disable", **more}
    )


async def _connect_asyncpg(**more: Any) -> None:
    if "dbname" in more:
        more["database"] = more.pop("dbname")
    await asyncpg.connect(**{"host": HOST, "user": USER, "database": DATABASE, "timeout": 0.3, "ssl": False, **more})


def _connect_pg8000(**more: Any) -> None:
    if "dbname" in more:
        more["database"] = more.pop("dbname")
    pg8000.dbapi.connect(
        **{"host": HOST, "user": USER, "database": DATABASE, "timeout": 0.3, "ssl_context": False, **more}
    )


CONNECTORS: dict[str, Callable[..., Any]] = {
    "psycopg": _connect_psycopg,
    "psycopg2-binary": _connect_psycopg2,
    "asyncpg": _connect_asyncpg,
    "pg8000": _connect_pg8000,
}


def server_says(state: str, text: str) -> Callable[[Any], None]:
    """A server that answers the start of a session with an error, as PostgreSQL does."""
    fields = b"".join(
        kind.encode() + content.encode() + b"\0"
        for kind, content in (("S", "FATAL"), ("V", "FATAL"), ("C", state), ("M", text))
    )
    message = b"E" + (len(fields) + 5).to_bytes(4, "big") + fields + b"\0"

    def talk(connection: Any) -> None:
        connection.settimeout(2)
        with contextlib.suppress(OSError):
            connection.recv(4_096)
            connection.sendall(message)
            connection.shutdown(1)
            connection.recv(1)

    return talk


def _connecting(library: str, connect: Callable[..., Any]) -> None:
    def refused() -> Any:
        return connect(port=closed_port())

    def unknown_host() -> Any:
        return connect(host="db.invalid")

    def unknown_database() -> Any:
        return connect(dbname="failsoft_corpus_is_not_there")

    def unknown_role() -> Any:
        return connect(user="failsoft_corpus_is_not_there")

    def too_many_connections() -> Any:
        prepared()
        return connect(user=f"{SCHEMA}_full")

    def wrong_password() -> Any:
        return _against(server_says("28P01", 'password authentication failed for user "shop"'), connect)

    def starting_up() -> Any:
        return _against(server_says("57P03", "the database system is starting up"), connect)

    def hangs_up() -> Any:
        return _against(hang_up, connect)

    for raiser, label in (
        (refused, away),
        (unknown_host, away),
        (unknown_database, settings),
        (unknown_role, refused_us),
        (too_many_connections, full),
        (wrong_password, refused_us),
        (starting_up, not_now),
        (hangs_up, away),
    ):
        case(library, **label)(raiser)


def _against(talk: Callable[[Any], None], connect: Callable[..., Any]) -> Any:
    import asyncio
    import inspect

    with listening(talk) as port:
        result = connect(port=port)
        if inspect.iscoroutine(result):
            asyncio.run(result)


for _library, _connect in CONNECTORS.items():
    _connecting(_library, _connect)


@case("psycopg", **silent)
def connect_silent() -> None:
    with listening(silence) as port:
        _connect_psycopg(port=port)  # libpq waits two seconds at least


@case("asyncpg", **silent)
def connect_silent_asyncpg() -> None:
    _against(silence, _connect_asyncpg)


@case("pg8000", **silent)
def connect_silent_pg8000() -> None:
    _against(silence, _connect_pg8000)


@case("asyncpg", **silent)
async def connect_black_hole() -> None:
    with black_hole() as port:
        await _connect_asyncpg(port=port)


# --- pools ------------------------------------------------------------------------------------------------------------
def _dsn() -> str:
    return f"host={HOST} user={USER} dbname={DATABASE}"


@case("psycopg-pool", **full)
def pool_timeout() -> None:
    with psycopg_pool.ConnectionPool(_dsn(), min_size=1, max_size=1, timeout=0.1, open=True) as pool, pool.connection():
        pool.getconn()


@case("psycopg-pool", **full)
def pool_too_many_waiting() -> None:
    with psycopg_pool.ConnectionPool(_dsn(), min_size=1, max_size=1, max_waiting=1, open=True) as pool:
        with pool.connection():
            thread = threading.Thread(target=_waits_for, args=(pool,), daemon=True)
            thread.start()
            while pool.get_stats().get("requests_waiting", 0) < 1:
                time.sleep(0.01)
            pool.getconn(0.1)


def _waits_for(pool: Any) -> None:
    with contextlib.suppress(psycopg_pool.PoolTimeout):
        pool.getconn(0.5)


@case("psycopg-pool", **bug)
def pool_closed() -> None:
    pool = psycopg_pool.ConnectionPool(_dsn(), open=False)
    pool.close()
    pool.getconn()


@case("psycopg-pool", **full)
async def pool_timeout_async() -> None:
    async with psycopg_pool.AsyncConnectionPool(_dsn(), min_size=1, max_size=1, timeout=0.1, open=False) as pool:
        async with pool.connection():
            await pool.getconn()


@case("psycopg2-binary", **full)
def pool_exhausted() -> None:
    pool = psycopg2.pool.SimpleConnectionPool(1, 1, _dsn())
    try:
        pool.getconn()
        pool.getconn()
    finally:
        pool.closeall()


@case("asyncpg", **full)
async def pool_acquire_timeout() -> None:
    async with asyncpg.create_pool(host=HOST, user=USER, database=DATABASE, min_size=1, max_size=1) as pool:
        async with pool.acquire():
            await pool.acquire(timeout=0.05)


# --- used wrongly -----------------------------------------------------------------------------------------------------
@case("psycopg", **bug)
def closed_connection() -> None:
    connection = helper()
    connection.close()
    connection.execute("SELECT 1")


@case("psycopg", **bug)
def too_few_parameters() -> None:
    with helper() as connection:
        connection.execute("SELECT %s, %s", (1,))


@case("psycopg", **bug)
def cannot_adapt() -> None:
    with helper() as connection:
        connection.execute("SELECT %s", (object(),))


@case("psycopg", **bug)
def no_result() -> None:
    with helper() as connection:
        connection.execute("SET lock_timeout = 0").fetchone()


@case("psycopg", **settings)
def bad_dsn() -> None:
    psycopg.connect("host=a b c")


@case("psycopg2-binary", **bug)
def closed_connection_psycopg2() -> None:
    connection = psycopg2.connect(_dsn())
    connection.close()
    connection.cursor()


@case("psycopg2-binary", **bug)
def cannot_adapt_psycopg2() -> None:
    with contextlib.closing(psycopg2.connect(_dsn())) as connection:
        connection.cursor().execute("SELECT %s", (object(),))


@case("asyncpg", **bug)
async def busy_connection() -> None:
    import asyncio

    connection = await asyncpg.connect(host=HOST, user=USER, database=DATABASE)
    try:
        first = asyncio.ensure_future(connection.execute("SELECT pg_sleep(0.2)"))
        await asyncio.sleep(0)
        try:
            await connection.execute("SELECT 1")
        finally:
            with contextlib.suppress(Exception):
                await first
    finally:
        connection.terminate()


@case("asyncpg", **value)
async def wrong_type() -> None:
    connection = await asyncpg.connect(host=HOST, user=USER, database=DATABASE)
    try:
        await connection.fetch("SELECT $1::int", "abc")
    finally:
        connection.terminate()


@case("asyncpg", **bug)
async def closed_connection_asyncpg() -> None:
    connection = await asyncpg.connect(host=HOST, user=USER, database=DATABASE)
    await connection.close()
    await connection.execute("SELECT 1")


@case("asyncpg", **silent)
async def command_timeout() -> None:
    connection = await asyncpg.connect(host=HOST, user=USER, database=DATABASE, command_timeout=0.05)
    try:
        await connection.execute("SELECT pg_sleep(5)")
    finally:
        connection.terminate()
