"""The audit trail as lines of JSON: what is written to files and to standard output.

Each line is an object with one member, `entry`, `statement` or `key`, which has the members of that type; bytes are in
base 64. The record of an entry is a text: it is hashed byte for byte. `removed` says how many entries stood there.
"""

from __future__ import annotations

import msgspec

from failsoft.audit.entry import Entry
from failsoft.audit.statements import Statement
from failsoft.audit.stores import KeyFacts
from failsoft.deferred import as_pattern

__all__ = ["KEY", "Line", "gap_line", "gap_of", "of_line", "place_of", "to_line"]

KEY = b'{"key":'
"""What the line of a key begins with."""

_GAP = as_pattern(rb'\{"removed":([0-9]{1,18})\}\n')
_PLACE = as_pattern(rb'\{"entry":\{"lane":"([0-9a-f]{1,64})","sequence":([0-9]{1,18}),')


class Line(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a line says: one of these."""

    entry: Entry | None = None
    statement: Statement | None = None
    key: KeyFacts | None = None


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Line)


def to_line(what: Entry | Statement | KeyFacts) -> bytes:
    """The line, with its end."""
    if isinstance(what, Entry):
        line = Line(entry=what)
    elif isinstance(what, Statement):
        line = Line(statement=what)
    else:
        line = Line(key=what)
    return _encode(line) + b"\n"


def of_line(line: bytes) -> Line | None:
    """What a line says; None if it is none of ours, as what an application writes between, or is damaged."""
    try:
        read = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return read if read.entry or read.statement or read.key else None


def place_of(line: bytes) -> tuple[str, int] | None:
    """Lane and number of the entry in a line; None if there is none. Much faster than `of_line` for lines of ours."""
    if found := _PLACE.match(line):
        return found[1].decode(), int(found[2])
    if b'"entry"' not in line:
        return None
    read = of_line(line)
    return None if read is None or read.entry is None else (read.entry.lane, read.entry.sequence)


def gap_line(count: int) -> bytes:
    """The line that stands for so many entries that were removed, so that those after it keep their positions."""
    return b'{"removed":%d}\n' % count


def gap_of(line: bytes) -> int:
    """How many entries a line stands for that were removed."""
    found = _GAP.fullmatch(line)
    return int(found[1]) if found else 0
