"""What is fuzzed (`evaluations/fuzz`), a little of it and always the same, so that the harness itself stays sound."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from evaluations.fuzz.exceptions import check_exception
from evaluations.fuzz.source import Source
from evaluations.fuzz.texts import check_text, text_of
from evaluations.fuzz.values import check_value, value_of
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.sanitize import Sanitizer


@pytest.mark.parametrize("check", [check_text, check_value, check_exception])
def test_nothing_is_found(check: Callable[[Source], None]) -> None:
    @settings(derandomize=True, deadline=None, max_examples=250, database=None)
    @given(st.binary(max_size=256))
    def batch(data: bytes) -> None:
        check(Source(data))

    batch()


class _Blind(Sanitizer):
    """Lets everything through."""

    def text(self, value: str, /) -> str:
        return value

    def value(self, obj, /):  # type: ignore[no-untyped-def]
        return obj


@pytest.mark.parametrize(("check", "built"), [(check_text, text_of), (check_value, value_of)])
def test_a_sanitizer_that_finds_nothing_is_found_out(
    check: Callable[[Source, Sanitizer], None], built: Callable[[Source], object]
) -> None:
    data = next(data for data in _inputs() if "Canary7Fake9Kx2" in repr(built(Source(data))))
    with pytest.raises(AssertionError, match="survived"):
        check(Source(data), _Blind())


def _inputs() -> list[bytes]:
    return [bytes((first, second, 0, third)) * 8 for first in range(9) for second in range(12) for third in range(6)]
