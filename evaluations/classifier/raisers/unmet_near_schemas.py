"""What checks data against a declaration: schemas of dictionaries, of classes, of YAML, of an API."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal

import beartype
import colander
import dacite
import formencode
import formencode.validators
import jsonschema_rs
import referencing
import referencing.jsonschema
import schema
import strictyaml
import trafaret
import typeguard
import yamale
from deepdiff import DeepDiff, Delta
from mashumaro.config import BaseConfig
from mashumaro.mixins.json import DataClassJSONMixin as Mashumaro
from openapi_core import OpenAPI
from openapi_core.testing import MockRequest

from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    UNREADABLE,
    Means,
    add,
)

_METHOD = Means("validation", False, 405, "info")
_WHO = Means("authentication", False, (401, 403), "low")

# --- dictionaries -----------------------------------------------------------------------------------------------------
_ORDER = schema.Schema({"item": str, "amount": schema.And(int, lambda n: n > 0, error="amount must be positive")})

add("schema", "key_missing", INVALID, lambda: _ORDER.validate({"item": "hat"}))


class _Person(colander.MappingSchema):
    name = colander.SchemaNode(colander.String(), validator=colander.Length(max=5))
    born = colander.SchemaNode(colander.Date())


add("colander", "several", INVALID, lambda: _Person().deserialize({"name": "a long name", "born": "yesterday"}))


def _unbound() -> Any:
    @colander.deferred
    def choices(node: Any, kw: Any) -> Any:
        return colander.OneOf(kw["choices"])

    class Form(colander.MappingSchema):
        colour = colander.SchemaNode(colander.String(), validator=choices)

    return Form().bind()


add("colander", "bound_without_values", OUR_BUG, _unbound)
add("trafaret", "wrong", INVALID, lambda: trafaret.Dict({"age": trafaret.ToInt(gte=18)}).check({"age": "7"}))


class _SignUp(formencode.Schema):
    email = formencode.validators.Email()
    age = formencode.validators.Int(min=18)


add("FormEncode", "several", INVALID, lambda: _SignUp.to_python({"email": "x", "age": "3"}))


# --- classes ----------------------------------------------------------------------------------------------------------
@dataclasses.dataclass
class _Line:
    item: str
    amount: int


add("dacite", "wrong_type", INVALID, lambda: dacite.from_dict(_Line, {"item": "hat", "amount": "many"}))


@dataclasses.dataclass
class _Bill(Mashumaro):
    number: int
    kind: Literal["paper", "mail"]

    class Config(BaseConfig):
        forbid_extra_keys = True


add("mashumaro", "missing", INVALID, lambda: _Bill.from_dict({"number": 1}))


@typeguard.typechecked
def _checked(amount: int) -> str:
    return amount  # type: ignore[return-value]


@beartype.beartype
def _bear(amount: int) -> str:
    return amount  # type: ignore[return-value]


add("typeguard", "argument", OUR_BUG, lambda: _checked("ten"))
add("beartype", "argument", OUR_BUG, lambda: _bear("ten"))


# --- YAML and JSON schemas --------------------------------------------------------------------------------------------
_RULES = strictyaml.Map({"port": strictyaml.Int(), "host": strictyaml.Str()})

_SETTINGS = "doubtful: strict YAML is mostly a settings file; as a client's input it is validation"
add(
    "strictyaml",
    "not_an_integer",
    Means("validation", False, (400, 422), "low"),
    lambda: strictyaml.load("port: many\nhost: a", _RULES),
    note=_SETTINGS,
)
add(
    "yamale",
    "invalid",
    INVALID,
    lambda: yamale.validate(
        yamale.make_schema(content="age: int(min=18)\nname: str()"), yamale.make_data(content="age: 3\nname: x")
    ),
)
add(
    "yamale",
    "schema_malformed",
    OUR_SETTINGS,
    lambda: yamale.make_schema(content="age: integer_of_ours(3)"),
    note="a schema is a file of the installation",
)
add("jsonschema-rs", "invalid", INVALID, lambda: jsonschema_rs.validate({"minimum": 18}, 3))
add(
    "jsonschema-rs",
    "schema_malformed",
    OUR_BUG,
    lambda: jsonschema_rs.validator_for({"type": "integre"}),
    note="our own schema; configuration is defensible",
)


def _registry() -> Any:
    return referencing.Registry().with_resource(
        "urn:shop", referencing.jsonschema.DRAFT202012.create_resource({"$defs": {"a": {}}})
    )


add(
    "referencing",
    "no_such_resource",
    OUR_BUG,
    lambda: _registry().resolver().lookup("urn:till#/a"),
    note="a schema of ours that is not registered; configuration is defensible",
)

# --- differences that are applied -------------------------------------------------------------------------------------
_DIFF = DeepDiff({"a": [1, 2]}, {"a": [1, 3]})
add(
    "deepdiff",
    "does_not_fit",
    Means("data_integrity", False, (409, 500), "medium"),
    lambda: {"a": [1, 9]} + Delta(_DIFF, bidirectional=True, raise_errors=True),
    note="the stored value is not what the delta was made from; concurrency and validation are defensible",
)
add("deepdiff", "delta_unreadable", UNREADABLE, lambda: Delta(b"no pickle"), note="a pickle is what was stored")


# --- an API that is described -----------------------------------------------------------------------------------------
_API = {
    "openapi": "3.0.0",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "http://shop.example"}],
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    "paths": {
        "/orders": {
            "get": {
                "parameters": [{"name": "page", "in": "query", "required": True, "schema": {"type": "integer"}}],
                "responses": {"200": {"description": "ok"}},
            },
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"type": "object", "required": ["item"]}}},
                },
                "responses": {"200": {"description": "ok"}},
            },
            "delete": {"security": [{"key": []}], "responses": {"200": {"description": "ok"}}},
        }
    },
}


def _request(method: str, path: str, **more: Any) -> Any:
    def run() -> None:
        OpenAPI.from_dict(_API).validate_request(MockRequest("http://shop.example", method, path, **more))

    return run


add("openapi-core", "path_unknown", ABSENT, _request("get", "/baskets"))
add("openapi-core", "body_invalid", INVALID, _request("post", "/orders", data=b"{}"))
add("openapi-core", "security_missing", _WHO, _request("delete", "/orders"))
add("openapi-core", "method_unknown", _METHOD, _request("put", "/orders"))
