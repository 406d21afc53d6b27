"""`failsoft audit show`: all of a record, and its place in the chain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import click

from failsoft.audit.fields import to_json
from failsoft.audit.places import Place, at_position, in_lane, place_of
from failsoft.audit.stores import Query, Stored
from failsoft.audit.views import mapping_of
from failsoft.cli.audit.asking import note, reading, trail_of
from failsoft.cli.audit.group import Opened
from failsoft.cli.audit.shared import CouldNotRunError, ascii_json, unreadable
from failsoft.cli.main import Context
from failsoft.deferred import as_pattern
from failsoft.ids import support_reference
from failsoft.observers.base import one_line

__all__ = ["show"]

_ERROR_ID = as_pattern(r"(?:urn:uuid:)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})")
_BEGINNING = as_pattern(r"(?:urn:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{0,4}){0,3}(?:-[0-9a-f]{0,11})?)")
_REFERENCE = as_pattern(r"[0-9a-z]{4}-[0-9a-z]{4}")
_MISHEARD = str.maketrans("OIL", "011")
_PLACE = as_pattern(r"([0-9a-f]{32}):(\d{1,18})")
_MOST = 100
_FAILURES = ("failure.handled",)
_LATEST = 600_000_000
"""Microseconds by which the time in an id and that of the record may differ."""


@click.command()
@click.argument("what", metavar="ERROR_ID|REFERENCE|PLACE|LANE:SEQUENCE")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def show(context: Context | None, what: str, as_json: bool) -> None:
    """Show a record whole, opened, with its place in the chain.

    ERROR_ID is the id that a client was told, or how it begins, eight digits at least; all records about it are shown.
    REFERENCE is the support reference that goes with it, as KA50-W910. PLACE is what `search` prints as such. Exit
    status: 0 it is there, 1 it is not, 2 it could not be looked for.
    """
    trail = trail_of(context)
    look = _looking_for(what)
    note(trail, "show", {"what": what})
    try:
        told = [(mapping_of(one, trail.keys), place_of(trail.store, one.entry, trail.keys)) for one in look(trail)]
    except CouldNotRunError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None
    if not told:
        click.echo(f"there is no record of {one_line(what)}", err=True)
        raise SystemExit(1)
    if as_json:
        found = [{**record, "place": place.as_dict()} for record, place in told]
        click.echo(ascii_json(found))
        return
    for number, (record, place) in enumerate(told):
        click.echo(("\n" if number else "") + "\n".join(_lines(record, place)))


def _looking_for(what: str) -> Any:
    text = what.strip().lower()
    if match := _ERROR_ID.fullmatch(text):
        return lambda trail: _about(trail, match[1])
    if match := _PLACE.fullmatch(text):
        return lambda trail: filter(None, [in_lane(trail.store, match[1], int(match[2]))])
    if re.fullmatch(r"0|[1-9]\d{0,17}", text):
        return lambda trail: filter(None, [at_position(trail.store, int(text))])
    if match := _BEGINNING.fullmatch(text):
        return lambda trail: _all_about(trail, _begun(trail, match[1]))
    if _REFERENCE.fullmatch(text):
        return lambda trail: _all_about(trail, _called(trail, text.upper().translate(_MISHEARD)))
    expected = "the id of an error or how it begins, a support reference, a place, or LANE:SEQUENCE"
    raise CouldNotRunError(f"expected {expected}, not {one_line(what)!r}")


def _begun(trail: Opened, beginning: str) -> Iterator[str]:
    """The ids of failures that begin like this. An id begins with its time, so that only that has to be looked at."""
    digits = beginning.replace("-", "")[:12]
    first, last = (int(digits.ljust(12, fill), 16) * 1000 for fill in "0f")
    query = Query(kinds=_FAILURES, since=first - _LATEST, until=last + _LATEST)
    for stored in reading(trail, query):
        if str(stored.entry.error_id).startswith(beginning):
            yield str(stored.entry.error_id)


def _called(trail: Opened, reference: str) -> Iterator[str]:
    """The id of the last failure with this reference."""
    for stored in reading(trail, Query(kinds=_FAILURES, newest_first=True)):
        error_id = str(stored.entry.error_id)
        if _ERROR_ID.fullmatch(error_id) and support_reference(error_id) == reference:
            yield error_id
            return


def _all_about(trail: Opened, error_ids: Iterator[str]) -> Iterator[Stored]:
    for error_id in list(islice(dict.fromkeys(error_ids), _MOST)):
        yield from _about(trail, error_id)


def _about(trail: Opened, error_id: str) -> Iterator[Stored]:
    return trail.store.search(Query(error_id=error_id, limit=_MOST))


def _lines(record: Mapping[str, Any], place: Place) -> Iterator[str]:
    for name, value in record.items():
        yield from _value(name, value, 0)
    yield "chain"
    linked = {True: "yes", False: "NO: it was altered", None: "the record before it is not there"}[place.linked]
    keyed = {True: "yes", False: "NO: made without the key", None: "cannot be told: no key"}[place.keyed]
    seal = "none yet" if place.seal is None else f"seal {place.seal}"
    for label, said in (("hash", place.hash), ("linked", linked), ("by the key", keyed), ("sealed by", seal)):
        yield f"  {label.ljust(12)}{said}"


def _value(name: str, value: object, depth: int) -> Iterator[str]:
    """A member, its own members below it. Whoever wrote it may have written for the terminal."""
    label = one_line("  " * depth + str(name)).ljust(14)
    if isinstance(value, Mapping) and value:
        yield label.rstrip()
        for inner, part in value.items():
            yield from _value(str(inner), part, depth + 1)
    elif isinstance(value, list) and value and all(isinstance(part, Mapping) for part in value):
        yield label.rstrip()
        for part in value:
            yield "  " * (depth + 1) + "- " + one_line(to_json(part).decode("utf-8", "replace"))
    elif isinstance(value, str) and "\n" in value:
        yield label.rstrip()
        yield from ("  " * (depth + 1) + one_line(line) for line in value.splitlines())
    elif value is not None:
        shown = value if isinstance(value, str) else to_json(value).decode("utf-8", "replace")
        yield f"{label} {one_line(shown, 5_000)}".rstrip()
