"""Set g: PostgreSQL through psycopg, psycopg2, asyncpg, pg8000 and the pool of psycopg."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import asyncpg
import pg8000.dbapi
import psycopg
import psycopg2
import psycopg2.extensions
import psycopg2.pool
import psycopg_pool

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import PG, PG_URL, closed_port, peer

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
TABLE = """create temp table seat (
    id int primary key, room text not null check (room <> ''), price numeric(4, 2), code varchar(3),
    row_no int references pg_temp.seat_row, span int4range, exclude using gist (span with &&))"""


def _run(*statements: str) -> None:
    with psycopg.connect(PG, autocommit=True) as link:
        for one in ("create temp table seat_row (id int primary key)", TABLE, *statements):
            link.execute(one)


def _run2(*statements: str) -> None:
    with contextlib.closing(psycopg2.connect(PG)) as link, link.cursor() as cursor:
        for one in ("create temp table seat_row (id int primary key)", TABLE, *statements):
            cursor.execute(one)


async def _arun(*statements: str) -> None:
    link = await asyncpg.connect(PG_URL)
    try:
        for one in ("create temp table seat_row (id int primary key)", TABLE, *statements):
            await link.execute(one)
    finally:
        await link.close()


@contextlib.contextmanager
def _real(ddl: str = "") -> Iterator[None]:
    with psycopg.connect(PG, autocommit=True) as link:
        link.execute("drop table if exists fresh_g_stock")
        link.execute("create table fresh_g_stock (id int primary key, n int)")
        link.execute("insert into fresh_g_stock values (1, 5), (2, 5)")
        if ddl:
            link.execute(ddl)
        try:
            yield
        finally:
            link.execute("drop table if exists fresh_g_stock cascade")


def _take(pool: psycopg_pool.ConnectionPool[Any]) -> None:
    with contextlib.suppress(psycopg_pool.PoolTimeout):
        pool.putconn(pool.getconn())


CONSTRAINT: dict[str, Any] = {"transient": False, "severity": "medium"}


@case("psycopg", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_unique() -> None:
    _run("insert into seat values (1, 'a')", "insert into seat values (1, 'b')")


@case("psycopg", "data_integrity", status=(400, 409, 422), **CONSTRAINT)
def fresh_g_foreign_key() -> None:
    _run("insert into seat (id, room, row_no) values (1, 'a', 99)")


@case("psycopg", "data_integrity", status=(400, 409, 422), **CONSTRAINT)
def fresh_g_check() -> None:
    _run("insert into seat values (1, '')")


@case("psycopg", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_exclusion() -> None:
    _run(
        "insert into seat (id, room, span) values (1, 'a', '[1,5)')",
        "insert into seat (id, room, span) values (2, 'a', '[3,9)')",
    )


@case("psycopg", "configuration", **BUG)
def fresh_g_undefined_table() -> None:
    _run("select * from fresh_g_missing")


@case("psycopg", "system", **BUG)
def fresh_g_syntax() -> None:
    _run("selct 1")


@case("psycopg", "system", **BUG)
def fresh_g_after_failure() -> None:
    with psycopg.connect(PG) as link:
        with contextlib.suppress(psycopg.Error):
            link.execute("select 1/0")
        link.execute("select 1")


@case("psycopg", "system", **BUG)
def fresh_g_too_few_parameters() -> None:
    with psycopg.connect(PG) as link:
        link.execute("select %s, %s", (1,))


@case("psycopg", "system", **BUG)
def fresh_g_closed_connection() -> None:
    link = psycopg.connect(PG)
    link.close()
    link.execute("select 1")


@case("psycopg", "configuration", **BUG)
def fresh_g_no_such_database() -> None:
    psycopg.connect("host=127.0.0.1 dbname=fresh_g_nowhere user=postgres")


@case("psycopg", "configuration", **BUG)
def fresh_g_malformed_dsn() -> None:
    psycopg.connect("host=127.0.0.1 dbnaem=test")


@case("psycopg", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_refused() -> None:
    psycopg.connect(f"host=127.0.0.1 port={closed_port()} dbname=test")


@case("psycopg", "concurrency", transient=True, status=503, severity="medium")
def fresh_g_lock_not_available() -> None:
    with _real(), psycopg.connect(PG) as one, psycopg.connect(PG) as two:
        one.execute("select * from fresh_g_stock for update")
        try:
            two.execute("select * from fresh_g_stock for update nowait")
        finally:
            one.rollback()
            two.rollback()


@case("psycopg", "concurrency", transient=True, status=503, severity="medium")
def fresh_g_lock_timeout() -> None:
    with _real(), psycopg.connect(PG) as one, psycopg.connect(PG) as two:
        one.execute("update fresh_g_stock set n = 4")
        two.execute("set lock_timeout = '50ms'")
        try:
            two.execute("update fresh_g_stock set n = 3")
        finally:
            one.rollback()
            two.rollback()


@case("psycopg", "concurrency", transient=True, status=(409, 503), severity="medium")
def fresh_g_serialization() -> None:
    with _real(), psycopg.connect(PG) as one, psycopg.connect(PG) as two:
        one.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        one.execute("select * from fresh_g_stock")
        two.execute("update fresh_g_stock set n = 4")
        two.commit()
        try:
            one.execute("update fresh_g_stock set n = 3")
        finally:
            one.rollback()


@case("psycopg", "external_service", transient=True, status=(503, 504), severity="medium")
def fresh_g_statement_timeout() -> None:
    with psycopg.connect(PG) as link:
        link.execute("set statement_timeout = '30ms'")
        link.execute("select pg_sleep(5)")


@case("psycopg", "business_logic", transient=False, status=(409, 422), severity="low")
def fresh_g_raised_by_function() -> None:
    _run("do $$ begin raise exception 'credit limit of customer exceeded'; end $$")


@case("psycopg", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_terminated_by_administrator() -> None:
    with psycopg.connect(PG) as one, psycopg.connect(PG) as two:
        two.execute("select pg_terminate_backend(%s)", (one.info.backend_pid,))
        two.commit()
        one.execute("select 1")


@case("psycopg-pool", "resource", transient=True, status=503, severity="medium")
def fresh_g_pool_exhausted() -> None:
    with (
        psycopg_pool.ConnectionPool(PG, min_size=1, max_size=1, timeout=0.2) as pool,
        pool.connection(),
        pool.connection(),
    ):
        pass


@case("psycopg-pool", "resource", transient=True, status=503, severity="medium")
def fresh_g_too_many_waiting() -> None:
    with psycopg_pool.ConnectionPool(PG, min_size=1, max_size=1, max_waiting=1, timeout=1) as pool:
        with pool.connection():
            threading.Thread(target=_take, args=(pool,), daemon=True).start()
            while not pool.get_stats().get("requests_waiting"):
                pass
            pool.getconn()


@case("psycopg2", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_unique2() -> None:
    _run2("insert into seat values (1, 'a')", "insert into seat values (1, 'b')")


@case("psycopg2", "data_integrity", status=(400, 409, 422), **CONSTRAINT)
def fresh_g_not_null2() -> None:
    _run2("insert into seat (id) values (1)")


@case("psycopg2", "configuration", note="a migration did not run", **BUG)
def fresh_g_undefined_column2() -> None:
    _run2("select colour from seat")


@case("psycopg2", "system", **BUG)
def fresh_g_cannot_adapt2() -> None:
    with contextlib.closing(psycopg2.connect(PG)) as link, link.cursor() as cursor:
        cursor.execute("select %s", ({"a"},))


@case("psycopg2", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_refused2() -> None:
    psycopg2.connect(f"host=127.0.0.1 port={closed_port()} dbname=test user=x")


@case("psycopg2", "resource", transient=True, status=503, severity="medium")
def fresh_g_pool_exhausted2() -> None:
    pool = psycopg2.pool.ThreadedConnectionPool(1, 1, PG)
    try:
        pool.getconn()
        pool.getconn()
    finally:
        pool.closeall()


@case("psycopg2", "concurrency", transient=True, status=503, severity="medium")
def fresh_g_deadlock2() -> None:
    with _real(), contextlib.closing(psycopg2.connect(PG)) as one, contextlib.closing(psycopg2.connect(PG)) as two:
        first, second = one.cursor(), two.cursor()
        first.execute("set deadlock_timeout = '60ms'")
        second.execute("set deadlock_timeout = '20s'")
        first.execute("update fresh_g_stock set n = 1 where id = 1")
        second.execute("update fresh_g_stock set n = 1 where id = 2")
        other = threading.Thread(target=second.execute, args=("update fresh_g_stock set n = 1 where id = 1",))
        other.start()
        try:
            first.execute("update fresh_g_stock set n = 1 where id = 2")
        finally:
            one.rollback()
            other.join()
            two.rollback()


@case("asyncpg", "data_integrity", status=409, **CONSTRAINT)
async def fresh_g_unique_async() -> None:
    await _arun("insert into seat values (1, 'a')", "insert into seat values (1, 'b')")


@case("asyncpg", "configuration", **BUG)
async def fresh_g_undefined_table_async() -> None:
    await _arun("select * from fresh_g_missing")


@case("asyncpg", "system", **BUG)
async def fresh_g_argument_async() -> None:
    link = await asyncpg.connect(PG_URL)
    try:
        await link.fetch("select $1::int", "seven")
    finally:
        await link.close()


@case("asyncpg", "system", **BUG)
async def fresh_g_two_at_once_async() -> None:
    link = await asyncpg.connect(PG_URL)
    try:
        await asyncio.gather(link.fetch("select pg_sleep(0.1)"), link.fetch("select 1"))
    finally:
        await asyncio.sleep(0.15)
        await link.close()


@case("asyncpg", "network", transient=True, status=(502, 503), severity="high", note="our own store")
async def fresh_g_hung_up_async() -> None:
    with peer() as port:
        await asyncpg.connect(host="127.0.0.1", port=port, user="x", database="test", ssl=False, timeout=3)


@case("asyncpg", "external_service", transient=True, status=(503, 504), severity="medium")
async def fresh_g_statement_timeout_async() -> None:
    link = await asyncpg.connect(PG_URL, server_settings={"statement_timeout": "30"})
    try:
        await link.fetch("select pg_sleep(5)")
    finally:
        await link.close()


@case("asyncpg", "configuration", **BUG)
async def fresh_g_no_such_database_async() -> None:
    await asyncpg.connect("postgresql://postgres@127.0.0.1:5432/fresh_g_nowhere")


@case("asyncpg", "business_logic", transient=False, status=(409, 422), severity="low")
async def fresh_g_raised_by_function_async() -> None:
    await _arun("do $$ begin raise exception 'voucher was redeemed already'; end $$")


def _pg8(*statements: str) -> None:
    with contextlib.closing(pg8000.dbapi.connect("postgres", host="127.0.0.1", database="test")) as link:
        for one in ("create temp table seat_row (id int primary key)", TABLE, *statements):
            link.cursor().execute(one)


@case("pg8000", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_unique8() -> None:
    _pg8("insert into seat values (1, 'a')", "insert into seat values (1, 'b')")


@case("pg8000", "configuration", **BUG)
def fresh_g_undefined_table8() -> None:
    _pg8("select * from fresh_g_missing")
