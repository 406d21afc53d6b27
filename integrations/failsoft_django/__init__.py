"""Failsoft for Django: `failsoft_django` among INSTALLED_APPS, `FailsoftMiddleware` at the head of MIDDLEWARE."""

from __future__ import annotations

try:
    from failsoft_django.asgi import get_asgi_application
    from failsoft_django.instance import get_failsoft
    from failsoft_django.middleware import FailsoftMiddleware
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("django", "asgiref"):
        raise
    raise ImportError("failsoft_django needs Django: pip install 'failsoft[django]'") from None

__all__ = ["FailsoftMiddleware", "get_asgi_application", "get_failsoft"]
