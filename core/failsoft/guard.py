"""A guard: the policies of an endpoint for a dependency that is called from anywhere."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from failsoft.call import Call, Mode
from failsoft.current import EPOCH, current_call, first, owner, restore
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.events import GuardCompleted
from failsoft.faults import FAULTS
from failsoft.guardable import LAZY, is_asynchronous, refuse_lazy, unfit
from failsoft.guarded import quick, quick_async
from failsoft.pipeline import Pipeline, aadmit, admit
from failsoft.plan import Begin, Owner, Plan
from failsoft.policies.policy import Policy
from failsoft.run import Run
from failsoft.spent import mark_spent
from failsoft.timeouts import Timeout

__all__ = ["Guard"]

P = ParamSpec("P")
T = TypeVar("T")


class _Block:
    """A `with` block that is open; without a run it does nothing."""

    __slots__ = ("fs", "guard", "run", "timer", "token")

    def __init__(self, guard: Guard, fs: Owner, run: Run | None) -> None:
        self.guard = guard
        self.fs = fs
        self.run = run
        self.timer: Timeout | None = None
        self.token: Token[Call | None] | None = None


_blocks: ContextVar[tuple[_Block, ...]] = ContextVar("failsoft_blocks", default=())
"""The open blocks of this context, the innermost last."""
_MOST_BLOCKS = 4096


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

    def __init__(self, name: str, *, policy: str | Policy, idempotent: bool = False, fs: Owner | None = None) -> None:
        self.name = name
        self.key = f"guard:{name}"
        self.idempotent = idempotent
        self._policy = policy
        self._fs = fs
        self.plan = Plan.none()
        """What the quick way goes by."""
        self._open: dict[_Block, None] = {}

    def __repr__(self) -> str:
        return f"<Guard {self.name!r}>"

    def call(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function under the policy and return what it returns.

        Raises:
            RejectedError: it was not run.
            Exception: what the last attempt raised, the same object.
            TypeError: it is a coroutine function or a generator; what it does later would run unguarded.
        """
        return quick(self, fn)(*args, **kwargs)  # type: ignore[no-any-return]  # what fn returned

    async def acall(self, fn: Callable[P, Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a coroutine function under the policy; as `call`, and an attempt over its time is cancelled."""
        return await quick_async(self, fn)(*args, **kwargs)  # type: ignore[no-any-return]  # what fn returned

    def __call__(self, fn: Callable[P, T]) -> Callable[P, T]:
        """Decorate a function or coroutine function.

        Raises:
            TypeError: it is a generator or makes a context manager, whose later steps would run unguarded, or it is a
                class, or cannot be called.
        """
        if isinstance(fn, (staticmethod, classmethod)):
            return type(fn)(self(fn.__func__))
        if isinstance(fn, type):
            raise TypeError(f"{fn!r} is a class; guard its methods, or make instances with {self.name}.call(cls, ...)")
        if said := unfit(fn):
            raise TypeError(said)
        if is_asynchronous(fn):
            return functools.update_wrapper(quick_async(self, fn), fn)  # type: ignore[return-value,arg-type]
        return functools.update_wrapper(quick(self, fn), fn)

    # -- the long way round

    def through(self, fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """A call through all of the pipeline, in whatever mode."""
        fs, parent, mode = self._place()
        if mode == "off":
            return fn(*args, **kwargs)
        pipeline = self._bind(fs)
        call = self._describe(fs, parent, mode)
        try:
            result = pipeline.call(
                call, functools.partial(fn, *args, **kwargs), reply=pipeline.limits.judge, offload=mode == "enforce"
            )
        except BaseException as exc:
            self.over(fs, call, exc)
            raise
        self.over(fs, call, None)
        if type(result) in LAZY:
            refuse_lazy(fn, result)
        return result

    async def athrough(self, fn: Callable[..., Awaitable[Any]], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """As `through`, for a coroutine function."""
        fs, parent, mode = self._place()
        if mode == "off":
            return await fn(*args, **kwargs)
        if said := unfit(fn):
            raise TypeError(said)
        pipeline = self._bind(fs)
        call = self._describe(fs, parent, mode)

        async def attempt(_: Run) -> Any:
            return await fn(*args, **kwargs)

        try:
            result = await pipeline.acall(call, attempt, reply=pipeline.limits.judge)
        except BaseException as exc:
            self.over(fs, call, exc)
            raise
        self.over(fs, call, None)
        return result

    def adopt(
        self, plan: Plan, call: Call | None, parent: Call | None, begin: Begin, timer: Timeout | None = None
    ) -> Run:
        """A run that takes over what was begun the quick way."""
        if call is None:
            call = self._describe(plan.fs, parent, "enforce")
            call.started = begin.begun
        elif not plan.nests:
            # it shows who will count it, which is done now
            call.charged = () if parent is None else parent.charged
        call.deadline = None if parent is None else parent.deadline
        run = plan.pipeline.start(call, begun=begin.begun, spent=begin.spent)
        run.adopt(begin.generation, begin.seat, timer)
        return run

    # -- a block: admitted, timed and judged, but never repeated

    def __enter__(self) -> Call:
        call, block = self._begin()
        if block.run is not None:
            try:
                admit(block.run)
                if FAULTS.armed:
                    FAULTS.at_the_door(block.run)
            except BaseException as exc:
                self._turned_away(block, exc)
                raise
        self._push(block)
        return call

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._shut(self._pop(), exc)

    async def __aenter__(self) -> Call:
        call, block = self._begin()
        run = block.run
        if run is not None:
            try:
                await aadmit(run)
                if FAULTS.armed:
                    FAULTS.at_the_door(run)
            except BaseException as exc:
                self._turned_away(block, exc)
                raise
        if run is not None and run.limit is not None and call.mode == "enforce":
            try:
                block.timer = run.timer = Timeout(run.limit)
            except BaseException:
                run.close()
                raise
        self._push(block)
        return call

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        block = self._pop()
        if block is not None and block.timer is not None and block.run is not None and block.timer.end(exc):
            late = block.run.too_late()
            self._shut(block, late)
            try:
                raise late from exc
            finally:
                del late  # its traceback holds this frame
        self._shut(block, exc)

    def _begin(self) -> tuple[Call, _Block]:
        fs, parent, mode = self._place()
        call = self._describe(fs, parent, mode)
        if mode == "off":
            return call, _Block(self, fs, None)
        call.replayable = False
        return call, _Block(self, fs, self._bind(fs).start(call))

    def _turned_away(self, block: _Block, exc: BaseException) -> None:
        if block.run is not None:
            block.run.close()
            self.over(block.fs, block.run.call, exc)

    def _push(self, block: _Block) -> None:
        _blocks.set((*_blocks.get(), block))
        if block.run is not None:
            block.token = current_call.set(block.run.call)
            self._open[block] = None
            if len(self._open) > _MOST_BLOCKS:
                # entered and never left, in a generator that nobody finished
                self._open.pop(next(iter(tuple(self._open))), None)

    def _pop(self) -> _Block | None:
        """The innermost block of this guard here.

        A generator may be finished in another context than it was begun in. Then any open block will do: what was
        admitted is settled once, and no permit is lost.
        """
        here = _blocks.get()
        for place in range(len(here) - 1, -1, -1):
            block = here[place]
            if block.guard is self:
                _blocks.set((*here[:place], *here[place + 1 :]))
                if block.token is not None:
                    restore(block.token)
                if block.run is None or self._open.pop(block, block) is None:
                    return block
                break
        return self._open.popitem()[0] if self._open else None

    def _shut(self, block: _Block | None, exc: BaseException | None) -> None:
        if block is None or block.run is None:
            return
        run = block.run
        if exc is None:
            run.succeeded()
        elif isinstance(exc, Exception):
            run.failed(exc)
        run.close()
        self.over(block.fs, run.call, exc)

    # -- wiring

    def _place(self) -> tuple[Owner, Call | None, Mode]:
        """Who serves this call, within which other call, and how far it is to be protected."""
        parent = current_call.get()
        fs: Owner = self._fs if self._fs is not None else owner()
        if parent is None or parent.owner is not fs:
            return fs, parent, fs.roll_mode()
        return fs, parent, "off" if fs.bypassed else parent.mode

    def _bind(self, fs: Owner) -> Pipeline:
        """The pipeline; and the plan is renewed, for whoever comes here found it no longer good."""
        epoch = EPOCH.number
        pipeline = fs.guard_pipeline(self.key, self._policy)
        retry = pipeline.limits.retry
        if retry is not None and retry.retry_if_result is not None and not self.idempotent:
            said = "expected for idempotent guards only: a call that returned was made"
            raise SettingsError([Fault(f"{self.key}.retry.retry_if_result", "", said)])
        plan = self.plan
        stale = fs.clock.monotonic() >= plan.until or plan.fs is not fs
        # the quick way does not ask who serves a call that is within no other
        if stale and fs.enforces and (self._fs is not None or fs is first()):
            # who is counted goes the long way, which asks, and so does who looks at results, or waits for a thread
            limits = pipeline.limits
            asks = limits.rate is not None or limits.judge is not None or limits.offload is not None
            self.plan = Plan.none() if asks else Plan(fs, pipeline, epoch)
        return pipeline

    def _describe(self, fs: Owner, parent: Call | None, mode: Mode) -> Call:
        call = Call(self.key, fs.clock.monotonic(), owner=fs)
        call.idempotent = self.idempotent
        call.mode = mode
        if parent is not None:
            call.deadline = parent.deadline
            call.charged = parent.charged
            call.priority = parent.priority
            call.request_id = parent.request_id
            call.trace_id = parent.trace_id
        return call

    def over(self, fs: Owner, call: Call, error: BaseException | None) -> None:
        """A call has ended: say so, and let go of what it held."""
        if error is not None and call.run.retries:
            mark_spent(error)
        # the call and its run hold each other, and a traceback holds both
        call.cause = call.run = None
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
