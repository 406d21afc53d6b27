"""What several commands about the audit trail need: writing into it, public keys, times, tables."""

from __future__ import annotations

import base64
import binascii
import getpass
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from failsoft.audit.clerk import Clerk
from failsoft.audit.keys import KeyRing, PublicKeys
from failsoft.audit.statements import Statement, from_line
from failsoft.audit.stores import AuditStore, StoreError
from failsoft.build_incidents import context_of
from failsoft.build_judges import sanitizer_of
from failsoft.errors.exceptions import Fault, SettingsError
from failsoft.observers.base import one_line
from failsoft.sanitize import sanitize
from failsoft.settings import Settings

__all__ = [
    "NOT_OURS",
    "CouldNotRunError",
    "actor",
    "anchors_in",
    "ascii_json",
    "clerk",
    "on_terminal",
    "public_json",
    "public_keys_in",
    "table",
    "unreadable",
    "unusable",
]


NOT_OURS = "none of the anchors is signed with a key that is at hand: nothing was compared with them"
"""What to say where all anchors are somebody else's."""


class CouldNotRunError(click.ClickException):
    """The command could not do its work; exit status 2."""

    exit_code = 2


def unreadable(error: Exception) -> CouldNotRunError:
    """What to say of whatever a driver raises; the text may hold what was in the URL."""
    if isinstance(error, CouldNotRunError):
        return error
    # what our stores say is a sentence; of what SQLAlchemy raises, that of the driver says it without the statement
    plain = getattr(error, "orig", None) or error
    said = str(error) if isinstance(error, StoreError) else f"{type(plain).__name__}: {plain}"
    return CouldNotRunError(one_line(sanitize(f"the store cannot be used: {said}")))


def unusable(error: SettingsError) -> CouldNotRunError:
    """What to say of settings that cannot be used: all their faults, on one line."""
    return CouldNotRunError(one_line("; ".join(map(str, error.faults))))


def clerk(settings: Settings, store: AuditStore, keys: KeyRing | None) -> Clerk:
    """What writes into the trail for a command.

    Raises:
        SettingsError: the sanitizer cannot be built.
    """
    faults: list[Fault] = []
    cleaner = sanitizer_of(settings, faults)
    if faults:
        raise SettingsError(faults)
    wanted = settings.audit
    if wanted is None:
        raise SettingsError("the settings have no [audit] table: there is no audit trail")
    context = context_of(settings, wanted, cleaner, keys, faults)
    if faults:
        raise SettingsError(faults)
    return Clerk(store, context, keys=keys, encrypt=wanted.encryption == "on")


def actor() -> str:
    """Who runs the command: the name of the user of the operating system."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no entry for the id, as in containers
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def anchors_in(paths: Iterable[Path]) -> Iterator[Statement]:
    """The statements in the lines of files; other lines, as logs have them, are passed over. They are read as they are
    asked for: the log of some years does not fit into memory.

    Raises:
        CouldNotRunError: a file cannot be read, or holds no statement.
    """
    for path in paths:
        there = False
        try:
            with path.open(encoding="utf-8", errors="replace") as lines:
                for statement in _statements(lines):
                    there = True
                    yield statement
        except OSError as error:
            raise CouldNotRunError(f"cannot read {str(path)!r}: {error.strerror or type(error).__name__}") from None
        if not there:
            raise CouldNotRunError(f"{str(path)!r} holds no anchor")


def _statements(lines: Iterable[str]) -> Iterator[Statement]:
    for line in lines:
        if "signature" in line:
            try:
                yield from_line(line)
            except ValueError:
                continue


def public_json(keys: KeyRing) -> str:
    """The public keys for an auditor, as `public_keys_in` reads them."""
    found = {key_id: base64.b64encode(keys.public.keys[key_id]).decode() for key_id in keys.ids}
    return json.dumps({"ed25519": found}, indent=2)


def public_keys_in(path: Path) -> PublicKeys:
    """The public keys of a file.

    Raises:
        CouldNotRunError: it cannot be read, or holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["ed25519"]
        keys = {str(key_id): base64.b64decode(text, validate=True) for key_id, text in found.items()}
    except OSError as error:
        raise CouldNotRunError(f"cannot read {str(path)!r}: {error.strerror or type(error).__name__}") from None
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        keys = {}
    if not keys or any(len(key) != 32 for key in keys.values()):
        expected = "what `failsoft audit head --public-keys` prints"
        raise CouldNotRunError(f"{str(path)!r} does not hold public keys: expected {expected}")
    return PublicKeys(keys)


def ascii_json(value: object) -> str:
    """JSON in ASCII: what would command a terminal, or what a terminal cannot show, is escaped."""
    return json.dumps(value, default=repr)


def table(rows: Sequence[Sequence[object]], *, titles: Sequence[str]) -> Iterator[str]:
    """Lines of a table, columns as wide as they have to be."""
    cells = [list(titles), *([one_line(str(cell)) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(titles))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def on_terminal() -> bool:
    """Whether somebody watches what goes to standard error."""
    return sys.stderr.isatty()
