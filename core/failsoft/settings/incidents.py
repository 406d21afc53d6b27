"""The tables `[[audit.incidents]]` and `[[audit.notifications]]`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

from failsoft.audit.incidents import BUILT_IN
from failsoft.deferred import as_pattern
from failsoft.errors.exceptions import Fault
from failsoft.errors.taxonomy import Category, Severity
from failsoft.kinds import (
    Duration,
    Frequency,
    Kind,
    Reference,
    Secret,
    did_you_mean,
    format_duration,
    join_path,
    parse_frequency,
)
from failsoft.options import Options, shown

__all__ = ["AuditIncident", "AuditNotification", "CompliancePattern", "faults_of_channels", "faults_of_rules"]

_WEBHOOK = as_pattern(r"https?://\S+|(env|file):.+")
_SYSLOG = as_pattern(r"(udp|tcp)://[^/\s]+|unix:///\S+")
_MAIL = as_pattern(r"[^\s@<>,\"]{1,64}@[^\s@<>,\"]{1,255}")
_SERVER = as_pattern(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?")
_NAME = as_pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_PATTERN = as_pattern(r"[A-Z][A-Z0-9_*]*|" + "|".join(Category))


def _text(pattern: re.Pattern[str]) -> Any:
    def parse(value: object) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        raise ValueError("wrong form")

    return parse


CompliancePattern = Annotated[str, Kind('a code such as "CARD_*", or a category', _text(_PATTERN))]
_Name = Annotated[str, Kind("a name of letters, digits, -, _ and .", _text(_NAME))]
_WebhookUrl = Annotated[
    str,
    Kind('a URL, or "env:NAME" or "file:PATH" where one is found', _text(_WEBHOOK), secret=True),
]
_SyslogUrl = Annotated[str, Kind('"udp://HOST:PORT", "tcp://HOST:PORT" or "unix:///PATH"', _text(_SYSLOG))]
_Address = Annotated[str, Kind("an e-mail address", _text(_MAIL))]
_Server = Annotated[str, Kind('a host and a port such as "mail.example.com:587"', _text(_SERVER))]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditIncident(Options):
    """Which failures are a security incident: changes a rule that is there, or adds one."""

    rule: Annotated[
        _Name,
        Meta(
            description="Name of the rule. Those that are there: "
            + ", ".join(f"`{name}`" for name in BUILT_IN)
            + ". `breaker_forced` holds only where it is named here. Any other one needs `codes`, `categories` or "
            "`compliance`."
        ),
    ]
    enabled: Annotated[bool, Meta(description="Whether it holds.")] = True
    codes: Annotated[
        tuple[CompliancePattern, ...] | None, Meta(description="Codes of failures that it counts; `*` for any letters.")
    ] = None
    categories: Annotated[tuple[Category, ...] | None, Meta(description="Or failures of these categories.")] = None
    compliance: Annotated[
        tuple[str, ...] | None, Meta(description="Or failures with one of these flags; see `[audit.compliance]`.")
    ] = None
    count: Annotated[
        int | None, Meta(ge=1, le=10_000, description="How many make an incident. Absent: as it is, else 1.")
    ] = None
    window: Annotated[Duration | None, Meta(description="Within which time. Absent: as it is, else 1 minute.")] = None
    by: Annotated[
        Literal["any", "client", "user", "code", "endpoint"] | None,
        Meta(description="What is counted for itself. Absent: as it is, else `any`."),
    ] = None
    severity: Annotated[Severity | None, Meta(description="Of the incident. Absent: as it is, else `high`.")] = None
    quiet: Annotated[
        Duration | None,
        Meta(description="After which time without another one it is closed. Absent: as it is, else 15 minutes."),
    ] = None
    meaning: Annotated[
        str | None, Meta(max_length=200, description="In words, for notifications. Absent: as it is, else the name.")
    ] = None

    def check(self, path: str) -> Iterable[Fault]:
        if self.rule is None:
            return
        conditions = (self.codes, self.categories, self.compliance)
        if self.rule not in BUILT_IN and not any(conditions) and not self.given & {"codes", "categories", "compliance"}:
            expected = "unknown rule: expected one that is there, or codes, categories or compliance"
            yield Fault(join_path(path, "rule"), shown(self.rule), expected + did_you_mean(self.rule, BUILT_IN))
        if self.rule in BUILT_IN and BUILT_IN[self.rule].troubles and any(conditions):
            yield Fault(join_path(path, "rule"), shown(self.rule), "counts no failures: no codes, categories or flags")
        for name in ("window", "quiet"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                yield Fault(join_path(path, name), format_duration(value), "expected more than 0")


_MEANS = ("webhook", "email", "syslog", "call")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditNotification(Options):
    """Who is told of security incidents, and by what means: one of `webhook`, `email`, `syslog` and `call`."""

    name: Annotated[_Name | None, Meta(description="Name of the channel, for records. Absent: its means.")] = None
    webhook: Annotated[
        _WebhookUrl | None, Meta(description="URL to post to. As it may hold a secret, it is never shown.")
    ] = None
    secret: Annotated[
        Secret | None,
        Meta(description="Signs what is posted: `whsec_` and base 64, or a text; from 24 to 64 bytes. Required by "
        "`webhook`."),
    ] = None  # fmt: skip
    email: Annotated[tuple[_Address, ...] | None, Meta(min_length=1, description="Addresses to send mail to.")] = None
    server: Annotated[
        _Server | None, Meta(description="Mail server. Required by `email`; the port is 587, or 465 with `implicit`.")
    ] = None
    sender: Annotated[_Address | None, Meta(description="Address that mail comes from. Required by `email`.")] = None
    tls: Annotated[
        Literal["starttls", "implicit", "none"],
        Meta(
            description="How the connection to the mail server is encrypted; with `starttls`, nothing is sent without."
        ),
    ] = "starttls"
    username: Annotated[str | None, Meta(description="Name at the mail server. Absent: no log-in.")] = None
    password: Annotated[Secret | None, Meta(description="Password at the mail server.")] = None
    syslog: Annotated[_SyslogUrl | None, Meta(description="Syslog server, or its local socket.")] = None
    call: Annotated[
        Reference | None, Meta(description="Function that is called with the message, a table of plain values.")
    ] = None
    severity: Annotated[Severity, Meta(description="The least that is sent.")] = Severity.INFO
    rules: Annotated[tuple[str, ...], Meta(description="Only incidents by these rules. Absent: by all.")] = ()
    closed: Annotated[bool, Meta(description="Tell also that an incident is over.")] = False
    rate: Annotated[
        Frequency, Meta(description="At most so many messages; what comes meanwhile goes out as one digest.")
    ] = "30/hour"
    timeout: Annotated[Duration, Meta(description="For connecting, and for each answer.")] = 10.0
    give_up: Annotated[
        Duration, Meta(description="How long one message is tried, later and later up to every 5 minutes.")
    ] = 86_400.0

    @property
    def means(self) -> str:
        """Which one of them it is."""
        return next((name for name in _MEANS if getattr(self, name) is not None), "")

    @property
    def channel(self) -> str:
        """Its name."""
        return self.name or self.means

    @property
    def frequency(self) -> tuple[int, float]:
        """How many messages in how many seconds."""
        return parse_frequency(self.rate)

    def check(self, path: str) -> Iterable[Fault]:
        given = [name for name in _MEANS if getattr(self, name) is not None or name in self.given]
        if len(given) != 1:
            expected = "expected one of webhook, email, syslog and call"
            yield Fault(join_path(path, given[1]) if given else path, "", expected)
            return
        needed = {"webhook": ("secret",), "email": ("server", "sender")}.get(given[0], ())
        for name in needed:
            if getattr(self, name) is None and name not in self.given:
                yield Fault(join_path(path, name), "", f"required by {given[0]}")
        useless = {"webhook": {"secret"}, "email": {"server", "sender", "tls", "username", "password"}}
        for means, names in useless.items():
            for name in sorted(names & self.given) if means != given[0] else ():
                yield Fault(join_path(path, name), "", f"has a meaning with {means} only")
        if (self.username is None) != (self.password is None) and not self.given >= {"username", "password"}:
            missing = "username" if self.username is None else "password"
            yield Fault(join_path(path, missing), "", "required: username and password, or neither")
        if self.username is not None and self.tls == "none":
            yield Fault(join_path(path, "tls"), '"none"', "expected encryption where a password is sent")
        for name in ("timeout", "give_up"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                yield Fault(join_path(path, name), format_duration(value), "expected more than 0")

    def __repr__(self) -> str:
        # a URL may hold a secret, and what shows local variables shows this
        return f"AuditNotification(name={self.channel!r}, means={self.means!r})"


def faults_of_rules(rules: Sequence[AuditIncident | None], flags: Collection[str], path: str) -> Iterable[Fault]:
    """What is wrong with rules beside each other.

    Parameters:
        flags: those of compliance that there are.
    """
    seen: set[str] = set()
    for number, one in enumerate(rules):
        if one is None or one.rule is None:
            continue
        place = f"{path}[{number}]"
        if one.rule in seen:
            yield Fault(f"{place}.rule", shown(one.rule), "is there already")
        seen.add(one.rule)
        for flag in one.compliance or ():
            if flag not in flags:
                yield Fault(f"{place}.compliance", shown(flag), "unknown flag" + did_you_mean(flag, flags))


def faults_of_channels(
    channels: Sequence[AuditNotification | None], rules: Sequence[AuditIncident | None], path: str
) -> Iterable[Fault]:
    """What is wrong with channels beside each other, and beside the rules."""
    known = {*BUILT_IN, *(one.rule for one in rules if one is not None and one.rule is not None)}
    seen: set[str] = set()
    for number, one in enumerate(channels):
        if one is None:
            continue
        place = f"{path}[{number}]"
        if one.channel in seen:
            yield Fault(f"{place}.name", shown(one.channel), "is there already: give each a name")
        seen.add(one.channel)
        for rule in one.rules or ():
            if rule not in known:
                yield Fault(f"{place}.rules", shown(rule), "unknown rule" + did_you_mean(rule, known))
