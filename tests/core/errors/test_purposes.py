"""Whose data a parser could not read is said by the name of the function that asked it."""

from __future__ import annotations

import json

import pytest

from failsoft.clock import SystemClock
from failsoft.errors.classifier import Classifier

_CLASSIFIER = Classifier(clock=SystemClock())


def load_settings() -> None:
    json.loads("{")


class Prices:
    def load_from_cache(self) -> None:
        json.loads("{")

    def parse_response(self) -> None:
        json.loads("<html>")


def parse_body() -> None:
    json.loads("{")


def check_settings() -> None:
    parse_body()


@pytest.mark.parametrize(
    ("view", "category", "status"),
    [
        (load_settings, "configuration", 500),
        (Prices().load_from_cache, "data_integrity", 500),
        (Prices().parse_response, "external_service", 502),
        (parse_body, "validation", 400),
        (check_settings, "validation", 400),
    ],
)
def test_the_name_of_a_function_says_whose_data_it_reads(view: object, category: str, status: int) -> None:
    assert callable(view)
    with pytest.raises(ValueError, match="line 1") as caught:
        view()
    failure = _CLASSIFIER.classify(caught.value)
    assert (failure.category, failure.status) == (category, status)
