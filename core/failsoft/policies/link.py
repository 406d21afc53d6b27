"""One shared circuit in one worker."""

from __future__ import annotations

from failsoft.machines.circuit import State
from failsoft.machines.peered import PeeredMachine
from failsoft.machines.shared import Member
from failsoft.policies.shared_breaker import SharedBreaker

__all__ = ["Link"]


class Link:
    """The breaker of a shared circuit, and what this worker says of it."""

    __slots__ = ("breaker", "lent", "member")

    def __init__(self, breaker: SharedBreaker, member: Member) -> None:
        self.breaker = breaker
        self.member = member
        self.lent = False
        """The breaker has been lent the lease to probe."""

    @property
    def at_rest(self) -> bool:
        """Closed, and nothing to say or hear. Read without the lock; what comes in between is for the next beat."""
        machine, member = self.breaker.machine, self.member
        assert isinstance(machine, PeeredMachine)  # noqa: S101 - as it makes them
        return machine.closed and machine.told == member.agreed and member.word.state == State.CLOSED
