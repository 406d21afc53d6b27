"""A guard: the policies of an endpoint for a dependency that is called from anywhere."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Awaitable, Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, NamedTuple, ParamSpec, Protocol, TypeVar

from failsoft.call import Call, Mode
from failsoft.clock import Clock
from failsoft.current import current_call, owner
from failsoft.events import Event, GuardCompleted
from failsoft.pipeline import Pipeline
from failsoft.policies.policy import Policy
from failsoft.run import Run

__all__ = ["Guard"]

P = ParamSpec("P")
T = TypeVar("T")


class _Owner(Protocol):
    clock: Clock

    def guard_pipeline(self, key: str, policy: str | Policy) -> Pipeline: ...
    def roll_mode(self) -> Mode: ...
    def wants(self, kind: type[Event]) -> bool: ...
    def publish(self, event: Event) -> None: ...


class _Block(NamedTuple):
    run: Run
    parent: Call | None
    token: Token[Call | None]
    timer: asyncio.Timeout | None


class Guard:
    """Protects calls to one dependency: run them through it, decorate with it, or open a block.

    The names bind at the first call: to the `Failsoft` that serves the request, else the first one built in the
    process, else one with safe defaults.

    Parameters:
        name: of the dependency; its circuit breaker is `guard:name`.
        policy: a name from the settings, or a `Policy`.
        idempotent: the calls may be repeated. If not, only what was provably not sent is retried.
        fs: the `Failsoft` to use, where it is not to be found out.

    Raises:
        SettingsError: at the first call, if the policy name does not resolve.
    """

    def __init__(self, name: str, *, policy: str | Policy, idempotent: bool = False, fs: _Owner | None = None) -> None:
        self.name = name
        self.key = f"guard:{name}"
        self.idempotent = idempotent
        self._policy = policy
        self._fs = fs
        self._bound: tuple[_Owner, Pipeline] | None = None
        self._blocks: ContextVar[tuple[_Block, ...]] = ContextVar(f"failsoft_guard_{name}", default=())

    def __repr__(self) -> str:
        return f"<Guard {self.name!r}>"

    def call(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function under the policy and return what it returns.

        Raises:
            RejectedError: it was not run.
            Exception: what the last attempt raised, the same object.
        """
        fs, pipeline = self._bind()
        if fs.roll_mode() == "off":
            return fn(*args, **kwargs)
        call, parent = self._describe(fs)
        error: BaseException | None = None
        try:
            return pipeline.call(call, functools.partial(fn, *args, **kwargs))
        except BaseException as exc:
            error = exc
            raise
        finally:
            self._over(fs, call, parent, error)

    async def acall(self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a coroutine function under the policy; as `call`, and an attempt over its time is cancelled."""
        fs, pipeline = self._bind()
        if fs.roll_mode() == "off":
            return await fn(*args, **kwargs)
        call, parent = self._describe(fs)
        error: BaseException | None = None

        async def attempt(run: Run) -> T:  # noqa: ARG001 - the driver hands it to streams
            return await fn(*args, **kwargs)

        try:
            return await pipeline.acall(call, attempt)
        except BaseException as exc:
            error = exc
            raise
        finally:
            self._over(fs, call, parent, error)

    def __call__(self, fn: Callable[P, T]) -> Callable[P, T]:
        """Decorate a function or coroutine function.

        Raises:
            TypeError: it is a generator; what it yields later would run unguarded.
        """
        target = fn if inspect.isroutine(fn) or isinstance(fn, functools.partial) else getattr(fn, "__call__", fn)  # noqa: B004
        if inspect.isgeneratorfunction(target) or inspect.isasyncgenfunction(target):
            raise TypeError(f"{fn!r} is a generator and cannot be guarded; guard what it calls instead")
        if inspect.iscoroutinefunction(target):

            @functools.wraps(fn)
            async def guarded_async(*args: P.args, **kwargs: P.kwargs) -> Any:
                return await self.acall(fn, *args, **kwargs)  # type: ignore[arg-type]  # seen to be a coroutine function

            return guarded_async  # type: ignore[return-value]  # it is what T says: an awaitable

        @functools.wraps(fn)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            return self.call(fn, *args, **kwargs)

        return guarded

    # -- a block: admitted, timed and judged, but never repeated

    def __enter__(self) -> Call:
        run = self._open()
        self._push(run, None)
        return run.call

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._shut(self._pop(), exc)

    async def __aenter__(self) -> Call:
        run = self._open()
        timer = None
        if run.limit is not None and run.call.mode == "enforce":
            timer = asyncio.timeout(run.limit)
            await timer.__aenter__()
        self._push(run, timer)
        return run.call

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        block = self._pop()
        if block.timer is not None:
            try:
                await block.timer.__aexit__(kind, exc, tb)
            except TimeoutError as expired:
                late = block.run.too_late()
                self._shut(block, late)
                raise late from expired
        self._shut(block, exc)

    def _open(self) -> Run:
        fs, pipeline = self._bind()
        call, _ = self._describe(fs)
        call.replayable = False
        run = pipeline.start(call)
        run.admit()
        return run

    def _push(self, run: Run, timer: asyncio.Timeout | None) -> None:
        parent = current_call.get()
        block = _Block(run, parent, current_call.set(run.call), timer)
        self._blocks.set((*self._blocks.get(), block))

    def _pop(self) -> _Block:
        *rest, block = self._blocks.get()
        self._blocks.set(tuple(rest))
        current_call.reset(block.token)
        return block

    def _shut(self, block: _Block, exc: BaseException | None) -> None:
        if exc is None:
            block.run.succeeded()
        elif isinstance(exc, Exception):
            block.run.failed(exc)
        else:
            block.run.abandoned()
        block.run.close()
        fs, _ = self._bind()
        self._over(fs, block.run.call, block.parent, exc)

    # -- wiring

    def _bind(self) -> tuple[_Owner, Pipeline]:
        fs: _Owner = self._fs if self._fs is not None else owner()
        bound = self._bound
        if bound is None or bound[0] is not fs:
            bound = self._bound = (fs, fs.guard_pipeline(self.key, self._policy))
        return bound

    def _describe(self, fs: _Owner) -> tuple[Call, Call | None]:
        call = Call(self.key, fs.clock.monotonic(), owner=fs)
        call.idempotent = self.idempotent
        parent = current_call.get()
        if parent is None:
            call.mode = fs.roll_mode()
        else:
            call.mode = parent.mode
            call.deadline = parent.deadline
            call.request_id = parent.request_id
            call.trace_id = parent.trace_id
        return call, parent

    def _over(self, fs: _Owner, call: Call, parent: Call | None, error: BaseException | None) -> None:
        pipeline = self._bound[1] if self._bound is not None else None
        if error is not None and parent is not None and pipeline is not None and pipeline.limits.retry is not None:
            parent.retried_inside = error
        call.cause = None
        if fs.wants(GuardCompleted):
            fs.publish(
                GuardCompleted(
                    at=fs.clock.time(),
                    endpoint=call.endpoint,
                    policy=call.policy,
                    request_id=call.request_id,
                    trace_id=call.trace_id,
                    duration=fs.clock.monotonic() - call.started,
                    error_type=None if error is None else type(error).__name__,
                )
            )
