"""Settings to what is looked for in the audit trail, and to who is told."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from failsoft.audit.channels import Channel, Delivery, Notifier
from failsoft.audit.compliance import Compliance
from failsoft.audit.incidents import BUILT_IN, Rule, Trouble
from failsoft.audit.keys import KeyRing
from failsoft.audit.means import Means
from failsoft.audit.opening import beside
from failsoft.audit.outbox import Outbox
from failsoft.audit.own_fields import OwnFields
from failsoft.audit.people import People
from failsoft.audit.records import RecordContext
from failsoft.audit.watch import Sink, Watch
from failsoft.clock import Clock
from failsoft.errors.exceptions import Fault
from failsoft.errors.taxonomy import Severity
from failsoft.observers.base import Cleaner
from failsoft.observers.otel.scope import version
from failsoft.options import Options, fields_of, hints_of, members, unwrap
from failsoft.references import read_secret, resolve
from failsoft.settings import Settings
from failsoft.settings.auditing import Audit
from failsoft.settings.incidents import AuditIncident, AuditNotification

if TYPE_CHECKING:
    from failsoft.audit.means.mail import Mail

__all__ = ["Channels", "alarm", "channels_of", "context_of", "digest_of", "rules_of", "watch_of"]

_ONLY_BY_NAME = "breaker_forced"
Channels = list[tuple[AuditNotification, Means]]


def context_of(
    settings: Settings, wanted: Audit, cleaner: Cleaner, keys: KeyRing | None, faults: list[Fault]
) -> RecordContext:
    """What all records have in common."""
    encrypt = wanted.encryption == "on"
    own = None if wanted.fields is None else OwnFields(resolve(wanted.fields, "audit.fields", faults))
    sealed = encrypt and settings.sanitize.tier == "standard"
    return RecordContext(
        sanitizer=cleaner,
        service=settings.service,
        environment=settings.environment,
        release=settings.release or _release(os.environ),
        people=People(wanted.client, wanted.user, keys, sealed),
        compliance=Compliance(wanted.compliance),
        own=own,
        opening={
            "failsoft": version(),
            "settings": digest_of(settings),
            "keys": [] if keys is None else list(keys.ids),
            "active": None if keys is None else keys.active,
            "encryption": encrypt,
        },
    )


def channels_of(wanted: Audit, faults: list[Fault]) -> tuple[Channels, Outbox | None]:
    """The means of each channel, and the outbox.

    Parameters:
        faults: gets a `Fault` for each secret, function or directory that is not there.
    """
    outbox = None
    if wanted.outbox is not None:
        outbox = Outbox(Path(wanted.outbox))
        if (said := outbox.check()) is not None:
            faults.append(Fault("audit.outbox", repr(wanted.outbox), said))
    elif wanted.notifications:
        outbox = Outbox(beside(wanted.url) if wanted.journal is None else Path(wanted.journal))
    channels: Channels = []
    for number, one in enumerate(wanted.notifications):
        means = _means_of(one, f"audit.notifications[{number}]", faults)
        if means is not None:
            channels.append((one, means))
    return channels, outbox


def watch_of(
    wanted: Audit,
    channels: Channels,
    outbox: Outbox | None,
    *,
    sink: Sink,
    context: RecordContext,
    keys: KeyRing | None,
    clock: Clock,
) -> Watch:
    """What looks for incidents, with its channels. Starts no thread.

    Parameters:
        sink: takes the records.
    """
    notifier = Notifier(
        [Channel(one.channel, means, _delivery(one), sink=sink, outbox=outbox, clock=clock) for one, means in channels],
        outbox,
    )
    return Watch(rules_of(wanted.incidents), sink=sink, notifier=notifier, context=context, keys=keys, clock=clock)


def alarm(
    settings: Settings,
    what: Trouble,
    number: int = 1,
    *,
    sink: Sink,
    context: RecordContext,
    keys: KeyRing | None,
    clock: Clock,
    timeout: float = 30.0,
) -> bool:
    """For commands: have an incident opened, written down and told, and wait for that.

    Parameters:
        what: as `Watch.trouble` has it.
        sink: takes the records.
        timeout: seconds to wait for each channel.

    Returns:
        False if somebody could not be told. With an outbox, the next process that serves tells them.
    """
    wanted, faults = settings.audit, list[Fault]()
    if wanted is None:
        return True
    channels, outbox = channels_of(wanted, faults)
    watch = watch_of(wanted, channels, outbox, sink=sink, context=context, keys=keys, clock=clock)
    watch.trouble(what, number)
    done = watch.close(timeout)
    done = watch.notifier.flush(timeout) and done
    return watch.notifier.close(timeout) and done and not faults


def rules_of(wanted: tuple[AuditIncident, ...]) -> list[Rule]:
    """The rules in force: those that are there, as the settings change them, and those that they add."""
    named = {one.rule: one for one in wanted}
    found = []
    for name in dict.fromkeys((*BUILT_IN, *named)):
        one = named.get(name)
        if one is not None and one.enabled:
            found.append(_rule(one))
        elif one is None and name != _ONLY_BY_NAME:
            found.append(BUILT_IN[name])
    return found


def digest_of(settings: Settings) -> str:
    """SHA-256 of the settings, hexadecimal: equal where they mean the same. What is secret is not in it, as who knows
    the rest could find it out by trying."""
    return hashlib.sha256(repr(sorted(_plainly(settings, None))).encode("utf-8", "surrogatepass")).hexdigest()


def _rule(one: AuditIncident) -> Rule:
    known = BUILT_IN.get(one.rule) or Rule(name=one.rule, meaning=f"rule {one.rule}")
    given: dict[str, Any] = {
        "count": one.count,
        "window": one.window,
        "by": one.by,
        "severity": None if one.severity is None else Severity(one.severity),
        "quiet": one.quiet,
        "meaning": one.meaning,
    }
    if any(part is not None for part in (one.codes, one.categories, one.compliance)):
        given |= {
            "codes": one.codes or (),
            "categories": tuple(str(category) for category in one.categories or ()),
            "flags": one.compliance or (),
        }
    return replace(known, **{name: value for name, value in given.items() if value is not None})


def _delivery(one: AuditNotification) -> Delivery:
    most, per = one.frequency
    return Delivery(
        severity=str(one.severity), rules=one.rules, closed=one.closed, most=most, per=per, give_up=one.give_up
    )


def _means_of(one: AuditNotification, path: str, faults: list[Fault]) -> Means | None:
    key = one.means
    try:
        # each loads what its own way of telling needs, as a client of HTTP or of mail
        if key == "call":
            from failsoft.audit.means.calling import Calling  # noqa: PLC0415

            return Calling(resolve(one.call or "", f"{path}.call", faults))
        if key == "syslog":
            from failsoft.audit.means.syslog import Syslog  # noqa: PLC0415

            return Syslog(one.syslog or "", timeout=one.timeout)
        if key == "email":
            key = "server"
            return _mail_of(one, path, faults)
        from failsoft.audit.means.webhook import Webhook, secret_of  # noqa: PLC0415

        url = one.webhook or ""
        url = read_secret(url) if url.startswith(("env:", "file:")) else url
        secret = _secret(one.secret, f"{path}.secret", faults)
        key = "secret" if secret is not None else "webhook"
        signing = None if secret is None else secret_of(secret)
        key = "webhook"
        return Webhook(url, secret=signing, timeout=one.timeout)
    except ValueError as error:
        faults.append(Fault(f"{path}.{key}", "", str(error)))
        return None


def _mail_of(one: AuditNotification, path: str, faults: list[Fault]) -> Mail:
    from failsoft.audit.means.mail import Mail  # noqa: PLC0415

    host, port = _server(one.server or "", 465 if one.tls == "implicit" else 587)
    password = _secret(one.password, f"{path}.password", faults)
    return Mail(
        host,
        port,
        sender=one.sender or "",
        to=one.email or (),
        tls=one.tls,
        login=None if one.username is None or password is None else (one.username, password),
        timeout=one.timeout,
    )


def _server(text: str, port: int) -> tuple[str, int]:
    host, colon, number = text.rpartition(":")
    if not colon or text.endswith("]"):
        return text.strip("[]"), port
    if not 0 < int(number) < 65_536:
        raise ValueError("expected a port from 1 to 65535")
    return host.strip("[]"), int(number)


def _secret(reference: str | None, path: str, faults: list[Fault]) -> str | None:
    if reference is None:
        return None
    try:
        return read_secret(reference)
    except ValueError as error:
        faults.append(Fault(path, "", str(error)))
        return None


def _release(environ: Mapping[str, str]) -> str:
    """The version of the app as OpenTelemetry is told of it."""
    for pair in environ.get("OTEL_RESOURCE_ATTRIBUTES", "").split(","):
        name, _, value = pair.partition("=")
        if name.strip() == "service.version":
            return unquote(value.strip())
    return ""


def _plainly(value: Any, hint: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Options):
        for key, name in fields_of(type(value)).items():
            yield from _plainly(getattr(value, name), hints_of(type(value))[name], f"{path}.{key}")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _plainly(item, None, f"{path}.{key}")
    elif isinstance(value, (tuple, list)):
        for number, item in enumerate(value):
            yield from _plainly(item, None, f"{path}[{number}]")
    elif value is not None and _may_be_secret(hint):
        yield path, "there"
    elif callable(value):
        yield path, f"{getattr(value, '__module__', '')}:{getattr(value, '__qualname__', type(value).__name__)}"
    else:
        yield path, repr(value) if isinstance(value, (str, int, float, bool, type(None))) else type(value).__name__


def _may_be_secret(hint: Any) -> bool:
    for one in (hint, *members(unwrap(hint)[0])):
        kind = unwrap(one)[1]
        if kind is not None and kind.secret:
            return True
    return False
