"""A name of a test's own in the Redis that others use as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import redis

from core.sharing.servers import shared_redis

__all__ = ["service"]


@contextmanager
def service() -> Iterator[str]:
    """A service that nobody else has. What is kept under its name is removed afterwards."""
    name = f"test-{uuid4().hex}"
    yield name
    with redis.Redis.from_url(shared_redis()) as client:
        for key in client.scan_iter(f"failsoft:{{{name}/*", count=1000):
            client.delete(key)
