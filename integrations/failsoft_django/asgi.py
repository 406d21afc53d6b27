"""Django as an ASGI application that hears of its start and its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from django.core.handlers.asgi import ASGIHandler

import django
from failsoft import Failsoft
from failsoft_django.instance import get_failsoft

__all__ = ["MISSING", "LifespanHandler", "get_asgi_application", "warn_of_no_end"]

MISSING = (
    "the ASGI application does not hear of its end, at which the audit trail is closed: take "
    "failsoft_django.get_asgi_application() instead of Django's own"
)
_log = logging.getLogger("failsoft")
_warned = False
_made = False


class LifespanHandler(ASGIHandler):  # type: ignore[misc]  # Django is not typed
    """Django's handler, which also answers the lifespan protocol: Django's own refuses it.

    At the end everything is written, and the chain of the audit trail is closed, before the server hears that the
    application is done. Uvicorn then ends the process by a signal, and nothing runs at its exit any more.
    """

    def __init__(self) -> None:
        global _made  # noqa: PLW0603 - the middleware is made in here, and is not told by whom
        _made = True
        super().__init__()

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Serve a connection, or the life of the application."""
        if scope["type"] != "lifespan":
            await super().__call__(scope, receive, send)
            return
        ended = False
        while not ended:
            kind = (await receive())["type"]
            ended = kind == "lifespan.shutdown"
            if ended:
                with suppress(Exception):
                    await asyncio.to_thread(get_failsoft().rest)
            await send({"type": f"{kind}.complete"})


def get_asgi_application() -> LifespanHandler:
    """As `django.core.asgi.get_asgi_application`, for a server that speaks the lifespan protocol.

    Raises:
        SettingsError: `settings.FAILSOFT` is wrong; lists all faults.
    """
    django.setup(set_prefix=False)
    return LifespanHandler()


def warn_of_no_end(fs: Failsoft) -> None:
    """Say once that nobody closes the audit trail under ASGI, where there is one."""
    global _warned  # noqa: PLW0603 - once for the process
    if fs.audit.writer is not None and not (_made or _warned):
        _warned = True
        _log.warning(MISSING)
