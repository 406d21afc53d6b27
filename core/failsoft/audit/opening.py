"""From the URL in `[audit]` to a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from failsoft.audit.stores import StoreError
from failsoft.clock import Clock

if TYPE_CHECKING:
    from failsoft.audit.on_sql import SqliteStore

__all__ = ["open_store"]


def open_store(url: str, *, full_sync: bool = False, patience: float = 5.0, clock: Clock | None = None) -> SqliteStore:
    """The store that a URL names: `sqlite:///relative.db` or `sqlite:////absolute.db`. Not opened yet.

    Parameters:
        full_sync: what is stored is on the disk when `append` returns.
        patience: seconds to wait for somebody else who writes.

    Raises:
        StoreError: the URL cannot be read, or the extra is missing. The message is one line, without the URL, which
            may hold a password.
    """
    scheme, separator, path = url.partition(":///")
    if not separator or scheme != "sqlite":
        # only the scheme is shown: the rest may hold a password
        raise StoreError(f"cannot keep records in {scheme.partition(':')[0]!r}, expected sqlite:///file.db")
    if not path or path == ":memory:":
        raise StoreError("expected the name of a file, as sqlite:///failsoft-audit.db")
    try:
        from failsoft.audit.on_sql import SqliteStore  # noqa: PLC0415 - an extra, loaded where it is used
    except ImportError as error:
        raise StoreError(str(error)) from None
    return SqliteStore(Path(path), full_sync=full_sync, busy_timeout=patience, clock=clock)
