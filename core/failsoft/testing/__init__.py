"""For the tests of an application that uses Failsoft: time, faults, circuits and events in a test's hands.

Each is a context manager that puts everything back at its end, also after an exception. They hold for the process, not
only for the thread or task that entered them. With pytest, the fixtures of `failsoft_pytest` do the same.
"""

from __future__ import annotations

from failsoft.testing.events import Events, capture_events
from failsoft.testing.injection import InjectedFault, fault
from failsoft.testing.manual import ManualClock
from failsoft.testing.switches import clock, disabled, force_closed, force_open, no_sleep

__all__ = [
    "Events",
    "InjectedFault",
    "ManualClock",
    "capture_events",
    "clock",
    "disabled",
    "fault",
    "force_closed",
    "force_open",
    "no_sleep",
]
