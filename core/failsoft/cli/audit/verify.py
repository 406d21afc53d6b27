"""`failsoft audit verify`: whether the trail is what was written, and up to where somebody vouches for that."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import click

from failsoft.audit.asking import microseconds
from failsoft.audit.findings import LaneReport, Report
from failsoft.audit.records import Draft
from failsoft.audit.verifying import verify as verified
from failsoft.build_audit import other_keys
from failsoft.build_incidents import alarm
from failsoft.cli.audit.group import Opened, opened
from failsoft.cli.audit.shared import (
    NOT_OURS,
    CouldNotRunError,
    actor,
    anchors_in,
    clerk,
    on_terminal,
    public_keys_in,
    table,
    unreadable,
    unusable,
)
from failsoft.cli.main import Context
from failsoft.clock import SystemClock
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.observers.base import one_line

__all__ = ["verify"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_MOST_IN_RECORD = 20


@click.command()
@click.option(
    "--anchor", "anchors", type=_FILE, multiple=True, help="File with lines of signed heads; may be repeated."
)
@click.option("--public-keys", type=_FILE, help="Verify with these public keys, without a secret.")
@click.option("--lane", "lanes", multiple=True, help="Verify this lane only; may be repeated.")
@click.option("--since", metavar="TIME", help="What was sealed before is not read again: ISO 8601, or 24h ago.")
@click.option("--fields", is_flag=True, help="See whether every sealed field opens, too.")
@click.option("--allow-unsigned", is_flag=True, help="What was written before there were keys is no fault.")
@click.option("--read-only", is_flag=True, help="Do not record in the trail that something was found.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def verify(
    context: Context,
    anchors: tuple[Path, ...],
    public_keys: Path | None,
    lanes: tuple[str, ...],
    since: str | None,
    fields: bool,
    allow_unsigned: bool,
    read_only: bool,
    as_json: bool,
) -> None:
    """Verify the audit trail.

    Says which records were altered, taken out, put in or moved, which lanes are cut off or gone, and up to where each
    lane is vouched for. Exit status: 0 nothing was found, 1 something was, 2 it could not be verified.
    """
    public = None if public_keys is None else public_keys_in(public_keys)
    try:
        trail = opened(context, with_keys=public is None)
        since_at = microseconds(since, SystemClock.time())
    except SettingsError as error:
        raise unusable(error) from None
    except ValueError as error:
        raise CouldNotRunError(one_line(str(error))) from None
    strangers = _strangers(trail)
    with _progress(not as_json and on_terminal()) as tick:
        try:
            report = verified(
                trail.store, keys=trail.keys, public=public, anchors=anchors_in(anchors), lanes=lanes or None,
                since=since_at, fields=fields, allow_unsigned=allow_unsigned, tick=tick,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - whatever a driver raises
            raise unreadable(error) from None
    if not report.lanes and not report.findings and not lanes:
        raise CouldNotRunError(
            "there is nothing in the trail: not a single record was ever written here, or all are gone"
        )
    if anchors and not report.anchors:
        raise CouldNotRunError(NOT_OURS)
    if unknown := set(lanes) - {lane.lane for lane in report.lanes}:
        raise CouldNotRunError(f"there is no lane {one_line(min(unknown))!r}")
    if not report.ok and not read_only and public is None and not strangers:
        _recorded(trail, report)
    lines = _lines(report, public is not None)
    click.echo(json.dumps(report.as_dict(), indent=2) if as_json else "\n".join(map(one_line, lines)))
    raise SystemExit(0 if report.ok else 1)


def _strangers(trail: Opened) -> Sequence[Fault]:
    """The keys that are others than those the store knows, which is said: with them everything would look forged. It is
    no reason not to verify, as whoever can write to the store can write there, too."""
    try:
        found = [] if trail.keys is None else other_keys(trail.keys, trail.store)
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None
    for fault in found:
        click.echo(one_line(f"{fault}, or what the store knows of it was altered: nothing is recorded"), err=True)
    return found


@contextmanager
def _nothing() -> Iterator[Callable[[int, int], None]]:
    yield lambda _more, _total: None


def _progress(wanted: bool) -> AbstractContextManager[Callable[[int, int], None]]:
    return _bar() if wanted else _nothing()


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    with click.progressbar(length=1, label="verifying", file=sys.stderr, show_pos=True) as bar:

        def tick(more: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(more)

        yield tick


class Drafts(list[Draft]):
    """Keeps drafts until the thread that writes has time."""

    def put(self, draft: Draft, /) -> bool:
        """Keep one."""
        self.append(draft)
        return True


def _recorded(trail: Opened, report: Report) -> None:
    """Have what was found written down; a trail that cannot be written is no reason not to say it."""
    found = [finding.as_dict() for finding in report.faults]
    try:
        with clerk(trail.settings, trail.store, trail.keys) as writes:
            writes.record(
                "trail.verified",
                severity="critical",
                actor=actor(),
                faults=len(found),
                findings=found[:_MOST_IN_RECORD],
            )
            drafts = Drafts()
            told = alarm(
                trail.settings, "tampering", len(found),
                sink=drafts, context=writes.context, keys=trail.keys, clock=SystemClock(),
            )  # fmt: skip
            for draft in drafts:
                writes.write(draft)
        if not told:
            click.echo("not everybody could be told of it", err=True)
    except Exception as error:  # noqa: BLE001 - as the docstring says
        click.echo(f"could not record it in the trail: {type(error).__name__}", err=True)


def _lines(report: Report, public: bool) -> Iterator[str]:
    for finding in report.findings:
        yield f"{'' if finding.fault else 'note: '}{finding}"
    if report.lanes:
        rows = [_row(lane) for lane in report.lanes]
        yield from table(rows, titles=("lane", "records", "first", "last", "vouched for up to"))
    if not report.keyed:
        yield (
            "without the keys, what no signature covers yet is known only to be a chain"
            if public
            else "there are no keys: whoever can write to the store can make all of it anew"
        )
    count = sum(1 for _ in report.faults)
    rate = int(report.entries / report.seconds) if report.seconds else 0
    verdict = "nothing was found" if report.ok else f"{count} fault{'' if count == 1 else 's'}"
    read = f"{report.entries} records, {report.statements} statements, {report.anchors} anchors, {rate} records/s"
    yield f"{read}: {verdict}"


def _row(lane: LaneReport) -> tuple[object, ...]:
    vouched = [f"{lane.chain} by " + ("its links" if lane.mac is None else "its links and the key")]
    if lane.seal:
        vouched.append(f"{lane.seal} by a seal")
    if lane.anchor is not None:
        vouched.append(f"{lane.anchor} by an anchor")
    return lane.lane, lane.entries, lane.first or "-", lane.last or "-", ", ".join(vouched)
