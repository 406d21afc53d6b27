"""The recorded cases, and exceptions made of them: as they were raised, or as if nobody knew their library."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from enum import Enum
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zlib import crc32

from evaluations.classifier.replay import replay
from evaluations.classifier.surroundings import Packages, present
from failsoft.errors import catalogue, codes, hints, own_word, places, said
from failsoft.errors import packages as kinds_of

__all__ = [
    "CORPUS",
    "FOLDS",
    "PACKAGES",
    "PAGE",
    "README",
    "Known",
    "Line",
    "fold_of",
    "is_held_out",
    "load",
    "load_packages",
    "packages_of",
    "replayed",
    "stranger",
]

CORPUS = Path(__file__).parent / "corpus.jsonl"
PACKAGES = Path(__file__).parent / "packages.jsonl"

PAGE = Path(__file__).parents[2] / "docs/explanation/how-well.md"
README = Path(__file__).parents[2] / "README.md"
FOLDS = 5

Line = Mapping[str, Any]
"""A recorded case: `library`, `name`, `label`, `packages`, and what `taking.take` gives."""


class Known(Enum):
    """How much is known of the library of a case."""

    SHIPPED = "as shipped"
    """All that is shipped."""
    UNSEEN = "library unseen"
    """Its packages are taken out of the catalogue, and of whatever else goes by the name of a package: readers of
    codes, frameworks that speak for themselves, places. Bases and causes of other libraries stay what they are."""
    NAMELESS = "library unseen and renamed"
    """Its packages have other names too, so that not even a word in a name tells what they are for."""


def load(path: Path = CORPUS, *, all_of_them: bool = False) -> list[Line]:
    """The recorded cases; without those that cannot be replayed faithfully, unless `all_of_them`."""
    lines = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    return [line for line in lines if all_of_them or line.get("replays", True)]


def load_packages() -> dict[str, Any]:
    """What was loaded of each package."""
    return dict(json.loads(line) for line in PACKAGES.read_text("utf-8").split("\n") if line)


def stranger(line: Line) -> bool:
    """Whether its library can be made unknown: the standard library is known to everybody."""
    return line["library"] not in {"python", "failsoft"}


def fold_of(library: str) -> int:
    """A fifth of the libraries each, by a hash of their names; those of fold 0 are held out."""
    return crc32(library.lower().encode()) % FOLDS


def is_held_out(line: Line) -> bool:
    """Whether the shipped text model has learnt nothing of the library of a case."""
    return stranger(line) and fold_of(line["library"]) == 0


def packages_of(line: Line) -> list[str]:
    """The import packages of the library of a case."""
    if line.get("packages"):
        return list(line["packages"])
    which = line["exceptions"][0]["class"]
    return [str(line["classes"][which]["module"]).partition(".")[0]] if isinstance(which, int) else []


@contextmanager
def replayed(line: Line, packages: Packages, known: Known = Known.SHIPPED) -> Iterator[BaseException]:
    """The exception of a case, for a while.

    Parameters:
        packages: what was loaded, as `load_packages` gives it.
        known: how much is known of its library.
    """
    own = packages_of(line)
    # a name of its own for each package, as what is known of one is kept
    rename = {name: f"zzz{sum(map(ord, name))}" for name in own} if known is Known.NAMELESS else {}
    tops = {str(taken["module"]).partition(".")[0] for taken in line["classes"]} | set(own)
    with ExitStack() as stack:
        stack.enter_context(present({top: packages[top] for top in sorted(tops) if top in packages}, rename))
        if known is not Known.SHIPPED:
            stack.enter_context(_forgotten(frozenset(own)))
        yield replay(line, rename=rename)


@contextmanager
def _forgotten(packages: frozenset[str]) -> Iterator[None]:
    """Whatever goes by the name of one of these packages is taken out."""
    paths = tuple(f"-packages/{name}" for name in packages)
    with ExitStack() as stack:
        for owner, name in _BY_PACKAGE:
            table = vars(owner)[name]
            stack.enter_context(patch.object(owner, name, _without_keys(table, packages)))
        index = _without_keys(catalogue._index(), packages)
        stack.enter_context(patch.object(catalogue, "_index", lambda: index))
        for owner, name in _BY_PATH:
            stack.enter_context(patch.object(owner, name, _without(vars(owner)[name], paths)))
        words = tuple(one for one in said._PLACES if not one[0].startswith(paths))
        stack.enter_context(patch.object(said, "_PLACES", words))
        # what is remembered of files holds with these tables, and not with others
        stack.enter_context(patch.object(said, "_files", {}))
        stack.enter_context(patch.object(hints, "_kinds", {}))
        stack.enter_context(patch.object(kinds_of, "_packages", {}))
        yield


_BY_PACKAGE = (
    (catalogue, "_FORKS"),
    (kinds_of, "KINDS"),
    (codes, "_READERS"),
    (codes, "_MORE_READERS"),
    (own_word, "_WORDS"),
    (said, "_CLASSES"),
)
_BY_PATH = (
    (hints, "_SERVERS"),
    (hints, "_CLIENTS"),
    (hints, "_STORES"),
    (places, "_OF_SETTINGS"),
    (places, "_BUILTIN_FROM"),
    (places, "_FILES_OF_OURS"),
)


def _without_keys(table: dict[str, Any], packages: frozenset[str]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key.partition(".")[0] not in packages}


def _without(table: Any, paths: tuple[str, ...]) -> Any:
    if type(table) is not tuple:
        return table
    return tuple(
        _without(one, paths) for one in table if not (isinstance(one, str) and paths and one.startswith(paths))
    )
