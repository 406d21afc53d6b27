"""The stores beneath an application, seen through classes of its own that say nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from typing import Any

import flask_sqlalchemy
import nats
import pika
import pika.exceptions
import psycopg
import psycopg_pool
import redis
import redis.exceptions
import sqlalchemy.exc
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import flask
from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    bug,
    contention,
    duplicate,
    exhausted,
    label,
    rule,
    settings,
    store_away,
    unreadable,
)
from evaluations.classifier.raisers._peers import closed_port

_DATABASE = "postgresql://postgres@127.0.0.1:5432/test"


class StoreError(Exception):
    """Whatever goes wrong in a store: says nothing by itself."""


@contextlib.contextmanager
def _table() -> Iterator[str]:
    """A table of this process, with two rows."""
    name = f"fresh_e_{secrets.token_hex(4)}_{os.getpid()}"
    with psycopg.connect(_DATABASE, autocommit=True, connect_timeout=5) as link:
        link.execute(f"CREATE TABLE {name} (id int PRIMARY KEY, mail text NOT NULL, n int CHECK (n >= 0))".encode())
        try:
            link.execute(f"INSERT INTO {name} VALUES (1, 'a@example.test', 1), (2, 'b@example.test', 2)".encode())
            yield name
        finally:
            link.execute(f"DROP TABLE {name}".encode())


def _says(statement: str) -> None:
    with _table() as name, psycopg.connect(_DATABASE) as link:
        try:
            link.execute(statement.format(name=name).encode())
        except psycopg.Error as exc:
            raise StoreError("could not store the account") from exc


@case("application", **duplicate | {"status": (400, 409, 422, 500)})
def fresh_e_store_error_from_a_null() -> None:
    _says("INSERT INTO {name} VALUES (3, NULL, 1)")


@case("application", **duplicate | {"status": (400, 409, 422, 500)})
def fresh_e_store_error_from_a_check() -> None:
    _says("UPDATE {name} SET n = -1 WHERE id = 1")


@case("application", **bug)
def fresh_e_store_error_from_a_slip_in_sql() -> None:
    _says("SELEKT * FROM {name}")


@case(
    "application",
    note="it answered: not within the time that we gave it",
    **label("external_service", True, (503, 504), "medium"),
)
def fresh_e_store_error_from_a_statement_timeout() -> None:
    _says("SET statement_timeout = '50ms'; SELECT pg_sleep(3) FROM {name}")


@case("application", **rule)
def fresh_e_store_error_from_a_trigger() -> None:
    _says("DO $$ BEGIN RAISE EXCEPTION 'account {name} is frozen'; END $$")


@case("application", **contention)
def fresh_e_store_error_from_a_deadlock() -> None:
    with _table() as name, psycopg.connect(_DATABASE) as one, psycopg.connect(_DATABASE) as other:
        # The one that looks for a deadlock first is ended: it shall be the one that we watch.
        for link, row, patience in ((one, 1, "100ms"), (other, 2, "20s")):
            link.execute(f"SET deadlock_timeout = '{patience}'".encode())
            link.execute(f"UPDATE {name} SET n = 5 WHERE id = {row}".encode())
        thread = threading.Thread(target=_quietly, args=(other, f"UPDATE {name} SET n = 6 WHERE id = 1"))
        thread.start()
        try:
            one.execute(f"UPDATE {name} SET n = 6 WHERE id = 2".encode())
        except psycopg.Error as exc:
            raise StoreError("could not move the money") from exc
        finally:
            one.rollback()
            thread.join(5)
            other.rollback()


def _quietly(link: psycopg.Connection[Any], statement: str) -> None:
    with contextlib.suppress(psycopg.Error):
        link.execute(statement.encode())


@case("application", **contention)
def fresh_e_store_error_from_a_serialization_failure() -> None:
    with _table() as name, psycopg.connect(_DATABASE) as one, psycopg.connect(_DATABASE) as other:
        one.isolation_level = psycopg.IsolationLevel.SERIALIZABLE
        one.execute(f"SELECT n FROM {name} WHERE id = 1".encode())
        other.execute(f"UPDATE {name} SET n = 9 WHERE id = 1".encode())
        other.commit()
        try:
            one.execute(f"UPDATE {name} SET n = 8 WHERE id = 1".encode())
        except psycopg.Error as exc:
            raise StoreError("could not move the money") from exc


@case("application", **exhausted)
def fresh_e_store_error_from_an_empty_pool() -> None:
    with psycopg_pool.ConnectionPool(_DATABASE, min_size=1, max_size=1, timeout=5) as pool, pool.connection():
        try:
            pool.getconn(timeout=0.1)
        except psycopg_pool.PoolTimeout as exc:
            raise StoreError("could not read accounts") from exc


@case("application", **contention)
def fresh_e_store_error_from_a_locked_file() -> None:
    where = f"file:fresh_e_{secrets.token_hex(4)}?mode=memory&cache=shared"
    with contextlib.closing(sqlite3.connect(where, uri=True)) as one:
        one.execute("CREATE TABLE t (id)")
        one.execute("BEGIN IMMEDIATE")
        one.execute("INSERT INTO t VALUES (1)")
        with contextlib.closing(sqlite3.connect(where, uri=True, timeout=0.1)) as other:
            try:
                other.execute("INSERT INTO t VALUES (2)")
            except sqlite3.OperationalError as exc:
                raise StoreError("could not write") from exc


@case("application", note="read from a cache of ours: the class says so", **unreadable)
def fresh_e_cached_session_is_cut_off() -> None:
    class CachedSessionCorrupt(StoreError):
        """A session in our cache that cannot be read."""

    name = f"fresh_e_session_{secrets.token_hex(4)}"
    with contextlib.closing(redis.Redis()) as client:
        client.set(name, pickle.dumps({"user": "someone", "cart": [1, 2, 3]})[:-4], ex=5)
        try:
            pickle.loads(client.get(name) or b"")  # type: ignore[arg-type]
        except (pickle.UnpicklingError, EOFError) as exc:
            raise CachedSessionCorrupt("session 7 cannot be unpickled") from exc


@case("application", **store_away)
def fresh_e_broker_error_from_a_closed_port() -> None:
    class BrokerError(Exception):
        """Whatever goes wrong at the broker."""

    there = pika.ConnectionParameters("127.0.0.1", closed_port(), connection_attempts=1, socket_timeout=2)
    try:
        pika.BlockingConnection(there)
    except pika.exceptions.AMQPError as exc:
        raise BrokerError("event of order 7 was not sent") from exc


@case("application", note="a queue is set up beforehand", **settings)
def fresh_e_broker_error_from_a_queue_that_is_not() -> None:
    class BrokerError(Exception):
        """Whatever goes wrong at the broker."""

    with contextlib.closing(pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", 5672))) as link:
        try:
            link.channel().queue_declare("fresh_e_never_declared", passive=True)
        except pika.exceptions.ChannelClosedByBroker as exc:
            raise BrokerError("event of order 7 was not sent") from exc


@case("application", **store_away)
async def fresh_e_event_error_from_no_servers() -> None:
    async def quiet(fault: Exception) -> None:
        """Says nothing of each attempt."""

    try:
        await nats.connect(
            f"nats://127.0.0.1:{closed_port()}",
            max_reconnect_attempts=1,
            reconnect_time_wait=0,
            connect_timeout=1,
            error_cb=quiet,
        )
    except Exception as exc:
        raise StoreError("event of order 7 was not sent") from exc


@case("flask-sqlalchemy", **duplicate)
def fresh_e_mail_address_is_taken() -> None:
    class Base(DeclarativeBase):
        """Of this one model."""

    database = flask_sqlalchemy.SQLAlchemy(model_class=Base)

    class Account(database.Model):  # type: ignore[name-defined, misc]
        id: Mapped[int] = mapped_column(primary_key=True)
        mail: Mapped[str] = mapped_column(unique=True)

    app = flask.Flask("fresh_e")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    database.init_app(app)
    with app.app_context():
        database.create_all()
        database.session.add_all([Account(mail="a@example.test"), Account(mail="a@example.test")])
        database.session.commit()


@case("flask-sqlalchemy", **settings)
def fresh_e_migrations_were_not_run() -> None:
    class Base(DeclarativeBase):
        """Of this one model."""

    database = flask_sqlalchemy.SQLAlchemy(model_class=Base)

    class Account(database.Model):  # type: ignore[name-defined, misc]
        id: Mapped[int] = mapped_column(primary_key=True)

    app = flask.Flask("fresh_e")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    database.init_app(app)
    with app.app_context():
        try:
            database.session.execute(database.select(Account))
        except sqlalchemy.exc.SQLAlchemyError as exc:
            raise StoreError("could not read accounts") from exc


@case("application", **store_away)
async def fresh_e_group_of_two_stores_that_are_away() -> None:
    async def ask(kind: str) -> None:
        if kind == "database":
            await psycopg.AsyncConnection.connect(f"postgresql://postgres@127.0.0.1:{closed_port()}/shop")
        await redis.asyncio.Redis(port=closed_port(), retry=None).get("flags")

    async with asyncio.TaskGroup() as group:
        group.create_task(ask("database"))
        group.create_task(ask("cache"))
