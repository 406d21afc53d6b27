"""How often the classifier agrees with the labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from evaluations.classifier.corpus import Line, stranger
from failsoft.errors.taxonomy import Category

__all__ = ["FIELDS", "Judged", "confusion", "judge", "per_library", "shares"]

FIELDS = ("category", "transient", "status", "severity")
CATEGORIES = tuple(category.value for category in Category)


@dataclass(frozen=True, slots=True)
class Judged:
    """A case, and what was said of it."""

    line: Line
    said: dict[str, Any]

    @property
    def wrong(self) -> tuple[str, ...]:
        """The fields that do not agree with the label."""
        label = self.line["label"]
        right = {name: self.said[name] == label.get(name) for name in FIELDS}
        right["status"] = self.said["status"] in label["statuses"]
        return tuple(name for name in FIELDS if not right[name])

    def __str__(self) -> str:
        label = self.line["label"]
        wanted = {**label, "status": "/".join(map(str, label["statuses"]))}
        faults = ", ".join(f"{name} {self.said[name]} (label: {wanted[name]})" for name in self.wrong)
        return f"{self.line['library']}: {self.line['name']}: {faults} [{self.said['source']}]"


def judge(
    lines: Iterable[Line], make: Callable[[Line], BaseException], ask: Callable[[BaseException], dict[str, Any]]
) -> list[Judged]:
    """What is said of every case."""
    return [Judged(line, ask(make(line))) for line in lines]


def shares(judged: list[Judged]) -> dict[str, float]:
    """The share of cases that agree, by field, 0 to 1."""
    wrong = Counter(name for one in judged for name in one.wrong)
    return {name: 1 - wrong[name] / len(judged) for name in FIELDS} if judged else dict.fromkeys(FIELDS, 0.0)


def per_library(judged: list[Judged]) -> dict[str, list[Judged]]:
    """The cases by library."""
    found: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        found[one.line["library"]].append(one)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def confusion(judged: list[Judged]) -> dict[tuple[str, str], int]:
    """How often a case with a label (first) was said to be of a category (second)."""
    return Counter((one.line["label"]["category"], one.said["category"]) for one in judged)


def strangers(lines: Iterable[Line]) -> list[Line]:
    """The cases whose library can be made unknown."""
    return [line for line in lines if stranger(line)]
