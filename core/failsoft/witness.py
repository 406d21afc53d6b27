"""Waiting for the audit: where it is asked for, an answer leaves only when the record of its failure is on the disk."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as Late

from failsoft.call import Call

__all__ = ["Witness"]

Ticket = Future[bool]


class Witness:
    """Waits for the audit where that is asked for. The audit's observer promises, the call claims, the adapter waits.

    Parameters:
        always: wait for every failure (`audit.durability = "sync"`), not only at endpoints with `audit = "required"`.
        max_wait: seconds after which the answer leaves all the same, unless the endpoint requires the record.
        late: told of an answer that did not wait long enough, or had nothing to wait for.
    """

    def __init__(self, *, always: bool, max_wait: float, late: Callable[[], None]) -> None:
        self.always = always
        self._max_wait = max_wait
        self._late = late
        self._promised = threading.local()

    def promise(self, ticket: Ticket) -> None:
        """The record of the event that is just being published in this thread is under way."""
        self._promised.ticket = ticket

    def claim(self, call: Call) -> None:
        """The event was that of a call, which keeps what it has to wait for."""
        ticket: Ticket | None = getattr(self._promised, "ticket", None)
        if ticket is not None:
            call.ticket, self._promised.ticket = ticket, None

    def wait(self, call: Call) -> bool:
        """Wait for the record of a call. False if the answer must not leave: it is required, and not there."""
        ticket, call.ticket = call.ticket, None
        if ticket is None:
            return True
        try:
            kept = ticket.result(self._max_wait)
        except (Late, CancelledError):
            kept = False
        return self._settled(kept, call)

    async def await_(self, call: Call) -> bool:
        """As `wait`, without holding up the event loop."""
        ticket, call.ticket = call.ticket, None
        if ticket is None:
            return True
        try:
            # shielded: who gives up waiting must not take the record back
            kept = await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(ticket)), self._max_wait)
        except TimeoutError:
            kept = False
        return self._settled(kept, call)

    def _settled(self, kept: bool, call: Call) -> bool:
        if not kept:
            self._late()
        return kept or not call.audited
