"""Notifications by a function of the application's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from failsoft.audit.means import TryAgainError
from failsoft.audit.notices import Message

__all__ = ["Calling"]


class Calling:
    """Calls a function with the message as plain values. What it raises means: try again.

    Parameters:
        function: is called in the channel's thread, and may wait.
    """

    kind = "call"

    def __init__(self, function: Callable[[Mapping[str, Any]], Any]) -> None:
        self._function = function

    def send(self, message: Message, at: float) -> None:  # noqa: ARG002 - it has the time in it
        try:
            self._function(message.data)
        except Exception as error:  # noqa: BLE001 - what it says is the application's, and may hold a secret
            raise TryAgainError(type(error).__name__) from None
