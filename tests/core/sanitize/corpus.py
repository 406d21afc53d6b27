"""Reads the cases of `data/`: texts with what must go between guillemets, made whole with obviously fake secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

DATA = Path(__file__).parent / "data"
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
