"""What the scenarios share: a trail in a folder, a server on it, and the reckoning at the end."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluations.audit.load import Answer, Load, quantile
from evaluations.audit.reading import left, read
from evaluations.audit.servers import Server

__all__ = ["Outcome", "Skipped", "Trial", "trial"]


class Skipped(Exception):
    """This cannot be tried here. The text says why."""


@dataclass
class Outcome:
    """What came of a scenario: figures to show, and what should not have been."""

    figures: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def demand(self, holds: bool, fault: str) -> None:
        """Note a fault unless it holds."""
        if not holds:
            self.faults.append(fault)


class Trial:
    """A trail in a folder of its own, and a server that writes it.

    Parameters:
        url: of the store; a file in the folder if None.
        journal: folder of the journals; in the folder if None.
    """

    def __init__(
        self,
        folder: Path,
        kind: str,
        *,
        url: str | None = None,
        journal: Path | None = None,
        workers: int = 1,
        **audit: Any,
    ) -> None:
        self.folder = folder
        self.url = url or f"sqlite:///{folder / 'audit.db'}"
        self.journal = journal or folder / "journal"
        self.log = folder / "server.log"
        settings = {
            "service": "audited",
            "audit": {
                "url": self.url,
                "journal": str(self.journal),
                "keys": {"active": "k1", "ring": {"k1": "env:AUDIT_KEY"}},
                **audit,
            },
            "endpoints": [{"match": "GET /required", "audit": "required"}],
        }
        self.server = Server(kind, settings, self.log, workers=workers)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return Path(self.url.removeprefix("sqlite:///"))

    def settle(self, timeout: float = 90.0) -> None:
        """Have what is in journals brought to the store: start if need be, have some failures, wait, and stop."""
        if self.server.process is None:
            self.server.start()
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            self.server.get("/fail")
            if not left(self.journal):
                break
            time.sleep(0.5)
        self.server.stop()

    def reckon(self, answers: Sequence[Answer], outcome: Outcome) -> list[Answer]:
        """Read the store, and say which answers have no record."""
        found = read(self.url)
        missing = [answer for answer in answers if answer.error_id and answer.error_id not in found.errors]
        outcome.figures |= {
            "answers": len(answers),
            "records": found.errors.total(),
            "lanes": found.lanes,
            "answers without a record": len(missing),
        }
        outcome.demand(not found.faults, f"the chain does not hold: {'; '.join(found.faults[:3])}")
        outcome.demand(not found.twice, f"{found.twice} failures are recorded twice")
        remains = left(self.journal)
        outcome.demand(not remains, f"{len(remains)} journals were not brought to the store")
        return missing


def answered(answers: Sequence[Answer], broken: int, outcome: Outcome) -> None:
    """Note how the answers were, all of which should have been what they are on a good day."""
    statuses = Counter((answer.path, answer.status) for answer in answers)
    wrong = {key: count for key, count in statuses.items() if key not in {("/ok", 200), ("/fail", 500)}}
    took = [answer.took for answer in answers if answer.path == "/fail"]
    outcome.figures |= {
        "requests that failed": broken + sum(wrong.values()),
        "answer p50 ms": round(1e3 * quantile(took, 0.5), 1),
        "answer p99 ms": round(1e3 * quantile(took, 0.99), 1),
        "answer max ms": round(1e3 * max(took, default=0.0), 1),
    }
    outcome.demand(not broken, f"{broken} requests got no answer")
    outcome.demand(not wrong, f"answers of another kind: {wrong}")


@contextmanager
def trial(kind: str, **options: Any) -> Iterator[Trial]:
    """A trial in a temporary folder; whatever runs at the end is killed."""
    folder = Path(tempfile.mkdtemp(prefix="failsoft-audit-"))
    made = Trial(folder, kind, **options)
    try:
        yield made
    finally:
        made.server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def loading(made: Trial, **options: Any) -> Load:
    """Clients of the trial's server."""
    return Load(made.server.port, **options)
