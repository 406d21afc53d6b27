"""What the shared rate limits of one worker ask of the store, all in one trip with each beat."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, RLock
from typing import Protocol
from weakref import WeakSet

from failsoft.clock import Clock
from failsoft.events import Event, ExactLimitMissed
from failsoft.policies.rate_limit import RateLimit
from failsoft.policies.shared_limit import SharedLimiter
from failsoft.stores import QuotasAtOnce
from failsoft.stores.quotas import Quotas

__all__ = ["Lending", "Pulse"]

_TELL = 10.0
"""Seconds. Calls that were decided without the store are told of so often."""


class Pulse(Protocol):
    """The beat, as it is needed here."""

    turn: Lock

    def hurry(self) -> None: ...


class Lending:
    """Makes shared limits, and exchanges for all of them.

    Parameters:
        quotas: what is borrowed from.
    """

    def __init__(
        self,
        quotas: Quotas,
        *,
        beat: Pulse,
        clock: Clock,
        publish: Callable[[Event], None],
        report: Callable[[str, BaseException], None],
    ) -> None:
        self.kind = quotas.kind
        self.namespace = quotas.namespace
        self.at_once: QuotasAtOnce | None = None
        self.hurry = beat.hurry
        self._store = quotas.store
        self._errors = quotas.errors
        self._make_at_once = quotas.at_once
        self._beat = beat
        self._clock = clock
        self._publish = publish
        self._report = report
        self._lock = RLock()
        self._limiters: WeakSet[SharedLimiter] = WeakSet()

    def now(self) -> float:
        """Monotonic seconds."""
        return self._clock.monotonic()

    @property
    def limiters(self) -> list[SharedLimiter]:
        """Those that are in use."""
        with self._lock:
            return list(self._limiters)

    def limiter(self, name: str, options: RateLimit) -> SharedLimiter:
        """A limit at work.

        Raises:
            ValueError: its key cannot be told there.
        """
        made = SharedLimiter(name, options, self)
        with self._lock:
            if options.exact and self.at_once is None and self._make_at_once is not None:
                self.at_once = self._make_at_once()
            self._limiters.add(made)
        return made

    def failed(self, error: Exception) -> None:
        """A call has asked in vain."""
        if not isinstance(error, (*self._errors, TimeoutError)):
            self._report("rate_limit", error)

    def exchange(self, now: float) -> None:
        """Pay what is owed, and borrow what is wanted. See `beat.Exchanger`."""
        limiters = self.limiters
        self._tell(limiters, now)
        asked = [(limiter, found) for limiter in limiters if (found := limiter.asks(now))]
        doubtful = [limiter for limiter in limiters if limiter.doubtful]
        if not asked and not doubtful:
            return
        loans = [loan for _, found in asked for _, loan in found]
        questions = [(limiter, question) for limiter, found in asked for question, _ in found]
        try:
            grants = self._store.lend(loans)
            answered = self.now()
            with self._beat.turn:
                for (limiter, question), grant in zip(questions, grants, strict=True):
                    limiter.granted(question, grant, answered)
                for limiter in doubtful:
                    limiter.back()
        except BaseException:
            for limiter, found in asked:
                limiter.lost([question for question, _ in found])
            raise

    def missed(self, now: float) -> None:
        """See `beat.Exchanger`. Each worker decides alone."""
        limiters = self.limiters
        self._tell(limiters, now)
        for limiter in limiters:
            limiter.lost([])

    def leave(self, now: float, *, away: bool) -> None:
        """See `beat.Exchanger`. What is leased is left to the pool to earn anew."""
        try:
            if not away:
                self.exchange(now)
        finally:
            self._tell(self.limiters, now, last=True)
            if self.at_once is not None:
                self.at_once.close()

    def after_fork(self) -> None:
        """See `beat.Exchanger`."""
        self._lock = RLock()
        for limiter in tuple(self._limiters):
            limiter.forget()
        if self.at_once is not None:
            self.at_once.forget()

    def _tell(self, limiters: list[SharedLimiter], now: float, *, last: bool = False) -> None:
        for limiter in limiters:
            if not last and limiter.told_at is not None and now < limiter.told_at + _TELL:
                continue
            for reason, calls in limiter.unasked().items():
                limiter.told_at = now
                told = ExactLimitMissed(at=self._clock.time(), endpoint=limiter.name, reason=reason, calls=calls)
                self._publish(told)
