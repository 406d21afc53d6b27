"""The tables of the audit trail, for every database that SQLAlchemy Core speaks to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

__all__ = ["SCHEMA_VERSION", "entries", "keys", "lanes", "metadata", "statements", "versions"]

SCHEMA_VERSION = 2
"""Of the tables. 1 was a single table without chains."""

metadata = MetaData()
_big = BigInteger().with_variant(Integer, "sqlite")

entries = Table(
    "failsoft_audit",
    metadata,
    Column("position", _big, primary_key=True, autoincrement=True),
    Column("lane", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("severity", Text),
    Column("code", Text),
    Column("endpoint", Text),
    Column("status", SmallInteger),
    Column("error_id", Text),
    Column("trace_id", Text),
    Column("user_index", LargeBinary),
    Column("client_index", LargeBinary),
    Column("request_index", LargeBinary),
    Column("key_id", Text),
    Column("record", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("mac", LargeBinary),
    UniqueConstraint("lane", "sequence", name="failsoft_audit_lane_sequence"),
    sqlite_autoincrement=True,
)


def _index(name: str, *columns: str, **options: Any) -> Index:
    """Records without a value stay out of it, and cost nothing."""
    there = entries.c[columns[0]].isnot(None)
    return Index(
        f"failsoft_audit_{name}",
        *(entries.c[column] for column in columns),
        postgresql_where=there,
        sqlite_where=there,
        **options,
    )


def _sketch(name: str, column: str) -> None:
    """What takes many different values in no order costs a page for every record in a tree. PostgreSQL has a filter
    for each stretch of the table instead; elsewhere it is looked for in the records of the time that is asked for."""
    _index(
        name,
        column,
        postgresql_using="brin",
        postgresql_ops={column: "bytea_bloom_ops (n_distinct_per_range = 1024)"},
        postgresql_with={"autosummarize": "on"},
    ).ddl_if(dialect="postgresql")


Index("failsoft_audit_at", entries.c.at)
_index("error_id", "error_id")
_index("kind", "kind", "at")
_index("code", "code", "at")
_index("endpoint", "endpoint", "at")
_index("user", "user_index", "at")
_sketch("client", "client_index")
_sketch("request", "request_index")

lanes = Table(
    "failsoft_audit_lane",
    metadata,
    Column("lane", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
)
"""How far each lane has come: a note for the writers' heads, no evidence."""

statements = Table(
    "failsoft_audit_statement",
    metadata,
    Column("type", Text, primary_key=True),
    Column("lane", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("key_id", Text),
    Column("body", Text, nullable=False),
    Column("signature", LargeBinary),
)

keys = Table(
    "failsoft_audit_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("check_value", LargeBinary, nullable=False),
    Column("public", LargeBinary, nullable=False),
)

versions = Table(
    "failsoft_audit_schema",
    metadata,
    Column("version", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
)
