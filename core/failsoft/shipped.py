"""Files that come with Failsoft."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["files"]


def files(package: str) -> Traversable:
    """As `importlib.resources.files`, which takes long to import and few need: for the text model and translations."""
    from importlib import resources  # noqa: PLC0415 - see above

    return resources.files(package)
