"""Local variables of a stack that somebody asked for by name, as sanitized texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import FrameType
from typing import Any, Protocol

__all__ = ["LocalValues"]

_MAX_TEXT = 200
_FAILED = "[REDACTED:error]"


class _Cleaner(Protocol):
    def text(self, text: str, /) -> str: ...
    def value(self, value: Any, /) -> Any: ...


class LocalValues:
    """Reads the local variables of a frame that are allowed to be known. Nothing is read that was not named.

    The values are cleaned by name and by content at once and kept as texts of at most 200 characters, so that no live
    object of a request is held. Never raises.

    Parameters:
        names: exact names of variables.
        sanitizer: cleans them.
    """

    __slots__ = ("_names", "_sanitizer")

    def __init__(self, names: Iterable[str], sanitizer: _Cleaner) -> None:
        self._names = frozenset(names)
        self._sanitizer = sanitizer

    def __call__(self, frame: FrameType) -> Mapping[str, str]:
        """The variables of this frame."""
        code = frame.f_code
        wanted = self._names.intersection((*code.co_varnames, *code.co_cellvars, *code.co_freevars))
        if not wanted:
            return {}
        try:
            values = frame.f_locals
            return {name: self._shown(name, values[name]) for name in sorted(wanted) if name in values}
        except Exception:  # noqa: BLE001 - debuggers put objects of their own there
            return {}

    def _shown(self, name: str, value: Any) -> str:
        try:
            cleaned = self._sanitizer.value({name: value})[name]
            text = self._sanitizer.text(cleaned if isinstance(cleaned, str) else repr(cleaned))
        except Exception:  # noqa: BLE001 - fail closed: a __repr__ may do anything
            return _FAILED
        return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…"
