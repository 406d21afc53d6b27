"""Parsers and validators of formats: what a client sent cannot be read, unless our own code is at fault."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import Any

import brotli
import dateparser
import icalendar
import idna
import jmespath
import jsonpatch
import jsonpath_ng
import jsonpointer
import lz4.frame
import moneyed
import mutagen.mp3
import pdfplumber
import pikepdf
import pint
import pptx
import py7zr
import qrcode
import rarfile
import schwifty
import shapely
import shapely.wkt
import shortuuid
import sqlglot
import tablib
import tinydb
import ulid
import validators
import vobject
import xlrd
import xmltodict
import zstandard
from stdnum import iban, isbn, luhn
from stdnum.eu import vat

from evaluations.classifier.raisers.scaffold_http import INVALID, OUR_BUG, OUR_SETTINGS, UNREADABLE, Means, add

_TORN = b"this is no file of that kind, whatever its name says " * 4
_PATCH = Means("validation", False, (400, 409, 422), "low")
_UNREAD = Means("validation", False, (400, 415, 422), "low")
_NAMED = Means("validation", False, (400, 404, 422), "low")
_LARGE = Means("validation", False, (400, 413, 422), "low")


def _refuse(verdict: Any) -> None:
    """The library hands its exception over instead of raising it."""
    if not verdict:
        raise verdict


# --- patches, pointers and queries that a client sends ------------------------------------------------------------
add("jsonpatch", "path_missing", _PATCH, lambda: jsonpatch.apply_patch({}, [{"op": "remove", "path": "/a"}]))
add("jsonpatch", "operation_unknown", INVALID, lambda: jsonpatch.apply_patch({}, [{"op": "burn", "path": "/a"}]))
add("jsonpatch", "path_absent", INVALID, lambda: jsonpatch.apply_patch({}, [{"op": "remove"}]))
add("jsonpatch", "pointer_malformed", INVALID, lambda: jsonpatch.apply_patch({}, [{"op": "remove", "path": "a"}]))
add("jsonpointer", "member_missing", _NAMED, lambda: jsonpointer.resolve_pointer({"a": 1}, "/b"))
add("jsonpointer", "malformed", INVALID, lambda: jsonpointer.JsonPointer("no-slash"))
add("jsonpath-ng", "malformed", INVALID, lambda: jsonpath_ng.parse("$.[?"))
add("jsonpath-ng", "character", INVALID, lambda: jsonpath_ng.parse("$.a~~"))
add("jmespath", "malformed", INVALID, lambda: jmespath.search("a.[", {}))
add("jmespath", "function_unknown", INVALID, lambda: jmespath.search("burn(a)", {"a": 1}))
add("jmespath", "argument_type", INVALID, lambda: jmespath.search("length(a)", {"a": 1}))
add("sqlglot", "malformed", INVALID, lambda: sqlglot.parse_one("SELECT FROM WHERE ("))
add("sqlglot", "token", INVALID, lambda: sqlglot.parse_one("SELECT 'a"))
add("xmltodict", "malformed", INVALID, lambda: xmltodict.parse("<a><b></a>"))

# --- geometry, units, money, numbers with check digits ------------------------------------------------------------
add("shapely", "wkt_malformed", INVALID, lambda: shapely.wkt.loads("POLYGON ((0 0, 1"))
add("shapely", "wkb_malformed", INVALID, lambda: shapely.from_wkb(b"\x01\x02"))
add("shapely", "geojson_malformed", INVALID, lambda: shapely.from_geojson('{"type": "Blob"}'))
add("Pint", "unit_unknown", INVALID, lambda: pint.UnitRegistry()("3 foos"))
add("py-moneyed", "currency_unknown", _NAMED, lambda: moneyed.Money(1, "XQX"))
add("py-moneyed", "currencies_mixed", OUR_BUG, lambda: moneyed.Money(1, "EUR") + moneyed.Money(1, "USD"))
add("python-stdnum", "checksum", INVALID, lambda: isbn.validate("978-9024538271"))
add("python-stdnum", "length", INVALID, lambda: iban.validate("DE12"))
add("python-stdnum", "format", INVALID, lambda: luhn.validate("79x7"))
add("python-stdnum", "component", INVALID, lambda: vat.validate("XX123"))
add("schwifty", "checksum", INVALID, lambda: schwifty.IBAN("DE00500105175407324931"))
add("schwifty", "country", INVALID, lambda: schwifty.IBAN("XX00500105175407324931"))
add("schwifty", "bic", INVALID, lambda: schwifty.BIC("NOTABIC"))
add("validators", "email", INVALID, lambda: _refuse(validators.email("not an address")))
add("validators", "url", INVALID, lambda: _refuse(validators.url("http//x")))
add("idna", "codepoint", INVALID, lambda: idna.encode("a_b☃.example"))
add("idna", "label_too_long", INVALID, lambda: idna.encode("ü" * 80 + ".example"))
add("python-ulid", "malformed", INVALID, lambda: ulid.ULID.from_str("not a ulid"))
add("shortuuid", "not_text", OUR_BUG, lambda: shortuuid.decode(7))
add("dateparser", "setting_unknown", OUR_SETTINGS, lambda: dateparser.parse("now", settings={"DATE_ORDER": "QQQ"}))
add("dateparser", "language_unknown", OUR_BUG, lambda: dateparser.parse("now", languages=["xx-nope"]))

# --- files that a client uploads ----------------------------------------------------------------------------------
add("icalendar", "malformed", INVALID, lambda: icalendar.Calendar.from_ical("BEGIN:VCALENDAR\nGARBAGE\nEND"))
add("vobject", "malformed", INVALID, lambda: vobject.readOne("BEGIN:VCARD\nthis is no line\nEND:VCARD"))
add("zstandard", "garbage", _UNREAD, lambda: zstandard.ZstdDecompressor().decompress(_TORN))
add("brotli", "garbage", _UNREAD, lambda: brotli.decompress(_TORN))
add("lz4", "garbage", _UNREAD, lambda: lz4.frame.decompress(_TORN))
add("py7zr", "garbage", _UNREAD, lambda: py7zr.SevenZipFile(io.BytesIO(_TORN)))
add("rarfile", "garbage", _UNREAD, lambda: rarfile.RarFile(io.BytesIO(_TORN)))
add("xlrd", "garbage", _UNREAD, lambda: xlrd.open_workbook(file_contents=_TORN))
add("python-pptx", "garbage", _UNREAD, lambda: pptx.Presentation(io.BytesIO(_TORN)))
add("pikepdf", "garbage", _UNREAD, lambda: pikepdf.open(io.BytesIO(_TORN)))
add("mutagen", "garbage", _UNREAD, lambda: mutagen.mp3.MP3(io.BytesIO(_TORN)))
add("pdfplumber", "garbage", _UNREAD, lambda: pdfplumber.open(io.BytesIO(_TORN)))
add("tablib", "format_unknown", _UNREAD, lambda: tablib.import_set(_TORN.decode(), format="burnt"))
add("tablib", "rows_unequal", INVALID, lambda: tablib.Dataset(["a", "b"], ["c"]))
add("qrcode", "too_long", _LARGE, lambda: qrcode.make("x" * 8_000, version=None))


def _encrypted_pdf() -> None:
    held = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.save(held, encryption=pikepdf.Encryption(owner="o", user="u"))
    pikepdf.open(io.BytesIO(held.getvalue()))


add("pikepdf", "password_missing", INVALID, _encrypted_pdf)


def _archive_with_password() -> None:
    held = io.BytesIO()
    with py7zr.SevenZipFile(held, "w", password="no-secret") as archive:  # the archive of a test
        archive.writestr("x", "a.txt")
    with py7zr.SevenZipFile(io.BytesIO(held.getvalue())) as archive:
        archive.extractall(tempfile.gettempdir())


add("py7zr", "password_missing", INVALID, _archive_with_password)


# --- what we stored ourselves -------------------------------------------------------------------------------------
def _torn_store() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.json"
        path.write_text('{"_default": {"1": ')
        with tinydb.TinyDB(path) as store:
            store.all()


add("tinydb", "torn", UNREADABLE, _torn_store, note="a stored file that cannot be read")
