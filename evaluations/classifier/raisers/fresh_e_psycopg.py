"""psycopg, its pool and psycopg2, against the PostgreSQL at hand and against one that refuses."""

from __future__ import annotations

import contextlib
import functools
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import psycopg2
import psycopg2.extras
import psycopg_pool

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import PG, fresh, own_schema, postgres_saying
from evaluations.classifier.raisers._peers import HOST, closed_port, listening, silence

SHOP = """
create table customers (id int primary key, email text unique not null, credit int check (credit >= 0));
create table orders (id int primary key, customer_id int not null references customers (id), version int default 1);
create table stock (sku text primary key, pieces int not null);
create table coupons (code varchar(8) primary key);
create function refuse() returns trigger language plpgsql as
  $$ begin raise exception 'order % is already shipped', old.id; end $$;
create trigger shipped before delete on orders for each row execute function refuse();
insert into customers values (1, 'ann@example.test', 10), (2, 'bob@example.test', 0);
insert into orders values (1, 1);
insert into stock values ('a', 5), ('b', 5);
"""


@functools.cache
def shop() -> str:
    schema = own_schema("psycopg")
    with psycopg.connect(PG, options=f"-c search_path={schema},public", autocommit=True) as connection:
        connection.execute(SHOP)
    return schema


def connect(**more: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(PG, options=f"-c search_path={shop()}", **more)


def connect2(**more: Any) -> Any:
    return psycopg2.connect(PG, options=f"-c search_path={shop()}", **more)


def refusing(port: int) -> str:
    return f"host={HOST} port={port} user=shop dbname=shop sslmode=disable gssencmode=disable password=none"


def cut(descriptor: int) -> None:
    """Shut a link down under the library that holds it."""
    with socket.socket(fileno=descriptor) as link:
        link.shutdown(socket.SHUT_RDWR)
        link.detach()


def at_odds(open_one: Callable[[], Any]) -> None:
    """Two connections take two rows in opposite order; whichever fails is raised."""
    faults: list[BaseException] = []
    meet = threading.Barrier(2)

    def work(first: str, second: str) -> None:
        with contextlib.closing(open_one()) as connection:
            try:
                both(connection, first, second)
            except BaseException as fault:
                faults.append(fault)

    def both(connection: Any, first: str, second: str) -> None:
        cursor = connection.cursor()
        cursor.execute("update stock set pieces = pieces - 1 where sku = %s", (first,))
        meet.wait(5)
        cursor.execute("update stock set pieces = pieces - 1 where sku = %s", (second,))
        connection.rollback()

    threads = [threading.Thread(target=work, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    raise faults[0]


# --- psycopg ----------------------------------------------------------------------------------------------------------
@fresh("psycopg", e.DUPLICATE)
def email_taken() -> None:
    with connect() as connection:
        connection.execute("insert into customers values (3, 'ann@example.test', 0)")


@fresh("psycopg", e.Label("data_integrity", False, (400, 409, 422), "medium"), note="the parent row is missing")
def order_of_nobody() -> None:
    with connect() as connection:
        connection.execute("insert into orders values (2, 999)")


@fresh("psycopg", e.CONSTRAINT, note="409 is said of duplicates and conflicts; a column without a value is neither")
def column_is_null() -> None:
    with connect() as connection:
        connection.execute("insert into customers (id, email) values (%s, %s)", (4, None))


@fresh("psycopg", e.CONSTRAINT)
def credit_below_zero() -> None:
    with connect() as connection:
        connection.execute("update customers set credit = credit - 50 where id = 1")


@fresh("psycopg", e.CONTENTION)
def deadlock() -> None:
    at_odds(connect)


@fresh("psycopg", e.CONTENTION)
def serialization() -> None:
    with connect() as one, connect() as other:
        for connection in (one, other):
            connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
            connection.execute("select sum(pieces) from stock").fetchone()
        one.execute("insert into stock values ('x', 1)")
        other.execute("insert into stock values ('y', 1)")
        try:
            one.commit()
            other.commit()
        finally:
            other.rollback()
            with connect() as clean:
                clean.execute("delete from stock where sku in ('x', 'y')")


@fresh("psycopg", e.CONTENTION)
def row_locked_nowait() -> None:
    with connect() as one, connect() as other:
        one.execute("select * from stock where sku = 'a' for update")
        other.execute("select * from stock where sku = 'a' for update nowait")


@fresh("psycopg", e.SLOW)
def statement_timeout() -> None:
    with connect() as connection:
        connection.execute("set statement_timeout = '30ms'")
        connection.execute("select pg_sleep(2)")


@fresh("psycopg", e.SETUP, note="a migration that did not run")
def table_missing() -> None:
    with connect() as connection:
        connection.execute("select * from invoices")


@fresh("psycopg", e.BUG)
def syntax() -> None:
    with connect() as connection:
        connection.execute("select id, from orders")


@fresh("psycopg", e.BUG)
def transaction_aborted() -> None:
    with connect() as connection:
        with contextlib.suppress(psycopg.Error):
            connection.execute("insert into customers values (1, 'x@example.test', 0)")
        connection.execute("select 1")


@fresh("psycopg", e.REFUSED_US, note="our role lacks a right that somebody has to grant")
def no_right_to_table() -> None:
    with connect() as connection:
        connection.execute("create role fresh_e_reporter")  # rolled back with the block
        connection.execute(f"grant usage on schema {shop()} to fresh_e_reporter")
        connection.execute("set role fresh_e_reporter")
        connection.execute("select * from customers")


@fresh("psycopg", e.RULE)
def trigger_refuses() -> None:
    with connect() as connection:
        connection.execute("delete from orders where id = 1")


@fresh("psycopg", e.LOST)
def nobody_listens() -> None:
    psycopg.connect(host=HOST, port=closed_port(), user="shop", dbname="shop", connect_timeout=2)


@fresh("psycopg", e.SILENT, note="a store of ours that is not reached could be high as well: it was a timeout")
def connection_timeout() -> None:
    with listening(silence) as port:
        psycopg.connect(refusing(port), connect_timeout=2)


@fresh("psycopg", e.LOST)
def name_not_resolved() -> None:
    psycopg.connect(host="db.internal.invalid", user="shop", dbname="shop")


@fresh("psycopg", e.REFUSED_US)
def password_refused() -> None:
    with postgres_saying("28P01", 'password authentication failed for user "shop"') as port:
        psycopg.connect(refusing(port))


@fresh("psycopg", e.SETUP)
def database_missing() -> None:
    psycopg.connect(host=HOST, port=5432, user="root", dbname="fresh_e_nowhere")


@fresh("psycopg", e.THROTTLED)
def too_many_clients() -> None:
    with postgres_saying("53300", "sorry, too many clients already") as port:
        psycopg.connect(refusing(port))


@fresh("psycopg", e.NOT_NOW)
def database_starting_up() -> None:
    with postgres_saying("57P03", "the database system is starting up") as port:
        psycopg.connect(refusing(port))


@fresh("psycopg", e.FULL)
def disk_full() -> None:
    text = 'could not extend file "base/16384/16397": No space left on device'
    with postgres_saying("53100", text, at="query") as port, psycopg.connect(refusing(port)) as connection:
        connection.execute("insert into events values (1)")


@fresh("psycopg", e.DAMAGED)
def page_damaged() -> None:
    text = "invalid page in block 17 of relation base/16384/16401"
    with postgres_saying("XX001", text, at="query") as port, psycopg.connect(refusing(port)) as connection:
        connection.execute("select * from events")


@fresh("psycopg", e.BUG)
def placeholders_do_not_match() -> None:
    with connect() as connection:
        connection.execute("select * from orders where id = %s and version = %s", (1,))


@fresh("psycopg", e.BUG)
def connection_closed() -> None:
    connection = connect()
    connection.close()
    connection.execute("select 1")


@fresh("psycopg", e.LOST)
def link_cut_in_use() -> None:
    connection = connect()
    cut(connection.fileno())
    connection.execute("select 1")


class EmailTaken(Exception):
    """A rule of ours: one account per address."""


@fresh("psycopg", e.Label("business_logic", False, (409, 422), "low"))
def domain_error_from_unique() -> None:
    try:
        email_taken()
    except psycopg.errors.UniqueViolation as fault:
        raise EmailTaken("an account with this e-mail exists") from fault


@fresh("psycopg", e.Label("business_logic", False, (402, 409, 422), "low"))
def domain_error_from_check() -> None:
    class InsufficientFunds(Exception):
        pass

    try:
        credit_below_zero()
    except psycopg.errors.CheckViolation as fault:
        raise InsufficientFunds("the credit does not cover this order") from fault


@fresh("psycopg", e.CONTENTION)
def runtime_error_from_deadlock() -> None:
    try:
        deadlock()
    except psycopg.OperationalError as fault:
        raise RuntimeError("could not book the order") from fault


# --- psycopg_pool -----------------------------------------------------------------------------------------------------
@fresh("psycopg-pool", e.THROTTLED)
def pool_timeout() -> None:
    with psycopg_pool.ConnectionPool(PG, min_size=1, max_size=1, open=True) as pool, pool.connection():
        pool.getconn(timeout=0.1)


@fresh("psycopg-pool", e.THROTTLED)
def too_many_waiting() -> None:
    with psycopg_pool.ConnectionPool(PG, min_size=1, max_size=1, max_waiting=1, open=True) as pool:
        with pool.connection():
            waiting = threading.Thread(target=_wait_for_one, args=(pool,))
            waiting.start()
            time.sleep(0.1)
            try:
                pool.getconn(timeout=1)
            finally:
                waiting.join()


def _wait_for_one(pool: Any) -> None:
    with contextlib.suppress(psycopg_pool.PoolTimeout):
        pool.getconn(timeout=0.4)


@fresh("psycopg-pool", e.BUG)
def pool_closed() -> None:
    pool = psycopg_pool.ConnectionPool(PG, min_size=1, open=True)
    pool.close()
    with pool.connection():
        pass


@fresh("psycopg-pool", e.BUG, note="one pool asked to take the connection of another")
def foreign_connection() -> None:
    with psycopg_pool.ConnectionPool(PG, min_size=1, open=True) as pool, connect() as connection:
        pool.putconn(connection)


# --- psycopg2 ---------------------------------------------------------------------------------------------------------
def run2(*statements: str) -> None:
    with contextlib.closing(connect2()) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@fresh("psycopg2", e.DUPLICATE)
def primary_key_taken() -> None:
    run2("insert into customers values (1, 'carla@example.test', 0)")


@fresh("psycopg2", e.Label("data_integrity", False, (400, 409, 422), "medium"), note="orders still refer to it")
def customer_has_orders() -> None:
    run2("delete from customers where id = 1")


@fresh("psycopg2", e.CONTENTION)
def lock_timeout() -> None:
    with connect() as holder:
        holder.execute("lock table stock in exclusive mode")
        run2("set lock_timeout = '50ms'", "update stock set pieces = 1 where sku = 'b'")


@fresh("psycopg2", e.SETUP)
def relation_missing() -> None:
    run2("insert into audit_log values (1)")


@fresh("psycopg2", e.LOST)
def refused() -> None:
    psycopg2.connect(host=HOST, port=closed_port(), user="shop", dbname="shop")


@fresh("psycopg2", e.BUG)
def connection_already_closed() -> None:
    connection = connect2()
    connection.close()
    connection.cursor()


@fresh("psycopg2", e.BUG)
def cannot_adapt() -> None:
    with contextlib.closing(connect2()) as connection, connection.cursor() as cursor:
        cursor.execute("update stock set pieces = %s", ({"pieces": 5},))


@fresh("psycopg2", e.FULL)
def out_of_memory() -> None:
    with postgres_saying("53200", "out of memory", at="query") as port:
        with contextlib.closing(psycopg2.connect(refusing(port))) as connection:
            connection.cursor().execute("select array_agg(payload) from events")


@fresh("psycopg2", e.REFUSED_US, note="pg_hba.conf: who we are is refused, though a setting mends it")
def no_entry_in_pg_hba() -> None:
    with postgres_saying("28000", 'no pg_hba.conf entry for host "10.0.0.7", user "shop", database "shop"') as port:
        psycopg2.connect(refusing(port))


@fresh("psycopg2", e.LOST)
def server_closed_unexpectedly() -> None:
    connection = connect2()
    cut(connection.fileno())
    connection.cursor().execute("select 1")


@fresh("psycopg2", e.DUPLICATE)
def bulk_insert_has_duplicate() -> None:
    with contextlib.closing(connect2()) as connection, connection.cursor() as cursor:
        psycopg2.extras.execute_values(cursor, "insert into stock values %s", [("c", 1), ("a", 2)])
