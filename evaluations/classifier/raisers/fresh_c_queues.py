"""Redis, brokers, workers, search: links that are lost midway, values of another kind, results of workers."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import aio_pika
import celery
import celery.exceptions
import confluent_kafka.schema_registry
import elasticsearch
import kafka
import nats
import opensearchpy
import pika
import pymongo
import redis
import redis.asyncio
import tenacity

from evaluations.classifier.raisers._fresh_c import DUPLICATE, LATE, LOST, RULE, VALUE, fresh
from evaluations.classifier.raisers._peers import HOST, base_url, listening, saying
from evaluations.classifier.raisers.scaffold_http import (
    DOWN,
    FAILED,
    LINK,
    NO_TRUST,
    OUR_BUG,
    OUR_SETTINGS,
    SILENT,
    Answer,
    Means,
    serving,
)

_BEFOREHAND = "it has to be set up beforehand; external_service is defensible"


# --- Redis ------------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _redis() -> Iterator[tuple[redis.Redis, str]]:
    key = f"fresh_c:{uuid.uuid4().hex}"
    with redis.Redis(host=HOST) as client:
        try:
            yield client, key
        finally:
            client.delete(key, f"{key}:2")


@fresh("redis", "key_restored_over_another", DUPLICATE)
def _() -> None:
    with _redis() as (client, key):
        client.set(key, "a")
        client.restore(key, 0, client.dump(key))


@fresh("redis", "options_that_exclude_each_other", OUR_BUG, "a syntax error, says the server")
def _() -> None:
    with _redis() as (client, key):
        client.execute_command("SET", key, "a", "NX", "XX")


@fresh("redis", "await_forgotten", OUR_BUG)
async def _() -> None:
    client = redis.asyncio.Redis(host=HOST)
    pending: Any = client.get("basket:7")
    try:
        json.loads(pending)
    finally:
        if hasattr(pending, "close"):
            pending.close()
        await client.aclose()


@fresh("redis", "tls_to_a_plain_port", NO_TRUST, "rediss for a server of redis; configuration is defensible")
def _() -> None:
    with listening(saying(b"-ERR Protocol error: expected '*'\r\n")) as port:
        redis.Redis(host=HOST, port=port, ssl=True, ssl_cert_reqs="none", socket_timeout=2, retry=None).ping()


@fresh("redis", "geography_out_of_range", VALUE)
def _() -> None:
    with _redis() as (client, key):
        client.geoadd(key, [200, 100, "shop"])


@fresh("redis", "arguments_of_a_script_missing", OUR_BUG)
def _() -> None:
    with _redis() as (client, key):
        client.eval("return redis.call('SET', KEYS[1], ARGV[1])", 1, key)


# --- brokers ----------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def _through(port: int) -> Iterator[tuple[int, Any]]:
    """A port that leads to another, and a function that cuts all links through it."""
    links: list[socket.socket] = []

    def pump(one: socket.socket, two: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := one.recv(65_536):
                two.sendall(data)

    def talk(near: socket.socket) -> None:
        with socket.create_connection((HOST, port)) as far:
            links.extend((near, far))
            thread = threading.Thread(target=pump, args=(far, near), daemon=True)
            thread.start()
            pump(near, far)

    def cut() -> None:
        for link in links:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    with listening(talk) as entrance:
        yield entrance, cut


@fresh("pika", "stream_lost", LOST)
def _() -> None:
    with _through(5672) as (port, cut):
        connection = pika.BlockingConnection(pika.ConnectionParameters(HOST, port))
        channel = connection.channel()
        cut()
        channel.queue_declare("", exclusive=True)


@fresh("aio-pika", "link_lost_while_publishing", LOST)
async def _() -> None:
    with _through(5672) as (port, cut):
        connection = await aio_pika.connect(f"amqp://guest:guest@{HOST}:{port}/")
        channel = await connection.channel()
        cut()
        await channel.default_exchange.publish(aio_pika.Message(b"a"), "orders")


@fresh(
    "aio-pika",
    "queue_held_by_another",
    Means("concurrency", True, 503, "medium"),
    "exclusive; external_service is defensible",
)
async def _() -> None:
    name = f"fresh_c_{uuid.uuid4().hex}"
    one = await aio_pika.connect(f"amqp://guest:guest@{HOST}/")
    two = await aio_pika.connect(f"amqp://guest:guest@{HOST}/")
    try:
        await (await one.channel()).declare_queue(name, exclusive=True)
        await (await two.channel()).declare_queue(name, passive=True)
    finally:
        await one.close()
        await two.close()


async def _stream(act: Any, **options: Any) -> None:
    client = await nats.connect(f"nats://{HOST}:4222", connect_timeout=2)
    name = f"fresh_c_{uuid.uuid4().hex}"
    streams = client.jetstream(timeout=2)
    try:
        await streams.add_stream(name=name, subjects=[f"{name}.>"], storage="memory", **options)
        await act(streams, name)
    finally:
        with contextlib.suppress(Exception):
            await streams.delete_stream(name)
        await client.close()


@fresh("nats-py", "stream_full", Means("resource", True, 503, "medium"), "until somebody takes messages out of it")
async def _() -> None:
    async def act(streams: Any, name: str) -> None:
        for _ in range(2):
            await streams.publish(f"{name}.a", b"a")

    await _stream(act, max_msgs=1, discard="new")


@fresh(
    "nats-py",
    "expected_another_message_before",
    Means("concurrency", True, (409, 503), "medium"),
    "somebody wrote meanwhile",
)
async def _() -> None:
    async def act(streams: Any, name: str) -> None:
        await streams.publish(f"{name}.a", b"a")
        await streams.publish(f"{name}.a", b"b", headers={"Nats-Expected-Last-Sequence": "0"})

    await _stream(act)


@fresh("kafka-python", "compression_not_installed", OUR_SETTINGS)
def _() -> None:
    kafka.KafkaProducer(bootstrap_servers=f"{HOST}:9", compression_type="snappy", api_version=(2, 5))


@fresh("confluent-kafka", "schema_missing", OUR_SETTINGS, _BEFOREHAND)
def _() -> None:
    with serving(Answer(404, {"error_code": 40401, "message": "Subject 'orders-value' not found."})) as url:
        confluent_kafka.schema_registry.SchemaRegistryClient({"url": url}).get_latest_version("orders-value")


@fresh("confluent-kafka", "schema_incompatible", FAILED, "409 of a peer; configuration is defensible")
def _() -> None:
    text = "Schema being registered is incompatible with an earlier schema for subject 'orders-value'"
    schema = confluent_kafka.schema_registry.Schema('"string"', "AVRO")
    with serving(Answer(409, {"error_code": 409, "message": text})) as url:
        confluent_kafka.schema_registry.SchemaRegistryClient({"url": url}).register_schema("orders-value", schema)


# --- results of workers -----------------------------------------------------------------------------------------------
class CreditLimitReached(Exception):
    """A rule of a worker."""


def _result_of(exc: Exception) -> None:
    app = celery.Celery("shop", backend="cache+memory://", broker="memory://")
    app.backend.store_result("7", exc, "FAILURE", traceback="Traceback (most recent call last): ...")
    app.AsyncResult("7").get(timeout=1, disable_sync_subtasks=False)


_STORED = "the result of a worker, stored as a worker stores it; no worker runs here"


@fresh(
    "celery",
    "worker_killed",
    Means("system", False, 500, "high"),
    "a child that died; for want of memory, as often",
    made=_STORED,
)
def _() -> None:
    import billiard.exceptions

    _result_of(billiard.exceptions.WorkerLostError("Worker exited prematurely: signal 9 (SIGKILL) Job: 3."))


@fresh("celery", "worker_too_slow", LATE, made=_STORED)
def _() -> None:
    _result_of(celery.exceptions.TimeLimitExceeded(30))


@fresh("celery", "rule_of_a_worker", RULE, made=_STORED)
def _() -> None:
    _result_of(CreditLimitReached("customer 7 has used up the credit of 500 EUR"))


@fresh("celery", "link_of_a_worker_refused", LINK, made=_STORED)
def _() -> None:
    _result_of(ConnectionRefusedError(111, "Connection refused"))


# --- search and documents ---------------------------------------------------------------------------------------------
_ELASTIC = {"X-Elastic-Product": "Elasticsearch", "Content-Type": "application/json"}


@fresh("elasticsearch", "text_is_not_sorted_by", FAILED, "400 of a store; a bug is defensible")
def _() -> None:
    reason = "Fielddata is disabled on [name] in [products]. Text fields are not optimised for sorting."
    error = {"type": "search_phase_execution_exception", "reason": "all shards failed"}
    error["root_cause"] = [{"type": "illegal_argument_exception", "reason": reason}]  # type: ignore[assignment]
    with serving(Answer(400, {"error": error, "status": 400}, _ELASTIC)) as url:
        elasticsearch.Elasticsearch(url, max_retries=0).search(index="products", sort="name")


@fresh("elasticsearch", "answer_is_a_page", FAILED)
def _() -> None:
    page = Answer(200, "<html>Sign in</html>", {"X-Elastic-Product": "Elasticsearch"}, type="application/json")
    with serving(page) as url:
        elasticsearch.Elasticsearch(url, max_retries=0).info()


@fresh("opensearch-py", "arguments_left_out", OUR_BUG)
def _() -> None:
    opensearchpy.OpenSearch(base_url(), max_retries=0).get(index="products", id="")


@fresh("pymongo", "truth_of_a_database", OUR_BUG)
def _() -> None:
    database = pymongo.MongoClient(connect=False)["shop"]
    if database:
        print(database.name)


@fresh("pymongo", "operation_misspelt", OUR_BUG)
def _() -> None:
    pymongo.MongoClient(connect=False)["shop"]["orders"].insert({"a": 1})


# --- retries ----------------------------------------------------------------------------------------------------------
@fresh("tenacity", "exhausted_silent", SILENT)
def _() -> None:
    import httpx

    for attempt in tenacity.Retrying(stop=tenacity.stop_after_attempt(2)):
        with attempt:
            httpx.get(f"{base_url()}/slow", timeout=0.2)


@fresh("tenacity", "exhausted_by_a_gateway", DOWN)
def _() -> None:
    import requests

    @tenacity.retry(stop=tenacity.stop_after_attempt(2))
    def load() -> None:
        requests.get(f"{base_url()}/status/502", timeout=2).raise_for_status()

    load()


@fresh("tenacity", "exhausted_by_deadlocks", Means("concurrency", True, 503, "medium"), made="raised by a statement")
def _() -> None:
    import psycopg

    @tenacity.retry(stop=tenacity.stop_after_attempt(2))
    def save() -> None:
        with psycopg.connect(f"host={HOST} user=postgres dbname=test") as connection:
            connection.execute("DO $$ BEGIN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END $$")

    save()
