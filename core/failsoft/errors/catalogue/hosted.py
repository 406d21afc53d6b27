"""Services that are somebody else's and do one thing, by the classes of their clients that say more than a status."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["HOSTED"]

HOSTED: tuple[tuple[Label, str], ...] = (
    (is_.THROTTLED, "ccxt.base.errors.RateLimitExceeded"),
    (
        is_.UPSTREAM_NOT_NOW,
        "ccxt.base.errors.ExchangeNotAvailable ccxt.base.errors.OnMaintenance",
    ),
    (is_.RULE_REFUSES, "gocardless_pro.errors.InvalidStateError"),
    # what their methods are called with, before anything is sent
    (is_.BUG, "msrest.exceptions.SerializationError"),
    (is_.BUG, "opencage.geocoder.InvalidInputError"),
    # the page answered, without what we waited for
    (wrapping(is_.UPSTREAM_SLOW), "selenium.common.exceptions.TimeoutException"),
    (is_.NOT_THERE, "netaddr.core.NotRegisteredError"),
)
