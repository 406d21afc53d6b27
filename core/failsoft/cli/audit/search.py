"""`failsoft audit search`: the records that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from failsoft.audit.views import mapping_of
from failsoft.cli.audit.asking import criteria, note, query_of, reading, trail_of
from failsoft.cli.audit.shared import ascii_json, table
from failsoft.cli.main import Context
from failsoft.observers.base import one_line

__all__ = ["search"]

_WIDEST = 100
_TITLES = ("time", "severity", "kind", "code", "status", "endpoint", "place", "error id")


@click.command()
@criteria
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Most records.")
@click.option("--oldest-first", is_flag=True, help="The oldest first; else the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON: all of each record, opened.")
@click.pass_obj
def search(context: Context | None, /, limit: int, oldest_first: bool, as_json: bool, **wanted: Any) -> None:
    """Search the audit trail.

    User, client and request id are found whether or not they are encrypted. Exit status: 0 something was found, 1
    nothing was, 2 it could not be searched.
    """
    trail = trail_of(context)
    query = query_of(trail, wanted, newest_first=not oldest_first, limit=limit)
    note(trail, "search", wanted)
    found = (mapping_of(stored, trail.keys) for stored in reading(trail, query))
    count = _print_json(found) if as_json else _print_table(found)
    if count == 0:
        click.echo("no record fits", err=True)
        raise SystemExit(1)
    if count == limit:
        click.echo(f"the first {limit}; there may be more: --limit", err=True)


def _print_json(found: Iterable[Mapping[str, Any]]) -> int:
    count = 0
    for count, record in enumerate(found, 1):
        click.echo(("[\n  " if count == 1 else ",\n  ") + ascii_json(record), nl=False)
    click.echo("\n]" if count else "[]")
    return count


def _print_table(found: Iterable[Mapping[str, Any]]) -> int:
    rows = list(_rows(found))
    if rows:
        click.echo("\n".join(table(rows, titles=_TITLES)))
    return len(rows)


def _rows(found: Iterable[Mapping[str, Any]]) -> Iterator[list[str]]:
    for record in found:
        names = ("timestamp", "severity", "kind", "code", "status", "endpoint", "position", "error_id")
        # one long name must not widen every line
        yield ["-" if record.get(name) in (None, "") else one_line(str(record[name]), _WIDEST) for name in names]
