"""Ten thousand calls later nothing has grown, and nothing waits for the garbage collector."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gc
import logging
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import failsoft
from both_ways import SYNC
from failsoft import CircuitBreaker, Failsoft, OperationTimeoutError, Policy, Retry
from failsoft.call import Call
from failsoft.run import Run
from failsoft.settings import Rollout, Settings

CALLS = 10_000


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """What pytest keeps of the log is not ours to answer for."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


class Own(ConnectionResetError):
    """Knows of its instances, so that a test can see them go."""

    alive: weakref.WeakSet[Any] = weakref.WeakSet()

    def __init__(self) -> None:
        super().__init__("lost")
        Own.alive.add(self)

    __hash__ = object.__hash__


def fails() -> None:
    raise Own


async def afails() -> None:
    raise Own


def policy(threshold: int = 10**9, **options: Any) -> Policy:
    return Policy(
        timeout=60,
        deadline=600,
        retry=Retry(base_delay=0, max_attempts=3, **options),
        circuit_breaker=CircuitBreaker(failure_threshold=threshold),
    )


def swallow(call: Callable[[], Any], kind: type[BaseException] = Exception) -> None:
    with contextlib.suppress(kind):
        call()


def block(guard: Any, body: Callable[[], Any]) -> None:
    with guard:
        body()


SCENES: dict[str, Callable[[Failsoft], Callable[[], None]]] = {}


def scene(make: Callable[[Failsoft], Callable[[], None]]) -> None:
    SCENES[make.__name__] = make


@scene
def success(fs: Failsoft) -> Callable[[], None]:
    guard = fs.guard("x", policy=policy(), idempotent=True)
    return lambda: guard.call(lambda: None)


@scene
def exhausted(fs: Failsoft) -> Callable[[], None]:
    guard = fs.guard("x", policy=policy(), idempotent=True)
    return lambda: swallow(lambda: guard.call(fails))


@scene
def not_retried(fs: Failsoft) -> Callable[[], None]:
    guard = fs.guard("x", policy=policy())
    return lambda: swallow(lambda: guard.call(fails))


@scene
def exhausted_with_an_exception_of_its_own(fs: Failsoft) -> Callable[[], None]:
    guard = fs.guard("x", policy=policy(raise_exhausted=True), idempotent=True)
    return lambda: swallow(lambda: guard.call(fails))


@scene
def rejected(fs: Failsoft) -> Callable[[], None]:
    guard = fs.guard("x", policy=policy(threshold=1), idempotent=True)
    return lambda: swallow(lambda: guard.call(fails))


@scene
def within_another_guard(fs: Failsoft) -> Callable[[], None]:
    outer, inner = (fs.guard(name, policy=policy(), idempotent=True) for name in ("outer", "inner"))
    return lambda: swallow(lambda: outer.call(inner.call, fails))


@scene
def block_that_fails(fs: Failsoft) -> Callable[[], None]:
    guard = fs.guard("x", policy=policy())
    return lambda: swallow(lambda: block(guard, fails))


@scene
def block_that_is_rejected(fs: Failsoft) -> Callable[[], None]:
    guard = fs.guard("x", policy=policy(threshold=1))
    return lambda: swallow(lambda: block(guard, fails))


@scene
def decorated(fs: Failsoft) -> Callable[[], None]:
    guarded = fs.guard("x", policy=policy(), idempotent=True)(fails)
    return lambda: swallow(guarded)


@scene
def past_the_deadline(fs: Failsoft) -> Callable[[], None]:
    outer, inner = fs.guard("outer", policy=Policy(deadline=1)), fs.guard("inner", policy=Policy(timeout=60))

    def late() -> None:
        fs.clock.sleep(1)
        inner.call(fails)

    return lambda: swallow(lambda: outer.call(late))


@scene
def observed(fs: Failsoft) -> Callable[[], None]:
    guard = fs.guard("x", policy=policy(threshold=1), idempotent=True)
    fs._parts = dataclasses.replace(fs._parts, settings=Settings(rollout=Rollout(mode="observe")))
    return lambda: swallow(lambda: guard.call(fails))


@scene
def interrupted(fs: Failsoft) -> Callable[[], None]:
    guard = fs.guard("x", policy=policy())

    def interrupts() -> None:
        raise KeyboardInterrupt

    return lambda: swallow(lambda: guard.call(interrupts), KeyboardInterrupt)


@scene
def handled(fs: Failsoft) -> Callable[[], None]:
    def run() -> None:
        try:
            fails()
        except Own as exc:
            fs.handle(exc)

    return run


def garbage_of(work: Callable[[], None], times: int = 20) -> list[Any]:
    """What only the garbage collector could free, and is ours or an exception."""
    work()
    gc.collect()
    gc.disable()
    try:
        for _ in range(times):
            work()
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        found = [one for one in gc.garbage if isinstance(one, (BaseException, Call, Run))]
        gc.garbage.clear()
    finally:
        gc.set_debug(0)
        gc.enable()
        gc.garbage.clear()
    return [type(one).__name__ for one in found]


@pytest.mark.parametrize("name", SCENES)
def test_nothing_waits_for_the_garbage_collector(fs: Failsoft, name: str) -> None:
    assert garbage_of(SCENES[name](fs)) == []
    assert len(Own.alive) == 0


def test_nor_does_anything_in_asynchronous_calls(fs: Failsoft) -> None:
    """Measured within one running loop, whose own cycles are not ours."""
    guard = fs.guard("x", policy=policy(), idempotent=True)
    rejecting = fs.guard("y", policy=policy(threshold=1), idempotent=True)
    hasty = fs.guard("z", policy=Policy(timeout=0.0001))

    async def one() -> None:
        for call in (guard.acall(afails), rejecting.acall(afails), guard.acall(asyncio.sleep, 0)):
            try:
                await call
            except (Own, failsoft.CircuitOpenError):
                pass
        try:
            async with guard:
                await afails()
        except Own:
            pass
        for hangs in (lambda: hasty.acall(asyncio.Event().wait), lambda: in_block(hasty)):
            try:
                await hangs()
            except OperationTimeoutError:
                pass

    async def in_block(guard: Any) -> None:
        async with guard:
            await asyncio.Event().wait()

    async def main() -> list[Any]:
        await one()
        gc.collect()
        gc.disable()
        try:
            for _ in range(10):
                await one()
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            return [type(o).__name__ for o in gc.garbage if isinstance(o, (Own, failsoft.FailsoftError, Call, Run))]
        finally:
            gc.set_debug(0)
            gc.enable()
            gc.garbage.clear()

    assert asyncio.run(main()) == []


def test_an_exception_goes_as_soon_as_its_application_lets_it_go(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=policy(), idempotent=True)
    gc.disable()
    try:
        swallow(lambda: guard.call(fails))
        assert len(Own.alive) == 0
    finally:
        gc.enable()


@pytest.mark.parametrize("name", SCENES)
def test_many_calls_leave_nothing_behind(fs: Failsoft, name: str) -> None:
    work = SCENES[name](fs)
    for _ in range(600):
        work()
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(CALLS if name == "success" else 600):
            work()
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 30_000


def test_ten_thousand_failures_leave_nothing_behind(fs: Failsoft) -> None:
    guard = fs.guard("x", policy=policy())
    sizes = []
    for _ in range(2):
        for _ in range(CALLS // 2):
            swallow(lambda: guard.call(fails))
        gc.collect()
        sizes.append(len(gc.get_objects()))
    assert abs(sizes[1] - sizes[0]) < 200


def test_an_instance_that_is_let_go_is_gone() -> None:
    fs = Failsoft({})
    SYNC.call(fs.guard("x", policy=policy()), lambda: None)
    watched = weakref.ref(fs)
    fs.close()
    del fs
    gc.collect()
    assert watched() is None
