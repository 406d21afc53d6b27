"""Set g: message brokers and job queues."""

from __future__ import annotations

import contextlib
from typing import Any

import aio_pika
import aiokafka
import aiomqtt
import celery
import confluent_kafka
import confluent_kafka.admin
import kafka
import kafka.errors
import kombu
import nats
import nats.errors
import nats.js.errors
import paho.mqtt.client
import pika
import pika.exceptions
import redis
import rq
import rq.exceptions
import rq.job

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import closed_port

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
LOST: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "high"}
RABBIT = "amqp://guest:guest@127.0.0.1:5672/"


@case("pika", "network", **LOST)
def fresh_g_pika_refused() -> None:
    pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", closed_port(), connection_attempts=1))


@case("pika", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_pika_password() -> None:
    who = pika.PlainCredentials("shop", "wrong")
    pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", credentials=who, connection_attempts=1))


@case("pika", "configuration", note="a queue that is set up beforehand", **BUG)
def fresh_g_pika_no_queue() -> None:
    with contextlib.closing(pika.BlockingConnection(pika.URLParameters(RABBIT))) as link:
        link.channel().queue_declare("fresh-g-missing", passive=True)


@case("pika", "configuration", note="a virtual host that is set up beforehand", **BUG)
def fresh_g_pika_no_virtual_host() -> None:
    pika.BlockingConnection(pika.URLParameters(RABBIT + "fresh-g-nowhere?connection_attempts=1"))


@case("pika", "system", **BUG)
def fresh_g_pika_channel_closed() -> None:
    with contextlib.closing(pika.BlockingConnection(pika.URLParameters(RABBIT))) as link:
        channel = link.channel()
        channel.close()
        channel.basic_publish("", "orders", b"x")


@case("aio-pika", "configuration", note="an exchange that is set up beforehand", **BUG)
async def fresh_g_aio_pika_no_exchange() -> None:
    async with await aio_pika.connect(RABBIT) as link:
        await (await link.channel()).get_exchange("fresh-g-missing", ensure=True)


@case("aio-pika", "authentication", transient=False, status=(500, 502, 503), severity="high")
async def fresh_g_aio_pika_password() -> None:
    await aio_pika.connect("amqp://shop:wrong@127.0.0.1:5672/")


@case("kombu", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_kombu_password() -> None:
    with kombu.Connection("amqp://shop:wrong@127.0.0.1:5672//") as link:
        link.connect()


@case("kombu", "system", **BUG)
def fresh_g_kombu_not_serializable() -> None:
    with kombu.Connection("memory://") as link, link.Producer() as producer:
        producer.publish({"f": object()}, serializer="json")


@case("celery", "network", **LOST)
def fresh_g_celery_broker_refused() -> None:
    app = celery.Celery(broker=f"redis://127.0.0.1:{closed_port()}/0")
    app.conf.broker_transport_options = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
    app.send_task("mail.send", retry=False)


@case("celery", "configuration", **BUG)
def fresh_g_celery_no_backend() -> None:
    celery.Celery(broker="memory://", set_as_current=False).AsyncResult("7").get(timeout=0.1)


@case("rq", "network", **LOST)
def fresh_g_rq_refused() -> None:
    rq.Queue(connection=redis.Redis(port=closed_port(), retry=None)).enqueue(len, "x")


@case("rq", "validation", transient=False, status=404, severity="info", note="the client asks for a job that is gone")
def fresh_g_rq_no_job() -> None:
    rq.job.Job.fetch("fresh-g-none", connection=redis.Redis())


@case("kafka-python", "network", transient=True, status=(502, 503, 504), severity="high")
def fresh_g_kafka_no_brokers() -> None:
    kafka.KafkaProducer(bootstrap_servers=f"127.0.0.1:{closed_port()}", bootstrap_timeout_ms=300)


@case("aiokafka", "network", **LOST)
async def fresh_g_aiokafka_refused() -> None:
    producer = aiokafka.AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{closed_port()}", request_timeout_ms=500)
    try:
        await producer.start()
    finally:
        await producer.stop()


@case("confluent-kafka", "network", **LOST)
def fresh_g_confluent_no_broker() -> None:
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": f"127.0.0.1:{closed_port()}"})
    admin.list_topics(timeout=0.3)


@case("confluent-kafka", "resource", transient=True, status=503, severity="medium")
def fresh_g_confluent_queue_full() -> None:
    options = {"bootstrap.servers": f"127.0.0.1:{closed_port()}", "queue.buffering.max.messages": 1}
    producer = confluent_kafka.Producer(options)
    try:
        for _ in range(3):
            producer.produce("orders", b"x")
    finally:
        producer.purge()


@case("confluent-kafka", "configuration", made="no Kafka here", note="the topic is set up beforehand", **BUG)
def fresh_g_confluent_topic() -> None:
    fault = confluent_kafka.KafkaError(confluent_kafka.KafkaError.UNKNOWN_TOPIC_OR_PART, "Unknown topic or partition")
    raise confluent_kafka.KafkaException(fault)


async def _quiet(_: Exception) -> None:
    """Nobody is told."""


@case("nats-py", "network", **LOST)
async def fresh_g_nats_refused() -> None:
    await nats.connect(
        f"nats://127.0.0.1:{closed_port()}", max_reconnect_attempts=1, reconnect_time_wait=0, error_cb=_quiet
    )


@case("nats-py", "network", transient=True, status=(503, 504), severity="medium")
async def fresh_g_nats_silent() -> None:
    link = await nats.connect("nats://127.0.0.1:4222")
    await link.subscribe("fresh-g.silent")
    try:
        await link.request("fresh-g.silent", b"x", timeout=0.1)
    finally:
        await link.close()


@case("nats-py", "system", **BUG)
async def fresh_g_nats_closed() -> None:
    link = await nats.connect("nats://127.0.0.1:4222")
    await link.close()
    await link.publish("orders", b"x")


@case("nats-py", "resource", transient=False, status=(413, 500, 503), severity="medium")
async def fresh_g_nats_payload() -> None:
    link = await nats.connect("nats://127.0.0.1:4222")
    try:
        await link.publish("orders", b"x" * (link.max_payload + 1))
    finally:
        await link.close()


@case("aiomqtt", "network", **LOST)
async def fresh_g_mqtt_refused() -> None:
    async with aiomqtt.Client("127.0.0.1", closed_port(), timeout=2):
        pass


@case("paho-mqtt", "system", **BUG)
def fresh_g_paho_wildcard() -> None:
    client = paho.mqtt.client.Client(paho.mqtt.client.CallbackAPIVersion.VERSION2)
    client.publish("orders/#", b"x")
