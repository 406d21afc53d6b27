"""What every store of audit records does."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import failsoft
from audit_stores import chained, lane, postgres, record_of
from audited import KEYS
from failsoft.audit.entry import GENESIS, Entry, link
from failsoft.audit.fields import index_of
from failsoft.audit.opening import Store, open_store
from failsoft.audit.stores import KeyFacts, Query


@pytest.fixture(params=["sqlite", "postgresql", "jsonl"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "postgresql":
        with postgres() as found:
            yield found
    else:
        yield f"{request.param}:///{tmp_path}/audit"


@pytest.fixture
def opened(url: str) -> Iterator[Callable[[], Store]]:
    """Opens the same store again and again."""
    made: list[Store] = []

    def make() -> Store:
        made.append(open_store(url))
        return made[-1]

    make().check()
    yield make
    for store in made:
        store.close()


def test_a_chain_comes_back_as_it_was_stored(opened: Callable[[], Store]) -> None:
    own = lane()
    entries = chained(30, own)
    store = opened()
    store.append(entries[:20])
    store.append(entries[20:])
    read = list(opened().chain(own.id))
    assert read == entries
    previous = GENESIS
    for entry in read:
        assert link(previous, entry) == entry.hash
        previous = entry.hash
    assert list(opened().chain(own.id, 28)) == entries[27:]


@pytest.mark.parametrize("again", [slice(0, 6), slice(3, 9), slice(4, 5)])
def test_what_is_there_already_is_not_stored_twice(opened: Callable[[], Store], again: slice) -> None:
    own = lane()
    entries = chained(9, own)
    opened().append(entries[:6])
    other = opened()
    other.append(entries[again])
    other.append(entries[6:])
    assert list(opened().chain(own.id)) == entries
    assert [stored.entry.sequence for stored in opened().search(Query())] == list(range(1, 10))


def test_records_are_found_by_what_they_are_about(opened: Callable[[], Store]) -> None:
    entries = chained(12)
    opened().append(entries)

    def numbers(**query: object) -> list[int]:
        return [stored.entry.sequence for stored in opened().search(Query(**query))]  # type: ignore[arg-type]

    first = entries[0].at - 1
    assert numbers(code="CODE_1") == [1, 3, 5, 7, 9, 11]
    assert numbers(endpoint="GET /0") == [3, 6, 9, 12]
    assert numbers(endpoint="GET /0", code="CODE_0", newest_first=True) == [12, 6]
    assert numbers(error_id="error-7") == [7]
    assert numbers(status=501, limit=2) == [1, 3]
    assert numbers(trace_id=f"{5:032x}") == [5]
    assert numbers(since=first + 3, until=first + 6) == [3, 4, 5]
    assert numbers(newest_first=True, limit=3) == [12, 11, 10]
    assert numbers(kinds=("console.login",)) == []
    assert numbers(kinds=("console.login", "failure.handled"), severities=("high",), limit=1) == [1]
    for name, value, found in (
        ("user", "user-2", [2, 6, 10]),
        ("client", "192.0.2.7", list(range(1, 13))),
        ("request", "req-4", [4]),
    ):
        digest = index_of(name, value, KEYS)
        assert digest is not None
        assert numbers(indexes={name: [b"0" * 16, digest]}) == found
    everything = list(opened().search(Query(after=0)))
    assert numbers(after=everything[9].position) == [11, 12]


def test_the_oldest_comes_first_by_its_time_or_after_a_place_as_it_was_stored(opened: Callable[[], Store]) -> None:
    own = lane()
    entries = [own.encode(record_of(number)) for number in (5, 2, 9)]
    opened().append(entries)
    assert [stored.entry.sequence for stored in opened().search(Query())] == [2, 1, 3]
    assert [stored.entry.sequence for stored in opened().search(Query(after=0))] == [1, 2, 3]


@pytest.mark.parametrize("status", [70_000, -1, "500", True, 1e400])
def test_a_status_that_not_every_database_can_keep_stands_in_the_record_only(
    opened: Callable[[], Store], status: object
) -> None:
    own = lane()
    entry = own.encode(record_of(1, response={"status": status}))
    opened().append([entry])
    assert list(opened().chain(own.id)) == [entry]
    assert entry.status is None


def test_heads_are_those_of_the_lanes_that_wrote_last(opened: Callable[[], Store]) -> None:
    one, other, closed = lane(), lane(), lane()
    store = opened()
    store.append(chained(3, one))
    opened().append(chained(2, other))
    opened().append([*chained(1, closed), closed.encode(record_of(2, kind="trail.closed"))])
    assert store.heads() == {own.id: (own.sequence, own.head) for own in (one, other, closed)}
    store.append(chained(1, one))
    assert opened().heads()[one.id] == (4, one.head)
    assert sorted(opened().lanes()) == sorted([one.id, other.id, closed.id])


def test_statements_and_keys_are_kept_once(opened: Callable[[], Store]) -> None:
    own = lane()
    store = opened()
    store.append(chained(3, own))
    seal = own.seal(1, store.heads())
    store.append(chained(2, own))
    second = own.seal(2, store.heads(), closing=True)
    for statement in (seal, second, seal):
        opened().state(statement)
    key = KeyFacts("2026-11", b"c" * 16, b"p" * 32)
    opened().learn(key)
    opened().learn(KeyFacts("2026-11", b"x" * 16, b"x" * 32))
    assert list(opened().statements()) == [seal, second]
    assert list(opened().statements("tombstone")) == []
    assert list(opened().statements("seal", own.id)) == [seal, second]
    assert opened().known_keys() == [key]


def test_removing_leaves_the_tombstone_and_what_it_does_not_name(opened: Callable[[], Store]) -> None:
    own, other = lane(), lane()
    store, reader = opened(), opened()
    store.append(chained(3, own))
    seal = own.seal(1, {})
    kept = [*chained(2, own), *chained(4, other)]
    store.append(kept[:2])
    store.append(kept[2:])
    before = [(found.position, found.entry) for found in reader.search(Query(after=0))]
    stone = own.tombstone(2, {}, seals=[seal], reason="retention")
    assert list(store.remove([stone])) == [3]
    for one in (reader, opened()):
        assert [entry.sequence for entry in one.chain(own.id)] == [4, 5]
        assert list(one.statements("tombstone")) == [stone]
        assert [(found.position, found.entry) for found in one.search(Query(after=0))] == before[3:]
    with pytest.raises(Exception):  # noqa: B017 - the same tombstone again: what each driver says
        list(store.remove([stone]))
    assert len(list(opened().chain(own.id))) == 2
    store.append(chained(1, own))
    assert [entry.sequence for entry in reader.chain(own.id)] == [4, 5, 6]


def test_what_is_sealed_stands_nowhere_in_the_files(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/audit.db", f"jsonl:///{tmp_path}/audit.jsonl"):
        store = open_store(url)
        store.check()
        store.append(chained(50))
        for path in tmp_path.iterdir():
            assert_unreadable(path.read_bytes())
        store.close()
    every = [path.read_bytes() for path in tmp_path.iterdir()]
    assert any(b"error-7" in content for content in every)
    for content in every:
        assert_unreadable(content)


def assert_unreadable(content: bytes) -> None:
    for plain in (b"plain-canary", b"user-1", b"192.0.2.7", b"req-7"):
        assert plain not in content


@pytest.mark.parametrize(
    ("url", "package", "module", "extra"),
    [
        ("sqlite:///audit.db", "sqlalchemy", "on_sql", r"failsoft\[audit\]"),
        ("postgresql+psycopg://shop:hunter2@127.0.0.1/x", "psycopg", "on_postgres", r"failsoft\[postgres\]"),
    ],
)
def test_a_package_that_is_missing_is_named_with_its_extra_when_the_app_starts(
    url: str, package: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [n for n in sys.modules if n.startswith("failsoft.audit.on_") or n == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(failsoft.SettingsError, match=rf"audit\.url: .*{package}: pip install {extra}") as caught:
        failsoft.Failsoft({"audit": {"url": url, "encryption": "off"}})
    assert "hunter2" not in str(caught.value)
    assert module not in str(caught.value)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_takes_connections_of_its_own(opened: Callable[[], Store]) -> None:
    store, own = opened(), lane()
    store.append(chained(2, own))
    child = os.fork()
    if child == 0:
        status = 1
        try:
            store.forget()
            store.append(chained(3))
            store.close()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    store.append(chained(2, own))
    entries: list[Entry] = [stored.entry for stored in opened().search(Query())]
    assert sorted(entry.sequence for entry in entries if entry.lane == own.id) == [1, 2, 3, 4]
    assert len(entries) == 7
