"""`failsoft audit reconcile`: have the store and its backup learn from each other."""

from __future__ import annotations

import json

import click

from failsoft.audit.opening import open_store
from failsoft.audit.reconciling import reconcile as reconciled
from failsoft.audit.stores import StoreError
from failsoft.cli.audit.group import opened
from failsoft.cli.audit.shared import CouldNotRunError, actor, clerk, unreadable, unusable
from failsoft.cli.main import Context
from failsoft.errors.exceptions import SettingsError
from failsoft.observers.base import one_line

__all__ = ["reconcile"]


@click.command()
@click.option("--with", "url", metavar="URL", help="The other store; without it, the backup of the settings.")
@click.option("--dry-run", is_flag=True, help="Compare only.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def reconcile(context: Context, url: str | None, dry_run: bool, as_json: bool) -> None:
    """Compare the store with its backup, and copy what is missing, both ways.

    Only records whose links hold are copied, and nothing is overwritten. What a purge has removed from one of them is
    removed from the other, too. Exit status: 0 they agree now, 1 they differ, 2 it could not be done.
    """
    try:
        trail = opened(context)
        other = url or getattr(trail.settings.audit, "backup", None)
        if not other:
            raise CouldNotRunError("the settings have no audit.backup: name the other store, --with URL")
        backup = open_store(str(other))
        backup.check()
    except SettingsError as error:
        raise unusable(error) from None
    except StoreError as error:
        raise CouldNotRunError(f"the backup: {one_line(str(error))}") from None
    try:
        found = reconciled(trail.store, backup, keys=trail.keys, dry_run=dry_run)
        if (found.purged or any(found.copied.values())) and not dry_run:
            with clerk(trail.settings, trail.store, trail.keys) as writes:
                writes.record(
                    "trail.reconciled", actor=actor(), differences=found.count, copied=found.copied,
                    purged=found.purged,
                )  # fmt: skip
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None
    if as_json:
        shown = {"same": found.same, "copied": found.copied, "purged": found.purged, "refused": found.refused}
        click.echo(json.dumps(shown | {"differences": found.differences, "count": found.count}, indent=2))
    else:
        for line in found.differences:
            click.echo(one_line(line))
        verb = "to copy" if dry_run else "copied"
        gone = f", {found.purged} {'to remove' if dry_run else 'removed'} as in the other" if found.purged else ""
        gone += f", {found.refused} refused by one of them" if found.refused else ""
        click.echo(
            f"{found.same} records in both, {verb}: {found.copied['primary']} into the store, "
            f"{found.copied['backup']} into the backup{gone}; {found.count} differences"
        )
    raise SystemExit(1 if found.count else 0)
