"""Formats that the standard library reads."""

from __future__ import annotations

import base64
import binascii
import bz2
import configparser
import csv
import email
import email.policy
import gzip
import http.cookies
import io
import ipaddress
import json
import lzma
import pickle
import plistlib
import shelve
import struct
import tarfile
import tempfile
import tomllib
import xml.dom.minidom
import xml.etree.ElementTree as ET
import xml.sax
import zipfile
import zlib
import zoneinfo
from decimal import Decimal

from evaluations.classifier.cases import case

bug = {"transient": False, "status": 500, "severity": "high"}
unreadable = {"transient": False, "status": 400, "severity": "low"}
stored = {"transient": False, "status": 500, "severity": "high"}


@case("python", "validation", **unreadable)
def json_text() -> None:
    json.loads('{"a": ')


@case("python", "validation", **unreadable)
def json_empty() -> None:
    json.loads("")


@case("python", "system", **bug)
def json_of_an_object() -> None:
    json.dumps({"when": object()})


@case("python", "system", **bug)
def json_circle() -> None:
    one: list[object] = []
    one.append(one)
    json.dumps(one)


@case("python", "validation", **unreadable)
def utf8() -> None:
    b"\xff\xfe".decode()


@case("python", "validation", **unreadable)
def base64_padding() -> None:
    base64.b64decode("abc")


@case("python", "validation", **unreadable)
def hexadecimal() -> None:
    binascii.unhexlify("zz")


@case("python", "validation", **unreadable)
def csv_too_long() -> None:
    list(csv.reader(["a," + "x" * 200_000]))


@case("python", "validation", **unreadable)
def csv_quotes() -> None:
    list(csv.reader(['a,"b"c'], strict=True))


@case("python", "validation", **unreadable)
def etree() -> None:
    ET.fromstring("<a><b></a>")


@case("python", "validation", **unreadable)
def minidom() -> None:
    xml.dom.minidom.parseString("no XML")


@case("python", "validation", **unreadable)
def sax() -> None:
    xml.sax.parseString("<a>", xml.sax.ContentHandler())


@case("python", "validation", **unreadable)
def cookie() -> None:
    http.cookies.SimpleCookie()["bad name"] = "x"


@case("python", "validation", **unreadable)
def property_list() -> None:
    plistlib.loads(b"not a property list")


@case("python", "validation", **unreadable)
def message_header() -> None:
    email.message_from_string("To: a@b\nno header at all\n", policy=email.policy.strict)


@case("python", "validation", **unreadable)
def zip_file() -> None:
    zipfile.ZipFile(io.BytesIO(b"not a zip file"))


def _zipped() -> bytes:
    with io.BytesIO() as buffer:
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a.txt", "hello" * 10)
        return buffer.getvalue()


@case("python", "validation", **unreadable)
def zip_checksum() -> None:
    broken = _zipped().replace(b"hellohello", b"jellyhello", 1)
    with zipfile.ZipFile(io.BytesIO(broken)) as archive:
        archive.read("a.txt")


@case("python", "validation", transient=False, status=(400, 404), severity="info", note="the client named the member")
def zip_member() -> None:
    with zipfile.ZipFile(io.BytesIO(_zipped())) as archive:
        archive.read("b.txt")


@case("python", "validation", **unreadable)
def tar_file() -> None:
    tarfile.open(fileobj=io.BytesIO(b"not a tar file" * 100))


@case("python", "validation", **unreadable)
def tar_outside() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("../../outside"))
    buffer.seek(0)
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=buffer) as archive:
        archive.extractall(folder, filter="data")


@case("python", "validation", **unreadable)
def gzip_bad() -> None:
    gzip.decompress(b"not gzip")


@case("python", "validation", **unreadable)
def gzip_cut() -> None:
    gzip.decompress(gzip.compress(b"hello" * 100)[:20])


@case("python", "validation", **unreadable)
def zlib_bad() -> None:
    zlib.decompress(b"not zlib")


@case("python", "validation", **unreadable)
def lzma_bad() -> None:
    lzma.decompress(b"not lzma")


@case("python", "validation", **unreadable)
def lzma_cut() -> None:
    with lzma.open(io.BytesIO(lzma.compress(b"hello" * 100)[:30])) as file:
        file.read()


@case("python", "validation", **unreadable)
def bz2_bad() -> None:
    with bz2.open(io.BytesIO(b"not bz2 at all")) as file:
        file.read()


@case("python", "validation", **unreadable)
def ip_address() -> None:
    ipaddress.IPv4Address("300.1.1.1")


@case("python", "validation", **unreadable)
def ip_network() -> None:
    ipaddress.IPv4Network("10.0.0.0/99")


@case("python", "system", **bug, note="as int('abc'): a conversion, no parser")
def decimal_of_text() -> None:
    Decimal("twelve")


@case("python", "system", **bug)
def struct_too_short() -> None:
    struct.unpack("<I", b"ab")


@case("python", "system", **bug)
def struct_out_of_range() -> None:
    struct.pack("<B", 300)


@case("python", "data_integrity", **stored)
def pickle_bad() -> None:
    pickle.loads(b"not a pickle")


@case("python", "data_integrity", **stored)
def pickle_cut() -> None:
    pickle.loads(pickle.dumps(["x" * 300])[:50])


@case("python", "system", **bug)
def pickle_of_a_lambda() -> None:
    pickle.dumps(lambda: None)


@case("python", "data_integrity", **stored)
def shelf() -> None:
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/shelf", "wb") as file:
            file.write(b"neither this nor that" * 10)
        shelve.open(f"{folder}/shelf")


@case("python", "configuration", **bug)
def toml() -> None:
    tomllib.loads("a = = 1")


@case("python", "configuration", **bug)
def ini_without_section() -> None:
    configparser.ConfigParser().read_string("a = 1")


@case("python", "configuration", **bug)
def ini_missing_section() -> None:
    configparser.ConfigParser().get("database", "url")


@case("python", "configuration", **bug)
def ini_missing_option() -> None:
    parser = configparser.ConfigParser()
    parser.read_string("[database]\nhost = a")
    parser.get("database", "url")


@case("python", "configuration", **bug)
def ini_interpolation() -> None:
    parser = configparser.ConfigParser()
    parser.read_string("[database]\nurl = %(host)s")
    parser.get("database", "url")


@case("python", "configuration", **bug, note="doubtful: the name may be the client's; a missing tzdata looks the same")
def time_zone() -> None:
    zoneinfo.ZoneInfo("Mars/Olympus_Mons")
