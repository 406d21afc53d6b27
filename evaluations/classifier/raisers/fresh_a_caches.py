"""Stores without SQL: MongoDB, Neo4j, LMDB, Redis, memcached."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import itertools
import os
import tempfile
from typing import Any

import bson
import lmdb
import neo4j
import pymemcache.client.base
import pymemcache.serde
import pymongo
import redis
import redis.asyncio
import valkey

from evaluations.classifier.raisers._fresh_a import LOST, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening, saying
from evaluations.classifier.raisers.scaffold_http import (
    OUR_BUG,
    OUR_SETTINGS,
    UNREADABLE,
)

_COUNT = itertools.count()


# --- documents and graphs ---------------------------------------------------------------------------------------------
_mongo = functools.partial(pymongo.MongoClient, serverSelectionTimeoutMS=100, connect=False)


@fresh("pymongo", "collection_name", OUR_BUG)
def _() -> None:
    _mongo()["shop"]["orders$"]


@fresh("pymongo", "integer_too_large", OUR_BUG, "an OverflowError of the codec")
def _() -> None:
    bson.encode({"views": 2**64})


@fresh("pymongo", "key_not_a_text", OUR_BUG)
def _() -> None:
    bson.encode({17: "a"})


@fresh("pymongo", "hangs_up", LOST)
def _() -> None:
    with listening(hang_up) as port:
        _mongo(HOST, port)["shop"]["orders"].find_one()


@fresh("pymongo", "setting_malformed", OUR_SETTINGS)
def _() -> None:
    _mongo("mongodb://shop:a@b@db.example.test/shop")


@fresh("neo4j", "setting_unknown", OUR_SETTINGS)
def _() -> None:
    neo4j.GraphDatabase.driver(f"bolt://{HOST}:{closed_port()}", max_pool=3)


@fresh("lmdb", "environment_closed", OUR_BUG)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = lmdb.open(folder)
        environment.close()
        environment.begin()


# --- Redis and memcached ----------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _key() -> Any:
    key = f"failsoft-fresh-{os.getpid()}-{next(_COUNT)}"
    try:
        yield key
    finally:
        redis.Redis(HOST).delete(key)


@fresh("redis", "client_of_a_loop_that_ended", OUR_BUG)
def _() -> None:
    client = redis.asyncio.Redis(host=HOST, single_connection_client=True)

    async def ping() -> None:
        await client.ping()

    asyncio.run(ping())
    asyncio.run(ping())


@fresh("redis", "two_kinds_of_expiry", OUR_BUG)
def _() -> None:
    redis.Redis(HOST).set("failsoft-fresh", "a", ex=1, px=1)


@fresh("redis", "expiry_of_zero", OUR_BUG)
def _() -> None:
    redis.Redis(HOST).set("failsoft-fresh", "a", ex=0)


@fresh("redis", "lock_released_unlocked", OUR_BUG, "released without having it; concurrency is defensible")
def _() -> None:
    redis.Redis(HOST).lock("failsoft-fresh-lock").release()


@fresh("redis", "stored_bytes_not_utf8", UNREADABLE, "a value that another writer stored; a bug is defensible")
def _() -> None:
    with _key() as key:
        redis.Redis(HOST).set(key, b"\x80\x04", ex=5)
        redis.Redis(HOST, decode_responses=True).get(key)


@fresh("redis", "session_store_error_from_hang_up", LOST, "the wrapper says little; the link to our own store is why")
def _() -> None:
    class SessionStoreError(Exception):
        """What our own sessions say."""

    with listening(hang_up) as port:
        try:
            redis.Redis(HOST, port, socket_timeout=1, retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0)).get("a")
        except redis.RedisError as exc:
            raise SessionStoreError("session 17") from exc


@fresh("valkey", "lock_extended_without_a_limit", OUR_BUG)
def _() -> None:
    lock = valkey.Valkey(HOST).lock(f"failsoft-fresh-{os.getpid()}")
    lock.acquire()
    try:
        lock.extend(3)
    finally:
        lock.release()


@fresh("valkey", "offset_out_of_range", OUR_BUG)
def _() -> None:
    valkey.Valkey(HOST).setbit("failsoft-fresh", 2**33, 1)


@fresh("pymemcache", "counter_is_no_number", OUR_BUG)
def _() -> None:
    said = b"CLIENT_ERROR cannot increment or decrement non-numeric value\r\n"
    with listening(saying(said)) as port:
        pymemcache.client.base.Client((HOST, port), timeout=1).incr("visits", 1)
