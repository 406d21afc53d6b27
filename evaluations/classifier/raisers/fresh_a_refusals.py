"""Who says no, and why: rules of a domain, credentials, and locks of others, by many libraries."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import os
import sqlite3
import tempfile
import xmlrpc.client
from collections.abc import Callable
from typing import Any

import adbc_driver_postgresql.dbapi
import aiosqlite
import boto3
import botocore.config
import celery
import dataset
import nats
import pandas as pd
import peewee
import pony.orm
import psqlpy
import psycopg
import redis
import rq
import smart_open
import sqlalchemy as sa
import sqlite_utils
import tortoise.backends.asyncpg
import tortoise.backends.sqlite
from sqlalchemy import orm

from evaluations.classifier.raisers._fresh_a import RULE, STORE_REFUSED_US, fresh
from evaluations.classifier.raisers._peers import HOST, base_url, listening, saying
from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    LOST_UPDATE,
    REFUSED_US,
    WHO,
    Answer,
    Means,
    serving,
)

_WORD = "the domain's own word for it"
_PG = f"host={HOST} user=postgres dbname=test"
_URI = f"postgresql://postgres@{HOST}/test"
_CLOSED = (
    "CREATE TABLE parcel (id INTEGER PRIMARY KEY, state TEXT)",
    "CREATE TRIGGER closed BEFORE UPDATE ON parcel BEGIN SELECT RAISE(ABORT, 'parcel has left the house'); END",
    "INSERT INTO parcel VALUES (1, 'sent')",
    "UPDATE parcel SET state = 'open'",
)


# --- rules ------------------------------------------------------------------------------------------------------------
@fresh("aiosqlite", "trigger_refuses", RULE, "a rule, in a trigger")
async def _() -> None:
    async with aiosqlite.connect(":memory:") as connection:
        for statement in _CLOSED:
            await connection.execute(statement)


@fresh("peewee", "trigger_refuses", RULE, "a rule, in a trigger")
def _() -> None:
    database = peewee.SqliteDatabase(":memory:")
    for statement in _CLOSED:
        database.execute_sql(statement)


@fresh("sqlalchemy", "trigger_refuses", RULE, "a rule, in a trigger")
def _() -> None:
    with sa.create_engine("sqlite://").begin() as connection:
        for statement in _CLOSED:
            connection.exec_driver_sql(statement)


@fresh("application", "return_window_closed", RULE)
def _() -> None:
    class ReturnWindowClosedError(Exception):
        """A rule of the domain."""

    raise ReturnWindowClosedError("order 17 can be returned until 2026-10-31")


@fresh("application", "credits_used_up", Means("business_logic", False, 402, "low"), "money is due")
def _() -> None:
    class InsufficientCreditsError(Exception):
        """A rule of the domain."""

    raise InsufficientCreditsError("3 credits are left, 5 are needed")


@fresh("application", "seat_hold_expired_from_missing_key", RULE, _WORD)
def _() -> None:
    class SeatHoldExpired(Exception):
        """A rule of the domain."""

    holds: dict[str, int] = {}
    try:
        holds["14C"]
    except KeyError as exc:
        raise SeatHoldExpired("14C") from exc


@fresh("application", "group_of_rules", RULE)
def _() -> None:
    class MinimumOrderNotReached(Exception):
        """A rule of the domain."""

    class DeliveryAreaNotServed(Exception):
        """Another one."""

    raise ExceptionGroup("checkout refused", [MinimumOrderNotReached("9 EUR"), DeliveryAreaNotServed("1234")])


@fresh("application", "transition_not_allowed_from_value_error", RULE, _WORD)
def _() -> None:
    class TransitionNotAllowed(Exception):
        """A rule of the domain."""

    try:
        ["draft", "open"].index("paid")
    except ValueError as exc:
        raise TransitionNotAllowed("invoice 17: paid -> draft") from exc


# --- who --------------------------------------------------------------------------------------------------------------
@fresh("python", "xmlrpc_access_denied", REFUSED_US, "a fault that says it; external_service is defensible")
def _() -> None:
    with serving(Answer(200, xmlrpc.client.dumps(xmlrpc.client.Fault(3, "Access Denied")), type="text/xml")) as url:
        xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object").execute_kw("shop", 2, "not-real", "res.partner", "read")


@fresh("application", "webhook_signature_mismatch", WHO, "the sender is our client")
def _() -> None:
    class WebhookSignatureMismatch(Exception):
        """What our own check says."""

    if not hmac.compare_digest(hmac.new(b"not-real", b"{}", hashlib.sha256).hexdigest(), "a" * 64):
        raise WebhookSignatureMismatch("header X-Signature")


@fresh("application", "api_key_unknown_from_missing_key", WHO, _WORD)
def _() -> None:
    class InvalidApiKeyError(Exception):
        """What our own check says."""

    keys: dict[str, int] = {}
    try:
        keys["not-a-key"]
    except KeyError as exc:
        raise InvalidApiKeyError("key is not known") from exc


@fresh("nats-py", "authorization_violation", STORE_REFUSED_US)
async def _() -> None:
    info = b'INFO {"server_id": "a", "version": "2.10.0", "max_payload": 1048576, "auth_required": true}\r\n'
    with listening(saying(info + b"-ERR 'Authorization Violation'\r\n", at_once=True)) as port:
        await nats.connect(f"nats://{HOST}:{port}", allow_reconnect=False, connect_timeout=1)


@fresh("celery", "broker_refuses_us", STORE_REFUSED_US)
def _() -> None:
    app = celery.Celery("shop", broker=f"amqp://guest:not-real@{HOST}//")
    app.conf.broker_connection_timeout = 1
    app.send_task("shop.mail", retry=False)


@fresh("rq", "password_wanted", STORE_REFUSED_US)
def _() -> None:
    with listening(saying(b"-NOAUTH Authentication required.\r\n" * 3)) as port:
        rq.Queue("failsoft-fresh", connection=redis.Redis(HOST, port, socket_timeout=1)).empty()


@fresh("pandas", "url_refuses_us", REFUSED_US)
def _() -> None:
    pd.read_csv(f"{base_url()}/status/403")


def _aws(service: str, url: str) -> Any:
    config = botocore.config.Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})
    keys = {"aws_access_key_id": "NOTAKEY", "aws_secret_access_key": "not-a-secret", "region_name": "eu-central-1"}
    return boto3.client(service, endpoint_url=url, config=config, **keys)


@fresh("smart_open", "denied", REFUSED_US, "an OSError around what botocore says")
def _() -> None:
    body = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with serving(Answer(403, body, type="application/xml")) as url:
        smart_open.open("s3://shop/a.csv", transport_params={"client": _aws("s3", url)}).read()


@fresh("boto3", "secret_denied", REFUSED_US)
def _() -> None:
    said = {"__type": "AccessDeniedException", "Message": "User is not authorized to perform: GetSecretValue"}
    with serving(Answer(400, said, type="application/x-amz-json-1.1")) as url:
        _aws("secretsmanager", url).get_secret_value(SecretId="shop")


# --- somebody else ----------------------------------------------------------------------------------------------------
def _locked(act: Callable[[str], Any]) -> None:
    """Do something with a database that another connection keeps locked."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/shop.db"
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("CREATE TABLE stock (id INTEGER PRIMARY KEY, n INTEGER)")
            other.execute("BEGIN EXCLUSIVE")
            act(path)


@fresh("sqlite-utils", "locked", CONTENTION)
def _() -> None:
    def act(path: str) -> None:
        database: Any = sqlite_utils.Database(sqlite3.connect(path, timeout=0.01))
        database["stock"].insert({"id": 1, "n": 3})

    _locked(act)


@fresh("dataset", "locked", CONTENTION)
def _() -> None:
    def act(path: str) -> None:
        database = dataset.connect(f"sqlite:///{path}?timeout=0.01", ensure_schema=False, sqlite_wal_mode=False)
        database.query("INSERT INTO stock VALUES (1, 3)")

    _locked(act)


@fresh("pony", "locked", CONTENTION)
def _() -> None:
    def act(path: str) -> None:
        database = pony.orm.Database("sqlite", path, timeout=0.01)
        with pony.orm.db_session:
            database.execute("INSERT INTO stock VALUES (1, 3)")

    _locked(act)


@fresh("tortoise-orm", "locked", CONTENTION)
def _() -> None:
    async def write(path: str) -> None:
        client = tortoise.backends.sqlite.SqliteClient(
            path, busy_timeout=10, connection_name="a", journal_mode="DELETE"
        )
        try:
            await client.execute_query("INSERT INTO stock VALUES (1, 3)")
        finally:
            await client.close()

    _locked(lambda path: asyncio.run(write(path)))


_LOCK = f"SELECT pg_advisory_lock({926_000 + os.getpid() % 1_000})"


@fresh("psqlpy", "lock_timeout", CONTENTION, "told by a text alone")
async def _() -> None:
    with psycopg.connect(_PG, autocommit=True) as first:
        first.execute(_LOCK.encode())
        pool = psqlpy.ConnectionPool(dsn=_URI, max_db_pool_size=2)
        connection = await pool.connection()
        await connection.execute("SET lock_timeout = '30ms'")
        await connection.execute(_LOCK)


@fresh("adbc-driver-postgresql", "lock_timeout", CONTENTION)
def _() -> None:
    with psycopg.connect(_PG, autocommit=True) as first, adbc_driver_postgresql.dbapi.connect(_URI) as second:
        first.execute(_LOCK.encode())
        with second.cursor() as cursor:
            cursor.execute("SET lock_timeout = '30ms'")
            cursor.execute(_LOCK)
            cursor.fetchall()


@fresh("application", "import_is_running_from_file_exists", CONTENTION, f"{_WORD}; 409 is defensible")
def _() -> None:
    class ImportAlreadyRunning(Exception):
        """What our own job says."""

    with tempfile.TemporaryDirectory() as folder:
        os.close(os.open(f"{folder}/import.lock", os.O_CREAT | os.O_EXCL))
        try:
            os.open(f"{folder}/import.lock", os.O_CREAT | os.O_EXCL)
        except FileExistsError as exc:
            raise ImportAlreadyRunning("supplier 7") from exc


@fresh("application", "edit_conflict_from_stale_row", LOST_UPDATE, _WORD)
def _() -> None:
    class EditConflict(Exception):
        """What our own repository says."""

    base = type("Base", (orm.DeclarativeBase,), {})
    number = sa.Column(sa.Integer, nullable=False)
    columns = {
        "id": sa.Column(sa.Integer, primary_key=True),
        "v": number,
        "__mapper_args__": {"version_id_col": number},
    }
    page: Any = type("Page", (base,), {"__tablename__": "page", "title": sa.Column(sa.String), **columns})
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    base.metadata.create_all(engine)  # type: ignore[attr-defined]
    with orm.Session(engine) as session:
        one = page(id=1, title="a")
        session.add(one)
        session.commit()
        session.refresh(one)
        session.execute(sa.text("UPDATE page SET v = 9"))
        one.title = "b"
        try:
            session.commit()
        except orm.exc.StaleDataError as exc:
            raise EditConflict("page 1") from exc
