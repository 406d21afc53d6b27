"""Which sightings are a security incident: rules, and a machine that counts by them.

The machine is pure: it reads no clock, takes no lock and keeps a bounded number of counters and open incidents. One
incident is open for each rule and each subject that the rule counts for itself; what is seen meanwhile is counted on
it, and after a quiet time it is closed.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Final, Literal, NamedTuple

from failsoft.errors.taxonomy import Severity

__all__ = ["BUILT_IN", "By", "Incident", "IncidentBook", "Moved", "Rule", "Sighting", "Trouble"]

By = Literal["any", "client", "user", "code", "endpoint"]
Trouble = Literal["", "tampering", "records_lost", "store_failing", "store_unusable", "breaker_forced"]

_MOST_OPEN: Final = 1_000
_MOST_COUNTED: Final = 100_000
"""Sightings that all counters of a rule hold together."""
_MOST_IDS: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which sightings are counted, and how many make an incident.

    Attributes:
        name: of the rule.
        codes: patterns of codes (`*` for any letters), one of which fits.
        categories: or one of these categories.
        flags: or one of these flags of compliance.
        troubles: or one of these troubles of the audit trail or of operation.
        count: how many.
        window: seconds within which they are seen.
        by: what is counted for itself.
        severity: of the incident.
        quiet: seconds without a sighting after which it is closed.
        meaning: in words, for people.
    """

    name: str
    codes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    count: int = 1
    window: float = 60.0
    by: By = "any"
    severity: Severity = Severity.HIGH
    quiet: float = 900.0
    meaning: str = ""

    def concerns(self, sighting: Sighting) -> bool:
        """Whether it counts a sighting."""
        if sighting.trouble:
            return sighting.trouble in self.troubles
        return (
            sighting.category in self.categories
            or any(flag in self.flags for flag in sighting.flags)
            or any(fnmatchcase(sighting.code, pattern) for pattern in self.codes)
        )


BUILT_IN: Final[Mapping[str, Rule]] = {
    rule.name: rule
    for rule in (
        Rule(
            name="compliance",
            codes=("HIPAA_*", "PCI_*"),
            by="code",
            severity=Severity.HIGH,
            meaning="a rule of compliance was violated",
        ),
        Rule(
            name="encryption",
            codes=("ENCRYPTION_ERROR",),
            by="code",
            severity=Severity.CRITICAL,
            meaning="encrypting or decrypting failed",
        ),
        Rule(
            name="authentication_burst",
            categories=("authentication",),
            count=10,
            by="client",
            severity=Severity.HIGH,
            meaning="one client failed to authenticate again and again",
        ),
        Rule(
            name="account_burst",
            categories=("authentication",),
            count=10,
            by="user",
            severity=Severity.HIGH,
            meaning="one account was refused again and again",
        ),
        Rule(
            name="authentication_flood",
            categories=("authentication",),
            count=100,
            severity=Severity.HIGH,
            meaning="many failed to authenticate, whoever they are",
        ),
        Rule(
            name="tampering",
            troubles=("tampering",),
            severity=Severity.CRITICAL,
            meaning="the audit trail was tampered with",
        ),
        Rule(
            name="records_lost",
            troubles=("records_lost",),
            severity=Severity.CRITICAL,
            meaning="audit records were lost",
        ),
        Rule(
            name="store_failing",
            troubles=("store_failing",),
            severity=Severity.HIGH,
            meaning="the store of the audit trail fails",
        ),
        Rule(
            name="store_unusable",
            troubles=("store_unusable",),
            severity=Severity.CRITICAL,
            meaning="the store of the audit trail is not one that can be used; somebody has to mend it",
        ),
        Rule(
            name="breaker_forced",
            troubles=("breaker_forced",),
            by="endpoint",
            severity=Severity.LOW,
            meaning="somebody has changed a circuit breaker by hand",
        ),
    )
}
"""The rules that are there by default; `breaker_forced` only where the settings name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What a rule may count: a failure, or a trouble. Nothing in it is sanitized."""

    at: float
    """Seconds since the Unix epoch."""
    code: str = ""
    category: str = ""
    flags: tuple[str, ...] = ()
    trouble: Trouble = ""
    client: str = ""
    """Address of the client, of IPv6 its network."""
    user: str = ""
    endpoint: str = ""
    error_id: str = ""
    number: int = 1
    """How many it stands for."""

    def subject(self, by: By) -> str:
        """What is counted for itself."""
        return "" if by == "any" else str(getattr(self, by))


@dataclass(slots=True, kw_only=True)
class Incident:
    """One incident; open until it is said to be closed."""

    id: str
    rule: Rule
    subject: str
    """What the rule counts for itself: an address, a user, a code, an endpoint; "" for any."""
    first: Sighting
    """What opened it."""
    opened: float
    """Seconds since the Unix epoch."""
    last: float
    """When it was last seen, in monotonic seconds."""
    count: int
    error_ids: tuple[str, ...] = ()


class Moved(NamedTuple):
    """An incident was opened or closed."""

    what: Literal["opened", "closed"]
    incident: Incident
    """As it stood then."""
    reason: str = ""
    """Why it was closed: `quiet`, `displaced` (too many were open) or `ended`."""


@dataclass(slots=True)
class _Counter:
    """Sightings of one subject: when each was, in monotonic seconds, and the ids of the last."""

    seen: deque[float]
    ids: deque[str] = field(default_factory=lambda: deque(maxlen=_MOST_IDS))


class IncidentBook:
    """Counts sightings by rules. Used by one thread at a time.

    Parameters:
        rules: in force.
        new_id: makes the id of an incident that is opened at a time.
    """

    def __init__(self, rules: Sequence[Rule], new_id: Callable[[float], str]) -> None:
        self.rules = tuple(rules)
        self._new_id = new_id
        self._counters: dict[str, OrderedDict[str, _Counter]] = {rule.name: OrderedDict() for rule in rules}
        self._open: OrderedDict[tuple[str, str], Incident] = OrderedDict()

    @property
    def open(self) -> tuple[Incident, ...]:
        """The incidents that are open, the one that was seen longest ago first."""
        return tuple(self._open.values())

    def see(self, sighting: Sighting, now: float) -> list[Moved]:
        """Count a sighting at `now` (monotonic seconds)."""
        moved = self.tick(now)
        for rule in self.rules:
            subject = sighting.subject(rule.by)
            # nobody in particular is no subject
            if rule.concerns(sighting) and (subject or rule.by == "any"):
                moved += self._count(rule, subject, sighting, now)
        return moved

    def tick(self, now: float) -> list[Moved]:
        """Close what has been quiet for long enough at `now`."""
        quiet = [key for key, incident in self._open.items() if now - incident.last >= incident.rule.quiet]
        return [Moved("closed", self._open.pop(key), "quiet") for key in quiet]

    def due(self) -> float | None:
        """When the next incident is to be closed, in monotonic seconds; None: none is open."""
        return min((incident.last + incident.rule.quiet for incident in self._open.values()), default=None)

    def end(self) -> list[Moved]:
        """Close all."""
        ended = [Moved("closed", incident, "ended") for incident in self._open.values()]
        self._open.clear()
        return ended

    def _count(self, rule: Rule, subject: str, sighting: Sighting, now: float) -> Iterator[Moved]:
        key = (rule.name, subject)
        known = self._open.get(key)
        if known is not None:
            known.count += sighting.number
            known.last = now
            self._open.move_to_end(key)
            return
        counter = self._counter(rule, subject)
        counter.seen.extend([now] * min(sighting.number, rule.count))
        if sighting.error_id:
            counter.ids.append(sighting.error_id)
        if len(counter.seen) < rule.count or now - counter.seen[0] > rule.window:
            return
        del self._counters[rule.name][subject]
        incident = Incident(
            id=self._new_id(sighting.at),
            rule=rule,
            subject=subject,
            first=sighting,
            opened=sighting.at,
            last=now,
            count=max(rule.count, sighting.number),
            error_ids=tuple(counter.ids),
        )
        self._open[key] = incident
        yield Moved("opened", replace(incident))
        if len(self._open) > _MOST_OPEN:
            yield Moved("closed", self._open.popitem(last=False)[1], "displaced")

    def _counter(self, rule: Rule, subject: str) -> _Counter:
        """The counter of a subject; where there are too many, the one that was used longest ago makes room."""
        counters = self._counters[rule.name]
        counter = counters.get(subject)
        if counter is None:
            if len(counters) >= max(16, _MOST_COUNTED // rule.count):
                counters.popitem(last=False)
            counter = counters[subject] = _Counter(deque(maxlen=rule.count))
        counters.move_to_end(subject)
        return counter
