"""Failsoft's door, for the cases: the one place that knows how a tier and a matcher are asked for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from typing import Any

from failsoft.sanitize import Sanitizer

__all__ = ["sanitizer", "sanitizes", "variants"]

_ASKED = inspect.signature(Sanitizer).parameters


@cache
def sanitizer(tier: str, engine: str = "auto") -> Sanitizer:
    """A sanitizer of the tier that a case names, `core` being the default one.

    Parameters:
        engine: `python`, `re2`, or what is there.

    Raises:
        ValueError: the engine is not installed.
    """
    options: dict[str, Any] = {"engine": engine} if "engine" in _ASKED else {}
    if tier == "strict":
        options |= {"tier": "strict"} if "tier" in _ASKED else {"strict": True}
    return Sanitizer(**options)


def sanitizes(tier: str) -> Callable[[Any], Any]:
    """What cleans texts and values in this tier."""
    return sanitizer(tier).value


def variants() -> dict[str, Callable[[Any], Any]]:
    """What is timed: ours with each matcher that is there. The first needs no extra."""
    found = {"Failsoft": _door(sanitizer("core", "python"))}
    if "engine" in _ASKED:
        try:
            found["Failsoft, re2"] = _door(sanitizer("core", "re2"))
        except ValueError:
            return found
    return found


def _door(sanitizer: Sanitizer) -> Callable[[Any], Any]:
    return lambda given: sanitizer.text(given) if isinstance(given, str) else sanitizer.value(given)
