"""`make bench`: all variants in interleaved rounds; writes the tables into the README and the docs.

`python -m benchmarks [ROUNDS] [--only FRAMEWORK] [--dry]`
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.engine_table import table as engine_table
from benchmarks.shared_table import limits_table, state_table
from benchmarks.variants import VARIANTS

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks/results.json"
PEERS = ("starlette", "fastapi", "django", "flask", "sentry-sdk", "opentelemetry-sdk", "fastapi-problem")
PEER_HEADS = ("OpenTelemetry", "sentry-sdk", "fastapi-problem")
_pin = ["taskset", "-c", "0"] if shutil.which("taskset") else []


def run(*command: str, pinned: bool = True) -> Any:
    """What a variant printed, or None if it failed."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [*(_pin if pinned else ()), sys.executable, "-m", *command],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or not done.stdout.strip():
        print(f"   failed: {' '.join(command)}: {done.stderr.strip().splitlines()[-1:]}", flush=True)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(rounds: int, only: str | None) -> dict[str, Any]:
    """Samples of every variant and path, over interleaved rounds."""
    samples: dict[str, dict[str, dict[str, list[float]]]] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    parts: dict[str, list[float]] = defaultdict(list)
    for number in range(rounds):
        for framework, variants in VARIANTS.items():
            for variant in variants if only in (None, framework) else ():
                for path, figures in (run("benchmarks.variants", framework, variant) or {}).items():
                    samples[framework][path][variant].extend(figures["samples"])
        for part, figure in (run("benchmarks.parts") or {}).items():
            parts[part].append(figure)
        print(f"round {number + 1} of {rounds}", flush=True)
    requests = {
        framework: {
            path: {v: [round(statistics.median(s), 2), round(min(s), 2)] for v, s in variants.items()}
            for path, variants in paths.items()
        }
        for framework, paths in samples.items()
    }
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "rounds": rounds,
        "versions": {name: _version(name) for name in PEERS},
        "requests": requests,
        "parts": {part: round(statistics.median(figures), 3) for part, figures in parts.items()},
        "engine": run("benchmarks.engine"),
        "state": run("benchmarks.shared_state", "20", pinned=False),
        "limits": run("benchmarks.shared_limits", pinned=False),
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except Exception:
        return "-"


def table(results: dict[str, Any]) -> str:
    """The figures as Markdown."""
    intro = (
        "Added CPU time per request in microseconds, over the same application without it: medians of"
        f" {results['rounds']} interleaved rounds, in-process, one core, Python {results['python']}, {results['date']}."
        " In brackets the difference of the minima, which noise touches less."
    )
    heads = ("application", "path", "bare", "no-op", "**Failsoft**", "with audit", "with a full policy")
    lines = [intro, "", "| " + " | ".join((*heads, *PEER_HEADS)) + " |", "|---|---" + "|--:" * 8 + "|"]
    columns = ("no-op", "failsoft", "failsoft+audit", "failsoft+policy", "otel", "sentry", "fastapi-problem")
    for framework, paths in results["requests"].items():
        for path, variants in paths.items():
            bare = variants.get("bare")
            if bare is None:
                continue
            cells = []
            for name in columns:
                figure = variants.get(name)
                if figure is None or (name == "failsoft+policy" and not path.startswith("success")):
                    cells.append("")
                    continue
                cells.append(f"{figure[0] - bare[0]:+.1f} ({figure[1] - bare[1]:+.1f})")
            cells[1] = f"**{cells[1]}**"
            lines.append(f"| {framework} | {path} | {bare[0]:.1f} | " + " | ".join(cells) + " |")
    lines += ["", "| part | µs | per second |", "|---|--:|--:|"]
    for part, figure in results["parts"].items():
        lines.append(f"| {part} | {figure:.2f} | {1e6 / figure:,.0f} |")
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items() if number != "-")
    lines += ["", f"Versions: {versions}. Measured by `make bench`."]
    return "\n".join(lines)


AIMS = (
    ("asgi", "success", 5), ("starlette", "success", 6), ("fastapi", "success", 6), ("django-wsgi", "success", 10),
    ("flask", "success", 10), ("django-asgi", "success", 20), ("django-asgi", "success, async view", 20),
    ("asgi", "unexpected error", 80), ("starlette", "unexpected error", 80), ("fastapi", "unexpected error", 80),
    ("django-wsgi", "unexpected error", 80), ("flask", "unexpected error", 80), ("django-asgi", "unexpected error", 80),
)  # fmt: skip
"""Added microseconds per request at most: application, path, bound."""
_TIMES_SENTRY = 20


def aims(results: dict[str, Any]) -> str:
    """What was aimed at, and what was reached, as Markdown."""
    lines = ["| application | path | aim | measured | |", "|---|---|--:|--:|---|"]
    for framework, path, bound in AIMS:
        figures = results["requests"].get(framework, {}).get(path)
        if figures is None:
            continue
        median, least = (figures["failsoft"][n] - figures["bare"][n] for n in (0, 1))
        said = "met" if median <= bound else "met by the minima" if least <= bound else "missed"
        lines.append(f"| {framework} | {path} | +{bound} µs | +{median:.1f} (+{least:.1f}) µs | {said} |")
    for framework, paths in results["requests"].items():
        figures = paths.get("unexpected error", {})
        if "sentry" in figures:
            ours, theirs = (figures[name][0] - figures["bare"][0] for name in ("failsoft", "sentry"))
            said = "met" if theirs >= _TIMES_SENTRY * ours else "missed"
            aim = f"1/{_TIMES_SENTRY} of sentry-sdk"
            lines.append(f"| {framework} | unexpected error | {aim} | 1/{theirs / ours:.0f} | {said} |")
    return "\n".join(lines)


def write(results: dict[str, Any]) -> None:
    """Put the tables where the docs have room for them."""
    blocks = {"figures": table(results), "aims": aims(results)}
    for name, make in (("engine", engine_table), ("state", state_table), ("limits", limits_table)):
        if results.get(name) is not None:
            blocks[name] = make(results[name])
    for path in (ROOT / "README.md", ROOT / "docs/explanation/performance.md"):
        text = path.read_text()
        for name, block in blocks.items():
            whole = f"<!-- {name}:begin -->\n{block}\n<!-- {name}:end -->"
            pattern = rf"<!-- {name}:begin -->.*?<!-- {name}:end -->"
            text = re.sub(pattern, lambda _, whole=whole: whole, text, flags=re.DOTALL)
        path.write_text(text)


def main() -> None:
    """Measure, keep the results, and write the tables."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("rounds", type=int, nargs="?", default=5)
    parser.add_argument("--only", metavar="FRAMEWORK", choices=list(VARIANTS))
    parser.add_argument("--dry", action="store_true", help="print the tables and write nothing")
    options = parser.parse_args()
    results = measure(options.rounds, options.only)
    print(table(results))
    if not options.dry:
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        write(results)


if __name__ == "__main__":
    main()
