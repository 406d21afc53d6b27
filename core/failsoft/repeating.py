"""What a retry policy says of one attempt: is it worth another one, and after what wait.

Functions of the user's are asked here. One that raises, or says what makes no sense, is reported; then a condition
does not hold, and the policy's own waits are taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from failsoft.call import Call
from failsoft.engine import Engine, Reply
from failsoft.errors.failure import Failure
from failsoft.policies.circuit_breaker import Breaker
from failsoft.policies.retry import Retry
from failsoft.spent import spent_since

__all__ = ["judge_of", "wait_before", "worth_it"]


def worth_it(
    retry: Retry, engine: Engine, call: Call, failure: Failure | None, exc: BaseException | None, spent: int
) -> bool:
    """Whether the policy repeats this, and the call may be repeated.

    Parameters:
        spent: the number of marks when the call began; see `spent_since`.
    """
    if not call.replayable:
        return False
    if failure is not None:
        try:
            wanted = retry.wants(failure, exc)
        except Exception as error:  # noqa: BLE001 - a condition of the user's
            engine.report("retry.retry_on", error)
            return False
        if not wanted or (exc is not None and spent_since(exc, spent)):
            return False
        if failure.not_sent and call.source == "guard":
            return True
    return call.method in retry.methods if call.idempotent is None else call.idempotent


def wait_before(
    retry: Retry, engine: Engine, call: Call, failure: Failure | None, previous: float | None, asked: float | None
) -> float | None:
    """Seconds before the next attempt; None: the strategy wants no other one.

    Parameters:
        previous: the wait before the attempt that failed, if there was one.
        asked: what the peer asked for (`Retry-After`). A strategy may wait longer, not shorter.
    """
    if callable(retry.strategy):
        try:
            own = retry.own_delay(failure, call.attempt, call)
        except Exception as error:  # noqa: BLE001 - a function of the user's
            engine.report("retry.strategy", error)
        else:
            return own if own is None or asked is None else max(own, asked)
    return retry.delay(call.attempt, previous, asked, engine.rng)


def judge_of(retry: Retry | None, breaker: Breaker | None, engine: Engine) -> Callable[[Any], Reply] | None:
    """What reads in a result whether to repeat and how it counts, if the policy looks at results."""
    again = None if retry is None else retry.retry_if_result
    failed = None if breaker is None else breaker.options.result
    if again is None and failed is None:
        return None

    def holds(name: str, function: Callable[[Any], Any] | None, result: Any) -> bool:
        try:
            return function is not None and bool(function(result))
        except Exception as error:  # noqa: BLE001 - a function of the user's
            engine.report(name, error)
            return False

    def judge(result: Any) -> Reply:
        return Reply(
            again=holds("retry.retry_if_result", again, result), failed=holds("circuit_breaker.result", failed, result)
        )

    return judge
