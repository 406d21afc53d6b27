"""Guards within guards, and guards within endpoints."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import failsoft
from both_ways import SYNC, Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft, Policy, Retry
from failsoft.current import current_call

LOST = ConnectionResetError
THREE = Policy(retry=Retry(max_attempts=3, base_delay=0))


def test_what_was_retried_inside_is_not_retried_again_outside(fs: Failsoft, way: Way) -> None:
    inner, outer = (fs.guard(name, policy=THREE, idempotent=True) for name in ("inner", "outer"))
    script = Script(LOST())
    with pytest.raises(LOST):
        way.run(way.nested(outer, way.through(inner, script)))
    assert script.calls == 3


@pytest.mark.parametrize("chained", [True, False], ids=["raised from it", "raised while handling it"])
def test_nor_is_what_was_made_of_it(fs: Failsoft, chained: bool) -> None:
    inner, outer = (fs.guard(name, policy=THREE, idempotent=True) for name in ("inner", "outer"))
    script = Script(LOST())

    def converts() -> None:
        try:
            SYNC.call(inner, script)
        except LOST as error:
            if chained:
                raise failsoft.ServiceUnavailableError from error
            raise failsoft.ServiceUnavailableError  # noqa: B904

    with pytest.raises(failsoft.ServiceUnavailableError):
        SYNC.call(outer, converts)
    assert script.calls == 3


def test_another_failure_after_it_is_retried_outside(fs: Failsoft) -> None:
    inner, outer = (fs.guard(name, policy=THREE, idempotent=True) for name in ("inner", "outer"))
    script = Script(LOST())
    own = Script(LOST("of the outer's own"))

    def recovers() -> None:
        try:
            SYNC.call(inner, script)
        except LOST:
            pass
        own()

    with pytest.raises(LOST, match="of the outer's own"):
        SYNC.call(outer, recovers)
    assert (own.calls, script.calls) == (3, 9)


def test_a_guard_without_retry_leaves_the_retrying_to_the_outside(fs: Failsoft, way: Way) -> None:
    inner = fs.guard("inner", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=50)))
    outer = fs.guard("outer", policy=THREE, idempotent=True)
    script = Script(LOST())
    with pytest.raises(LOST):
        way.run(way.nested(outer, way.through(inner, script)))
    assert script.calls == 3
    assert fs.circuit_breakers["guard:inner"].snapshot().counts.failures == 3


def test_a_guard_that_dares_not_repeat_is_not_repeated_by_its_endpoint(fs: Failsoft, way: Way) -> None:
    charge = fs.guard("charge", policy=THREE)
    binding = fs.endpoints.bind("GET", "/pay", failsoft.protect(retry=Retry(base_delay=0))(Script()))
    script = Script(TimeoutError("perhaps charged"))
    with pytest.raises(TimeoutError):
        way.endpoint(binding, request_call(fs), lambda: SYNC.call(charge, script))
    assert script.calls == 1


def test_a_rejection_inside_is_neither_repeated_nor_counted_outside(fs: Failsoft, way: Way) -> None:
    breaker = CircuitBreaker(failure_threshold=1)
    inner = fs.guard("inner", policy=Policy(circuit_breaker=breaker))
    outer = fs.guard("outer", policy=Policy(circuit_breaker=breaker, retry=Retry(base_delay=0)), idempotent=True)
    with pytest.raises(LOST):
        way.call(inner, Script(LOST()))
    events = Recorder(fs)
    with pytest.raises(failsoft.CircuitOpenError, match="guard:inner"):
        way.run(way.nested(outer, way.through(inner, Script())))
    assert fs.circuit_breakers["guard:outer"].state == "closed"
    assert "RetryScheduled" not in events.names()


def test_ids_go_down_and_nothing_comes_up(fs: Failsoft, way: Way) -> None:
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(timeout=60)(Script()))
    call = request_call(fs, request_id="req-1", trace_id="0af7651916cd43dd8448eb211c80319c")
    guard = fs.guard("x", policy=Policy(retry=THREE.retry, timeout=60))
    seen: list[Any] = []
    way.endpoint(binding, call, lambda: SYNC.call(guard, lambda: seen.append(current_call.get())))
    assert [(c.request_id, c.trace_id, c.endpoint) for c in seen] == [
        ("req-1", "0af7651916cd43dd8448eb211c80319c", "guard:x")
    ]
    assert (call.endpoint, call.attempt, call.policy) == ("GET /quotes/{symbol}", 1, "")


def test_waits_inside_are_charged_to_the_deadline_outside(fs: Failsoft, way: Way, clock: ManualClock) -> None:
    inner = fs.guard("inner", policy=Policy(retry=Retry(max_attempts=9, base_delay=2, jitter="none")), idempotent=True)
    outer = fs.guard("outer", policy=Policy(deadline=5))
    script = Script(LOST())
    with pytest.raises(LOST):
        way.run(way.nested(outer, way.through(inner, script)))
    assert (script.calls, clock.slept) == (2, [2])


def test_each_event_names_its_guard_and_the_request(fs: Failsoft, way: Way) -> None:
    events = Recorder(fs)
    binding = fs.endpoints.bind("GET", "/quotes", failsoft.protect(timeout=60)(Script()))
    guard = fs.guard("x", policy=THREE, idempotent=True)
    with pytest.raises(LOST):
        way.endpoint(binding, request_call(fs, request_id="req-7"), lambda: SYNC.call(guard, Script(LOST())))
    assert {(e.endpoint, e.request_id) for e in events.events} == {("guard:x", "req-7")}
    assert events.names() == ["RetryScheduled", "RetryScheduled", "RetryEnded", "GuardCompleted"]


def test_a_guard_of_another_instance_goes_by_its_own_mode(make: Any, way: Way) -> None:
    watching, acting = make({"rollout": {"mode": "observe"}}), make()
    script = Script(LOST(), "ok")
    outer = watching.guard("outer", policy=Policy(deadline=60))
    inner = acting.guard("inner", policy=THREE, idempotent=True)
    assert way.run(way.nested(outer, way.through(inner, script))) == "ok"
    assert script.calls == 2


def test_a_stored_exception_may_be_retried_again_another_time(fs: Failsoft, way: Way) -> None:
    """The mark that it was retried in vain is one of that call, not of the exception for ever."""
    stored = LOST()
    inner, outer = (fs.guard(name, policy=THREE, idempotent=True) for name in ("inner", "outer"))
    for _ in range(2):
        script = Script(stored)
        with pytest.raises(LOST):
            way.run(way.nested(outer, way.through(inner, script)))
        assert script.calls == 3
    plain = Script(stored)
    with pytest.raises(LOST):
        way.call(outer, plain)
    assert plain.calls == 3


def test_what_a_task_below_retried_is_not_retried_again(fs: Failsoft) -> None:
    inner, outer = (fs.guard(name, policy=THREE, idempotent=True) for name in ("inner", "outer"))
    script = Script(LOST())

    async def below() -> Any:
        return await asyncio.create_task(inner.acall(fails))

    async def fails() -> Any:
        return script()

    with pytest.raises(LOST):
        asyncio.run(outer.acall(below))
    assert script.calls == 3
