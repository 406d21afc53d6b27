"""An expression that is asked for its stems first finds what it finds without."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.errors import complaints, domain_words, patterns
from failsoft.errors.stems import Sought, stems_of

SOUGHT = [*(words for _, words in complaints._NOT_SET_UP), complaints._UNREADABLE, patterns._OF_SETTINGS]
SOUGHT += [words for _, _, words in domain_words._ROWS]


@pytest.mark.parametrize(
    ("pattern", "stems"),
    [
        ("abc", {"abc"}),
        (r"\bDeadlock\b", {"deadlock"}),
        ("lock(?:ed|s)", {"lock"}),
        ("lock(?:ed|s)?", {"lock"}),
        ("(?:no|not) a key", {" a key"}),
        ("one|other", {"ne", "ther"}),
        ("three|four", {"three", "four"}),
        ("(?:abc){2}", {"abc"}),
        ("(?:abc)*x", {"x"}),
        ("(?-i:ABC)d", {"abc"}),
        ("ab(?!cdef)", {"ab"}),
        ("ab(?=cdef)", {"ab"}),
        (r"\w+", None),
        ("abc|.", None),
        ("a?", None),
        ("[ab]c", {"c"}),
    ],
)
def test_the_pieces_that_an_expression_needs(pattern: str, stems: set[str] | None) -> None:
    assert stems_of(pattern, re.IGNORECASE) == stems


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SOUGHT), st.data())
def test_nothing_that_is_found_is_missed(sought: Sought, data: st.DataObject) -> None:
    text = data.draw(
        st.from_regex(re.compile(sought.pattern.pattern, sought.pattern.flags), alphabet=st.characters(codec="ascii"))
    )
    for one in (text, text.lower(), text.upper()):
        assert (sought.search(one) is None) is (sought.pattern.search(one) is None)


def test_letters_that_are_alike_another_one_are_found() -> None:
    sought = Sought("key", re.IGNORECASE)
    assert sought.search("no \u212aEY") is not None
    assert sought.search("no lock") is None
