"""Codes in words of search engines and graphs: types of errors of Elasticsearch and OpenSearch, codes of Neo4j."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.codes import label_of_upstream
from failsoft.errors.catalogue.labels import Label
from failsoft.errors.code import Code, named, number_of
from failsoft.errors.peers import upstream

__all__ = ["READERS_OF_SEARCH"]


def _words(*rows: tuple[Label, str]) -> dict[str, Label]:
    return {word: label for label, words in rows for word in words.split()}


_ELASTIC = _words(
    (is_.EDIT_CONFLICT, "version_conflict_engine_exception"),
    (
        is_.MISCONFIGURED,
        """
        index_not_found_exception index_closed_exception aliases_not_found_exception repository_missing_exception
        index_template_missing_exception invalid_index_name_exception resource_not_found_exception
        """,
    ),
    (
        is_.BUG,
        """
        parsing_exception x_content_parse_exception named_object_not_found_exception query_shard_exception
        action_request_validation_exception script_exception too_many_clauses too_many_nested_clauses
        search_parse_exception verification_exception aggregation_execution_exception json_parse_exception
        json_e_o_f_exception
        """,
    ),
    (is_.NOT_THERE, "document_missing_exception"),
    (
        is_.EXHAUSTED,
        """
        es_rejected_execution_exception rejected_execution_exception circuit_breaking_exception
        open_search_rejected_execution_exception too_many_scroll_contexts_exception
        """,
    ),
    (is_.TOO_BIG_FOR_PEER, "too_many_buckets_exception"),
    (
        is_.STORE_NOT_NOW,
        """
        master_not_discovered_exception cluster_manager_not_discovered_exception node_not_connected_exception
        node_closed_exception node_disconnected_exception no_node_available_exception
        """,
    ),
    (
        is_.UPSTREAM_SLOW,
        "process_cluster_event_timeout_exception receive_timeout_transport_exception timeout_exception",
    ),
    (is_.REFUSED_US, "security_exception"),
    (is_.CONTENTION, "concurrent_snapshot_execution_exception snapshot_in_progress_exception"),
)
"""Types in the error object; `search_phase_execution_exception` and the like leave it to their root cause. A document
that the mapping refuses is a 400 as any other."""
_MAX_ITEMS = 100
_MAX_TEXT = 2_000


def _types(error: object) -> Iterator[str]:
    if not isinstance(error, Mapping):
        return
    causes = error.get("root_cause")
    cause = error.get("caused_by")
    for one in (*(causes[:1] if isinstance(causes, list) else ()), error, cause):
        if isinstance(one, Mapping) and isinstance(kind := one.get("type"), str):
            yield kind


def _elastic(exc: BaseException, _label: Label | None) -> Code | None:
    """What a search engine says of one request, or of the first item of several that failed."""
    if type(exc).__name__ == "BulkIndexError":
        return _bulk(exc)
    body: Any = getattr(exc, "body", None) or getattr(exc, "info", None)
    if isinstance(body, Mapping) and (body.get("found") is False or body.get("result") == "not_found"):
        # a document was asked for, and its index is there
        return Code(is_.NOT_THERE, "no such document")
    error = body.get("error") if isinstance(body, Mapping) else None
    return _said(error)


# a block is set by the cluster itself (no master, no disk), or by somebody who set the index so
_BLOCKS = (("disk", is_.RAN_OUT), ("read-only-allow-delete", is_.RAN_OUT), ("forbidden/", is_.MISCONFIGURED))


def _said(error: object) -> Code | None:
    for kind in _types(error):
        if kind == "cluster_block_exception":
            text = str(error)[:_MAX_TEXT].lower()
            return Code(next((means for words, means in _BLOCKS if words in text), is_.STORE_NOT_NOW), kind)
        if (means := _ELASTIC.get(kind)) is not None:
            return Code(means, kind)
    return None


def _bulk(exc: BaseException) -> Code | None:
    items = next((one for one in (getattr(exc, "errors", None), *exc.args[1:2]) if isinstance(one, list)), ())
    for item in items[:_MAX_ITEMS]:
        for result in item.values() if isinstance(item, Mapping) else ():
            if not isinstance(result, Mapping):
                continue
            if (said := _said(result.get("error"))) is not None:
                return said
            status = number_of(result.get("status"))
            if status is not None:
                return named(is_.EDIT_CONFLICT if status == 409 else label_of_upstream(status), f"HTTP {status}")
    return None


_NEO4J: tuple[tuple[re.Pattern[str], Label], ...] = tuple(
    (as_pattern(words), label)
    for words, label in (
        (r"DeadlockDetected", is_.DEADLOCK),
        (r"LockClientStopped|LockAcquisitionTimeout|Outdated|Interrupted|BookmarkTimeout", is_.CONTENTION),
        (r"OutOfMemory|StackOverFlow|MemoryPool|MemoryLimit|MaximumTransactionLimit", is_.EXHAUSTED),
        (r"AuthenticationRateLimit", is_.THROTTLED),
        (r"\.Security\.", is_.REFUSED_US),
        (r"TransactionTimedOut|ExecutionTimeout|TransactionTimedOutClientConfiguration", is_.UPSTREAM_SLOW),
        (r"ConstraintValidationFailed|ConstraintViolation", is_.CONSTRAINT),
        (
            r"DatabaseNotFound|ProcedureNotFound|IndexNotFound|LabelNotFound|PropertyNotFound|HomeDatabase",
            is_.MISCONFIGURED,
        ),
        (r"NotALeader|DatabaseUnavailable|NotUpToDate|NoLeader|ReplicationFailure", is_.STORE_NOT_NOW),
        (r"EntityNotFound", is_.NOT_THERE),
        (r"ExternalResourceFailed|RemoteExecution", is_.UPSTREAM_FAILED),
        (r"ClientError\.(?:Statement|Schema|Request|Transaction|Procedure|Database|General|Cluster)", is_.BUG),
    )
)
"""https://neo4j.com/docs/status-codes/current/errors/all-errors/"""


def _neo4j(exc: BaseException, _label: Label | None) -> Code | None:
    code = getattr(exc, "code", None)
    if not isinstance(code, str) or not code.startswith("Neo."):
        return None
    return next((Code(label, code) for words, label in _NEO4J if words.search(code[:200])), None)


_MEILISEARCH = _words(
    (is_.NOT_THERE, "document_not_found"),
    (is_.MISCONFIGURED, "index_not_found index_primary_key_no_candidate_found missing_master_key"),
    (is_.DISK_FULL, "no_space_left_on_device"),
    (is_.BUG, "invalid_search_filter invalid_search_sort invalid_search_facets invalid_search_q invalid_search_limit"),
    (is_.STORE_NOT_NOW, "too_many_search_requests"),
    (is_.CORRUPT, "invalid_store_file"),
)


def _meilisearch(exc: BaseException, label: Label | None) -> Code | None:
    code = getattr(exc, "code", None)
    means = _MEILISEARCH.get(code) if isinstance(code, str) else None
    return upstream(exc, label) if means is None else Code(means, str(code))


READERS_OF_SEARCH = (
    (_meilisearch, "meilisearch"),
    (_elastic, "elasticsearch opensearchpy"),
    (_neo4j, "neo4j"),
)
"""Readers by package, as in `codes`; what they do not know the status of the answer says."""
