"""`python -m evaluations.sanitizer`: how well the sanitizer judges, on the cases of this repository."""

from __future__ import annotations

import argparse
import json
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from evaluations.sanitizer import cost, peers, report
from evaluations.sanitizer.cases import load
from evaluations.sanitizer.judge import Verdict, judge
from evaluations.sanitizer.ours import sanitizes, variants
from evaluations.sanitizer.page import PAGE, README, write


def _ours() -> list[Verdict]:
    return [judge(case, sanitizes(case.tier)) for case in load()]


def _beside(ours: list[Verdict]) -> dict[str, list[Verdict]]:
    by = {"**Failsoft**": ours}
    for name, clean in peers.available().items():
        by[f"{name} {version(name)}"] = [judge(case, clean, exact=False) for case in load()]
    return by


def _costs() -> dict[str, dict[str, float]]:
    return cost.measure({**variants(), **peers.available()})


def _show(verdicts: list[Verdict], *, everything: bool) -> None:
    for verdict in verdicts:
        if not verdict.good and (everything or not verdict.case.held_out):
            print(f"{verdict.case.id} ({verdict.case.tier}): {verdict.wrong}")
            print(f"    in:  {verdict.given[:400]!r}\n    out: {verdict.got[:400]!r}")


def main(arguments: list[str] | None = None) -> int:
    """Run the cases and print what came of them. 1 if a case is not right, else 0."""
    parser = argparse.ArgumentParser(prog="python -m evaluations.sanitizer", description=__doc__)
    parser.add_argument("--show", action="store_true", help="list failures, but of the cases held out")
    parser.add_argument("--show-all", action="store_true", help="list failures, those held out too; not for tuning")
    parser.add_argument("--misses", action="store_true", help="print only the names of failures, as known_misses.txt")
    parser.add_argument("--peers", action="store_true", help="run the peers on the same cases, and time all")
    parser.add_argument("--cost", action="store_true", help="time texts")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name} and {README.name}")
    options = parser.parse_args(arguments)
    ours = _ours()
    if options.misses:
        print("\n".join(sorted(verdict.case.listed for verdict in ours if not verdict.good)))
        return 0
    blocks = {"sanitizer-cases": report.summary(ours), "sanitizer-groups": report.group_table(ours)}
    data: dict[str, Any] = {
        "all": report.figures(ours),
        "tuned on": report.figures(v for v in ours if not v.case.held_out),
        "held out": report.figures(v for v in ours if v.case.held_out),
    }
    if options.peers:
        beside = _beside(ours)
        data["peers"] = {name: report.figures(of) for name, of in beside.items()}
        blocks["sanitizer-peers"] = report.peer_table(beside)
    if options.peers or options.cost:
        data["cost"] = _costs()
        said = f"CPU time, Python {platform.python_version()}, {datetime.now(UTC).date().isoformat()}."
        blocks["sanitizer-cost"] = f"{report.cost_table(data['cost'])}\n\n{said}"
    if options.json:
        print(json.dumps(data, indent=1))
    else:
        print("\n\n".join(blocks.values()))
    if options.show or options.show_all:
        _show(ours, everything=options.show_all)
    if options.write:
        write(PAGE, blocks)
        write(README, {"sanitizer-in-short": report.in_short(ours)})
    return 0 if all(verdict.good for verdict in ours) else 1


if __name__ == "__main__":
    sys.exit(main())
