"""The pages that hold the figures, and how a table gets into them."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["PAGE", "README", "write"]

PAGE = Path(__file__).parents[2] / "docs/explanation/how-well.md"
README = Path(__file__).parents[2] / "README.md"


def write(page: Path, blocks: dict[str, str]) -> None:
    """Exchange what stands between the marks of each block."""
    text = page.read_text(encoding="utf-8")
    for name, block in blocks.items():
        pattern = rf"<!-- {name}:begin -->.*?<!-- {name}:end -->"
        whole = f"<!-- {name}:begin -->\n{block}\n<!-- {name}:end -->"
        text = re.sub(pattern, lambda _, whole=whole: whole, text, flags=re.DOTALL)
    page.write_text(text, encoding="utf-8")
