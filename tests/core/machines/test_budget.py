from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import get_args

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from failsoft.machines.budget import Priority, RetryBudget
from models import Model, looking


def granted(budget: RetryBudget, now: float, asked: int) -> int:
    return sum(budget.withdraw(now) for _ in range(asked))


def test_by_default_it_is_a_fifth_of_the_calls_and_ten_a_second_over_ten_seconds() -> None:
    budget = RetryBudget()
    for _ in range(5):
        budget.deposits([0.0])
    assert [budget.balance(now) for now in (0.0, 9.9, 10.0)] == [101.0, 101.0, 100.0]


def test_a_new_budget_holds_its_reserve() -> None:
    budget = RetryBudget(ratio=0.2, min_per_second=10.0, window=10.0)
    assert budget.balance(0.0) == 100.0
    assert granted(budget, 0.0, 500) == 100


def test_five_calls_buy_one_retry_at_a_ratio_of_a_fifth() -> None:
    budget = RetryBudget(ratio=0.2, min_per_second=0.0)
    for _ in range(4):
        budget.deposits([0.0])
    assert not budget.withdraw(0.0)
    budget.deposits([0.0])
    assert budget.withdraw(0.0)
    assert not budget.withdraw(0.0)


@pytest.mark.parametrize("hundredths", range(1, 101))
def test_a_ratio_is_met_to_the_last_retry(hundredths: int) -> None:
    budget = RetryBudget(ratio=hundredths / 100, min_per_second=0.0)
    for _ in range(100):
        budget.deposits([0.0])
    assert granted(budget, 0.0, 200) == hundredths


def test_deposits_are_forgotten_after_the_window() -> None:
    budget = RetryBudget(ratio=1.0, min_per_second=0.0, window=10.0)
    budget.deposits([0.0])
    assert budget.balance(9.9) == 1.0
    assert budget.balance(10.0) == 0.0
    assert not budget.withdraw(10.0)


def test_the_reserve_comes_back_as_old_withdrawals_are_forgotten() -> None:
    budget = RetryBudget(ratio=0.2, min_per_second=1.0, window=10.0)
    assert granted(budget, 0.0, 50) == 10
    assert granted(budget, 9.9, 50) == 0
    assert granted(budget, 10.0, 50) == 10


def test_a_service_that_fails_entirely_bears_a_fifth_more_calls_and_not_three_times_as_many() -> None:
    budget, retries = RetryBudget(ratio=0.2, min_per_second=0.0), 0
    for call in range(10_000):
        budget.deposits([call / 1000])
        retries += granted(budget, call / 1000, 2)
    assert retries == 2_000


def test_a_refused_withdrawal_costs_nothing() -> None:
    budget = RetryBudget(ratio=0.5, min_per_second=0.0)
    assert granted(budget, 0.0, 100) == 0
    budget.deposits([0.0])
    budget.deposits([0.0])
    assert budget.withdraw(0.0)


def test_a_balance_is_never_negative() -> None:
    budget = RetryBudget(ratio=1.0, min_per_second=0.0, window=10.0)
    budget.deposits([0.0])
    assert budget.withdraw(9.0)
    assert budget.balance(12.0) == 0.0


@pytest.mark.parametrize(("ratio", "min_per_second"), [(-0.1, 1.0), (0.1, -1.0), (float("nan"), 1.0)])
def test_a_negative_budget_is_refused(ratio: float, min_per_second: float) -> None:
    with pytest.raises(ValueError, match="not negative"):
        RetryBudget(ratio, min_per_second)


PRIORITIES: tuple[Priority, ...] = get_args(Priority)


def test_the_less_important_stop_getting_retries_first() -> None:
    budget = RetryBudget(ratio=0.2, min_per_second=10.0, window=10.0)
    spent = {}
    for priority in reversed(PRIORITIES):
        spent[priority] = sum(budget.withdraw(0.0, priority) for _ in range(500))
    assert spent == {"background": 50, "low": 25, "normal": 25, "high": 50, "critical": 50}
    assert budget.balance(0.0) == 0.0


def test_what_was_overdrawn_is_paid_back_before_others_get_any() -> None:
    budget = RetryBudget(ratio=1.0, min_per_second=1.0, window=10.0)
    assert sum(budget.withdraw(0.0, "critical") for _ in range(500)) == 20
    for _ in range(10):
        budget.deposits([0.0])
        assert not budget.withdraw(0.0)
    budget.deposits([0.0])
    assert budget.withdraw(0.0)


def test_without_a_floor_there_is_nothing_to_overdraw() -> None:
    budget = RetryBudget(ratio=0.2, min_per_second=0.0)
    assert not budget.withdraw(0.0, "critical")


class BudgetAgainstALedger(Model):
    """The ledger keeps every entry and reckons in exact fractions; the slices are one second long."""

    @initialize(ratio=st.sampled_from(["0", "0.1", "0.2", "0.3", "0.7", "1"]), floor_rate=st.sampled_from([0, 1, 2]))
    def start(self, ratio: str, floor_rate: int) -> None:
        self.ratio, self.reserve, self.now = Fraction(ratio), Fraction(floor_rate * 10), 0.0
        self.calls: list[int] = []
        self.retries: list[int] = []
        self.budget = RetryBudget(float(ratio), float(floor_rate), 10.0)

    def live(self, entries: list[int]) -> int:
        return sum(second > floor(self.now) - 10 for second in entries)

    def left(self) -> Fraction:
        return self.reserve + self.ratio * self.live(self.calls) - self.live(self.retries)

    @rule(eighths=st.one_of(st.integers(0, 20), st.integers(0, 200)))
    def wait(self, eighths: int) -> None:
        self.now += eighths / 8

    @rule(times=st.integers(1, 30))
    def deposit(self, times: int) -> None:
        for _ in range(times):
            self.budget.deposits([self.now])
            self.calls.append(floor(self.now))

    @rule(times=st.integers(1, 30), priority=st.sampled_from(PRIORITIES))
    def withdraw(self, times: int, priority: Priority) -> None:
        for _ in range(times):
            full = self.reserve + self.ratio * self.live(self.calls)
            stays = {
                "critical": -self.reserve,
                "high": -self.reserve / 2,
                "normal": Fraction(0),
                "low": full / 4,
                "background": full / 2,
            }
            expected = self.left() - 1 >= stays[priority]
            assert self.budget.withdraw(self.now, priority) is expected
            if expected:
                self.retries.append(floor(self.now))

    @invariant()
    def agrees_on_the_balance(self) -> None:
        assert self.budget.balance(self.now) == pytest.approx(float(max(self.left(), Fraction(0))), abs=1e-9)


TestBudgetAgainstALedger = BudgetAgainstALedger.TestCase
TestBudgetAgainstALedger.settings = looking(examples=200, steps=40)
