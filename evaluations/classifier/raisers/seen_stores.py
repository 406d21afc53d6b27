"""Redis, memcached, MongoDB, Elasticsearch, ClickHouse: other answers of these servers than their own modules hold."""

from __future__ import annotations

import contextlib
import functools
import json
import socket
from collections.abc import Callable
from typing import Any

import diskcache
import lmdb
import motor.motor_asyncio
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
@put("pymemcache", "seen_out_of_memory", FULL | {"severity": "critical"})
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
            "category": "resource",
            "transient": False,
            "status": (400, 413, 422, 500),
            "severity": "medium",
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
