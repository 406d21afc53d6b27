"""`python -m evaluations.tampering`: tamper with a trail at random places, verify it, and say what was seen.

Exit status: 0 all was seen that can be, and its place named; 1 something was not.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

from evaluations.tampering.acts import ACTS
from evaluations.tampering.judging import MODES, blind_spot, named, tried
from evaluations.tampering.trail import make


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m evaluations.tampering", description=__doc__.split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--times", type=int, default=1_000, help="how often in all (default 1000)")
    parser.add_argument("--seed", type=int, default=None, help="another one each time by default; it is printed")
    options = parser.parse_args()
    seed = random.randrange(2**32) if options.seed is None else options.seed
    print(f"seed {seed}")
    rng = random.Random(seed)
    seen: Counter[tuple[str, str]] = Counter()
    blind: Counter[tuple[str, str]] = Counter()
    times: Counter[str] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        made = make(Path(folder) / "trail.db", rng)
        for number in range(options.times):
            if number % 100 == 99:
                (Path(folder) / "trail.db").unlink()
                made = make(Path(folder) / "trail.db", rng)
            act = ACTS[number % len(ACTS)]
            one = tried(act, made, rng, Path(folder) / "copy.db")
            times[act.__name__] += 1
            for mode in MODES:
                if blind_spot(one, made, mode):
                    blind[act.__name__, mode.name] += 1
                    # it may come out all the same, but nothing else may be said than the truth
                    continue
                if named(one.reports[mode.name], one.done, exactly=mode.keyed):
                    seen[act.__name__, mode.name] += 1
                else:
                    wrong += 1
                    found = [str(finding) for finding in one.reports[mode.name].faults]
                    print(f"NOT NAMED {act.__name__} {mode.name}: {one.done} {found}")
    print(f"| what is done | times | {' | '.join(mode.name for mode in MODES)} |")
    print(f"|---|---|{'---|' * len(MODES)}")
    for act in ACTS:
        name = act.__name__
        cells = [
            f"{seen[name, m.name]}" + (f" ({blind[name, m.name]} blind)" if blind[name, m.name] else "") for m in MODES
        ]
        print(f"| {act.__doc__} | {times[name]} | {' | '.join(cells)} |")
    print(f"{options.times} times in {len(MODES)} modes: {wrong} not seen or not named that should have been")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
