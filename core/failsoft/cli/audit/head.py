"""`failsoft audit head`: how far the trail has come, signed, to be kept out of the application's reach."""

from __future__ import annotations

import click

from failsoft.audit.ends import heads_now
from failsoft.audit.statements import to_line
from failsoft.cli.audit.asking import trail_of
from failsoft.cli.audit.shared import CouldNotRunError, public_json, unreadable
from failsoft.cli.main import Context
from failsoft.clock import SystemClock

__all__ = ["head"]


@click.command()
@click.option("--public-keys", is_flag=True, help="Print the public keys instead, for who verifies without a secret.")
@click.pass_obj
def head(context: Context, public_keys: bool) -> None:
    """Print how far every lane has come, signed: one line, an anchor.

    Kept where the application cannot write, it shows later whether anything up to now was taken away:
    `failsoft audit verify --anchor FILE`. It says what stands in the store, and does not verify it.
    """
    trail = trail_of(context)
    if public_keys:
        if trail.keys is None:
            raise CouldNotRunError("the settings have no audit.keys: there is no public key")
        click.echo(public_json(trail.keys))
        return
    try:
        click.echo(to_line(heads_now(trail.store, trail.keys, SystemClock.time())))
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None
