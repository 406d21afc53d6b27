"""How the places of a stack are shown: paths relative to the project or package, and the line of code that stood there.

Where on a disk a program lies is nobody's business who reads its log, and differs from host to host.
"""

from __future__ import annotations

import linecache
import os
import sys
import sysconfig
from functools import lru_cache
from pathlib import Path

__all__ = ["code_line", "shown_path"]

_PACKAGES = ("/site-packages/", "/dist-packages/")
_STDLIB = tuple(
    {f"{path.replace(os.sep, '/')}/" for name in ("stdlib", "platstdlib") if (path := sysconfig.get_path(name))}
)
_MAX_LINE = 500


@lru_cache(maxsize=4096)
def shown_path(filename: str) -> str:
    """The path of a source file from the package, the standard library or the project it belongs to.

    `/srv/app/.venv/lib/python3.12/site-packages/flask/app.py` is `flask/app.py`; a file below the working directory or
    an entry of `sys.path` is named from there, from the nearest one. Any other path stays as it is.
    """
    path = filename.replace("\\", "/")
    for folder in _PACKAGES:
        _, found, rest = path.rpartition(folder)
        if found:
            return rest
    for folder in _STDLIB:
        if path.startswith(folder):
            return path[len(folder) :]
    best = ""
    for root in _roots():
        if len(root) > len(best) and path.startswith(root):
            best = root
    return path[len(best) :] if best else filename


def _roots() -> list[str]:
    """Where the modules of the application may lie, each with a slash at the end; the root of the disk is none."""
    try:
        given = [str(Path.cwd()), *sys.path]
    except OSError:  # the working directory is gone
        given = [*sys.path]
    absolute = [root for root in given if isinstance(root, str) and Path(root).is_absolute()]
    roots = [root.replace(os.sep, "/").rstrip("/") for root in absolute]
    return [f"{root}/" for root in roots if root.strip("/")]


def code_line(filename: str, line: int) -> str:
    """A line of a source file, stripped and not sanitized; empty where there is none to be read."""
    try:
        return linecache.getline(filename, line).strip()[:_MAX_LINE]
    except Exception:  # noqa: BLE001 - a source that cannot be read, or is none
        return ""
