"""Whatever somebody does to the tables who lacks the keys is seen, and its place named; the full version is
`python -m evaluations.tampering`."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from evaluations.tampering.acts import ACTS, Done, Forger
from evaluations.tampering.judging import MODES, Mode, blind_spot, named, tried
from evaluations.tampering.trail import KEYS, Made, make, pour

from failsoft.audit.on_sqlite import SqliteStore
from failsoft.audit.opening import open_store
from failsoft.audit.verifying import verify

ROUNDS = 5


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("trail") / "trail.db", random.Random(5))


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_an_untouched_trail_verifies_up_to_its_last_record(made: Made, mode: Mode) -> None:
    report = verify(
        SqliteStore(made.path),
        keys=KEYS if mode.keyed else None,
        public=None if mode.keyed else KEYS.public,
        anchors=made.anchors if mode.anchored else (),
        fields=True,
    )
    assert report.ok, [str(finding) for finding in report.faults]
    assert report.entries == sum(made.lengths.values())
    for lane in report.lanes:
        assert (lane.first, lane.last, lane.chain) == (1, made.lengths[lane.lane], made.lengths[lane.lane])
        assert lane.mac == (lane.chain if mode.keyed else None)
        assert lane.seal == max([made.known.get(lane.lane, 0), *(last for _, last in made.seals[lane.lane])])
        assert lane.anchor == (made.lengths[lane.lane] if mode.anchored else None)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_what_was_done_is_seen_and_its_place_named(act: Callable[[Forger], Done], made: Made, tmp_path: Path) -> None:
    rng = random.Random(act.__name__)
    for number in range(ROUNDS):
        modes = MODES[:2] if number % 2 else MODES[2:]
        one = tried(act, made, rng, tmp_path / "copy.db", modes)
        for mode in modes:
            found = [str(finding) for finding in one.reports[mode.name].faults]
            if not blind_spot(one, made, mode):
                assert named(one.reports[mode.name], one.done, exactly=mode.keyed), (mode.name, one.done, found)


@pytest.mark.parametrize("audit_url", ["postgresql", "jsonl"], indirect=True)
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_it_is_seen_in_every_store(act: Callable[[Forger], Done], made: Made, tmp_path: Path, audit_url: str) -> None:
    one = tried(act, made, random.Random(act.__name__), tmp_path / "copy.db", MODES[:1])
    pour(SqliteStore(tmp_path / "copy.db"), open_store(audit_url))
    report = verify(open_store(audit_url), keys=KEYS, anchors=made.last_anchors, fields=True)
    assert named(report, one.done, exactly=True), (one.done, [str(finding) for finding in report.faults])


def test_with_keys_and_the_last_anchors_nothing_at_all_is_missed(made: Made) -> None:
    lanes = [*made.lanes, "0" * 32]
    for lane in lanes:
        for first in (1, 2, made.lengths.get(lane, 1), made.lengths.get(lane, 1) + 1):
            for cut in (False, True):
                done = Done(lane, first, relinked=not cut, cut=cut)
                if cut and first > made.lengths.get(lane, 0):
                    continue  # nothing is there to be cut off
                one = type("One", (), {"done": done, "known": 0})
                assert not blind_spot(one, made, MODES[0])  # type: ignore[arg-type]  # all that is asked of it


def test_what_is_cut_off_after_the_last_word_is_not_seen_without_an_anchor_and_the_report_says_how_far_it_goes(
    made: Made, tmp_path: Path
) -> None:
    def cut(forger: Forger) -> Done:
        lane = next(one for one in made.lanes if made.lengths[one] > made.known[one] + 1)
        number = made.known[lane] + 1
        forger.write(lane, forger.entries(lane)[:number])
        return Done(lane, number + 1, cut=True)

    one = tried(cut, made, random.Random(1), tmp_path / "copy.db")
    for mode in MODES:
        report = one.reports[mode.name]
        lane = next(lane for lane in report.lanes if lane.lane == one.done.lane)
        assert report.ok is not mode.anchored
        assert (lane.last, lane.chain, lane.seal) == (one.done.first - 1, one.done.first - 1, made.known[one.done.lane])  # type: ignore[operator]  # it has one
