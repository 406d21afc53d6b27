"""pymysql and aiomysql, against the MariaDB at hand and against servers that break off."""

from __future__ import annotations

import functools
import os
import struct
import threading
from typing import Any

import aiomysql
import pymysql
import pymysql.cursors

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening, saying

DATABASE = f"fresh_e_{os.getpid()}"
TRIGGER = """
create trigger no_free before update on products for each row begin if new.price = 0 then
signal sqlstate '45000' set message_text = 'a product cannot be free'; end if; end
"""
USER = f"fresh_e_{os.getpid()}"


def root(**more: Any) -> pymysql.Connection[Any]:
    return pymysql.connect(host=HOST, user="root", password="", autocommit=True, **more)


@functools.cache
def shop() -> str:
    import atexit

    with root() as connection, connection.cursor() as cursor:
        for statement in (
            f"create database {DATABASE}",
            f"create user '{USER}'@'127.0.0.1' identified by 'none'",
            f"create user '{USER}_few'@'127.0.0.1' identified by 'none' with max_user_connections 1",
            f"grant all on {DATABASE}.* to '{USER}_few'@'127.0.0.1'",
            f"use {DATABASE}",
            "create table products (id int primary key, sku varchar(5) unique, price decimal(6,2) not null)",
            "create table lines_ (id int primary key, product int, foreign key (product) references products (id))",
            f"grant select on {DATABASE}.products to '{USER}'@'127.0.0.1'",
            "insert into products values (1, 'a', 1), (2, 'b', 2)",
            "insert into lines_ values (1, 1)",
            TRIGGER,
        ):
            cursor.execute(statement)
    atexit.register(drop)
    return DATABASE


def drop() -> None:
    with root() as connection, connection.cursor() as cursor:
        cursor.execute(f"drop database {DATABASE}")
        cursor.execute(f"drop user '{USER}'@'127.0.0.1', '{USER}_few'@'127.0.0.1'")


def connect(**more: Any) -> pymysql.Connection[Any]:
    return pymysql.connect(**{"host": HOST, "user": "root", "password": "", "database": shop(), **more})


def run(*statements: str, **more: Any) -> None:
    with connect(**more) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@fresh("pymysql", e.DUPLICATE)
def sku_taken() -> None:
    run("insert into products values (3, 'a', 9)")


@fresh("pymysql", e.Label("data_integrity", False, (400, 409, 422), "medium"))
def product_still_ordered() -> None:
    run("delete from products where id = 1")


@fresh("pymysql", e.CONSTRAINT)
def sku_too_long() -> None:
    run("insert into products values (5, 'far-too-long', 1)")


@fresh("pymysql", e.CONTENTION)
def deadlock() -> None:
    faults: list[BaseException] = []
    meet = threading.Barrier(2)

    def work(first: int, second: int) -> None:
        with connect() as connection, connection.cursor() as cursor:
            try:
                cursor.execute("update products set price = 3 where id = %s", (first,))
                meet.wait(5)
                cursor.execute("update products set price = 3 where id = %s", (second,))
            except pymysql.Error as fault:
                faults.append(fault)

    threads = [threading.Thread(target=work, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    raise faults[0]


@fresh("pymysql", e.CONTENTION)
def lock_wait_timeout() -> None:
    with connect() as holder, holder.cursor() as cursor:
        cursor.execute("select * from products where id = 1 for update")
        run("set innodb_lock_wait_timeout = 1", "update products set price = 4 where id = 1")


@fresh("pymysql", e.SLOW)
def statement_too_long() -> None:
    run("set max_statement_time = 0.05", "select sleep(0.04) from information_schema.collations")


@fresh("pymysql", e.REFUSED_US)
def access_denied() -> None:
    shop()
    pymysql.connect(host=HOST, user=USER, password="wrong")


@fresh("pymysql", e.REFUSED_US)
def command_denied() -> None:
    run("insert into products values (9, 'z', 1)", user=USER, password="none")


@fresh("pymysql", e.SETUP)
def table_missing() -> None:
    run("select * from baskets")


@fresh("pymysql", e.BUG)
def syntax() -> None:
    run("selct * from products")


@fresh("pymysql", e.RULE)
def signal_of_a_trigger() -> None:
    run("update products set price = 0 where id = 2")


@fresh("pymysql", e.THROTTLED)
def too_many_user_connections() -> None:
    with connect(user=f"{USER}_few", password="none"):
        connect(user=f"{USER}_few", password="none")


def greeting_error(code: int, text: str) -> bytes:
    """What a MySQL says instead of its greeting when it takes nobody."""
    content = b"\xff" + struct.pack("<H", code) + text.encode()
    return struct.pack("<I", len(content))[:3] + b"\0" + content


@fresh("pymysql", e.THROTTLED)
def too_many_connections() -> None:
    with listening(saying(greeting_error(1040, "Too many connections"), at_once=True)) as port:
        pymysql.connect(host=HOST, port=port, user="app", password="none")


@fresh("pymysql", e.LOST)
def refused() -> None:
    pymysql.connect(host=HOST, port=closed_port(), user="app")


@fresh("pymysql", e.LOST)
def lost_in_the_middle_of_a_query() -> None:
    with connect() as connection, connection.cursor() as cursor, root() as admin:
        admin.cursor().execute(f"kill connection {connection.thread_id()}")
        cursor.execute("select 1")


@fresh("pymysql", e.SILENT)
def read_timeout() -> None:
    with connect(read_timeout=1) as connection, connection.cursor() as cursor:
        cursor.execute("select sleep(3)")


@fresh("pymysql", e.BUG)
def already_closed() -> None:
    connection = connect()
    connection.close()
    connection.close()


@fresh("pymysql", e.BUG)
def too_few_arguments() -> None:
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("select * from products where id = %s and sku = %s", (1,))


@fresh("pymysql", e.TOO_LARGE)
def packet_too_large() -> None:
    with connect() as connection, connection.cursor() as cursor:
        cursor.execute("create temporary table uploads (content longtext)")
        cursor.execute("insert into uploads values (repeat('x', @@max_allowed_packet + 1))")


@fresh("pymysql", e.DUPLICATE)
def storage_error_from_duplicate() -> None:
    class StorageError(Exception):
        pass

    try:
        sku_taken()
    except pymysql.IntegrityError as fault:
        raise StorageError("could not store product") from fault


# --- aiomysql ---------------------------------------------------------------------------------------------------------
async def arun(*statements: str, **more: Any) -> None:
    connection = await aiomysql.connect(**{"host": HOST, "user": "root", "password": "", "db": shop(), **more})
    try:
        cursor = await connection.cursor()
        for statement in statements:
            await cursor.execute(statement)
    finally:
        connection.close()


@fresh("aiomysql", e.DUPLICATE)
async def primary_key_taken() -> None:
    await arun("insert into products values (1, 'q', 1)")


@fresh("aiomysql", e.LOST)
async def nobody_listens() -> None:
    await aiomysql.connect(host=HOST, port=closed_port(), user="app")


@fresh("aiomysql", e.LOST)
async def hung_up_while_connecting() -> None:
    with listening(hang_up) as port:
        await aiomysql.connect(host=HOST, port=port, user="app", connect_timeout=2)


@fresh("aiomysql", e.REFUSED_US)
async def wrong_password() -> None:
    await arun(user=USER, password="wrong", db=shop())


@fresh("aiomysql", e.SETUP)
async def no_such_table() -> None:
    await arun("insert into newsletter values (1)")


@fresh("aiomysql", e.BUG)
async def pool_closing() -> None:
    pool = await aiomysql.create_pool(host=HOST, user="root", password="", db=shop(), minsize=1)
    pool.close()
    try:
        await pool.acquire()
    finally:
        await pool.wait_closed()


@fresh("aiomysql", e.CONTENTION)
async def locked_by_another() -> None:
    connection = await aiomysql.connect(host=HOST, user="root", password="", db=shop())
    try:
        cursor = await connection.cursor()
        await cursor.execute("select * from products where id = 2 for update")
        await arun("select * from products where id = 2 for update nowait")
    finally:
        connection.close()
