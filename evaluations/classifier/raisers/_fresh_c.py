"""What the modules `fresh_c_*` share: labels, and the registering of a case by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evaluations.classifier.raisers.scaffold_http import Means, add

__all__ = [
    "BROKEN",
    "DAMAGED",
    "DUPLICATE",
    "LATE",
    "LOST",
    "NOT_NOW",
    "NO_ROOM",
    "POOL",
    "REFUSED",
    "REFUSED_US",
    "RULE",
    "STORE_REFUSED_US",
    "VALUE",
    "fresh",
]

BROKEN = Means("data_integrity", False, 409, "medium")
"""A constraint that was broken."""
DUPLICATE = BROKEN
VALUE = Means("data_integrity", False, (400, 409, 422, 500), "medium")
"""A value that a column does not take."""
DAMAGED = Means("data_integrity", False, 500, "critical")
LOST = Means("network", True, (502, 503), "high")
"""The link to our own store."""
NOT_NOW = Means("external_service", True, (502, 503), "high")
"""A store of ours that answers, but not with what was asked for."""
STORE_REFUSED_US = Means("authentication", False, (502, 503), "high")
POOL = Means("resource", True, 503, "medium")
"""Connections that ran out."""
NO_ROOM = Means("resource", False, (500, 503), "critical")
"""The memory or the disk of a store or of the host is gone."""
RULE = Means("business_logic", False, (409, 422), "low")
REFUSED = Means("external_service", False, (502, 503), "medium")
"""A recipient who refuses."""
REFUSED_US = Means("authentication", False, (502, 503), "high")
"""A peer who takes our credentials for none, or not for enough."""
LATE = Means("system", True, 504, "medium")
"""A child or a worker that was not done in time."""


def fresh(library: str, name: str, means: Means, note: str = "", made: str = "") -> Callable[[Any], Any]:
    """Register a function, plain or async, that raises."""
    more = {key: text for key, text in (("note", note), ("made", made)) if text}

    def register(raiser: Callable[[], Any]) -> Callable[[], Any]:
        add(library, f"fresh_c_{name}", means, raiser, **more)
        return raiser

    return register
