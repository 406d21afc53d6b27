"""What is stored for a record, and the link that chains it to the one before.

A *lane* is the chain of one process: its entries are numbered from 1 without gaps, and the hash of each covers the hash
of the one before, so that none can be altered, taken out, put in or moved without every later hash changing.

::

    hash(n) = SHA-256(hash(n - 1) || MessagePack of the columns of n), hash(0) = 32 zero bytes

It covers what is stored, byte for byte, so that whoever verifies needs neither a key nor a way to write JSON anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec

__all__ = ["COLUMNS", "GENESIS", "Entry", "link", "link_row", "of_row"]

GENESIS = bytes(32)
"""What the first entry of a lane is chained to."""


# nothing in it can lead back to it: the garbage collector need not look at it
class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A record as it is stored: what may be searched for, the record, and its place in the chain.

    Attributes:
        lane: which process wrote it: a UUID of version 7 as 32 hexadecimal digits, another for each process and start.
        sequence: number within the lane, without gaps, from 1.
        at: when it happened, microseconds since the Unix epoch (UTC), by the clock of the host. May go back.
        kind: what it is about, as `failure.handled`.
        severity, code, endpoint, status, error_id, trace_id: as in the record, in clear; None where it has none, or
            something that not every database can keep.
        user_index, client_index, request_index: keyed digests of who asked, from where, and of the request id, by which
            equal values are found without being readable; None where it has none.
        key_id: which key of the ring sealed its fields; None: it is in clear.
        record: the record as JSON. What is sensitive in it is sealed.
        hash: of this entry and all before it in the lane, 32 bytes.
        mac: of the hash, under a key of the lane, 16 bytes: only who holds the key can go on with a chain. None
            without a key.
    """

    lane: str
    sequence: int
    at: int
    kind: str
    severity: str | None = None
    code: str | None = None
    endpoint: str | None = None
    status: int | None = None
    error_id: str | None = None
    trace_id: str | None = None
    user_index: bytes | None = None
    client_index: bytes | None = None
    request_index: bytes | None = None
    key_id: str | None = None
    record: str
    hash: bytes = b""
    mac: bytes | None = None


COLUMNS = Entry.__struct_fields__
"""The names of what is stored, in the order in which it is hashed; `hash` and `mac` come last and are not."""


def of_row(row: Iterable[Any]) -> Entry:
    """The entry of `COLUMNS` in their order; name by name, which takes half as long as by a table of names."""
    (
        lane, sequence, at, kind, severity, code, endpoint, status, error_id, trace_id, user_index, client_index,
        request_index, key_id, record, digest, mac,
    ) = row  # fmt: skip
    return Entry(
        lane=lane, sequence=sequence, at=at, kind=kind, severity=severity, code=code, endpoint=endpoint,
        status=status, error_id=error_id, trace_id=trace_id, user_index=user_index, client_index=client_index,
        request_index=request_index, key_id=key_id, record=record, hash=digest, mac=mac,
    )  # fmt: skip


_encoder = msgspec.msgpack.Encoder()


def link(previous: bytes, entry: Entry) -> bytes:
    """The hash of an entry, chained to the hash of the one before."""
    row = (
        entry.lane, entry.sequence, entry.at, entry.kind, entry.severity, entry.code, entry.endpoint, entry.status,
        entry.error_id, entry.trace_id, entry.user_index, entry.client_index, entry.request_index, entry.key_id,
        entry.record,
    )  # fmt: skip
    return link_row(previous, row)


def link_row(previous: bytes, row: tuple[object, ...]) -> bytes:
    """The hash of what is no entry yet: its columns in order, without `hash` and `mac`."""
    return hashlib.sha256(previous + _encoder.encode(row)).digest()
