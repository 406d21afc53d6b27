"""Parsers and codecs that live in the process: text, archives, binary records, exchange formats of trades."""

from __future__ import annotations

import io
import struct
import tempfile
import threading
from pathlib import Path
from typing import Any

import asn1crypto.x509
import asn1tools
import bitstring
import cloudpickle
import configobj
import construct
import cramjam
import dill
import fs
import fs.errors
import gpxpy
import hcl2
import hjson
import hl7
import html5lib
import json5
import jsonlines
import jsonpickle
import jsonref
import mt940
import pydicom
import pyhocon
import pyzipper
import simplejson
import tomli
from ofxparse import OfxParser
from pyasn1.codec.der import decoder
from pyasn1.type import univ
from pydifact.segmentcollection import Interchange

from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    UNREADABLE,
    Means,
    add,
)

_FILE = Means("validation", False, (400, 415, 422), "low")


# --- text -------------------------------------------------------------------------------------------------------------
add("simplejson", "cut_off", UNPARSABLE, lambda: simplejson.loads('{"items": [1, 2'))
add("simplejson", "cannot_be_encoded", OUR_BUG, lambda: simplejson.dumps({"when": object()}))
add("json5", "unparsable", UNPARSABLE, lambda: json5.loads("{price: 1,, tax: 2}"))
add("hjson", "unparsable", UNPARSABLE, lambda: hjson.loads('{\n  name: "hat\n  price: 3'))
add("jsonlines", "line_is_no_json", UNPARSABLE, lambda: list(jsonlines.Reader(['{"a": 1}', "{a: 2}"])))
add("tomli", "unparsable", UNPARSABLE, lambda: tomli.loads("[tool\nname = 1"))
add("tomli", "opened_as_text", OUR_BUG, lambda: tomli.load(io.StringIO("a = 1")))
add(
    "html5lib",
    "strict",
    UNPARSABLE,
    lambda: html5lib.HTMLParser(strict=True).parse("<p>hello<div></b>"),
)
add("jsonref", "pointer_dangles", INVALID, lambda: repr(jsonref.loads('{"a": {"$ref": "#/defs/b"}}', proxies=False)))
add("gpxpy", "unparsable", UNPARSABLE, lambda: gpxpy.parse("<gpx><trk><name>run</trk></gpx>"))


# --- settings: files of the installation ------------------------------------------------------------------------------
_SETTINGS_FILE = "a file of the installation; a view that parses what a client sent would say validation"

add(
    "python-hcl2",
    "unparsable",
    OUR_SETTINGS,
    lambda: hcl2.loads('resource "bucket" "images" {\n  region = \n}\n'),
    note=_SETTINGS_FILE,
)
add("configobj", "unparsable", OUR_SETTINGS, lambda: configobj.ConfigObj(["[mail", "host = a"]), note=_SETTINGS_FILE)
add(
    "configobj",
    "no_such_file",
    OUR_SETTINGS,
    lambda: configobj.ConfigObj("/no/such/settings.ini", file_error=True),
)
add(
    "configobj",
    "interpolation",
    OUR_SETTINGS,
    lambda: configobj.ConfigObj(["url = %(host)s/x"])["url"],
)
add("pyhocon", "missing", OUR_SETTINGS, lambda: pyhocon.ConfigFactory.parse_string("db { port = 1 }")["db.host"])
add(
    "pyhocon",
    "wrong_type",
    OUR_SETTINGS,
    lambda: pyhocon.ConfigFactory.parse_string("db { port = many }").get_int("db.port"),
)
add(
    "pyhocon",
    "substitution",
    OUR_SETTINGS,
    lambda: pyhocon.ConfigFactory.parse_string("url = ${host}/x"),
)


# --- objects in a store -----------------------------------------------------------------------------------------------
def _stored_object_cut() -> Any:
    path = Path(tempfile.mkdtemp()) / "cart.pickle"
    path.write_bytes(dill.dumps({"items": list(range(50))})[:40])
    with path.open("rb") as stored:
        return dill.load(stored)


def _stored_session_of_an_old_release() -> Any:
    stored = b"\x80\x04\x95\x1e\x00\x00\x00\x00\x00\x00\x00\x8c\x0bcollections\x94\x8c\x07OldCart\x94\x93\x94)\x81\x94."
    return cloudpickle.loads(stored)


add("dill", "cut_off", UNREADABLE, _stored_object_cut)
add("dill", "cannot_be_pickled", OUR_BUG, lambda: dill.dumps(struct.iter_unpack("b", b"12")))
add(
    "cloudpickle",
    "class_is_gone",
    UNREADABLE,
    _stored_session_of_an_old_release,
    note="the text of the store was written by an older release",
)
add("cloudpickle", "cannot_be_pickled", OUR_BUG, lambda: cloudpickle.dumps(threading.Lock()))
add(
    "jsonpickle",
    "class_not_found",
    UNREADABLE,
    lambda: jsonpickle.decode('{"py/object": "shop.models.Cart", "items": []}', on_missing="error"),
    note="the text comes of our own store",
)
add("cramjam", "gzip_cut_off", _FILE, lambda: cramjam.gzip.decompress(bytes(cramjam.gzip.compress(b"x" * 999))[:15]))


# --- archives ---------------------------------------------------------------------------------------------------------
def _locked(password: bytes | None) -> Any:
    made = io.BytesIO()
    with pyzipper.AESZipFile(made, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(b"not-secret")
        archive.writestr("bill.txt", "3 hats")
    with pyzipper.AESZipFile(made) as archive:
        if password:
            archive.setpassword(password)
        return archive.read("bill.txt")


_NO_PASSWORD = "the archive is the client's; 401 and 403 would say that our app did not let them in"
add(
    "pyzipper",
    "wrong_password",
    Means("validation", False, (400, 401, 403, 422), "low"),
    lambda: _locked(b"wrong"),
    note=_NO_PASSWORD,
)
add("pyzipper", "no_archive", _FILE, lambda: pyzipper.AESZipFile(io.BytesIO(b"not an archive")))
add("fs", "no_such_file", ABSENT, lambda: fs.open_fs("mem://").readtext("avatar.png"), note="the client names the file")
add("fs", "outside", INVALID, lambda: fs.open_fs("mem://").readtext("../../etc/passwd"))
add("fs", "protocol_unknown", OUR_SETTINGS, lambda: fs.open_fs("gopher://host/x"))


def _closed_file_system() -> Any:
    media = fs.open_fs("mem://")
    media.close()
    return media.listdir("/")


add("fs", "closed", OUR_BUG, _closed_file_system)


# --- binary records ---------------------------------------------------------------------------------------------------
_FRAME = construct.Struct(
    "magic" / construct.Const(b"FRM1"), "size" / construct.Int16ub, "body" / construct.Bytes(construct.this.size)
)

add("construct", "cut_off", UNPARSABLE, lambda: _FRAME.parse(b"FRM1\x00\xffabc"))
add("construct", "field_missing", OUR_BUG, lambda: _FRAME.build({"body": b"ab"}))
add(
    "bitstring",
    "read_past_the_end",
    UNPARSABLE,
    lambda: bitstring.Reader(bitstring.Bits.from_bytes(b"\x01")).read_value("u32"),
)
add("bitstring", "value_too_big", OUR_BUG, lambda: bitstring.Bits(uint=300, length=8))
add("pyasn1", "cut_off", UNPARSABLE, lambda: decoder.decode(b"\x30\x20\x02\x01"))
add(
    "pyasn1",
    "constraint",
    OUR_BUG,
    lambda: (
        univ.Integer()
        .subtype(subtypeSpec=__import__("pyasn1.type.constraint").type.constraint.ValueRangeConstraint(0, 9))
        .clone(55)
    ),
    note="our code gave the value; with a client's value it would be validation",
)
add(
    "asn1crypto",
    "not_a_certificate",
    UNPARSABLE,
    lambda: asn1crypto.x509.Certificate.load(b"\x30\x03\x02\x01\x05").subject,
)
add(
    "asn1tools",
    "schema_malformed",
    OUR_SETTINGS,
    lambda: asn1tools.compile_string("Foo DEFINITIONS ::= BEGIN A ::= END"),
)


def _message() -> Any:
    return asn1tools.compile_string(
        "Shop DEFINITIONS AUTOMATIC TAGS ::= BEGIN Item ::= SEQUENCE { id INTEGER, name IA5String } END", "uper"
    )


add("asn1tools", "cut_off", UNPARSABLE, lambda: _message().decode("Item", b"\x01"))
add("asn1tools", "member_missing", OUR_BUG, lambda: _message().encode("Item", {"id": 1}))


# --- trades -----------------------------------------------------------------------------------------------------------
add("pydicom", "no_dicom", _FILE, lambda: pydicom.dcmread(io.BytesIO(b"\x00" * 200)))
add(
    "pydicom",
    "tag_absent",
    OUR_BUG,
    lambda: pydicom.Dataset().PatientName,
    note="an attribute that the view did not check",
)
add("hl7", "no_header", UNPARSABLE, lambda: hl7.parse("PID|1|x"))
add(
    "hl7",
    "segment_absent",
    OUR_BUG,
    lambda: hl7.parse("MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5\r").segment("PID"),
    note="a KeyError: the view should have checked; the client's message lacks the segment",
)
add("pydifact", "no_interchange", UNPARSABLE, lambda: Interchange.from_str("UNH+1+ORDERS:D:96A:UN'"))
add("mt-940", "unparsable", UNPARSABLE, lambda: mt940.parse(":20:REF\r\n:61:abcdef\r\n"))
add("ofxparse", "empty", UNPARSABLE, lambda: OfxParser.parse(io.BytesIO(b"")))
