"""The weights of the text model, moved towards what an operator corrected. Needs numpy (extra `analytics`).

It starts from weights that were trained before, and pulls back to them, so that a few corrections change what is like
them and leave the rest. The features and the way a score comes about are those of `model`.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from failsoft.errors.model import CATEGORIES, Weights, features_of
from failsoft.errors.taxonomy import Category

__all__ = ["Correction", "NumpyMissingError", "retrained"]

_STEPS = 200
_RATE = 0.5
_PULL = 0.02
"""How strongly a weight is drawn back to what it was."""


class NumpyMissingError(ImportError):
    """numpy is not installed."""


class Correction(NamedTuple):
    """One failure, and what it is by the word of an operator."""

    type: str
    """Qualified name of its class."""
    message: str
    """Its text, sanitized."""
    category: Category

    @property
    def classes(self) -> list[str]:
        """The name of the class, as the model reads it."""
        return [self.type.rpartition(".")[2]]


def retrained(weights: Weights, corrections: Sequence[Correction]) -> Weights:
    """The weights after learning the corrections. The same input gives the same weights.

    Raises:
        NumpyMissingError: numpy is not installed.
    """
    np = _numpy()
    count = len(CATEGORIES)
    table = np.frombuffer(weights.table, dtype=np.int8).reshape(-1, count).astype(np.float64) * weights.scale
    features = [features_of(one.classes, one.message, len(table)) for one in corrections]
    used = sorted({bucket for one in features for bucket in one})
    places = {bucket: place for place, bucket in enumerate(used)}
    design = np.zeros((len(features), len(used)))
    for row, one in enumerate(features):
        design[row, [places[bucket] for bucket in one]] = 1 / math.sqrt(max(len(one), 1))
    wanted = np.eye(count)[[CATEGORIES.index(one.category) for one in corrections]]
    before = table[used]
    rows = before.copy()
    for _ in range(_STEPS):
        scores = design @ rows + np.array(weights.bias)
        powers = np.exp(scores - scores.max(1, keepdims=True))
        wrong = powers / powers.sum(1, keepdims=True) - wanted
        rows -= _RATE * (design.T @ wrong + _PULL * (rows - before))
    table[used] = rows
    scale = max(weights.scale, float(np.abs(rows).max()) / 127) if used else weights.scale
    packed = np.clip(np.rint(table / scale), -127, 127).astype(np.int8).tobytes()
    return replace(weights, table=packed, scale=scale)


def _numpy() -> Any:
    try:
        return importlib.import_module("numpy")
    except ImportError:
        raise NumpyMissingError('training needs numpy: pip install "failsoft[analytics]"') from None
