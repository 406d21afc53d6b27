"""The pools of shared rate limits, in whichever store there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from failsoft.clock import Clock
from failsoft.stores import QuotasAtOnce, QuotaStore
from failsoft.stores.on_redis import RedisStore
from failsoft.stores.opening import Opened
from failsoft.stores.quotas_redis import RedisQuotas
from failsoft.stores.quotas_sqlite import SqliteQuotas
from failsoft.stores.redis_at_once import RedisAtOnce

__all__ = ["Quotas", "quotas_in"]


class Quotas(NamedTuple):
    """What a worker borrows from."""

    kind: str
    """`redis` or `sqlite`."""
    namespace: str
    """Who shares."""
    errors: tuple[type[Exception], ...]
    """What is raised when the store does not answer."""
    store: QuotaStore
    at_once: Callable[[], QuotasAtOnce] | None
    """Makes what exact limits ask; None: it cannot be asked by calls."""


def quotas_in(store: Opened, clock: Clock) -> Quotas:
    """The pools in an opened store."""
    if isinstance(store, RedisStore):
        quotas: QuotaStore = RedisQuotas(store)
        return Quotas(store.kind, store.namespace, store.errors, quotas, partial(RedisAtOnce, store))
    return Quotas(store.kind, store.namespace, store.errors, SqliteQuotas(store, clock), None)
