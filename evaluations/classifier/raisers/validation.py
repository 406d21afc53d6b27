"""Validators, parsers and serializers that are given the client's input, as it comes."""

from __future__ import annotations

import dataclasses
import io
import json
from typing import Any

import apischema
import attrs
import avro.io
import avro.schema
import cattrs
import cbor2
import cerberus
import defusedxml.ElementTree
import email_validator
import fastavro
import fastjsonschema
import jsonschema
import lxml.etree
import marshmallow
import msgpack
import msgspec
import orjson
import phonenumbers
import pydantic
import pydantic.v1
import python_multipart
import rapidjson
import ruamel.yaml
import schematics.models
import schematics.types
import toml
import ujson
import voluptuous
import webargs.flaskparser
import wtforms
import xmlschema
import yaml
from google.protobuf import json_format, struct_pb2, text_format, timestamp_pb2

from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    Means,
    add,
)

_PLAIN = "the plain reading: the client's input"
# a text that cannot be parsed is a bad request; some call a form that is well-formed and wrong the same
EITHER = Means("validation", False, (400, 422), "low")


# --- pydantic --------------------------------------------------------------------------------------------------------
class Order(pydantic.BaseModel):
    sku: str
    quantity: int = pydantic.Field(gt=0)


class OldOrder(pydantic.v1.BaseModel):
    sku: str
    quantity: int


add("pydantic", "field_missing", INVALID, lambda: Order.model_validate({"sku": "tea"}), note=_PLAIN)
add("pydantic", "field_too_small", INVALID, lambda: Order(sku="tea", quantity=0), note=_PLAIN)
add("pydantic", "json_malformed", INVALID, lambda: Order.model_validate_json('{"sku": '), note=_PLAIN)
add("pydantic", "adapter", INVALID, lambda: pydantic.TypeAdapter(list[int]).validate_python(["x"]), note=_PLAIN)
add("pydantic", "v1_field_missing", INVALID, lambda: OldOrder(sku="tea"), note=_PLAIN)
add("pydantic", "v1_json_malformed", INVALID, lambda: OldOrder.parse_raw('{"sku"'), note=_PLAIN)


@case("pydantic", "validation", transient=False, status=(400, 422), severity="low", note=_PLAIN)
def call_validated() -> None:
    @pydantic.validate_call
    def order(quantity: int) -> int:
        return quantity

    order("many")  # type: ignore[arg-type]


@case("pydantic", "system", transient=False, status=500, severity="high")
def schema_undefined() -> None:
    class Broken(pydantic.BaseModel):
        other: NoSuchModel  # type: ignore[name-defined]  # noqa: F821

    Broken(other=1)


@case("pydantic", "system", transient=False, status=500, severity="high")
def cannot_serialize() -> None:
    class Holder(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)
        thing: object

    Holder(thing=object()).model_dump_json()


@case("pydantic", "system", transient=False, status=500, severity="high")
def no_schema_for_type() -> None:
    class Broken(pydantic.BaseModel):
        thing: io.StringIO


# --- marshmallow, cerberus, jsonschema and their like ----------------------------------------------------------------
class _OrderSchema(marshmallow.Schema):
    sku = marshmallow.fields.String(required=True)
    quantity = marshmallow.fields.Integer(required=True)


add("marshmallow", "field_missing", INVALID, lambda: _OrderSchema().load({"sku": "tea"}))
add("marshmallow", "many_wrong", INVALID, lambda: _OrderSchema(many=True).load([{"sku": 1, "quantity": "x"}]))
add("marshmallow", "unknown_field", INVALID, lambda: _OrderSchema().load({"sku": "t", "quantity": 1, "x": 2}))
add("marshmallow", "class_unknown", OUR_BUG, lambda: marshmallow.class_registry.get_class("NoSuchSchema"))
add("marshmallow", "json_malformed", UNPARSABLE, lambda: _OrderSchema().loads("{"))

add("cerberus", "schema_malformed", OUR_BUG, lambda: cerberus.Validator({"sku": {"type": "no-such-type"}}))
add("cerberus", "document_no_mapping", EITHER, lambda: cerberus.Validator({"sku": {"type": "string"}}).validate([1]))

_SCHEMA: dict[str, Any] = {"type": "object", "required": ["sku"], "properties": {"quantity": {"type": "integer"}}}
add("jsonschema", "required_missing", INVALID, lambda: jsonschema.validate({}, _SCHEMA))
add("jsonschema", "type_wrong", INVALID, lambda: jsonschema.validate({"sku": 1, "quantity": "x"}, _SCHEMA))
add("jsonschema", "schema_wrong", OUR_BUG, lambda: jsonschema.validate({}, {"type": "no-such-type"}))
add(
    "jsonschema",
    "reference_missing",
    OUR_BUG,
    lambda: jsonschema.validate({"a": 1}, {"properties": {"a": {"$ref": "#/definitions/none"}}}),
)
add("fastjsonschema", "required_missing", INVALID, lambda: fastjsonschema.compile(_SCHEMA)({}))
add("fastjsonschema", "definition_wrong", OUR_BUG, lambda: fastjsonschema.compile({"type": "no-such-type"}))

add("voluptuous", "required_missing", INVALID, lambda: voluptuous.Schema({voluptuous.Required("sku"): str})({}))
add("voluptuous", "extra_keys", INVALID, lambda: voluptuous.Schema({"sku": str})({"x": 1}))
add("voluptuous", "range", INVALID, lambda: voluptuous.Schema(voluptuous.Range(min=1))(0))
add("voluptuous", "schema_wrong", OUR_BUG, lambda: voluptuous.Schema({"a": ...})({"a": 1}))


class _OldModel(schematics.models.Model):  # type: ignore[misc]
    sku = schematics.types.StringType(required=True)
    quantity = schematics.types.IntType()


add("schematics", "required_missing", INVALID, lambda: _OldModel({}).validate())
add("schematics", "conversion", INVALID, lambda: _OldModel({"quantity": "x"}))
add("schematics", "field_unknown", INVALID, lambda: _OldModel({"rogue": 1}))


@attrs.define
class _Line:
    sku: str = attrs.field(validator=attrs.validators.instance_of(str))
    quantity: int = attrs.field(validator=attrs.validators.gt(0))


add(
    "attrs",
    "type_wrong",
    OUR_BUG,
    lambda: _Line(sku=1, quantity=1),
    note="a builtin TypeError of a constructor says no more than a bug",
)
add(
    "attrs",
    "value_wrong",
    OUR_BUG,
    lambda: _Line(sku="t", quantity=0),
    note="a builtin ValueError says no more than a bug",
)
add("attrs", "frozen", OUR_BUG, lambda: setattr(attrs.frozen(_Line)("t", 1), "sku", "x"))
add("attrs", "not_an_attrs_class", OUR_BUG, lambda: attrs.fields(int))


@dataclasses.dataclass
class _Plain:
    sku: str
    quantity: int


add("cattrs", "field_missing", INVALID, lambda: cattrs.structure({"sku": "tea"}, _Plain), note=_PLAIN)
add("cattrs", "value_wrong", INVALID, lambda: cattrs.structure({"sku": "tea", "quantity": "x"}, _Plain), note=_PLAIN)
add("cattrs", "list_of_wrong", INVALID, lambda: cattrs.structure([{"sku": "t"}], list[_Plain]), note=_PLAIN)
add(
    "cattrs",
    "forbidden_extra",
    INVALID,
    lambda: cattrs.Converter(forbid_extra_keys=True).structure({"sku": "t", "quantity": 1, "x": 1}, _Plain),
    note=_PLAIN,
)
add("cattrs", "no_handler", OUR_BUG, lambda: cattrs.structure({}, io.StringIO))


class _Struct(msgspec.Struct, forbid_unknown_fields=True):
    sku: str
    quantity: int


add("msgspec", "json_malformed", UNPARSABLE, lambda: msgspec.json.decode(b'{"sku": '))
add("msgspec", "type_wrong", INVALID, lambda: msgspec.json.decode(b'{"sku": 1, "quantity": 1}', type=_Struct))
add("msgspec", "convert", INVALID, lambda: msgspec.convert({"sku": "t"}, _Struct))
add("msgspec", "cannot_encode", OUR_BUG, lambda: msgspec.json.encode(object()))
add("apischema", "field_missing", INVALID, lambda: apischema.deserialize(_Plain, {"sku": "tea"}))
add("apischema", "type_wrong", INVALID, lambda: apischema.deserialize(_Plain, {"sku": 1, "quantity": "x"}))
add("apischema", "unsupported", OUR_BUG, lambda: apischema.deserialize(io.StringIO, {}))

for _name, _address in (
    ("no_at", "somebody"),
    ("domain_wrong", "a@exa mple.com"),
    ("reserved", "a@localhost.test.invalid"),
):
    add(
        "email-validator",
        _name,
        INVALID,
        lambda text=_address: email_validator.validate_email(text, check_deliverability=False),
    )  # type: ignore[misc]
add("phonenumbers", "not_a_number", INVALID, lambda: phonenumbers.parse("call me", None))
add("phonenumbers", "country_missing", INVALID, lambda: phonenumbers.parse("030 1234567", None))


@case("wtforms", "validation", transient=False, status=(400, 422), severity="low")
def validator_refuses() -> None:
    class Form(wtforms.Form):
        quantity = wtforms.IntegerField()

    form = Form(data={"quantity": 0})
    wtforms.validators.NumberRange(min=1, message="too small")(form, form.quantity)


@case("wtforms", "validation", transient=False, status=(400, 422), severity="low")
def validation_stops() -> None:
    class Form(wtforms.Form):
        name = wtforms.StringField()

    form = Form()
    form.name.errors = []
    wtforms.validators.InputRequired()(form, form.name)


@case(
    "wtforms",
    "authentication",
    transient=False,
    status=(400, 403),
    severity="low",
    note="a CSRF token that does not fit",
)
def csrf_token() -> None:
    from datetime import timedelta

    from wtforms.csrf.session import SessionCSRF

    class Form(wtforms.Form):
        class Meta:
            csrf = True
            csrf_class = SessionCSRF
            csrf_secret = b"not-a-secret"
            csrf_time_limit = timedelta(minutes=20)
            csrf_context: dict[str, str] = {}

    form = Form()
    form._csrf.validate_csrf_token(form, form.csrf_token)


@case("webargs", "validation", transient=False, status=422, severity="low")
def flask_parser_refuses() -> None:
    from webargs import fields

    import flask

    app = flask.Flask(__name__)
    with app.test_request_context("/", method="POST", json={"quantity": "x"}):
        webargs.flaskparser.parser.parse({"quantity": fields.Int(required=True)}, location="json")


# --- formats ---------------------------------------------------------------------------------------------------------
add("orjson", "malformed", UNPARSABLE, lambda: orjson.loads(b"{"))
add("orjson", "cannot_encode", OUR_BUG, lambda: orjson.dumps(object()))
add("orjson", "not_utf8", UNPARSABLE, lambda: orjson.loads(b'"\xff"'))
add("ujson", "malformed", UNPARSABLE, lambda: ujson.loads("{"))
add("python-rapidjson", "malformed", UNPARSABLE, lambda: rapidjson.loads("{"))
add("python-rapidjson", "schema", INVALID, lambda: rapidjson.Validator(json.dumps(_SCHEMA))("{}"))
add("PyYAML", "scanner", UNPARSABLE, lambda: yaml.safe_load("a: b: c"))
add("PyYAML", "parser", UNPARSABLE, lambda: yaml.safe_load("[1, 2"))
add("PyYAML", "constructor", UNPARSABLE, lambda: yaml.safe_load("!!python/object:os.system {}"))
add("PyYAML", "composer", UNPARSABLE, lambda: yaml.safe_load("a: *unknown"))
add("PyYAML", "representer", OUR_BUG, lambda: yaml.safe_dump(object()))
add("ruamel.yaml", "scanner", UNPARSABLE, lambda: ruamel.yaml.YAML(typ="safe").load("a: b: c"))
add("ruamel.yaml", "duplicate_key", UNPARSABLE, lambda: ruamel.yaml.YAML(typ="safe").load("a: 1\na: 2"))
add("toml", "malformed", UNPARSABLE, lambda: toml.loads("a = "))
add("lxml", "malformed", UNPARSABLE, lambda: lxml.etree.fromstring(b"<a><b></a>"))
add("lxml", "empty", UNPARSABLE, lambda: lxml.etree.fromstring(b""))
add("lxml", "xpath", OUR_BUG, lambda: lxml.etree.fromstring(b"<a/>").xpath("//["))
_XSD = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:int"/></xs:schema>'
add(
    "lxml",
    "schema_refuses",
    INVALID,
    lambda: lxml.etree.XMLSchema(lxml.etree.fromstring(_XSD)).assertValid(lxml.etree.fromstring(b"<a>x</a>")),
)
add("lxml", "schema_malformed", OUR_BUG, lambda: lxml.etree.XMLSchema(lxml.etree.fromstring(b"<a/>")))
add("xmlschema", "refuses", INVALID, lambda: xmlschema.XMLSchema(_XSD.decode()).validate("<a>x</a>"))
_BOMB = '<!DOCTYPE d [<!ENTITY a "x">]><d>&a;</d>'
add("defusedxml", "entities", UNPARSABLE, lambda: defusedxml.ElementTree.fromstring(_BOMB))
add(
    "defusedxml",
    "external",
    UNPARSABLE,
    lambda: defusedxml.ElementTree.fromstring('<!DOCTYPE d SYSTEM "http://x/y.dtd"><d/>', forbid_dtd=True),
)
add("beautifulsoup4", "no_such_parser", OUR_SETTINGS, lambda: __import__("bs4").BeautifulSoup("<a>", "no-such-parser"))
add("beautifulsoup4", "selector", OUR_BUG, lambda: __import__("bs4").BeautifulSoup("<a>", "html.parser").select("a["))
add("python-multipart", "boundary", UNPARSABLE, lambda: python_multipart.MultipartParser(b"b").write(b"garbage"))
add(
    "python-multipart",
    "no_boundary",
    UNPARSABLE,
    lambda: python_multipart.create_form_parser({"Content-Type": "multipart/form-data"}, None, None),
)
add("protobuf", "malformed", UNPARSABLE, lambda: struct_pb2.Struct.FromString(b"\xff\xff"))
add("protobuf", "json_field", UNPARSABLE, lambda: json_format.Parse('{"x": 1}', timestamp_pb2.Timestamp()))
add("protobuf", "text_malformed", UNPARSABLE, lambda: text_format.Parse("seconds: :", timestamp_pb2.Timestamp()))
add("msgpack", "malformed", UNPARSABLE, lambda: msgpack.unpackb(b"\xc1"))
add("msgpack", "cut", UNPARSABLE, lambda: msgpack.unpackb(b"\x93\x01"))
add("msgpack", "extra", UNPARSABLE, lambda: msgpack.unpackb(b"\x01\x02"))
add("cbor2", "cut", UNPARSABLE, lambda: cbor2.loads(b"\x82\x01"))
add("cbor2", "cannot_encode", OUR_BUG, lambda: cbor2.dumps(object()))
_AVRO: dict[str, Any] = {"type": "record", "name": "Order", "fields": [{"name": "sku", "type": "string"}]}
add("fastavro", "schema_unknown_type", OUR_BUG, lambda: fastavro.parse_schema({"type": "no-such-type"}))
add(
    "fastavro",
    "record_refused",
    INVALID,
    lambda: fastavro.validation.validate({"sku": 1}, fastavro.parse_schema(_AVRO)),
)
add("avro", "schema_malformed", OUR_BUG, lambda: avro.schema.parse('{"type": "no-such-type"}'))


@case("avro", "validation", transient=False, status=(400, 422), severity="low")
def datum_refused() -> None:
    writer = avro.io.DatumWriter(avro.schema.parse(json.dumps(_AVRO)))
    writer.write({"sku": 1}, avro.io.BinaryEncoder(io.BytesIO()))
