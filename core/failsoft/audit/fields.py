"""Which fields of a record are sensitive, and how each of them is sealed and opened again.

A sensitive field is taken out of the record, encrypted by itself (AES-256-GCM), and kept under `sealed` by its name, so
that the rest can be read without a key. What is encrypted is bound to its place: lane, number and name are
authenticated with it, so that a field that is moved into another record does not open.

Nonces do not repeat, and there is no bound by chance: every lane has a key of its own, and in it a nonce is the number
of the record (8 bytes) and of the field in it (4 bytes), both of which are used once. A forked process takes another
lane; only a machine that is cloned while it runs goes on with the same one twice.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from failsoft.audit.people import spellings

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["INDEXED", "SEALED", "Sealer", "from_json", "index_of", "indexes_of", "opened", "opener", "to_json"]

Record = dict[str, Any]

SEALED: Mapping[str, tuple[str, ...]] = {
    "request": ("path", "client", "user", "request_id"),
    "error": ("message", "stack", "evidence"),
    "actor": (),
    "details": (),
    "fields": (),
}
"""The fields that are sealed: members of a member of the record, as one, or all of it. What an application adds
(`fields`) always is."""

INDEXED = (("user", "user"), ("client", "client"), ("request", "request_id"))
"""What can be searched for though it is sealed: name of the index, and member of `request`."""

_NUMBERS = {field: number for number, field in enumerate(SEALED)}
_SEALING = [(field, SEALED[field], number, field.encode()) for field, number in _NUMBERS.items()]
_encode = msgspec.json.Encoder().encode
_nonce = struct.Struct(">QI").pack
_place = struct.Struct(">16sQ").pack


def to_json(value: Any) -> bytes:
    """JSON of a value, bytes in base 64. Never raises for what plain values hold: lone surrogates and foreign types
    become ASCII."""
    try:
        return _encode(value)
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError):
        return json.dumps(value, default=_plainer).encode("ascii")


class Sealer:
    """Takes what is sensitive out of the records of a lane, and puts it in again sealed under the active key.

    Parameters:
        lane: see `Entry`.
    """

    __slots__ = ("_encrypt", "_lane")

    def __init__(self, lane: str, keys: KeyRing) -> None:
        self._encrypt = keys.cipher(keys.active, lane).encrypt
        self._lane = bytes.fromhex(lane)

    def __call__(self, record: Record, sequence: int) -> None:
        """Seal a record in place.

        Parameters:
            sequence: number of the record. With one that was used before, a nonce is used twice.
        """
        place = _place(self._lane, sequence)
        sealed: dict[str, bytes] = {}
        for field, members, nonce, name in _SEALING:
            value = record.get(field)
            if value is None:
                continue
            if members:
                value = {member: value.pop(member) for member in members if member in value}
            else:
                del record[field]
            sealed[field] = self._encrypt(_nonce(sequence, nonce), to_json(value), place + name)
        if sealed:
            record["sealed"] = sealed


def opened(record: Record, key_id: str | None, keys: KeyRing | None) -> Record:
    """A record with its sealed fields in their places again; the record is changed.

    Without the key they are left out. A field that does not open though the key is there was tampered with: it is left
    out, and named in `unreadable`.
    """
    sealed = record.pop("sealed", None)
    if not isinstance(sealed, Mapping):
        return record
    lane, sequence = str(record.get("lane")), record.get("sequence")
    if keys is None or key_id is None or key_id not in keys:
        return record | {"unreadable": sorted(sealed)}
    cipher = keys.cipher(key_id, lane)
    unreadable = []
    for field, text in sealed.items():
        try:
            place = _place(bytes.fromhex(lane), sequence) + field.encode()
            nonce = _nonce(sequence, _NUMBERS[field])
            value = from_json(cipher.decrypt(nonce, base64.b64decode(text), place))
        except Exception:  # noqa: BLE001 - whatever was done to it
            unreadable.append(field)
            continue
        record[field] = record.get(field, {}) | value if SEALED[field] else value
    if unreadable:
        record["unreadable"] = sorted(unreadable)
    return record


def opener(lane: str, key_id: str, keys: KeyRing) -> Callable[[Mapping[str, bytes], int], bool]:
    """What tells whether all sealed fields of a record of a lane open with a key of the ring.

    It takes them by their names, and the number of the record, and raises nothing.
    """
    decrypt, own = keys.cipher(key_id, lane).decrypt, bytes.fromhex(lane)
    known = {field: (number, field.encode()) for field, number in _NUMBERS.items()}

    def opens(sealed: Mapping[str, bytes], sequence: int) -> bool:
        try:
            place = _place(own, sequence)
            for field, data in sealed.items():
                number, name = known[field]
                decrypt(_nonce(sequence, number), data, place + name)
        except Exception:  # noqa: BLE001 - whatever was done to it
            return False
        return True

    return opens


def from_json(data: bytes | str) -> Any:
    """What `to_json` has written, lone surrogates included.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        return msgspec.json.decode(data)
    except msgspec.MsgspecError:
        return json.loads(data)


def _plainer(value: object) -> str:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else repr(value)


def index_of(field: str, value: object, keys: KeyRing | None) -> bytes | None:
    """What a field is searched by, 16 bytes: its blind index under the active key. None for what is no text.

    Without keys it is a plain digest: the record is in clear beside it.
    """
    if not isinstance(value, str) or not value:
        return None
    return _plain(field, value) if keys is None else keys.index(keys.active, field, value)


def indexes_of(field: str, value: str, keys: KeyRing | None) -> list[bytes]:
    """All that a value may be stored under: old records have the index of the key that wrote them, and of the value as
    the policy of that time had it written."""
    found = []
    for text in spellings(field, value, keys):
        found += [_plain(field, text), *(keys.indexes(field, text) if keys is not None else ())]
    return found


def _plain(field: str, value: str) -> bytes:
    return hashlib.sha256(f"{field}\0{value.strip().casefold()}".encode("utf-8", "surrogatepass")).digest()[:16]
