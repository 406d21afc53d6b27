"""Reloading under load: calls of many threads and tasks, while the settings change all the time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

import failsoft
from both_ways import Script, request_call
from core.engine.test_parallel import at_once
from core.reload.conftest import Live
from failsoft import Failsoft
from failsoft.clock import SystemClock

LOST = ConnectionResetError
RELOADS = 200


def text(number: int) -> str:
    """Settings that differ from one number to the next in whatever may change."""
    window = ("'60s'", "50", "100")[number % 3]
    return f"""
        [rollout]
        mode = "{("enforce", "observe", "enforce", "enforce")[number % 4]}"
        [policies.p]
        timeout = {30 + number % 2}
        rate_limit = "{100000 + number % 2}/second"
        [policies.p.retry]
        max_attempts = {2 + number % 2}
        base_delay = 0
        budget = {{ min_per_second = {1000 + number % 2} }}
        [policies.p.circuit_breaker]
        failure_threshold = {1000 + number % 7}
        window = {window}
        half_open_calls = {1 + number % 3}
        [policies.q]
        deadline = {60 + number % 2}
        [policies.q.circuit_breaker]
        failure_threshold = {1000 + number % 5}
        scope = "{("endpoint", "policy")[number // 8 % 2]}"
        [[endpoints]]
        match = "GET /{("a", "b")[number % 2]}"
        policy = "p"
        [errors."builtins.LookupError"]
        status = {409 + number % 2}
    """


def calls(fs: Failsoft) -> list[Callable[[], Any]]:
    """One call of each kind, which must go well."""
    limited, plain = fs.guard("limited", policy="p", idempotent=True), fs.guard("plain", policy="q")
    decorated = plain(lambda: "well")
    view = failsoft.protect(policy="q")(Script("well"))

    def block() -> str:
        with plain:
            return "well"

    def retried() -> str:
        return limited.call(Script(LOST(), "well")) if fs.roll_mode() == "never" else limited.call(Script("well"))

    def endpoint() -> str:
        binding = fs.endpoints.bind("GET", "/a", view)
        if binding.pipeline is None:
            return "well"
        return binding.pipeline.call(request_call(fs, key="GET /a"), Script("well"))

    async def asynchronous() -> str:
        async def well() -> str:
            await asyncio.sleep(0)
            return "well"

        return await plain.acall(well)

    def answer() -> str:
        return "well" if fs.handle(LookupError("x")).status in (409, 410) else "badly"

    return [retried, decorated, block, endpoint, lambda: asyncio.run(asynchronous()), answer]


@pytest.mark.filterwarnings("ignore:.*:ResourceWarning")
def test_no_call_goes_wrong_and_no_permit_is_lost(live: Live) -> None:
    fs = live.start(text(0), clock=SystemClock())
    done = threading.Event()

    def work(number: int) -> Any:
        if number:
            made, turns = calls(fs), 0
            while not done.is_set() or turns < 50:
                turns += 1
                for call in made:
                    assert call() == "well"
            return "well"
        try:
            for turn in range(1, RELOADS + 1):
                assert live.change(text(turn)) == []
        finally:
            done.set()
        return "reloaded"

    assert at_once(work) == ["reloaded", *["well"] * 7]
    for breaker in fs.circuit_breakers.values():
        snapshot = breaker.snapshot()
        assert (snapshot.state, snapshot.counts.failures, snapshot.probes_in_flight) == ("closed", 0, 0)
    # the last settings are in force everywhere, and the circuits go by them
    last = fs.settings.policies
    for guard, policy in (("limited", "p"), ("plain", "q")):
        fs.guard(guard, policy=policy).call(Script("well"))
        limits = fs.endpoints.guard(f"guard:{guard}", policy).limits
        assert limits.breaker is fs.circuit_breakers[limits.breaker.name]  # type: ignore[union-attr]
        assert limits.breaker.options == last[policy].circuit_breaker  # type: ignore[union-attr]


def test_failures_of_eight_threads_are_all_counted_across_reloads(live: Live) -> None:
    def settings(number: int) -> str:
        return f"[policies.p.circuit_breaker]\nfailure_threshold = {10**6 + number}\nwindow = 4000\n"

    fs = live.start(settings(0))
    guard = fs.guard("x", policy="p")

    def work(number: int) -> None:
        if not number:
            for turn in range(RELOADS):
                assert live.change(settings(turn)) == []
            return
        for _ in range(400):
            with pytest.raises(LOST):
                guard.call(Script(LOST()))

    assert at_once(work) == [None] * 8
    counts = fs.circuit_breakers["guard:x"].snapshot().counts
    assert (counts.total, counts.failures) == (2800, 2800)


def test_an_open_circuit_lets_nobody_through_while_settings_change(live: Live) -> None:
    def settings(number: int) -> str:
        options = f"failure_threshold = {1 + number % 3}\nopen_duration = {60 + number % 5}\nwindow = {50 + number}\n"
        return f"[policies.p.circuit_breaker]\n{options}"

    fs = live.start(settings(0))
    guard, script = fs.guard("x", policy="p"), Script("well")
    with pytest.raises(LOST):
        guard.call(Script(LOST()))

    def work(number: int) -> None:
        if not number:
            for turn in range(RELOADS):
                assert live.change(settings(turn)) == []
            return
        for _ in range(500):
            with pytest.raises(failsoft.CircuitOpenError):
                guard.call(script)

    assert at_once(work) == [None] * 8
    assert (script.calls, fs.circuit_breakers["guard:x"].state) == (0, "open")


def test_a_limit_holds_while_it_is_changed(live: Live) -> None:
    """The rate changes to and fro, the burst stays: nobody gets more than the larger of both."""

    def settings(number: int) -> str:
        return f"[policies.p]\nrate_limit = {{ rate = '{1 + number % 2}/day', burst = 100 }}\n"

    fs = live.start(settings(0))
    guard = fs.guard("x", policy="p")

    def work(number: int) -> int:
        if not number:
            for turn in range(RELOADS):
                assert live.change(settings(turn)) == []
            return 0
        passed = 0
        for _ in range(100):
            try:
                guard.call(Script("well"))
            except failsoft.RateLimitError:
                continue
            passed += 1
        return passed

    assert sum(at_once(work)) == 100


def test_reloads_at_the_same_time_come_one_after_the_other(live: Live) -> None:
    fs = live.start(text(0))
    assert at_once(lambda number: [fs.reload() for _ in range(10)]) == [[()] * 10] * 8
