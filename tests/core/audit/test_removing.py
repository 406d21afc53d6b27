"""Removing records from files of JSON lines: whoever ends it, at whatever step, all of it is done or nothing."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from evaluations.tampering.trail import KEYS, Made, make

from audit_stores import chained, lane
from failsoft.audit.on_lines import LinesStore, Rotation
from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.purging import Stretch, stretches
from failsoft.audit.reading_lines import rotated
from failsoft.audit.removing import removing
from failsoft.audit.statements import Statement
from failsoft.audit.stores import Query, StoreError
from failsoft.audit.verifying import verify

FAR = 2**60

STEPS = ("mkdir", "open", "write", "fsync", "fdatasync", "rename", "replace", "rmdir", "close")
"""What changes a directory or a file, or has it on the disk."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("trail") / "template.db", random.Random(31))


@pytest.fixture
def path(template: Made, tmp_path: Path) -> Path:
    """A trail in several files."""
    path = tmp_path / "audit.jsonl"
    source, target = SqliteStore(template.path), LinesStore(path, rotation=Rotation(size=16_384))
    for name in source.lanes():
        for entry in source.chain(name):
            target.append([entry])
    for statement in source.statements():
        target.state(statement)
    assert len(rotated(path)) > 3
    return path


def due(store: LinesStore) -> list[Stretch]:
    """What is due when half of the time is over."""
    times = sorted(found.entry.at for found in store.search(Query()))
    return list(stretches(store, times[len(times) // 2], ()))


def stones(store: LinesStore, wanted: list[Stretch]) -> list[Statement]:
    own = lane(KEYS)
    return [own.tombstone(FAR, store.heads(), seals=one.seals, reason="retention") for one in wanted]


def left(path: Path) -> int:
    return sum(1 for _ in LinesStore(path).search(Query()))


def names(path: Path) -> Iterator[str]:
    return (str(one.relative_to(path.parent)) for one in path.parent.rglob("*"))


def test_what_is_left_is_in_the_same_files_and_nothing_is_left_over(path: Path) -> None:
    store, before = LinesStore(path), left(path)
    wanted = due(store)
    known = {name: (path.parent / name).read_bytes() for name in names(path)}
    mode = rotated(path)[0].stat().st_mode
    counts = list(store.remove(stones(store, wanted)))
    assert counts == [one.count for one in wanted]
    assert left(path) == before - sum(counts)
    assert known.keys() <= set(names(path))
    assert not [name for name in names(path) if ".purge" in name]
    changed = [name for name, body in known.items() if (path.parent / name).read_bytes() != body]
    assert 0 < len(changed) < len(known)
    assert rotated(path)[0].stat().st_mode == mode
    assert verify(LinesStore(path), keys=KEYS).ok


def limited(act: Callable[..., object], allowed: Iterator[int]) -> Callable[..., object]:
    """An act that ends the process when the steps it has are used up."""

    def step(*arguments: object, **options: object) -> object:
        if next(allowed, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return act(*arguments, **options)

    return step


def killed(path: Path, steps: int) -> bool:
    """Remove what is due in a process that is killed after so many steps. Whether it was."""
    child = os.fork()
    if child == 0:
        try:
            store = LinesStore(path)
            tombstones = stones(store, due(store))
            allowed = iter(range(steps))
            for name in STEPS:
                setattr(os, name, limited(getattr(os, name), allowed))
            list(store.remove(tombstones))
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_it_may_be_killed_at_any_step(path: Path, tmp_path: Path) -> None:
    files = {name: (tmp_path / name).read_bytes() for name in names(path)}
    before = left(path)
    after = before - sum(one.count for one in due(LinesStore(path)))
    seen, ended = [], False
    while not ended:
        for name in list(names(path)):
            (tmp_path / name).unlink()
        for name, body in files.items():
            (tmp_path / name).write_bytes(body)
        ended = not killed(path, len(seen))
        report = verify(LinesStore(path), keys=KEYS)
        assert report.ok, (len(seen), [str(finding) for finding in report.faults])
        seen.append(left(path))
        store = LinesStore(path)
        list(store.remove([]))
        assert not [name for name in names(path) if ".purge" in name]
        assert left(path) == seen[-1]
        if seen[-1] == before:
            list(store.remove(stones(store, due(store))))
        assert left(path) == after
        assert verify(LinesStore(path), keys=KEYS).ok
    assert seen == sorted(seen, reverse=True)
    assert set(seen) == {before, after}
    assert len(seen) > 30


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_reader_that_was_there_before_sees_the_same_at_any_step(path: Path) -> None:
    reader, before = LinesStore(path), left(path)
    chains = {name: list(reader.chain(name)) for name in reader.lanes()}
    steps = 0
    while killed(path, steps):
        steps += 3
        found = {name: list(reader.chain(name)) for name in chains}
        whole = sum(map(len, found.values()))
        assert whole == left(path)
        if whole != before:
            break
        assert found == chains
    assert whole < before
    for name, entries in found.items():
        assert entries == chains[name][len(chains[name]) - len(entries) :]
    list(LinesStore(path).remove([]))
    assert {name: list(reader.chain(name)) for name in chains} == found


def test_a_chain_that_is_being_read_goes_on_where_it_was(path: Path) -> None:
    own, other = lane(), lane()
    store = LinesStore(path, rotation=Rotation(size=4_096))
    for _ in range(40):
        store.append(chained(1, own))
        store.append(chained(1, other))
    reading = LinesStore(path).chain(own.id)
    first = [next(reading) for _ in range(10)]
    seal = other.seal(1, {})
    store.state(seal)
    assert list(store.remove([other.tombstone(2, {}, seals=[seal], reason="retention")])) == [40]
    assert [entry.sequence for entry in [*first, *reading]] == list(range(1, 41))


def test_two_do_not_remove_at_once(path: Path) -> None:
    store = LinesStore(path)
    with removing(path), pytest.raises(StoreError, match="another process removes"):
        list(store.remove([]))
    list(store.remove([]))


def test_what_is_written_meanwhile_is_all_there(path: Path) -> None:
    store, own, written = LinesStore(path), lane(), threading.Event()

    def write() -> None:
        writer = LinesStore(path, rotation=Rotation(size=8_192))
        for number in range(200):
            writer.append(chained(1, own))
            if number == 20:
                written.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert written.wait(60)
    for one in stones(store, due(store)):
        list(store.remove([one]))
    thread.join()
    assert [entry.sequence for entry in LinesStore(path).chain(own.id)] == list(range(1, 201))
    assert verify(LinesStore(path), keys=KEYS, lanes=[own.id]).lanes[0].faults == ["unopened"]
