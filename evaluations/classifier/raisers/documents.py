"""Document, search, graph and time series stores: against nobody, and against peers that speak their protocols."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable
from typing import Any

import bson
import cassandra.cluster
import clickhouse_connect
import elasticsearch
import influxdb_client
import meilisearch
import mongoengine
import motor.motor_asyncio
import neo4j
import opensearchpy
import pymongo
import pymongo.errors
import qdrant_client
import typesense

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import HOST, base_url, closed_port, listening, saying, untrusted_url
from evaluations.classifier.raisers._sql import (
    away,
    bug,
    constraint,
    contention,
    not_now,
    refused_us,
    settings,
    silent,
    slow,
    value,
)

nonsense: dict[str, Any] = {
    "category": "external_service",
    "transient": False,
    "status": (502, 503),
    "severity": "medium",
}
throttled: dict[str, Any] = {"category": "resource", "transient": True, "status": 503, "severity": "medium"}
edited: dict[str, Any] = {"category": "concurrency", "transient": False, "status": 409, "severity": "low"}
later: dict[str, Any] = {**nonsense, "transient": True}
STATUSES: dict[int, dict[str, Any]] = {
    400: nonsense,
    401: refused_us,
    403: refused_us,
    404: nonsense,
    429: throttled,
    500: nonsense,
    503: later,
    504: {**later, "status": (502, 503, 504)},
}


# --- MongoDB ----------------------------------------------------------------------------------------------------------
def _mongo_says(answer: dict[str, Any]) -> Callable[[Any], None]:
    """A primary that answers every command but the greeting in one way (the wire protocol, OP_MSG)."""
    hello = {
        "ok": 1.0,
        "ismaster": True,
        "helloOk": True,
        "isWritablePrimary": True,
        "maxBsonObjectSize": 16_777_216,
        "maxMessageSizeBytes": 48_000_000,
        "maxWriteBatchSize": 100_000,
        "minWireVersion": 0,
        "maxWireVersion": 21,
    }

    def talk(connection: Any) -> None:
        connection.settimeout(3)
        with contextlib.suppress(OSError, struct.error):
            while True:
                length, request, _, code = struct.unpack("<iiii", connection.recv(16, 256))
                body = connection.recv(length - 16, 256)
                if code == 2013:
                    greeting = b"hello\x00" in body[:40] or b"ismaster" in body[:60].lower()
                    said = b"\0\0\0\0\0" + bson.encode(hello if greeting else answer)
                    connection.sendall(struct.pack("<iiii", 16 + len(said), 1, request, 2013) + said)
                else:
                    said = struct.pack("<iqii", 8, 0, 0, 1) + bson.encode(hello)
                    connection.sendall(struct.pack("<iiii", 16 + len(said), 1, request, 1) + said)

    return talk


def _insert(collection: Any) -> None:
    collection.insert_one({"_id": 1})


def _find(collection: Any) -> None:
    collection.find_one({"a": 1})


def _bulk(collection: Any) -> None:
    collection.insert_many([{"_id": 1}, {"_id": 2}])


def _error(code: int, name: str, **more: Any) -> dict[str, Any]:
    return {"ok": 0.0, "code": code, "codeName": name, "errmsg": f"it says {name}", **more}


_DUPLICATE = {
    "ok": 1.0,
    "n": 0,
    "writeErrors": [
        {"index": 0, "code": 11000, "errmsg": "E11000 duplicate key error collection: shop.a index: _id_ dup key: {}"}
    ],
}
_MONGO: dict[str, tuple[dict[str, Any], dict[str, Any], Callable[[Any], None]]] = {
    "duplicate": (constraint, _DUPLICATE, _insert),
    "duplicate_in_bulk": (constraint, _DUPLICATE, _bulk),
    "rejected_by_schema": (
        {**value, "status": (400, 409, 422)},
        {
            "ok": 1.0,
            "n": 0,
            "writeErrors": [{"index": 0, "code": 121, "errmsg": "Document failed validation"}],
        },
        _insert,
    ),
    "unauthorized": (refused_us, _error(13, "Unauthorized"), _find),
    "write_conflict": (
        contention,
        _error(112, "WriteConflict", errorLabels=["TransientTransactionError"]),
        _find,
    ),
    "lock_timeout": (contention, _error(24, "LockTimeout"), _find),
    "time_limit": (slow, _error(50, "MaxTimeMSExpired"), _find),
    "not_primary": (not_now, _error(10107, "NotWritablePrimary"), _insert),
    "shutting_down": (not_now, _error(91, "ShutdownInProgress"), _insert),
    "bad_query": (bug, _error(2, "BadValue"), _find),
    "unknown_operator": (bug, _error(9, "FailedToParse"), _find),
    "no_such_command": (bug, _error(59, "CommandNotFound"), _find),
    "no_collection": (settings, _error(26, "NamespaceNotFound"), _find),
    "internal": (nonsense, _error(1, "InternalError"), _find),
    "disk_full": (
        {"category": "resource", "transient": False, "status": (500, 503), "severity": "critical"},
        _error(14031, "OutOfDiskSpace"),
        _find,
    ),
    "cursor_gone": (nonsense, _error(43, "CursorNotFound"), _find),
}


def _mongo(name: str, label: dict[str, Any], answer: dict[str, Any], act: Callable[[Any], None]) -> None:
    def raiser() -> None:
        with listening(_mongo_says(answer)) as port:
            client: Any = pymongo.MongoClient(
                HOST, port, directConnection=True, serverSelectionTimeoutMS=900, retryWrites=False, retryReads=False
            )
            with client:
                act(client.shop.a)

    raiser.__name__ = name
    case("pymongo", **label)(raiser)


for _name, (_label, _answer, _act) in _MONGO.items():
    _mongo(_name, _label, _answer, _act)


@case("pymongo", **away)
def mongo_refused() -> None:
    with pymongo.MongoClient(HOST, closed_port(), serverSelectionTimeoutMS=100) as client:
        client.shop.a.find_one()


@case("pymongo", **away)
def mongo_unknown_host() -> None:
    with pymongo.MongoClient("db.invalid", serverSelectionTimeoutMS=100) as client:
        client.shop.a.find_one()


@case("motor", **away)
async def motor_refused() -> None:
    client = motor.motor_asyncio.AsyncIOMotorClient(HOST, closed_port(), serverSelectionTimeoutMS=100)
    try:
        await client.shop.a.find_one()
    finally:
        client.close()


@case("motor", **constraint)
async def motor_duplicate() -> None:
    with listening(_mongo_says(_DUPLICATE)) as port:
        client = motor.motor_asyncio.AsyncIOMotorClient(HOST, port, directConnection=True, retryWrites=False)
        try:
            await client.shop.a.insert_one({"_id": 1})
        finally:
            client.close()


@case("pymongo", **settings)
def mongo_bad_url() -> None:
    pymongo.MongoClient("mongo//localhost")


@case("pymongo", **settings)
def mongo_bad_option() -> None:
    pymongo.MongoClient("mongodb://localhost/?replicaSet=", readPreference="nearby")


@case("pymongo", **bug)
def mongo_cannot_encode() -> None:
    bson.encode({"a": object()})


@case("pymongo", "data_integrity", transient=False, status=500, severity="high")
def mongo_cannot_decode() -> None:
    bson.decode(b"\x20\x00\x00\x00 not BSON at all \x00")


@case("pymongo", "validation", transient=False, status=(400, 404), severity="low", note="a parser of its own format")
def mongo_object_id() -> None:
    bson.ObjectId("not an id")


@case("pymongo", **bug)
def mongo_closed() -> None:
    client: Any = pymongo.MongoClient(HOST, closed_port(), serverSelectionTimeoutMS=100)
    client.close()
    client.shop.a.find_one()


@case("pymongo", **bug)
def mongo_empty_bulk() -> None:
    with pymongo.MongoClient(HOST, closed_port(), serverSelectionTimeoutMS=100) as client:
        client.shop.a.bulk_write([])


class _Page(mongoengine.Document):  # type: ignore[misc]
    title = mongoengine.StringField(required=True, unique=True, max_length=9)


def _mongoengine(answer: dict[str, Any], act: Callable[[Any], None]) -> None:
    with listening(_mongo_says(answer)) as port:
        mongoengine.connect("shop", host=HOST, port=port, directConnection=True, retryWrites=False)
        try:
            act(_Page)
        finally:
            mongoengine.disconnect()


@case("mongoengine", "validation", transient=False, status=(400, 422), severity="low")
def field_missing() -> None:
    _mongoengine({"ok": 1.0, "n": 1}, lambda page: page().save())


@case("mongoengine", "validation", transient=False, status=404, severity="info")
def does_not_exist() -> None:
    empty = {"ok": 1.0, "cursor": {"id": 0, "ns": "shop._page", "firstBatch": []}}
    _mongoengine(empty, lambda page: page.objects.get(title="a"))


@case("mongoengine", **constraint)
def not_unique() -> None:
    _mongoengine(_DUPLICATE, lambda page: page(title="a").save(force_insert=True))


@case("mongoengine", **bug)
def no_such_field() -> None:
    _mongoengine({"ok": 1.0}, lambda page: page(nickname="a"))


@case("mongoengine", **settings)
def not_connected() -> None:
    list(_Page.objects)


@case("beanie", **settings)
async def beanie_not_initialised() -> None:
    import beanie

    class Page(beanie.Document):
        title: str

    await Page.find_one()


# --- search -----------------------------------------------------------------------------------------------------------
def _elasticsearch(url: str) -> None:
    with elasticsearch.Elasticsearch(url, request_timeout=0.2, max_retries=0, verify_certs=True) as client:
        client.search(index="a")


def _opensearch(url: str) -> None:
    scheme, _, rest = url.partition("://")
    place, _, prefix = rest.partition("/")
    host, _, port = place.partition(":")
    client = opensearchpy.OpenSearch(
        hosts=[{"host": host, "port": int(port), "url_prefix": prefix}],
        use_ssl=scheme == "https",
        timeout=0.2,
        max_retries=0,
    )
    try:
        client.search(index="a")
    finally:
        client.close()


def _influx(url: str) -> None:
    with influxdb_client.InfluxDBClient(url, "token", org="a", timeout=200, retries=0) as client:
        client.query_api().query("from(bucket: 1)")


def _qdrant(url: str) -> None:
    client = qdrant_client.QdrantClient(url=url.rstrip("/"), timeout=1, check_compatibility=False)
    try:
        client.get_collection("a")
    finally:
        client.close()


def _meilisearch(url: str) -> None:
    meilisearch.Client(url, "key", timeout=1).index("a").search("b")


def _typesense(url: str) -> None:
    place, _, prefix = url.partition("://")[2].partition("/")
    host, _, port = place.partition(":")
    client = typesense.Client(
        {
            "api_key": "key",
            "nodes": [{"host": host, "port": port, "protocol": "http", "path": f"/{prefix}"}],
            "connection_timeout_seconds": 0.2,
            "num_retries": 0,
        }
    )
    client.collections["a"].retrieve()


def _by_http(library: str, fetch: Callable[[str], None], *, tls: bool = False) -> None:
    def define(name: str, label: dict[str, Any], url: Callable[[], str]) -> None:
        def raiser() -> None:
            fetch(url())

        raiser.__name__ = name
        case(library, **label)(raiser)

    define("refused", {**away, "severity": away["severity"]}, lambda: f"http://{HOST}:{closed_port()}")
    define("silent", silent, lambda: base_url() + "/slow")
    define("cut", {**away}, lambda: base_url() + "/cut")
    if tls:
        define("untrusted", {**away, "transient": False}, untrusted_url)
    for status, label in STATUSES.items():
        define(f"status_{status}", label, lambda status=status: f"{base_url()}/status/{status}")  # type: ignore[misc]


_by_http("elasticsearch", _elasticsearch, tls=True)
_by_http("opensearch-py", _opensearch, tls=True)
_by_http("influxdb-client", _influx)
_by_http("qdrant-client", _qdrant)
_by_http("meilisearch", _meilisearch)
_by_http("typesense", _typesense)


@case("elasticsearch", **edited, note="a version of a document that somebody changed meanwhile")
def version_conflict() -> None:
    with elasticsearch.Elasticsearch(base_url() + "/status/409", max_retries=0) as client:
        client.index(index="a", id="1", document={}, if_seq_no=1, if_primary_term=1)


@case("elasticsearch", **bug)
def cannot_serialize() -> None:
    with elasticsearch.Elasticsearch(base_url(), max_retries=0) as client:
        client.index(index="a", document={"a": object()})


@case("elasticsearch", **settings)
def no_hosts() -> None:
    elasticsearch.Elasticsearch()


# --- others -----------------------------------------------------------------------------------------------------------
def _clickhouse(code: int, text: str, status: int = 500) -> None:
    body = f"Code: {code}. DB::Exception: {text} (version 24.8.1.1)".encode()
    page = (
        b"HTTP/1.1 %d Because\r\nX-ClickHouse-Exception-Code: %d\r\nContent-Length: %d\r\n" % (status, code, len(body))
        + b"Connection: close\r\n\r\n"
        + body
    )
    with listening(saying(page)) as port:
        clickhouse_connect.get_client(host=HOST, port=port, connect_timeout=1)


@case("clickhouse-connect", **away)
def clickhouse_refused() -> None:
    clickhouse_connect.get_client(host=HOST, port=closed_port())


@case("clickhouse-connect", **refused_us)
def clickhouse_wrong_password() -> None:
    _clickhouse(516, "default: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)", 403)


@case("clickhouse-connect", **settings)
def clickhouse_no_table() -> None:
    _clickhouse(60, "Table shop.is_not_there does not exist. (UNKNOWN_TABLE)", 404)


@case("clickhouse-connect", **bug)
def clickhouse_syntax() -> None:
    _clickhouse(62, "Syntax error: failed at position 1. (SYNTAX_ERROR)", 400)


@case("cassandra-driver", **away)
def cassandra_refused() -> None:
    cluster = cassandra.cluster.Cluster([HOST], port=closed_port(), connect_timeout=0.2)
    try:
        cluster.connect()
    finally:
        cluster.shutdown()


@case("cassandra-driver", **away)
def cassandra_unknown_host() -> None:
    cassandra.cluster.Cluster(["db.invalid"]).connect()


@case("neo4j", **away)
def neo4j_refused() -> None:
    with neo4j.GraphDatabase.driver(f"bolt://{HOST}:{closed_port()}", auth=("a", "b")) as driver:
        driver.verify_connectivity()


@case("neo4j", **away)
def neo4j_unknown_host() -> None:
    with neo4j.GraphDatabase.driver("bolt://db.invalid:7687", auth=("a", "b")) as driver:
        driver.verify_connectivity()


@case("neo4j", **nonsense)
def neo4j_is_http() -> None:
    with listening(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        with neo4j.GraphDatabase.driver(f"bolt://{HOST}:{port}", auth=("a", "b")) as driver:
            driver.verify_connectivity()


@case("neo4j", **settings)
def neo4j_bad_url() -> None:
    neo4j.GraphDatabase.driver("gopher://localhost:7474")


@case("neo4j", **bug)
def neo4j_closed() -> None:
    driver = neo4j.GraphDatabase.driver(f"bolt://{HOST}:{closed_port()}")
    driver.close()
    driver.session()
