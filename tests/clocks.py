"""The clock of the tests."""

from __future__ import annotations

from failsoft.testing import ManualClock

__all__ = ["NOW", "ManualClock"]

NOW = ManualClock().time()
