"""Events, kept for a test to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from failsoft.events import Event
from failsoft.facade import Failsoft
from failsoft.testing.places import everywhere

__all__ = ["Events", "capture_events"]

E = TypeVar("E", bound=Event)


class Events(list[Event]):
    """The events of a block, in the order in which they were published."""

    def of(self, kind: type[E]) -> list[E]:
        """Those of one kind."""
        return [event for event in self if isinstance(event, kind)]

    def one(self, kind: type[E]) -> E:
        """The only one of its kind.

        Raises:
            AssertionError: there is none, or more than one.
        """
        found = self.of(kind)
        if len(found) != 1:
            raise AssertionError(f"expected one {kind.__name__}, found {len(found)} among {self.names()}")
        return found[0]

    def names(self) -> list[str]:
        """The kind of each, in order."""
        return [type(event).__name__ for event in self]


@contextmanager
def capture_events(fs: Failsoft | None = None, *kinds: type[Event]) -> Iterator[Events]:
    """Keep the events that are published within the block.

    Parameters:
        fs: the instance; None: every one.
        kinds: only these; by default all.

    Raises:
        TypeError: a kind stands in the place of the instance.
    """
    if isinstance(fs, type):
        raise TypeError("the instance comes first: capture_events(None, RetryScheduled) for all instances")
    events = Events()

    def apply(each: Failsoft) -> Callable[[], None]:
        return each.events.subscribe(events.append, *kinds)

    with everywhere(fs, apply):
        yield events
