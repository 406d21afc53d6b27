"""Circuits that workers share: each beat, what breakers have come to is said, and what others said is followed.

Everything here runs in the thread of the beat, but for `_join`. Calls read what it has put into the machines.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import inf
from typing import NamedTuple, TypeVar

from failsoft.beat import Beat
from failsoft.clock import Clock
from failsoft.machines.circuit import State
from failsoft.machines.peered import PeeredMachine
from failsoft.machines.peers import Progress
from failsoft.machines.shared import Member, Now, Word
from failsoft.policies.circuit_breaker import Breaker
from failsoft.policies.evidence import Evidence
from failsoft.policies.link import Link
from failsoft.policies.shared_breaker import SharedBreaker, SharedBreakers
from failsoft.stores import Heard, Mark, Put, WordStore
from failsoft.stores.wording import MOST_WORDS, PUTS

__all__ = ["ALONE_AFTER", "BreakerSharing"]

ALONE_AFTER = 15.0
"""Seconds without an answer after which a worker decides alone."""

T = TypeVar("T")


class _Offsets(NamedTuple):
    """What is added to monotonic time to get that of the store: the least it can be, and the most."""

    low: float
    high: float


class BreakerSharing:
    """Exchanges the state of all circuit breakers of one Failsoft with other workers.

    Parameters:
        words: the store.
        max_age: seconds after which what no worker confirmed is not restored.
        spread: gives the share by which open periods are longer in this worker, while it is alone.
    """

    def __init__(
        self,
        breakers: SharedBreakers,
        words: WordStore,
        beat: Beat,
        clock: Clock,
        *,
        max_age: float,
        spread: Callable[[], float],
    ) -> None:
        self._breakers = breakers
        self._words = words
        self._beat = beat
        self._clock = clock
        self._max_age = max_age
        self._spread = spread
        self._links: dict[str, Link] = {}
        self._known: dict[str, Word] = {}
        self._offsets: _Offsets | None = None
        self._begin()
        breakers.watching = (*breakers.watching, self._join)

    def _begin(self) -> None:
        self.worker = uuid.uuid4().hex[:12]
        """How this worker is called in the store."""
        self._mark = Mark()
        self._born = 0.0
        self._alone = False
        self._answered: float | None = None
        self._evidence = Evidence(self.worker)

    # -- as the beat calls it

    def exchange(self, now: float) -> None:
        """Say what is new here, hear what is new there, and stand where it says."""
        if self._answered is None:
            self._answered = now
        self._let_go()
        report = self._evidence.report(self._links, now)
        heard, got = self._say(now, report)
        if heard.refused:
            # others were quicker; at once, or who is far from the store would never have a say
            heard, got = self._say(got, None)
        for name, others in self._evidence.gathered(heard.reports, self._links, got).items():
            self._share(self._links[name], partial(PeeredMachine.judge, others=others, now=got))

    def _say(self, now: float, report: bytes | None) -> tuple[Heard, float]:
        puts = self._gather(now)
        sent = self._clock.monotonic()
        heard = self._words.exchange(self.worker, self._mark, puts, report)
        got = self._clock.monotonic()
        self._evidence.sent(report, sent)
        self._offsets = _Offsets(heard.now - got, heard.now - sent)
        returned, self._alone, self._answered = self._alone, False, got
        self._take(heard, puts, got, returned)
        return heard, got

    def missed(self, now: float) -> None:
        """Decide alone, if the store has not answered for long."""
        if self._answered is None:
            self._answered = now
        if not self._alone and now - self._answered >= ALONE_AFTER:
            self._alone = True
            for link in tuple(self._links.values()):
                link.member.apart, link.lent = True, False
                self._share(link, partial(PeeredMachine.stand_alone, now=now))

    def leave(self, now: float, *, away: bool) -> None:
        """Give back the leases, and be counted no longer."""
        if away:
            return
        puts = self._gather(now, leaving=True)
        self._words.exchange(self.worker, self._mark, puts, b"")

    def after_fork(self) -> None:
        """Be another worker; the leases are the parent's. Takes no lock: it may be held by a thread left behind."""
        self._begin()
        for link in tuple(self._links.values()):
            link.member, link.lent = Member(self.worker, self._max_age), False
            # where it stands is for the store to say, or to be told
            link.member.forgotten()
            peers = link.breaker.peers
            peers.alone, peers.probe_until, peers.turned_away, peers.spread = False, -inf, 0, self._spread()

    # -- breakers that come and go

    def _join(self, breaker: Breaker) -> None:
        """A new breaker. What is known of its circuit holds for it at once."""
        if not isinstance(breaker, SharedBreaker):
            return
        member = Member(self.worker, self._max_age)
        link = Link(breaker, member)
        member.apart = self._alone
        breaker.peers.alone, breaker.peers.spread = self._alone, self._spread()
        word, offsets = self._known.get(breaker.name), self._offsets
        if word is not None and offsets is not None:
            member.heard(word)
            self._share(link, partial(self._obey, link, self._clock.monotonic(), offsets))
        self._links[breaker.name] = link

    def _let_go(self) -> None:
        for name, link in tuple(self._links.items()):
            if self._breakers.get(name) is not link.breaker:
                del self._links[name]

    # -- one exchange

    def _gather(self, now: float, *, leaving: bool = False) -> list[Put]:
        offsets = self._offsets
        puts: list[Put] = []
        for name, link in tuple(self._links.items()):
            if offsets is None or len(puts) >= PUTS:
                break
            if link.at_rest(now):
                continue
            word = self._share(link, partial(self._propose, link, now, offsets, leaving))
            if word is not None:
                puts.append(Put(name, word))
            else:
                link.rest(now, link.member.word.until - offsets.high)
        return puts

    def _propose(self, link: Link, now: float, offsets: _Offsets, leaving: bool, machine: PeeredMachine) -> Word | None:
        member, standing = link.member, machine.standing()
        standing = standing._replace(until=standing.until + offsets.high)
        if leaving:
            word = member.leaving(standing, now + offsets.low)
        else:
            times = Now(now + offsets.low, now + offsets.high)
            idle = now - standing.called_at
            word = member.propose(standing, times, idle, link.breaker.options.rules(), self._born)
        if word is not None and word.holder != member.me == member.word.holder:
            # before anybody else may know of it
            machine.peers.probe_until, link.lent = -inf, False
        return word

    def _take(self, heard: Heard, puts: Sequence[Put], now: float, returned: bool) -> None:
        if self._mark.epoch not in ("", heard.mark.epoch):
            self._known.clear()
            for link in self._links.values():
                link.member.forgotten()
        self._mark, self._born = heard.mark, heard.born
        for name, word in puts:
            if name not in heard.refused:
                self._known[name] = word
                if (link_of := self._links.get(name)) is not None:
                    link_of.member.accepted(word)
        self._remember(heard.words)
        for name, link in tuple(self._links.items()):
            known = self._known.get(name)
            if known is not None and known.version > link.member.word.version:
                # it came while the breaker was being made
                link.member.heard(known)
            if returned or name in heard.words or not link.at_rest(now):
                self._share(link, partial(self._obey, link, now, self._offsets or _Offsets(0.0, 0.0)))

    def _remember(self, words: Mapping[str, Word]) -> None:
        for name, word in words.items():
            if len(self._known) < MOST_WORDS or name in self._known:
                self._known[name] = word
            link = self._links.get(name)
            if link is not None and not word.version:
                link.member.forgotten()
            elif link is not None and word.version >= link.member.word.version:
                link.member.heard(word)

    def _obey(self, link: Link, now: float, offsets: _Offsets, machine: PeeredMachine) -> None:
        """Stand where the word says, and probe if it says so."""
        member, word, peers = link.member, link.member.word, machine.peers
        peers.alone = self._alone
        standing = machine.standing()
        if member.follow(standing._replace(until=standing.until + offsets.high), now + offsets.low):
            machine.follow(State(word.state), word.until - offsets.low, word.rounds, word.reason, now)
            peers.progress, peers.turned_away, link.lent = Progress(), 0, False
            member.followed(machine.told)
        if not member.holds(now + offsets.high):
            peers.probe_until, link.lent = -inf, False
        elif link.lent:
            peers.probe_until = word.lease_until - offsets.high
        else:
            link.lent = True
            machine.lend(word.lease_until - offsets.high, word.progress)

    def _share(self, link: Link, act: Callable[[PeeredMachine], T]) -> T:
        return link.breaker.share(act, self._beat.turn)
