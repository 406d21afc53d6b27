"""Schemas: what the client sent is not what a model, a schema or a decoder asks for, and settings."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import os
from collections.abc import Callable, Iterator
from typing import Any, Literal

import attrs
import cattrs
import cerberus
import jsonschema
import marshmallow
import msgspec
import pydantic
import pydantic_settings

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    bad_input,
    bug,
    label,
    settings,
    unparsable,
    unreadable,
)


class Address(pydantic.BaseModel):
    street: str
    country: Literal["DE", "FR", "NL"]


class Signup(pydantic.BaseModel):
    mail: str = pydantic.Field(pattern=r"^[^@]+@[^@]+$")
    age: int = pydantic.Field(ge=18)
    address: Address


class Stay(pydantic.BaseModel):
    arrives: dt.date
    leaves: dt.date

    @pydantic.model_validator(mode="after")
    def _in_order(self) -> Stay:
        if self.leaves <= self.arrives:
            raise ValueError("leaves before it arrives")
        return self


# --- pydantic ---------------------------------------------------------------------------------------------------------
@case("pydantic", **bad_input)
def fresh_e_signup_of_a_child() -> None:
    Signup.model_validate({"mail": "nobody", "age": 11, "address": {"street": "Long Row", "country": "XX"}})


@case("pydantic", **bad_input)
def fresh_e_body_is_cut_off() -> None:
    Signup.model_validate_json('{"mail": "someone@example.test", "age": ')


@case("pydantic", **bad_input)
def fresh_e_stay_that_ends_before_it_begins() -> None:
    Stay(arrives=dt.date(2030, 1, 2), leaves=dt.date(2030, 1, 1))


@case("pydantic", **bad_input)
def fresh_e_ids_are_words() -> None:
    pydantic.TypeAdapter(list[int]).validate_python(["one", "two"])


@case("pydantic", note="the class is that of bad input; our own code assigns", **bug)
def fresh_e_frozen_model_is_changed() -> None:
    class Money(pydantic.BaseModel):
        model_config = pydantic.ConfigDict(frozen=True)
        amount: int

    Money(amount=1).amount = 2


@case("pydantic", **bug)
def fresh_e_model_of_an_unknown_type() -> None:
    class Opaque:
        pass

    class Holder(pydantic.BaseModel):
        what: Opaque

    Holder(what=Opaque())


@case("pydantic", **bug)
def fresh_e_name_of_a_type_never_defined() -> None:
    class Order(pydantic.BaseModel):
        lines: list[OrderLine]  # type: ignore[name-defined]  # noqa: F821

    Order(lines=[])


@case("pydantic", **bug)
def fresh_e_field_that_a_model_lacks() -> None:
    print(Address(street="Long Row", country="DE").zip_code)  # type: ignore[attr-defined]


@case("pydantic", **bug)
def fresh_e_answer_cannot_be_serialized() -> None:
    class Answer(pydantic.BaseModel):
        payload: Any

    Answer(payload=object()).model_dump_json()


# --- pydantic-settings ------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _environment(**values: str) -> Iterator[None]:
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            del os.environ[name]


@case("pydantic-settings", **settings)
def fresh_e_database_url_not_set() -> None:
    class Settings(pydantic_settings.BaseSettings):
        fresh_e_database_url: str

    Settings()


@case("pydantic-settings", **settings)
def fresh_e_pool_size_is_a_word() -> None:
    class Settings(pydantic_settings.BaseSettings):
        fresh_e_pool_size: int = 5

    with _environment(FRESH_E_POOL_SIZE="many"):
        Settings()


@case("pydantic-settings", **settings)
def fresh_e_list_in_the_environment_is_no_json() -> None:
    class Settings(pydantic_settings.BaseSettings):
        fresh_e_hosts: list[str]

    with _environment(FRESH_E_HOSTS="a.example.test;b.example.test"):
        Settings()


@case("pydantic-settings", **settings)
def fresh_e_wrapped_at_start() -> None:
    class Settings(pydantic_settings.BaseSettings):
        fresh_e_signing_key: str

    try:
        Settings()
    except pydantic.ValidationError as exc:
        raise RuntimeError("could not start") from exc


# --- marshmallow ------------------------------------------------------------------------------------------------------
class OrderSchema(marshmallow.Schema):
    sku = marshmallow.fields.String(required=True)
    quantity = marshmallow.fields.Integer(strict=True, validate=marshmallow.validate.Range(min=1))
    due = marshmallow.fields.DateTime()


@case("marshmallow", **bad_input)
def fresh_e_order_of_nothing() -> None:
    OrderSchema().load({"quantity": 0, "due": "soon"})


@case("marshmallow", **bad_input)
def fresh_e_field_nobody_knows() -> None:
    OrderSchema().load({"sku": "A-1", "discount": 99})


@case("marshmallow", **unparsable)
def fresh_e_loads_what_is_no_json() -> None:
    OrderSchema().loads("sku=A-1")


@case("marshmallow", **bad_input)
def fresh_e_object_where_a_list_was_due() -> None:
    OrderSchema(many=True).load({"sku": "A-1"})


@case("marshmallow", **bug)
def fresh_e_only_names_a_field_that_is_not() -> None:
    OrderSchema(only=("sku", "price"))


# --- jsonschema -------------------------------------------------------------------------------------------------------
_EVENT = {
    "type": "object",
    "required": ["id", "kind"],
    "properties": {"kind": {"enum": ["created", "deleted"]}, "id": {"type": "integer"}},
    "additionalProperties": False,
}


@case("jsonschema", **bad_input)
def fresh_e_event_without_an_id() -> None:
    jsonschema.validate({"kind": "created"}, _EVENT)


@case("jsonschema", **bad_input)
def fresh_e_event_of_an_unknown_kind() -> None:
    jsonschema.validate({"id": 7, "kind": "exploded"}, _EVENT)


@case("jsonschema", note="the schema is ours: shipped with the app", **label("configuration", False, 500, "high"))
def fresh_e_schema_with_a_slip() -> None:
    jsonschema.validate({}, {"type": "objekt"})


# --- cerberus ---------------------------------------------------------------------------------------------------------
@case("cerberus", note="the schema is ours", **label("configuration", False, 500, "high"))
def fresh_e_rule_that_does_not_exist() -> None:
    cerberus.Validator({"name": {"type": "string", "maxlenght": 9}})


@case("cerberus", **bad_input)
def fresh_e_document_is_a_list() -> None:
    cerberus.Validator({"name": {"type": "string"}}).validate(["name"])


# --- msgspec ----------------------------------------------------------------------------------------------------------
class Point(msgspec.Struct):
    lat: float
    lon: float


@case("msgspec", **bad_input)
def fresh_e_point_without_a_longitude() -> None:
    msgspec.json.decode(b'{"lat": 52.1}', type=Point)


@case("msgspec", **unparsable)
def fresh_e_body_is_no_json() -> None:
    msgspec.json.decode(b"lat=52.1", type=Point)


@case("msgspec", **bad_input)
def fresh_e_latitude_is_a_word() -> None:
    msgspec.convert({"lat": "north", "lon": 4.1}, Point)


@case("msgspec", **bug)
def fresh_e_answer_holds_an_object() -> None:
    msgspec.json.encode({"lock": object()})


@case("msgspec", **unreadable)
def fresh_e_cached_point_is_cut_off() -> None:
    class CacheEntryUnreadable(Exception):
        """Stored by us, and not to be read any more."""

    try:
        msgspec.msgpack.decode(msgspec.msgpack.encode(Point(1.0, 2.0))[:-3], type=Point)
    except msgspec.DecodeError as exc:
        raise CacheEntryUnreadable("cached point of user 7 is corrupt") from exc


# --- attrs and cattrs -------------------------------------------------------------------------------------------------
@attrs.frozen
class Seat:
    row: int = attrs.field(validator=attrs.validators.instance_of(int))
    letter: str = attrs.field(validator=attrs.validators.in_("ABCDEF"))


@case("cattrs", **bad_input)
def fresh_e_seat_without_a_letter() -> None:
    cattrs.Converter().structure({"row": 7}, Seat)


@case("cattrs", **bad_input)
def fresh_e_row_is_a_word() -> None:
    cattrs.Converter().structure({"row": "seven", "letter": "A"}, Seat)


@case("cattrs", **bad_input)
def fresh_e_extra_keys_are_forbidden() -> None:
    cattrs.Converter(forbid_extra_keys=True).structure({"row": 7, "letter": "A", "price": 1}, Seat)


@case("attrs", **bug)
def fresh_e_frozen_seat_is_moved() -> None:
    Seat(7, "A").row = 8  # type: ignore[misc]


@case("attrs", **bug)
def fresh_e_seat_built_with_too_little() -> None:
    Seat(7)  # type: ignore[call-arg]


# --- several ----------------------------------------------------------------------------------------------------------
def _each(checks: list[Callable[[], object]]) -> None:
    faults: list[Exception] = []
    for check in checks:
        try:
            check()
        except Exception as exc:
            faults.append(exc)
    raise ExceptionGroup("rows were refused", faults)


@case("pydantic", **bad_input)
def fresh_e_two_rows_of_an_import() -> None:
    _each([lambda: Address.model_validate({}), lambda: Address.model_validate({"street": 1, "country": "DE"})])


@case("pydantic", **bad_input)
def fresh_e_amount_with_too_many_digits() -> None:
    class Payment(pydantic.BaseModel):
        amount: decimal.Decimal = pydantic.Field(max_digits=6, decimal_places=2)

    Payment.model_validate({"amount": "12.3456"})
