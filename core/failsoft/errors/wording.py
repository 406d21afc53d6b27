"""What the words of a message change in what the class of a library says, or the place where it was raised."""

from __future__ import annotations

from failsoft.errors.catalogue.labels import BUG, EXHAUSTED, MISCONFIGURED, NOTHING, REFUSED_US, SILENT, Label
from failsoft.errors.evidence import GUESSED
from failsoft.errors.failure import Link
from failsoft.errors.hints import refine_by_place
from failsoft.errors.patterns import (
    guess_by_message,
    how_a_peer_failed,
    is_closed,
    is_undefined,
    misses_a_dependency,
    misses_a_key,
    names_a_setting,
)
from failsoft.errors.places import OF_INPUT
from failsoft.errors.reading import Reading
from failsoft.errors.taxonomy import Category

__all__ = ["OF_PEERS", "correct", "place", "word_in"]

OF_PEERS = frozenset({Category.NETWORK, Category.EXTERNAL_SERVICE})
"""What fails outside."""
_OF_LINKS = frozenset({Category.SYSTEM, Category.EXTERNAL_SERVICE})
_PASSING = frozenset({Category.NETWORK, Category.EXTERNAL_SERVICE, Category.RESOURCE, Category.CONCURRENCY})
_SAYS_LITTLE = frozenset({BUG, NOTHING})


def correct(reading: Reading, text: str) -> None:
    """What the same names are given to, though nothing was sent: our settings, and our own misuse."""
    label, better = reading.label, None
    if label.category is Category.AUTHENTICATION and label.status == REFUSED_US.status and misses_a_key(text):
        better = MISCONFIGURED, "no credentials"
    elif label.category is Category.NETWORK and is_closed(text):
        better = BUG, "closed before"
    elif label.category is Category.NETWORK and is_undefined(text):
        better = MISCONFIGURED, "not set up"
    elif label.status == SILENT.status and _tells_of_a_pool(text):
        better = EXHAUSTED, "pool"
    elif misses_a_dependency(text):
        better = MISCONFIGURED, "not installed"
    elif label.category in _OF_LINKS and label.status != SILENT.status:
        said = how_a_peer_failed(text)
        better = said if said is not None and said[0].category is Category.NETWORK else None
    if better is not None:
        reading.label = better[0]
        reading.says = f"{reading.says}, {better[1]}"


def _tells_of_a_pool(text: str) -> bool:
    guess = guess_by_message(text)
    return guess is not None and guess[0].category is Category.RESOURCE


def word_in(guess: tuple[Label, str], reading: Reading, text: str) -> Reading:
    """Words of a message in what is known but vaguely: they say what failed, and of a peer of a library how. Else they
    never say a status, nor do they make anything transient. Settings and misuse, which are ours, are no peer's
    fault."""
    said, words = guess
    label = said
    if reading.label.category in OF_PEERS and (better := how_a_peer_failed(text)) is not None:
        label = better[0]
    elif said.category not in {Category.CONFIGURATION, Category.SYSTEM}:
        passes = reading.label.transient and said.category in _PASSING
        label = reading.label._replace(category=said.category, severity=said.severity, transient=passes)
    return Reading(label, "pattern", words, GUESSED, reading.type, over=reading)


def place(reading: Reading, link: Link | None) -> Reading:
    """Let the place where an exception arose say what it adds."""
    if link is None:
        return reading
    better, in_a_library = refine_by_place(reading.label, reading.type, link.frames)
    # an errno is the system's, also where a library reads what a client sent
    of_the_system = reading.source == "code" and reading.type == "OSError"
    if better is not None and not (of_the_system and better[0] in OF_INPUT):
        reading.label = better[0]
        reading.says = f"{reading.says}, {better[1]}"
    elif reading.label in _SAYS_LITTLE and ("." not in reading.type or reading.source == "default") and in_a_library:
        return _word_of_a_library(reading, link.message)
    return reading


def _word_of_a_library(reading: Reading, text: str) -> Reading:
    """What a builtin exception of a library complains of. Only its category changes."""
    guess = guess_by_message(text)
    if guess is not None and guess[0].category is Category.NETWORK:
        said = how_a_peer_failed(text)
        reading.label = guess[0] if said is None else said[0]
        reading.says = f"{reading.says}, {guess[1]}"
    elif (word := names_a_setting(text)) is not None:
        # whether it is our code or our settings a builtin class does not tell, and our client is told the same
        reading.label = MISCONFIGURED
        reading.says = f"{reading.says}, {word}"
    return reading
