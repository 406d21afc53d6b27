"""The Django shop as an ASGI application."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

from example_apps.telemetry import instrument

__all__ = ["app"]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_apps.django_shop.settings")
instrument()
app = get_asgi_application()
