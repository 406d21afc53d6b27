"""Failsoft for Flask."""

from __future__ import annotations

try:
    from failsoft_flask.extension import FlaskFailsoft
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in ("flask", "werkzeug"):
        raise
    raise ImportError("failsoft_flask needs Flask: pip install 'failsoft[flask]'") from None

__all__ = ["FlaskFailsoft"]
