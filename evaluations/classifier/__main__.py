"""How often the classifier agrees with the labels of the corpus: `python -m evaluations.classifier`.

Asked in two ways: as shipped, and as if nobody had ever heard of the library a case is of (`unseen`): its packages get
other names, so that neither the catalogue nor a reader of codes finds them. The second is the honest figure for the
libraries that nobody catalogued.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
from functools import partial
from pathlib import Path

from evaluations.classifier import raisers
from evaluations.classifier.corpus import load, replay_line
from evaluations.classifier.recording import judged
from evaluations.classifier.scoring import Judged, judge, strangers
from evaluations.classifier.tables import confusion_table, library_table, put, summary_table
from failsoft.clock import SystemClock
from failsoft.errors.classifier import Classifier

PAGE = Path(__file__).parents[2] / "docs/explanation/how-well.md"


def live(classifier: Classifier) -> list[Judged]:
    """The cases raised now, in this process."""
    from evaluations.classifier.cases import CASES, raised

    for module in pkgutil.iter_modules(raisers.__path__):
        if not module.name.startswith("_"):
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
    parser.add_argument("--show", action="store_true", help="show each case that does not agree")
    parser.add_argument("--unseen", action="store_true", help="with --show: of the libraries made unknown")
    parser.add_argument("--library", help="of one library only")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name}")
    options = parser.parse_args()
    ask = partial(judged, Classifier(clock=SystemClock()))
    if options.live:
        known = live(Classifier(clock=SystemClock()))
        print(summary_table({"raised now": known}))
        print(*(f"- {one}" for one in known if one.wrong), sep="\n")
        return
    lines = [line for line in load() if options.library in (None, line["library"])]
    known = judge(lines, replay_line, ask)
    unseen = judge(strangers(lines), partial(replay_line, unseen=True), ask)
    summary = summary_table({"as shipped": known, "library unseen": unseen})
    print(summary, confusion_table(known), "library unseen:", confusion_table(unseen), library_table(known, unseen),
          sep="\n\n")  # fmt: skip
    if options.show:
        print(*(f"- {one}" for one in (unseen if options.unseen else known) if one.wrong), sep="\n")
    if options.write:
        put(PAGE, "classifier summary", summary)
        put(PAGE, "classifier confusion", confusion_table(known))
        put(PAGE, "classifier confusion unseen", confusion_table(unseen))
        put(PAGE, "classifier libraries", library_table(known, unseen))


if __name__ == "__main__":
    main()
