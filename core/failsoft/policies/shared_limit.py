"""A rate limit that workers share, at work in one of them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Literal, Protocol

from failsoft.call import Call
from failsoft.errors.exceptions import Fault
from failsoft.kinds import join_path
from failsoft.machines.lease import Ask, Grant, Share
from failsoft.machines.leases import Leases, Question
from failsoft.policies.rate_limit import RateLimit, RateLimiter, RateReading
from failsoft.policies.waiting import ThreadWaiter
from failsoft.stores import Loan, QuotasAtOnce

__all__ = ["PATIENCE", "Bank", "SharedLimiter", "Unasked", "refusals", "refused"]

PATIENCE = 0.02
"""Seconds that a call waits at most for the store of an exact limit."""
Unasked = Literal["late", "unreachable", "event_loop"]
"""Why a call was decided without the store, although the limit is exact."""
_ONE = Ask(0, 1)
_MOST = 1000
"""Keys in one trip. More would keep calls waiting for the lock."""


class Bank(Protocol):
    """Where a limit borrows."""

    namespace: str
    at_once: QuotasAtOnce | None

    def now(self) -> float:
        """Monotonic seconds."""
        ...

    def hurry(self) -> None:
        """Ask the store ahead of time."""
        ...

    def failed(self, error: Exception) -> None:
        """A call has asked in vain."""
        ...


class _Limited(Protocol):
    """A policy."""

    @property
    def rate_limit(self) -> RateLimit | None: ...


class SharedLimiter(RateLimiter):
    """Decides by what was leased from the store, and asks for more in the background; an exact one asks for each call.

    Parameters:
        name: of the endpoint or guard.
        bank: where it borrows.

    Raises:
        ValueError: its key cannot be told there; the text says what was expected.
    """

    __slots__ = ("_bank", "_leases", "_limit", "_unasked", "told_at")

    def __init__(self, name: str, options: RateLimit, bank: Bank) -> None:
        super().__init__(name, options)
        self._bank = bank
        self._leases = self._new()
        self._quota = self._leases.quota
        # the same in all workers, and another one for each limit: who is counted here cannot be found again there
        secret = f"{bank.namespace}\0{name}\0{options.key}".encode()
        self._salt = blake2b(secret, digest_size=16).digest()
        self._limit = blake2b(secret, digest_size=12, person=b"failsoft limit").hexdigest()
        self._unasked: dict[Unasked, int] = {}
        self.told_at: float | None = None
        """When calls that were decided without the store were last told of."""

    @property
    def away(self) -> bool:
        """The store does not answer; this worker decides alone."""
        return self._leases.away

    @property
    def doubtful(self) -> bool:
        """It is to be found out whether the store answers."""
        return self._leases.away or self._leases.tired

    def admit(self, call: Call, now: float) -> RateReading:
        """Ask to run one call at `now` (monotonic seconds). Waits for nobody."""
        key = self.key_of(call)
        leases = self._leases
        with self._lock:
            reading = leases.take(key, now)
            hurried = leases.hurried(key)
        if hurried:
            self._bank.hurry()
        return self.told(reading)

    # -- exact: the store decides

    def ask(self, call: Call, within: float) -> RateReading | None:
        """Have the store decide about a call; None: it did not.

        Parameters:
            within: seconds to wait for it.
        """
        at_once = self._at_once(within)
        if at_once is None:
            return None
        if not ThreadWaiter.may_wait():
            self._note("event_loop")
            return None
        key = self.key_of(call)
        try:
            grant = at_once.lend(self._loan(key, _ONE), within)
        except Exception as error:  # noqa: BLE001 - whatever it is, the call goes on
            self._missed(error)
            return None
        return self._granted_at_once(key, grant)

    async def aask(self, call: Call, within: float) -> RateReading | None:
        """As `ask`, without blocking the event loop."""
        at_once = self._at_once(within)
        if at_once is None:
            return None
        key = self.key_of(call)
        try:
            grant = await at_once.alend(self._loan(key, _ONE), within)
        except Exception as error:  # noqa: BLE001 - as above
            self._missed(error)
            return None
        return self._granted_at_once(key, grant)

    def _at_once(self, within: float) -> QuotasAtOnce | None:
        if within <= 0:
            return None
        if self.doubtful:
            self._note("unreachable" if self._leases.away else "late")
            return None
        return self._bank.at_once

    def _granted_at_once(self, key: str, grant: Grant) -> RateReading:
        with self._lock:
            reading = self._leases.told(key, grant, self._bank.now())
        return self.told(reading)

    def _missed(self, error: Exception) -> None:
        with self._lock:
            self._leases.missed()
            tired = self._leases.tired
        if tired:
            self._bank.hurry()
        self._note("late" if isinstance(error, TimeoutError) else "unreachable")
        self._bank.failed(error)

    def _note(self, reason: Unasked) -> None:
        with self._lock:
            self._unasked[reason] = self._unasked.get(reason, 0) + 1

    # -- in the background

    def asks(self, now: float) -> list[tuple[Question, Loan]]:
        """What to ask the store for now. To be followed by `granted` for each, or `lost`."""
        with self._lock:
            questions = self._leases.asks(now, _MOST)
        if len(questions) == _MOST:
            self._bank.hurry()
        return [(question, self._loan(*question)) for question in questions]

    def granted(self, question: Question, grant: Grant, now: float) -> None:
        """The store has answered."""
        with self._lock:
            self._leases.granted(question, grant, now)

    def back(self) -> None:
        """The store answers."""
        with self._lock:
            self._leases.back()

    def lost(self, questions: list[Question]) -> None:
        """The store did not answer."""
        with self._lock:
            self._leases.lost(questions)

    def unasked(self) -> dict[Unasked, int]:
        """Calls that were decided without the store since this was last asked, although the limit is exact."""
        with self._lock:
            found, self._unasked = self._unasked, {}
        return found

    def _loan(self, key: str, ask: Ask) -> Loan:
        leases = self._leases
        # a client's address is not to be found there either
        digest = blake2b(key.encode("utf-8", "replace"), digest_size=16, key=self._salt).hexdigest()
        return Loan(self._limit, digest, leases.terms._replace(burst=leases.share.burst), ask)

    # -- changes

    def follow(self, other: RateLimiter, now: float) -> None:
        """See `RateLimiter`. What one of another scope has counted is not taken over: it counts by other names."""
        if isinstance(other, SharedLimiter):
            with other._lock:
                other._leases.change(self.options.terms, self._leases.share, now)
                self._lock, self._leases, self._quota = other._lock, other._leases, other._quota

    def forget(self) -> None:
        """See `RateLimiter`. Leases are the other process's to spend."""
        before = self._quota
        super().forget()
        if self._quota is not before:
            self._leases = self._new()
            self._quota = self._leases.quota
        self._leases.forget()
        self._unasked = {}

    def remember(self) -> Callable[[], None]:
        """See `RateLimiter`. What the store knows stays."""
        with self._lock:
            kept = copy.deepcopy(self._leases)

        def restore() -> None:
            self._take_over(copy.deepcopy(kept))

        return restore

    def renew(self) -> None:
        """See `RateLimiter`."""
        self._take_over(self._new())

    def _take_over(self, leases: Leases) -> None:
        leases.give_up()
        with self._lock:
            self._leases, self._quota = leases, leases.quota

    def _new(self) -> Leases:
        terms = self.options.terms
        return Leases(terms, Share.of(terms, exact=self.options.exact))


def refused(options: RateLimit, store: str, path: str) -> list[Fault]:
    """Why a limit cannot be shared as it says.

    Parameters:
        store: what there is: `redis`, `sqlite`, or "" for none.
        path: of the limit.
    """
    if options.scope != "shared":
        return []
    if not store:
        said = 'expected "worker": workers share nothing, as there is no url in [state] ("memory://" is none)'
        return [Fault(f"{path}.scope", '"shared"', said)]
    if options.exact and store != "redis":
        said = "expected false: who writes a file may have to wait for others; an exact limit needs a Redis in [state]"
        return [Fault(f"{path}.exact", "true", said)]
    return []


def refusals(policies: Mapping[str, _Limited], store: str, path: str) -> list[Fault]:
    """Why limits of some policies cannot be shared as they say; parameters as for `refused`."""
    found: list[Fault] = []
    for name, policy in policies.items():
        # what is not there has a fault of its own
        if policy is not None and policy.rate_limit is not None:
            found += refused(policy.rate_limit, store, f"{join_path(path, name)}.rate_limit")
    return found
