"""What has just been cleaned is remembered, within bounds, and changes no result."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.sanitize import Sanitizer
from failsoft.sanitize.gate import has_re2
from failsoft.sanitize.recent import LONGEST, Recent

ENGINES = ("python", "re2") if has_re2() else ("python",)


TEXTS = [
    text.format(number)
    for text in ("password=h4nter-{}", "clean {}", "ada{}@example.com \ud800", "%70wd={}&a=b")
    for number in range(3)
]
FIRST = {text: Sanitizer(engine="python").text(text) for text in TEXTS}


@pytest.mark.parametrize("engine", ENGINES)
@given(texts=st.lists(st.sampled_from(TEXTS)))
@settings(max_examples=30, deadline=None)
def test_a_second_time_gives_what_the_first_time_gave(engine: str, texts: list[str]) -> None:
    sanitizer = Sanitizer(engine=engine)  # type: ignore[arg-type]  # one of two literals
    assert [sanitizer.text(text) for text in texts] == [FIRST[text] for text in texts]


def test_a_text_of_another_sanitizer_is_not_remembered() -> None:
    text = "login from 10.1.2.3 refused"
    assert Sanitizer().text(text) == text
    assert Sanitizer(tier="strict").text(text) != text


def test_of_a_text_nothing_but_what_came_out_of_it_is_kept() -> None:
    recent = Recent()
    secret = "".join(["password=", "h4nter-", "deep"])
    recent.put(secret, "password=[REDACTED:password]")
    recent.put("nothing to take away", "nothing to take away")
    assert recent.get(secret) == "password=[REDACTED:password]"
    assert recent.get("nothing to take away") == "nothing to take away"
    kept = [found for part in gc.get_referents(recent) for found in gc.get_referents(part)]
    assert all(secret not in str(found) for found in kept)


def test_it_is_bounded_in_texts_and_in_characters() -> None:
    recent = Recent()
    for number in range(5_000):
        recent.put(f"text {number}", f"cleaned {number}")
    assert recent.get("text 4999") == "cleaned 4999"
    assert recent.get("text 0") is None
    assert sum(recent.get(f"text {number}") is not None for number in range(5_000)) <= 512
    for number in range(100):
        recent.put(f"long {number}", f"{number}" * LONGEST)
    assert sum(len(recent.get(f"long {number}") or "") for number in range(100)) <= 4 * LONGEST * 8


def test_what_is_asked_for_again_and_again_outlives_what_is_not() -> None:
    recent = Recent()
    recent.put("the storm", "the storm, cleaned")
    for number in range(2_000):
        recent.put(f"text {number}", f"cleaned {number}")
        assert recent.get("the storm") == "the storm, cleaned"
