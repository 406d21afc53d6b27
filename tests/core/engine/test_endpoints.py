"""From a route to what is to be done there."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import pytest

import failsoft
from both_ways import Script, Way, request_call
from failsoft import Failsoft, Policy, Retry
from failsoft.endpoints import normalize, route_key
from failsoft.marks import mark_of, unused_marks


def view() -> None:
    """Where a view would be."""


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("/quotes/{symbol}", "/quotes/{symbol}"),
        ("/quotes/<symbol>", "/quotes/{symbol}"),
        ("/quotes/<int:id>", "/quotes/{id}"),
        ("/quotes/{path:path}", "/quotes/{path}"),
        ("quotes/<int:id>/", "/quotes/{id}/"),
        ("/<any(a, b):kind>/x", "/{kind}/x"),
        ("^quotes/(?P<id>[0-9]+)$", "^quotes/(?P{id}[0-9]+)$"),
        ("", "/"),
    ],
)
def test_templates_have_one_spelling(template: str, expected: str) -> None:
    assert normalize(template) == expected
    assert normalize(expected) == expected


def test_what_no_route_took_is_one_key_whatever_was_asked_for() -> None:
    assert {route_key(method, None) for method in ("GET", "POST", "X" * 99)} == {"__unmatched__"}


def test_invented_methods_are_one_key() -> None:
    assert {route_key(method, "/x") for method in ("BREW", "A" * 9999, "get")} == {"_OTHER /x"}


def test_the_settings_come_before_the_mark(make: Any, way: Way) -> None:
    fs = make(
        {
            "policies": {"two": {"retry": {"max_attempts": 2, "base_delay": 0}}},
            "endpoints": [{"match": "GET /quotes/{symbol}", "policy": "two"}],
        }
    )
    marked = failsoft.protect(retry=Retry(max_attempts=5, base_delay=0))(Script())
    for template, attempts in (("/quotes/<symbol>", 2), ("/other", 5)):
        binding = fs.endpoints.bind("GET", template, marked)
        script = Script(ConnectionResetError())
        with pytest.raises(ConnectionResetError):
            way.endpoint(binding, request_call(fs), script)
        assert script.calls == attempts


def test_the_first_table_that_matches_decides(make: Any) -> None:
    fs = make(
        {
            "policies": {"a": {"timeout": 1}, "b": {"timeout": 2}},
            "endpoints": [
                {"match": "* /quotes", "policy": "a"},
                {"match": "GET /quotes", "policy": "b"},
                {"match": "GET /never", "policy": "b"},
            ],
        }
    )
    assert fs.endpoints.bind("GET", "/quotes", view).policy == "a"
    assert fs.endpoints.unmatched_rules() == ["GET /quotes", "GET /never"]


def test_a_view_is_found_by_its_path_however_it_is_wrapped(make: Any) -> None:
    path = f"{view.__module__}.{view.__qualname__}"
    fs = make({"policies": {"a": {"timeout": 1}}, "endpoints": [{"view": path, "policy": "a"}]})

    @functools.wraps(view)
    def wrapped() -> None: ...

    for number, form in enumerate((view, wrapped, functools.partial(view), functools.partial(wrapped))):
        assert fs.endpoints.bind("GET", f"/{number}", form).policy == "a"
    assert fs.endpoints.bind("GET", "/other", Script()).policy == ""


def test_an_exempt_endpoint_is_left_alone(make: Any) -> None:
    fs = make({"endpoints": [{"match": "GET /health", "exempt": True}]})
    binding = fs.endpoints.bind("GET", "/health", view)
    assert (binding.exempt, binding.pipeline, binding.idle) == (True, None, False)
    assert fs.endpoints.bind("GET", "/other", view).idle


def test_a_binding_is_made_once(fs: Failsoft) -> None:
    assert fs.endpoints.bind("GET", "/x", view) is fs.endpoints.bind("GET", "/x", view)
    assert fs.endpoints.bind("GET", "/x", view) is not fs.endpoints.bind("POST", "/x", view)


def test_a_policy_that_does_nothing_costs_nothing(make: Any) -> None:
    fs = make({"policies": {"idle": {}}})
    assert fs.endpoints.bind("GET", "/x", failsoft.protect(policy="idle")(Script())).pipeline is None
    assert fs.endpoints.bind("GET", "/y", failsoft.protect()(Script())).pipeline is None


@dataclass
class Unhashable:
    """A view object that can be compared, and so not hashed."""

    text: str = "hello"

    def __call__(self) -> str:
        return self.text


def test_a_view_that_cannot_be_hashed_is_bound_all_the_same(fs: Failsoft) -> None:
    marked = failsoft.protect(circuit_breaker=True)(Unhashable())
    one, other = fs.endpoints.bind("GET", "/x", marked), fs.endpoints.bind("GET", "/x", marked)
    assert one.pipeline is not None
    assert other.pipeline is not None
    assert one.pipeline.limits.breaker is other.pipeline.limits.breaker


def test_views_without_bound_do_not_pile_up(fs: Failsoft) -> None:
    for number in range(4200):
        fs.endpoints.bind("GET", "/x", functools.partial(view, number))
    assert 0 < len(fs.endpoints._bindings) <= 4096


# -- marks


def test_a_mark_leaves_the_view_as_it_is() -> None:
    def plain() -> str:
        return "untouched"

    assert failsoft.protect(timeout=1)(plain) is plain
    assert failsoft.protect(timeout=1)(plain) is plain
    assert plain() == "untouched"


def test_a_mark_is_found_through_wrappers() -> None:
    marked = failsoft.protect(timeout=1)(Script())

    class Bound:
        @failsoft.protect(timeout=1)
        def method(self) -> None: ...

    wrapped = functools.wraps(marked, assigned=(), updated=())(lambda: None)
    for form in (marked, functools.partial(marked), wrapped, Bound().method):
        assert mark_of(form) is not None
    assert mark_of(view) is None
    assert mark_of(None) is None


def test_a_ring_of_wrappers_ends() -> None:
    def one() -> None: ...
    def other() -> None: ...

    one.__wrapped__, other.__wrapped__ = other, one  # type: ignore[attr-defined]
    assert mark_of(one) is None


def test_a_mark_that_nobody_read_is_told_of(fs: Failsoft) -> None:
    @failsoft.protect(timeout=1)
    def forgotten() -> None: ...

    name = f"{forgotten.__module__}.{forgotten.__qualname__}"
    assert name in unused_marks()
    fs.endpoints.bind("GET", "/x", forgotten)
    assert name not in unused_marks()


@pytest.mark.parametrize(
    "parts",
    [
        {"timeout": 0},
        {"timeout": "soon"},
        {"retry": "netwrok"},
        {"retry": 0},
        {"retry": True},
        {"circuit_breaker": "yes"},
        {"deadline": -1},
    ],
    ids=str,
)
def test_a_wrong_part_is_refused_when_the_view_is_marked(parts: Any) -> None:
    with pytest.raises(failsoft.SettingsError):
        failsoft.protect(**parts)(Script())


def test_a_policy_and_its_parts_are_not_mixed() -> None:
    with pytest.raises(TypeError, match="either policy= or its parts"):
        failsoft.protect(policy="upstream", timeout=3)(Script())


def test_parts_that_are_switched_off_are_absent() -> None:
    marked = failsoft.protect(retry=None, circuit_breaker=False, timeout=2)(Script())
    mark = mark_of(marked)
    assert mark is not None
    assert mark.policy == Policy(timeout=2)


@pytest.mark.parametrize(
    "policy",
    [
        Policy(retry=Retry(methods=["GET", "PUT"], statuses=[503], categories=["network"])),
        Policy(retry={"max_attempts": 2}, circuit_breaker=True),  # type: ignore[arg-type]
    ],
)
def test_a_policy_is_a_value(fs: Failsoft, policy: Policy) -> None:
    assert hash(policy) == hash(policy)
    assert fs.guard("x", policy=policy).call(lambda: "ok") == "ok"


@pytest.mark.parametrize("view", [[].append, len], ids=["bound method", "builtin"])
def test_what_takes_no_mark_is_refused_with_a_reason(view: Any) -> None:
    with pytest.raises(TypeError, match="decorate the function where it is defined"):
        failsoft.protect(timeout=1)(view)
