from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from audit_stores import chained, lane, spawn
from audited import stored
from failsoft.audit.on_lines import LinesStore, Rotation
from failsoft.audit.opening import open_store
from failsoft.audit.stores import KeyFacts, Query, StoreError
from observed import ManualClock

KEY = KeyFacts("2026-11", b"c" * 16, b"p" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def names(path: Path) -> list[str]:
    return sorted(item.name for item in path.parent.iterdir())


def test_every_line_is_an_object_that_others_can_read(path: Path) -> None:
    own = lane()
    store = LinesStore(path)
    entries = chained(2, own)
    store.learn(KEY)
    store.append(entries)
    store.state(own.seal(1, {}))
    key, first, _, statement = map(json.loads, path.read_text().splitlines())
    assert key["key"]["key_id"] == "2026-11"
    assert first["entry"]["code"] == "CODE_1"
    assert first["entry"]["record"] == entries[0].record
    assert statement["statement"]["type"] == "seal"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_would_become_too_large_is_put_aside_and_all_are_read(path: Path) -> None:
    own = lane()
    entries = chained(60, own)
    store = LinesStore(path, rotation=Rotation(size=8_192))
    store.learn(KEY)
    for first in range(0, 60, 4):
        store.append(entries[first : first + 4])
    aside = names(path)[:-1]
    assert len(aside) > 3
    assert [name.split("-")[1] for name in aside] == [f"{number:06}" for number in range(1, len(aside) + 1)]
    assert all(item.stat().st_size <= 8_192 for item in path.parent.iterdir())
    reader = LinesStore(path)
    assert list(reader.chain(own.id)) == entries
    assert list(reader.chain(own.id, 57)) == entries[56:]
    assert [found.entry for found in reader.search(Query())] == entries
    assert reader.known_keys() == [KEY]
    path.unlink()
    assert len(list(LinesStore(path).chain(own.id))) < 60


def test_a_new_day_begins_a_new_file_even_where_the_clock_goes_back(path: Path) -> None:
    clock = ManualClock(1_795_305_723.0)
    store = LinesStore(path, rotation=Rotation(every="day"), clock=clock)
    own = lane()
    for days in (0, 0, 1, 1, -3, 2):
        if path.exists():
            os.utime(path, (clock.now, clock.now))
        clock.now = 1_795_305_723.0 + days * 86_400
        store.append(chained(1, own))
    assert names(path) == [
        "audit-000001-20261123T000203Z.jsonl", "audit-000002-20261124T000203Z.jsonl", "audit.jsonl",
    ]  # fmt: skip
    assert [entry.sequence for entry in LinesStore(path).chain(own.id)] == [1, 2, 3, 4, 5, 6]


def test_a_reader_finds_what_is_appended_and_put_aside_meanwhile(path: Path) -> None:
    own = lane()
    store, reader = LinesStore(path, rotation=Rotation(size=8_192)), LinesStore(path)
    for _ in range(15):
        store.append(chained(2, own))
        assert [entry.sequence for entry in reader.chain(own.id)] == list(range(1, own.sequence + 1))
    assert len(names(path)) > 2


def test_what_was_written_again_in_another_order_comes_once_and_in_order(path: Path) -> None:
    own, other = lane(), lane()
    entries, others = chained(9, own), chained(3, other)
    for batch in (entries[:2], entries[6:], others, entries[2:8], entries[:3]):
        LinesStore(path).append(batch)
    reader = LinesStore(path)
    assert list(reader.chain(own.id)) == entries
    assert list(reader.chain(other.id)) == others
    assert sorted(found.entry.sequence for found in reader.search(Query(until=entries[-1].at + 1))) == sorted(
        [*range(1, 10), *range(1, 4)]
    )


def test_two_that_differ_under_one_number_are_both_there_for_the_verifier(path: Path) -> None:
    own = lane()
    (entry,) = chained(1, own)
    LinesStore(path).append([entry])
    path.write_bytes(path.read_bytes() * 2 + path.read_bytes().replace(b"CODE_1", b"CODE_9"))
    assert [found.code for found in LinesStore(path).chain(own.id)] == ["CODE_1", "CODE_9"]


def test_a_line_that_was_cut_off_costs_none_of_its_neighbours(path: Path) -> None:
    own = lane()
    entries = chained(3, own)
    LinesStore(path).append(entries[:2])
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"entry":{"lane":"')
    reader = LinesStore(path)
    assert list(reader.chain(own.id)) == entries[:2]
    LinesStore(path).append(entries[2:])
    assert list(reader.chain(own.id)) == entries


def test_a_batch_that_does_not_go_in_whole_leaves_nothing_behind(path: Path) -> None:
    entries = chained(40)
    code = (
        "import resource, signal, sys, pickle\nfrom pathlib import Path\n"
        "from failsoft.audit.on_lines import LinesStore\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\nresource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))\n"
        "store, entries = LinesStore(Path(sys.argv[1])), pickle.load(sys.stdin.buffer)\n"
        "store.append(entries[:2])\n"
        "try: store.append(entries[2:])\nexcept OSError as error: print('full')\n"
        "store.append(entries[2:3])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(path)], input=pickle.dumps(entries), capture_output=True, check=False
    )
    assert (ran.stdout, ran.stderr) == (b"full\n", b"")
    assert list(LinesStore(path).chain(entries[0].lane)) == entries[:3]


def test_many_processes_write_one_file_at_once_and_put_it_aside(path: Path) -> None:
    processes = [spawn("small", f"jsonl:///{path}") for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0, 0, 0, 0]
    assert len(names(path)) > 4
    found: dict[str, list[int]] = {}
    for record in stored(f"jsonl:///{path}", own=True, after=0):
        if record["kind"] != "trail.closed":
            found.setdefault(record["lane"], []).append(record["sequence"])
    assert list(found.values()) == [list(range(1, 202))] * 4


def test_a_lock_that_is_not_let_go_of_is_not_waited_for_for_ever(path: Path) -> None:
    holder = LinesStore(path)
    with holder._locked(), pytest.raises(TimeoutError):
        LinesStore(path, busy_timeout=0.01).append(chained(1))


def test_what_is_not_there_is_not_read_and_not_made(path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        list(open_store(f"jsonl:///{path}").search(Query()))
    assert names(path) == []


# --- standard output


def test_standard_output_is_verified_from_what_was_collected(path: Path) -> None:
    ran = spawn("write", "stdout://", stdout=subprocess.PIPE)
    collected, _ = ran.communicate(timeout=60)
    assert ran.returncode == 0
    path.write_text("the application says something\n" + collected.replace("\n", "\nand something else\n"))
    reader = open_store(f"jsonl:///{path}")
    (own,) = reader.lanes()
    assert [entry.sequence for entry in reader.chain(own)][:201] == list(range(1, 202))


def test_standard_output_itself_cannot_be_read() -> None:
    store = open_store("stdout://")
    with pytest.raises(StoreError, match="jsonl:///FILE"):
        store.search(Query())
