"""Pages of the documentation and the blocks in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DOCS", "LANGUAGES", "ROOT", "Block", "anchors_of", "blocks_of", "links_of", "name_of", "pages", "prose_of"]

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

LANGUAGES = ("python", "toml", "console", "json", "http", "text")
"""The only languages a block may have, so that none escapes by its name."""

_OPENING = re.compile(r"^```(\w*)\s*$")
_MARKER = re.compile(r"^<!-- (not run: \S.*|output|log|refused) -->$")
_HEADING = re.compile(r"^#{1,6} (.+)$")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    line: int
    """Of its first line of text, from 1."""
    language: str
    text: str
    marker: str = ""
    """`output`, `log`, `refused`, `not run: reason`, or empty."""

    @property
    def file(self) -> str | None:
        """The name of the file that its first line says it is."""
        match = re.match(r"# ([\w./-]+\.(?:py|toml|po))(?:, continued)?\n", self.text)
        return match[1] if match else None

    @property
    def continued(self) -> bool:
        """Whether it is added to the end of its file."""
        return ", continued\n" in self.text[: self.text.find("\n") + 1]


def pages() -> list[Path]:
    """All pages: the two at the root, and the docs."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


def name_of(page: Path) -> str:
    """A page as tests name it: its path from the root of the project."""
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return list(_blocks(page.read_text(encoding="utf-8").splitlines()))


def _blocks(lines: list[str]) -> Iterator[Block]:
    marker, number = "", 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if match := _MARKER.match(line):
            marker = match[1]
        elif match := _OPENING.match(line):
            end = next(n for n in range(number, len(lines)) if lines[n].rstrip() == "```")
            yield Block(number + 1, match[1], "\n".join(lines[number:end]) + "\n", marker)
            marker, number = "", end + 1
        elif line.strip():
            marker = ""


def prose_of(page: Path) -> list[str]:
    """The lines of a page outside of fenced blocks."""
    inside, found = False, []
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            found.append(line)
    return found


def links_of(page: Path) -> list[str]:
    """The targets of all links and pictures of a page."""
    return [one or two for line in prose_of(page) for one, two in _LINK.findall(line)]


def anchors_of(page: Path) -> set[str]:
    """What `#…` may say on a page: its headings, as GitHub writes them."""
    headings = [match[1] for line in prose_of(page) if (match := _HEADING.match(line))]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
