"""Validation, serializers, settings and contracts that no other module met."""

from dataclasses import dataclass
from typing import Any

import adaptix
import asteval
import bidict
import box
import business_rules.engine
import confuse
import dataclass_wizard
import deal
import icontract
import jsonmodels.fields
import jsonmodels.models
import jsons
import multimethod
import pykwalify.core
import pyrsistent
import serde.json
import typedload
from everett.manager import ConfigDictEnv, ConfigManager
from returns.maybe import Nothing
from returns.result import Failure

from evaluations.classifier.raisers._fresh_d import file_of, fresh
from evaluations.classifier.raisers.scaffold_http import INVALID, OUR_BUG, OUR_SETTINGS, UNPARSABLE

_DATA: dict[str, Any] = {"sku": "7", "count": "many"}


@dataclass
class _Order:
    sku: str
    count: int


class _Model(jsonmodels.models.Base):
    sku = jsonmodels.fields.StringField(required=True)
    count = jsonmodels.fields.IntField()


# --- what a client sends ----------------------------------------------------------------------------------------------
def _pykwalify(schema: dict[str, Any], data: Any) -> None:
    pykwalify.core.Core(source_data=data, schema_data=schema).validate(raise_exception=True)


@fresh("pykwalify", "type_wrong", INVALID)
def _() -> None:
    _pykwalify({"type": "map", "mapping": {"count": {"type": "int", "required": True}}}, _DATA)


@fresh("pykwalify", "schema_malformed", OUR_SETTINGS, "a schema of the installation")
def _() -> None:
    _pykwalify({"type": "seq", "sequence": 7}, _DATA)


@fresh("typedload", "value_of_the_wrong_type", INVALID)
def _() -> None:
    typedload.load(_DATA, _Order)


@fresh("typedload", "field_missing", INVALID)
def _() -> None:
    typedload.load({"sku": "7"}, _Order)


@fresh("typedload", "object_not_known", OUR_BUG)
def _() -> None:
    typedload.dump({"order": object()})


@fresh("dataclass-wizard", "value_of_the_wrong_type", INVALID, "a bare ValueError; a bug is defensible")
def _() -> None:
    dataclass_wizard.fromdict(_Order, _DATA)


@fresh("dataclass-wizard", "field_missing", INVALID)
def _() -> None:
    dataclass_wizard.fromdict(_Order, {"sku": "7"})


@serde.serde
class _Parcel:
    sku: str
    count: int


@fresh("pyserde", "field_missing", INVALID)
def _() -> None:
    serde.json.from_json(_Parcel, '{"sku": "7"}')


@fresh("pyserde", "text_unparsable", UNPARSABLE)
def _() -> None:
    serde.json.from_json(_Parcel, '{"sku": ')


@fresh("pyserde", "class_not_known", OUR_BUG)
def _() -> None:
    serde.json.to_json(object())


@fresh("jsons", "value_of_the_wrong_type", INVALID)
def _() -> None:
    jsons.load(_DATA, _Order)


@fresh("jsons", "field_missing", INVALID)
def _() -> None:
    jsons.load({"sku": "7"}, _Order)


@fresh("jsons", "text_unparsable", UNPARSABLE)
def _() -> None:
    jsons.loads('{"sku": ', _Order)


@fresh("jsonmodels", "field_missing", INVALID)
def _() -> None:
    _Model(count=7).validate()


@fresh("jsonmodels", "value_of_the_wrong_type", INVALID, "a bare ValueError; a bug is defensible")
def _() -> None:
    _Model(**_DATA)


@fresh("adaptix", "several_faults", INVALID)
def _() -> None:
    adaptix.Retort().load({"count": "many"}, _Order)


@fresh("adaptix", "type_not_supported", OUR_BUG)
def _() -> None:
    class Strange:
        def __init__(self, *parts: Any) -> None:
            """Of any parts."""

    adaptix.Retort().load(_DATA, Strange)


# --- our own objects --------------------------------------------------------------------------------------------------
class _Record(pyrsistent.PRecord):
    sku = pyrsistent.field(type=str, mandatory=True)
    count = pyrsistent.field(type=int, invariant=lambda count: (count > 0, "count is not positive"))


@fresh("pyrsistent", "value_of_the_wrong_type", OUR_BUG, "a record filled from a request: validation is defensible")
def _() -> None:
    _Record(sku=7)


@fresh("pyrsistent", "field_missing", INVALID, "a record filled from a request; a bug is defensible")
def _() -> None:
    _Record(count=0)


@fresh("bidict", "value_twice", OUR_BUG, "a bug of ours, unless a duplicate of the client's: 409")
def _() -> None:
    bidict.bidict({"ann": 7})["ben"] = 7


@fresh("multimethod", "no_method_for_the_types", OUR_BUG)
def _() -> None:
    @multimethod.multimethod
    def price(order: int) -> int:
        return order

    price("seven")


@fresh("returns", "nothing_unwrapped", OUR_BUG)
def _() -> None:
    Nothing.unwrap()


@fresh("returns", "failure_unwrapped", OUR_BUG, "it holds a ValueError; what that was decides as well")
def _() -> None:
    Failure(ValueError("count is not positive")).unwrap()


@fresh("icontract", "precondition_violated", OUR_BUG)
def _() -> None:
    @icontract.require(lambda count: count > 0, "count is not positive")
    def price(count: int) -> int:
        return count

    price(0)


@fresh("deal", "precondition_violated", OUR_BUG)
def _() -> None:
    deal.pre(lambda count: count > 0, message="count is not positive")(int)(0)


@fresh("deal", "postcondition_violated", OUR_BUG)
def _() -> None:
    @deal.post(lambda price: price > 0)
    def price(count: int) -> int:
        return -count

    price(7)


@fresh("python-box", "key_missing", OUR_BUG)
def _() -> None:
    box.Box({"sku": 7}).price


@fresh("python-box", "frozen", OUR_BUG)
def _() -> None:
    box.Box({"sku": 7}, frozen_box=True).price = 1


@fresh("python-box", "text_unparsable", UNPARSABLE)
def _() -> None:
    box.Box.from_json('{"sku": ')


# --- settings and rules -----------------------------------------------------------------------------------------------
@fresh("confuse", "setting_missing", OUR_SETTINGS)
def _() -> None:
    confuse.Configuration("shop", read=False)["database"]["port"].get(int)


@fresh("confuse", "setting_of_the_wrong_type", OUR_SETTINGS)
def _() -> None:
    settings = confuse.Configuration("shop", read=False)
    settings.set({"database": {"port": "five"}})
    settings["database"]["port"].get(int)


@fresh("confuse", "file_malformed", OUR_SETTINGS)
def _() -> None:
    with file_of("database: [5432\nport: ]:", "config.yaml") as path:
        confuse.Configuration("shop", read=False).set_file(path)


@fresh("everett", "setting_missing", OUR_SETTINGS)
def _() -> None:
    ConfigManager([ConfigDictEnv({})])("database_port", parser=int)


@fresh("everett", "setting_of_the_wrong_type", OUR_SETTINGS)
def _() -> None:
    ConfigManager([ConfigDictEnv({"DATABASE_PORT": "five"})])("database_port", parser=int)


@fresh("asteval", "name_unknown", OUR_BUG, "an expression of ours; of the client's: validation")
def _() -> None:
    asteval.Interpreter().eval("price * 2", raise_errors=True)


@fresh("asteval", "expression_malformed", OUR_BUG, "an expression of ours; of the client's: validation")
def _() -> None:
    asteval.Interpreter().eval("price * ", raise_errors=True)


@fresh("business-rules", "variable_unknown", OUR_SETTINGS, "a rule that names what is not there; a bug is defensible")
def _() -> None:
    from business_rules.actions import BaseActions
    from business_rules.variables import BaseVariables

    condition = {"all": [{"name": "colour", "operator": "equal_to", "value": "red"}]}
    business_rules.engine.run({"conditions": condition, "actions": []}, BaseVariables(), BaseActions())
