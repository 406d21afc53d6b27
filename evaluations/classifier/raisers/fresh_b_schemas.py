"""Schemas and formats: input that does not fit, schemas of ours that are wrong, stored bytes that cannot be read."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Annotated, Any

import annotated_types
import apischema
import attrs
import avro.datafile
import avro.errors
import avro.io
import avro.schema
import cattrs
import cbor2
import cerberus
import elementpath
import fastavro
import fastjsonschema
import jsonschema
import jsonschema.exceptions
import lxml.etree
import marshmallow
import msgpack
import msgspec
import orjson
import polyfactory.factories
import proto
import pydantic
import pydantic.json_schema
import pydantic_core
import python_multipart
import rapidjson
import referencing
import referencing.exceptions
import referencing.jsonschema
import schematics.models
import schematics.types
import ujson
import uuid_utils
import voluptuous
import wtforms
import xmlschema
from google.protobuf import descriptor_pb2, json_format, timestamp_pb2, wrappers_pb2
from google.protobuf.any_pb2 import Any as AnyMessage
from webargs import core as webargs_core
from webargs import fields as webargs_fields

from evaluations.classifier.raisers._fresh_b import INPUT, put
from evaluations.classifier.raisers.scaffold_http import (
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    UNREADABLE,
)


# --- pydantic ---------------------------------------------------------------------------------------------------------
class _Card(pydantic.BaseModel):
    kind: str = "card"
    number: str

    @pydantic.field_validator("number")
    @classmethod
    def _long_enough(cls, value: str) -> str:
        assert len(value) >= 12, "too short for a card"
        return value


class _Span(pydantic.BaseModel):
    start: int
    end: int

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> _Span:
        if self.start > self.end:
            raise pydantic_core.PydanticCustomError("span", "{end} is before {start}", {"end": self.end, "start": 0})
        return self


class _Opaque:
    """A class of which pydantic knows nothing."""


class _Holder(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
    held: _Opaque


put("pydantic", "assertion_in_a_validator", INPUT, lambda: _Card(number="4"))
put("pydantic", "custom_error_of_a_model", INPUT, lambda: _Span(start=4, end=2))
put("pydantic", "error_of_its_own_outside", INPUT, lambda: _raise(pydantic_core.PydanticCustomError("sku", "no sku")))
put("pydantic", "no_json_schema", OUR_BUG, lambda: _Holder.model_json_schema())
put("pydantic", "attribute_of_model_unknown", OUR_BUG, lambda: _Span(start=1, end=2).length)
put("pydantic", "removed_since_version_2", OUR_BUG, lambda: pydantic.BaseSettings, note="an import of ours")
put(
    "pydantic",
    "number_too_small_by_adapter",
    INPUT,
    lambda: pydantic.TypeAdapter(Annotated[int, annotated_types.Gt(3)]).validate_json("3"),
)


def _raise(exc: Exception) -> Any:
    raise exc


# --- marshmallow, webargs, WTForms ------------------------------------------------------------------------------------
class _Period(marshmallow.Schema):
    start = marshmallow.fields.Integer(required=True)
    end = marshmallow.fields.Integer(required=True)

    @marshmallow.validates_schema
    def _in_order(self, data: Any, **_: Any) -> None:
        if data["start"] > data["end"]:
            raise marshmallow.ValidationError("ends before it starts", "end")


class _Plain(marshmallow.Schema):
    at = marshmallow.fields.DateTime()


class _Upload(wtforms.Form):
    size = wtforms.IntegerField()


put("marshmallow", "rule_of_the_schema", INPUT, lambda: _Period().load({"start": 4, "end": 2}))
put("marshmallow", "dump_of_a_text_as_date", OUR_BUG, lambda: _Plain().dump({"at": "today"}), note="an AttributeError")
put("marshmallow", "only_is_no_list", OUR_BUG, lambda: _Plain(only="at"))
put("marshmallow", "not_an_object", INPUT, lambda: _Plain().load([1]))
put(
    "webargs",
    "location_unknown",
    OUR_BUG,
    lambda: webargs_core.Parser().parse({"page": webargs_fields.Int()}, object(), location="trailer"),
)
put(
    "wtforms",
    "number_is_a_word",
    INPUT,
    lambda: _Upload().size.process_formdata(["many"]),
    note="a ValueError of a field",
)


# --- JSON Schema ------------------------------------------------------------------------------------------------------
_REGISTRY = referencing.Registry().with_resource("urn:a", referencing.jsonschema.DRAFT202012.create_resource({}))


def _unknown_type() -> Any:
    checker = jsonschema.Draft202012Validator.TYPE_CHECKER
    return checker.is_type(4, "money")


put(
    "jsonschema",
    "property_of_nobody",
    INPUT,
    lambda: jsonschema.validate({"sku": 1, "x": 2}, {"properties": {"sku": {}}, "additionalProperties": False}),
)
put(
    "jsonschema",
    "too_few_items",
    INPUT,
    lambda: jsonschema.validate({"lines": []}, {"properties": {"lines": {"minItems": 1}}}),
)
put("jsonschema", "type_of_no_checker", OUR_BUG, _unknown_type)
put(
    "referencing", "no_such_resource", OUR_SETTINGS, lambda: _REGISTRY.get_or_retrieve("urn:b"), note="a schema of ours"
)
put(
    "referencing",
    "no_such_anchor",
    OUR_SETTINGS,
    lambda: _REGISTRY.resolver("urn:a").lookup("#none"),
    note="a schema of ours",
)
put("fastjsonschema", "format_of_a_date", INPUT, lambda: fastjsonschema.compile({"format": "date"})("2026-02-40x"))
put("cerberus", "no_schema_given", OUR_BUG, lambda: cerberus.Validator().validate({"a": 1}))
put("voluptuous", "nested_list", INPUT, lambda: voluptuous.Schema({"lines": [{"n": int}]})({"lines": [{"n": "x"}]}))
put("voluptuous", "only_one_of_group", INPUT, lambda: _exclusive())


def _exclusive() -> Any:
    either = {voluptuous.Exclusive(name, "pay"): str for name in ("card", "iban")}
    return voluptuous.Schema(either)({"card": "1", "iban": "2"})


# --- attrs, cattrs, msgspec, apischema, schematics --------------------------------------------------------------------
@attrs.frozen
class _Sku:
    code: str = attrs.field(validator=attrs.validators.matches_re(r"[A-Z]+-\d+"))


@attrs.define
class _Line:
    sku: str
    amount: int


def _default_twice() -> Any:
    class Broken:
        x = attrs.field(default=1)

        @x.default  # type: ignore[attr-defined,untyped-decorator]
        def _x(self) -> int:
            return 2

    return Broken


def _frozen() -> None:
    _Sku("A-1").code = "B-2"  # type: ignore[misc]


class _Customer(schematics.models.Model):  # type: ignore[misc]
    email = schematics.types.EmailType(required=True)


put("attrs", "frozen_instance_changed", OUR_BUG, _frozen)
put("attrs", "default_twice", OUR_BUG, _default_twice)
put("attrs", "pattern_does_not_fit", OUR_BUG, lambda: _Sku("a1"), note="a plain ValueError; the view should check")
put(
    "cattrs",
    "plain_key_error",
    OUR_BUG,
    lambda: cattrs.Converter(detailed_validation=False).structure({"sku": "a"}, _Line),
    note="a KeyError; validation is defensible",
)
put("msgspec", "trailing_characters", UNPARSABLE, lambda: msgspec.json.decode(b'{"a": 1} x'))
put("msgspec", "duration_malformed", INPUT, lambda: msgspec.json.decode(b'"P1X"', type=dt.timedelta))
put("msgspec", "cannot_be_built", OUR_BUG, lambda: msgspec.json.Decoder(set[list[Any]] | dict[str, int] | _Line | _Sku))
put("apischema", "several_faults", INPUT, lambda: apischema.deserialize(dict[str, int], {"a": "x", "b": None}))
put("schematics", "email_missing", INPUT, lambda: _Customer({}).validate())
put("schematics", "field_of_nobody", INPUT, lambda: _Customer({"e": 1}))
put(
    "polyfactory",
    "model_not_given",
    OUR_SETTINGS,
    lambda: type("F", (polyfactory.factories.DataclassFactory,), {"__model__": int}),
    note="a bug of ours just as well",
)


# --- protobuf, Avro, MessagePack, CBOR --------------------------------------------------------------------------------
_AVRO = avro.schema.parse('{"type": "record", "name": "A", "fields": [{"name": "n", "type": "int"}]}')
_AVRO_NEW = avro.schema.parse(
    '{"type": "record", "name": "A", "fields": [{"name": "n", "type": "int"}, {"name": "m", "type": "string"}]}'
)


def _avro_read(data: bytes, reader: Any = None) -> Any:
    decoder = avro.io.BinaryDecoder(io.BytesIO(data))
    return avro.io.DatumReader(_AVRO, reader or _AVRO).read(decoder)


def _avro_old_file() -> Any:
    out = io.BytesIO()
    with avro.datafile.DataFileWriter(out, avro.io.DatumWriter(), _AVRO) as writer:
        writer.append({"n": 4})
        writer.flush()
        data = out.getvalue()
    return next(avro.datafile.DataFileReader(io.BytesIO(data), avro.io.DatumReader(readers_schema=_AVRO_NEW)))


def _fastavro_cut() -> Any:
    out = io.BytesIO()
    fastavro.writer(out, {"type": "array", "items": "string"}, [["a" * 90]])
    return list(fastavro.reader(io.BytesIO(out.getvalue()[:-40])))


def _packed_stack() -> Any:
    unpacker = msgpack.Unpacker(max_buffer_size=8)
    return unpacker.feed(b"x" * 99)


class _Stock(proto.Message):  # type: ignore[misc]
    amount = proto.Field(proto.INT32, number=1)


def _wrong_any() -> Any:
    packed = AnyMessage()
    packed.Pack(timestamp_pb2.Timestamp(seconds=4))
    return json_format.Parse('{"@type": "type.googleapis.com/shop.Order", "n": 1}', packed)


put(
    "protobuf",
    "json_field_of_nobody",
    INPUT,
    lambda: json_format.Parse('{"nme": "x"}', descriptor_pb2.FieldDescriptorProto()),
)
put("protobuf", "json_type_of_nobody", INPUT, _wrong_any, note="names a type that we do not know")
put("protobuf", "field_unknown", OUR_BUG, lambda: wrappers_pb2.Int32Value(amount=4))
put("protobuf", "number_out_of_range", OUR_BUG, lambda: wrappers_pb2.Int32Value(value=2**40))
put("proto-plus", "field_unknown", OUR_BUG, lambda: _Stock(amounts=4))
put(
    "avro",
    "no_container",
    UNPARSABLE,
    lambda: avro.datafile.DataFileReader(io.BytesIO(b"nope" + b"\0" * 17), avro.io.DatumReader()),
)
put("avro", "bytes_end_early", UNPARSABLE, lambda: _avro_read(b""))
put(
    "avro",
    "old_file_under_new_schema",
    UNREADABLE,
    _avro_old_file,
    note="a stored file that the new schema cannot take",
)
put(
    "fastavro",
    "file_cut_off",
    UNPARSABLE,
    _fastavro_cut,
    note="an EOFError of the parser; data_integrity if it was stored",
)
put("msgpack", "buffer_full", UNPARSABLE, _packed_stack, note="more than the limit of the reader; 413 is defensible")
put("msgpack", "integer_too_large", OUR_BUG, lambda: msgpack.packb(2**70))
put(
    "msgpack",
    "text_not_utf_8",
    UNPARSABLE,
    lambda: msgpack.unpackb(b"\xa2\xff\xfe"),
    note="a UnicodeDecodeError of the parser",
)
put("cbor2", "tag_of_a_bad_date", UNPARSABLE, lambda: cbor2.loads(b"\xc0\x64soon"))


# --- JSON, XML, ids, and who reads them -------------------------------------------------------------------------------
def _xsd(instance: str) -> Callable[[], Any]:
    text = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="n" type="xs:int"/></xs:schema>'
    return lambda: xmlschema.XMLSchema(text).validate(instance)


def _parts() -> Any:
    parser = python_multipart.FormParser("application/x-money", None, None)
    return parser.write(b"a")


put("orjson", "key_is_no_text", OUR_BUG, lambda: orjson.dumps({(1, 2): 3}))
put("orjson", "trailing_comma", UNPARSABLE, lambda: orjson.loads(b'{"a": 1,}'))
put("ujson", "circle", OUR_BUG, lambda: ujson.dumps(_circle()))
put("python-rapidjson", "second_root", UNPARSABLE, lambda: rapidjson.loads('{"a": 1} {"b": 2}'))
put("python-multipart", "content_type_unknown", UNPARSABLE, _parts)
put("xmlschema", "document_not_valid", INPUT, _xsd("<n>many</n>"))
put(
    "elementpath",
    "expression_malformed",
    OUR_BUG,
    lambda: elementpath.select(lxml.etree.XML("<a/>"), "//a["),
    note="configuration is defensible",
)
put(
    "uuid-utils",
    "malformed",
    OUR_BUG,
    lambda: uuid_utils.UUID("order-4"),
    note="a plain ValueError; the view should check",
)


def _circle() -> Any:
    one: list[Any] = []
    one.append(one)
    return one
