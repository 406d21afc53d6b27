"""`failsoft relabel` and `failsoft train`: what an operator corrects, and a text model that has learnt it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from zlib import crc32

import click

from failsoft.cli.explain import CouldNotRunError, recorded
from failsoft.cli.main import Context
from failsoft.errors.exceptions import SettingsError
from failsoft.errors.fingerprint import template_of
from failsoft.errors.model import TextModel, Weights, model_of
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
    path = (context or Context()).settings_file()
    try:
        return Settings() if path is None else load(path)
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
    said = recorded(error_id.strip(), _settings(context))
    if said is None:
        click.echo(f"there is no record of {error_id}", err=True)
        raise SystemExit(1)
    line = {
        "error_id": error_id.strip(),
        "type": said["type"],
        "message": template_of(said["message"]),
        "category": category,
        "was": said["category"],
    }
    try:
        with corrections.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise CouldNotRunError(f"{corrections} cannot be written: {error.strerror}") from None
    click.echo(f"{said['type']}: {said['category']} -> {category}, noted in {corrections}")


def read_corrections(path: Path) -> list[Correction]:
    """The corrections in a file; of several of one failure the last.

    Raises:
        ValueError: a line is none.
        OSError: the file cannot be read.
    """
    found: dict[str, Correction] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            one = json.loads(line)
            correction = Correction(str(one["type"]), str(one["message"]), Category(one["category"]))
            found[str(one.get("error_id", number))] = correction
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(f"{path}, line {number}: no correction ({error})") from None
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
@click.pass_obj
def train(context: Context | None, corrections: Path, output: Path) -> None:
    """Train the text model on what was corrected with `failsoft relabel`.

    It starts from the weights that the settings name, and says how often they are right before and after, on
    corrections that were held out: all of one class of exceptions are, or none. Needs the extra `analytics`.
    """
    wanted = _settings(context).classification.model
    try:
        known = read_corrections(corrections)
        before = (model_of(wanted) or TextModel()).weights
        if not known:
            raise CouldNotRunError(f"{corrections} is empty: failsoft relabel ERROR_ID CATEGORY")
        held_out = list(_held_out(before, known))
        output.write_bytes(retrained(before, known).pack())
    except (OSError, ValueError, NumpyMissingError) as error:
        raise CouldNotRunError(str(error)) from None
    total = len(held_out)
    if total:
        right = [sum(one[place] for one in held_out) for place in (0, 1)]
        click.echo(f"held out, by class: {right[0]} of {total} right before, {right[1]} of {total} after")
    else:
        click.echo("too few classes of exceptions to hold any out")
    click.echo(f"{len(known)} corrections learnt; {output} written")


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
    likely = TextModel(weights).probabilities(one.classes, one.message)
    return tuple(Category)[likely.index(max(likely))] is one.category
