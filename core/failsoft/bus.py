"""The one stream of events: isolated fan-out, in the publisher's thread, under no lock."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from threading import RLock
from typing import Any, TypeVar

from failsoft.current import EPOCH
from failsoft.events import Event

__all__ = ["Bus", "Observer"]

Observer = Callable[[Any], object]
"""Reads events. Must be quick; may raise, which is counted and passed over."""

E = TypeVar("E", bound=Event)
_log = logging.getLogger("failsoft")


class Bus:
    """Hands each event to those who asked for its kind.

    Subscribers are kept in immutable tuples that are swapped whole, so publishing takes no lock. An observer that
    raises is counted in `errors` and passed over.
    """

    __slots__ = ("_by_type", "_everything", "_lock", "_when", "errors", "last_error")

    def __init__(self) -> None:
        self._by_type: dict[type[Event], tuple[Observer, ...]] = {}
        self._everything: tuple[Observer, ...] = ()
        self._lock = RLock()
        self._when: dict[int, Callable[[], bool]] = {}
        self.errors = 0
        self.last_error: str | None = None

    def subscribe(
        self, observer: Observer, *kinds: type[Event], when: Callable[[], bool] | None = None
    ) -> Callable[[], None]:
        """Call `observer` with each event, or with each of the given kinds. Returns the way to unsubscribe.

        Parameters:
            when: whether it makes use of events at present. It gets none while it does not, and where nobody does,
                those that are costly are not made.
        """
        wanted = () if Event in kinds else tuple(dict.fromkeys(kinds))
        with self._lock:
            if when is not None:
                self._when = {**self._when, id(observer): when}
            if not wanted:
                self._everything = (*self._everything, observer)
            self._by_type = self._by_type | {kind: (*self._by_type.get(kind, ()), observer) for kind in wanted}
        EPOCH.end()
        subscribed = [True]

        def unsubscribe() -> None:
            with self._lock:
                if not subscribed:
                    return
                subscribed.clear()
                if not wanted:
                    self._everything = _without(self._everything, observer)
                self._by_type = self._by_type | {kind: _without(self._by_type[kind], observer) for kind in wanted}
            EPOCH.end()

        return unsubscribe

    def wanted(self, kind: type[Event]) -> bool:
        """Whether anybody reads events of this kind, so that a costly one need not be made."""
        when = self._when
        for observer in (*self._by_type.get(kind, ()), *self._everything):
            asked = when.get(id(observer))
            if asked is None or asked():
                return True
        return False

    def forget(self) -> None:
        """Begin anew in a forked process."""
        self._lock = RLock()

    def publish(self, event: Event) -> None:
        """Hand out an event. Never raises."""
        when = self._when
        for observer in (*self._by_type.get(type(event), ()), *self._everything):
            asked = when.get(id(observer))
            try:
                if asked is None or asked():
                    observer(event)
            except Exception as error:  # noqa: BLE001 - an observer must never reach the request
                self.errors += 1
                self.last_error = type(error).__name__
                if self.errors & (self.errors - 1) == 0:  # 1st, 2nd, 4th, 8th …: said, but not in a storm
                    with suppress(Exception):  # a broken logging set-up must not reach the request either
                        name = getattr(observer, "__qualname__", type(observer).__name__)
                        _log.warning("observer %s failed on %s: %s", name, type(event).__name__, type(error).__name__)


def _without(observers: tuple[Observer, ...], gone: Observer) -> tuple[Observer, ...]:
    """All but one of them; the same observer may be there more than once."""
    for number, observer in enumerate(observers):
        if observer is gone:
            return observers[:number] + observers[number + 1 :]
    return observers
