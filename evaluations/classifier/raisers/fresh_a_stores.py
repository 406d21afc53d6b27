"""Drivers of databases and stores: what they say of our statements, of stored values, and of their own state."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiomysql
import aiosqlite
import asyncmy
import asyncpg
import clickhouse_connect
import duckdb
import mysql.connector
import oracledb
import pg8000.dbapi
import psycopg
import psycopg2
import psycopg2.extensions
import psycopg_pool
import pymssql
import pymysql

from evaluations.classifier.raisers._fresh_a import VALUE, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, listening, saying, silence
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    NO_TRUST,
    OUR_BUG,
    OUR_SETTINGS,
    SILENT,
    SLOW,
    UNPARSABLE,
    Answer,
    Means,
    serving,
)

_PG = f"host={HOST} user=postgres dbname=test"
_MY: dict[str, Any] = {"host": HOST, "user": "root", "password": ""}
_OURS = "written in our statement"
_STALE = Means("concurrency", True, (500, 503), "medium")
"""The table was altered meanwhile."""


# --- PostgreSQL -------------------------------------------------------------------------------------------------------
def _psycopg(*statements: str) -> None:
    with psycopg.connect(_PG, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def _psycopg2(act: Callable[[Any, Any], Any]) -> None:
    with contextlib.closing(psycopg2.connect(_PG)) as connection:
        act(connection, connection.cursor())


async def _asyncpg(act: Callable[[Any], Any]) -> None:
    connection = await asyncpg.connect(host=HOST, user="postgres", database="test", ssl=False)
    try:
        await act(connection)
    finally:
        await connection.close()


@fresh("psycopg", "sequence_exhausted", Means("resource", False, (500, 503), "high"), "ids ran out")
def _() -> None:
    _psycopg("CREATE TEMP SEQUENCE few MAXVALUE 2", *["SELECT nextval('few')"] * 3)


@fresh("psycopg", "generated_column_written", OUR_BUG, _OURS)
def _() -> None:
    _psycopg(
        "CREATE TEMP TABLE t (net int, gross int GENERATED ALWAYS AS (net * 2) STORED)",
        "INSERT INTO t VALUES (1, 3)",
    )


@fresh("psycopg", "two_commands_prepared", OUR_BUG, _OURS)
def _() -> None:
    with psycopg.connect(_PG) as connection:
        connection.execute("SELECT %s; SELECT 2", [1])


@fresh("psycopg", "cursor_closed", OUR_BUG)
def _() -> None:
    with psycopg.connect(_PG) as connection:
        cursor = connection.cursor()
        cursor.close()
        cursor.execute("SELECT 1")


@fresh("psycopg", "tls_not_offered", NO_TRUST, "TLS that the server does not speak; configuration is defensible")
def _() -> None:
    psycopg.connect(f"{_PG} sslmode=require")


@fresh("psycopg-pool", "connection_of_another_pool", OUR_BUG)
def _() -> None:
    with psycopg_pool.ConnectionPool(_PG, min_size=1) as pool, psycopg.connect(_PG) as stray:
        pool.putconn(stray)


@fresh("psycopg2-binary", "cursor_closed", OUR_BUG)
def _() -> None:
    def act(_connection: Any, cursor: Any) -> None:
        cursor.close()
        cursor.execute("SELECT 1")

    _psycopg2(act)


@fresh("psycopg2-binary", "nothing_to_fetch", OUR_BUG)
def _() -> None:
    def act(_connection: Any, cursor: Any) -> None:
        cursor.execute("SET application_name = 'shop'")
        cursor.fetchone()

    _psycopg2(act)


@fresh("psycopg2-binary", "session_set_in_a_transaction", OUR_BUG)
def _() -> None:
    def act(connection: Any, cursor: Any) -> None:
        cursor.execute("SELECT 1")
        connection.set_session(readonly=True)

    _psycopg2(act)


@fresh("asyncpg", "transaction_started_twice", OUR_BUG)
async def _() -> None:
    async def act(connection: Any) -> None:
        transaction = connection.transaction()
        await transaction.start()
        await transaction.start()

    await _asyncpg(act)


@fresh("asyncpg", "cursor_outside_of_a_transaction", OUR_BUG)
async def _() -> None:
    async def act(connection: Any) -> None:
        async for _ in connection.cursor("SELECT 1"):
            pass

    await _asyncpg(act)


@fresh("asyncpg", "statement_cached_before_a_migration", _STALE, "prepared anew once more; a bug is defensible")
async def _() -> None:
    async def act(connection: Any) -> None:
        await connection.execute("CREATE TEMP TABLE t (a int)")
        async with connection.transaction():
            await connection.fetch("SELECT * FROM t")
            await connection.execute("ALTER TABLE t ADD COLUMN b int")
            await connection.fetch("SELECT * FROM t")

    await _asyncpg(act)


@fresh("pg8000", "tls_refused", NO_TRUST, "TLS that the server does not speak; configuration is defensible")
def _() -> None:
    with listening(saying(b"N")) as port:
        pg8000.dbapi.connect(user="shop", host=HOST, port=port, database="shop", ssl_context=True, timeout=1)


@fresh("pg8000", "connection_closed", OUR_BUG)
def _() -> None:
    connection = pg8000.dbapi.connect(user="postgres", host=HOST, database="test")
    connection.close()
    connection.cursor().execute("SELECT 1")


# --- MySQL ------------------------------------------------------------------------------------------------------------
def _pymysql(*statements: str) -> None:
    with contextlib.closing(pymysql.connect(**_MY, database="test", charset="utf8mb4")) as connection:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


@fresh("pymysql", "emoji_in_three_bytes", VALUE, "a column of utf8mb3; configuration is defensible")
def _() -> None:
    _pymysql("CREATE TEMPORARY TABLE t (a varchar(9) CHARACTER SET utf8mb3)", "INSERT INTO t VALUES ('🍕')")


@fresh("pymysql", "collations_mixed", OUR_BUG, _OURS)
def _() -> None:
    _pymysql("SELECT 'a' COLLATE utf8mb4_bin = 'a' COLLATE utf8mb4_general_ci")


@fresh("pymysql", "packet_larger_than_allowed", Means("resource", False, (413, 500), "medium"))
def _() -> None:
    _pymysql("SELECT '" + "a" * 17_000_000 + "'")


@fresh("pymysql", "table_there_already", OUR_SETTINGS, "a migration that ran before; a bug is defensible")
def _() -> None:
    _pymysql("CREATE TEMPORARY TABLE t (a int)", "CREATE TEMPORARY TABLE t (a int)")


@fresh("asyncmy", "unsigned_below_zero", VALUE)
async def _() -> None:
    connection = await asyncmy.connect(**_MY, db="test")
    async with connection.cursor() as cursor:
        await cursor.execute("SELECT CAST(1 AS UNSIGNED) - 2")


@fresh("aiomysql", "pool_closed", OUR_BUG)
async def _() -> None:
    pool = await aiomysql.create_pool(**_MY, db="test", minsize=1)
    pool.close()
    await pool.wait_closed()
    await pool.acquire()


@fresh("mysql-connector-python", "cursor_of_a_closed_connection", OUR_BUG)
def _() -> None:
    connection = mysql.connector.connect(**_MY, database="test")
    connection.close()
    connection.cursor()


@fresh("mysql-connector-python", "greeting_silent", SILENT, "a store of ours; high is defensible")
def _() -> None:
    with listening(silence) as port:
        mysql.connector.connect(**_MY, port=port, connection_timeout=1, use_pure=True)


# --- other SQL --------------------------------------------------------------------------------------------------------
@fresh("aiosqlite", "connected_twice", OUR_BUG)
async def _() -> None:
    connection = aiosqlite.connect(":memory:")
    try:
        await connection
        await connection
    finally:
        await connection.close()


@fresh("aiosqlite", "foreign_key", Means("data_integrity", False, 409, "medium"))
async def _() -> None:
    async with aiosqlite.connect(":memory:") as connection:
        await connection.execute("PRAGMA foreign_keys = on")
        await connection.execute("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        await connection.execute("CREATE TABLE b (a REFERENCES a (id))")
        await connection.execute("INSERT INTO b VALUES (7)")


@fresh("duckdb", "parameter_missing", OUR_BUG)
def _() -> None:
    duckdb.connect().execute("SELECT ? + ?", [1])


@fresh("duckdb", "csv_malformed", UNPARSABLE, "an upload of the client; a file that a query names is defensible")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.csv").write_text("sku,price\n1,2\n3,four\n")
        duckdb.sql(f"SELECT * FROM read_csv('{folder}/a.csv', columns={{'sku': 'INT', 'price': 'INT'}})").fetchall()


@fresh("duckdb", "locked_by_another_process", CONTENTION, "another process has the file open")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/a.duckdb"
        told, tell = os.pipe()
        duckdb.connect(path).close()
        if not (child := os.fork()):
            import fcntl

            with open(path, "r+b") as file:
                fcntl.lockf(file, fcntl.LOCK_EX)
                os.write(tell, b".")
                time.sleep(5)
            os._exit(0)
        try:
            os.read(told, 1)
            duckdb.connect(path)
        finally:
            os.kill(child, 9)
            os.waitpid(child, 0)


@fresh("oracledb", "credentials_forgotten", OUR_SETTINGS)
def _() -> None:
    oracledb.connect(dsn=f"{HOST}:{closed_port()}/shop")


@fresh("pyodbc", "manager_of_drivers_not_installed", OUR_SETTINGS, "a shared library that is not installed")
def _() -> None:
    import pyodbc

    pyodbc.connect("DRIVER={ODBC Driver 18 for SQL Server};SERVER=db.example.test", timeout=1)


@fresh("pymssql", "silent", SILENT, "a store of ours; high is defensible")
def _() -> None:
    with listening(silence) as port:
        pymssql.connect(server=HOST, port=str(port), user="sa", password="not-real", login_timeout=1)


@fresh("clickhouse-connect", "query_too_slow", SLOW, "a statement that was ended for taking too long")
def _() -> None:
    def script(_method: str, path: str) -> Answer:
        text = "Code: 159. DB::Exception: Timeout exceeded: elapsed 30.1 seconds, maximum: 30. (TIMEOUT_EXCEEDED)"
        if "wait_end_of_query" in path or _method == "POST":
            return Answer(500, text, {"X-ClickHouse-Exception-Code": "159"}, type="text/plain")
        return Answer(200, "24.8\tUTC\n", type="text/plain")

    with serving(script) as url:
        port = int(url.rpartition(":")[2])
        clickhouse_connect.get_client(host=HOST, port=port, query_retries=0).command("SELECT sleep(40)")
