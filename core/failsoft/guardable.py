"""What can be guarded. What would run later, out of the guard's sight, is refused: a guard that guards nothing is worse
than none."""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

__all__ = ["LAZY", "is_asynchronous", "refuse_lazy", "unfit"]


@contextmanager
def _block() -> Iterator[None]:
    yield


@asynccontextmanager
async def _ablock() -> AsyncIterator[None]:
    yield


_MANAGERS = frozenset({_block.__code__, _ablock.__code__})
"""The code of every function that `contextlib` makes of a generator."""

LAZY = frozenset({CoroutineType, GeneratorType, AsyncGeneratorType, type(_block()), type(_ablock())})
"""What a function returns that has not run yet."""


def unfit(fn: object) -> str | None:
    """Why a function cannot be guarded, in words; None if nothing speaks against it."""
    target = _inside(fn)
    if inspect.isgeneratorfunction(target) or inspect.isasyncgenfunction(target):
        return f"{target!r} is a generator and cannot be guarded; guard what it calls instead"
    if getattr(target, "__code__", None) in _MANAGERS:
        return (
            f"{target!r} makes a context manager, whose block would run unguarded; open a block of the guard within it"
        )
    return None if callable(fn) else f"a {type(fn).__name__} cannot be called, so there is nothing to guard"


def is_asynchronous(fn: object) -> bool:
    """Whether a function is a coroutine function, or an object that is called like one."""
    return inspect.iscoroutinefunction(_inside(fn))


def refuse_lazy(fn: Callable[..., Any], result: Any) -> None:
    """Refuse what has not run yet. What a function was handed by others and hands on is its result.

    Raises:
        TypeError: `fn` is not to be called synchronously.
    """
    if isinstance(result, CoroutineType):
        result.close()
        raise TypeError(
            f"{_inside(fn)!r} returned a coroutine, which would run unguarded; use `await guard.acall(...)`"
        )
    if said := unfit(fn):
        raise TypeError(said)


def _inside(fn: Any) -> Any:
    """The function in a partial, whose arguments are nobody's business, or the method by which an object is called."""
    while isinstance(fn, functools.partial):
        fn = fn.func
    if inspect.isroutine(fn) or isinstance(fn, type):
        return fn
    return getattr(fn, "__call__", fn)  # noqa: B004 - the method is wanted, not the answer
