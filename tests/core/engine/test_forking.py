"""Processes: each has a state of its own, and a fork in the middle of everything leaves the child with all it needs."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

import failsoft.current
import failsoft.facade
from clocks import ManualClock
from core.engine.processes import SPENT_ALONE, guarded, lost, outcome_of, spent_alone, spent_and_told, works
from failsoft import CircuitBreaker, Failsoft, Policy

PROCESSES = 4
pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning"),
]


def children(work: Callable[[], str], count: int = 1) -> list[str]:
    """What forked children say. One that hangs is ended, and has said nothing."""
    pipes = []
    for _ in range(count):
        readable, writable = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                signal.signal(signal.SIGALRM, signal.SIG_DFL)
                signal.alarm(30)
                os.write(writable, work().encode())
            except BaseException as exc:
                os.write(writable, repr(exc).encode())
            finally:
                os._exit(0)
        os.close(writable)
        pipes.append((child, readable))
    said = []
    for child, readable in pipes:
        with os.fdopen(readable) as pipe:
            said.append(pipe.read())
        os.waitpid(child, 0)
    return said


def locks() -> dict[int, tuple[Any, str]]:
    """Every lock that anything of Failsoft's has, and whose; but observers, which go to a fork prepared, and faults."""
    found = {id(module._lock): (module._lock, module.__name__) for module in (failsoft.current, failsoft.facade)}
    for thing in gc.get_objects():
        # what is called a module may be anything, and other objects do things when they are asked for a lock
        module = str(type(thing).__module__)
        if module.startswith("failsoft.") and not module.startswith(("failsoft.observers", "failsoft.testing")):
            lock = getattr(thing, "_lock", None)
            if isinstance(lock, (type(threading.Lock()), type(threading.RLock()))):
                found[id(lock)] = lock, type(thing).__name__
    return found


def test_whatever_lock_is_held_at_a_fork_the_child_has_it_free(fs: Failsoft) -> None:
    """Trap: a thread is inside the breaker while another one forks, and the child waits for it for ever."""
    guarded(fs).call(str)
    failsoft.facade._default()
    gc.collect()
    found = locks()
    held, kinds = [lock for lock, _ in found.values()], {whose for _, whose in found.values()}
    assert kinds >= {"Breaker", "Breakers", "Compartment", "RateLimiter", "SharedBudget", "Retries", "Endpoints", "Bus"}
    inside, over = threading.Event(), threading.Event()

    def hold() -> None:
        with ExitStack() as stack:
            for lock in held:
                stack.enter_context(lock)
            inside.set()
            over.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    inside.wait(60)
    try:
        assert children(lambda: works(fs)) == ["works"]
    finally:
        over.set()
        thread.join()
    # and the parent has not noticed
    assert works(fs) == "works"


def test_what_is_known_is_known_in_the_child_too(fs: Failsoft) -> None:
    """A fork that nobody was in the way of copies what was counted."""
    guard = fs.guard("x", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=3)))
    for _ in range(2):
        assert outcome_of(lambda: guard.call(lost)) == "ConnectionResetError"
    assert children(lambda: f"{outcome_of(lambda: guard.call(lost))} {fs.circuit_breakers['guard:x'].state}") == [
        "ConnectionResetError open"
    ]
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_a_probe_that_was_left_behind_is_not_waited_for(fs: Failsoft, clock: ManualClock) -> None:
    breaker = CircuitBreaker(failure_threshold=1, open_duration=5, half_open_calls=1, half_open_max_wait=1000)
    guard = fs.guard("x", policy=Policy(circuit_breaker=breaker))
    assert outcome_of(lambda: guard.call(lost)) == "ConnectionResetError"
    clock.advance(5)
    out, back = threading.Event(), threading.Event()

    def probe() -> None:
        out.set()
        back.wait(60)

    thread = threading.Thread(target=guard.call, args=(probe,))
    thread.start()
    out.wait(60)
    try:
        said = children(lambda: f"{outcome_of(lambda: guard.call(str))} {fs.circuit_breakers['guard:x'].state}")
        assert outcome_of(lambda: guard.call(str)) == "CircuitOpenError"
    finally:
        back.set()
        thread.join()
    assert said == ["well closed"]
    assert fs.circuit_breakers["guard:x"].state == "closed"


def test_forks_while_eight_threads_are_inside(make: Callable[..., Failsoft]) -> None:
    fs, done = make(clock=failsoft.clock.SystemClock()), threading.Event()
    busy = fs.guard("busy", policy=Policy(circuit_breaker=CircuitBreaker(failure_threshold=10**6), bulkhead=3, retry=2))
    limited = fs.guard("limited", policy=Policy(rate_limit="1000000/second", deadline=60))

    def work() -> None:
        while not done.is_set():
            outcome_of(lambda: busy.call(lost))
            outcome_of(lambda: limited.call(str))
            with limited:
                pass

    def child() -> str:
        for _ in range(50):
            outcome_of(lambda: busy.call(lost))
            limited.call(str)
        in_use = fs.bulkheads["guard:busy"].snapshot().in_use
        return works(fs) if in_use == 0 else f"{in_use} slots are taken"

    threads = [threading.Thread(target=work) for _ in range(8)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        assert [said for _ in range(10) for said in children(child)] == ["works"] * 10
    finally:
        done.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(interval)
    assert fs.bulkheads["guard:busy"].snapshot().in_use == 0


def test_forked_processes_have_a_state_of_their_own(fs: Failsoft) -> None:
    guarded(fs).call(str)
    # of eight calls a day the parent has made one
    expected = SPENT_ALONE[:-3] + ["RateLimitError"] * 2 + SPENT_ALONE[-1:]
    assert children(lambda: " ".join(spent_alone(fs)), PROCESSES) == [" ".join(expected)] * PROCESSES
    assert fs.circuit_breakers["guard:x"].snapshot().counts.failures == 0


def test_spawned_processes_have_a_state_of_their_own() -> None:
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for _ in range(PROCESSES):
        mine, theirs = context.Pipe(duplex=False)
        processes.append(context.Process(target=spent_and_told, args=(theirs,)))
        processes[-1].start()
        theirs.close()
        pipes.append(mine)
    assert [pipe.recv() for pipe in pipes] == [SPENT_ALONE] * PROCESSES
    for process, pipe in zip(processes, pipes, strict=True):
        process.join()
        pipe.close()
