"""The reference says what the code says: names, signatures, fields, codes, metrics, commands, links."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import pytest

import failsoft
from docs.pages import DOCS, ROOT, anchors_of, blocks_of, links_of, name_of, pages, prose_of
from failsoft import events
from failsoft.cli.main import COMMANDS, cli
from failsoft.errors import exceptions
from failsoft.settings import Settings

REFERENCE = DOCS / "reference"
_HEADING = re.compile(r"^### `(failsoft[\w.]*)\.(\w+)(?:\((.*)\))?`$")
_MEMBER = re.compile(r"^\| `\.(\w+)(?:\((.*)\))?` \|")


def text_of(page: str) -> str:
    return (REFERENCE / page).read_text(encoding="utf-8")


def from_source(path: Path, name: str) -> Any:
    """A function with the signature of one in a module that cannot be imported here."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    (node,) = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    names: dict[str, Any] = {}
    exec(f"def {name}({', '.join(arg.arg for arg in node.args.args)}): pass", names)
    return names[name]


def found(module: str, name: str) -> Any:
    """What a heading names."""
    if module == "failsoft_django.drf":
        # REST framework wants a configured Django, of which there may be one in a process
        return from_source(ROOT / "integrations/failsoft_django/drf.py", name)
    try:
        inside = importlib.import_module(module)
        return getattr(inside, name) if hasattr(inside, name) else importlib.import_module(f"{module}.{name}")
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        parent, _, last = module.rpartition(".")
        return getattr(found(parent, last), name)


def documented() -> Iterator[tuple[str, Any, str | None, bool]]:
    """Everything with a heading or a row of its own: name, object, signature, whether it is a method."""
    for page in ("api.md", "errors.md"):
        owner: Any = None
        for line in prose_of(REFERENCE / page):
            if match := _HEADING.match(line):
                owner = found(match[1], match[2])
                yield f"{match[1]}.{match[2]}", owner, match[3], False
            elif (match := _MEMBER.match(line)) and owner is not None:
                yield f"{owner.__name__}.{match[1]}", getattr(owner, match[1]), match[2], True


def shape_of(signature: inspect.Signature, skip: int) -> list[tuple[str, str, bool]]:
    """Names, kinds, and whether there is a default."""
    parameters = list(signature.parameters.values())[skip:]
    return [(p.name, p.kind.description, p.default is not p.empty) for p in parameters]


def written(signature: str) -> list[tuple[str, str, bool]]:
    """The same of a signature as a page writes it; a default that is not shown is `…`."""
    names: dict[str, Any] = {}
    exec(f"def documented({signature.replace('…', '...')}): pass", names)
    return shape_of(inspect.signature(names["documented"]), 0)


CALLABLES = [entry for entry in documented() if entry[2] is not None]


@pytest.mark.parametrize(("name", "thing", "signature", "is_method"), CALLABLES, ids=[c[0] for c in CALLABLES])
def test_a_signature_is_that_of_the_code(name: str, thing: Any, signature: str, is_method: bool) -> None:
    assert written(signature) == shape_of(inspect.signature(thing), int(is_method))


def test_defaults_are_those_of_the_code() -> None:
    for name, thing, signature, _ in CALLABLES:
        shown: dict[str, Any] = {}
        exec(f"def documented({(signature or '').replace('…', '...')}): pass", shown)
        actual = inspect.signature(thing).parameters
        for parameter in inspect.signature(shown["documented"]).parameters.values():
            if parameter.default not in (parameter.empty, ...):
                assert parameter.default == actual[parameter.name].default, (name, parameter.name)


def test_every_public_name_is_in_the_reference() -> None:
    reference = text_of("api.md") + text_of("errors.md")
    assert [name for name in failsoft.__all__ if f"`{name}" not in reference and f".{name}" not in reference] == []


def test_every_public_member_of_the_facade_is_in_the_reference() -> None:
    members = {name for name in vars(failsoft.Failsoft) if not name.startswith("_")}
    assert [name for name in sorted(members) if f"`.{name}" not in text_of("api.md")] == []


@pytest.mark.parametrize("cls", [failsoft.Failure, failsoft.RequestFacts], ids=lambda cls: cls.__name__)
def test_every_field_of_a_value_is_in_the_reference(cls: Any) -> None:
    assert [name for name in cls.__struct_fields__ if f"`{name}`" not in text_of("api.md")] == []


# --- exceptions


def test_every_exception_is_in_the_reference_with_what_it_means() -> None:
    rows = {row[0]: row for row in table_of("errors.md", "class")}
    classes = [getattr(exceptions, name) for name in exceptions.__all__ if name != "Fault"]
    expected = {
        f"`{cls.__name__}`": [
            f"`{cls.default_code}`",
            str(cls.default_status),
            f"`{cls.default_category}`",
            f"`{cls.default_severity}`",
            "yes" if cls.default_transient else "no",
        ]
        for cls in classes
    }
    assert {name: row[1:6] for name, row in rows.items()} == expected


# --- events


EVENTS = [getattr(events, name) for name in events.__all__]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_every_event_is_in_the_reference_with_its_fields(event: Any) -> None:
    section = section_of("events.md", f"### `{event.__name__}`")
    own = set(event.__struct_fields__) - (set(events.Event.__struct_fields__) if event is not events.Event else set())
    named = {word for row in rows_of(section) for word in re.findall(r"`(\w+)`", row[0])}
    assert named == own


# --- telemetry


LOGGERS = {"failsoft.errors", "failsoft.internal", "failsoft.audit", "failsoft.audit.anchor"}


def _names_in_code() -> set[str]:
    """Names of metrics, spans, attributes and variables: the constants of the observers that look like one."""
    folder = ROOT / "core/failsoft/observers"
    pattern = re.compile(
        r"(failsoft|http|url|server|user_agent|exception|error)\.[a-z_.]+|failsoft_[a-z_]+|OTEL_[A-Z_]+"
    )
    names = set()
    for path in [*(folder / "otel").glob("*.py"), folder / "logs.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and pattern.fullmatch(node.value):
                names.add(node.value)
    return names


def test_every_name_that_is_emitted_is_in_the_reference_and_no_other() -> None:
    page = text_of("telemetry.md")
    quoted = set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)+|failsoft_[a-z_]+|OTEL_[A-Z_]+)`", page))
    assert _names_in_code() - quoted == set()
    assert quoted - _names_in_code() - LOGGERS == set()


# --- command line


def _options(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts if option.startswith("--")}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_reference_with_its_options(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    page = text_of("command-line.md")
    assert f"## `failsoft {name}" in page
    assert [option for option in _options(command) | _options(cli) if f"`{option}" not in page] == []


def test_no_command_is_in_the_reference_that_is_not_there() -> None:
    assert set(re.findall(r"^## `failsoft (\w+)", text_of("command-line.md"), re.MULTILINE)) == set(COMMANDS)


# --- settings and audit records


def test_every_table_of_the_settings_is_in_the_reference() -> None:
    page = text_of("settings.md")
    assert [field.name for field in fields(Settings) if field.init and f"`{field.name}`" not in page] == []


def test_every_member_of_an_audit_record_is_described(tmp_path: Path) -> None:
    with failsoft.Failsoft({"audit": {"url": f"sqlite:///{tmp_path / 'audit.db'}", "encryption": "off"}}) as fs:
        fs.handle(RuntimeError("x"))
        fs.flush()
        (record,) = fs.audit.query(kind="failure.handled")
    described = text_of("audit-records.md")
    tables = {"request", "error", "response", "decisions"}
    inner = {f"{key}.{name}" for key in tables for name in record[key]}
    beside = {"position", "severity", "code", "status", "error_id"}  # what it is found by
    assert [name for name in {*record, *inner} - tables - beside if f"`{name}`" not in described] == []


# --- the pages among themselves


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in links_of(page):
        path, _, anchor = target.partition("#")
        if re.match(r"[a-z]+:", path):
            continue
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and anchor not in anchors_of(file)):
            broken.append(target)
    assert broken == []


def test_every_page_is_linked_from_the_index() -> None:
    linked = {(DOCS / target.partition("#")[0]).resolve() for target in links_of(DOCS / "index.md")}
    assert [name_of(p) for p in pages() if p.is_relative_to(DOCS) and p not in linked and p.name != "index.md"] == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_names_in_prose_are_there(page: Path) -> None:
    """`failsoft.something` between backquotes is a name in Python, or one of telemetry."""
    names = {word for line in prose_of(page) for word in re.findall(r"`@?(failsoft(?:_\w+)?(?:\.\w+)+)", line)}
    missing = []
    for name in names - _names_in_code() - LOGGERS - {"failsoft.toml"}:
        module, _, last = name.rpartition(".")
        try:
            found(module, last)
        except (ImportError, AttributeError):
            missing.append(name)
    assert missing == []


@pytest.mark.parametrize("page", ["README.md", "docs/explanation/performance.md"])
def test_there_is_room_for_measured_figures(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text.count("<!-- figures:begin -->") == text.count("<!-- figures:end -->") == 1


def test_a_picture_is_described_and_reads_in_the_dark() -> None:
    picture = (DOCS / "assets/request.svg").read_text(encoding="utf-8")
    assert "<title" in picture
    assert "<desc" in picture
    assert "prefers-color-scheme: dark" in picture
    style = picture[picture.index("<style>") : picture.index("</style>")]
    light, dark = style.split("@media")
    drawn = set(re.findall(r"class=\"([^\"]+)\"", picture))
    classes = {name for value in drawn for name in value.split()} - {"middle", "small"}
    assert all(f".{name} " in light and f".{name} " in dark for name in classes)


# --- reading tables


def section_of_file(path: Path, heading: str) -> str:
    """A page from a heading to the next one of the same or a higher level."""
    text = path.read_text(encoding="utf-8")
    start = text.index(f"{heading}\n")
    level = heading.partition(" ")[0]
    end = re.search(rf"^#{{1,{len(level)}}} ", text[start + len(heading) :], re.MULTILINE)
    return text[start : start + len(heading) + end.start()] if end else text[start:]


def section_of(page: str, heading: str) -> str:
    return section_of_file(REFERENCE / page, heading)


def rows_of(text: str) -> list[list[str]]:
    """The cells of all rows of tables in a text, without headers."""
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in text.splitlines()
        if line.startswith("|")
    ]
    headers = {n - 1 for n, row in enumerate(rows) if _is_rule(row)}
    return [row for n, row in enumerate(rows) if n not in headers and not _is_rule(row)]


def table_of(page: str, first: str) -> list[list[str]]:
    """The rows of the first table whose first column is called so."""
    text = text_of(page)
    start = text.index(f"| {first} |")
    return rows_of(text[start:].partition("\n\n")[0])


def _is_rule(row: list[str]) -> bool:
    return bool(row) and all(re.fullmatch(r":?-+:?", cell) for cell in row)


def test_there_are_blocks_to_run() -> None:
    assert sum(len(blocks_of(page)) for page in pages()) > 100
