"""What is known of a class of exceptions, found once per class."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.errors.alike import OF_APPLICATIONS, Plan, plan_of
from failsoft.errors.capture import qualified_name
from failsoft.errors.catalogue import find_label
from failsoft.errors.catalogue.labels import (
    BUG,
    DISCONNECTED,
    INVALID,
    MISCONFIGURED,
    NOTHING,
    YOU_MAY_NOT,
    Label,
    Voice,
    wrapping,
)
from failsoft.errors.class_paths import ClassPaths
from failsoft.errors.codes import ATTRIBUTES_READ, BLIND_TO_NUMBERS, CodeReader, find_code_readers, has_reader
from failsoft.errors.conventions import (
    VAGUE,
    Convention,
    convention_of,
    custom_of,
    is_of_a_value,
    is_of_an_argument,
    is_of_code,
    is_of_settings,
)
from failsoft.errors.evidence import CATALOGUED, GUESSED
from failsoft.errors.exceptions import FailsoftError
from failsoft.errors.foreign_codes import ATTRIBUTES_OF_CUSTOM, CUSTOM_BLIND_TO_NUMBERS, readers_of_package
from failsoft.errors.hints import may_be_refined
from failsoft.errors.names import guess_by_name, is_mute_name
from failsoft.errors.own_status import answer_of_the_application, named_answer
from failsoft.errors.own_word import OwnWord, answer_of_a_framework, find_own_word
from failsoft.errors.packages import Kind, Package, is_third_party, package_of
from failsoft.errors.peers import upstream
from failsoft.errors.rules import ErrorMapping
from failsoft.errors.said import read_words
from failsoft.errors.taxonomy import Category

__all__ = ["Facts", "FactsOfClasses"]

_MAX_CLASSES = 4_096
_GONE = (asyncio.CancelledError, GeneratorExit, ConnectionError)
_EVERYTHING = frozenset({"Exception", "BaseException"})


@dataclass(slots=True)
class Facts:
    """What is known of one class."""

    ref: weakref.ref[type]
    name: str
    """Qualified, `builtins` left out."""
    label: Label
    """Of the catalogue, or by the conventions of names."""
    said: Label
    """The same as if the class said it plainly."""
    source: str
    """Whose label it is: `catalogue` or `convention`."""
    says: str
    """The class that the label is of, this one or a base, and of a convention the words of its name."""
    confidence: float
    mute: bool
    """The class says nothing: what it was raised from decides."""
    unknown: bool
    """Nobody's but the application's: its name may be guessed at."""
    kind: Convention | None
    """What only the kind of its package tells of a third-party class."""
    word: OwnWord | None
    refined: bool
    """The catalogue knows a sub-class of the class that speaks for itself."""
    readers: tuple[CodeReader, ...]
    mapping: tuple[str, ErrorMapping] | None
    mapped_as_last: bool
    """The mapping is one of everything, and yields to an exception's own word."""
    is_group: bool
    guess: tuple[Label, str] | None
    """What the name suggests, of a class of the application."""
    plain: bool
    """What the class says is all there is to know of an instance that nothing hangs on, but for its place."""
    placed: bool
    """The place may say more."""
    reads: bool
    """A class of a library that may be there to read data: it is known to be for nothing else."""
    passes_on: bool
    """A class of a library that says so little that it may pass on what it was raised while handling."""
    store: bool
    """A class of a client of a store or a broker, which is our own."""
    may_be_gone: bool
    """An exception of this class may say that the client went away."""
    plan: Plan | None
    """How exceptions of this class are told apart; None: they are not, and none is the same again."""


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
        known = _known_of(cls)
        exact = known.depth == 0 and known.source == "catalogue"
        weak = _is_weak(known.depth, known.label, known.entry)
        foreign = is_third_party(str(cls.__module__))
        package = _unknown_package_of(cls, known)
        word = find_own_word(cls)
        if word is None and package is not None and package.kind is Kind.FRAMEWORK and not _is_of_a_client(cls):
            word = known.depth, answer_of_a_framework
        elif word is not None and not foreign and not issubclass(cls, FailsoftError):
            word = word[0], named_answer(word[1], cls)
        unknown = weak and not exact and not foreign
        plain_word = word is None
        if word is None and unknown and not has_reader(cls):
            word = 0, answer_of_the_application(cls)
        mapping = self._paths.find(cls)
        path = mapping[1] if mapping else ""
        readers = _readers_of(cls, known.label, package)
        facts = Facts(
            ref=weakref.ref(cls),
            name=qualified_name(cls),
            label=known.label,
            said=known.label._replace(voice=Voice.SAYS),
            source=known.source,
            says=known.says,
            confidence=known.confidence,
            mute=weak and (exact or foreign or is_mute_name(cls.__name__)),
            unknown=unknown,
            kind=custom_of(package, cls) if weak and foreign and not exact and package is not None else None,
            word=word[1] if word else None,
            refined=word is not None and _is_refined(known, word[0]),
            readers=readers,
            mapping=(path, self._mappings[path]) if mapping else None,
            mapped_as_last=mapping is not None and cls.__mro__[mapping[0]].__name__ in _EVERYTHING,
            # a group that says what it is, as that of a validator, is not what its members are
            is_group=issubclass(cls, BaseExceptionGroup) and known.label.voice is not Voice.SAYS,
            guess=_guess_of(cls) if weak and not exact and not foreign else None,
            plain=False,
            placed=may_be_refined(known.label, cls.__name__),
            reads=package is not None and package.kind is Kind.UNKNOWN and not is_of_code(cls),
            passes_on=foreign and (weak or known.confidence < GUESSED),
            store=_is_of_a_store(cls),
            may_be_gone=known.label == DISCONNECTED or issubclass(cls, _GONE),
            plan=_plan_of(cls, readers, unknown=unknown) if plain_word and known.label.code != INVALID.code else None,
        )
        facts.plain = _is_plain(facts)
        if facts.plan is not None:
            facts.plan.dear = (facts.mute or facts.unknown) and facts.guess is None
        return facts


_READ = {**ATTRIBUTES_READ, **ATTRIBUTES_OF_CUSTOM}
_BLIND = BLIND_TO_NUMBERS | CUSTOM_BLIND_TO_NUMBERS


def _plan_of(cls: type, readers: tuple[CodeReader, ...], *, unknown: bool) -> Plan | None:
    try:
        more: frozenset[str] = OF_APPLICATIONS if unknown else frozenset()
        return plan_of(cls, readers, _READ, blind=_BLIND, more=more)
    except Exception:  # noqa: BLE001 - a class of whatever kind may stand there
        return None


_CLIENT_WITHIN = as_pattern(r"\.\w*client\w*(?:\.|\Z)")


def _is_of_a_client(cls: type) -> bool:
    """Whether a class of a framework is one of its client: the status that it carries is a peer's."""
    return any(_CLIENT_WITHIN.search(str(base.__module__)) is not None for base in cls.__mro__)


def _guess_of(cls: type) -> tuple[Label, str] | None:
    """What the nearest name along the classes of the application says, or else the builtin that they are made of:
    whoever makes a `PermissionError` of his own refuses somebody."""
    for base in cls.__mro__:
        if (label := _MADE_OF.get(base)) is not None:
            return label, base.__name__
        if base.__module__ == "builtins" or is_third_party(str(base.__module__)):
            continue
        if (guess := guess_by_name(base.__name__)) is not None:
            return guess
    return None


_MADE_OF: dict[type, Label] = {PermissionError: YOU_MAY_NOT}


def _is_refined(known: _Known, depth: int) -> bool:
    return (known.source == "catalogue" and known.depth < depth) or (
        known.source == "convention" and known.label == MISCONFIGURED
    )


def _is_plain(facts: Facts) -> bool:
    speaks = facts.word is not None or facts.mapping is not None or bool(facts.readers)
    weak = facts.mute or facts.unknown or facts.label.voice is not Voice.SAYS
    other = facts.is_group or facts.may_be_gone or facts.label.code == INVALID.code
    return not (speaks or weak or other) and facts.source == "catalogue"


def _unknown_package_of(cls: type, known: _Known) -> Package | None:
    """The third-party package that a class is from, if the catalogue says nothing of the class."""
    if known.source == "catalogue" and is_third_party(str(known.entry.__module__)):
        # of a class that says little by itself an answer may still say more, as of any client's
        return None if known.label.voice is not Voice.WRAPS or has_reader(cls) else _package_of(cls)
    return _package_of(cls)


_STORES = frozenset({Kind.STORE, Kind.BROKER})


def _is_of_a_store(cls: type) -> bool:
    package = _package_of(cls)
    # a directory is not the application's own
    return package is not None and package.kind in _STORES and "ldap" not in package.name


def _package_of(cls: type) -> Package | None:
    for base in cls.__mro__:
        if is_third_party(str(base.__module__)):
            return package_of(str(base.__module__))
    return None


def _readers_of(cls: type, label: Label, package: Package | None) -> tuple[CodeReader, ...]:
    readers = find_code_readers(cls)
    # what failed on the link carries no answer; so much is known where there is a reader for the package
    if package is None or (label.category is Category.NETWORK and has_reader(cls)):
        return readers
    foreign = readers_of_package(package, cls)
    if not has_reader(cls):
        # words that are known of the very class say more than the status beside them
        words = tuple(one for one in readers if one is read_words)
        return tuple(dict.fromkeys((*words, *foreign, *readers)))
    # who knows the numbers of a package is asked first, who knows only that it speaks HTTP last
    named = tuple(one for one in readers if one is not upstream)
    return tuple(dict.fromkeys((*named, *foreign, *readers)))


class _Known(NamedTuple):
    depth: int
    """Where in the MRO the class stands that the label is of."""
    label: Label
    entry: type
    source: str
    says: str
    confidence: float


def _known_of(cls: type) -> _Known:
    """What the nearest class along the MRO says of which anything is known.

    A label that says nothing, or only "bug" for a builtin base, is the last resort.
    """
    weakest: _Known | None = None
    for depth, base in enumerate(cls.__mro__):
        module = str(base.__module__)
        label = find_label(module, base.__name__)
        if label is not None:
            known = _Known(depth, label, base, "catalogue", qualified_name(base), CATALOGUED if depth == 0 else 0.8)
            if not _is_weak(depth, label, base):
                return known
            weakest = weakest or known
        elif is_third_party(module) and not _is_numbered(cls, depth) and (said := convention_of(base)) is not None:
            says = f"{qualified_name(base)}: {said.says}"
            if is_of_a_value(cls, said):
                return _Known(depth, INVALID, base, "convention", f"{says}, of a value", said.confidence)
            if is_of_settings(cls, said):
                return _Known(depth, MISCONFIGURED, base, "convention", f"{says}, of settings", said.confidence)
            if is_of_an_argument(cls, said):
                return _Known(depth, wrapping(BUG), base, "convention", f"{says}, of an argument", VAGUE)
            return _Known(depth, said.label, base, "convention", says, said.confidence)
    return weakest or _Known(1, NOTHING, cls, "default", "", 0.2)


def _is_numbered(cls: type, depth: int) -> bool:
    """Whether a class is called as its base is, with a number: `ErrorReturnCode_2` says what that says."""
    name, base = cls.__mro__[depth].__name__, cls.__mro__[depth + 1].__name__
    return name != base and name.startswith(base) and name[len(base) :].lstrip("_").isdigit()


def _is_weak(depth: int, label: Label, entry: type) -> bool:
    if label.voice is Voice.MUTE:
        return True
    return depth > 0 and label._replace(voice=Voice.SAYS) == BUG and entry.__module__ == "builtins"
