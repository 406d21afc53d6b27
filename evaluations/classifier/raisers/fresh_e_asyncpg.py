"""asyncpg, against the PostgreSQL at hand and against one that refuses."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

import asyncpg
import psycopg

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import PG, fresh, own_schema, postgres_saying
from evaluations.classifier.raisers._peers import HOST, closed_port, listening, silence


@functools.cache
def shop() -> str:
    schema = own_schema("asyncpg")
    with psycopg.connect(PG, options=f"-c search_path={schema},public", autocommit=True) as connection:
        connection.execute(
            "create table users (id int primary key, email text unique not null);"
            "create table seats (id int primary key, taken_by int references users (id));"
            "insert into users values (1, 'ann@example.test'); insert into seats values (1, 1), (2, null)"
        )
    return schema


async def connect(**more: Any) -> Any:
    return await asyncpg.connect(
        host=HOST, port=5432, user="root", database="test", server_settings={"search_path": shop()}, **more
    )


async def refusing(port: int) -> Any:
    return await asyncpg.connect(host=HOST, port=port, user="app", password="none", database="app", ssl=False)


@fresh("asyncpg", e.RULE)
async def function_raises() -> None:
    connection = await connect()
    try:
        await connection.execute("do $$ begin raise exception 'seat 1A is sold already'; end $$")
    finally:
        await connection.close()


@fresh("asyncpg", e.DUPLICATE)
async def email_taken() -> None:
    connection = await connect()
    try:
        await connection.execute("insert into users values ($1, $2)", 2, "ann@example.test")
    finally:
        await connection.close()


@fresh("asyncpg", e.CONTENTION)
async def deadlock() -> None:
    one, other = await connect(), await connect()
    try:
        async with one.transaction(), other.transaction():
            await one.execute("update seats set taken_by = 1 where id = 1")
            await other.execute("update seats set taken_by = 1 where id = 2")
            first = asyncio.ensure_future(one.execute("update seats set taken_by = 1 where id = 2"))
            second = asyncio.ensure_future(other.execute("update seats set taken_by = 1 where id = 1"))
            done = await asyncio.gather(first, second, return_exceptions=True)
            raise next(fault for fault in done if isinstance(fault, BaseException))
    finally:
        await one.close()
        await other.close()


@fresh("asyncpg", e.CONTENTION)
async def seat_locked() -> None:
    one, other = await connect(), await connect()
    try:
        async with one.transaction():
            await one.execute("select * from seats where id = 1 for update")
            await other.execute("select * from seats where id = 1 for update nowait")
    finally:
        await one.close()
        await other.close()


@fresh("asyncpg", e.SLOW)
async def statement_timeout() -> None:
    connection = await connect()
    try:
        await connection.execute("set statement_timeout = '30ms'")
        await connection.fetch("select pg_sleep(2)")
    finally:
        await connection.close()


@fresh("asyncpg", e.SILENT, note="the client gave up after command_timeout: nothing was heard of the server")
async def command_timeout() -> None:
    connection = await connect(command_timeout=0.05)
    try:
        await connection.fetch("select pg_sleep(2)")
    finally:
        connection.terminate()


@fresh("asyncpg", e.SETUP)
async def table_missing() -> None:
    connection = await connect()
    try:
        await connection.fetch("select * from sessions where id = $1", 1)
    finally:
        await connection.close()


@fresh("asyncpg", e.LOST)
async def refused() -> None:
    await asyncpg.connect(host=HOST, port=closed_port(), user="app", database="app", ssl=False)


@fresh("asyncpg", e.SILENT)
async def connect_timeout() -> None:
    with listening(silence) as port:
        await asyncpg.connect(host=HOST, port=port, user="app", database="app", ssl=False, timeout=0.2)


@fresh("asyncpg", e.BUG)
async def used_after_close() -> None:
    connection = await connect()
    await connection.close()
    await connection.fetch("select 1")


@fresh("asyncpg", e.LOST)
async def link_cut_in_the_middle() -> None:
    connection = await connect()
    running = asyncio.ensure_future(connection.fetch("select pg_sleep(3)"))
    await asyncio.sleep(0.1)
    connection._transport.abort()
    await running


@fresh("asyncpg", e.REFUSED_US)
async def password_refused() -> None:
    with postgres_saying("28P01", 'password authentication failed for user "app"') as port:
        await refusing(port)


@fresh("asyncpg", e.THROTTLED)
async def too_many_connections() -> None:
    with postgres_saying("53300", "remaining connection slots are reserved for superusers") as port:
        await refusing(port)


@fresh("asyncpg", e.NOT_NOW)
async def shutting_down() -> None:
    with postgres_saying("57P03", "the database system is shutting down") as port:
        await refusing(port)


@fresh("asyncpg", e.BUG)
async def another_operation_in_progress() -> None:
    connection = await connect()
    try:
        first = asyncio.ensure_future(connection.fetch("select pg_sleep(0.2)"))
        await asyncio.sleep(0.05)
        try:
            await connection.fetch("select 1")
        finally:
            await first
    finally:
        await connection.close()


@fresh("asyncpg", e.BUG)
async def pool_is_closed() -> None:
    pool = await asyncpg.create_pool(host=HOST, port=5432, user="root", database="test", min_size=1, max_size=1)
    await pool.close()
    await pool.fetch("select 1")


@fresh("asyncpg", e.THROTTLED, note="the pool is exhausted; asyncpg has no class for it and raises TimeoutError")
async def pool_exhausted() -> None:
    async with asyncpg.create_pool(host=HOST, port=5432, user="root", database="test", min_size=1, max_size=1) as pool:
        async with pool.acquire():
            await pool.acquire(timeout=0.1)


@fresh("asyncpg", e.BUG)
async def missing_argument() -> None:
    connection = await connect()
    try:
        await connection.fetch("select * from users where id = $1 and email = $2", 1)
    finally:
        await connection.close()


@fresh("asyncpg", e.Label("data_integrity", False, 409, "medium"))
async def task_group_with_duplicates() -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(email_taken())
        group.create_task(email_taken())


@fresh("asyncpg", e.LOST)
async def repository_error_from_refused() -> None:
    class RepositoryError(Exception):
        pass

    try:
        await refused()
    except OSError as fault:
        raise RepositoryError("could not load user") from fault


@fresh("asyncpg", e.CONTENTION)
async def retries_exhausted_on_lock() -> None:
    from tenacity import retry, stop_after_attempt, wait_none

    await retry(stop=stop_after_attempt(3), wait=wait_none())(seat_locked)()
