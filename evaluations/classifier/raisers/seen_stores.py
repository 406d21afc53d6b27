"""Redis, memcached, MongoDB, Elasticsearch, ClickHouse: other answers of these servers than their own modules hold."""

from __future__ import annotations

import contextlib
import functools
import json
import socket
from collections.abc import Callable
from typing import Any

import clickhouse_connect
import clickhouse_driver
import diskcache
import elasticsearch
import elasticsearch.helpers
import lmdb
import motor.motor_asyncio
import opensearchpy
import opensearchpy.helpers
import pymemcache
import pymongo
import pymongo.errors
import redis
import redis.asyncio
import redis.exceptions
import tinydb
import valkey
import valkey.asyncio

from evaluations.classifier.raisers._peers import HOST, closed_port, listening, silence
from evaluations.classifier.raisers._seen import UNREADABLE, put
from evaluations.classifier.raisers._sql import away, bug, constraint, contention, not_now, refused_us, settings, silent
from evaluations.classifier.raisers.scaffold_http import Answer, serving

FAILED: dict[str, Any] = {
    "category": "external_service",
    "transient": False,
    "status": (502, 503),
    "severity": "medium",
}
FULL: dict[str, Any] = {"category": "resource", "transient": False, "status": (500, 503), "severity": "high"}
DISK: dict[str, Any] = {"category": "resource", "transient": False, "status": (500, 503), "severity": "critical"}
THROTTLED: dict[str, Any] = {"category": "resource", "transient": True, "status": 503, "severity": "medium"}


# --- Redis: a peer that says one line to every command ---------------------------------------------------------------
def _line(line: str) -> Callable[[Any], None]:
    def talk(connection: socket.socket) -> None:
        connection.settimeout(2)
        with contextlib.suppress(OSError):
            while data := connection.recv(65_536):
                commands = max(data.count(b"*"), 1)
                for number in range(commands):
                    setup = b"SETINFO" in data or b"HELLO" in data
                    connection.sendall(b"+OK\r\n" if setup and number < commands else f"{line}\r\n".encode())

    return talk


def _redis(line: str, make: Callable[..., Any], call: Callable[[Any], Any]) -> Any:
    with listening(_line(line)) as port, contextlib.closing(make(HOST, port, protocol=2)) as client:
        return call(client)


_make_redis = functools.partial(redis.Redis, retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0))
for _library, _make in (("redis", _make_redis), ("valkey", valkey.Valkey)):
    for _name, _label, _said in (
        ("seen_moved", settings, "-MOVED 3999 127.0.0.1:6381"),
        ("seen_index_missing", settings, "-no such index idx:products"),
        ("seen_misconfigured", DISK, "-MISCONF Errors writing to the AOF file: No space left on device"),
        ("seen_would_overflow", bug, "-ERR increment or decrement would overflow"),
        (
            "seen_subscriber_only",
            bug,
            "-ERR Can't execute 'get': only (P|S)SUBSCRIBE / PING / QUIT are allowed in this context",
        ),
    ):
        put(_library, _name, _label)(lambda said=_said, make=_make: _redis(said, make, lambda client: client.get("a")))


@put("redis", "seen_slots_crossed", bug)
def _() -> None:
    _redis("-CROSSSLOT Keys in request don't hash to the same slot", _make_redis, lambda client: client.mget("a", "b"))


@put("redis", "seen_group_exists", constraint, "a duplicate in the store; external_service is defensible")
def _() -> None:
    _redis(
        "-BUSYGROUP Consumer Group name already exists",
        _make_redis,
        lambda client: client.xgroup_create("s", "g", mkstream=True),
    )


@put("redis", "seen_pipeline_aborted", bug, "EXECABORT after a command that was refused as it was queued")
def _() -> None:
    with redis.Redis() as client, client.pipeline() as pipe:
        pipe.execute_command("INCR")
        pipe.execute()


@put("redis", "seen_list_as_a_hash", bug)
def _() -> None:
    with redis.Redis() as client:
        client.delete("failsoft:seen:list")
        client.rpush("failsoft:seen:list", 1)
        client.expire("failsoft:seen:list", 2)
        client.hset("failsoft:seen:list", "a", 1)


@put("redis", "seen_index_out_of_range", bug)
def _() -> None:
    with redis.Redis() as client:
        client.rpush("failsoft:seen:index", 1)
        client.expire("failsoft:seen:index", 2)
        client.lset("failsoft:seen:index", 99, 1)


@put("redis", "seen_async_timeout", silent)
async def _() -> None:
    client = redis.asyncio.Redis(retry=redis.asyncio.retry.Retry(redis.backoff.NoBackoff(), 0), socket_timeout=5)
    try:
        async with __import__("asyncio").timeout(0.05):
            await client.blpop(["failsoft:seen:nothing"], 3)
    finally:
        await client.aclose()


@put(
    "redis",
    "seen_cached_session_torn",
    UNREADABLE,
    "what the cache holds cannot be read: the domain's exception says so",
)
def _() -> None:
    class CorruptCacheEntry(Exception):
        """Of our own cache."""

    with redis.Redis() as client:
        client.set("failsoft:seen:torn", '{"cart": [1,', ex=2)
        try:
            json.loads(client.get("failsoft:seen:torn"))
        except json.JSONDecodeError as exc:
            raise CorruptCacheEntry("failsoft:seen:torn") from exc


@put("redis", "seen_cluster_async_refused", away)
async def _() -> None:
    client = redis.asyncio.RedisCluster(host=HOST, port=closed_port(), cluster_error_retry_attempts=0)
    try:
        await client.get("a")
    finally:
        await client.aclose()


@put("redis", "seen_scheme_unknown", settings)
def _() -> None:
    redis.ConnectionPool.from_url("redisx://host.test:6379/0")


@put("valkey", "seen_value_not_storable", bug)
async def _() -> None:
    client = valkey.asyncio.Valkey()
    try:
        await client.set("failsoft:seen:x", {"a": 1})
    finally:
        await client.aclose()


# --- memcached, files -------------------------------------------------------------------------------------------------
@put("pymemcache", "seen_out_of_memory", FULL)
def _() -> None:
    with listening(_line("SERVER_ERROR out of memory storing object")) as port:
        pymemcache.Client((HOST, port), timeout=1, connect_timeout=1).set("a", "b", noreply=False)


@put("pymemcache", "seen_value_without_serde", bug)
def _() -> None:
    with listening(_line("STORED")) as port:
        pymemcache.Client((HOST, port), timeout=1, allow_unicode_keys=False, encoding="ascii").set(
            "a", "ü", noreply=False
        )


@put("pymemcache", "seen_pool_refused", away)
def _() -> None:
    pymemcache.PooledClient((HOST, closed_port()), timeout=1).get("a")


@put("lmdb", "seen_invalid", UNREADABLE)
def _() -> None:
    with _folder() as folder:
        with open(f"{folder}/data.mdb", "wb") as file:
            file.write(b"nonsense" * 4_000)
        lmdb.open(folder)


@put("lmdb", "seen_readers_full", THROTTLED)
def _() -> None:
    with _folder() as folder, lmdb.open(folder, max_readers=1) as environment:
        with environment.begin(), contextlib.ExitStack() as stack:
            stack.enter_context(environment.begin())


def _folder() -> Any:
    import tempfile

    return tempfile.TemporaryDirectory()


@put("diskcache", "seen_key_missing", bug, "cache[key] without a default")
def _() -> None:
    with _folder() as folder, diskcache.Cache(folder) as cache:
        cache["absent"]


@put("tinydb", "seen_update_without_query", bug)
def _() -> None:
    with _folder() as folder, tinydb.TinyDB(f"{folder}/a.json") as base:
        base.remove()


# --- MongoDB ----------------------------------------------------------------------------------------------------------
_NOT_MADE = "no MongoDB server is to be had; as the driver makes it of the server's document"


def _mongo(code: int, name: str, text: str, labels: tuple[str, ...] = ()) -> Callable[[], Any]:
    def run() -> None:
        from pymongo.helpers_shared import _check_command_response

        _check_command_response(
            {"ok": 0.0, "code": code, "codeName": name, "errmsg": text, "errorLabels": list(labels)}, None
        )

    return run


for _name, _label, _document in (
    (
        "seen_too_large",
        {
            "category": "validation",
            "transient": False,
            "status": (400, 413, 422, 500),
            "severity": "low",
            "note": "10334; data_integrity is defensible",
        },
        (10334, "BSONObjectTooLarge", "BSONObj size: 16777300 is invalid. Size must be between 0 and 16793600(16MB)"),
    ),
    (
        "seen_no_privilege",
        refused_us,
        (13, "Unauthorized", 'not authorized on shop to execute command { find: "orders" }'),
    ),
    ("seen_password_wrong", refused_us, (18, "AuthenticationFailed", "Authentication failed.")),
    ("seen_step_down", not_now, (189, "PrimarySteppedDown", "Primary stepped down while waiting for replication")),
    (
        "seen_index_options",
        settings,
        (85, "IndexOptionsConflict", "Index with name: a_1 already exists with different options"),
    ),
    (
        "seen_sort_memory",
        FULL,
        (292, "QueryExceededMemoryLimitNoDiskUseAllowed", "Sort exceeded memory limit of 104857600 bytes"),
    ),
    (
        "seen_transaction_gone",
        contention,
        (251, "NoSuchTransaction", "Transaction 3 has been aborted.", ("TransientTransactionError",)),
    ),
):
    put("pymongo", _name, _label, made=_NOT_MADE)(_mongo(*_document))


@put("pymongo", "seen_selection_silent", silent | {"severity": "high"}, "a silent store; 503 is defensible")
def _() -> None:
    with listening(silence) as port:
        client = pymongo.MongoClient(
            HOST, port, serverSelectionTimeoutMS=300, connectTimeoutMS=100, socketTimeoutMS=100
        )
        client.shop.orders.find_one()


@put("pymongo", "seen_document_not_a_mapping", bug)
def _() -> None:
    pymongo.MongoClient(HOST, closed_port(), serverSelectionTimeoutMS=50).shop.orders.insert_one([1])


@put("pymongo", "seen_replace_with_operators", bug)
def _() -> None:
    pymongo.MongoClient(HOST, closed_port(), serverSelectionTimeoutMS=50).shop.orders.replace_one(
        {}, {"$set": {"a": 1}}
    )


@put("motor", "seen_option_unknown", settings)
def _() -> None:
    motor.motor_asyncio.AsyncIOMotorClient(HOST, no_such_option=1)


# --- search -----------------------------------------------------------------------------------------------------------
def _error(kind: str, reason: str, status: int) -> Answer:
    cause = {"type": kind, "reason": reason}
    return Answer(
        status, {"error": {"root_cause": [cause], **cause}, "status": status}, {"X-Elastic-Product": "Elasticsearch"}
    )


def _es(url: str) -> Any:
    return elasticsearch.Elasticsearch(url, max_retries=0, request_timeout=1).index(
        index="a", id="1", document={"a": 1}
    )


def _os(url: str) -> Any:
    return opensearchpy.OpenSearch([url], max_retries=0, timeout=1).index(index="a", id="1", body={"a": 1})


def _asked(call: Callable[[str], Any], answer: Answer) -> Callable[[], Any]:
    def run() -> Any:
        with serving(answer) as url:
            return call(url)

    return run


_BLOCK = "a disk past its watermark: somebody has to make room; forbidden by a block that the server set"
_ES: tuple[tuple[str, dict[str, Any], Answer, str], ...] = (
    (
        "seen_disk_watermark",
        FULL,
        _error(
            "cluster_block_exception",
            "index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];",
            429,
        ),
        _BLOCK,
    ),
    (
        "seen_circuit_breaking",
        THROTTLED,
        _error("circuit_breaking_exception", "[parent] Data too large, data for [<http_request>] would be [1gb]", 429),
        "",
    ),
    (
        "seen_mapping_refused",
        FAILED,
        _error("mapper_parsing_exception", "failed to parse field [a] of type [date]", 400),
        "400 of a peer; data_integrity is defensible",
    ),
    (
        "seen_document_exists",
        {
            "category": "concurrency",
            "transient": True,
            "status": 409,
            "severity": "low",
            "note": "a version conflict; a duplicate (data_integrity) is defensible",
        },
        _error(
            "version_conflict_engine_exception",
            "[1]: version conflict, document already exists (current version [1])",
            409,
        ),
        "",
    ),
    (
        "seen_gateway",
        {**FAILED, "transient": True},
        Answer(502, "<html>Bad Gateway</html>", {"X-Elastic-Product": "Elasticsearch"}, type="text/html"),
        "",
    ),
)
for _name, _label, _answer, _note in _ES:
    put("elasticsearch", _name, _label, _note)(_asked(_es, _answer))
    put("opensearch-py", _name, _label, _note)(_asked(_os, _answer))


def _bulk(status: int, kind: str) -> Answer:
    item = {"index": {"_index": "a", "_id": "1", "status": status, "error": {"type": kind, "reason": "said so"}}}
    return Answer(200, {"took": 1, "errors": True, "items": [item]}, {"X-Elastic-Product": "Elasticsearch"})


_DOCUMENTS = [{"_index": "a", "_id": "1", "_source": {"a": 1}}]
put("elasticsearch", "seen_bulk_refused", FAILED)(
    _asked(
        lambda url: elasticsearch.helpers.bulk(elasticsearch.Elasticsearch(url), _DOCUMENTS),
        _bulk(400, "mapper_parsing_exception"),
    )
)
put(
    "opensearch-py",
    "seen_bulk_queue_full",
    FAILED | {"transient": True, "category": "resource", "status": 503},
    "the items say 429",
)(
    _asked(
        lambda url: opensearchpy.helpers.bulk(opensearchpy.OpenSearch([url]), _DOCUMENTS),
        _bulk(429, "rejected_execution_exception"),
    )
)
put(
    "elasticsearch", "seen_not_elasticsearch", settings, "it answers as another product; external_service is defensible"
)(_asked(_es, Answer(200, {"tagline": "another"})))


# --- ClickHouse -------------------------------------------------------------------------------------------------------
def _clickhouse(url: str) -> Any:
    port = int(url.rpartition(":")[2])
    client = clickhouse_connect.get_client(host=HOST, port=port, username="shop", password="x", send_receive_timeout=1)
    return client.query("SELECT 1")


for _name, _label, _status, _code, _text in (
    ("seen_memory", FULL, 500, 241, "Memory limit (total) exceeded: would use 4.50 GiB. (MEMORY_LIMIT_EXCEEDED)"),
    (
        "seen_too_many_queries",
        THROTTLED,
        503,
        202,
        "Too many simultaneous queries. Maximum: 100. (TOO_MANY_SIMULTANEOUS_QUERIES)",
    ),
    ("seen_read_only", settings, 500, 164, "shop: Cannot execute query in readonly mode. (READONLY)"),
    (
        "seen_quota",
        {**THROTTLED},
        500,
        201,
        "Quota for user `shop` for 3600s has been exceeded: queries = 101/100. (QUOTA_EXCEEDED)",
    ),
):
    put("clickhouse-connect", _name, _label)(
        _asked(
            _clickhouse,
            Answer(
                _status,
                f"Code: {_code}. DB::Exception: {_text}",
                {"X-ClickHouse-Exception-Code": str(_code)},
                type="text/plain",
            ),
        )
    )


@put("clickhouse-driver", "seen_parameters_not_a_mapping", bug)
def _() -> None:
    clickhouse_driver.Client(HOST, port=closed_port()).substitute_params("SELECT %(a)s", [1], None)


@put("clickhouse-driver", "seen_compression_unknown", settings)
def _() -> None:
    clickhouse_driver.Client(HOST, port=closed_port(), compression="zip9")
