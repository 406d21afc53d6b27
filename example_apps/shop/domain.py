"""What the shop does: a catalogue, orders in a database, quotes from somebody else's server, accounts."""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

import failsoft

CATALOGUE = {
    "tea": {"sku": "tea", "name": "Darjeeling, 100 g", "price": "8.90", "stock": 40},
    "cup": {"sku": "cup", "name": "Cup, blue", "price": "14.00", "stock": 3},
    "pot": {"sku": "pot", "name": "Teapot", "price": "49.00", "stock": 0},
}

UPSTREAM = os.environ.get("SHOP_UPSTREAM", "http://127.0.0.1:8099")
DATABASE = os.environ.get("SHOP_DATABASE", "shop.db")
UPLOAD_LIMIT = 1_000_000

_PASSWORDS = {"ada": hashlib.sha256(b"analytical").hexdigest()}


class OutOfStock(Exception):
    """A rule of the shop. The settings say what it means to a client: 409, OUT_OF_STOCK."""


def product(sku: str) -> dict[str, Any]:
    """One product of the catalogue."""
    if sku not in CATALOGUE:
        raise failsoft.NotFoundError(f"no product {sku!r}", user_message="There is no such product.")
    return CATALOGUE[sku]


# -- orders, in a database


@contextmanager
def transaction() -> Iterator[sqlite3.Connection]:
    """A connection whose work is committed at the end, or rolled back if the block fails."""
    connection = sqlite3.connect(DATABASE, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, sku TEXT, quantity INTEGER)")
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def parse_order(body: Any) -> tuple[str, int]:
    """The order in a request body."""
    errors = []
    if not isinstance(body, dict):
        raise failsoft.ValidationError("no object", errors=[("", "must be an object")])
    sku, quantity = body.get("sku"), body.get("quantity")
    if not isinstance(sku, str):
        errors.append(("/sku", "must be a text"))
    if not isinstance(quantity, int) or quantity < 1:
        errors.append(("/quantity", "must be a whole number above 0"))
    if errors:
        raise failsoft.ValidationError("bad order", errors=errors)
    return str(sku), int(quantity or 0)


def place_order(connection: sqlite3.Connection, sku: str, quantity: int) -> dict[str, Any]:
    """Write an order. The caller commits."""
    if product(sku)["stock"] < quantity:
        raise OutOfStock(f"{quantity} x {sku} wanted, {product(sku)['stock']} there")
    cursor = connection.execute("INSERT INTO orders (sku, quantity) VALUES (?, ?)", (sku, quantity))
    return {"id": cursor.lastrowid, "sku": sku, "quantity": quantity}


def export() -> Iterator[bytes]:
    """All orders as CSV."""
    yield b"id,sku,quantity\n"
    with transaction() as connection:
        for row in connection.execute("SELECT id, sku, quantity FROM orders ORDER BY id"):
            yield (",".join(map(str, row)) + "\n").encode()


# -- quotes, from an upstream that has its bad days


_clients = threading.local()


def quote(symbol: str, key: str = "") -> dict[str, Any]:
    """The price of something, from the upstream."""
    client: httpx.Client | None = getattr(_clients, "client", None)
    if client is None:
        client = _clients.client = httpx.Client(base_url=UPSTREAM, timeout=2)
    left = failsoft.remaining()
    headers = {"X-Test-Key": key} if key else {}
    response = client.get(f"/quotes/{symbol}", headers=headers, timeout=min(2.0, left) if left else 2.0)
    response.raise_for_status()
    result: dict[str, Any] = response.json()
    return result


async def aquote(symbol: str, key: str = "") -> dict[str, Any]:
    """The same, asynchronously."""
    headers = {"X-Test-Key": key} if key else {}
    async with httpx.AsyncClient(base_url=UPSTREAM, timeout=2) as client:
        response = await client.get(f"/quotes/{symbol}", headers=headers)
    response.raise_for_status()
    result: dict[str, Any] = response.json()
    return result


# -- uploads and accounts


def check_upload(size: int) -> dict[str, Any]:
    """Refuse what is too large."""
    if size > UPLOAD_LIMIT:
        raise failsoft.FileUploadError(f"{size} bytes", user_message="The file is larger than 1 MB.")
    return {"size": size}


def login(body: Any) -> dict[str, Any]:
    """Check a password."""
    user = body.get("user") if isinstance(body, dict) else None
    password = str(body.get("password", "")) if isinstance(body, dict) else ""
    digest = hashlib.sha256(password.encode()).hexdigest()
    if user not in _PASSWORDS or not hmac.compare_digest(digest, _PASSWORDS[user]):
        raise failsoft.AuthenticationError(
            f"login of {user} with password={password} refused",
            user_message="User name or password is wrong.",
            headers={"WWW-Authenticate": 'Bearer realm="shop"'},
        )
    return {"user": user}


def crash() -> None:
    """A bug, with a secret in its text."""
    password = "s3cr3t-and-fake"
    raise RuntimeError(f"unexpected row from postgresql://shop:{password}@db.internal/shop")
