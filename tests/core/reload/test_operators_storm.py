"""Operators who try every lever there is, in any order, while eight threads call: nothing but what was declared."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from random import Random
from typing import Any

import pytest

import failsoft
from clocks import ManualClock
from core.engine.test_bulkhead_parallel import at_once
from core.reload.conftest import Live
from failsoft import Failsoft, testing
from failsoft.clock import SystemClock
from failsoft.current import current_call
from failsoft.events import InternalError, SettingsReloaded
from failsoft.guard import _blocks

CALLERS = 8
MOVES = 150
GUARDS = ("one", "two")


class Injected(Exception):
    """What an armed fault raises."""


DECLARED = (
    ConnectionResetError,
    Injected,
    failsoft.CircuitOpenError,
    failsoft.BulkheadFullError,
    failsoft.RateLimitError,
    failsoft.OperationTimeoutError,
)


@pytest.fixture(autouse=True)
def _switch_all_the_time() -> Iterator[None]:
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def settings(rng: Random) -> str:
    """Any settings, with two policies."""

    def policy(name: str) -> str:
        lines = [f"[policies.{name}]", f"deadline = {rng.choice([30, 60])}"]
        if rng.random() < 0.5:
            lines.append(f'rate_limit = "{rng.choice([1000, 100000])}/second"')
        if rng.random() < 0.8:
            queue = rng.choice(["", ", max_queue = 4, max_wait = 1"])
            kind = rng.choice([f"max_concurrent = {rng.randint(1, 4)}", 'adaptive = "aimd"', 'adaptive = "gradient2"'])
            lines.append(f"bulkhead = {{ {kind}{queue} }}")
        if rng.random() < 0.8:
            lines.append(f"retry = {{ max_attempts = {rng.randint(1, 3)}, base_delay = 0.0001 }}")
        if rng.random() < 0.8:
            window = rng.choice(["5", "50", "'10s'"])
            lines += [
                f"[policies.{name}.circuit_breaker]",
                f"failure_threshold = {rng.randint(1, 6)}",
                f"window = {window}",
                "open_duration = 0.001",
                f"half_open_calls = {rng.randint(2, 3)}",
                f"half_open_concurrency = {rng.randint(1, 2)}",
                f"half_open_max_wait = {rng.choice(['0.002', '30'])}",
                f'scope = "{rng.choice(["endpoint", "policy"])}"',
            ]
        return "\n".join(lines)

    rollout = rng.choice(["enforce", "enforce", "enforce", "observe", "off"])
    percent = rng.choice([100, 100, 50])
    return f'[rollout]\nmode = "{rollout}"\npercent = {percent}\n' + "\n".join(policy(name) for name in "pq")


class Operator:
    """Pulls levers; those that are put back are put back in the order of `with` blocks."""

    def __init__(self, live: Live, fs: Failsoft, rng: Random) -> None:
        self.live, self.fs, self.rng = live, fs, rng
        self.stack: list[ExitStack] = []
        self.levers: list[Callable[[], object]] = [
            self.command, self.command, self.reload, self.reload, self.step_aside, self.subscribe,
            self.switch, self.switch, self.put_back, self.put_back, self.look,
        ]  # fmt: skip

    def command(self) -> None:
        for breaker in tuple(self.fs.circuit_breakers.values()):
            getattr(breaker, self.rng.choice(["reset", "reset", "force_open", "disable", "metrics_only"]))()

    def reload(self) -> None:
        if self.rng.random() < 0.2:
            assert self.live.change("[policies.p]\ndeadline = 'never'") != []
        else:
            assert self.live.change(settings(self.rng)) == []

    def step_aside(self) -> None:
        with self.fs.bypass():
            pass

    def subscribe(self) -> None:
        seen: list[Any] = []
        unsubscribe = self.fs.events.subscribe(seen.append)
        unsubscribe()

    def switch(self) -> None:
        names = [*self.fs.circuit_breakers]
        fault: dict[str, Any] = {"raises": Injected, "rate": 0.3, "must_fire": False, "fs": self.fs}
        choices: list[Callable[[], Any]] = [
            lambda: testing.disabled(self.fs),
            lambda: testing.no_sleep(self.fs),
            lambda: testing.clock(self.fs),
            lambda: testing.fault(f"guard:{self.rng.choice(GUARDS)}", **fault),
            lambda: self.fs.bypass(),
        ]
        if names:
            choices.append(lambda: testing.force_open(self.rng.choice(names), self.fs))
            choices.append(lambda: testing.force_closed(self.rng.choice(names), self.fs))
        stack = ExitStack()
        entered = stack.enter_context(self.rng.choice(choices)())
        if isinstance(entered, ManualClock):
            entered.advance(self.rng.choice([0.0, 0.5, 60.0]))
        self.stack.append(stack)

    def put_back(self) -> None:
        if self.stack:
            self.stack.pop().close()

    def look(self) -> None:
        for breaker in tuple(self.fs.circuit_breakers.values()):
            assert breaker.snapshot().probes_in_flight >= 0
        for snapshot in self.fs.bulkheads.snapshots().values():
            assert 0 <= snapshot.waiting <= CALLERS
        for name in GUARDS:
            self.fs.retries.statistics(name)

    def work(self) -> str:
        for _ in range(MOVES):
            self.rng.choice(self.levers)()
        while self.stack:
            self.put_back()
        return "done"


def caller(fs: Failsoft, seed: int, done: threading.Event) -> Callable[[], str]:
    """Calls through every door until the operator is done."""

    def work() -> str:
        rng, turns = Random(seed), 0
        guards = [fs.guard(name, policy=policy, idempotent=True) for name, policy in zip(GUARDS, "pq", strict=True)]

        def body() -> str:
            if rng.random() < 0.3:
                raise ConnectionResetError
            return "well"

        async def abody() -> str:
            await asyncio.sleep(0)
            return body()

        async def block(guard: failsoft.Guard) -> None:
            async with guard:
                await abody()

        async def broken_off(guard: failsoft.Guard) -> None:
            task = asyncio.ensure_future(guard.acall(abody))
            for _ in range(rng.randrange(3)):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

        with asyncio.Runner() as runner:
            while turns < 30 or not done.is_set():
                turns += 1
                guard = rng.choice(guards)
                way = rng.randrange(6)
                try:
                    if way == 0:
                        with guard:
                            body()
                    elif way == 1:
                        with guards[0]:
                            guards[1].call(body)
                    elif way == 2:
                        runner.run(guard.acall(abody))
                    elif way == 3:
                        runner.run(block(guard))
                    elif way == 4:
                        runner.run(broken_off(guard))
                    else:
                        guard.call(body)
                except DECLARED:
                    pass
                assert current_call.get() is None
                assert _blocks.get() == ()
        assert all(guard._open == {} for guard in guards)
        return "done"

    return work


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.filterwarnings("ignore:.*:ResourceWarning")
def test_whatever_operators_do_calls_meet_nothing_undeclared(live: Live, seed: int) -> None:
    rng, done = Random(seed), threading.Event()
    fs = live.start(settings(rng), clock=SystemClock())
    internal: list[Any] = []
    fs.events.subscribe(internal.append, InternalError)
    reloads: list[SettingsReloaded] = []
    fs.events.subscribe(reloads.append, SettingsReloaded)
    operator = Operator(live, fs, rng)

    def operate() -> str:
        try:
            return operator.work()
        finally:
            done.set()

    results = at_once([operate, *(caller(fs, 100 * seed + number, done) for number in range(CALLERS))])
    assert results == ["done"] * (CALLERS + 1)
    assert internal == []
    assert fs.events.errors == 0
    assert any(event.ok for event in reloads)
    assert_all_is_in_order(live, fs)


def assert_all_is_in_order(live: Live, fs: Failsoft) -> None:
    """No slot, place or lever was lost, and the guards do what the last settings say."""
    assert isinstance(fs.clock, SystemClock)
    assert (fs.bypassed, failsoft.faults.FAULTS.armed, fs.circuit_breakers.watching) == (False, (), ())
    for breaker in fs.circuit_breakers.values():
        breaker.reset()
    bulkhead = 'bulkhead = { max_concurrent = 3, max_queue = 4, max_wait = 1 }\ndeadline = "60s"'
    breaker = "failure_threshold = 3\nopen_duration = 600"
    text = "".join(f"[policies.{name}]\n{bulkhead}\n[policies.{name}.circuit_breaker]\n{breaker}\n" for name in "pq")
    assert live.change(text) == []
    for name, policy in zip(GUARDS, "pq", strict=True):
        guard = fs.guard(name, policy=policy)
        assert guard.call(lambda: "well") == "well"
        compartment = fs.bulkheads[f"guard:{name}"]
        snapshot = compartment.snapshot()
        assert (snapshot.in_use, snapshot.waiting, snapshot.limit) == (0, 0, 3)
        assert len(compartment.slots.free) == 3
        assert (compartment.slots.queued, compartment.slots._granted) == (False, set())
        before = fs.circuit_breakers[f"guard:{name}"]
        assert (before.state, before.snapshot().probes_in_flight) == ("closed", 0)
        for _ in range(3):
            with pytest.raises(ConnectionResetError):
                guard.call(fails)
        with pytest.raises(failsoft.CircuitOpenError):
            guard.call(fails)


def fails() -> None:
    raise ConnectionResetError
