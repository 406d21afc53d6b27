"""A WSGI server of one request, as strict as PEP 3333 allows, that writes down all it sees."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Answer", "FileWrapper", "ask", "environ", "pairs"]


class FileWrapper:
    """What a server offers to send a file by itself."""

    def __init__(self, file: Any, block_size: int = 8192) -> None:
        self.file = file
        self.block_size = block_size

    def __iter__(self) -> FileWrapper:
        return self

    def __next__(self) -> bytes:
        data: bytes = self.file.read(self.block_size)
        if not data:
            raise StopIteration
        return data

    def close(self) -> None:
        self.file.close()


def environ(path: str = "/", method: str = "GET", body: bytes = b"", headers: Any = (), **more: Any) -> dict[str, Any]:
    """What a server hands to an application."""
    path, _, query = path.partition("?")
    found: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "shop.example",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "192.0.2.7",
        "HTTP_HOST": "shop.example",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    if body:
        found["CONTENT_LENGTH"] = str(len(body))
    for name, value in dict(headers).items():
        key = name.upper().replace("-", "_")
        found[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return found | more


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    chunks: list[bytes] = field(default_factory=list)
    escaped: BaseException | None = None
    """What the server had to deal with."""
    starts: int = 0
    """How often the server was handed a head."""
    returned: Any = None
    """The iterable that the application returned."""
    head_came_first: bool = False
    """The head was there before the first chunk was asked for."""

    @property
    def body(self) -> bytes:
        return b"".join(self.chunks)

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str) -> str | None:
        found = self.all(name)
        assert len(found) <= 1, found
        return found[0] if found else None

    @property
    def is_problem(self) -> bool:
        return self.header("content-type") == "application/problem+json" and self.json()["status"] == self.status


def ask(
    app: Callable[..., Iterable[bytes]],
    path: str = "/",
    method: str = "GET",
    *,
    chunks: int | None = None,
    env: dict[str, Any] | None = None,
    **more: Any,
) -> Answer:
    """Run one request.

    Parameters:
        chunks: the client goes away after so many.
        env: the environment, in place of one that is made of the other arguments.
    """
    answer = Answer()
    begun = False

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        if exc_info is not None and begun:
            raise exc_info[1].with_traceback(exc_info[2])
        assert exc_info is not None or answer.starts == 0, "the head was already set"
        assert type(headers) is list
        assert all(type(name) is str and type(value) is str for name, value in headers), headers
        for _, value in headers:
            value.encode("latin-1")
            assert "\n" not in value
            assert "\r" not in value
        answer.starts += 1
        answer.status, answer.headers = int(status[:3]), list(headers)
        return write

    def write(data: bytes) -> None:
        nonlocal begun
        begun = True
        answer.chunks.append(data)

    try:
        answer.returned = app(environ(path, method, **more) if env is None else env, start)
        answer.head_came_first = answer.starts > 0
        for number, chunk in enumerate(answer.returned):
            assert answer.starts, "a chunk came before the head"
            write(chunk)
            if chunks is not None and number + 1 == chunks:
                break
    except BaseException as exc:
        answer.escaped = exc
    finally:
        close = getattr(answer.returned, "close", None)
        if close is not None:
            try:
                close()
            except BaseException as exc:
                answer.escaped = answer.escaped or exc
    return answer


def pairs(found: Any) -> list[tuple[str, str]]:
    """Headers, but for those that differ from run to run."""
    return sorted((name, value) for name, value in found if name not in ("Date", "X-Request-ID", "X-Error-ID"))
