"""HTTP/1.1 on asyncio streams: quotes and payments, the faults of the script, and control under `/_`."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import re
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from http.client import responses
from typing import TypeAlias
from urllib.parse import unquote

from example_apps.flaky_upstream.script import HEALTHY, Playback, Script, Step

__all__ = ["MAX_BODY", "MAX_HEAD", "Upstream", "in_thread", "serve"]

MAX_HEAD, MAX_BODY, _MAX_ENTRIES = 16_384, 65_536, 2_000
_START = re.compile(r"([A-Z]+) (/[!-~]*) HTTP/1\.([01])")
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*")
_QUOTE = re.compile(r"/quotes/([A-Za-z0-9.^=-]{1,16})")
_Now: TypeAlias = Callable[[], float]
_Sleep: TypeAlias = Callable[[float], Awaitable[None]]
_Answer: TypeAlias = tuple[int, object]


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    headers: dict[str, str]
    key: str | None
    keep_alive: bool
    body: bytes


class _Reader(asyncio.StreamReader):
    """Tells when the client has left, even while nobody reads."""

    def __init__(self) -> None:
        super().__init__(limit=MAX_HEAD, loop=asyncio.get_running_loop())
        self._gone = asyncio.Event()

    def feed_eof(self) -> None:
        super().feed_eof()
        self._gone.set()

    def set_exception(self, exc: Exception) -> None:
        super().set_exception(exc)
        self._gone.set()

    async def outlasts(self, waiting: Awaitable[object]) -> bool:
        """Wait, but no longer than the client does; False if it has left."""
        tasks = [asyncio.ensure_future(waiting), asyncio.ensure_future(self._gone.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        return not self._gone.is_set()


class Upstream:
    """The service behind one socket; `serve` makes it, and all but its `url` is reached over HTTP."""

    def __init__(self, script: Script, now: _Now, sleep: _Sleep) -> None:
        self.url = ""
        self._playback, self._now, self._sleep = Playback(script), now, sleep
        self._counts: Counter[tuple[str | None, str, str]] = Counter()
        self._payments: dict[tuple[str | None, str | int], int] = {}
        self._numbers = itertools.count(1)
        self._held: dict[asyncio.Event, str | None] = {}
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def connection(self) -> asyncio.StreamReaderProtocol:
        """The protocol of one new connection."""
        reader = _Reader()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._converse(reader, writer))
            self._connections[task] = writer
            task.add_done_callback(self._connections.pop)

        return asyncio.StreamReaderProtocol(reader, connected)

    async def hang_up(self) -> None:
        """End every connection, whatever it is waiting for."""
        for writer in self._connections.values():
            writer.transport.abort()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _converse(self, reader: _Reader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError):
            while await self._exchange(reader, writer):
                await writer.drain()
        writer.close()
        # until its last byte is taken the connection stays known to `hang_up`: its client may never read
        with suppress(OSError):
            await writer.wait_closed()

    async def _exchange(self, reader: _Reader, writer: asyncio.StreamWriter) -> bool:
        """One request and what becomes of it; False if it was the connection's last."""
        request = await _read(reader)
        if not isinstance(request, _Request):
            writer.write(_render(request, HEALTHY, keep_alive=False))
            return False
        step = self._judge(request)
        if step.fault == "reset":
            # with a linger of 0, closing sends RST in place of FIN
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            return False
        if step.fault == "garbage":
            writer.write(b"\x16\x03\x01\x00\xff this is not HTTP\r\n\r\n")
            return False
        if step.fault == "blackout" and not await self._hold(request, reader):
            return False
        answer = self._answer(request) if step.status is None else (step.status, {"error": "failed by script"})
        if step.ms is not None and not await reader.outlasts(self._sleep(step.ms / 1000)):
            return False
        keep_alive = request.keep_alive and step.fault != "truncate"
        head, end, body = _render(answer, step, keep_alive).partition(b"\r\n\r\n")
        writer.write(head + end + (b"" if request.method == "HEAD" else body))
        return keep_alive

    def _judge(self, request: _Request) -> Step:
        if request.path.startswith("/_"):
            return HEALTHY
        step = self._playback.judge(request.path, request.key, self._now())
        self._count(request, "paths", request.path)
        self._count(request, "keys", request.key)
        self._count(request, "faults", None if step.fault == "healthy" else step.fault)
        return step

    def _count(self, request: _Request, kind: str, name: str | None) -> None:
        if name is not None:
            entry = (request.key, kind, name)
            room = entry in self._counts or len(self._counts) < _MAX_ENTRIES
            self._counts[entry if room else (None, kind, "(other)")] += 1

    async def _hold(self, request: _Request, reader: _Reader) -> bool:
        released = asyncio.Event()
        self._held[released] = request.key
        try:
            return await reader.outlasts(released.wait())
        finally:
            del self._held[released]

    def _answer(self, request: _Request) -> _Answer:
        match request.method.replace("HEAD", "GET"), request.path:
            case "GET", "/_health":
                return 200, {"status": "ok"}
            case "GET" | "DELETE", "/_stats":
                return 200, self._stats(request)
            case "PUT", "/_script":
                return self._replace(request)
            case "POST", "/payments":
                return 201, self._pay(request)
            case "GET", path if quote := _QUOTE.fullmatch(path):
                cents = 1_000 + int.from_bytes(hashlib.sha256(quote[1].encode()).digest()[:4]) % 90_000
                return 200, {"symbol": quote[1], "price": f"{cents // 100}.{cents % 100:02}", "currency": "EUR"}
        return 404, {"error": "not found"}

    def _stats(self, request: _Request) -> dict[str, object]:
        kinds: dict[str, Counter[str]] = {kind: Counter() for kind in ("paths", "faults", "keys", "payments")}
        for entry, number in list(self._counts.items()):
            if request.key in {None, entry[0]}:
                kinds[entry[1]][entry[2]] += number
                if request.method == "DELETE":
                    del self._counts[entry]
        held = sum(request.key in {None, key} for key in self._held.values())
        return {"requests": kinds["paths"].total(), "held": held, **kinds}

    def _replace(self, request: _Request) -> _Answer:
        try:
            self._playback.replace(Script.parse(json.loads(request.body)), request.key)
        except (ValueError, RecursionError) as error:
            return 400, {"error": str(error)}
        for released, key in self._held.items():
            if request.key in {None, key}:
                released.set()
        return 200, {"status": "ok"}

    def _pay(self, request: _Request) -> dict[str, object]:
        number = next(self._numbers)
        booked = self._payments.setdefault((request.key, request.headers.get("idempotency-key", number)), number)
        self._count(request, "payments", "booked" if booked == number else "repeated")
        if len(self._payments) > _MAX_ENTRIES:
            del self._payments[next(iter(self._payments))]
        return {"id": f"pay_{booked:06d}", "status": "booked"}


def _render(answer: _Answer, step: Step, keep_alive: bool) -> bytes:
    status, body = answer[0], json.dumps(answer[1]).encode()
    if step.fault == "bad_json":
        status, body = 200, body[: len(body) // 2]
    lines = [f"HTTP/1.1 {status} {responses.get(status, '')}", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(body)}", f"Connection: {'keep-alive' if keep_alive else 'close'}"]
    lines += [] if step.retry_after is None else [f"Retry-After: {step.retry_after}"]
    lines += ['WWW-Authenticate: Bearer realm="upstream"'] if status == 401 else []
    return "\r\n".join([*lines, "", ""]).encode() + (body[: len(body) // 2] if step.fault == "truncate" else body)


async def _read(reader: _Reader) -> _Request | _Answer:
    """The next request, or the answer that refuses it. Raises `EOFError` if the client leaves before its end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip("\r\n")
    except asyncio.LimitOverrunError:
        return 431, {"error": f"the head of a request has at most {MAX_HEAD} bytes"}
    first, *lines = head.split("\r\n")
    start, fields = _START.fullmatch(first), [_HEADER.fullmatch(line) for line in lines]
    headers = {field[1].lower(): field[2] for field in fields if field}
    length, key = headers.get("content-length", "0"), headers.get("x-test-key")
    if start is None or None in fields or not re.fullmatch("[0-9]{1,12}", length):
        return 400, {"error": "malformed request"}
    if "transfer-encoding" in headers:
        return 411, {"error": "a body needs a Content-Length"}
    # what is refused is read first: closing with unread bytes would reset the answer away
    body = await reader.readexactly(min(int(length), 16 * MAX_BODY))
    if int(length) > MAX_BODY:
        return 413, {"error": f"a body has at most {MAX_BODY} bytes"}
    keep_alive = start[3] == "1" and "close" not in headers.get("connection", "").lower()
    return _Request(start[1], unquote(start[2].partition("?")[0]), headers, key, keep_alive, body)


@asynccontextmanager
async def serve(
    script: Script | None = None, *, port: int = 0, now: _Now | None = None, sleep: _Sleep = asyncio.sleep
) -> AsyncIterator[Upstream]:
    """Serve on the loopback interface for the length of an `async with` block; port 0 takes a free one.

    `now` (seconds that never go back; default: the loop's time) measures `seconds` steps, `sleep` makes the latency.
    Raises `OSError` if the port is taken.
    """
    upstream = Upstream(script or Script(), now or asyncio.get_running_loop().time, sleep)
    # with the usual backlog of 100 a larger burst of clients waits a second that no script asked for
    server = await asyncio.get_running_loop().create_server(upstream.connection, "127.0.0.1", port, backlog=2_048)
    upstream.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield upstream
    finally:
        server.close()
        await upstream.hang_up()
        await server.wait_closed()


@contextmanager
def in_thread(serving: AbstractAsyncContextManager[Upstream]) -> Iterator[Upstream]:
    """Run what `serve` returned on an event loop in another thread, for the length of a `with` block."""
    ready: Future[tuple[Upstream, Callable[[], object]]] = Future()

    async def run() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        async with serving as upstream:
            ready.set_result((upstream, lambda: loop.call_soon_threadsafe(stop.set)))
            await stop.wait()

    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(asyncio.run, run())
        ended.add_done_callback(lambda _: None if ready.done() else ready.set_exception(ended.exception()))
        upstream, stop = ready.result()
        try:
            yield upstream
        finally:
            stop()
            ended.result()
