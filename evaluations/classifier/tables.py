"""The figures as Markdown, printed and put into the docs between markers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evaluations.classifier.scoring import CATEGORIES, FIELDS, Judged, confusion, per_library, shares

__all__ = ["confusion_table", "library_table", "put", "summary_table"]

_SHORT = {name: name.replace("_", " ") for name in CATEGORIES}


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def summary_table(modes: Mapping[str, list[Judged]]) -> str:
    """A line for each way to ask."""
    rows = ["| | cases | " + " | ".join(FIELDS) + " |", "|---|---:|" + "---:|" * len(FIELDS)]
    for name, judged in modes.items():
        found = shares(judged)
        rows.append(f"| {name} | {len(judged)} | " + " | ".join(percent(found[field]) for field in FIELDS) + " |")
    return "\n".join(rows)


def confusion_table(judged: list[Judged]) -> str:
    """Rows are labels, columns what the classifier said; a cell is a number of cases."""
    found = confusion(judged)
    rows = ["| label \\ said | " + " | ".join(_SHORT[name] for name in CATEGORIES) + " |"]
    rows.append("|---|" + "---:|" * len(CATEGORIES))
    for label in CATEGORIES:
        cells = (found.get((label, said), 0) for said in CATEGORIES)
        rows.append(f"| {_SHORT[label]} | " + " | ".join(str(cell) if cell else "·" for cell in cells) + " |")
    return "\n".join(rows)


def library_table(known: list[Judged], unseen: list[Judged]) -> str:
    """A line for each library: cases, then right categories as shipped and as an unknown library."""
    rows = [
        "| library | cases | category | all four | unseen: category | unseen: all four |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    strange = per_library(unseen)
    for library, judged in per_library(known).items():
        cells = [*_two(judged), *(_two(strange[library]) if library in strange else ("", ""))]
        rows.append(f"| {library} | {len(judged)} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _two(judged: list[Judged]) -> tuple[str, str]:
    return str(sum("category" not in one.wrong for one in judged)), str(sum(not one.wrong for one in judged))


def put(page: Path, name: str, text: str) -> None:
    """Replace what stands between the markers `<!-- name:begin -->` and `<!-- name:end -->` of a page.

    Raises:
        ValueError: the page has no such markers.
    """
    old = page.read_text("utf-8")
    start, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
    before, found, rest = old.partition(start)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page.name} has no markers for {name}")
    page.write_text(f"{before}{start}{text}\n{end}{after}", "utf-8")
