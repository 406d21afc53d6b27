"""Failsoft for Django: `failsoft_django` among INSTALLED_APPS, `FailsoftMiddleware` at the head of MIDDLEWARE."""

from __future__ import annotations

from failsoft_django.instance import get_failsoft
from failsoft_django.middleware import FailsoftMiddleware

__all__ = ["FailsoftMiddleware", "get_failsoft"]
