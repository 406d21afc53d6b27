"""Whose a file is: an installed library's, Python's, or the application's."""

from __future__ import annotations

import re

__all__ = ["in_package", "is_application", "is_installed", "is_standard", "slashed"]

# an application may have `packages` of its own
_PACKAGES = re.compile(r"(?:\A|.*/)(?:site|dist)-packages/", re.DOTALL)
# frozen modules have no path, and compiled ones the path that they were built in
_STANDARD = re.compile(r"/lib(?:64)?/python\d|/Lib/|\A<frozen |\.p(?:yx|xi)\Z")


def slashed(file: str) -> str:
    """A path with the slashes that all the others of `errors` are written with."""
    return file.replace("\\", "/")


def in_package(file: str) -> str:
    """The path below the folder that libraries are installed in; empty if it is not in there."""
    path = slashed(file)
    return "" if (found := _PACKAGES.match(path)) is None else path[found.end() :]


def is_installed(file: str) -> bool:
    """Whether a file is one of an installed library."""
    return _PACKAGES.match(slashed(file)) is not None


def is_standard(file: str) -> bool:
    """Whether a file is one of Python, or a compiled one, which does not tell whose it is."""
    return _STANDARD.search(slashed(file)) is not None and not is_installed(file)


def is_application(file: str) -> bool:
    """Whether a file is one of the application: an application may call its own `subprocess.py`."""
    return not (file.startswith("<") or is_installed(file) or is_standard(file))
