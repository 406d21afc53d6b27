"""In-process loops: an application is called without a socket, pinned to one core, and CPU time is taken.

One variant to a process, so that nothing that a peer patches is left for the next one. `python -m benchmarks` runs the
variants in interleaved rounds and compares medians.
"""

from __future__ import annotations

import asyncio
import gc
import io
import json
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

__all__ = ["deep", "measure_asgi", "measure_wsgi", "quiet"]

CALLS = int(os.environ.get("BENCH_CALLS", "200"))
REPEATS = int(os.environ.get("BENCH_REPEATS", "7"))
HEADERS = [
    (b"host", b"testserver"),
    (b"user-agent", b"bench/1.0"),
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip"),
    (b"x-request-id", b"5b1f0a52c0a94a1fb3c2b4a2b9d5b7aa"),
]
REQUEST = {"type": "http.request", "body": b"", "more_body": False}


def deep(levels: int) -> None:
    """Raise an unexpected exception so many frames deep."""
    if levels:
        deep(levels - 1)
    else:
        password = "hunter2"  # noqa: F841 - what a careless error tracker would send away
        raise ValueError("boom in depth")


def quiet() -> None:
    """Logs are formatted by nobody: every variant would pay for its own formatter otherwise."""
    import logging

    root = logging.getLogger()
    root.addHandler(logging.NullHandler())
    root.setLevel(logging.WARNING)
    # Python's last resort would write to the standard error
    for name in ("failsoft", "failsoft.errors", "django.request", "flask", "bench"):
        logging.getLogger(name).addHandler(logging.NullHandler())


def _scope(path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"a=1",
        "root_path": "",
        "headers": list(HEADERS),
        "client": ("127.0.0.1", 1234),
        "server": ("testserver", 80),
        "state": {},
    }


def _result(samples: list[float], statuses: Iterable[int]) -> dict[str, Any]:
    return {"samples": samples, "median": statistics.median(samples), "status": sorted(set(statuses))}


def measure_asgi(
    app: Callable[..., Awaitable[None]], paths: dict[str, str], after: Callable[[], None] | None = None
) -> None:
    """Print what each path costs, in microseconds of CPU time per request, as JSON."""

    async def once(path: str, sink: list[Any]) -> None:
        first = True

        async def receive() -> Any:
            nonlocal first
            if first:
                first = False
                return REQUEST
            # a server has nothing more to say while the client waits
            await asyncio.get_running_loop().create_future()

        async def send(message: Any) -> None:
            sink.append(message)

        try:
            await app(_scope(path), receive, send)
        except Exception:
            return

    async def run(path: str) -> dict[str, Any]:
        sink: list[Any] = []
        for _ in range(50):
            await once(path, sink)
        statuses = {message["status"] for message in sink if message["type"] == "http.response.start"}
        samples = []
        for _ in range(REPEATS):
            sink.clear()
            if after is not None:
                after()
            gc.collect()
            begun = time.process_time()
            for _ in range(CALLS):
                await once(path, sink)
            samples.append((time.process_time() - begun) / CALLS * 1e6)
        return _result(samples, statuses)

    print(json.dumps({name: asyncio.run(run(path)) for name, path in paths.items()}))


def _environ(path: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "a=1",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80", "HTTP_HOST": "testserver", "HTTP_USER_AGENT": "bench/1.0",
        "HTTP_ACCEPT": "application/json", "HTTP_X_REQUEST_ID": "5b1f0a52c0a94a1fb3c2b4a2b9d5b7aa",
        "REMOTE_ADDR": "127.0.0.1", "wsgi.input": io.BytesIO(b""), "CONTENT_LENGTH": "", "CONTENT_TYPE": "",
        "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "wsgi.version": (1, 0), "wsgi.multithread": True,
        "wsgi.multiprocess": True, "wsgi.run_once": False, "SERVER_PROTOCOL": "HTTP/1.1",
    }  # fmt: skip


def measure_wsgi(app: Any, paths: dict[str, str], after: Callable[[], None] | None = None) -> None:
    """The same for a WSGI application."""
    statuses: set[int] = set()

    def start_response(status: str, headers: Any, exc_info: Any = None) -> Any:
        statuses.add(int(status[:3]))

    def once(path: str) -> None:
        try:
            body = app(_environ(path), start_response)
            for _ in body:
                pass
            close = getattr(body, "close", None)
            if close is not None:
                close()
        except Exception:
            return

    results = {}
    for name, path in paths.items():
        statuses.clear()
        for _ in range(50):
            once(path)
        samples = []
        for _ in range(REPEATS):
            if after is not None:
                after()
            gc.collect()
            begun = time.process_time()
            for _ in range(CALLS):
                once(path)
            samples.append((time.process_time() - begun) / CALLS * 1e6)
        results[name] = _result(samples, statuses)
    print(json.dumps(results))
