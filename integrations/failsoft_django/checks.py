"""What `manage.py check` says about Failsoft."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004 - Django's names

from failsoft.errors import SettingsError
from failsoft_django.instance import get_failsoft
from failsoft_django.patterns import unknown_policies

__all__ = ["MIDDLEWARE", "check_marks", "check_middleware", "check_settings"]

MIDDLEWARE = ("failsoft_django.FailsoftMiddleware", "failsoft_django.middleware.FailsoftMiddleware")

# these put themselves first when they instrument an application
_MAY_COME_BEFORE = ("opentelemetry.",)


def check_settings(app_configs: Any = None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001 - a check's signature
    """Each fault of `settings.FAILSOFT` is an error."""
    try:
        fs = get_failsoft()
    except SettingsError as error:
        return [Error(f"FAILSOFT: {fault}", id="failsoft.E001") for fault in error.faults]
    found: list[CheckMessage] = [Warning(f"FAILSOFT: {fault}", id="failsoft.W003") for fault in fs.settings.warnings()]
    if fs.audit.away:
        text = "The store of the audit trail cannot be reached: records go to the journal."
        found.append(Warning(text, hint="The logger 'failsoft.audit' says why.", id="failsoft.W004"))
    return found


def check_middleware(app_configs: Any = None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001 - as above
    """The middleware is there, and first."""
    listed = [path for path in settings.MIDDLEWARE if not path.startswith(_MAY_COME_BEFORE)]
    if not any(path in MIDDLEWARE for path in listed):
        hint = f"Put {MIDDLEWARE[0]!r} first into MIDDLEWARE."
        return [Warning("FailsoftMiddleware is not in MIDDLEWARE: nothing is answered.", hint=hint, id="failsoft.W001")]
    if listed[0] not in MIDDLEWARE:
        text = "FailsoftMiddleware is not the first of MIDDLEWARE: it does not see what those before it do."
        return [Warning(text, hint=f"Put it before {listed[0]!r}.", id="failsoft.W002")]
    return []


def check_marks(app_configs: Any = None, **_: Any) -> list[CheckMessage]:  # noqa: ARG001 - as above
    """The policies that marks name are in the settings."""
    try:
        known = get_failsoft().settings.policies
    except SettingsError:
        return []
    if not getattr(settings, "ROOT_URLCONF", None):
        return []
    names = ", ".join(sorted(known)) or "none"
    return [
        Error(
            f"The view of {template!r} is protected by the policy {policy!r}, which is not there.",
            hint=f"Policies in FAILSOFT: {names}.",
            id="failsoft.E002",
        )
        for template, policy in unknown_policies(known)
    ]
