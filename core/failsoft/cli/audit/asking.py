"""What the reading commands share: which records are wanted, and that somebody has read."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeVar

import click

from failsoft.audit.asking import asked
from failsoft.audit.stores import Query, Stored
from failsoft.build_audit import other_keys
from failsoft.cli.audit.group import Opened, opened
from failsoft.cli.audit.shared import CouldNotRunError, actor, clerk, unreadable, unusable
from failsoft.cli.main import Context
from failsoft.clock import SystemClock
from failsoft.errors.exceptions import SettingsError
from failsoft.observers.base import one_line

__all__ = ["criteria", "note", "query_of", "reading", "trail_of", "written"]

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--since", metavar="TIME", help="From this time on: ISO 8601 (UTC without a zone), or 24h, 7d ago."),
    click.option("--until", metavar="TIME", help="Before this time."),
    click.option("--kind", multiple=True, help="Kind of record, as failure.handled; may be repeated."),
    click.option("--code", help="Code of the error."),
    click.option("--endpoint", help='Key of the endpoint, as "GET /quotes/{symbol}".'),
    click.option("--status", type=int, help="HTTP status of the answer."),
    click.option("--severity", multiple=True, help="critical, high, medium, low or info; may be repeated."),
    click.option("--error-id", help="Id of the error."),
    click.option("--trace-id", help="Trace id."),
    click.option("--user", help="Who was authenticated."),
    click.option("--client", help="Address of the client."),
    click.option("--request-id", help="Id of the request."),
)


def criteria(command: F) -> F:
    """The options that say which records are wanted."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def trail_of(context: Context | None, *, with_keys: bool = True) -> Opened:
    """Open the trail of the settings.

    Raises:
        CouldNotRunError: it cannot be.
    """
    try:
        trail = opened(context or Context(), with_keys=with_keys)
    except SettingsError as error:
        raise unusable(error) from None
    try:
        wrong = [] if trail.keys is None else other_keys(trail.keys, trail.store)
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None
    if wrong:
        raise unusable(SettingsError(wrong))
    return trail


def query_of(trail: Opened, wanted: dict[str, Any], **more: Any) -> Query:
    """What the options ask for.

    Raises:
        CouldNotRunError: it can never be found.
    """
    try:
        return asked(trail.keys, SystemClock.time(), **wanted, **more)
    except ValueError as error:
        raise CouldNotRunError(one_line(str(error))) from None


def reading(trail: Opened, query: Query) -> Generator[Stored, None, None]:
    """The entries that are wanted.

    Raises:
        CouldNotRunError: the store cannot be read.
    """
    try:
        yield from trail.store.search(query)
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None


def note(trail: Opened, command: str, wanted: dict[str, Any]) -> None:
    """Have it written down, with `audit.record_reads`, that somebody is about to read.

    Raises:
        CouldNotRunError: it cannot be written down. Then nothing is shown either.
    """
    if trail.settings.audit is not None and trail.settings.audit.record_reads:
        written(trail, "trail.read", command=command, asked={k: str(v) for k, v in wanted.items() if v})


def written(trail: Opened, kind: str, **details: Any) -> None:
    """Write a record of what was done here into the trail.

    Raises:
        CouldNotRunError: it cannot be written down.
    """
    try:
        with clerk(trail.settings, trail.store, trail.keys) as writes:
            writes.record(kind, actor=actor(), **details)
    except SettingsError as error:
        raise unusable(error) from None
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None
