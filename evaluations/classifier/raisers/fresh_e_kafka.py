"""confluent-kafka, kafka-python and aiokafka. Without a Kafka: links fail, clients refuse by themselves."""

from __future__ import annotations

from typing import Any

import aiokafka
import aiokafka.errors
import confluent_kafka
import kafka
import kafka.errors

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import fresh
from evaluations.classifier.raisers._peers import HOST, closed_port


def nowhere() -> str:
    return f"{HOST}:{closed_port()}"


# --- confluent-kafka --------------------------------------------------------------------------------------------------
def settings(**more: Any) -> dict[str, Any]:
    """Of a client that keeps quiet; the names with `_` for `.`."""
    given = {name.replace("_", "."): value for name, value in more.items()}
    return {"bootstrap.servers": nowhere(), "socket.timeout.ms": 1000, "log_level": 0, **given}


@fresh("confluent-kafka", e.LOST, note="librdkafka tells of the transport only")
def metadata_not_had() -> None:
    confluent_kafka.Producer(settings()).list_topics(timeout=0.4)


@fresh("confluent-kafka", e.Label("network", True, (502, 503, 504), "medium"), note="as a timeout is all that it tells")
def delivery_failed() -> None:
    failed: list[Any] = []
    producer = confluent_kafka.Producer(settings(message_timeout_ms=200))
    producer.produce("orders", b"{}", on_delivery=lambda error, _: failed.append(error))
    producer.flush(3)
    raise confluent_kafka.KafkaException(failed[0])


@fresh("confluent-kafka", e.THROTTLED, note="the queue of the producer is full: the broker does not keep up")
def local_queue_full() -> None:
    producer = confluent_kafka.Producer(settings(queue_buffering_max_messages=1))
    for _ in range(3):
        producer.produce("orders", b"{}")


@fresh("confluent-kafka", e.TOO_LARGE)
def message_too_large() -> None:
    confluent_kafka.Producer(settings()).produce("orders", b"x" * 2_000_000)


@fresh("confluent-kafka", e.SETUP)
def property_unknown() -> None:
    confluent_kafka.Producer({"bootstrap.server": nowhere()})


@fresh("confluent-kafka", e.SETUP)
def group_not_given() -> None:
    confluent_kafka.Consumer(settings())


@fresh("confluent-kafka", e.BUG)
def consumer_closed() -> None:
    consumer = confluent_kafka.Consumer(settings(group_id="shop"))
    consumer.close()
    consumer.poll(0.1)


@fresh("confluent-kafka", e.BUG)
def value_is_no_bytes() -> None:
    confluent_kafka.Producer(settings()).produce("orders", {"number": 7})


@fresh("confluent-kafka", e.LOST)
def event_error_from_kafka() -> None:
    class EventError(Exception):
        pass

    try:
        metadata_not_had()
    except confluent_kafka.KafkaException as fault:
        raise EventError("event bus failed") from fault


# --- kafka-python -----------------------------------------------------------------------------------------------------
@fresh("kafka-python", e.Label("network", True, (502, 503, 504), "high"), note="refused, and told as a timeout")
def no_brokers() -> None:
    kafka.KafkaProducer(bootstrap_servers=nowhere(), bootstrap_timeout_ms=300)


@fresh("kafka-python", e.Label("network", True, (502, 503, 504), "high"))
def runtime_error_from_no_brokers() -> None:
    try:
        no_brokers()
    except kafka.errors.KafkaError as fault:
        raise RuntimeError("could not publish order.created") from fault


# --- aiokafka ---------------------------------------------------------------------------------------------------------
@fresh("aiokafka", e.LOST)
async def cannot_bootstrap() -> None:
    producer = aiokafka.AIOKafkaProducer(bootstrap_servers=nowhere(), request_timeout_ms=500)
    try:
        await producer.start()
    finally:
        await producer.stop()


@fresh("aiokafka", e.BUG)
async def consumer_stopped() -> None:
    consumer = aiokafka.AIOKafkaConsumer("orders", bootstrap_servers=nowhere())
    await consumer.stop()
    await consumer.getone()


@fresh("aiokafka", e.BUG)
async def topic_malformed() -> None:
    consumer = aiokafka.AIOKafkaConsumer(bootstrap_servers=nowhere())
    try:
        consumer.subscribe(topics=["orders"], pattern="orders.*")
    finally:
        await consumer.stop()


@fresh("aiokafka", e.LOST)
async def event_error_from_bootstrap() -> None:
    class EventError(Exception):
        pass

    try:
        await cannot_bootstrap()
    except aiokafka.errors.KafkaError as fault:
        raise EventError("event bus failed") from fault
