"""The cases of the evaluation as a gate: what is right stays right, what is known to be wrong is on a list."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from evaluations.sanitizer.cases import load
from evaluations.sanitizer.cost import TEXTS
from evaluations.sanitizer.judge import judge
from evaluations.sanitizer.ours import sanitizes, variants

CASES = load()
GROUPS = sorted({case.group for case in CASES})
_LINES = (Path(__file__).parent / "data/known_misses.txt").read_text(encoding="utf-8").splitlines()
KNOWN = [line for line in _LINES if line and not line.startswith("#")]


@pytest.mark.parametrize("group", GROUPS)
def test_group_is_judged_right_but_for_known_misses(group: str) -> None:
    verdicts = [judge(case, sanitizes(case.tier)) for case in CASES if case.group == group]
    wrong = {v.case.listed: "" if v.case.held_out else v.wrong for v in verdicts if not v.good}
    known = {name for name in KNOWN if name.partition("/")[0] == group}
    new = {name: why for name, why in wrong.items() if name not in known}
    assert not new, "went wrong; mend it, or add it to data/known_misses.txt"
    assert known <= set(wrong), "right by now, so take it off data/known_misses.txt"


def test_known_misses_are_cases_and_few() -> None:
    assert not set(KNOWN) - {case.listed for case in CASES}
    assert not [name for name, count in Counter(KNOWN).items() if count > 1]
    assert not [name for name in KNOWN if name.startswith("clean-value/")], "values without secrets have no excuse"


def test_there_are_enough_cases_of_both_kinds_and_a_quarter_is_held_out() -> None:
    assert sum(case.positive for case in CASES) >= 900
    assert sum(not case.positive for case in CASES) >= 500
    assert 0.2 < sum(case.held_out for case in CASES) / len(CASES) < 0.3


@pytest.mark.parametrize("group", GROUPS)
def test_doing_nothing_is_seen_to_leak_every_secret_and_to_lose_nothing(group: str) -> None:
    for case in CASES:
        if case.group == group:
            verdict = judge(case, lambda value: value)
            assert len(verdict.leaks) == len(case.secrets), case.id
            rest = (verdict.gone, verdict.touched, verdict.restless, verdict.mutated, verdict.raised)
            assert rest == ((), "", False, False, ""), case.id


def test_a_value_taken_whole_is_seen_to_lose_and_to_touch() -> None:
    verdicts = [judge(case, lambda _: "[REDACTED:~]") for case in CASES]
    assert all(verdict.found for verdict in verdicts)
    assert all(verdict.gone == verdict.case.keeps for verdict in verdicts)
    assert all(verdict.touched for verdict in verdicts if not verdict.case.positive)


@pytest.mark.parametrize("label", TEXTS)
def test_what_is_timed_as_clean_is_clean_and_as_dirty_is_dirty(label: str) -> None:
    clean = sanitizes("core")
    assert {clean(text) == text for text in TEXTS[label]} == {"clean" in label}


def test_each_matcher_gives_the_same_result() -> None:
    first, *others = variants().values()
    if not others:
        pytest.skip("there is one matcher")
    texts = [text for case in CASES if isinstance(text := case.build(), str)]
    assert [[other(text) for text in texts] for other in others] == [[first(text) for text in texts]] * len(others)
