"""Who makes a request, as far as Django knows it already."""

from __future__ import annotations

from typing import Any

from django.utils.functional import LazyObject, empty

__all__ = ["known_user"]


def known_user(request: Any) -> str | None:
    """The key of the authenticated user, if somebody has asked for it before; never asks a database."""
    held = request.__dict__
    for name in ("user", "_cached_user", "_acached_user"):
        user = held.get(name)
        if isinstance(user, LazyObject):
            user = user.__dict__.get("_wrapped", empty)
        if user is None or user is empty:
            continue
        try:
            return str(user.pk) if user.is_authenticated and user.pk is not None else None
        except Exception:  # noqa: BLE001 - a user of the project's own making
            return None
    return None
