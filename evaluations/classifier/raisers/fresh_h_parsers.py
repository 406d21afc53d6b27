"""Parsers of formats that come in with a request, and writers that are misused."""

from __future__ import annotations

import io

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_h import BUG, INPUT, SETTINGS, file_of


@case("untangle", "validation", **INPUT)
def fresh_h_mismatched_tag() -> None:
    import untangle

    untangle.parse("<order><item>1</order>")


@case("untangle", "validation", **INPUT)
def fresh_h_undefined_entity() -> None:
    import untangle

    untangle.parse(io.StringIO("<order><note>&unknown;</note></order>"))


@case("untangle", "system", **BUG, note="an attribute that the code takes for granted")
def fresh_h_no_such_element() -> None:
    import untangle

    untangle.parse("<order><item>1</item></order>").order.customer.cdata


@case("nestedtext", "validation", **INPUT)
def fresh_h_invalid_indentation() -> None:
    import nestedtext

    nestedtext.loads("name: a\n  more: b\n", top="dict")


@case("nestedtext", "validation", **INPUT)
def fresh_h_duplicate_key() -> None:
    import nestedtext

    nestedtext.loads("name: a\nname: b\n", top="dict")


@case("nestedtext", "validation", **INPUT)
def fresh_h_unrecognized_line() -> None:
    import nestedtext

    nestedtext.loads("just words without a colon\n", top="dict")


@case("nestedtext", "system", **BUG, note="an object of ours that the format has no form for")
def fresh_h_nestedtext_unsupported_type() -> None:
    import nestedtext

    nestedtext.dumps({"when": object()})


@case("json-stream", "validation", **INPUT)
def fresh_h_json_stream_cut_off() -> None:
    import json_stream

    list(json_stream.load(io.StringIO('{"items": [1, 2'))["items"])


@case("json-stream", "validation", **INPUT)
def fresh_h_no_json() -> None:
    import json_stream

    json_stream.load(io.StringIO("items: 1"))


@case("json-stream", "system", **BUG)
def fresh_h_read_twice() -> None:
    import json_stream

    data = json_stream.load(io.StringIO('{"a": 1, "b": 2}'))
    data["b"]
    data["a"]


@case("partial-json-parser", "validation", **INPUT)
def fresh_h_malformed() -> None:
    import partial_json_parser

    partial_json_parser.loads('{"a": nope}')


@case("partial-json-parser", "validation", **INPUT)
def fresh_h_nothing_to_parse() -> None:
    import partial_json_parser

    partial_json_parser.loads("")


@case("amazon-ion", "validation", **INPUT)
def fresh_h_unclosed_struct() -> None:
    from amazon.ion import simpleion

    simpleion.loads("{name: 'a', ")


@case("amazon-ion", "validation", **INPUT)
def fresh_h_bad_timestamp() -> None:
    from amazon.ion import simpleion

    simpleion.loads("2024-13-45T")


@case("amazon-ion", "validation", **INPUT)
def fresh_h_damaged_binary() -> None:
    from amazon.ion import simpleion

    simpleion.loads(b"\xe0\x01\x00\xea\xde\x8f\x21\x01")


@case("u-msgpack-python", "validation", **INPUT)
def fresh_h_insufficient_data() -> None:
    import umsgpack

    umsgpack.unpackb(b"\x82\xa1a\x01")


@case("u-msgpack-python", "validation", **INPUT)
def fresh_h_reserved_code() -> None:
    import umsgpack

    umsgpack.unpackb(b"\xc1")


@case("u-msgpack-python", "validation", **INPUT)
def fresh_h_invalid_string() -> None:
    import umsgpack

    umsgpack.unpackb(b"\xa2\xff\xfe")


@case("u-msgpack-python", "system", **BUG)
def fresh_h_u_msgpack_python_unsupported_type() -> None:
    import umsgpack

    umsgpack.packb({"handler": object()})


@case("ormsgpack", "validation", **INPUT)
def fresh_h_ormsgpack_cut_off() -> None:
    import ormsgpack

    ormsgpack.unpackb(b"\x82\xa1a\x01\xa1")


@case("ormsgpack", "system", **BUG)
def fresh_h_unserializable() -> None:
    import ormsgpack

    ormsgpack.packb({"handler": object()})


@case("ormsgpack", "system", **BUG)
def fresh_h_key_is_no_str() -> None:
    import ormsgpack

    ormsgpack.packb({1: "one"})


@case("dirtyjson", "validation", **INPUT)
def fresh_h_expecting_value() -> None:
    import dirtyjson

    dirtyjson.loads("<html>")


@case("dirtyjson", "validation", **INPUT)
def fresh_h_unterminated() -> None:
    import dirtyjson

    dirtyjson.loads('{"name": "a')


@case("dirtyjson", "validation", **INPUT)
def fresh_h_expecting_colon() -> None:
    import dirtyjson

    dirtyjson.loads('{"name" "a"}')


@case("luqum", "validation", **INPUT)
def fresh_h_unbalanced_query() -> None:
    from luqum.parser import parser

    parser.parse("(title:foo AND body:bar")


@case("luqum", "validation", **INPUT)
def fresh_h_illegal_character() -> None:
    from luqum.parser import parser

    parser.parse('title:"never closed')


@case("luqum", "validation", **INPUT)
def fresh_h_dangling_operator() -> None:
    from luqum.parser import parser

    parser.parse("title:foo AND AND bar")


@case("luqum", "validation", **INPUT, note="a field of the client's query that its check refuses")
def fresh_h_nested_field_unknown() -> None:
    from luqum.check import CheckNestedFields
    from luqum.parser import parser

    CheckNestedFields(nested_fields={"author": ["name"]})(parser.parse("author:foo"))


@case("ofxtools", "validation", **INPUT)
def fresh_h_no_header() -> None:
    from ofxtools.Parser import OFXTree

    OFXTree().parse(io.BytesIO(b"date;amount\n2024-01-01;10\n"))


@case("ofxtools", "validation", **INPUT)
def fresh_h_required_element_missing() -> None:
    from ofxtools.Parser import OFXTree

    header = b'<?xml version="1.0"?><?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" '
    header += b'OLDFILEUID="NONE" NEWFILEUID="NONE"?>'
    tree = OFXTree()
    tree.parse(
        io.BytesIO(header + b"<OFX><SIGNONMSGSRSV1><SONRS><LANGUAGE>ENG</LANGUAGE></SONRS></SIGNONMSGSRSV1></OFX>")
    )
    tree.convert()


@case("fitparse", "validation", **INPUT)
def fresh_h_no_fit_file() -> None:
    import fitparse

    fitparse.FitFile(b"this is certainly no activity at all").parse()


@case("fitparse", "validation", **INPUT)
def fresh_h_truncated_header() -> None:
    import fitparse

    fitparse.FitFile(b"\x0e\x10").parse()


@case("fitparse", "validation", **INPUT)
def fresh_h_wrong_checksum() -> None:
    import fitparse

    fitparse.FitFile(b"\x0e\x10\xd9\x07\x08\x00\x00\x00.FIT\x01\x02" + bytes(range(10))).parse()


@case("mail-parser", "configuration", **SETTINGS, note="the tool that converts is not installed")
def fresh_h_no_backend_for_outlook() -> None:
    import mailparser

    with file_of(b"no outlook message", ".msg") as path:
        mailparser.parse_from_file_msg(path)


@case("configargparse", "configuration", **SETTINGS)
def fresh_h_toml_section_damaged() -> None:
    import configargparse

    configargparse.TomlConfigParser(["app"]).parse(io.StringIO("[app]\nport = = 1\n"))
