"""What workers say of a circuit that they share, as a pure state machine.

The store keeps one `Word` for each circuit, and a worker one `Member`. A member says what its breaker has come to
(`propose`), and hears what others have said (`heard`, `verdict`). It knows no breaker, store, clock or lock.

Each write has the next `version`, and the store takes it only if it has seen the one before: a late write is refused,
never mixed in. Each change of the circuit starts a new `era`. Where a worker and the word differ, the more cautious one
wins: an operator's word over all others, the later end of an open period, open over closed. Except that a worker's
result does not stand against a newer era, if it is that of a round whose lease was lost.

The lease to probe belongs to one worker at a time. Nobody but its holder can end it before its time, not even by
changing the circuit, and the store's time is reckoned late by the holder and early by the others. So two workers never
probe in the same open period, and together they send no more probes than one would. A holder renews its lease while it
has calls, or nobody else has; it hands the lease on to a worker that is called and turned calls away. A lease that
lapsed while the period was over is a lost round, as its probes may be out.

Times are those of the store. A worker knows them within bounds: `low` is for sure not later than now, `high` not
earlier.
"""

from __future__ import annotations

from typing import NamedTuple

from failsoft.machines.circuit import BreakerRules, State
from failsoft.machines.peers import Progress, Standing

__all__ = ["AHEAD", "LEASE", "Member", "Now", "Word"]

LEASE = 5.0
"""Seconds that a lease to probe lasts, unless it is renewed."""
AHEAD = 1.0
"""Seconds before the end of an open period at which the lease is asked for."""
_RENEW = 1.0
_IDLE = 1.0
_ASK_AFTER = 2
_NEAR = 0.5
_NEVER = -1

_VERBS = ("reset", "force_open", "disable", "metrics_only")
_OPERATORS = (State.FORCED_OPEN, State.DISABLED, State.METRICS_ONLY)
_WAITING = (State.OPEN, State.HALF_OPEN)


class Word(NamedTuple):
    """How a circuit stands for all of its workers. Never half-open: a round is that of the holder of the lease."""

    version: int = 0
    """Of the write; 0: nothing was ever said."""
    era: int = 0
    """Of the state: grows with each change of the circuit, not with leases."""
    state: str = State.CLOSED
    until: float = 0.0
    """End of the open period."""
    rounds: int = 0
    reason: str = ""
    at: float = 0.0
    """When a worker last confirmed it."""
    holder: str = ""
    """The worker that may probe."""
    lease_until: float = 0.0
    wanter: str = ""
    """A worker that is called, and would like to probe."""
    progress: Progress = Progress()
    """Of the round, when the lease was last renewed or handed on."""


class Now(NamedTuple):
    """The time of the store, as a worker knows it."""

    low: float
    high: float


class Member:
    """One worker's part in one shared circuit. The caller sees to it that one thread uses it at a time.

    Parameters:
        me: name of the worker.
        max_age: seconds after which a word that nobody confirmed is not followed by a worker that begins.
        generation: of the breaker, when it began.
    """

    __slots__ = ("_era", "_fresh", "_news_of", "agreed", "apart", "max_age", "me", "word")

    def __init__(self, me: str, max_age: float, generation: int = 0) -> None:
        self.me = me
        self.max_age = max_age
        self.word = Word()
        """The latest one known."""
        self.apart = False
        """It has decided alone since it last agreed with the others."""
        self.agreed = generation
        """The generation of the breaker in which it last stood where the word says."""
        self._era = 0
        self._fresh = True
        self._news_of: int | None = None

    def heard(self, word: Word) -> None:
        """The store has this word."""
        self.word = word

    def forgotten(self) -> None:
        """The store has lost everything."""
        self.word = Word()
        self._era = 0
        self.agreed = _NEVER

    def accepted(self, word: Word) -> None:
        """The store has taken what was proposed last."""
        self.word = word
        if self._news_of is not None:
            self._agree(self._news_of)

    def follow(self, standing: Standing, low: float) -> bool:
        """Whether the breaker is to stand where the word says. Then call `followed`, when it does."""
        word, fresh = self.word, self._fresh
        self._fresh = False
        if word.era == self._era:
            return False
        if fresh and low - word.at > self.max_age:
            self._era = word.era
            return False
        if self._unsaid(standing) and self._stands_against(standing):
            self._era = word.era
            return False
        return True

    def followed(self, generation: int) -> None:
        """The breaker stands where the word says, in this generation of its own."""
        self._agree(generation)

    def holds(self, high: float) -> bool:
        """Whether this worker may probe."""
        return self.word.holder == self.me and high < self.word.lease_until and self.word.state == State.OPEN

    def propose(self, standing: Standing, now: Now, idle: float, rules: BreakerRules, born: float) -> Word | None:
        """What to say. None: nothing.

        Parameters:
            standing: of the breaker, its open period by the time of the store.
            idle: seconds since it was last called.
            rules: of the breaker.
            born: when the store began to remember.
        """
        word, low = self.word, now.low
        self._news_of = None
        if self._unsaid(standing):
            self._news_of = standing.generation
            return self._news(standing, low)
        asked = None
        waits = standing.state in _WAITING
        if word.state == State.OPEN and waits:
            asked = self._about_lease(standing, now, idle, rules, born)
        stands_so = word.state == (State.OPEN if waits else standing.state) != State.CLOSED
        if asked is None and stands_so and low - word.at > self.max_age / 4:
            asked = word
        return None if asked is None else asked._replace(version=word.version + 1, at=low)

    def leaving(self, standing: Standing, low: float) -> Word | None:
        """What to say when the worker ends: what is new, or that the lease is given back, unless probes are out."""
        word = self.word
        self._news_of = None
        if self._unsaid(standing):
            self._news_of = standing.generation
            return self._news(standing, low)
        if word.holder != self.me or standing.probing:
            return None
        free = word._replace(holder="", lease_until=0.0, wanter="", progress=standing.progress)
        return free._replace(version=word.version + 1, at=low)

    def _agree(self, generation: int) -> None:
        self.agreed = generation
        self._era = self.word.era
        self._fresh = self.apart = False

    def _unsaid(self, standing: Standing) -> bool:
        """Whether something has happened here that the word does not say."""
        word = self.word
        if standing.state == State.OPEN and word.state == State.OPEN and standing.until > word.until + _NEAR:
            return True
        if standing.generation == self.agreed:
            return False
        if standing.state == State.HALF_OPEN:
            return word.state != State.OPEN
        if self.agreed == _NEVER:
            return standing.state not in (State.CLOSED, word.state)
        # closed as before, but in another generation: it was reset, or has come and gone
        return True

    def _stands_against(self, standing: Standing) -> bool:
        """Whether what happened here holds in spite of a newer word."""
        word = self.word
        if standing.reason in _VERBS and standing.generation != self.agreed:
            return True
        if word.state in _OPERATORS:
            return False
        if standing.state in _OPERATORS:
            # said before, and lost by the store
            return self.agreed == _NEVER
        if standing.state == State.CLOSED:
            return False
        if word.state == State.OPEN:
            leased = word.holder not in ("", self.me)
            return standing.state == State.OPEN and not leased and standing.until > word.until + _NEAR
        return standing.rounds == 0 or self.apart

    def _news(self, standing: Standing, low: float) -> Word:
        word = self.word
        waiting = standing.state in _WAITING
        probing = standing.state == State.HALF_OPEN
        mine = word.holder in ("", self.me)
        # the lease of another worker ends by itself
        holder, lease_until = ("", 0.0) if mine else (word.holder, word.lease_until)
        if probing and mine:
            holder, lease_until = self.me, low + LEASE
        return Word(
            version=word.version + 1,
            era=word.era + 1,
            state=State.OPEN if waiting else standing.state,
            until=(low if probing else standing.until) if waiting else 0.0,
            rounds=standing.rounds if waiting else 0,
            reason="reset" if standing.state == word.state == State.CLOSED else standing.reason,
            at=low,
            holder=holder,
            lease_until=lease_until,
            progress=standing.progress if probing else Progress(),
        )

    def _about_lease(self, standing: Standing, now: Now, idle: float, rules: BreakerRules, born: float) -> Word | None:
        word, low = self.word, now.low
        if word.holder == self.me:
            return self._keep(standing, low, idle)
        # one that is longer than any was granted before the clock of the store was put back
        if word.holder and low < word.lease_until <= low + 2 * LEASE:
            wants = standing.turned_away >= _ASK_AFTER and not word.wanter
            return word._replace(wanter=self.me) if wants else None
        if word.holder and word.lease_until > word.until:
            rounds = word.rounds + 1
            until = low + rules.period_after(rounds)
            return Word(0, word.era + 1, State.OPEN, until, rounds, "half_open_max_wait")
        if born <= low < born + LEASE:
            # a store that was emptied does not know who holds a lease
            return None
        # the breaker goes by a clock that nobody puts back
        until = min(word.until, standing.until)
        if now.high < until - AHEAD or (low >= until and not standing.turned_away):
            return None
        return word._replace(holder=self.me, lease_until=low + LEASE, wanter="")

    def _keep(self, standing: Standing, low: float, idle: float) -> Word | None:
        """Renew the lease, or hand it on. The caller takes away the leave to probe before it says so."""
        word = self.word
        if word.wanter and not standing.probing and idle >= _IDLE:
            return word._replace(holder=word.wanter, wanter="", lease_until=low + LEASE, progress=standing.progress)
        if word.lease_until - low < LEASE - _RENEW or standing.progress != word.progress:
            return word._replace(lease_until=low + LEASE, progress=standing.progress)
        return None
