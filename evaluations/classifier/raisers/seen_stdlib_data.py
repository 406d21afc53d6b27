"""Parsers and codecs of the standard library: what a client uploads, what a store holds, what our settings say."""

from __future__ import annotations

import ast
import configparser
import csv
import datetime as dt
import decimal
import email
import email.policy
import email.utils
import http.cookiejar
import io
import json
import logging.config
import mailbox
import netrc
import pickle
import struct
import tarfile
import tempfile
import tomllib
import urllib.parse
import uuid
import wave
import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax
import zipfile
import zoneinfo
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evaluations.classifier.raisers.scaffold_http import (
    CONTENTION,
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    UNREADABLE,
    Means,
    add,
)

_PARSER = "a library's parser in a view is taken to read the client's input"
_VALUE = "a bug, also where the client's input led to it"


def _put(name: str, means: Means, note: str = "") -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def register(raiser: Callable[[], Any]) -> Callable[[], Any]:
        add("python", name, means, raiser, **({"note": note} if note else {}))
        return raiser

    return register


# --- JSON and TOML ----------------------------------------------------------------------------------------------------
@_put("json_byte_order_mark", UNPARSABLE, _PARSER)
def _() -> None:
    json.loads('\ufeff{"a": 1}')


@_put("json_of_latin_bytes", UNPARSABLE, _PARSER)
def _() -> None:
    json.loads('{"name": "Zoë"}'.encode("latin-1"))


@_put("json_control_character", UNPARSABLE, _PARSER)
def _() -> None:
    json.loads('{"name": "a\nb"}')


@_put("json_nan_not_allowed", OUR_BUG)
def _() -> None:
    json.dumps({"mean": float("nan")}, allow_nan=False)


@_put("json_key_is_a_tuple", OUR_BUG)
def _() -> None:
    json.dumps({("a", 1): 2})


@_put("json_of_a_saved_session", UNREADABLE, "the domain's exception says what was read")
def _() -> None:
    class CorruptSessionData(Exception):
        """What our own session store says."""

    try:
        json.loads('{"cart": [1, 2')
    except json.JSONDecodeError as exc:
        raise CorruptSessionData("stored session 17 cannot be decoded") from exc


@_put("toml_key_twice", UNPARSABLE, _PARSER)
def _() -> None:
    tomllib.loads("port = 1\nport = 2\n")


# --- settings ---------------------------------------------------------------------------------------------------------
@_put("ini_section_twice", OUR_SETTINGS)
def _() -> None:
    configparser.ConfigParser().read_string("[db]\nhost = a\n[db]\nhost = b\n")


@_put("ini_option_twice", OUR_SETTINGS)
def _() -> None:
    configparser.ConfigParser().read_string("[db]\nhost = a\nhost = b\n")


@_put("ini_cannot_parse", OUR_SETTINGS)
def _() -> None:
    configparser.ConfigParser().read_string("[db]\nhost\n")


@_put("ini_interpolation_without_end", OUR_SETTINGS)
def _() -> None:
    parser = configparser.ConfigParser()
    parser.read_string("[db]\na = %(b)s\nb = %(a)s\n")
    parser.get("db", "a")


@_put("ini_not_a_boolean", OUR_SETTINGS, "a ValueError, and the traceback says that it is of a setting")
def _() -> None:
    parser = configparser.ConfigParser()
    parser.read_string("[app]\ndebug = perhaps\n")
    parser.getboolean("app", "debug")


@_put("logging_handler_unknown", OUR_SETTINGS, "a ValueError of logging.config")
def _() -> None:
    logging.config.dictConfig({"version": 1, "handlers": {"console": {"class": "logging.NoSuchHandler"}}})


@_put("logging_formatter_unknown", OUR_SETTINGS, "a ValueError of logging.config")
def _() -> None:
    logging.config.dictConfig(
        {"version": 1, "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "brief"}}}
    )


@_put("netrc_malformed", OUR_SETTINGS)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "netrc")
        path.write_text("machine host.test login shop pass-word x\n")
        path.chmod(0o600)
        netrc.netrc(str(path))


@_put("time_zone_key_is_a_path", OUR_BUG, _VALUE)
def _() -> None:
    zoneinfo.ZoneInfo("../secret/zone")


# --- CSV, archives ----------------------------------------------------------------------------------------------------
@_put("csv_dialect_unknown", OUR_SETTINGS, "a name that nobody registered; misuse (system) is defensible")
def _() -> None:
    csv.reader(io.StringIO("a;b"), dialect="german-excel")


@_put("csv_delimiter_not_found", UNPARSABLE, _PARSER)
def _() -> None:
    csv.Sniffer().sniff("")


@_put("csv_fields_too_many", OUR_BUG)
def _() -> None:
    csv.DictWriter(io.StringIO(), ["id"]).writerow({"id": 1, "name": "hat"})


@_put("csv_nothing_to_escape_with", OUR_BUG)
def _() -> None:
    csv.writer(io.StringIO(), quoting=csv.QUOTE_NONE).writerow(["a,b"])


@_put("zip_method_unknown", UNPARSABLE, _PARSER)
def _() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "text")
    raw = bytearray(buffer.getvalue())
    raw[raw.rindex(b"PK\x01\x02") + 10] = 99
    raw[8] = 99
    zipfile.ZipFile(io.BytesIO(raw)).read("a.txt")


@_put("zip_needs_a_password", UNPARSABLE, "the upload is encrypted; a RuntimeError of zipfile")
def _() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "text")
    raw = bytearray(buffer.getvalue())
    raw[6] |= 1
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    zipfile.ZipFile(io.BytesIO(raw)).read("a.txt")


@_put("zip_header_cut", UNPARSABLE, _PARSER)
def _() -> None:
    zipfile.ZipFile(io.BytesIO(b"PK\x03\x04" + b"\0" * 40))


@_put("zip_used_after_closing", OUR_BUG)
def _() -> None:
    archive = zipfile.ZipFile(io.BytesIO(), "w")
    archive.close()
    archive.writestr("a.txt", "text")


def _tar(change: Callable[[tarfile.TarInfo], None], content: bytes = b"") -> io.BytesIO:
    buffer = io.BytesIO()
    member = tarfile.TarInfo("a")
    member.size = len(content)
    change(member)
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(member, io.BytesIO(content))
    buffer.seek(0)
    return buffer


def _unpack(buffer: io.BytesIO) -> None:
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=buffer) as archive:
        archive.errorlevel = 2
        archive.extractall(folder, filter="data")


@_put("tar_device", INVALID)
def _() -> None:
    _unpack(_tar(lambda member: setattr(member, "type", tarfile.CHRTYPE)))


@_put("tar_link_outside", INVALID)
def _() -> None:
    def link(member: tarfile.TarInfo) -> None:
        member.type, member.linkname = tarfile.SYMTYPE, "../../../outside"

    _unpack(_tar(link))


@_put("tar_cut", UNPARSABLE, _PARSER)
def _() -> None:
    whole = _tar(lambda member: None, b"x" * 5_000).getvalue()
    _unpack(io.BytesIO(whole[:2_000]))


@_put("tar_compression_unknown", OUR_BUG)
def _() -> None:
    tarfile.open(fileobj=io.BytesIO(), mode="r:zst9")


# --- pickles and structures -------------------------------------------------------------------------------------------
@_put("pickle_of_a_class_that_is_gone", UNREADABLE, "stored by an older version of ours; a bug is defensible")
def _() -> None:
    pickle.loads(b"cdatetime\nNoSuchClassAnyMore\n.")


@_put("pickle_protocol_unknown", UNREADABLE)
def _() -> None:
    pickle.loads(b"\x80\x63K\x01.")


@_put("struct_not_an_integer", OUR_BUG)
def _() -> None:
    struct.pack(">I", "12")


@_put("literal_malformed", UNPARSABLE, "a ValueError of what reads a format")
def _() -> None:
    ast.literal_eval("{'a': open('x')}")


@_put("uuid_malformed", OUR_BUG, _VALUE)
def _() -> None:
    uuid.UUID("order-17")


@_put("date_malformed", OUR_BUG, _VALUE)
def _() -> None:
    dt.date.fromisoformat("2026-02-30")


@_put("dates_naive_and_aware", OUR_BUG)
def _() -> None:
    print(dt.datetime(2026, 1, 1) < dt.datetime.now(dt.UTC))


@_put("timestamp_in_milliseconds", OUR_BUG)
def _() -> None:
    dt.datetime.fromtimestamp(1_780_000_000_000_000, dt.UTC)


@_put("decimal_quantize", OUR_BUG)
def _() -> None:
    decimal.Decimal("1e30").quantize(decimal.Decimal("0.01"))


@_put("decimal_overflow", OUR_BUG)
def _() -> None:
    decimal.Decimal("9e999999") * decimal.Decimal("9e999999")


@_put("integer_of_too_many_digits", OUR_BUG, _VALUE)
def _() -> None:
    int("9" * 5_000)


# --- XML, mail, media, URLs -------------------------------------------------------------------------------------------
@_put("etree_entity_undefined", UNPARSABLE, _PARSER)
def _() -> None:
    ET.fromstring("<order><name>A &nbsp; B</name></order>")


@_put("etree_path_malformed", OUR_BUG, "the path is written in our code, though it says SyntaxError")
def _() -> None:
    ET.fromstring("<a><b/></a>").find("/b")


@_put("dom_second_root", OUR_BUG)
def _() -> None:
    document = xml.dom.minidom.parseString("<a/>")
    document.appendChild(document.createElement("b"))


@_put("sax_feature_unknown", OUR_BUG)
def _() -> None:
    xml.sax.make_parser().setFeature("urn:no-such-feature", True)


@_put("multipart_without_start", UNPARSABLE, _PARSER)
def _() -> None:
    email.message_from_string(
        'Content-Type: multipart/mixed; boundary="b"\n\nno parts\n', policy=email.policy.strict
    ).get_payload()


@_put("mail_date_malformed", UNPARSABLE, "a ValueError of what reads a format")
def _() -> None:
    email.utils.parsedate_to_datetime("sometime in May")


@_put("wave_without_riff", UNPARSABLE, _PARSER)
def _() -> None:
    wave.open(io.BytesIO(b"ID3\x03" + b"\0" * 60))


@_put("url_with_half_an_address", OUR_BUG, _VALUE)
def _() -> None:
    urllib.parse.urlsplit("http://[::1/path")


@_put("url_port_out_of_range", OUR_BUG, _VALUE)
def _() -> None:
    print(urllib.parse.urlsplit("http://host.test:99999/").port)


@_put("cookie_file_malformed", UNREADABLE, "what we saved of a peer's cookies; settings are defensible")
def _() -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("sid=1\n")
        file.flush()
        http.cookiejar.MozillaCookieJar(file.name).load()


@_put("mailbox_locked", CONTENTION)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "box")
        mailbox.mbox(path).close()
        Path(folder, "box.lock").touch()
        mailbox.mbox(path).lock()


@_put("mailbox_missing", OUR_SETTINGS)
def _() -> None:
    mailbox.Maildir("/tmp/failsoft-no-such-maildir", create=False)
