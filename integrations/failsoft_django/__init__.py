"""Failsoft for Django: `"failsoft_django"` in INSTALLED_APPS, `"failsoft_django.FailsoftMiddleware"` first in MIDDLEWARE."""

from __future__ import annotations

from failsoft_django.instance import get_failsoft
from failsoft_django.middleware import FailsoftMiddleware

__all__ = ["FailsoftMiddleware", "get_failsoft"]
