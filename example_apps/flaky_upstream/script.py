"""What goes wrong, where and for how long. Only decisions: the time is handed in, nothing is sent from here."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

__all__ = ["FAULTS", "HEALTHY", "Playback", "Script", "Step"]

FAULTS: Mapping[str, str] = {
    "healthy": "no fault: a quiet stretch between two troubled ones",
    "latency": "carried out at once, answered `ms` milliseconds later",
    "status": "not carried out: answers `status`, with `Retry-After: retry_after` if that is given",
    "reset": "not carried out: the connection is reset before any byte of an answer",
    "truncate": "carried out: the body ends halfway through its Content-Length",
    "blackout": "neither carried out nor answered until the script is replaced; then as usual",
    "garbage": "not carried out: bytes that are not HTTP, and the end of the connection",
    "bad_json": "carried out: status 200 and JSON that breaks off",
}
_LIMITS = {"count": (1, 1_000_000), "status": (400, 599), "seconds": (0.001, 86_400.0), "ms": (0.0, 600_000.0)}
_MAX_STEPS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One stretch of a script; without `count` and `seconds` it lasts until the script is replaced.

    Raises `ValueError` for a field that is out of range or that its fault has no use for.
    """

    fault: str  # one of FAULTS
    path: str = "/"  # meant are this path and those below it
    key: str | None = None  # only requests with this X-Test-Key; None: those that no step of their own key claims
    count: int | None = None  # over after so many requests
    seconds: float | None = None  # over so long after the first request that it met
    ms: float | None = None  # milliseconds of `latency`
    status: int | None = None  # status code of `status`
    retry_after: int | str | None = None  # with `status`: seconds or a date (RFC 9110 section 10.2.3)

    def __post_init__(self) -> None:
        if self.fault not in list(FAULTS):
            raise ValueError(f"fault must be one of {', '.join(FAULTS)}")
        if not (isinstance(self.path, str) and self.path.startswith("/") and isinstance(self.key, str | None)):
            raise ValueError("path must be text that starts with /, and key text")
        if not (str(self.retry_after).isprintable() and str(self.retry_after).isascii()):
            raise ValueError("retry_after must be seconds or a date")
        for name, (least, most) in _LIMITS.items():
            value, kinds = getattr(self, name), (int,) if isinstance(least, int) else (int, float)
            if value is not None and not (type(value) in kinds and least <= value <= most):
                raise ValueError(f"{name} must be {kinds[-1].__name__}, from {least} to {most}")
        for name, fault in (("ms", "latency"), ("status", "status")):
            if (getattr(self, name) is not None) != (self.fault == fault):
                raise ValueError(f"{name} belongs to the fault {fault}, which needs it")
        if None not in (self.count, self.seconds) or (self.retry_after is not None and self.status is None):
            raise ValueError("count and seconds exclude each other, and retry_after needs a status")

    def matches(self, path: str) -> bool:
        """Whether `path` is the step's path or below it."""
        return path == self.path or path.startswith(self.path.rstrip("/") + "/")


HEALTHY = Step(fault="healthy")


@dataclass(frozen=True, slots=True)
class Script:
    """Steps in their order: a request meets the first unfinished one that matches it, or none and all is well."""

    steps: Sequence[Step] = ()

    @classmethod
    def parse(cls, data: object) -> Script:
        """Read a list of tables, or a table of only `steps`. Raises `ValueError`, which names the step at fault."""
        listed = data.get("steps", []) if isinstance(data, dict) and data.keys() <= {"steps"} else data
        if not isinstance(listed, list):
            raise ValueError("a script is a list of steps, or a table with nothing but `steps`")
        steps: list[Step] = []
        for item in listed:
            try:
                steps.append(Step(**item))
            except (TypeError, ValueError) as error:
                raise ValueError(f"step {len(steps) + 1}: {error}") from None
        return cls(steps)

    @classmethod
    def load(cls, path: str | Path) -> Script:
        """Read a TOML file of `[[steps]]`. Raises `OSError` or `ValueError`."""
        return cls.parse(tomllib.loads(Path(path).read_text(encoding="utf-8")))


@dataclass(slots=True)
class _Progress:
    step: Step
    served: int = 0
    since: float | None = None

    def take(self, now: float) -> bool:
        """Claim one request; False if the step is over."""
        self.since = now if self.since is None else self.since
        if self.served == self.step.count or now - self.since >= (self.step.seconds or math.inf):
            return False
        self.served += 1
        return True


class Playback:
    """A script, and how far it has been played."""

    def __init__(self, script: Script) -> None:
        self._progress = [_Progress(step) for step in script.steps]

    def judge(self, path: str, key: str | None, now: float) -> Step:
        """The step that this request meets. `now`: seconds that never go back."""
        # the sort is stable: first the steps of this key, then everybody's, each in the order of the script
        mine = sorted((p for p in self._progress if p.step.key in {key, None}), key=lambda p: p.step.key is None)
        return next((p.step for p in mine if p.step.matches(path) and p.take(now)), HEALTHY)

    def replace(self, script: Script, key: str | None) -> None:
        """Play `script` from now on; given a key, as that key's steps, beside all others. Raises `ValueError`."""
        kept = [p for p in self._progress if key is not None and p.step.key != key]
        if len(kept) + len(script.steps) > _MAX_STEPS:
            raise ValueError(f"more than {_MAX_STEPS} steps")
        self._progress = kept + [_Progress(replace(step, key=key or step.key)) for step in script.steps]
