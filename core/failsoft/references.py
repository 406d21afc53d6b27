"""Things in code that settings name: `package.module:name`."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

__all__ = ["find_callable"]


def find_callable(path: str) -> Callable[..., Any]:
    """What a reference names.

    Raises:
        ValueError: there is no such thing, or it cannot be called; the text says what was expected.
    """
    module, _, name = path.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
    except Exception as error:  # an import runs the module, which may raise anything
        said = f"{type(error).__name__}: {error}"
        raise ValueError(f'expected "package.module:name" of a callable: {said}') from error
    if not callable(found):
        raise ValueError("expected a callable")  # noqa: TRY004 - the text is wrong, not its type
    return found  # type: ignore[no-any-return]  # seen to be callable
