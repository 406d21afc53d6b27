"""Stores to share by."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from core.sharing.servers import PrivateRedis, shared_redis


@pytest.fixture
def service() -> str:
    """A name that nobody else has."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture(params=["sqlite", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path, service: str) -> Iterator[str]:
    """A store that answers; what a service of the test's own name has kept there is taken away."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'state.db'}"
        return
    found = shared_redis()
    yield found
    with redis.Redis.from_url(found) as client:
        for key in client.scan_iter(match=f"failsoft:{{{service}/*"):
            client.delete(key)


@pytest.fixture
def private(tmp_path: Path) -> Iterator[PrivateRedis]:
    server = PrivateRedis(tmp_path)
    yield server
    server.close()
