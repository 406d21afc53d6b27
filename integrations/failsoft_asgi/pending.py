"""An answer that waits until its exception has come out of the user's middleware, one of which may answer itself."""

from __future__ import annotations

from collections.abc import Awaitable
from contextlib import suppress

from failsoft.errors.exceptions import FailsoftError
from failsoft.errors.failure import Failure
from failsoft.problem import Rendered
from failsoft_asgi.exchange import AsgiCall, Message, Send, messages_of

__all__ = ["Gate", "Net", "Pending", "travels"]


def travels(exc: Exception, failure: Failure | None) -> bool:
    """Whether the user's middleware has to see an exception, which may roll back or answer itself.

    Only what is raised to be answered by Failsoft is an answer to it at once, as an HTTP exception is.
    """
    if failure is None or not (failure.expected or failure.rejected):
        return True
    return not issubclass(type(exc), FailsoftError)


class Gate:
    """A place between the user's middlewares: sees whether a response comes through, and may send it another way."""

    __slots__ = ("started", "target")

    def __init__(self, target: Send) -> None:
        self.target = target
        """Where messages go on to."""
        self.started = False
        """A response has come through."""

    def send(self, message: Message) -> Awaitable[None]:
        """Take a message from further in."""
        # no coroutine of its own: every response comes through here
        if message["type"] == "http.response.start":
            self.started = True
        return self.target(message)


class Net(Gate):
    """A gate right outside of a tracer, whose span has to end with the answer and not with the exception.

    It catches the answer that is sent through the tracer ahead of its exception.
    """

    __slots__ = ("_call",)

    def __init__(self, target: Send, call: AsgiCall) -> None:
        super().__init__(target)
        self._call = call

    def send(self, message: Message) -> Awaitable[None]:
        """Take a message from further in."""
        pending = self._call.pending
        return super().send(message) if pending is None or pending.caught is None else pending.catch(message)


class Pending:
    """The answer to an exception on its way out.

    Nothing is sent before the exception is out, or a middleware that keeps an eye on `send` (or waits for the first
    message, as `BaseHTTPMiddleware` does) would believe that somebody has answered.

    Parameters:
        rendered: the answer.
        reraise: the exception is raised again after it.
    """

    __slots__ = ("_gates", "_messages", "caught", "reraise")

    def __init__(self, rendered: Rendered, *, reraise: bool) -> None:
        self._messages = messages_of(rendered)
        self._gates: list[Gate] = []
        self.reraise = reraise
        self.caught: list[Message] | None = None
        """What a net has caught; None: it lets everything through."""

    def passes(self, gate: Gate, *, cut: bool) -> None:
        """The exception passes a gate.

        Parameters:
            cut: through the middleware between this gate and the one before, nothing can be sent any more.
        """
        if cut and self._gates:
            self._gates[-1].target = gate.send
        self._gates.append(gate)

    async def catch(self, message: Message) -> None:
        """Keep a message that has come through a tracer."""
        if self.caught is not None:
            self.caught.append(message)

    async def go_ahead(self) -> None:
        """Send the answer through the tracer that is next, into the net behind it."""
        self.caught = []
        with suppress(Exception):
            await self._send()
        caught, self.caught = self.caught, None
        if [message["type"] for message in caught] == _WHOLE:
            self._messages = caught
            self._gates = []

    async def deliver(self, call: AsgiCall, last: Gate, *, cut: bool = False) -> None:
        """Send the answer from where the exception came from, so that what middleware does to heads is done to it.

        A middleware whose work is over may refuse to send, or lose the message. Then the answer goes around it.
        """
        gates = self._gates
        done = last.started or call.wired
        self.passes(last, cut=cut)
        while not done:
            for gate in gates:
                gate.started = False
            with suppress(Exception):
                await self._send()
            done = last.started or call.wired
            if not done:
                lost = max(number for number, gate in enumerate(gates) if gate.started)
                gates[lost].target = gates[lost + 1].send

    async def _send(self) -> None:
        head, body = self._messages
        # middleware may change what it is handed
        await self._gates[0].send({**head, "headers": list(head.get("headers", ()))})
        await self._gates[0].send({**body})


_WHOLE = ["http.response.start", "http.response.body"]
