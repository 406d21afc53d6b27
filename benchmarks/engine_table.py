"""The figures of `benchmarks.engine` as Markdown."""

from __future__ import annotations

from typing import Any

__all__ = ["aims", "table"]


STACK = "deadline, retry, breaker, bulkhead"
AIMS = (
    ("breaker", 0.65),
    ("retry, first attempt succeeds", 0.5),
    (STACK, 0.35),
    ("rejected, circuit open", 1.0),
)
"""What is measured, and how much of the fastest peer's time it may take."""
_NO_PEERS = ("plain call", "wrapper that does nothing", "raise and catch", "pyresilience without a timeout")


def aims(results: dict[str, Any]) -> list[str]:
    """What was aimed at beside the fastest peer, and what was reached, as Markdown."""
    lines = ["| | fastest peer | aim | measured | |", "|---|---|--:|--:|---|"]
    for head, aim in AIMS:
        for kind in ("sync", "async"):
            figures = results[kind].get(head, {})
            peers = {n: v[0] for n, v in figures.items() if not n.startswith("failsoft") and n not in _NO_PEERS}
            for ours in (n for n in figures if n.startswith("failsoft")):
                peer = min(peers, key=peers.__getitem__)
                share = figures[ours][0] / peers[peer]
                said = "reached" if share <= aim else "**missed**"
                what = ours.removeprefix("failsoft").lstrip(", ")
                name = f"{head}, {kind}" + (f" ({what})" if what else "")
                lines.append(f"| {name} | {peer} | {aim:.2f} | {share:.2f} | {said} |")
    idle = results["bytes per idle breaker"]
    said = "reached" if idle <= _MOST_BYTES else "**missed**"
    lines.append(f"| bytes of an idle circuit breaker | | {_MOST_BYTES:,} | {idle:,} | {said} |")
    return lines


_MOST_BYTES = 1_500


def table(results: dict[str, Any]) -> str:
    """The figures as Markdown."""
    lines = aims(results)
    for kind in ("sync", "async"):
        for head, figures in results[kind].items():
            lines += ["", f"**{head}, {kind}**", "", "| | ns per call | times failsoft |", "|---|--:|--:|"]
            first = next(name for name in figures if name.startswith("failsoft"))
            base = figures[first][0]
            for name, (median, least) in figures.items():
                bold = "**" if name.startswith("failsoft") else ""
                lines.append(f"| {bold}{name}{bold} | {median:,.0f} ({least:,.0f}) | {median / base:.2f} |")
    return "\n".join(lines).strip()
