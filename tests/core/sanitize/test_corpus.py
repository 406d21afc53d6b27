"""Every case of `data/`: what is between guillemets goes, all else stays byte for byte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import pytest

from failsoft.sanitize import Sanitizer

DATA = Path(__file__).parent / "data"
SANITIZER = Sanitizer()
STRICT = Sanitizer(tier="strict")

# secrets are made when they are read, from words that say that they are none
_FAKES = {
    "x": "Fake0Value1For2Tests3Only4",
    "u": "FAKE2VALUE3FOR4TESTS5ONLY6",
    "h": "fa4e0de1fa4e2ad3",
    "d": "5550100200",
}
_FAKE = re.compile(r"\{([xuhd])(\d+)\}")
_GONE = re.compile("«(.*?)»", re.DOTALL)
_MARKER = re.compile(r"\[REDACTED:[a-z_0-9]+\]")


def _fake(match: re.Match[str]) -> str:
    return "".join(islice(cycle(_FAKES[match[1]]), int(match[2])))


def cases(pattern: str) -> Iterator[str]:
    for path in sorted(DATA.glob(pattern)):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                yield _FAKE.sub(_fake, line).replace("⏎", "\n").replace("⇥", "\t")


def plain(case: str) -> str:
    return case.replace("«", "").replace("»", "")


def secrets(case: str) -> list[str]:
    return _GONE.findall(case)


def outline(text: str) -> str:
    """A case, or the result of one, with only the places of what went."""
    return _MARKER.sub("«»", _GONE.sub("«»", text))


POSITIVE = list(cases("positive_*.txt"))
NEGATIVE = list(cases("negative_*.txt"))


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len(set(POSITIVE)) >= 500
    assert len(set(NEGATIVE)) >= 500


@pytest.mark.parametrize("case", POSITIVE)
def test_a_secret_goes_and_what_surrounds_it_stays(case: str) -> None:
    once = SANITIZER.text(plain(case))
    assert outline(once) == outline(case)
    assert SANITIZER.text(once) == once, "a second time changed what was sanitized"
    inside = SANITIZER.value({"message": [plain(case)], "n": 1})
    assert outline(inside["message"][0]) == outline(case)
    assert inside["n"] == 1
    longest = max(secrets(case), key=len)
    assert len(longest) < 5 or longest not in STRICT.text(plain(case))


@pytest.mark.parametrize("case", NEGATIVE)
def test_what_has_no_secret_is_not_touched(case: str) -> None:
    assert SANITIZER.text(case) == case
    assert SANITIZER.value({"message": (case, 1)}) == {"message": (case, 1)}
