"""With `format = "keep"` an application answers as it does without Failsoft; only the ids are added."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from ecosystem.deeds import SECRET
from ecosystem.running import each, probe

PATHS = (
    "/ok", "/ok?a=1", "/ok/", "/unexpected", "/unexpected-sync", "/refused", "/denied", "/busy", "/exhausted",
    "/no-such-path", "/%00", "/caf%C3%A9", "//ok",
)  # fmt: skip
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "DELETE", "PROPFIND")
ACCEPTS = ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "application/json", ";;;")
CALLS = [[method, path, {"Accept": accept}] for method, path, accept in itertools.product(METHODS, PATHS, ACCEPTS)]
OURS = {"x-request-id", "x-error-id"}
KEEP: dict[str, Any] = {"responses": {"format": "keep"}}


def answers(framework: str, settings: dict[str, Any] | None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = probe(framework, failsoft=settings, calls=CALLS)["calls"]
    return found


def plain(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without our ids, and without what is another one each time."""
    headers = {name: value for name, value in answer["headers"].items() if name not in OURS}
    if "allow" in headers:
        headers["allow"] = ", ".join(sorted(headers["allow"].split(", ")))
    if "set-cookie" in headers:
        headers["set-cookie"] = headers["set-cookie"].partition("=")[0]
    return {**answer, "headers": headers}


@each()
@pytest.mark.parametrize("settings", [KEEP, {"rollout": {"mode": "observe"}}, {"rollout": {"mode": "off"}}], ids=str)
def test_answers_are_those_of_the_bare_application(framework: str, settings: dict[str, Any]) -> None:
    pairs = zip(CALLS, answers(framework, settings), answers(framework, None), strict=True)
    different = [(call[:2], ours, bare) for call, ours, bare in pairs if plain(ours) != plain(bare)]
    assert different == []


@each()
def test_every_answer_has_a_request_id_and_every_failure_an_error_id(framework: str) -> None:
    for call, answer in zip(CALLS, answers(framework, KEEP), strict=True):
        assert answer["headers"]["x-request-id"]
        if call[1] in ("/unexpected", "/unexpected-sync", "/refused") and call[0] == "GET":
            assert answer["headers"]["x-error-id"], call


@each()
def test_the_secret_of_an_exception_is_in_no_answer(framework: str) -> None:
    assert all(SECRET not in answer["body"] for answer in answers(framework, KEEP))
