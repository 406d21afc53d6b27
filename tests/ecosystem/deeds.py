"""What the views of the ecosystem applications do, and the settings all of them share."""

from __future__ import annotations

from collections import Counter
from typing import Any

SECRET = "hunter2-Zq81-correct-horse"
"""Planted in the text of exceptions."""

ORIGIN = "https://shop.example"

SETTINGS: dict[str, Any] = {
    "policies": {
        "patient": {
            "retry": {"max_attempts": 3, "base_delay": "1ms", "max_delay": "1ms", "jitter": "none"},
        },
    },
    "endpoints": [
        {"match": "GET /exhausted", "policy": "patient"},
        {"match": "GET /exhausted-sync", "policy": "patient"},
        {"match": "GET /recovers", "policy": "patient"},
    ],
}

_runs: Counter[str] = Counter()


def unexpected() -> None:
    """A bug, with a secret in its text."""
    raise RuntimeError(f"unexpected row from postgres://admin:{SECRET}@db.internal/shop")


def exhausted() -> None:
    """Trouble that does not pass."""
    _runs["exhausted"] += 1
    raise ConnectionResetError(f"reset, password={SECRET}, run {_runs['exhausted']}")


def recovers() -> dict[str, int]:
    """Trouble that passes with the third attempt."""
    _runs["recovers"] += 1
    if _runs["recovers"] % 3:
        raise ConnectionResetError(f"reset, password={SECRET}")
    return {"run": _runs["recovers"]}


def counted(session: Any) -> int:
    """Count the visits of a session."""
    session["visits"] = session.get("visits", 0) + 1
    visits: int = session["visits"]
    return visits
