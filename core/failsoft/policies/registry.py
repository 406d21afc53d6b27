"""Things at work by name: circuit breakers, bulkheads. Bounded, and a name is an identity.

What has not been used for an hour makes room when something new comes, and of too many the one that was used longest
ago; never one that has something to remember or somebody inside. These are constants and no settings: names are route
templates and guards, so that only names made by mistake come near the limit.

Whoever is let go of is `gone`: who still holds it, looks its name up again before the next call. So a name has never
two at work, but for calls that were under way on the old one; they end there.
"""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from math import inf
from threading import RLock
from typing import Generic, Protocol, TypeVar

from failsoft.clock import Clock
from failsoft.current import EPOCH
from failsoft.options import Options

__all__ = ["IDLE", "LIMIT", "Registry", "remember_each"]

LIMIT = 4096
IDLE = 3600.0
"""Seconds."""
_SWEEPS = 60
"""In the time after which one is idle, it is looked for such so often."""
_LOOK_AGAIN = 1.0
"""Seconds. Where none could go, it is not looked again for so long."""

_log = logging.getLogger("failsoft")


class _Memorable(Protocol):
    def remember(self) -> Callable[[], None]: ...
    def renew(self) -> None: ...


class _AtWork(_Memorable, Protocol):
    used: float
    gone: bool

    def forget(self) -> None: ...
    @property
    def options(self) -> Options: ...
    @property
    def spare(self) -> bool: ...


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
    """What one Failsoft has of one kind, by name.

    Parameters:
        kind: what it is, in words.
        limit: how many there may be.
        idle: seconds after which one that was not used makes room.
    """

    def __init__(self, kind: str, clock: Clock, *, limit: int = LIMIT, idle: float = IDLE) -> None:
        self._kind = kind
        self._clock = clock
        self._limit = limit
        self._idle = idle
        self._swept = clock.monotonic()
        self._eldest: deque[tuple[float, int, str]] = deque()
        """When each was used, a number to tell them apart, and its name, as of then; who goes first, first."""
        self._barren_until = -inf
        self._lock = RLock()
        self._there: dict[str, T] = {}
        self._said_full = False
        self.watching: tuple[Callable[[T], None], ...] = ()
        """Told of each new one."""

    @abstractmethod
    def _make(self, name: str, options: O) -> T:
        """A new one."""

    def _welcome(self, name: str, made: T) -> None:
        """What is to be done about a new one, before anybody else is told of it. No lock is held."""

    def obtain(self, name: str, options: O) -> T | None:
        """The one of this name, made if it is new; None when there are too many of which none can go.

        A name is an identity: who asks for it with other options gets the one that is there, and a warning is logged.
        """
        with self._lock:
            found = self._there.get(name)
            full = found is None and not self._has_room()
            made = found is None and not full
            if made:
                found = self._make(name, options)
                found.used = self._clock.monotonic()
                self._there = {**self._there, name: found}
            said, self._said_full = self._said_full, self._said_full or full
        if full and not said:
            _log.warning("there are %d %ss; %s and all further ones have none", self._limit, self._kind, name)
        if found is not None and found.options != options:
            _log.warning("%s %s is there already, with other options, which stay in force", self._kind, name)
        if found is not None and made:
            self._welcome(name, found)
            for told in self.watching:
                told(found)
        return found

    def _has_room(self) -> bool:
        """Whether there may be one more, if need be in place of another one. The lock is held."""
        full, now = len(self._there) >= self._limit, self._clock.monotonic()
        if now - self._swept >= self._idle / _SWEEPS:
            self._sweep(now)
        if self._make_room(now, full):
            return True
        if now < self._barren_until:
            return False
        self._sweep(now)
        if self._make_room(now, full):
            return True
        self._barren_until = now + _LOOK_AGAIN
        return False

    def _sweep(self, now: float) -> None:
        self._swept = now
        self._eldest = deque(sorted((found.used, n, name) for n, (name, found) in enumerate(self._there.items())))

    def _make_room(self, now: float, full: bool) -> bool:
        there, eldest = self._there, self._eldest
        while eldest and (now - eldest[0][0] >= self._idle or full):
            used, _, name = eldest.popleft()
            found = there.get(name)
            # one that was used since is not among the eldest any more
            if found is not None and found.used == used and found.spare and self._let_go(found):
                if there is self._there:
                    there = there.copy()
                del there[name]
                full = False
        self._there = there
        return not full

    def _let_go(self, found: T) -> bool:
        found.gone = True
        # from here on, who comes by the quick way looks again
        EPOCH.end()
        found.gone = found.spare
        return found.gone

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
