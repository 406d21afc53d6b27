"""Records of what people, and Failsoft itself, have done: changes by hand, reloads, recovery, the console, replays."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from typing import Any

from failsoft.audit.plain import plain, sanitized
from failsoft.audit.records import Record, RecordContext, record
from failsoft.events import BypassChanged, CircuitBreakerCommanded, RetryEnded, SettingsReloaded
from failsoft.observers.base import clean, cut

__all__ = [
    "breaker_changed",
    "bypass_changed",
    "console_action",
    "console_login",
    "own",
    "policy_changed",
    "recovery_attempted",
    "request_replayed",
    "retry_saved",
    "settings_reloaded",
    "trail_opened",
    "trail_read",
]

_MAX_REASON = 1_024
_MAX_PATHS = 100


def own(
    context: RecordContext,
    *,
    kind: str,
    at: float,
    severity: str,
    actor: Any,
    fields: Any,
    asked: dict[str, Any],
) -> Record:
    """A record of the application's own.

    Parameters:
        actor: who did it; plain.
        fields: plain values.
        asked: what is known of the request that was being served: `endpoint`, `trace_id`, and members of `request`.
    """
    clean_fields = sanitized(fields, context.sanitizer) if fields else None
    request = _request(context, asked)
    return record(
        kind,
        at,
        context,
        severity=severity,
        actor=_actor(actor, context),
        endpoint=asked.get("endpoint"),
        trace_id=asked.get("trace_id"),
        **({"request": request} if request else {}),
        **({"fields": clean_fields} if clean_fields else {}),
    )


def trail_opened(at: float, context: RecordContext) -> Record:
    """That a process began to write."""
    trail = {"pid": os.getpid(), "python": platform.python_version(), **context.opening}
    return record("trail.opened", at, context, trail=trail)


def trail_read(at: float, criteria: Mapping[str, str], user: Any, context: RecordContext) -> Record:
    """That somebody has read in the trail, and what was asked for."""
    who = None if user is None else context.people.user_of(str(user), context.sanitizer)
    asked_for = {"asked": context.sanitizer.value(criteria)}
    return record("trail.read", at, context, severity="info", actor=who, details=asked_for)


def breaker_changed(event: CircuitBreakerCommanded, context: RecordContext) -> Record:
    """That somebody has changed a circuit breaker by hand."""
    return record(
        "circuit_breaker.changed",
        event.at,
        context,
        actor=_actor(event.actor, context),
        endpoint=event.name,
        breaker={
            "name": event.name,
            "command": event.command,
            "from": event.from_state,
            "to": event.to_state,
        },
        details=_reason(event.reason, context),
    )


def bypass_changed(event: BypassChanged, context: RecordContext) -> Record:
    """That Failsoft stepped aside, or came back."""
    return policy_changed(
        event.at, context, how="bypass", active=not event.bypassed, actor=event.actor, reason=event.reason
    )


def policy_changed(
    at: float,
    context: RecordContext,
    *,
    how: str,
    paths: tuple[str, ...] = (),
    active: bool = True,
    actor: str | None = None,
    reason: str | None = None,
) -> Record:
    """That policies are others than before.

    Parameters:
        how: `reload` or `bypass`.
        paths: of the settings that changed.
        active: whether Failsoft takes part in requests.
    """
    change = {"how": how, "paths": list(paths[:_MAX_PATHS]), "active": active}
    who, why = _actor(actor, context), _reason(reason, context)
    return record("policy.changed", at, context, actor=who, change=change, details=why)


def settings_reloaded(event: SettingsReloaded, context: RecordContext) -> Record:
    """That the settings file was read again."""
    change = {"ok": event.ok, "faults": event.faults, "paths": list(event.changed[:_MAX_PATHS])}
    text = cut(clean(context.sanitizer, event.text), _MAX_REASON) if event.text else None
    return record("settings.reloaded", event.at, context, change=change, details={"text": text})


def retry_saved(event: RetryEnded, context: RecordContext) -> Record:
    """That a call succeeded because it was repeated."""
    return recovery_attempted(
        event.at,
        context,
        action="retry",
        outcome=event.outcome,
        attempts=event.attempts,
        endpoint=event.endpoint,
        policy=event.policy,
        request_id=event.request_id,
        trace_id=event.trace_id,
    )


def recovery_attempted(
    at: float,
    context: RecordContext,
    *,
    action: str,
    outcome: str,
    attempts: int = 1,
    endpoint: str = "",
    policy: str = "",
    request_id: str = "",
    trace_id: str | None = None,
) -> Record:
    """That something was done to save a call, or a part of the system.

    Parameters:
        action: what was done, as `retry`, `reconnect`.
        outcome: what came of it, as `success`, `failed`.
    """
    return record(
        "recovery.attempted",
        at,
        context,
        endpoint=endpoint,
        policy=policy,
        request={"request_id": clean(context.sanitizer, request_id)},
        recovery={"action": action, "outcome": outcome, "attempts": attempts},
        trace_id=trace_id,
    )


def console_login(
    at: float,
    context: RecordContext,
    *,
    actor: str | None,
    outcome: str,
    method: str,
    client: str | None = None,
    reason: str | None = None,
) -> Record:
    """That somebody logged in to the console, or tried to (PCI DSS 10.2.1.2, 10.2.1.4).

    Parameters:
        outcome: `success` or `refused`.
        method: by which means.
    """
    return record(
        "console.login",
        at,
        context,
        actor=_actor(actor, context),
        request={"client": context.people.client_of(client, context.sanitizer)},
        login={"outcome": outcome, "method": method},
        details=_reason(reason, context),
    )


def console_action(
    at: float,
    context: RecordContext,
    *,
    actor: str | None,
    name: str,
    target: str | None = None,
    outcome: str = "success",
    client: str | None = None,
    reason: str | None = None,
) -> Record:
    """That somebody did something in the console.

    Parameters:
        name: what, as `circuit_breaker.reset`.
        target: to what.
        outcome: `success` or `refused`.
    """
    return record(
        "console.action",
        at,
        context,
        actor=_actor(actor, context),
        request={"client": context.people.client_of(client, context.sanitizer)},
        action={
            "name": name,
            "target": None if target is None else cut(clean(context.sanitizer, target), _MAX_REASON),
            "outcome": outcome,
        },
        details=_reason(reason, context),
    )


def request_replayed(
    at: float,
    context: RecordContext,
    *,
    endpoint: str,
    attempt: int,
    outcome: str,
    status: int | None = None,
    error_id: str | None = None,
    request_id: str = "",
    actor: str | None = None,
) -> Record:
    """That a request that had failed was sent again.

    Parameters:
        attempt: which one, 1 is the first.
        outcome: `success` or `failed`.
        error_id: of the failure that it had ended with.
    """
    return record(
        "request.replayed",
        at,
        context,
        actor=_actor(actor, context),
        endpoint=endpoint,
        request={"request_id": clean(context.sanitizer, request_id)},
        error={"id": error_id},
        response={"status": status},
        replay={"attempt": attempt, "outcome": outcome},
    )


def _request(context: RecordContext, asked: dict[str, Any]) -> Record:
    told = {
        "method": asked.get("method"),
        "client": context.people.client_of(asked.get("client"), context.sanitizer),
        "user": context.people.user_of(asked.get("user"), context.sanitizer),
        "request_id": clean(context.sanitizer, asked.get("request_id") or "") or None,
    }
    return {name: value for name, value in told.items() if value}


def _actor(actor: Any, context: RecordContext) -> str | None:
    return None if actor is None else context.people.user_of(str(plain(actor)), context.sanitizer)


def _reason(reason: Any, context: RecordContext) -> Record:
    if reason is None:
        return {"reason": None}
    return {"reason": cut(clean(context.sanitizer, str(plain(reason))), _MAX_REASON)}
