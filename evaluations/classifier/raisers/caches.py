"""Redis, Valkey and memcached: a server of our own, run for the purpose, and peers that speak their protocols."""

from __future__ import annotations

import atexit
import contextlib
import functools
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

import pymemcache
import pymemcache.client.hash
import redis
import redis.asyncio
import redis.backoff
import redis.lock
import redis.retry
import redis.sentinel
import valkey
import valkey.asyncio

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import (
    HOST,
    black_hole,
    closed_port,
    dies_with_us,
    free_port,
    hang_up,
    listening,
    reset,
    saying,
    silence,
)
from evaluations.classifier.raisers._sql import away, bug, contention, full, not_now, refused_us, settings, silent

nonsense: dict[str, Any] = {
    "category": "external_service",
    "transient": False,
    "status": (502, 503),
    "severity": "medium",
}
out_of_memory: dict[str, Any] = {
    "category": "resource",
    "transient": False,
    "status": (500, 503),
    "severity": "critical",
}


_ONCE = redis.retry.Retry(redis.backoff.NoBackoff(), 0)


@functools.cache
def _server(*options: str) -> int:
    """A Redis server of the process, with a guest who may read `open:*` only."""
    port = free_port()
    folder = tempfile.TemporaryDirectory()
    process = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", HOST, "--save", "", "--dir", folder.name, *options],
        stdout=subprocess.DEVNULL,
        preexec_fn=dies_with_us,  # noqa: PLW1509 - it takes no lock
    )
    atexit.register(folder.cleanup)
    atexit.register(process.wait)
    atexit.register(process.terminate)
    for _ in range(200):
        with contextlib.suppress(OSError), socket.create_connection((HOST, port)):
            break
        time.sleep(0.01)
    with contextlib.closing(redis.Redis(HOST, port)) as client:
        client.execute_command("ACL SETUSER guest on >guest ~open:* +get +ping")
    return port


@contextlib.contextmanager
def _client(library: Any, port: int | None = None, **more: Any) -> Iterator[Any]:
    options = {"host": HOST, "port": port or _server(), "socket_timeout": 1, **more}
    if library is redis:
        options.setdefault("retry", _ONCE)
    client = library.Redis(**options) if library is redis else library.Valkey(**options)
    try:
        yield client
    finally:
        client.close()


_SAID: dict[str, tuple[dict[str, Any], bytes]] = {
    "loading": (not_now, b"-LOADING Redis is loading the dataset in memory\r\n"),
    "busy": (not_now, b"-BUSY Redis is busy running a script. You can only call SCRIPT KILL\r\n"),
    "try_again": (not_now, b"-TRYAGAIN Multiple keys request during rehashing of slot\r\n"),
    "cluster_down": (not_now, b"-CLUSTERDOWN The cluster is down\r\n"),
    "too_few_replicas": (not_now, b"-NOREPLICAS Not enough good replicas to write.\r\n"),
    "cannot_save": (
        {"category": "system", "transient": False, "status": (500, 503), "severity": "critical", "note": "doubtful"},
        b"-MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist on disk.\r\n",
    ),
    "not_redis": (nonsense, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
}


def _define(library: Any, name: str, label: dict[str, Any], act: Callable[[Any], Any], **more: Any) -> None:
    def raiser() -> None:
        port = more.get("port")
        options = {**more, "port": port() if callable(port) else port}
        with _client(library, **options) as client:
            act(client)

    raiser.__name__ = name
    case(library.__name__, **label)(raiser)


def _wrong_type(client: Any) -> None:
    client.set("corpus:text", "a")
    client.lpush("corpus:text", "b")


def _not_an_integer(client: Any) -> None:
    client.set("corpus:text", "a")
    client.incr("corpus:text")


def _watched(client: Any) -> None:
    with client.pipeline() as pipe:
        pipe.watch("corpus:watched")
        client.incr("corpus:watched")
        pipe.multi()
        pipe.get("corpus:watched")
        pipe.execute()


def _fill(client: Any) -> None:
    client.config_set("maxmemory", 1)
    try:
        client.set("corpus:big", "x")
    finally:
        client.config_set("maxmemory", 0)


def _crowd(client: Any) -> None:
    client.ping()
    client.config_set("maxclients", 1)
    try:
        with _client(redis if isinstance(client, redis.Redis) else valkey) as other:
            other.ping()
    finally:
        client.config_set("maxclients", 1_000)


def _exec_abort(client: Any) -> None:
    client.execute_command("MULTI")
    with contextlib.suppress(Exception):
        client.execute_command("SET", "a")
    client.execute_command("EXEC")


def _unlock(client: Any) -> None:
    lock = client.lock("corpus:lock", timeout=5)
    lock.acquire()
    client.delete("corpus:lock")
    lock.release()


def _lock_taken(client: Any) -> None:
    client.set("corpus:taken", "somebody", px=500)
    with client.lock("corpus:taken", blocking_timeout=0.05):
        pass


@functools.cache
def _secured() -> int:
    port = _server("--maxclients", "99")
    with contextlib.closing(redis.Redis(HOST, port)) as client:
        client.config_set("requirepass", "corpus")
    return port


@functools.cache
def _reader() -> int:
    return _server("--replicaof", HOST, str(closed_port()))


@functools.cache
def _replica() -> int:
    return _server("--replicaof", HOST, str(closed_port()), "--replica-serve-stale-data", "no")


for _library in (redis, valkey):
    _define(_library, "refused", away, lambda client: client.ping(), port=closed_port)
    _define(_library, "unknown_host", away, lambda client: client.ping(), host="cache.invalid")
    _define(_library, "wrong_type", bug, _wrong_type)
    _define(_library, "not_an_integer", {**bug, "note": "our code put it there"}, _not_an_integer)
    _define(_library, "watched", contention, _watched)
    _define(_library, "no_script", bug, lambda client: client.evalsha("0" * 40, 0))
    _define(_library, "script_fails", bug, lambda client: client.eval("return nil + 1", 0))
    _define(_library, "unknown_command", bug, lambda client: client.execute_command("FLY"))
    _define(_library, "too_few_arguments", bug, lambda client: client.execute_command("SET", "a"))
    _define(_library, "cannot_encode", bug, lambda client: client.set("a", object()))
    _define(_library, "aborted", bug, _exec_abort)
    _define(
        _library,
        "out_of_memory",
        {"category": "resource", "transient": False, "status": (500, 503), "severity": "critical"},
        _fill,
    )
    _define(_library, "too_many_clients", full, _crowd)
    _define(_library, "wrong_password", refused_us, lambda client: client.ping(), username="guest", password="wrong")
    _define(
        _library, "no_permission", refused_us, lambda client: client.set("a", 1), username="guest", password="guest"
    )
    _define(
        _library,
        "no_authentication",
        refused_us,
        lambda client: client.ping(),
        port=_secured,
    )
    _define(
        _library,
        "read_only",
        {**not_now, "note": "a replica after a failover; the client that reconnects finds the new primary"},
        lambda client: client.set("a", 1),
        port=_reader,
    )
    _define(_library, "master_down", not_now, lambda client: client.get("a"), port=_replica)
    _define(_library, "lock_lost", contention, _unlock)
    _define(_library, "lock_taken", contention, _lock_taken)


def _speaking(library: Any, name: str, label: dict[str, Any], talk: Callable[[Any], None]) -> None:
    def raiser() -> None:
        plain = {"protocol": 2, "lib_name": None, "lib_version": None, "socket_timeout": 0.1}
        with listening(talk) as port, _client(library, port, **plain) as client:
            client.get("a")

    raiser.__name__ = name
    case(library.__name__, **label)(raiser)


for _library in (redis, valkey):
    for _name, (_label, _text) in _SAID.items():
        _speaking(_library, _name, _label, saying(_text))
    _speaking(_library, "hangs_up", away, hang_up)
    _speaking(_library, "resets", away, reset)
    _speaking(_library, "silent", silent, silence)


@case("redis", **silent)
def connect_silent() -> None:
    with black_hole() as port, _client(redis, port, socket_connect_timeout=0.1) as client:
        client.ping()


@case("redis", **full)
def pool_exhausted() -> None:
    pool = redis.ConnectionPool(host=HOST, port=_server(), max_connections=1)
    with contextlib.closing(redis.Redis(connection_pool=pool)):
        pool.get_connection()
        try:
            pool.get_connection()
        finally:
            pool.disconnect()


@case("redis", **full)
def blocking_pool_exhausted() -> None:
    pool = redis.BlockingConnectionPool(host=HOST, port=_server(), max_connections=1, timeout=0.05)
    pool.get_connection()
    try:
        pool.get_connection()
    finally:
        pool.disconnect()


@case("redis", **settings)
def bad_url() -> None:
    redis.Redis.from_url("http://localhost")


@case("redis", **away)
def no_sentinel() -> None:
    redis.sentinel.Sentinel(
        [(HOST, closed_port())], sentinel_kwargs={"retry": _ONCE, "socket_timeout": 0.1}
    ).discover_master("shop")


@case("redis", **away)
async def async_refused() -> None:
    async with redis.asyncio.Redis(host=HOST, port=closed_port(), retry=None) as client:
        await client.ping()


@case("redis", **silent)
async def async_silent() -> None:
    with listening(silence) as port:
        async with redis.asyncio.Redis(host=HOST, port=port, socket_timeout=0.1, retry=None) as client:
            await client.get("a")


@case("redis", **away)
async def async_hangs_up() -> None:
    with listening(hang_up) as port:
        async with redis.asyncio.Redis(host=HOST, port=port, retry=None) as client:
            await client.get("a")


@case("valkey", **away)
async def valkey_async_refused() -> None:
    async with valkey.asyncio.Valkey(host=HOST, port=closed_port()) as client:
        await client.ping()


@case("redis", **away)
def cluster_refused() -> None:
    redis.RedisCluster(host=HOST, port=closed_port())


@case("redis", **settings)
def cluster_of_one() -> None:
    redis.RedisCluster(host=HOST, port=_server())


# --- memcached --------------------------------------------------------------------------------------------------------
def _memcached(name: str, label: dict[str, Any], answer: bytes, act: Callable[[Any], Any]) -> None:
    def raiser() -> None:
        with listening(saying(answer)) as port:
            client = pymemcache.Client((HOST, port), timeout=0.3, default_noreply=False)
            try:
                act(client)
            finally:
                client.close()

    raiser.__name__ = name
    case("pymemcache", **label)(raiser)


def _set(client: Any) -> None:
    client.set("a", "b")


_memcached("server_error", out_of_memory, b"SERVER_ERROR out of memory storing object\r\n", _set)
_memcached("client_error", bug, b"CLIENT_ERROR bad data chunk\r\n", _set)
_memcached("unknown_command", bug, b"ERROR\r\n", _set)
_memcached("nonsense", nonsense, b"WHAT\r\n", lambda client: client.get("a"))
_memcached("hangs_up", away, b"", lambda client: client.get("a"))
_memcached("illegal_key", bug, b"", lambda client: client.get("a b"))
_memcached("key_too_long", bug, b"", lambda client: client.get("a" * 300))


@case("pymemcache", **away)
def memcached_refused() -> None:
    pymemcache.Client((HOST, closed_port())).get("a")


@case("pymemcache", **silent)
def memcached_silent() -> None:
    with listening(silence) as port:
        pymemcache.Client((HOST, port), timeout=0.1).get("a")


@case("pymemcache", **away)
def memcached_all_away() -> None:
    pymemcache.client.hash.HashClient([(HOST, closed_port())], retry_attempts=0).get("a")
