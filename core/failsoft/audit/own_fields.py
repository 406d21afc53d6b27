"""Fields that the application adds to every record."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from failsoft.audit.plain import plain, sanitized
from failsoft.observers.base import Cleaner

__all__ = ["OwnFields"]

_log = logging.getLogger("failsoft.audit")


class OwnFields:
    """Asks the application's function (`audit.fields`) for fields.

    Parameters:
        function: is given the record as it stands, to be read only, in the writer's thread, and returns a mapping or
            None. It must not wait: no record is written meanwhile.

    Attributes:
        errors: how often it raised, or returned something else; such a record goes without.
    """

    def __init__(self, function: Callable[[Mapping[str, Any]], Any]) -> None:
        self._function = function
        self.errors = 0

    def of(self, record: Mapping[str, Any], sanitizer: Cleaner) -> dict[str, Any]:
        """The fields for a record: plain values, sanitized. Never raises."""
        try:
            found = self._function(MappingProxyType(dict(record)))
        except Exception as error:  # noqa: BLE001 - the application's function must not cost the record
            return self._failed(f"raised {type(error).__name__}")
        if found is None:
            return {}
        if not isinstance(found, Mapping):
            return self._failed(f"returned {type(found).__name__}, not a mapping")
        clean = sanitized(plain(found), sanitizer)
        return clean if isinstance(clean, dict) else {"redacted": clean}

    def _failed(self, what: str) -> dict[str, Any]:
        self.errors += 1
        if self.errors & (self.errors - 1) == 0:  # 1st, 2nd, 4th, 8th …: said, but not in a storm
            _log.warning("audit.fields %s; %d times so far that it added nothing", what, self.errors)
        return {}
