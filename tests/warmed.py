"""Waits for what a server makes in the background, for tests that count the objects that are left behind."""

from __future__ import annotations

import threading

from failsoft.deferred import make_all

__all__ = ["all_made"]


def all_made() -> None:
    """Return when nothing is left that is made when it is first used."""
    make_all()
    for thread in threading.enumerate():
        if thread.name == "failsoft-warming":
            thread.join()
