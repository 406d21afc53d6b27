"""`failsoft.testing` as fixtures of pytest, which finds them by itself. Failsoft is loaded by those that are used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from failsoft import Failsoft
    from failsoft.testing import Events, InjectedFault, ManualClock

__all__ = [
    "failsoft_clock",
    "failsoft_disabled",
    "failsoft_events",
    "failsoft_fault",
    "failsoft_force_closed",
    "failsoft_force_open",
    "failsoft_instance",
    "failsoft_no_sleep",
]


@pytest.fixture
def failsoft_instance() -> Failsoft | None:
    """The instance that the other fixtures act on; None: every one. Define it anew to choose one."""
    return None


@pytest.fixture
def failsoft_clock(failsoft_instance: Failsoft | None) -> Iterator[ManualClock]:
    """A clock that the test turns by hand: `advance(seconds)`."""
    from failsoft import testing

    with testing.clock(failsoft_instance) as clock:
        yield clock


@pytest.fixture
def failsoft_no_sleep(failsoft_instance: Failsoft | None) -> Iterator[list[float]]:
    """Retries follow at once; the list of the waits left out."""
    from failsoft import testing

    with testing.no_sleep(failsoft_instance) as slept:
        yield slept


@pytest.fixture
def failsoft_disabled(failsoft_instance: Failsoft | None) -> Iterator[None]:
    """Failsoft steps aside."""
    from failsoft import testing

    with testing.disabled(failsoft_instance):
        yield


@pytest.fixture
def failsoft_events(failsoft_instance: Failsoft | None) -> Iterator[Events]:
    """The events of the test."""
    from failsoft import testing

    with testing.capture_events(failsoft_instance) as events:
        yield events


@pytest.fixture
def failsoft_fault(failsoft_instance: Failsoft | None) -> Iterator[Callable[..., InjectedFault]]:
    """`failsoft_fault("guard:payments", raises=ConnectionResetError)`: until the end of the test; it has to fire."""
    from failsoft import testing

    with ExitStack() as stack:

        def arm(target: str, **options: Any) -> InjectedFault:
            return stack.enter_context(testing.fault(target, **{"fs": failsoft_instance, **options}))

        yield arm


@pytest.fixture
def failsoft_force_open(failsoft_instance: Failsoft | None) -> Iterator[Callable[[str], None]]:
    """`failsoft_force_open("guard:payments")`: the circuit stays open until the end of the test."""
    from failsoft import testing

    with ExitStack() as stack:
        yield lambda name: stack.enter_context(testing.force_open(name, failsoft_instance))


@pytest.fixture
def failsoft_force_closed(failsoft_instance: Failsoft | None) -> Iterator[Callable[[str], None]]:
    """`failsoft_force_closed("guard:payments")`: all calls pass until the end of the test."""
    from failsoft import testing

    with ExitStack() as stack:
        yield lambda name: stack.enter_context(testing.force_closed(name, failsoft_instance))
