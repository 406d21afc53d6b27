"""Failsoft for Flask."""

from __future__ import annotations

from failsoft_flask.extension import FlaskFailsoft

__all__ = ["FlaskFailsoft"]
