"""Failsoft's door, for the cases: the one place that knows how a tier is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from failsoft.sanitize import Sanitizer

__all__ = ["sanitizer", "sanitizes", "variants"]


@cache
def sanitizer(tier: str) -> Sanitizer:
    """A sanitizer of the tier that a case names."""
    return Sanitizer(strict=tier == "strict")


def sanitizes(tier: str) -> Callable[[Any], Any]:
    """What cleans texts and values in this tier."""
    return sanitizer(tier).value


def variants() -> dict[str, Callable[[str], str]]:
    """What is timed: ours, by each matcher that is there."""
    return {"Failsoft": sanitizer("core").text}
