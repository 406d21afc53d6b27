"""How often the classifier agrees with the labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from evaluations.classifier.corpus import Known, Line, replayed, stranger
from evaluations.classifier.recording import judged
from evaluations.classifier.surroundings import Packages
from failsoft.clock import SystemClock
from failsoft.errors.classifier import Classifier
from failsoft.errors.model import TextModel
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


def judge(lines: Iterable[Line], packages: Packages, known: Known, model: TextModel | None = None) -> list[Judged]:
    """What is said of every case; of those whose library can be made unknown, if it is to be."""
    found = []
    for line in lines:
        if known is Known.SHIPPED or stranger(line):
            with replayed(line, packages, known) as exc:
                # a new one each time, for what is known of a class is kept
                found.append(Judged(line, judged(Classifier(clock=SystemClock(), model=model), exc)))
    return found


def shares(cases: list[Judged]) -> dict[str, float]:
    """The share of cases that agree, by field, 0 to 1."""
    wrong = Counter(name for one in cases for name in one.wrong)
    return {name: 1 - wrong[name] / len(cases) for name in FIELDS} if cases else dict.fromkeys(FIELDS, 0.0)


def per_library(cases: list[Judged]) -> dict[str, list[Judged]]:
    """The cases by library."""
    found: dict[str, list[Judged]] = defaultdict(list)
    for one in cases:
        found[one.line["library"]].append(one)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def confusion(cases: list[Judged]) -> dict[tuple[str, str], int]:
    """How often a case with a label (first) was said to be of a category (second)."""
    return Counter((one.line["label"]["category"], one.said["category"]) for one in cases)
