"""What something in this process has refused, by the real libraries: it says nothing of the peer."""

from __future__ import annotations

import asyncio
import errno
import os
import queue
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from failsoft import Failsoft, Failure, RetryExhaustedError


def failure_of(throw: Callable[[], Any]) -> Failure:
    try:
        throw()
    except Exception as exc:
        return Failsoft().classify(exc)
    raise AssertionError("nothing was raised")


class Silent(socketserver.BaseRequestHandler):
    """Answers with a body that never ends."""

    def handle(self) -> None:
        self.request.recv(65536)
        self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nbegun")
        self.request.recv(1)


@pytest.fixture
def server() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Silent) as listening:
        listening.daemon_threads = True
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_address[1]}/"
        listening.shutdown()


def test_a_pool_of_httpx(server: str) -> None:
    import httpx

    one, patience = httpx.Limits(max_connections=1), httpx.Timeout(30, pool=0.01)
    with httpx.Client(limits=one, timeout=patience) as client, client.stream("GET", server):
        failure = failure_of(lambda: client.get(server))
    assert (failure.type, failure.local, failure.not_sent) == ("httpx.PoolTimeout", True, True)


def test_a_pool_of_urllib3(server: str) -> None:
    import urllib3

    with urllib3.PoolManager(maxsize=1, block=True, retries=False) as pools:
        held = pools.request("GET", server, preload_content=False)
        failure = failure_of(lambda: pools.request("GET", server, pool_timeout=0.01))
        held.close()
    assert (failure.type, failure.local) == ("urllib3.exceptions.EmptyPoolError", True)


def test_a_pool_of_sqlalchemy() -> None:
    import sqlalchemy
    from sqlalchemy.pool import QueuePool

    engine = sqlalchemy.create_engine("sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with engine.connect():
        failure = failure_of(engine.connect)
    engine.dispose()
    assert (failure.type, failure.local) == ("sqlalchemy.exc.TimeoutError", True)


def redis_at_hand() -> Any:
    redis = pytest.importorskip("redis", reason="redis is not installed")
    url = os.environ.get("FAILSOFT_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
    try:
        redis.Redis.from_url(url, socket_connect_timeout=1).ping()
    except redis.exceptions.ConnectionError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no Redis answers at {url.rpartition('@')[2]}")
    return redis, url


@pytest.mark.parametrize("blocking", [False, True])
def test_a_pool_of_redis(blocking: bool) -> None:
    redis, url = redis_at_hand()
    kind = redis.BlockingConnectionPool if blocking else redis.ConnectionPool
    pool = kind.from_url(url, max_connections=1, **({"timeout": 0.01} if blocking else {}))
    held = pool.get_connection()
    failure = failure_of(lambda: redis.Redis(connection_pool=pool).ping())
    pool.release(held)
    pool.disconnect()
    assert failure.local


def test_a_redis_that_takes_no_more_clients_has_answered() -> None:
    redis = pytest.importorskip("redis", reason="redis is not installed")

    def refuse() -> None:
        raise redis.exceptions.ConnectionError("max number of clients reached")

    failure = failure_of(refuse)
    assert (failure.category, failure.local) == ("resource", False)


def test_a_pool_of_psycopg_that_connects_in_the_background_proves_nothing() -> None:
    psycopg_pool = pytest.importorskip("psycopg_pool", reason="psycopg_pool is not installed")
    with socket.socket() as closed:
        # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with psycopg_pool.ConnectionPool(f"host=127.0.0.1 port={port}", min_size=0, max_size=1) as pool:
            failure = failure_of(lambda: pool.getconn(timeout=0.05))
    assert (failure.type, failure.local, failure.not_sent) == ("psycopg_pool.PoolTimeout", False, True)


def _full() -> None:
    full: queue.Queue[int] = queue.Queue(maxsize=1)
    full.put_nowait(1)
    full.put_nowait(2)


def _full_of_asyncio() -> None:
    full: asyncio.Queue[int] = asyncio.Queue(maxsize=1)
    full.put_nowait(1)
    full.put_nowait(2)


def _raise(error: Exception) -> Callable[[], None]:
    def throw() -> None:
        raise error

    return throw


@pytest.mark.parametrize(
    "throw",
    [
        _full,
        _full_of_asyncio,
        _raise(RuntimeError("can't start new thread")),
        _raise(OSError(errno.EMFILE, "Too many open files")),
    ],
)
def test_queues_threads_and_handles(throw: Callable[[], None]) -> None:
    failure = failure_of(throw)
    assert (failure.category, failure.local) == ("resource", True)


def test_what_wraps_it_says_so_too_unless_there_were_several_attempts() -> None:
    full = queue.Full()

    class StoreError(Exception):
        pass

    def wrapped(outer: Exception) -> Callable[[], None]:
        def throw() -> None:
            raise outer from full

        return throw

    assert failure_of(wrapped(RuntimeError("x"))).local
    assert not failure_of(wrapped(RetryExhaustedError("3 attempts failed", last=full))).local
    assert failure_of(_raise(ExceptionGroup("x", [queue.Full(), queue.Full()]))).local
    assert not failure_of(_raise(ExceptionGroup("x", [queue.Full(), ConnectionResetError()]))).local


@pytest.mark.parametrize(
    "error", [ConnectionRefusedError(111, "refused"), TimeoutError(), BlockingIOError(), OSError(28, "x")]
)
def test_the_link_and_the_peer_are_not_local(error: Exception) -> None:
    assert not failure_of(_raise(error)).local
