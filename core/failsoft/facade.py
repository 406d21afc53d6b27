"""`Failsoft`: one wired instance, and what an adapter asks of it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random, SystemRandom
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from failsoft import current
from failsoft.answer import Answer
from failsoft.build import Parts, build, rebuild
from failsoft.build_faults import load_whole
from failsoft.call import Call, Mode
from failsoft.clock import Clock, ExchangeableClock, SystemClock
from failsoft.endpoints import Binding, Endpoints
from failsoft.errors.exceptions import Fault
from failsoft.errors.failure import Failure
from failsoft.events import BypassChanged, Event
from failsoft.guard import Guard
from failsoft.marks import protect
from failsoft.pipeline import Pipeline
from failsoft.policies.bulkhead import Bulkheads
from failsoft.policies.circuit_breaker import Breakers
from failsoft.policies.offload import Offloads
from failsoft.policies.policy import Policy
from failsoft.problem import Problem, Rendered
from failsoft.reloading import Reloading
from failsoft.renewal import catch_up
from failsoft.sanitize.traces import stack_as_data
from failsoft.settings import Settings, disabled, load
from failsoft.warming import warm_up

if TYPE_CHECKING:
    from failsoft.audit.trail import Trail
    from failsoft.bus import Bus
    from failsoft.retries import Retries
    from failsoft.sanitize import Sanitizer

__all__ = ["Failsoft", "classify", "everyone", "guard", "remaining", "sanitize"]

F = TypeVar("F", bound=Callable[..., Any])
_log = logging.getLogger("failsoft")


class Bypass:
    """Failsoft stepped aside; `with` brings it back at the end of the block, `restore` at once."""

    def __init__(self, fs: Failsoft, actor: str | None, reason: str | None) -> None:
        self._fs = fs
        self._actor = actor
        self._reason = reason
        self._turn(bypassed=True)

    def restore(self) -> None:
        """Take part in requests again."""
        self._turn(bypassed=False)

    def _turn(self, *, bypassed: bool) -> None:
        fs, before = self._fs, self._fs.bypassed
        fs.bypassed = bypassed
        current.EPOCH.end()
        if bypassed != before:
            at = fs.clock.time()
            fs.publish(BypassChanged(at=at, bypassed=bypassed, actor=self._actor, reason=self._reason))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.restore()


class Failsoft:
    """Error handling and resilience for one application.

    Parameters:
        settings: path of a TOML file, a mapping, ready `Settings`, or None for safe defaults.
        clock: where time comes from.
        rng: where randomness comes from (jitter, spread of `Retry-After`, `rollout.percent`).

    Raises:
        SettingsError: anything wrong with the settings; lists all faults.
    """

    def __init__(
        self,
        settings: str | Path | Mapping[str, Any] | Settings | None = None,
        *,
        clock: Clock | None = None,
        rng: Random | None = None,
    ) -> None:
        self.disabled = disabled(os.environ)
        """`FAILSOFT__DISABLED=1` is set: adapters install nothing."""
        self.clock: Clock = clock or SystemClock()
        self._clock = ExchangeableClock(self.clock)
        self.own_rng = rng is None
        """Randomness is our own, so that it starts anew in a forked process."""
        self.rng = Random(SystemRandom().getrandbits(128)) if rng is None else rng  # noqa: S311 - spreads load only
        self._reloading = Reloading(None if self.disabled else settings)
        found = load(None, environ={}) if self.disabled else load_whole(settings)
        self._reloading.check(found)
        self._parts: Parts = build(found, self._clock, self.rng)
        self.bypassed = False
        self.closed = False
        self._warm = False
        current.announce(self)
        self._reloading.start(self)

    # -- for applications

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._parts.settings

    @property
    def events(self) -> Bus:
        """The stream of events: `fs.events.subscribe(callable)` returns the way to unsubscribe."""
        return self._parts.bus

    @property
    def circuit_breakers(self) -> Breakers:
        """Circuit breakers by name: endpoint keys, `guard:name`, `policy:name`."""
        return self._parts.breakers

    @property
    def bulkheads(self) -> Bulkheads:
        """Bulkheads by name: endpoint keys, `guard:name`."""
        return self._parts.bulkheads

    @property
    def offloads(self) -> Offloads:
        """The threads of guards that are offloaded, by name: `guard:name`."""
        return self._parts.offloads

    @property
    def retries(self) -> Retries:
        """The books about retries: `fs.retries.statistics("payments")`."""
        return self._parts.endpoints.retries

    @property
    def audit(self) -> Trail:
        """The audit trail: `fs.audit.query(since="2026-11-01")`, `fs.audit.record("invoice.voided", actor=…)`."""
        return self._parts.audit

    @property
    def sanitizer(self) -> Sanitizer:
        """The one sanitizer of this instance."""
        return self._parts.sanitizer

    @property
    def endpoints(self) -> Endpoints:
        """The bindings of routes."""
        return self._parts.endpoints

    def classify(self, exc: BaseException) -> Failure:
        """What an exception is: category, severity, status, code, and why. Never raises."""
        return self._parts.classifier.classify(exc)

    def sanitize(self, value: Any) -> Any:
        """The value without secrets and personal data: text to text, containers to the same shape. Never raises."""
        return self.sanitizer.text(value) if isinstance(value, str) else self.sanitizer.value(value)

    def stack(self, error: BaseException | Failure) -> list[dict[str, Any]]:
        """The stack of an exception as plain values, sanitized: the exception first, then its causes and, of a group,
        its members.

        Each is a mapping of `type`, `message`, `relation` ("" for the exception itself, else `cause`, `context` or
        `member`) and `frames`, outermost call first, at most 50: `file` (from the package or project), `line`,
        `function`, `code`, and `locals` where `[sanitize] locals` names some of them.
        """
        # by the type itself: what an exception says of its class may be a lie, or raise
        failure = error if type(error) is Failure else self.classify(error)  # type: ignore[arg-type]  # no sub-classes
        return stack_as_data(failure.links, self.sanitizer)

    def guard(self, name: str, *, policy: str | Policy, idempotent: bool = False) -> Guard:
        """A guard that is bound to this instance; see `failsoft.guard`."""
        return Guard(name, policy=policy, idempotent=idempotent, fs=self)

    def protect(self, **options: Any) -> Callable[[F], F]:
        """Mark a view; see `failsoft.protect`."""
        return protect(**options)

    def handle(self, exc: BaseException, call: Call | None = None) -> Problem:
        """The whole path without a framework: classify, record, and say as a problem.

        With `audit.durability = "sync"` it returns when the record is on the disk.
        """
        call = call or self._loose_call()
        problem = self._parts.responder.problem(exc, call)
        if call.ticket is not None:
            self.hold(call)
        return problem

    async def ahandle(self, exc: BaseException, call: Call | None = None) -> Problem:
        """As `handle`, without holding up the event loop."""
        call = call or self._loose_call()
        problem = self._parts.responder.problem(exc, call)
        if call.ticket is not None:
            await self.ahold(call)
        return problem

    def bypass(self, *, actor: str | None = None, reason: str | None = None) -> Bypass:
        """Step aside live: new requests see the bare framework until `restore` or the end of a `with` block.

        Parameters:
            actor: who wants it, for the audit trail.
            reason: why, for the audit trail.
        """
        return Bypass(self, actor, reason)

    def reload(self) -> tuple[Fault, ...]:
        """Read the settings file again, and take it over whole; or keep the settings and return what is wrong.

        Calls under way end by the settings that they began with. `SettingsReloaded` says what came of it. Never raises.
        """
        return self._reloading.reload(self, self._take_over)

    def _take_over(self, settings: Settings) -> None:
        # a reader finds all of the one or all of the other
        before = self._parts.endpoints
        self._parts = rebuild(self._parts, settings)
        try:
            catch_up(before, self._parts.endpoints)
        finally:
            current.EPOCH.end()

    def flush(self, timeout: float = 5.0) -> bool:
        """Wait until everything recorded so far is written. False if that took more than `timeout` seconds."""
        return self.closed or self._parts.flush(timeout)

    def rest(self, timeout: float = 5.0) -> bool:
        """As `flush`, and close the chain of the audit trail; the next record begins a new one.

        For the end of a server that may end the process without closing this.
        """
        return self.closed or (self._parts.flush(timeout) and self._parts.audit.rest(timeout))

    def exchange_clock(self, clock: Clock) -> Clock:
        """Take the time from another clock from now on; returns the one before. For tests.

        Time must not go back: the new clock starts at or after what the old one says.
        """
        before, self.clock = self.clock, clock
        self._clock.exchange(clock)
        current.EPOCH.end()
        return before

    def remember(self) -> Callable[[], None]:
        """The way back to how circuits, bulkheads, rate limits and retry budgets stand now. For tests."""
        parts = self._parts
        ways_back = (parts.breakers.remember(), parts.bulkheads.remember(), parts.endpoints.remember())

        def restore() -> None:
            for way_back in ways_back:
                way_back()
            current.EPOCH.end()

        return restore

    def warm_up(self) -> None:
        """Make in the background what the first failure would else wait for. Adapters call it where an application is
        about to serve; for workers of your own. Nothing is done where no call is looked at. Never waits.
        """
        if not (self._warm or self.disabled or self._parts.plain == "off"):
            self._warm = True
            warm_up(self._parts.sanitizer.prepare)

    def close(self) -> None:
        """Flush and stop what runs in the background. Idempotent."""
        if not self.closed:
            self.closed = True
            current.EPOCH.end()
            self._reloading.close()
            self._parts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    # -- for adapters

    def roll_mode(self) -> Mode:
        """The mode of one more call: `enforce` for `rollout.percent` of them, the others are observed."""
        if self.bypassed or self.disabled:
            return "off"
        if self._reloading.watch is not None and not self._reloading.watch.running:
            self._reloading.watch.begin()
        parts = self._parts
        if parts.beat is not None and not parts.beat.running:
            parts.beat.begin()
        if parts.audit.waiting:
            parts.audit.begin()
        if parts.plain is not None:
            return parts.plain
        rollout = parts.settings.rollout
        if self.rng.random() * 100 < rollout.percent:
            return rollout.mode
        return "observe" if rollout.mode == "enforce" else "off"

    @property
    def enforces(self) -> bool:
        """Each call is enforced: nobody stepped aside, and no part of them is only observed."""
        return self._parts.plain == "enforce" and not (self.bypassed or self.disabled)

    def mode_for(self, binding: Binding, rolled: Mode) -> Mode:
        """The mode of a call at an endpoint that may have its own."""
        return rolled if binding.mode is None or rolled == "off" else binding.mode

    def answer(self, exc: BaseException, call: Call, *, started: bool = False) -> Answer:
        """What to do about an exception that ends a call. Never raises."""
        return self._parts.responder.answer(exc, call, started=started)

    def hold(self, call: Call) -> Rendered | None:
        """Wait for the record of a call's failure, if `call.ticket` says that there is something to wait for.

        Returns:
            What to answer instead, because the record is required and is not there; None: the answer may leave.
        """
        witness = self._parts.witness
        return None if witness is None or witness.wait(call) else self._parts.responder.refusal(call)

    async def ahold(self, call: Call) -> Rendered | None:
        """As `hold`, without holding up the event loop."""
        witness = self._parts.witness
        return None if witness is None or await witness.await_(call) else self._parts.responder.refusal(call)

    def failure(self, exc: BaseException, call: Call) -> Failure:
        """What an exception of this call is; the same object if the call has met it already."""
        return self._parts.responder.own(exc, call)

    def aborted(self, exc: BaseException, call: Call) -> None:
        """Record that the client went away."""
        self._parts.responder.aborted(exc, call)

    def guard_pipeline(self, key: str, policy: str | Policy) -> Pipeline:
        """The pipeline of a guard, made once for each name; of more than 4096, the oldest are made again.

        Raises:
            SettingsError: the policy name does not resolve.
        """
        return self._parts.endpoints.guard(key, policy)

    def wants(self, kind: type[Event]) -> bool:
        """Whether anybody reads events of this kind."""
        return self._parts.bus.wanted(kind)

    def publish(self, event: Event) -> None:
        """Put an event on the stream."""
        self._parts.bus.publish(event)

    def client(self, peer: str | None, forwarded_for: str | None) -> str | None:
        """The client's address, by `request.trusted_proxies`."""
        return self._parts.proxies.client(peer, forwarded_for)

    def remaining(self) -> float | None:
        """Seconds left for the current call, None without a deadline."""
        return current.remaining_at(self.clock.monotonic())

    def _loose_call(self) -> Call:
        return current.current_call.get() or Call("", self.clock.monotonic(), owner=self)


_fallback: list[Failsoft] = []
_lock = Lock()


def _default() -> Failsoft:
    with _lock:
        if not _fallback:
            _fallback.append(Failsoft())
            # it stands in until the application builds its own
            current.withdraw(_fallback[0])
        return _fallback[0]


current.set_default(_default)


def everyone() -> list[Failsoft]:
    """The instances alive and not closed, the one that stands in included."""
    return [fs for fs in (*current.instances(), *_fallback) if not fs.closed]


def _begin_anew_after_fork() -> None:
    global _lock  # noqa: PLW0603 - it may be held by a thread left behind
    _lock = Lock()
    current.after_fork()
    for fs in (*current.instances(), *_fallback):
        fs._reloading.after_fork()
        fs._parts.after_fork()
        if fs.own_rng:
            fs.rng.seed(SystemRandom().getrandbits(128))


try:
    from os import register_at_fork
except ImportError:  # pragma: no cover - Windows has no fork
    pass
else:
    register_at_fork(after_in_child=_begin_anew_after_fork)


def guard(name: str, *, policy: str | Policy, idempotent: bool = False) -> Guard:
    """Protect calls to a dependency, from anywhere: `guard("payments", policy="upstream")`.

    Parameters:
        name: of the dependency.
        policy: a name from the settings, resolved at the first call, or a `Policy`.
        idempotent: the calls may be repeated. If not, only what was provably not sent is retried.
    """
    return Guard(name, policy=policy, idempotent=idempotent)


def classify(exc: BaseException) -> Failure:
    """What an exception is, by the `Failsoft` that serves this context. Never raises."""
    fs: Failsoft = current.owner()
    return fs.classify(exc)


def sanitize(value: Any) -> Any:
    """The value without secrets and personal data, by the `Failsoft` that serves this context. Never raises."""
    fs: Failsoft = current.owner()
    return fs.sanitize(value)


def remaining() -> float | None:
    """Seconds left until the deadline of the current call, at least 0; None without one. For drivers' own timeouts."""
    fs: Failsoft = current.owner()
    return fs.remaining()
