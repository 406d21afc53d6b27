"""What is made when it is first used: patterns and tables.

There are more than a thousand patterns. To compile them takes longer than all the rest of an import, and a command, a
worker that has just started or a request that goes well needs few of them. Whoever is about to serve has them made in
the background, see `failsoft.warming`.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from functools import cache
from types import MappingProxyType
from typing import Any, AnyStr, ClassVar, TypeVar, cast

__all__ = ["all_made", "as_pattern", "asked", "later", "make_all", "make_next", "on_demand"]

T = TypeVar("T")
_METHODS = ("search", "match", "fullmatch", "finditer", "sub")
_waiting: deque[Callable[[], object]] = deque()
"""Makes what may not have been used yet."""
_known: dict[tuple[Any, int], _Compiled] = {}


class _Compiled:
    """Stands for an `re.Pattern`. The methods of that are attributes of this, so that a call costs what it did."""

    __slots__ = (*_METHODS, "_compiled", "_given", "pattern")

    _compiled: re.Pattern[Any]
    _given: int

    def __init__(self, pattern: Any, flags: int) -> None:
        self.pattern = pattern
        self._given = flags

    def made(self) -> re.Pattern[Any]:
        return self._compiled

    # what no text has to wait for

    @property
    def findall(self) -> Callable[..., list[Any]]:
        return self.made().findall

    @property
    def split(self) -> Callable[..., list[Any]]:
        return self.made().split

    @property
    def subn(self) -> Callable[..., tuple[Any, int]]:
        return self.made().subn

    @property
    def flags(self) -> int:
        return self.made().flags

    @property
    def groups(self) -> int:
        return self.made().groups

    @property
    def groupindex(self) -> MappingProxyType[str, int]:
        return cast("MappingProxyType[str, int]", self.made().groupindex)

    def __repr__(self) -> str:
        return repr(self.made())

    def __copy__(self) -> _Compiled:
        return self

    def __deepcopy__(self, _: object) -> _Compiled:
        return self

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, int]]:
        return as_pattern, (self.pattern, self._given)


class _Waiting(_Compiled):
    """The same before its first use."""

    __slots__ = ()
    asked: ClassVar[int] = 0
    """How often one was used that nobody had made."""

    def made(self) -> re.Pattern[Any]:
        if type(self) is _Compiled:
            # it has been used since this method was taken down as what makes it
            return self._compiled
        # two threads may both come here, and both are right
        compiled = re.compile(self.pattern, self._given)
        self._compiled = compiled
        for name in _METHODS:
            setattr(self, name, getattr(compiled, name))
        # attributes of a class without `__getattr__` are found faster
        self.__class__ = _Compiled  # type: ignore[assignment]
        return compiled

    def __getattr__(self, name: str) -> Any:
        # asked for what is not there, as its methods are not yet
        _Waiting.asked += 1
        self.made()
        return object.__getattribute__(self, name)


def as_pattern(pattern: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, but compiled when it is first used. The same again is the same object, and kept: for patterns of
    ours, of which there are so many and no more.

    Not for what every request runs through: there nobody gains by waiting. That it can be compiled at all is a test's
    to find out.
    """
    key = pattern, int(flags)
    found = _known.get(key)
    if found is None:
        made = _Waiting(*key)
        found = _known.setdefault(key, made)
        if found is made:
            _waiting.append(made.made)
    return cast("re.Pattern[AnyStr]", found)


def on_demand(make: Callable[[], T]) -> Callable[[], T]:
    """A table of a module that is made when it is first asked for: decorates the function that makes it."""
    kept = cache(make)
    later(kept)
    return kept


def later(make: Callable[[], object], *, first: bool = False) -> None:
    """Register what makes something that is also made where it is first needed. May be called although that is done.

    Parameters:
        first: before all that is registered by now.
    """
    (_waiting.appendleft if first else _waiting.append)(make)


def all_made() -> bool:
    """Whether nothing is left to be made."""
    return not _waiting


def asked() -> int:
    """How often somebody needed a pattern that nobody had made."""
    return _Waiting.asked


def make_next() -> bool:
    """Make one thing that nobody may have used yet; False: there is none. In any thread."""
    try:
        make = _waiting.popleft()
    except IndexError:
        return False
    make()
    return True


def make_all() -> None:
    """Make all that is left to be made.

    Raises:
        re.error: a pattern is none.
    """
    while make_next():
        pass
