"""What is repeated, how often, after what wait, and how it ends."""

from __future__ import annotations

import socket
from random import Random
from typing import Any

import pytest

import failsoft
from both_ways import Script, Way, request_call
from clocks import ManualClock
from failsoft import Failsoft, Policy, Retry
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
