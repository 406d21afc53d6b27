"""From the URL in `[audit]` to a store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from failsoft.audit.stores import AuditStore, ReadableStore, StoreError
from failsoft.clock import Clock
from failsoft.references import read_secret

if TYPE_CHECKING:
    from failsoft.audit.on_lines import Rotation

__all__ = ["Store", "beside", "open_store"]

_EXPECTED: Final = "expected sqlite:///FILE, postgresql+psycopg://HOST/DATABASE, jsonl:///FILE or stdout://"


class Store(AuditStore, ReadableStore, Protocol):
    """Written and read."""


def open_store(
    url: str,
    *,
    full_sync: bool = False,
    rotation: Rotation | None = None,
    patience: float | None = None,
    clock: Clock | None = None,
) -> Store:
    """The store that a URL names. Nothing is connected or made yet.

    Parameters:
        url: `sqlite:///relative.db`, `sqlite:////absolute.db`, `postgresql+psycopg://user:password@host/database`,
            `jsonl:///file.jsonl`, `stdout://`; or a reference to one, `env:NAME` or `file:PATH`.
        full_sync: what is stored is on the disk when `append` returns.
        rotation: of `jsonl`; None: see `Rotation`.
        patience: seconds to wait for somebody else's lock on a file; None: as the store's class says.

    Raises:
        StoreError: the URL cannot be read, or the extra is missing. The message is one line, without the URL, which
            may hold a password.
    """
    if url.startswith(("env:", "file:")):
        try:
            url = read_secret(url)
        except ValueError as error:
            raise StoreError(str(error)) from None
    scheme, separator, rest = url.partition("://")
    make = _MAKERS.get(scheme) if separator else None
    if make is None:
        # only the scheme is shown: the rest may hold a password
        raise StoreError(f"cannot keep records in {scheme.partition(':')[0][:40]!r}, {_EXPECTED}")
    return make(url, rest, rotation, patience, full_sync=full_sync, clock=clock)


def beside(url: str) -> Path:
    """Where waits what a store does not take: a directory beside its file, else in the working directory."""
    scheme, _, file = url.partition(":///")
    return Path(f"{file}.spill") if scheme == "sqlite" and file else Path("failsoft-audit.spill")


def _sqlite(_url: str, rest: str, _rotation: Rotation | None, patience: float | None, **options: Any) -> Store:
    _need("sqlalchemy", "audit")
    from failsoft.audit.on_sqlite import SqliteStore  # noqa: PLC0415 - an extra, loaded where it is used

    store: Store = SqliteStore(_file(rest, "sqlite:///failsoft-audit.db"), **options | _busy(patience))
    return store


def _postgres(url: str, _rest: str, _rotation: Rotation | None, _patience: float | None, **options: Any) -> Store:
    _need("sqlalchemy", "postgres")
    _need("psycopg", "postgres")
    from failsoft.audit.on_postgres import PostgresStore  # noqa: PLC0415 - an extra, loaded where it is used

    store: Store = PostgresStore(url, **options)
    return store


def _lines(_url: str, rest: str, rotation: Rotation | None, patience: float | None, **options: Any) -> Store:
    from failsoft.audit.on_lines import LinesStore, Rotation  # noqa: PLC0415 - only where it is used

    path = _file(rest, "jsonl:///failsoft-audit.jsonl")
    return LinesStore(path, rotation=rotation or Rotation(), **options | _busy(patience))


def _stdout(_url: str, rest: str, _rotation: Rotation | None, _patience: float | None, **_options: Any) -> Store:
    from failsoft.audit.on_stdout import StdoutStore  # noqa: PLC0415 - only where it is used

    if rest:
        raise StoreError("expected stdout:// and nothing behind it")
    return StdoutStore()


def _busy(patience: float | None) -> dict[str, float]:
    return {} if patience is None else {"busy_timeout": patience}


_MAKERS: Final[Mapping[str, Callable[..., Store]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgres,
    "postgresql+psycopg": _postgres,
    "jsonl": _lines,
    "stdout": _stdout,
}


def _need(package: str, extra: str) -> None:
    try:
        import_module(package)
    except ImportError:
        raise StoreError(
            f"keeping audit records there needs the package {package}: pip install failsoft[{extra}]"
        ) from None


def _file(rest: str, example: str) -> Path:
    """Of `/relative` or `//absolute`, which is what stands behind the scheme."""
    if rest[:1] != "/" or rest in ("/", "/:memory:"):
        raise StoreError(f"expected the name of a file, as {example}")
    return Path(rest[1:])
