from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from failsoft.errors.classifier import Classifier
from failsoft.errors.failure import Failure

NOW = 1_795_305_723.0


class StandingClock:
    """A clock that stands still."""

    def monotonic(self) -> float:
        return 1.0

    def time(self) -> float:
        return NOW

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")

    async def asleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def make(clock: StandingClock) -> Callable[..., Classifier]:
    """A classifier with some settings."""
    return lambda **settings: Classifier(clock=clock, **settings)


@pytest.fixture
def classify(clock: StandingClock) -> Callable[..., Failure]:
    """What the classifier says without any settings; nothing inside it may fail on the way."""
    classifier = Classifier(clock=clock)

    def ask(exc: BaseException, **facts: Any) -> Failure:
        failure = classifier.classify(exc, **facts)
        assert classifier.internal_errors == 0
        return failure

    return ask


@pytest.fixture
def raised(classify: Callable[..., Failure]) -> Callable[..., Failure]:
    """The failure of what a call raises."""

    def run(call: Callable[..., object], *args: Any, **kwargs: Any) -> Failure:
        try:
            call(*args, **kwargs)
        except BaseException as error:
            return classify(error)
        raise AssertionError("nothing was raised")

    return run
