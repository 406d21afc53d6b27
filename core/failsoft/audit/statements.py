"""Signed statements about lanes: seals, heads and tombstones.

A statement is JSON, and its signature covers that JSON byte for byte (Ed25519, RFC 8032), so that an auditor checks it
with a public key and no secret.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["Heads", "Said", "Seal", "Statement", "Tombstone", "from_line", "said", "state", "to_line"]

VERSION = 1


class Said(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What a statement says.

    Attributes:
        version: of this form.
        lane: of the process that makes the statement.
        number: of this statement among those of its type in the lane, from 1 without gaps.
        at: microseconds since the Unix epoch.
        previous: SHA-256 of the body of the one before it, in hexadecimal digits; "" for the first.
        heads: the last number and hash (hexadecimal) of the lanes that wrote last, the own one included, by lane.
    """

    version: int = VERSION
    lane: str
    number: int
    at: int
    previous: str = ""
    heads: dict[str, tuple[int, str]]


class Seal(Said, frozen=True, kw_only=True, tag="seal"):
    """A stretch of the lane is finished. Kept in the store.

    Attributes:
        first, last: numbers of its entries; the first of one seal follows the last of the one before.
        since, until: least and greatest time of its entries, microseconds.
        hash: of the last entry, in hexadecimal digits.
        closing: the lane was closed in order: nothing follows.
    """

    first: int
    last: int
    since: int
    until: int
    hash: str
    closing: bool = False


class Heads(Said, frozen=True, kw_only=True, tag="heads"):
    """How far all lanes have come. Sent where the application cannot take it back: an anchor.

    Attributes:
        seals: how many seals the lane has made.
    """

    seals: int = 0


class Tombstone(Said, frozen=True, kw_only=True, tag="tombstone"):
    """Entries of a lane were removed because their time was over. Kept in the store.

    Attributes:
        of: the lane whose entries were removed.
        first, last: numbers of the removed entries: whole seals.
        seals: SHA-256 of the bodies of these seals, in hexadecimal digits.
        hash: of the last removed entry, which the next one is chained to.
        reason: by which rule, or in whose words.
        export: SHA-256 of the manifest of the export they went into before, in hexadecimal digits.
    """

    of: str
    first: int
    last: int
    seals: tuple[str, ...]
    hash: str
    reason: str
    export: str = ""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it is stored or sent.

    Attributes:
        type: `seal`, `heads` or `tombstone`.
        lane, number: as in the body.
        key_id: which key signed; None: nobody has.
        body: what is signed, JSON.
        signature: 64 bytes; None: there are no keys.
    """

    type: str
    lane: str
    number: int
    key_id: str | None
    body: str
    signature: bytes | None

    @property
    def digest(self) -> str:
        """SHA-256 of the body, in hexadecimal digits."""
        return hashlib.sha256(self.body.encode()).hexdigest()


_decoder: msgspec.json.Decoder[Seal | Heads | Tombstone] = msgspec.json.Decoder(Seal | Heads | Tombstone)


def state(what: Seal | Heads | Tombstone, keys: KeyRing | None) -> Statement:
    """A statement, signed with the active key if there are keys."""
    body = msgspec.json.encode(what)
    return Statement(
        type=what.__struct_config__.tag,  # type: ignore[arg-type]  # each has one
        lane=what.lane,
        number=what.number,
        key_id=None if keys is None else keys.active,
        body=body.decode(),
        signature=None if keys is None else keys.sign(body),
    )


def said(statement: Statement) -> Seal | Heads | Tombstone:
    """What a statement says.

    Raises:
        ValueError: it does not say anything of this form, or not what it is filed under.
    """
    try:
        what = _decoder.decode(statement.body)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a statement: {error}") from None
    if (what.__struct_config__.tag, what.lane, what.number) != (statement.type, statement.lane, statement.number):
        raise ValueError("not the statement that it is filed under")
    return what


def to_line(statement: Statement) -> str:
    """A statement as one line of JSON, for an anchor."""
    signature = None if statement.signature is None else base64.b64encode(statement.signature).decode()
    return json.dumps(
        {
            "type": statement.type,
            "lane": statement.lane,
            "number": statement.number,
            "key_id": statement.key_id,
            "body": statement.body,
            "signature": signature,
        }
    )


def from_line(line: str) -> Statement:
    """The statement of a line; what stands before the JSON, as in a log, is passed over. In a log that is JSON itself
    it is one of the texts.

    Raises:
        ValueError: it holds none.
    """
    try:
        begin = line.find('{"type"')
        found, _ = json.JSONDecoder().raw_decode(line, line.index("{") if begin < 0 else begin)
        if "signature" not in found:
            return from_line(next(text for text in found.values() if isinstance(text, str) and '"signature"' in text))
        statement = msgspec.convert(found | {"signature": None}, Statement)
        if found["signature"] is None:
            return statement
        signature = base64.b64decode(found["signature"], validate=True)
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, RecursionError, msgspec.MsgspecError):
        raise ValueError("no statement") from None
    return msgspec.structs.replace(statement, signature=signature)
