"""Imports, settings, logging, paths, classes and SQLite of the standard library."""

from __future__ import annotations

import abc
import collections
import configparser
import contextlib
import dataclasses
import enum
import gettext
import importlib
import importlib.util
import inspect
import logging
import logging.config
import os
import selectors
import shutil
import sqlite3
import sys
import tempfile
import warnings
import wsgiref.handlers
import zipimport
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from evaluations.classifier.raisers._fresh_a import DUPLICATE, RULE, fresh
from evaluations.classifier.raisers.scaffold_http import ABSENT, OUR_BUG, OUR_SETTINGS, UNREADABLE, Means

_VALUE = "a bug, also where the client's input led to it"
_OTHER = "a bug (system) is defensible"


# --- imports ----------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _modules(**files: str | bytes) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            file = Path(folder, name.replace("__so", ".so") if "__so" in name else f"{name}.py")
            file.write_bytes(content.encode() if isinstance(content, str) else content)
        sys.path.insert(0, folder)
        importlib.invalidate_caches()
        try:
            yield
        finally:
            sys.path.remove(folder)


@fresh("python", "imports_in_a_circle", OUR_SETTINGS, f"imports; {_OTHER}")
def _() -> None:
    first, second = (
        "from fresh_a_carts import Cart\nclass Order: ...",
        "from fresh_a_orders import Order\nclass Cart: ...",
    )
    with _modules(fresh_a_orders=first, fresh_a_carts=second):
        importlib.import_module("fresh_a_orders")


@fresh("python", "shared_library_cut", OUR_SETTINGS)
def _() -> None:
    with _modules(fresh_a_speedups__so=b"\x7fELF\x02\x01"):
        importlib.import_module("fresh_a_speedups")


@fresh("python", "plugin_with_a_syntax_error", OUR_BUG, "code of ours; configuration is defensible")
def _() -> None:
    with _modules(fresh_a_plugin="def tax(order)\n    return 0\n"):
        importlib.import_module("fresh_a_plugin")


@fresh("python", "plugin_indented_wrongly", OUR_BUG, "code of ours; configuration is defensible")
def _() -> None:
    with _modules(fresh_a_indented="def tax(order):\nreturn 0\n"):
        importlib.import_module("fresh_a_indented")


@fresh("python", "plugin_needs_what_is_not_installed", OUR_SETTINGS)
def _() -> None:
    with _modules(fresh_a_needy="import failsoft_fresh_barcodes\n"):
        importlib.import_module("fresh_a_needy")


@fresh("python", "archive_of_code_is_none", OUR_SETTINGS)
def _() -> None:
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        zipimport.zipimporter(file.name)


@fresh("python", "not_a_package", OUR_SETTINGS)
def _() -> None:
    importlib.import_module("json.decoder.strict")


@fresh("python", "backend_named_in_settings_missing", OUR_SETTINGS, "a setting names it, told by an AttributeError")
def _() -> None:
    class InvalidBackendSetting(Exception):
        """What our own loader says."""

    try:
        importlib.import_module("json").RedisBackend
    except AttributeError as exc:
        raise InvalidBackendSetting("CACHE_BACKEND = json.RedisBackend") from exc


# --- settings and logging ---------------------------------------------------------------------------------------------
def _settings(text: str, **more: Any) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(**more)
    parser.read_string(text)
    return parser


@fresh("python", "ini_percent_in_a_value", OUR_SETTINGS)
def _() -> None:
    _settings("[db]\nurl = postgresql://shop:a%40b@db.example.test/shop\n").get("db", "url")


@fresh("python", "ini_not_an_integer", OUR_SETTINGS, "a ValueError, and the traceback says that it is of a setting")
def _() -> None:
    _settings("[db]\npool = many\n").getint("db", "pool")


@fresh("python", "ini_section_by_key", OUR_SETTINGS, "a KeyError, and the traceback says that it is of a setting")
def _() -> None:
    _settings("[db]\npool = 5\n")["cache"]


@fresh("python", "ini_value_of_a_number", OUR_BUG)
def _() -> None:
    value: Any = 5
    _settings("[db]\npool = 5\n").set("db", "pool", value)


@fresh("python", "logging_file_without_sections", OUR_SETTINGS)
def _() -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as file:
        file.write("[loggers]\nkeys=root\n[handlers]\nkeys=\n[formatters]\nkeys=\n[logger_shop]\nlevel=INFO\n")
        file.flush()
        logging.config.fileConfig(file.name)


@fresh("python", "logging_folder_missing", OUR_SETTINGS)
def _() -> None:
    handler = {"class": "logging.FileHandler", "filename": "/var/log/failsoft-fresh/shop.log"}
    logging.config.dictConfig({"version": 1, "handlers": {"file": handler}})


@fresh("python", "logging_level_unknown", OUR_SETTINGS, f"a setting of the environment; {_OTHER}")
def _() -> None:
    logging.getLogger("shop").setLevel("VERBOSE")


@fresh("python", "translations_missing", OUR_SETTINGS)
def _() -> None:
    gettext.translation("shop", "/srv/shop/locale", languages=["de"])


@fresh("python", "translations_malformed", OUR_SETTINGS, "a file of the installation; data_integrity is defensible")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder, "de", "LC_MESSAGES")
        where.mkdir(parents=True)
        (where / "shop.mo").write_bytes(b"msgid and msgstr")
        gettext.translation("shop", folder, languages=["de"])


@fresh("python", "no_folder_for_temporary_files", OUR_SETTINGS, "nowhere may be written; resource is defensible")
def _() -> None:
    with mock.patch.object(tempfile, "_candidate_tempdir_list", lambda: ["/failsoft-fresh"]):
        with mock.patch.object(tempfile, "tempdir", None):
            tempfile.mkdtemp()


@fresh("python", "environment_of_a_number", OUR_BUG)
def _() -> None:
    retries: Any = 3
    os.environ["FAILSOFT_FRESH_RETRIES"] = retries


@fresh("python", "missing_setting_from_variable", OUR_SETTINGS)
def _() -> None:
    try:
        os.environ["FAILSOFT_FRESH_BROKER_URL"]
    except KeyError as exc:
        raise RuntimeError("worker cannot start") from exc


@fresh("python", "warning_is_an_error", OUR_BUG, "a deprecated call of ours under -W error")
def _() -> None:
    import locale

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        locale.getdefaultlocale()


# --- paths and files --------------------------------------------------------------------------------------------------
@fresh("python", "path_outside_of_a_folder", OUR_BUG, _VALUE)
def _() -> None:
    Path("/srv/uploads/../../etc/passwd").resolve().relative_to("/srv/uploads")


@fresh("python", "copies_of_some_files_failed", OUR_BUG, "a link to what is not there")
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a").mkdir()
        Path(folder, "a", "theme.css").symlink_to("/failsoft-fresh/theme.css")
        shutil.copytree(f"{folder}/a", f"{folder}/b")


@fresh("python", "archive_of_no_known_kind", OUR_BUG)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.make_archive(f"{folder}/a", "rar", folder)


@fresh("python", "invoice_not_found_from_no_file", ABSENT, "the domain's own word for it")
def _() -> None:
    class InvoiceNotFound(Exception):
        """What our own store of documents says."""

    try:
        Path("/srv/invoices/2026-17.pdf").read_bytes()
    except FileNotFoundError as exc:
        raise InvoiceNotFound("2026-17") from exc


@fresh("python", "descriptor_not_registered", OUR_BUG)
def _() -> None:
    selectors.DefaultSelector().unregister(0)


# --- classes and collections ------------------------------------------------------------------------------------------
@fresh("python", "abstract_method_missing", OUR_BUG)
def _() -> None:
    class Gateway(abc.ABC):
        @abc.abstractmethod
        def charge(self) -> None:
            """To be written."""

    class Stub(Gateway):
        """Without it."""

    made: Any = Stub
    made()


@fresh("python", "enum_by_an_unknown_name", OUR_BUG, _VALUE)
def _() -> None:
    kinds: Any = enum.EnumMeta.__call__(enum.Enum, "Size", ["S", "M"])
    kinds["XXL"]


@fresh("python", "dataclass_argument_missing", OUR_BUG)
def _() -> None:
    line: Any = dataclasses.make_dataclass("Line", [("sku", str), ("quantity", int)])
    line(sku="a")


@fresh("python", "dataclass_of_a_dict", OUR_BUG)
def _() -> None:
    line: Any = {"sku": "a"}
    dataclasses.asdict(line)


@fresh("python", "signature_not_satisfied", OUR_BUG)
def _() -> None:
    def charge(amount: int, currency: str) -> None:
        """Called by name."""

    inspect.signature(charge).bind(amount=3)


@fresh("python", "deque_empty", OUR_BUG)
def _() -> None:
    collections.deque[int]().popleft()


@fresh("python", "deque_changed_while_iterating", OUR_BUG)
def _() -> None:
    jobs = collections.deque([1, 2])
    for job in jobs:
        jobs.append(job)


@fresh("python", "name_unknown_in_an_expression", OUR_BUG)
def _() -> None:
    eval(compile("net * vat_rate", "<price rule>", "eval"), {"net": 3})


@fresh("python", "wsgi_headers_twice", OUR_BUG)
def _() -> None:
    handler = wsgiref.handlers.SimpleHandler(sys.stdin.buffer, sys.stdout.buffer, sys.stderr, {})
    handler.setup_environ()
    handler.start_response("200 OK", [])
    handler.start_response("404 Not Found", [])


# --- SQLite -----------------------------------------------------------------------------------------------------------
def _sqlite(*statements: str) -> None:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = on")
        for statement in statements:
            connection.execute(statement)


_PLANS: dict[str, tuple[Means, tuple[str, ...]]] = {
    "commit_without_a_transaction": (OUR_BUG, ("COMMIT",)),
    "vacuum_in_a_transaction": (OUR_BUG, ("BEGIN", "VACUUM")),
    "values_of_another_number": (OUR_BUG, ("CREATE TABLE a (b, c)", "INSERT INTO a VALUES (1, 2, 3)")),
    "table_there_already": (OUR_SETTINGS, ("CREATE TABLE a (b)", "CREATE TABLE a (b)")),
    "foreign_key_mismatch": (
        OUR_SETTINGS,
        ("CREATE TABLE a (b)", "CREATE TABLE c (d REFERENCES a (b))", "DELETE FROM a"),
    ),
    "collation_unknown": (OUR_SETTINGS, ("SELECT 'a' ORDER BY 1 COLLATE german",)),
    "expression_too_deep": (OUR_BUG, ("SELECT " + "1+" * 1_200 + "1",)),
    "too_many_attached": (OUR_BUG, tuple(f"ATTACH ':memory:' AS a{number}" for number in range(12))),
    "aggregate_in_where": (OUR_BUG, ("CREATE TABLE a (b)", "SELECT b FROM a WHERE max(b) > 1")),
}
_NOTES = {
    "table_there_already": "a migration that ran before; a bug is defensible",
    "too_many_attached": "a limit that our code should know; resource is defensible",
    "foreign_key_mismatch": f"the schema; {_OTHER}",
    "collation_unknown": f"nobody registered it, as a module; {_OTHER}",
}
for _name, (_means, _plan) in _PLANS.items():
    fresh("python", f"sqlite_{_name}", _means, _NOTES.get(_name, ""))(lambda plan=_plan: _sqlite(*plan))


@fresh("python", "sqlite_column_of_a_row_unknown", OUR_BUG)
def _() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("SELECT 1 AS id").fetchone()["email"]


@fresh("python", "sqlite_cursor_closed", OUR_BUG)
def _() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        cursor = connection.execute("SELECT 1")
        cursor.close()
        cursor.fetchall()


@fresh("python", "sqlite_booking_overlap_from_unique", RULE, "the domain's own word for it")
def _() -> None:
    class RoomAlreadyBooked(Exception):
        """What our own service says."""

    try:
        _sqlite("CREATE TABLE b (room UNIQUE)", "INSERT INTO b VALUES (4)", "INSERT INTO b VALUES (4)")
    except sqlite3.IntegrityError as exc:
        raise RoomAlreadyBooked("room 4") from exc


@fresh("python", "runtime_error_from_sqlite_unique", DUPLICATE)
def _() -> None:
    try:
        _sqlite("CREATE TABLE b (email UNIQUE)", "INSERT INTO b VALUES ('a')", "INSERT INTO b VALUES ('a')")
    except sqlite3.IntegrityError as exc:
        raise RuntimeError("sign-up") from exc


@fresh("python", "sqlite_stored_json_torn", UNREADABLE, "the domain's exception says what was read")
def _() -> None:
    import json

    class CorruptDocument(Exception):
        """What our own repository says."""

    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        (text,) = connection.execute("""SELECT '{"lines": [1, '""").fetchone()
    try:
        json.loads(text)
    except json.JSONDecodeError as exc:
        raise CorruptDocument("order 17") from exc
