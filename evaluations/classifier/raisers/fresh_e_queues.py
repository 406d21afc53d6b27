"""pika, aio-pika, Kombu, NATS, against the brokers at hand and against none."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aio_pika
import amqp
import kombu
import nats
import nats.errors
import nats.js.errors
import pika
import pika.exceptions

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening, silence, tls_port

OWN = f"fresh_e_{os.getpid()}"
RABBIT = f"amqp://guest:guest@{HOST}:5672/"
GIVES_UP: dict[str, Any] = {
    "allow_reconnect": False,
    "connect_timeout": 1,
    "max_reconnect_attempts": 1,
    "reconnect_time_wait": 0.01,
}
NATS = f"nats://{HOST}:4222"


# --- pika -------------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def channel(**more: Any) -> Iterator[Any]:
    connection = pika.BlockingConnection(pika.ConnectionParameters(HOST, 5672, **more))
    try:
        yield connection.channel()
    finally:
        if connection.is_open:
            connection.close()


def once(port: int, **more: Any) -> None:
    options = {"connection_attempts": 1, "socket_timeout": 1, "stack_timeout": 1, "blocked_connection_timeout": 1}
    pika.BlockingConnection(pika.ConnectionParameters(HOST, port, **{**options, **more}))


@fresh("pika", e.LOST)
def nobody_listens() -> None:
    once(closed_port())


@fresh("pika", e.LOST, note="pika guesses at a protocol that does not fit; what it knows is the end of the stream")
def hung_up() -> None:
    with listening(hang_up) as port:
        once(port)


@fresh("pika", e.REFUSED_US)
def password_refused() -> None:
    once(5672, credentials=pika.PlainCredentials("guest", "wrong"))


@fresh("pika", e.SETUP, note="the virtual host was not set up")
def virtual_host_missing() -> None:
    once(5672, virtual_host="/fresh_e_nowhere")


@fresh("pika", e.SETUP, note="a queue that has to be declared beforehand")
def queue_missing() -> None:
    with channel() as one:
        one.queue_declare(f"{OWN}_nowhere", passive=True)


@fresh("pika", e.SETUP)
def exchange_missing() -> None:
    with channel() as one:
        one.confirm_delivery()
        one.basic_publish(f"{OWN}_nowhere", "key", b"{}")
        one.queue_declare("", exclusive=True)


@fresh("pika", e.SETUP, note="declared with other arguments than it exists with")
def queue_declared_differently() -> None:
    with channel() as one:
        one.queue_declare(f"{OWN}_inequal", exclusive=True)
        one.queue_declare(f"{OWN}_inequal", exclusive=True, arguments={"x-max-length": 5})


@fresh("pika", e.SETUP, note="no queue is bound to what was published")
def unroutable() -> None:
    with channel() as one:
        one.confirm_delivery()
        one.basic_publish("", f"{OWN}_nobody", b"{}", mandatory=True)


@fresh("pika", e.BUG)
def channel_closed() -> None:
    with channel() as one:
        one.close()
        one.basic_publish("", "key", b"{}")


@fresh("pika", e.BUG)
def acknowledged_twice() -> None:
    with channel() as one:
        one.basic_ack(77)
        one.queue_declare("", exclusive=True)


@fresh("pika", e.LOST)
def publish_error_from_refused() -> None:
    class PublishError(Exception):
        pass

    try:
        nobody_listens()
    except pika.exceptions.AMQPConnectionError as fault:
        raise PublishError("event order.created was not published") from fault


# --- aio-pika ---------------------------------------------------------------------------------------------------------
@contextlib.asynccontextmanager
async def achannel() -> AsyncIterator[Any]:
    connection = await aio_pika.connect(RABBIT)
    async with connection:
        yield await connection.channel(on_return_raises=True)


@fresh("aio-pika", e.LOST)
async def refused() -> None:
    await aio_pika.connect(f"amqp://guest:guest@{HOST}:{closed_port()}/")


@fresh("aio-pika", e.REFUSED_US)
async def login_refused() -> None:
    await aio_pika.connect(f"amqp://guest:wrong@{HOST}:5672/")


@fresh("aio-pika", e.SETUP)
async def no_such_queue() -> None:
    async with achannel() as one:
        await one.get_queue(f"{OWN}_nowhere")


@fresh("aio-pika", e.SETUP)
async def message_returned() -> None:
    async with achannel() as one:
        await one.default_exchange.publish(aio_pika.Message(b"{}"), routing_key=f"{OWN}_nobody")


@fresh("aio-pika", e.BUG)
async def closed_channel_used() -> None:
    async with achannel() as one:
        await one.close()
        await one.default_exchange.publish(aio_pika.Message(b"{}"), routing_key="x")


# --- Kombu ------------------------------------------------------------------------------------------------------------
@fresh("kombu", e.LOST)
def broker_refuses() -> None:
    with kombu.Connection(f"amqp://guest:guest@{HOST}:{closed_port()}//") as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)


@fresh("kombu", e.LOST)
def redis_broker_refuses() -> None:
    with kombu.Connection(f"redis://{HOST}:{closed_port()}/0") as connection:
        connection.SimpleQueue("mails").put({"to": 7})


@fresh("kombu", e.REFUSED_US)
def broker_refuses_password() -> None:
    with kombu.Connection(f"amqp://guest:wrong@{HOST}:5672//") as connection:
        connection.connect()


@fresh("kombu", e.SETUP)
def transport_unknown() -> None:
    kombu.Connection("carrier-pigeon://coop.example.test").connect()


@fresh("kombu", e.BUG)
def content_cannot_be_serialized() -> None:
    with kombu.Connection("memory://") as connection:
        connection.SimpleQueue("mails").put({"when": object()}, serializer="json")


@fresh("kombu", e.SETUP)
def serializer_unknown() -> None:
    with kombu.Connection("memory://") as connection:
        connection.SimpleQueue("mails").put({}, serializer="protobuf9")


@fresh("kombu", e.SETUP)
def amqp_not_found() -> None:
    with kombu.Connection(RABBIT) as connection:
        connection.connect()
        amqp_channel: amqp.Channel = connection.channel()
        amqp_channel.queue_declare(f"{OWN}_nowhere", passive=True)


# --- NATS -------------------------------------------------------------------------------------------------------------
@contextlib.asynccontextmanager
async def subject_space(**more: Any) -> AsyncIterator[Any]:
    client = await nats.connect(NATS, allow_reconnect=False, **more)
    try:
        yield client
    finally:
        if not client.is_closed:
            await client.close()


@fresh("nats-py", e.LOST)
async def no_servers() -> None:
    await nats.connect(f"nats://{HOST}:{closed_port()}", **GIVES_UP)


@fresh("nats-py", e.SILENT)
async def server_says_nothing() -> None:
    with listening(silence) as port:
        await nats.connect(f"nats://{HOST}:{port}", **GIVES_UP)


@fresh(
    "nats-py", e.Label("external_service", True, (502, 503, 504), "medium"), note="nobody subscribes: a service is down"
)
async def no_responders() -> None:
    async with subject_space() as client:
        await client.request(f"{OWN}.prices", b"{}", timeout=1)


@fresh("nats-py", e.SILENT)
async def request_timeout() -> None:
    async with subject_space() as client:
        await client.subscribe(f"{OWN}.slow")
        await client.request(f"{OWN}.slow", b"{}", timeout=0.1)


@fresh("nats-py", e.SETUP)
async def stream_missing() -> None:
    async with subject_space() as client:
        await client.jetstream().stream_info(f"{OWN}_nowhere")


@fresh("nats-py", e.SETUP)
async def no_stream_takes_it() -> None:
    async with subject_space() as client:
        await client.jetstream().publish(f"{OWN}.nowhere", b"{}", timeout=1)


@fresh("nats-py", e.ABSENT)
async def key_not_found() -> None:
    async with subject_space() as client:
        stream = client.jetstream()
        bucket = await stream.create_key_value(bucket=f"{OWN}_kv", storage="memory")
        try:
            await bucket.get("missing")
        finally:
            await stream.delete_key_value(f"{OWN}_kv")


@fresh("nats-py", e.Label("concurrency", True, (409, 503), "medium"), note="an edit conflict could be low as well")
async def wrong_last_revision() -> None:
    async with subject_space() as client:
        stream = client.jetstream()
        bucket = await stream.create_key_value(bucket=f"{OWN}_rev", storage="memory")
        try:
            await bucket.put("price", b"1")
            await bucket.put("price", b"2")
            await bucket.update("price", b"3", last=1)
        finally:
            await stream.delete_key_value(f"{OWN}_rev")


@fresh("nats-py", e.BUG)
async def closed_connection() -> None:
    client = await nats.connect(NATS, allow_reconnect=False)
    await client.close()
    await client.publish(f"{OWN}.x", b"{}")


@fresh("nats-py", e.BUG)
async def subject_malformed() -> None:
    async with subject_space() as client:
        await client.subscribe("two words")


@fresh("nats-py", e.TOO_LARGE)
async def payload_too_large() -> None:
    async with subject_space() as client:
        await client.publish(f"{OWN}.x", b"x" * (client.max_payload + 1))


@fresh("nats-py", e.UNTRUSTED)
async def certificate_not_trusted() -> None:
    import ssl

    await nats.connect(
        f"tls://{HOST}:{tls_port()}", tls=ssl.create_default_context(), tls_handshake_first=True, **GIVES_UP
    )


@fresh("nats-py", e.SILENT)
async def gateway_error_from_timeout() -> None:
    class GatewayError(Exception):
        pass

    try:
        await request_timeout()
    except nats.errors.TimeoutError as fault:
        raise GatewayError("price service failed") from fault
