"""PostgreSQL, MySQL and SQLAlchemy: second thoughts of servers, poolers between, statements of ours."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import struct
import time
from collections.abc import Callable
from typing import Any

import asyncpg
import mysql.connector
import psycopg
import psycopg2
import pymysql
import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.ext.asyncio import create_async_engine

from evaluations.classifier.raisers._fresh_c import (
    BROKEN,
    DAMAGED,
    LOST,
    NO_ROOM,
    NOT_NOW,
    POOL,
    STORE_REFUSED_US,
    VALUE,
    fresh,
)
from evaluations.classifier.raisers._peers import HOST, listening, saying
from evaluations.classifier.raisers.scaffold_http import OUR_BUG, OUR_SETTINGS, Means

_PG = f"host={HOST} user=postgres dbname=test"
_MY: dict[str, Any] = {"host": HOST, "user": "root", "password": ""}
_OURS = "written in our statement"
_MADE = "a server whose disk is damaged cannot be arranged; a statement raises its code and its words"
_POOLER = "a pooler between us and the database; a bug is defensible"


def _psycopg(*statements: str, **options: Any) -> None:
    with psycopg.connect(_PG, autocommit=True, **options) as connection:
        for statement in statements:
            connection.execute(statement)


def _psycopg2(act: Callable[[Any], Any]) -> None:
    with contextlib.closing(psycopg2.connect(_PG)) as connection:
        act(connection.cursor())


async def _asyncpg(act: Callable[[Any], Any]) -> None:
    connection = await asyncpg.connect(host=HOST, user="postgres", database="test", ssl=False)
    try:
        await act(connection)
    finally:
        await connection.close()


def _raising(code: str, text: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = '{text}'; END $$"


def _error(code: str, text: str, severity: str = "FATAL") -> bytes:
    """An answer of a server of PostgreSQL to the greeting of a client."""
    fields = b"".join(
        mark + value.encode() + b"\0"
        for mark, value in ((b"S", severity), (b"V", severity), (b"C", code), (b"M", text))
    )
    return b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0"


# --- psycopg ----------------------------------------------------------------------------------------------------------
@fresh("psycopg", "idle_session_ended_by_the_server", LOST)
def _() -> None:
    with psycopg.connect(_PG, autocommit=True) as connection:
        connection.execute("SET idle_session_timeout = '50ms'")
        time.sleep(0.3)
        connection.execute("SELECT 1")


@fresh("psycopg", "type_of_a_parameter_unknown", OUR_BUG, _OURS)
def _() -> None:
    with psycopg.connect(_PG) as connection:
        connection.execute("SELECT 1 WHERE %s IS NULL", [None])


@fresh("psycopg", "too_many_parameters", OUR_BUG, "rows in one statement that should have been sent in parts")
def _() -> None:
    values = list(range(70_000))
    with psycopg.connect(_PG) as connection:
        connection.execute(f"SELECT 1 WHERE 1 IN ({', '.join(['%s'] * len(values))})", values)


@fresh("psycopg", "percent_sign_not_doubled", OUR_BUG, _OURS)
def _() -> None:
    with psycopg.connect(_PG) as connection:
        connection.execute("SELECT 1 WHERE 'abc' LIKE 'a%' AND 1 = %s", [1])


@fresh("psycopg", "prepared_statement_gone", OUR_SETTINGS, _POOLER)
def _() -> None:
    with psycopg.connect(_PG, autocommit=True, prepare_threshold=0) as connection:
        connection.execute("SELECT %s::int", [1])
        connection.execute("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$", prepare=False)
        connection.execute("SELECT %s::int", [2])


@fresh("psycopg", "savepoint_unknown", OUR_BUG)
def _() -> None:
    _psycopg("BEGIN", "ROLLBACK TO SAVEPOINT before_shipping")


@fresh("psycopg", "column_added_twice", OUR_SETTINGS, "a migration that ran before; a bug is defensible")
def _() -> None:
    _psycopg("CREATE TEMP TABLE t (a int)", "ALTER TABLE t ADD COLUMN a int")


@fresh("psycopg", "view_never_filled", OUR_SETTINGS, "somebody has to refresh it once")
def _() -> None:
    with psycopg.connect(_PG) as connection:
        connection.execute("CREATE MATERIALIZED VIEW fresh_c_sales AS SELECT 1 AS total WITH NO DATA")
        connection.execute("SELECT total FROM fresh_c_sales")


@fresh("psycopg", "library_of_an_extension_missing", OUR_SETTINGS)
def _() -> None:
    with psycopg.connect(_PG) as connection:
        connection.execute("CREATE FUNCTION pg_temp.f() RETURNS int AS '$libdir/postgis-3', 'f' LANGUAGE C")


@fresh("psycopg", "temporary_files_too_large", Means("resource", False, (500, 503), "medium"), "a limit of one session")
def _() -> None:
    _psycopg(
        "SET work_mem = '64kB'",
        "SET temp_file_limit = '100kB'",
        "SELECT count(*) FROM (SELECT g FROM generate_series(1, 90000) g ORDER BY md5(g::text)) AS sorted",
    )


@fresh("psycopg", "page_of_a_table_damaged", DAMAGED, made=_MADE)
def _() -> None:
    _psycopg(_raising("XX001", "invalid page in block 12 of relation base/16384/16412"))


@fresh("psycopg", "disk_full", NO_ROOM, made=_MADE)
def _() -> None:
    _psycopg(_raising("53100", 'could not extend file "base/16384/16412": No space left on device'))


@fresh("psycopg", "no_free_slot_but_for_superusers", POOL)
def _() -> None:
    text = "remaining connection slots are reserved for roles with the SUPERUSER attribute"
    with listening(saying(_error("53300", text))) as port:
        psycopg.connect(f"host={HOST} port={port} user=shop dbname=shop sslmode=disable gssencmode=disable")


# --- psycopg2 ---------------------------------------------------------------------------------------------------------
def _greeted(code: str, text: str) -> None:
    with listening(saying(_error(code, text))) as port:
        psycopg2.connect(f"host={HOST} port={port} user=shop dbname=shop sslmode=disable gssencmode=disable")


@fresh("psycopg2-binary", "no_entry_for_this_host", STORE_REFUSED_US, "configuration is defensible")
def _() -> None:
    _greeted("28000", 'no pg_hba.conf entry for host "203.0.113.5", user "shop", database "shop", no encryption')


@fresh("psycopg2-binary", "shutting_down", NOT_NOW)
def _() -> None:
    _greeted("57P03", "the database system is shutting down")


@fresh("psycopg2-binary", "pooler_has_no_connections_left", POOL)
def _() -> None:
    _greeted("08P01", "no more connections allowed (max_client_conn)")


@fresh("psycopg2-binary", "pooler_let_us_wait_too_long", POOL, "all connections of a pooler were taken")
def _() -> None:
    _greeted("08P01", "query_wait_timeout")


@fresh("psycopg2-binary", "more_values_than_places", OUR_BUG, _OURS)
def _() -> None:
    _psycopg2(lambda cursor: cursor.execute("SELECT %s", [1, 2]))


@fresh("psycopg2-binary", "list_of_values_is_empty", OUR_BUG, "IN () of an empty tuple")
def _() -> None:
    _psycopg2(lambda cursor: cursor.execute("SELECT 1 WHERE 1 IN %s", [()]))


@fresh("psycopg2-binary", "dictionary_as_a_value", OUR_BUG)
def _() -> None:
    _psycopg2(lambda cursor: cursor.execute("SELECT %s::jsonb", [{"a": 1}]))


# --- asyncpg ----------------------------------------------------------------------------------------------------------
@fresh("asyncpg", "dictionary_for_json", OUR_BUG)
async def _() -> None:
    async def act(connection: Any) -> None:
        await connection.fetch("SELECT $1::jsonb", {"colour": "red"})

    await _asyncpg(act)


@fresh("asyncpg", "moment_with_a_zone_for_a_column_without", OUR_BUG)
async def _() -> None:
    async def act(connection: Any) -> None:
        await connection.fetch("SELECT $1::timestamp", dt.datetime(2025, 3, 1, tzinfo=dt.UTC))

    await _asyncpg(act)


@fresh("asyncpg", "pool_of_another_loop", OUR_BUG, "one pool for two loops")
def _() -> None:
    async def opened() -> Any:
        return await asyncpg.create_pool(host=HOST, user="postgres", database="test", ssl=False, min_size=1)

    async def used(pool: Any) -> None:
        await pool.fetch("SELECT 1")

    pool = asyncio.run(opened())
    asyncio.run(used(pool))


@fresh("asyncpg", "prepared_statement_gone", OUR_SETTINGS, _POOLER)
async def _() -> None:
    async def act(connection: Any) -> None:
        statement = await connection.prepare("SELECT $1::int")
        await connection.execute("DEALLOCATE ALL")
        await statement.fetch(1)

    await _asyncpg(act)


@fresh("asyncpg", "in_recovery", NOT_NOW)
async def _() -> None:
    text = "the database system is not yet accepting connections"
    with listening(saying(_error("57P03", text))) as port:
        await asyncpg.connect(host=HOST, port=port, user="shop", database="shop", ssl=False, timeout=2)


@fresh("asyncpg", "file_of_a_relation_missing", DAMAGED, made=_MADE)
async def _() -> None:
    async def act(connection: Any) -> None:
        await connection.execute(_raising("XX000", 'could not open file "base/16384/16412": No such file or directory'))

    await _asyncpg(act)


# --- MySQL ------------------------------------------------------------------------------------------------------------
def _pymysql(*statements: str) -> None:
    with contextlib.closing(pymysql.connect(**_MY, database="test", charset="utf8mb4")) as connection:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _connector(*statements: str) -> None:
    with contextlib.closing(mysql.connector.connect(**_MY, database="test", charset="utf8mb4")) as connection:
        with contextlib.closing(connection.cursor()) as cursor:
            for statement in statements:
                cursor.execute(statement)


def _denied(number: int, state: str, text: str) -> bytes:
    """An answer of a server of MySQL instead of its greeting."""
    body = b"\xff" + struct.pack("<H", number) + (f"#{state}{text}" if state else text).encode()
    return struct.pack("<I", len(body))[:3] + b"\0" + body


@fresh("pymysql", "table_of_memory_full", NO_ROOM, "the limit of one table; medium is defensible")
def _() -> None:
    _pymysql(
        "SET max_heap_table_size = 16384",
        "CREATE TEMPORARY TABLE t (a CHAR(250)) ENGINE = MEMORY",
        *["INSERT INTO t VALUES (REPEAT('a', 250))"] * 2_000,
    )


@fresh("pymysql", "user_has_too_many_connections", POOL)
def _() -> None:
    text = "User shop already has more than 'max_user_connections' active connections"
    with listening(saying(_denied(1203, "42000", text), at_once=True)) as port:
        pymysql.connect(host=HOST, port=port, user="shop", password="")


@fresh("pymysql", "table_crashed", DAMAGED, made=_MADE)
def _() -> None:
    text = "Table ''./shop/orders'' is marked as crashed and should be repaired"
    _pymysql(f"SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1194, MESSAGE_TEXT = '{text}'")


@fresh("mysql-connector-python", "disk_full", NO_ROOM, made=_MADE)
def _() -> None:
    text = 'Got error 28 "No space left on device" from storage engine InnoDB'
    _connector(f"SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1030, MESSAGE_TEXT = '{text}'")


@fresh("mysql-connector-python", "answers_out_of_order", OUR_BUG)
def _() -> None:
    with contextlib.closing(mysql.connector.connect(**_MY)) as connection:
        connection.cursor().execute("SELECT 1")
        connection.cursor().execute("SELECT 2")


@fresh(
    "mysql-connector-python", "column_to_drop_missing", OUR_SETTINGS, "a migration that ran before; a bug is defensible"
)
def _() -> None:
    _connector("CREATE TEMPORARY TABLE t (a int)", "ALTER TABLE t DROP COLUMN b")


@fresh(
    "mysql-connector-python", "text_not_of_the_character_set", VALUE, "a column of latin1; configuration is defensible"
)
def _() -> None:
    _connector(
        "SET sql_mode = 'STRICT_ALL_TABLES'",
        "CREATE TEMPORARY TABLE t (a varchar(9) CHARACTER SET latin1)",
        "INSERT INTO t VALUES ('Привет')",
    )


@fresh("mysql-connector-python", "shutdown_in_progress", NOT_NOW)
def _() -> None:
    with listening(saying(_denied(1053, "08S01", "Server shutdown in progress"), at_once=True)) as port:
        mysql.connector.connect(host=HOST, port=port, user="shop", password="", connection_timeout=2)


# --- SQLAlchemy -------------------------------------------------------------------------------------------------------
class Base(orm.DeclarativeBase):
    pass


class Customer(Base):
    __tablename__ = "fresh_c_customer"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    email: orm.Mapped[str] = orm.mapped_column(sa.String(80), unique=True)
    manager_id: orm.Mapped[int | None] = orm.mapped_column(sa.ForeignKey("fresh_c_customer.id"))
    manager: orm.Mapped[Customer | None] = orm.relationship(remote_side="Customer.id")


def _session() -> orm.Session:
    engine = sa.create_engine("sqlite://")
    Base.metadata.create_all(engine)
    return orm.Session(engine)


def _on_postgres(driver: str, *statements: Any) -> None:
    engine = sa.create_engine(f"postgresql+{driver}://postgres@{HOST}/test", poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement) if isinstance(statement, str) else statement)


@fresh("sqlalchemy", "none_deleted", OUR_BUG)
def _() -> None:
    with _session() as session:
        session.delete(session.get(Customer, 7))


@fresh("sqlalchemy", "filter_by_a_name_unknown", OUR_BUG)
def _() -> None:
    with _session() as session:
        session.query(Customer).filter_by(emial="zoe@example.test").all()


@fresh("sqlalchemy", "two_rows_that_need_each_other", OUR_BUG)
def _() -> None:
    with _session() as session:
        one, two = Customer(email="a@example.test"), Customer(email="b@example.test")
        one.manager, two.manager = two, one
        session.add_all([one, two])
        session.flush()


@fresh("sqlalchemy", "type_of_another_database", OUR_BUG, "configuration is defensible: the wrong database")
def _() -> None:
    from sqlalchemy.dialects.postgresql import ARRAY

    table = sa.Table("t", sa.MetaData(), sa.Column("tags", ARRAY(sa.Text)))
    table.create(sa.create_engine("sqlite://"))


@fresh("sqlalchemy", "integer_out_of_range", VALUE)
def _() -> None:
    _on_postgres("psycopg", "CREATE TEMP TABLE t (a int)", "INSERT INTO t VALUES (3000000000)")


@fresh("sqlalchemy", "rooms_overlap", BROKEN)
def _() -> None:
    insert = "INSERT INTO stays VALUES ('[2025-03-0{}, 2025-03-09)')"
    _on_postgres(
        "psycopg",
        "CREATE TEMP TABLE stays (during daterange, CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&))",
        insert.format(1),
        insert.format(3),
    )


@fresh("sqlalchemy", "check_broken", BROKEN)
def _() -> None:
    _on_postgres(
        "psycopg2",
        "CREATE TEMP TABLE stock (pieces int CONSTRAINT pieces_not_negative CHECK (pieces >= 0))",
        "INSERT INTO stock VALUES (-1)",
    )


@fresh("sqlalchemy", "statement_in_an_aborted_transaction", OUR_BUG)
def _() -> None:
    engine = sa.create_engine(f"postgresql+psycopg2://postgres@{HOST}/test", poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        with contextlib.suppress(sa.exc.ProgrammingError):
            connection.execute(sa.text("SELECT * FROM there_is_no_such_table"))
        connection.execute(sa.text("SELECT 1"))


@fresh("sqlalchemy", "naive_and_aware_moments", OUR_BUG)
async def _() -> None:
    engine = create_async_engine(f"postgresql+asyncpg://postgres@{HOST}/test?ssl=disable")
    async with engine.connect() as connection:
        moment = sa.bindparam("moment", dt.datetime(2025, 3, 1, tzinfo=dt.UTC), type_=sa.DateTime())
        await connection.execute(sa.select(moment))


@fresh("sqlalchemy", "host_of_the_database_unknown", LOST, "a name that is written wrongly is a setting, as often")
def _() -> None:
    engine = sa.create_engine("postgresql+psycopg2://shop@db.example.invalid/shop")
    engine.connect()


@fresh("sqlalchemy", "no_free_slot", POOL)
def _() -> None:
    text = "sorry, too many clients already"
    with listening(saying(_error("53300", text))) as port:
        url = f"postgresql+psycopg2://shop@{HOST}:{port}/shop?sslmode=disable&gssencmode=disable"
        sa.create_engine(url).connect()


@fresh("sqlalchemy", "relationship_given_a_number", OUR_BUG)
def _() -> None:
    with _session() as session:
        session.add(Customer(email="a@example.test", manager=7))


@fresh("sqlalchemy", "raw_text_executed", OUR_BUG)
def _() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        connection.execute("SELECT 1")  # type: ignore[call-overload]
