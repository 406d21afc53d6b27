"""From the URL in `[state]` to an opened store. Nothing is connected yet; what is shared there is others' business."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from failsoft.references import read_secret
from failsoft.stores.on_redis import RedisStore
from failsoft.stores.on_sqlite import SqliteStore

__all__ = ["Opened", "open_store"]

Opened = RedisStore | SqliteStore
"""What workers share, behind one of these: `kind`, `check()`, `close()`, `forget()`, `errors`, `namespace`."""

_EXPECTED = 'expected "memory://", "sqlite:///FILE", "redis://HOST", "rediss://HOST" or "unix://PATH"'


def open_store(url: str, *, service: str = "", environment: str = "") -> Opened | None:
    """The store that a URL names; None for `memory://`, where nothing is shared.

    Parameters:
        url: a URL, or a reference to one (`env:NAME`, `file:PATH`). A relative `sqlite:///file.db` counts from the
            working directory.
        service, environment: what shares; others with the same store are kept apart.

    Raises:
        ValueError: it cannot be read, or the package for it is missing. The text is one line, and without the URL,
            which may hold a password.
    """
    if url.startswith(("env:", "file:")):
        url = read_secret(url)
    scheme, separator, rest = url.partition("://")
    namespace = f"{quote(service, safe='')}/{quote(environment, safe='')}"
    if separator and scheme == "memory" and not rest:
        return None
    if separator and scheme in ("redis", "rediss", "unix") and rest:
        return RedisStore(url, namespace)
    if separator and scheme == "sqlite" and rest.startswith("/") and rest not in ("/", "/:memory:"):
        return SqliteStore(Path(rest[1:]), namespace)
    raise ValueError(_EXPECTED)
