"""Libraries of databases and caches: pools, mappers, embedded stores."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_h import (
    BUG,
    INPUT,
    OUR_KEY,
    SETTINGS,
    answering,
    closed_port,
    refusing,
    talking,
)

OWN_STORE_DOWN: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "high"}
NOT_FOUND: dict[str, Any] = {"transient": False, "status": 404, "severity": "info"}
DUPLICATE: dict[str, Any] = {"transient": False, "status": 409, "severity": "medium"}


def _postgrest(base: str, *, single: bool = False) -> None:
    from postgrest import SyncPostgrestClient

    query = SyncPostgrestClient(base).from_("orders").select("*")
    (query.single() if single else query).execute()


def _pg(status: int, code: str, message: str, details: str | None = None) -> Any:
    return answering(status, {"code": code, "message": message, "details": details, "hint": None})


@case("postgrest", "data_integrity", **DUPLICATE)
def fresh_h_unique_violation() -> None:
    from postgrest import SyncPostgrestClient

    text = 'duplicate key value violates unique constraint "orders_pkey"'
    with _pg(409, "23505", text, "Key (id)=(1) already exists.") as base:
        SyncPostgrestClient(base).from_("orders").insert({"id": 1}).execute()


@case("postgrest", "validation", **NOT_FOUND)
def fresh_h_no_row() -> None:
    with _pg(406, "PGRST116", "Cannot coerce the result to a single JSON object", "The result contains 0 rows") as base:
        _postgrest(base, single=True)


@case("postgrest", "configuration", **SETTINGS)
def fresh_h_table_missing() -> None:
    with _pg(404, "42P01", 'relation "public.orders" does not exist') as base:
        _postgrest(base)


@case("postgrest", "external_service", transient=True, status=(503, 504), severity="medium")
def fresh_h_statement_timeout() -> None:
    with _pg(500, "57014", "canceling statement due to statement timeout") as base:
        _postgrest(base)


@case("postgrest", "concurrency", transient=True, status=503, severity="medium")
def fresh_h_deadlock() -> None:
    with _pg(500, "40P01", "deadlock detected") as base:
        _postgrest(base)


@case("postgrest", "authentication", **OUR_KEY)
def fresh_h_permission_denied() -> None:
    with _pg(403, "42501", "permission denied for table orders") as base:
        _postgrest(base)


@case("postgrest", "network", transient=True, status=(502, 503), severity="medium", note="a peer over HTTP")
def fresh_h_refused() -> None:
    _postgrest(refusing())


@contextlib.contextmanager
def _pool(**settings: Any) -> Iterator[Any]:
    import sqlite3

    from dbutils.pooled_db import PooledDB

    pool = PooledDB(sqlite3, database=":memory:", **settings)
    try:
        yield pool
    finally:
        pool.close()


@case("dbutils", "resource", transient=True, status=503, severity="medium")
def fresh_h_too_many_connections() -> None:
    with _pool(maxconnections=1, blocking=False) as pool:
        held = pool.dedicated_connection()
        try:
            pool.dedicated_connection()
        finally:
            held.close()


@case("dbutils", "system", **BUG)
def fresh_h_connection_used_after_close() -> None:
    with _pool() as pool:
        link = pool.dedicated_connection()
        link.close()
        link.cursor()


@case("dbutils", "network", **OWN_STORE_DOWN)
def fresh_h_database_refused() -> None:
    import psycopg2
    from dbutils.pooled_db import PooledDB

    PooledDB(psycopg2, mincached=1, host="127.0.0.1", port=closed_port(), user="app", dbname="shop")


@case("plyvel", "configuration", **SETTINGS)
def fresh_h_database_missing() -> None:
    import plyvel

    with tempfile.TemporaryDirectory(prefix="fresh-h-") as folder:
        plyvel.DB(f"{folder}/store", create_if_missing=False)


@case("plyvel", "data_integrity", transient=False, status=500, severity="critical")
def fresh_h_database_corrupted() -> None:
    import plyvel

    with tempfile.TemporaryDirectory(prefix="fresh-h-") as folder:
        with contextlib.closing(plyvel.DB(folder, create_if_missing=True)) as store:
            store.put(b"a", b"b")
        next(Path(folder).glob("MANIFEST-*")).write_bytes(b"\x00garbage" * 40)
        plyvel.DB(folder)


@case("plyvel", "system", **BUG)
def fresh_h_store_closed() -> None:
    import plyvel

    with tempfile.TemporaryDirectory(prefix="fresh-h-") as folder:
        store = plyvel.DB(folder, create_if_missing=True)
        store.close()
        store.get(b"a")


@case("plyvel", "system", **BUG)
def fresh_h_plyvel_key_is_text() -> None:
    import plyvel

    with (
        tempfile.TemporaryDirectory(prefix="fresh-h-") as folder,
        contextlib.closing(plyvel.DB(folder, create_if_missing=True)) as store,
    ):
        store.put("a", b"b")


@case("cachelib", "network", **OWN_STORE_DOWN)
def fresh_h_redis_refused() -> None:
    from cachelib import RedisCache

    RedisCache("127.0.0.1", closed_port()).get("session")


@case("cachelib", "system", **BUG)
def fresh_h_key_is_no_text() -> None:
    from cachelib import FileSystemCache

    with tempfile.TemporaryDirectory(prefix="fresh-h-") as folder:
        FileSystemCache(folder).get(17)


async def _emcache(address: tuple[str, int], key: bytes = b"a", **settings: Any) -> None:
    import emcache

    node = emcache.MemcachedHostAddress(*address)
    client = await emcache.create_client([node], timeout=0.5, connection_timeout=0.3, **settings)
    try:
        await client.set(key, b"value")
    finally:
        await client.close()


@case("emcache", "network", transient=True, status=504, severity="high", note="our own cache says nothing")
async def fresh_h_silent() -> None:
    with talking(silent=True) as address:
        await _emcache(address)


@case("emcache", "resource", transient=False, status=503, severity="critical", note="its memory is gone")
async def fresh_h_out_of_memory() -> None:
    lines = [b"SERVER_ERROR out of memory storing object\r\n"] * 3
    with talking(*lines, read_first=True) as address:
        await _emcache(address)


@case("emcache", "system", **BUG)
async def fresh_h_emcache_key_is_text() -> None:
    with talking(b"STORED\r\n", read_first=True) as address:
        await _emcache(address, key="a")


def _table() -> Any:
    import sqlalchemy as sa
    from sqlalchemy.orm import declarative_base

    class Order(declarative_base()):
        __tablename__ = "orders"
        id = sa.Column(sa.Integer, primary_key=True)
        number = sa.Column(sa.Integer, nullable=False)

    return Order


def _schema(**more: Any) -> Any:
    from marshmallow_sqlalchemy import SQLAlchemyAutoSchema

    order = _table()

    class OrderSchema(SQLAlchemyAutoSchema):
        class Meta:
            model = order
            load_instance = True

    return OrderSchema(**more)


@case("marshmallow-sqlalchemy", "system", **BUG)
def fresh_h_no_session() -> None:
    _schema().load({"id": 1, "number": 2})


@case("marshmallow-sqlalchemy", "validation", **INPUT)
def fresh_h_unknown_and_missing() -> None:
    _schema(transient=True).load({"id": "one", "colour": "red"})


@case("marshmallow-sqlalchemy", "system", **BUG, note="a schema of ours that is wrong")
def fresh_h_type_without_field() -> None:
    from marshmallow_sqlalchemy import ModelConverter
    from sqlalchemy import Column
    from sqlalchemy.types import UserDefinedType

    class Vector(UserDefinedType):
        cache_ok = True

    ModelConverter().column2field(Column("v", Vector()))


async def _ormar(what: str) -> None:
    with tempfile.TemporaryDirectory(prefix="fresh-h-") as folder:
        await _in_items(what, f"sqlite+aiosqlite:///{folder}/items.db")


async def _in_items(what: str, address: str) -> None:
    import ormar
    import sqlalchemy as sa
    from ormar import DatabaseConnection

    database = DatabaseConnection(address)
    settings = ormar.OrmarConfig(database=database, metadata=sa.MetaData())

    class Item(ormar.Model):
        ormar_config = settings.copy(tablename="items")
        id: int = ormar.Integer(primary_key=True)
        name: str = ormar.String(max_length=20)

    async with database:
        async with database.engine.begin() as link:
            await link.run_sync(settings.metadata.create_all)
        if what == "none":
            await Item.objects.get(id=7)
        elif what == "delete":
            await Item.objects.delete()
        elif what == "update":
            await Item(name="a").update(name="b")
        elif what == "twice":
            await Item.objects.create(id=1, name="a")
            await Item.objects.create(id=1, name="b")
        else:
            await Item.objects.filter(colour="red").all()


@case("ormar", "validation", **NOT_FOUND)
async def fresh_h_no_match() -> None:
    await _ormar("none")


@case("ormar", "system", **BUG)
async def fresh_h_delete_of_everything() -> None:
    await _ormar("delete")


@case("ormar", "system", **BUG)
async def fresh_h_update_of_unsaved() -> None:
    await _ormar("update")


@case("ormar", "data_integrity", **DUPLICATE)
async def fresh_h_primary_key_taken() -> None:
    await _ormar("twice")


@case("postgrest", "business_logic", transient=False, status=(409, 422), severity="low", note="a function that refuses")
def fresh_h_postgrest_function_raises() -> None:
    with _pg(400, "P0001", "seat 14C is taken already") as base:
        _postgrest(base)


@case("postgrest", "concurrency", transient=True, status=503, severity="medium")
def fresh_h_postgrest_serialization_failure() -> None:
    with _pg(500, "40001", "could not serialize access due to concurrent update") as base:
        _postgrest(base)


@case("postgrest", "concurrency", transient=True, status=503, severity="medium")
def fresh_h_postgrest_lock_not_available() -> None:
    with _pg(500, "55P03", 'could not obtain lock on row in relation "orders"') as base:
        _postgrest(base)


@case("postgrest", "resource", transient=True, status=503, severity="medium")
def fresh_h_postgrest_too_many_connections() -> None:
    with _pg(503, "53300", "sorry, too many clients already") as base:
        _postgrest(base)


@case("postgrest", "resource", transient=False, status=503, severity="critical")
def fresh_h_postgrest_disk_full() -> None:
    with _pg(503, "53100", "could not extend file: No space left on device") as base:
        _postgrest(base)


@case(
    "emcache",
    "resource",
    transient=False,
    status=(413, 503),
    severity="medium",
    note="one object is larger than it takes",
)
async def fresh_h_object_too_large() -> None:
    with talking(*[b"SERVER_ERROR object too large for cache\r\n"] * 3, read_first=True) as address:
        await _emcache(address)
