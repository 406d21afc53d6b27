"""redis-py, against a Redis of our own with limits, and links that break."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

import redis
import redis.asyncio
import redis.lock
from redis.backoff import NoBackoff
from redis.retry import Retry

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import fresh, redis_server
from evaluations.classifier.raisers._peers import (
    HOST,
    closed_port,
    hang_up,
    listening,
    reset,
    saying,
    silence,
    tls_port,
)

ONCE: dict[str, Any] = {"retry": Retry(NoBackoff(), 0), "protocol": 2, "lib_name": None, "lib_version": None}
"""No second try, and no greeting before the first command."""


def client(port: int, **more: Any) -> redis.Redis:
    return redis.Redis(host=HOST, port=port, **{**ONCE, **more})


@functools.cache
def own() -> int:
    """A Redis that lives as long as the process."""
    import atexit

    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(redis_server())


@contextlib.contextmanager
def saying_once(text: bytes) -> Iterator[redis.Redis]:
    with listening(saying(text)) as port:
        yield client(port)


@fresh("redis", e.LOST)
def nobody_listens() -> None:
    client(closed_port()).get("session:7")


@fresh("redis", e.LOST)
def name_not_resolved() -> None:
    redis.Redis(host="cache.internal.invalid", **ONCE).get("session:7")


@fresh("redis", e.LOST)
def hung_up() -> None:
    with listening(hang_up) as port:
        client(port).get("session:7")


@fresh("redis", e.LOST)
def reset_by_peer() -> None:
    with listening(reset) as port:
        client(port).get("session:7")


@fresh("redis", e.SILENT)
def read_timeout() -> None:
    with listening(silence) as port:
        client(port, socket_timeout=0.1).get("session:7")


@fresh("redis", e.SILENT)
async def read_timeout_in_async() -> None:
    with listening(silence) as port:
        async with redis.asyncio.Redis(host=HOST, port=port, socket_timeout=0.1, protocol=2) as one:
            await one.get("session:7")


@fresh("redis", e.UNTRUSTED)
def certificate_not_trusted() -> None:
    client(tls_port(), ssl=True).ping()


@fresh("redis", e.REFUSED_US)
def password_required() -> None:
    with redis_server("--requirepass", "none") as port:
        client(port).get("session:7")


@fresh("redis", e.REFUSED_US)
def command_not_permitted() -> None:
    with redis_server() as port:
        client(port).acl_setuser("app", enabled=True, nopass=True, commands=["+get"], keys=["*"])
        client(port, username="app", password="none").flushall()


@fresh("redis", e.THROTTLED)
def too_many_clients() -> None:
    with redis_server("--maxclients", "1") as port:
        one = client(port)
        one.ping()
        client(port).ping()


@fresh("redis", e.Label("resource", False, (500, 503, 507), "critical"), note="keys that expire may make room")
def out_of_memory() -> None:
    with redis_server("--maxmemory", "1", "--maxmemory-policy", "noeviction") as port:
        client(port).set("cart:7", "x" * 1000)


@fresh("redis", e.NOT_NOW, note="a failover that is not over: the address still leads to the old master")
def read_only_replica() -> None:
    with redis_server("--replicaof", f"{HOST} {closed_port()}") as port:
        client(port).set("cart:7", "x")


@fresh("redis", e.NOT_NOW)
def loading() -> None:
    with saying_once(b"-LOADING Redis is loading the dataset in memory\r\n") as one:
        one.get("session:7")


@fresh("redis", e.NOT_NOW)
def cluster_down() -> None:
    with redis_server("--cluster-enabled", "yes") as port:
        client(port).get("session:7")


@fresh("redis", e.Label("system", False, 500, "high"), note="two pieces of our code use one key for two things")
def wrong_type() -> None:
    one = client(own())
    one.set("fresh:list", "text")
    one.lpush("fresh:list", "item")


@fresh("redis", e.BUG)
def object_as_value() -> None:
    client(own()).set("user:7", {"name": "Ann"})


@fresh("redis", e.BUG)
def script_with_an_error() -> None:
    client(own()).eval("return redis.call('nope')", 0)


@fresh("redis", e.BUG)
def cross_of_pipeline_and_error() -> None:
    with client(own()).pipeline() as pipe:
        pipe.set("fresh:name", "Ann")
        pipe.incr("fresh:name")
        pipe.execute()


@fresh("redis", e.CONTENTION)
def watched_key_changed() -> None:
    one, other = client(own()), client(own())
    one.set("fresh:stock", 5)
    with one.pipeline() as pipe:
        pipe.watch("fresh:stock")
        other.decr("fresh:stock")
        pipe.multi()
        pipe.decr("fresh:stock")
        pipe.execute()


@fresh("redis", e.CONTENTION)
def lock_not_acquired() -> None:
    one = client(own())
    with one.lock("fresh:lock", timeout=5), one.lock("fresh:lock", blocking_timeout=0.05):
        pass


@fresh("redis", e.CONTENTION, note="the lock ran out while the work went on")
def lock_no_longer_owned() -> None:
    one = client(own())
    lock = one.lock("fresh:lease", timeout=5)
    lock.acquire()
    one.delete("fresh:lease")
    lock.release()


@fresh("redis", e.THROTTLED)
def pool_exhausted() -> None:
    pool = redis.ConnectionPool(host=HOST, port=own(), max_connections=1)
    held = pool.get_connection()
    try:
        redis.Redis(connection_pool=pool).get("session:7")
    finally:
        pool.release(held)


@fresh("redis", e.THROTTLED)
def blocking_pool_timeout() -> None:
    pool = redis.BlockingConnectionPool(host=HOST, port=own(), max_connections=1, timeout=0.05)
    held = pool.get_connection()
    try:
        redis.Redis(connection_pool=pool).get("session:7")
    finally:
        pool.release(held)


@fresh("redis", e.SETUP)
def url_without_scheme() -> None:
    redis.Redis.from_url("cache.example.test:6379/0")


@fresh("redis", e.SETUP)
def database_out_of_range() -> None:
    client(own(), db=99).get("session:7")


@fresh("redis", e.STATE)
def domain_error_from_script() -> None:
    class OutOfStock(Exception):
        pass

    try:
        client(own()).eval("return redis.error_reply('OUT_OF_STOCK')", 0)
    except redis.ResponseError as fault:
        raise OutOfStock("article 7 is sold out") from fault


@fresh("redis", e.SILENT)
def retries_exhausted() -> None:
    from tenacity import retry, stop_after_attempt, wait_none

    retry(stop=stop_after_attempt(2), wait=wait_none())(read_timeout)()


@fresh("redis", e.LOST)
def group_of_refused() -> None:
    faults: list[Exception] = []
    for _ in range(2):
        try:
            nobody_listens()
        except redis.RedisError as fault:
            faults.append(fault)
    raise ExceptionGroup("warming the cache failed", faults)


@fresh("redis", e.BUG, note="mixed: the bug can be helped least")
def group_of_refused_and_a_bug() -> None:
    faults: list[Exception] = []
    for work in (nobody_listens, object_as_value):
        try:
            work()
        except redis.RedisError as fault:
            faults.append(fault)
    raise ExceptionGroup("warming the cache failed", faults)
