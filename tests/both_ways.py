"""Runs one definition of a behaviour synchronously and asynchronously, and what such definitions are made of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from failsoft import Failsoft, Guard
from failsoft.call import Call, RequestFacts
from failsoft.endpoints import Binding

__all__ = ["ASYNC", "SYNC", "WAYS", "Recorder", "RequestCall", "Script", "Way", "request_call"]


class Way:
    """How calls are made: `fn` turns a plain function into what is called, `run` runs it to its end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asynchronous = name == "async"

    def __repr__(self) -> str:
        return self.name

    def fn(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        """A function of this way that does what the plain one does."""
        if not self.asynchronous:
            return plain

        async def called(*args: Any, **kwargs: Any) -> Any:
            return plain(*args, **kwargs)

        return called

    def through(self, guard: Guard, plain: Callable[..., Any]) -> Callable[[], Any]:
        """A function of this way that calls the plain one through the guard."""
        return self.nested(guard, self.fn(plain))

    def nested(self, guard: Guard, fn: Callable[..., Any]) -> Callable[[], Any]:
        """A function of this way that calls a function of this way through the guard."""
        if self.asynchronous:
            return lambda: guard.acall(fn)
        return lambda: guard.call(fn)

    def run(self, fn: Callable[[], Any]) -> Any:
        """Run a function of this way to its end."""
        if not self.asynchronous:
            return fn()

        return _run(fn())

    def call(self, guard: Guard, plain: Callable[..., Any]) -> Any:
        """Call a plain function through the guard."""
        return self.run(self.through(guard, plain))

    def endpoint(self, binding: Binding, call: Call, plain: Callable[[], Any], **options: Any) -> Any:
        """Call a plain function through the pipeline of an endpoint, as an adapter does."""
        pipeline = binding.pipeline
        assert pipeline is not None
        if not self.asynchronous:
            return pipeline.call(call, plain, **options)

        async def attempt(run: Any) -> Any:
            return plain()

        return _run(pipeline.acall(call, attempt, **options))

    def block(self, guard: Guard, body: Callable[[], Any]) -> Any:
        """Run a plain body within a `with` or `async with` block of the guard."""
        if not self.asynchronous:
            with guard:
                return body()

        async def main() -> Any:
            async with guard:
                return body()

        return _run(main())


def _run(awaitable: Awaitable[Any]) -> Any:
    async def main() -> Any:
        try:
            return await awaitable, None
        except Exception as exc:
            # raised out of a task, an exception without a text would break asyncio itself
            return None, exc

    result, error = asyncio.run(main())
    if error is None:
        return result
    try:
        raise error
    finally:
        del error


SYNC, ASYNC = Way("sync"), Way("async")
WAYS = (SYNC, ASYNC)


class Script:
    """A function that meets one outcome after the other: raises exceptions, returns everything else."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = outcomes
        self.calls = 0

    def __call__(self, *_: Any) -> Any:
        outcome = self.outcomes[min(self.calls, len(self.outcomes) - 1)]
        self.calls += 1
        if callable(outcome) and not isinstance(outcome, type):
            outcome = outcome()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


class Recorder:
    """Every event of an instance, in order."""

    def __init__(self, fs: Failsoft) -> None:
        self.events: list[Any] = []
        self.stop = fs.events.subscribe(self.events.append)

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if type(event) is kind]


class RequestCall(Call):
    """A call that serves a request."""

    source = "test"

    def describe(self) -> RequestFacts:
        return RequestFacts(method=self.method, path="/quotes/ACME")


def request_call(fs: Failsoft, method: str = "GET", key: str = "GET /quotes/{symbol}", **fields: Any) -> RequestCall:
    """A call as an adapter makes it."""
    call = RequestCall(key, fs.clock.monotonic(), owner=fs)
    call.method = method
    for name, value in fields.items():
        setattr(call, name, value)
    return call
