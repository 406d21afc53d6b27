"""What workers share, behind small protocols."""

from __future__ import annotations

from typing import Protocol

from failsoft.machines.lease import Ask, Grant

__all__ = ["QuotaStore"]


class QuotaStore(Protocol):
    """Keeps the pools of rate limits that workers share. Asked in the background, never by a request."""

    async def lease(self, limit: str, key: str, ask: Ask) -> Grant:
        """Charge what is owed and lease what is wanted, in one step, by the clock of the store.

        Parameters:
            limit: name of the endpoint or guard with its rate and burst, so that another limit is another pool.
            key: who is counted; never a text of the client's.

        Raises:
            Exception: the store cannot be reached; the worker then decides alone.
        """
        ...
