"""`python -m evaluations.fuzz`: each target in a process of its own, driven by atheris and by hypothesis.

Exit status: 0 nothing was found, 1 something was, 2 could not run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from evaluations.fuzz.source import Source

TARGETS = ("texts", "values", "exceptions", "growth")
_ATHERIS, _HYPOTHESIS = "atheris", "hypothesis"
_MAX_LENGTH = 512


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m evaluations.fuzz", description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; all by default")
    parser.add_argument("--seconds", type=int, default=600, help="in all (default 600)")
    parser.add_argument("--engine", choices=(_ATHERIS, _HYPOTHESIS, "both"), default="both")
    parser.add_argument("--corpus", type=Path, help="folder for what was found interesting; a temporary one by default")
    parser.add_argument("--replay", type=Path, help="run one target once, on this file")
    parser.add_argument("--inside", choices=(_ATHERIS, _HYPOTHESIS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    targets = options.targets or list(TARGETS)
    if unknown := [name for name in targets if name not in TARGETS]:
        parser.error(f"no such target: {', '.join(unknown)}")
    if options.replay:
        _check(targets[0])(Source(options.replay.read_bytes()))
        return 0
    if options.inside:
        return _inside(options.inside, targets[0], options.seconds, options.corpus)
    engines = (_ATHERIS, _HYPOTHESIS) if options.engine == "both" else (options.engine,)
    each = max(options.seconds // (len(engines) * len(targets)), 1)
    with tempfile.TemporaryDirectory() as folder:
        corpus = options.corpus or Path(folder)
        failed = [
            f"{engine} {target}" for target in targets for engine in engines if not _run(engine, target, each, corpus)
        ]
    print("found something: " + ", ".join(failed) if failed else f"nothing found in {len(targets)} targets")
    return 1 if failed else 0


def _run(engine: str, target: str, seconds: int, corpus: Path) -> bool:
    folder = corpus / target
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "evaluations.fuzz", target, "--inside", engine, "--seconds", str(seconds)]
    print(f"{target}, {engine}, {seconds} s", flush=True)
    done = subprocess.run([*command, "--corpus", str(folder)], check=False, capture_output=True, text=True)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    for line in lines[-2:] if done.returncode == 0 else lines[-40:]:
        print(f"    {line[:2000]}", flush=True)
    return done.returncode == 0


def _check(target: str) -> Callable[[Source], None]:
    if target == "texts":
        from evaluations.fuzz.texts import check_text

        return check_text
    if target == "values":
        from evaluations.fuzz.values import check_value

        return check_value
    if target == "exceptions":
        from evaluations.fuzz.exceptions import check_exception

        return check_exception
    from evaluations.fuzz.growth import check_growth

    return check_growth


def _inside(engine: str, target: str, seconds: int, corpus: Path) -> int:
    return _by_atheris(target, seconds, corpus) if engine == _ATHERIS else _by_hypothesis(target, seconds)


def _by_atheris(target: str, seconds: int, corpus: Path) -> int:
    try:
        import atheris
    except ImportError:
        print("needs atheris: pip install --group fuzz", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["failsoft.sanitize", "failsoft.errors"]):
        check = _check(target)
    arguments = [
        sys.argv[0],
        f"-max_total_time={seconds}",
        f"-max_len={_MAX_LENGTH}",
        "-timeout=60",
        f"-artifact_prefix={corpus.parent}/{target}-",
        str(corpus),
    ]
    atheris.Setup(arguments, lambda data: check(Source(data)))
    atheris.Fuzz()
    return 0


def _by_hypothesis(target: str, seconds: int) -> int:
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    check, begun, count = _check(target), time.monotonic(), 0
    unlimited = settings(
        max_examples=1_000, deadline=None, database=None, suppress_health_check=list(HealthCheck), print_blob=True
    )

    @unlimited
    @given(st.binary(max_size=_MAX_LENGTH))
    def batch(data: bytes) -> None:
        nonlocal count
        if time.monotonic() - begun < seconds:
            count += 1
            check(Source(data))

    while time.monotonic() - begun < seconds:
        batch()
    print(f"{count} examples, nothing found")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
