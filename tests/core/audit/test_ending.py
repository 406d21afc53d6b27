"""What a process leaves that ends without closing anything, as under WSGI, where no server says that it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from failsoft.audit.keys import KeyRing
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.verifying import verify

KEYS = KeyRing({"a": bytes.fromhex("ab" * 32)}, "a")
HEAD = """
import os, sys
from failsoft import ComplianceError, Failsoft
fs = Failsoft({
    "audit": {"url": "sqlite:///audit.db", "keys": {"active": "a", "ring": {"a": "env:AUDIT_KEY"}}},
})
"""


def run(place: Path, code: str) -> list[list[str]]:
    """Kinds of records by lane, of a trail that verifies and has no lane that was not closed."""
    environ = {**os.environ, "AUDIT_KEY": "ab" * 32}
    subprocess.run([sys.executable, "-c", HEAD + code], cwd=place, env=environ, check=True, timeout=60)
    store = SqliteStore(place / "audit.db")
    report = verify(store, keys=KEYS)
    assert report.ok
    assert [str(finding) for finding in report.findings] == []
    assert all(lane.closed and lane.seal == lane.last for lane in report.lanes)
    return [[entry.kind for entry in store.chain(lane)] for lane in store.lanes()]


@pytest.mark.parametrize("end", ["", "sys.exit()"])
def test_a_process_that_ends_in_order_has_its_lane_closed_and_sealed(tmp_path: Path, end: str) -> None:
    (kinds,) = run(tmp_path, f"fs.handle(RuntimeError('roof on fire'))\n{end}")
    assert kinds == ["trail.opened", "failure.handled", "trail.closed"]


def test_what_watches_for_incidents_comes_first(tmp_path: Path) -> None:
    (kinds,) = run(tmp_path, "fs.handle(ComplianceError('not allowed'))")
    assert kinds == ["trail.opened", "failure.handled", "incident.opened", "trail.closed"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_workers_close_each_its_own(tmp_path: Path) -> None:
    code = """
fs.audit.record("test.made", number=0)
fs.flush()
children = []
for number in (1, 2):
    child = os.fork()
    if child == 0:
        fs.audit.record("test.made", number=number)
        sys.exit()
    children.append(child)
for child in children:
    assert os.waitpid(child, 0)[1] == 0
"""
    assert run(tmp_path, code) == [["trail.opened", "test.made", "trail.closed"]] * 3


def test_closing_it_oneself_is_not_done_twice(tmp_path: Path) -> None:
    (kinds,) = run(tmp_path, "fs.audit.record('test.made')\nfs.close()")
    assert kinds == ["trail.opened", "test.made", "trail.closed"]
