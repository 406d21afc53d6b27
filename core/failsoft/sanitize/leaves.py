"""Redaction of single values that are no texts: numbers, paths, members of enumerations, objects nobody knows."""

from __future__ import annotations

import datetime as dt
import enum
import types
import uuid
from abc import ABC, abstractmethod
from decimal import Decimal
from numbers import Number, Real
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from failsoft.sanitize.checks import looks_random
from failsoft.sanitize.shown import bare, shown_by, told_by_class
from failsoft.sanitize.verdict import is_announced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from failsoft.sanitize.keys import KeyMatcher
    from failsoft.sanitize.values import ValueWalker

__all__ = ["CARD_LEAST", "SCALARS", "Leaves"]

_ATOMS = (dt.datetime, dt.time, dt.timedelta, dt.tzinfo, enum.Enum)
_CODE = (type, types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType, type(...))
SCALARS = (Number, Decimal, PurePath, uuid.UUID, dt.date, *_ATOMS, *_CODE)
"""Classes of values that hold no others."""
CARD_LEAST = 10**11
"""The least number that may be that of a card."""
_CARD_MOST = 10**19


class Leaves(ABC):
    """What a walk does with the values at its ends."""

    __slots__ = ("_keys", "_rules", "_text")

    _keys: KeyMatcher
    _rules: ValueWalker
    _text: Callable[[str], str]

    @abstractmethod
    def _under(self, value: str, kind: str | None) -> str:
        """A text under a name of a kind; who walks knows what that means."""

    def _scalar(self, obj: Any, kind: str | None) -> Any:
        if isinstance(obj, enum.Enum):
            return self._member_of_enum(obj)
        if self._rules.own and not isinstance(obj, _CODE) and (cleaned := self._rules.own(str(obj))) != str(obj):
            return cleaned
        if isinstance(obj, _CODE) or (isinstance(obj, _ATOMS) and not (kind == "birth_date" and hasattr(obj, "year"))):
            return obj
        if isinstance(obj, PurePath):
            plain = str(obj)
            cleaned = self._text(plain)
            return obj if cleaned == plain else type(obj)(cleaned)
        kind = None if kind in ("tokens", "bound") else kind
        if isinstance(obj, Number | Decimal):
            plain = _digits_of(obj) if kind is None else format(obj, "d") if isinstance(obj, int) else str(obj)
            return obj if not plain or self._under(plain, kind) == plain else self._rules.mark(kind or "card", plain)
        if kind is None:
            return obj
        harmless = isinstance(obj, dt.date) and kind != "birth_date"
        return obj if harmless else self._rules.mark(kind, str(obj))

    def _member_of_enum(self, obj: enum.Enum) -> Any:
        """A member is itself, unless its value, which its text shows, is a secret."""
        held = obj.value
        if isinstance(held, Number):
            return obj if (new := self._scalar(held, None)) is held else new
        if not isinstance(held, str):
            # what is put together shows what is in it
            return obj if held is None else self._unless_shown(obj, (repr(obj),))
        kind = self._keys.kind(obj.name)
        if kind and not (is_announced(held, "token") or looks_random(held)):
            kind = None
        return obj if self._under(held, kind) == held else self._rules.mark(kind or "secret", held)

    def _opaque(self, obj: Any, kind: str | None) -> Any:
        """An object whose fields nobody knows, unless its text shows a secret."""
        texts = shown_by(obj)
        if kind and (first := next(texts, None)) is not None:
            cleaned = first if first.startswith("<") and first.endswith(">") else self._under(first, kind)
            if cleaned != first or (cleaned := self._text(first)) != first:
                return cleaned
        return self._unless_shown(obj, texts)

    def _as_told(self, obj: Any) -> Any:
        """A value that is clean by what it holds, unless its class tells more: then what it holds is left without the
        class, or the text."""
        told = self._unless_shown(obj, told_by_class(obj))
        return obj if told is obj else bare(obj, told)

    def _unless_shown(self, obj: Any, texts: Iterable[str]) -> Any:
        for shown in texts:
            cleaned = self._text(shown)
            if cleaned != shown:
                return cleaned
        return obj


def _digits_of(number: Any) -> str:
    """A number as a text, whatever its type and sign, if it is so long that it may be that of a card; else nothing."""
    if not isinstance(number, Real | Decimal):
        return ""
    try:
        size: Any = abs(number)
        whole = int(size) if CARD_LEAST <= size < _CARD_MOST else 0
        return str(whole) if whole and whole == size else ""
    except (ArithmeticError, TypeError, ValueError):
        # of what is no number, as NaN is none
        return ""
