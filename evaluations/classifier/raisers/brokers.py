"""Brokers: RabbitMQ, NATS and Mosquitto as they run, Kafka and others against nobody."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from collections.abc import Callable
from typing import Any

import aio_pika
import aiokafka
import aiomqtt
import aiormq
import amqp
import confluent_kafka
import kafka
import kafka.errors
import kombu
import nats
import nats.errors
import paho.mqtt.client
import paho.mqtt.publish
import pika
import stomp
import zmq

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening, saying, silence
from evaluations.classifier.raisers._sql import away, bug, contention, refused_us, settings, silent

_COUNT = itertools.count()
nonsense: dict[str, Any] = {
    "category": "external_service",
    "transient": False,
    "status": (502, 503),
    "severity": "medium",
}
not_now: dict[str, Any] = {**nonsense, "transient": True}


def _name() -> str:
    return f"failsoft-corpus-{os.getpid()}-{next(_COUNT)}"


# --- RabbitMQ ---------------------------------------------------------------------------------------------------------
def _pika(act: Callable[[Any], Any], **more: Any) -> None:
    user = more.pop("user", "guest")
    parameters = pika.ConnectionParameters(
        HOST,
        credentials=pika.PlainCredentials(user, "guest"),
        **{"socket_timeout": 0.5, "stack_timeout": 1, **more},
    )
    connection = pika.BlockingConnection(parameters)
    try:
        act(connection.channel())
    finally:
        with contextlib.suppress(Exception):
            connection.close()


async def _aio_pika(act: Callable[[Any], Any], url: str = f"amqp://guest:guest@{HOST}/", **more: Any) -> None:
    connection = await aio_pika.connect(url, **more)
    async with connection:
        await act(await connection.channel(on_return_raises=True))


def _amqp(act: Callable[[Any], Any], **more: Any) -> None:
    with amqp.Connection(**{"host": HOST, "connect_timeout": 0.5, **more}) as connection:
        act(connection.channel())


def _declared_twice(channel: Any) -> None:
    name = _name()
    channel.queue_declare(name, auto_delete=True)
    channel.queue_declare(name, auto_delete=True, durable=True)


def _exclusive(channel: Any) -> None:
    name = _name()

    def again(other: Any) -> None:
        other.queue_declare(name, exclusive=True)

    channel.queue_declare(name, exclusive=True)
    _pika(again)


def _unroutable(channel: Any) -> None:
    channel.confirm_delivery()
    channel.basic_publish("", "failsoft-corpus-is-not-there", b"hello", mandatory=True)


def _rejected(channel: Any) -> None:
    name = _name()
    arguments = {"x-max-length": 1, "x-overflow": "reject-publish", "x-expires": 2_000}
    channel.queue_declare(name, arguments=arguments)
    channel.confirm_delivery()
    for _ in range(3):
        channel.basic_publish("", name, b"hello")


def _closed_channel(channel: Any) -> None:
    channel.close()
    channel.queue_declare("a", passive=True)


_PIKA: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "no_queue": (settings, lambda channel: channel.queue_declare("failsoft-corpus-is-not-there", passive=True)),
    "no_exchange": (settings, lambda channel: channel.exchange_declare("failsoft-corpus-no", passive=True)),
    "declared_otherwise": (settings, _declared_twice),
    "reserved_name": (refused_us, lambda channel: channel.queue_declare("amq.a")),
    "exclusive": (contention, _exclusive),
    "unroutable": ({**settings, "note": "no queue is bound for it"}, _unroutable),
    "rejected": ({**not_now, "note": "the queue is full, says the broker"}, _rejected),
    "closed_channel": (bug, _closed_channel),
}


def _define(library: str, name: str, label: dict[str, Any], run: Callable[[], Any]) -> None:
    def raiser() -> Any:
        return run()

    raiser.__name__ = name
    case(library, **label)(raiser)


for _case, (_label, _act) in _PIKA.items():
    _define("pika", _case, _label, lambda act=_act: _pika(act))  # type: ignore[misc]


@case("pika", **away)
def pika_refused() -> None:
    _pika(print, port=closed_port())


@case("pika", **away)
def pika_unknown_host() -> None:
    pika.BlockingConnection(pika.ConnectionParameters("queue.invalid", connection_attempts=1))


@case("pika", **refused_us)
def pika_wrong_password() -> None:
    _pika(print, user="nobody")


@case("pika", **settings)
def pika_no_vhost() -> None:
    _pika(print, virtual_host="is-not-there")


@case("pika", **away)
def pika_hangs_up() -> None:
    with listening(hang_up) as port:
        _pika(print, port=port)


@case("pika", **nonsense)
def pika_is_http() -> None:
    with listening(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as port:
        _pika(print, port=port)


@case("pika", **silent)
def pika_silent() -> None:
    with listening(silence) as port:
        _pika(print, port=port, stack_timeout=0.3)


@case("pika", **settings)
def pika_bad_url() -> None:
    pika.URLParameters("amqp://host:port/")


async def _twice(channel: Any) -> None:
    name = _name()
    await channel.declare_queue(name, auto_delete=True)
    await channel.declare_queue(name, auto_delete=True, durable=True)


async def _undelivered(channel: Any) -> None:
    await channel.default_exchange.publish(aio_pika.Message(b"a"), "failsoft-corpus-is-not-there")


async def _get_nothing(channel: Any) -> None:
    queue = await channel.declare_queue(_name(), auto_delete=True, exclusive=True)
    await queue.get(timeout=1)


async def _closed_aio_channel(channel: Any) -> None:
    await channel.close()
    await channel.declare_queue("a", passive=True)


_AIO: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "no_queue": (settings, lambda channel: channel.declare_queue("failsoft-corpus-is-not-there", passive=True)),
    "declared_otherwise": (settings, _twice),
    "reserved_name": (refused_us, lambda channel: channel.declare_queue("amq.a")),
    "unroutable": ({**settings, "note": "no queue is bound for it"}, _undelivered),
    "nothing_there": ({**bug, "note": "as queue.Empty"}, _get_nothing),
    "closed_channel": (bug, _closed_aio_channel),
}
for _case, (_label, _act) in _AIO.items():
    _define("aio-pika", _case, _label, lambda act=_act: _aio_pika(act))  # type: ignore[misc]


@case("aio-pika", **away)
async def aio_refused() -> None:
    await aio_pika.connect(f"amqp://guest:guest@{HOST}:{closed_port()}/")


@case("aio-pika", **refused_us)
async def aio_wrong_password() -> None:
    await aio_pika.connect(f"amqp://nobody:wrong@{HOST}/")


@case("aio-pika", **settings)
async def aio_no_vhost() -> None:
    await aio_pika.connect(f"amqp://guest:guest@{HOST}/is-not-there")


@case("aiormq", **away)
async def aiormq_refused() -> None:
    await aiormq.connect(f"amqp://guest:guest@{HOST}:{closed_port()}/")


@case("aiormq", **settings)
async def aiormq_no_queue() -> None:
    connection = await aiormq.connect(f"amqp://guest:guest@{HOST}/")
    try:
        channel = await connection.channel()
        await channel.queue_declare("failsoft-corpus-is-not-there", passive=True)
    finally:
        await connection.close()


@case("aiormq", **silent)
async def aiormq_silent() -> None:
    with listening(silence) as port:
        await asyncio.wait_for(aiormq.connect(f"amqp://guest:guest@{HOST}:{port}/"), 0.2)


_AMQP: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "no_queue": (settings, lambda channel: channel.queue_declare("failsoft-corpus-is-not-there", passive=True)),
    "declared_otherwise": (settings, _declared_twice),
    "reserved_name": (refused_us, lambda channel: channel.queue_declare("amq.a")),
}
for _case, (_label, _act) in _AMQP.items():
    _define("amqp", _case, _label, lambda act=_act: _amqp(act))  # type: ignore[misc]


@case("amqp", **away)
def amqp_refused() -> None:
    _amqp(print, host=f"{HOST}:{closed_port()}")


@case("amqp", **refused_us)
def amqp_wrong_password() -> None:
    _amqp(print, userid="nobody", password="wrong")


@case("amqp", **settings)
def amqp_no_vhost() -> None:
    _amqp(print, virtual_host="is-not-there")


@case("kombu", **away)
def kombu_refused() -> None:
    with kombu.Connection(f"amqp://{HOST}:{closed_port()}") as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)


@case("kombu", **settings, note="its transport refuses the client of Redis that the other packages bring")
def kombu_redis_refused() -> None:
    with kombu.Connection(f"redis://{HOST}:{closed_port()}") as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)


@case("kombu", **bug)
def kombu_cannot_encode() -> None:
    with kombu.Connection("memory://") as connection, connection.SimpleQueue("a") as queue:
        queue.put({"a": object()})


@case("kombu", **{**bug, "note": "as queue.Empty"})
def kombu_empty() -> None:
    with kombu.Connection("memory://") as connection, connection.SimpleQueue(_name()) as queue:
        queue.get(block=False)


@case("kombu", **settings)
def kombu_unknown_transport() -> None:
    kombu.Connection("pigeon://").connect()


@case(
    "kombu", "data_integrity", transient=False, status=500, severity="high", note="what is in the queue cannot be read"
)
def kombu_content_refused() -> None:
    kombu.serialization.loads(b"x", "application/x-python-serialize", "binary", accept={"application/json"})


@case("kombu", "resource", transient=True, status=503, severity="medium")
def kombu_pool_exhausted() -> None:
    with kombu.Connection("memory://") as connection:
        pool = connection.Pool(1)
        pool.acquire()
        pool.acquire(block=False)


# --- NATS -------------------------------------------------------------------------------------------------------------
async def _nats(act: Callable[[Any], Any]) -> None:
    client = await nats.connect(f"nats://{HOST}:4222", connect_timeout=1, allow_reconnect=False)
    try:
        await act(client)
    finally:
        with contextlib.suppress(Exception):
            await client.close()


async def _no_reply(client: Any) -> None:
    name = _name()
    await client.subscribe(name)
    await client.request(name, b"", timeout=0.1)


async def _closed_nats(client: Any) -> None:
    await client.close()
    await client.publish("a", b"")


async def _next(client: Any) -> None:
    subscription = await client.subscribe(_name())
    await subscription.next_msg(timeout=0.05)


_NATS: dict[str, tuple[dict[str, Any], Callable[[Any], Any]]] = {
    "no_responders": ({**not_now, "note": "the server answers 503"}, lambda client: client.request(_name(), b"")),
    "no_reply": (silent, _no_reply),
    "nothing_came": (silent, _next),
    "closed": (bug, _closed_nats),
    "bad_subject": (bug, lambda client: client.publish("", b"")),
    "too_big": (
        {"category": "resource", "transient": False, "status": (400, 413, 500), "severity": "medium"},
        lambda client: client.publish("a", b"x" * 2_000_000),
    ),
}
for _case, (_label, _act) in _NATS.items():
    _define("nats-py", _case, _label, lambda act=_act: _nats(act))  # type: ignore[misc]


@case("nats-py", **away)
async def nats_refused() -> None:
    async def say_nothing(_: Exception) -> None:
        pass

    await nats.connect(
        f"nats://{HOST}:{closed_port()}", max_reconnect_attempts=1, reconnect_time_wait=0.01, error_cb=say_nothing
    )


@case("nats-py", **nonsense)
async def nats_is_http() -> None:
    with listening(saying(b"HTTP/1.1 400 Bad Request\r\n\r\n", at_once=True)) as port:
        await nats.connect(f"nats://{HOST}:{port}", allow_reconnect=False, connect_timeout=1)


# --- MQTT -------------------------------------------------------------------------------------------------------------
@case("paho-mqtt", **away)
def mqtt_refused() -> None:
    client = paho.mqtt.client.Client(paho.mqtt.client.CallbackAPIVersion.VERSION2)
    client.connect(HOST, closed_port())


@case("paho-mqtt", **bug)
def mqtt_wildcard() -> None:
    paho.mqtt.publish.single("a/#", "b", hostname=HOST)


@case("paho-mqtt", **bug)
def mqtt_not_connected() -> None:
    client = paho.mqtt.client.Client(paho.mqtt.client.CallbackAPIVersion.VERSION2)
    client.publish("a", "b").wait_for_publish(0.1)


@case("aiomqtt", **away)
async def aiomqtt_refused() -> None:
    async with aiomqtt.Client(HOST, closed_port()):
        pass


@case("aiomqtt", **silent)
async def aiomqtt_silent() -> None:
    with listening(silence) as port:
        async with aiomqtt.Client(HOST, port, timeout=0.2):
            pass


@case("aiomqtt", **refused_us)
async def aiomqtt_wrong_password() -> None:
    # CONNACK, return code 5: not authorized
    with listening(saying(b"\x20\x02\x00\x05")) as port:
        async with aiomqtt.Client(HOST, port, timeout=0.5):
            pass


@case("aiomqtt", **{**not_now, "severity": "high"})
async def aiomqtt_unavailable() -> None:
    # CONNACK, return code 3: server unavailable
    with listening(saying(b"\x20\x02\x00\x03")) as port:
        async with aiomqtt.Client(HOST, port, timeout=0.5):
            pass


# --- Kafka and others -------------------------------------------------------------------------------------------------
@case("kafka-python", **{**away, "status": (502, 503, 504), "note": "what it says is that no broker came in time"})
def kafka_refused() -> None:
    kafka.KafkaProducer(bootstrap_servers=f"{HOST}:{closed_port()}", bootstrap_timeout_ms=200)


@case("aiokafka", **away)
async def aiokafka_refused() -> None:
    producer = aiokafka.AIOKafkaProducer(bootstrap_servers=f"{HOST}:{closed_port()}", request_timeout_ms=300)
    try:
        await producer.start()
    finally:
        await producer.stop()


@case("confluent-kafka", **away)
def confluent_no_broker() -> None:
    consumer = confluent_kafka.Consumer({"bootstrap.servers": f"{HOST}:{closed_port()}", "group.id": "a"})
    try:
        consumer.list_topics(timeout=0.2)
    finally:
        consumer.close()


@case("confluent-kafka", **settings)
def confluent_bad_setting() -> None:
    confluent_kafka.Producer({"is.not.there": "a"})


@case("confluent-kafka", "resource", transient=True, status=503, severity="medium")
def confluent_queue_full() -> None:
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": f"{HOST}:{closed_port()}", "queue.buffering.max.messages": 1}
    )
    try:
        for _ in range(3):
            producer.produce("a", b"b")
    finally:
        producer.purge()


@case("confluent-kafka", **bug)
def confluent_closed() -> None:
    consumer = confluent_kafka.Consumer({"bootstrap.servers": f"{HOST}:{closed_port()}", "group.id": "a"})
    consumer.close()
    consumer.poll(0)


@case("stomp.py", **away)
def stomp_refused() -> None:
    stomp.Connection([(HOST, closed_port())], reconnect_attempts_max=1).connect(wait=True)


@case("stomp.py", **{**bug, "note": "nobody connected"})
def stomp_not_connected() -> None:
    stomp.Connection([(HOST, closed_port())]).send("a", "b")


@case("pyzmq", "network", transient=True, status=504, severity="medium", note="EAGAIN: nothing came in time")
def zmq_nothing_came() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        socket.bind("inproc://failsoft-corpus")
        socket.setsockopt(zmq.RCVTIMEO, 20)
        socket.recv()


@case("pyzmq", **settings)
def zmq_address_taken() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as one, context.socket(zmq.PULL) as two:
        port = one.bind_to_random_port(f"tcp://{HOST}")
        two.bind(f"tcp://{HOST}:{port}")


@case("pyzmq", **bug)
def zmq_wrong_state() -> None:
    with zmq.Context() as context, context.socket(zmq.REQ) as socket:
        socket.bind("inproc://failsoft-corpus-2")
        socket.setsockopt(zmq.RCVTIMEO, 20)
        socket.recv()


@case("pyzmq", **bug)
def zmq_closed() -> None:
    with zmq.Context() as context:
        socket = context.socket(zmq.PULL)
        socket.close()
        socket.recv()


@case("pyzmq", **settings)
def zmq_bad_protocol() -> None:
    with zmq.Context() as context, context.socket(zmq.PULL) as socket:
        socket.bind("pigeon://a")
