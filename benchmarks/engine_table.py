"""The figures of `benchmarks.engine` as Markdown."""

from __future__ import annotations

from typing import Any

__all__ = ["table"]


def table(results: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines: list[str] = []
    for kind in ("sync", "async"):
        for head, figures in results[kind].items():
            lines += ["", f"**{head}, {kind}**", "", "| | ns per call | times failsoft |", "|---|--:|--:|"]
            first = next(name for name in figures if name.startswith("failsoft"))
            base = figures[first][0]
            for name, (median, least) in figures.items():
                bold = "**" if name.startswith("failsoft") else ""
                lines.append(f"| {bold}{name}{bold} | {median:,.0f} ({least:,.0f}) | {median / base:.2f} |")
    lines += ["", f"An idle circuit breaker takes {results['bytes per idle breaker']:,} bytes."]
    return "\n".join(lines).strip()
