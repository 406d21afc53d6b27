"""`failsoft explain`: what an exception is taken for, and who says so."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Any

import click

from failsoft.audit.stores import Query, StoreError
from failsoft.audit.views import mapping_of
from failsoft.build_audit import keys_of, store_to_read
from failsoft.build_faults import load_whole, with_missing
from failsoft.build_judges import classifier_of, sanitizer_of
from failsoft.cli.main import Context, find_modules_here
from failsoft.clock import SystemClock
from failsoft.deferred import as_pattern
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.errors.failure import Failure
from failsoft.errors.told import NotUnderstoodError, Told, exception_of
from failsoft.observers.base import one_line
from failsoft.sanitize import Sanitizer
from failsoft.settings.schema import Settings

__all__ = ["CouldNotRunError", "explain", "id_in", "recorded"]

_ERROR_ID = as_pattern(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_FIELDS = ("type", "message", "category", "severity", "transient", "recoverable", "status", "code", "confidence")
_MAX_MESSAGE = 500


class CouldNotRunError(click.ClickException):
    """The command could not do its work; exit status 2."""

    exit_code = 2


@click.command()
@click.argument("what", metavar="EXCEPTION|ERROR_ID|-")
@click.option("--source", default="", help="Where it came from, for rules: asgi, django, flask, guard.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def explain(context: Context | None, what: str, source: str, as_json: bool) -> None:
    """Say what an exception is taken for, and who says so.

    EXCEPTION is "module.Class: message", or a traceback; - reads it from standard input. Nothing is imported for it: a
    class is known by its name. ERROR_ID is the id of a failure in the audit trail, as clients and logs have it.
    """
    given = (context or Context()).source()
    find_modules_here()
    try:
        settings = Settings() if given is None else load_whole(given)
        text = _standard_input() if what == "-" else what
        error_id = id_in(text)
        said = recorded(error_id, settings) if error_id is not None else _judged(exception_of(text), settings, source)
    except SettingsError as error:
        raise CouldNotRunError(str(error)) from None
    except NotUnderstoodError as error:
        raise CouldNotRunError(f"{error}; or the id of an error") from None
    if said is None:
        click.echo(f"there is no record of {error_id}", err=True)
        raise SystemExit(1)
    said["setting"] = _place(said["evidence"], settings)
    # whoever wrote the message may have written for the terminal
    shown = json.dumps(said, indent=2) if as_json else "\n".join(map(one_line, _lines(said)))
    click.echo(shown)


def _standard_input() -> str:
    """What comes by it: a log may hold whatever bytes, and none of them is a reason to say nothing."""
    given = sys.stdin.buffer.read()
    return given.decode(sys.stdin.encoding or "utf-8", "replace").replace("\r\n", "\n")


def id_in(text: str) -> str | None:
    """The id of an error in a text that is nothing else, also as `instance` of a problem (`urn:uuid:…`)."""
    found = _ERROR_ID.fullmatch(text.strip().lower().removeprefix("urn:uuid:"))
    return None if found is None else found[0]


def _judged(told: Told, settings: Settings, source: str) -> dict[str, Any]:
    faults: list[Fault] = []
    sanitizer = sanitizer_of(settings, faults)
    classifier = classifier_of(settings, sanitizer, SystemClock(), faults)
    named = [fault._replace(source=settings.source_of(fault.path)) for fault in faults]
    if named := with_missing(named, settings, code=True):
        raise SettingsError(named)
    failure = classifier.classify(told.exc, source=source)
    said = {name: getattr(failure, name) for name in _FIELDS if name != "message"}
    # qualified names of functions make the fingerprint, and a printed traceback has only their last part
    print_of = None if told.frames else failure.fingerprint
    notes = [] if told.loaded else ["known by its name only: its bases, and what its instances carry, were not seen"]
    if failure.presumed:
        notes.append("it is only presumed that it will pass: no call is repeated for it")
    if not told.whole:
        notes.append("not all members of the group stand there: one of the others may decide")
    return {
        **said,
        "message": _short(sanitizer.text(failure.raw_message)),
        "suggestions": [str(one) for one in getattr(failure, "suggestions", ())],
        "fingerprint": print_of,
        "evidence": [_voice(sanitizer, *voice) for voice in failure.evidence],
        "chain": _chain(failure),
        "notes": notes,
    }


def recorded(error_id: str, settings: Settings) -> dict[str, Any] | None:
    """What the audit trail has of a failure; None if it has none of that id."""
    if settings.audit is None:
        raise CouldNotRunError("the settings have no [audit], so there is no record of any error")
    faults: list[Fault] = []
    keys = keys_of(settings.audit, faults)
    if faults:
        raise CouldNotRunError(str(SettingsError(faults)))
    try:
        store = store_to_read(settings.audit)
        stored = next(store.search(Query(kinds=("failure.handled",), error_id=error_id, limit=1)), None)
    except StoreError as error:
        raise CouldNotRunError(str(error)) from None
    return None if stored is None else {**_of_record(mapping_of(stored, keys)), "error_id": error_id}


def _of_record(record: Mapping[str, Any]) -> dict[str, Any]:
    error: Mapping[str, Any] = record.get("error") or {}
    return {
        **{name: error.get(name) for name in _FIELDS},
        "message": _short(str(error.get("message") or "")),
        "status": (record.get("response") or {}).get("status"),
        "suggestions": list(error.get("suggestions") or ()),
        "fingerprint": error.get("fingerprint"),
        "evidence": list(error.get("evidence") or ()),
        "chain": [],
        "endpoint": record.get("endpoint"),
        "at": record.get("timestamp"),
        "notes": [],
    }


def _voice(sanitizer: Sanitizer, source: str, says: str, category: str, confidence: float) -> dict[str, Any]:
    said = {"source": source, "says": sanitizer.text(says)}
    return said | {"category": str(category), "confidence": round(confidence, 2)}


def _chain(failure: Failure) -> list[str]:
    return [f"{link.relation}: {link.type}" for link in failure.links[1:]]


def _place(evidence: list[dict[str, Any]], settings: Settings) -> str | None:
    """The mapping or rule that decided, with its place in the settings."""
    if not evidence:
        return None
    first = evidence[0]
    if first["source"] == "settings":
        path = f"errors.{first['says']}"
        quoted = f'errors."{first["says"]}"'
        source = settings.source_of(path)
        return f"{settings.source_of(quoted) if source == 'default' else source}: {quoted}"
    if first["source"] == "rule":
        # nothing keeps two rules from having one name
        numbers = [number for number, rule in enumerate(settings.rules) if rule.name == first["says"]]
        places = [f"{settings.source_of(f'rules[{number}].name')}: rules[{number}]" for number in numbers]
        return " or ".join(places) or None
    return None


def _short(text: str) -> str:
    return text if len(text) <= _MAX_MESSAGE else f"{text[: _MAX_MESSAGE - 1]}…"


def _lines(said: Mapping[str, Any]) -> Iterable[str]:
    head = f"{said['type']}: {said['message']}" if said["message"] else str(said["type"])
    yield " ".join(head.split())
    rows = [(name, said.get(name)) for name in ("error_id", "at", "endpoint", *_FIELDS[2:], "fingerprint", "setting")]
    rows.append(("suggestions", ", ".join(said["suggestions"]) or None))
    for name, value in rows:
        if value is not None:
            shown = ("yes" if value else "no") if isinstance(value, bool) else value
            yield f"  {name.ljust(12)}{shown}"
    for one in said["chain"]:
        yield f"  {'past'.ljust(12)}{one}"
    if said["evidence"]:
        yield "evidence, what decided first"
        for voice in said["evidence"]:
            cells = (
                f"{voice['confidence']:.2f}",
                voice["source"].ljust(10),
                voice["category"].ljust(16),
                voice["says"],
            )
            yield f"  {'  '.join(cells)}".rstrip()
    for note in said["notes"]:
        yield f"note: {note}"
