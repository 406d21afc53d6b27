"""The instances of the engine's tests: each trap is walked through by the same doors."""

from __future__ import annotations

from core.engine.conftest import _no_instances_of_other_tests, clock, fs, make, way

__all__ = ["_no_instances_of_other_tests", "clock", "fs", "make", "way"]
