"""Clients that ask for failures, and write down each answer that came whole."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import NamedTuple, Self

__all__ = ["Answer", "Load", "quantile"]


class Answer(NamedTuple):
    """An answer that the client has read to its end."""

    at: float
    """When it left the server, monotonic seconds."""
    took: float
    """Seconds since it was asked for."""
    path: str
    status: int
    error_id: str
    worker: int


class Load:
    """Some clients, each with a connection that it keeps as long as the server does.

    A server may close a connection that it has answered on, and a client that is about to use it asks again on another.
    One that breaks before that is counted, and what it was asked is not.

    Parameters:
        paths: asked for in turn.
        pause: seconds between the answer and the next question of a client.
    """

    def __init__(self, port: int, *, clients: int = 8, paths: Sequence[str] = ("/fail",), pause: float = 0.0) -> None:
        self.port = port
        self.broken = 0
        """Requests without a whole answer."""
        self.answers: list[Answer] = []
        self._paths = paths
        self._pause = pause
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=self._ask_on, daemon=True) for _ in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, count: int, timeout: float = 60.0) -> bool:
        """Wait until there are this many more answers."""
        wanted, until = len(self.answers) + count, time.monotonic() + timeout
        while len(self.answers) < wanted and time.monotonic() < until:
            time.sleep(0.01)
        return len(self.answers) >= wanted

    def _ask_on(self) -> None:
        paths = cycle(self._paths)
        while not self._ended.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=90) as connection:
                    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._ask(connection, paths)
            except (OSError, ValueError):
                self.broken += 1
                time.sleep(0.02)

    def _ask(self, connection: socket.socket, paths: Iterator[str]) -> None:
        fresh = True
        while not self._ended.is_set():
            path, begun = next(paths), time.monotonic()
            try:
                connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                first = _some(connection)
            except ConnectionError:
                if fresh:
                    raise
                return
            status, headers = _read(connection, first)
            took, fresh = time.monotonic() - begun, False
            sent, worker = float(headers.get("x-sent", begun)), int(headers.get("x-worker", 0))
            self.answers.append(Answer(sent, took, path, status, headers.get("x-error-id", ""), worker))
            if headers.get("connection") == "close":
                return
            if self._pause:
                self._ended.wait(self._pause)


def _read(connection: socket.socket, data: bytes) -> tuple[int, dict[str, str]]:
    while b"\r\n\r\n" not in data:
        data += _some(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    missing = int(headers["content-length"]) - len(body)
    while missing > 0:
        missing -= len(_some(connection))
    return int(first.split()[1]), headers


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionResetError
    return data


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies; 0 if there are none."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0
