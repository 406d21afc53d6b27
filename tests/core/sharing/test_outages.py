"""Twenty workers and a Redis that is killed, emptied, paused, or does not let them in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import failsoft
from core.sharing.servers import PrivateRedis, eventually
from failsoft.events import StateStoreChanged
from failsoft.policies import sharing
from failsoft.settings import Settings, State

WORKERS = 20
PROBES = 2
PERIOD = 3.0
POLICY = failsoft.Policy(
    circuit_breaker=failsoft.CircuitBreaker(
        failure_threshold=3, open_duration=PERIOD, open_multiplier=1.0, half_open_calls=PROBES, half_open_concurrency=2
    )
)


class App:
    """One worker: a Failsoft of its own, and a guard."""

    def __init__(self, backend: Backend, url: str, **state: object) -> None:
        self.backend = backend
        self.told: list[StateStoreChanged] = []
        self.fs = failsoft.Failsoft(Settings(service="shop", state=State(url=url, **state)))
        self.fs.events.subscribe(self.told.append, StateStoreChanged)
        self.guard = self.fs.guard("payments", policy=POLICY)
        self.reached: list[float] = []

    def call(self) -> None:
        try:
            self.guard.call(self._work)
        except (OSError, failsoft.CircuitOpenError):
            pass

    def _work(self) -> None:
        self.reached.append(time.monotonic())
        if self.backend.down:
            raise OSError("down")

    @property
    def state(self) -> str:
        return self.fs.circuit_breakers["guard:payments"].state

    @property
    def answered(self) -> bool:
        beat = self.fs._parts.beat
        assert beat is not None
        return beat.answering


class Backend:
    down = False


class Apps:
    """Many workers, each of them called again and again."""

    def __init__(self) -> None:
        self.backend = Backend()
        self.all: list[App] = []

    def start(self, url: str, count: int = WORKERS, **state: object) -> list[App]:
        made = [App(self.backend, url, **state) for _ in range(count)]
        self.all += made
        for app in made:
            app.call()
        return made

    def until(self, condition: Callable[[], object], what: str) -> None:
        def called() -> object:
            for app in self.all:
                app.call()
            return condition()

        eventually(called, what)

    def states(self) -> set[str]:
        return {app.state for app in self.all}

    def trip(self) -> None:
        self.backend.down = True
        self.until(lambda: self.states() == {"open"}, "all have opened")

    def heal(self) -> None:
        self.backend.down = False
        self.until(lambda: self.states() == {"closed"}, "all have closed")


@pytest.fixture
def apps() -> Iterator[Apps]:
    made = Apps()
    yield made
    for app in made.all:
        app.fs.close()


def most_at_once(times: list[float]) -> int:
    return max((sum(at <= other < at + PERIOD - 0.1 for other in times) for at in times), default=0)


def reached(apps: Apps, start: float) -> list[float]:
    return sorted(at for app in apps.all for at in app.reached if at > start)


def test_twenty_workers_probe_as_one(private: PrivateRedis, apps: Apps) -> None:
    apps.start(private.url)
    apps.until(lambda: all(app.answered for app in apps.all), "all are answered")
    apps.trip()
    start = time.monotonic()
    apps.until(lambda: len(reached(apps, start)) >= 4, "some rounds of probes have failed")
    assert most_at_once(reached(apps, start)) <= PROBES
    apps.heal()


def test_a_redis_that_is_killed_and_comes_back_empty(
    private: PrivateRedis, apps: Apps, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "ALONE_AFTER", 4.0)
    apps.start(private.url)
    apps.trip()
    private.kill()
    apps.until(lambda: not any(app.answered for app in apps.all), "all have noticed")
    start = time.monotonic()
    # each decides alone: it sends its own probes
    apps.until(lambda: all(any(at > start for at in app.reached) for app in apps.all), "each has probed")
    assert max(most_at_once([at for at in app.reached if at > start]) for app in apps.all) <= PROBES
    private.start()
    apps.until(lambda: all(app.answered for app in apps.all), "all are answered again")
    late = apps.start(private.url, 1)[0]
    apps.until(lambda: late.state == "open", "the new one is told")
    apps.heal()
    for app in apps.all[:WORKERS]:
        assert [event.answering for event in app.told] == [False, True]
        assert app.told[0].store == "redis"
        assert "Error" in app.told[0].reason
        assert app.fs._parts.responder.internal_errors == 0
    lines = [record.getMessage() for record in caplog.records if "does not answer" in record.getMessage()]
    assert len(lines) == WORKERS


def test_a_redis_that_is_paused_and_goes_on(private: PrivateRedis, apps: Apps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "ALONE_AFTER", 4.0)
    apps.start(private.url)
    apps.trip()
    private.pause()
    apps.until(lambda: not any(app.answered for app in apps.all), "all have noticed")
    start = time.monotonic()
    apps.until(lambda: all(any(at > start for at in app.reached) for app in apps.all), "each has probed")
    private.go_on()
    apps.until(lambda: all(app.answered for app in apps.all), "all are answered again")
    apps.until(lambda: apps.states() == {"open"}, "all stand where the others do")
    start = time.monotonic()
    apps.until(lambda: len(reached(apps, start)) >= 4, "some rounds of probes have failed")
    apps.heal()


def test_closing_does_not_wait_for_a_redis_that_is_paused(private: PrivateRedis, apps: Apps) -> None:
    (app,) = apps.start(private.url, 1)
    private.pause()
    apps.until(lambda: not app.answered, "it has noticed")
    beat = app.fs._parts.beat
    assert beat is not None
    thread = beat._thread
    app.fs.close()
    assert thread is not None
    eventually(lambda: not thread.is_alive(), "the thread has ended")


def test_what_one_operator_says_holds_after_a_restart_of_everything(private: PrivateRedis, apps: Apps) -> None:
    first = apps.start(private.url, 2)
    apps.until(lambda: all(app.answered for app in first), "all are answered")
    first[0].fs.circuit_breakers["guard:payments"].force_open()
    apps.until(lambda: apps.states() == {"forced_open"}, "both have heard")
    for app in first:
        app.fs.close()
    apps.all.clear()
    (again,) = apps.start(private.url, 1)
    apps.until(lambda: again.state == "forced_open", "it is restored")


# --- refused


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[PrivateRedis]:
    server = PrivateRedis(tmp_path, password="s3cr3t-and-fake")
    yield server
    server.close()


def open_url(server: PrivateRedis, password: str = "") -> str:
    return f"redis://{':' + password + '@' if password else ''}127.0.0.1:{server.port}/0"


@pytest.mark.parametrize("password", ["", "wr0ng-and-fake"])
def test_a_required_store_that_refuses_us_keeps_the_app_from_starting(locked: PrivateRedis, password: str) -> None:
    with pytest.raises(failsoft.SettingsError) as caught:
        failsoft.Failsoft(Settings(state=State(url=open_url(locked, password), required=True)))
    (fault,) = caught.value.faults
    assert fault.path == "state.url"
    assert fault.expected.startswith("the store cannot be used: AuthenticationError")
    assert "\n" not in str(fault)
    assert "wr0ng" not in str(fault)


def test_a_store_that_refuses_us_and_is_not_required_is_told_of_once(
    locked: PrivateRedis, apps: Apps, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (app,) = apps.start(open_url(locked, "wr0ng-and-fake"), 1)
    apps.until(lambda: app.told, "it has noticed")
    apps.trip()
    (event,) = app.told
    assert not event.answering
    assert event.reason.startswith("AuthenticationError")
    (line,) = [record.getMessage() for record in caplog.records if "shared state" in record.getMessage()]
    assert line.startswith("shared state: redis does not answer, this worker decides alone: AuthenticationError")
    assert "wr0ng" not in line


def test_the_url_may_be_a_secret(locked: PrivateRedis, apps: Apps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_STATE_URL", open_url(locked, "s3cr3t-and-fake"))
    (app,) = apps.start("env:TEST_STATE_URL", 1, required=True)
    apps.trip()
    with locked.client() as client:
        eventually(lambda: client.keys("*words"), "the word is there")
    assert app.told == []


def test_a_store_that_is_not_there(private: PrivateRedis, apps: Apps) -> None:
    private.kill()
    with pytest.raises(failsoft.SettingsError, match="the store cannot be used: ConnectionError"):
        failsoft.Failsoft(Settings(state=State(url=private.url, required=True)))
    (app,) = apps.start(private.url, 1)
    apps.until(lambda: app.told, "it has noticed")
    apps.trip()
    private.start()
    apps.until(lambda: app.answered, "it heals by itself")
