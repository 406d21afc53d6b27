"""The group of all commands. A command is one file, named in `COMMANDS` and imported when it is asked for."""

from __future__ import annotations

import copy
import errno
import importlib
import io
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from failsoft import __version__
from failsoft.settings import find_settings
from failsoft.settings.sources import Source

__all__ = ["COMMANDS", "Commands", "Context", "cli", "cli_of", "find_modules_here"]

COMMANDS: Mapping[str, str] = {
    "audit": "failsoft.cli.audit.group:audit",
    "check": "failsoft.cli.check:check",
    "explain": "failsoft.cli.explain:explain",
    "relabel": "failsoft.cli.relabel:relabel",
    "train": "failsoft.cli.relabel:train",
    "version": "failsoft.cli.main:version",
}
"""The commands: name, and where the `click` command is."""


@dataclass(slots=True)
class Context:
    """What the commands share; `click` hands it on with `@click.pass_obj`."""

    settings: Path | None = None
    """The file named by `--settings`."""
    given: Source | None = None
    """What the application that the commands belong to was given; a file that is named goes before it."""

    def settings_file(self) -> Path | None:
        """The settings file to use: the one that was named, or the nearest `failsoft.toml` upward."""
        return self.settings or find_settings(Path.cwd())

    def source(self) -> Source | None:
        """What to load settings from: the file that was named, what the application was given, the nearest file."""
        if self.settings is None and self.given is not None:
            return self.given
        return self.settings_file()


def find_modules_here() -> None:
    """Let what is in the working directory be imported, as `python -m` does, so that code of the app is found."""
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))


class Commands(click.Group):
    """A group that imports a command only when it is asked for, so that one does not wait for what others need."""

    commands_by_name: Mapping[str, str] = COMMANDS

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return sorted(self.commands_by_name)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        if cmd_name not in self.commands_by_name:
            return None
        module, _, name = self.commands_by_name[cmd_name].partition(":")
        found: Any = getattr(importlib.import_module(module), name)
        return found if isinstance(found, click.Command) else None


class _Top(Commands):
    """All commands. What ends one from outside is no finding of its own: it gets a line, and a status of its own."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            raise SystemExit(130) from None
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EIO):
                raise
            click.echo(f"Error: cannot write what there is to say: {error.strerror}", err=True)
            raise SystemExit(2) from None


@click.group(cls=_Top)
@click.option(
    "--settings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Settings file; without it, the nearest failsoft.toml upward.",
)
@click.version_option(__version__, prog_name="failsoft")
@click.pass_context
def cli(ctx: click.Context, settings: Path | None) -> None:
    """Error handling and resilience for the web app you already have.

    Exit status: 0 good, 1 found wanting, 2 could not run.
    """
    for stream in (sys.stdout, sys.stderr):
        # what a terminal cannot show is escaped, and is no reason to stop
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    given = ctx.obj.given if isinstance(ctx.obj, Context) else None
    ctx.obj = Context(settings=settings, given=given)


def cli_of(given: Source | None) -> click.Group:
    """The command line of an application, with the settings that the application was given."""
    mine = copy.copy(cli)
    mine.context_settings = {**cli.context_settings, "obj": Context(given=given)}
    return mine


@click.command()
def version() -> None:
    """Print the version."""
    click.echo(__version__)
