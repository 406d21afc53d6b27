"""The import layers of the design: a module imports only from layers below its own, and nothing imports in a circle."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {"failsoft": ROOT / "core/failsoft"} | {
    name: ROOT / "integrations" / name
    for name in ("failsoft_asgi", "failsoft_django", "failsoft_flask", "failsoft_pytest")
}

# lowest first; the first prefix that fits decides
LAYERS: list[tuple[str, ...]] = [
    (
        "errors.taxonomy",
        "outcome",
        "clock",
        "ids",
        "kinds",
        "http",
        "requests",
        "ambiguity",
        "glushkov",
        "regexes",
        "deferred",
        "shipped",
        "warming",
    ),
    (
        "errors.failure",
        "errors.fingerprint",
        "errors.files",
        "errors.frames",
        "errors.attributes",
        "errors.suggestions",
        "errors.exceptions",
    ),
    ("options", "call", "current", "events", "machines", "references", "sanitize"),
    ("bus", "beat", "inspection", "errors.capture", "errors.catalogue", "errors.rules", "errors", "problem", "stores"),
    ("policies", "observers", "audit", "witness", "trail", "sentry", "otel", "logs"),
    (
        "engine",
        "verdicts",
        "notes",
        "offloading",
        "spent",
        "retries",
        "repeating",
        "timeouts",
        "books",
        "deadlines",
        "run",
        "faults",
        "pipeline",
        "endpoints",
        "marks",
        "renewal",
        "guard",
        "guardable",
        "guarded",
        "attended",
        "handover",
        "plan",
        "answer",
    ),
    ("recovery", "health"),
    ("settings",),
    ("build", "build_audit", "build_faults", "build_incidents", "build_judges", "build_state", "reloading", "facade"),
    ("console", "cli", "testing", "__main__"),
]
FRAMEWORKS = {"starlette", "fastapi", "django", "flask", "werkzeug", "rest_framework", "sanic", "litestar", "aiohttp"}


def modules() -> dict[str, Path]:
    found = {}
    for package, folder in SOURCES.items():
        for path in folder.rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join((package, *[part for part in parts if part != "__init__"]))
            found[name] = path
    return found


def imports(name: str, path: Path, known: dict[str, Path]) -> set[str]:
    """Modules of ours that a module imports when it is loaded, and others by their first name."""
    result: set[str] = set()
    todo: list[ast.AST] = [ast.parse(path.read_text())]
    while todo:
        node = todo.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                continue
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
                todo.extend(child.orelse)
                continue
            if isinstance(child, ast.Import):
                result.update(alias.name for alias in child.names)
            elif isinstance(child, ast.ImportFrom) and child.module:
                assert child.level == 0, f"{name}: relative import"
                for alias in child.names:
                    full = f"{child.module}.{alias.name}"
                    result.add(full if full in known else child.module)
            todo.append(child)
    return {item for item in result if item != name}


def layer(name: str) -> int | None:
    inner = name.removeprefix("failsoft").lstrip(".")
    best: tuple[int, int] | None = None
    for number, prefixes in enumerate(LAYERS):
        for prefix in prefixes:
            fits = inner == prefix or inner.startswith(prefix + ".")
            if fits and (best is None or len(prefix) > best[0]):
                best = (len(prefix), number)
    return None if best is None else best[1]


KNOWN = modules()
GRAPH = {name: imports(name, path, KNOWN) for name, path in KNOWN.items()}


def test_every_core_module_has_a_layer() -> None:
    homeless = [n for n in KNOWN if n.startswith("failsoft.") and layer(n) is None]
    assert homeless == []


def test_imports_point_downwards() -> None:
    upwards = [
        f"{name} imports {target}"
        for name, targets in GRAPH.items()
        if name.startswith("failsoft.")
        for target in targets
        if target.startswith("failsoft.") and (layer(target) or 0) > (layer(name) or 0)
    ]
    assert upwards == []


def test_the_core_imports_no_framework_and_no_adapter() -> None:
    wrong = [
        f"{name} imports {target}"
        for name, targets in GRAPH.items()
        if name.split(".")[0] == "failsoft"
        for target in targets
        if target.split(".")[0] in FRAMEWORKS or target.split(".")[0].startswith("failsoft_")
    ]
    assert wrong == []


def test_machines_know_no_clock_no_lock_and_no_io() -> None:
    allowed = {"__future__", "collections", "dataclasses", "enum", "math", "random", "typing", "bisect", "itertools"}
    wrong = [
        f"{name} imports {target}"
        for name, targets in GRAPH.items()
        if name.startswith("failsoft.machines.")
        for target in targets
        if target.split(".")[0] not in allowed and not target.startswith(("failsoft.machines", "failsoft.outcome"))
    ]
    assert wrong == []


def test_policies_and_observers_know_no_sibling() -> None:
    kinds = ("failsoft.policies.circuit_breaker", "failsoft.policies.retry")
    assert not GRAPH[kinds[0]] & {kinds[1]}
    assert not GRAPH[kinds[1]] & {kinds[0]}
    for name, targets in GRAPH.items():
        if name.startswith("failsoft.policies."):
            assert not [t for t in targets if t.startswith("failsoft.observers")], name


def test_nothing_imports_in_a_circle() -> None:
    state: dict[str, int] = {}
    circles: list[str] = []

    def visit(name: str, trail: list[str]) -> None:
        state[name] = 1
        for target in sorted(GRAPH.get(name, ())):
            if target not in KNOWN:
                continue
            if state.get(target) == 1:
                circles.append(" -> ".join([*trail[trail.index(target) :], target]) if target in trail else target)
            elif target not in state:
                visit(target, [*trail, target])
        state[name] = 2

    for name in sorted(KNOWN):
        if name not in state:
            visit(name, [name])
    assert circles == []


def test_importing_failsoft_loads_no_framework_and_starts_no_thread() -> None:
    import subprocess

    code = (
        "import sys, threading, failsoft; "
        f"print(sorted(m for m in sys.modules if m in {sorted(FRAMEWORKS)!r}), threading.active_count())"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[] 1"


def test_importing_failsoft_loads_nothing_that_only_some_need() -> None:
    """Every command, every worker and every test that starts a process would wait for it."""
    import subprocess

    some = {
        "csv", "email.message", "http.client", "importlib.metadata", "importlib.resources", "smtplib", "sqlite3",
        "tempfile", "tomllib", "cryptography", "sqlalchemy", "redis", "click", "jinja2",
        "failsoft.audit.stores", "failsoft.audit.writer", "failsoft.build_audit", "failsoft.build_state",
        "failsoft.cli", "failsoft.observers.audit", "failsoft.settings.lines", "failsoft.stores.on_sqlite",
    }  # fmt: skip
    code = f"import sys, failsoft; failsoft.Failsoft().close(); print(sorted({some!r} & set(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_a_module_declares_what_is_public(name: str) -> None:
    tree = ast.parse(KNOWN[name].read_text())
    if not tree.body:
        return
    names = {
        t.id for node in tree.body if isinstance(node, ast.Assign) for t in node.targets if isinstance(t, ast.Name)
    }
    names |= {n.target.id for n in tree.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
    only_docstring = len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr)
    assert "__all__" in names or only_docstring or name.endswith("__main__")
