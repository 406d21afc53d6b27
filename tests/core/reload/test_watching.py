"""When the file is looked at: it has changed, or the process got SIGHUP."""

from __future__ import annotations

import gc
import os
import queue
import signal
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.engine.test_parallel import in_child
from core.reload.conftest import Live
from failsoft import Failsoft
from failsoft.events import SettingsReloaded
from failsoft.settings import watch

WATCH, SIGHUP = 'reload = "watch"\n', 'reload = "sighup"\n'
PATIENCE = 60
"""Seconds until something that does not happen is given up. Nothing that goes well waits for it."""


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "INTERVAL", 0.002)


@pytest.fixture(autouse=True)
def _nobody_is_left_listening() -> Iterator[None]:
    before = signal.getsignal(signal.SIGHUP)
    yield
    assert signal.getsignal(signal.SIGHUP) == before
    for thread in threading.enumerate():
        if thread.name == "failsoft-reload":
            thread.join(PATIENCE)
            assert not thread.is_alive()


def told(fs: Failsoft) -> Callable[[], SettingsReloaded]:
    """Waits for the next time that the settings were read again."""
    events: queue.SimpleQueue[SettingsReloaded] = queue.SimpleQueue()
    fs.events.subscribe(events.put, SettingsReloaded)
    return lambda: events.get(timeout=PATIENCE)


def watchers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "failsoft-reload"]


def service(seconds: float) -> str:
    return f"[policies.p]\ntimeout = {seconds}\n"


def put(path: Path, text: str) -> None:
    """Write a file in one step: whoever looks every two milliseconds may well see one that is half written."""
    aside = path.with_suffix(".aside")
    aside.write_text(text)
    aside.replace(path)


def timeout_of(fs: Failsoft) -> float | None:
    return fs.settings.policies["p"].timeout


# --- watch


def test_no_thread_runs_before_the_first_call(live: Live) -> None:
    fs = live.start(WATCH + service(1))
    assert watchers() == []
    for _ in range(3):
        fs.guard("x", policy="p").call(str)
        fs.roll_mode()
    assert [thread.daemon for thread in watchers()] == [True]


def test_a_change_is_seen(live: Live) -> None:
    fs = live.start(WATCH + service(1))
    next_time = told(fs)
    fs.roll_mode()
    for seconds in (2, 3):
        put(live.path, WATCH + service(seconds))
        assert next_time().ok
        assert timeout_of(fs) == seconds


def test_a_change_before_the_first_call_is_seen_too(live: Live) -> None:
    fs = live.start(WATCH + service(1))
    next_time = told(fs)
    put(live.path, WATCH + service(22))
    fs.roll_mode()
    assert next_time().ok
    assert timeout_of(fs) == 22


def test_a_file_that_takes_the_place_of_another_is_seen(live: Live, tmp_path: Path) -> None:
    fs = live.start(WATCH + service(1))
    next_time = told(fs)
    fs.roll_mode()
    aside = tmp_path / "aside.toml"
    aside.write_text(WATCH + service(2))
    os.utime(aside, ns=(live.path.stat().st_atime_ns, live.path.stat().st_mtime_ns))
    aside.replace(live.path)
    assert next_time().ok
    assert timeout_of(fs) == 2


def test_a_link_that_leads_elsewhere_is_seen(tmp_path: Path, clock: Any) -> None:
    for name, seconds in (("one", 1), ("two", 2)):
        (tmp_path / name).write_text(WATCH + service(seconds))
    path = tmp_path / "failsoft.toml"
    path.symlink_to(tmp_path / "one")
    with Failsoft(path, clock=clock) as fs:
        next_time = told(fs)
        fs.roll_mode()
        (tmp_path / "link").symlink_to(tmp_path / "two")
        (tmp_path / "link").replace(path)
        assert next_time().ok
        assert timeout_of(fs) == 2


def test_a_bad_file_is_refused_once_and_a_good_one_taken_over_after_it(live: Live) -> None:
    fs = live.start(WATCH + service(1))
    next_time = told(fs)
    fs.roll_mode()
    put(live.path, "[policies.p")
    assert not next_time().ok
    assert timeout_of(fs) == 1
    put(live.path, WATCH + service(2))
    # the next thing that is said is about the good one
    assert next_time().ok
    assert timeout_of(fs) == 2


def test_a_file_that_goes_and_comes_back_is_taken_over(live: Live) -> None:
    fs = live.start(WATCH + service(1))
    next_time = told(fs)
    fs.roll_mode()
    live.path.unlink()
    gone = next_time()
    assert (gone.ok, "cannot be read" in gone.text, timeout_of(fs)) == (False, True, 1)
    put(live.path, WATCH + service(2))
    assert next_time().ok
    assert timeout_of(fs) == 2


def looking(path: Path) -> tuple[watch.Watch, Callable[[int], int]]:
    """A watch, and looks at its file that are made by hand: how many changes so many looks have found."""
    changes: list[int] = []

    def changed() -> bool:
        changes.append(1)
        return True

    watching = watch.Watch(path, watch.signature_of(path), changed)

    class Stop:
        def __init__(self, times: int) -> None:
            self.left = times

        def wait(self, _: float) -> bool:
            self.left -= 1
            return self.left < 0

    def look(times: int) -> int:
        before = len(changes)
        watching._run(Stop(times))  # type: ignore[arg-type]
        return len(changes) - before

    return watching, look


def test_a_file_that_is_still_being_written_is_left_alone(live: Live) -> None:
    """Half of a file may well be good settings, with half of the policies."""
    live.path.write_text(service(1))
    _, look = looking(live.path)
    assert look(3) == 0
    whole = service(1) + "[policies.q]\ntimeout = 2\n"
    for end in range(10, len(whole), 7):
        live.path.write_text(whole[:end])
        assert look(1) == 0
    live.path.write_text(whole)
    assert [look(1), look(1), look(1), look(5)] == [0, 1, 0, 0]


def test_a_file_that_only_was_touched_is_read_again(live: Live) -> None:
    live.path.write_text(service(1))
    _, look = looking(live.path)
    os.utime(live.path, ns=(1, 1))
    assert [look(1), look(1), look(1)] == [0, 1, 0]


def test_what_was_read_by_hand_is_not_read_again(live: Live) -> None:
    fs = live.start(WATCH + service(1))
    watching = fs._reloading.watch
    assert watching is not None
    assert live.change(WATCH + service(22)) == []
    assert watching.seen == watch.signature_of(live.path)


def test_an_instance_that_is_let_go_is_not_kept_by_its_thread(live: Live) -> None:
    put(live.path, WATCH + service(1))
    fs = Failsoft(live.path)
    fs.roll_mode()
    (thread,) = watchers()
    gone = weakref.ref(fs)
    del fs
    gc.collect()
    assert gone() is None
    put(live.path, WATCH + service(2))
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_closing_ends_the_thread_and_none_begins_again(live: Live) -> None:
    fs = live.start(WATCH + service(1))
    fs.roll_mode()
    (thread,) = watchers()
    fs.close()
    thread.join(PATIENCE)
    fs.roll_mode()
    assert watchers() == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("ran", [False, True], ids=["not yet running", "running"])
def test_a_forked_process_watches_for_itself(live: Live, ran: bool) -> None:
    fs = live.start(WATCH + service(1))
    if ran:
        fs.roll_mode()

    def work() -> str:
        next_time = told(fs)
        before = len(watchers())
        fs.roll_mode()
        put(live.path, WATCH + service(2))
        return f"{before} {len(watchers())} {next_time().ok} {timeout_of(fs)}"

    assert in_child(work) == "0 1 True 2.0"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_reload_does_not_lock_the_child_out(live: Live) -> None:
    fs = live.start(service(1))
    said: list[str] = []

    def fork(_: SettingsReloaded) -> None:
        said.append("told")

    fs.events.subscribe(fork, SettingsReloaded)
    with fs._reloading._lock:
        # another thread reloads at this moment, and does not exist in the child
        assert in_child(lambda: str(len(fs.reload()))) == "0"


# --- sighup


def hang_up() -> None:
    os.kill(os.getpid(), signal.SIGHUP)


def test_a_signal_reloads_in_another_thread(live: Live) -> None:
    fs = live.start(SIGHUP + service(1))
    threads: list[int] = []
    fs.events.subscribe(lambda _: threads.append(threading.get_ident()), SettingsReloaded)
    next_time = told(fs)
    for seconds in (2, 3):
        put(live.path, SIGHUP + service(seconds))
        hang_up()
        assert next_time().ok
        assert timeout_of(fs) == seconds
    assert threading.get_ident() not in threads


def test_a_change_without_a_signal_is_not_looked_for(live: Live) -> None:
    fs = live.start(SIGHUP + service(1))
    fs.roll_mode()
    assert fs._reloading.watch is None
    assert watchers() == []


def test_who_listened_before_is_told_too(live: Live) -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGHUP, lambda number, frame: heard.append(number))
    try:
        fs = live.start(SIGHUP + service(1))
        next_time = told(fs)
        hang_up()
        assert next_time().ok
        assert heard == [signal.SIGHUP]
        fs.close()
        hang_up()
        assert heard == [signal.SIGHUP] * 2
    finally:
        signal.signal(signal.SIGHUP, before)


def test_all_instances_of_a_process_are_told(live: Live) -> None:
    first = live.start(SIGHUP + service(1))
    with Failsoft(live.path) as second:
        waits = told(first), told(second)
        put(live.path, SIGHUP + service(2))
        hang_up()
        assert [wait().ok for wait in waits] == [True, True]
    assert (timeout_of(first), timeout_of(second)) == (2, 2)


def test_a_storm_of_signals_is_no_storm_of_threads(live: Live) -> None:
    fs = live.start(SIGHUP + service(1))
    begun, go_on, most = threading.Event(), threading.Event(), []

    def slow(_: SettingsReloaded) -> None:
        begun.set()
        go_on.wait(PATIENCE)

    stop = fs.events.subscribe(slow, SettingsReloaded)
    next_time = told(fs)
    before = _threads()
    hang_up()
    begun.wait(PATIENCE)
    for _ in range(100):
        hang_up()
        most.append(_threads() - before)
    stop()
    go_on.set()
    assert max(most) <= 2
    assert next_time().ok
    assert next_time().ok


def _threads() -> int:
    return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0


def test_outside_of_the_main_thread_it_is_said_that_nothing_listens(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    before = signal.getsignal(signal.SIGHUP)
    thread = threading.Thread(target=live.start, args=(SIGHUP + service(1),))
    thread.start()
    thread.join()
    assert "only the main thread can listen for signals" in caplog.text
    assert signal.getsignal(signal.SIGHUP) == before
    assert live.change(SIGHUP + service(2)) == []
