"""A real Redis for tests: the one that is there, or one of their own that can be stopped and killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
import redis

__all__ = ["PrivateRedis", "private_redis", "redis_url", "service"]


def redis_url() -> str:
    """Where a Redis is; the test is skipped if none is there."""
    url = os.environ.get("FAILSOFT_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
            client.ping()
    except redis.RedisError as error:
        _missing(f"no Redis answers ({type(error).__name__}); FAILSOFT_TEST_REDIS_URL names one")
    return url


@contextmanager
def service() -> Iterator[str]:
    """A name that no other test uses. What is kept under it is removed afterwards."""
    name = f"test-{uuid4().hex}"
    yield name
    with redis.Redis.from_url(redis_url()) as client:
        for key in client.scan_iter(f"failsoft:{{{name}/*", count=1000):
            client.delete(key)


def _missing(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)


class PrivateRedis:
    """A server of one test, on a free port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        options = ["--port", f"{self.port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        command = ["redis-server", *options, "--dir", str(self._folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(500):
            try:
                with redis.Redis.from_url(self.url, socket_timeout=5) as client:
                    client.ping()
                return
            except redis.RedisError:
                time.sleep(0.02)
        raise AssertionError("the server does not start")

    def pause(self) -> None:
        """It accepts connections and answers nothing."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """It is not there any more; what it knew is lost."""
        self._send(signal.SIGKILL)
        if self._process is not None:
            self._process.wait()

    def _send(self, number: int) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)


@contextmanager
def private_redis(folder: Path) -> Iterator[PrivateRedis]:
    """A server of one's own; the test is skipped if it cannot be started."""
    if shutil.which("redis-server") is None:
        _missing("there is no redis-server")
    server = PrivateRedis(folder)
    try:
        yield server
    finally:
        server.resume()
        server.kill()
