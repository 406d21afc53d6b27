"""What the user's own middleware writes on answers is there on errors, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ecosystem.deeds import ORIGIN
from ecosystem.running import each, probe

ERRORS = (
    "/unexpected", "/unexpected-sync", "/refused", "/denied", "/busy", "/exhausted", "/exhausted-sync", "/no-such-path",
)  # fmt: skip


def plain(framework: str, **options: Any) -> dict[str, Any]:
    return probe(framework, tool="sentry", **options)


@each()
@pytest.mark.parametrize("path", ["/ok", "/recovers", *ERRORS])
def test_every_answer_has_the_cors_headers(framework: str, path: str) -> None:
    headers = plain(framework)[path]["headers"]
    assert headers["access-control-allow-origin"] == ORIGIN
    assert headers["access-control-allow-credentials"] == "true"
    # Flask-CORS does not name the one origin it is set to
    assert "origin" in headers.get("vary", "").lower() or framework == "flask"


@each()
@pytest.mark.parametrize("path", ERRORS)
def test_an_error_is_a_problem_and_varies_by_what_it_was_negotiated_from(framework: str, path: str) -> None:
    answer = plain(framework)[path]
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert json.loads(answer["body"])["status"] == answer["status"] >= 400
    assert {"accept", "accept-language"} <= {part.strip().lower() for part in answer["headers"]["vary"].split(",")}


@each()
def test_a_preflight_is_answered_as_without_failsoft(framework: str) -> None:
    ours, bare = (plain(framework, **options)["preflight"] for options in ({}, {"failsoft": None}))
    assert (ours["status"], ours["body"]) == (bare["status"], bare["body"])
    assert ours["headers"].keys() - bare["headers"].keys() <= {"x-request-id"}
    for name, value in bare["headers"].items():
        # methods come out of a set
        assert sorted(ours["headers"][name].split(", ")) == sorted(value.split(", "))


@each()
def test_a_session_outlives_errors_and_keeps_what_was_written_before_a_refusal(framework: str) -> None:
    seen = plain(framework)
    visits = [json.loads(seen[name]["body"])["visits"] for name in ("/ok", "again")]
    # the second visit was the one that was refused: its view had counted it before it raised
    assert visits == [1, 3]
    assert "set-cookie" in seen["/refused"]["headers"]


@each()
@pytest.mark.parametrize("path", ERRORS)
def test_no_error_throws_the_session_away(framework: str, path: str) -> None:
    cookie = plain(framework)[path]["headers"].get("set-cookie", "")
    assert "max-age=0" not in cookie.lower()
    assert "1970" not in cookie


@each()
@pytest.mark.parametrize("path", ["/ok", "/refused"])
def test_a_session_cookie_is_set_as_without_failsoft(framework: str, path: str) -> None:
    ours, bare = (plain(framework, **options)[path]["headers"] for options in ({}, {"failsoft": None}))
    assert attributes(ours["set-cookie"]) == attributes(bare["set-cookie"])


def attributes(cookie: str) -> list[str]:
    """Of a cookie its name and attributes, without the value and what depends on the time."""
    name, *rest = cookie.split(";")
    return [name.partition("=")[0], *(part.strip().lower() for part in rest if not part.strip().startswith("expires"))]
