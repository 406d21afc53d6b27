"""Set g: the interpreter and the standard library, in ordinary bugs."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import decimal
import enum
import importlib
import json
import os
import pickle
import re
import sys
import uuid
from typing import Any

from evaluations.classifier.cases import case

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}


@dataclasses.dataclass(frozen=True)
class Order:
    """An order of a shop."""

    number: int
    customer: str | None = None

    def total(self) -> int:
        """What is to be paid."""
        raise NotImplementedError


class Level(enum.Enum):
    """Levels of a customer."""

    BASIC = "basic"


@case("python", "system", **BUG)
def fresh_g_key_of_row() -> None:
    row = {"id": 7, "email": None}
    row["customer_id"]


@case("python", "system", **BUG)
def fresh_g_attribute_of_none() -> None:
    order = next((one for one in [Order(1)] if one.number == 2), None)
    order.customer  # type: ignore[union-attr]


@case("python", "system", **BUG)
def fresh_g_none_subscripted() -> None:
    Order(1).customer["name"]  # type: ignore[index]


@case("python", "system", **BUG)
def fresh_g_unbound_local() -> None:
    if not sys.argv[:0]:
        pass
    else:
        rate = 1
    print(rate)


@case("python", "system", **BUG)
def fresh_g_name_undefined() -> None:
    eval("tax_rate * 2", {})


@case("python", "system", **BUG)
def fresh_g_index_of_empty_list() -> None:
    orders = [one for one in range(3) if one > 5]
    orders[0]


@case("python", "system", **BUG)
def fresh_g_division_by_zero() -> None:
    orders: list[int] = []
    sum(orders) / len(orders)


@case("python", "system", **BUG)
def fresh_g_recursion() -> None:
    def walk(node: dict[str, Any]) -> int:
        return 1 + walk(node["parent"])

    loop: dict[str, Any] = {}
    loop["parent"] = loop
    walk(loop)


@case("python", "system", **BUG)
def fresh_g_circular_json() -> None:
    loop: dict[str, Any] = {}
    loop["self"] = loop
    json.dumps(loop)


@case("python", "system", **BUG)
def fresh_g_json_of_datetime() -> None:
    json.dumps({"at": dt.datetime(2026, 1, 1)})


@case("python", "system", **BUG)
def fresh_g_assertion() -> None:
    paid, due = 10, 12
    assert paid == due, "ledger out of balance"


@case("python", "system", **BUG)
def fresh_g_not_implemented() -> None:
    Order(1).total()


@case("python", "system", **BUG)
def fresh_g_next_of_exhausted() -> None:
    next(iter(()))


@case("python", "system", **BUG)
def fresh_g_str_plus_int() -> None:
    "order " + 7  # type: ignore[operator]


@case("python", "system", **BUG)
def fresh_g_missing_argument() -> None:
    Order()  # type: ignore[call-arg]


@case("python", "system", **BUG)
def fresh_g_none_iterated() -> None:
    for _ in Order(1).customer:  # type: ignore[union-attr]
        pass


@case("python", "system", **BUG)
def fresh_g_unhashable_key() -> None:
    {["a"]: 1}


@case("python", "system", **BUG)
def fresh_g_dict_changed_while_iterated() -> None:
    cache = {"a": 1, "b": 2}
    for key in cache:
        cache.pop(key)


@case("python", "system", **BUG)
def fresh_g_frozen_dataclass() -> None:
    Order(1).number = 2  # type: ignore[misc]


@case("python", "system", **BUG)
def fresh_g_not_in_enum() -> None:
    Level("platinum")


@case("python", "system", **BUG)
def fresh_g_int_of_text() -> None:
    int("12a")


@case("python", "system", **BUG)
def fresh_g_decimal_of_text() -> None:
    decimal.Decimal("12,50 EUR")


@case("python", "system", **BUG)
def fresh_g_uuid_of_text() -> None:
    uuid.UUID("order-7")


@case("python", "system", **BUG)
def fresh_g_strptime() -> None:
    dt.datetime.strptime("31/12/2026", "%Y-%m-%d")


@case("python", "system", **BUG)
def fresh_g_naive_and_aware() -> bool:
    return dt.datetime(2026, 1, 1) < dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@case("python", "system", **BUG)
def fresh_g_bad_pattern() -> None:
    re.compile("(order-[0-9+")


@case("python", "system", **BUG)
def fresh_g_format_key() -> None:
    ("Dear " + "{name}").format(nome="x")


@case("python", "system", **BUG)
def fresh_g_pickle_of_lambda() -> None:
    pickle.dumps(lambda: 0)


@case("python", "system", **BUG)
def fresh_g_ascii_encode() -> None:
    "naïve café".encode("ascii")


@case("python", "system", **BUG)
async def fresh_g_loop_is_running() -> None:
    pause = asyncio.sleep(0)
    try:
        asyncio.run(pause)
    finally:
        pause.close()


@case("python", "system", **BUG)
async def fresh_g_result_not_ready() -> None:
    asyncio.get_running_loop().create_future().result()


@case("python", "system", **BUG)
async def fresh_g_coroutine_awaited_twice() -> None:
    pause = asyncio.sleep(0)
    await pause
    await pause


@case("python", "configuration", **BUG)
def fresh_g_module_not_installed() -> None:
    importlib.import_module("shop_payments_backend")


@case("python", "configuration", **BUG)
def fresh_g_name_not_in_module() -> None:
    exec("from json import load_fast")


@case("python", "configuration", **BUG)
def fresh_g_environment_variable() -> None:
    os.environ["SHOP_DATABASE_URL"]


@case("python", "validation", transient=False, status=(400, 422), severity="low")
def fresh_g_json_of_body() -> None:
    json.loads('{"name": "x", }')
