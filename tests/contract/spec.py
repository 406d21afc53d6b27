"""What the contract applications do, once for all frameworks: each view hands its request facts to a function here."""

from __future__ import annotations

import asyncio
import errno
import math
import os
import sqlite3
import subprocess
import threading
import time
from collections import deque
from typing import Any

import failsoft

SECRET = "hunter2-Zq81-correct-horse"
"""Planted in the text of exceptions; must never come out anywhere."""

DSN = f"postgres://admin:{SECRET}@db.internal:5432/shop"


class BrokenStr(Exception):
    def __str__(self) -> str:
        raise ValueError("no text for you")


class BrokenRepr(Exception):
    def __repr__(self) -> str:
        raise ValueError("no repr for you")


class NotText(Exception):
    def __str__(self) -> str:
        return 42  # type: ignore[return-value]


class OddStatus(Exception):
    status_code = "abc"
    code = object()
    headers = 17


class Endless(Exception):
    """An exception whose causes go round."""


class Domain(Exception):
    """Mapped by the settings to 409."""


class Handled(Exception):
    """Answered by the application's own handler."""


class Deep(Exception):
    pass


def _cycle() -> Exception:
    a, b = Endless("a"), Endless("b")
    a.__cause__, b.__cause__ = b, a
    return a


def _long_chain() -> Exception:
    top: Exception = Deep("0")
    for number in range(1, 3000):
        link = Deep(str(number))
        link.__cause__ = top
        top = link
    return top


def _wrapped() -> Exception:
    import httpx

    error = RuntimeError(f"could not reach {DSN}")
    error.__cause__ = httpx.ConnectTimeout("timed out")
    return error


def _recursion() -> Exception:
    def down() -> None:
        down()

    try:
        down()
    except RecursionError as error:
        return error
    raise AssertionError


EXCEPTIONS: dict[str, Any] = {
    # what Failsoft defines
    "base": lambda: failsoft.FailsoftError(f"internal {DSN}"),
    "authentication": lambda: failsoft.AuthenticationError("who", headers={"WWW-Authenticate": 'Bearer realm="shop"'}),
    "authorization": lambda: failsoft.AuthorizationError("no"),
    "validation": lambda: failsoft.ValidationError(
        "bad", errors=[("/quantity", "must be above 0"), ("/sku", "unknown")]
    ),
    "not_found": lambda: failsoft.NotFoundError("none"),
    "conflict": lambda: failsoft.ConflictError("twice"),
    "pipeline": lambda: failsoft.PipelineError("step 3"),
    "data_processing": lambda: failsoft.DataProcessingError("row 7"),
    "file_upload": lambda: failsoft.FileUploadError("too large"),
    "encryption": lambda: failsoft.EncryptionError("no key"),
    "compliance": lambda: failsoft.ComplianceError("PHI"),
    "bias": lambda: failsoft.BiasDetectionError("skew"),
    "rate_limit": lambda: failsoft.RateLimitError("slow down", retry_after=7),
    "unavailable": lambda: failsoft.ServiceUnavailableError("later", retry_after=12),
    "circuit_open": lambda: failsoft.CircuitOpenError(name="x", headers={"Retry-After": "9"}),
    "bulkhead": lambda: failsoft.BulkheadFullError("full", headers={"Retry-After": "3"}),
    "timeout": lambda: failsoft.OperationTimeoutError("slow"),
    "retry_exhausted": lambda: failsoft.RetryExhaustedError("gave up", headers={"Retry-After": "4"}),
    "fallback_failed": lambda: failsoft.FallbackFailedError("and that too"),
    "user_message": lambda: failsoft.ConflictError("internal", user_message="The slot was taken a moment ago."),
    "retry_zero": lambda: failsoft.ServiceUnavailableError("now", retry_after=0),
    # what an application meets
    "unexpected": lambda: RuntimeError(f"unexpected row from {DSN}"),
    "key_error": lambda: KeyError("password=" + SECRET),
    "wrapped": _wrapped,
    "group_404": lambda: ExceptionGroup("one", [failsoft.NotFoundError("x")]),
    "group_mixed": lambda: ExceptionGroup("two", [failsoft.NotFoundError("x"), ValueError(SECRET)]),
    "refused": lambda: ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
    "disk_full": lambda: OSError(errno.ENOSPC, "No space left on device"),
    "memory": lambda: MemoryError(),
    "integrity": lambda: sqlite3.IntegrityError("UNIQUE constraint failed: users.email"),
    "child": lambda: subprocess.CalledProcessError(1, ["tool", "--password", SECRET]),
    "domain": lambda: Domain("out of stock"),
    "handled": lambda: Handled("mine"),
    # hostile
    "broken_str": lambda: BrokenStr(SECRET),
    "broken_repr": lambda: BrokenRepr(SECRET),
    "not_text": lambda: NotText(SECRET),
    "surrogates": lambda: ValueError("\ud800 lone \udfff"),
    "nul": lambda: ValueError("a\x00b\r\nX-Injected: yes"),
    "huge": lambda: ValueError("x" * 5_000_000),
    "odd_status": lambda: OddStatus(SECRET),
    "cycle": _cycle,
    "long_chain": _long_chain,
    "recursion": _recursion,
    "no_args": lambda: Exception(),
    "bytes": lambda: ValueError(b"\xff\xfe" + SECRET.encode()),
    "header_injection": lambda: failsoft.ConflictError(
        "x", headers={"X-Evil": "a\r\nSet-Cookie: admin=1", "X-Fine": "yes"}
    ),
    "odd_header": lambda: failsoft.ConflictError("x", headers={"X-Snow": "\u2603", "X-Fine": "yes"}),
    "user_text_huge": lambda: failsoft.ConflictError("x", user_message="y" * 100_000),
    "user_text_secret": lambda: failsoft.ConflictError("x", user_message=f"sorry, {DSN} is away"),
}


def fail(name: str) -> Any:
    """Raise the exception of this name, some frames deep."""

    def deeper(levels: int) -> None:
        password = SECRET  # noqa: F841 - a local that nobody may print
        if levels:
            deeper(levels - 1)
        else:
            error = EXCEPTIONS[name]()
            raise error

    deeper(4)


# -- state that tests read back

events: deque[Any] = deque(maxlen=10_000)
_lock = threading.Lock()
_counts: dict[str, int] = {}


def count(key: str) -> int:
    """How often this key has been here, this time included."""
    with _lock:
        _counts[key] = _counts.get(key, 0) + 1
        return _counts[key]


def seen(request_id: str) -> list[dict[str, Any]]:
    """The events of one request."""
    return [plain(event) for event in list(events) if event.request_id == request_id]


def plain(event: Any) -> dict[str, Any]:
    result: dict[str, Any] = {"event": type(event).__name__}
    for name in (
        "status",
        "result",
        "attempt",
        "attempts",
        "outcome",
        "delay",
        "reason",
        "limit",
        "kind",
        "endpoint",
        "policy",
    ):
        if hasattr(event, name):
            result[name] = getattr(event, name)
    failure = getattr(event, "failure", None)
    if failure is not None:
        result["failure"] = {
            "type": failure.type, "code": failure.code, "category": str(failure.category),
            "severity": str(failure.severity), "error_id": failure.error_id, "attempts": len(failure.attempts),
        }  # fmt: skip
    return result


def watch(fs: failsoft.Failsoft) -> None:
    """Keep the events of an instance."""
    fs.events.subscribe(events.append)


# -- a database with transactions

DATABASE = os.environ.get("CONTRACT_DB", ":memory:")


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect(DATABASE, timeout=10, isolation_level=None, check_same_thread=False)
    connection.execute("CREATE TABLE IF NOT EXISTS effects (key TEXT, attempt INTEGER)")
    return connection


def effects(key: str) -> list[int]:
    connection = connect()
    try:
        return [
            row[0] for row in connection.execute("SELECT attempt FROM effects WHERE key = ? ORDER BY attempt", (key,))
        ]
    finally:
        connection.close()


def attempt_with_effect(connection: sqlite3.Connection, key: str, failures: int) -> dict[str, Any]:
    """Write a row, then fail the first so many times. Whoever calls it commits or rolls back."""
    number = count(f"effect:{key}")
    connection.execute("INSERT INTO effects VALUES (?, ?)", (key, number))
    if number <= failures:
        raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
    return {"key": key, "attempt": number}


def flaky(key: str, failures: int) -> dict[str, Any]:
    """Fail the first so many times, then answer."""
    number = count(f"flaky:{key}")
    if number <= failures:
        raise ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
    return {"key": key, "attempt": number}


def hurry(key: str) -> dict[str, Any]:
    """Say how much time there is, to us and to whom we would call."""
    left = failsoft.remaining()
    sent = failsoft.deadline_headers().get("X-Request-Deadline")
    return {
        "run": count(f"hurry:{key}"),
        "left": None if left is None else math.ceil(left),
        "sent": None if sent is None else math.ceil(float(sent)),
    }


def chunks(when: str) -> Any:
    """A stream that breaks off before its first chunk, after it, or never."""
    if when == "before":
        raise RuntimeError(f"before {DSN}")
    yield b"first,"
    if when == "after":
        raise RuntimeError(f"after {DSN}")
    for number in range(3):
        yield b"%d," % number
    if when == "slow":
        for _ in range(200):
            time.sleep(0.02)
            yield b"." * 1024


async def achunks(when: str) -> Any:
    """The same, asynchronously."""
    if when == "before":
        raise RuntimeError(f"before {DSN}")
    yield b"first,"
    if when == "after":
        raise RuntimeError(f"after {DSN}")
    for number in range(3):
        yield b"%d," % number
    if when == "slow":
        for _ in range(200):
            await asyncio.sleep(0.02)
            yield b"." * 1024


def settings() -> dict[str, Any]:
    """The settings of every contract application."""
    path = os.environ.get("CONTRACT_AUDIT", "")
    result: dict[str, Any] = {
        "service": "contract",
        "request": {"deadline_header": "X-Request-Deadline"},
        "policies": {
            "patient": {
                "retry": {"max_attempts": 3, "base_delay": "1ms", "max_delay": "2ms", "jitter": "none",
                          "budget": {"ratio": 1.0, "min_per_second": 100}},
            },
            "fuse": {
                "circuit_breaker": {"failure_threshold": 3, "open_duration": "300ms", "max_open_duration": "300ms",
                                    "half_open_calls": 1},
            },
            "brisk": {"timeout": "150ms"},
            "leisurely": {"deadline": "30s"},
            "quota": {"rate_limit": {"rate": "2/day", "key": "header:X-Who"}},
            "whole": {"deadline": "150ms", "retry": {"max_attempts": 50, "base_delay": "40ms", "backoff": "constant",
                                                    "jitter": "none"}},
        },
        "endpoints": [
            {"match": "GET /retry/{key}", "policy": "patient"},
            {"match": "POST /replay/{key}", "policy": "patient", "idempotent": True},
            {"match": "POST /keyed/{key}", "policy": "patient", "idempotent": "key"},
            {"match": "POST /plain/{key}", "policy": "patient"},
            {"match": "GET /status/{status}", "policy": "patient"},
            {"match": "GET /handled-retry/{key}", "policy": "patient"},
            {"match": "GET /breaker", "policy": "fuse"},
            {"match": "GET /breaker-client", "policy": "fuse"},
            {"match": "GET /breaker-status", "policy": "fuse"},
            {"match": "* /limited", "policy": "quota"},
            {"match": "GET /slow", "policy": "brisk"},
            {"match": "GET /slow-sync", "policy": "brisk"},
            {"match": "GET /observed", "policy": "patient", "mode": "observe"},
            {"match": "GET /off", "exempt": True},
            {"match": "GET /hurry-fuse", "policy": "fuse"},
            {"match": "GET /hurry-off/{key}", "exempt": True},
            {"match": "GET /hurry-observed/{key}", "mode": "observe"},
            {"match": "GET /hurry-own/{key}", "policy": "leisurely"},
            {"match": "GET /deadline", "policy": "whole"},
        ],
        "errors": {
            "contract.spec.Domain": {
                "status": 409, "code": "OUT_OF_STOCK", "category": "business_logic",
                "user_message": {"en": "That item is sold out.", "de": "Dieser Artikel ist ausverkauft."},
            },
        },
        "responses": {"languages": ["en", "de", "fr", "es"], "documentation_base": "https://docs.example.com/errors/"},
    }  # fmt: skip
    if path:
        result["audit"] = {"url": f"sqlite:///{path}", "encryption": "off"}
    return result
