"""What is known of a lane beside its records: seals, what other statements say of its hashes, and tombstones."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple

from failsoft.audit.entry import GENESIS
from failsoft.audit.findings import Finding
from failsoft.audit.statements import Seal, said
from failsoft.audit.stores import ReadableStore
from failsoft.audit.witnesses import Grave, Judge, Witness, Witnesses

__all__ = ["Checkpoints", "Word"]

_NONE = 2**63


class Word(NamedTuple):
    """Somebody's word on the hash of a record.

    Attributes:
        signed: by a key that is at hand.
        anchor: it comes from out of the store.
    """

    hash: bytes
    who: str
    signed: bool
    anchor: bool


class Checkpoints:
    """What is known of one lane, in the order of its records. Seals are read as the walk comes to them.

    Parameters:
        find: is told of tombstones that nothing bears out.
    """

    def __init__(
        self, lane: str, store: ReadableStore, witnesses: Witnesses, judge: Judge, find: Callable[[Finding], None]
    ) -> None:
        self._lane, self._store, self._witnesses, self._judge = lane, store, witnesses, judge
        stated = [(n, w, False) for n, w in witnesses.seals.get(lane, {}).items()]
        stated += [(n, w, True) for n, w in witnesses.anchors.get(lane, {}).items()]
        self._stated: list[tuple[int, Witness, bool]] = sorted(stated, key=lambda one: one[0], reverse=True)
        self.graves = [grave for grave in witnesses.graves.get(lane, ()) if self._borne_out(grave, find)]
        """Tombstones that the seals in the store bear out, by their records."""
        self.graves.sort(key=lambda grave: grave.said.first)
        self._seals = self._read_seals()
        self._seal = next(self._seals, None)

    def close(self) -> None:
        """Let go of the store."""
        self._seals.close()

    def skip(self, since: int | None) -> tuple[bytes, int, int]:
        """Pass over what was sealed before a time.

        Returns:
            The hash of the last record that is passed over, the number of the next, and up to where it was signed.
        """
        previous, expected, signed = GENESIS, 1, 0
        while since is not None and self._seal is not None and self._seal[0].until < since:
            what, _, known = self._seal
            previous, expected, signed = _bytes(what.hash), what.last + 1, what.last if known else signed
            self._seal = next(self._seals, None)
        return previous, expected, signed

    def ahead(self, sequence: int) -> int:
        """The next number that somebody has a word on, from this one on; what is before it is left behind."""
        while self._stated and self._stated[-1][0] < sequence:
            self._stated.pop()
        while self._seal is not None and self._seal[0].last < sequence:
            self._seal = next(self._seals, None)
        return min(self._stated[-1][0] if self._stated else _NONE, _NONE if self._seal is None else self._seal[0].last)

    def at(self, sequence: int) -> list[Word]:
        """Everybody's word on a record."""
        words = []
        if self._seal is not None and self._seal[0].last == sequence:
            what, _, known = self._seal
            words.append(Word(_bytes(what.hash), f"seal {what.number}", known, anchor=False))
        while self._stated and self._stated[-1][0] == sequence:
            _, witness, anchor = self._stated.pop()
            words.append(Word(witness.hash, witness.who, witness.signed, anchor))
        return words

    def beyond(self, end: int) -> tuple[int, str, int | None] | None:
        """The greatest number after the end that somebody has a word on, who, and when he said it."""
        found: list[tuple[int, str, int | None]] = [(n, w.who, w.at) for n, w, _ in self._stated[:1]]
        while self._seal is not None:
            what = self._seal[0]
            found = [*found[:1], (what.last, f"seal {what.number}", what.at)]
            found.sort(key=lambda one: one[0], reverse=True)
            self._seal = next(self._seals, None)
        return found[0] if found and found[0][0] > end else None

    def buried(self, number: int) -> Grave | None:
        """The tombstone at the end of what was removed in order, from this number on; None: this one was not."""
        last = None
        for grave in self.graves:
            if grave.said.first <= number <= grave.said.last:
                last, number = grave, grave.said.last + 1
        return last

    def _read_seals(self) -> Generator[tuple[Seal, str, bool], None, None]:
        for statement in self._store.statements("seal", self._lane):
            if ("seal", self._lane, statement.number) in self._witnesses.refused:
                continue
            try:
                what = said(statement)
            except (ValueError, TypeError):
                continue
            if isinstance(what, Seal):
                yield what, statement.digest, self._judge.knows(statement.key_id)

    def _borne_out(self, grave: Grave, find: Callable[[Finding], None]) -> bool:
        """Whether the seals that are in the store are those that the tombstone names."""
        what, digests, end, signed = grave.said, [], 0, False
        for seal, digest, known in self._read_seals():
            if what.first <= seal.first and seal.last <= what.last:
                digests.append(digest)
                end = seal.last if seal.hash == what.hash else 0
                signed = signed or known
        good = tuple(digests) == what.seals and end == what.last
        if good and (grave.signed or not signed):
            return True
        find(
            Finding(
                kind="forged",
                lane=self._lane,
                first=what.first,
                last=what.last,
                statement=grave.name,
                since=what.at,
                words="the tombstone is not signed with a known key, and what it is about was"
                if good
                else "the tombstone names other seals than those that are there",
            )
        )
        return False


def _bytes(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return b""
