"""What the tests of the audit trail are made of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from failsoft.audit.keys import KeyRing
from failsoft.audit.opening import open_store
from failsoft.audit.records import RecordContext
from failsoft.audit.stores import Query
from failsoft.audit.views import mapping_of
from observed import OneSecret

CONTEXT = RecordContext(sanitizer=OneSecret(), service="shop", environment="test", host="web-1")
KEYS = KeyRing({"2026-11": bytes(range(32))}, "2026-11")


def stored(
    path: Path | str, *, keys: KeyRing | None = None, own: bool = False, **query: Any
) -> Iterator[dict[str, Any]]:
    """The records in an SQLite file or at a URL, oldest first; without those about the trail itself unless `own`."""
    for found in open_store(str(path) if "://" in str(path) else f"sqlite:///{path}").search(Query(**query)):
        if own or not found.entry.kind.startswith("trail."):
            yield mapping_of(found, keys)
