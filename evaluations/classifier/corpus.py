"""The recorded cases, and exceptions made of them: as they were raised, or as if nobody knew their library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluations.classifier.replay import replay

__all__ = ["CORPUS", "Line", "category_of", "load", "replay_line", "stranger"]

CORPUS = Path(__file__).parent / "corpus.jsonl"

Line = Mapping[str, Any]
"""A recorded case: `library`, `name`, `label`, `packages`, and what `taking.take` gives."""

_KNOWN_TO_ALL = frozenset({"python", "failsoft"})


def load(path: Path = CORPUS, *, all_of_them: bool = False) -> list[Line]:
    """The recorded cases; without those that cannot be replayed faithfully, unless `all_of_them`."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return [line for line in lines if all_of_them or line.get("replays", True)]


def category_of(line: Line) -> str:
    """The category that the label gives."""
    return str(line["label"]["category"])


def stranger(line: Line) -> bool:
    """Whether its library can be made unknown: the standard library is known to everybody."""
    return line["library"] not in _KNOWN_TO_ALL


def replay_line(line: Line, *, unseen: bool = False) -> BaseException:
    """The exception of a case.

    Parameters:
        unseen: the import packages of its library get another name, of classes and of paths in the traceback, so that
            neither the catalogue nor anything else that goes by a package's name finds them. Bases and causes of other
            libraries stay what they are.
    """
    if not unseen:
        return replay(line)
    packages = line.get("packages") or [_package_of(line)]
    return replay(line, rename=dict.fromkeys(packages, "unseen"))


def _package_of(line: Line) -> str:
    which = line["exceptions"][0]["class"]
    return str(line["classes"][which]["module"]).partition(".")[0] if isinstance(which, int) else ""
