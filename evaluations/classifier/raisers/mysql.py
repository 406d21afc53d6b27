"""MySQL and MariaDB: the same scenarios by every driver."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import inspect
import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import aiomysql
import asyncmy
import mysql.connector
import mysql.connector.pooling
import pymysql

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import HOST, closed_port, left_behind, listening, saying, silence
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
    refused_us,
    rule,
    settings,
    silent,
    slow,
    steps,
    value,
)

SCHEMA = f"failsoft_corpus_{os.getpid()}"
_GUEST = f"guest_{os.getpid()}"
_SETUP = (
    f"CREATE DATABASE {SCHEMA}",
    f"""CREATE TABLE {SCHEMA}.customer (id int PRIMARY KEY, email varchar(99) UNIQUE NOT NULL,
    age int CHECK (age >= 0), code varchar(5), since date, name varchar(9) NOT NULL DEFAULT '')""",
    f"""CREATE TABLE {SCHEMA}.sale (id int PRIMARY KEY, customer int NOT NULL,
    FOREIGN KEY (customer) REFERENCES {SCHEMA}.customer(id))""",
    f"INSERT INTO {SCHEMA}.customer (id, email, age) VALUES (1, 'a@example.test', 3), (2, 'b@example.test', 4)",
    f"INSERT INTO {SCHEMA}.sale VALUES (1, 1)",
    f"CREATE USER {_GUEST}@'%' IDENTIFIED BY 'guest' WITH MAX_USER_CONNECTIONS 1",
    f"CREATE USER {_GUEST}@localhost IDENTIFIED BY 'guest' WITH MAX_USER_CONNECTIONS 1",
)


@functools.cache
def prepared() -> None:
    """Lay out the tables, once."""
    with contextlib.closing(helper()) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW DATABASES LIKE 'failsoft_corpus_%'")
        for name in left_behind([row[0] for row in cursor.fetchall()]):
            cursor.execute(f"DROP DATABASE {name}")
            guest = f"guest_{name.rpartition('_')[2]}"
            cursor.execute(f"DROP USER IF EXISTS {guest}@'%', {guest}@localhost")
        for text in _SETUP:
            cursor.execute(text)
    atexit.register(_clear)


def _clear() -> None:
    with contextlib.closing(helper()) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {SCHEMA}")
        cursor.execute(f"DROP USER {_GUEST}@'%', {_GUEST}@localhost")


def helper() -> Any:
    """A connection beside the one of the case."""
    return pymysql.connect(host=HOST, user="root", autocommit=True)


STATEMENTS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "unique": (constraint, ("INSERT INTO {}.customer (id, email) VALUES (3, 'a@example.test')",)),
    "primary_key": (constraint, ("INSERT INTO {}.customer (id, email) VALUES (1, 'c@example.test')",)),
    "foreign_key": (constraint, ("INSERT INTO {}.sale VALUES (9, 77)",)),
    "still_referenced": (constraint, ("DELETE FROM {}.customer WHERE id = 1",)),
    "check": (
        {**value, "status": (400, 409, 422)},
        ("INSERT INTO {}.customer (id, email, age) VALUES (3, 'c@example.test', -1)",),
    ),
    "not_null": (value, ("INSERT INTO {}.customer (id, email) VALUES (3, NULL)",)),
    "no_default": (value, ("INSERT INTO {}.customer (id) VALUES (3)",)),
    "too_long": (value, ("INSERT INTO {}.customer (id, email, code) VALUES (3, 'c', 'far too long')",)),
    "not_a_number": (value, ("INSERT INTO {}.customer (id, email) VALUES ('abc', 'c')",)),
    "out_of_range": (value, ("INSERT INTO {}.customer (id, email) VALUES (99999999999, 'c')",)),
    "not_a_date": (value, ("INSERT INTO {}.customer (id, email, since) VALUES (3, 'c', '2026-13-45')",)),
    "no_table": (settings, ("SELECT * FROM {}.is_not_there",)),
    "no_column": (settings, ("SELECT is_not_there FROM {}.customer",)),
    "no_function": (settings, ("SELECT {}.is_not_there(1)",)),
    "no_database": (settings, ("USE failsoft_corpus_is_not_there",)),
    "syntax": (bug, ("SELEKT 1",)),
    "ambiguous_column": (bug, ("SELECT id FROM {0}.customer, {0}.sale",)),
    "column_count": (bug, ("INSERT INTO {}.sale VALUES (1)",)),
    "division_by_zero": (
        {**bug, "note": "the query divides"},
        ("SET sql_mode = 'ERROR_FOR_DIVISION_BY_ZERO,STRICT_ALL_TABLES'", "UPDATE {}.customer SET age = 1 / 0"),
    ),
    "signalled": (rule, ("BEGIN NOT ATOMIC SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'order is closed'; END",)),
    "statement_timeout": (slow, ("SET max_statement_time = 0.05", "SELECT SLEEP(5)")),
    "read_only": (
        {**bug, "note": "the code declared the transaction so; a read-only server says 1290"},
        ("SET SESSION TRANSACTION READ ONLY", "START TRANSACTION", "DELETE FROM {}.sale"),
    ),
    "killed": (away, ("KILL CONNECTION_ID()", "SELECT 1")),
}


def _statements(*texts: str) -> Any:
    @contextlib.contextmanager
    def scenario() -> Iterator[list[Step]]:
        prepared()
        yield ["SET sql_mode = 'STRICT_ALL_TABLES'", *(text.format(SCHEMA) for text in texts)]

    return scenario


@contextlib.contextmanager
def _deadlock() -> Iterator[list[Step]]:
    prepared()
    with contextlib.closing(helper()) as other, other.cursor() as cursor, contextlib.closing(helper()) as watch:
        cursor.execute("BEGIN")
        # the transaction that wrote less is the victim
        cursor.execute(f"UPDATE {SCHEMA}.sale SET customer = 2 WHERE id = 1")
        cursor.execute(f"UPDATE {SCHEMA}.customer SET age = 100, code = 'x' WHERE id = 2")
        thread = threading.Thread(target=_waits, args=(cursor,), daemon=True)

        def wait() -> None:
            thread.start()
            for _ in range(20):
                with watch.cursor() as look:
                    look.execute("SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'")
                    if look.fetchone()[0]:
                        return
                time.sleep(0.15)  # the table is a copy that is 100 ms old, and never renewed while it is read

        try:
            yield [
                "BEGIN",
                f"SELECT * FROM {SCHEMA}.customer WHERE id = 1 FOR UPDATE",
                wait,
                f"SELECT * FROM {SCHEMA}.customer WHERE id = 2 FOR UPDATE",
            ]
        finally:
            thread.join(3)


def _waits(cursor: Any) -> None:
    with contextlib.suppress(pymysql.Error):
        cursor.execute(f"UPDATE {SCHEMA}.customer SET age = 1 WHERE id = 1")
        cursor.execute("ROLLBACK")


def _locked(*last: str) -> Any:
    @contextlib.contextmanager
    def scenario() -> Iterator[list[Step]]:
        prepared()
        with contextlib.closing(helper()) as other, other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f"UPDATE {SCHEMA}.customer SET age = 9 WHERE id = 1")
            try:
                yield [text.format(SCHEMA) for text in last]
            finally:
                other.rollback()

    return scenario


SCENARIOS: dict[str, tuple[dict[str, Any], Scenario]] = {
    **{name: (label, _statements(*texts)) for name, (label, texts) in STATEMENTS.items()},
    "deadlock": (contention, _deadlock),
    "lock_timeout": (
        contention,
        _locked("SET innodb_lock_wait_timeout = 1", "DELETE FROM {}.customer WHERE id = 1"),
    ),
    "nowait": (contention, _locked("SELECT * FROM {}.customer WHERE id = 1 FOR UPDATE NOWAIT")),
}

_DEFAULTS: dict[str, Any] = {"host": HOST, "user": "root"}


def _connect_pymysql(**more: Any) -> Any:
    return pymysql.connect(**{**_DEFAULTS, "autocommit": True, "connect_timeout": 1, **more})


def _connect_connector(**more: Any) -> Any:
    more = {"database" if name == "db" else name: value for name, value in more.items()}
    return mysql.connector.connect(
        **{**_DEFAULTS, "autocommit": True, "connection_timeout": 1, "use_pure": True, **more}
    )


def _run(connect: Callable[..., Any]) -> Callable[[Scenario], None]:
    def run(scenario: Scenario) -> None:
        with scenario() as plan:
            connection = connect()
            try:
                cursor = connection.cursor()

                def execute(text: str) -> None:
                    cursor.execute(text)
                    with contextlib.suppress(TypeError):
                        cursor.fetchall()

                steps(execute, plan)
            finally:
                with contextlib.suppress(Exception):
                    connection.close()

    return run


def _arun(connect: Callable[..., Any]) -> Callable[[Scenario], Any]:
    async def run(scenario: Scenario) -> None:
        with scenario() as plan:
            connection = await connect()
            try:
                async with connection.cursor() as cursor:
                    await asteps(cursor.execute, plan)
            finally:
                with contextlib.suppress(Exception):
                    connection.close()

    return run


async def _connect_aiomysql(**more: Any) -> Any:
    return await aiomysql.connect(**{**_DEFAULTS, "autocommit": True, "connect_timeout": 1, **more})


async def _connect_asyncmy(**more: Any) -> Any:
    return await asyncmy.connect(**{**_DEFAULTS, "autocommit": True, "connect_timeout": 1, **more})


DRIVERS: dict[str, tuple[Callable[..., Any], Callable[[Scenario], Any]]] = {
    "pymysql": (_connect_pymysql, _run(_connect_pymysql)),
    "mysql-connector-python": (_connect_connector, _run(_connect_connector)),
    "aiomysql": (_connect_aiomysql, _arun(_connect_aiomysql)),
    "asyncmy": (_connect_asyncmy, _arun(_connect_asyncmy)),
}

try:
    import MySQLdb
except ImportError:
    pass
else:

    def _connect_mysqldb(**more: Any) -> Any:
        return MySQLdb.connect(**{**_DEFAULTS, "autocommit": True, "connect_timeout": 1, **more})

    DRIVERS["mysqlclient"] = (_connect_mysqldb, _run(_connect_mysqldb))

for _library, (_, _runner) in DRIVERS.items():
    for _name, (_label, _scenario) in SCENARIOS.items():
        define(_library, _name, _label, _runner, _scenario)


# --- connecting -------------------------------------------------------------------------------------------------------
def _connecting(library: str, connect: Callable[..., Any]) -> None:
    def tried(**more: Any) -> Any:
        result = connect(**more)
        return asyncio.run(result) if inspect.iscoroutine(result) else result

    def refused() -> None:
        tried(port=closed_port())

    def unknown_host() -> None:
        tried(host="db.invalid")

    def unknown_database() -> None:
        tried(db="failsoft_corpus_is_not_there")

    def wrong_password() -> None:
        prepared()
        tried(user=_GUEST, password="wrong")

    def no_permission() -> None:
        prepared()
        tried(user=_GUEST, password="guest", db=SCHEMA)

    def too_many_connections() -> None:
        prepared()
        with contextlib.closing(_connect_pymysql(user=_GUEST, password="guest")):
            tried(user=_GUEST, password="guest")

    def hangs_up() -> None:
        with listening(saying(b"", at_once=True)) as port:
            tried(port=port)

    for raiser, label in (
        (refused, away),
        (unknown_host, away),
        (unknown_database, settings),
        (wrong_password, refused_us),
        (no_permission, refused_us),
        (too_many_connections, full),
    ):
        case(library, **label)(raiser)
    if library == "pymysql":
        case(library, **away)(hangs_up)


for _library, (_connect, _) in DRIVERS.items():
    _connecting(_library, _connect)


@case("pymysql", **silent)
def connect_silent() -> None:
    with listening(silence) as port:
        _connect_pymysql(port=port, read_timeout=0.1)


@case("pymysql", **silent)
def read_silent() -> None:
    with contextlib.closing(_connect_pymysql(read_timeout=0.1)) as connection:
        connection.cursor().execute("SELECT SLEEP(1)")


@case("pymysql", **bug)
def closed_connection() -> None:
    connection = _connect_pymysql()
    connection.close()
    connection.cursor().execute("SELECT 1")


@case("pymysql", **bug)
def too_few_parameters() -> None:
    with contextlib.closing(_connect_pymysql()) as connection:
        connection.cursor().execute("SELECT %s, %s", (1,))


@case("mysql-connector-python", **bug)
def too_few_parameters_connector() -> None:
    with contextlib.closing(_connect_connector()) as connection:
        connection.cursor().execute("SELECT %s, %s", (1,))


@case("mysql-connector-python", **bug)
def unread_result() -> None:
    with contextlib.closing(_connect_connector()) as connection:
        connection.cursor().execute("SELECT 1")
        connection.cursor().execute("SELECT 2")


@case("mysql-connector-python", **full)
def pool_exhausted() -> None:
    pool = mysql.connector.pooling.MySQLConnectionPool(
        pool_name=f"failsoft_corpus_{time.monotonic_ns()}", pool_size=1, use_pure=True, **_DEFAULTS
    )
    with contextlib.closing(pool.get_connection()):
        pool.get_connection()


@case("mysql-connector-python", **settings)
def unknown_setting() -> None:
    _connect_connector(is_not_there=True)
