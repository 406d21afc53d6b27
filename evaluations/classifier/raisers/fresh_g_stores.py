"""Set g: Redis, Valkey, MongoDB, search engines, and other stores that are no SQL."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import clickhouse_connect
import elasticsearch
import influxdb_client
import meilisearch
import opensearchpy
import pymemcache.client.base
import pymongo
import qdrant_client
import redis
import redis.asyncio
import redis.asyncio.retry
import redis.backoff
import redis.retry
import valkey
from influxdb_client.client.write_api import SYNCHRONOUS

from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_g import answering, closed_port, peer

BUG: dict[str, Any] = {"transient": False, "status": 500, "severity": "high"}
ONCE = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
LOST: dict[str, Any] = {"transient": True, "status": (502, 503), "severity": "high"}


@contextlib.contextmanager
def _talk(reply: bytes) -> Iterator[int]:
    """A store that has one reply for whatever it is sent."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                link, _ = listener.accept()
            except OSError:
                return
            link.settimeout(2)
            with contextlib.suppress(OSError), link:
                while link.recv(65536):
                    link.sendall(reply)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _redis(reply: bytes) -> None:
    with _talk(reply) as port:
        link = redis.Redis(port=port, protocol=2, lib_name=None, lib_version=None, retry=ONCE)
        link.set("cart:7", "x")


@case("redis", "network", **LOST)
def fresh_g_redis_refused() -> None:
    redis.Redis(port=closed_port(), retry=ONCE).get("cart:7")


@case("redis", "network", transient=True, status=504, severity="high")
def fresh_g_redis_silent() -> None:
    with peer(silent=True) as port:
        redis.Redis(port=port, socket_timeout=0.1, retry=ONCE).get("cart:7")


@case("redis", "network", **LOST)
def fresh_g_redis_hung_up() -> None:
    with peer() as port:
        redis.Redis(port=port, protocol=2, lib_name=None, lib_version=None, retry=ONCE).get("cart:7")


@case("redis", "system", **BUG)
def fresh_g_redis_wrong_type() -> None:
    with redis.Redis() as link:
        link.delete("fresh_g:list")
        link.rpush("fresh_g:list", "a")
        try:
            link.get("fresh_g:list")
        finally:
            link.delete("fresh_g:list")


@case("redis", "system", **BUG)
def fresh_g_redis_data_type() -> None:
    with redis.Redis() as link:
        link.set("fresh_g:cart", {"a": 1})  # type: ignore[arg-type]


@case("redis", "concurrency", transient=True, status=(409, 503), severity="medium")
def fresh_g_redis_watch() -> None:
    with redis.Redis() as link, link.pipeline() as pipe:
        pipe.watch("fresh_g:stock")
        link.set("fresh_g:stock", 1, ex=1)
        pipe.multi()
        pipe.set("fresh_g:stock", 2, ex=1)
        pipe.execute()


@case("redis", "concurrency", transient=True, status=(409, 503), severity="medium")
def fresh_g_redis_lock_not_had() -> None:
    with redis.Redis() as link, link.lock("fresh_g:lock", timeout=2):
        with link.lock("fresh_g:lock", timeout=2, blocking_timeout=0.05):
            pass


@case("redis", "concurrency", transient=True, status=(409, 503), severity="medium")
def fresh_g_redis_lock_lost() -> None:
    with redis.Redis() as link:
        lock = link.lock("fresh_g:lost", timeout=2)
        lock.acquire()
        link.delete("fresh_g:lost")
        lock.release()


@case("redis", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_redis_password() -> None:
    _redis(b"-NOAUTH Authentication required.\r\n")


@case("redis", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_redis_no_permission() -> None:
    _redis(b"-NOPERM this user has no permissions to run the 'set' command\r\n")


@case("redis", "resource", transient=False, status=(500, 503, 507), severity="critical")
def fresh_g_redis_out_of_memory() -> None:
    _redis(b"-OOM command not allowed when used memory > 'maxmemory'.\r\n")


@case("redis", "external_service", **LOST)
def fresh_g_redis_loading() -> None:
    _redis(b"-LOADING Redis is loading the dataset in memory\r\n")


@case("redis", "resource", transient=True, status=503, severity="medium")
def fresh_g_redis_pool() -> None:
    pool = redis.ConnectionPool(max_connections=1)
    pool.get_connection()
    redis.Redis(connection_pool=pool).get("a")


@case("redis", "configuration", **BUG)
def fresh_g_redis_url() -> None:
    redis.from_url("127.0.0.1:6379/0")


@case("valkey", "system", **BUG)
def fresh_g_valkey_not_an_integer() -> None:
    with valkey.Valkey() as link:
        link.set("fresh_g:name", "anna", ex=2)
        link.incr("fresh_g:name")


@case("pymemcache", "network", **LOST)
def fresh_g_memcache_refused() -> None:
    pymemcache.client.base.Client(("127.0.0.1", closed_port())).get("a")


@case("pymemcache", "resource", transient=False, status=(413, 500, 503), severity="medium")
def fresh_g_memcache_too_large() -> None:
    with _talk(b"SERVER_ERROR object too large for cache\r\n") as port:
        pymemcache.client.base.Client(("127.0.0.1", port), default_noreply=False).set("a", "b")


def _mongo(port: int | None = None) -> pymongo.MongoClient[dict[str, Any]]:
    return pymongo.MongoClient("127.0.0.1", port or closed_port(), serverSelectionTimeoutMS=200, connectTimeoutMS=200)


@case("pymongo", "network", transient=True, status=(502, 503, 504), severity="high")
def fresh_g_mongo_no_server() -> None:
    with _mongo() as client:
        client.shop.order.find_one({"_id": 7})


@case("pymongo", "configuration", **BUG)
def fresh_g_mongo_uri() -> None:
    pymongo.MongoClient("mongo://db.internal.example/shop")


@case("pymongo", "data_integrity", transient=False, status=409, severity="medium", made="no MongoDB here")
def fresh_g_mongo_duplicate() -> None:
    text = 'E11000 duplicate key error collection: shop.user index: email_1 dup key: { email: "a@example.com" }'
    raise pymongo.errors.DuplicateKeyError(text, 11000, {"code": 11000, "keyPattern": {"email": 1}})


@case("pymongo", "concurrency", transient=True, status=(409, 503), severity="medium", made="no MongoDB here")
def fresh_g_mongo_write_conflict() -> None:
    detail = {"code": 112, "codeName": "WriteConflict", "errorLabels": ["TransientTransactionError"]}
    raise pymongo.errors.OperationFailure("WriteConflict error: this operation conflicted", 112, detail)


@case("pymongo", "authentication", transient=False, status=(500, 502, 503), severity="high", made="no MongoDB here")
def fresh_g_mongo_authentication() -> None:
    detail = {"ok": 0.0, "code": 18, "codeName": "AuthenticationFailed"}
    raise pymongo.errors.OperationFailure("Authentication failed.", 18, detail)


@case("pymongo", "external_service", transient=True, status=(503, 504), severity="medium", made="no MongoDB here")
def fresh_g_mongo_max_time() -> None:
    detail = {"ok": 0.0, "code": 50, "codeName": "MaxTimeMSExpired"}
    raise pymongo.errors.ExecutionTimeout("operation exceeded time limit", 50, detail)


ES = {"X-Elastic-Product": "Elasticsearch"}


def _elastic(status: int, body: str, kind: str = "application/json") -> None:
    with answering(status, body, ES, kind) as url:
        elasticsearch.Elasticsearch(url, max_retries=0, request_timeout=3).search(index="product", query={})


@case("elasticsearch", "network", **LOST)
def fresh_g_elastic_refused() -> None:
    elasticsearch.Elasticsearch(f"http://127.0.0.1:{closed_port()}", max_retries=0).search(index="product")


@case("elasticsearch", "configuration", **BUG)
def fresh_g_elastic_index_missing() -> None:
    cause = '{"type":"index_not_found_exception","reason":"no such index [product]","index":"product"}'
    _elastic(404, f'{{"error":{{"root_cause":[{cause}],{cause[1:]},"status":404}}')


@case("elasticsearch", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_elastic_401() -> None:
    cause = '"type":"security_exception","reason":"unable to authenticate user [shop] for REST request [/_search]"'
    _elastic(401, f'{{"error":{{"root_cause":[],{cause}}},"status":401}}')


@case("elasticsearch", "concurrency", transient=False, status=409, severity="low", note="an edit conflict")
def fresh_g_elastic_version_conflict() -> None:
    cause = '"type":"version_conflict_engine_exception","reason":"[7]: version conflict, required seqNo [1]"'
    with answering(409, f'{{"error":{{"root_cause":[],{cause}}},"status":409}}', ES) as url:
        client = elasticsearch.Elasticsearch(url, max_retries=0)
        client.index(index="product", id="7", document={}, if_seq_no=1, if_primary_term=1)


@case("opensearch-py", "external_service", **LOST)
def fresh_g_opensearch_503() -> None:
    body = '{"error":{"type":"cluster_block_exception","reason":"blocked by: [SERVICE_UNAVAILABLE/1/no master]"}}'
    with answering(503, body) as url:
        opensearchpy.OpenSearch(url, max_retries=0).search(index="product", body={})


@case("clickhouse-connect", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_clickhouse_password() -> None:
    text = "Code: 516. DB::Exception: default: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)"
    with answering(403, text, {"X-ClickHouse-Exception-Code": "516"}, "text/plain") as url:
        clickhouse_connect.get_client(host="127.0.0.1", port=int(url.rsplit(":", 1)[1]), query_retries=0)


@case("influxdb-client", "authentication", transient=False, status=(500, 502, 503), severity="high")
def fresh_g_influx_401() -> None:
    with answering(401, '{"code":"unauthorized","message":"unauthorized access"}') as url:
        with influxdb_client.InfluxDBClient(url, token="x", org="shop") as client:
            client.write_api(write_options=SYNCHRONOUS).write("metrics", record="a b=1")


@case("influxdb-client", "configuration", note="the bucket is set up beforehand", **BUG)
def fresh_g_influx_bucket_missing() -> None:
    with answering(404, '{"code":"not found","message":"bucket \\"metrics\\" not found"}') as url:
        with influxdb_client.InfluxDBClient(url, token="x", org="shop") as client:
            client.write_api(write_options=SYNCHRONOUS).write("metrics", record="a b=1")


@case("meilisearch", "configuration", note="the index is set up beforehand", **BUG)
def fresh_g_meili_index_missing() -> None:
    body = '{"message":"Index `product` not found.","code":"index_not_found","type":"invalid_request","link":""}'
    with answering(404, body) as url:
        meilisearch.Client(url, "x").index("product").search("shoe")


@case("qdrant-client", "network", **LOST)
def fresh_g_qdrant_refused() -> None:
    qdrant_client.QdrantClient(port=closed_port(), check_compatibility=False).get_collections()
