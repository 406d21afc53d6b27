"""What is known of a class of exceptions, found once per class."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass

from failsoft.errors.capture import qualified_name
from failsoft.errors.catalogue import find_label
from failsoft.errors.catalogue.labels import BUG, NOTHING, Label, Voice
from failsoft.errors.class_paths import ClassPaths
from failsoft.errors.codes import CodeReader, find_code_readers
from failsoft.errors.own_word import OwnWord, find_own_word
from failsoft.errors.patterns import is_mute_name
from failsoft.errors.rules import ErrorMapping

__all__ = ["Facts", "FactsOfClasses"]

_MAX_CLASSES = 4_096
_EVERYTHING = frozenset({"Exception", "BaseException"})


@dataclass(slots=True)
class Facts:
    """What is known of one class."""

    ref: weakref.ref[type]
    name: str
    """Qualified, `builtins` left out."""
    label: Label
    """Of the catalogue."""
    entry: str
    """The class that the label is of: this one, or a base."""
    mute: bool
    """The class says nothing: what it was raised from decides."""
    unknown: bool
    """Nobody's but the application's: its name may be guessed at."""
    word: OwnWord | None
    refined: bool
    """The catalogue knows a sub-class of the class that speaks for itself."""
    readers: tuple[CodeReader, ...]
    mapping: tuple[str, ErrorMapping] | None
    mapped_as_last: bool
    """The mapping is one of everything, and yields to an exception's own word."""
    is_group: bool


class FactsOfClasses:
    """A bounded cache of facts that keeps no class alive."""

    __slots__ = ("_facts", "_mappings", "_paths")

    def __init__(self, mappings: Mapping[str, ErrorMapping]) -> None:
        self._mappings = dict(mappings)
        self._paths = ClassPaths(self._mappings)
        # by id, not weakly by class: a metaclass may define a __hash__ that raises
        self._facts: dict[int, Facts] = {}

    def of(self, cls: type) -> Facts:
        """The facts of a class."""
        facts = self._facts.get(id(cls))
        if facts is None or facts.ref() is not cls:
            facts = self._find(cls)
            if len(self._facts) >= _MAX_CLASSES:
                self._facts.clear()
            self._facts[id(cls)] = facts
        return facts

    def _find(self, cls: type) -> Facts:
        depth, label, entry = _label_of(cls)
        weak = _is_weak(depth, label, entry)
        exact = depth == 0
        word = find_own_word(cls)
        mapping = self._paths.find(cls)
        path = mapping[1] if mapping else ""
        return Facts(
            ref=weakref.ref(cls),
            name=qualified_name(cls),
            label=label,
            entry=qualified_name(entry),
            mute=weak and (exact or is_mute_name(cls.__name__)),
            unknown=weak and not exact,
            word=word[1] if word else None,
            refined=word is not None and depth < word[0],
            readers=find_code_readers(cls),
            mapping=(path, self._mappings[path]) if mapping else None,
            mapped_as_last=mapping is not None and cls.__mro__[mapping[0]].__name__ in _EVERYTHING,
            # a group that says what it is, as that of a validator, is not what its members are
            is_group=issubclass(cls, BaseExceptionGroup) and label.voice is not Voice.SAYS,
        )


def _label_of(cls: type) -> tuple[int, Label, type]:
    """The first label along the MRO; one that says nothing, or only "bug" for a builtin base, is the last resort."""
    weakest: tuple[int, Label, type] | None = None
    for depth, base in enumerate(cls.__mro__):
        label = find_label(str(base.__module__), base.__name__)
        if label is None:
            continue
        if not _is_weak(depth, label, base):
            return depth, label, base
        weakest = weakest or (depth, label, base)
    return weakest or (1, NOTHING, cls)


def _is_weak(depth: int, label: Label, entry: type) -> bool:
    if label.voice is Voice.MUTE:
        return True
    return depth > 0 and label == BUG and entry.__module__ == "builtins"
