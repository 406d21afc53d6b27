"""The sanitizer on public corpora: `python -m evaluations.sanitizer.public FOLDER`; see README.md beside it."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from evaluations.sanitizer.corpora import CORPORA, Case, held_out
from failsoft.sanitize import Sanitizer

FRAGMENT = 6


def survives(secret: str, cleaned: str) -> bool:
    """Whether a secret came through whole."""
    return secret in cleaned


def fragment(secret: str, cleaned: str) -> bool:
    """Whether a piece of a secret came through."""
    return any(secret[at : at + FRAGMENT] in cleaned for at in range(len(secret) - FRAGMENT + 1))


class Tally:
    """Counts of one corpus."""

    def __init__(self, standard: Sanitizer, strict: Sanitizer) -> None:
        self.standard, self.strict = standard, strict
        self.counts: Counter[tuple[str, bool]] = Counter()
        self.missed: list[tuple[Case, str]] = []
        self.touched: list[tuple[Case, str]] = []

    def add(self, case: Case) -> None:
        held = held_out(case.group)
        cleaned = (self.strict if case.strict else self.standard).text(case.text)
        if not case.secrets:
            self.counts["benign", held] += 1
            if cleaned != case.text:
                self.counts["touched", held] += 1
                self.touched.append((case, cleaned))
            return
        self.counts["secret", held] += 1
        if any(survives(secret, cleaned) for secret in case.secrets):
            self.counts["missed", held] += 1
            self.missed.append((case, cleaned))
        elif any(fragment(secret, cleaned) for secret in case.secrets):
            self.counts["fragment", held] += 1

    def line(self, *, held: bool) -> str:
        secrets, missed, pieces, benign, touched = (
            self.counts[name, held] for name in ("secret", "missed", "fragment", "benign", "touched")
        )
        recall = f"{100 * (secrets - missed) / secrets:6.2f} %" if secrets else "     -  "
        share = f"{100 * touched / benign:5.2f} %" if benign else "    -  "
        return f"{recall} of {secrets:5} secrets ({pieces:3} with a piece left)   {share} of {benign:5} benign touched"


def _show(tally: Tally, *, everything: bool) -> None:
    for title, found in (("missed", tally.missed), ("touched", tally.touched)):
        for case, cleaned in found:
            if everything or not held_out(case.group):
                print(f"  {title} {case.group}: {case.text!r}\n      secrets {case.secrets!r}\n      -> {cleaned!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the repositories are cloned")
    parser.add_argument(
        "--show", action="store_true", help="print what was missed and touched, of what is not held out"
    )
    parser.add_argument("--show-held-out", action="store_true", help="also of what is: then it is spent")
    parser.add_argument("--corpus", action="append", choices=sorted(CORPORA))
    options = parser.parse_args()
    standard, strict = Sanitizer(), Sanitizer(tier="strict")
    for name, read in CORPORA.items():
        if options.corpus and name not in options.corpus:
            continue
        folder = options.folder / name
        if name != "benign" and not folder.is_dir():
            print(f"{name}: not there, skipped (see evaluations/sanitizer/README.md)")
            continue
        tally = Tally(standard, strict)
        for case in read(folder):
            tally.add(case)
        print(f"{name:15} tuned    {tally.line(held=False)}")
        print(f"{'':15} held out {tally.line(held=True)}", flush=True)
        if options.show or options.show_held_out:
            _show(tally, everything=options.show_held_out)


if __name__ == "__main__":
    main()
