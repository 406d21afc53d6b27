"""What the settings name and do not hold: code (`"package.module:name"`) and secrets (`"env:NAME"`, `"file:PATH"`)."""

from __future__ import annotations

import importlib
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from failsoft.errors.exceptions import Fault
from failsoft.sanitize import sanitize

__all__ = ["read_secret", "resolve", "unfit"]


_TAKES = {"custom": 2, "fingerprint": 1, "renderer": 2, "key": 1}
"""With how many arguments a function is called, by its key, where what it returns is not awaited."""


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
    elif (takes := _TAKES.get(path.rpartition(".")[2])) is not None and (why := unfit(found, takes)) is not None:
        faults.append(Fault(path, repr(reference), why))
    return found  # type: ignore[no-any-return]  # seen to be callable, or the build fails


def unfit(function: Callable[..., Any], arguments: int) -> str | None:
    """Why a function cannot be asked, in words; None if it can.

    Parameters:
        arguments: how many it is called with.
    """
    if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(getattr(function, "__call__", None)):  # noqa: B004
        return "expected a plain function: nothing is awaited while it is decided"
    try:
        inspect.signature(function).bind(*[None] * arguments)
    except TypeError:
        return f"expected a function that takes {arguments} argument{'s' * (arguments > 1)}"
    except ValueError:  # a builtin that does not tell
        pass
    return None


def read_secret(reference: str) -> str:
    """The secret that `env:NAME` or `file:PATH` names, without white space around it.

    Raises:
        ValueError: there is none. The text is one line and names the reference, which is no secret.
    """
    kind, _, name = reference.partition(":")
    try:
        found = os.environ.get(name, "") if kind == "env" else Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"expected a secret in {reference!r}: {error.strerror or type(error).__name__}") from None
    except ValueError:  # UnicodeDecodeError, or a NUL in the name
        raise ValueError(f"expected a secret in {reference!r}: what is there is no text") from None
    if not found.strip():
        raise ValueError(f"expected a secret in {reference!r}: there is nothing")
    return found.strip()


def _missing(*_: Any) -> None:
    """Stands for code that could not be loaded; the build fails before anybody calls it."""
