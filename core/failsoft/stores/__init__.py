"""What workers share, behind small protocols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from failsoft.machines.lease import Ask, Grant
from failsoft.machines.shared import Word

__all__ = ["Heard", "Mark", "Put", "QuotaStore", "WordStore"]


class QuotaStore(Protocol):
    """Keeps the pools of rate limits that workers share. Asked in the background, never by a request."""

    async def lease(self, limit: str, key: str, ask: Ask) -> Grant:
        """Charge what is owed and lease what is wanted, in one step, by the clock of the store.

        Parameters:
            limit: name of the endpoint or guard with its rate and burst, so that another limit is another pool.
            key: who is counted; never a text of the client's.

        Raises:
            Exception: the store cannot be reached; the worker then decides alone.
        """
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
