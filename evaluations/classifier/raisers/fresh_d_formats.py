"""Formats, codecs and grammars: what their readers say of what is none of theirs."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import base58
import blosc
import clevercsv
import css_inline
import dbfread
import demjson3
import edn_format
import flatbuffers
import hashids
import hl7apy.consts
import hl7apy.core
import hl7apy.parser
import humanfriendly
import jq
import mrml
import petl
import pybars
import pyjson5
import pynmea2
import pyzstd
import rtoml
import snappy
import sqids
import yaql
from xsdata.formats.dataclass.parsers import JsonParser, XmlParser

from evaluations.classifier.raisers._fresh_d import file_of, fresh
from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    Means,
)

_NO_COLUMN = Means("validation", False, (400, 404, 422), "low")
"""A column that the client's table lacks."""
_OURS = "an expression of our own; of the client's: validation"


# --- JSON and its kind ------------------------------------------------------------------------------------------------
@fresh("pyjson5", "cut_off", UNPARSABLE)
def _() -> None:
    pyjson5.decode("{sku: 7, 'price': ")


@fresh("pyjson5", "nested_too_deep", UNPARSABLE)
def _() -> None:
    pyjson5.decode("[" * 60 + "]" * 60, maxdepth=32)


@fresh("pyjson5", "object_not_known", OUR_BUG)
def _() -> None:
    pyjson5.encode({"order": object()})


@fresh("demjson3", "comma_missing", UNPARSABLE)
def _() -> None:
    demjson3.decode('{"sku": 7 "price": 1}')


@fresh("demjson3", "object_not_known", OUR_BUG)
def _() -> None:
    demjson3.encode({"order": object()})


@fresh("rtoml", "unparsable", UNPARSABLE)
def _() -> None:
    rtoml.loads("[order\nsku = 7")


@fresh("rtoml", "key_is_no_text", OUR_BUG)
def _() -> None:
    rtoml.dumps({"order": {7: object()}})


@fresh("edn-format", "cut_off", UNPARSABLE)
def _() -> None:
    edn_format.loads("{:sku 7 :price")


@fresh("edn-format", "tag_unknown", UNPARSABLE)
def _() -> None:
    edn_format.loads("#shop/order {:sku 7}")


# --- codecs -----------------------------------------------------------------------------------------------------------
@fresh("base58", "character_of_none", INVALID)
def _() -> None:
    base58.b58decode("3mJr0O")


@fresh("base58", "checksum_wrong", INVALID)
def _() -> None:
    base58.b58decode_check("3mJr7AoUXx2Wqd")


@fresh("python-snappy", "damaged", UNPARSABLE)
def _() -> None:
    snappy.decompress(b"\xff\xff\xff\xff not compressed")


@fresh("python-snappy", "text_for_bytes", OUR_BUG)
def _() -> None:
    snappy.compress(7)


@fresh("pyzstd", "not_compressed", UNPARSABLE)
def _() -> None:
    pyzstd.decompress(b"not compressed at all")


@fresh("pyzstd", "cut_off", UNPARSABLE)
def _() -> None:
    pyzstd.decompress(pyzstd.compress(b"order" * 400)[:-9])


@fresh("pyzstd", "level_is_text", OUR_BUG)
def _() -> None:
    pyzstd.compress(b"order", level_or_option="high")


@fresh("blosc", "not_compressed", UNPARSABLE)
def _() -> None:
    blosc.decompress(b"not compressed at all, though long enough")


@fresh("blosc", "codec_unknown", OUR_BUG)
def _() -> None:
    blosc.compress(b"order" * 40, typesize=1, cname="brotli")


@fresh("flatbuffers", "finished_too_early", OUR_BUG)
def _() -> None:
    flatbuffers.Builder(16).Output()


@fresh("flatbuffers", "object_in_an_object", OUR_BUG)
def _() -> None:
    builder = flatbuffers.Builder(16)
    builder.StartObject(1)
    builder.CreateString("order")


@fresh("hashids", "alphabet_too_small", OUR_SETTINGS)
def _() -> None:
    hashids.Hashids(alphabet="abc", salt="not-real")


@fresh("sqids", "alphabet_repeats", OUR_SETTINGS)
def _() -> None:
    sqids.Sqids(alphabet="aabcdefg")


@fresh("sqids", "number_below_zero", OUR_BUG)
def _() -> None:
    sqids.Sqids().encode([-1])


# --- tables -----------------------------------------------------------------------------------------------------------
@fresh("clevercsv", "field_too_large", INVALID)
def _() -> None:
    limit = clevercsv.field_size_limit(100)
    try:
        list(clevercsv.reader(io.StringIO("sku,note\n7," + "a" * 400)))
    finally:
        clevercsv.field_size_limit(limit)


@fresh("clevercsv", "dialect_unknown", OUR_BUG)
def _() -> None:
    clevercsv.reader(io.StringIO("sku,price\n"), dialect="of-nobody")


@fresh("dbfread", "memo_file_missing", INVALID, "a part that the upload lacks")
def _() -> None:
    head = bytes([0x83, 26, 1, 1]) + (1).to_bytes(4, "little") + (65).to_bytes(2, "little") + (11).to_bytes(2, "little")
    column = b"NOTE".ljust(11, b"\0") + b"M" + bytes(4) + bytes([10]) + bytes(15)
    with file_of(head.ljust(32, b"\0") + column + b"\r" + b" " * 11 + b"\x1a", "upload.dbf") as path:
        list(dbfread.DBF(path))


@fresh("dbfread", "file_absent", OUR_BUG, "a file of ours; configuration is defensible")
def _() -> None:
    dbfread.DBF("orders-of-nobody.dbf")


@fresh("dbfread", "no_table", UNPARSABLE)
def _() -> None:
    with file_of(b"sku;price\n7;1\n" * 9, "upload.dbf") as path:
        list(dbfread.DBF(path))


@fresh(
    "petl",
    "field_absent",
    Means("validation", False, (400, 404, 422), "low"),
    "a column that the client's table lacks; a bug is defensible",
)
def _() -> None:
    list(petl.cut([["sku", "price"], [7, 1]], "quantity"))


@fresh("petl", "value_not_converted", OUR_BUG, "a ValueError of one value; a cell of the client's: validation")
def _() -> None:
    list(petl.convert([["sku", "price"], [7, "one"]], "price", float, failonerror=True))


# --- protocols of devices and clinics ---------------------------------------------------------------------------------
@fresh("pynmea2", "checksum_wrong", UNPARSABLE)
def _() -> None:
    pynmea2.parse("$GPGGA,184353.07,1929.045,S,02410.506,E,1,04,2.6,100.00,M,-33.9,M,,0000*00")


@fresh("pynmea2", "no_sentence", UNPARSABLE)
def _() -> None:
    pynmea2.parse("Hello")


@fresh("pynmea2", "sentence_unknown", UNPARSABLE)
def _() -> None:
    pynmea2.parse("$GPXYZ,1,2*4F")


@fresh("hl7apy", "header_missing", UNPARSABLE)
def _() -> None:
    hl7apy.parser.parse_message("PID|1||7^^^A||Doe^Ann\r")


@fresh("hl7apy", "version_unsupported", INVALID)
def _() -> None:
    hl7apy.parser.parse_message("MSH|^~\\&|A|B|C|D|20260101||ADT^A01|7|P|9.9\r")


@fresh("hl7apy", "message_incomplete", INVALID)
def _() -> None:
    level = hl7apy.consts.VALIDATION_LEVEL.STRICT
    hl7apy.core.Message("ADT_A01", version="2.5", validation_level=level).validate()


@dataclass
class Parcel:
    sku: str = field(metadata={"type": "Element", "required": True})
    count: int = field(default=0, metadata={"type": "Element"})


@fresh("xsdata", "element_unknown", INVALID)
def _() -> None:
    XmlParser().from_string("<Parcel><sku>7</sku><colour>red</colour></Parcel>", Parcel)


@fresh("xsdata", "property_unknown", INVALID)
def _() -> None:
    JsonParser().from_string('{"sku": "7", "colour": "red"}', Parcel)


# --- languages --------------------------------------------------------------------------------------------------------
@fresh("humanfriendly", "size_unparsable", INVALID)
def _() -> None:
    humanfriendly.parse_size("many bytes")


@fresh("humanfriendly", "span_unparsable", INVALID)
def _() -> None:
    humanfriendly.parse_timespan("a while")


@fresh("jq", "program_malformed", OUR_BUG, _OURS)
def _() -> None:
    jq.compile(".orders[")


@fresh("jq", "value_of_the_wrong_kind", OUR_BUG, "a document of the client's: validation is defensible")
def _() -> None:
    jq.compile(".orders[0].sku").input_value({"orders": "none"}).first()


@fresh("jq", "text_unparsable", UNPARSABLE)
def _() -> None:
    jq.compile(".").input_text('{"orders": ').first()


@fresh("yaql", "expression_malformed", OUR_BUG, _OURS)
def _() -> None:
    yaql.YaqlFactory().create()("$.orders.where($.sku >)")


@fresh("yaql", "function_unknown", OUR_BUG, _OURS)
def _() -> None:
    yaql.YaqlFactory().create()("nowhere($)").evaluate(data={"orders": []}, context=yaql.create_context())


# --- pages and mails --------------------------------------------------------------------------------------------------
@fresh("pybars3", "template_malformed", OUR_SETTINGS, "a template of the installation")
def _() -> None:
    pybars.Compiler().compile("Dear {{#if name}}{{name}}{{/each}}")


@fresh("pybars3", "helper_unknown", OUR_SETTINGS, "a helper that was not registered; a bug is as defensible")
def _() -> None:
    pybars.Compiler().compile("{{money price 'EUR'}}")({"price": 7})


@fresh("mrml", "template_malformed", OUR_SETTINGS, "a template of the installation")
def _() -> None:
    mrml.to_html("<mjml><mj-body><mj-section></mj-body></mjml>")


@fresh("mrml", "element_unknown", OUR_SETTINGS, "a template of the installation")
def _() -> None:
    mrml.to_html("<html><body>Dear Ann</body></html>")


@fresh("css-inline", "style_sheet_absent", OUR_SETTINGS, "a style sheet of the installation")
def _() -> None:
    inliner = css_inline.CSSInliner(base_url="file:///srv/mails/")
    inliner.inline("<html><head><link rel='stylesheet' href='of-nobody.css'></head><body><p>Hello</p></body></html>")
