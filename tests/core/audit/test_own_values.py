"""Whatever an application has written down, it is kept, and nothing breaks."""

from __future__ import annotations

import json
import threading
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import failsoft
from audited import stored
from failsoft.audit.plain import plain
from failsoft.call import RequestFacts
from failsoft.current import current_call
from observed import RequestCall


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError("no")

    __str__ = __repr__

    @property
    def __dict__(self) -> Any:  # type: ignore[override]
        raise RuntimeError("no")


class Endless(list[int]):
    def __iter__(self) -> Any:
        while True:
            yield 1


class Colour(Enum):
    RED = "red"


cycle: list[Any] = [1]
cycle.append(cycle)
deep: list[Any] = []
for _ in range(5_000):
    deep = [deep]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Hostile(), "<Hostile>"),
        ({Hostile(): 1}, {"<Hostile>": 1}),
        (cycle, [1, "…"]),
        (1 << 64, "<65 bits>"),
        (-(1 << 63), -(1 << 63)),
        (float("nan"), "nan"),
        (Colour.RED, "red"),
        (Decimal("1.10"), "1.10"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"\x00\xff", "AP8="),
        ((1, None, True), [1, None, True]),
        ({1: 2}, {"1": 2}),
        ("a\udc80", "a\udc80"),
    ],
    ids=lambda _: "",
)
def test_a_value_becomes_plain(value: Any, expected: Any) -> None:
    assert plain(value) == expected


@pytest.mark.parametrize("value", [Endless(), deep, list(range(10**6)), "x" * 5_000_000, [["x" * 5_000_000] * 3] * 3])
def test_what_is_too_much_is_cut(value: Any) -> None:
    assert len(json.dumps(plain(value))) < 16_000_000


odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.datetimes() | st.decimals(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
)


@hypothesis_settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(odd)
def test_plain_values_are_json(value: Any) -> None:
    made = plain(value)
    assert json.loads(json.dumps(made)) == made
    assert plain(made) == made or "…" in json.dumps(made, ensure_ascii=False)


def test_every_odd_value_is_written_down_and_no_secret_is(tmp_path: Path) -> None:
    secret = "hunter2-canary-9f8e7d"

    class Shows:
        def __repr__(self) -> str:
            return f"Client(password={secret!r})"

    path = tmp_path / "audit.db"
    with failsoft.Failsoft({"audit": {"url": f"sqlite:///{path}", "encryption": "off"}}) as fs:
        for value in (
            Hostile(),
            cycle,
            deep,
            "x" * 5_000_000,
            "a\udc80\0b",
            threading.Lock(),
            Shows(),
            {"password": secret},
        ):
            assert fs.audit.record("thing.seen", value=value, actor=value)
    found = list(stored(path, kinds=("thing.seen",)))
    assert len(found) == 8
    assert all("value" in made["fields"] for made in found)
    assert secret.encode() not in path.read_bytes()
    assert max(len(json.dumps(made["fields"])) for made in found) < 200_000


def test_what_is_written_down_is_what_it_was_then(tmp_path: Path) -> None:
    path, basket = tmp_path / "audit.db", ["apple"]
    with failsoft.Failsoft({"audit": {"url": f"sqlite:///{path}", "encryption": "off"}}) as fs:
        fs.audit.record("basket.ordered", basket=basket)
        basket.clear()
    (made,) = stored(path, kinds=("basket.ordered",))
    assert made["fields"] == {"basket": ["apple"]}


def test_a_record_within_a_request_says_which(tmp_path: Path) -> None:
    path = tmp_path / "audit.db"
    call = RequestCall("POST /invoices/{id}", 0.0, RequestFacts(method="POST", client="192.0.2.7"))
    call.request_id, call.trace_id = "req-9", "0af7651916cd43dd8448eb211c80319c"
    call.user = lambda: "u-7"  # type: ignore[method-assign]
    with failsoft.Failsoft({"audit": {"url": f"sqlite:///{path}", "encryption": "off"}}) as fs:
        token = current_call.set(call)
        fs.audit.record("invoice.voided", severity="medium", actor="u-7", kind="full")
        current_call.reset(token)
    (made,) = stored(path, kinds=("invoice.voided",))
    assert (made["endpoint"], made["trace_id"], made["severity"]) == (call.endpoint, call.trace_id, "medium")
    assert made["request"] == {"method": "POST", "client": "192.0.2.7", "user": "u-7", "request_id": "req-9"}
    assert made["fields"] == {"kind": "full"}


def test_a_severity_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="urgent"):
        failsoft.Failsoft().audit.record("invoice.voided", severity="urgent")


def test_without_a_trail_nothing_is_written() -> None:
    assert failsoft.Failsoft().audit.record("invoice.voided") is False
