"""Limits that find themselves, against numbers worked out by hand from the published formulas."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failsoft.machines.adaptive import Aimd, Gradient2, Samples


class TestAimd:
    def test_one_more_for_each_window_in_which_half_of_it_was_used(self) -> None:
        law = Aimd(10, 1, 12)
        assert [law.update(0.1, used, False) for used in (5, 4, 6, 6, 6, 12)] == [11, 11, 12, 12, 12, 12]

    def test_a_tenth_less_rounded_down_for_a_failure(self) -> None:
        law = Aimd(20, 10, 200)
        # 20 * 0.9 = 18, 16.2, 14.4, 12.6, 10.8, 9
        assert [law.update(0.1, 20, True) for _ in range(6)] == [18, 16, 14, 12, 10, 10]

    def test_more_than_five_seconds_is_a_failure(self) -> None:
        assert Aimd(20, 1, 200).update(5.0, 20, False) == 21
        assert Aimd(20, 1, 200).update(5.001, 20, False) == 18


class TestGradient2:
    def test_steady_times_let_it_grow_by_a_fifth_of_four(self) -> None:
        law = Gradient2(20, 1, 200)
        # L = 0.8 L + 0.2 (L + 4) = L + 0.8
        assert [law.update(0.1, 100, False) for _ in range(6)] == [20, 21, 22, 23, 24, 24]

    def test_slower_calls_shrink_it_with_the_ratio(self) -> None:
        law = Gradient2(100, 1, 200)
        assert law.update(0.1, 100, False) == 100  # 100.8
        # the long average of two: (0.1 + 0.3) / 2 = 0.2; gradient 1.5 * 0.2 / 0.3 = 1
        assert law.update(0.3, 101, False) == 101  # 101.6
        # (0.4 + 0.8) / 3 = 0.4; 1.5 * 0.4 / 0.8 = 0.75; 0.8 * 101.6 + 0.2 * (76.2 + 4) = 97.32
        assert law.update(0.8, 101, False) == 97

    def test_at_most_by_half_in_one_step_before_smoothing(self) -> None:
        law = Gradient2(100, 1, 200)
        for _ in range(9):
            law.update(0.1, 0, False)
        # the tenth sample is the last one of the plain average: (0.9 + 10) / 10 = 1.09; 1.5 * 1.09 / 10 < 0.5
        # 0.8 * 100 + 0.2 * (50 + 4) = 90.8
        assert law.update(10.0, 100, False) == 90
        # now the long average moves by 2 / 601; the gradient is 0.5 again: 0.8 * 90.8 + 0.2 * (45.4 + 4) = 82.52
        assert law.update(10.0, 90, False) == 82

    def test_it_does_not_grow_while_less_than_half_is_used(self) -> None:
        law = Gradient2(20, 1, 200)
        assert [law.update(0.1, 9, False) for _ in range(5)] == [20] * 5
        assert law.update(0.1, 10, False) == 20  # 20.8
        assert law.update(0.1, 11, False) == 21  # 21.6

    def test_what_was_slow_for_long_is_forgotten_sooner_once_it_is_fast(self) -> None:
        law = Gradient2(20, 1, 200)
        for _ in range(10):
            law.update(1.0, 0, False)
        # 1 * (1 - 2/601) + 0.1 * 2/601 = 0.997005; ten times the short one, so it is cut by 5 %
        law.update(0.1, 0, False)
        assert law._long == pytest.approx((599 / 601 + 0.2 / 601) * 0.95)

    @pytest.mark.parametrize(("rtt", "cut"), [(0.51, 1.0), (0.49, 0.95), (0.4, 0.95)])
    def test_sooner_begins_at_half_the_time(self, rtt: float, cut: float) -> None:
        law = Gradient2(20, 1, 200)
        for _ in range(10):
            law.update(1.0, 0, False)
        law.update(rtt, 0, False)
        assert law._long == pytest.approx((599 / 601 + rtt * 2 / 601) * cut)

    @given(st.lists(st.tuples(st.floats(0.0001, 100), st.integers(0, 300), st.booleans()), max_size=60))
    def test_it_stays_within_its_bounds(self, samples: list[tuple[float, int, bool]]) -> None:
        law, other = Gradient2(20, 5, 30), Aimd(20, 5, 30)
        for sample in samples:
            assert 5 <= law.update(*sample) <= 30
            assert 5 <= other.update(*sample) <= 30


class Recorded:
    def __init__(self) -> None:
        self.seen: list[tuple[float, int, bool]] = []

    def update(self, rtt: float, in_flight: int, dropped: bool) -> int:
        self.seen.append((rtt, in_flight, dropped))
        return 7


class TestSamples:
    def test_a_window_is_one_second_from_the_sample_that_closed_the_last_one(self) -> None:
        law = Recorded()
        samples = Samples(law, 20)
        # the very first sample closes a window of its own, which is too small
        assert samples.add(100.0, 9.0, 99, True) == 20
        for number in range(1, 11):
            assert samples.add(100 + number / 10, 0.25 + number / 100, number, False) == 20
        assert samples.add(101.5, 0.85, 3, False) == 7
        # (2.5 + 0.55 + 0.85) / 11
        assert law.seen == [(pytest.approx(3.9 / 11), 10, False)]

    def test_fewer_than_ten_samples_are_thrown_away(self) -> None:
        law = Recorded()
        samples = Samples(law, 20)
        for second in range(100):
            assert samples.add(second * 0.2, 0.25, 5, True) == 20
        assert law.seen == []

    def test_one_failure_marks_the_window(self) -> None:
        law = Recorded()
        samples = Samples(law, 20)
        for number in range(25):
            samples.add(100 + number / 10, 0.5, 5, number == 5)
        assert law.seen == [(0.5, 5, True), (0.5, 5, False)]

    def test_what_took_no_time_says_nothing(self) -> None:
        law = Recorded()
        samples = Samples(law, 20)
        for number in range(100):
            samples.add(100 + number, 0.00009, 5, False)
        assert law.seen == []

    def test_what_was_noted_counts_as_if_it_had_been_added(self) -> None:
        law = Recorded()
        samples = Samples(law, 20)
        samples.add(100.0, 9.0, 99, False)
        assert samples.until == 101.0
        for number in range(1, 11):
            samples.noted.append(0.25 + number / 100)
            samples.peak = number
        samples.noted.append(0.00009)
        samples.add(101.5, 0.85, 3, False)
        assert law.seen == [(pytest.approx(3.9 / 11), 10, False)]
        assert (len(samples.noted), samples.peak) == (0, 0)

    def test_samples_keep_no_memory(self) -> None:
        samples = Samples(Gradient2(20, 1, 200), 20)
        for number in range(100):
            samples.add(number / 10, 0.1, 5, False)
        tracemalloc.start()
        try:
            before = tracemalloc.get_traced_memory()[0]
            for number in range(10_000):
                samples.add(100 + number / 10, 0.1, 5, False)
            assert tracemalloc.get_traced_memory()[0] - before < 1000
        finally:
            tracemalloc.stop()
