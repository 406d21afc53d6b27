"""How tests drive the project: through Django's clients, and through its handlers with a server's eyes."""

from __future__ import annotations

import asyncio
import sys
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import AsyncClient, Client

from failsoft import Failsoft
from failsoft.events import ErrorHandled
from observed import ManualClock

FAILSOFT = "failsoft_django.FailsoftMiddleware"
PATIENT = {
    "retry": {"max_attempts": 3, "base_delay": "100ms", "jitter": "none", "budget": {"ratio": 1, "min_per_second": 100}}
}


class App:
    """The project as one test has it, and what was seen while it ran."""

    def __init__(self, fs: Failsoft, clock: ManualClock, middleware: list[str]) -> None:
        self.fs = fs
        self.middleware = middleware
        self.clock = clock
        self.events: list[Any] = []
        self.signals: list[BaseException | None] = []
        fs.events.subscribe(self.events.append)
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **extra: Any) -> Any:
        return self.client.get(path, **extra)

    def aget(self, path: str, *, method: str = "get", **extra: Any) -> Any:
        """The same under ASGI."""

        async def go() -> Any:
            return await getattr(AsyncClient(raise_request_exception=False), method)(path, **extra)

        return asyncio.run(go())

    @property
    def handled(self) -> list[ErrorHandled]:
        return [event for event in self.events if isinstance(event, ErrorHandled)]

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


class Asgi:
    """What an ASGI application sent, and what escaped it."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.escaped: BaseException | None = None

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> dict[str, str]:
        return {key.decode().lower(): value.decode("latin-1") for key, value in self.sent[0]["headers"]}

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent[1:])

    @property
    def complete(self) -> bool:
        return len(self.sent) > 1 and not self.sent[-1].get("more_body", False)


def over_asgi(
    path: str, *, gone_after: int | None = None, method: str = "GET", body: bytes = b"", **headers: str
) -> Asgi:
    """One request to the ASGI handler; the client may go away after some messages."""
    result = Asgi()
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", b"testserver"),
            *((k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()),
        ],
        "client": ("192.0.2.7", 4711),
        "server": ("testserver", 80),
    }

    async def go() -> None:
        gone = asyncio.Event()
        asked = False

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": body, "more_body": False}
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            result.sent.append(message)
            if gone_after is not None and len(result.sent) >= gone_after:
                gone.set()
                await asyncio.sleep(0)

        if gone_after == 0:
            asyncio.get_running_loop().call_soon(gone.set)
        try:
            await ASGIHandler()(scope, receive, send)
        except Exception as error:
            result.escaped = error

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        asyncio.run(go())
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
    return result


class Wsgi:
    """What a WSGI application answered, and what escaped its body."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = b""
        self.escaped: BaseException | None = None
        self.file: Any = None


def over_wsgi(path: str, *, chunks: int | None = None, method: str = "GET", body: bytes = b"", **extra: Any) -> Wsgi:
    """One request to the WSGI handler; the client may go away after some chunks."""
    result = Wsgi()
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "HTTP_HOST": "testserver",
        "REMOTE_ADDR": "192.0.2.7",
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "wsgi.input": BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": sys.stderr,
        "wsgi.version": (1, 0),
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **extra,
    }

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        result.status = int(status[:3])
        result.headers = {key.lower(): value for key, value in headers}

    answer = WSGIHandler()(environ, start)
    if "wsgi.file_wrapper" in environ:
        result.file = answer
        return result
    try:
        for number, chunk in enumerate(answer, 1):
            result.body += chunk
            if number == chunks:
                break
    except Exception as error:
        result.escaped = error
    finally:
        answer.close()
    return result
