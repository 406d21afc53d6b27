"""Stores, locks and limits: an object database, SQLite by other drivers, Redis by other clients, a broker."""

from __future__ import annotations

import contextlib
import functools
import socketserver
import tempfile
import threading
import uuid
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import aiomcache
import aiosql
import amqpstorm
import apsw
import beaker.cache
import beaker.session
import coredis
import pottery
import redis
import redis_lock
import sherlock
import throttled
import transaction
import yoyo
import ZODB
import ZODB.FileStorage
from persistent.mapping import PersistentMapping
from pypika import Query, Table
from zc.lockfile import LockFile

from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    UNREADABLE,
    Means,
    add,
    free_port,
)

_KEY = f"blind-d-{uuid.uuid4().hex}"
_AWAY = Means("network", True, (502, 503), "high")
_NO_ACCESS = Means("authentication", False, (502, 503), "high")
_TWICE = Means("data_integrity", False, 409, "medium")
_DAMAGED = Means("data_integrity", False, 500, "critical")
_FULL = Means("resource", False, (500, 503), "critical")
_LOST = Means("concurrency", True, (409, 503), "medium")


def _path(name: str) -> Path:
    return Path(tempfile.mkdtemp(prefix="blind-d-")) / name


# --- ZODB -------------------------------------------------------------------------------------------------------------
def _conflict() -> None:
    database = ZODB.DB(None)
    one, other = (database.open(transaction.TransactionManager()) for _ in "ab")
    one.root()["stock"] = 1
    other.root()["stock"] = 2
    one.transaction_manager.commit()
    other.transaction_manager.commit()


def _object_lost() -> Any:
    database = ZODB.DB(None)
    return database.open().get(b"\x00" * 7 + b"\x63")


def _closed() -> Any:
    connection = ZODB.DB(None).open()
    connection.root()["a"] = PersistentMapping()
    transaction.abort()
    connection.close()
    return connection.root()


def _after_a_failure() -> None:
    manager = transaction.TransactionManager()
    database = ZODB.DB(None)
    one = database.open(manager)
    other = database.open(transaction.TransactionManager())
    one.root()["stock"] = 1
    other.root()["stock"] = 2
    other.transaction_manager.commit()
    with contextlib.suppress(Exception):
        manager.commit()
    manager.commit()


def _no_store_file() -> Any:
    path = _path("shop.fs")
    path.write_bytes(b"this is not an object database")
    return ZODB.FileStorage.FileStorage(str(path))


def _doomed() -> None:
    manager = transaction.TransactionManager()
    manager.begin().doom()
    manager.commit()


def _locked_file() -> None:
    path = str(_path("lock"))
    first = LockFile(path)
    try:
        LockFile(path)
    finally:
        first.close()


add("ZODB", "conflict", Means("concurrency", True, (409, 503), "medium"), _conflict)
add("ZODB", "object_lost", UNREADABLE, _object_lost, note="a reference to an object that is not stored")
add("ZODB", "closed", OUR_BUG, _closed)
add("ZODB", "not_a_database", _DAMAGED, _no_store_file)
add("transaction", "after_a_failure", OUR_BUG, _after_a_failure)
add("transaction", "doomed", OUR_BUG, _doomed, note="the code doomed it and commits all the same")
add("zc.lockfile", "taken", CONTENTION, _locked_file)


# --- SQLite by other drivers ------------------------------------------------------------------------------------------
def _apsw(*statements: str, path: str = ":memory:") -> Any:
    connection = apsw.Connection(path)
    for statement in statements:
        connection.execute(statement)


def _busy() -> None:
    path = str(_path("a.sqlite"))
    holder = apsw.Connection(path)
    holder.execute("CREATE TABLE a (b); BEGIN EXCLUSIVE")
    try:
        _apsw("INSERT INTO a VALUES (1)", path=path)
    finally:
        holder.execute("ROLLBACK")


def _garbage() -> Any:
    path = _path("a.sqlite")
    path.write_bytes(b"this is not a database at all" * 99)
    return _apsw("SELECT * FROM a", path=str(path))


add("apsw", "busy", CONTENTION, _busy)
add("apsw", "unique", _TWICE, lambda: _apsw("CREATE TABLE a (b UNIQUE)", "INSERT INTO a VALUES (1), (1)"))
add("apsw", "not_a_database", _DAMAGED, _garbage)
add(
    "apsw",
    "full",
    _FULL,
    lambda: _apsw(
        "PRAGMA max_page_count = 2",
        "CREATE TABLE a (b)",
        "CREATE TABLE c (d)",
        "INSERT INTO a VALUES (zeroblob(99999))",
    ),
)


def _adbc(statement: str, *before: str) -> Any:
    with adbc_driver_sqlite.dbapi.connect() as connection, connection.cursor() as cursor:
        for one in before:
            cursor.execute(one)
        cursor.execute(statement)
        return cursor.fetchall()


add("adbc-driver-sqlite", "no_table", OUR_SETTINGS, lambda: _adbc("SELECT * FROM none"))
add("adbc-driver-sqlite", "unique", _TWICE, lambda: _adbc("INSERT INTO a VALUES (1), (1)", "CREATE TABLE a (b UNIQUE)"))


def _postgres(statement: str, where: str = "postgres@127.0.0.1:5432/test") -> Any:
    with (
        adbc_driver_postgresql.dbapi.connect(f"postgresql://{where}") as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        return cursor.fetchall()


add("adbc-driver-postgresql", "refused", _AWAY, lambda: _postgres("SELECT 1", f"postgres@127.0.0.1:{free_port()}/test"))
add("adbc-driver-postgresql", "no_table", OUR_SETTINGS, lambda: _postgres("SELECT * FROM blind_d_none"))
add(
    "adbc-driver-postgresql",
    "not_a_date",
    Means("data_integrity", False, (400, 409, 422, 500), "medium"),
    lambda: _postgres("SELECT '2026-13-45'::date"),
)
add("adbc-driver-postgresql", "unknown_role", _NO_ACCESS, lambda: _postgres("SELECT 1", "blind_d_none@127.0.0.1/test"))


# --- statements and migrations ----------------------------------------------------------------------------------------
add("PyPika", "joins_nothing", OUR_BUG, lambda: str(Query.from_("a").join(Table("b")).on_field()))
add("aiosql", "folder_missing", OUR_SETTINGS, lambda: aiosql.from_path("/no/such/queries", "sqlite3"))
add(
    "aiosql",
    "query_malformed",
    OUR_SETTINGS,
    lambda: aiosql.from_str("-- name: 9-lives\nSELECT 1", "sqlite3"),
    note="queries are files of the installation",
)
add("aiosql", "driver_unknown", OUR_SETTINGS, lambda: aiosql.from_str("-- name: a\nSELECT 1", "pigeon"))


def _migration(text: str) -> Any:
    folder = _path("migrations")
    folder.mkdir()
    (folder / "0001.first.py").write_text(text)
    backend = yoyo.get_backend(f"sqlite:///{_path('a.sqlite')}")
    with backend.lock():
        backend.apply_migrations(backend.to_apply(yoyo.read_migrations(str(folder))))


def _migrating_elsewhere() -> None:
    url = f"sqlite:///{_path('a.sqlite')}"
    with yoyo.get_backend(url).lock(), yoyo.get_backend(url).lock(timeout=0.1):
        pass


add("yoyo-migrations", "broken", OUR_SETTINGS, lambda: _migration("from yoyo import nonsense"))
add("yoyo-migrations", "driver_unknown", OUR_SETTINGS, lambda: yoyo.get_backend("pigeon://x/y"))
add("yoyo-migrations", "someone_migrates", CONTENTION, _migrating_elsewhere)


# --- caches, sessions -------------------------------------------------------------------------------------------------
add(
    "Beaker",
    "backend_unknown",
    OUR_SETTINGS,
    lambda: beaker.cache.Cache("shop", type="pigeon"),
    note="a TypeError that names a setting",
)
add("Beaker", "folder_missing", OUR_SETTINGS, lambda: beaker.cache.Cache("shop", type="file").get("a"))
add("Beaker", "session_key_missing", OUR_SETTINGS, lambda: beaker.session.CookieSession({}, key="a", validate_key=None))


class _Memcached(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for _line in self.rfile:
            self.wfile.write(self.server.reply)  # type: ignore[attr-defined]


def _memcached(reply: bytes, key: bytes = b"a") -> Any:
    async def run() -> None:
        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Memcached) as server:
            server.daemon_threads, server.block_on_close = True, False
            server.reply = reply  # type: ignore[attr-defined]
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            client = aiomcache.Client("127.0.0.1", server.server_address[1])
            try:
                await client.get(key)
            finally:
                server.shutdown()

    return run


async def _memcached_refused() -> None:
    await aiomcache.Client("127.0.0.1", free_port()).get(b"a")


add("aiomcache", "refused", _AWAY, _memcached_refused)
add("aiomcache", "nonsense", Means("external_service", False, (502, 503), "medium"), _memcached(b"WHAT\r\n"))
add("aiomcache", "key_malformed", OUR_BUG, _memcached(b"END\r\n", b"a key with spaces"))


# --- Redis by other clients -------------------------------------------------------------------------------------------
def _coredis(command: Any, **more: Any) -> Any:
    async def run() -> None:
        async with coredis.Redis(**{"host": "127.0.0.1", "port": 6379, "connect_timeout": 1, **more}) as client:
            await command(client)

    return run


async def _wrong_type(client: Any) -> None:
    await client.set(_KEY, b"a", ex=5)
    await client.lpush(_KEY, [b"b"])


add("coredis", "refused", _AWAY, _coredis(lambda client: client.ping(), port=free_port()))
add(
    "coredis", "wrong_password", _NO_ACCESS, _coredis(lambda client: client.ping(), username="blind-d", password="none")
)
add("coredis", "wrong_type", OUR_BUG, _coredis(_wrong_type))


@functools.cache
def _redis() -> redis.Redis:
    return redis.Redis(host="127.0.0.1", port=6379, socket_timeout=2)


def _lock_lost() -> None:
    lock = redis_lock.Lock(_redis(), f"{_KEY}-lost", expire=5)
    lock.acquire()
    lock.reset()
    lock.release()


def _lock_twice() -> None:
    lock = redis_lock.Lock(_redis(), f"{_KEY}-twice", expire=5)
    with lock:
        lock.acquire()


def _quorum() -> None:
    dead = [redis.Redis(host="127.0.0.1", port=free_port()) for _ in range(2)]
    pottery.Redlock(key=f"{_KEY}-quorum", masters={*dead, _redis()}, raise_on_redis_errors=True).acquire()


def _released() -> None:
    pottery.Redlock(key=f"{_KEY}-released", masters={_redis()}).release()


def _sherlock() -> None:
    options: dict[str, Any] = {"client": _redis(), "timeout": 0.2, "retry_interval": 0.05, "expire": 5}
    with sherlock.RedisLock(f"{_KEY}-sherlock", **options), sherlock.RedisLock(f"{_KEY}-sherlock", **options):
        pass


add("python-redis-lock", "lost", _LOST, _lock_lost)
add("python-redis-lock", "twice", OUR_BUG, _lock_twice)
add("pottery", "no_quorum", _AWAY, _quorum, note="two of three stores refuse; concurrency is defensible")
add(
    "pottery",
    "not_held",
    Means("concurrency", True, (409, 500, 503), "medium"),
    _released,
    note="as a lock that was lost; here nobody held it, so system is defensible",
)
add("sherlock", "taken", CONTENTION, _sherlock)


# --- limits -----------------------------------------------------------------------------------------------------------
def _throttled() -> None:
    limit = throttled.Throttled(key="ada", quota=throttled.per_min(1), timeout=-1)
    with limit, limit:
        pass


def _throttled_store() -> Any:
    store = throttled.RedisStore(f"redis://127.0.0.1:{free_port()}/0")
    return throttled.Throttled(key="ada", store=store).limit()


add("throttled-py", "exceeded", OUR_LIMIT, _throttled)
add("throttled-py", "store_refused", _AWAY, _throttled_store)
add(
    "throttled-py",
    "no_such_limiter",
    OUR_SETTINGS,
    lambda: throttled.Throttled(key="a", using="pigeon").limit(),
    note="system is defensible",
)
add("throttled-py", "key_missing", OUR_BUG, lambda: throttled.Throttled().limit())


# --- a broker by another client ---------------------------------------------------------------------------------------
def _rabbit(act: Any, **more: Any) -> Any:
    def run() -> Any:
        settings = {"hostname": "127.0.0.1", "username": "guest", "password": "guest", "timeout": 2, **more}
        with amqpstorm.Connection(**settings) as connection:
            channel = connection.channel()
            return act(channel)

    return run


def _closed_channel(channel: Any) -> None:
    channel.close()
    channel.basic.publish("a", "b")


add("AMQPStorm", "refused", _AWAY, _rabbit(print, port=free_port()))
add("AMQPStorm", "wrong_password", _NO_ACCESS, _rabbit(print, password="wrong"))
add("AMQPStorm", "no_queue", OUR_SETTINGS, _rabbit(lambda channel: channel.queue.declare("blind-d-no", passive=True)))
add("AMQPStorm", "closed_channel", OUR_BUG, _rabbit(_closed_channel))
