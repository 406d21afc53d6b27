"""What is made when it is first used looks the same as if it had been made at once."""

from __future__ import annotations

import copy
import pickle
import re
import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import Any

import pytest

from failsoft import deferred
from failsoft.deferred import as_pattern, make_all, make_next, on_demand


@pytest.fixture(autouse=True)
def _nothing_else_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deferred, "_waiting", deque())
    monkeypatch.setattr(deferred, "_known", {})


PATTERNS: list[tuple[Any, int, Any]] = [
    (r"(?P<key>\w+)=(\d+)", 0, "a=1, b=22; c = 3"),
    (r"(?i)carrier", 0, "The CARRIER is gone"),
    (r"^b$", re.MULTILINE, "a\nb\nc"),
    (r"\d+  # digits", re.VERBOSE | re.ASCII, "12 and ١٢"),
    (rb"[a-c]+", 0, b"xxabc"),
    (r"nowhere", 0, "to be found"),
]


@pytest.mark.parametrize(("pattern", "flags", "text"), PATTERNS)
def test_it_does_what_a_compiled_pattern_does(pattern: Any, flags: int, text: Any) -> None:
    plain, gap = re.compile(pattern, flags), text[:0]

    def shown(found: Any) -> Any:
        return found and (found.span(), found.groups(), found.groupdict())

    def of(one: re.Pattern[Any]) -> list[Any]:
        return [
            one.pattern, one.flags, one.groups, dict(one.groupindex), repr(one),
            shown(one.search(text)), shown(one.search(text, 2)), shown(one.match(text)), shown(one.fullmatch(text)),
            [shown(each) for each in one.finditer(text)], one.findall(text), one.split(text), one.split(text, 1),
            one.sub(gap, text), one.sub(lambda found: found[0] * 2, text), one.subn(gap, text, count=1),
        ]  # fmt: skip

    assert of(as_pattern(pattern, flags)) == of(plain)


@pytest.mark.parametrize("first", ["search", "match", "fullmatch", "finditer", "sub", "findall", "split", "subn"])
def test_any_method_may_be_the_first(first: str) -> None:
    pattern = as_pattern("b+")
    arguments = ("-", "abba") if first.startswith("sub") else ("abba",)
    found, expected = getattr(pattern, first)(*arguments), getattr(re.compile("b+"), first)(*arguments)
    if first == "finditer":
        found, expected = [one.span() for one in found], [one.span() for one in expected]
    assert (found and getattr(found, "span", lambda: found)()) == (
        expected and getattr(expected, "span", lambda: expected)()
    )


def test_its_text_is_known_before_it_is_compiled() -> None:
    assert as_pattern("(no pattern").pattern == "(no pattern"


def test_a_bad_one_is_told_to_everyone_who_uses_it() -> None:
    pattern = as_pattern("(no pattern")
    for _ in range(2):
        with pytest.raises(re.error):
            pattern.search("text")


def test_it_has_no_more_than_a_pattern_has() -> None:
    pattern = as_pattern("a")
    with pytest.raises(AttributeError, match="nothing_like_this"):
        _ = pattern.nothing_like_this  # type: ignore[attr-defined]
    assert pattern.search("a")


def test_the_same_again_is_the_same() -> None:
    pattern = as_pattern("a")
    assert as_pattern("a") is as_pattern("a", 0) is pattern
    assert pattern.search("a")
    assert as_pattern("a") is pattern
    assert as_pattern("a", re.IGNORECASE) is as_pattern("a", re.IGNORECASE) is not pattern
    assert as_pattern(b"a") is not pattern  # type: ignore[comparison-overlap]


@pytest.mark.parametrize("used", [False, True])
def test_copies(used: bool) -> None:
    pattern = as_pattern("A+", re.IGNORECASE)
    if used:
        assert pattern.search("aa")
    assert copy.copy(pattern) is pattern
    assert copy.deepcopy([pattern])[0] is pattern
    again = pickle.loads(pickle.dumps(pattern))
    assert (again.pattern, again.flags) == (pattern.pattern, pattern.flags)
    assert again.fullmatch("aA")


def test_threads_may_meet_at_the_first_use() -> None:
    for _ in range(20):
        pattern, start, found = as_pattern(r"(?:a|b|ab)*c(\d+)"), threading.Barrier(8), []

        def use() -> None:
            start.wait()
            found.append(pattern.search("ababc12"))
            found.append(pattern.fullmatch("abc3"))

        threads = [threading.Thread(target=use) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {one[1] for one in found} == {"12", "3"}
        assert len(found) == 16


def test_a_table_is_made_once_and_when_it_is_asked_for() -> None:
    made: list[int] = []

    @on_demand
    def table() -> dict[str, int]:
        made.append(1)
        return {"a": 1}

    assert made == []
    assert table() is table()
    make_all()
    assert made == [1]


def test_what_waits_can_be_made_ahead() -> None:
    used, bad, late = as_pattern("used"), as_pattern("(bad"), as_pattern("late")
    assert used.search("used")
    assert make_next()
    with pytest.raises(re.error):
        make_next()
    before = deferred.asked()
    assert make_next()
    assert not make_next()
    assert deferred.all_made()
    assert late.search("late")
    assert deferred.asked() == before
    assert bad.pattern == "(bad"


EVERY = """
import importlib, pkgutil, warnings
warnings.simplefilter("error")
import failsoft
from failsoft import deferred
for module in pkgutil.walk_packages(failsoft.__path__, "failsoft."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
waiting = len(deferred._waiting)
deferred.make_all()
print(waiting)
"""


def test_every_pattern_can_be_compiled() -> None:
    """In a process where nobody has come first; a warning is a mistake, too."""
    done = subprocess.run([sys.executable, "-c", EVERY], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 1_000


FEW = """
import failsoft
from failsoft import deferred
from failsoft.sanitize import sanitize
failsoft.Failsoft().close()
assert sanitize("GET /orders/17 200 12ms") == "GET /orders/17 200 12ms"
print(deferred.asked())
"""


def test_a_start_and_a_text_without_anything_in_it_need_none() -> None:
    """What they would need is not to wait: it keeps `re.compile`."""
    done = subprocess.run([sys.executable, "-c", FEW], capture_output=True, text=True, cwd=Path(__file__).parent)
    assert (done.stdout, done.stderr) == ("0\n", "")
