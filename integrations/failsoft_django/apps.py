"""The application `failsoft_django`."""

from __future__ import annotations

import os
from contextlib import suppress

from django.apps import AppConfig
from django.core import checks

from failsoft.errors import SettingsError
from failsoft.settings import disabled
from failsoft_django.checks import check_marks, check_middleware, check_settings
from failsoft_django.handlers import install
from failsoft_django.instance import get_failsoft

__all__ = ["FailsoftConfig"]


class FailsoftConfig(AppConfig):  # type: ignore[misc]  # Django is not typed
    """Builds the `Failsoft` of the process, so that guards find it outside of requests too."""

    name = "failsoft_django"
    verbose_name = "Failsoft"

    def ready(self) -> None:
        """Start. Faults of the settings are left to the checks, which report all of them, and to the middleware."""
        if disabled(os.environ):
            return
        for check, tag in (
            (check_settings, "failsoft"),
            (check_middleware, "failsoft"),
            (check_marks, checks.Tags.urls),
        ):
            checks.register(check, tag)
        install()
        with suppress(SettingsError):
            get_failsoft()
