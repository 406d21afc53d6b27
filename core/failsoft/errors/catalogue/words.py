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
    (is_.UPSTREAM_FAILED, "hdfs.util.HdfsError", r"does not exist"),
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
