"""A trail for the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit_commands import configure, fill


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A trail with a failure and a record of the application's own, both hostile."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUDIT_KEY", "ab" * 32)
    configure()
    fill()
    return tmp_path
