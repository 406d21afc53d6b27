"""What every store of words has to do, on SQLite and on Redis."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from clocks import ManualClock
from core.sharing.servers import PrivateRedis, eventually
from failsoft.clock import SystemClock
from failsoft.machines.peers import Progress
from failsoft.machines.shared import Word
from failsoft.stores import Mark, Put, WordStore
from failsoft.stores.on_redis import RedisStore
from failsoft.stores.on_sqlite import SqliteStore
from failsoft.stores.opening import open_store
from failsoft.stores.wording import READ_AT_ONCE
from failsoft.stores.words_redis import RedisWords
from failsoft.stores.words_sqlite import SqliteWords

FULL = Word(
    1, 7, "open", 1795305733.25, 3, "probe_failures", 1795305700.5, "me", 1795305740.0, "you", Progress(1, 2, 3)
)


@pytest.fixture
def open_words(url: str, service: str) -> Iterator[Callable[..., WordStore]]:
    opened = []

    def make(environment: str = "") -> WordStore:
        store = open_store(url, service=service, environment=environment)
        assert store is not None
        opened.append(store)
        if isinstance(store, RedisStore):
            return RedisWords(store, 600.0)
        return SqliteWords(store, SystemClock(), 600.0)

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def words(open_words: Callable[..., WordStore]) -> WordStore:
    return open_words()


def test_a_word_comes_back_as_it_was_said(words: WordStore) -> None:
    mark = words.exchange("a", Mark(), (), None).mark
    words.exchange("a", mark, [Put("guard:x {*} é", FULL)], None)
    heard = words.exchange("b", Mark(), (), None)
    assert heard.words == {"guard:x {*} é": FULL}
    assert heard.born <= heard.now


def test_a_word_is_taken_only_after_the_one_before(words: WordStore) -> None:
    mark = words.exchange("a", Mark(), (), None).mark
    first = words.exchange("a", mark, [Put("x", Word(1)), Put("y", Word(2))], None)
    assert first.refused == {"y"}
    assert words.exchange("a", mark, [Put("x", Word(1, state="open"))], None).refused == {"x"}
    assert words.exchange("a", mark, [Put("x", Word(3))], None).refused == {"x"}
    assert words.exchange("a", mark, [Put("x", Word(2, state="open"))], None).refused == frozenset()
    assert words.exchange("b", Mark(), (), None).words["x"].state == "open"


def test_who_is_refused_hears_what_is_there(words: WordStore) -> None:
    mark = words.exchange("a", Mark(), (), None).mark
    mark = words.exchange("a", mark, [Put("x", FULL)], None).mark
    heard = words.exchange("b", mark, [Put("x", Word(1)), Put("nothing", Word(5))], None)
    assert heard.words == {"x": FULL, "nothing": Word()}


def test_only_what_has_changed_since_is_heard(words: WordStore) -> None:
    mark = words.exchange("a", Mark(), (), None).mark
    mark = words.exchange("a", mark, [Put("x", Word(1))], None).mark
    heard = words.exchange("a", mark, [Put("y", Word(1))], None)
    assert set(heard.words) == {"y"}
    assert words.exchange("a", heard.mark, (), None).words == {}


def test_nothing_is_taken_from_who_has_read_another_epoch(words: WordStore) -> None:
    assert words.exchange("a", Mark("other", 3), [Put("x", Word(1))], None).refused == {"x"}
    assert words.exchange("a", Mark(), (), None).words == {}


def test_many_words_are_read_one_part_after_another(words: WordStore) -> None:
    mark = words.exchange("a", Mark(), (), None).mark
    names = {f"guard:{number}" for number in range(READ_AT_ONCE + 10)}
    words.exchange("a", mark, [Put(name, Word(1)) for name in sorted(names)], None)
    first = words.exchange("b", Mark(), (), None)
    second = words.exchange("b", first.mark, (), None)
    assert len(first.words) == READ_AT_ONCE
    assert set(first.words) | set(second.words) == names
    assert words.exchange("b", second.mark, (), None).words == {}


def test_a_report_is_that_of_its_worker_until_it_is_taken_back(words: WordStore) -> None:
    words.exchange("a", Mark(), (), b'{"x": 1}')
    words.exchange("b", Mark(), (), b"2")
    assert words.exchange("c", Mark(), (), None).reports == {"a": b'{"x": 1}', "b": b"2"}
    words.exchange("a", Mark(), (), b"3")
    words.exchange("b", Mark(), (), b"")
    assert words.exchange("c", Mark(), (), None).reports == {"a": b"3"}


def test_a_report_that_is_not_repeated_is_forgotten(words: WordStore) -> None:
    words.exchange("a", Mark(), (), b"1")
    eventually(lambda: words.exchange("b", Mark(), (), None).reports == {}, "the report has grown old")


def test_services_and_environments_are_kept_apart(open_words: Callable[..., WordStore]) -> None:
    here, there = open_words(), open_words("staging")
    mark = here.exchange("a", Mark(), (), b"1").mark
    here.exchange("a", mark, [Put("x", Word(1))], None)
    heard = there.exchange("b", Mark(), (), None)
    assert (heard.words, heard.reports) == ({}, {})


def test_an_emptied_redis_is_another_epoch(private: PrivateRedis) -> None:
    store = RedisStore(private.url, "t/")
    words = RedisWords(store, 600.0)
    mark = words.exchange("a", Mark(), (), None).mark
    mark = words.exchange("a", mark, [Put("x", Word(1))], None).mark
    with private.client() as client:
        client.flushall()
    heard = words.exchange("a", mark, [Put("x", Word(2))], None)
    assert heard.mark.epoch != mark.epoch
    assert heard.refused == {"x"}
    store.close()


def test_keys_in_a_redis_do_not_stay_for_ever(private: PrivateRedis) -> None:
    store = RedisStore(private.url, "t/")
    words = RedisWords(store, 600.0)
    mark = words.exchange("a", Mark(), (), b"1").mark
    words.exchange("a", mark, [Put("x", Word(1))], None)
    with private.client() as client:
        keys = client.keys("*")
        assert len(keys) == 4
        assert all(0 < client.pttl(key) <= 3_600_000 for key in keys)
    store.close()


def test_a_deleted_file_is_another_epoch(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    store = SqliteStore(path, "t/")
    words = SqliteWords(store, SystemClock(), 600.0)
    mark = words.exchange("a", Mark(), (), None).mark
    for file in tmp_path.iterdir():
        file.unlink()
    assert words.exchange("a", mark, [Put("x", Word(1))], None).mark.epoch != mark.epoch
    assert path.stat().st_mode & 0o077 == 0
    store.close()


def test_rows_of_long_ago_are_another_epoch(tmp_path: Path) -> None:
    clock = ManualClock()
    store = SqliteStore(tmp_path / "state.db", "t/")
    words = SqliteWords(store, clock, 600.0)
    mark = words.exchange("a", Mark(), (), None).mark
    mark = words.exchange("a", mark, [Put("x", Word(1))], None).mark
    clock.advance(4000.0)
    heard = words.exchange("a", mark, (), None)
    assert heard.mark.epoch != mark.epoch
    assert heard.words == {}
    store.close()


def test_a_redis_that_has_something_else_there_says_so(private: PrivateRedis) -> None:
    store = RedisStore(private.url, "t/")
    with private.client() as client:
        client.set(store.key("circuits.1.about"), "something else")
    with pytest.raises(redis.ResponseError):
        RedisWords(store, 600.0).exchange("a", Mark(), (), None)
    store.close()
