"""What the modules `seen_*` share: labels, and the registering of a case by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evaluations.classifier.cases import case

__all__ = ["ABSENT", "RULE", "UNREADABLE", "put"]

ABSENT: dict[str, Any] = {"category": "validation", "transient": False, "status": 404, "severity": "info"}
UNREADABLE: dict[str, Any] = {"category": "data_integrity", "transient": False, "status": 500, "severity": "high"}
RULE: dict[str, Any] = {"category": "business_logic", "transient": False, "status": (409, 422), "severity": "low"}


def put(library: str, name: str, label: dict[str, Any], note: str = "", made: str = "") -> Callable[[Any], Any]:
    def register(raiser: Callable[[], Any]) -> Callable[[], Any]:
        def named() -> Any:
            return raiser()

        named.__name__ = name
        more = {"note": note} if note else {}
        if made:
            more["made"] = made
        case(library, **{**label, **more})(named)
        return raiser

    return register
