"""sqlite3 of the standard library."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import broken_file, fresh


@contextlib.contextmanager
def notes() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            "pragma foreign_keys = on;"
            "create table notes (id integer primary key, title text unique not null, stars int check (stars < 6));"
            "create table tags (note int references notes (id), tag text);"
            "create trigger keep before delete on notes begin select raise(abort, 'a note is never deleted'); end;"
            "insert into notes values (1, 'first', 5)"
        )
        yield connection


@contextlib.contextmanager
def file_of_notes() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "notes.db"))
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("create table notes (id integer primary key, title text)")
            connection.executemany("insert into notes (title) values (?)", [("x" * 500,)] * 50)
            connection.commit()
        yield path


@fresh("python", e.DUPLICATE)
def sqlite_title_taken() -> None:
    with notes() as connection:
        connection.execute("insert into notes (title) values ('first')")


@fresh("python", e.CONSTRAINT)
def sqlite_title_null() -> None:
    with notes() as connection:
        connection.execute("insert into notes (title) values (null)")


@fresh("python", e.Label("data_integrity", False, (400, 409, 422), "medium"))
def sqlite_note_missing() -> None:
    with notes() as connection:
        connection.execute("insert into tags values (77, 'red')")


@fresh("python", e.CONTENTION)
def sqlite_locked() -> None:
    with file_of_notes() as path, contextlib.closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("begin exclusive")
        with contextlib.closing(sqlite3.connect(path, timeout=0.05)) as connection:
            connection.execute("select count(*) from notes")


@fresh("python", e.SETUP)
def sqlite_table_missing() -> None:
    with notes() as connection:
        connection.execute("select * from attachments")


@fresh("python", e.SETUP)
def sqlite_cannot_open() -> None:
    sqlite3.connect("/nowhere/data/app.db")


@fresh("python", e.DAMAGED)
def sqlite_image_malformed() -> None:
    with file_of_notes() as path:
        content = bytearray(Path(path).read_bytes())
        content[4_096 : 4_096 * 3] = b"\xff" * 8_192
        Path(path).write_bytes(content)
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("select sum(length(title)) from notes").fetchall()


@fresh("python", e.DAMAGED, note="or a file that never was one: the path of a setting")
def sqlite_not_a_database() -> None:
    with broken_file(b"SQLite was here, and something wrote over it." * 100, "app.db") as path:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("select 1 from sqlite_master")


@fresh("python", e.FULL)
def sqlite_full() -> None:
    with notes() as connection:
        connection.execute("pragma max_page_count = 5")
        for _ in range(50):
            connection.execute("insert into tags values (1, ?)", ("x" * 2_000,))


@fresh("python", e.BUG)
def sqlite_of_another_thread() -> None:
    faults: list[BaseException] = []
    with notes() as connection:

        def use() -> None:
            try:
                connection.execute("select 1")
            except sqlite3.Error as fault:
                faults.append(fault)

        thread = threading.Thread(target=use)
        thread.start()
        thread.join()
    raise faults[0]


@fresh("python", e.BUG)
def sqlite_closed() -> None:
    with notes() as connection:
        connection.close()
        connection.execute("select 1")


@fresh("python", e.BUG)
def sqlite_bindings_do_not_fit() -> None:
    with notes() as connection:
        connection.execute("select * from notes where id = ? and title = ?", (1,))


@fresh("python", e.BUG)
def sqlite_type_not_supported() -> None:
    with notes() as connection:
        connection.execute("insert into notes (title) values (?)", (["a", "list"],))


@fresh("python", e.RULE)
def sqlite_trigger_refuses() -> None:
    with notes() as connection:
        connection.execute("delete from notes")


@fresh("python", e.DUPLICATE)
def sqlite_wrapped() -> None:
    class StorageError(Exception):
        pass

    try:
        sqlite_title_taken()
    except sqlite3.IntegrityError as fault:
        raise StorageError("note was not saved") from fault
