"""Failsoft for ASGI: `install(app)` for Starlette and FastAPI, `FailsoftMiddleware` for any other application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from failsoft_asgi.middleware import FailsoftMiddleware

if TYPE_CHECKING:
    from failsoft_asgi.installation import install

__all__ = ["FailsoftMiddleware", "install"]


def __getattr__(name: str) -> Any:
    # Starlette is needed by `install` only, so that a plain ASGI application can do without it
    if name != "install":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from failsoft_asgi.installation import install  # noqa: PLC0415 - imported where used
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "starlette":
            raise
        raise ImportError("failsoft_asgi.install needs Starlette: pip install 'failsoft[asgi]'") from None
    return install
