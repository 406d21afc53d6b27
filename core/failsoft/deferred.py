"""Patterns that are compiled when they are first used.

There are more than a thousand of them, and to compile them all takes longer than all else at import: too long for a
command line that uses a dozen. What serves requests has them compiled in the background, see `failsoft.warming`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import Any, AnyStr, Never, cast

__all__ = ["as_pattern", "compile_next"]

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "split", "sub", "subn")
_waiting: deque[_Pattern] = deque()


class _Compiled:
    """Looks like an `re.Pattern`: its methods are attributes of this object, so that a call costs what it always does."""

    __slots__ = (*_METHODS, "_compiled", "_flags", "pattern")

    _compiled: re.Pattern[Any]
    _flags: int
    pattern: Any

    @property
    def flags(self) -> int:
        return _made(self).flags

    @property
    def groups(self) -> int:
        return _made(self).groups

    @property
    def groupindex(self) -> Any:
        return _made(self).groupindex

    def __repr__(self) -> str:
        return repr(_made(self))

    def __copy__(self) -> _Compiled:
        return self

    def __deepcopy__(self, memo: Any) -> _Compiled:
        return self

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, int]]:
        return as_pattern, (self.pattern, self._flags)


class _Pattern(_Compiled):
    """The same before its first use."""

    __slots__ = ()

    def __init__(self, pattern: Any, flags: int) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        # what has no value yet: one of the methods
        _made(self)
        return object.__getattribute__(self, name)


def _made(self: _Compiled) -> re.Pattern[Any]:
    if type(self) is _Pattern:
        # two threads may both come here, and find the same
        made = self._compiled = re.compile(self.pattern, self._flags)
        for name in _METHODS:
            setattr(self, name, getattr(made, name))
        # without a `__getattr__` to look for, the interpreter is faster
        self.__class__ = _Compiled  # type: ignore[assignment]
    return self._compiled


def as_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    lazy = _Pattern(pattern, flags)
    _waiting.append(lazy)
    return cast("re.Pattern[AnyStr]", lazy)
