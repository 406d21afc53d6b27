"""What is repeated, how often, after what wait, and how it ends."""

from __future__ import annotations

import socket
from random import Random
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


def test_a_lost_connection_is_retried_until_it_works(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    script = Script(LOST("1"), LOST("2"), "paid")
    assert way.call(fs.guard("payments", policy=retrying(), idempotent=True), script) == "paid"
    assert script.calls == 3
    assert clock.slept == [1, 2]


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (ConnectionResetError("reset"), 3),
        (TimeoutError("slow"), 3),
        (failsoft.ServiceUnavailableError("busy"), 3),
        (BlockingIOError("full"), 3),
        (ValueError("our bug"), 1),
        (failsoft.NotFoundError("nothing"), 1),
        (failsoft.AuthenticationError("who"), 1),
        (failsoft.RateLimitError("too many"), 1),
        (failsoft.BulkheadFullError("full"), 1),
        (failsoft.CircuitOpenError(name="other"), 1),
        (MemoryError(), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_only_what_time_may_cure_is_retried(fs: Failsoft, way: Way, error: Exception, attempts: int) -> None:
    script = Script(error)
    with pytest.raises(type(error)):
        way.call(fs.guard("payments", policy=retrying(), idempotent=True), script)
    assert script.calls == attempts


@pytest.mark.parametrize(
    ("categories", "attempts"), [(["network"], 3), (["resource"], 1), (["resource", "network"], 3), ([], 1)]
)
def test_only_the_listed_categories_are_retried(fs: Failsoft, way: Way, categories: list[str], attempts: int) -> None:
    script = Script(LOST())
    with pytest.raises(LOST):
        way.call(fs.guard("x", policy=retrying(categories=categories, statuses=[]), idempotent=True), script)
    assert script.calls == attempts


def test_a_failure_of_a_listed_status_is_retried_whatever_its_category(fs: Failsoft, way: Way) -> None:
    script = Script(LOST("answers 502"))
    with pytest.raises(LOST):
        way.call(fs.guard("x", policy=retrying(categories=[], statuses=[502]), idempotent=True), script)
    assert script.calls == 3


@pytest.mark.parametrize(("status", "attempts"), [(502, 3), (503, 3), (504, 3), (500, 1), (501, 1), (200, 1), (429, 1)])
def test_a_returned_response_of_a_listed_status_is_retried(fs: Failsoft, way: Way, status: int, attempts: int) -> None:
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(retry=PLAIN)(Script()))
    script = Script(status)
    result = way.endpoint(binding, request_call(fs), script, reply=Reply)
    assert (result, script.calls) == (status, attempts)


@pytest.mark.parametrize(
    ("method", "attempts"),
    [("GET", 3), ("HEAD", 3), ("OPTIONS", 3), ("POST", 1), ("PUT", 1), ("DELETE", 1), ("PATCH", 1), ("BREW", 1)],
)
def test_only_safe_methods_are_repeated(fs: Failsoft, way: Way, method: str, attempts: int) -> None:
    binding = fs.endpoints.bind(method, "/quotes", failsoft.protect(retry=PLAIN)(Script()))
    script = Script(LOST())
    with pytest.raises(LOST):
        way.endpoint(binding, request_call(fs, method), script)
    assert script.calls == attempts


def test_more_methods_are_repeated_only_by_name(fs: Failsoft, way: Way) -> None:
    retry = Retry(methods=["PUT"], base_delay=0)
    binding = fs.endpoints.bind("PUT", "/quotes", failsoft.protect(retry=retry)(Script()))
    puts, gets = Script(LOST()), Script(LOST())
    for method, script in (("PUT", puts), ("GET", gets)):
        with pytest.raises(LOST):
            way.endpoint(binding, request_call(fs, method), script)
    assert (puts.calls, gets.calls) == (3, 1)


@pytest.mark.parametrize(("idempotent", "attempts"), [(True, 3), (None, 1), (False, 1)])
def test_an_endpoint_may_say_that_it_can_be_repeated(
    fs: Failsoft, way: Way, idempotent: bool | None, attempts: int
) -> None:
    binding = fs.endpoints.bind("POST", "/orders", failsoft.protect(retry=PLAIN)(Script()))
    script = Script(LOST())
    with pytest.raises(LOST):
        way.endpoint(binding, request_call(fs, "POST", idempotent=idempotent), script)
    assert script.calls == attempts


def test_an_endpoint_may_say_that_not_even_a_get_can_be_repeated(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("GET", "/next", failsoft.protect(retry=PLAIN)(Script()))
    script = Script(LOST())
    with pytest.raises(LOST):
        way.endpoint(binding, request_call(fs, "GET", idempotent=False), script)
    assert script.calls == 1


def test_a_request_whose_body_is_gone_is_not_repeated(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(retry=PLAIN)(Script()))
    script = Script(LOST())
    with pytest.raises(LOST):
        way.endpoint(binding, request_call(fs, idempotent=True, replayable=False), script)
    assert script.calls == 1


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (ConnectionRefusedError("refused"), 3),
        (socket.gaierror(socket.EAI_AGAIN, "no such name yet"), 3),
        (ConnectionResetError("after the request was sent, perhaps"), 1),
        (TimeoutError("no answer"), 1),
        (failsoft.ServiceUnavailableError("an answer"), 1),
        (failsoft.OperationTimeoutError("cut off"), 1),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_guard_that_is_not_idempotent_repeats_only_what_was_never_sent(
    fs: Failsoft, way: Way, error: Exception, attempts: int
) -> None:
    script = Script(error)
    with pytest.raises(type(error)):
        way.call(fs.guard("payments", policy=retrying()), script)
    assert script.calls == attempts


def test_what_was_never_sent_says_nothing_about_what_a_view_did_before(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("POST", "/orders", failsoft.protect(retry=PLAIN)(Script()))
    script = Script(ConnectionRefusedError())
    with pytest.raises(ConnectionRefusedError):
        way.endpoint(binding, request_call(fs, "POST"), script)
    assert script.calls == 1


@pytest.mark.parametrize("attempts", [1, 2, 7])
def test_max_attempts_counts_the_first_one(fs: Failsoft, way: Way, attempts: int) -> None:
    script = Script(LOST())
    with pytest.raises(LOST):
        way.call(fs.guard("x", policy=retrying(max_attempts=attempts), idempotent=True), script)
    assert script.calls == attempts


# -- waits


@pytest.mark.parametrize(
    ("options", "waits"),
    [
        ({"backoff": "constant"}, [2, 2, 2, 2]),
        ({"backoff": "linear"}, [2, 4, 6, 7]),
        ({"backoff": "exponential"}, [2, 4, 7, 7]),
        ({"backoff": "exponential", "multiplier": 1.5}, [2, 3, 4.5, 6.75]),
        ({"backoff": "exponential", "multiplier": 1}, [2, 2, 2, 2]),
        ({"base_delay": 0}, [0, 0, 0, 0]),
    ],
)
def test_waits_grow_as_the_options_say(
    fs: Failsoft, way: Way, clock: ManualClock, options: dict[str, Any], waits: list[float]
) -> None:
    policy = retrying(**{"max_attempts": 5, "base_delay": 2, "max_delay": 7, **options})
    with pytest.raises(LOST):
        way.call(fs.guard("x", policy=policy, idempotent=True), Script(LOST()))
    assert clock.slept == pytest.approx(waits)


@pytest.mark.parametrize(
    ("jitter", "bounds"),
    [
        ("full", [(0, 2), (0, 4), (0, 7)]),
        ("equal", [(1, 2), (2, 4), (3.5, 7)]),
        ("proportional", [(1, 3), (2, 6), (3.5, 7)]),
        ("decorrelated", [(2, 6), (2, 7), (2, 7)]),
    ],
)
def test_jitter_spreads_the_waits_within_its_bounds(
    fs: Failsoft, way: Way, clock: ManualClock, jitter: str, bounds: list[tuple[float, float]]
) -> None:
    policy = Policy(retry=Retry(max_attempts=4, base_delay=2, max_delay=7, jitter=jitter))  # type: ignore[arg-type]
    guard = fs.guard("x", policy=policy, idempotent=True)
    seen: list[list[float]] = [[], [], []]
    for _ in range(30):
        clock.slept.clear()
        with pytest.raises(LOST):
            way.call(guard, Script(LOST()))
        for waits, wait in zip(seen, clock.slept, strict=True):
            waits.append(wait)
    for waits, (low, high) in zip(seen, bounds, strict=True):
        assert low <= min(waits) < max(waits) <= high
        assert len(set(waits)) > 25


def test_the_same_seed_gives_the_same_waits(make: Any, way: Way, clock: ManualClock) -> None:
    runs = []
    for _ in range(2):
        fs = make(rng=Random(5))
        clock.slept.clear()
        with pytest.raises(LOST):
            way.call(fs.guard("x", policy=Policy(retry=5), idempotent=True), Script(LOST()))  # type: ignore[arg-type]
        runs.append([*clock.slept])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 4


@pytest.mark.parametrize(
    ("strategy", "attempts", "longest"), [("general", 5, 30.0), ("network", 10, 5.0), ("external", 3, 60.0)]
)
def test_a_named_strategy_can_be_used(
    fs: Failsoft, way: Way, clock: ManualClock, strategy: str, attempts: int, longest: float
) -> None:
    error = failsoft.ServiceUnavailableError() if strategy == "external" else LOST()
    script = Script(error)
    with pytest.raises(type(error)):
        way.call(fs.guard("x", policy=Policy(retry=strategy), idempotent=True), script)  # type: ignore[arg-type]
    assert script.calls == attempts
    assert max(clock.slept) <= longest


# -- Retry-After


def test_what_the_peer_asked_for_replaces_the_computed_wait(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    busy = failsoft.ServiceUnavailableError("busy", retry_after=17)
    with pytest.raises(failsoft.ServiceUnavailableError):
        way.call(fs.guard("x", policy=retrying(), idempotent=True), Script(busy))
    assert clock.slept == [17, 17]


def test_retry_after_on_a_returned_response_is_honoured(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(retry=PLAIN)(Script()))
    script = Script(503, 200)
    assert way.endpoint(binding, request_call(fs), script, reply=lambda status: Reply(status, 9.0)) == 200
    assert clock.slept == [9]


def test_a_peer_that_asks_for_nothing_gets_an_immediate_repetition(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    script = Script(failsoft.ServiceUnavailableError(retry_after=0), "ok")
    assert way.call(fs.guard("x", policy=retrying(), idempotent=True), script) == "ok"
    assert clock.slept == [0]


def test_without_a_deadline_no_peer_holds_us_longer_than_max_delay(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    script = Script(failsoft.ServiceUnavailableError(retry_after=61))
    with pytest.raises(failsoft.ServiceUnavailableError):
        way.call(fs.guard("x", policy=retrying(max_delay=60), idempotent=True), script)
    assert (script.calls, clock.slept) == (1, [])


def test_with_a_deadline_the_deadline_alone_bounds_what_a_peer_asks(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = fs.guard("x", policy=retrying(max_delay=60, deadline=100), idempotent=True)
    assert way.call(guard, Script(failsoft.ServiceUnavailableError(retry_after=61), "ok")) == "ok"
    assert clock.slept == [61]


@pytest.mark.parametrize("asked", [-5, float("nan"), float("inf"), 1e300])
def test_an_absurd_retry_after_costs_nobody_the_exception(fs: Failsoft, way: Way, asked: float) -> None:
    error = failsoft.ServiceUnavailableError("busy", retry_after=asked)
    for deadline in (None, 100):
        with pytest.raises(failsoft.ServiceUnavailableError) as caught:
            way.call(fs.guard(f"x{deadline}", policy=retrying(deadline=deadline), idempotent=True), Script(error))
        assert caught.value is error


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
