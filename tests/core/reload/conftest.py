"""An instance whose settings are in a file that is written while it runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from clocks import ManualClock
from core.engine.conftest import _no_instances_of_other_tests, clock, way
from failsoft import Failsoft

__all__ = ["Live", "_no_instances_of_other_tests", "clock", "live", "way"]


class Live:
    """A settings file, and the instance that was started with it."""

    def __init__(self, path: Path, clock: ManualClock) -> None:
        self.path = path
        self._clock = clock
        self._fs: Failsoft | None = None

    def start(self, text: str, **options: Any) -> Failsoft:
        self.path.write_text(text)
        self._fs = Failsoft(self.path, **{"clock": self._clock, "rng": Random(11), **options})
        return self._fs

    def change(self, text: str) -> list[str]:
        """Write other settings, reload by hand, and say what is wrong with them."""
        self.path.write_text(text)
        return self.reload()

    def reload(self) -> list[str]:
        assert self._fs is not None
        return [str(fault).replace(f"{self.path}", "FILE") for fault in self._fs.reload()]

    def close(self) -> None:
        if self._fs is not None:
            self._fs.close()


@pytest.fixture
def live(tmp_path: Path, clock: ManualClock) -> Iterator[Live]:
    made = Live(tmp_path / "failsoft.toml", clock)
    yield made
    made.close()
