"""How what was heard of several exceptions is weighed against each other."""

from __future__ import annotations

import re

from failsoft.deferred import as_pattern
from failsoft.errors.capture import cause_of, text_of
from failsoft.errors.catalogue.labels import BUG, CONTRADICTION, DISCONNECTED, MISCONFIGURED, UPSTREAM_FAILED, Label
from failsoft.errors.complaints import is_not_set_up
from failsoft.errors.facts import Facts
from failsoft.errors.names import words_of
from failsoft.errors.reading import Reading
from failsoft.errors.taxonomy import Category

__all__ = ["is_away", "is_mere_bug", "of_a_store", "of_an_address", "of_members", "read_elsewhere", "relabel"]


_AWAY = as_pattern(r"\b(?:unavailable|not ready|offline|down|outage)\Z")
# the phrases of a status, which nobody has who was not reached
_PHRASES = frozenset({"service unavailable", "upstream unavailable"})
_KEEPS = as_pattern(r"\b(?:cache|repository|store|storage|snapshot|persistence|archive|session|checkpoint)\b")
# a service alone may be one of our own layers, and says nothing; a client alone may be who asks us
_ASKS = as_pattern(
    r"\b(?!(?:bad|our|my|app|application|base|domain|core|internal|invalid|web|http) )\w+ "
    r"(?:service|client|api|sdk|adapter|connector)(?: response)?(?: (?:error|exception|failure|failed))?\Z"
)
_ANSWERED = as_pattern(
    r"\b(?:response|reply|answer)s? (?:body |payload )?(?:from|of|by) (?:the )?[\w-]+"
    r"|\b[\w-]+ (?:service|api|gateway|provider|upstream|partner|supplier|vendor|backend) "
    r"(?:returned|sent|answered|replied|responded|gave)\b",
    re.IGNORECASE,
)
_MAX_TEXT = 300


def is_away(words: str) -> bool:
    """Whether the words of a name say that something is not to be had, be it not reached or not willing."""
    return words not in _PHRASES and _AWAY.search(words) is not None


def read_elsewhere(facts: Facts, text: str) -> Label | None:
    """What it is that input could not be read, if the wrapper tells that no client sent it: it is named for what keeps
    data, or for the service that was asked, or says so in words."""
    words = words_of(facts.name.rpartition(".")[2])
    if facts.unknown and _KEEPS.search(words) is not None:
        return CONTRADICTION
    if (facts.unknown and _ASKS.search(words) is not None) or _ANSWERED.search(text[:_MAX_TEXT]) is not None:
        return UPSTREAM_FAILED
    return None


def is_mere_bug(reading: Reading) -> bool:
    """Whether it is a builtin exception that says no more than that something went wrong."""
    plain = "." not in reading.type or reading.type == "struct.error"
    return plain and reading.label == BUG and reading.source == "catalogue"


def relabel(reading: Reading, label: Label) -> Reading:
    """A reading with another label."""
    reading.label = label
    return reading


def of_members(readings: list[Reading], *, whole: bool) -> Reading:
    """What a group is: what can be helped least of what its members are, and transient where all of them are.

    Parameters:
        whole: all members were looked at; of the others it is not known.
    """
    readings = [one for one in readings if one.label != DISCONNECTED] or readings
    worst = min(readings, key=_recovery)
    label = worst.label._replace(
        transient=whole and all(one.label.transient for one in readings),
        not_sent=whole and all(one.label.not_sent for one in readings),
        local=whole and all(one.label.local for one in readings),
    )
    waits = [wait for one in readings if (wait := one.more.get("retry_after")) is not None]
    if waits and label.transient:
        worst.more["retry_after"] = max(waits)
    worst.more["expected"] = whole and all(one.is_expected for one in readings)
    worst.says += f" (of {len(readings)} in a group)" if len(readings) > 1 else ""
    return relabel(worst, label)


def _recovery(reading: Reading) -> tuple[bool, bool, int]:
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
