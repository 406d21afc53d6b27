"""Stores, queues, mappers and shares that no other module met: what they say when they cannot."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import asyncpg
import persistqueue
import pugsql
import records
import sqlalchemy as sa
import sqlalchemy_utils
import walrus
import webdav4.client
from cloudpathlib import AnyPath, S3Path
from falkordb import FalkorDB
from odmantic import AIOEngine, Model
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries
from pinotdb import connect as pinot
from pydruid.client import PyDruid
from pydruid.db import connect as druid
from rocksdict import Rdict
from sqlalchemy_utils.types.encrypted.encrypted_type import StringEncryptedType
from swiftclient.client import Connection as Swift
from webdav3.client import Client as Dav3

from evaluations.classifier.raisers._fresh_d import DAMAGED, DUPLICATE, LOST, SETUP, file_of, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    CONTENTION,
    DOWN,
    FAILED,
    INVALID,
    LINK,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    UNREADABLE,
    Answer,
    Means,
    serving,
)

_PG = f"postgresql+psycopg://postgres@{HOST}/test"
_FULL = Means("resource", True, 503, "medium")


# --- records, pugsql, sqlalchemy-utils --------------------------------------------------------------------------------
@fresh("records", "no_address", OUR_SETTINGS)
def _() -> None:
    records.Database()


@fresh("records", "table_missing", SETUP)
def _() -> None:
    records.Database(_PG).query("SELECT * FROM orders_of_nobody")


@fresh("records", "several_where_one_was_due", OUR_BUG, "a query that is not unique; data_integrity is defensible")
def _() -> None:
    records.Database(_PG).query("SELECT generate_series(1, 2) AS id").one()


@fresh("pugsql", "folder_of_queries_missing", OUR_SETTINGS)
def _() -> None:
    pugsql.module("queries_of_nobody")


@fresh("pugsql", "not_connected", OUR_SETTINGS, "connect() was never called; a bug is as defensible")
def _() -> None:
    with file_of("-- :name order_by_id :one\nSELECT :id AS id\n", "orders.sql") as path:
        pugsql.module(str(Path(path).parent)).order_by_id(id=7)


@fresh("pugsql", "query_malformed", OUR_SETTINGS, "a file of the installation; a bug is as defensible")
def _() -> None:
    with file_of("-- :name order by id :one\nSELECT :id AS id\n", "orders.sql") as path:
        pugsql.module(str(Path(path).parent))


def _secret(key: str) -> sa.Table:
    kind = StringEncryptedType(sa.Unicode, key, sqlalchemy_utils.types.encrypted.encrypted_type.FernetEngine)
    return sa.Table("notes", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("text", kind))


@fresh("sqlalchemy-utils", "encrypted_with_another_key", UNREADABLE, "the key may be the wrong one: configuration")
def _() -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        _secret("first").create(connection)
        connection.execute(_secret("first").insert().values(id=1, text="hello"))
        connection.execute(_secret("second").select()).all()


@fresh("sqlalchemy-utils", "phone_number_of_a_client", INVALID)
def _() -> None:
    sqlalchemy_utils.PhoneNumber("not a number", "DE")


@fresh("sqlalchemy-utils", "country_unknown", OUR_BUG, "a ValueError of a value that was not checked; validation too")
def _() -> None:
    sqlalchemy_utils.Country("XX")


# --- persist-queue, pgqueuer ------------------------------------------------------------------------------------------
@fresh("persist-queue", "full", _FULL)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        queue = persistqueue.Queue(folder, maxsize=1)
        queue.put("first")
        queue.put("second", block=False)


@fresh("persist-queue", "item_cut_off", UNREADABLE, "a file of the queue that was cut off")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        queue = persistqueue.Queue(folder)
        queue.put({"order": 7})
        for file in Path(folder).glob("q0*"):
            file.write_bytes(file.read_bytes()[:9])
        persistqueue.Queue(folder).get(block=False)


@fresh("persist-queue", "item_cannot_be_pickled", OUR_BUG)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        persistqueue.SQLiteQueue(folder).put(lambda: 7)


async def _pgqueuer(act: Any, *, install: bool = True) -> None:
    name = "shop_of_jobs"
    server = await asyncpg.connect(host=HOST, user="postgres", database="test", ssl=False)
    await server.execute(f"DROP DATABASE IF EXISTS {name}")
    await server.execute(f"CREATE DATABASE {name}")
    connection = await asyncpg.connect(host=HOST, user="postgres", database=name, ssl=False)
    try:
        queries = Queries(AsyncpgDriver(connection))
        if install:
            await queries.install()
        await act(queries)
    finally:
        await connection.close()
        await server.execute(f"DROP DATABASE {name}")
        await server.close()


@fresh("pgqueuer", "tables_not_installed", SETUP)
async def _() -> None:
    await _pgqueuer(lambda queries: queries.enqueue("mail", b"{}"), install=False)


@fresh("pgqueuer", "job_is_queued_already", DUPLICATE, "a rule of the queue is defensible")
async def _() -> None:
    async def act(queries: Any) -> None:
        for _ in range(2):
            await queries.enqueue("mail", b"{}", dedupe_key="order-7")

    await _pgqueuer(act)


# --- rocksdict, walrus, falkordb, odmantic ----------------------------------------------------------------------------
@fresh("rocksdict", "opened_twice", CONTENTION, "opened by one who has it open; a bug of ours is defensible")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        first = Rdict(folder)
        try:
            Rdict(folder)
        finally:
            first.close()


@fresh("rocksdict", "closed", OUR_BUG)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Rdict(folder)
        store.close()
        store["order"] = 7


@fresh("rocksdict", "manifest_damaged", DAMAGED)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Rdict(folder).close()
        for file in Path(folder).glob("MANIFEST*"):
            file.write_bytes(b"\x00\xff" * 40)
        Rdict(folder)


@fresh("walrus", "limit_of_ours", OUR_LIMIT)
def _() -> None:
    limit = walrus.Database(host=HOST).rate_limit("fresh_d", limit=1, per=60)

    @limit.rate_limited(lambda *_: "visitor")
    def view() -> None:
        """Twice is too often."""

    try:
        view()
        view()
    finally:
        walrus.Database(host=HOST).delete("fresh_d:visitor")


@fresh("walrus", "store_away", LOST)
def _() -> None:
    walrus.Database(host=HOST, port=closed_port()).Hash("cart").update(sku=7)


class _Cart(walrus.Model):
    __database__ = walrus.Database(host=HOST)
    name = walrus.TextField(index=True)


@fresh("walrus", "object_absent", ABSENT, "a KeyError: a bug is defensible")
def _() -> None:
    _Cart.load(987_654_321)


@fresh("falkordb", "module_not_loaded", SETUP, "a Redis without the graph")
def _() -> None:
    FalkorDB(host=HOST).select_graph("shop").query("MATCH (n) RETURN n")


@fresh("falkordb", "store_away", LOST)
def _() -> None:
    FalkorDB(host=HOST, port=closed_port()).select_graph("shop").query("MATCH (n) RETURN n")


class _Order(Model):
    sku: str
    count: int


@fresh("odmantic", "stored_document_lacks_a_field", UNREADABLE)
def _() -> None:
    _Order.model_validate_doc({"_id": "5f85f36d6dfecacc68428a46", "sku": "7"})


@fresh("odmantic", "store_away", LOST, "reported after the time to select a server")
async def _() -> None:
    from motor.motor_asyncio import AsyncIOMotorClient

    client = AsyncIOMotorClient(f"mongodb://{HOST}:{closed_port()}", serverSelectionTimeoutMS=200)
    await AIOEngine(client=client, database="shop").find_one(_Order, _Order.sku == "7")


@fresh("odmantic", "field_of_the_wrong_type", INVALID, "a model filled from a request; a bug is defensible")
def _() -> None:
    _Order(sku="7", count="many")


# --- object stores and shares -----------------------------------------------------------------------------------------
def _dav3(url: str) -> Any:
    return Dav3({"webdav_hostname": url, "webdav_login": "shop", "webdav_password": "not-real", "webdav_timeout": 1})


@fresh("webdavclient3", "resource_absent", FAILED)
def _() -> None:
    with serving(Answer(404)) as url:
        _dav3(url).info("invoices/7.pdf")


@fresh("webdavclient3", "room_ran_out", Means("resource", False, 503, "high"), "507 of a share; critical is defensible")
def _() -> None:
    def script(method: str, _path: str) -> Answer:
        return Answer(507, "no room") if method == "PUT" else Answer(200)

    with serving(script) as url, file_of("invoice") as path:
        _dav3(url).upload_sync("invoice.pdf", path)


@fresh("webdavclient3", "share_away", LINK)
def _() -> None:
    _dav3(f"http://{HOST}:{closed_port()}").list("invoices")


@fresh("webdavclient3", "option_missing", OUR_SETTINGS)
def _() -> None:
    Dav3({"webdav_login": "shop"}).list("invoices")


def _dav4(url: str) -> webdav4.client.Client:
    return webdav4.client.Client(url, auth=("shop", "not-real"), timeout=1)


@fresh("webdav4", "locked", CONTENTION, "423 of a share: somebody else has it open")
def _() -> None:
    with serving(Answer(423)) as url:
        _dav4(url).remove("invoices/7.pdf")


@fresh("webdav4", "refused_us", REFUSED_US)
def _() -> None:
    with serving(Answer(401, headers={"WWW-Authenticate": 'Basic realm="files"'})) as url:
        _dav4(url).remove("invoices/7.pdf")


@fresh("webdav4", "silent", SILENT)
def _() -> None:
    with serving(Answer(how="hang")) as url:
        webdav4.client.Client(url, timeout=0.3, retry=False).remove("invoices/7.pdf")


@fresh("cloudpathlib", "prefix_unknown", OUR_BUG, "an address that our code put together; configuration is defensible")
def _() -> None:
    S3Path("gs://shop/invoices/7.pdf")


@fresh("cloudpathlib", "driver_not_installed", OUR_SETTINGS)
def _() -> None:
    AnyPath("gs://shop/invoices/7.pdf").read_text()


def _swift(url: str, **more: Any) -> Swift:
    return Swift(authurl=f"{url}/auth/v1.0", user="shop", key="not-real", auth_version="1", retries=0, **more)


@fresh("python-swiftclient", "credentials_refused", REFUSED_US)
def _() -> None:
    with serving(Answer(401)) as url:
        _swift(url).get_account()


@fresh("python-swiftclient", "container_absent", SETUP, "what has to be set up beforehand")
def _() -> None:
    def script(_method: str, path: str) -> Answer:
        if path.startswith("/auth"):
            return Answer(200, headers={"X-Storage-Url": f"{url}/v1/shop", "X-Auth-Token": "not-real"})
        return Answer(404, "<html><h1>Not Found</h1></html>", type="text/html")

    with serving(script) as url:
        _swift(url).get_container("invoices")


@fresh("python-swiftclient", "proxy_down", DOWN)
def _() -> None:
    def script(_method: str, path: str) -> Answer:
        if path.startswith("/auth"):
            return Answer(200, headers={"X-Storage-Url": f"{url}/v1/shop", "X-Auth-Token": "not-real"})
        return Answer(503, "<html><h1>Service Unavailable</h1></html>", type="text/html")

    with serving(script) as url:
        _swift(url).put_object("invoices", "7.pdf", b"pdf")


@fresh("python-swiftclient", "project_missing", OUR_SETTINGS)
def _() -> None:
    Swift(auth_version="3", retries=0).get_account()


# --- analytical stores ------------------------------------------------------------------------------------------------
@fresh("pydruid", "table_unknown", SETUP, "a table that has to be set up; a bug in the query is defensible")
def _() -> None:
    answer = {
        "error": "Plan validation failed",
        "errorClass": "org.apache.calcite.tools.ValidationException",
        "errorMessage": "From line 1, column 15: Object 'orders' not found",
    }
    with serving(Answer(400, answer)) as url:
        druid(host=HOST, port=int(url.rpartition(":")[2])).cursor().execute("SELECT * FROM orders")


@fresh("pydruid", "broker_failed", FAILED)
def _() -> None:
    with serving(Answer(500, {"error": "Unknown exception", "errorMessage": "Failed to merge"})) as url:
        PyDruid(url, "druid/v2").timeseries(
            datasource="orders", granularity="day", intervals="2026-01-01/p1d", aggregations={}
        )


@fresh("pydruid", "away", LOST)
def _() -> None:
    druid(host=HOST, port=closed_port()).cursor().execute("SELECT 1")


def _pinot(url: str) -> Any:
    return pinot(host=HOST, port=int(url.rpartition(":")[2]), path="/query/sql", scheme="http").cursor()


@fresh("pinotdb", "query_timed_out", Means("external_service", True, (503, 504), "medium"))
def _() -> None:
    answer = {
        "exceptions": [{"errorCode": 250, "message": "ExecutionTimeoutError: Query timed out after 10000ms"}],
        "numServersQueried": 1,
        "numServersResponded": 0,
        "resultTable": None,
    }
    with serving(Answer(200, answer)) as url:
        _pinot(url).execute("SELECT count(*) FROM orders")


@fresh("pinotdb", "credentials_refused", REFUSED_US)
def _() -> None:
    with serving(Answer(403, "Permission is denied")) as url:
        _pinot(url).execute("SELECT count(*) FROM orders")


@fresh("pinotdb", "cursor_closed", OUR_BUG)
def _() -> None:
    cursor = _pinot("http://127.0.0.1:1")
    cursor.close()
    cursor.execute("SELECT 1")


@fresh("neomodel", "required_property_missing", INVALID, "a node filled from a request; a bug is defensible")
def _() -> None:
    import neomodel

    class Person(neomodel.StructuredNode):
        name = neomodel.StringProperty(required=True)

    Person().save()


@fresh("neomodel", "store_away", LOST)
def _() -> None:
    import neomodel

    neomodel.config.DATABASE_URL = f"bolt://neo4j:not-real@{HOST}:{closed_port()}"
    neomodel.db.cypher_query("MATCH (n) RETURN n")


@fresh("neomodel", "address_malformed", OUR_SETTINGS)
def _() -> None:
    import neomodel

    neomodel.db.set_connection(url=f"bolt://{HOST}:{closed_port()}")


@fresh("neomodel", "value_of_the_wrong_type", INVALID, "a node filled from a request; a bug is defensible")
def _() -> None:
    import neomodel

    class Parcel(neomodel.StructuredNode):
        weight = neomodel.IntegerProperty()

    Parcel(weight="heavy").save()
