"""Threads of guards under load, in forked processes, and at the end."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from random import Random
from typing import Any

import pytest

from both_ways import Recorder
from core.engine.test_offload import SOON, WAIT, Hang, crew, cut, hang, offloaded, starts_in_time, until
from core.engine.test_parallel import at_once
from failsoft import BulkheadFullError, Failsoft, OperationTimeoutError, Policy
from failsoft.events import AttemptTimedOut, CallRejected, LateResultDropped
from failsoft.policies.offload import Errand

__all__ = ["hang", "starts_in_time"]


def threads_of(name: str = "guard:x") -> int:
    return sum(thread.name == f"failsoft {name}" for thread in threading.enumerate())


def test_there_are_never_more_threads_than_allowed(fs: Failsoft) -> None:
    guard = offloaded(fs, threads=3, name="hammered")
    lock, inside, most = threading.Lock(), [0], [0]

    def work(number: int) -> int:
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0], threads_of("guard:hammered"))
        with lock:
            inside[0] -= 1
        return number * 2

    def hammer(number: int) -> bool:
        return all(guard.call(work, each) == each * 2 for each in range(number, number + 200))

    assert at_once(hammer) == [True] * 8
    assert most[0] <= 3
    until(lambda: crew(fs, "guard:hammered").running == 0)
    snapshot = crew(fs, "guard:hammered")
    assert (snapshot.abandoned, snapshot.waiting, snapshot.rejected) == (0, 0, 0)


def test_cut_offs_and_results_that_meet_are_told_apart(fs: Failsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result and the end of the time come together again and again: each call ends in one way, and is told once."""
    monkeypatch.setattr(Errand, "wait", WAIT)
    guard, events = offloaded(fs, threads=3, timeout=0.001, name="cut"), Recorder(fs)
    begun, counts = [0], {"well": 0, "cut": 0, "full": 0}
    lock = threading.Lock()

    def work(pause: float) -> str:
        with lock:
            begun[0] += 1
        threading.Event().wait(pause)
        return "well"

    def hammer(number: int) -> None:
        rng = Random(number)
        for _ in range(100):
            try:
                said = guard.call(work, rng.choice((0.0, 0.0005, 0.001, 0.002)))
            except OperationTimeoutError:
                said = "cut"
            except BulkheadFullError:
                said = "full"
            with lock:
                counts[said] += 1

    at_once(hammer)
    until(lambda: crew(fs, "guard:cut").abandoned == crew(fs, "guard:cut").running == 0)
    assert sum(counts.values()) == 800
    assert begun[0] == counts["well"] + counts["cut"]
    cuts = [event for event in events.of(AttemptTimedOut) if event.cut]
    assert len(cuts) == len(events.of(LateResultDropped)) == counts["cut"]
    assert len(events.of(CallRejected)) == counts["full"]
    assert threads_of("guard:cut") <= 3
    assert fs.guard("cut", policy=Policy(timeout=60, offload=3)).call(lambda: "well") == "well"


def test_no_call_is_said_to_have_taken_too_long_that_never_began(fs: Failsoft, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trap: twelve calls at the same time in four threads, each well within its limit, and eight of them time out, of
    which four were never started: the limit counts the queue of the pool."""
    monkeypatch.setattr(Errand, "wait", WAIT)
    guard = offloaded(fs, threads=2, timeout=0.06)
    begun: list[int] = []

    def work(number: int) -> str:
        begun.append(number)
        threading.Event().wait(0.04)
        return "well"

    def call(number: int) -> str:
        try:
            return guard.call(work, number)
        except OperationTimeoutError:
            return "cut"
        except BulkheadFullError:
            return "full"

    # eight in two threads do for it as well
    said = at_once(call)
    until(lambda: crew(fs).abandoned == 0)
    assert len(begun) == said.count("well") + said.count("cut")
    assert {number for number, one in enumerate(said) if one == "full"}.isdisjoint(begun)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_begins_anew(fs: Failsoft, hang: Hang) -> None:
    guard = offloaded(fs, threads=1, timeout=SOON)
    offloaded(fs, threads=1).call(lambda: None)
    cut(guard, hang)
    places = fs.offloads["guard:x"]._places
    readable, writable = os.pipe()
    places._lock.acquire()
    child = os.fork()
    if child == 0:
        try:
            said = offloaded(fs, threads=1).call(threading.current_thread).name
            os.write(writable, f"{said} {crew(fs).abandoned} {crew(fs).running} {threads_of()}".encode())
        finally:
            os._exit(0)
    places._lock.release()
    os.close(writable)
    with os.fdopen(readable) as pipe:
        assert pipe.read() == "failsoft guard:x 0 0 1"
    os.waitpid(child, 0)
    assert crew(fs).abandoned == 1


def test_no_thread_keeps_the_interpreter_alive() -> None:
    program = """
import threading
import failsoft
fs = failsoft.Failsoft()
guard = fs.guard("x", policy=failsoft.Policy(timeout=1, offload=2))
fs.guard("y", policy=failsoft.Policy(timeout=60, offload=2)).call(lambda: None)
try:
    guard.call(threading.Event().wait)
except failsoft.OperationTimeoutError:
    print("cut", fs.offloads["guard:x"].snapshot().abandoned)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "cut 1\n", "")


def test_threads_end_when_all_is_closed(fs: Failsoft, hang: Hang) -> None:
    guard = fs.guard("closing", policy=Policy(timeout=60, offload=2))
    slow = threading.Thread(target=guard.call, args=(hang,))
    slow.start()
    until(lambda: hang.runs)
    guard.call(lambda: None)
    until(lambda: threads_of("guard:closing") == 2)
    fs.close()
    until(lambda: threads_of("guard:closing") == 1)
    hang.let_go()
    slow.join(60)
    until(lambda: threads_of("guard:closing") == 0)
    assert guard.call(lambda: "still") == "still"
    until(lambda: threads_of("guard:closing") == 0)


def test_idle_threads_end_with_the_instance_that_nobody_holds() -> None:
    fs = Failsoft()
    fs.guard("forgotten", policy=Policy(timeout=60, offload=2)).call(lambda: None)
    gone = weakref.ref(fs)
    del fs
    until(lambda: gc.collect() >= 0 and gone() is None)
    until(lambda: threads_of("guard:forgotten") == 0)


def test_an_idle_thread_holds_nothing_of_the_last_call(fs: Failsoft) -> None:
    class Big:
        pass

    def call() -> weakref.ref[Any]:
        big = Big()
        assert offloaded(fs).call(lambda: big) is big
        return weakref.ref(big)

    def fail() -> weakref.ref[Any]:
        big = Big()
        with pytest.raises(ValueError, match="no"):
            offloaded(fs).call(lambda: (_ for _ in (big,)).throw(ValueError("no")))
        return weakref.ref(big)

    for gone in (call(), fail()):
        until(lambda gone=gone: gone() is None)
        assert gone() is None
