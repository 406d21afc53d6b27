"""The start and the end of an application."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from failsoft_asgi.exchange import Message, Receive, Send

if TYPE_CHECKING:
    from failsoft import Failsoft, SettingsError

__all__ = ["flushing", "refuse_start"]

_ENDS = frozenset({"lifespan.shutdown.complete", "lifespan.shutdown.failed", "lifespan.startup.failed"})


def flushing(fs: Failsoft, send: Send) -> Send:
    """A `send` for a lifespan that has everything written before the server hears of its end.

    The instance is not closed: a test client starts the same application again.
    """

    async def flush_first(message: Message) -> None:
        if message["type"] in _ENDS:
            with suppress(Exception):
                await asyncio.to_thread(fs.rest)
        await send(message)

    return flush_first


async def refuse_start(error: SettingsError, receive: Receive, send: Send) -> None:
    """Say that the application cannot start.

    Without this message a server takes the exception for that of an application that knows no lifespan, and goes on.
    """
    await receive()
    await send({"type": "lifespan.startup.failed", "message": str(error)})
