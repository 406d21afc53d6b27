from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from audited import CONTEXT
from failsoft.audit.writer import AuditWriter, Rhythm


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.db"


@pytest.fixture
def writers() -> Iterator[Callable[..., AuditWriter]]:
    made: list[AuditWriter] = []

    def make(store: Any, context: Any = CONTEXT, **options: Any) -> AuditWriter:
        rhythm = {name: options.pop(name) for name in Rhythm.__dataclass_fields__ if name in options}
        made.append(AuditWriter(store, context, rhythm=Rhythm(**rhythm), **options))
        return made[-1]

    yield make
    for writer in made:
        writer.close()
