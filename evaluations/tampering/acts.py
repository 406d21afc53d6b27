"""Ways to tamper with a trail, for somebody who may write whatever he likes into the tables and knows their form, and
who lacks the keys."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from evaluations.tampering.trail import KEYS, WRONG_KEYS, Made
from failsoft.audit.entry import COLUMNS, GENESIS, Entry, link
from failsoft.audit.statements import Statement, said, state

__all__ = ["ACTS", "Done", "Forger"]

_EVERY = ", ".join(COLUMNS)
_TEXTS = ("severity", "code", "endpoint", "error_id", "trace_id")


@dataclass(frozen=True, slots=True)
class Done:
    """What was done.

    Attributes:
        lane: where.
        first: the first record that is not what it was; None: it is about a statement.
        statement: the statement that is not what it was, or that is gone.
        relinked: from there on the chain was made anew, so that it holds in itself.
        cut: only what was at the end is gone.
    """

    lane: str
    first: int | None = None
    statement: str = ""
    relinked: bool = False
    cut: bool = False


class Forger:
    """Writes into a copy of the trail."""

    def __init__(self, made: Made, connection: sqlite3.Connection, rng: random.Random) -> None:
        self.made, self.sql, self.rng = made, connection, rng

    # --- what acts are made of

    def lane(self) -> str:
        return self.rng.choice(self.made.lanes)

    def spot(self, *, least: int = 1) -> tuple[str, int]:
        """A lane and a number in it, from `least` on, before the last."""
        lane = self.rng.choice([one for one in self.made.lanes if self.made.lengths[one] > least + 1])
        return lane, self.rng.randint(least, self.made.lengths[lane] - 1)

    def entries(self, lane: str) -> list[Entry]:
        rows = self.sql.execute(f"SELECT {_EVERY} FROM failsoft_audit WHERE lane = ? ORDER BY sequence", (lane,))
        return [Entry(**dict(zip(COLUMNS, row, strict=True))) for row in rows]

    def write(self, lane: str, entries: Iterable[Entry]) -> None:
        """Have these stand in the lane, and nothing else."""
        self.sql.execute("DELETE FROM failsoft_audit WHERE lane = ?", (lane,))
        rows = [tuple(getattr(entry, name) for name in COLUMNS) for entry in entries]
        marks = ", ".join("?" * len(COLUMNS))
        self.sql.executemany(f"INSERT INTO failsoft_audit ({_EVERY}) VALUES ({marks})", rows)
        if rows:
            last = rows[-1]
            values = (last[1], last[COLUMNS.index("hash")], lane)
            self.sql.execute("UPDATE failsoft_audit_lane SET sequence = ?, hash = ? WHERE lane = ?", values)

    def change(self, lane: str, sequence: int, **columns: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in columns)
        self.sql.execute(
            f"UPDATE failsoft_audit SET {names} WHERE lane = ? AND sequence = ?", (*columns.values(), lane, sequence)
        )

    def statements(self, kind: str, lane: str) -> list[Statement]:
        found = self.sql.execute(
            "SELECT type, lane, number, key_id, body, signature FROM failsoft_audit_statement "
            "WHERE type = ? AND lane = ? ORDER BY number", (kind, lane),
        )  # fmt: skip
        return [Statement(**dict(zip(Statement.__struct_fields__, row, strict=True))) for row in found]

    def put(self, statement: Statement) -> None:
        self.sql.execute(
            "INSERT OR REPLACE INTO failsoft_audit_statement (type, lane, number, key_id, body, signature) "
            "VALUES (?, ?, ?, ?, ?, ?)", tuple(getattr(statement, name) for name in Statement.__struct_fields__),
        )  # fmt: skip

    def drop_seals(self, lane: str, beyond: int) -> None:
        """Take away the seals that know a record beyond this one."""
        for one in self.statements("seal", lane):
            if said(one).last > beyond:  # type: ignore[union-attr]  # seals were asked for
                self.sql.execute(
                    "DELETE FROM failsoft_audit_statement WHERE type = 'seal' AND lane = ? AND number = ?",
                    (lane, one.number),
                )


def placed(entry: Entry, lane: str, sequence: int) -> Entry:
    """An entry that says it stands where it does."""
    record = json.loads(entry.record)
    record["lane"], record["sequence"] = lane, sequence
    text = json.dumps(record, separators=(",", ":"))
    return msgspec.structs.replace(entry, lane=lane, sequence=sequence, record=text)


def relinked(entries: Sequence[Entry], first: int, *, remac: bool) -> list[Entry]:
    """The chain made anew from a number on; with `remac` also signed, with a key that is not the one."""
    made = [entry for entry in entries if entry.sequence < first]
    previous = made[-1].hash if made else GENESIS
    for entry in entries[len(made) :]:
        previous = link(previous, entry)
        mac = WRONG_KEYS.mac(str(entry.key_id), entry.lane, previous) if remac else entry.mac
        made.append(msgspec.structs.replace(entry, hash=previous, mac=mac))
    return made


def edited(entry: Entry, rng: random.Random) -> Entry:
    """An entry with one thing changed in it."""
    which = rng.choice((*_TEXTS, "status", "at", "kind", "user_index", "record", "record"))
    old = getattr(entry, which)
    new: Any
    if which == "record":
        new = _flipped(old, rng)
    elif which in ("status", "at"):
        new = (old or 0) + rng.choice((-1, 1, 1000))
    elif which == "user_index":
        new = rng.randbytes(16)
    else:
        new = (old or "") + "x"
    return msgspec.structs.replace(entry, **{which: new})


def _flipped(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text))
    return text[:at] + rng.choice([c for c in 'x0":,' if c != text[at]]) + text[at + 1 :]


# --- acts


def edit(forger: Forger) -> Done:
    """a record is changed"""
    lane, number = forger.spot()
    entry = edited(forger.entries(lane)[number - 1], forger.rng)
    forger.change(lane, number, **{name: getattr(entry, name) for name in COLUMNS[2:]})
    return Done(lane, number)


def edit_relink(forger: Forger) -> Done:
    """a record is changed, and the hashes from there on are made anew"""
    return _edit_relink(forger, remac=False)


def edit_remac(forger: Forger) -> Done:
    """the same, with macs under a wrong key"""
    return _edit_relink(forger, remac=True)


def _edit_relink(forger: Forger, *, remac: bool) -> Done:
    lane, number = forger.spot()
    entries = forger.entries(lane)
    entries[number - 1] = _valid(entries[number - 1], forger.rng)
    forger.write(lane, relinked(entries, number, remac=remac))
    return Done(lane, number, relinked=True)


def _valid(entry: Entry, rng: random.Random) -> Entry:
    """Changed in a way that shows in no other way than by the hash."""
    record = json.loads(entry.record)
    record["release"] = rng.choice(("1", "2"))
    return msgspec.structs.replace(entry, code=f"{entry.code}X", record=json.dumps(record))


def delete(forger: Forger) -> Done:
    """a record is taken out"""
    lane, number = forger.spot()
    forger.sql.execute("DELETE FROM failsoft_audit WHERE lane = ? AND sequence = ?", (lane, number))
    return Done(lane, number)


def delete_renumber(forger: Forger) -> Done:
    """a record is taken out, and the ones after it are numbered anew"""
    lane, number = forger.spot()
    entries = forger.entries(lane)
    rest = [msgspec.structs.replace(entry, sequence=entry.sequence - 1) for entry in entries[number:]]
    forger.write(lane, entries[: number - 1] + rest)
    return Done(lane, number)


def delete_relink(forger: Forger) -> Done:
    """the same, with their words and hashes made anew, and macs under a wrong key"""
    lane, number = forger.spot()
    entries = forger.entries(lane)
    rest = [placed(entry, lane, entry.sequence - 1) for entry in entries[number:]]
    forger.write(lane, relinked(entries[: number - 1] + rest, number, remac=True))
    return Done(lane, number, relinked=True)


def insert_copy(forger: Forger) -> Done:
    """a copy of a record is put between others, which are numbered anew"""
    lane, number = forger.spot()
    entries = forger.entries(lane)
    copy = msgspec.structs.replace(forger.rng.choice(entries), sequence=number)
    rest = [msgspec.structs.replace(entry, sequence=entry.sequence + 1) for entry in entries[number - 1 :]]
    forger.write(lane, [*entries[: number - 1], copy, *rest])
    same = number < len(entries) and copy.record == entries[number - 1].record
    # a copy of the record itself is the record; what is after it is too much
    return Done(lane, number + 1 if same else number)


def insert_relink(forger: Forger) -> Done:
    """a forged record is put between others, everything made anew, macs under a wrong key"""
    lane, number = forger.spot()
    entries = forger.entries(lane)
    forged = placed(forger.rng.choice(entries), lane, number)
    forged = msgspec.structs.replace(forged, kind="invoice.paid")
    rest = [placed(entry, lane, entry.sequence + 1) for entry in entries[number - 1 :]]
    forger.write(lane, relinked([*entries[: number - 1], forged, *rest], number, remac=True))
    return Done(lane, number, relinked=True)


def append_forged(forger: Forger) -> Done:
    """a forged record is put at the end, its mac under a wrong key"""
    lane = forger.lane()
    entries = forger.entries(lane)
    number = len(entries) + 1
    entries.append(placed(msgspec.structs.replace(entries[-1], kind="invoice.paid"), lane, number))
    forger.write(lane, relinked(entries, number, remac=True))
    return Done(lane, number, relinked=True)


def insert_below(forger: Forger) -> Done:
    """a record is put before the first, with the number zero or less"""
    lane, number = forger.lane(), forger.rng.choice((0, -1, -7))
    entries = forger.entries(lane)
    forger.write(lane, [placed(entries[-1], lane, number), *entries])
    return Done(lane, number)


def swap(forger: Forger) -> Done:
    """two records change places"""
    lane, one = forger.spot()
    other = forger.rng.randint(one + 1, forger.made.lengths[lane])
    entries = forger.entries(lane)
    a, b = entries[one - 1], entries[other - 1]
    entries[one - 1] = msgspec.structs.replace(b, sequence=one)
    entries[other - 1] = msgspec.structs.replace(a, sequence=other)
    forger.write(lane, entries)
    return Done(lane, one)


def swap_relink(forger: Forger) -> Done:
    """two records change places, everything made anew, macs under a wrong key"""
    lane, one = forger.spot()
    other = forger.rng.randint(one + 1, forger.made.lengths[lane])
    entries = forger.entries(lane)
    a, b = entries[one - 1], entries[other - 1]
    entries[one - 1], entries[other - 1] = placed(b, lane, one), placed(a, lane, other)
    forger.write(lane, relinked(entries, one, remac=True))
    return Done(lane, one, relinked=True)


def truncate(forger: Forger) -> Done:
    """the end of a lane is cut off"""
    lane, number = forger.spot(least=2)
    forger.write(lane, forger.entries(lane)[: number - 1])
    return Done(lane, number, cut=True)


def truncate_all(forger: Forger) -> Done:
    """the end of a lane is cut off, with its seals"""
    lane, number = forger.spot(least=2)
    forger.write(lane, forger.entries(lane)[: number - 1])
    forger.drop_seals(lane, number - 1)
    return Done(lane, number, cut=True)


def behead(forger: Forger) -> Done:
    """the beginning of a lane is taken away"""
    lane, number = forger.spot()
    forger.sql.execute("DELETE FROM failsoft_audit WHERE lane = ? AND sequence <= ?", (lane, number))
    return Done(lane, 1)


def remove_lane(forger: Forger) -> Done:
    """a lane is taken out, with all its seals"""
    lane = forger.lane()
    for table in ("failsoft_audit", "failsoft_audit_lane", "failsoft_audit_statement"):
        forger.sql.execute(f"DELETE FROM {table} WHERE lane = ?", (lane,))
    return Done(lane, 1, cut=True)


def copy_lane(forger: Forger) -> Done:
    """a lane is copied under another name, everything made anew, macs under a wrong key"""
    lane, new = forger.lane(), f"{forger.rng.getrandbits(128):032x}"
    entries = [placed(entry, new, entry.sequence) for entry in forger.entries(lane)]
    forger.write(new, relinked(entries, 1, remac=True))
    return Done(new, 1, relinked=True)


def copy_lane_bare(forger: Forger) -> Done:
    """a lane is copied under another name"""
    lane, new = forger.lane(), f"{forger.rng.getrandbits(128):032x}"
    forger.write(new, [msgspec.structs.replace(entry, lane=new) for entry in forger.entries(lane)])
    return Done(new, 1)


def move_sealed(forger: Forger) -> Done:
    """sealed fields change places between two records"""
    lane, one = forger.spot(least=2)
    entries = forger.entries(lane)
    a, b = json.loads(entries[one - 1].record), json.loads(entries[one].record)
    a["sealed"], b["sealed"] = b.get("sealed"), a.get("sealed")
    forger.change(lane, one, record=json.dumps(a))
    forger.change(lane, one + 1, record=json.dumps(b))
    return Done(lane, one)


def shift_columns(forger: Forger) -> Done:
    """what stands in two columns changes places"""
    lane, number = forger.spot(least=2)
    entry = forger.entries(lane)[number - 1]
    forger.change(lane, number, code=entry.endpoint, endpoint=f"{entry.code}")
    return Done(lane, number)


def unsign(forger: Forger) -> Done:
    """the end of a lane is made anew as if there were no keys"""
    lane, number = forger.spot()
    entries = forger.entries(lane)
    entries[number - 1 :] = [
        msgspec.structs.replace(_valid(entry, forger.rng), key_id=None, mac=None) for entry in entries[number - 1 :]
    ]
    made = relinked(entries, number, remac=False)
    forger.write(lane, made)
    return Done(lane, number, relinked=True)


def unknown_key(forger: Forger) -> Done:
    """the end of a lane is made anew under a key that nobody has"""
    lane, number = forger.spot()
    entries = forger.entries(lane)
    entries[number - 1 :] = [msgspec.structs.replace(entry, key_id="2031-01") for entry in entries[number - 1 :]]
    forger.write(lane, relinked(entries, number, remac=False))
    return Done(lane, number, relinked=True)


def _a_seal(forger: Forger) -> Statement:
    lane = forger.rng.choice([one for one in forger.made.lanes if forger.made.seals[one]])
    return forger.rng.choice(forger.statements("seal", lane))


def resign(forger: Forger) -> Done:
    """a seal is changed and signed with a wrong key"""
    seal = _a_seal(forger)
    what = msgspec.structs.replace(said(seal), at=said(seal).at + 1)
    forger.put(state(what, WRONG_KEYS))
    return Done(seal.lane, statement=f"seal {seal.number}")


def edit_seal(forger: Forger) -> Done:
    """a seal is changed"""
    seal = _a_seal(forger)
    forger.put(msgspec.structs.replace(seal, body=seal.body.replace('"at":1', '"at":2', 1)))
    return Done(seal.lane, statement=f"seal {seal.number}")


def unsign_seal(forger: Forger) -> Done:
    """the signature of a seal is taken away"""
    seal = _a_seal(forger)
    forger.put(msgspec.structs.replace(seal, key_id=None, signature=None))
    return Done(seal.lane, statement=f"seal {seal.number}")


def replay(forger: Forger) -> Done:
    """a seal is put once more, under another number"""
    seal = _a_seal(forger)
    number = forger.rng.randint(1, len(forger.made.seals[seal.lane]) + 1)
    if number == seal.number:
        number = len(forger.made.seals[seal.lane]) + 1
    forger.put(msgspec.structs.replace(seal, number=number))
    return Done(seal.lane, statement=f"seal {number}")


def remove_seal(forger: Forger) -> Done:
    """a seal is taken out"""
    seal = _a_seal(forger)
    forger.sql.execute(
        "DELETE FROM failsoft_audit_statement WHERE type = 'seal' AND lane = ? AND number = ?",
        (seal.lane, seal.number),
    )
    return Done(seal.lane, statement=f"seal {seal.number}", cut=seal.number == len(forger.made.seals[seal.lane]))


def steal_tail_seal_by(forger: Forger) -> Done:
    """records are changed, and a seal signed with a wrong key covers them"""
    lane = forger.rng.choice([one for one in forger.made.lanes if forger.made.seals[one]])
    first, last = forger.rng.choice(forger.made.seals[lane])
    number = forger.rng.randint(first, last)
    entries = forger.entries(lane)
    entries[number - 1] = _valid(entries[number - 1], forger.rng)
    made = relinked(entries, number, remac=True)
    forger.write(lane, made)
    for one in forger.statements("seal", lane):
        what = said(one)
        if what.last >= number:  # type: ignore[union-attr]  # seals were asked for
            digest = made[what.last - 1].hash.hex()  # type: ignore[union-attr]
            forger.put(state(msgspec.structs.replace(what, hash=digest), WRONG_KEYS))
    return Done(lane, number, relinked=True)


ACTS: Sequence[Callable[[Forger], Done]] = (
    edit, edit_relink, edit_remac, delete, delete_renumber, delete_relink, insert_copy, insert_relink, append_forged,
    insert_below, swap, swap_relink, truncate, truncate_all, behead, remove_lane, copy_lane, copy_lane_bare,
    move_sealed, shift_columns, unsign, unknown_key, resign, edit_seal, unsign_seal, replay, remove_seal,
    steal_tail_seal_by,
)  # fmt: skip
"""Everything that is tried; the docstring of each says what it does."""
assert KEYS is not WRONG_KEYS
