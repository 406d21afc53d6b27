"""The words for what an exception is. Everything else in Failsoft speaks them."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Category", "Notification", "Severity"]


class Category(StrEnum):
    """What failed. One category each; who called it and what the class is called do not decide."""

    NETWORK = "network"
    """The link: no answer, refused, reset, cut off in the middle, DNS, TLS."""
    AUTHENTICATION = "authentication"
    """Who are you, may you: the client's credentials, or ours refused by a peer."""
    VALIDATION = "validation"
    """The client's input: unparsable, wrong type, too large, or naming something that is not there."""
    RESOURCE = "resource"
    """Something ran out: memory, disk, handles, a pool, a quota, a rate limit."""
    EXTERNAL_SERVICE = "external_service"
    """A peer answered, and the answer is failure, nonsense, or "not now"."""
    CONFIGURATION = "configuration"
    """Settings, environment, imports, drivers, tables, templates missing or malformed."""
    BUSINESS_LOGIC = "business_logic"
    """Application code refuses on purpose, by a rule of its domain."""
    SYSTEM = "system"
    """Our bug, the interpreter, the operating system, a dead child process."""
    CONCURRENCY = "concurrency"
    """Somebody else was there at the same time: locks, deadlocks, optimistic versions."""
    DATA_INTEGRITY = "data_integrity"
    """Constraints of the database, and stored data that contradicts itself or cannot be read."""


class Severity(StrEnum):
    """How bad it is for the operators, worst first."""

    CRITICAL = "critical"
    """Host or stored data at risk."""
    HIGH = "high"
    """Somebody has to act."""
    MEDIUM = "medium"
    """Will pass, or hits this one operation."""
    LOW = "low"
    """The client is turned away as designed."""
    INFO = "info"
    """Routine."""

    @property
    def otel(self) -> int:
        """OpenTelemetry severity number (logs data model, 1 to 24)."""
        return _OTEL[self]

    @property
    def syslog(self) -> int:
        """Syslog severity (RFC 5424, 0 is worst)."""
        return _SYSLOG[self]

    @property
    def raised(self) -> Severity:
        """One step worse; there is none above `critical`."""
        return _RAISED[self]

    @property
    def rank(self) -> int:
        """Order among severities: 0 is `info`, 4 is `critical`."""
        return _RANK[self]


_OTEL = {Severity.CRITICAL: 21, Severity.HIGH: 17, Severity.MEDIUM: 13, Severity.LOW: 9, Severity.INFO: 9}
_SYSLOG = {Severity.CRITICAL: 2, Severity.HIGH: 3, Severity.MEDIUM: 4, Severity.LOW: 5, Severity.INFO: 6}
_RAISED = {
    Severity.CRITICAL: Severity.CRITICAL,
    Severity.HIGH: Severity.CRITICAL,
    Severity.MEDIUM: Severity.HIGH,
    Severity.LOW: Severity.MEDIUM,
    Severity.INFO: Severity.LOW,
}
_RANK = {Severity.INFO: 0, Severity.LOW: 1, Severity.MEDIUM: 2, Severity.HIGH: 3, Severity.CRITICAL: 4}


class Notification(StrEnum):
    """How loudly a user interface should say it."""

    NONE = "none"
    SILENT = "silent"
    NOTIFICATION = "notification"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"
