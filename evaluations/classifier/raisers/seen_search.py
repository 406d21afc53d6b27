"""Elasticsearch, OpenSearch and ClickHouse: answers in their own forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import clickhouse_connect
import clickhouse_driver
import elasticsearch
import elasticsearch.helpers
import opensearchpy
import opensearchpy.helpers

from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers._seen import put
from evaluations.classifier.raisers._sql import bug, settings
from evaluations.classifier.raisers.scaffold_http import Answer, serving

FAILED: dict[str, Any] = {
    "category": "external_service",
    "transient": False,
    "status": (502, 503),
    "severity": "medium",
}
FULL: dict[str, Any] = {"category": "resource", "transient": False, "status": (500, 503), "severity": "high"}
THROTTLED: dict[str, Any] = {"category": "resource", "transient": True, "status": 503, "severity": "medium"}


# --- search -----------------------------------------------------------------------------------------------------------
def _error(kind: str, reason: str, status: int) -> Answer:
    cause = {"type": kind, "reason": reason}
    return Answer(
        status, {"error": {"root_cause": [cause], **cause}, "status": status}, {"X-Elastic-Product": "Elasticsearch"}
    )


def _es(url: str) -> Any:
    return elasticsearch.Elasticsearch(url, max_retries=0, request_timeout=1).index(
        index="a", id="1", document={"a": 1}
    )


def _os(url: str) -> Any:
    return opensearchpy.OpenSearch([url], max_retries=0, timeout=1).index(index="a", id="1", body={"a": 1})


def _asked(call: Callable[[str], Any], answer: Answer) -> Callable[[], Any]:
    def run() -> Any:
        with serving(answer) as url:
            return call(url)

    return run


_BLOCK = "a disk past its watermark: somebody has to make room; forbidden by a block that the server set"
_ES: tuple[tuple[str, dict[str, Any], Answer, str], ...] = (
    (
        "seen_disk_watermark",
        FULL,
        _error(
            "cluster_block_exception",
            "index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];",  # noqa: E501
            429,
        ),
        _BLOCK,
    ),
    (
        "seen_circuit_breaking",
        THROTTLED,
        _error("circuit_breaking_exception", "[parent] Data too large, data for [<http_request>] would be [1gb]", 429),
        "",
    ),
    (
        "seen_mapping_refused",
        FAILED,
        _error("mapper_parsing_exception", "failed to parse field [a] of type [date]", 400),
        "400 of a peer; data_integrity is defensible",
    ),
    (
        "seen_document_exists",
        {
            "category": "concurrency",
            "transient": False,
            "status": 409,
            "severity": "low",
            "note": "a version conflict; a duplicate (data_integrity) is defensible",
        },
        _error(
            "version_conflict_engine_exception",
            "[1]: version conflict, document already exists (current version [1])",
            409,
        ),
        "",
    ),
    (
        "seen_gateway",
        {**FAILED, "transient": True},
        Answer(502, "<html>Bad Gateway</html>", {"X-Elastic-Product": "Elasticsearch"}, type="text/html"),
        "",
    ),
)
for _name, _label, _answer, _note in _ES:
    put("elasticsearch", _name, _label, _note)(_asked(_es, _answer))
    put("opensearch-py", _name, _label, _note)(_asked(_os, _answer))


def _bulk(status: int, kind: str) -> Answer:
    item = {"index": {"_index": "a", "_id": "1", "status": status, "error": {"type": kind, "reason": "said so"}}}
    return Answer(200, {"took": 1, "errors": True, "items": [item]}, {"X-Elastic-Product": "Elasticsearch"})


_DOCUMENTS = [{"_index": "a", "_id": "1", "_source": {"a": 1}}]
put("elasticsearch", "seen_bulk_refused", FAILED)(
    _asked(
        lambda url: elasticsearch.helpers.bulk(elasticsearch.Elasticsearch(url), _DOCUMENTS),
        _bulk(400, "mapper_parsing_exception"),
    )
)
put(
    "opensearch-py",
    "seen_bulk_queue_full",
    FAILED | {"transient": True, "category": "resource", "status": 503},
    "the items say 429",
)(
    _asked(
        lambda url: opensearchpy.helpers.bulk(opensearchpy.OpenSearch([url]), _DOCUMENTS),
        _bulk(429, "rejected_execution_exception"),
    )
)
put(
    "elasticsearch", "seen_not_elasticsearch", settings, "it answers as another product; external_service is defensible"
)(_asked(_es, Answer(200, {"tagline": "another"})))


# --- ClickHouse -------------------------------------------------------------------------------------------------------
def _clickhouse(url: str) -> Any:
    port = int(url.rpartition(":")[2])
    client = clickhouse_connect.get_client(host=HOST, port=port, username="shop", password="x", send_receive_timeout=1)
    return client.query("SELECT 1")


for _name, _label, _status, _code, _text in (
    ("seen_memory", FULL, 500, 241, "Memory limit (total) exceeded: would use 4.50 GiB. (MEMORY_LIMIT_EXCEEDED)"),
    (
        "seen_too_many_queries",
        THROTTLED,
        503,
        202,
        "Too many simultaneous queries. Maximum: 100. (TOO_MANY_SIMULTANEOUS_QUERIES)",
    ),
    ("seen_read_only", settings, 500, 164, "shop: Cannot execute query in readonly mode. (READONLY)"),
    (
        "seen_quota",
        {**THROTTLED},
        500,
        201,
        "Quota for user `shop` for 3600s has been exceeded: queries = 101/100. (QUOTA_EXCEEDED)",
    ),
):
    put("clickhouse-connect", _name, _label)(
        _asked(
            _clickhouse,
            Answer(
                _status,
                f"Code: {_code}. DB::Exception: {_text}",
                {"X-ClickHouse-Exception-Code": str(_code)},
                type="text/plain",
            ),
        )
    )


@put("clickhouse-driver", "seen_parameters_not_a_mapping", bug)
def _() -> None:
    clickhouse_driver.Client(HOST, port=closed_port()).substitute_params("SELECT %(a)s", [1], None)


@put("clickhouse-driver", "seen_compression_unknown", settings)
def _() -> None:
    clickhouse_driver.Client(HOST, port=closed_port(), compression="zip9")
