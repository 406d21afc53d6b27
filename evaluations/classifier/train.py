"""Train the text model and write `core/failsoft/errors/model.bin`: `python -m evaluations.classifier.train`.

It learns from the recorded cases and from tables (`truth`). A fifth of the libraries, picked by a hash of their names,
is never learnt from: the shipped model is measured on them. The others are split into folds by library; what each fold
says of libraries that it has not seen calibrates the confidence and sets the floor. The same input gives the same file.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluations.classifier.corpus import FOLDS, PAGE, Known, Line, fold_of, load, load_packages, packages_of
from evaluations.classifier.learning import (
    Data,
    Learnt,
    calibrated,
    data_of,
    error_of_calibration,
    learn,
    quantized,
    softmax,
)
from evaluations.classifier.scoring import Judged, judge
from evaluations.classifier.tables import put, summary_table
from evaluations.classifier.truth import Sample, samples_of_corpus, samples_of_tables
from failsoft.errors.model import TextModel

__all__ = ["Material", "main", "trained_without"]

SHIPPED = Path(__file__).parents[2] / "core/failsoft/errors/model.bin"
Table = NDArray[np.float32]
_RIGHT_ENOUGH = 0.6


class Material:
    """What there is to learn from."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.cases = list(samples_of_corpus(lines))
        self.tables = list(samples_of_tables())
        self._packages: dict[str, set[str]] = {}
        for line in lines:
            self._packages.setdefault(line["library"], set()).update(packages_of(line))

    def without(self, libraries: set[str]) -> list[Sample]:
        """All samples but those of some libraries and of their packages."""
        out = libraries.union(*(self._packages.get(one, set()) for one in libraries))
        return [one for one in (*self.cases, *self.tables) if one.library not in out]

    def strangers(self, folds: set[int]) -> list[Sample]:
        """The cases of the libraries of some folds."""
        return [one for one in self.cases if one.library != "python" and fold_of(one.library) in folds]


def trained_without(stuff: Material, folds: set[int]) -> Learnt:
    """A model that has seen no library of some folds."""
    return learn(data_of(stuff.without({one.library for one in stuff.strangers(folds)})))


def compared(stuff: Material, lines: Sequence[Line], temperature: float, floor: float) -> str:
    """How much the model helps with libraries that are unknown to the classifier and to the model."""
    packages = load_packages()
    without: list[Judged] = []
    with_it: list[Judged] = []
    for fold in range(FOLDS):
        own = [line for line in lines if line["library"] != "python" and fold_of(line["library"]) == fold]
        model = TextModel(quantized(trained_without(stuff, {fold}), temperature, floor))
        without += judge(own, packages, Known.UNSEEN)
        with_it += judge(own, packages, Known.UNSEEN, model)
    return summary_table({"without the model": without, "with the model": with_it})


def out_of_fold(stuff: Material, folds: Sequence[int]) -> tuple[Table, Data]:
    """Scores of the cases of some folds, each by a model that has seen neither its library nor those held out."""
    scores, cases = [], []
    for fold in folds:
        strangers = stuff.strangers({fold})
        cases += strangers
        scores.append(trained_without(stuff, {0, fold}).scores(data_of(strangers).features))
    return np.concatenate(scores), data_of(cases)


def floor_of(sure: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """The least confidence around which guesses are right often enough."""
    for floor in np.arange(0.4, 0.96, 0.05):
        inside = (sure >= floor) & (sure < floor + 0.1)
        if inside.sum() >= 20 and right[inside].mean() >= _RIGHT_ENOUGH:
            return float(round(floor, 2))
    return 0.95


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m evaluations.classifier.train", description=__doc__.partition("\n")[0]
    )
    parser.add_argument("--check", action="store_true", help="only say whether the shipped file would be the same")
    parser.add_argument("--write", action="store_true", help=f"write what was measured into {PAGE.name}")
    options = parser.parse_args()
    lines = load()
    stuff = Material(lines)
    print(f"{len(stuff.cases)} cases, {len(stuff.tables)} samples of tables")
    scores, data = out_of_fold(stuff, range(1, FOLDS))
    temperature = calibrated(scores, data.labels)
    likely = softmax(scores / temperature)
    floor = floor_of(likely.max(1), likely.argmax(1) == data.labels)
    weights = quantized(trained_without(stuff, {0}), temperature, floor)
    packed = weights.pack()
    if options.check:
        print("the shipped file is the same" if SHIPPED.read_bytes() == packed else "the shipped file differs")
        return
    SHIPPED.write_bytes(packed)
    model = TextModel(weights)
    held_out = stuff.strangers({0})
    said = np.array([model.probabilities(one.classes, one.message) for one in held_out], dtype=np.float32)
    rows = [
        "| libraries | cases | right by text alone | calibration error | above the floor | of these right |",
        "|---|---:|---:|---:|---:|---:|",
        _row("of the other folds, each unseen", likely, data, floor),
        _row("held out, by the shipped file", said, data_of(held_out), floor),
    ]
    text = "\n\n".join(["\n".join(rows), compared(stuff, lines, temperature, floor)])
    print(f"temperature {temperature:.2f}, floor {floor:.2f}, {len(packed):,} bytes written", text, sep="\n\n")
    if options.write:
        put(PAGE, "classifier-model", text)


def _row(name: str, likely: Table, data: Data, floor: float) -> str:
    right, sure = likely.argmax(1) == data.labels, likely.max(1)
    speaks = sure >= floor
    error = error_of_calibration(likely, data.labels)
    shares = f"{right.mean():.1%} | {error:.3f} | {speaks.mean():.1%} | {right[speaks].mean():.1%}"
    return f"| {name} | {len(right)} | {shares} |"


if __name__ == "__main__":
    main()
