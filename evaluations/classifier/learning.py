"""Multinomial logistic regression over hashed features, in plain numpy, the same result on every run.

The features are those of `failsoft.errors.model`; so is the way a score comes about: a bias, and the sum of the weights
of the features over the root of their number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluations.classifier.truth import Sample
from failsoft.errors.model import BUCKETS, Weights, features_of
from failsoft.errors.taxonomy import Category

__all__ = ["Data", "Learnt", "calibrated", "data_of", "error_of_calibration", "learn", "quantized"]

CATEGORIES = tuple(category.value for category in Category)
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Data:
    """Samples as numbers."""

    features: list[NDArray[np.intp]]
    labels: NDArray[np.intp]
    weights: Floats


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was learnt, before it is rounded."""

    table: Floats
    """Buckets × categories."""
    bias: Floats

    def scores(self, features: Sequence[NDArray[np.intp]]) -> Floats:
        """Scores of samples, samples × categories."""
        rows = [self.table[one].sum(0) / np.sqrt(max(len(one), 1)) + self.bias for one in features]
        return np.array(rows, dtype=np.float32).reshape(len(rows), len(CATEGORIES))


def data_of(samples: Sequence[Sample]) -> Data:
    """The numbers of samples."""
    features = [np.array(features_of(one.classes, one.message), dtype=np.intp) for one in samples]
    labels = np.array([CATEGORIES.index(one.category) for one in samples], dtype=np.intp)
    return Data(features, labels, np.array([one.weight for one in samples], dtype=np.float32))


def softmax(scores: Floats) -> Floats:
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return np.asarray(powers / powers.sum(1, keepdims=True), dtype=np.float32)


def learn(data: Data, *, epochs: int = 60, rate: float = 3.0, decay: float = 1e-5, balance: float = 0.5) -> Learnt:
    """Full-batch gradient descent with a step for each weight (AdaGrad).

    Parameters:
        decay: pulls weights to zero, so that rare features say little.
        balance: 0 counts categories as often as they come, 1 all the same.
    """
    flat = np.concatenate(data.features)
    lengths = np.array([len(one) for one in data.features])
    owners = np.repeat(np.arange(len(lengths)), lengths)
    share = (1 / np.sqrt(np.maximum(lengths, 1))).astype(np.float32)
    counts = np.bincount(data.labels, weights=data.weights, minlength=len(CATEGORIES)) + 1
    weights = data.weights * ((counts.mean() / counts) ** balance)[data.labels].astype(np.float32)
    wanted = np.eye(len(CATEGORIES), dtype=np.float32)[data.labels]
    table = np.zeros((BUCKETS, len(CATEGORIES)), dtype=np.float32)
    bias = np.zeros(len(CATEGORIES), dtype=np.float32)
    seen, seen_bias = np.full_like(table, 1e-6), np.full_like(bias, 1e-6)
    for _ in range(epochs):
        scores = _sum_by(owners, table[flat], len(lengths)) * share[:, None] + bias
        wrong = (softmax(scores) - wanted) * weights[:, None]
        gradient = _sum_by(flat, (wrong * share[:, None])[owners], BUCKETS) + decay * len(lengths) * table
        seen += gradient**2
        table -= rate * 0.1 * gradient / np.sqrt(seen)
        gradient_bias = wrong.sum(0)
        seen_bias += gradient_bias**2
        bias -= rate * 0.1 * gradient_bias / np.sqrt(seen_bias)
    return Learnt(table, bias)


def _sum_by(keys: NDArray[np.intp], rows: Floats, length: int) -> Floats:
    columns = [np.bincount(keys, weights=rows[:, column], minlength=length) for column in range(rows.shape[1])]
    return np.stack(columns, axis=1).astype(np.float32)


# --- how sure ---------------------------------------------------------------------------------------------------------
def calibrated(scores: Floats, labels: NDArray[np.intp]) -> float:
    """The temperature at which the confidence fits the samples best, by the likelihood of their labels."""
    candidates = np.geomspace(0.3, 10, 200)
    losses = [-np.log(softmax(scores / one)[np.arange(len(labels)), labels] + 1e-9).mean() for one in candidates]
    return float(candidates[int(np.argmin(losses))])


def error_of_calibration(likely: Floats, labels: NDArray[np.intp], bins: int = 10) -> float:
    """Expected calibration error: the mean distance of confidence and share of right guesses, over bins."""
    best, sure = likely.argmax(1), likely.max(1)
    right = best == labels
    total = 0.0
    for low in np.linspace(0, 1, bins, endpoint=False):
        inside = (sure > low) & (sure <= low + 1 / bins)
        if inside.any():
            total += float(abs(right[inside].mean() - sure[inside].mean()) * inside.mean())
    return total


def quantized(learnt: Learnt, temperature: float, floor: float) -> Weights:
    """The weights rounded to a signed byte each."""
    largest = float(np.quantile(np.abs(learnt.table[learnt.table != 0]), 0.9995))
    scale = largest / 127
    table = np.clip(np.rint(learnt.table / scale), -127, 127).astype(np.int8)
    values: list[Any] = learnt.bias.tolist()
    return Weights(table.tobytes(), tuple(float(value) for value in values), scale, temperature, floor)
