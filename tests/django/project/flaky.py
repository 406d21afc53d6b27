"""A view that fails at first, and the settings that have it repeated."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse

from project.driver import PATIENT

GONE = ConnectionResetError(104, "Connection reset by peer")


class Flaky:
    """Fails the first so many times."""

    def __init__(self, failures: int = 2, exc: Exception = GONE) -> None:
        self.failures = failures
        self.exc = exc
        self.calls = 0

    def step(self) -> None:
        self.calls += 1
        if self.calls <= self.failures:
            raise self.exc

    def view(self, request: Any, **_: Any) -> HttpResponse:
        self.step()
        return HttpResponse(f"attempt {self.calls}")

    async def aview(self, request: Any, **_: Any) -> HttpResponse:
        return self.view(request)


def patient(*matches: str, **more: Any) -> dict[str, Any]:
    """Settings that retry these endpoints."""
    return {
        "policies": {"patient": PATIENT},
        "endpoints": [{"match": match, "policy": "patient", **more} for match in matches],
    }


def ask(made: Any, mode: str, where: str = "/x", **extra: Any) -> Any:
    return made.aget(where, **extra) if mode == "asgi" else made.get(where, **extra)


MODES = pytest.mark.parametrize("mode", ["wsgi", "asgi"])
