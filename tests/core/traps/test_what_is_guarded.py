"""Guards that look as if they guarded, and do not."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

import failsoft
from failsoft import CircuitBreaker, Failsoft, Guard, Policy

LOST = ConnectionResetError


@pytest.fixture
def guard(fs: Failsoft) -> Guard:
    return fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=3)))


async def fails() -> None:
    raise LOST


class Service:
    async def __call__(self) -> None:
        raise LOST

    async def method(self) -> None:
        raise LOST


ASYNCHRONOUS = {
    "async def": fails,
    "partial": functools.partial(fails),
    "partial of partial": functools.partial(functools.partial(fails)),
    "object with async __call__": Service(),
    "bound method": Service().method,
}


@pytest.mark.parametrize("decorated", [True, False], ids=["decorated", "acall"])
@pytest.mark.parametrize("fn", ASYNCHRONOUS.values(), ids=ASYNCHRONOUS)
def test_whatever_is_asynchronous_opens_the_circuit(
    fs: Failsoft, guard: Guard, fn: Callable[[], Any], decorated: bool
) -> None:
    """Trap: the coroutine is returned unrun, which looks like success; after 50 failures the circuit is closed."""
    through = guard(fn) if decorated else functools.partial(guard.acall, fn)

    async def main() -> int:
        reached = 0
        for _ in range(50):
            with contextlib.suppress(failsoft.CircuitOpenError, LOST):
                await through()
            reached += fs.circuit_breakers["guard:x"].state == "closed"
        return reached

    assert asyncio.run(main()) == 2
    assert fs.circuit_breakers["guard:x"].state == "open"


@pytest.mark.parametrize("fn", ASYNCHRONOUS.values(), ids=ASYNCHRONOUS)
def test_what_is_asynchronous_is_refused_by_the_synchronous_door(guard: Guard, fn: Callable[[], Any]) -> None:
    """Trap: the same by `call`, where nobody will ever await."""
    with pytest.raises(TypeError, match="acall"):
        guard.call(fn)


def stream() -> Iterator[int]:
    yield 1
    raise LOST


async def astream() -> AsyncIterator[int]:
    yield 1
    raise LOST


class Streams:
    def steps(self) -> Iterator[int]:
        yield 1

    def __call__(self) -> Iterator[int]:
        yield 1


@pytest.mark.parametrize(
    "fn", [stream, astream, functools.partial(stream), functools.partial(astream), Streams().steps, Streams()]
)
def test_a_generator_is_refused_when_it_is_decorated(guard: Guard, fn: Any) -> None:
    """Trap: a stream that breaks off is never seen, since making the generator always succeeds."""
    with pytest.raises(TypeError, match="generator"):
        guard(fn)


def test_a_stream_inside_a_block_counts_when_it_breaks_off(fs: Failsoft, guard: Guard) -> None:
    """Trap: the same; a block around the loop is the way to guard a stream, and has to see it."""

    async def main() -> None:
        async with guard:
            async for _ in astream():
                pass

    for _ in range(2):
        with pytest.raises(LOST), guard:
            list(stream())
    with pytest.raises(LOST):
        asyncio.run(main())
    assert fs.circuit_breakers["guard:x"].state == "open"


def test_closures_that_take_each_others_place_in_memory_are_told_apart(guard: Guard) -> None:
    """Trap: whether a function is asynchronous is remembered by its `id`, which the next closure may have."""

    async def main() -> list[object]:
        found: list[object] = []
        for number in range(2000):
            if number % 2:

                async def asynchronous(number: int = number) -> int:
                    return number

                found.append(await guard.acall(asynchronous))
                found.append(await guard(asynchronous)())
                del asynchronous
            else:

                def plain(number: int = number) -> int:
                    return number

                found.append(guard.call(plain))
                found.append(guard(plain)())
                del plain
        return found

    assert asyncio.run(main()) == [number for number in range(2000) for _ in range(2)]


def test_a_guard_keeps_no_function_alive(guard: Guard) -> None:
    """Trap: what is remembered of each function is never forgotten, one entry for each request."""

    class Closure:
        def __call__(self) -> int:
            return 1

    closures = [Closure() for _ in range(100)]
    left = [weakref.ref(closure) for closure in closures]
    for closure in closures:
        guard.call(closure)
        guard(closure)()
    del closure, closures
    gc.collect()
    assert [reference for reference in left if reference() is not None] == []


def test_an_open_circuit_turns_blocks_away(fs: Failsoft, guard: Guard) -> None:
    """Trap: the documented `with breaker:` counts failures but never rejects; 48 of 48 bodies run while it is open."""
    ran = []

    async def asynchronous() -> None:
        async with guard:
            ran.append(1)
            raise LOST

    for _ in range(50):
        with contextlib.suppress(LOST, failsoft.CircuitOpenError), guard:
            ran.append(1)
            raise LOST
        with contextlib.suppress(LOST, failsoft.CircuitOpenError):
            asyncio.run(asynchronous())
    assert len(ran) == 3
