"""Settings: their schema, and where they come from."""

from __future__ import annotations

from failsoft.settings.environment import disabled
from failsoft.settings.schema import (
    Audit,
    Classification,
    Endpoint,
    RequestSettings,
    Responses,
    Rollout,
    Sanitize,
    Settings,
    State,
    Telemetry,
)
from failsoft.settings.sources import find_settings, load

__all__ = [
    "Audit",
    "Classification",
    "Endpoint",
    "RequestSettings",
    "Responses",
    "Rollout",
    "Sanitize",
    "Settings",
    "State",
    "Telemetry",
    "disabled",
    "find_settings",
    "load",
]
