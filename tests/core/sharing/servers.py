"""The stores of the tests: a Redis that is there, and private ones that may be killed, paused and emptied."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

__all__ = ["PrivateRedis", "eventually", "shared_redis"]

CEILING = 60.0
"""Seconds after which a test gives up waiting. Nothing should take so long; a loaded machine may."""


def eventually(condition: Callable[[], object], what: str = "it happens", ceiling: float = CEILING) -> None:
    """Wait until something holds."""
    end = time.monotonic() + ceiling
    while not condition():
        assert time.monotonic() < end, f"waited {ceiling} s until {what}"
        time.sleep(0.02)


def _missing(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def shared_redis() -> str:
    """The URL of a Redis that others use as well."""
    url = os.environ.get("FAILSOFT_TEST_REDIS_URL", "redis://127.0.0.1:6379/0")
    client = redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2)
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        _missing(f"no Redis at {url.rpartition('@')[2]}: {type(error).__name__}")
    finally:
        client.close()
    return url


class PrivateRedis:
    """A redis-server of one's own."""

    def __init__(self, folder: Path, *, password: str | None = None) -> None:
        binary = shutil.which("redis-server")
        if binary is None:
            _missing("no redis-server on the PATH")
            raise AssertionError
        self._binary = binary
        self._folder = folder
        self.password = password
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        secret = f":{self.password}@" if self.password else ""
        return f"redis://{secret}127.0.0.1:{self.port}/0"

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=5)

    def start(self) -> None:
        """Begin with nothing in it."""
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        if self.password:
            arguments += ["--requirepass", self.password]
        self._process = subprocess.Popen(
            [self._binary, *arguments], cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        eventually(self._is_up, "redis-server answers")

    def _is_up(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
        self.kill()
