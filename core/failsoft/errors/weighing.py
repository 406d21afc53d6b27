"""How what was heard of several exceptions is weighed against each other."""

from __future__ import annotations

import re

from failsoft.errors.capture import cause_of, text_of
from failsoft.errors.catalogue.labels import BUG, MISCONFIGURED, Label
from failsoft.errors.complaints import is_not_set_up
from failsoft.errors.names import words_of
from failsoft.errors.reading import Reading
from failsoft.errors.taxonomy import Category

__all__ = ["is_away", "is_mere_bug", "of_a_store", "of_an_address", "recovery", "relabel", "was_kept"]


_AWAY = re.compile(r"\b(?:unavailable|not ready|offline|down|outage)\Z")
# the phrases of a status, which nobody has who was not reached
_PHRASES = frozenset({"service unavailable", "upstream unavailable"})
_KEEPS = re.compile(r"\b(?:cache|repository|store|storage|snapshot|persistence|archive|session|checkpoint)\b")


def is_away(words: str) -> bool:
    """Whether the words of a name say that something is not to be had, be it not reached or not willing."""
    return words not in _PHRASES and _AWAY.search(words) is not None


def was_kept(name: str) -> bool:
    """Whether a class is named for what keeps data: what cannot be read there, no client sent."""
    return _KEEPS.search(words_of(name.rpartition(".")[2])) is not None


def is_mere_bug(reading: Reading) -> bool:
    """Whether it is a builtin exception that says no more than that something went wrong."""
    return reading.label == BUG and reading.source == "catalogue" and "." not in reading.type


def relabel(reading: Reading, label: Label) -> Reading:
    """A reading with another label."""
    reading.label = label
    return reading


def recovery(reading: Reading) -> tuple[bool, bool, int]:
    """Orders by how little can be done about it: what no time cures first, then our own fault, then the gravest."""
    label = reading.label
    return label.transient, label.status != 500, -label.severity.rank


def of_a_store(inner: Label, outer: Label) -> Label:
    """A lost link to our own store needs somebody to act, though its cause alone would not say so."""
    lost = inner.category is Category.NETWORK and outer.category is Category.NETWORK and inner.status != 504
    return inner._replace(severity=max(inner.severity, outer.severity, key=lambda one: one.rank)) if lost else inner


def of_an_address(exc: BaseException, outer: Label, inner: Reading) -> Reading:
    """What a client of one service could not call: its address is set up once, and stands in no code of a view."""
    cause = cause_of(exc) if outer.category is Category.NETWORK and inner.label == BUG else None
    if cause is not None and is_not_set_up(text_of(cause)) == "an address":
        inner.label = MISCONFIGURED
        inner.says = f"{inner.says}, an address"
    return inner
