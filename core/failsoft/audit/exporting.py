"""Exports of records: lines of JSON and CSV, with a signed manifest that says what they are.

*Opened* exports are for people: what is sealed is opened. *Stored* ones are for proof: every entry is as it is in the
store, sealed and chained, and the signed statements about its lanes are beside it.

A manifest is JSON. Its signature (Ed25519, RFC 8032) covers the JSON of all but `signature`, with sorted keys, without
spaces and in ASCII.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from failsoft.audit.asking import iso_of
from failsoft.audit.entry import Entry
from failsoft.audit.fields import to_json
from failsoft.audit.new_files import NewFile
from failsoft.audit.statements import Statement, to_line
from failsoft.audit.stores import Stored
from failsoft.audit.views import mapping_of
from failsoft.deferred import as_pattern

if TYPE_CHECKING:
    from failsoft.audit.keys import KeyRing

__all__ = ["COLUMNS", "FORMATS", "MANIFEST", "Form", "export", "signed_body"]

Form = Literal["opened", "stored"]
MANIFEST: Final = "manifest.json"
STATEMENTS: Final = "statements.txt"
"""No lines of records, so its name does not end as theirs do."""

COLUMNS: Final = (
    "timestamp", "kind", "severity", "code", "endpoint", "status", "error_id", "trace_id", "service", "environment",
    "host", "worker", "lane", "sequence", "request.method", "request.path", "request.client", "request.user",
    "request.request_id", "error.type", "error.message", "response.result", "actor", "record",
)  # fmt: skip
"""Of a CSV file. `record` is the whole of it as JSON."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
_WITHIN: Final = as_pattern('([;\t\r\n][ "]*)(?=[=+@＝＋－＠-])')
_WITHIN_JSON: Final = as_pattern(r'(;(?: |\\")*)([=+@＝＋－＠-])')


@dataclass(slots=True)
class _Lane:
    """What was exported of a lane."""

    first: int
    last: int
    records: int = 0
    hash: str = ""


@dataclass(slots=True)
class _Tally:
    """What went into all files."""

    records: int = 0
    since: int | None = None
    until: int | None = None
    lanes: dict[str, _Lane] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Count it in. Raises ValueError where it has not the form that every record has."""
        if entry.at.__class__ is not int or entry.sequence.__class__ is not int or entry.hash.__class__ is not bytes:
            where = f"record {entry.sequence!r} of lane {entry.lane!r}"
            raise ValueError(f"{where} has not the form that it was written in: verify says what was altered")
        self.records += 1
        self.since = entry.at if self.since is None else min(self.since, entry.at)
        self.until = entry.at if self.until is None else max(self.until, entry.at)
        lane = self.lanes.setdefault(entry.lane, _Lane(entry.sequence, 0))
        lane.records += 1
        lane.first = min(lane.first, entry.sequence)
        if entry.sequence > lane.last:
            lane.last, lane.hash = entry.sequence, entry.hash.hex()


class _File:
    """A new file, and the digest of what was written into it."""

    def __init__(self, path: Path) -> None:
        self.path, self.size, self.records = path, 0, 0
        self._digest = hashlib.sha256()
        self._new = NewFile(path)

    def write(self, line: bytes, records: int = 1) -> None:
        self._digest.update(line)
        self._new.write(line)
        self.size += len(line)
        self.records += records

    def end(self) -> dict[str, Any]:
        self._new.end()
        what = {"name": self.path.name, "sha256": self._digest.hexdigest(), "bytes": self.size}
        return what | {"records": self.records} if self.records else what

    def remove(self) -> None:
        self._new.remove()


def export(
    found: Iterable[Stored],
    directory: Path,
    *,
    keys: KeyRing | None = None,
    form: Form = "opened",
    formats: Sequence[str] = ("jsonl",),
    statements: Callable[[str], Iterable[Statement]] = lambda _: (),
    about: Mapping[str, Any] | None = None,
    now: int = 0,
) -> Path:
    """Write records into new files of a directory, and a manifest that names them, signed with the active key.

    Nothing is overwritten. What was begun is taken away again if it cannot be finished.

    Parameters:
        found: the entries, of each lane in order.
        directory: made if it is not there, for its owner only.
        keys: open what is sealed, and sign; without them there is no signature.
        form: `stored` keeps entries as they are, and needs the format `jsonl`.
        formats: `jsonl`, `csv`.
        statements: what was signed about a lane; written beside stored entries.
        about: what else the manifest is to say, as `service`.
        now: microseconds since the Unix epoch.

    Returns:
        The path of the manifest.

    Raises:
        FileExistsError: one of the files is there already; its `filename` says which.
        OSError: it cannot be written.
        ValueError: a format that is not known, or that entries cannot be stored in.
    """
    unknown = set(formats) - set(FORMATS if form == "opened" else ("jsonl",))
    if unknown or not formats:
        raise ValueError(f"cannot export records as {', '.join(sorted(unknown)) or 'nothing'} in the form {form!r}")
    names = [MANIFEST, *(f"records.{name}" for name in formats), *([STATEMENTS] if form == "stored" else ())]
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in names:
        if (directory / name).exists():
            raise FileExistsError(17, "there already", str(directory / name))
    files: list[_File] = []
    try:
        tally, written = _records(found, directory, files, keys, form, dict.fromkeys(formats))
        if form == "stored":
            written.append(_statements(directory, files, tally.lanes, statements))
        manifest = _File(directory / MANIFEST)
        files.append(manifest)
        what = _manifest(tally, written, form, about or {}, now)
        manifest.write(json.dumps(_signed(what, keys), indent=2).encode() + b"\n", 0)
        manifest.end()
    except BaseException:
        for file in files:
            file.remove()
        raise
    return directory / MANIFEST


def _records(
    found: Iterable[Stored],
    directory: Path,
    files: list[_File],
    keys: KeyRing | None,
    form: Form,
    formats: Iterable[str],
) -> tuple[_Tally, list[dict[str, Any]]]:
    tally, outs = _Tally(), []
    for name in formats:
        out = _File(directory / f"records.{name}")
        files.append(out)
        make = _stored if form == "stored" else FORMATS[name]
        if name == "csv":
            out.write(_csv_line(COLUMNS), 0)
        outs.append((out, make))
    for stored in found:
        tally.add(stored.entry)
        for out, make in outs:
            out.write(make(stored, keys))
    return tally, [out.end() for out, _ in outs]


def _statements(
    directory: Path, files: list[_File], lanes: Iterable[str], statements: Callable[[str], Iterable[Statement]]
) -> dict[str, Any]:
    out = _File(directory / STATEMENTS)
    files.append(out)
    for lane in lanes:
        for statement in statements(lane):
            out.write(to_line(statement).rstrip("\n").encode() + b"\n", 0)
    return out.end()


def _manifest(
    tally: _Tally, files: list[dict[str, Any]], form: Form, about: Mapping[str, Any], now: int
) -> dict[str, Any]:
    lanes = [
        {"lane": lane, "first": one.first, "last": one.last, "records": one.records, "hash": one.hash}
        for lane, one in sorted(tally.lanes.items())
    ]
    return {
        "type": "export",
        "version": 1,
        "at": now,
        "made": iso_of(now),
        "form": form,
        **about,
        "records": tally.records,
        "since": None if tally.since is None else iso_of(tally.since),
        "until": None if tally.until is None else iso_of(tally.until),
        "files": files,
        "lanes": lanes,
    }


def _signed(manifest: dict[str, Any], keys: KeyRing | None) -> dict[str, Any]:
    if keys is None:
        return manifest | {"key_id": None, "signature": None}
    manifest["key_id"] = keys.active
    return manifest | {"signature": base64.b64encode(keys.sign(signed_body(manifest))).decode()}


def signed_body(manifest: Mapping[str, Any]) -> bytes:
    """What the signature of a manifest covers."""
    what = {name: value for name, value in manifest.items() if name != "signature"}
    return json.dumps(what, sort_keys=True, separators=(",", ":")).encode("ascii")


def _stored(stored: Stored, keys: KeyRing | None) -> bytes:  # noqa: ARG001 - as the others
    return msgspec.json.encode(stored.entry) + b"\n"


def _opened(stored: Stored, keys: KeyRing | None) -> bytes:
    return to_json(mapping_of(stored, keys) | {"hash": stored.entry.hash.hex()}) + b"\n"


def _row(stored: Stored, keys: KeyRing | None) -> bytes:
    found = mapping_of(stored, keys)
    cells = [_member(found, name) for name in COLUMNS[:-1]]
    return _csv_line([*map(_safe, cells), _whole(found)])


FORMATS: Final[Mapping[str, Callable[[Stored, KeyRing | None], bytes]]] = {"jsonl": _opened, "csv": _row}
"""What an opened record can be written as."""


def _member(found: Mapping[str, Any], name: str) -> object:
    value: object = found
    for step in name.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _safe(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: a text that begins like one gets an apostrophe in front, also
    within it where one begins that separates by semicolons or tabs."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return _whole(value)
    text = _WITHIN.sub(r"\1'", value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _whole(value: object) -> str:
    """JSON in a cell; within it what could begin a formula is escaped, so that it is the same value still."""
    text = to_json(value).decode("utf-8", "replace")
    return _WITHIN_JSON.sub(lambda found: f"{found[1]}\\u{ord(found[2]):04x}", text)


def _csv_line(cells: Iterable[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([cell.replace("\0", "") for cell in cells])
    return out.getvalue().encode("utf-8", "backslashreplace")
