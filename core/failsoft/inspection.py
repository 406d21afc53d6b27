"""What an adapter can say about an app it protects, for `failsoft check --app`.

Each adapter has a module `inspect` with one function `report`, which looks at an app and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

__all__ = ["STORE_AWAY", "AppReport", "EndpointReport", "Inspector"]

STORE_AWAY = "the store of the audit trail cannot be reached: records go to the journal"
"""A note."""


class EndpointReport(NamedTuple):
    """One route of the app."""

    key: str
    """Method and route template, as `GET /quotes/{symbol}`."""
    policy: str
    """Name of the policy in force; `inline` for one that has no name, empty for none."""
    mode: str
    """`enforce`, `observe` or `off`; an exempt endpoint is off."""
    view: str
    """Dotted path of the view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppReport:
    """What Failsoft does in an app, and what keeps it from doing more."""

    framework: str
    """Its name, as `fastapi`."""
    endpoints: tuple[EndpointReport, ...] = ()
    shadowed_handlers: tuple[str, ...] = ()
    """Exception handlers of the application that answer in place of Failsoft. They are meant to win."""
    unmatched_endpoints: tuple[str, ...] = ()
    """`[[endpoints]]` tables that match no route of the app."""
    notes: tuple[str, ...] = ()
    """What is worth knowing, and no fault: the app runs all the same."""
    unused_marks: tuple[str, ...] = ()
    """Views marked with `protect` that no route of the app leads to."""

    @property
    def sound(self) -> bool:
        """Whether everything that was asked for is in force."""
        return not self.unmatched_endpoints and not self.unused_marks


class Inspector(Protocol):
    """The module `inspect` of an adapter."""

    def report(self, app: object) -> AppReport | None:
        """What is to be said about an app; None if it is no app of this framework, or has no Failsoft in it."""
        ...
