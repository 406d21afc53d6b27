"""Classes named in settings, found again in the MRO of an exception without importing anything."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from failsoft.errors.capture import qualified_name

__all__ = ["ClassPaths"]


class ClassPaths:
    """A set of class paths.

    A path names a class by its own path (`shop.errors.OutOfStock`, `builtins.KeyError` or `KeyError`), by its bare name
    (`OutOfStock`), or by any path that it can be imported from (`requests.Timeout`, `socket.timeout`).
    """

    __slots__ = ("_bare", "_paths")

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = tuple(paths)
        self._bare = frozenset(path for path in self._paths if "." not in path)

    def find(self, cls: type) -> tuple[int, str] | None:
        """Where in the MRO of `cls` the first class stands that is named, and by which path."""
        if not self._paths:
            return None
        for depth, base in enumerate(cls.__mro__):
            if path := self._path_of(base):
                return depth, path
        return None

    def _path_of(self, cls: type) -> str | None:
        name = qualified_name(cls)
        for path in self._paths:
            if path in {name, f"builtins.{name}"} or _imported(path) is cls:
                return path
        return cls.__name__ if cls.__name__ in self._bare else None


def _imported(path: str) -> object:
    """What a path leads to among the modules that are imported already."""
    module, _, name = path.rpartition(".")
    # not getattr: a module may import or warn when it is asked for a name
    return getattr(sys.modules.get(module), "__dict__", {}).get(name) if module else None
