from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from failsoft.call import RequestFacts
from failsoft.errors import Category, Failure, Severity
from failsoft.errors.failure import Link
from failsoft.problem import Problem, ProblemMaker

SECRET = "hunter2"
ERROR_ID = "019abcde-f012-7345-8678-9abcdef01234"


class Redacting:
    """Knows one secret."""

    def text(self, value: str) -> str:
        return value.replace(SECRET, "[REDACTED]")


class Make:
    """Makes a problem of a failure in one line; what is not named is an ordinary 503 of a peer."""

    def failure(self, **fields: Any) -> Failure:
        values: dict[str, Any] = {
            "type": "shop.QuoteError",
            "category": Category.EXTERNAL_SERVICE,
            "severity": Severity.MEDIUM,
            "transient": True,
            "recoverable": True,
            "status": 503,
            "code": "SERVICE_UNAVAILABLE",
            "confidence": 1.0,
            "error_id": ERROR_ID,
            "timestamp": 1795309323.004,
            "links": (Link("shop.QuoteError", f"the text of it, password={SECRET}", (("a.py", 3, "quote"),), ""),),
        }
        return Failure(**(values | fields))

    def maker(self, **options: Any) -> ProblemMaker:
        return ProblemMaker(**({"sanitizer": Redacting(), "rng": Random(7)} | options))

    def __call__(
        self,
        *,
        maker: ProblemMaker | None = None,
        accept_language: str | None = None,
        repeat: bool = True,
        **fields: Any,
    ) -> Problem:
        return (maker or self.maker()).make(
            self.failure(**fields),
            request_id="req-1",
            trace_id="4bf92f3577b34da6a3ce929d0e0e4736",
            facts=RequestFacts(method="GET", accept_language=accept_language),
            may_repeat=repeat,
        )


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
def header() -> Callable[[Problem, str], list[str]]:
    """All values of a header of a problem."""
    return lambda problem, name: [value for key, value in problem.headers if key.lower() == name.lower()]
