"""`failsoft relabel` and `failsoft train`: what an operator corrects, and a text model that has learnt it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from os import SEEK_END
from pathlib import Path
from zlib import crc32

import click

from failsoft.cli.explain import CouldNotRunError, id_in, recorded
from failsoft.cli.main import Context
from failsoft.errors.exceptions import SettingsError
from failsoft.errors.fingerprint import template_of
from failsoft.errors.model import TextModel, Weights, may_be_overruled
from failsoft.errors.retraining import Correction, NumpyMissingError, retrained
from failsoft.errors.taxonomy import Category
from failsoft.settings import load
from failsoft.settings.schema import Settings

__all__ = ["read_corrections", "relabel", "train"]

_PARTS = 4
_FILE = click.option(
    "--corrections",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("failsoft-corrections.jsonl"),
    show_default=True,
    help="File of corrections, a line of JSON each.",
)


def _settings(context: Context | None) -> Settings:
    given = (context or Context()).source()
    try:
        return Settings() if given is None else load(given)
    except SettingsError as error:
        raise CouldNotRunError(str(error)) from None


@click.command()
@click.argument("error_id")
@click.argument("category", type=click.Choice([one.value for one in Category]))
@_FILE
@click.pass_obj
def relabel(context: Context | None, error_id: str, category: str, corrections: Path) -> None:
    """Say what a recorded failure is, for `failsoft train` to learn.

    ERROR_ID is the id of a failure in the audit trail. What is kept of it is its class and the sanitized text with
    numbers and names taken out.
    """
    known = id_in(error_id)
    if known is None:
        raise CouldNotRunError(f"expected the id of an error, not {error_id!r}")
    said = recorded(known, _settings(context))
    if said is None:
        click.echo(f"there is no record of {known}", err=True)
        raise SystemExit(1)
    line = {
        "error_id": known,
        "type": said["type"],
        "message": template_of(said["message"]),
        "category": category,
        "was": said["category"],
    }
    try:
        _add(corrections, json.dumps(line, ensure_ascii=False))
    except OSError as error:
        raise CouldNotRunError(f"{corrections} cannot be written: {error.strerror}") from None
    click.echo(f"{said['type']}: {said['category']} -> {category}, noted in {corrections}")
    first = next(iter(said["evidence"]), None)
    if first is not None and not may_be_overruled(str(first.get("source")), float(first.get("confidence") or 0)):
        known_by = f"{first.get('source')} ({first.get('says')})"
        click.echo(
            f"note: the text model is not asked about it, as it is known by {known_by}; "
            f'a table [errors."{said["type"]}"] says what it is',
            err=True,
        )


def _add(path: Path, line: str) -> None:
    """Put a line at the end of a file, also where its last line was cut off; at once, for others may do the same."""
    with path.open("ab+", buffering=0) as file:
        if file.tell():
            file.seek(-1, SEEK_END)
            line = line if file.read(1) == b"\n" else f"\n{line}"
        file.write(f"{line}\n".encode())


def read_corrections(path: Path) -> list[Correction]:
    """The corrections in a file; of several of one failure the last.

    Raises:
        ValueError: a line is none. Empty ones are passed over.
        OSError: the file cannot be read.
    """
    found: dict[str, Correction] = {}
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            one = json.loads(line.decode())
            correction = Correction(str(one["type"]), str(one["message"]), Category(one["category"]))
            found[str(one.get("error_id", number))] = correction
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            why = f"no {error}" if isinstance(error, KeyError) else error
            raise ValueError(f"{path}, line {number}: no correction ({why})") from None
    return list(found.values())


@click.command()
@_FILE
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("failsoft-model.bin"),
    show_default=True,
    help="File of weights to write; name it in the settings: [classification] model.",
)
@click.option(
    "--start",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of weights to start from; without it, those that are shipped.",
)
def train(corrections: Path, output: Path, start: Path | None) -> None:
    """Train the text model on what was corrected with `failsoft relabel`.

    It starts from the weights that are shipped, and says how often they are right before and after, on corrections that
    were held out: all of one class of exceptions are, or none. Needs the extra `analytics`.
    """
    try:
        # not from those in force: what has learnt these corrections already cannot be asked about them
        before = TextModel(start).weights
    except OSError as error:
        raise CouldNotRunError(f"{start} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise CouldNotRunError(f"{start}: {error}") from None
    try:
        known = read_corrections(corrections)
        if not known:
            raise CouldNotRunError(f"{corrections} is empty: failsoft relabel ERROR_ID CATEGORY")
        held_out = list(_held_out(before, known))
        learnt = retrained(before, known).pack()
    except OSError as error:
        raise CouldNotRunError(f"{corrections} cannot be read: {error.strerror}") from None
    except (ValueError, NumpyMissingError) as error:
        raise CouldNotRunError(str(error)) from None
    try:
        _replace(output, learnt)
    except OSError as error:
        raise CouldNotRunError(f"{output} cannot be written: {error.strerror}") from None
    total = len(held_out)
    if total:
        right = [sum(one[place] for one in held_out) for place in (0, 1)]
        click.echo(f"held out, by class: {right[0]} of {total} right before, {right[1]} of {total} after")
    else:
        click.echo("too few classes of exceptions to hold any out")
    click.echo(f"{len(known)} corrections learnt; {output} written")


def _replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: an app that starts meanwhile finds the old one or the new one."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        aside.write_bytes(data)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _held_out(before: Weights, known: Sequence[Correction]) -> Iterator[tuple[bool, bool]]:
    """Whether each correction is right before, and after learning those of other classes."""
    for part in range(_PARTS):
        test = [one for one in known if crc32(one.type.encode()) % _PARTS == part]
        learnt = [one for one in known if crc32(one.type.encode()) % _PARTS != part]
        if test and learnt:
            after = retrained(before, learnt)
            for one in test:
                yield _is_right(before, one), _is_right(after, one)


def _is_right(weights: Weights, one: Correction) -> bool:
    """Whether it is sure enough to say anything, and right."""
    likely = TextModel(weights).probabilities(one.classes, one.message)
    sure = max(likely)
    return sure >= weights.floor and tuple(Category)[likely.index(sure)] is one.category
