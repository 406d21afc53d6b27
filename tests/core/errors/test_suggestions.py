"""What can be done about a failure. Run this file to rewrite the tables of the reference."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import failsoft
from failsoft.errors import Audience, Category, Suggestion
from failsoft.errors.catalogue.labels import CODES
from failsoft.errors.suggestions import suggest
from failsoft.problem.catalogue import CODES as FIXED

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "errors.md"
BEGIN = "<!-- suggestions: written by tests/core/errors/test_suggestions.py -->"
END = "<!-- end of suggestions -->"
STATUSES = (400, 401, 403, 404, 409, 422, 429, 499, 500, 502, 503, 504)


def table() -> str:
    lines = ["| suggestion | who | meaning |", "|---|---|---|"]
    lines += [f"| `{one}` | {one.audience} | {one.text} |" for one in Suggestion]
    lines += ["", "| code | where time may cure it | where it may not |", "|---|---|---|"]
    for code in sorted(CODES):
        status = FIXED[code].status if code in FIXED else 499
        passing, lasting = (
            ", ".join(f"`{one}`" for one in suggest(code, Category.SYSTEM, transient=transient, status=status))
            for transient in (True, False)
        )
        if code in {"CONFLICT", "FALLBACK_FAILED", "RETRY_EXHAUSTED"}:
            passing = lasting = "by category"
        lines.append(f"| `{code}` | {passing or 'none'} | {lasting or 'none'} |")
    lines += ["", "| category, status | where time may cure it | where it may not |", "|---|---|---|"]
    for category in Category:
        for status in (400, 500):
            passing, lasting = (
                ", ".join(f"`{one}`" for one in suggest("APP", category, transient=transient, status=status))
                for transient in (True, False)
            )
            lines.append(f"| `{category}`, {status // 100}xx | {passing} | {lasting} |")
    return "\n".join(lines)


def rewritten(page: str) -> str:
    return re.sub(f"{BEGIN}.*{END}", lambda _: f"{BEGIN}\n{table()}\n{END}", page, flags=re.DOTALL)


def test_the_tables_of_the_reference_are_in_step() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert BEGIN in page
    assert rewritten(page) == page, f"run: python {Path(__file__).name}"


@pytest.mark.parametrize("code", [*sorted(CODES), "SHOP_CLOSED"])
@pytest.mark.parametrize("category", list(Category))
def test_every_failure_has_a_few_suggestions_none_twice(code: str, category: Category) -> None:
    for status in STATUSES:
        for transient in (True, False):
            found = suggest(code, category, transient=transient, status=status)
            assert len(found) == len(set(found)) <= 4
            assert found or code == "CLIENT_DISCONNECTED"
            assert all(isinstance(one, Suggestion) for one in found)


@pytest.mark.parametrize("category", list(Category))
def test_what_no_time_cures_is_not_to_be_repeated(category: Category) -> None:
    again = {Suggestion.RETRY, Suggestion.RETRY_LATER, Suggestion.RECONNECT, Suggestion.WAIT_FOR_DEPENDENCY}
    for status in STATUSES:
        assert again.isdisjoint(suggest("SHOP_CLOSED", category, transient=False, status=status))


def test_every_suggestion_is_said_in_a_sentence_and_made_for_something() -> None:
    used = {
        one
        for code in [*CODES, "SHOP_CLOSED"]
        for category in Category
        for status in STATUSES
        for transient in (True, False)
        for one in suggest(code, category, transient=transient, status=status)
    }
    assert used == set(Suggestion)
    for one in Suggestion:
        assert re.fullmatch(r"[A-Z].{8,80}\.", one.text)
        assert one.audience in Audience
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", one)


@pytest.mark.parametrize(
    ("exc", "first"),
    [
        (ConnectionRefusedError(111, "refused"), "reconnect"),
        (ZeroDivisionError(), "fix_code"),
        (MemoryError(), "free_resources"),
        (failsoft.AuthenticationError(), "sign_in"),
        (failsoft.AuthenticationError(status=502, code="UPSTREAM_AUTH_ERROR"), "refresh_credentials"),
        (failsoft.ConflictError(), "reload_and_merge"),
        (failsoft.ConflictError(category="data_integrity"), "fix_input"),
        (failsoft.ValidationError(), "fix_input"),
        (failsoft.RateLimitError(), "retry_later"),
        (failsoft.CircuitOpenError(), "wait_for_dependency"),
        (failsoft.FailsoftError(code="SHOP_CLOSED", status=403, category="authentication"), "sign_in"),
        (failsoft.FailsoftError(code="INTERNAL_ERROR", status=402), "fix_input"),
    ],
)
def test_the_first_suggestion_is_what_helps_most(exc: Exception, first: str) -> None:
    assert failsoft.classify(exc).suggestions[0] == first


class Broken(Exception):
    limit = 20
    secret = object()

    @property
    def hostile(self) -> str:
        raise RuntimeError


def test_the_settings_say_it_for_a_class_and_a_rule() -> None:
    name = f"{Broken.__module__}.{Broken.__qualname__}"
    rule = {"name": "r", "when": {"message_contains": "full"}, "then": {"suggestions": ["scale_up"]}}
    with failsoft.Failsoft({"errors": {name: {"suggestions": ["free_resources", "restart"]}}, "rules": [rule]}) as fs:
        assert fs.classify(Broken()).suggestions == (Suggestion.FREE_RESOURCES, Suggestion.RESTART)
        assert fs.classify(ValueError("the disk is full")).suggestions == (Suggestion.SCALE_UP,)
    with failsoft.Failsoft({"errors": {name: {"suggestions": []}}}) as fs:
        assert fs.classify(Broken()).suggestions == ()


def test_an_unknown_suggestion_is_a_fault() -> None:
    with pytest.raises(failsoft.SettingsError, match=r"errors\.\"x\.Y\"\.suggestions\[0\] = 'pray'"):
        failsoft.Failsoft({"errors": {"x.Y": {"suggestions": ["pray"]}}})


def test_attributes_that_are_declared_public_can_be_named_in_texts() -> None:
    name = f"{Broken.__module__}.{Broken.__qualname__}"
    mapping = {"status": 409, "user_message": "At most {limit}.", "public_details": ["limit", "secret", "missing"]}
    with failsoft.Failsoft({"errors": {name: mapping}}) as fs:
        failure = fs.classify(Broken())
        assert failure.details == {"limit": 20}
        assert fs.handle(Broken()).detail == "At most 20."
    with failsoft.Failsoft({"errors": {name: {**mapping, "public_details": ["hostile"]}}}) as fs:
        assert fs.handle(Broken()).detail == "At most {limit}."


@pytest.mark.parametrize("name", ["_x", "a.b", "a[0]", "__class__", "Limit", "", "x" * 40])
def test_only_simple_names_can_be_public(name: str) -> None:
    with pytest.raises(failsoft.SettingsError, match="public_details"):
        failsoft.Failsoft({"errors": {"x.Y": {"public_details": [name]}}})


def test_a_class_of_ours_says_what_of_its_details_is_public() -> None:
    class TooMany(failsoft.ConflictError):
        public_details = ("limit",)

    exc = TooMany("x", user_message="At most {limit}, not {iban}.", details={"limit": 3, "iban": "DE12"})
    with failsoft.Failsoft() as fs:
        assert fs.handle(exc).detail == "At most 3, not {iban}."


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
