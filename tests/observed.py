"""What the tests of the observers are made of: a clock, a sanitizer that knows one secret, failures and events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from failsoft.call import Call, RequestFacts
from failsoft.errors.failure import Failure, Link
from failsoft.errors.taxonomy import Category, Severity
from failsoft.events import ErrorHandled

SECRET = "hunter2-canary"
NOW = 1_795_305_723.004  # 2026-11-22T00:02:03.004Z
FRAMES = (("shop/app.py", 3, "main"), ("shop/quotes.py", 17, "Quotes.last"))


class ManualClock:
    def __init__(self, now: float = NOW) -> None:
        self.now = now
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    async def asleep(self, seconds: float) -> None:
        self.sleep(seconds)


class OneSecret:
    """Replaces the planted secret, wherever it stands."""

    def text(self, text: str) -> str:
        return text.replace(SECRET, "[REDACTED]")

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return type(value)(self.value(item) for item in value)
        return value


class Broken:
    """A sanitizer that fails."""

    def text(self, text: str) -> str:
        raise RuntimeError(text)

    value = text


def failure(message: str = "no quote", **fields: Any) -> Failure:
    values: dict[str, Any] = {
        "type": "shop.QuoteError",
        "category": Category.EXTERNAL_SERVICE,
        "severity": Severity.MEDIUM,
        "transient": True,
        "recoverable": False,
        "status": 500,
        "code": "QUOTE_ERROR",
        "confidence": 0.9,
        "error_id": "0199aaaa-0000-7000-8000-000000000001",
        "timestamp": NOW,
        "links": (Link(fields.get("type", "shop.QuoteError"), message, FRAMES, ""),),
    }
    return Failure(**(values | fields))


def handled(made: Failure | None = None, **fields: Any) -> ErrorHandled:
    made = made or failure()
    values: dict[str, Any] = {
        "at": NOW,
        "endpoint": "GET /quotes/{symbol}",
        "policy": "upstream",
        "request_id": "req-1",
        "failure": made,
        "status": made.status,
        "result": "unhandled",
        "source": "asgi",
        "facts": RequestFacts(method="GET", path="/quotes/ACME", client="192.0.2.7", host="shop.example:8443"),
        "duration": 0.25,
    }
    return ErrorHandled(**(values | fields))


class RequestCall(Call):
    """A call that serves a request."""

    def __init__(self, endpoint: str, started: float, facts: RequestFacts) -> None:
        super().__init__(endpoint, started)
        self.source = "asgi"
        self.method = facts.method
        self.seen = facts

    @property
    def facts(self) -> RequestFacts:
        return self.seen


def request(endpoint: str = "GET /quotes/{symbol}", started: float = NOW, **facts: Any) -> RequestCall:
    values = {"method": "GET", "path": "/quotes/ACME", "scheme": "https", "host": "shop.example:8443"}
    return RequestCall(endpoint, started, RequestFacts(**(values | facts)))
