"""What a protected call came to, as the policies see it."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Verdict"]


class Verdict(IntEnum):
    """How a circuit breaker counts one attempt."""

    SUCCESS = 0
    FAILURE = 1
    IGNORE = 2
    """Neither: cancelled, rejected by ourselves, the client's own mistake. The permit goes back unused."""
