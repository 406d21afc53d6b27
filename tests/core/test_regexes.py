"""Regular expressions of users: which are compiled, which are refused, and that a refusal says why in one line."""

from __future__ import annotations

import re
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.regexes import checked

GOOD = [
    r"EMP-\d{6}",
    r"EMP-\d+",
    r"(?i)case[-_ ]?no\W{0,3}\d{4,10}",
    r"\b[A-Z]{2}\d{6}[A-Z]\b",
    r"\b\d+-\d+\b",
    r"\b\w+@corp\.example",
    r"(?<!\d)\d{9}(?!\d)",
    r"(?<!\w)\w+;",
    r"(?<=user )\d+",
    r"^ERR\d+: .*",
    r"id=.*",
    r"\bMRN[ :#]*(?P<secret>\d{5,12})\b",
    r'"ssn":\s*"[^"]*"',
    r"error.{0,200}timeout",
    r"(?:\d{4}[ -]?){3}\d{4}",
    r"[0-9a-f]{32}",
    r"(?x) EMP - \d{6} # number",
    r"sess_[A-Za-z0-9]{20,64}",
    r"[A-Z]{2}\d{2}(?:[ ]?\d{4}){3,7}",
    r"(?:INV|ORD)-\d{4}-\d+",
    r"[a-z]{1,64}@[a-z]{1,64}\.acme",
    r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}",
    r"(?:a?){3}b",
    r"deadlock|lock wait|could not serialize",
    r"é+",
    r".",
    r"[[]x[]]",
]
EXPONENTIAL = [
    r"(a+)+$",
    r"(a*)*b",
    r"(\w+\s?)*$",
    r"^(\w+\s?)*$",
    r"(x+x+)+y",
    r"(?:\s*\w+\s*)*;",
    r"([\w.-]+)+@",
    r"^(([a-z])+.)+[A-Z]([a-z])+$",
    r"^(a|b|ab)*c$",
    r"(\w{1,20}){1,20}$",
    r"(a|aa){30}b",
    r"(a?){30}a{30}b",
    "a?" * 30 + "a" * 30,
    r"x(?=(a+)+;)y",
]
QUADRATIC = [
    r"(a|ab)*c",
    r"(a|a)*",
    r"(?i)(?:a|A)+b",
    r".*.*=.*",
    r"\s+$",
    r"^\s*\s*=",
    r"\d+\d+x",
    r"(.*a){20}",
    r"a.*b.*c.*d",
    r"\w+@",
    r"\bpassword\s*=\s*\s*x",
    r".{0,200}.{0,200}x",
    r".{0,5000}x",
    r"(?=.*x)y",
    r"(?m)^.*=.*;",
]
MALFORMED = ["(", "[z-a]", "*a", r"\8", "(?P<n", "a{2,1}", "", "a*", "(?:)", r"(\w)\1", "(a)?(?(1)b|c)", "x" * 2_001]


@pytest.mark.parametrize("pattern", GOOD)
def test_a_good_pattern_is_compiled(pattern: str) -> None:
    assert checked(pattern) == re.compile(pattern)


@pytest.mark.parametrize("pattern", [*EXPONENTIAL, *QUADRATIC, *MALFORMED])
def test_a_bad_pattern_is_refused_with_a_reason_in_one_line(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"\A[^\n]{5,200}\Z"):
        checked(pattern)


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_exponential_time_is_called_so(pattern: str) -> None:
    with pytest.raises(ValueError, match="exponential|very many ways|very long"):
        checked(pattern)


def test_a_pattern_that_python_warns_of_is_no_error() -> None:
    assert checked("[[a]b").search("[b")


def test_nothing_to_check_takes_long() -> None:
    """Deep, wide and long patterns are answered too, one way or the other."""
    for pattern in ("(" * 90 + "a" + ")+" * 90, "|".join(f"w{n}" for n in range(400)), "(?:" * 300, "a{900}" * 200):
        done = threading.Event()

        def run(pattern: str = pattern, done: threading.Event = done) -> None:
            try:
                checked(pattern)
            except ValueError:
                pass
            done.set()

        threading.Thread(target=run, daemon=True).start()
        assert done.wait(60), pattern[:40]


_ATOMS = st.sampled_from(["a", "b", ".", r"\w", r"\d", "[ab]", "[^a]", r"\s"])
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "+?", "{0,12}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"(?:{'|'.join(parts)})"),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(_PATTERNS, st.sampled_from(["a", "b", "ab", "a ", "0", " ", "aab"]))
def test_what_is_accepted_is_searched_in_few_steps(pattern: str, unit: str) -> None:
    """A search that took exponential time would never come back from two thousand characters."""
    try:
        compiled = checked(pattern + ";")
    except ValueError:
        return
    assert compiled.search(unit * (2_000 // len(unit))) is None
