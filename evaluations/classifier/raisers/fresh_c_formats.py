"""Schemas and formats: pydantic, marshmallow, tables, pictures, documents, and what our code does with them."""

from __future__ import annotations

import datetime as dt
import enum
import io
import json
import zipfile
from decimal import Decimal
from typing import Any

import anyio
import attrs
import bs4
import cattrs
import email_validator
import jsonschema
import lxml.etree
import marshmallow
import msgpack
import numpy as np
import openpyxl
import orjson
import pandas as pd
import phonenumbers
import PIL.Image
import pydantic
import yaml
from dateutil import parser as date_parser

from evaluations.classifier.raisers._fresh_c import fresh
from evaluations.classifier.raisers.scaffold_http import INVALID, OUR_BUG, OUR_SETTINGS, UNPARSABLE, Means


# --- schemas ----------------------------------------------------------------------------------------------------------
class Line(pydantic.BaseModel):
    sku: str
    pieces: int = pydantic.Field(gt=0)


class Order(pydantic.BaseModel):
    email: pydantic.EmailStr
    due: dt.date
    lines: list[Line]

    @pydantic.field_validator("due")
    @classmethod
    def not_in_the_past(cls, value: dt.date) -> dt.date:
        if value < dt.date(2025, 1, 1):
            raise ValueError("the day is over")
        return value

    @pydantic.model_validator(mode="after")
    def not_empty(self) -> Order:
        if not self.lines:
            raise ValueError("an order needs a line")
        return self


@fresh("pydantic", "several_fields_wrong", INVALID)
def _() -> None:
    Order.model_validate({"email": "zoe", "due": "tomorrow", "lines": [{"sku": "A-1", "pieces": 0}]})


@fresh("pydantic", "rule_over_several_fields", INVALID)
def _() -> None:
    Order.model_validate({"email": "zoe@example.com", "due": "2025-03-01", "lines": []})


@fresh("pydantic", "argument_by_position", OUR_BUG)
def _() -> None:
    Line("A-1", 2)  # type: ignore[call-arg, misc]


class CustomerSchema(marshmallow.Schema):
    email = marshmallow.fields.Email(required=True)
    kind = marshmallow.fields.Enum(enum.Enum("Kind", "private business"))
    limit = marshmallow.fields.Decimal()


@fresh("marshmallow", "email_and_enum_wrong", INVALID)
def _() -> None:
    CustomerSchema().load({"email": "zoe", "kind": "public"})


@fresh("marshmallow", "dumped_number_is_a_word", OUR_BUG, "an object of ours; stored data are defensible")
def _() -> None:
    CustomerSchema().dump({"email": "zoe@example.test", "limit": "high"})


@fresh("jsonschema", "not_in_the_enumeration", INVALID)
def _() -> None:
    jsonschema.validate({"colour": "pink"}, {"properties": {"colour": {"enum": ["red", "blue"]}}})


@fresh("jsonschema", "nested_number_too_small", INVALID)
def _() -> None:
    schema = {"properties": {"lines": {"items": {"properties": {"pieces": {"minimum": 1}}}}}}
    jsonschema.validate({"lines": [{"pieces": 1}, {"pieces": 0}]}, schema)


@attrs.define
class Parcel:
    weight: int
    height: int


@fresh("attrs", "argument_unknown", OUR_BUG)
def _() -> None:
    Parcel(weight=1, height=2, depth=3)  # type: ignore[call-arg]


@fresh("cattrs", "two_fields_wrong", INVALID, "a group of errors of a client's input")
def _() -> None:
    cattrs.structure({"weight": "heavy", "height": "tall"}, Parcel)


@fresh("email-validator", "domain_too_long", INVALID)
def _() -> None:
    email_validator.validate_email("zoe@" + "z" * 80 + ".com", check_deliverability=False)


@fresh("phonenumbers", "nothing_after_the_prefix", INVALID)
def _() -> None:
    phonenumbers.parse("0049", "FR")


@fresh("python-dateutil", "month_thirteen", UNPARSABLE, "a library's parser; a bug is defensible")
def _() -> None:
    date_parser.parse("45/13/2025")


# --- tables -----------------------------------------------------------------------------------------------------------
@fresh("pandas", "driver_of_a_format_not_installed", OUR_SETTINGS)
def _() -> None:
    pd.read_spss("survey.sav")


@fresh("pandas", "moments_with_and_without_zone", OUR_BUG)
def _() -> None:
    frame = pd.DataFrame({"due": pd.to_datetime(["2025-03-01"])})
    frame[frame["due"] > pd.Timestamp("2025-01-01", tz="UTC")]


@fresh("pandas", "columns_and_values_of_other_numbers", OUR_BUG)
def _() -> None:
    frame = pd.DataFrame({"name": ["Zoe Example"]})
    frame[["first", "last", "title"]] = frame["name"].str.split(" ", expand=True)


@fresh("pandas", "index_doubled_while_joining", OUR_BUG)
def _() -> None:
    one = pd.DataFrame({"a": [1, 2]}, index=[0, 0])
    two = pd.DataFrame({"b": [1, 2]}, index=[0, 1])
    pd.concat([one, two], axis=1)


@fresh("openpyxl", "moment_with_a_zone", OUR_BUG)
def _() -> None:
    book = openpyxl.Workbook()
    book.active.append([dt.datetime(2025, 3, 1, tzinfo=dt.UTC)])
    book.save(io.BytesIO())


@fresh("openpyxl", "merged_cell_written", OUR_BUG)
def _() -> None:
    sheet = openpyxl.Workbook().active
    sheet.merge_cells("A1:B1")
    sheet["B1"].value = "Total"


@fresh("openpyxl", "styles_of_an_upload_broken", UNPARSABLE, "a workbook of the client")
def _() -> None:
    whole = io.BytesIO()
    openpyxl.Workbook().save(whole)
    broken = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data[: len(data) // 2] if name == "xl/styles.xml" else data)
    openpyxl.load_workbook(broken)


# --- pictures and documents -------------------------------------------------------------------------------------------
@fresh("Pillow", "picture_closed", OUR_BUG)
def _() -> None:
    picture = PIL.Image.new("RGB", (2, 2))
    picture.close()
    picture.resize((1, 1))


@fresh("lxml", "element_missing", OUR_BUG, "a document that lacks what the view reads")
def _() -> None:
    print(lxml.etree.fromstring(b"<order/>").find("customer").text)


@fresh("lxml", "text_of_an_element_too_large", Means("validation", False, (400, 413), "low"))
def _() -> None:
    lxml.etree.fromstring(b"<a>" + b"x" * 10_100_000 + b"</a>", lxml.etree.XMLParser(huge_tree=False))


@fresh("beautifulsoup4", "list_of_elements_like_one", OUR_BUG)
def _() -> None:
    bs4.BeautifulSoup("<p>a</p>", "html.parser").find_all("p").get_text()


@fresh("PyYAML", "placeholder_as_a_key", UNPARSABLE, "a template that was not filled; configuration is defensible")
def _() -> None:
    yaml.safe_load("image: {{ image }}\n")


@fresh("orjson", "integer_too_large", OUR_BUG)
def _() -> None:
    orjson.dumps({"id": 2**64})


@fresh("orjson", "half_of_a_character", OUR_BUG, "a text that was cut within a character")
def _() -> None:
    orjson.dumps({"name": "Zoe \ud83c"})


@fresh("msgpack", "keys_that_are_numbers", UNPARSABLE)
def _() -> None:
    msgpack.unpackb(msgpack.packb({1: "a"}))


@fresh("numpy", "integer_of_numpy_as_json", OUR_BUG)
def _() -> None:
    json.dumps({"pieces": np.int64(3)})


@fresh("python", "decimal_as_json", OUR_BUG)
def _() -> None:
    json.dumps({"total": Decimal("19.90")})


@fresh("anyio", "scope_left_in_another_task", OUR_BUG)
async def _() -> None:
    scope = anyio.CancelScope()
    scope.__enter__()

    async def leave() -> None:
        scope.__exit__(None, None, None)

    import asyncio

    await asyncio.create_task(leave())


@fresh("anyio", "thread_asked_for_without_a_loop", OUR_BUG)
def _() -> None:
    coroutine: Any = anyio.to_thread.run_sync(print)
    try:
        coroutine.send(None)
    finally:
        coroutine.close()
