"""Verdicts as figures, and figures as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evaluations.sanitizer.judge import Verdict

__all__ = ["cost_table", "figures", "group_table", "in_short", "peer_table", "summary"]


def figures(verdicts: Iterable[Verdict]) -> dict[str, Any]:
    """Counts of some verdicts."""
    verdicts = list(verdicts)
    positive = [v for v in verdicts if v.case.positive]
    negative = [v for v in verdicts if not v.case.positive]
    tiers = {tier: [v for v in positive if v.case.tier == tier] for tier in ("core", "strict")}
    return {
        "cases": len(verdicts),
        **{f"recall {tier}": [sum(v.found for v in of), len(of)] for tier, of in tiers.items()},
        "kept": [sum(v.kept for v in positive), sum(len(v.case.keeps) for v in positive)],
        "false redactions": [sum(bool(v.touched) for v in negative), len(negative)],
        "not idempotent": [sum(v.restless for v in verdicts), len(verdicts)],
        "mutated": [sum(v.mutated for v in verdicts), len(verdicts)],
        "raised": [sum(bool(v.raised) for v in verdicts), len(verdicts)],
    }


_HEADS = ("recall core", "recall strict", "kept", "false redactions", "not idempotent")


def _cell(pair: list[int]) -> str:
    count, of = pair
    return f"{100 * count / of:.1f} % ({count:,}/{of:,})" if of else "-"


def _rows(heads: tuple[str, ...], rows: Iterable[tuple[str, dict[str, Any]]], first: str) -> str:
    lines = [f"| {first} | " + " | ".join(heads) + " |", "|---" + "|--:" * len(heads) + "|"]
    lines += [f"| {name} | " + " | ".join(_cell(data[head]) for head in heads) + " |" for name, data in rows]
    return "\n".join(lines)


def summary(verdicts: list[Verdict]) -> str:
    """All cases, those for tuning, those held out."""
    parts = {
        "all": verdicts,
        "tuned on": [v for v in verdicts if not v.case.held_out],
        "held out": [v for v in verdicts if v.case.held_out],
    }
    return _rows(_HEADS, ((name, figures(of)) for name, of in parts.items()), "cases")


def in_short(verdicts: list[Verdict]) -> str:
    """What of them is in the README."""
    parts = {"all": verdicts, "held out from tuning": [v for v in verdicts if v.case.held_out]}
    return _rows(_HEADS[:4], ((name, figures(of)) for name, of in parts.items()), "texts and values")


def group_table(verdicts: list[Verdict]) -> str:
    """A line for each group."""
    groups = list(dict.fromkeys(v.case.group for v in verdicts))
    lines = ["| group | cases | right | found | kept | false redactions |", "|---|--:|--:|--:|--:|--:|"]
    for group in sorted(groups, key=lambda g: (g.startswith("clean-"), g)):
        of = [v for v in verdicts if v.case.group == group]
        data = figures(of)
        found = [data["recall core"][n] + data["recall strict"][n] for n in (0, 1)]
        cells = (_cell(found), _cell(data["kept"]), _cell(data["false redactions"]))
        lines.append(f"| {group} | {len(of)} | {sum(v.good for v in of)} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def peer_table(by_peer: dict[str, list[Verdict]]) -> str:
    """The same cases, by whom."""
    heads = (*_HEADS[:4], "raised")
    return _rows(heads, ((name, figures(of)) for name, of in by_peer.items()), "by")


def _times(ratio: float) -> str:
    return f"{ratio:,.1f}" if ratio >= 1 else f"{ratio:.2f}"


def cost_table(costs: dict[str, dict[str, float]]) -> str:
    """Microseconds, and how many times ours."""
    names = list(next(iter(costs.values())))
    lines = ["| text | " + " | ".join(names) + " |", "|---" + "|--:" * len(names) + "|"]
    for text, by in costs.items():
        ours = by[names[0]]
        cells = [
            f"{by[name]:,.1f} µs" + (f" ({_times(by[name] / ours)} ×)" if name != names[0] else "") for name in names
        ]
        lines.append(f"| {text} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
