"""Retries that count wrong, share what is each call's own, or never end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import failsoft
from both_ways import Script, Way
from clocks import ManualClock
from failsoft import Budget, CircuitBreaker, Failsoft, Policy, Retry

LOST = ConnectionResetError


class PerTask(ManualClock):
    """Notes who has slept how long."""

    def __init__(self) -> None:
        super().__init__()
        self.by_task: dict[str, list[float]] = {}

    async def asleep(self, seconds: float) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.by_task.setdefault(task.get_name(), []).append(seconds)
        await asyncio.sleep(0)


@pytest.mark.parametrize("attempts", [1, 2, 3, 5])
def test_attempts_are_all_attempts(fs: Failsoft, way: Way, attempts: int) -> None:
    """Trap: `attempts=3` runs four times."""
    script = Script(LOST())
    guard = fs.guard("x", policy=Policy(retry=Retry(max_attempts=attempts, base_delay=0)), idempotent=True)
    with pytest.raises(LOST):
        way.call(guard, script)
    assert script.calls == attempts


@pytest.mark.parametrize("retry", [Retry(), Retry(strategy="general"), Retry(strategy="network")])
def test_there_is_an_end_to_retries_that_nobody_configured(fs: Failsoft, way: Way, retry: Retry) -> None:
    """Trap: a bare decorator tries for ever, without a wait."""
    script = Script(LOST())
    with pytest.raises(LOST):
        way.call(fs.guard("x", policy=Policy(retry=retry), idempotent=True), script)
    assert script.calls == retry.max_attempts <= 10


def test_calls_at_the_same_time_each_have_their_own_delays() -> None:
    """Trap: one iterator of delays serves all calls, so two calls wait 20, 40, 161 and 20, 80, 322 ms."""
    clock = PerTask()
    retry = Retry(max_attempts=4, base_delay=0.02, multiplier=2, jitter="none")

    async def fails() -> None:
        await asyncio.sleep(0)
        raise LOST

    async def main() -> None:
        async with asyncio.TaskGroup() as group:
            for name in "ab":
                group.create_task(expect(guard.acall), name=name)
                await asyncio.sleep(0)

    async def expect(acall: object) -> None:
        with pytest.raises(LOST):
            await guard.acall(fails)

    with Failsoft({}, clock=clock) as fs:
        guard = fs.guard("x", policy=Policy(retry=retry), idempotent=True)
        asyncio.run(main())
    assert clock.by_task == {"a": [0.02, 0.04, 0.08], "b": [0.02, 0.04, 0.08]}


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """The spans that a real SDK finishes, each once."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)
    yield exporter
    provider.shutdown()


def test_what_an_attempt_opens_is_closed_once_and_let_go(kept: InMemorySpanExporter, way: Way) -> None:
    """Trap: a list of context managers is shared by all calls and never emptied: 200 retries, 40 000 exits."""
    with Failsoft({}, clock=ManualClock()) as fs:
        retry = Retry(max_attempts=2, base_delay=0, budget=Budget(min_per_second=1000))
        guard = fs.guard("x", policy=Policy(retry=retry), idempotent=True)
        with trace.get_tracer("server").start_as_current_span("GET /x") as around:
            for _ in range(200):
                assert way.call(guard, Script(LOST(), "well")) == "well"
                assert trace.get_current_span() is around
    names = [span.name for span in kept.get_finished_spans()]
    assert names.count("failsoft.attempt") == 200


def test_an_opening_circuit_ends_the_attempts(fs: Failsoft, way: Way) -> None:
    """Trap: with the breaker outside the retry, five attempts count as one failure, and an open circuit is retried."""
    script = Script(LOST())
    policy = Policy(
        retry=Retry(max_attempts=9, base_delay=0), circuit_breaker=CircuitBreaker(failure_threshold=3, open_duration=60)
    )
    guard = fs.guard("x", policy=policy, idempotent=True)
    with pytest.raises(LOST):
        way.call(guard, script)
    with pytest.raises(failsoft.CircuitOpenError):
        way.call(guard, script)
    assert script.calls == 3


def test_what_is_exhausted_raises_what_was_met(fs: Failsoft, way: Way) -> None:
    """Trap: a wrapper of the library's own takes the place of the exception that the caller's `except` is for."""
    errors = [LOST("one"), LOST("two"), LOST("three")]
    guard = fs.guard("x", policy=Policy(retry=Retry(max_attempts=3, base_delay=0)), idempotent=True)
    with pytest.raises(LOST) as caught:
        way.call(guard, Script(*errors))
    assert caught.value is errors[2]


def test_retries_that_still_wait_are_paid_already(make: Callable[..., Failsoft]) -> None:
    """Trap: a budget counts the retries that run, so that hundreds wait at the same time and then overshoot it."""
    clock = PerTask()
    fs = make(clock=clock)
    retry = Retry(max_attempts=2, base_delay=1, jitter="none", budget=Budget(ratio=0.1, min_per_second=0))
    guard, runs = fs.guard("x", policy=Policy(retry=retry), idempotent=True), []

    async def fails() -> None:
        runs.append(1)
        await asyncio.sleep(0)
        raise LOST

    async def main() -> None:
        await asyncio.gather(*(guard.acall(fails) for _ in range(200)), return_exceptions=True)

    asyncio.run(main())
    assert 200 < len(runs) <= 220
