"""What workers share, behind small protocols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from failsoft.machines.lease import Ask, Grant, Terms

__all__ = ["Loan", "QuotaStore", "QuotasAtOnce"]


class Loan(NamedTuple):
    """What a worker wants of one pool."""

    limit: str
    """Which limit; without its rate, so that what is spent outlives a change of that."""
    key: str
    """Who is counted: a digest, never a text of the client's."""
    terms: Terms
    """What the pool allows."""
    ask: Ask


class QuotaStore(Protocol):
    """Keeps the pools of rate limits that workers share. Asked in the background, never by a request."""

    def lend(self, loans: Sequence[Loan]) -> list[Grant]:
        """Charge what is owed and lend what is wanted, in one trip, each pool in one step, by the clock of the store.

        Where nothing is wanted, it is found out all the same whether the store answers.

        Returns:
            An answer to each, in the same order.

        Raises:
            Exception: the store did not answer; what was asked may or may not have been done.
        """
        ...


class QuotasAtOnce(Protocol):
    """The same pools, asked by the calls themselves, which wait for the answer. Used from any thread and event loop."""

    def lend(self, loan: Loan, within: float) -> Grant:
        """As in `QuotaStore`, for one pool.

        Parameters:
            within: seconds after which it is given up.

        Raises:
            TimeoutError: there was no answer within the time. What comes later is lost.
            Exception: the store cannot be reached.
        """
        ...

    async def alend(self, loan: Loan, within: float) -> Grant:
        """As `lend`, without blocking the event loop."""
        ...

    def close(self) -> None:
        """Let go of the connections."""
        ...

    def forget(self) -> None:
        """In a forked child: the connections are the parent's."""
        ...
