"""`manage.py failsoft ...`: the commands of `failsoft`, with the settings of the project."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from failsoft import Failsoft
from failsoft.cli.main import cli_of
from failsoft_django.instance import source

__all__ = ["Command"]


class Command(BaseCommand):  # type: ignore[misc]  # Django is not typed
    """Hands its arguments to the command line of Failsoft."""

    help = "The commands of Failsoft: check, and more; see `manage.py failsoft --help`."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's way; `check` reports the faults itself

    def run_from_argv(self, argv: list[str]) -> None:
        """Run without Django's own options, which have other meanings here."""
        self.handle(*argv[2:], prog=f"{Path(argv[0]).name} {argv[1]}")

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take every argument as it is; for `call_command`."""
        parser.add_argument("args", nargs=argparse.REMAINDER)

    def handle(self, *args: str, prog: str = "manage.py failsoft", **_: Any) -> None:
        """Run a command; ends with `SystemExit`, whose code is the exit status."""
        given = source()
        commands = cli_of(given.settings if isinstance(given, Failsoft) else given)
        commands.main(args=_with_project(list(args)), prog_name=prog)


def _with_project(args: list[str]) -> list[str]:
    """The settings file of the project where it has one, and the project itself as the app to be checked."""
    if "--settings" in args or not args or args[0].startswith("-"):
        return args
    if args[0] == "check" and "--app" not in args:
        args = [*args, "--app", "django.core.wsgi:get_wsgi_application()"]
    file = source()
    return ["--settings", str(file), *args] if isinstance(file, (str, Path)) else args
