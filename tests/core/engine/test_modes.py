"""`observe`, `percent`, `bypass`, the kill switch: how far Failsoft acts, and that otherwise it does nothing."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest

import failsoft
from both_ways import ASYNC, SYNC, Recorder, Script, Way, request_call
from clocks import ManualClock
from failsoft import CircuitBreaker, Failsoft, Policy, Retry
from failsoft.current import current_call
from failsoft.events import WouldReject, WouldRetry, WouldTimeout
from failsoft.run import Reply

LOST = ConnectionResetError
ALL = Policy(
    timeout=2,
    deadline=9,
    retry=Retry(base_delay=1, jitter="none"),
    circuit_breaker=CircuitBreaker(failure_threshold=2, open_duration=30, half_open_calls=1),
)
ACTS = {"RetryScheduled", "RetryEnded", "CallRejected", "AttemptTimedOut"}


@pytest.fixture
def watching(make: Any) -> Failsoft:
    fs: Failsoft = make({"rollout": {"mode": "observe"}})
    return fs


# -- observe


def test_nothing_is_repeated_and_it_is_told(watching: Failsoft, way: Way, clock: ManualClock) -> None:
    events = Recorder(watching)
    script = Script(LOST("mine"), "ok")
    with pytest.raises(LOST, match="mine") as caught:
        way.call(watching.guard("x", policy=ALL, idempotent=True), script)
    assert (script.calls, clock.slept) == (1, [])
    assert not hasattr(caught.value, "__notes__")
    assert [(e.attempt, e.failure.type) for e in events.of(WouldRetry)] == [(1, "ConnectionResetError")]
    assert not ACTS & set(events.names())


def test_a_returned_response_is_not_repeated_either(watching: Failsoft, way: Way) -> None:
    events = Recorder(watching)
    binding = watching.endpoints.bind("GET", "/quotes", failsoft.protect(retry=Retry())(Script()))
    script = Script(503, 200)
    assert way.endpoint(binding, request_call(watching, mode="observe"), script, reply=Reply) == 503
    assert [(e.status, e.failure) for e in events.of(WouldRetry)] == [(503, None)]


def test_nothing_is_rejected_and_it_is_told(watching: Failsoft, way: Way) -> None:
    guard = watching.guard("x", policy=ALL)
    for _ in range(2):
        with pytest.raises(LOST):
            way.call(guard, Script(LOST()))
    assert watching.circuit_breakers["guard:x"].state == "open"
    events = Recorder(watching)
    assert way.call(guard, Script("ok")) == "ok"
    assert [e.reason for e in events.of(WouldReject)] == ["circuit_open"]
    assert not ACTS & set(events.names())


def test_the_breaker_goes_on_as_if_it_were_in_force(watching: Failsoft, way: Way, clock: ManualClock) -> None:
    guard = watching.guard("x", policy=ALL)
    for _ in range(2):
        with pytest.raises(LOST):
            way.call(guard, Script(LOST()))
    way.call(guard, Script("not counted, for it would not have run"))
    assert watching.circuit_breakers["guard:x"].snapshot().counts.total == 2
    clock.advance(30)
    way.call(guard, Script("the probe"))
    assert watching.circuit_breakers["guard:x"].state == "closed"


def test_nothing_is_cut_off_and_it_is_told(watching: Failsoft, clock: ManualClock) -> None:
    events = Recorder(watching)

    async def slow() -> str:
        await asyncio.sleep(0)
        clock.advance(3)
        return "late"

    assert ASYNC.run(ASYNC.nested(watching.guard("x", policy=ALL), slow)) == "late"
    assert [(e.limit, e.duration) for e in events.of(WouldTimeout)] == [(2, 3)]
    assert not ACTS & set(events.names())


def test_a_deadline_alone_is_told_of_as_well(watching: Failsoft, way: Way, clock: ManualClock) -> None:
    events = Recorder(watching)
    guard = watching.guard("x", policy=Policy(deadline=4))
    assert way.call(guard, lambda: clock.advance(5)) is None
    assert [(e.limit, e.duration) for e in events.of(WouldTimeout)] == [(4, 5)]


def test_nobody_is_told_of_a_limit_that_is_not_in_force(watching: Failsoft, way: Way) -> None:
    """Drivers go by `remaining()`: to tell them of a limit would be to enforce it."""
    seen: list[Any] = []
    way.call(watching.guard("x", policy=ALL), lambda: seen.append(failsoft.remaining()))
    assert seen == [None]


def test_a_block_is_only_watched(watching: Failsoft, way: Way, clock: ManualClock) -> None:
    events = Recorder(watching)
    guard = watching.guard("x", policy=ALL)
    assert way.block(guard, lambda: clock.advance(3)) is None
    for _ in range(3):
        with pytest.raises(LOST):
            way.block(guard, Script(LOST()))
    assert events.names().count("WouldReject") == 1
    assert [(e.limit, e.duration) for e in events.of(WouldTimeout)] == [(2, 3)]


def test_a_block_of_an_instance_that_only_watches_is_not_cut_off(watching: Failsoft) -> None:
    guard = watching.guard("x", policy=Policy(timeout=0.000001))

    async def main() -> str:
        async with guard:
            for _ in range(50):
                await asyncio.sleep(0)
        return "whole"

    assert asyncio.run(main()) == "whole"


def test_guards_follow_the_request_they_are_called_in(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("x", policy=ALL, idempotent=True)
    script = Script(LOST(), "ok")
    token = current_call.set(request_call(fs, mode="observe"))
    try:
        with pytest.raises(LOST):
            way.call(guard, script)
    finally:
        current_call.reset(token)
    assert script.calls == 1


# -- off


@pytest.fixture(params=["mode", "bypass", "exempt", "disabled"])
def switched_off(request: Any, make: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    settings: dict[str, Any] = {"policies": {"upstream": {"retry": 3}}}
    if request.param == "mode":
        yield make({**settings, "rollout": {"mode": "off"}})
        return
    if request.param == "disabled":
        monkeypatch.setenv("FAILSOFT__DISABLED", "1")
    fs = make(settings)
    if request.param == "bypass":
        fs.bypass()
    token = current_call.set(request_call(fs, mode="off")) if request.param == "exempt" else None
    yield fs
    if token is not None:
        current_call.reset(token)


@pytest.mark.parametrize("policy", [ALL, "upstream"], ids=["inline", "named"])
def test_what_is_switched_off_does_nothing(switched_off: Failsoft, way: Way, policy: Any) -> None:
    events = Recorder(switched_off)
    guard = switched_off.guard("x", policy=policy, idempotent=True)
    seen: list[Any] = []
    script = Script(LOST())
    for _ in range(4):
        with pytest.raises(LOST):
            way.call(guard, script)
        with pytest.raises(LOST):
            way.block(guard, script)
    way.call(guard, lambda: seen.append((current_call.get() is not None, failsoft.remaining())))
    assert script.calls == 8
    assert seen == [(current_call.get() is not None, None)]
    assert events.events == []
    assert dict(switched_off.circuit_breakers) == {}


def test_an_asynchronous_block_that_is_switched_off_cuts_nothing_off(make: Any) -> None:
    fs = make({"rollout": {"mode": "off"}})
    guard = fs.guard("x", policy=Policy(timeout=0.000001))

    async def main() -> str:
        async with guard:
            for _ in range(50):
                await asyncio.sleep(0)
        return "whole"

    assert asyncio.run(main()) == "whole"


def test_the_kill_switch_reads_no_settings(monkeypatch: pytest.MonkeyPatch, make: Any) -> None:
    monkeypatch.setenv("FAILSOFT__DISABLED", "1")
    fs = make("/nowhere/failsoft.toml")
    assert fs.disabled
    assert fs.roll_mode() == "off"
    monkeypatch.setenv("FAILSOFT__DISABLED", "0")
    assert not make().disabled


def test_bypassing_ends_with_its_block_or_at_once(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=0)), idempotent=True)

    def attempts() -> int:
        script = Script(LOST())
        with pytest.raises(LOST):
            way.call(guard, script)
        return script.calls

    with fs.bypass():
        assert (fs.bypassed, attempts()) == (True, 1)
    assert (fs.bypassed, attempts()) == (False, 3)
    bypass = fs.bypass()
    assert attempts() == 1
    bypass.restore()
    assert attempts() == 3


def test_bypassing_holds_for_guards_in_requests_under_way(fs: Failsoft, way: Way) -> None:
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=0)), idempotent=True)
    script = Script(LOST())
    token = current_call.set(request_call(fs))
    try:
        with fs.bypass(), pytest.raises(LOST):
            way.call(guard, script)
    finally:
        current_call.reset(token)
    assert script.calls == 1


def test_a_block_that_was_open_when_failsoft_stepped_aside_is_still_settled(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=ALL)
    with guard:
        bypass = fs.bypass()
    bypass.restore()
    assert fs.circuit_breakers["guard:x"].snapshot().counts.total == 1


# -- percent


@pytest.mark.parametrize(
    ("mode", "modes"), [("enforce", {"enforce", "observe"}), ("observe", {"observe", "off"}), ("off", {"off"})]
)
def test_a_percentage_of_calls_is_in_the_mode_and_the_others_a_step_below(
    make: Any, mode: str, modes: set[str]
) -> None:
    fs = make({"rollout": {"mode": mode, "percent": 30}}, rng=Random(1))
    rolled = [fs.roll_mode() for _ in range(1000)]
    assert set(rolled) == modes
    if mode != "off":
        assert 250 < rolled.count(mode) < 350


@pytest.mark.parametrize(("percent", "mode"), [(0, "observe"), (100, "enforce")])
def test_none_and_all_are_exact(make: Any, percent: float, mode: str) -> None:
    fs = make({"rollout": {"percent": percent}})
    assert {fs.roll_mode() for _ in range(200)} == {mode}


def test_a_guarded_call_is_rolled_once(make: Any, way: Way) -> None:
    """Rolled twice, a call could come out as neither."""
    fs = make({"rollout": {"mode": "observe", "percent": 50}}, rng=Random(3))
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=0)), idempotent=True)
    scripts = [Script(LOST()) for _ in range(200)]
    events = Recorder(fs)
    for script in scripts:
        with pytest.raises(LOST):
            way.call(guard, script)
    assert {script.calls for script in scripts} == {1}
    assert 70 < events.names().count("WouldRetry") < 130


def test_guards_within_a_request_share_its_lot(make: Any) -> None:
    fs = make({"rollout": {"percent": 0}})
    guard = fs.guard("x", policy=Policy(retry=Retry(base_delay=0)), idempotent=True)
    script = Script(LOST(), "ok")
    token = current_call.set(request_call(fs, mode="enforce"))
    try:
        assert SYNC.call(guard, script) == "ok"
    finally:
        current_call.reset(token)


def test_an_endpoint_may_have_its_own_mode(fs: Failsoft, make: Any) -> None:
    binding = fs.endpoints.bind("GET", "/new", failsoft.protect(timeout=1, mode="observe")(Script()))
    assert fs.mode_for(binding, "enforce") == "observe"
    assert fs.mode_for(binding, "off") == "off"
    plain = fs.endpoints.bind("GET", "/old", Script())
    assert fs.mode_for(plain, "enforce") == "enforce"
