"""The text model, and its voice among the others."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest

import failsoft
from failsoft.errors.catalogue.labels import SILENT
from failsoft.errors.classifier import Classifier
from failsoft.errors.model import BUCKETS, Guess, TextModel, Weights, doubted, features_of, read_weights
from failsoft.errors.reading import Reading
from failsoft.errors.taxonomy import Category
from failsoft.testing import ManualClock

SHIPPED = Path(str(failsoft.__path__[0])) / "errors/model.bin"
NONE = bytes(BUCKETS * len(Category))


def saying(category: Category, *, floor: float = 0.0) -> TextModel:
    """A model that thinks everything to be of one category, and is quite sure."""
    bias = tuple(9.0 if one is category else 0.0 for one in Category)
    return TextModel(Weights(NONE, bias, 1.0, 1.0, floor))


def classified(exc: BaseException, model: TextModel | None) -> failsoft.errors.Failure:
    return Classifier(clock=ManualClock(), model=model).classify(exc)


class ShopError(Exception):
    """Says nothing."""


def test_the_shipped_weights_are_small_and_read() -> None:
    assert SHIPPED.stat().st_size <= 300_000
    weights = read_weights(SHIPPED.read_bytes())
    assert 0.5 <= weights.floor < 1
    assert weights.pack() == SHIPPED.read_bytes()


@pytest.mark.parametrize(
    ("message", "category"),
    [
        ("connection refused by the peer", Category.NETWORK),
        ("you have exceeded your rate limit, too many requests", Category.RESOURCE),
        ("invalid api key, authentication failed", Category.AUTHENTICATION),
        ("duplicate entry violates unique constraint", Category.DATA_INTEGRITY),
    ],
)
def test_the_shipped_model_knows_plain_words(message: str, category: Category) -> None:
    guess = TextModel().guess(ShopError, message)
    assert guess is not None
    assert guess.category is category
    assert 0 < guess.confidence <= 1


def test_likelihoods_add_up_to_one_for_any_text() -> None:
    model = TextModel()
    for text in ("", "\ud800", "é" * 5_000, "\0\n\t", "a" * 100_000, "1 2 3 " * 10_000):
        assert sum(model.probabilities(["X" * 10_000, ""], text)) == pytest.approx(1)


def test_features_do_not_grow_with_the_text() -> None:
    assert len(features_of(["E"], "".join(f"word{'abcdefgh'[n % 8] * (n % 13)} " for n in range(100_000)))) < 600


def test_where_nobody_knows_the_model_gives_a_category_and_no_more() -> None:
    without = classified(ShopError("hm, well"), None)
    failure = classified(ShopError("hm, well"), saying(Category.NETWORK))
    assert (without.category, without.evidence[0].source) == (Category.SYSTEM, "default")
    assert (failure.category, failure.status, failure.transient) == (Category.NETWORK, 500, False)
    assert [one.source for one in failure.evidence] == ["model", "default"]


@pytest.mark.parametrize("text", ["", "stock", " stock "])
def test_of_a_single_word_it_says_nothing(text: str) -> None:
    assert classified(ShopError(text), saying(Category.NETWORK)).evidence[0].source == "default"


def test_below_its_floor_it_is_silent() -> None:
    assert classified(ShopError("hm, well"), saying(Category.NETWORK, floor=1.0)).evidence[0].source == "default"


@pytest.mark.parametrize(
    "exc",
    [
        KeyError("sku"),
        ConnectionRefusedError(111, "Connection refused"),
        failsoft.NotFoundError("no such order"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    ],
)
def test_it_overrules_nobody_who_knows(exc: BaseException) -> None:
    assert classified(exc, saying(Category.BUSINESS_LOGIC)).category is classified(exc, None).category


def test_what_it_doubts_is_not_transient_where_its_category_is_none_that_passes() -> None:
    silent = Reading(SILENT, "convention", "somewhere.ReadTimeout", 0.4, "somewhere.ReadTimeout")
    assert (silent.label.transient, silent.label.status) == (True, 504)
    label = doubted(silent, Guess(Category.CONFIGURATION, 0.9)).label
    assert (label.category, label.transient, label.status) == (Category.CONFIGURATION, False, 500)


def test_it_does_not_overrule_a_name_that_says_what_happened() -> None:
    class ReadTimeout(Exception):
        __module__ = "somewhere.errors"

    failure = classified(ReadTimeout("x"), saying(Category.CONFIGURATION))
    assert (failure.category, failure.transient, failure.status) == (Category.NETWORK, True, 504)


def test_a_file_that_is_none_is_refused_at_load(tmp_path: Path) -> None:
    bad = tmp_path / "model.bin"
    bad.write_bytes(b"nonsense")
    with pytest.raises(failsoft.SettingsError) as refused:
        failsoft.Failsoft({"classification": {"model": str(bad)}})
    assert "classification.model" in str(refused.value)


@pytest.mark.parametrize("place", [30, 200, 40_000, -1])
def test_a_damaged_file_is_refused_at_load(tmp_path: Path, place: int) -> None:
    bad, data = tmp_path / "model.bin", bytearray(SHIPPED.read_bytes())
    data[place] ^= 1
    bad.write_bytes(data)
    with pytest.raises(failsoft.SettingsError, match="damaged") as refused:
        failsoft.Failsoft({"classification": {"model": str(bad)}})
    assert str(bad) in str(refused.value)


def test_the_model_can_be_switched_off_and_replaced(tmp_path: Path) -> None:
    mine = tmp_path / "mine.bin"
    bias = tuple(9.0 if one is Category.BUSINESS_LOGIC else 0.0 for one in Category)
    mine.write_bytes(Weights(NONE, bias, 1.0, 1.0, 0.5).pack())
    exc = ShopError("hm, well")
    for model, category in ((False, Category.SYSTEM), (str(mine), Category.BUSINESS_LOGIC)):
        with failsoft.Failsoft({"classification": {"model": model}}) as fs:
            assert fs.classify(exc).category is category


@pytest.mark.parametrize(
    "damage",
    [{"scale": nan}, {"scale": 0.0}, {"temperature": inf}, {"temperature": -1.0}, {"floor": nan}, {"floor": 1.5},
     {"bias": (nan,) * len(Category)}],
)  # fmt: skip
def test_weights_that_could_not_be_counted_with_are_refused(damage: dict[str, Any]) -> None:
    packed = replace(read_weights(SHIPPED.read_bytes()), **damage).pack()
    with pytest.raises(ValueError, match="damaged"):
        read_weights(packed)
