"""How an attempt counts for the circuit breaker, and whether it is the failure of somebody who has retried already."""

from __future__ import annotations

from collections.abc import Callable, Collection

from failsoft.errors.failure import Failure
from failsoft.errors.taxonomy import Category
from failsoft.outcome import Verdict
from failsoft.policies.circuit_breaker import CircuitBreaker
from failsoft.policies.conditions import meets

__all__ = ["stems_from", "verdict_by", "verdict_of", "verdict_of_status"]

_CALLERS_OWN = frozenset({Category.VALIDATION, Category.BUSINESS_LOGIC})


def verdict_of_status(status: int, statuses: Collection[int] | None = None) -> Verdict:
    """A returned 5xx is a failure; a 4xx is the client's own mistake, and says nothing.

    Parameters:
        statuses: those that are failures, in place of all 5xx.
    """
    if _fails(status, statuses):
        return Verdict.FAILURE
    return Verdict.IGNORE if status >= 400 else Verdict.SUCCESS


def verdict_of(failure: Failure, *, guarded: bool, statuses: Collection[int] | None = None) -> Verdict:
    """How a failure counts, unless conditions of the user's say otherwise.

    Parameters:
        failure: what the exception of the attempt came to.
        guarded: it came from a dependency. There even what is the caller's fault for an endpoint (a refused
            credential) counts, unless it was the input or a rule of the domain.
        statuses: as above.
    """
    if failure.rejected or failure.disconnected or failure.local:
        return Verdict.IGNORE
    if failure.transient or _fails(failure.status, statuses) or (guarded and failure.category not in _CALLERS_OWN):
        return Verdict.FAILURE
    return Verdict.IGNORE


def _fails(status: int, statuses: Collection[int] | None) -> bool:
    return status >= 500 if statuses is None else status in statuses


def verdict_by(
    options: CircuitBreaker, failure: Failure, exc: BaseException, report: Callable[[str, BaseException], None]
) -> Verdict | None:
    """What the user's conditions say of a failure; None: nothing, or one of them failed, which is reported."""
    if failure.rejected or failure.disconnected:
        return None
    for name, conditions, verdict in (
        ("ignore", options.ignore, Verdict.IGNORE),
        ("record", options.record, Verdict.FAILURE),
    ):
        try:
            if conditions is not None and meets(conditions, failure, exc):
                return verdict
        except Exception as error:  # noqa: BLE001 - a condition of the user's
            report(f"circuit_breaker.{name}", error)
            return None
    return None if options.record is None else Verdict.IGNORE


def stems_from(exc: BaseException, origin: BaseException | None) -> bool:
    """Whether an exception is, or was raised from, the other one. Looks at 16 links of its chain."""
    link: BaseException | None = exc
    for _ in range(16):
        if origin is None or link is None:
            return False
        if link is origin:
            return True
        link = link.__context__ if link.__cause__ is None else link.__cause__
    return False
