"""Hypothesis profiles: `pytest --hypothesis-profile=nightly` looks longer, where a test does not say for how long."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("nightly", max_examples=1000, stateful_step_count=100, deadline=None)
