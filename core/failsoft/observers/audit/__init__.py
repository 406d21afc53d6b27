"""Audit: one record for each failure that was handled, written in the background.

::

    store = open_store("sqlite:///failsoft-audit.db")      # checked: raises if it cannot be written
    writer = AuditWriter(store)
    bus.subscribe(AuditObserver(writer, RecordContext(sanitizer=…, service="shop")), *AuditObserver.kinds)
"""

from __future__ import annotations

from pathlib import Path

from failsoft.errors.exceptions import SettingsError
from failsoft.observers.audit.record import Entry, RecordContext
from failsoft.observers.audit.sqlite import SqliteStore
from failsoft.observers.audit.writer import AuditObserver, AuditStore, AuditWriter

__all__ = [
    "AuditObserver",
    "AuditStore",
    "AuditWriter",
    "Entry",
    "RecordContext",
    "SqliteStore",
    "open_store",
]


def open_store(url: str) -> SqliteStore:
    """The store that a URL names, tried once: `sqlite:///relative.db` or `sqlite:////absolute.db`.

    Nothing is kept open, so that the process may fork afterwards.

    Raises:
        SettingsError: the URL cannot be read, or what it names cannot be written. The message is one line.
    """
    scheme, separator, path = url.partition(":///")
    if not separator or scheme != "sqlite":
        # only the scheme is shown: the rest may hold a password
        raise SettingsError(f"audit: cannot keep records in {scheme.partition(':')[0]!r}, expected sqlite:///file.db")
    if not path or path == ":memory:":
        raise SettingsError("audit: expected the name of a file, as sqlite:///failsoft-audit.db")
    store = SqliteStore(Path(path))
    store.check()
    return store
