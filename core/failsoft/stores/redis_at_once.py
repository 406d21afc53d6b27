"""The pools of shared rate limits in a Redis, asked by calls that wait for the answer, but never for long.

A thread waits for no more than an answer: connections are opened by threads of their own. An event loop has a client of
its own, which is closed with it. A connection on which an answer may still come is closed, so that nobody else gets it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from queue import Empty, LifoQueue
from typing import TYPE_CHECKING, Any

from failsoft.clock import SystemClock
from failsoft.machines.lease import Grant
from failsoft.stores import Loan
from failsoft.stores.on_redis import RedisStore
from failsoft.stores.quotas_redis import DIGEST, SCRIPT, granted, words

if TYPE_CHECKING:
    import redis.asyncio

__all__ = ["RedisAtOnce"]

_now = SystemClock.monotonic  # a socket knows no other time
_MOST = 32
"""Connections of a process, and of each event loop."""
_STEP = 0.1
"""Seconds that opening a connection may take for each step. Nobody waits for that but the thread that does it."""


class RedisAtOnce:
    """Asks for one call at a time. See `QuotasAtOnce`."""

    def __init__(self, store: RedisStore) -> None:
        import redis.asyncio  # noqa: F401, PLC0415 - loaded now, and not when an event loop first needs it

        self._store = store
        self._loops: dict[asyncio.AbstractEventLoop, tuple[redis.asyncio.Redis, AsyncGenerator[None]]] = {}
        self._ready = _Ready(self._connect)
        self._inherited: list[object] = []

    def lend(self, loan: Loan, within: float) -> Grant:
        """See `QuotasAtOnce`.

        Raises:
            TimeoutError: there was no answer within the time.
            redis.RedisError, OSError: it cannot be reached, or refused.
        """
        until = _now() + within
        wanted = words(self._store, [loan])
        connection = self._ready.take(until)
        try:
            answer = _ask(connection, until, "EVALSHA", DIGEST, wanted)
            if answer is None:
                answer = _ask(connection, until, "EVAL", SCRIPT, wanted)
        except BaseException:
            self._ready.drop(connection)
            raise
        self._ready.give(connection)
        return granted(answer or ())[0]

    async def alend(self, loan: Loan, within: float) -> Grant:
        """See `QuotasAtOnce`.

        Raises:
            TimeoutError: there was no answer within the time.
            redis.RedisError, OSError: it cannot be reached, or refused.
        """
        wanted = words(self._store, [loan])
        # the client closes a connection whose command is cancelled
        async with asyncio.timeout(within):
            client: Any = await self._client()
            try:
                answer = await client.execute_command("EVALSHA", DIGEST, *wanted)
            except Exception as error:
                if not _is_unknown(error):
                    raise
                answer = await client.execute_command("EVAL", SCRIPT, *wanted)
        return granted(answer)[0]

    def close(self) -> None:
        """Let go of the connections of threads. Those of an event loop are closed with it."""
        self._ready.close()

    def forget(self) -> None:
        """See `QuotasAtOnce`."""
        # not ours to close, as it would be when nobody held it any more
        self._inherited.append((self._loops, self._ready))
        self._loops = {}
        self._ready = _Ready(self._connect)

    def _connect(self) -> Any:
        pool = self._store.make(socket_timeout=_STEP, socket_connect_timeout=_STEP).connection_pool
        connection: Any = pool.connection_class(**pool.connection_kwargs)
        connection.connect()
        return connection

    async def _client(self) -> redis.asyncio.Redis:
        loop = asyncio.get_running_loop()
        found = self._loops.get(loop)
        if found is None:
            for other in [known for known in self._loops if known.is_closed()]:
                self._loops.pop(other, None)
            client = self._store.amake(max_connections=_MOST)
            life = self._life(loop, client)
            found = self._loops[loop] = client, life
            # whoever runs a loop finishes its asynchronous generators before it closes it
            await anext(life)
        return found[0]

    async def _life(self, loop: asyncio.AbstractEventLoop, client: redis.asyncio.Redis) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            self._loops.pop(loop, None)
            await client.aclose()


def _ask(connection: Any, until: float, command: str, script: str, wanted: list[Any]) -> Any:
    """The answer, or None where the server does not know the script."""
    connection.send_command(command, script, *wanted)
    if not connection.can_read(timeout=max(0.0, until - _now())):
        raise TimeoutError("no answer in time")
    try:
        return connection.read_response()
    except Exception as error:
        if _is_unknown(error):
            return None
        raise


def _is_unknown(error: Exception) -> bool:
    return type(error).__name__ == "NoScriptError"


class _Ready:
    """Open connections of one process, each used by one thread at a time."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._idle: LifoQueue[Any] = LifoQueue()
        self._lock = threading.Lock()
        self._there = 0
        self._opening = 0
        self._closed = False

    def take(self, until: float) -> Any:
        """One that is open.

        Raises:
            TimeoutError: there was none in time.
        """
        while True:
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = self._wait(until)
            try:
                # the server may have closed it meanwhile
                if not connection.can_read(timeout=0):
                    return connection
            except Exception:  # noqa: BLE001, S110 - whatever it is, this one is of no use
                pass
            self.drop(connection)

    def give(self, connection: Any) -> None:
        """It may be used by others now."""
        if self._closed:
            self.drop(connection)
        else:
            self._idle.put(connection)

    def drop(self, connection: Any) -> None:
        """It must not be used any more."""
        with self._lock:
            self._there -= 1
        connection.disconnect()

    def close(self) -> None:
        """Close those that are idle, and each of the others as soon as it is given back."""
        self._closed = True
        while True:
            try:
                self.drop(self._idle.get_nowait())
            except Empty:
                return

    def _wait(self, until: float) -> Any:
        with self._lock:
            more = self._there < _MOST and self._opening < 2 and not self._closed
            if more:
                self._there += 1
                self._opening += 1
        if more:
            try:
                threading.Thread(target=self._open, name="failsoft-connect", daemon=True).start()
            except RuntimeError:  # no more threads
                self._opened(None)
        try:
            return self._idle.get(timeout=max(0.0, until - _now()))
        except Empty:
            raise TimeoutError("no connection in time") from None

    def _open(self) -> None:
        connection = None
        with suppress(Exception):  # who waits for it finds that there is none
            connection = self._connect()
        self._opened(connection)

    def _opened(self, connection: Any | None) -> None:
        with self._lock:
            self._opening -= 1
            self._there -= connection is None
        if connection is not None:
            self.give(connection)
