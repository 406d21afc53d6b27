"""What the modules `fresh_b_*` share: their labels, and how a case is put down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evaluations.classifier.raisers.scaffold_http import Answer, Means, add, free_port, serving

__all__ = [
    "ABSENT",
    "CLIENT_GONE",
    "DUE",
    "DUPLICATE",
    "INPUT",
    "OWN_STORE_AWAY",
    "RULE",
    "dead",
    "during",
    "instead",
    "just",
    "put",
    "served",
    "wrapping",
]

INPUT = Means("validation", False, (400, 422), "low")
ABSENT = Means("validation", False, 404, "info")
RULE = Means("business_logic", False, (409, 422), "low")
DUE = Means("business_logic", False, (402, 409, 422), "low")
DUPLICATE = Means("data_integrity", False, 409, "medium")
OWN_STORE_AWAY = Means("network", True, (502, 503), "high")
CLIENT_GONE = Means("network", False, (400, 499, 500, 502, 503), "info")


def put(library: str, name: str, means: Means, raiser: Callable[[], Any], note: str = "", made: str = "") -> None:
    """Register a case of these modules."""
    more = {key: value for key, value in (("note", note), ("made", made)) if value}
    add(library, f"fresh_b_{name}", means, raiser, **more)


def served(answer: Answer, call: Callable[[str], Any]) -> Callable[[], Any]:
    """Call with the base URL of a peer that answers so."""

    def run() -> Any:
        with serving(answer) as url:
            return call(url)

    return run


def dead() -> str:
    """The base URL of a peer that is not there."""
    return f"http://127.0.0.1:{free_port()}"


def just(exc: BaseException) -> Callable[[], Any]:
    def run() -> None:
        raise exc

    return run


def wrapping(cause: Callable[[], Any], exc: Exception) -> Callable[[], Any]:
    """Raise the exception from what `cause` raises."""

    def run() -> None:
        try:
            cause()
        except Exception as error:
            raise exc from error

    return run


def during(cause: Callable[[], Any], exc: Exception) -> Callable[[], Any]:
    """Raise the exception while what `cause` raises is handled, without `from`."""

    def run() -> None:
        try:
            cause()
        except Exception:
            raise exc

    return run


def instead(cause: Callable[[], Any], exc: Exception) -> Callable[[], Any]:
    """Raise the exception `from None`."""

    def run() -> None:
        try:
            cause()
        except Exception:
            raise exc from None

    return run
