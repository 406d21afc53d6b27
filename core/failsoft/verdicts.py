"""How an attempt counts for the circuit breaker, and whether it is the failure of somebody who has retried already."""

from __future__ import annotations

from collections.abc import Callable

from failsoft.errors.failure import Failure
from failsoft.errors.taxonomy import Category
from failsoft.outcome import Verdict
from failsoft.policies.circuit_breaker import CircuitBreaker
from failsoft.policies.conditions import meets

__all__ = ["stems_from", "verdict_by", "verdict_of", "verdict_of_status", "verdicts_of"]

Report = Callable[[str, BaseException], None]

_CALLERS_OWN = frozenset({Category.VALIDATION, Category.BUSINESS_LOGIC})


def verdict_of_status(status: int, options: CircuitBreaker | None = None) -> Verdict:
    """A returned 5xx is a failure, unless options say which are; a 4xx is the client's mistake, and says nothing."""
    if _fails(status, options):
        return Verdict.FAILURE
    return Verdict.IGNORE if status >= 400 else Verdict.SUCCESS


def verdict_of(failure: Failure, options: CircuitBreaker | None = None, *, guarded: bool) -> Verdict:
    """How a failure counts, unless conditions of the user's say otherwise.

    Parameters:
        failure: what the exception of the attempt came to.
        guarded: it came from a dependency. There even what is the caller's fault for an endpoint (a refused
            credential) counts, unless it was the input or a rule of the domain.
    """
    if failure.rejected or failure.disconnected or failure.local:
        return Verdict.IGNORE
    if failure.transient or _fails(failure.status, options) or (guarded and failure.category not in _CALLERS_OWN):
        return Verdict.FAILURE
    return Verdict.IGNORE


def _fails(status: int, options: CircuitBreaker | None) -> bool:
    if options is None or options.statuses is None:
        return status >= 500
    return status in options.statuses


def verdict_by(options: CircuitBreaker | None, failure: Failure, exc: BaseException, report: Report) -> Verdict | None:
    """What the user's conditions say of a failure; None: nothing, or one of them failed, which is reported."""
    if options is None or failure.rejected or failure.disconnected:
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


def verdicts_of(
    failure: Failure,
    exc: BaseException,
    options: CircuitBreaker | None,
    report: Report,
    *,
    guarded: bool,
    expected: Callable[[BaseException], bool] | None,
) -> tuple[Verdict, Verdict]:
    """How a failure counts for the circuit breaker, and as a sign of load.

    Parameters:
        guarded: as for `verdict_of`.
        expected: whether the application itself answers the exception, so that it says nothing unless it is transient.
    """
    usual = verdict_of(failure, options, guarded=guarded)
    if usual and expected is not None and not failure.transient and expected(exc):
        usual = Verdict.IGNORE
    said = verdict_by(options, failure, exc, report)
    # a pool of our own that is exhausted says nothing of the peer, but of load
    return usual if said is None else said, Verdict.FAILURE if failure.local else usual


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
