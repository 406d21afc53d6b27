"""What a store of audit records can do, as writers and readers see it."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from failsoft.audit.entry import Entry
from failsoft.audit.statements import Statement

__all__ = [
    "MOST_HEADS",
    "AuditStore",
    "AwayError",
    "KeyFacts",
    "Query",
    "ReadableStore",
    "StoreError",
    "Stored",
    "UnstorableError",
    "passes",
]


_PASSING = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE, errno.ENOMEM,
        errno.EAGAIN, errno.EBUSY, errno.ETIMEDOUT, errno.ENOTCONN, errno.EHOSTDOWN, errno.ENOLCK,
    }
)  # fmt: skip
MOST_HEADS = 64
"""Lanes whose heads a statement binds at most: those that wrote last."""


class StoreError(Exception):
    """The store cannot be used as it is: a foreign table, an older or newer schema. One line, without secrets."""


class AwayError(StoreError):
    """The store cannot be reached now, and may be later without anybody changing a setting: a server that is down, a
    lock that somebody holds, a disk that is full or may only be read."""


class UnstorableError(Exception):
    """Raised by a store: these entries will never be stored, however often they are tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which records are wanted; None: any.

    Attributes:
        since, until: microseconds since the Unix epoch, from `since` on and before `until`.
        kinds, severities: one of these.
        code, endpoint, status, error_id, trace_id: as in the record.
        indexes: name of a blind index (`user`, `client`, `request`), and its digests, one of which has to fit.
        after: only records with a greater `Stored.position`, in the order in which they were stored.
        newest_first: the newest first. Else the oldest first by their time, unless `after` is given.
        limit: most records.
    """

    since: int | None = None
    until: int | None = None
    kinds: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    code: str | None = None
    endpoint: str | None = None
    status: int | None = None
    error_id: str | None = None
    trace_id: str | None = None
    indexes: Mapping[str, Sequence[bytes]] | None = None
    after: int | None = None
    newest_first: bool = False
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry and its place in the store."""

    position: int
    """Grows with every entry of the store, whichever lane it is of; not without gaps."""
    entry: Entry


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """What a store knows of a key that wrote into it."""

    key_id: str
    check: bytes
    """See `KeyRing.check_value`."""
    public: bytes
    """The public half of its signing key. Whoever can write to the store can write this, too."""


class AuditStore(Protocol):
    """Where audit records are kept, as the writer sees it. Used by one thread at a time."""

    @property
    def name(self) -> str:
        """What it is and where, without user and password."""
        ...

    def check(self) -> None:
        """Try it once and keep nothing open, so that the process may fork afterwards. Makes or migrates what is needed.

        Raises:
            AwayError: it cannot be reached now. One line, without secrets.
            StoreError: it is reached, and cannot be used as it is, or the settings are wrong.
        """
        ...

    def look(self) -> None:
        """See whether it can be reached and used, and change nothing: what is not there yet will be made at the start.

        Raises: as `check`.
        """
        ...

    def hurry(self, seconds: float | None) -> None:
        """Give up what is written from now on after so many seconds, where the store can hang; None: after its own
        patience."""
        ...

    def sync_fully(self) -> None:
        """From now on, what is kept is on the disk when `append` returns."""
        ...

    def append(self, entries: Sequence[Entry], /) -> None:
        """Keep all of the entries, or none and raise. An entry that is kept already (same lane and sequence) is not
        kept twice: after an error nobody knows whether it was."""
        ...

    def state(self, statement: Statement, /) -> None:
        """Keep a statement; one that is kept already (same type, lane and number) is not kept twice."""
        ...

    def heads(self) -> Mapping[str, tuple[int, bytes]]:
        """Last number and hash of the lanes that wrote last, open or closed, at most `MOST_HEADS`. Who states them
        binds these lanes: none can vanish whole without it showing."""
        ...

    def known_keys(self) -> Sequence[KeyFacts]:
        """The keys that have written here."""
        ...

    def learn(self, key: KeyFacts, /) -> None:
        """Keep what is to be known of a key; one that is known already stays as it is."""
        ...

    def close(self) -> None:
        """Let go of connections; the next use opens new ones."""
        ...

    def forget(self) -> None:
        """In a forked child: drop connections of the parent without closing them."""
        ...


class ReadableStore(Protocol):
    """A store as readers and verifiers see it. Reading never changes it, and holds at most a batch in memory."""

    def reading(self) -> AbstractContextManager[None]:
        """For who asks many questions, one after the other: meanwhile what one has opened is kept for the next."""
        ...

    def lanes(self) -> Sequence[str]:
        """Every lane of which there is an entry, a statement or a note in the store, oldest first."""
        ...

    def chain(self, lane: str, first: int = 1) -> Iterator[Entry]:
        """The entries of a lane from a number on, in the order of their numbers."""
        ...

    def search(self, query: Query, /) -> Iterator[Stored]:
        """The entries that are wanted."""
        ...

    def statements(self, type: str | None = None, lane: str | None = None) -> Iterator[Statement]:  # noqa: A002
        """Statements, by lane, type and number."""
        ...

    def see_readable(self) -> None:
        """Try once whether it can be read. Makes, migrates and changes nothing: who may only read needs no more.

        Raises:
            StoreError: it cannot be read. One line, without secrets.
        """
        ...

    def remove(self, tombstones: Sequence[Statement], /) -> Iterator[int]:
        """Remove the entries that tombstones name and keep the tombstones, of each both or neither. Of each, as soon as
        that is done, how many entries were there; nothing is done before they are asked for.

        Raises:
            Exception: one of the tombstones is there already, or whatever a driver raises.
        """
        ...


def passes(error: OSError) -> bool:
    """Whether what keeps a file from being written may pass by itself: a full disk, one that may only be read, a lock.

    A directory that is not there, or permission that was not given, is a setting.
    """
    return isinstance(error, TimeoutError) or error.errno in _PASSING
