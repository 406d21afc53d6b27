"""The figures of `benchmarks.shared_state` and `benchmarks.shared_limits` as Markdown."""

from __future__ import annotations

from typing import Any

__all__ = ["limits_table", "state_table"]


def state_table(results: dict[str, Any]) -> str:
    """What shared circuit breakers cost a call."""
    intro = (
        "A guarded call with a circuit breaker, each timed by itself, the clock included: nanoseconds, and"
        f" how many times those of a guard that shares nothing; medians of {results['rounds']} interleaved rounds of"
        f" {results['calls']:,} calls. No call waits for the store: with a Redis that is paused, the 99th percentile"
        " is to stay within 1.10."
    )
    lines = [
        intro,
        "",
        "| | median | | 99 % | | 99.9 % | |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, figures in results["rows"].items():
        lines.append(f"| {name} | " + " | ".join(f"{ns:,} | {ratio:.2f}" for ns, ratio in figures) + " |")
    return "\n".join(lines)


def limits_table(results: dict[str, Any]) -> str:
    """What rate limits cost a call."""
    intro = (
        "An admitted call: microseconds, and how many times those of a limit that each worker counts for itself."
        " `limits` is called alone, without a guard around it."
    )
    lines = [
        intro,
        "",
        "| | µs | |",
        "|---|--:|--:|",
    ]
    lines += [f"| {name} | {figure:.1f} | {ratio:.2f} |" for name, (figure, ratio) in results["rows"].items()]
    lines += ["", f"Exact calls that were decided without the Redis meanwhile: {results['missed']}."]
    return "\n".join(lines)
