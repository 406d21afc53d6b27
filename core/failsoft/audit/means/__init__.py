"""By what means a notification is sent: each module is one."""

from __future__ import annotations

from typing import Protocol

from failsoft.audit.notices import Message

__all__ = ["Means", "RefusedError", "TryAgainError"]


class RefusedError(Exception):
    """The other side will never take this message. Its text holds no secret."""


class TryAgainError(Exception):
    """The other side does not take it now. Its text holds no secret.

    Parameters:
        retry_after: seconds for which it wants to be left alone; None: it did not say.
    """

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Means(Protocol):
    """Sends messages. Used by one thread."""

    kind: str
    """`webhook`, `email`, `syslog` or `call`."""

    def send(self, message: Message, at: float) -> None:
        """Send it; return when it was taken.

        Parameters:
            at: now, seconds since the Unix epoch.

        Raises:
            RefusedError: it will never be taken.
            Exception: anything else is tried again.
        """
        ...
