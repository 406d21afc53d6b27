"""Parsers, archives, codecs and numbers of the standard library: uploads, stored data, and what our code hands over."""

from __future__ import annotations

import base64
import bz2
import codecs
import csv
import datetime as dt
import decimal
import gzip
import hashlib
import hmac
import io
import ipaddress
import json
import lzma
import marshal
import math
import pickle
import random
import shutil
import sqlite3
import string
import struct
import tarfile
import tempfile
import uuid
import xml.etree.ElementTree as ET
import zipfile
import zlib
from fractions import Fraction
from pathlib import Path
from typing import Any

from evaluations.classifier.raisers._fresh_a import fresh
from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    UNREADABLE,
    Means,
)

_PARSER = "a library's parser in a view is taken to read the client's input"
_VALUE = "a bug, also where the client's input led to it"


# --- JSON, CSV, XML ---------------------------------------------------------------------------------------------------
@fresh("python", "json_of_none", OUR_BUG, "what was looked up was not there")
def _() -> None:
    baskets: dict[str, Any] = {}
    nothing: Any = baskets.get("basket")
    json.loads(nothing)


@fresh("python", "json_lines_as_one", UNPARSABLE, _PARSER)
def _() -> None:
    json.loads('{"sku": 1}\n{"sku": 2}\n')


@fresh("python", "json_nested_too_deep", UNPARSABLE, "a RecursionError of what reads a format")
def _() -> None:
    json.loads("[" * 100_000)


@fresh("python", "json_of_a_set_within", OUR_BUG)
def _() -> None:
    json.dumps({"tags": {"a", "b"}})


@fresh("python", "settings_error_from_json", OUR_SETTINGS)
def _() -> None:
    class SettingsError(Exception):
        """What our own loader says."""

    try:
        json.loads('{"currency": EUR}')
    except json.JSONDecodeError as exc:
        raise SettingsError("/etc/shop/settings.json") from exc


@fresh("python", "csv_opened_as_bytes", OUR_BUG)
def _() -> None:
    rows: Any = io.BytesIO(b"a,b\r\n1,2\r\n")
    list(csv.reader(rows))


@fresh("python", "csv_line_ends_of_another_kind", UNPARSABLE, _PARSER)
def _() -> None:
    list(csv.reader(["sku,price\r1,2\r3,4"]))


@fresh("python", "csv_ends_within_quotes", UNPARSABLE, _PARSER)
def _() -> None:
    list(csv.reader(['1,"never closed'], strict=True))


@fresh("python", "csv_column_missing", OUR_BUG, "a KeyError of our view; the client's file led to it")
def _() -> None:
    for row in csv.DictReader(["sku,amount", "1,2"]):
        row["price"]


@fresh("python", "xml_of_many_laughs", UNPARSABLE, "the parser refuses what grows too large")
def _() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    ET.fromstring(f'<!DOCTYPE a [<!ENTITY l0 "{"ha" * 20}">{entities}]><a>&l9;</a>')


@fresh("python", "xml_two_roots", UNPARSABLE, _PARSER)
def _() -> None:
    ET.fromstring("<a/><b/>")


@fresh("python", "xml_attribute_of_a_number", OUR_BUG)
def _() -> None:
    quantity: Any = 3
    ET.tostring(ET.Element("item", quantity=quantity))


@fresh("python", "xml_prefix_not_mapped", OUR_BUG, "a SyntaxError; the path is written in our code")
def _() -> None:
    ET.fromstring("<a><b/></a>").find("soap:Body", {"order": "urn:order"})


@fresh("python", "xml_element_missing", OUR_BUG, "a bug, also where the client's document led to it")
def _() -> None:
    found: Any = ET.fromstring("<order/>").find("sku")
    found.text.strip()


# --- archives ---------------------------------------------------------------------------------------------------------
def _zipped(name: str = "a.txt", content: bytes = b"hello" * 20) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return held.getvalue()


@fresh("python", "zip_password_wrong", UNPARSABLE, "a document of the client's whose password is wrong")
def _() -> None:
    data = bytearray(_zipped())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        archive.read("a.txt", pwd=b"not-real")


@fresh("python", "zip_of_a_newer_version", UNPARSABLE, _PARSER)
def _() -> None:
    data = bytearray(_zipped())
    data[data.index(b"PK\x01\x02") + 6] = 90
    zipfile.ZipFile(io.BytesIO(bytes(data)))


@fresh("python", "zip_names_differ", UNPARSABLE, _PARSER)
def _() -> None:
    data = _zipped().replace(b"a.txt", b"b.txt", 1)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.read("a.txt")


@fresh("python", "zip_member_broken", UNPARSABLE, _PARSER)
def _() -> None:
    data = bytearray(_zipped())
    data[35] = 0xFF
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        archive.read("a.txt")


@fresh("python", "tar_empty", UNPARSABLE, _PARSER)
def _() -> None:
    tarfile.open(fileobj=io.BytesIO(b""))


@fresh("python", "tar_read_backwards", OUR_BUG)
def _() -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name in "ab":
            archive.addfile(tarfile.TarInfo(name), io.BytesIO())
            entry = tarfile.TarInfo(f"{name}.txt")
            entry.size = 3
            archive.addfile(entry, io.BytesIO(b"abc"))
    held.seek(0)
    with tarfile.open(fileobj=held, mode="r|") as archive:
        members = archive.getmembers()
        first: Any = archive.extractfile(members[1])
        first.read()


@fresh("python", "tar_member_missing", Means("validation", False, (400, 404), "low"), "the client named the member")
def _() -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    held.seek(0)
    with tarfile.open(fileobj=held) as archive:
        archive.extractfile("manifest.json")


@fresh("python", "tar_absolute_link", INVALID)
def _() -> None:
    held = io.BytesIO()
    entry = tarfile.TarInfo("a")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/hosts"
    with tarfile.open(fileobj=held, mode="w") as archive:
        archive.addfile(entry)
    held.seek(0)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=held) as archive:
        archive.extractall(folder, filter="data")


@fresh("python", "gzip_checksum", UNPARSABLE, _PARSER)
def _() -> None:
    data = bytearray(gzip.compress(b"hello" * 100))
    data[-8] ^= 0xFF
    gzip.decompress(bytes(data))


@fresh("python", "zlib_cut", UNPARSABLE, _PARSER)
def _() -> None:
    zlib.decompress(zlib.compress(b"hello" * 100)[:-6])


@fresh("python", "bz2_cut", UNPARSABLE, _PARSER)
def _() -> None:
    bz2.decompress(bz2.compress(b"hello" * 100)[:-6])


@fresh("python", "lzma_data_broken", UNPARSABLE, _PARSER)
def _() -> None:
    data = bytearray(lzma.compress(bytes(range(256)) * 4))
    data[40] ^= 0xFF
    lzma.decompress(bytes(data))


@fresh("python", "upload_unpacked_is_no_zip", UNPARSABLE, _PARSER)
def _() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "a.zip").write_bytes(b"<html>no zip</html>")
        shutil.unpack_archive(f"{folder}/a.zip", folder)


# --- pickles and the like ---------------------------------------------------------------------------------------------
@fresh("python", "pickle_empty", UNREADABLE)
def _() -> None:
    pickle.loads(b"")


@fresh("python", "pickle_of_a_module_that_moved", UNREADABLE, "stored by an older version; configuration is defensible")
def _() -> None:
    pickle.loads(b"cfailsoft_fresh_old_shop.models\nBasket\n.")


@fresh("python", "pickle_of_an_open_file", OUR_BUG)
def _() -> None:
    with open("/dev/null") as file:
        pickle.dumps({"log": file})


@fresh("python", "cache_entry_lost_from_pickle", UNREADABLE)
def _() -> None:
    class CacheReadError(Exception):
        """What our own cache says."""

    try:
        pickle.loads(pickle.dumps({"basket": [1, 2, 3]})[:-3])
    except (pickle.UnpicklingError, EOFError) as exc:
        raise CacheReadError("basket:17") from exc


@fresh("python", "marshal_cut", UNREADABLE, "our own format, as a pickle; validation is defensible")
def _() -> None:
    marshal.loads(marshal.dumps([1, 2, 3])[:-2])


@fresh("python", "stored_timestamp_malformed", UNREADABLE, "a ValueError, and the traceback says that it is of a store")
def _() -> None:
    connection = sqlite3.connect(":memory:", detect_types=sqlite3.PARSE_DECLTYPES)
    connection.execute("CREATE TABLE visit (at timestamp)")
    connection.execute("INSERT INTO visit VALUES ('yesterday')")
    connection.execute("SELECT at FROM visit").fetchall()


@fresh("python", "struct_format_unknown", OUR_BUG)
def _() -> None:
    struct.unpack("<Z", b"ab")


# --- texts and codecs -------------------------------------------------------------------------------------------------
@fresh("python", "utf16_cut", UNPARSABLE, _PARSER)
def _() -> None:
    "naïve".encode("utf-16")[:-1].decode("utf-16")


@fresh("python", "hexadecimal_by_a_codec", UNPARSABLE, _PARSER)
def _() -> None:
    codecs.decode("c0ffe", "hex")


@fresh("python", "not_a_text_encoding", OUR_BUG)
def _() -> None:
    "token".encode("base64")


@fresh("python", "base64_alphabet", UNPARSABLE, _PARSER)
def _() -> None:
    base64.b64decode("a$b=", validate=True)


@fresh("python", "base32_alphabet", UNPARSABLE, _PARSER)
def _() -> None:
    base64.b32decode("0189====")


@fresh("python", "windows_code_page", OUR_BUG, "a text that the page has no sign for, in an export of ours")
def _() -> None:
    "price in ₹".encode("cp1252")


@fresh("python", "placeholder_malformed", OUR_BUG, "a template of ours; configuration is defensible")
def _() -> None:
    string.Template("costs $ 3").substitute(price=3)


@fresh("python", "too_few_values_for_a_format", OUR_BUG)
def _() -> None:
    "{} of {}".format(*["a"])


# --- numbers and dates ------------------------------------------------------------------------------------------------
@fresh("python", "iso_date_malformed", OUR_BUG, _VALUE)
def _() -> None:
    dt.date.fromisoformat("27.11.2026")


@fresh("python", "date_of_another_format", OUR_BUG, _VALUE)
def _() -> None:
    dt.datetime.strptime("27.11.2026 10:00", "%Y-%m-%d")


@fresh("python", "date_out_of_range", OUR_BUG, _VALUE)
def _() -> None:
    dt.date(2026, 11, 27) + dt.timedelta(days=9_999_999)


@fresh("python", "decimal_of_a_float", OUR_BUG)
def _() -> None:
    with decimal.localcontext() as context:
        context.traps[decimal.FloatOperation] = True
        price = 0.1
        decimal.Decimal(price)


@fresh("python", "fraction_malformed", OUR_BUG, _VALUE)
def _() -> None:
    Fraction("1/x")


@fresh("python", "square_root_of_less_than_nothing", OUR_BUG)
def _() -> None:
    math.sqrt(-1)


@fresh("python", "choice_of_nothing", OUR_BUG)
def _() -> None:
    random.choice([])


@fresh("python", "uuid_of_an_integer", OUR_BUG)
def _() -> None:
    key: Any = 17
    uuid.UUID(key)


@fresh("python", "address_of_no_kind", UNPARSABLE, "a plain ValueError of what reads a format, as AddressValueError")
def _() -> None:
    ipaddress.ip_address("unknown")


@fresh("python", "network_with_host_bits", UNPARSABLE, "a plain ValueError of what reads a format")
def _() -> None:
    ipaddress.ip_network("10.0.0.1/24")


@fresh("python", "digest_of_a_text", OUR_BUG)
def _() -> None:
    text: Any = "body"
    hashlib.sha256(text)


@fresh("python", "signature_of_the_client_not_ascii", OUR_BUG, "a TypeError; the client's header led to it")
def _() -> None:
    hmac.compare_digest("sha256=é", "sha256=e")
