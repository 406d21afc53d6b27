"""Retries of one Failsoft: the budgets that they are paid from, and the books about them."""

from __future__ import annotations

import copy
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf
from threading import RLock
from typing import Any

from failsoft.call import Call
from failsoft.current import EPOCH
from failsoft.machines.budget import Priority, RetryBudget
from failsoft.machines.window import taken
from failsoft.policies.registry import remember_each
from failsoft.policies.retry import Budget

__all__ = ["MOST_NOTED", "Retries", "RetryStatistics", "SharedBudget", "Tally"]

_MOST = 4096
MOST_NOTED = 256
"""So many notes are kept until somebody counts them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryStatistics:
    """What became of the calls of one name. One that was turned away is not among them."""

    name: str
    operations: int
    """Calls that are over."""
    successes: int
    failures: int
    cancelled: int
    """Neither: ended by a cancellation or another `BaseException`."""
    retries: int
    """Attempts after the first."""
    attempts: Mapping[int, int]
    """How many calls took so many attempts."""
    average_attempts: float
    """Attempts per call; 0 without a call."""


class Tally:
    """The calls of one name under one budget. Noted without a lock, and counted when they have come together."""

    __slots__ = (
        "_begun",
        "_ended",
        "_passed",
        "attempts",
        "budget",
        "gone",
        "key",
        "last",
        "nests",
        "noted",
        "outcomes",
    )

    def __init__(self, key: str, budget: SharedBudget) -> None:
        self.key = key
        self.budget = budget
        self.gone = False
        """It had to make room for others; another one may be there under its name."""
        self.last = -inf
        """When the latest call that is counted was made."""
        self.attempts: Counter[int] = Counter()
        self.outcomes: Counter[bool | None] = Counter()
        # a deque takes and gives in one step, whatever threads there are
        self._begun: deque[float] = deque()
        self.noted: deque[float] = deque()
        """When calls were made that are over and went well at the first attempt. Only for `well`, and who does without
        it for speed."""
        self._passed: deque[None] = deque()
        self._ended: deque[tuple[int, bool | None]] = deque()
        self.nests = False
        """Calls under the same budget were seen within its own, which have to show themselves: a call counts once."""

    def begin(self, begun: float) -> None:
        """Note when a call has begun that the budget does not know yet; `end` or `passed` says what became of it."""
        noted = self._begun
        noted.append(begun)
        if len(noted) > MOST_NOTED:
            # of calls that are turned away, nothing more is heard
            self.budget.collect(self)

    def charge(self, begun: float, charged: tuple[Any, ...]) -> tuple[Any, ...]:
        """Note that a call has begun. Returns who has told the budgets of it, for calls within.

        Parameters:
            begun: monotonic seconds.
            charged: the tallies of the calls around.
        """
        if self._known(charged):
            return charged
        self.begin(begun)
        return (*charged, self)

    def well(self, begun: float, around: Call | None) -> None:
        """A call is over and went well at the first attempt: `charge` and `passed` in one."""
        if around is not None and around.charged and self._known(around.charged):
            self.passed()
            return
        well = self.noted
        well.append(begun)
        if len(well) > MOST_NOTED:
            self.budget.collect(self)

    def _known(self, charged: tuple[Any, ...]) -> bool:
        for around in charged:
            if around.budget is self.budget:
                if not around.nests:
                    around.nests = True
                    # the guard around it is to show itself from now on
                    EPOCH.end()
                return True
        return False

    def end(self, attempts: int, good: bool | None) -> None:
        """A call is over; `good` is None if it came to no end of its own."""
        ended = self._ended
        ended.append((attempts, good))
        if len(ended) > MOST_NOTED:
            self.budget.collect(self)

    def passed(self) -> None:
        """A call went well at the first attempt: `end`, for those in a hurry."""
        passed = self._passed
        passed.append(None)
        if len(passed) > MOST_NOTED:
            self.budget.collect(self)

    def drain(self, notes: list[float]) -> None:
        """Count what was noted, and add the times that the budget is to know. The budget's lock is held."""
        well, passed = taken(self.noted), taken(self._passed)
        made = taken(self._begun) + well
        notes += made
        self.last = max(made, default=self.last)
        if smooth := len(well) + len(passed):
            self.attempts[1] += smooth
            self.outcomes[True] += smooth
        for attempts, good in taken(self._ended):
            self.attempts[attempts] += 1
            self.outcomes[good] += 1


class SharedBudget:
    """A retry budget for all threads: one for each policy and process."""

    __slots__ = ("_budget", "_lock", "_options", "_tallies")

    def __init__(self, options: Budget) -> None:
        self._options = options
        self._budget = RetryBudget(options.ratio, options.min_per_second)
        self._lock = RLock()  # as the others: an abandoned call may end in the thread that is inside
        self._tallies: tuple[Tally, ...] = ()

    def withdraw(self, now: float, priority: Priority = "normal") -> bool:
        """Ask for one retry."""
        with self._lock:
            self._count(None)
            return self._budget.withdraw(now, priority)

    def collect(self, tally: Tally | None = None) -> None:
        """Count what was noted."""
        with self._lock:
            self._count(tally)

    def books_of(self, tally: Tally) -> tuple[Counter[int], Counter[bool | None]]:
        """How many calls took so many attempts, and how many came to which end."""
        with self._lock:
            self._count(tally)
            return tally.attempts.copy(), tally.outcomes.copy()

    def hear(self, tally: Tally, heard: bool) -> None:
        """Ask this tally too when something is counted, or no longer."""
        with self._lock:
            self._count(tally)
            others = tuple(other for other in self._tallies if other is not tally)
            self._tallies = (*others, tally) if heard else others

    @property
    def options(self) -> Budget:
        """What it goes by."""
        return self._options

    def adopt(self, options: Budget) -> None:
        """Go by other options from now on; what was counted stays."""
        with self._lock:
            self._count(None)
            self._options = options
            self._budget.change(options.ratio, options.min_per_second)

    def remember(self) -> Callable[[], None]:
        """The way back to how it stands now."""
        with self._lock:
            self._count(None)
            kept = copy.deepcopy(self._budget)

        def restore() -> None:
            with self._lock:
                self._count(None)
                self._budget = copy.deepcopy(kept)

        return restore

    def renew(self) -> None:
        """Be as new."""
        with self._lock:
            self._count(None)
            self._budget = RetryBudget(self._options.ratio, self._options.min_per_second)

    def forget(self) -> None:
        """Begin anew in a forked process: the lock may be held by a thread left behind, in the middle of a change."""
        torn, self._lock = not self._lock.acquire(blocking=False), RLock()
        if torn:
            self._budget = RetryBudget(self._options.ratio, self._options.min_per_second)

    def _count(self, asking: Tally | None) -> None:
        notes: list[float] = []
        for tally in self._tallies:
            tally.drain(notes)
        if asking is not None:
            asking.drain(notes)
        # of several tallies, and the window only goes forward
        notes.sort()
        self._budget.deposits(notes)


class Retries:
    """The budgets and the books. At most 4096 names; of more, the one that was called longest ago is forgotten."""

    def __init__(self, *, limit: int = _MOST) -> None:
        self._limit = limit
        self._lock = RLock()
        self._budgets: dict[str, SharedBudget] = {}
        self._tallies: dict[tuple[str, str], Tally] = {}

    def adopt(self, others: Retries) -> None:
        """Go by the options of other budgets, name by name."""
        for owner, budget in tuple(self._budgets.items()):
            if (other := others._budgets.get(owner)) is not None:
                budget.adopt(other.options)

    def tally(self, owner: str, key: str, options: Budget) -> Tally:
        """The tally of an endpoint or guard.

        Parameters:
            owner: who has the budget: the name of a policy, or the key itself.
            key: of the endpoint or guard.
            options: of the budget, where it is made.
        """
        with self._lock:
            known = self._tallies.get((owner, key))
            if known is not None:
                return known
            if len(self._tallies) >= self._limit:
                self._forget()
            budget = self._budgets.get(owner) or SharedBudget(options)
            if len(self._budgets) < self._limit:
                self._budgets.setdefault(owner, budget)
            made = self._tallies[owner, key] = Tally(key, budget)
        budget.hear(made, True)
        return made

    def _forget(self) -> None:
        for budget in {tally.budget for tally in self._tallies.values()}:
            budget.collect()
        oldest = min(self._tallies, key=lambda name: self._tallies[name].last)
        gone = self._tallies.pop(oldest)
        gone.gone = True
        gone.budget.hear(gone, False)
        if not any(owner == oldest[0] for owner, _ in self._tallies):
            self._budgets.pop(oldest[0], None)
        EPOCH.end()

    def names(self) -> list[str]:
        """Endpoints and guards with a retry that were met so far: `GET /quotes/{symbol}`, `guard:payments`."""
        with self._lock:
            return sorted({key for _, key in self._tallies})

    def statistics(self, name: str) -> RetryStatistics:
        """What became of the calls of an endpoint or guard: `GET /quotes/{symbol}`, `payments`, `guard:payments`.

        Where there were none, all figures are 0.
        """
        with self._lock:
            found = [tally for (_, key), tally in self._tallies.items() if key in (name, f"guard:{name}")]
        attempts: Counter[int] = Counter()
        outcomes: Counter[bool | None] = Counter()
        for tally in found:
            of_attempts, of_outcomes = tally.budget.books_of(tally)
            attempts.update(of_attempts)
            outcomes.update(of_outcomes)
        operations = sum(outcomes.values())
        made = sum(number * calls for number, calls in attempts.items())
        return RetryStatistics(
            name=name,
            operations=operations,
            successes=outcomes[True],
            failures=outcomes[False],
            cancelled=outcomes[None],
            retries=made - operations,
            attempts=dict(sorted(attempts.items())),
            average_attempts=made / operations if operations else 0.0,
        )

    def forget(self) -> None:
        """Begin anew in a forked process."""
        self._lock = RLock()
        for budget in {*self._budgets.values(), *(tally.budget for tally in self._tallies.values())}:
            budget.forget()

    def remember(self) -> Callable[[], None]:
        """The way back to how the budgets stand now; one that is made meanwhile is as new again. Books are kept."""
        return remember_each(lambda: self._budgets)
