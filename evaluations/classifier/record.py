"""Raise every case and write `corpus.jsonl`, from which the evaluation and the tests replay them.

`python -m evaluations.classifier.record [MODULE ...]` in an environment with the dependency group `corpus`; with
modules named, only their cases are raised again. Each module runs in a process of its own, because libraries that patch
others would change what these raise.
"""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from evaluations.classifier import raisers
from evaluations.classifier.corpus import CORPUS, PACKAGES, load, load_packages, replayed
from evaluations.classifier.recording import judged
from evaluations.classifier.surroundings import Packages, merge
from failsoft.clock import SystemClock
from failsoft.errors.classifier import Classifier

__all__ = ["main"]

_SECONDS = 600


def run(module: str) -> tuple[str, list[dict[str, Any]], list[str]]:
    """The cases of a module, and what went wrong with others."""
    command = [sys.executable, "-m", "evaluations.classifier.recording", module]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return module, [], [f"{module}: took longer than {_SECONDS} s"]
    faults = [line.removeprefix("FAULT ") for line in done.stderr.splitlines() if line.startswith("FAULT ")]
    if done.returncode:
        faults.append(f"{module}: exit {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
    return module, [json.loads(line) for line in done.stdout.split("\n") if line.startswith("{")], faults


def differing(line: dict[str, Any], packages: Packages) -> str:
    """How the replayed exception is judged differently from the raised one; empty if it is not."""
    try:
        with replayed(line, packages) as exc:
            again = judged(Classifier(clock=SystemClock()), exc)
    except Exception as exc:
        return f"cannot be replayed: {exc!r}"
    live = line["live"]
    return ", ".join(f"{key}: {live[key]} live, {again[key]} replayed" for key in again if again[key] != live[key])


def main(modules: list[str]) -> int:
    """Record; print what differs between raised and replayed. Returns the exit status."""
    every = sorted(
        module.name
        for module in pkgutil.iter_modules(raisers.__path__)
        if not module.name.startswith(("_", "scaffold"))
    )
    chosen = modules or every
    kept = []
    if modules and CORPUS.exists():
        kept = [line for line in load(all_of_them=True) if line["module"] not in modules]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(run, chosen))
    packages = load_packages() if kept else {}
    for _, found, _ in results:
        for line in found:
            packages = merge(packages, line.get("loaded", {}))
    lines: list[Any] = list(kept)
    differ = 0
    for module, found, faults in results:
        for fault in faults:
            print(f"! {fault}")
        for line in (line for line in found if "loaded" not in line):
            line["module"] = module
            if difference := differing(line, packages):
                differ += 1
                line["replays"] = False
                print(f"~ {line['library']}: {line['name']}: {difference}")
            del line["live"]
            lines.append(line)
    lines.sort(key=lambda line: (line["library"].lower(), line["name"]))
    CORPUS.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    PACKAGES.write_text("".join(json.dumps(one) + "\n" for one in packages.items()), "utf-8")
    new = len(lines) - len(kept)
    print(
        f"{len(lines)} exceptions of {len({line['library'] for line in lines})} libraries, {new} raised now, "
        f"{differ} of them judged differently when replayed"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
