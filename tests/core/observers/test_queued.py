from __future__ import annotations

import os
import threading

import pytest

from failsoft.events import Event
from failsoft.observers.queued import QueuedObserver, QueuedWorker


class Sink:
    """Remembers batches; can be held shut."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.threads: set[int] = set()
        self.entered = threading.Event()
        self.open = threading.Event()
        self.open.set()

    def __call__(self, batch: list[int]) -> None:
        self.entered.set()
        self.open.wait()
        self.threads.add(threading.get_ident())
        self.batches.append(batch)

    @property
    def items(self) -> list[int]:
        return [item for batch in self.batches for item in batch]


def jam(worker: QueuedWorker[int], sink: Sink) -> None:
    """Shut the sink, and let the worker run into it with one item."""
    sink.open.clear()
    worker.put(0)
    assert sink.entered.wait(10)


def test_items_are_handled_in_order_in_another_thread() -> None:
    sink = Sink()
    worker = QueuedWorker(sink, batch=7)
    for item in range(100):
        assert worker.put(item)
    assert worker.flush()
    assert sink.items == list(range(100))
    assert sink.threads
    assert threading.get_ident() not in sink.threads
    assert worker.close()


def test_no_batch_is_larger_than_allowed() -> None:
    sink = Sink()
    worker = QueuedWorker(sink, batch=4)
    jam(worker, sink)
    for item in range(1, 20):
        worker.put(item)
    sink.open.set()
    worker.close()
    assert max(map(len, sink.batches)) == 4
    assert sink.items == list(range(20))


def test_a_full_queue_drops_the_newest_and_counts_them() -> None:
    sink = Sink()
    worker = QueuedWorker(sink, size=3, batch=1, interval=0)
    jam(worker, sink)
    taken = [worker.put(item) for item in range(1, 6)]
    assert taken == [True, True, True, False, False]
    assert worker.dropped == 2
    sink.open.set()
    worker.close()
    assert sink.items == [0, 1, 2, 3]


def test_no_thread_is_started_before_the_first_item() -> None:
    before = threading.active_count()
    worker = QueuedWorker(Sink())
    assert worker.flush(0)
    assert threading.active_count() == before
    assert worker.close()


def test_a_sink_that_raises_is_counted_and_the_next_batch_comes_through() -> None:
    seen: list[int] = []

    def handle(batch: list[int]) -> None:
        if 1 in batch:
            raise ValueError(batch)
        seen.extend(batch)

    worker = QueuedWorker(handle, batch=1)
    for item in range(3):
        worker.put(item)
    assert worker.flush()
    assert seen == [0, 2]
    assert worker.errors == 1
    worker.close()


def test_closing_handles_what_waits_and_takes_no_more() -> None:
    sink = Sink()
    worker = QueuedWorker(sink, interval=600)
    worker.put(1)
    assert worker.close()
    assert worker.close()
    assert not worker.put(2)
    assert sink.items == [1]
    assert worker.dropped == 1


def test_flushing_does_not_wait_longer_than_told() -> None:
    sink = Sink()
    worker = QueuedWorker(sink)
    jam(worker, sink)
    assert not worker.flush(0)
    assert not worker.close(0)
    sink.open.set()
    assert worker.close()


def test_items_are_handled_on_closing_when_no_thread_can_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    sink = Sink()
    worker = QueuedWorker(sink)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        assert worker.put(1)
        assert worker.close()
    assert sink.items == [1]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_starts_with_an_empty_queue_and_a_thread_of_its_own() -> None:
    sink = Sink()
    worker = QueuedWorker(sink)
    jam(worker, sink)
    worker.put(1)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        sink.open = threading.Event()
        sink.open.set()
        worker.put(2)
        worker.flush()
        os.write(writing, repr(sink.items).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        assert pipe.read() == "[2]"
    os.waitpid(child, 0)
    sink.open.set()
    worker.close()
    assert sink.items == [0, 1]


def test_an_observer_behind_a_queue_sees_every_event_although_it_raises_on_one() -> None:
    seen: list[float] = []

    def observer(event: Event) -> None:
        if event.at == 1:
            raise ValueError
        seen.append(event.at)

    queued = QueuedObserver(observer)
    for at in range(4):
        queued(Event(at=at))
    assert queued.close()
    assert seen == [0, 2, 3]
    assert (queued.errors, queued.dropped) == (1, 0)


def test_puts_from_many_threads_are_all_handled_once() -> None:
    sink = Sink()
    worker = QueuedWorker(sink, size=100_000, batch=64)
    threads = [
        threading.Thread(target=lambda start=start: [worker.put(start + n) for n in range(500)])
        for start in range(0, 4_000, 500)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert worker.close(30)
    assert sorted(sink.items) == list(range(4_000))
