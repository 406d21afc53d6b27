"""Which kinds of records there are, and what each field of them means.

The reference of the records is made from these tables, and a test holds the records against them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from failsoft.audit.fields import SEALED
from failsoft.deferred import as_pattern

__all__ = ["COMMON", "KINDS", "SCHEMA", "Field", "Kind", "check_kind", "is_sealed", "records_reference"]

SCHEMA: Final = 2
"""Version of the form of a record; stands in each as `schema`. It grows when a field changes its meaning or goes; that
fields and kinds come in does not change it."""


class Field(NamedTuple):
    """One field of a record."""

    name: str
    """Members of members joined by dots; `[]` for each item of a list."""
    type: str
    """`text`, `number`, `boolean`, `list` or `table`; with `or null` where it may have no value."""
    meaning: str


class Kind(NamedTuple):
    """One kind of record."""

    meaning: str
    """When it is written."""
    retention: str
    """The class of what it is kept for: `compliance`, `security` or `operations`."""
    fields: tuple[Field, ...] = ()
    """What it has beside what all have."""


def is_sealed(name: str) -> bool:
    """Whether a field is encrypted where there are keys."""
    head, _, rest = name.replace("[]", "").partition(".")
    members = SEALED.get(head)
    return members is not None and (not members or rest.partition(".")[0] in members)


COMMON: Final = (
    Field("schema", "number", f"version of this form: {SCHEMA}"),
    Field("kind", "text", "what it is about"),
    Field("timestamp", "text", "when, UTC, ISO 8601 with milliseconds"),
    Field("lane", "text", "the process that wrote it: a UUID of version 7 in 32 hexadecimal digits, another per start"),
    Field("sequence", "number", "number within the lane, without gaps, from 1"),
    Field("service", "text", "from the settings"),
    Field("environment", "text", "from the settings"),
    Field("release", "text", "version of the app, from the settings or `OTEL_RESOURCE_ATTRIBUTES`"),
    Field("host", "text", "name of the host"),
    Field("worker", "number", "id of the process"),
    Field("retention", "text", "what it is kept for: `compliance`, `security` or `operations`"),
    Field("fields", "table", "what the function in `audit.fields` or the caller of `fs.audit.record` has added"),
)
"""What every record has; `fields` only where something was added."""

_ACTOR = Field("actor", "text or null", "who did it, by `audit.user`")
_ENDPOINT = Field("endpoint", "text", "key of the endpoint or guard")
_TRACE = Field("trace_id", "text or null", "W3C trace id")
_SEVERITY = Field("severity", "text", "`critical`, `high`, `medium`, `low` or `info`")
_REASON = Field("details.reason", "text or null", "why, in their words, sanitized")
_REQUEST_ID = Field("request.request_id", "text", "of the request that was being served")
_CLIENT = Field("request.client", "text or null", "address of the client, by `audit.client`")
_USER = Field("request.user", "text or null", "who was authenticated, by `audit.user`")

_FAILURE = (
    Field("source", "text", "`asgi`, `django`, `flask` or `guard`"),
    _ENDPOINT,
    Field("policy", "text", "name of the policy in force, empty without one"),
    Field("request.method", "text", "HTTP method, empty for a guard"),
    Field("request.route", "text or null", "route template"),
    Field("request.path", "text", "path without the query, sanitized"),
    _CLIENT,
    _USER,
    _REQUEST_ID,
    Field("error.id", "text", "the id that the client was told, a UUID of version 7"),
    Field("error.type", "text", "class of the exception"),
    Field("error.code", "text", "stable identifier, as `CIRCUIT_BREAKER_ERROR`"),
    Field("error.category", "text", "what failed, one of ten words"),
    Field("error.severity", "text", "`critical`, `high`, `medium`, `low` or `info`"),
    Field("error.transient", "boolean", "time alone may cure it"),
    Field("error.recoverable", "boolean", "the client can do something about it"),
    Field("error.confidence", "number", "0 to 1, of the evidence that decided"),
    Field("error.fingerprint", "text", "the same for failures that are the same one again"),
    Field("error.suggestions", "list", "remedies, what helps most first"),
    Field("error.evidence", "list", "who said what it is: `source`, `says`, `category`, `confidence`"),
    Field("error.message", "text", "its text, sanitized, at most 4096 characters"),
    Field("error.stack", "text or null", "sanitized, at most 16384 characters; of unexpected failures only"),
    Field("response.status", "number", "HTTP status of the answer; 499 where the client was gone"),
    Field("response.result", "text", "`handled`, `unhandled`, `skipped`, `aborted` or `fallback`"),
    Field("duration", "number", "seconds since the call began"),
    Field("attempts", "list", "earlier attempts: `number`, `start`, `duration`, `delay`, `type`, `strategy`"),
    Field("retry_outcome", "text or null", "why retrying ended"),
    Field("decisions.breaker", "text or null", "state of the circuit breaker of the endpoint, when it was recorded"),
    Field(
        "decisions.rejected",
        "text or null",
        "why a policy did not let it run: `circuit_open`, `bulkhead_full`, `rate_limited` or `rejected`",
    ),
    Field("decisions.timeout", "table or null", "which limit it ran into: `kind` and `limit` in seconds"),
    Field("recovery", "text", "`none`, or `retry_failed`: it was repeated in vain"),
    Field("compliance", "list", "the rules that it is relevant to, as `hipaa`, `pci`"),
    _TRACE,
)

_INCIDENT = (
    _SEVERITY,
    Field("incident.id", "text", "UUID of version 7; the same when it closes"),
    Field("incident.rule", "text", "name of the rule"),
    Field("incident.by", "text", "what is counted for itself: `any`, `client`, `user`, `code` or `endpoint`"),
    Field("incident.count", "number", "how many sightings there were"),
)

KINDS: Final[Mapping[str, Kind]] = {
    "failure.handled": Kind("A call failed finally; one for each.", "operations", _FAILURE),
    "recovery.attempted": Kind(
        "Something was done to save a call or a part, as repeating a call that then succeeded.",
        "operations",
        (
            _ENDPOINT,
            Field("policy", "text", "name of the policy in force"),
            _REQUEST_ID,
            Field("recovery.action", "text", "what was done, as `retry`"),
            Field("recovery.outcome", "text", "what came of it, as `success`"),
            Field("recovery.attempts", "number", "how often it was tried"),
            _TRACE,
        ),
    ),
    "incident.opened": Kind(
        "A rule found a security incident.",
        "security",
        (
            *_INCIDENT,
            Field("incident.window", "number", "seconds in which they were counted"),
            Field("incident.error_ids", "list", "ids of the first failures, at most 5"),
            Field("incident.what", "text", "in words"),
            Field("error.id", "text or null", "id of the failure that opened it"),
            Field("error.code", "text or null", "its code"),
            Field("endpoint", "text or null", "its endpoint"),
            _CLIENT,
            _USER,
        ),
    ),
    "incident.closed": Kind(
        "An incident has been quiet for long enough.",
        "security",
        (
            *_INCIDENT,
            Field("incident.opened", "text", "when it was opened"),
            Field("incident.reason", "text", "`quiet`; `displaced`: too many were open; `ended`: the process ends"),
        ),
    ),
    "notification.sent": Kind(
        "A channel has taken a notification.",
        "security",
        (
            _SEVERITY,
            Field("notification.id", "text", "the same for every attempt and in the message itself"),
            Field("notification.channel", "text", "name of the channel"),
            Field("notification.means", "text", "`webhook`, `email`, `syslog` or `call`"),
            Field("notification.attempts", "number", "how often it was tried"),
            Field("notification.incidents", "list", "ids of the incidents in it"),
            Field("notification.dropped", "number", "incidents that were not named, because too many were waiting"),
        ),
    ),
    "notification.failed": Kind(
        "A channel did not take a notification, and it is given up.",
        "security",
        (
            _SEVERITY,
            Field("notification.id", "text", "the same for every attempt"),
            Field("notification.channel", "text", "name of the channel"),
            Field("notification.means", "text", "`webhook`, `email`, `syslog` or `call`"),
            Field("notification.attempts", "number", "how often it was tried"),
            Field("notification.incidents", "list", "ids of the incidents in it"),
            Field("notification.dropped", "number", "incidents that were not named, because too many were waiting"),
            Field("details.error", "text", "the last error, sanitized"),
        ),
    ),
    "circuit_breaker.changed": Kind(
        "Somebody has changed a circuit breaker by hand.",
        "security",
        (
            _ACTOR,
            _ENDPOINT,
            Field("breaker.name", "text", "its name"),
            Field("breaker.command", "text", "`reset`, `force_open`, `disable` or `metrics_only`"),
            Field("breaker.from", "text", "its state before"),
            Field("breaker.to", "text", "its state afterwards"),
            _REASON,
        ),
    ),
    "policy.changed": Kind(
        "Policies are others than before, or Failsoft stepped aside (`fs.bypass`).",
        "security",
        (
            _ACTOR,
            Field("change.how", "text", "`reload` or `bypass`"),
            Field("change.paths", "list", "paths of the settings that changed, never their values"),
            Field("change.active", "boolean", "whether Failsoft takes part in requests"),
            _REASON,
        ),
    ),
    "settings.reloaded": Kind(
        "The settings file was read again.",
        "security",
        (
            Field("change.ok", "boolean", "taken over whole, or refused whole"),
            Field("change.faults", "number", "how many there are"),
            Field("change.paths", "list", "paths of the settings that changed, never their values"),
            Field("details.text", "text or null", "the faults, sanitized"),
        ),
    ),
    "console.login": Kind(
        "Somebody logged in to the console, or tried to.",
        "security",
        (
            _ACTOR,
            _CLIENT,
            Field("login.outcome", "text", "`success` or `refused`"),
            Field("login.method", "text", "by which means"),
            _REASON,
        ),
    ),
    "console.action": Kind(
        "Somebody did something in the console.",
        "security",
        (
            _ACTOR,
            _CLIENT,
            Field("action.name", "text", "what"),
            Field("action.target", "text or null", "to what"),
            Field("action.outcome", "text", "`success` or `refused`"),
            _REASON,
        ),
    ),
    "request.replayed": Kind(
        "A request that had failed was sent again.",
        "operations",
        (
            _ACTOR,
            _ENDPOINT,
            _REQUEST_ID,
            Field("error.id", "text or null", "of the failure that it had ended with"),
            Field("response.status", "number or null", "of the answer now"),
            Field("replay.attempt", "number", "which one, 1 is the first"),
            Field("replay.outcome", "text", "`success` or `failed`"),
        ),
    ),
    "trail.opened": Kind(
        "A process began to write.",
        "security",
        (
            Field("trail.pid", "number", "id of the process"),
            Field("trail.python", "text", "version of Python"),
            Field("trail.failsoft", "text", "version of Failsoft"),
            Field("trail.settings", "text", "SHA-256 of the settings without what is secret, hexadecimal"),
            Field("trail.keys", "list", "ids of the keys in the ring"),
            Field("trail.active", "text or null", "id of the key that writes"),
            Field("trail.encryption", "boolean", "whether what is sensitive is encrypted"),
        ),
    ),
    "trail.closed": Kind("A process ended in order.", "security"),
    "trail.read": Kind(
        "Somebody has read in the trail; only with `audit.record_reads`.",
        "security",
        (
            _ACTOR,
            Field("details.asked", "table", "what for, in their words, sanitized"),
            Field("details.command", "text", "the command, as `search`; not from Python"),
        ),
    ),
    "trail.exported": Kind("Records were exported.", "security", (Field("details", "table", "what and where to"),)),
    "trail.verified": Kind("Verification found tampering.", "security", (Field("details", "table", "what and where"),)),
    "key.rotated": Kind("Another key writes from here on.", "security", (Field("details", "table", "which"),)),
    "retention.purged": Kind("Records were removed.", "compliance", (Field("details", "table", "which, and why"),)),
    "records.dropped": Kind(
        "Records were not taken, because too many were waiting.",
        "security",
        (Field("details.count", "number", "how many"),),
    ),
    "records.refused": Kind(
        "The store has refused records for good, which leaves gaps; no other gap is excused by it.",
        "security",
        (Field("refused", "list", "the records: `lane`, `sequence`, `hash` and `why`"),),
    ),
    "record.failed": Kind(
        "A record could not be built, and this one stands in its place.",
        "security",
        (Field("details.type", "text", "class of the error"),),
    ),
}
"""Every kind that Failsoft writes itself."""

_FORM: Final = as_pattern(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+")
_MOST = 64
_RESERVED: Final = frozenset(
    {
        "circuit_breaker", "console", "failsoft", "failure", "incident", "key", "notification", "records", "recovery",
        "retention", "settings", "trail",
    }
)  # fmt: skip


def check_kind(kind: object) -> None:
    """See that an application may write records of this kind: `invoice.voided`.

    Raises:
        ValueError: it has another form, or is Failsoft's own: a record must not pass for one of those.
    """
    if not isinstance(kind, str) or len(kind) > _MOST or not _is_form(kind):
        raise ValueError('expected a kind such as "invoice.voided": small letters, digits and _, with a dot inside')
    if kind in KINDS or kind.partition(".")[0] in _RESERVED:
        raise ValueError(f"the kind {kind!r} is reserved for Failsoft itself")


@lru_cache(maxsize=1024)
def _is_form(kind: str) -> bool:
    return _FORM.fullmatch(kind) is not None


def records_reference() -> str:
    """The tables of all kinds as Markdown, without a heading of the first level."""
    parts = ["## In every record\n", *_table(COMMON)]
    for name, kind in KINDS.items():
        parts += [f"\n## `{name}`\n", f"{kind.meaning} Kept as `{kind.retention}`.\n"]
        parts += _table(kind.fields) if kind.fields else []
    return "\n".join(parts) + "\n"


def _table(fields: tuple[Field, ...]) -> Iterator[str]:
    yield "| Field | Value | Sealed | Meaning |"
    yield "|---|---|---|---|"
    for name, what, meaning in fields:
        yield f"| `{name}` | {what} | {'yes' if is_sealed(name) else 'no'} | {meaning} |"
