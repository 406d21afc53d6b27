"""The text model: what the words of a message and of class names resemble, where nothing better speaks.

A multinomial logistic regression over hashed features, in pure Python. It gives a category and how sure it is, never a
status, and never makes anything retryable. Its weights are read when it is first asked. They are trained by
`evaluations/classifier/train.py` from exceptions that real libraries raised, and the confidence is calibrated on
libraries that it was not trained with.

The file of weights, little-endian: the magic `FSM2`; the number of buckets (u32) and of categories (u8); the confidence
below which it is silent, the scale of the weights, and the temperature (three f32); a bias for each category (f32);
then for each bucket a signed byte for each category, in the order of `Category`; at the end the CRC-32 of all that
(u32).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from failsoft.deferred import as_pattern, later
from failsoft.errors.capture import qualified_name
from failsoft.errors.catalogue.labels import BUG
from failsoft.errors.names import words_of
from failsoft.errors.reading import Reading
from failsoft.errors.taxonomy import Category, Severity
from failsoft.shipped import files

__all__ = [
    "BUCKETS",
    "MAGIC",
    "Guess",
    "TextModel",
    "Weights",
    "doubted",
    "features_of",
    "may_be_overruled",
    "model_of",
    "names_of",
    "read_weights",
    "tokens_of",
]

MAGIC = b"FSM2"
BUCKETS = 2**13
CATEGORIES = tuple(Category)
_HEAD = struct.Struct("<4sIBfff")
_SUM = struct.Struct("<I")
_MAX_TEXT = 400
_MAX_WORDS = 40
_MAX_CLASSES = 8
_LONGEST = 14
_GRAM = 4
_NUMBER = as_pattern(r"\d+")
_WORD = as_pattern(r"[a-z_]+|0")
_SAYS_LITTLE = frozenset({"object", "BaseException", "Exception"})
# a lane holds a sum of at most a few hundred bytes
_LANE = 3
_MAX_GUESSES = 1_024


class Guess(NamedTuple):
    """What the model thinks."""

    category: Category
    confidence: float
    """0 to 1, calibrated: the share of such guesses that were right."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What was trained."""

    table: bytes
    """For each bucket a signed byte for each category."""
    bias: tuple[float, ...]
    scale: float
    """What a weight of 1 is worth."""
    temperature: float
    floor: float
    """Below this confidence the model is silent."""

    def pack(self) -> bytes:
        """As it is stored."""
        count = len(self.bias)
        head = _HEAD.pack(MAGIC, len(self.table) // count, count, self.floor, self.scale, self.temperature)
        packed = head + struct.pack(f"<{count}f", *self.bias) + self.table
        return packed + _SUM.pack(crc32(packed))


def read_weights(data: bytes) -> Weights:
    """The weights in a file.

    Raises:
        ValueError: it is no file of weights, or one for other categories.
    """
    if len(data) < _HEAD.size:
        raise ValueError("no file of weights")
    magic, buckets, count, floor, scale, temperature = _HEAD.unpack_from(data)
    start = _HEAD.size + 4 * count
    end = start + buckets * count
    if magic != MAGIC or count != len(CATEGORIES) or len(data) != end + _SUM.size or buckets == 0:
        raise ValueError("no file of weights, or one of another version")
    bias = struct.unpack_from(f"<{count}f", data, _HEAD.size)
    sound = all(map(math.isfinite, (scale, temperature, *bias))) and scale > 0 and temperature > 0 and 0 <= floor <= 1
    if not sound or _SUM.unpack_from(data, end)[0] != crc32(memoryview(data)[:end]):
        raise ValueError("a damaged file of weights")
    return Weights(data[start:end], bias, scale, temperature, floor)


def names_of(cls: type) -> list[str]:
    """The names of a class and its bases, nearest first."""
    return [base.__name__ for base in cls.__mro__]


# --- its voice among others -------------------------------------------------------------------------------------------
DOUBTED = frozenset({"default", "pattern", "convention"})
"""Sources that are guesses themselves. Whoever knows is not overruled."""
DOUBTFUL = 0.5
"""Confidence up to which such a source may be overruled."""


def may_be_overruled(source: str, confidence: float) -> bool:
    """Whether the model has a say beside the voice that decided, or was that itself."""
    return source == "model" or (source in DOUBTED and confidence <= DOUBTFUL)


_SEVERITIES = {
    Category.SYSTEM: Severity.HIGH,
    Category.CONFIGURATION: Severity.HIGH,
    Category.AUTHENTICATION: Severity.HIGH,
    Category.VALIDATION: Severity.LOW,
    Category.BUSINESS_LOGIC: Severity.LOW,
}
_MAY_PASS = frozenset({Category.NETWORK, Category.EXTERNAL_SERVICE, Category.RESOURCE, Category.CONCURRENCY})
_OF_A_PEER = _MAY_PASS | {Category.AUTHENTICATION}


def doubted(reading: Reading, guess: Guess | None) -> Reading:
    """What another source guessed, with the category of the model where it is surer of another one.

    It never makes anything transient, but takes that back where the category speaks against it; and of a status it
    keeps what is not the client's fault.
    """
    if guess is None or guess.category is reading.label.category or guess.confidence <= reading.confidence:
        return reading
    if reading.confidence > DOUBTFUL:
        # a name that says what happened was chosen by somebody who knew
        return reading
    label, category = reading.label, guess.category
    keeps = label.status > 500 and category in _OF_A_PEER
    label = label._replace(
        category=category,
        severity=_SEVERITIES.get(category, Severity.MEDIUM),
        transient=label.transient and category in _MAY_PASS,
        status=label.status if keeps else BUG.status,
        code=label.code if keeps else BUG.code,
        not_sent=False,
    )
    more = {name: value for name, value in reading.more.items() if name != "errors"}
    return Reading(label, "model", "text", guess.confidence, reading.type, more=more, over=reading)


# --- features ---------------------------------------------------------------------------------------------------------
def tokens_of(classes: Sequence[str], message: str) -> set[str]:
    """What is looked at: words of the names of classes, and words, pairs of words and pieces of words of the message.

    Parameters:
        classes: names of the class and of its bases, nearest first, without their modules.
        message: the text; what comes after 400 characters is left out, numbers are all the same.
    """
    tokens: set[str] = set()
    for depth, name in enumerate(classes[:_MAX_CLASSES]):
        if name in _SAYS_LITTLE:
            continue
        words = words_of(name).split()[:_MAX_WORDS]
        tokens.update([f"n {word}" for word in words])
        tokens.update([f"n {first} {second}" for first, second in pairwise(words)])
        tokens.add(f"c {name}")
        if depth == 0:
            tokens.update([f"own {word}" for word in words])
    words = _WORD.findall(_NUMBER.sub("0", message[:_MAX_TEXT].lower()))[:_MAX_WORDS]
    tokens.update(words)
    tokens.update([f"{first} {second}" for first, second in pairwise(words)])
    for word in words:
        if len(word) >= _GRAM + 1:
            framed = f"#{word[:_LONGEST]}#"
            tokens.update([framed[at : at + _GRAM] for at in range(len(framed) - _GRAM + 1)])
    return tokens


def features_of(classes: Sequence[str], message: str, buckets: int = BUCKETS) -> list[int]:
    """The buckets that the tokens fall into, each once."""
    tokens = tokens_of(classes, message)
    return sorted({crc32(token.encode("utf-8", "replace")) % buckets for token in tokens})


# --- asking -----------------------------------------------------------------------------------------------------------
class TextModel:
    """Guesses a category from texts.

    Parameters:
        source: weights, or a file of them; absent: the file that is shipped.

    Raises:
        ValueError, OSError: when it is first asked, and the file cannot be read.
    """

    def __init__(self, source: Weights | Path | None = None) -> None:
        self._source = source
        self._guesses: dict[tuple[str, str], Guess] = {}

    @cached_property
    def weights(self) -> Weights:
        """The weights, read once."""
        source = self._source
        if isinstance(source, Weights):
            return source
        place = source or files("failsoft.errors") / "model.bin"
        return read_weights(place.read_bytes())

    def prepare(self) -> None:
        """Read the weights now, so that the first exception need not wait, and a bad file is known.

        Raises:
            ValueError, OSError: the file cannot be read.
        """
        _ = self._rows

    @cached_property
    def _rows(self) -> list[int]:
        """Each bucket as one number with a lane for each category, so that one addition adds all of them."""
        table, count = self.weights.table, len(CATEGORIES)
        unsigned = table.translate(bytes((byte + 128) % 256 for byte in range(256)))
        rows = []
        for start in range(0, len(table), count):
            lanes = bytearray(_LANE * count)
            lanes[::_LANE] = unsigned[start : start + count]
            rows.append(int.from_bytes(lanes, "little"))
        return rows

    def probabilities(self, classes: Sequence[str], message: str) -> list[float]:
        """How likely each category is, in the order of `Category`; calibrated."""
        weights, rows = self.weights, self._rows
        found = features_of(classes, message, len(rows))
        return _softmax(self._sums(found), len(found), weights)

    def guess(self, cls: type, message: str) -> Guess | None:
        """The likeliest category; None where it is not sure enough.

        Parameters:
            cls: the class of the exception.
            message: its text.
        """
        message = message[:_MAX_TEXT]
        if " " not in message.strip():
            # a single word says what it was about at most
            return None
        key = (qualified_name(cls), message)
        guess = self._guesses.get(key)
        if guess is None:
            likely = self.probabilities(names_of(cls), message)
            best = max(range(len(likely)), key=likely.__getitem__)
            guess = Guess(CATEGORIES[best], likely[best])
            if len(self._guesses) >= _MAX_GUESSES:
                self._guesses.clear()
            self._guesses[key] = guess
        return guess if guess.confidence >= self.weights.floor else None

    def _sums(self, found: Iterable[int]) -> list[int]:
        rows = self._rows
        total, number = 0, 0
        for bucket in found:
            total += rows[bucket]
            number += 1
        lanes = total.to_bytes(_LANE * len(CATEGORIES), "little")
        return [int.from_bytes(lanes[at : at + _LANE], "little") - 128 * number for at in range(0, len(lanes), _LANE)]


_SHIPPED = TextModel()
later(_SHIPPED.prepare)


def model_of(wanted: bool | str) -> TextModel | None:
    """The model that settings ask for: none, the shipped one, or one with the weights of a file."""
    if isinstance(wanted, bool):
        return _SHIPPED if wanted else None
    return TextModel(Path(wanted))


def _softmax(sums: Sequence[int], number: int, weights: Weights) -> list[float]:
    # the length of the text must not make it surer
    scale = weights.scale / math.sqrt(max(number, 1))
    scores = [(bias + value * scale) / weights.temperature for bias, value in zip(weights.bias, sums, strict=True)]
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]
