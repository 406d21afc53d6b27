"""`python -m evaluations.audit.kills`: does the audit trail keep what it acknowledged?

Real servers (uvicorn, gunicorn) under load are killed, and their stores taken away; then the trail is read link by
link. Exit status: 0 everything held, 1 something did not.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from evaluations.audit import costs, troubles
from evaluations.audit.killing import killed
from evaluations.audit.servers import KINDS, ROOT
from evaluations.audit.trial import Outcome, Skipped

PAGE = ROOT / "docs/explanation/audit-figures.md"
Run = Callable[[], Outcome]


def scenarios(options: argparse.Namespace) -> Iterator[tuple[str, str, Run]]:
    """What there is to try: its name, what it is about in words, and the way to run it."""
    rounds, seconds, seed = options.rounds, options.seconds, options.seed
    away = min(seconds, 30.0)
    for kind in KINDS:
        # a worker of uvicorn is some seconds in coming back: of its kills there are fewer
        share = max(rounds // 8, 1) if kind == "uvicorn" else rounds - rounds // 8
        for durability in ("sync", "batched"):
            run = partial(killed, kind, durability, share, seed)
            yield f"kill-{durability}-{kind}", f"killed at random, {durability}, {kind}", run
        run = partial(killed, kind, "batched", max(share // 4, 1), seed, pause=0.05)
        yield f"kill-paced-{kind}", f"killed at random under less than full load, batched, {kind}", run
        run = partial(killed, kind, "sync", max(share // 4, 1), seed, trouble=True)
        yield f"kill-troubled-{kind}", f"killed at random while the store is locked now and then, sync, {kind}", run
        yield f"locked-{kind}", f"store locked for {away:g} s, {kind}", partial(troubles.locked, kind, away)
        yield f"disk-{kind}", f"disk of the store full, {kind}", partial(troubles.disk_full, kind, min(away, 10))
        yield f"full-{kind}", f"disks of store and journal full, {kind}", partial(troubles.everything_full, kind, 5)
        yield f"postgres-{kind}", f"PostgreSQL stopped, {kind}", partial(troubles.postgres_stopped, kind, min(away, 10))
        run = partial(troubles.postgres_late, kind, min(away, 10))
        yield f"absent-{kind}", f"PostgreSQL not there at the start, {kind}", run
        run = partial(troubles.postgres_frozen, kind, min(away, 10))
        yield f"frozen-{kind}", f"PostgreSQL says nothing, {kind}", run
        for overload in ("wait", "drop"):
            run = partial(troubles.flooded, kind, overload, 11_000, 10)
            yield f"flood-{overload}-{kind}", f"more at once than the queue holds, {overload}, {kind}", run
        yield f"clock-{kind}", f"clock set back, {kind}", partial(troubles.clock_set_back, kind, 0)
    yield "queueing", "queueing a record", costs.queueing
    for kind in KINDS:
        for clients in (1, 8):
            run = partial(costs.latency, kind, clients, options.requests)
            yield f"latency-{kind}-{clients}", f"answer to a failure, {kind}, {clients} at once", run
    yield "storm", "a storm of failures", partial(costs.storm, "gunicorn", seconds)
    yield "storm-away", "a storm of failures, the store locked", partial(costs.storm, "gunicorn", seconds, away=True)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m evaluations.audit.kills", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="beginnings of names; all by default")
    parser.add_argument("--list", action="store_true", help="show the names")
    parser.add_argument("--rounds", type=int, default=200, help="kills in each mode, over both servers (default 200)")
    parser.add_argument("--seconds", type=float, default=600, help="of a storm (default 600)")
    parser.add_argument("--requests", type=int, default=2000, help="to measure a latency by (default 2000)")
    parser.add_argument("--seed", type=int, default=0, help="of what is random")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name}")
    options = parser.parse_args()
    wanted = [one for one in scenarios(options) if not options.names or one[0].startswith(tuple(options.names))]
    if options.list:
        print(*(f"{name:28} {title}" for name, title, _ in wanted), sep="\n")
        return 0
    if not wanted:
        parser.error("no such name: see --list")
    failed = 0
    for name, title, run in wanted:
        begun = time.monotonic()
        print(f"\n{name}: {title}", flush=True)
        try:
            outcome = run()
        except Skipped as reason:
            print(f"   skipped: {reason}", flush=True)
            continue
        failed += bool(outcome.faults)
        for figure, value in outcome.figures.items():
            print(f"   {figure}: {value}")
        for fault in outcome.faults[:10]:
            print(f"   FAULT {fault}")
        print(f"   ({time.monotonic() - begun:.0f} s)", flush=True)
        if options.write:
            put(PAGE, name, title, outcome)
    print(f"\n{failed} of {len(wanted)} did not hold" if failed else f"\nall {len(wanted)} held")
    return 1 if failed else 0


def put(page: Path, name: str, title: str, outcome: Outcome) -> None:
    """Write the row of a scenario into a page that has one for it, marked by its name."""
    cells = "; ".join(f"{figure} {value:,}" for figure, value in outcome.figures.items())
    verdict = "; ".join(outcome.faults[:3]) or "held"
    line = f"| <!-- {name} --> {title} | {cells} | {verdict} |"
    text = page.read_text(encoding="utf-8")
    page.write_text(
        re.sub(rf"^\| <!-- {re.escape(name)} -->.*$", lambda _: line, text, flags=re.MULTILINE), encoding="utf-8"
    )


if __name__ == "__main__":
    raise SystemExit(main())
