"""The command line: `failsoft COMMAND`. Needs the extra `cli`."""

from __future__ import annotations

import importlib.util
import sys

__all__ = ["main"]


def main() -> None:
    """Entry point of the `failsoft` script. Exit status: 0 good, 1 found wanting, 2 could not run."""
    if importlib.util.find_spec("click") is None:
        sys.stderr.write("failsoft: the command line needs the extra cli: pip install 'failsoft[cli]'\n")
        raise SystemExit(2)
    # imported here because click is optional; `python -m failsoft.cli` and the script both come this way
    from failsoft.cli.main import cli  # noqa: PLC0415

    cli(prog_name="failsoft")
