"""Web sockets: closed, refused, misused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import websocket
import websockets.asyncio.client
import websockets.asyncio.server
import websockets.exceptions
import websockets.sync.client

from evaluations.classifier.raisers.scaffold_http import (
    FAILED,
    LINK,
    OUR_BUG,
    REFUSED_US,
    SILENT,
    THROTTLED,
    Answer,
    add,
    serving,
)


# --- web sockets ------------------------------------------------------------------------------------------------------
def _socket_peer(serve: Callable[[Any], Any], use: Callable[[Any], Any], **more: Any) -> Callable[[], Any]:
    async def run() -> None:
        async with websockets.asyncio.server.serve(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            async with websockets.asyncio.client.connect(f"ws://127.0.0.1:{port}", **more) as client:
                await use(client)

    return run


async def _sends_much(peer: Any) -> None:
    await peer.send("x" * 5_000)
    await peer.wait_closed()


async def _going_away(peer: Any) -> None:
    await peer.close(1001, "going away")


async def _wants_payment(peer: Any) -> None:
    await peer.close(4029, "rate limit exceeded")


async def _idle(peer: Any) -> None:
    await peer.wait_closed()


async def _receive(client: Any) -> None:
    await client.recv()


async def _two_receivers(client: Any) -> None:
    first = asyncio.create_task(client.recv())
    await asyncio.sleep(0.01)
    try:
        await client.recv()
    finally:
        first.cancel()


async def _send_object(client: Any) -> None:
    await client.send(4)


async def _receive_in_time(client: Any) -> None:
    await asyncio.wait_for(client.recv(), 0.1)


def _socket_app_closed() -> Any:
    return websocket.WebSocket().send("x")


add(
    "websockets",
    "message_too_large",
    FAILED,
    _socket_peer(_sends_much, _receive, max_size=1_000),
    note="the peer sent more than we take",
)
add(
    "websockets",
    "peer_goes_away",
    LINK,
    _socket_peer(_going_away, _receive),
    note="closed in good order by a peer that restarts; external_service is defensible",
)
add("websockets", "peer_limits", THROTTLED, _socket_peer(_wants_payment, _receive), note="a private code of closing")
add("websockets", "two_receivers", OUR_BUG, _socket_peer(_idle, _two_receivers))
add("websockets", "sends_a_number", OUR_BUG, _socket_peer(_idle, _send_object))
add("websockets", "no_message_in_time", SILENT, _socket_peer(_idle, _receive_in_time))
add(
    "websockets",
    "status_429",
    THROTTLED,
    lambda: _upgrade(lambda url: websockets.sync.client.connect(url), Answer(429, {})),
)
add("websocket-client", "status_401", REFUSED_US, lambda: _upgrade(websocket.create_connection, Answer(401, {})))
add(
    "websocket-client",
    "never_connected",
    OUR_BUG,
    _socket_app_closed,
    note="used before it was connected; the library calls it closed",
)
add("websocket-client", "scheme_unknown", OUR_BUG, lambda: websocket.create_connection("http://127.0.0.1/"))


def _upgrade(connect: Callable[[str], Any], answer: Answer) -> Any:
    with serving(answer) as url:
        return connect(url.replace("http", "ws", 1))
