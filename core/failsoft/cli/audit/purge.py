"""`failsoft audit purge`: remove what is older than it has to be kept, and leave a proof that this was all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from failsoft.audit.archives import archive, proven
from failsoft.audit.on_stdout import StdoutStore
from failsoft.audit.opening import Store, open_store
from failsoft.audit.purging import Stretch, abandoned, stretches
from failsoft.audit.reconciling import bury, reconcile
from failsoft.audit.retention import Hold, instant, period
from failsoft.audit.stores import StoreError
from failsoft.audit.verifying import verify
from failsoft.cli.audit.group import Opened, opened
from failsoft.cli.audit.shared import CouldNotRunError, actor, clerk, table, unreadable, unusable
from failsoft.cli.main import Context
from failsoft.clock import SystemClock
from failsoft.errors.exceptions import SettingsError
from failsoft.observers.base import one_line
from failsoft.settings.auditing import Audit

__all__ = ["purge"]


@click.command()
@click.option(
    "--export",
    "manifest",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Manifest of an export that holds the records; it is verified.",
)
@click.option(
    "--export-to",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    help="Put the records there first, as they are stored, with a manifest.",
)
@click.option("--dry-run", is_flag=True, help="Show what is due, and remove nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def purge(context: Context, manifest: Path | None, directory: Path | None, dry_run: bool, yes: bool) -> None:
    """Remove records that are older than the retention in the settings.

    Only whole sealed stretches go, that verify, are under no hold, and were exported before. A signed tombstone stays
    in their place, so that what is left still verifies. The same goes from the backup of the settings, which has to
    agree. Exit status: 0 done, 1 it was refused, 2 it could not be done.
    """
    try:
        trail = opened(context)
    except SettingsError as error:
        raise unusable(error) from None
    wanted = trail.settings.audit
    if wanted is None or wanted.retention is None:
        raise CouldNotRunError("the settings have no audit.retention: records are kept for ever")
    now = datetime.fromtimestamp(SystemClock.time(), UTC)
    before = instant(period(wanted.retention).before(now))
    backup = None if dry_run else _backup(wanted)
    try:
        with trail.store.reading():
            if not dry_run:
                list(trail.store.remove([]))  # what a crash has left half done
                _seal_abandoned(trail, before, instant(now))
            due = list(stretches(trail.store, before, _holds(wanted)))
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None
    click.echo("\n".join(_lines(due, before)))
    free = [stretch for stretch in due if stretch.hold is None]
    if dry_run:
        return
    if not free:
        _follow(trail, backup)
        return
    if (manifest is None) == (directory is None):
        raise click.UsageError("name the export that holds them: --export MANIFEST, or --export-to DIR")
    _sound(trail, free)
    _agree(trail, backup, free)
    export = _exported(trail, free, manifest, directory)
    if not yes:
        click.confirm(f"Remove {sum(stretch.count for stretch in free)} records?", abort=True)
    _follow(trail, backup, _removed(trail, free, export, f"retention {wanted.retention}"))


def _backup(wanted: Audit) -> Store | None:
    """The backup, where what is removed can be removed, too."""
    if wanted.backup is None:
        return None
    try:
        backup = open_store(str(wanted.backup))
        if isinstance(backup, StdoutStore):
            click.echo("the backup is standard output: what was collected from it is not purged", err=True)
            return None
        backup.check()
    except StoreError as error:
        raise CouldNotRunError(f"nothing was removed: the backup: {one_line(str(error))}") from None
    return backup


def _seal_abandoned(trail: Opened, before: int, now: int) -> None:
    """Seal what crashed processes left unsealed; what does not verify is left as it is."""
    seals = {seal.lane: seal for seal in abandoned(trail.store, before, trail.keys, now)}
    if seals:
        report = verify(trail.store, keys=trail.keys, lanes=sorted(seals))
        for lane in report.lanes:
            if not lane.faults:
                trail.store.state(seals[lane.lane])


def _holds(wanted: Audit) -> list[Hold]:
    return [
        Hold(
            None if hold.since is None else instant(hold.since),
            None if hold.until is None else instant(hold.until),
            hold.reason,
        )
        for hold in wanted.holds
    ]


def _sound(trail: Opened, free: Sequence[Stretch]) -> None:
    """Refuse to remove what may be evidence of something."""
    lanes = sorted({stretch.lane for stretch in free})
    try:
        report = verify(trail.store, keys=trail.keys, lanes=lanes)
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None
    if not report.ok:
        for finding in report.faults:
            click.echo(one_line(str(finding)), err=True)
        click.echo("nothing was removed: these lanes do not verify", err=True)
        raise SystemExit(1)


def _agree(trail: Opened, backup: Store | None, free: Sequence[Stretch]) -> None:
    """Refuse to remove from the backup what may be the better evidence."""
    if backup is None:
        return
    try:
        lanes = {stretch.lane for stretch in free}
        found = reconcile(trail.store, backup, keys=trail.keys, dry_run=True, lanes=lanes)
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None
    if found.count:
        click.echo("\n".join(map(one_line, found.differences)), err=True)
        click.echo("nothing was removed: the store and its backup differ", err=True)
        raise SystemExit(1)


def _follow(trail: Opened, backup: Store | None, lane: str = "") -> None:
    """Have the backup remove what was removed here, now or by a purge that did not come to its end."""
    if backup is None:
        return
    try:
        found = bury(trail.store, backup, keys=trail.keys, own=lane)
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        click.echo("the backup was not purged: `failsoft audit reconcile` does it", err=True)
        raise unreadable(error) from None
    if lane or found.purged:
        click.echo(f"{found.purged} records removed from the backup")
    if found.count:
        click.echo("\n".join(map(one_line, found.differences)), err=True)
        raise SystemExit(1)


def _exported(trail: Opened, free: Sequence[Stretch], manifest: Path | None, directory: Path | None) -> str:
    try:
        if directory is not None:
            manifest = archive(trail.store, free, directory, int(SystemClock.time() * 1e6), trail.keys)
            click.echo(f"exported to {one_line(str(manifest))}")
        if manifest is None:
            raise click.UsageError("no export")
        return proven(manifest, free, trail.store)
    except FileExistsError as error:
        where = error.filename or str(error)
        raise CouldNotRunError(f"{one_line(str(where))!r} is there already, and was left as it is") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CouldNotRunError(f"cannot use the export: {why}: {one_line(str(error.filename))!r}") from None
    except ValueError as error:
        click.echo(f"nothing was removed: {one_line(str(error))}", err=True)
        raise SystemExit(1) from None


def _removed(trail: Opened, free: Sequence[Stretch], export: str, reason: str) -> str:
    """Remove them, and write down that it was done. The lane in which it was."""
    total = 0
    try:
        with clerk(trail.settings, trail.store, trail.keys) as writes:
            tombstones = [writes.tombstone(stretch.seals, reason, export) for stretch in free]
            for stretch, count in zip(free, trail.store.remove(tombstones), strict=True):
                total += count
                writes.record(
                    "retention.purged",
                    actor=actor(),
                    lane=stretch.lane,
                    first=stretch.first,
                    last=stretch.last,
                    records=count,
                    reason=reason,
                    export=export,
                )
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        if total:
            click.echo(f"{total} records were removed before it failed", err=True)
        raise unreadable(error) from None
    click.echo(f"{total} records removed")
    return writes.lane


def _lines(due: Sequence[Stretch], before: int) -> Iterator[str]:
    yield f"older than {_instant(before)}:" + ("" if due else " nothing")
    rows = [
        (
            one.lane,
            one.first,
            one.last,
            one.count,
            _instant(one.since),
            _instant(one.until),
            f"held: {one.hold.reason}" if one.hold is not None else "due",
        )
        for one in due
    ]
    if rows:
        yield from table(rows, titles=("lane", "first", "last", "records", "from", "to", ""))


def _instant(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
