"""Whether an export is what its manifest says, and whether the manifest is what was signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from failsoft.audit.entry import GENESIS, Entry, link
from failsoft.audit.exporting import signed_body

if TYPE_CHECKING:
    from failsoft.audit.keys import Verifier

__all__ = ["Checked", "check_manifest"]

_entry = msgspec.json.Decoder(Entry).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What holds of an export.

    Attributes:
        manifest: what it says.
        signed: its signature is that of the key that it names; None: it has none, or the key is not at hand.
        links: how many hashes were computed anew; only of stored entries.
    """

    manifest: Mapping[str, Any]
    signed: bool | None
    links: int


def check_manifest(path: Path, verifier: Verifier | None = None) -> Checked:
    """See that all files of an export are there, unchanged and complete, and that stored entries are chained.

    Parameters:
        path: of the manifest; its files lie beside it.
        verifier: knows the public keys.

    Raises:
        ValueError: something is not as the manifest says. One line.
        OSError: a file cannot be read.
    """
    manifest = _read(path)
    signed = _signed(manifest, verifier, path)
    links = 0
    for name, digest, records in _files(manifest, path):
        file = path.parent / name
        stored = manifest["form"] == "stored" and file.suffix == ".jsonl"
        found, count = hashlib.sha256(), 0
        heads: dict[str, tuple[int, bytes]] = {}
        with file.open("rb") as lines:
            for line in lines:
                found.update(line)
                count += 1
                if stored:
                    links += _linked(line, heads, name)
        if found.hexdigest() != digest:
            raise ValueError(f"{name!r} is not the file that the manifest names: its SHA-256 differs")
        if file.suffix == ".jsonl" and count != records:
            raise ValueError(f"{name!r} has {count} records, the manifest says {records}")
        if stored:
            _ends(heads, manifest, name)
    return Checked(manifest=manifest, signed=signed, links=links)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
        if found["type"] == "export" and found["version"] == 1 and found["form"] in ("opened", "stored"):
            ends = [(str(one["lane"]), int(one["last"]), bytes.fromhex(one["hash"])) for one in found["lanes"]]
            if isinstance(found["files"], list) and found["records"] >= len(ends):
                return dict(found)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise ValueError(f"{str(path)!r} is no manifest of an export")


def _signed(manifest: Mapping[str, Any], verifier: Verifier | None, path: Path) -> bool | None:
    text = manifest.get("signature")
    if verifier is None or text is None:
        return None
    try:
        signature = base64.b64decode(text, validate=True)
    except (binascii.Error, TypeError, ValueError):
        signature = b""
    good = verifier.verifies(manifest.get("key_id"), signed_body(manifest), signature)
    if good is False:
        raise ValueError(f"the signature of {str(path)!r} is wrong: it is not what was exported")
    return good


def _files(manifest: Mapping[str, Any], path: Path) -> Iterator[tuple[str, str, int]]:
    for one in manifest["files"]:
        try:
            name, digest, records = str(one["name"]), str(one["sha256"]), int(one.get("records", 0))
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ValueError(f"{str(path)!r} is no manifest of an export") from None
        if Path(name).name != name or name in ("", ".", ".."):
            raise ValueError(f"{str(path)!r} names a file elsewhere: {name!r}")
        yield name, digest, records


def _linked(line: bytes, heads: dict[str, tuple[int, bytes]], name: str) -> int:
    try:
        entry = _entry(line)
    except msgspec.MsgspecError:
        raise ValueError(f"{name!r} has a line that is no stored record") from None
    number, head = heads.get(entry.lane, (0, GENESIS))
    heads[entry.lane] = (entry.sequence, entry.hash)
    if entry.sequence != number + 1:
        return 0
    if link(head, entry) != entry.hash:
        raise ValueError(f"record {entry.sequence} of lane {entry.lane} was altered: its hash differs")
    return 1


def _ends(heads: Mapping[str, tuple[int, bytes]], manifest: Mapping[str, Any], name: str) -> None:
    for lane in manifest.get("lanes", ()):
        if heads.get(lane["lane"]) != (lane["last"], bytes.fromhex(lane["hash"])):
            raise ValueError(f"{name!r} does not end lane {lane['lane']} as the manifest says")
