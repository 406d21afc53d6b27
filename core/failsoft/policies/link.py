"""One shared circuit in one worker."""

from __future__ import annotations

from math import inf

from failsoft.machines.circuit import State
from failsoft.machines.peered import PeeredMachine
from failsoft.machines.shared import AHEAD, Member
from failsoft.policies.shared_breaker import SharedBreaker

__all__ = ["Link"]

_PAUSE = 1.0
_MARGIN = 0.5


class Link:
    """The breaker of a shared circuit, and what this worker says of it."""

    __slots__ = ("_next", "_seen", "breaker", "lent", "member")

    def __init__(self, breaker: SharedBreaker, member: Member) -> None:
        self.breaker = breaker
        self.member = member
        self.lent = False
        """The breaker has been lent the lease to probe."""
        self._next = -inf
        self._seen: object = None

    def at_rest(self, now: float) -> bool:
        """Nothing to say or hear. Read without the lock; what comes in between is for the next beat."""
        machine, member = self.breaker.machine, self.member
        assert isinstance(machine, PeeredMachine)  # noqa: S101 - as it makes them
        if machine.told != member.agreed:
            return False
        if machine.closed:
            return member.word.state == State.CLOSED
        return now < self._next and self._seen == (machine.shut_until, member.word, member.apart)

    def rest(self, now: float, word_until: float) -> None:
        """There was nothing to say. An open circuit is looked at again when something changes, or after a while, and
        always near the end of its period; with thousands of them a look with each beat would take its time.

        Parameters:
            word_until: end of the open period as the word says, in monotonic seconds.
        """
        machine, member = self.breaker.machine, self.member
        pause = min(_PAUSE, member.max_age / 8) * (1.0 - 2 * self.breaker.peers.spread)
        until = min(machine.shut_until, word_until) if member.word.state == State.OPEN else inf
        mine = self.lent or member.word.holder == member.me
        self._next = -inf if mine else min(now + pause, until - AHEAD - _MARGIN)
        self._seen = (machine.shut_until, member.word, member.apart)
