"""The group of the commands about the audit trail, and what they share."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from failsoft.cli.main import Commands, Context
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.settings import Settings, load

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing
    from failsoft.audit.opening import Store

__all__ = ["COMMANDS", "Opened", "audit", "opened"]

COMMANDS: Mapping[str, str] = {
    "export": "failsoft.cli.audit.export:export",
    "head": "failsoft.cli.audit.head:head",
    "purge": "failsoft.cli.audit.purge:purge",
    "reconcile": "failsoft.cli.audit.reconcile:reconcile",
    "report": "failsoft.cli.audit.report:report",
    "rotate": "failsoft.cli.audit.rotate:rotate",
    "search": "failsoft.cli.audit.search:search",
    "show": "failsoft.cli.audit.show:show",
    "verify": "failsoft.cli.audit.verify:verify",
}
"""The commands: name, and where the `click` command is."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The trail that the settings name."""

    settings: Settings
    store: Store
    keys: KeyRing | None
    """None: there are none, or they were not asked for."""


def opened(context: Context, *, with_keys: bool = True) -> Opened:
    """Open the trail of the settings.

    Raises:
        SettingsError: it cannot be: faults in the settings, no `[audit]`, a key that is not there, a store that cannot
            be used. The command says so and ends with status 2.
    """
    # the group tells what commands there are, and loads nothing for that
    from failsoft.audit.stores import StoreError  # noqa: PLC0415
    from failsoft.build_audit import keys_of, store_to_read  # noqa: PLC0415

    settings = load(context.source())
    if settings.audit is None:
        raise SettingsError("the settings have no [audit] table: there is no audit trail")
    faults: list[Fault] = []
    keys = keys_of(settings.audit, faults) if with_keys else None
    try:
        store = None if faults else store_to_read(settings.audit)
    except StoreError as error:
        faults.append(Fault("audit.url", "", str(error)))
    if faults or store is None:
        raise SettingsError([fault._replace(source=settings.source_of(fault.path)) for fault in faults])
    return Opened(settings, store, keys)


class _AuditCommands(Commands):
    commands_by_name = COMMANDS


@click.group(cls=_AuditCommands)
def audit() -> None:
    """Search, verify, report and export the audit trail."""
    # of a connection that is given up because somebody interrupts, there is nothing to say
    logging.getLogger("sqlalchemy.pool").addHandler(logging.NullHandler())
