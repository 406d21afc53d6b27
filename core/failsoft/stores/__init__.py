"""What workers share, behind small protocols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from failsoft.machines.lease import Ask, Grant, Terms
from failsoft.machines.shared import Word

__all__ = ["Heard", "Loan", "Mark", "Put", "QuotaStore", "QuotasAtOnce", "WordStore"]


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


class Mark(NamedTuple):
    """How far a worker has read."""

    epoch: str = ""
    """Another one each time that the store begins anew, with nothing in it."""
    number: int = 0
    """Of the latest change that it knows."""


class Put(NamedTuple):
    """A word to be kept, if the version before it is the one that is there."""

    name: str
    word: Word


class Heard(NamedTuple):
    """What the store has answered."""

    now: float
    """Its time, in seconds since the Unix epoch."""
    born: float
    """When this epoch began."""
    mark: Mark
    refused: frozenset[str]
    """Names of the words that were not taken."""
    words: Mapping[str, Word]
    """Those that have changed since the mark; all of them in another epoch."""
    reports: Mapping[str, bytes]
    """The latest reports of all workers, by worker."""


class WordStore(Protocol):
    """Keeps the words of circuits that workers share. Asked by the beat, never by a call."""

    def exchange(self, worker: str, mark: Mark, puts: Sequence[Put], report: bytes | None) -> Heard:
        """Say what is new here and hear what is new there, in one step.

        Parameters:
            worker: who asks.
            mark: what it has read before. Where that was another epoch, nothing is taken.
            puts: at most `PUTS` words.
            report: kept for `REPORT_AGE` seconds under the worker's name; empty: it is removed; None: left as it is.

        Raises:
            Exception: it does not answer.
        """
        ...
