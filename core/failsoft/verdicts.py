"""How an attempt counts for the circuit breaker, and whether it is the failure of somebody who has retried already."""

from __future__ import annotations

from failsoft.errors.failure import Failure
from failsoft.errors.taxonomy import Category
from failsoft.outcome import Verdict

__all__ = ["stems_from", "verdict_of", "verdict_of_status"]

_CALLERS_OWN = frozenset({Category.VALIDATION, Category.BUSINESS_LOGIC})


def verdict_of_status(status: int) -> Verdict:
    """A returned 5xx is a failure; a 4xx is the client's own mistake, and says nothing."""
    return Verdict.FAILURE if status >= 500 else Verdict.IGNORE if status >= 400 else Verdict.SUCCESS


def verdict_of(failure: Failure, *, guarded: bool) -> Verdict:
    """How a failure counts.

    Parameters:
        failure: what the exception of the attempt came to.
        guarded: it came from a dependency. There even what is the caller's fault for an endpoint (a refused
            credential) counts, unless it was the input or a rule of the domain.
    """
    if failure.rejected or failure.disconnected:
        return Verdict.IGNORE
    if failure.transient or failure.status >= 500 or (guarded and failure.category not in _CALLERS_OWN):
        return Verdict.FAILURE
    return Verdict.IGNORE


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
