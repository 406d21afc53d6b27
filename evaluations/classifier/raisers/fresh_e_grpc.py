"""gRPC: a server on loopback that ends the call with each status, and the links that fail."""

from __future__ import annotations

import atexit
import functools
import time
from concurrent import futures
from typing import Any

import grpc
import grpc.aio

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    Label,
    bug,
    declined,
    failed,
    label,
    not_now,
    refused,
    refused_us,
    silent,
    throttled,
)
from evaluations.classifier.raisers._peers import closed_port, listening, saying


class LedgerUnavailable(Exception):
    """An application's own class for a ledger that did not answer as it should."""


class _Handler(grpc.GenericRpcHandler):
    def service(self, details: Any) -> Any:
        word = details.method.rpartition("/")[2]

        def answer(_: bytes, context: Any) -> bytes:
            if word == "SLOW":
                time.sleep(0.6)
            elif word == "RAISES":
                raise KeyError("no such account")
            else:
                context.abort(grpc.StatusCode[word], _SAID[word])
            return b""

        return grpc.unary_unary_rpc_method_handler(answer)


_SAID = {
    "INVALID_ARGUMENT": "amount must be positive",
    "NOT_FOUND": "account 7 does not exist",
    "ALREADY_EXISTS": "transfer was booked before",
    "PERMISSION_DENIED": "caller lacks ledger.write",
    "UNAUTHENTICATED": "token of the service expired",
    "RESOURCE_EXHAUSTED": "rate limit of 100 calls in a second exceeded",
    "FAILED_PRECONDITION": "ledger is closed for this month",
    "ABORTED": "concurrent update of account 7, retry the transaction",
    "INTERNAL": "invariant violated in the ledger",
    "UNAVAILABLE": "server is shutting down",
    "DATA_LOSS": "checksum of a segment does not match",
    "UNKNOWN": "something went wrong",
}


@functools.cache
def _port() -> int:
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((_Handler(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    atexit.register(server.stop, None)
    return int(port)


def _call(word: str, port: int | None = None, timeout: float = 3) -> None:
    with grpc.insecure_channel(f"127.0.0.1:{port or _port()}") as channel:
        channel.unary_unary(f"/bank.Ledger/{word}")(b"", timeout=timeout)


def _says(word: str, meaning: Label, note: str = "") -> None:
    def raiser() -> None:
        _call(word)

    raiser.__name__ = f"fresh_e_{word.lower()}"
    case("grpcio", note=note, **meaning)(raiser)


_says("INVALID_ARGUMENT", declined)
_says("NOT_FOUND", declined)
_says("PERMISSION_DENIED", refused_us)
_says("UNAUTHENTICATED", refused_us)
_says("RESOURCE_EXHAUSTED", throttled)
_says("ABORTED", label("concurrency", True, (409, 503), "medium"), "the peer says that it was contention")
_says("INTERNAL", failed)
_says("UNKNOWN", failed)
_says("UNAVAILABLE", not_now, "the peer itself says so, over a link that works; others would read it as the link")


@case("grpcio", **failed)
def fresh_e_handler_raises() -> None:
    _call("RAISES")


@case("grpcio", **silent)
def fresh_e_deadline_exceeded() -> None:
    _call("SLOW", timeout=0.2)


@case("grpcio", **refused)
def fresh_e_connection_refused() -> None:
    _call("ANY", closed_port(), timeout=2)


@case("grpcio", **bug)
def fresh_e_call_on_a_closed_channel() -> None:
    channel = grpc.insecure_channel(f"127.0.0.1:{_port()}")
    call = channel.unary_unary("/bank.Ledger/INTERNAL")
    channel.close()
    call(b"")


@case("grpcio", note="the words of gRPC are of a link that fails, and it says UNAVAILABLE", **refused)
def fresh_e_closes_at_once() -> None:
    with listening(saying(b"", at_once=True)) as port:
        _call("ANY", port, timeout=2)


@case("grpcio", **silent)
def fresh_e_wrapped_deadline() -> None:
    try:
        _call("SLOW", timeout=0.2)
    except grpc.RpcError as exc:
        raise RuntimeError("balance could not be read") from exc


@case("grpcio", **refused)
async def fresh_e_async_stub_refused() -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{closed_port()}") as channel:
        await channel.unary_unary("/bank.Ledger/ANY")(b"", timeout=2)


@case("grpcio", **refused_us)
async def fresh_e_async_stub_unauthenticated() -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{_port()}") as channel:
        await channel.unary_unary("/bank.Ledger/UNAUTHENTICATED")(b"", timeout=2)
