"""Brokers and queues of tasks: RabbitMQ, NATS, Redis and Kafka as seen by their clients, and what workers say."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Callable
from typing import Any

import aio_pika
import aiokafka
import amqp
import amqpstorm
import apscheduler.schedulers.background
import arq.connections
import celery
import confluent_kafka
import dramatiq
import dramatiq.brokers.stub
import greenstalk
import huey
import kombu
import kombu.serialization
import nats
import nats.js.api
import nats.js.errors
import paho.mqtt.client
import pika
import procrastinate
import redis
import rq
import taskiq

from evaluations.classifier.raisers._fresh_a import LATE, LOST, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, dialogue, listening, silence
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    OUR_BUG,
    OUR_SETTINGS,
    SILENT,
    UNREADABLE,
    Means,
)

_COUNT = itertools.count()
_POSTGRES = f"host={HOST} user=postgres dbname=test"
_UNSET = "what has to be set up beforehand"


def _name() -> str:
    return f"failsoft-fresh-{os.getpid()}-{next(_COUNT)}"


# --- NATS -------------------------------------------------------------------------------------------------------------
async def _stream(act: Callable[[Any, str], Any]) -> None:
    """A client of JetStream, and a name of its own."""
    client = await nats.connect(f"nats://{HOST}:4222", allow_reconnect=False)
    name = _name()
    context = client.jetstream()
    try:
        await act(context, name)
    finally:
        with contextlib.suppress(nats.js.errors.Error):
            await context.delete_stream(name)
        with contextlib.suppress(nats.js.errors.Error):
            await context.delete_key_value(name)
        await client.close()


@fresh("nats-py", "stream_missing", OUR_SETTINGS, _UNSET)
async def _() -> None:
    await _stream(lambda context, name: context.stream_info(name))


@fresh("nats-py", "bucket_missing", OUR_SETTINGS, _UNSET)
async def _() -> None:
    await _stream(lambda context, name: context.key_value(name))


@fresh("nats-py", "stream_with_another_subject", OUR_SETTINGS, "set up otherwise before; concurrency is not meant")
async def _() -> None:
    async def act(context: Any, name: str) -> None:
        await context.add_stream(name=name, subjects=[f"{name}.a"])
        await context.add_stream(name=name, subjects=[f"{name}.b"], max_msgs=3)

    await _stream(act)


@fresh("nats-py", "key_missing", ABSENT, "a key that a client asks for; system is defensible, as a KeyError")
async def _() -> None:
    async def act(context: Any, name: str) -> None:
        bucket = await context.create_key_value(bucket=name)
        await bucket.get("cart-17")

    await _stream(act)


@fresh("nats-py", "key_changed_meanwhile", Means("concurrency", True, (409, 503), "medium"), "an optimistic version")
async def _() -> None:
    async def act(context: Any, name: str) -> None:
        bucket = await context.create_key_value(bucket=name)
        first = await bucket.create("cart-17", b"1")
        await bucket.update("cart-17", b"2", last=first)
        await bucket.update("cart-17", b"3", last=first)

    await _stream(act)


@fresh("nats-py", "acknowledged_what_is_no_message_of_a_stream", OUR_BUG)
async def _() -> None:
    client = await nats.connect(f"nats://{HOST}:4222", allow_reconnect=False)
    try:
        subject = _name()
        subscription = await client.subscribe(subject)
        await client.publish(subject, b"hello")
        message = await subscription.next_msg(1)
        await message.ack()
    finally:
        await client.close()


# --- RabbitMQ ---------------------------------------------------------------------------------------------------------
def _pika(act: Callable[[Any], Any]) -> None:
    connection = pika.BlockingConnection(pika.ConnectionParameters(HOST, socket_timeout=1))
    try:
        act(connection.channel())
    finally:
        with contextlib.suppress(Exception):
            connection.close()


@fresh("pika", "exchange_declared_otherwise", OUR_SETTINGS, "as a queue that was declared otherwise")
def _() -> None:
    def act(channel: Any) -> None:
        name = _name()
        channel.exchange_declare(name, "direct")
        try:
            channel.exchange_declare(name, "fanout")
        finally:
            channel.connection.channel().exchange_delete(name)

    _pika(act)


@fresh("pika", "consumed_without_a_callback", OUR_BUG)
def _() -> None:
    _pika(lambda channel: channel.basic_consume("orders", None))


@fresh("aio-pika", "connection_closed", OUR_BUG)
async def _() -> None:
    connection = await aio_pika.connect(f"amqp://guest:guest@{HOST}/")
    await connection.close()
    await connection.channel()


@fresh("amqp", "body_of_a_dict", OUR_BUG)
def _() -> None:
    with amqp.Connection(HOST, connect_timeout=1) as connection:
        body: Any = {"order": 7}
        connection.channel().basic_publish(amqp.Message(body), routing_key=_name())


@fresh("AMQPStorm", "queue_name_of_a_number", OUR_BUG)
def _() -> None:
    with amqpstorm.Connection(HOST, "guest", "guest", timeout=1) as connection:
        connection.channel().queue.declare(7)


@fresh("kombu", "message_torn", UNREADABLE, "a message of our own that was stored; validation is defensible")
def _() -> None:
    kombu.serialization.loads(b'{"order": 7', "application/json", "utf-8")


@fresh("kombu", "virtual_host_missing", OUR_SETTINGS, _UNSET)
def _() -> None:
    with kombu.Connection(f"amqp://guest:guest@{HOST}/failsoft-fresh", connect_timeout=1) as connection:
        connection.connect()


# --- MQTT, Kafka and others -------------------------------------------------------------------------------------------
@fresh("paho-mqtt", "callbacks_of_another_version", OUR_BUG, "our code was written for an older version")
def _() -> None:
    version: Any = "shop-client"
    paho.mqtt.client.Client(version)


@fresh("paho-mqtt", "topic_filter_malformed", OUR_BUG)
def _() -> None:
    version = paho.mqtt.client.CallbackAPIVersion.VERSION2
    paho.mqtt.client.Client(version).subscribe("orders/#/lines")


@fresh("aiokafka", "consumer_not_started", OUR_BUG)
async def _() -> None:
    consumer = aiokafka.AIOKafkaConsumer("orders", bootstrap_servers=f"{HOST}:{closed_port()}", group_id="a")
    await consumer.stop()
    await consumer.getone()


@fresh("confluent-kafka", "commit_without_an_offset", OUR_BUG)
def _() -> None:
    setting = {"bootstrap.servers": f"{HOST}:{closed_port()}", "group.id": "a"}
    consumer = confluent_kafka.Consumer(setting)
    consumer.commit(asynchronous=False)


@fresh("greenstalk", "tube_empty", SILENT, "no job within the time; system is defensible")
def _() -> None:
    answers = {b"RESERVE-WITH-TIMEOUT": b"TIMED_OUT\r\n"}
    with listening(dialogue(b"", answers, b"USING default\r\n")) as port:
        greenstalk.Client((HOST, port)).reserve(0)


# --- tasks ------------------------------------------------------------------------------------------------------------
@fresh("celery", "no_backend_for_results", OUR_SETTINGS, "told by a NotImplementedError")
def _() -> None:
    celery.Celery("shop", broker="memory://").AsyncResult("17").get(timeout=0.1)


@fresh("celery", "settings_of_old_and_new_names", OUR_SETTINGS)
def _() -> None:
    app = celery.Celery("shop")
    app.config_from_object({"task_serializer": "json", "CELERY_RESULT_SERIALIZER": "json", "worker_concurrency": 1})
    app.conf["task_serializer"]


@fresh("celery", "backend_refused", LOST)
def _() -> None:
    app = celery.Celery("shop", broker="memory://", backend=f"redis://{HOST}:{closed_port()}/0")
    app.conf.result_backend_transport_options = {"retry_policy": {"max_retries": 0}}
    app.conf.redis_retry_on_timeout = False
    app.AsyncResult("17").get(timeout=0.5)


@fresh("celery", "eager_task_silent", Means("network", True, 504, "medium"), "what a task raised, had by its result")
def _() -> None:
    import urllib.request

    app = celery.Celery("shop", broker="memory://")
    app.conf.task_always_eager = True

    @app.task(name="shop.fetch")  # type: ignore[untyped-decorator]
    def fetch(url: str) -> None:
        urllib.request.urlopen(url, timeout=0.1)

    with listening(silence) as port:
        fetch.delay(f"http://{HOST}:{port}/").get()


@fresh("rq", "job_of_a_number", OUR_BUG)
def _() -> None:
    work: Any = 7
    rq.Queue("failsoft-fresh", connection=redis.Redis(HOST)).enqueue(work)


@fresh("dramatiq", "message_torn", UNREADABLE)
def _() -> None:
    dramatiq.Message.decode(b'{"queue_name": "a"')


@fresh("dramatiq", "queue_joined_too_long", LATE, "a worker that was not done in time; network is defensible")
def _() -> None:
    broker = dramatiq.brokers.stub.StubBroker()
    broker.declare_queue("mail")

    @dramatiq.actor(broker=broker, queue_name="mail")  # type: ignore[untyped-decorator]
    def send() -> None:
        """Nobody works on it."""

    send.send()
    broker.join("mail", timeout=50)


@fresh("huey", "task_of_no_function", OUR_BUG)
def _() -> None:
    queue = huey.MemoryHuey(immediate=True)

    @queue.task()  # type: ignore[untyped-decorator]
    def charge(amount: int) -> None:
        """Called with too little."""

    charge.schedule()


@fresh("arq", "settings_url_malformed", OUR_SETTINGS)
def _() -> None:
    arq.connections.RedisSettings.from_dsn("http://cache.example.test/0")


@fresh("taskiq", "task_result_of_a_bug", OUR_BUG)
async def _() -> None:
    broker = taskiq.InMemoryBroker()

    @broker.task(task_name="shop:divide")  # type: ignore[untyped-decorator]
    async def divide(a: int) -> float:
        return 1 / a

    await broker.startup()
    result = await (await divide.kiq(0)).wait_result(timeout=1)
    result.raise_for_error()


@fresh("procrastinate", "schema_not_applied", OUR_SETTINGS)
def _() -> None:
    app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=_POSTGRES))

    @app.task(name="mail")  # type: ignore[untyped-decorator]
    def mail() -> None:
        """Never worked on."""

    with app.open():
        mail.defer()


@fresh("APScheduler", "time_zone_unknown", OUR_SETTINGS)
def _() -> None:
    apscheduler.schedulers.background.BackgroundScheduler(timezone="Mars/Base")


@fresh("APScheduler", "cron_expression_malformed", OUR_BUG, "written in our code; a setting is defensible")
def _() -> None:
    from apscheduler.triggers.cron import CronTrigger

    CronTrigger.from_crontab("99 * * * *")


@fresh("application", "event_not_published_from_broker", LOST, "the wrapper says what failed; the link is why")
async def _() -> None:
    class EventNotPublished(Exception):
        """What our own bus says."""

    try:
        await nats.connect(f"nats://{HOST}:{closed_port()}", connect_timeout=1, max_reconnect_attempts=1)
    except nats.errors.Error as exc:
        raise EventNotPublished("order.paid") from exc
