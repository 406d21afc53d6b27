"""What the modules on databases share: labels, and plans of statements that end in an error."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from evaluations.classifier.cases import case

Step = str | Callable[[], object]
Scenario = Callable[[], Any]

constraint: dict[str, Any] = {
    "category": "data_integrity",
    "transient": False,
    "status": 409,
    "severity": "medium",
}
value: dict[str, Any] = {
    **constraint,
    "status": (400, 409, 422, 500),
    "note": "the conventions give a status to duplicates and conflicts only",
}
bug: dict[str, Any] = {"category": "system", "transient": False, "status": 500, "severity": "high"}
settings: dict[str, Any] = {**bug, "category": "configuration"}
contention: dict[str, Any] = {"category": "concurrency", "transient": True, "status": 503, "severity": "medium"}
slow: dict[str, Any] = {
    "category": "external_service",
    "transient": True,
    "status": (503, 504),
    "severity": "medium",
    "note": "it answered: not within the time that we gave it",
}
away: dict[str, Any] = {"category": "network", "transient": True, "status": (502, 503), "severity": "high"}
silent: dict[str, Any] = {"category": "network", "transient": True, "status": 504, "severity": "medium"}
refused_us: dict[str, Any] = {
    "category": "authentication",
    "transient": False,
    "status": (502, 503),
    "severity": "high",
}
full: dict[str, Any] = {"category": "resource", "transient": True, "status": 503, "severity": "medium"}
rule: dict[str, Any] = {
    "category": "business_logic",
    "transient": False,
    "status": (409, 422),
    "severity": "low",
}
not_now: dict[str, Any] = {
    "category": "external_service",
    "transient": True,
    "status": (502, 503),
    "severity": "high",
}


def steps(execute: Callable[[str], object], plan: list[Step]) -> None:
    """Execute a plan; a statement after `?` may fail."""
    for step in plan:
        if not isinstance(step, str):
            step()
        elif step.startswith("?"):
            with contextlib.suppress(Exception):
                execute(step[1:])
        else:
            execute(step)


async def asteps(execute: Callable[[str], Any], plan: list[Step]) -> None:
    """The same, with an execute to be awaited."""
    for step in plan:
        if not isinstance(step, str):
            step()
        elif step.startswith("?"):
            with contextlib.suppress(Exception):
                await execute(step[1:])
        else:
            await execute(step)


def define(library: str, name: str, label: dict[str, Any], run: Callable[[Scenario], Any], scenario: Scenario) -> None:
    """Register one scenario of one driver."""

    def raiser() -> Any:
        return run(scenario)

    raiser.__name__ = name
    case(library, **label)(raiser)
