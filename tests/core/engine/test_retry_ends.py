"""How repeating is bounded, and how it ends."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

import failsoft
from both_ways import ASYNC, Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import Budget, CircuitBreaker, Failsoft, Policy, Retry
from failsoft.events import RetryEnded, RetryScheduled
from failsoft.run import Reply

LOST = ConnectionResetError
PLAIN = Retry(jitter="none", base_delay=1, max_delay=60)


def retrying(**options: Any) -> Policy:
    deadline = options.pop("deadline", None)
    return Policy(retry=Retry(**{"jitter": "none", "base_delay": 1, "max_delay": 60, **options}), deadline=deadline)


# -- bounds


def test_no_wait_is_begun_that_would_pass_the_deadline(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    events = Recorder(fs)
    script = Script(LOST())
    with pytest.raises(LOST):
        way.call(fs.guard("x", policy=retrying(max_attempts=9, deadline=7), idempotent=True), script)
    # 1 + 2 fit in; another 4 would end at the deadline itself
    assert (clock.slept, script.calls) == ([1, 2], 3)
    assert events.of(RetryEnded)[0].outcome == "deadline"


def test_the_time_of_the_attempts_is_charged_to_the_deadline(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    def slow() -> None:
        clock.advance(3)
        raise LOST

    script = Script(slow)
    with pytest.raises(LOST):
        way.call(fs.guard("x", policy=retrying(max_attempts=9, deadline=5), idempotent=True), script)
    assert (clock.slept, script.calls) == ([1], 2)


def test_an_exhausted_budget_ends_the_attempts(fs: Failsoft, way: Way) -> None:
    events = Recorder(fs)
    policy = retrying(base_delay=0, max_attempts=3, budget=Budget(ratio=0.5, min_per_second=0))
    guard = fs.guard("x", policy=policy, idempotent=True)
    scripts = [Script(LOST()) for _ in range(20)]
    for script in scripts:
        with pytest.raises(LOST):
            way.call(guard, script)
    repeated = sum(script.calls - 1 for script in scripts)
    assert repeated == 10
    assert {event.outcome for event in events.of(RetryEnded)} <= {"budget_exhausted", "max_attempts"}


def test_calls_that_succeed_pay_for_the_retries_of_others(fs: Failsoft, way: Way) -> None:
    policy = retrying(base_delay=0, max_attempts=2, budget=Budget(ratio=0.2, min_per_second=0))
    guard = fs.guard("x", policy=policy, idempotent=True)
    for _ in range(4):
        way.call(guard, Script("ok"))
    first, second = Script(LOST()), Script(LOST())
    for script in (first, second):
        with pytest.raises(LOST):
            way.call(guard, script)
    assert (first.calls, second.calls) == (2, 1)


def test_a_budget_of_a_named_policy_is_shared_by_all_that_use_it(make: Any, way: Way) -> None:
    retry = {"base_delay": 0, "max_attempts": 2, "budget": {"ratio": 0.5, "min_per_second": 0}}
    fs = make({"policies": {"upstream": {"retry": retry}}})
    scripts = [Script(LOST()) for _ in range(4)]
    for number, script in enumerate(scripts):
        with pytest.raises(LOST):
            way.call(fs.guard(f"g{number}", policy="upstream", idempotent=True), script)
    assert [script.calls for script in scripts] == [1, 2, 1, 2]


# -- how it ends


@pytest.mark.parametrize(
    ("outcome", "policy", "outcomes"),
    [
        ("success", {}, [LOST(), "ok"]),
        ("max_attempts", {}, [LOST()]),
        ("deadline", {"deadline": 2.5, "max_attempts": 9}, [LOST()]),
        ("not_retryable", {}, [LOST(), ValueError()]),
        ("circuit_open", {"circuit_breaker": CircuitBreaker(failure_threshold=2)}, [LOST()]),
        ("budget_exhausted", {"budget": Budget(ratio=1, min_per_second=0)}, [LOST()]),
        ("cancelled", {}, [LOST(), KeyboardInterrupt()]),
    ],
)
def test_each_end_has_its_name(
    fs: Failsoft, way: Way, outcome: str, policy: dict[str, Any], outcomes: list[Any]
) -> None:
    events = Recorder(fs)
    outside = {key: policy[key] for key in ("deadline", "circuit_breaker") if key in policy}
    inside = {key: value for key, value in policy.items() if key not in outside}
    of = Policy(retry=Retry(base_delay=1, jitter="none", **inside), **outside)
    with contextlib.suppress(LOST, ValueError, KeyboardInterrupt):
        way.call(fs.guard("x", policy=of, idempotent=True), Script(*outcomes))
    assert [event.outcome for event in events.of(RetryEnded)] == [outcome]


def test_the_last_exception_itself_is_raised_with_its_attempts_noted(fs: Failsoft, way: Way) -> None:
    errors = [LOST("1"), TimeoutError("2"), LOST("3")]
    with pytest.raises(LOST) as caught:
        way.call(fs.guard("x", policy=retrying(), idempotent=True), Script(*errors))
    assert caught.value is errors[2]
    assert caught.value.__notes__ == [
        "failsoft: attempt 1 failed with ConnectionResetError",
        "failsoft: attempt 2 failed with TimeoutError",
        "failsoft: gave up after attempt 3 (max_attempts)",
    ]
    assert not hasattr(errors[0], "__notes__")


def test_the_failure_knows_its_attempts(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    def slow() -> None:
        clock.advance(0.25)
        raise LOST

    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(retry=PLAIN)(Script()))
    call = request_call(fs)
    with pytest.raises(LOST):
        way.endpoint(binding, call, Script(slow))
    failure = call.failure
    assert failure is not None
    assert failure.outcome == "max_attempts"
    assert [(a.number, a.start, a.duration, a.delay, a.type) for a in failure.attempts] == [
        (1, pytest.approx(0), pytest.approx(0.25), 1, "ConnectionResetError"),
        (2, pytest.approx(1.25), pytest.approx(0.25), 2, "ConnectionResetError"),
    ]


def test_an_exception_that_was_not_retried_carries_no_notes(fs: Failsoft, way: Way) -> None:
    error = ValueError("ours")
    with pytest.raises(ValueError, match="ours"):
        way.call(fs.guard("x", policy=retrying(), idempotent=True), Script(error))
    assert not hasattr(error, "__notes__")


def test_exhaustion_has_an_exception_of_its_own_only_if_asked_for(fs: Failsoft, way: Way) -> None:
    last = TimeoutError("3")
    guard = fs.guard("x", policy=retrying(raise_exhausted=True), idempotent=True)
    with pytest.raises(failsoft.RetryExhaustedError) as caught:
        way.call(guard, Script(LOST("1"), LOST("2"), last))
    assert caught.value.__cause__ is last
    assert (caught.value.status, caught.value.code, caught.value.transient) == (504, "RETRY_EXHAUSTED", True)


def test_only_exhaustion_is_called_exhaustion(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("x", policy=retrying(raise_exhausted=True), idempotent=True)
    with pytest.raises(ValueError, match="ours"):
        way.call(guard, Script(LOST("1"), ValueError("ours")))


def test_the_failure_of_an_exhausted_call_knows_its_attempts_too(fs: Failsoft, way: Way) -> None:
    retry = Retry(base_delay=0, raise_exhausted=True)
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(retry=retry)(Script()))
    call = request_call(fs)
    with pytest.raises(failsoft.RetryExhaustedError) as caught:
        way.endpoint(binding, call, Script(LOST()))
    failure = fs.failure(caught.value, call)
    assert failure.code == "RETRY_EXHAUSTED"
    assert (len(failure.attempts), failure.outcome) == (2, "max_attempts")


def test_a_returned_response_that_stays_bad_is_the_result(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(retry=PLAIN)(Script()))
    events = Recorder(fs)
    script = Script(503)
    assert way.endpoint(binding, request_call(fs), script, reply=Reply) == 503
    assert [(event.attempts, event.outcome) for event in events.of(RetryEnded)] == [(3, "max_attempts")]
    assert [(event.failure, event.status) for event in events.of(RetryScheduled)] == [(None, 503)] * 2


def test_an_exception_of_an_earlier_attempt_is_not_raised_for_a_later_response(
    fs: Failsoft, way: Way, clock: ManualClock
) -> None:
    """The deadline passes while a bad response waits for its repetition; the first attempt's exception is history."""
    options = {"retry": Retry(base_delay=1, jitter="none"), "deadline": 10}
    late = ManualClock.sleep

    def oversleep(seconds: float) -> None:
        late(clock, seconds)
        if script.calls == 2:
            clock.advance(60)

    clock.sleep = oversleep  # type: ignore[method-assign]
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(**options)(Script()))
    script = Script(LOST("of the first attempt"), 503, 200)
    with pytest.raises(failsoft.OperationTimeoutError):
        way.endpoint(binding, request_call(fs), script, reply=lambda result: Reply(result))
    assert script.calls == 2


def test_an_attempt_refused_after_its_wait_ends_with_the_last_exception(
    fs: Failsoft, way: Way, clock: ManualClock
) -> None:
    late = ManualClock.sleep

    def oversleep(seconds: float) -> None:
        late(clock, seconds + 60)

    clock.sleep = oversleep  # type: ignore[method-assign]
    events = Recorder(fs)
    error = LOST("the last")
    with pytest.raises(LOST) as caught:
        way.call(fs.guard("x", policy=retrying(deadline=10), idempotent=True), Script(error))
    assert caught.value is error
    assert [(e.attempts, e.outcome) for e in events.of(RetryEnded)] == [(1, "deadline")]
    assert caught.value.__notes__[-1] == "failsoft: gave up after attempt 1 (deadline)"
    assert "CallRejected" not in events.names()


# -- before_retry


def test_what_was_begun_is_undone_before_each_repetition(fs: Failsoft, way: Way) -> None:
    seen: list[tuple[int, int]] = []
    script = Script(LOST(), LOST(), "ok")
    view = failsoft.protect(retry=PLAIN, before_retry=lambda call: seen.append((call.attempt, script.calls)))(Script())
    binding = fs.endpoints.bind("GET", "/quotes", view)
    assert way.endpoint(binding, request_call(fs), script) == "ok"
    assert seen == [(1, 1), (2, 2)]


def test_where_undoing_fails_nothing_is_repeated(fs: Failsoft, way: Way) -> None:
    def undo(call: Any) -> None:
        raise RuntimeError("cannot roll back")

    events = Recorder(fs)
    script = Script(LOST())
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(retry=PLAIN, before_retry=undo)(Script()))
    with pytest.raises(RuntimeError, match="cannot roll back") as caught:
        way.endpoint(binding, request_call(fs), script)
    assert isinstance(caught.value.__context__, LOST)
    assert script.calls == 1
    assert [event.outcome for event in events.of(RetryEnded)] == ["not_retryable"]


def test_a_coroutine_function_may_undo_what_an_asynchronous_call_began(fs: Failsoft) -> None:
    seen = []

    async def undo(call: Any) -> None:
        seen.append(call.attempt)

    script = Script(LOST(), "ok")
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(retry=PLAIN, before_retry=undo)(Script()))
    assert ASYNC.endpoint(binding, request_call(fs), script) == "ok"
    assert seen == [1]


# -- the circuit breaker between attempts


def test_an_opening_circuit_ends_the_attempts_with_the_last_exception(
    fs: Failsoft, way: Way, clock: ManualClock
) -> None:
    events = Recorder(fs)
    policy = Policy(
        retry=Retry(max_attempts=9, base_delay=1, jitter="none"), circuit_breaker=CircuitBreaker(failure_threshold=2)
    )
    script = Script(LOST("1"), LOST("2"), LOST("3"))
    with pytest.raises(LOST, match="2"):
        way.call(fs.guard("x", policy=policy, idempotent=True), script)
    assert (script.calls, clock.slept) == (2, [1])
    assert events.of(RetryEnded)[0].outcome == "circuit_open"


def test_a_circuit_that_others_opened_during_the_wait_ends_the_attempts(
    fs: Failsoft, way: Way, clock: ManualClock
) -> None:
    events = Recorder(fs)
    policy = Policy(retry=Retry(base_delay=1, jitter="none"), circuit_breaker=CircuitBreaker(failure_threshold=5))
    late = ManualClock.sleep

    def others_fail(seconds: float) -> None:
        late(clock, seconds)
        fs.circuit_breakers["guard:x"].force_open()

    clock.sleep = others_fail  # type: ignore[method-assign]
    error = LOST("mine")
    with pytest.raises(LOST) as caught:
        way.call(fs.guard("x", policy=policy, idempotent=True), Script(error))
    assert caught.value is error
    assert [(e.attempts, e.outcome) for e in events.of(RetryEnded)] == [(1, "circuit_open")]
    assert caught.value.__notes__[-1] == "failsoft: gave up after attempt 1 (circuit_open)"
    assert "CallRejected" not in events.names()
