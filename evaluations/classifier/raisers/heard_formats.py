"""Validation and serialization: input of clients, definitions of ours, files and caches that are stored."""

from __future__ import annotations

import datetime as dt
import decimal
import io
import pathlib
import tempfile
import uuid
from typing import Annotated, Any, Literal

import attrs
import cattrs
import cerberus
import dateutil.parser
import dateutil.rrule
import defusedxml.ElementTree
import email_validator
import fastavro
import jsonschema
import lxml.etree
import marshmallow
import msgspec
import openpyxl
import orjson
import phonenumbers
import pydantic
import pydantic_settings
import ruamel.yaml
import yaml
from google.protobuf import descriptor_pool, json_format, struct_pb2, timestamp_pb2
from google.protobuf.message import DecodeError
from PIL import Image, ImageDraw, ImageFont

from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    UNREADABLE,
    Means,
    add,
)

_MEDIA = Means("validation", False, (400, 415, 422), "low")
_HERE = pathlib.Path(tempfile.mkdtemp(prefix="heard-"))


def _file(name: str, content: bytes | str) -> pathlib.Path:
    path = _HERE / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# --- pydantic, pydantic-settings --------------------------------------------------------------------------------------
class _Card(pydantic.BaseModel):
    kind: Literal["card"]
    number: Annotated[str, pydantic.StringConstraints(min_length=12)]


class _Transfer(pydantic.BaseModel):
    kind: Literal["transfer"]
    iban: str


class _Payment(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")
    by: Annotated[_Card | _Transfer, pydantic.Field(discriminator="kind")]

    @pydantic.model_validator(mode="after")
    def _checked(self) -> _Payment:
        if isinstance(self.by, _Transfer) and self.by.iban == "bug":
            raise KeyError("bic")
        return self


class _Smtp(pydantic_settings.BaseSettings):
    model_config = pydantic_settings.SettingsConfigDict(env_prefix="HEARD_SMTP_", env_file=None)
    host: str = "mail.test"
    port: int


def _frozen() -> Any:
    payment = _Payment(by=_Transfer(kind="transfer", iban="x"))
    payment.by = None  # type: ignore[assignment, misc]


def _clash() -> Any:
    class Clash(pydantic.BaseModel):
        name: str

        @pydantic.field_validator("nam")
        @classmethod
        def _no(cls, value: str) -> str:
            return value


def _settings_from_file() -> Any:
    path = _file("heard.env", "HEARD_SMTP_PORT=twenty-five\n")
    return _Smtp(_env_file=path)  # type: ignore[call-arg]


def _not_annotated() -> Any:
    return type("Loose", (pydantic.BaseModel,), {"limit": 10})


add("pydantic", "union_tag_unknown", INVALID, lambda: _Payment.model_validate({"by": {"kind": "cash"}}))
add("pydantic", "extra_forbidden", INVALID, lambda: _Payment.model_validate({"by": None, "x": 1}))
add(
    "pydantic",
    "key_error_in_validator",
    OUR_BUG,
    lambda: _Payment.model_validate({"by": {"kind": "transfer", "iban": "bug"}}),
)
add(
    "pydantic",
    "frozen_model",
    OUR_BUG,
    _frozen,
    note="a ValidationError, but our own code assigned; input is defensible",
)
add("pydantic", "validator_for_no_field", OUR_BUG, _clash)
add("pydantic", "field_not_annotated", OUR_BUG, _not_annotated)
add(
    "pydantic",
    "json_with_a_bad_date",
    INVALID,
    lambda: pydantic.TypeAdapter(dt.date).validate_json('"2026-13-01"'),
)
add("pydantic-settings", "file_with_a_bad_port", OUR_SETTINGS, _settings_from_file)
add("pydantic-settings", "port_missing", OUR_SETTINGS, _Smtp)


# --- marshmallow, attrs, cattrs, msgspec ------------------------------------------------------------------------------
class _Line(marshmallow.Schema):
    sku = marshmallow.fields.UUID(required=True)
    at = marshmallow.fields.DateTime(format="iso")
    state = marshmallow.fields.String(validate=marshmallow.validate.OneOf(["new", "sent"]))


def _method_missing() -> Any:
    class Price(marshmallow.Schema):
        price = marshmallow.fields.Method("get_price")

    return Price().dump({"a": 1})


@attrs.define
class _Item:
    sku: str
    count: int = attrs.field(validator=attrs.validators.in_([1, 2]))


class _Event(msgspec.Struct, tag=True, forbid_unknown_fields=True):
    at: dt.datetime
    count: Annotated[int, msgspec.Meta(ge=1)]


class _Other(msgspec.Struct, tag=True):
    pass


add("marshmallow", "value_not_of_the_list", INVALID, lambda: _Line().load({"sku": str(uuid.uuid4()), "state": "x"}))
add("marshmallow", "dates_malformed", INVALID, lambda: _Line(many=True).load([{"sku": "1", "at": "soon"}]))
add("marshmallow", "only_of_no_field", OUR_BUG, lambda: _Line(only=("skus",)))
add("marshmallow", "method_missing", OUR_BUG, _method_missing)
add("attrs", "argument_left_out", OUR_BUG, lambda: _Item())  # type: ignore[call-arg]
add("attrs", "no_such_attribute_evolved", OUR_BUG, lambda: attrs.evolve(_Item("a", 1), colour="red"))
add(
    "cattrs",
    "nested_members_wrong",
    INVALID,
    lambda: cattrs.structure([{"sku": "a", "count": "x"}, {"count": 1}], list[_Item]),
)
add(
    "cattrs",
    "ambiguous_union",
    OUR_BUG,
    lambda: cattrs.structure({}, _Item | _Both),
    note="cannot tell the classes apart",
)
add("msgspec", "tag_unknown", INVALID, lambda: msgspec.json.decode(b'{"type": "x"}', type=_Event | _Other))
add(
    "msgspec",
    "constraint",
    INVALID,
    lambda: msgspec.json.decode(b'{"type": "_Event", "at": "2026-01-01T00:00:00", "count": 0}', type=_Event),
)
add("msgspec", "pack_cut_off", UNPARSABLE, lambda: msgspec.msgpack.decode(msgspec.msgpack.encode([1] * 20)[:5]))
add("msgspec", "json_not_utf8", UNPARSABLE, lambda: msgspec.json.decode(b'"\xff\xfe"'))
add(
    "msgspec",
    "structs_cannot_be_told_apart",
    OUR_BUG,
    lambda: msgspec.json.decode(b"{}", type=msgspec.defstruct("A", ["a"]) | msgspec.defstruct("B", ["b"])),
)


@attrs.define
class _Both:
    sku: str
    count: int


# --- jsonschema, cerberus, orjson -------------------------------------------------------------------------------------
add(
    "jsonschema",
    "nothing_of_any",
    INVALID,
    lambda: jsonschema.validate({"a": 1}, {"anyOf": [{"required": ["b"]}, {"type": "string"}]}),
)
add(
    "jsonschema",
    "pattern_of_ours_malformed",
    OUR_BUG,
    lambda: jsonschema.validate("x", {"pattern": "(unclosed"}),
    note="a schema of ours is wrong; configuration is defensible",
)
add(
    "jsonschema",
    "format_checker",
    INVALID,
    lambda: jsonschema.validate("soon", {"format": "date"}, format_checker=jsonschema.FormatChecker()),
)
add(
    "cerberus",
    "rule_unknown",
    OUR_BUG,
    lambda: cerberus.Validator({"a": {"typo": "string"}}),
    note="a schema in the code",
)
add("orjson", "circle", OUR_BUG, lambda: orjson.dumps(_circle()))
add("orjson", "too_deep", UNPARSABLE, lambda: orjson.loads("[" * 2_000))
add("orjson", "decimal", OUR_BUG, lambda: orjson.dumps({"sum": decimal.Decimal("3.10")}))


def _circle() -> Any:
    around: list[Any] = []
    around.append(around)
    return around


# --- YAML -------------------------------------------------------------------------------------------------------------
def _settings_of_the_app() -> Any:
    return yaml.safe_load(_file("settings.yaml", "cache:\n  ttl: 5\n size: 4\n").open())


add(
    "PyYAML",
    "settings_file_malformed",
    OUR_SETTINGS,
    _settings_of_the_app,
    note="a file of the installation; a parser in a view is input by itself",
)
add("PyYAML", "alias_unknown", UNPARSABLE, lambda: yaml.safe_load("a: *nobody"))
add("PyYAML", "control_character", UNPARSABLE, lambda: yaml.safe_load("a: \x00"))
add("PyYAML", "python_object_refused", UNPARSABLE, lambda: yaml.safe_load("!!python/object/apply:os.getcwd []"))
add("PyYAML", "object_cannot_be_dumped", OUR_BUG, lambda: yaml.safe_dump({"a": object()}))
add("ruamel.yaml", "indentation", UNPARSABLE, lambda: ruamel.yaml.YAML(typ="safe").load("a:\n  - b\n c: d\n"))
add("ruamel.yaml", "tag_without_constructor", UNPARSABLE, lambda: ruamel.yaml.YAML(typ="safe").load("a: !secret x"))
add("ruamel.yaml", "not_representable", OUR_BUG, lambda: ruamel.yaml.YAML(typ="safe").dump(object(), io.StringIO()))


# --- protobuf, avro ---------------------------------------------------------------------------------------------------
def _avro_of_another_schema() -> Any:
    record = {"type": "record", "name": "A", "fields": [{"name": "n", "type": "long"}]}
    other = {"type": "record", "name": "A", "fields": [{"name": "n", "type": "string"}]}
    file = io.BytesIO()
    fastavro.writer(file, fastavro.parse_schema(record), [{"n": 4}])
    file.seek(0)
    return list(fastavro.reader(file, fastavro.parse_schema(other)))


add("protobuf", "field_of_the_wrong_type", OUR_BUG, lambda: timestamp_pb2.Timestamp(seconds="four"))  # type: ignore[arg-type]
add("protobuf", "timestamp_malformed", INVALID, lambda: json_format.Parse('"soon"', timestamp_pb2.Timestamp()))
add(
    "protobuf",
    "message_unknown",
    OUR_BUG,
    lambda: descriptor_pool.Default().FindMessageTypeByName("shop.Order"),
    note="a KeyError: a module that was not imported",
)
add(
    "protobuf",
    "wire_format_cut",
    UNPARSABLE,
    lambda: struct_pb2.Struct.FromString(b"\x0a\x50abc"),
    note=f"a {DecodeError.__name__} in a view is taken for input",
)
add("fastavro", "not_a_container", UNPARSABLE, lambda: list(fastavro.reader(io.BytesIO(b"PK\x03\x04 no avro"))))
add(
    "fastavro",
    "schemas_do_not_fit",
    UNREADABLE,
    _avro_of_another_schema,
    note="what was stored does not fit what is read; a bug of ours is defensible",
)


# --- XML --------------------------------------------------------------------------------------------------------------
def _stylesheet() -> Any:
    return lxml.etree.XSLT(lxml.etree.XML("<html/>"))


add("lxml", "tag_name", OUR_BUG, lambda: lxml.etree.Element("no tag"))
add("lxml", "stylesheet_is_none", OUR_BUG, _stylesheet, note="a stylesheet of ours; configuration is defensible")
add("lxml", "control_character_in_text", OUR_BUG, lambda: setattr(lxml.etree.Element("a"), "text", "\x00"))
add("lxml", "namespace_undeclared", UNPARSABLE, lambda: lxml.etree.fromstring("<a:b/>"))
add("lxml", "encoding_unknown", UNPARSABLE, lambda: lxml.etree.fromstring(b"<?xml version='1.0' encoding='none'?><a/>"))
add(
    "defusedxml",
    "dtd_forbidden",
    UNPARSABLE,
    lambda: defusedxml.ElementTree.fromstring("<!DOCTYPE a SYSTEM 'a.dtd'><a/>", forbid_dtd=True),
)
add("defusedxml", "mismatched_tag", UNPARSABLE, lambda: defusedxml.ElementTree.fromstring("<a><b></a>"))


# --- people's input ---------------------------------------------------------------------------------------------------
add("phonenumbers", "too_long", INVALID, lambda: phonenumbers.parse("+49" + "1" * 30, None))
add("phonenumbers", "only_a_plus", INVALID, lambda: phonenumbers.parse("+", "DE"))
add(
    "email-validator",
    "domain_without_dot",
    INVALID,
    lambda: email_validator.validate_email("a@host", check_deliverability=False),
)
add(
    "email-validator",
    "space_in_local_part",
    INVALID,
    lambda: email_validator.validate_email("a b@example.org", check_deliverability=False),
)
add("python-dateutil", "overflow", INVALID, lambda: dateutil.parser.parse("99999999999999999999999"))
add(
    "python-dateutil",
    "rule_malformed",
    INVALID,
    lambda: dateutil.rrule.rrulestr("FREQ=NEVER"),
    note="a plain ValueError; a bug for lack of a check is defensible",
)
add(
    "python-dateutil",
    "iso_malformed",
    INVALID,
    lambda: dateutil.parser.isoparse("2026-1-32"),
    note="a plain ValueError out of the parser; a bug for lack of a check is defensible",
)


# --- pictures, sheets -------------------------------------------------------------------------------------------------
def _png(size: int = 200) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((size, size), 50).save(out, "PNG")
    return out.getvalue()


def _broken_png() -> Any:
    content = bytearray(_png())
    content[60:64] = b"\0\0\0\0"
    Image.open(io.BytesIO(bytes(content))).load()


def _alpha_as_jpeg() -> Any:
    Image.new("RGBA", (2, 2)).save(io.BytesIO(), "JPEG")


def _no_font() -> Any:
    return ImageFont.truetype("/no/such/font.ttf", 12)


def _zip_without_workbook() -> Any:
    import zipfile

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    file.seek(0)
    return openpyxl.load_workbook(file)


add("Pillow", "data_broken", _MEDIA, _broken_png)
add("Pillow", "alpha_as_jpeg", OUR_BUG, _alpha_as_jpeg)
add("Pillow", "font_file_missing", OUR_SETTINGS, _no_font, note="a file of the installation")
add("Pillow", "coordinates", OUR_BUG, lambda: ImageDraw.Draw(Image.new("L", (4, 4))).rectangle((3, 3, 1, 1)))
add("openpyxl", "archive_without_a_workbook", _MEDIA, _zip_without_workbook)
