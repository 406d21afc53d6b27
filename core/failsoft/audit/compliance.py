"""Which failures are relevant to which rules of compliance, as data.

A flag says that an auditor who asks about these rules will want to see the record; it judges nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

__all__ = ["DEFAULTS", "Compliance"]

DEFAULTS: Final[Mapping[str, tuple[str, ...]]] = {
    # 45 CFR 164.312: (a)(1) access control, (a)(2)(iv) and (e) encryption, (c)(1) integrity, (d) authentication
    "hipaa": ("HIPAA_*", "ENCRYPTION_ERROR", "authentication", "data_integrity"),
    # PCI DSS 4.0.1: 10.2.1.4 invalid access attempts; 3.5 and 4.2 stored and sent data unreadable
    "pci": ("PCI_*", "CARD_*", "ENCRYPTION_ERROR", "authentication"),
    # AICPA trust services criteria: CC6.1 logical access, CC6.7 data in transit, PI1 processing integrity
    "soc2": ("SOC2_*", "HIPAA_*", "PCI_*", "ENCRYPTION_ERROR", "authentication", "data_integrity"),
}
"""By flag: patterns of codes, and categories."""


class Compliance:
    """Finds the flags of a failure.

    Parameters:
        more: by flag, in addition to `DEFAULTS`: codes, patterns of codes (`*` for any letters), or categories. A flag
            without any takes the default away.
    """

    def __init__(self, more: Mapping[str, Iterable[str]] | None = None) -> None:
        found: dict[str, tuple[str, ...]] = dict(DEFAULTS)
        for flag, patterns in (more or {}).items():
            listed = tuple(patterns)
            found[flag] = (*found.get(flag, ()), *listed) if listed else ()
        self._patterns = found
        self.flags_of = lru_cache(maxsize=1024)(self._flags_of)
        """The flags of a code and a category, sorted: `flags_of("AUTH_ERROR", "authentication")`."""

    def _flags_of(self, code: str, category: str) -> tuple[str, ...]:
        return tuple(
            sorted(
                flag
                for flag, patterns in self._patterns.items()
                if any(pattern == category or fnmatchcase(code, pattern) for pattern in patterns)
            )
        )
