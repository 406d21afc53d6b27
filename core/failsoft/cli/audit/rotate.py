"""`failsoft audit rotate`: a new key, and what to write into the settings to use it."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

import click

from failsoft.audit.new_files import write_new
from failsoft.cli.audit.shared import CouldNotRunError, unusable
from failsoft.cli.main import Context
from failsoft.clock import SystemClock
from failsoft.deferred import as_pattern
from failsoft.errors.exceptions import SettingsError
from failsoft.observers.base import one_line
from failsoft.settings import load

__all__ = ["rotate"]

_ID = as_pattern(r"[A-Za-z0-9._-]{1,64}")
_NAME = as_pattern(r"[A-Za-z_][A-Za-z0-9_]*")


@click.command()
@click.option("--id", "key_id", metavar="ID", help="Id of the new key; without it the year and month.")
@click.option("--file", "file", type=click.Path(path_type=Path), help="Write the key into this new file, mode 0600.")
@click.option("--env", "env", metavar="NAME", help="Print how to put a new key into this environment variable.")
@click.pass_obj
def rotate(context: Context, key_id: str | None, file: Path | None, env: str | None) -> None:
    """Make a new key for the audit trail.

    The settings are not changed: the lines to write there are printed. The old keys stay in the ring as long as there
    are records of theirs. Nothing is written anew.
    """
    if (file is None) == (env is None):
        raise click.UsageError("name either --file or --env")
    try:
        settings = load(context.source())
    except SettingsError as error:
        raise unusable(error) from None
    keys = None if settings.audit is None else settings.audit.keys
    ring = dict(keys.ring) if keys is not None else {}
    new = key_id or _by_date(ring)
    if env is not None and not _NAME.fullmatch(env):
        raise click.BadParameter("expected the name of an environment variable", param_hint="--env")
    if not _ID.fullmatch(new):
        raise click.BadParameter("expected letters, digits, dots, - and _", param_hint="--id")
    if new in ring:
        raise CouldNotRunError(f"there is a key {new!r} already: an id stays with its key")
    if file is not None:
        _write(file, secrets.token_bytes(32))
        reference = f"file:{file}"
        click.echo(
            f"# the key is in {file}: copy it to where your secrets are kept; without it nobody can read", err=True
        )
    else:
        reference = f"env:{env}"
        click.echo(f"# put 32 random bytes in base 64 into {env}, as:", err=True)
        click.echo(f'#   export {env}="$(openssl rand -base64 32)"', err=True)
    click.echo("[audit.keys]")
    click.echo(f"active = {json.dumps(new)}")
    shown = ", ".join(
        f"{json.dumps(one)} = {json.dumps(str(where))}" for one, where in {**ring, new: reference}.items()
    )
    click.echo(f"ring = {{ {shown} }}")


def _by_date(ring: dict[str, str]) -> str:
    """The year and month; and a number after it, where that is taken."""
    month = datetime.fromtimestamp(SystemClock.time(), UTC).strftime("%Y-%m")
    number, found = 2, month
    while found in ring:
        found, number = f"{month}-{number}", number + 1
    return found


def _write(path: Path, key: bytes) -> None:
    try:
        write_new(path, base64.b64encode(key) + b"\n")
    except FileExistsError as error:
        raise CouldNotRunError(f"{one_line(str(error.filename))!r} is there already, and was left as it is") from None
    except OSError as error:
        raise CouldNotRunError(f"cannot write {str(path)!r}: {error.strerror or type(error).__name__}") from None
