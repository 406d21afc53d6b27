"""How often the classifier agrees with the labels of the corpus: `python -m evaluations.classifier`.

Asked in several ways (`TITLES`): as shipped; with the library of each case taken out of the catalogue and of all
else that goes by its name, which is the honest figure for libraries that nobody catalogued; and with its packages
renamed as well.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
from collections.abc import Sequence

from evaluations.classifier import raisers
from evaluations.classifier.corpus import PAGE, README, Known, Line, is_held_out, load, load_packages
from evaluations.classifier.recording import judged
from evaluations.classifier.scoring import Judged, judge, shares
from evaluations.classifier.tables import confusion_table, library_table, put, summary_table
from failsoft.clock import SystemClock
from failsoft.errors.classifier import Classifier
from failsoft.errors.model import TextModel

TITLES = {
    "shipped": "as shipped",
    "unseen": "library unseen, without the text model",
    "renamed": "library unseen and renamed, without the text model",
    "held-out": "held-out libraries unseen, without the text model",
    "held-out-model": "held-out libraries unseen, with the text model",
}

IN_SHORT = {"shipped": "exceptions of libraries that it knows", "held-out-model": "of libraries that it never met"}
"""What of them is in the README, and what it is called there."""


def asked(lines: Sequence[Line]) -> dict[str, list[Judged]]:
    """What is said of the cases, by how it was asked. The shipped model has learnt from libraries not held out, so
    that it says nothing honest of them."""
    packages, model = load_packages(), TextModel()
    held_out = [line for line in lines if is_held_out(line)]
    unseen = judge(lines, packages, Known.UNSEEN)
    return {
        "shipped": judge(lines, packages, Known.SHIPPED, model),
        "unseen": unseen,
        "renamed": judge(lines, packages, Known.NAMELESS),
        "held-out": [one for one in unseen if is_held_out(one.line)],
        "held-out-model": judge(held_out, packages, Known.UNSEEN, model),
    }


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
        line: Line = {"library": one.library, "name": one.name, "label": label}
        found.append(Judged(line, judged(classifier, raised(one))))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluations.classifier", description=__doc__.partition("\n")[0])
    parser.add_argument("--live", action="store_true", help="raise the cases; needs the dependency group `corpus`")
    parser.add_argument("--show", choices=list(TITLES), help="show each case that does not agree")
    parser.add_argument("--library", help="of one library only")
    parser.add_argument("--json", action="store_true", help="print the shares as JSON, and nothing else")
    parser.add_argument("--write", action="store_true", help=f"write the tables into {PAGE.name} and {README.name}")
    options = parser.parse_args()
    if options.live:
        known = live(Classifier(clock=SystemClock()))
        print(summary_table({"raised now": known}))
        print(*(f"- {one}" for one in known if one.wrong), sep="\n")
        return
    lines = [line for line in load() if options.library in (None, line["library"])]
    modes = asked(lines)
    shipped, unseen = modes["shipped"], modes["unseen"]
    if options.json:
        libraries = {line["library"] for line in lines}
        found = {name: shares(cases) for name, cases in modes.items()}
        print(json.dumps({"cases": len(lines), "libraries": len(libraries), "shares": found}))
        return
    parts = {
        "summary": summary_table({TITLES[name]: cases for name, cases in modes.items()}),
        "confusion": confusion_table(shipped),
        "confusion-unseen": confusion_table(unseen),
        "libraries": library_table(shipped, unseen),
    }
    for name, table in parts.items():
        print(f"\n{name}\n\n{table}")
        if options.write:
            put(PAGE, f"classifier-{name}", table)
    if options.write:
        put(README, "classifier-in-short", summary_table({title: modes[name] for name, title in IN_SHORT.items()}))
    if options.show:
        print(*(f"- {one}" for one in modes[options.show] if one.wrong), sep="\n")


if __name__ == "__main__":
    main()
