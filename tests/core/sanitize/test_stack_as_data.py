"""`fs.stack`: a stack as plain values, and what of local variables it may show."""

from __future__ import annotations

import json
import pickle
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import failsoft
from failsoft.sanitize.places import shown_path

SECRET = "hunter2-and-fake"


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError(SECRET)


def order(order_id: int, password: str, note: Any) -> None:
    items = [order_id, password, note]
    raise ValueError(f"password={SECRET} of {len(items)}")


def failed(*arguments: Any, settings: Any = None) -> list[dict[str, Any]]:
    try:
        order(*arguments)
    except ValueError as exc:
        with failsoft.Failsoft(settings) as fs:
            return fs.stack(exc)
    raise AssertionError


def test_frames_have_file_function_line_and_code_and_no_locals() -> None:
    (link,) = failed(4711, SECRET, "x")
    assert (link["type"], link["relation"]) == ("ValueError", "")
    assert link["message"] == "password=[REDACTED:password] of 3"
    outer, inner = link["frames"]
    assert inner["function"] == "order"
    assert inner["file"].endswith("sanitize/test_stack_as_data.py")
    assert not Path(inner["file"]).is_absolute()
    assert inner["code"].startswith("raise ValueError(")
    assert inner["line"] < outer["line"]
    assert "locals" not in inner
    assert SECRET not in json.dumps(link)


def test_locals_are_those_that_were_named_and_they_are_clean() -> None:
    settings = {"sanitize": {"locals": ["order_id", "password", "note"]}}
    (link,) = failed(4711, SECRET, f"card 4111 1111 1111 1111 {'long ' * 100}", settings=settings)
    values = link["frames"][-1]["locals"]
    assert sorted(values) == ["note", "order_id", "password"]
    assert values["order_id"] == "4711"
    assert values["password"] == "[REDACTED:password]"
    assert values["note"].startswith("card [REDACTED:card] long ")
    assert len(values["note"]) == 200
    assert "items" not in json.dumps(link["frames"][-1]["locals"])
    assert "locals" not in link["frames"][0]


def test_locals_stand_in_the_text_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with failsoft.Failsoft({"sanitize": {"locals": ["order_id"]}}) as fs:
        try:
            order(4711, SECRET, None)
        except ValueError as exc:
            fs.handle(exc)
    (record,) = [one for one in caplog.records if one.name == "failsoft.errors"]
    assert "    order_id = 4711\nValueError: password=[REDACTED:password] of 3" in str(record.exc_text)
    assert SECRET not in str(record.exc_text)


def test_a_local_that_cannot_be_looked_at_is_withheld() -> None:
    (link,) = failed(1, SECRET, Hostile(), settings={"sanitize": {"locals": ["note", "order_id"]}})
    assert link["frames"][-1]["locals"] == {"note": "[REDACTED:error]", "order_id": "1"}


def test_locals_of_a_deep_recursion_are_read_for_the_innermost_frames_only() -> None:
    def down(depth: int) -> None:
        if depth:
            down(depth - 1)
        raise ValueError

    try:
        down(300)
    except ValueError as exc:
        with failsoft.Failsoft({"sanitize": {"locals": ["depth"]}}) as fs:
            failure = fs.classify(exc)
            (link,) = fs.stack(failure)
    shown = [frame["locals"]["depth"] for frame in link["frames"] if "locals" in frame]
    assert shown == [str(depth) for depth in range(19, -1, -1)]
    assert link["frames_left_out"] == 50
    again = pickle.loads(pickle.dumps(failure))
    assert fs.stack(again) == fs.stack(failure)


def test_chains_and_groups_are_kept() -> None:
    try:
        try:
            raise KeyError("sku")
        except KeyError as exc:
            raise ExceptionGroup("two", [ValueError("a"), TypeError("b")]) from exc
    except ExceptionGroup as exc:
        links = failsoft.Failsoft().stack(exc)
    assert [(link["type"], link["relation"]) for link in links] == [
        ("ExceptionGroup", ""),
        ("ValueError", "member"),
        ("TypeError", "member"),
        ("KeyError", "cause"),
    ]


def test_code_that_holds_a_secret_is_shown_without_it(tmp_path: Path) -> None:
    module = tmp_path / "with_secret.py"
    module.write_text('password = "hunter2-and-fake"; raise ValueError("x")\n')
    try:
        exec(compile(module.read_text(), str(module), "exec"), {})
    except ValueError as exc:
        (link,) = failsoft.Failsoft().stack(exc)
    assert link["frames"][-1]["code"] == 'password = "[REDACTED:password]"; raise ValueError("x")'


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/srv/app/.venv/lib/python3.12/site-packages/flask/app.py", "flask/app.py"),
        ("C:\\app\\venv\\Lib\\site-packages\\flask\\app.py", "flask/app.py"),
        ("/usr/lib/python3/dist-packages/yaml/loader.py", "yaml/loader.py"),
        (threading.__file__, "threading.py"),
        (json.__file__, "json/__init__.py"),
        ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap>"),
        ("<string>", "<string>"),
        ("/nowhere/known/x.py", "/nowhere/known/x.py"),
        ("", ""),
    ],
)
def test_paths_are_relative_to_package_or_project(path: str, shown: str) -> None:
    assert shown_path(path) == shown


def test_the_nearest_root_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "src"), *sys.path])
    assert shown_path(str(tmp_path / "src" / "shop" / "views.py")) == "shop/views.py"


class LiesAboutItself(Exception):
    @property
    def __class__(self) -> Any:
        raise RuntimeError(SECRET)


class LetsNobodyIn(Exception):
    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(SECRET)


@pytest.mark.parametrize("kind", [LiesAboutItself, LetsNobodyIn])
def test_an_exception_that_answers_no_question_has_a_stack_too(kind: type[Exception]) -> None:
    with failsoft.Failsoft() as fs:
        links = fs.stack(kind(f"password={SECRET}"))
    assert links[0]["relation"] == ""
    assert SECRET not in repr(links)
