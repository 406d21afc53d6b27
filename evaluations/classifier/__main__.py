"""How often the classifier agrees with the labels of the corpus: `python -m evaluations.classifier`.

Asked in three ways (`corpus.Known`): as shipped; with the library of each case taken out of the catalogue and of all
else that goes by its name, which is the honest figure for libraries that nobody catalogued; and with its packages
renamed as well.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from pathlib import Path

from evaluations.classifier import raisers
from evaluations.classifier.corpus import Known, load, load_packages
from evaluations.classifier.recording import judged
from evaluations.classifier.scoring import Judged, judge
from evaluations.classifier.tables import confusion_table, library_table, put, summary_table
from failsoft.clock import SystemClock
from failsoft.errors.classifier import Classifier

PAGE = Path(__file__).parents[2] / "docs/explanation/how-well.md"


def live(classifier: Classifier) -> list[Judged]:
    """The cases raised now, in this process."""
    from evaluations.classifier.cases import CASES, raised

    for module in pkgutil.iter_modules(raisers.__path__):
        if not module.name.startswith(("_", "scaffold")):
            importlib.import_module(f"evaluations.classifier.raisers.{module.name}")
    found = []
    for one in CASES:
        label = {
            "category": one.category.value, "transient": one.transient, "statuses": sorted(one.statuses),
            "severity": one.severity.value,
        }  # fmt: skip
        line = {"library": one.library, "name": one.name, "label": label}
        found.append(Judged(line, judged(classifier, raised(one))))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluations.classifier", description=__doc__.partition("\n")[0])
    parser.add_argument("--live", action="store_true", help="raise the cases; needs the dependency group `corpus`")
    parser.add_argument(
        "--show", choices=[one.name.lower() for one in Known], help="show each case that does not agree"
    )
    parser.add_argument("--library", help="of one library only")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name}")
    options = parser.parse_args()
    if options.live:
        known = live(Classifier(clock=SystemClock()))
        print(summary_table({"raised now": known}))
        print(*(f"- {one}" for one in known if one.wrong), sep="\n")
        return
    lines = [line for line in load() if options.library in (None, line["library"])]
    packages = load_packages()
    modes = {known: judge(lines, packages, known) for known in Known}
    shipped, unseen = modes[Known.SHIPPED], modes[Known.UNSEEN]
    parts = {
        "summary": summary_table({known.value: cases for known, cases in modes.items()}),
        "confusion": confusion_table(shipped),
        "confusion unseen": confusion_table(unseen),
        "libraries": library_table(shipped, unseen),
    }
    for name, table in parts.items():
        print(f"\n{name}\n\n{table}")
        if options.write:
            put(PAGE, f"classifier {name}", table)
    if options.show:
        print(*(f"- {one}" for one in modes[Known[options.show.upper()]] if one.wrong), sep="\n")


if __name__ == "__main__":
    main()
