"""What stores and their drivers say in words alone, where the class alone says less or something else."""

from __future__ import annotations

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["WORDS_OF_STORES"]

WORDS_OF_STORES: tuple[tuple[Label, str, str], ...] = (
    (is_.BUG, "rethinkdb.errors.ReqlDriverError", r"[Cc]onnection is closed|must be given"),
    (is_.MISCONFIGURED, "rethinkdb.errors.ReqlOpFailedError", r"(?:Table|Database|Index) \S+ does not exist"),
    (is_.NOT_THERE, "neo4j.exceptions.ResultNotSingleError", r"\ANo records"),
    (is_.CONTRADICTION, "neo4j.exceptions.ResultNotSingleError", r"\bmore\b"),
    (is_.MISCONFIGURED, "azure.cosmos.exceptions.CosmosResourceNotFoundError", r"Owner resource does not exist"),
    (is_.CONTENTION, "azure.cosmos.exceptions.CosmosHttpResponseError", r"Status code: 449"),
    (is_.UPSTREAM_NOT_NOW, "azure.cosmos.exceptions.CosmosHttpResponseError", r"Status code: 410"),
    (
        is_.REFUSED_US,
        "smbprotocol.exceptions.SMBOSError",
        r"0xc00000(?:22|61|6[a-e])\b|0xc0000(?:15b|193|22[4])\b|[Pp]ermission denied",
    ),
    (is_.CONTENTION, "smbprotocol.exceptions.SMBOSError", r"0xc0000043\b|0xc0000054\b"),
    (is_.QUOTA_SPENT, "smbprotocol.exceptions.SMBOSError", r"0xc000007f\b|0xc0000044\b"),
    (is_.MISCONFIGURED, "smbprotocol.exceptions.SMBOSError", r"0xc00000cc\b"),
    (is_.UPSTREAM_FAILED, "hdfs.util.HdfsError", r"does not exist"),
    (is_.REFUSED_US, "hdfs.util.HdfsError", r"Permission denied|AccessControl"),
    (is_.STORE_NOT_NOW, "hdfs.util.HdfsError", r"safe mode|in state standby"),
    (is_.MISCONFIGURED, "influxdb_client.rest.ApiException", r"\b(?:bucket|organization)\b.{0,80}not found"),
    (is_.BUG, "influxdb_client.rest.ApiException", r"compilation failed|unable to parse"),
    (is_.NOT_THERE, "typesense.exceptions.ObjectNotFound", r"find a document"),
    (is_.DUPLICATE, "typesense.exceptions.ObjectAlreadyExists", r"document"),
    (is_.MISCONFIGURED, "chromadb.errors.NotFoundError", r"[Cc]ollection|[Dd]atabase|[Tt]enant"),
    (is_.BUG, "pysolr.SolrError", r"undefined field|Cannot parse|SyntaxError"),
    (
        is_.MISCONFIGURED,
        "qdrant_client.http.exceptions.UnexpectedResponse",
        r"Collection .{0,80}(?:doesn\\?'t|does not) exist|Not found: Collection",
    ),
    (is_.STORE_REFUSED, "pymilvus.exceptions.MilvusException", r"Fail connecting to server|server unavailable"),
    (
        is_.MISCONFIGURED,
        "pymilvus.exceptions.MilvusException",
        r"code=(?:10[0-3]|200|700|800)\b|(?:collection|index|database|partition)\b.{0,80}not (?:found|loaded|exist)",
    ),
    (is_.THROTTLED, "pymilvus.exceptions.MilvusException", r"code=8\b|rate limit"),
    (is_.EXHAUSTED, "pymilvus.exceptions.MilvusException", r"code=(?:3|9)\b|quota|memory limit"),
    (is_.REFUSED_US, "pymilvus.exceptions.MilvusException", r"code=(?:1400|1401|1802)\b|auth check failure"),
    (is_.BUG, "pymilvus.exceptions.MilvusException", r"code=(?:1100|1101)\b|invalid parameter"),
)
"""Label, classes, and a regular expression that is found in the text."""
