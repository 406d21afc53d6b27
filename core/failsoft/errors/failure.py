"""One exception, understood. A `Failure` is made once, at birth, and holds no live object of the request.

It carries the texts and the frames of the exception, never the exception itself: a framework may erase the traceback
after its handler ran, and a failure may be kept or queued long after the request is over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from msgspec import Struct, field

from failsoft.errors.fingerprint import Groups
from failsoft.errors.suggestions import Suggestion, suggest
from failsoft.errors.taxonomy import Category, Notification, Severity

__all__ = ["AttemptRecord", "Evidence", "Failure", "Frame", "Grouping", "Link", "Voices"]

Frame = tuple[str, int, str]
"""File name, line number, qualified name of the function."""


class Evidence(NamedTuple):
    """One voice in a classification."""

    source: str
    """`settings`, `rule`, `exception`, `code`, `catalogue`, `convention`, `name`, `pattern`, `model` or `default`."""
    says: str
    """What it went by: the name of a rule, a class, a code."""
    category: Category
    confidence: float
    """0 to 1."""


class Link(NamedTuple):
    """One exception of a chain."""

    type: str
    """Qualified class name, `builtins` left out."""
    message: str
    """Its text, bounded, not sanitized."""
    frames: Sequence[Frame]
    """Outermost call first."""
    relation: str
    """"" for the exception itself, else `cause`, `context` or `member` (of a group)."""


class AttemptRecord(NamedTuple):
    """One attempt of a call that did not end it."""

    number: int
    """1 is the first."""
    start: float
    """Seconds since the call began."""
    duration: float
    """Seconds."""
    delay: float
    """Seconds waited after it."""
    type: str
    """Class of its exception, `status 503` for a returned response, `result` for another result."""
    strategy: str = ""
    """What decided about the delay: a named strategy, a function of yours, or the kind of backoff."""

    @property
    def end(self) -> float:
        """Seconds since the call began."""
        return self.start + self.duration


class Voices(Protocol):
    """Voices that are told when somebody asks for them; most failures are counted and answered without."""

    def tell(self, failure: Failure) -> tuple[Evidence, ...]:
        """Who said what."""
        ...


class Grouping(Protocol):
    """Tells which failures are the same one again."""

    def of(self, failure: Failure) -> str:
        """The fingerprint of a failure."""
        ...


class Failure(Struct, kw_only=True):
    """What an exception is, and what may be said of it.

    Its `repr` leaves out what is not sanitized, so that an event that is printed or logged gives no secret away.
    """

    type: str
    """Qualified class name of the exception that decided, `builtins` left out."""
    category: Category
    severity: Severity
    transient: bool
    """Time alone may cure it."""
    recoverable: bool
    """The client can do something: wait, or mend its request."""
    status: int
    """HTTP status of the answer."""
    code: str
    """Stable identifier for clients and catalogues, as `CIRCUIT_BREAKER_ERROR`."""
    confidence: float
    """0 to 1, of the evidence that decided."""
    error_id: str
    """UUID of version 7."""
    timestamp: float
    """Seconds since the Unix epoch."""
    expected: bool = False
    """Raised on purpose to answer the client (an HTTP exception, a domain error mapped below 500)."""
    not_sent: bool = False
    """It is certain that the peer never saw the request: DNS failed, connection refused, connect timed out."""
    presumed: bool = False
    """Words of its message, or a status that the settings give, are all that says so: it may be transient, and no call
    is repeated for that."""
    local: bool = False
    """Something in this process refused it, as a pool of connections that is exhausted: it says nothing of the peer."""
    rejected: bool = False
    """A `RejectedError`: we did not run it."""
    disconnected: bool = False
    """The client went away; there is nobody to answer."""
    groups: Grouping | None = None
    """What tells `fingerprint`; None: by default."""
    group: str | None = None
    """The fingerprint, once somebody has asked for it."""
    heard: Voices | tuple[Evidence, ...] = ()
    """What `evidence` is made of."""
    retry_after: float | None = None
    """Seconds."""
    retry_after_set: bool = False
    """`retry_after` was set by the application's own exception, so it is kept as it is."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers the exception asks for."""
    errors: tuple[tuple[str, str], ...] = ()
    """Validation errors: JSON pointer and text."""
    title: str | Mapping[str, str] | None = None
    user_message: str | Mapping[str, str] | None = None
    guidance: str | Mapping[str, str] | None = None
    notification: Notification | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    public_details: tuple[str, ...] = ()
    """The `details` that texts for the client may name."""
    suggested: tuple[Suggestion, ...] | None = None
    """What the settings suggest; None: what fits its code and category."""
    links: tuple[Link, ...] = ()
    """The exception, then its chain: texts and frames, not sanitized."""
    attempts: tuple[AttemptRecord, ...] = ()
    """Earlier attempts of the same call, filled in by the retry policy."""
    outcome: str | None = None
    """Why the retrying ended: `max_attempts`, `deadline`, `not_retryable`, `circuit_open`, `budget_exhausted`."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Who said what: the voice that decided, what it was laid over, then those that were not followed."""
        heard = self.heard
        return heard if isinstance(heard, tuple) else heard.tell(self)

    @property
    def fingerprint(self) -> str:
        """Which failures are the same one again, as `v1:9f3a5c0e1b2d4f68`; worked out when somebody first asks."""
        if self.group is None:
            self.group = (self.groups or _BY_DEFAULT).of(self)
        return self.group

    @property
    def raw_message(self) -> str:
        """The exception's text, bounded, **not sanitized**."""
        return self.links[0].message if self.links else ""

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What can be done about it, what helps most first."""
        if self.suggested is not None:
            return self.suggested
        return suggest(self.code, self.category, transient=self.transient, status=self.status)

    def __repr__(self) -> str:
        names = ["evidence" if name == "heard" else name for name in self.__struct_fields__]
        shown = [f"{name}={getattr(self, name)!r}" for name in names if name not in _NOT_SANITIZED]
        return f"Failure({', '.join(shown)})"


_BY_DEFAULT = Groups()
_NOT_SANITIZED = frozenset(
    {"groups", "group", "headers", "errors", "title", "user_message", "guidance", "details", "links"}
)
