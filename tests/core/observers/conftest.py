from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from failsoft.observers.audit import AuditWriter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


@pytest.fixture
def writers() -> Iterator[Callable[..., AuditWriter]]:
    made: list[AuditWriter] = []

    def make(*args: Any, **options: Any) -> AuditWriter:
        made.append(AuditWriter(*args, **options))
        return made[-1]

    yield make
    for writer in made:
        writer.close()
