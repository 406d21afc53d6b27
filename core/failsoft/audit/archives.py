"""Records put aside before they are removed, as they are stored; and the proof that a manifest covers what is removed.

A manifest is JSON: `files`, each with `name` and `sha256`. The files are lines of JSON, each with at least `lane`,
`sequence` and `hash` (hexadecimal digits or base 64) of a record.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from failsoft.audit.chains import stretch_of
from failsoft.audit.exporting import export
from failsoft.audit.purging import Stretch
from failsoft.audit.stores import ReadableStore, Stored

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["archive", "proven"]


class _Line(msgspec.Struct):
    lane: str
    sequence: int
    hash: str


_line = msgspec.json.Decoder(_Line).decode


class _Tally:
    """What was seen of a stretch, in whatever order: each record once, and a sum that is that of their hashes only."""

    def __init__(self, first: int, last: int) -> None:
        self._first, self._seen = first, bytearray((last - first) // 8 + 1)
        self.count, self.sum, self.twice = 0, 0, False

    def add(self, sequence: int, digest: bytes) -> None:
        byte, bit = divmod(sequence - self._first, 8)
        self.twice = self.twice or bool(self._seen[byte] & 1 << bit)
        self._seen[byte] |= 1 << bit
        self.count += 1
        what = hashlib.sha256(b"%d/" % sequence + digest).digest()
        self.sum = (self.sum + int.from_bytes(what, "big")) % 2**256


def archive(
    store: ReadableStore, stretches: Iterable[Stretch], directory: Path, now: int, keys: KeyRing | None = None
) -> Path:
    """Export records as they are stored, sealed fields sealed, into a directory. The path of the manifest.

    Parameters:
        directory: made if it is not there.
        now: microseconds since the Unix epoch.
        keys: sign the manifest.

    Raises:
        OSError: it cannot be written; a file is there already (`FileExistsError`) and was left as it is.
    """
    found = (Stored(0, entry) for one in stretches for entry in stretch_of(store, one.lane, one.first, one.last))
    return export(
        found, directory, keys=keys, form="stored", statements=lambda lane: store.statements(None, lane), now=now
    )


def proven(manifest: Path, stretches: Iterable[Stretch], store: ReadableStore) -> str:
    """See that an export holds exactly the records of some stretches, with the hashes that they have in the store.

    Returns:
        SHA-256 of the manifest, in hexadecimal digits.

    Raises:
        ValueError: it does not. One line.
        OSError: a file of it cannot be read.
    """
    body = manifest.read_bytes()
    try:
        files = [(str(one["name"]), str(one["sha256"])) for one in json.loads(body)["files"]]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{str(manifest)!r} is no manifest") from None
    wanted = list(stretches)
    tallies = {(one.lane, one.first): _Tally(one.first, one.last) for one in wanted}
    by_lane: dict[str, list[Stretch]] = {}
    for one in wanted:
        by_lane.setdefault(one.lane, []).append(one)
    for name, digest in files:
        _count(manifest.parent / Path(name).name, digest, by_lane, tallies)
    for one in wanted:
        there, kept = tallies[one.lane, one.first], _Tally(one.first, one.last)
        for entry in stretch_of(store, one.lane, one.first, one.last):
            kept.add(entry.sequence, entry.hash)
        if there.twice or (there.count, there.sum) != (kept.count, kept.sum):
            where = f"records {one.first} to {one.last} of lane {one.lane}"
            raise ValueError(f"the export does not hold {where} as they are in the store")
    return hashlib.sha256(body).hexdigest()


def _count(path: Path, digest: str, by_lane: dict[str, list[Stretch]], tallies: dict[tuple[str, int], _Tally]) -> None:
    found, json_lines = hashlib.sha256(), path.suffix in (".jsonl", ".ndjson")
    with path.open("rb") as lines:
        for line in lines:
            found.update(line)
            if not json_lines or not line.strip():
                continue
            try:
                said = _line(line)
                known = _digest(said.hash)
            except (msgspec.MsgspecError, ValueError):
                raise ValueError(f"{str(path)!r} has a line without lane, sequence and hash") from None
            for one in by_lane.get(said.lane, ()):
                if one.first <= said.sequence <= one.last:
                    tallies[one.lane, one.first].add(said.sequence, known)
    if found.hexdigest() != digest:
        raise ValueError(f"{str(path)!r} is not the file that the manifest names: its SHA-256 differs")


def _digest(text: str) -> bytes:
    try:
        return bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("no hash") from None
