"""Every case: texts in TOML, a line each, and values in Python. How they are marked: `evaluations.sanitizer.case`."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

from evaluations.sanitizer.case import Case, marked
from evaluations.sanitizer.cases import (
    eighth_values,
    harmless,
    ninth_values,
    objects,
    second_harmless,
    second_records,
    second_values,
    seventh_values,
    shapes,
    sixth_values,
)

__all__ = ["load"]

_HERE = Path(__file__).parent


@cache
def load() -> tuple[Case, ...]:
    """All cases, in a fixed order.

    Raises:
        ValueError: two cases have one id, or a case of the wrong kind stands in a file.
    """
    cases: list[Case] = []
    for path in sorted(_HERE.rglob("*.toml")):
        for tier, groups in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for group, texts in groups.items():
                cases += [_case(f"{group}/{name}", text, tier) for name, text in texts.items()]
    cases += [*shapes.CASES, *objects.CASES, *harmless.CASES]
    cases += [*second_records.CASES, *second_values.CASES, *second_harmless.CASES, *sixth_values.CASES]
    cases += [*seventh_values.CASES, *eighth_values.CASES, *ninth_values.CASES]
    ids = [case.id for case in cases]
    wrong = {name for name, count in Counter(ids).items() if count > 1}
    wrong |= {case.id for case in cases if case.positive == case.group.startswith("clean-")}
    if wrong:
        msg = f"two of one id, or in the wrong file: {', '.join(sorted(wrong))}"
        raise ValueError(msg)
    return tuple(cases)


def _case(id: str, text: str, tier: str) -> Case:
    """A text, or, in a table `[tier-values.group]`, a value in JSON."""
    tier, _, values = tier.partition("-")
    return marked(id, json.loads(text) if values else text, tier=tier)
