"""References to code in the settings, `"package.module:name"`: imported when an instance is built."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from failsoft.errors.exceptions import Fault
from failsoft.sanitize import sanitize

__all__ = ["resolve"]


def resolve(reference: str, path: str, faults: list[Fault]) -> Callable[..., Any]:
    """The callable that a reference names. If there is none, a fault is added, and what is returned is no use.

    Parameters:
        path: where the reference stands in the settings.
    """
    module, _, name = reference.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - an import runs the module, which may raise anything
        said = " ".join(sanitize(f"{type(error).__name__}: {error}").split())
        faults.append(Fault(path, repr(reference), f'expected "package.module:name" of a callable: {said}'))
        return _missing
    if not callable(found):
        faults.append(Fault(path, repr(reference), "expected a callable"))
    return found  # type: ignore[no-any-return]  # seen to be callable, or the build fails


def _missing(*_: Any) -> None:
    """Stands for code that could not be loaded; the build fails before anybody calls it."""
