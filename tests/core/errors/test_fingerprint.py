"""Which failures are the same one again."""

from __future__ import annotations

import asyncio
import functools
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from failsoft.errors.classifier import Classifier
from failsoft.errors.exceptions import SettingsError
from failsoft.errors.failure import Failure
from failsoft.errors.fingerprint import DEFAULT, OTHER, Groups, template_of

Make = Callable[..., Classifier]
HERE = __name__


def caught(call: Callable[[], Any]) -> BaseException:
    try:
        result = call()
        if asyncio.iscoroutine(result):
            asyncio.run(result)
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


@pytest.fixture
def of(make: Make) -> Callable[[Callable[[], Any]], str]:
    """The fingerprint of what a function raises."""
    classifier = make()
    return lambda call: classifier.classify(caught(call)).fingerprint


VIEW = """
def load(sku):
    return {}[sku]

def view(sku):
    return [load(one) for one in [sku]]
"""


def module(path: str, text: str) -> dict[str, Any]:
    space: dict[str, Any] = {}
    exec(compile(text, path, "exec"), space)
    return space


def test_lines_and_values_and_the_place_of_a_deploy_change_nothing(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for release, shift in (("1", ""), ("2", "\n\n# more\n\n")):
        root = tmp_path / release
        monkeypatch.syspath_prepend(str(root))
        view = module(str(root / "shop" / "views.py"), shift + VIEW)["view"]
        found |= {make().classify(caught(lambda view=view, sku=sku: view(sku))).fingerprint for sku in ("a", "b")}
    assert len(found) == 1
    assert re.fullmatch(r"v1:[0-9a-f]{16}", found.pop())


def test_another_function_or_class_is_another_failure(of: Callable[..., str]) -> None:
    def one() -> None:
        raise ValueError("x")

    def two() -> None:
        raise ValueError("x")

    def three() -> None:
        raise KeyError("x")

    assert len({of(one), of(two), of(three)}) == 3


def test_what_it_was_raised_from_counts_and_what_it_met_on_its_way_does_not(of: Callable[..., str]) -> None:
    def fail(cause: Exception | None, context: Exception | None) -> None:
        error = RuntimeError("x")
        error.__cause__, error.__context__ = cause, context
        raise error

    plain = of(lambda: fail(None, None))
    assert of(lambda: fail(None, OSError("y"))) == plain
    assert of(lambda: fail(OSError("y"), None)) != plain


def test_decorators_coroutines_recursion_and_comprehensions_change_nothing(of: Callable[..., str]) -> None:
    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any) -> Any:
            return function(*args)

        return wrapper

    space: dict[str, Any] = {"timed": timed}
    plain = "def walk(n):\n    return [walk(n - 1) for _ in '1'] if n else 1 / 0\ndef view():\n    return walk(DEPTH)\n"
    found = set()
    for text in (
        plain.replace("DEPTH", "1"),
        plain.replace("DEPTH", "7"),
        plain.replace("DEPTH", "3").replace("def view", "@timed\ndef view"),
        plain.replace("DEPTH", "3").replace("def view", "async def view"),
    ):
        exec(compile(text, "/srv/shop/walks.py", "exec"), space)
        found.add(of(space["view"]))
    assert len(found) == 1


@pytest.mark.parametrize("python", ["python3.11", "python3.12", "python3.13"])
def test_every_python_says_the_same(python: str, tmp_path: Path) -> None:
    core = str(Path(__file__).parents[3] / "core")
    program = (
        "import sys, importlib.util, types\n"
        "for name in ('failsoft', 'failsoft.errors'):\n"
        "    sys.modules[name] = types.ModuleType(name)\n"
        "def load(name):\n"
        f"    spec = importlib.util.spec_from_file_location(name, {core!r} + '/' + name.replace('.', '/') + '.py')\n"
        "    module = sys.modules[name] = importlib.util.module_from_spec(spec)\n"
        "    spec.loader.exec_module(module)\n"
        "    return module\n"
        "sys.modules['failsoft.errors.failure'] = types.ModuleType('failsoft.errors.failure')\n"
        "load('failsoft.errors.files')\n"
        "frames = load('failsoft.errors.frames')\n"
        "fingerprint = load('failsoft.errors.fingerprint')\n"
        f"space = {{}}; exec(compile({VIEW!r}, '/srv/shop/views.py', 'exec'), space)\n"
        "try:\n    space['view']('a')\n"
        "except KeyError as error:\n"
        "    link = types.SimpleNamespace(type='KeyError', frames=frames.Frames(error.__traceback__.tb_next))\n"
        "print(fingerprint.fingerprint_of(fingerprint.parts_of([link])))\n"
    )
    try:
        done = subprocess.run([python, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False)
    except OSError:
        pytest.skip(f"no {python} here")
    if "not found" in done.stderr:
        pytest.skip(f"no {python} here")
    assert (done.stderr, done.stdout) == ("", "v1:2c3f9970543507b8\n")


def test_code_that_is_not_the_applications_does_not_count(of: Callable[..., str]) -> None:
    code = "import json\ndef PARSE():\n    json.loads('{')\ndef view():\n    PARSE()\n"
    library = "/srv/venv/lib/python3.12/site-packages/shim/core.py"
    found = {of(module(library, code.replace("PARSE", name))["view"]) for name in ("parse", "read")}
    assert len(found) == 1
    own = {of(module("/srv/shop/core.py", code.replace("PARSE", name))["view"]) for name in ("parse", "read")}
    assert len(own) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Order 4711 of 'bob' failed", "Order 12 of 'alice' failed"),
        ("cannot read /srv/a/b", "cannot read /tmp/c"),
        ("ids 1 2 3 are gone", "ids 1 are gone"),
        ("no user bob@example.com", "no user alice@example.org"),
        ("can't reach https://a.example/x", "can't reach https://b.example/y?z=1"),
    ],
)
def test_without_functions_of_the_application_the_text_counts_without_what_varies(
    make: Make, one: str, other: str
) -> None:
    assert make().classify(ValueError(one)).fingerprint == make().classify(ValueError(other)).fingerprint
    assert make().classify(ValueError(one)).fingerprint != make().classify(ValueError("quite another text")).fingerprint


def test_a_template_is_short_whatever_the_text() -> None:
    assert template_of("'" * 100_000 + " ") != ""
    assert len(template_of("x" * 100_000).split()) == 1
    assert template_of("") == ""
    assert template_of("Key (id)=(5) is not there, is it not so, tell me") == "Key <*> is not there, is it not"


def fail(name: str, at: float = 0.0) -> Failure:
    return Failure(
        type=name, category="system", severity="high", transient=False, recoverable=False, status=500,  # type: ignore[arg-type]
        code="X", confidence=1.0, error_id="x", timestamp=at, links=((name, "", (), ""),),  # type: ignore[arg-type]
    )  # fmt: skip


def links(failure: Failure) -> Failure:
    from failsoft.errors.failure import Link

    failure.links = tuple(Link(*link) for link in failure.links)
    return failure


def test_there_is_a_bound_to_the_groups_and_a_quiet_one_makes_room() -> None:
    groups = Groups(room=6)
    first = [groups.of(links(fail(f"E{n}", at=n))) for n in range(3)]
    assert len(set(first)) == 3
    assert groups.of(links(fail("E3", at=3.0))) == OTHER
    assert groups.of(links(fail("E0", at=4.0))) == first[0]
    late = groups.of(links(fail("E3", at=3_700.0)))
    assert late not in {OTHER, *first}
    assert groups.of(links(fail("E0", at=3_701.0))) == first[0]


def test_a_flood_of_new_groups_is_one(make: Make) -> None:
    classifier = make()
    found = {
        classifier.classify(type(f"Flood{n}", (Exception,), {"__module__": "shop"})("x")).fingerprint
        for n in range(2_600)
    }
    assert len(found) == 2_501
    assert OTHER in found
    # and none of them hides a failure of the application
    assert classifier.classify(caught(lambda: int("x"))).fingerprint not in found


def by_tenant(failure: Failure) -> list[str]:
    return [DEFAULT, failure.raw_message.split()[0]]


def whole(failure: Failure) -> str:
    return "all of them"


def nothing(failure: Failure) -> None:
    return None


def explodes(failure: Failure) -> list[str]:
    raise RuntimeError("not my day")


def nonsense(failure: Failure) -> list[Any]:
    return [7]


def test_the_application_has_a_say(make: Make) -> None:
    def ask(function: str | None, text: str, cls: type[Exception] = ValueError) -> str:
        return make(fingerprint=function and f"{HERE}:{function}").classify(cls(text)).fingerprint

    assert ask("by_tenant", "acme it failed") != ask("by_tenant", "umbrella it failed")
    assert ask("by_tenant", "acme it failed") != ask("by_tenant", "acme it failed", KeyError)
    assert ask("whole", "a") == ask("whole", "b", KeyError)
    assert ask("nothing", "a") == ask(None, "a")


@pytest.mark.parametrize("function", ["explodes", "nonsense"])
def test_a_function_that_fails_is_counted_and_passed_over(make: Make, function: str) -> None:
    classifier = make(fingerprint=f"{HERE}:{function}")
    failure = classifier.classify(ValueError("a"))
    assert failure.fingerprint == make().classify(ValueError("a")).fingerprint
    assert classifier.internal_errors == 1
    assert failure.fingerprint  # it is kept, so the function is not asked again
    assert classifier.internal_errors == 1


def test_a_function_that_is_not_there_is_a_fault_with_its_place(make: Make) -> None:
    with pytest.raises(SettingsError, match=r"telemetry\.fingerprint = 'shop:no'"):
        make(fingerprint="shop:no")


def test_a_copy_in_another_process_says_the_same(make: Make) -> None:
    failure = make().classify(caught(lambda: int("x")))
    assert pickle.loads(pickle.dumps(failure)).fingerprint == failure.fingerprint
    assert sys.getsizeof(failure.fingerprint) < 100
