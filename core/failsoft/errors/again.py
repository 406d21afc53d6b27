"""What was concluded before of the same class, with the same words, in the same place: failures come again."""

from __future__ import annotations

from collections.abc import Sequence
from types import CodeType

from failsoft.errors.called import may_call_another
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.facts import Facts
from failsoft.errors.frames import Frames
from failsoft.errors.reading import Reading

__all__ = ["Remembered", "key_of"]

_NEAR = 25
_MOST = 2_048

_Key = tuple[int, ...]


class Remembered:
    """A bounded memory of readings that hang on nothing but class, text and place. It keeps no text, only its hash."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        # the facts and codes that a key has the identities of are kept with it, so that no others get them
        self._known: dict[_Key, tuple[Facts, Sequence[CodeType], Label, str, str, float]] = {}

    def find(self, key: _Key, facts: Facts) -> Reading | None:
        """What was remembered, anew: a reading is changed by whoever has it."""
        known = self._known.get(key)
        if known is None or known[0] is not facts:
            return None
        return Reading(known[2], known[3], known[4], known[5], facts.name)

    def keep(self, key: _Key, facts: Facts, frames: Frames, reading: Reading) -> None:
        """Remember a reading, unless what was called in its place may be another thing the next time."""
        place = frames.place
        if place is None or may_call_another(*place):
            return
        if len(self._known) >= _MOST:
            self._known.clear()
        codes = frames.codes(_NEAR)
        self._known[key] = facts, codes, reading.label, reading.source, reading.says, reading.confidence


def key_of(facts: Facts, text: str, frames: Frames) -> _Key:
    """What two failures share that are the same again."""
    place = frames.place
    return (id(facts), hash(text), -1 if place is None else place[1], *map(id, frames.codes(_NEAR)))
