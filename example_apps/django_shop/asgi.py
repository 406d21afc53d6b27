"""The Django shop as an ASGI application."""

from __future__ import annotations

import os

from example_apps.telemetry import instrument
from failsoft_django import get_asgi_application

__all__ = ["app"]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_apps.django_shop.settings")
instrument()
app = get_asgi_application()
