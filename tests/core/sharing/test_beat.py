"""The beat: one thread, and no other, talks to the store."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Sequence
from typing import Any

import pytest

import failsoft
from clocks import ManualClock
from core.sharing.servers import eventually
from failsoft.beat import Beat
from failsoft.settings import Settings, State
from failsoft.stores import Heard, Mark, Put
from failsoft.stores.on_redis import RedisStore
from failsoft.stores.on_sqlite import SqliteStore
from failsoft.stores.words_redis import RedisWords
from failsoft.stores.words_sqlite import SqliteWords

POLICY = failsoft.Policy(
    circuit_breaker=failsoft.CircuitBreaker(failure_threshold=2, open_duration=0.5, half_open_calls=1), retry=2
)


class Trespassers:
    """Watches who touches the store."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.touched: set[str] = set()
        for cls in (RedisWords, SqliteWords):
            self._watch(monkeypatch, cls)
        for opened, name in ((RedisStore, "client"), (SqliteStore, "connection")):
            self._watch_property(monkeypatch, opened, name)

    def note(self) -> None:
        self.touched.add(threading.current_thread().name)

    def _watch(self, monkeypatch: pytest.MonkeyPatch, cls: type) -> None:
        real = cls.exchange  # type: ignore[attr-defined]

        def exchange(this: Any, worker: str, mark: Mark, puts: Sequence[Put], report: bytes | None) -> Heard:
            self.note()
            return real(this, worker, mark, puts, report)  # type: ignore[no-any-return]

        monkeypatch.setattr(cls, "exchange", exchange)

    def _watch_property(self, monkeypatch: pytest.MonkeyPatch, cls: type, name: str) -> None:
        real = getattr(cls, name).fget

        def get(this: Any) -> Any:
            self.note()
            return real(this)

        monkeypatch.setattr(cls, name, property(get))


def fails() -> None:
    raise ConnectionError("down")


def test_no_thread_but_that_of_the_beat_touches_the_store(
    url: str, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trespassers = Trespassers(monkeypatch)
    fs = failsoft.Failsoft(Settings(service=service, state=State(url=url)))
    payments = fs.guard("payments", policy=POLICY, idempotent=True)
    breaker = None

    def calls() -> None:
        for number in range(50):
            try:
                payments.call(fails if number % 3 else time.monotonic)
            except (ConnectionError, failsoft.CircuitOpenError) as error:
                fs.handle(error)
            time.sleep(0.02)

    threads = [threading.Thread(target=calls) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    breaker = fs.circuit_breakers["guard:payments"]
    for verb in ("force_open", "reset", "disable", "metrics_only", "reset"):
        getattr(breaker, verb)()
        breaker.snapshot()
    eventually(lambda: trespassers.touched, "the store was touched")
    fs.close()
    assert trespassers.touched == {"failsoft-state"}


def test_nothing_is_asked_at_start_unless_the_store_is_required(
    url: str, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trespassers = Trespassers(monkeypatch)
    with failsoft.Failsoft(Settings(service=service, state=State(url=url))) as fs:
        assert trespassers.touched == set()
        assert fs._parts.beat is not None
        assert not fs._parts.beat.running
    with failsoft.Failsoft(Settings(service=service, state=State(url=url, required=True))):
        assert trespassers.touched == {threading.current_thread().name}


def test_the_first_call_begins_it_and_closing_ends_it(url: str, service: str) -> None:
    fs = failsoft.Failsoft(Settings(service=service, state=State(url=url)))
    beat = fs._parts.beat
    assert beat is not None
    assert fs.guard("payments", policy=POLICY).call(lambda: 1) == 1
    thread = beat._thread
    assert thread is not None
    assert thread.daemon
    fs.close()
    eventually(lambda: not thread.is_alive(), "the thread has ended")
    fs.roll_mode()
    assert beat._thread is thread


def test_an_instance_that_nobody_holds_is_not_kept_alive(url: str, service: str) -> None:
    fs = failsoft.Failsoft(Settings(service=service, state=State(url=url)))
    fs.guard("payments", policy=POLICY).call(lambda: 1)
    assert fs._parts.beat is not None
    thread, gone = fs._parts.beat._thread, weakref.ref(fs)
    del fs

    def ended() -> bool:
        gc.collect()
        return gone() is None and thread is not None and not thread.is_alive()

    eventually(ended, "it and its thread are gone")


class Exchanger:
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.seen: list[str] = []

    def exchange(self, now: float) -> None:
        self.seen.append("exchange")
        if self.error is not None:
            raise self.error

    def missed(self, now: float) -> None:
        self.seen.append("missed")

    def leave(self, now: float, *, away: bool) -> None:
        self.seen.append("leave away" if away else "leave")
        if self.error is not None and not away:
            raise self.error

    def after_fork(self) -> None:
        self.seen.append("fork")


class Opened:
    errors = (OSError,)
    closed = 0

    def close(self) -> None:
        self.closed += 1

    def forget(self) -> None:
        """There is nothing."""


def beat_of(*exchangers: Exchanger) -> tuple[Beat, list[tuple[bool, str]], list[str]]:
    told: list[tuple[bool, str]] = []
    reported: list[str] = []
    beat = Beat(
        Opened(),
        ManualClock(),
        changed=lambda answering, error: told.append((answering, str(error))),
        report=lambda where, error: reported.append(f"{where}: {error}"),
    )
    for exchanger in exchangers:
        beat.attach(exchanger)
    return beat, told, reported


def test_where_one_exchange_is_missed_the_others_do_not_try() -> None:
    first, second, third = Exchanger(), Exchanger(OSError("away")), Exchanger()
    beat, _, reported = beat_of(first, second, third)
    assert beat.once() == 1.0
    assert (first.seen, second.seen, third.seen) == (["exchange"], ["exchange", "missed"], ["missed"])
    assert reported == []


def test_a_store_that_is_away_is_not_asked_when_all_ends() -> None:
    first, second, third = Exchanger(), Exchanger(OSError("away")), Exchanger()
    beat, _, _ = beat_of(first, second, third)
    beat.leave()
    assert (first.seen, second.seen, third.seen) == (["leave"], ["leave"], ["leave away"])
    beat.once()
    beat.leave()
    assert [exchanger.seen[-1] for exchanger in (first, second, third)] == ["leave away"] * 3


def test_one_missed_exchange_is_no_news_and_two_are() -> None:
    exchanger = Exchanger(OSError("away"))
    beat, told, _ = beat_of(exchanger)
    beat.once()
    assert told == []
    beat.once()
    beat.once()
    assert told == [(False, "away")]
    exchanger.error = None
    assert beat.once() == 0.2
    assert told == [(False, "away"), (True, "None")]


def test_a_mistake_of_ours_is_reported_once() -> None:
    exchanger = Exchanger(TypeError("oops"))
    beat, _, reported = beat_of(exchanger)
    beat.once()
    assert reported == ["state: oops"]
    assert exchanger.seen == ["exchange", "missed"]
    beat.once()
    assert reported == ["state: oops"]
    exchanger.error = None
    beat.once()
    exchanger.error = TypeError("oops")
    beat.once()
    assert reported == ["state: oops"] * 2


def test_what_has_failed_begins_with_another_connection() -> None:
    exchanger = Exchanger(OSError("away"))
    beat, _, _ = beat_of(exchanger)
    assert isinstance(beat._store, Opened)
    beat.once()
    beat.once()
    assert beat._store.closed == 2
    exchanger.error = None
    beat.once()
    assert beat._store.closed == 2
