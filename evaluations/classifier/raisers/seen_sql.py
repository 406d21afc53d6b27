"""Drivers of SQL: errors by other codes and other calls than the modules of each database."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable
from typing import Any

import aiomysql
import aiosqlite
import asyncpg
import duckdb
import mysql.connector
import oracledb
import pg8000.dbapi
import psycopg
import psycopg2
import psycopg_pool
import pymysql

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import HOST, closed_port, listening, reset, silence
from evaluations.classifier.raisers._sql import (
    away,
    bug,
    constraint,
    contention,
    full,
    rule,
    settings,
    silent,
    value,
)

_PG = f"host={HOST} user=postgres dbname=test"
_UNREADABLE: dict[str, Any] = {"category": "data_integrity", "transient": False, "status": 500, "severity": "high"}
_TOO_MUCH: dict[str, Any] = {"category": "resource", "transient": False, "status": (500, 503), "severity": "high"}


def _put(library: str, name: str, label: dict[str, Any], note: str = "") -> Callable[[Any], Any]:
    def register(raiser: Callable[[], Any]) -> Callable[[], Any]:
        def named() -> Any:
            return raiser()

        named.__name__ = name
        case(library, **{**label, **({"note": note} if note else {})})(named)
        return raiser

    return register


# --- PostgreSQL by its state ------------------------------------------------------------------------------------------
def _psycopg(*statements: str) -> Any:
    with psycopg.connect(_PG, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _psycopg2(*statements: str) -> Any:
    with contextlib.closing(psycopg2.connect(_PG)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


async def _asyncpg(*statements: str) -> Any:
    connection = await asyncpg.connect(host=HOST, user="postgres", database="test", ssl=False)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _pg8000(*statements: str) -> Any:
    with contextlib.closing(pg8000.dbapi.connect(user="postgres", host=HOST, database="test")) as connection:
        connection.autocommit = True
        for statement in statements:
            connection.cursor().execute(statement)


_TEMP = "CREATE TEMP TABLE t (id int PRIMARY KEY, n numeric(4,2), j json)"
_STATES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "numeric_overflow": (value, (_TEMP, "INSERT INTO t (id, n) VALUES (1, 12345)")),
    "enum_value_unknown": (
        value,
        ("DROP TYPE IF EXISTS pg_temp.mood", "CREATE TYPE pg_temp.mood AS ENUM ('a')", "SELECT 'b'::pg_temp.mood"),
    ),
    "json_malformed": (value, (_TEMP, "INSERT INTO t VALUES (1, 1, '{\"a\":')")),
    "uuid_malformed": (value, ("SELECT 'order-17'::uuid",)),
    "date_out_of_range": (value, ("SELECT '2026-02-30'::date",)),
    "on_conflict_without_index": (bug, (_TEMP, "INSERT INTO t (id, n) VALUES (1, 1) ON CONFLICT (n) DO NOTHING")),
    "row_affected_twice": (
        bug,
        (_TEMP, "INSERT INTO t (id) VALUES (1), (1) ON CONFLICT (id) DO UPDATE SET n = 1"),
    ),
    "more_than_one_row": (bug, ("SELECT (SELECT generate_series(1, 2))",)),
    "read_only_transaction": (settings, ("SET default_transaction_read_only = on", "CREATE TABLE failsoft_ro (a int)")),
    "parameter_unknown": (settings, ("SET failsoft_no_such_setting = 1",)),
    "extension_missing": (settings, ("CREATE EXTENSION failsoft_no_such_extension",)),
    "stack_too_deep": (
        _TOO_MUCH,
        (
            (
                "CREATE OR REPLACE FUNCTION pg_temp.f(n int) RETURNS int LANGUAGE plpgsql AS "
                "'BEGIN RETURN pg_temp.f(n + 1); END'"
            ),
            "SELECT pg_temp.f(1)",
        ),
    ),
    "rule_of_a_procedure": (
        rule,
        ("DO $$ BEGIN RAISE EXCEPTION 'order is already shipped' USING ERRCODE = 'P0001'; END $$",),
    ),
    "assertion_of_a_procedure": (bug, ("DO $$ BEGIN ASSERT 1 = 2, 'never'; END $$",)),
}
_OF: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "psycopg": (_psycopg, tuple(_STATES)[:13:1]),
    "asyncpg": (_asyncpg, ("numeric_overflow", "enum_value_unknown", "stack_too_deep", "parameter_unknown")),
    "psycopg2-binary": (_psycopg2, ("json_malformed", "read_only_transaction", "row_affected_twice", "uuid_malformed")),
    "pg8000": (_pg8000, ("date_out_of_range", "extension_missing", "assertion_of_a_procedure", "more_than_one_row")),
}
for _library, (_run, _names) in _OF.items():
    for _name in _names:
        _label, _plan = _STATES[_name]
        _note = "" if _label is not bug else "written in our statement"
        _put(_library, f"seen_{_name}", _label, _note)(functools.partial(_run, *_plan))


@_put("psycopg", "advisory_lock_by_timeout", contention)
def _() -> None:
    with psycopg.connect(_PG) as first, psycopg.connect(_PG) as second:
        first.execute("SELECT pg_advisory_xact_lock(726172)")
        second.execute("SET lock_timeout = '30ms'")
        second.execute("SELECT pg_advisory_xact_lock(726172)")


@_put("psycopg", "pipeline_aborted", settings, "the statement that is fetched failed itself, with those after it")
def _() -> None:
    with psycopg.connect(_PG, autocommit=True) as connection, connection.pipeline() as pipeline:
        with contextlib.suppress(psycopg.errors.UndefinedTable):
            connection.execute("SELECT * FROM failsoft_no_such_table")
            pipeline.sync()
        first = connection.execute("SELECT 1 FROM failsoft_no_such_table")
        connection.execute("SELECT 1")
        first.fetchone()


@_put("psycopg", "copy_malformed", value)
def _() -> None:
    with psycopg.connect(_PG) as connection:
        connection.execute(_TEMP)
        with connection.cursor().copy("COPY t (id) FROM STDIN") as copy:
            copy.write("twelve\n")


@_put("psycopg", "null_byte_in_text", value, "a DataError of the driver, before the database saw it")
def _() -> None:
    with psycopg.connect(_PG) as connection:
        connection.execute("SELECT %s::text", ("a\0b",))


@_put("psycopg-pool", "never_filled", away, "PoolTimeout, since nobody listens; an exhausted pool is defensible")
def _() -> None:
    with psycopg_pool.ConnectionPool(f"{_PG} port={closed_port()}", open=False, min_size=1) as pool:
        pool.wait(0.3)


@_put(
    "psycopg2-binary",
    "large_object_missing",
    _UNREADABLE,
    "a stored object that a row names; absent (404) is defensible",
)
def _() -> None:
    with contextlib.closing(psycopg2.connect(_PG)) as connection:
        connection.lobject(4_000_000_001, "rb")


@_put("asyncpg", "query_argument_count", bug)
async def _() -> None:
    connection = await asyncpg.connect(host=HOST, user="postgres", database="test", ssl=False)
    try:
        await connection.fetch("SELECT $1::int", 1, 2)
    finally:
        await connection.close()


@_put("asyncpg", "pool_closing", bug)
async def _() -> None:
    pool = await asyncpg.create_pool(host=HOST, user="postgres", database="test", ssl=False, min_size=1)
    await pool.close()
    await pool.fetch("SELECT 1")


# --- MySQL by its number ----------------------------------------------------------------------------------------------
def _mysql(connect: Callable[..., Any], *statements: str) -> Any:
    with contextlib.closing(connect(host=HOST, user="root", password="", database="test")) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)


async def _aiomysql(*statements: str) -> Any:
    connection = await aiomysql.connect(host=HOST, user="root", password="", db="test")
    try:
        async with connection.cursor() as cursor:
            for statement in statements:
                await cursor.execute(statement)
    finally:
        connection.close()


_pymysql = functools.partial(_mysql, pymysql.connect)
_connector = functools.partial(_mysql, mysql.connector.connect)
_MY = "CREATE TEMPORARY TABLE failsoft_t (id int PRIMARY KEY, e ENUM('a','b'), j json) ENGINE=InnoDB"
for _library, _run, _name, _label, _plan in (
    ("pymysql", _pymysql, "enum_truncated", value, (_MY, "INSERT INTO failsoft_t VALUES (1, 'c', NULL)")),
    ("pymysql", _pymysql, "json_check", value, (_MY, "INSERT INTO failsoft_t VALUES (1, 'a', '{')")),
    ("pymysql", _pymysql, "subquery_of_many_rows", bug, ("SELECT (SELECT 1 UNION SELECT 2)",)),
    ("pymysql", _pymysql, "variable_unknown", settings, ("SET SESSION failsoft_no_such = 1",)),
    (
        "pymysql",
        _pymysql,
        "engine_unknown",
        settings,
        ("SET sql_mode='NO_ENGINE_SUBSTITUTION'", "CREATE TABLE failsoft_e (a int) ENGINE=Nothing"),
    ),
    ("mysql-connector-python", _connector, "procedure_missing", settings, ("CALL failsoft_no_such_procedure()",)),
    (
        "mysql-connector-python",
        _connector,
        "not_grouped",
        bug,
        ("SET sql_mode='ONLY_FULL_GROUP_BY'", _MY, "SELECT id, count(*) FROM failsoft_t"),
    ),
    ("mysql-connector-python", _connector, "kill_unknown_thread", bug, ("KILL 99999999",)),
    (
        "aiomysql",
        _aiomysql,
        "seen_read_only_transaction",
        bug,
        ("START TRANSACTION READ ONLY", "DELETE FROM mysql.help_topic"),
    ),
    ("aiomysql", _aiomysql, "column_twice", bug, ("CREATE TEMPORARY TABLE failsoft_u (a int, a int)",)),
):
    _put(_library, _name, _label)(functools.partial(_run, *_plan))


@_put("pymysql", "seen_reset", away)
def _() -> None:
    with listening(reset) as port:
        pymysql.connect(host=HOST, port=port, user="root", connect_timeout=1)


@_put("mysql-connector-python", "option_unknown", settings)
def _() -> None:
    mysql.connector.connect(host=HOST, user="root", pool_width=3)


@_put("mysql-connector-python", "seen_pool_exhausted", full)
def _() -> None:
    pool = mysql.connector.pooling.MySQLConnectionPool(pool_size=1, host=HOST, user="root", database="test")
    first = pool.get_connection()
    try:
        pool.get_connection()
    finally:
        first.close()


# --- Oracle, DuckDB, SQLite -------------------------------------------------------------------------------------------
@_put("oracledb", "pool_of_nothing", bug)
def _() -> None:
    oracledb.create_pool(user="shop", password="x", dsn=f"{HOST}:{closed_port()}/x", min=5, max=2)


@_put("oracledb", "silent", silent)
def _() -> None:
    with listening(silence) as port:
        oracledb.connect(user="shop", password="x", dsn=f"{HOST}:{port}/x", tcp_connect_timeout=0.5, expire_time=0)


for _name, _label, _plan in (
    ("schema_missing", settings, ("SELECT * FROM nowhere.t",)),
    ("enum_unknown", value, ("CREATE TYPE mood AS ENUM ('a')", "SELECT 'b'::mood")),
    ("json_malformed", value, ("SELECT '{\"a\":'::json",)),
    (
        "foreign_key",
        constraint,
        ("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (a int REFERENCES a)", "INSERT INTO b VALUES (1)"),
    ),
    ("binder_ambiguous", bug, ("SELECT a FROM (SELECT 1 a) x, (SELECT 2 a) y",)),
):
    _put("duckdb", f"seen_{_name}", _label)(lambda plan=_plan: _duck(plan))


def _duck(plan: tuple[str, ...]) -> None:
    with duckdb.connect() as connection:
        for one in plan:
            connection.execute(one).fetchall()


@_put("aiosqlite", "busy", contention)
async def _() -> None:
    path = f"/tmp/failsoft-seen-{os.getpid()}.db"
    try:
        async with aiosqlite.connect(path) as first, aiosqlite.connect(path, timeout=0.02) as second:
            await first.execute("CREATE TABLE t (a)")
            await first.execute("INSERT INTO t VALUES (1)")
            await second.execute("BEGIN IMMEDIATE")
    finally:
        os.unlink(path)


@_put("aiosqlite", "bound_by_wrong_name", bug)
async def _() -> None:
    async with aiosqlite.connect(":memory:") as connection:
        await connection.execute("SELECT :a", {"b": 1})
