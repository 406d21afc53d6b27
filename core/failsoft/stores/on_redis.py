"""A Redis that the workers of many hosts share. Talked to by one thread, synchronously, and never for long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import redis
    import redis.asyncio

__all__ = ["RedisStore"]

_TIMEOUT = 1.0
"""Seconds. A Redis that is paused accepts connections and answers nothing."""
_OPTIONS: dict[str, Any] = {
    "socket_timeout": _TIMEOUT,
    "socket_connect_timeout": _TIMEOUT,
    "health_check_interval": 0,
    "decode_responses": False,
}


class RedisStore:
    """One connection to a Redis, made when it is first used.

    Parameters:
        url: `redis://`, `rediss://` or `unix://`, with what the client reads in it (user, password, database).
        namespace: of the keys.

    Raises:
        ValueError: the URL cannot be read, or the package is missing. One line.
    """

    kind: Literal["redis"] = "redis"

    def __init__(self, url: str, namespace: str) -> None:
        try:
            import redis  # noqa: PLC0415 - an extra, loaded where it is used
        except ImportError:
            raise ValueError("needs the package redis: install failsoft[redis]") from None
        self.namespace = namespace
        self._redis = redis
        self._url = url
        self._client: redis.Redis | None = None
        self._inherited: list[Any] = []
        if _is_torn(url):
            raise ValueError("expected a number as the database, and in a password %2F, %3F, %23 for /, ? and #")
        try:
            pool = self.make().connection_pool
            pool.connection_class(**pool.connection_kwargs)
            # loads what it needs to connect; the import lock of a module that is being loaded does not survive a fork
            str(pool.connection_kwargs.get("host", "localhost")).encode("idna")
        except Exception as error:  # noqa: BLE001 - whatever the client makes of it; its text may show the password
            raise ValueError(f"not a URL that the Redis client can read ({type(error).__name__})") from None

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What it raises when it does not answer, or answers that it will not."""
        return (self._redis.RedisError, OSError)

    @property
    def client(self) -> redis.Redis:
        """The connection. No command takes longer than a second, nor is repeated."""
        if self._client is None:
            self._client = self.make(max_connections=1)
        return self._client

    def key(self, name: str) -> str:
        """The key of something in this namespace. All of them are in one slot of a cluster."""
        return f"failsoft:{{{self.namespace}}}:{name}"

    def check(self) -> None:
        """Ask once whether it is there and takes us.

        Raises:
            Exception: one of `errors`.
        """
        try:
            self.client.ping()
        finally:
            # the process may fork afterwards
            self.close()

    def close(self) -> None:
        """Close the connection; the next use makes a new one."""
        client, self._client = self._client, None
        if client is not None:
            client.close()
            client.connection_pool.disconnect()

    def forget(self) -> None:
        """In a forked child: the connection is the parent's, and not ours to close."""
        if self._client is not None:
            self._inherited.append(self._client)
            self._client = None

    def make(self, **options: Any) -> redis.Redis:
        """A client of one's own, which repeats nothing.

        Parameters:
            options: of the client, in place of a second for each step.
        """
        from redis.backoff import NoBackoff  # noqa: PLC0415 - as above
        from redis.retry import Retry  # noqa: PLC0415 - as above

        wanted = {**_OPTIONS, "retry": Retry(NoBackoff(), 0), **options}
        client = self._redis.Redis.from_url(self._url, **wanted)
        _insist(client.connection_pool, wanted)
        return client

    def amake(self, **options: Any) -> redis.asyncio.Redis:
        """As `make`, for an event loop; who finds all connections in use waits for one."""
        from redis.asyncio import BlockingConnectionPool, Redis  # noqa: PLC0415 - as above
        from redis.asyncio.retry import Retry  # noqa: PLC0415 - as above
        from redis.backoff import NoBackoff  # noqa: PLC0415 - as above

        wanted: dict[str, Any] = {**_OPTIONS, "retry": Retry(NoBackoff(), 0), "timeout": None, **options}
        pool = BlockingConnectionPool.from_url(self._url, **wanted)
        _insist(pool, wanted)
        return Redis.from_pool(pool)


def _is_torn(url: str) -> bool:
    """What would be taken for something else, without a word: another database, part of the password for the host."""
    scheme, _, rest = url.partition("://")
    ends = [place for mark in "/?#" if (place := rest.find(mark)) >= 0]
    behind = rest[min(ends, default=len(rest)) :]
    database = behind.partition("?")[0].strip("/")
    return scheme != "unix" and ((bool(database) and not database.isdecimal()) or "@" in behind or "#" in behind)


def _insist(pool: Any, wanted: dict[str, Any]) -> None:
    """Have what a URL says in its query change nothing of what we rely on."""
    pool.connection_kwargs.update({name: wanted[name] for name in (*_OPTIONS, "retry")})
