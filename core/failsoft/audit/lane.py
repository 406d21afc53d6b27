"""The chain of one process: records become entries, stretches of entries become seals."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from failsoft.audit.entry import GENESIS, Entry, link_row
from failsoft.audit.fields import INDEXED, Sealer, index_of, to_json
from failsoft.audit.statements import Heads, Seal, Statement, Tombstone, said, state

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["Lane", "new_lane_id"]

Record = dict[str, Any]
_NOTHING: Mapping[str, Any] = {}
_MOST_STATUS = 32_767
"""What a database keeps in two bytes; a driver may cut what is more without a word."""


def new_lane_id(now: float) -> str:
    """A UUID of version 7 (RFC 9562, 5.7) as 32 hexadecimal digits.

    Its 74 random bits come from the operating system: a lane that is there twice would use a key and a nonce twice.
    """
    bits = secrets.randbits(74)
    head = (int(now * 1000) & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (bits >> 62) << 64
    return f"{head | 0b10 << 62 | bits & 0x3FFF_FFFF_FFFF_FFFF:032x}"


class Lane:
    """Numbers, seals and chains the records of one process. Used by one thread at a time; knows no clock and no store.

    Parameters:
        id: see `new_lane_id`.
        keys: None: nothing is signed, and the chain shows only what is not done with care.
        encrypt: seal what is sensitive; needs keys.

    Attributes:
        sequence: number of the last entry, 0 before the first.
        head: hash of the last entry.
        unsealed: how many entries no seal covers yet.
    """

    def __init__(self, id: str, *, keys: KeyRing | None, encrypt: bool) -> None:  # noqa: A002 - what it is
        if encrypt and keys is None:
            raise ValueError("encryption needs keys")
        self.id = id
        self._keys = keys
        self._key_id = None if keys is None else keys.active
        self._conceal = Sealer(id, keys) if encrypt and keys is not None else None
        self.sequence = 0
        self.head = GENESIS
        self._sealed = 0
        self._since, self._until = 0, 0
        self._numbers = {"seal": 0, "heads": 0, "tombstone": 0}
        self._previous = {"seal": "", "heads": "", "tombstone": ""}

    @classmethod
    def resumed(
        cls,
        id: str,  # noqa: A002 - as above
        keys: KeyRing | None,
        sealed: Statement | None,
        sequence: int,
        head: bytes,
        since: int,
        until: int,
    ) -> Lane:
        """A lane whose process is gone, to seal what it left unsealed. Nothing may be written into it any more.

        Parameters:
            sealed: its last seal.
            sequence, head: number and hash of its last entry.
            since, until: least and greatest time of what no seal covers, microseconds since the Unix epoch.
        """
        lane = cls(id, keys=keys, encrypt=False)
        lane.sequence, lane.head, lane._since, lane._until = sequence, head, since, until
        if sealed is not None:
            what = said(sealed)
            lane._sealed = what.last if isinstance(what, Seal) else 0
            lane._numbers["seal"], lane._previous["seal"] = sealed.number, sealed.digest
        return lane

    @property
    def unsealed(self) -> int:
        """How many entries no seal covers yet."""
        return self.sequence - self._sealed

    def encode(self, record: Record) -> Entry:
        """The entry of a record, which becomes the next of the chain. The record is used up.

        Parameters:
            record: plain values; `kind` and `at` (microseconds since the Unix epoch) are required.

        Raises:
            Exception: the record has another form; nothing of it is in the chain then.
        """
        keys, key_id, sequence = self._keys, self._key_id, self.sequence + 1
        at = record.pop("at")
        record["lane"], record["sequence"] = self.id, sequence
        error: Mapping[str, Any] = record.get("error") or _NOTHING
        request: Mapping[str, Any] = record.get("request") or _NOTHING
        user, client, asked = [index_of(name, request.get(member), keys) for name, member in INDEXED]
        if user is None:
            user = index_of("user", record.get("actor"), keys)
        kind, severity, code, endpoint, error_id, trace_id = [
            text if type(text) is str and text.isascii() and "\0" not in text else _storable(text)
            for text in (
                record["kind"], error.get("severity") or record.get("severity"), error.get("code"),
                record.get("endpoint"), error.get("id"), record.get("trace_id"),
            )
        ]  # fmt: skip
        status = (record.get("response") or _NOTHING).get("status")
        if type(status) is not int or not 0 <= status <= _MOST_STATUS:
            status = None
        if self._conceal is not None:
            self._conceal(record, sequence)
        text = to_json(record).decode()
        digest = link_row(self.head, (
            self.id, sequence, at, kind or "", severity, code, endpoint, status, error_id, trace_id,
            user, client, asked, key_id, text,
        ))  # fmt: skip
        entry = Entry(
            lane=self.id, sequence=sequence, at=at, kind=kind or "", severity=severity, code=code, endpoint=endpoint,
            status=status, error_id=error_id, trace_id=trace_id, user_index=user, client_index=client,
            request_index=asked, key_id=key_id, record=text, hash=digest,
            mac=None if keys is None or key_id is None else keys.mac(key_id, self.id, digest),
        )  # fmt: skip
        self._since = at if self.unsealed == 0 else min(self._since, at)
        self._until = at if self.unsealed == 0 else max(self._until, at)
        self.sequence, self.head = sequence, digest
        return entry

    def seal(self, at: int, heads: Mapping[str, tuple[int, bytes]], *, closing: bool = False) -> Statement:
        """Seal what no seal covers yet; there has to be something.

        Parameters:
            at: now, microseconds.
            heads: last number and hash of other lanes that are open.
            closing: nothing will follow.
        """
        made = self._state(
            Seal(
                **self._common("seal", at, heads),
                first=self._sealed + 1,
                last=self.sequence,
                since=self._since,
                until=self._until,
                hash=self.head.hex(),
                closing=closing,
            )
        )
        self._sealed = self.sequence
        return made

    def heads(self, at: int, heads: Mapping[str, tuple[int, bytes]]) -> Statement:
        """State how far this lane and others have come; see `seal`."""
        return self._state(Heads(**self._common("heads", at, heads), seals=self._numbers["seal"]))

    def tombstone(
        self,
        at: int,
        heads: Mapping[str, tuple[int, bytes]],
        *,
        seals: Sequence[Statement],
        reason: str,
        export: str = "",
    ) -> Statement:
        """State that the entries under some seals, one after the other of one lane, were removed.

        Parameters:
            at, heads: see `seal`.
            seals: of the removed entries, in order.
            reason: by which rule, or in whose words.
            export: SHA-256 of the manifest of the export they went into before.
        """
        first, last = said(seals[0]), said(seals[-1])
        if not isinstance(first, Seal) or not isinstance(last, Seal):
            raise TypeError("expected seals")
        what = Tombstone(
            **self._common("tombstone", at, heads),
            of=first.lane,
            first=first.first,
            last=last.last,
            seals=tuple(one.digest for one in seals),
            hash=last.hash,
            reason=reason,
            export=export,
        )
        return self._state(what)

    def _common(self, kind: str, at: int, heads: Mapping[str, tuple[int, bytes]]) -> dict[str, Any]:
        others = {lane: (number, digest.hex()) for lane, (number, digest) in heads.items() if lane != self.id}
        return {
            "lane": self.id,
            "number": self._numbers[kind] + 1,
            "at": at,
            "previous": self._previous[kind],
            "heads": others | {self.id: (self.sequence, self.head.hex())},
        }

    def _state(self, what: Seal | Heads | Tombstone) -> Statement:
        made = state(what, self._keys)
        self._numbers[made.type] = made.number
        self._previous[made.type] = made.digest
        return made


def _storable(text: object) -> str | None:
    """A text that every database takes: no NUL, no lone surrogates. None for what is no text."""
    return text.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(text, str) else None
