"""Exceptions, and what Failsoft knows of exceptions."""

from __future__ import annotations

from failsoft.errors.exceptions import *  # noqa: F403 - the module's __all__ is this package's
from failsoft.errors.exceptions import __all__ as _exceptions
from failsoft.errors.failure import AttemptRecord, Evidence, Failure
from failsoft.errors.taxonomy import Category, Notification, Severity

__all__ = [*_exceptions, "AttemptRecord", "Category", "Evidence", "Failure", "Notification", "Severity"]
