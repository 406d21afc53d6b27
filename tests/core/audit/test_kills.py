"""The evaluations that kill servers and fill disks, in small; in full: `make kills`."""

from __future__ import annotations

import sys

import pytest
from evaluations.audit.killing import killed
from evaluations.audit.reading import read
from evaluations.audit.trial import Outcome, Skipped, trial
from evaluations.audit.troubles import disk_full, flooded, postgres_late

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: processes are found in /proc"),
    pytest.mark.xdist_group("audit-kills"),
]


def test_whatever_was_answered_before_a_kill_is_on_record() -> None:
    outcome = killed("gunicorn", "sync", 4, seed=1)
    assert outcome.faults == []
    assert outcome.figures["answers"] >= 20
    assert outcome.figures["answers without a record"] == 0


def test_a_full_disk_costs_neither_a_record_nor_an_answer() -> None:
    try:
        outcome: Outcome = disk_full("gunicorn", 0.5)
    except Skipped as reason:
        pytest.skip(str(reason))
    assert outcome.faults == []
    assert outcome.figures["answers without a record"] == outcome.figures["requests that failed"] == 0


def test_servers_start_without_their_database_and_lose_nothing() -> None:
    try:
        outcome: Outcome = postgres_late("gunicorn", 0.5)
    except Skipped as reason:
        pytest.skip(str(reason))
    assert outcome.faults == []
    assert outcome.figures["answers without a record"] == outcome.figures["requests that failed"] == 0


def test_a_record_that_is_required_outlives_its_process_though_the_trail_is_batched() -> None:
    with trial("gunicorn", durability="batched") as made:
        for number in range(1, 4):
            made.server.start()
            status, body = made.server.get("/required")
            made.server.kill()
            assert status == 500
            found = read(made.url)
            assert body["error_id"] in found.errors
            assert (len(found.errors), found.faults) == (number, [])


def test_who_brings_more_than_the_queue_holds_waits_for_a_place_and_nothing_is_dropped() -> None:
    try:
        outcome = flooded("gunicorn", "wait", 11_000, 5)
    except Skipped as reason:
        pytest.skip(str(reason))
    assert outcome.faults == []
    assert outcome.figures["dropped"] == 0
    assert outcome.figures["other answers"] > 0
