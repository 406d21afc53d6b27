"""A custom of naming: words in the name of a class, and what they mean in a package of each kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.packages import Kind

__all__ = ["CLEAR", "VAGUE", "Row", "row_of"]

CLEAR = 0.7
"""Confidence of a name that says what happened."""
VAGUE = 0.45
"""Confidence of a name that says little: `APIError`, `OperationalError`. Words of a message are surer."""

_ANY: Mapping[Kind, Label | None] = {}


class Row(NamedTuple):
    """Words, and what they mean in a package of each kind."""

    words: re.Pattern[str]
    default: Label | None
    """Of kinds without a label of their own; None: the row says nothing of them."""
    by_kind: Mapping[Kind, Label | None]
    confidence: float = CLEAR

    def label(self, kind: Kind) -> Label | None:
        """What the row means in a package of a kind. A broker is a store, where nothing else is said of it."""
        if kind is Kind.BROKER and kind not in self.by_kind:
            kind = Kind.STORE
        elif kind is Kind.LINK and kind not in self.by_kind:
            kind = Kind.CLIENT
        return self.by_kind.get(kind, self.default)


def row_of(
    words: str, default: Label | None, by_kind: Mapping[Kind, Label | None] = _ANY, confidence: float = CLEAR
) -> Row:
    """A row; a blank ends a word."""
    return Row(as_pattern(rf" (?:{words})"), default, by_kind, confidence)
