"""Limits that find themselves against naive ones, which keep every sample and reckon in exact fractions."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from failsoft.machines.adaptive import Aimd, Gradient2, Samples
from models import Model, looking

__all__ = ["LAWS", "NaiveLimit"]

LAWS = {"aimd": Aimd, "gradient2": Gradient2}
SHORTEST = Fraction(1, 10_000)


@dataclass
class NaiveLimit:
    """A limit, and all that ever happened."""

    law: str
    lowest: int
    highest: int
    exact: Fraction
    """The limit, with its fraction."""
    window: list[tuple[Fraction, int, bool]] = field(default_factory=list)
    history: list[Fraction] = field(default_factory=list)
    """The average times of the windows that decided something."""
    ends: Fraction | None = None

    @property
    def limit(self) -> int:
        return floor(self.exact)

    def sample(self, now: Fraction, took: Fraction, in_flight: int, dropped: bool) -> None:
        if took < SHORTEST:
            return
        self.window.append((took, in_flight, dropped))
        if self.ends is not None and now <= self.ends:
            return
        window, self.window, self.ends = self.window, [], now + 1
        if len(window) >= 10:
            average = sum((took for took, _, _ in window), Fraction(0)) / len(window)
            most, any_dropped = max(used for _, used, _ in window), any(dropped for *_, dropped in window)
            self.exact = self.bounded(self.decide(average, most, any_dropped))

    def bounded(self, limit: Fraction) -> Fraction:
        return max(Fraction(self.lowest), min(Fraction(self.highest), limit))

    def decide(self, average: Fraction, most: int, dropped: bool) -> Fraction:
        if self.law == "aimd":
            if dropped or average > 5:
                return Fraction(floor(self.exact * Fraction(9, 10)))
            return self.exact + 1 if most * 2 >= self.exact else self.exact
        self.history.append(average)
        long = self.long_average()
        if most < self.exact / 2:
            return self.exact
        gradient = max(Fraction(1, 2), min(Fraction(1), Fraction(3, 2) * long / average))
        wanted = self.exact * gradient + 4
        return self.exact * Fraction(4, 5) + wanted * Fraction(1, 5)

    def long_average(self) -> Fraction:
        """The average used for the gradient, from the whole history; what it is cut by counts from the next one on."""
        kept = long = Fraction(0)
        for number, average in enumerate(self.history, 1):
            if number <= 10:
                long = sum(self.history[:number], Fraction(0)) / number
            else:
                long = kept * Fraction(599, 601) + average * Fraction(2, 601)
            kept = long * Fraction(95, 100) if long / average > 2 else long
        return long

    def near_a_whole_number(self) -> bool:
        return abs(self.exact - round(self.exact)) < Fraction(1, 10**6)


TIMES = st.sampled_from([0, 1, 4, 16, 32, 64, 640]).map(lambda n: Fraction(n, 128))


class AdaptiveAgainstAList(Model):
    @initialize(
        law=st.sampled_from(sorted(LAWS)), lowest=st.integers(1, 10), more=st.integers(0, 30), first=st.integers(0, 30)
    )
    def begin(self, law: str, lowest: int, more: int, first: int) -> None:
        highest = lowest + more
        initial = min(lowest + first, highest)
        self.samples = Samples(LAWS[law](initial, lowest, highest), initial)
        self.naive = NaiveLimit(law, lowest, highest, Fraction(initial))
        self.now = Fraction(64)

    @rule(eighths=st.integers(0, 12))
    def wait(self, eighths: int) -> None:
        self.now += Fraction(eighths, 8)

    @rule(took=TIMES, in_flight=st.integers(1, 40), dropped=st.booleans(), times=st.integers(1, 12))
    def end(self, took: Fraction, in_flight: int, dropped: bool, times: int) -> None:
        for _ in range(times):
            self.samples.add(float(self.now), float(took), in_flight, dropped)
            self.naive.sample(self.now, took, in_flight, dropped)

    @rule(took=TIMES.filter(bool), in_flight=st.integers(1, 40), times=st.integers(1, 12))
    def end_well_without_the_lock(self, took: Fraction, in_flight: int, times: int) -> None:
        for _ in range(times):
            if float(self.now) <= self.samples.until:
                self.samples.noted.append(float(took))
                self.samples.peak = max(self.samples.peak, in_flight)
            else:
                self.samples.add(float(self.now), float(took), in_flight, False)
            self.naive.sample(self.now, took, in_flight, False)

    @invariant()
    def finds_the_same_limit(self) -> None:
        if not hasattr(self, "naive"):
            return
        if self.naive.near_a_whole_number():
            assert abs(self.samples.limit - self.naive.exact) <= 1 + 1e-6
        else:
            assert self.samples.limit == self.naive.limit


TestAdaptiveAgainstAList = AdaptiveAgainstAList.TestCase
TestAdaptiveAgainstAList.settings = looking(examples=100, steps=40)
