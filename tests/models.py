"""What the models have in common: how long they look, and how many steps they took."""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant

__all__ = ["STEPS", "Model", "looking"]

STEPS: Counter[str] = Counter()
"""Steps that each model took in this process."""


class Model(RuleBasedStateMachine):
    """A state machine whose steps are counted."""

    @invariant()
    def one_more_step(self) -> None:
        STEPS[type(self).__name__] += 1


def looking(examples: int, steps: int) -> settings:
    """So many sequences of at most so many steps; under the profile `nightly`, as many as that says."""
    if settings.get_current_profile_name() == "nightly":
        return settings.get_profile("nightly")
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
