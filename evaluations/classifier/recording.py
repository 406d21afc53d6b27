"""Raise the cases of one module of raisers and print a line for each. Run by `record`, a process per module."""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import logging
import os
import re
import sys
import warnings
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from evaluations.classifier import raisers
from evaluations.classifier.cases import CASES, Case, raised
from evaluations.classifier.surroundings import loaded
from evaluations.classifier.taking import normal, take
from failsoft.clock import SystemClock
from failsoft.errors.classifier import Classifier

__all__ = ["judged", "main"]

_OBJECT = re.compile(r'"object": "([\w.]+)\.\w+"')


def judged(classifier: Classifier, exc: BaseException) -> dict[str, Any]:
    """What the classifier says, of what is compared to the label."""
    failure = classifier.classify(exc)
    return {
        "category": failure.category.value,
        "transient": failure.transient,
        "status": failure.status,
        "severity": failure.severity.value,
        "source": failure.evidence[0].source if failure.evidence else "",
    }


def packages_of() -> dict[str, list[str]]:
    """Import packages by the name of their distribution, in lower case with dashes."""
    found: dict[str, list[str]] = {}
    for package, distributions in packages_distributions().items():
        for name in distributions:
            found.setdefault(name.lower().replace("_", "-").replace(".", "-"), []).append(package)
    return found


def line_of(one: Case, packages: list[str], classifier: Classifier) -> dict[str, Any]:
    exc = raised(one)
    return {
        "library": one.library,
        "name": one.name,
        "label": {
            "category": one.category.value,
            "transient": one.transient,
            "statuses": sorted(one.statuses),
            "severity": one.severity.value,
        },
        **({"made": one.made} if one.made else {}),
        **({"note": one.note} if one.note else {}),
        "packages": sorted(package for package in packages if package.isidentifier() and package != "tests"),
        "live": judged(classifier, exc),
        **take(exc),
    }


def own_cases(module: str) -> list[Case]:
    """The cases of a module, without those of other modules that it imports."""
    home = f"{raisers.__name__}.{module}"
    tree = ast.parse((Path(raisers.__path__[0]) / f"{module}.py").read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(raisers.__name__):
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            for name in inner if node.module == raisers.__name__ else [str(node.module)]:
                importlib.import_module(name)
    before = len(CASES)
    importlib.import_module(home)
    return CASES[before:]


def main(module: str) -> None:
    """Print a line of JSON for each case of a module; faults go to standard error."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no line of ours
    packages = packages_of()
    classifier = Classifier(clock=SystemClock())
    modules: set[str] = set()
    for one in own_cases(module):
        own = packages.get(one.library.lower().replace("_", "-").replace(".", "-"), [])
        try:
            line = line_of(one, own, classifier)
        except AssertionError as exc:
            print(f"FAULT {normal(str(exc))}", file=sys.stderr, flush=True)
            continue
        except Exception as exc:
            print(f"FAULT {one.library}: {one.name} cannot be taken: {exc!r}", file=sys.stderr, flush=True)
            continue
        print(json.dumps(line), file=out, flush=True)
        modules |= {taken["module"] for taken in line["classes"]} | set(_OBJECT.findall(json.dumps(line)))
    print(json.dumps({"loaded": loaded(modules)}), file=out, flush=True)
    with contextlib.suppress(Exception):
        sys.stderr.flush()
    os._exit(0)  # threads and loops of the libraries are not waited for


if __name__ == "__main__":
    main(sys.argv[1])
