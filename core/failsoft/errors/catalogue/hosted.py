"""Services that are somebody else's and do one thing, by the classes of their clients that say more than a status."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label, wrapping

__all__ = ["HOSTED"]

HOSTED: tuple[tuple[Label, str], ...] = (
    (is_.THROTTLED, "ccxt.base.errors.DDoSProtection ccxt.base.errors.RateLimitExceeded"),
    (
        is_.UPSTREAM_NOT_NOW,
        "ccxt.base.errors.ExchangeNotAvailable ccxt.base.errors.OnMaintenance",
    ),
    (is_.RULE_REFUSES, "gocardless_pro.errors.InvalidStateError"),
    # what their methods are called with, before anything is sent
    (is_.BUG, "msrest.exceptions.ValidationError msrest.exceptions.SerializationError"),
    (is_.BUG, "opencage.geocoder.InvalidInputError"),
    # the page answered, without what we waited for
    (wrapping(is_.UPSTREAM_SLOW), "selenium.common.exceptions.TimeoutException"),
    (
        is_.UPSTREAM_FAILED,
        """
        databricks.sdk.errors.platform.NotFound databricks.sdk.errors.platform.ResourceDoesNotExist
        databricks.sdk.errors.platform.ResourceAlreadyExists databricks.sdk.errors.platform.AlreadyExists
        """,
    ),
    (is_.NOT_THERE, "netaddr.core.NotRegisteredError"),
)
