"""What the modules `fresh_a_*` share: labels, and the registering of a case by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evaluations.classifier.raisers.scaffold_http import Means, add

__all__ = [
    "DAMAGED",
    "DUPLICATE",
    "LATE",
    "LOST",
    "RULE",
    "STORE_REFUSED_US",
    "VALUE",
    "fresh",
]

LOST = Means("network", True, (502, 503), "high")
"""The link to our own store."""
LATE = Means("system", True, 504, "medium")
"""A child or a worker that was not done in time."""
RULE = Means("business_logic", False, (409, 422), "low")
DUPLICATE = Means("data_integrity", False, 409, "medium")
VALUE = Means("data_integrity", False, (400, 409, 422, 500), "medium")
"""A value that a column does not take."""
DAMAGED = Means("data_integrity", False, 500, "critical")
STORE_REFUSED_US = Means("authentication", False, (502, 503), "high")


def fresh(library: str, name: str, means: Means, note: str = "", made: str = "") -> Callable[[Any], Any]:
    more = {key: text for key, text in (("note", note), ("made", made)) if text}

    def register(raiser: Callable[[], Any]) -> Callable[[], Any]:
        add(library, f"fresh_a_{name}", means, raiser, **more)
        return raiser

    return register
