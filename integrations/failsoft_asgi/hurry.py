"""The deadline of whoever calls, for an application whose routes we do not know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from failsoft import Failsoft
from failsoft.run import Run
from failsoft_asgi.exchange import AsgiCall, Receive, Scope, Send
from failsoft_asgi.stage import Stage, in_thread

__all__ = ["Hurry"]

App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Hurry:
    """Around an application: keeps to the deadline of whoever calls, where one was noted on the call."""

    def __init__(self, app: App, fs: Failsoft) -> None:
        self.app = app
        self.fs = fs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = scope.get("failsoft")
        if not isinstance(call, AsgiCall) or call.deadline is None:
            await self.app(scope, receive, send)
            return

        async def attempt(run: Run) -> None:
            stage = Stage(run, send)
            await self.app(scope, receive, stage.send)
            await stage.flush()

        await self.fs.endpoints.hurry.acall(call, attempt, busy=in_thread())
