"""What a text or a value costs: CPU time, ours and the peers' on the same texts, interleaved in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from evaluations.sanitizer.make import make

__all__ = ["TEXTS", "measure"]

_ROUNDS = 9
_SLICE = 0.02
"""Seconds of CPU that one subject takes of a round, at least."""


def _traceback(dirty: bool) -> str:
    """A traceback of 8 000 characters, as a framework and an application write it."""
    frames = [
        f'  File "/srv/app/.venv/lib/python3.12/site-packages/shop/layer_{n}.py", line {40 + n}, in step_{n}\n'
        f"    return self.call_{n}(request, timeout=settings.TIMEOUT, retries={n % 4})\n"
        for n in range(60)
    ]
    if dirty:
        frames[20] = f"    dsn = postgresql://shop:{make('pw', 'cost')}@db.internal:5432/shop\n"
        frames[40] = f'    headers = {{"Authorization": "Bearer {make("jwt", "cost")}", "Accept": "*/*"}}\n'
    last = "shop.errors.PaymentError: the upstream answered 502 after 2.004 s"
    if dirty:
        last += f" for ada.lovelace@example.com, key {make('stripe', 'cost')}, card {make('card', 'cost')}"
    text = "Traceback (most recent call last):\n" + "".join(frames)
    return text[: 8000 - len(last) - 1] + "\n" + last


_CLEAN = (
    "Order 48213 could not be shipped: the carrier answered 502 Bad Gateway after 2.004 s (attempt 3 of 5, next in"
    " 9 s); trace 4bf92f3577b34da6a3ce929d0e0e4736, worker shop-api-7d9c6b5f4-x2x9z, queue orders.created, table"
    " shipments, constraint shipments_order_id_fkey, release shop@1.4.2, region eu-central-1."
)
_DIRTY = (
    "login of ada.lovelace@example.com failed: cannot connect to postgresql://shop:{}@db.internal:5432/shop; retry with"
    " Authorization: Bearer {}\n password={} card {} phone +4915123456789, key {}."
).format(*(make(kind, "cost") for kind in ("pw", "url:32", "pwsym", "card:visa:spaced", "stripe")))


def _value(dirty: bool) -> dict[str, Any]:
    """What an application knows when it fails: thirty entries, some of them inside of others."""
    value: dict[str, Any] = {
        "user_id": 17, "status": "active", "created_at": "2026-01-02T10:11:12Z", "method": "POST", "attempt": 3,
        "url": "https://shop.example/cart?id=5", "note": "deliver after 5 pm", "retry": True, "parent": None,
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "region": "eu-central-1", "worker": "shop-api-7d9c6b5f4-x2x9z",
        "table": "shipments", "queue": "orders.created", "release": "shop@1.4.2", "currency": "EUR", "total": 28.5,
        "headers": {"Accept": "*/*", "Host": "shop.example", "User-Agent": "curl/8.5.0", "Content-Length": "348"},
        "items": [{"sku": "A-100", "qty": 2, "price": 9.5}, {"sku": "B-7", "qty": 1, "price": 19.0}],
    }  # fmt: skip
    if dirty:
        value |= {
            "email": "ada.lovelace@example.com",
            "password": make("pw", "cost"),
            "api_key": make("stripe", "cost"),
        }
        value["headers"]["Authorization"] = f"Bearer {make('url:32', 'cost')}"
        value["note"] = f"card {make('card:visa:spaced', 'cost')}"
    return value


TEXTS: dict[str, Any] = {
    "300 characters, clean": _CLEAN.ljust(300, ".")[:300],
    "300 characters, dirty": _DIRTY.ljust(300, ".")[:300],
    "8 kB traceback, clean": _traceback(dirty=False),
    "8 kB traceback, dirty": _traceback(dirty=True),
    "value of 30 entries, clean": _value(dirty=False),
    "value of 30 entries, dirty": _value(dirty=True),
}
"""What is cleaned, by its name."""


def measure(subjects: dict[str, Callable[[Any], Any]], rounds: int = _ROUNDS) -> dict[str, dict[str, float]]:
    """Microseconds of CPU a call: medians of rounds in which the subjects take turns."""
    samples: dict[str, dict[str, list[float]]] = {text: {name: [] for name in subjects} for text in TEXTS}
    for _ in range(rounds):
        for label, text in TEXTS.items():
            for name, clean in subjects.items():
                samples[label][name].append(_one(clean, text))
    return {
        label: {name: round(statistics.median(figures) * 1e6, 1) for name, figures in by.items()}
        for label, by in samples.items()
    }


def _one(clean: Callable[[Any], Any], text: Any) -> float:
    calls, began = 0, time.process_time()
    while (spent := time.process_time() - began) < _SLICE:
        clean(text)
        calls += 1
    return spent / calls
