"""Things at work by name: circuit breakers, bulkheads. Bounded, and a name is an identity."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from threading import RLock
from typing import Generic, Protocol, TypeVar

from failsoft.options import Options

__all__ = ["Registry", "remember_each"]

_log = logging.getLogger("failsoft")


class _Memorable(Protocol):
    def remember(self) -> Callable[[], None]: ...
    def renew(self) -> None: ...


class _AtWork(_Memorable, Protocol):
    def forget(self) -> None: ...
    @property
    def options(self) -> Options: ...


K = TypeVar("K", bound=Hashable)
T = TypeVar("T", bound=_AtWork)
O = TypeVar("O", bound=Options)  # noqa: E741 - it stands for options


def remember_each(read: Callable[[], Mapping[K, _Memorable]]) -> Callable[[], None]:
    """The way back to how things stand now. One that is made meanwhile is as new again.

    Parameters:
        read: all that there are.
    """
    ways_back = {name: each.remember() for name, each in tuple(read().items())}

    def restore() -> None:
        for name, each in tuple(read().items()):
            ways_back.get(name, each.renew)()

    return restore


class Registry(Mapping[str, T], Generic[T, O]):
    """What one Failsoft has of one kind, by name. At most `limit`; names are route templates and guards.

    Parameters:
        kind: what it is, in words.
        limit: how many there may be.
    """

    def __init__(self, kind: str, *, limit: int = 4096) -> None:
        self._kind = kind
        self._limit = limit
        self._lock = RLock()
        self._there: dict[str, T] = {}
        self._said_full = False
        self.watching: tuple[Callable[[T], None], ...] = ()
        """Told of each new one."""

    @abstractmethod
    def _make(self, name: str, options: O) -> T:
        """A new one."""

    def obtain(self, name: str, options: O) -> T | None:
        """The one of this name, made if it is new; None when there are too many.

        A name is an identity: who asks for it with other options gets the one that is there, and a warning is logged.
        """
        with self._lock:
            found = self._there.get(name)
            full = found is None and len(self._there) >= self._limit
            made = found is None and not full
            if made:
                found = self._make(name, options)
                self._there = {**self._there, name: found}
            said, self._said_full = self._said_full, self._said_full or full
        if full and not said:
            _log.warning("there are %d %ss; %s and all further ones have none", self._limit, self._kind, name)
        if found is not None and found.options != options:
            _log.warning("%s %s is there already, with other options, which stay in force", self._kind, name)
        if found is not None and made:
            for told in self.watching:
                told(found)
        return found

    def remember(self) -> Callable[[], None]:
        """The way back to how they stand now. One that is made meanwhile is as new again."""
        return remember_each(lambda: self._there)

    def forget(self) -> None:
        """Begin anew in a forked process, where locks that other threads held are never let go."""
        self._lock = RLock()
        for found in self._there.values():
            found.forget()

    def drop(self, names: Iterable[str]) -> None:
        """Let go of those that nobody asks for any more."""
        gone = set(names)
        with self._lock:
            self._there = {name: found for name, found in self._there.items() if name not in gone}

    def __getitem__(self, name: str) -> T:
        return self._there[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._there)

    def __len__(self) -> int:
        return len(self._there)
