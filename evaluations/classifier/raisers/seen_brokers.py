"""Brokers and queues of tasks: what RabbitMQ, NATS, MQTT and Kafka refuse, and what workers and results meet."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Any

import aio_pika
import aiokafka
import aiomqtt
import amqp
import arq.connections
import arq.jobs
import celery
import confluent_kafka
import dramatiq
import dramatiq.brokers.stub
import huey
import kafka
import kombu
import kombu.serialization
import nats
import paho.mqtt.client
import pika
import redis
import rq
import rq.job

from evaluations.classifier.raisers._peers import HOST, closed_port, listening, silence
from evaluations.classifier.raisers._seen import ABSENT, RULE, UNREADABLE, put
from evaluations.classifier.raisers._sql import away, bug, contention, settings, silent

_NAME = f"failsoft.seen.{os.getpid()}"
FAILED: dict[str, Any] = {
    "category": "external_service",
    "transient": False,
    "status": (502, 503),
    "severity": "medium",
}


# --- pika, aio-pika, amqp ---------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _channel() -> Any:
    connection = pika.BlockingConnection(pika.ConnectionParameters(HOST, heartbeat=0))
    try:
        yield connection.channel()
    finally:
        with contextlib.suppress(Exception):
            connection.close()


@put("pika", "seen_delivery_tag_unknown", bug)
def _() -> None:
    with _channel() as channel:
        channel.basic_ack(99)
        channel.queue_declare("", exclusive=True)


@put("pika", "seen_queue_not_empty", FAILED, "a precondition of the peer; a conflict of states (409) is defensible")
def _() -> None:
    with _channel() as channel:
        channel.confirm_delivery()
        channel.queue_declare(_NAME, auto_delete=True, arguments={"x-expires": 3000})
        channel.basic_publish("", _NAME, b"x")
        channel.queue_delete(_NAME, if_empty=True)


@put("pika", "seen_exchange_type_unknown", settings)
def _() -> None:
    with _channel() as channel:
        channel.exchange_declare(_NAME, "fanin")


@put("pika", "seen_connection_used_after_closing", bug)
def _() -> None:
    connection = pika.BlockingConnection(pika.ConnectionParameters(HOST))
    connection.close()
    connection.channel()


@put("pika", "seen_body_is_a_dict", bug)
def _() -> None:
    with _channel() as channel:
        channel.basic_publish("", "a", {"order": 1})


@put("pika", "seen_consumer_twice", bug)
def _() -> None:
    with _channel() as channel:
        queue = channel.queue_declare("", exclusive=True).method.queue
        for _number in range(2):
            channel.basic_consume(queue, print, consumer_tag="one")


async def _aio(use: Any) -> None:
    connection = await aio_pika.connect(f"amqp://guest:guest@{HOST}/")
    async with connection:
        await use(await connection.channel())


@put("aio-pika", "seen_exchange_missing", settings)
async def _() -> None:
    await _aio(lambda channel: channel.get_exchange(_NAME + ".none"))


@put("aio-pika", "seen_message_acknowledged_twice", bug)
async def _() -> None:
    async def use(channel: Any) -> None:
        queue = await channel.declare_queue(exclusive=True)
        await channel.default_exchange.publish(aio_pika.Message(b"x"), queue.name)
        message = await queue.get()
        await message.ack()
        await message.ack()

    await _aio(use)


@put("aio-pika", "seen_silent", silent)
async def _() -> None:
    with listening(silence) as port:
        await aio_pika.connect(f"amqp://guest:guest@{HOST}:{port}/", timeout=0.2)


@put("amqp", "seen_queue_of_another", contention)
def _() -> None:
    with amqp.Connection(f"{HOST}:5672") as first, amqp.Connection(f"{HOST}:5672") as second:
        first.channel().queue_declare(_NAME + ".x", exclusive=True)
        second.channel().queue_declare(_NAME + ".x", passive=True)


# --- Kombu, Celery ----------------------------------------------------------------------------------------------------
@put("kombu", "seen_body_not_json", UNREADABLE, "a stored message that cannot be read; validation is defensible")
def _() -> None:
    kombu.serialization.loads(b'{"id": 1', "application/json", "utf-8", accept={"application/json"})


@put("kombu", "seen_drained_in_vain", silent)
def _() -> None:
    with kombu.Connection("memory://") as connection, connection.SimpleQueue("seen"):
        connection.drain_events(timeout=0.05)


def _app(**settings: Any) -> celery.Celery:
    app = celery.Celery("seen", broker="memory://", backend="cache+memory://")
    app.conf.update(settings)
    return app


@put("celery", "seen_eager_rule", RULE)
def _() -> None:
    class OrderAlreadyPaid(Exception):
        """A rule of the domain."""

    app = _app(task_always_eager=True, task_eager_propagates=True)

    @app.task
    def pay() -> None:
        raise OrderAlreadyPaid("order 17 is paid")

    pay.delay()


@put("celery", "seen_serializer_unknown", settings)
def _() -> None:
    _app(task_serializer="yamlish").send_task("a")


@put("celery", "seen_arguments_checked", bug)
def _() -> None:
    app = _app()

    @app.task
    def pay(order: int) -> None:
        print(order)

    pay.delay(1, 2)


@put(
    "celery",
    "seen_result_revoked",
    {"category": "business_logic", "transient": False, "status": (409, 500), "severity": "medium"},
    "somebody revoked it on purpose; system is defensible",
)
def _() -> None:
    app = _app()
    app.backend.mark_as_revoked("seen-1", "revoked")
    app.AsyncResult("seen-1").get(timeout=1)


@put("celery", "seen_settings_missing", settings)
def _() -> None:
    app = celery.Celery("seen")
    app.config_from_object("failsoft_no_such_settings")
    print(app.conf.broker_url)


# --- Dramatiq, RQ, Huey, arq ------------------------------------------------------------------------------------------
@put("dramatiq", "seen_actor_declared_twice", bug)
def _() -> None:
    broker = dramatiq.brokers.stub.StubBroker()
    for _number in range(2):
        dramatiq.actor(lambda: None, broker=broker, actor_name="pay")


@put("dramatiq", "seen_option_unknown", settings, "an option whose middleware is missing; a bug is defensible")
def _() -> None:
    broker = dramatiq.brokers.stub.StubBroker(middleware=[])
    dramatiq.actor(lambda: None, broker=broker, actor_name="pay", max_retries=3)


@put("dramatiq", "seen_no_results", settings)
def _() -> None:
    broker = dramatiq.brokers.stub.StubBroker()
    actor = dramatiq.actor(lambda: None, broker=broker, actor_name="pay")
    actor.message().get_result()


def _rq() -> redis.Redis:
    return redis.Redis(HOST)


@put("rq", "seen_job_data_torn", UNREADABLE)
def _() -> None:
    connection = _rq()
    connection.hset(
        "rq:job:failsoft-seen", mapping={"created_at": "2026-01-01T00:00:00.0Z", "data": b"torn", "status": "queued"}
    )
    connection.expire("rq:job:failsoft-seen", 3)
    print(rq.job.Job.fetch("failsoft-seen", connection=connection).func_name)


@put("rq", "seen_timeout_format", bug)
def _() -> None:
    rq.Queue("failsoft-seen", connection=_rq(), is_async=False).enqueue(print, job_timeout="soon")


@put(
    "rq",
    "seen_cancelled_twice",
    {**bug, "category": "business_logic", "status": 409, "severity": "low"},
    "a state of the job that says no; system is defensible",
)
def _() -> None:
    queue = rq.Queue("failsoft-seen", connection=_rq())
    job = queue.enqueue(print, result_ttl=1, ttl=3)
    job.cancel()
    try:
        job.cancel()
    finally:
        job.delete()


@put("huey", "seen_task_unknown", settings)
def _() -> None:
    queue = huey.MemoryHuey(immediate=True)

    @queue.task()
    def pay() -> None:
        """Nothing."""

    message = queue.serialize_task(pay.s())
    huey.MemoryHuey().deserialize_task(message)


@put("huey", "seen_signature_wrong", UNREADABLE, "a stored message that was changed; authentication is defensible")
def _() -> None:
    huey.serializer.SignedSerializer(secret="no-secret", salt="seen").deserialize(b"torn:message")


@put("huey", "seen_redis_refused", away)
def _() -> None:
    queue = huey.RedisHuey("seen", host=HOST, port=closed_port())
    queue.pending_count()


@put("arq", "seen_result_missing", ABSENT | {"status": (404, 500, 502, 503)}, "neither a job nor its result is there")
async def _() -> None:
    pool = await arq.connections.create_pool(arq.connections.RedisSettings(host=HOST))
    try:
        await arq.jobs.Job("failsoft-seen-none", pool).result(timeout=0.1)
    finally:
        await pool.aclose()


@put("arq", "seen_job_torn", UNREADABLE)
async def _() -> None:
    arq.jobs.deserialize_job(b"torn")


# --- Kafka, NATS, MQTT ------------------------------------------------------------------------------------------------
@put("confluent-kafka", "seen_no_group", settings)
def _() -> None:
    confluent_kafka.Consumer({"bootstrap.servers": f"{HOST}:{closed_port()}"})


@put("confluent-kafka", "seen_value_malformed", settings)
def _() -> None:
    confluent_kafka.Producer({"bootstrap.servers": HOST, "acks": "most"})


@put(
    "confluent-kafka",
    "seen_message_too_large",
    {"category": "resource", "transient": False, "status": (400, 413, 500), "severity": "medium"},
    "what the client sent is larger than the topic takes; a bug is defensible",
)
def _() -> None:
    confluent_kafka.Producer({"bootstrap.servers": f"{HOST}:{closed_port()}", "log_level": 0}).produce(
        "a", b"x" * 2_000_000
    )


@put("aiokafka", "seen_commit_without_group", bug)
async def _() -> None:
    await aiokafka.AIOKafkaConsumer("orders", bootstrap_servers=HOST).commit()


@put("aiokafka", "seen_protocol_unknown", settings)
async def _() -> None:
    aiokafka.AIOKafkaProducer(bootstrap_servers=HOST, security_protocol="TLS9")


@put("kafka-python", "seen_setting_unknown", settings)
def _() -> None:
    kafka.KafkaProducer(bootstrap_servers=HOST, linger=3)


@put("kafka-python", "seen_subscribed_and_assigned", bug)
def _() -> None:
    from kafka.consumer.subscription_state import SubscriptionState

    state = SubscriptionState()
    state.subscribe(topics=["a"])
    state.assign_from_user([kafka.TopicPartition("b", 0)])


@put("nats-py", "seen_no_streams", settings, "the server runs without JetStream; external_service is defensible")
async def _() -> None:
    client = await nats.connect(f"nats://{HOST}:4222")
    try:
        await client.jetstream(timeout=0.5).publish(f"{_NAME}.a", b"x")
    finally:
        await client.close()


@put("nats-py", "seen_answered_twice", bug)
async def _() -> None:
    client = await nats.connect(f"nats://{HOST}:4222")
    try:
        inbox = await client.subscribe(_NAME)
        await client.publish(_NAME, b"x")
        await (await inbox.next_msg(1)).respond(b"y")
    finally:
        await client.close()


@put("paho-mqtt", "seen_quality_unknown", bug)
def _() -> None:
    paho.mqtt.client.Client(paho.mqtt.client.CallbackAPIVersion.VERSION2).publish("a", b"x", qos=3)


@put("paho-mqtt", "seen_no_certificate", settings)
def _() -> None:
    client = paho.mqtt.client.Client(paho.mqtt.client.CallbackAPIVersion.VERSION2)
    client.tls_set(ca_certs="/tmp/failsoft-no-such.pem")


@put("paho-mqtt", "seen_payload_is_a_dict", bug)
def _() -> None:
    paho.mqtt.client.Client(paho.mqtt.client.CallbackAPIVersion.VERSION2).publish("a", {"a": 1})


@put("aiomqtt", "seen_entered_twice", bug)
async def _() -> None:
    async with aiomqtt.Client(HOST) as client:
        async with client:
            await asyncio.sleep(0)
