"""What a text or a value costs: CPU time, ours and the peers' on the same texts, interleaved in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial
from itertools import cycle
from typing import Any

from evaluations.sanitizer.make import make

__all__ = ["TEXTS", "measure"]

_ROUNDS = 9
_SLICE = 0.02
"""Seconds of CPU that one subject takes of a round, at least."""


def _traceback(number: int, *, dirty: bool) -> str:
    """A traceback of 8 000 characters, as a framework and an application write it."""
    frames = [
        f'  File "/srv/app/.venv/lib/python3.12/site-packages/shop/layer_{n}.py", line {40 + n}, in step_{n}\n'
        f"    return self.call_{n}(request, timeout=settings.TIMEOUT, retries={n % 4})\n"
        for n in range(60)
    ]
    seed = f"cost{number}"
    if dirty:
        frames[20] = f"    dsn = postgresql://shop:{make('pw', seed)}@db.internal:5432/shop\n"
        frames[40] = f'    headers = {{"Authorization": "Bearer {make("jwt", seed)}", "Accept": "*/*"}}\n'
    last = f"shop.errors.PaymentError: order {number:06}: the upstream answered 502 after 2.004 s"
    if dirty:
        last += f" for ada.{number}@example.com, key {make('stripe', seed)}, card {make('card', seed)}"
    text = "Traceback (most recent call last):\n" + "".join(frames)
    return text[: 8000 - len(last) - 1] + "\n" + last


def _clean(number: int) -> str:
    text = (
        f"Order {number:06} could not be shipped: the carrier answered 502 Bad Gateway after 2.004 s (attempt 3 of 5,"
        " next in 9 s); trace 4bf92f3577b34da6a3ce929d0e0e4736, worker shop-api-7d9c6b5f4-x2x9z, queue orders.created,"
        " table shipments, constraint shipments_order_id_fkey, release shop@1.4.2, region eu-central-1."
    )
    return text.ljust(300, ".")[:300]


def _dirty(number: int) -> str:
    secrets = (make(kind, f"cost{number}") for kind in ("pw", "url:32", "pwsym", "card:visa:spaced", "stripe"))
    text = (
        "login of ada.{:06}@example.com failed: cannot connect to postgresql://shop:{}@db.internal:5432/shop; retry"
        " with Authorization: Bearer {}\n password={} card {} phone +4915123456789, key {}."
    ).format(number, *secrets)
    return text.ljust(300, ".")[:300]


def _value(number: int, *, dirty: bool) -> dict[str, Any]:
    """What an application knows when it fails: thirty entries, some of them inside of others."""
    value: dict[str, Any] = {
        "user_id": number, "status": "active", "created_at": "2026-01-02T10:11:12Z", "method": "POST", "attempt": 3,
        "url": f"https://shop.example/cart?id={number}", "note": f"deliver order {number} after 5 pm", "retry": True,
        "trace_id": f"4bf92f3577b34da6a3ce929d0e{number:06}", "region": "eu-central-1", "parent": None,
        "worker": "shop-api-7d9c6b5f4-x2x9z",
        "table": "shipments", "queue": "orders.created", "release": "shop@1.4.2", "currency": "EUR", "total": 28.5,
        "headers": {"Accept": "*/*", "Host": "shop.example", "User-Agent": "curl/8.5.0", "Content-Length": "348"},
        "items": [{"sku": "A-100", "qty": 2, "price": 9.5}, {"sku": "B-7", "qty": 1, "price": 19.0}],
    }  # fmt: skip
    if dirty:
        seed = f"cost{number}"
        value |= {"email": f"ada.{number}@example.com", "password": make("pw", seed), "api_key": make("stripe", seed)}
        value["headers"]["Authorization"] = f"Bearer {make('url:32', seed)}"
        value["note"] = f"card {make('card:visa:spaced', seed)}"
    return value


_KINDS: dict[str, Callable[[int], Any]] = {
    "300 characters, clean": _clean,
    "300 characters, dirty": _dirty,
    "8 kB traceback, clean": partial(_traceback, dirty=False),
    "8 kB traceback, dirty": partial(_traceback, dirty=True),
    "value of 30 entries, clean": partial(_value, dirty=False),
    "value of 30 entries, dirty": partial(_value, dirty=True),
}
_MANY = 1_200
"""More than Failsoft remembers, so that each is new when its turn comes again."""

TEXTS: dict[str, list[Any]] = {
    f"{label}{again}": [one(number) for number in range(many)]
    for label, one in _KINDS.items()
    for again, many in (("", _MANY), (", said again", 1))
}
"""What is cleaned in turn, by its name."""


def measure(subjects: dict[str, Callable[[Any], Any]], rounds: int = _ROUNDS) -> dict[str, dict[str, float]]:
    """Microseconds of CPU a call: medians of rounds in which the subjects take turns."""
    samples: dict[str, dict[str, list[float]]] = {text: {name: [] for name in subjects} for text in TEXTS}
    for _ in range(rounds):
        for label, texts in TEXTS.items():
            for name, clean in subjects.items():
                samples[label][name].append(_one(clean, texts))
    return {
        label: {name: round(statistics.median(figures) * 1e6, 1) for name, figures in by.items()}
        for label, by in samples.items()
    }


def _one(clean: Callable[[Any], Any], texts: list[Any]) -> float:
    turns = cycle(texts)
    calls, began = 0, time.process_time()
    while (spent := time.process_time() - began) < _SLICE:
        clean(next(turns))
        calls += 1
    return spent / calls
