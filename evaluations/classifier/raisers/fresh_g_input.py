"""Set g: the client's input: schemas, parsers, uploaded files; and settings that are read by the same libraries."""

from __future__ import annotations

import io
from typing import Any

import attrs
import cattrs
import decouple
import defusedxml.ElementTree
import email_validator
import environs
import jinja2
import jsonschema
import lxml.etree
import marshmallow
import msgpack
import msgspec
import numpy as np
import omegaconf
import openpyxl
import orjson
import pandas as pd
import phonenumbers
import PIL.Image
import pyarrow.parquet
import pydantic
import pydantic_settings
import pypdf
import toml
import voluptuous
import xmlschema
import yaml

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import folder

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
BAD: dict[str, Any] = {"transient": False, "status": (400, 422), "severity": "low"}
FILE: dict[str, Any] = {"transient": False, "status": (400, 415, 422), "severity": "low"}
SCHEMA: dict[str, Any] = {"type": "object", "required": ["sku"], "properties": {"n": {"type": "integer"}}}


class Item(pydantic.BaseModel):
    """A line of an order."""

    sku: str
    n: int = pydantic.Field(gt=0)


@case("pydantic", "validation", **BAD)
def fresh_g_pydantic_fields() -> None:
    Item.model_validate({"n": "none"})


@case("pydantic", "validation", **BAD)
def fresh_g_pydantic_json() -> None:
    Item.model_validate_json('{"sku": "A1", "n": 0}')


@case("pydantic", "system", **BUG)
def fresh_g_pydantic_schema() -> None:
    pydantic.create_model("Cart", at=(type("Custom", (), {}), ...))


@case("pydantic-settings", "configuration", **BUG)
def fresh_g_settings_missing() -> None:
    class Settings(pydantic_settings.BaseSettings):
        fresh_g_database_url: str

    Settings()


class ItemSchema(marshmallow.Schema):
    """A line of an order."""

    sku = marshmallow.fields.String(required=True)
    n = marshmallow.fields.Integer()


@case("marshmallow", "validation", **BAD)
def fresh_g_marshmallow() -> None:
    ItemSchema().load({"n": "x", "colour": "red"})


@case("jsonschema", "validation", **BAD)
def fresh_g_jsonschema_required() -> None:
    jsonschema.validate({"n": 1}, SCHEMA)


@case("jsonschema", "system", note="the schema is code", **BUG)
def fresh_g_jsonschema_schema() -> None:
    jsonschema.validate({}, {"type": "objekt"})


class Line(msgspec.Struct):
    """A line of an order."""

    sku: str
    n: int


@case("msgspec", "validation", **BAD)
def fresh_g_msgspec_type() -> None:
    msgspec.json.decode(b'{"sku": 1, "n": 2}', type=Line)


@attrs.define
class Address:
    """Where to."""

    city: str
    number: int


@case("cattrs", "validation", **BAD)
def fresh_g_cattrs() -> None:
    cattrs.structure({"city": "x", "number": "x"}, Address)


@case("voluptuous", "validation", **BAD)
def fresh_g_voluptuous() -> None:
    voluptuous.Schema({voluptuous.Required("sku"): str})({"sku": 1})


@case("orjson", "validation", **BAD)
def fresh_g_orjson_malformed() -> None:
    orjson.loads(b"{'sku': 1}")


@case("orjson", "system", **BUG)
def fresh_g_orjson_not_serializable() -> None:
    orjson.dumps({"tags": {1, 2}})


@case("PyYAML", "validation", **BAD)
def fresh_g_yaml() -> None:
    yaml.safe_load("items:\n  - a\n b: [1, 2")


@case("msgpack", "validation", **BAD)
def fresh_g_msgpack() -> None:
    msgpack.unpackb(b"\x81\xa1a")


@case("lxml", "validation", **BAD)
def fresh_g_lxml() -> None:
    lxml.etree.fromstring("<order><item></order>")


@case("lxml", "system", **BUG)
def fresh_g_xpath() -> None:
    lxml.etree.fromstring("<order/>").xpath("//item[")


@case("defusedxml", "validation", **BAD)
def fresh_g_entities_forbidden() -> None:
    defusedxml.ElementTree.fromstring('<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')


@case("xmlschema", "validation", **BAD)
def fresh_g_xmlschema() -> None:
    schema = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="n" type="xs:int"/></xs:schema>'
    xmlschema.XMLSchema(schema).validate("<n>x</n>")


@case("email-validator", "validation", **BAD)
def fresh_g_email() -> None:
    email_validator.validate_email("not an address", check_deliverability=False)


@case("phonenumbers", "validation", **BAD)
def fresh_g_phone() -> None:
    phonenumbers.parse("call me", "DE")


@case("Jinja2", "configuration", **BUG)
def fresh_g_template_missing() -> None:
    jinja2.Environment(loader=jinja2.FileSystemLoader("/nonexistent")).get_template("mail/welcome.html")


@case("Jinja2", "system", **BUG)
def fresh_g_template_undefined() -> None:
    jinja2.Template("{{ user.address.city }}").render(user={})


@case("Jinja2", "configuration", note="a template that is malformed", **BUG)
def fresh_g_template_syntax() -> None:
    jinja2.Template("{% for x in items %}{{ x }}")


@case("python-decouple", "configuration", **BUG)
def fresh_g_decouple() -> None:
    decouple.config("FRESH_G_SECRET")


@case("environs", "configuration", **BUG)
def fresh_g_environs() -> None:
    environs.Env().int("FRESH_G_WORKERS")


@case("omegaconf", "configuration", **BUG)
def fresh_g_omegaconf() -> None:
    omegaconf.OmegaConf.create({"url": "${oc.env:FRESH_G_URL}"}).url


@case("toml", "configuration", note="a file of the installation", **BUG)
def fresh_g_toml() -> None:
    with folder() as here:
        (here / "settings.toml").write_text("[server\nport = 1")
        toml.load(here / "settings.toml")


@case("Pillow", "validation", **FILE)
def fresh_g_image_unknown() -> None:
    PIL.Image.open(io.BytesIO(b"<svg/>"))


@case("Pillow", "validation", **FILE)
def fresh_g_image_cut_off() -> None:
    file = io.BytesIO()
    PIL.Image.effect_noise((300, 300), 90).save(file, "JPEG")
    PIL.Image.open(io.BytesIO(file.getvalue()[:3000])).load()


@case("Pillow", "validation", transient=False, status=(400, 413, 422), severity="low")
def fresh_g_image_bomb() -> None:
    file = io.BytesIO()
    PIL.Image.new("1", (20000, 20000)).save(file, "PNG")
    PIL.Image.open(io.BytesIO(file.getvalue()))


@case("openpyxl", "validation", **FILE)
def fresh_g_workbook_is_none() -> None:
    openpyxl.load_workbook(io.BytesIO(b"sku;n\nA1;2\n"))


@case("openpyxl", "validation", **FILE)
def fresh_g_workbook_extension() -> None:
    with folder() as here:
        (here / "orders.xls").write_bytes(b"x")
        openpyxl.load_workbook(here / "orders.xls")


@case("pypdf", "validation", **FILE)
def fresh_g_pdf_is_none() -> None:
    pypdf.PdfReader(io.BytesIO(b"hello"))


@case("pandas", "validation", **FILE)
def fresh_g_csv_ragged() -> None:
    pd.read_csv(io.StringIO("a,b\n1,2\n1,2,3\n"))


@case("pandas", "validation", **FILE)
def fresh_g_csv_empty() -> None:
    pd.read_csv(io.StringIO(""))


@case("pandas", "system", **BUG)
def fresh_g_column_missing() -> None:
    pd.DataFrame({"sku": ["a"]})["price"]


@case("pandas", "system", **BUG)
def fresh_g_merge_keys() -> None:
    pd.DataFrame({"a": [1]}).merge(pd.DataFrame({"b": [1]}))


@case("numpy", "system", **BUG)
def fresh_g_broadcast() -> None:
    np.ones((2, 3)) + np.ones((4,))


@case("pyarrow", "validation", **FILE)
def fresh_g_parquet_is_none() -> None:
    pyarrow.parquet.read_table(io.BytesIO(b"sku,n\nA1,2\n"))
