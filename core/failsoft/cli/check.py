"""`failsoft check`: whether the settings are sound, and what they come to in an app."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click

from failsoft.audit.stores import AwayError, StoreError
from failsoft.build_audit import store_of
from failsoft.build_faults import with_missing
from failsoft.cli.main import Context, find_modules_here
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.inspection import AppReport
from failsoft.references import read_secret
from failsoft.sanitize import sanitize
from failsoft.settings import Settings
from failsoft.settings.sources import read
from failsoft.stores.opening import open_store

__all__ = ["INSPECTORS", "check", "import_app", "inspect_app"]

INSPECTORS = ("failsoft_asgi.inspect", "failsoft_django.inspect", "failsoft_flask.inspect")
"""Modules with a function `report` (`failsoft.inspection.Inspector`), asked in this order."""


class CouldNotRunError(click.ClickException):
    """The command could not do its work; exit status 2."""

    exit_code = 2


@dataclass(slots=True)
class Findings:
    """What `check` found out."""

    settings: str | None = None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    app: AppReport | None = None

    def add(self, *, faults: Iterable[Fault] = (), warnings: Iterable[Fault] = ()) -> None:
        """Note what is not known yet."""
        self.faults += tuple(fault for fault in faults if fault not in self.faults)
        self.warnings += tuple(fault for fault in warnings if fault not in self.warnings)

    @property
    def ok(self) -> bool:
        """Nothing is wanting. Warnings, and handlers of the application, are no fault."""
        return not self.faults and (self.app is None or self.app.sound)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for `--json`."""
        app = None
        if self.app is not None:
            app = asdict(self.app) | {"endpoints": [endpoint._asdict() for endpoint in self.app.endpoints]}
        return {
            "ok": self.ok,
            "settings": self.settings,
            "faults": [fault._asdict() for fault in self.faults],
            "warnings": [fault._asdict() for fault in self.warnings],
            "app": app,
        }


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--app", metavar="MODULE:APP", help="Import this app and print what is in force in it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def check(context: Context | None, file: Path | None, app: str | None, as_json: bool) -> None:
    """Check a settings file, and an app.

    Prints every fault at once, one a line. Environment variables count, as they do when the app starts. With --app and
    no file, only the app is looked at: it names its settings itself.
    """
    context = context or Context()
    path = file or context.settings or (None if app else context.settings_file())
    if path is None and app is None:
        raise CouldNotRunError("there is no failsoft.toml here or above; name a FILE or an --app")
    findings = Findings(settings=str(path) if path else None)
    if path is not None:
        _check_file(path, findings)
    if app is not None:
        _check_app(app, findings)
    click.echo(json.dumps(findings.as_dict(), indent=2, ensure_ascii=False) if as_json else "\n".join(_lines(findings)))
    raise SystemExit(0 if findings.ok else 1)


def _check_file(path: Path, findings: Findings) -> None:
    try:
        settings, faults = read(path)
    except SettingsError as error:
        findings.faults = error.faults
        return
    findings.faults = tuple(with_missing(faults, settings, code=False))
    if faults:
        return
    findings.warnings = settings.warnings()
    url = settings.state.url
    if not url.startswith(("env:", "file:")):
        # what a reference leads to may be known to the app's own machine only
        try:
            open_store(url)
        except ValueError as error:
            findings.faults += (Fault("state.url", "", str(error), settings.source_of("state.url")),)
    _check_audit(settings, findings)


def _check_audit(settings: Settings, findings: Findings) -> None:
    """Look at the stores of the audit trail. One that cannot be used keeps the app from starting; one that cannot be
    reached now does so only where that is asked for."""
    audit = settings.audit
    if audit is None:
        return
    for path, url in (("audit.url", audit.url), ("audit.backup", audit.backup)):
        if url is None or not _is_known_here(url):
            continue
        try:
            store_of(audit, url=url).look()
        except AwayError as error:
            fault = Fault(path, "", f"cannot be reached now: {error}", settings.source_of(path))
            if audit.required_at_start:
                findings.add(faults=[fault])
            else:
                findings.add(warnings=[fault])
        except StoreError as error:
            findings.add(faults=[Fault(path, "", str(error), settings.source_of(path))])


def _is_known_here(url: str) -> bool:
    """Whether a reference leads to something; it may be known to the app's own machine only."""
    try:
        return not url.startswith(("env:", "file:")) or bool(read_secret(url))
    except ValueError:
        return False


def _check_app(name: str, findings: Findings) -> None:
    try:
        findings.app = inspect_app(import_app(name))
    except SettingsError as error:
        # an app that reads the same file finds the same faults
        findings.add(faults=error.faults)


def import_app(name: str) -> object:
    """The object that `module:app` names; with `()` at the end, what calling it returns.

    Raises:
        CouldNotRunError: there is no such thing, or importing it fails.
        SettingsError: the app found fault with its settings.
    """
    module, colon, path = name.partition(":")
    if not (module and colon and path):
        raise click.BadParameter(f"expected module:app, not {name!r}", param_hint="--app")
    find_modules_here()
    try:
        found: Any = importlib.import_module(module)
        for part in path.removesuffix("()").split("."):
            found = getattr(found, part)
        return found() if path.endswith("()") else found
    except SettingsError:
        raise
    except (Exception, SystemExit) as error:
        # a module that ends the process must not end this one with a status that says "good"
        raise CouldNotRunError(f"could not import {name}: {type(error).__name__}: {sanitize(str(error))}") from error


def inspect_app(app: object) -> AppReport:
    """What the first adapter that knows the app says about it.

    Raises:
        CouldNotRunError: no adapter knows it.
    """
    absent: list[str] = []
    for name in INSPECTORS:
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            absent.append(f"{name.partition('.')[0]} ({error})")
            continue
        report = module.report(app)
        if isinstance(report, AppReport):
            return report
    hint = f"; not asked: {', '.join(absent)}" if absent else ""
    raise CouldNotRunError(f"no Failsoft was found in this {type(app).__name__}{hint}")


def _lines(findings: Findings) -> Iterable[str]:
    for fault in findings.faults:
        yield _line(fault)
    for fault in findings.warnings:
        yield f"warning: {_line(fault)}"
    if findings.app is not None:
        yield from _app_lines(findings.app)
    if findings.ok and findings.settings:
        yield f"{findings.settings}: good"


def _line(fault: Fault) -> str:
    """A fault as compilers print theirs: the place first, all on one line."""
    text = str(fault._replace(source="")).replace("\n", " ")
    return text if not fault.source or text.startswith(fault.source) else f"{fault.source}: {text}"


def _app_lines(app: AppReport) -> Iterable[str]:
    yield from (f"warning: {note}" for note in app.notes)
    yield f"{app.framework}: {len(app.endpoints)} endpoint{'' if len(app.endpoints) == 1 else 's'}"
    rows = [(e.key, e.policy or "-", e.mode, e.view) for e in app.endpoints]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for row in rows:
        yield "  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]])
    for title, names in (
        ("handlers of the application that answer in place of Failsoft", app.shadowed_handlers),
        ("[[endpoints]] that match nothing", app.unmatched_endpoints),
        ("marks that no route leads to", app.unused_marks),
    ):
        if names:
            yield f"{title}:"
            yield from (f"  {name}" for name in names)
