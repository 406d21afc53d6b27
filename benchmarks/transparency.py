"""Test suites of published projects, run as they are, and with Failsoft switched in without their knowledge.

`python -m benchmarks.transparency [NAME ...] [--write]` downloads the sources, makes an environment for each project
under `.cache/transparency`, runs its tests three times (plain, `format = "keep"`, default format), prints a table and
each test whose outcome differs. Needs the network the first time. `--write` puts the table into
`docs/explanation/transparency.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tarfile
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
CACHE = ROOT / ".cache" / "transparency"
BUILT = CACHE / "failsoft"
PAGE = ROOT / "docs" / "explanation" / "transparency.md"
PLUGIN = Path(__file__).parent / "transparency_plugin"
MODES = {"plain": None, "keep": "keep", "default": "auto"}
"""How a suite is run, and the `responses.format` that Failsoft then has."""


@dataclass(frozen=True)
class Suite:
    """A project whose tests come with its sources.

    Parameters:
        requires: what the tests need beside the project itself.
        arguments: for pytest, in the folder of the sources.
    """

    name: str
    version: str
    requires: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    extras: str = ""
    runner: str = "pytest"
    """`pytest`, or `django`: its own `runtests.py`, whose arguments are folders of tests."""


SUITES = (
    Suite("django", "5.2.19", (), ("asgi", "async", "auth_tests.test_middleware", "auth_tests.test_views",
                                   "conditional_processing", "context_processors", "csrf_tests", "decorators",
                                   "file_uploads", "flatpages_tests", "generic_views", "handlers", "httpwrappers",
                                   "i18n", "logging_tests", "messages_tests", "middleware", "middleware_exceptions",
                                   "redirects_tests", "requests_tests", "responses", "servers", "sessions_tests",
                                   "shortcuts", "signals", "signed_cookies_tests", "sitemaps_tests",
                                   "syndication_tests", "template_tests", "test_client", "test_client_regress",
                                   "test_utils", "transactions", "urlpatterns", "urlpatterns_reverse", "view_tests",
                                   "wsgi"), runner="django"),
    Suite("djangorestframework", "3.18.3", ("django==5.2.*", "pytest-django", "dj-database-url", "importlib-metadata")),
    Suite("django-allauth", "65.21.1", ("django==5.2.*", "djangorestframework", "django-ninja", "pytest-django",
                                        "pytest-asyncio", "Pillow", "PyYAML", "psycopg[binary]"),
          extras="[socialaccount,mfa,headless,idp-oidc,openid,steam]"),
    Suite("django-axes", "8.3.1", ("django==5.2.*", "pytest-django", "django-ipware"), ("-o", "addopts=",)),
    Suite("djangorestframework-simplejwt", "5.5.1", ("django==5.2.*", "pytest-django", "freezegun", "python-jose",
                                                     "cryptography", "pyjwt==2.10.1"), ("-o", "addopts=",)),
    Suite("django-filter", "26.2", ("django==5.2.*", "pytest-django", "djangorestframework", "pytz", "coreapi", "lxml"),
          ("--ds=tests.settings",)),
    Suite("flask", "3.1.3", ("asgiref", "greenlet", "python-dotenv", "pytest<9")),
    Suite("flask-cors", "6.0.5"),
    Suite("flask-smorest", "0.47.0", ("marshmallow", "PyYAML", "flask[async]==3.1.3"), ("-o", "addopts=",)),
    Suite("starlette", "1.10.0", ("opentelemetry-sdk", "trio", "blockbuster", "pytest-codspeed"), extras="[full]"),
    Suite("fastapi", "0.165.0", ("opentelemetry-instrumentation-fastapi", "logfire", "sentry-sdk", "opentelemetry-sdk",
                                 "opentelemetry-exporter-otlp-proto-http", "httpx", "httpx2", "anyio[trio]",
                                 "python-slugify", "coverage[toml]", "dirty-equals", "flask", "inline-snapshot",
                                 "pwdlib[argon2]", "pyjwt", "pytest<9.2", "pytest-codspeed", "pyyaml", "sqlmodel",
                                 "strawberry-graphql", "typer", "a2wsgi", "pytest-xdist"), extras="[all]"),
)  # fmt: skip


def prepared(suite: Suite) -> tuple[Path, Path]:
    """The folder of the sources, and the interpreter of an environment in which their tests run."""
    home = CACHE / f"{suite.name}-{suite.version}"
    python = home / "venv" / "bin" / "python"
    sources = home / "sources"
    if not (home / "ready").exists():
        home.mkdir(parents=True, exist_ok=True)
        print(f"   preparing {suite.name} {suite.version}", flush=True)
        command(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:",
                "--dest", str(home), f"{suite.name}=={suite.version}")  # fmt: skip
        (archive,) = home.glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(sources, filter="data")
        command(sys.executable, "-m", "venv", str(home / "venv"))
        pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        command(*pip, "--upgrade", "pip")
        command(*pip, "pytest", "pytest-timeout", *suite.requires, f"{archive}{suite.extras}")
        command(*pip, str(ROOT))
        (home / "ready").touch()
    (folder,) = sources.iterdir()
    return folder, python


def command(*words: str) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def built() -> None:
    """Install Failsoft as it is now, so that changes made while the suites run do not tell."""
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade")
    command(*pip, "--target", str(BUILT), str(ROOT))


def outcomes(suite: Suite, mode: str) -> dict[str, str]:
    """What became of each test."""
    folder, python = prepared(suite)
    report = folder.parent.parent / f"{mode}.xml"
    report.unlink(missing_ok=True)
    form = MODES[mode]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PLUGIN), str(BUILT), "."])}
    if form is not None:
        env |= {"FAILSOFT_EVERYWHERE": form, "FAILSOFT_EVERYWHERE_COUNTS": str(report.with_suffix(".json"))}
    if suite.runner == "django":
        folder /= "tests"
        words = [str(python), "-m", "django_runtests", "--parallel", "1", "-v", "2", *suite.arguments]
    else:
        words = [str(python), "-m", "pytest", "-q", "-p", "failsoft_everywhere", "-p", "no:cacheprovider",
                 f"--junitxml={report}", *suite.arguments]  # fmt: skip
    done = subprocess.run(words, cwd=folder, env=env, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    report.with_suffix(".log").write_text(said)
    found = from_lines(done.stderr) if suite.runner == "django" else from_report(report)
    if done.returncode not in (0, 1) or not found:
        raise SystemExit(f"{suite.name} ({mode}) did not run:\n{said[-3000:]}")
    return found


def from_report(report: Path) -> dict[str, str]:
    """The outcomes in a JUnit report of pytest."""
    found: dict[str, str] = {}
    if report.exists():
        for case in ET.parse(report).getroot().iter("testcase"):
            bad = next((child.tag for child in case if child.tag in ("failure", "error", "skipped")), "passed")
            name = f"{case.get('classname')}::{case.get('name')}"
            # a test that fails while it is torn down has two entries
            if found.get(name) != "failed":
                found[name] = {"failure": "failed", "error": "failed"}.get(bad, bad)
    return found


def from_lines(said: str) -> dict[str, str]:
    """The outcomes that `unittest` prints: each test by name as it runs, and at the end what has failed."""
    found = dict.fromkeys(re.findall(r"^\w+ \(([\w.]+)\)", said, re.MULTILINE), "passed")
    # a docstring may stand between a test and its outcome
    skipped = re.findall(r"^\w+ \(([\w.]+)\)(?:\n.*)?? \.\.\. skipped", said, re.MULTILINE)
    broken = re.findall(r"^(?:FAIL|ERROR): \w+ \(([\w.]+)\)", said, re.MULTILINE)
    return found | dict.fromkeys(skipped, "skipped") | dict.fromkeys(broken, "failed")


def compare(suite: Suite) -> tuple[list[str], list[str]]:
    """A row of the table, and the differences."""
    results = {mode: outcomes(suite, mode) for mode in MODES}
    plain = results["plain"]
    counts = {mode: Counter(found.values()) for mode, found in results.items()}
    run = counts["plain"]["passed"] + counts["plain"]["failed"]
    met = json.loads((CACHE / f"{suite.name}-{suite.version}" / "default.json").read_text())
    row = [f"{suite.name} {suite.version}", str(run), *(str(counts[mode]["passed"]) for mode in MODES)]
    notes = [
        f"{suite.name}, {mode}: {test}: {plain.get(test)} -> {found.get(test)}"
        for mode, found in results.items()
        for test in sorted(plain.keys() | found.keys())
        if plain.get(test) != found.get(test)
    ]
    return [*row, str(met.get("requests", 0)), str(met.get("failures", 0))], notes


def table(rows: list[list[str]]) -> str:
    lines = [
        "| suite | tests | pass plain | with `keep` | with the default | requests | failures met |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def write(text: str) -> None:
    """Put the table between its marks."""
    page = PAGE.read_text()
    stamp = f"Measured {datetime.now(UTC):%Y-%m-%d}, Python {sys.version.split()[0]}."
    new = rf"\g<1>{stamp}\n\n{text}\n\g<2>"
    PAGE.write_text(re.sub(r"(<!-- table -->\n).*?(<!-- end -->)", new, page, flags=re.DOTALL))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="of projects; all of them by default")
    parser.add_argument("--write", action="store_true", help="put the table into the docs")
    wanted = parser.parse_args()
    built()
    rows, notes = [], []
    for suite in SUITES:
        if not wanted.names or suite.name in wanted.names:
            row, differences = compare(suite)
            rows.append(row)
            notes += differences
            print(" | ".join(row), flush=True)
    print("\n" + table(rows) + "\n")
    print("\n".join(notes) or "no test differs")
    if wanted.write:
        write(table(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
