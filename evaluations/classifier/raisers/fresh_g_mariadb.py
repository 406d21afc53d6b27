"""Set g: MariaDB and its drivers, some of it in German and French."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

import aiomysql
import pymysql
from mysql import connector

from evaluations.classifier.cases import case

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
CONSTRAINT: dict[str, Any] = {"transient": False, "severity": "medium"}
MARIA: dict[str, Any] = {"host": "127.0.0.1", "user": "root", "password": ""}


@contextlib.contextmanager
def _database(*statements: str) -> Iterator[Any]:
    with contextlib.closing(pymysql.connect(**MARIA)) as link, link.cursor() as cursor:
        try:
            for one in ("create database if not exists fresh_g", "use fresh_g", *statements):
                cursor.execute(one)
            link.commit()
            yield cursor
        finally:
            cursor.execute("drop database fresh_g")


def _maria(*statements: str) -> None:
    table = "create temporary table seat (id int primary key, room varchar(5) not null, n tinyint)"
    with _database(table) as cursor:
        for one in statements:
            cursor.execute(one)


@contextlib.contextmanager
def _two() -> Iterator[tuple[Any, Any]]:
    table = "create table stock (id int primary key, n int) engine=innodb"
    with _database(table, "insert into stock values (1, 1), (2, 1)"):
        one, two = (pymysql.connect(**MARIA, database="fresh_g") for _ in range(2))
        try:
            yield one, two
        finally:
            one.close()
            two.close()


@case("pymysql", "data_integrity", status=409, **CONSTRAINT)
def fresh_g_duplicate_entry() -> None:
    _maria("insert into seat values (1, 'a', 1)", "insert into seat values (1, 'a', 1)")


@case("pymysql", "data_integrity", status=409, note="in German", **CONSTRAINT)
def fresh_g_duplicate_entry_german() -> None:
    _maria("set lc_messages = 'de_DE'", "insert into seat values (1, 'a', 1)", "insert into seat values (1, 'a', 1)")


@case("pymysql", "configuration", note="in German", **BUG)
def fresh_g_table_missing_german() -> None:
    _maria("set lc_messages = 'de_DE'", "select * from wishlist")


@case("pymysql", "system", note="in French", **BUG)
def fresh_g_syntax_french() -> None:
    _maria("set lc_messages = 'fr_FR'", "selct 1")


@case("pymysql", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_access_denied() -> None:
    _maria("create or replace user fresh_g_reader@localhost identified by 'right'")
    try:
        pymysql.connect(host="127.0.0.1", user="fresh_g_reader", password="wrong")
    finally:
        _maria("drop user fresh_g_reader@localhost")


@case("pymysql", "network", transient=True, status=(502, 503), severity="high")
def fresh_g_gone_away() -> None:
    with contextlib.closing(pymysql.connect(**MARIA)) as one, contextlib.closing(pymysql.connect(**MARIA)) as two:
        two.cursor().execute(f"kill {one.thread_id()}")
        one.cursor().execute("select 1")


@case("pymysql", "concurrency", transient=True, status=503, severity="medium")
def fresh_g_lock_wait() -> None:
    with _two() as (one, two):
        one.cursor().execute("update stock set n = 2")
        two.cursor().execute("set innodb_lock_wait_timeout = 1")
        two.cursor().execute("update stock set n = 3")


@case("pymysql", "concurrency", transient=True, status=503, severity="medium")
def fresh_g_maria_deadlock() -> None:
    with _two() as (one, two):
        one.cursor().execute("update stock set n = 2 where id = 1")
        two.cursor().execute("update stock set n = 2 where id = 2")
        two.cursor().execute("insert into stock values (3, 3), (4, 4), (5, 5)")
        other = threading.Thread(target=two.cursor().execute, args=("update stock set n = 3 where id = 1",))
        other.start()
        try:
            threading.Event().wait(0.2)
            one.cursor().execute("update stock set n = 3 where id = 2")
        finally:
            one.rollback()
            other.join()


@case("pymysql", "business_logic", transient=False, status=(409, 422), severity="low")
def fresh_g_signal() -> None:
    _maria("begin not atomic signal sqlstate '45000' set message_text = 'balance may not be negative'; end")


@case("pymysql", "external_service", transient=True, status=(503, 504), severity="medium")
def fresh_g_max_statement_time() -> None:
    _maria("set max_statement_time = 0.05", "select sleep(3)")


@case("aiomysql", "data_integrity", status=(400, 409, 422), **CONSTRAINT)
async def fresh_g_not_null_async() -> None:
    link = await aiomysql.connect(**MARIA)
    try:
        cursor = await link.cursor()
        await cursor.execute("create temporary table mysql.fresh_g_t (a int not null)")
        await cursor.execute("insert into mysql.fresh_g_t values (null)")
    finally:
        link.close()


@case("mysql-connector-python", "configuration", **BUG)
def fresh_g_connector_no_table() -> None:
    with contextlib.closing(connector.connect(**MARIA, use_pure=True)) as link:
        link.cursor().execute("select * from mysql.wishlist")
