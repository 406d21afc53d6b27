"""Elasticsearch, OpenSearch, ClickHouse and Cassandra: servers on loopback answer as theirs would."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import clickhouse_connect
import clickhouse_driver
import elasticsearch
import elasticsearch.helpers
import opensearchpy
import opensearchpy.helpers
from cassandra import cluster as cassandra_cluster
from cassandra import query as cassandra_query

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import Reply, answering, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port, hang_up, listening, silence

PRODUCT = {"X-Elastic-Product": "Elasticsearch"}


def refusal(status: int, kind: str, reason: str) -> Reply:
    cause = {"type": kind, "reason": reason, "index": "products"}
    body = {"error": {"root_cause": [cause], **cause}, "status": status}
    return Reply(status, body, PRODUCT)


@contextlib.contextmanager
def elastic(*replies: Reply, **more: Any) -> Iterator[Any]:
    with answering(*replies) as url, elasticsearch.Elasticsearch(url, **{"max_retries": 0, **more}) as client:
        yield client


@fresh("elasticsearch", e.SETUP)
def index_missing() -> None:
    with elastic(refusal(404, "index_not_found_exception", "no such index [products]")) as client:
        client.search(index="products", query={"match_all": {}})


@fresh(
    "elasticsearch", e.Label("concurrency", True, (409, 503), "medium"), note="an edit conflict could be low as well"
)
def version_conflict() -> None:
    reason = "[7]: version conflict, required seqNo [3], primary term [1]. current document has seqNo [4]"
    with elastic(refusal(409, "version_conflict_engine_exception", reason)) as client:
        client.index(index="products", id="7", document={"price": 5}, if_seq_no=3, if_primary_term=1)


@fresh("elasticsearch", e.REFUSED_US)
def credentials_refused() -> None:
    reason = "unable to authenticate user [shop] for REST request [/products/_search]"
    with elastic(refusal(401, "security_exception", reason), basic_auth=("shop", "none")) as client:
        client.search(index="products")


@fresh("elasticsearch", e.REFUSED_US)
def right_missing() -> None:
    reason = "action [indices:data/write/index] is unauthorized for user [shop] on indices [products]"
    with elastic(refusal(403, "security_exception", reason)) as client:
        client.index(index="products", document={"price": 5})


@fresh("elasticsearch", e.THROTTLED)
def queue_full() -> None:
    reason = "rejected execution of coordinating operation [coordinating_and_primary_bytes=0]"
    with elastic(refusal(429, "es_rejected_execution_exception", reason)) as client:
        client.index(index="products", document={"price": 5})


@fresh("elasticsearch", e.NOT_NOW)
def all_shards_failed() -> None:
    with elastic(refusal(503, "search_phase_execution_exception", "all shards failed")) as client:
        client.search(index="products")


@fresh("elasticsearch", e.LOST)
def nobody_listens() -> None:
    with elasticsearch.Elasticsearch(f"http://{HOST}:{closed_port()}", max_retries=0) as client:
        client.search(index="products")


@fresh("elasticsearch", e.SILENT)
def timeout() -> None:
    with listening(silence) as port:
        with elasticsearch.Elasticsearch(f"http://{HOST}:{port}", max_retries=0, request_timeout=0.2) as client:
            client.search(index="products")


@fresh("elasticsearch", e.LOST)
async def nobody_listens_in_async() -> None:
    async with elasticsearch.AsyncElasticsearch(f"http://{HOST}:{closed_port()}", max_retries=0) as client:
        await client.search(index="products")


@fresh("elasticsearch", e.SETUP)
def url_without_a_port() -> None:
    elasticsearch.Elasticsearch("search.example.test")


@fresh("elasticsearch", e.NOT_NOW)
def search_error_from_503() -> None:
    class SearchError(Exception):
        pass

    try:
        all_shards_failed()
    except elasticsearch.ApiError as fault:
        raise SearchError("product search failed") from fault


# --- OpenSearch -------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def opensearch(*replies: Reply) -> Iterator[Any]:
    with answering(*replies) as url:
        yield opensearchpy.OpenSearch(url, max_retries=0)


@fresh("opensearch-py", e.SETUP)
def index_missing_there() -> None:
    with opensearch(refusal(404, "index_not_found_exception", "no such index [products]")) as client:
        client.search(index="products")


@fresh("opensearch-py", e.REFUSED_US)
def not_authenticated() -> None:
    with opensearch(Reply(401, "Unauthorized")) as client:
        client.search(index="products")


@fresh("opensearch-py", e.REFUSED_US)
def not_authorized() -> None:
    reason = "no permissions for [indices:data/read/search] and User [name=shop]"
    with opensearch(refusal(403, "security_exception", reason)) as client:
        client.search(index="products")


@fresh("opensearch-py", e.THROTTLED)
def too_many_requests() -> None:
    with opensearch(refusal(429, "rejected_execution_exception", "rejected execution, queue full")) as client:
        client.index(index="products", body={"price": 5})


@fresh("opensearch-py", e.LOST)
def refused() -> None:
    opensearchpy.OpenSearch(f"http://{HOST}:{closed_port()}", max_retries=0).search(index="products")


@fresh("opensearch-py", e.SILENT)
def read_timeout() -> None:
    with listening(silence) as port:
        client = opensearchpy.OpenSearch(f"http://{HOST}:{port}", max_retries=0, timeout=0.2)
        client.search(index="products")


@fresh("opensearch-py", e.NOT_NOW)
def no_cluster_manager() -> None:
    with opensearch(refusal(503, "cluster_manager_not_discovered_exception", "null")) as client:
        client.cluster.health()


@fresh("opensearch-py", e.BUG)
def empty_argument() -> None:
    with opensearch(Reply(200, {})) as client:
        client.get(index="products", id="")


# --- ClickHouse -------------------------------------------------------------------------------------------------------
def clickhouse(status: int, code: int, text: str) -> None:
    body = f"Code: {code}. DB::Exception: {text} (version 24.8.4.13 (official build))".encode()
    reply = Reply(status, body, {"X-ClickHouse-Exception-Code": str(code)})
    with answering(reply) as url:
        port = int(url.rpartition(":")[2])
        client = clickhouse_connect.get_client(host=HOST, port=port, username="app", password="none", query_limit=0)
        client.query("select count() from events")


@fresh("clickhouse-connect", e.REFUSED_US)
def authentication_failed() -> None:
    clickhouse(403, 516, "app: Authentication failed: password is incorrect. (AUTHENTICATION_FAILED)")


@fresh("clickhouse-connect", e.SETUP)
def unknown_table() -> None:
    clickhouse(404, 60, "Table default.events does not exist. (UNKNOWN_TABLE)")


@fresh("clickhouse-connect", e.SLOW)
def timeout_exceeded() -> None:
    clickhouse(500, 159, "Timeout exceeded: elapsed 30.0 seconds, maximum: 30. (TIMEOUT_EXCEEDED)")


@fresh("clickhouse-connect", e.THROTTLED)
def too_many_queries() -> None:
    clickhouse(500, 202, "Too many simultaneous queries. Maximum: 100. (TOO_MANY_SIMULTANEOUS_QUERIES)")


@fresh("clickhouse-connect", e.LOST)
def nobody_listens_at_all() -> None:
    clickhouse_connect.get_client(host=HOST, port=closed_port(), username="app")


@fresh("clickhouse-driver", e.LOST)
def connection_refused() -> None:
    clickhouse_driver.Client(HOST, port=closed_port()).execute("select 1")


@fresh("clickhouse-driver", e.LOST)
def end_of_file() -> None:
    with listening(hang_up) as port:
        clickhouse_driver.Client(HOST, port=port).execute("select 1")


@fresh("clickhouse-driver", e.SILENT)
def socket_timeout() -> None:
    with listening(silence) as port:
        clickhouse_driver.Client(HOST, port=port, send_receive_timeout=0.2, sync_request_timeout=0.2).execute(
            "select 1"
        )


# --- Cassandra --------------------------------------------------------------------------------------------------------
@fresh("cassandra-driver", e.LOST)
def no_host_available() -> None:
    cassandra_cluster.Cluster([HOST], port=closed_port(), connect_timeout=1).connect("shop")


@fresh("cassandra-driver", e.LOST)
def name_not_resolved() -> None:
    cassandra_cluster.Cluster(["cassandra.internal.invalid"]).connect("shop")


@fresh("cassandra-driver", e.BUG)
def bound_with_too_many_values() -> None:
    prepared = cassandra_query.PreparedStatement(
        [], b"1", [], "select now()", "shop", protocol_version=4, result_metadata=[], result_metadata_id=None
    )
    prepared.bind([1])


@fresh("cassandra-driver", e.BUG)
def cluster_is_shut_down() -> None:
    cluster = cassandra_cluster.Cluster([HOST], port=closed_port())
    cluster.shutdown()
    cluster.connect("shop")
