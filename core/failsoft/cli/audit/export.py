"""`failsoft audit export`: records into files, with a signed manifest."""

from __future__ import annotations

import json
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from failsoft.audit.asking import microseconds
from failsoft.audit.chains import stretch_of
from failsoft.audit.exporting import export as exported
from failsoft.audit.manifests import check_manifest
from failsoft.audit.purging import stretches
from failsoft.audit.stores import Stored
from failsoft.cli.audit.asking import criteria, note, query_of, reading, trail_of, written
from failsoft.cli.audit.group import Opened
from failsoft.cli.audit.shared import CouldNotRunError, public_keys_in, unreadable
from failsoft.cli.main import Context
from failsoft.clock import SystemClock
from failsoft.observers.base import one_line

__all__ = ["export"]


class _Directory(click.Path):
    """A directory that has a name: an unset variable of a shell must not stand for the working directory."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail("expected the name of a directory, and there is nothing", param, ctx)
        return super().convert(value, param, ctx)


@click.command()
@click.argument("directory", type=_Directory(file_okay=False, path_type=Path))
@criteria
@click.option("--format", "formats", type=click.Choice(("jsonl", "csv")), multiple=True, help="jsonl; may be repeated.")
@click.option("--raw", is_flag=True, help="Entries as they are stored: sealed and chained, with the signed statements.")
@click.option("--sealed-before", metavar="DATE", help="Whole sealed stretches that are older; with --raw.")
@click.option("--check", is_flag=True, help="Export nothing: check what was exported there before.")
@click.option("--public-keys", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="With --check.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest.")
@click.pass_obj
def export(
    context: Context | None,
    /,
    directory: Path,
    formats: tuple[str, ...],
    raw: bool,
    sealed_before: str | None,
    check: bool,
    public_keys: Path | None,
    as_json: bool,
    **wanted: Any,
) -> None:
    """Export records into new files of DIRECTORY.

    The manifest says how many there are, of which lanes, and the SHA-256 of every file, and is signed. Nothing is
    overwritten. That it was done is recorded (`trail.exported`). Exit status: 0 done, 1 `--check` found something, 2 it
    could not be done.
    """
    if check:
        _check(context, directory, public_keys, as_json)
        return
    asks = {name: value for name, value in wanted.items() if value not in (None, ())}
    if sealed_before is not None and (asks or not raw):
        raise click.UsageError("--sealed-before takes whole stretches as they are stored: with --raw, without filters")
    trail = trail_of(context)
    note(trail, "export", asks)
    manifest = _export(trail, directory, formats or ("jsonl",), raw, sealed_before, wanted)
    told = json.loads(manifest.read_bytes())
    try:
        written(
            trail,
            "trail.exported",
            manifest=str(manifest.resolve()),
            records=told["records"],
            form=told["form"],
            files={one["name"]: one["sha256"] for one in told["files"]},
            asked={name: str(value) for name, value in {**asks, "sealed_before": sealed_before}.items() if value},
        )
    except CouldNotRunError as error:
        # who may only read may export; with `record_reads` it was written down before, or nothing was exported
        click.echo(f"could not record it in the trail: {error.message}", err=True)
    click.echo(json.dumps(told, indent=2) if as_json else f"{told['records']} records: {one_line(str(manifest))}")


def _export(
    trail: Opened,
    directory: Path,
    formats: tuple[str, ...],
    raw: bool,
    sealed_before: str | None,
    wanted: dict[str, Any],
) -> Path:
    now = SystemClock.time()
    # as they were stored, each lane is in the order of its chain; for people the order of time says more
    query = query_of(trail, wanted)
    found: Generator[Stored, None, None]
    if sealed_before is None:
        found = reading(trail, replace(query, after=0) if raw else query)
    else:
        found = _sealed(trail, _instant(sealed_before, now))
    about = {"service": trail.settings.service, "environment": trail.settings.environment}
    try:
        with closing(found):
            return exported(
                found, directory, keys=trail.keys, form="stored" if raw else "opened", formats=formats, about=about,
                statements=lambda lane: trail.store.statements(None, lane), now=int(now * 1e6),
            )  # fmt: skip
    except FileExistsError as error:
        where = one_line(str(error.filename))
        raise CouldNotRunError(f"{where!r} is there already, and was left as it is") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CouldNotRunError(f"cannot write the export: {why}: {one_line(str(error.filename))!r}") from None
    except ValueError as error:
        raise CouldNotRunError(one_line(str(error))) from None
    except CouldNotRunError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a driver raises
        raise unreadable(error) from None


def _instant(text: str, now: float) -> int:
    try:
        return microseconds(text, now) or 0
    except ValueError as error:
        raise CouldNotRunError(one_line(str(error))) from None


def _sealed(trail: Opened, before: int) -> Generator[Stored, None, None]:
    for stretch in stretches(trail.store, before, ()):
        for entry in stretch_of(trail.store, stretch.lane, stretch.first, stretch.last):
            yield Stored(0, entry)


def _check(context: Context | None, directory: Path, public_keys: Path | None, as_json: bool) -> None:
    verifier = public_keys_in(public_keys) if public_keys is not None else trail_of(context).keys
    try:
        found = check_manifest(directory / "manifest.json", verifier)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise CouldNotRunError(f"cannot read the export: {why}: {one_line(str(error.filename))!r}") from None
    except ValueError as error:
        click.echo(one_line(str(error)), err=True)
        raise SystemExit(1) from None
    signed = {True: "signed with a known key", None: "the signature was not checked: none, or by an unknown key"}
    count = found.manifest["records"]
    told = f"{count} records, {found.links} links of chains: as the manifest says; "
    if as_json:
        click.echo(json.dumps({"records": count, "links": found.links, "signed": found.signed}))
    else:
        click.echo(told + signed[found.signed])
    raise SystemExit(0 if found.signed or verifier is None else 1)
