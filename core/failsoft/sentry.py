"""What goes to Sentry: cleaned, tagged with the error id that the client got, and without what was only turned away.

::

    sentry_sdk.init(..., before_send=failsoft.sentry.before_send, before_send_log=failsoft.sentry.before_send)
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from failsoft.errors.exceptions import RejectedError
from failsoft.observers.base import LOGGER, Cleaner
from failsoft.observers.serving import SERVING
from failsoft.trail import Trail, trail_of

__all__ = ["BeforeSend", "before_send", "leave_exceptions_to_sentry"]

_NESTS = frozenset({"exception", "threads", "stacktrace", "frames", "breadcrumbs", "values", "spans"})
_PARAMETER, _TEMPLATE = "sentry.message.parameter.", "sentry.message.template"
_KEPT = frozenset({"event_id", "level", "platform", "timestamp", "sdk", "modules", "release", "environment"})


class BeforeSend:
    """A function to give to Sentry as `before_send`, `before_send_transaction` or `before_send_log`.

    - Everything in an event goes through the sanitizer: messages, frames, local variables, breadcrumbs, requests.
    - Arguments of a message that are secret only where they stand in it (`password=%s`) are left out.
    - An event about an exception that Failsoft answered has the tags `error_id` and `error_code`.
    - A rejection (`CircuitOpenError`, `BulkheadFullError`, our rate limit) is no event: nothing ran, so nothing broke.
    - Events made of Failsoft's log entries are grouped by endpoint and class; Sentry would see one text in all.

    If cleaning fails, an event goes out that says no more than its id, level and time; a log entry does not go out.

    Parameters:
        sanitizer: by default that of the `Failsoft` that serves where the event is made.
    """

    def __init__(self, sanitizer: Cleaner = SERVING) -> None:
        self._sanitizer = sanitizer

    def __call__(self, event: dict[str, Any], hint: Mapping[str, Any]) -> dict[str, Any] | None:
        """The event as it may go out; None for one that is not to go out."""
        try:
            exc, record = _about(hint)
            trail = None if exc is None else trail_of(exc)
            # by the type itself: what an exception says of its class may be a lie, or raise
            if issubclass(type(exc), RejectedError) or (trail is not None and trail.rejected):
                return None
            return _fields(self._sanitizer, _tagged(_grouped(event, record), trail, record))
        except Exception:  # noqa: BLE001 - fail closed
            if "body" in event:
                return None
            return {name: event[name] for name in _KEPT & event.keys()}


before_send = BeforeSend()
"""`BeforeSend` with the sanitizer of the `Failsoft` that serves where the event is made."""


def leave_exceptions_to_sentry() -> bool:
    """Keep Sentry from reporting a failure twice: as an exception that is raised again after the answer, and as an
    error of our logger. To be called where exceptions are raised again.

    Returns:
        False if Sentry's logging integration is not in use here.
    """
    integration = sys.modules.get("sentry_sdk.integrations.logging")
    if integration is None:
        return False
    integration.ignore_logger(LOGGER)
    return True


def _about(hint: Any) -> tuple[BaseException | None, Any]:
    """The exception and the log record that an event was made of."""
    if not isinstance(hint, Mapping):
        return None, None
    info = hint.get("exc_info")
    exc = info[1] if isinstance(info, tuple) and len(info) == 3 else None
    return exc if isinstance(exc, BaseException) else None, hint.get("log_record")


def _grouped(event: dict[str, Any], record: Any) -> dict[str, Any]:
    # from the record: of its attributes, Sentry keeps ten on the event
    if event.get("logger") != LOGGER or event.get("fingerprint") or record is None:
        return event
    names = ("failsoft_event", "failsoft_endpoint", "failsoft_type", "failsoft_code")
    return {**event, "fingerprint": [str(getattr(record, name, "")) for name in names]}


def _tagged(event: dict[str, Any], trail: Trail | None, record: Any) -> dict[str, Any]:
    if trail is not None:
        known = {"error_id": trail.error_id, "error_code": trail.code}
    else:
        facts = {"error_id": "failsoft_error_id", "error_code": "failsoft_code"}
        known = {tag: value for tag, name in facts.items() if isinstance(value := getattr(record, name, None), str)}
    if not known:
        return event
    tags = event.get("tags") or {}
    # older versions of the SDK make pairs of them
    return {**event, "tags": {**known, **dict(tags)}}


def _fields(sanitizer: Cleaner, fields: Mapping[str, Any]) -> dict[str, Any]:
    cleaned = {name: item for key, value in fields.items() for name, item in _field(sanitizer, key, value)}
    if isinstance(fields.get("body"), str) and isinstance(fields.get("attributes"), Mapping):
        cleaned["attributes"] = _attributes(cleaned, fields["body"])
        if (said := _by_name(sanitizer, fields["attributes"])) is not None:
            cleaned["body"] = sanitizer.text(said)
    return cleaned


def _by_name(sanitizer: Cleaner, attributes: Mapping[str, Any]) -> str | None:
    """What a log entry says with its arguments as they are cleaned by their names; None where they have none."""
    template = _bare(attributes.get(_TEMPLATE))
    given = {
        name.removeprefix(_PARAMETER): _bare(value) for name, value in attributes.items() if name.startswith(_PARAMETER)
    }
    if not isinstance(template, str) or not given or any(map(str.isdigit, given)):
        return None
    return _filled(template, sanitizer.value(given)) or template


def _bare(attribute: Any) -> Any:
    """The value of an attribute, which may have its type beside it."""
    return attribute.get("value") if isinstance(attribute, Mapping) else attribute


def _attributes(cleaned: Mapping[str, Any], body: str) -> Any:
    """The attributes of a log entry, without the arguments of a message in which something was secret."""
    attributes = cleaned["attributes"]
    if cleaned.get("body") == body or not isinstance(attributes, Mapping):
        return attributes
    return {name: value for name, value in attributes.items() if not name.startswith(_PARAMETER)}


def _entry(sanitizer: Cleaner, entry: Mapping[str, Any]) -> dict[str, Any]:
    """The message of a log entry with its arguments; without them if what is secret shows only with both together."""
    cleaned: dict[str, Any] = dict(sanitizer.value(entry))
    template, arguments = entry.get("message"), entry.get("params")
    if not arguments:
        return cleaned
    if named := isinstance(arguments, Mapping):
        # what a placeholder is called says more than the text around it
        arguments = sanitizer.value(dict(arguments))
    said = _filled(template, arguments)
    if named:
        cleaned["formatted"] = sanitizer.text(said or str(template))
    if said is None or sanitizer.text(said) != _filled(cleaned.get("message"), cleaned.get("params")):
        cleaned.pop("params", None)
        if said is not None:
            cleaned["formatted"] = sanitizer.text(said)
    return cleaned


def _filled(template: Any, arguments: Any) -> str | None:
    try:
        return str(template % (arguments if isinstance(arguments, Mapping) else tuple(arguments)))
    except Exception:  # noqa: BLE001 - they do not fit
        return None


def _frame(sanitizer: Cleaner, frame: Mapping[str, Any]) -> dict[str, Any]:
    """A frame of a stack. Those of `logging` hold the arguments of the message, and nothing else of interest."""
    held = frame.get("vars")
    cleaned = _fields(sanitizer, {name: value for name, value in frame.items() if name != "vars"})
    if isinstance(held, Mapping):
        if frame.get("module") == "logging":
            return cleaned
        held = {name: _unquoted(sanitizer, value) for name, value in held.items()}
    return cleaned if held is None else cleaned | dict(_field(sanitizer, "vars", held))


def _unquoted(sanitizer: Cleaner, items: Any) -> Any:
    """The items of a list, of which the SDK writes down what they are in quotes, cleaned as those of the list: a
    command with its options, a name and its value."""
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        return items
    plain = [item[1:-1] if item[:1] in ("'", '"') and item[-1:] == item[:1] else item for item in items]
    cleaned = sanitizer.value(plain)
    if not isinstance(cleaned, list) or len(cleaned) != len(items):
        return cleaned
    return [
        item if new == old else item.replace(old, str(new))
        for item, old, new in zip(items, plain, cleaned, strict=True)
    ]


def _field(sanitizer: Cleaner, key: str, value: Any) -> list[tuple[str, Any]]:
    # the containers of an event are taken apart, so that the sanitizer's bounds hold for each frame and not for all
    if key in _KEPT:
        return [(key, value)]
    if key in ("logentry", "message") and isinstance(value, Mapping):
        return [(key, _entry(sanitizer, value))]
    if key in _NESTS and isinstance(value, Mapping):
        return [(key, _fields(sanitizer, value))]
    if key == "frames" and isinstance(value, list):
        return [(key, [_frame(sanitizer, v) if isinstance(v, Mapping) else sanitizer.value(v) for v in value])]
    if key in _NESTS and isinstance(value, list):
        return [(key, [_fields(sanitizer, v) if isinstance(v, Mapping) else sanitizer.value(v) for v in value])]
    cleaned = sanitizer.value({key: value})
    return list(cleaned.items()) if isinstance(cleaned, Mapping) else [(key, cleaned)]
