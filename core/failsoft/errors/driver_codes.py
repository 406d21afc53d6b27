"""Numbers and names of errors of databases beside the most used ones: ArangoDB, Snowflake, Tarantool, Trino."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from failsoft.deferred import as_pattern
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.codes import label_of_upstream
from failsoft.errors.catalogue.labels import Label, Voice
from failsoft.errors.catalogue.sql_codes import label_of_sql_server
from failsoft.errors.code import Code, first_of, named, number_of

__all__ = ["read_aerospike", "read_arango", "read_snowflake", "read_tarantool", "read_tds", "read_trino"]


def _table(*rows: tuple[Label, Iterable[int]]) -> dict[int, Label]:
    return {number: label for label, numbers in rows for number in numbers}


# fmt: off
_ARANGO = _table(
    (is_.OUT_OF_MEMORY, (3,)),
    (is_.REFUSED_US, (11, 401, 403)),
    (is_.CONTENTION, (18, 28, 1303, 1521, 1601, 1654)),
    (is_.DEADLOCK, (29,)),
    (is_.EDIT_CONFLICT, (1200,)),
    (is_.DUPLICATE, (1005, 1207, 1210, 1702, 1851, 1925)),
    (is_.CONSTRAINT, (1620,)),
    (is_.NOT_THERE, (1202,)),
    (is_.MISCONFIGURED, (31, 36, 1203, 1209, 1212, 1228, 1570, 1571, 1582, 1703, 1924, 1926, 1939, 3009)),
    (is_.STORE_NOT_NOW, (30, 38, 1004, 1302, 1429, 1446, 1478, 1489, 1490, 1491, 1495, 1496)),
    (is_.EXHAUSTED, (32, 21003, 21004, 21005)),
    (is_.DISK_FULL, (1104, 7004)),
    (is_.UPSTREAM_SLOW, (21, 1457, 1500)),
    (is_.STORE_AWAY, (1465, 1474, 1492)),
    (is_.RULE_REFUSES, (1569, 1593)),
    (is_.CORRUPT, (1100, 1102, 1941)),
    (is_.MACHINE_DAMAGED, (1305,)),
    (is_.TOO_BIG_FOR_PEER, (1216, 1522, 1524, 1576)),
    (is_.BUG, (10, 600, 1204, 1205, 1208, 1221, 1226, *range(1501, 1513), *range(1539, 1569), *range(1572, 1596),
               1651, 1652, 1653)),
)
"""https://docs.arangodb.com/stable/develop/error-codes/"""

_SNOWFLAKE = _table(
    (is_.STORE_AWAY, (250001, 250002, 250003)),
    (is_.SILENT, (250006,)),
    (is_.REFUSED_US, (3001, 390100, 390101, 390102, 390103, 390104, 390111, 390114, 390115, 390144, 390186, 390189,
                      390195, 390302, 390318, 394303, 251012)),
    (is_.MISCONFIGURED, (606, 904, 2003, 2043, 90105, 90106, 251001, 251005, 251006, 251014, 390201)),
    (is_.BUG, (900, 903, 905, 907, 908, 979, 1003, 1044, 2002, 252006, 252009, 253006)),
    (is_.UPSTREAM_SLOW, (604, 630, 639)),
    (is_.CONTENTION, (625, 8039, 625000)),
    (is_.DEADLOCK, (626,)),
    (is_.EXHAUSTED, (608, 613, 625500)),
    (is_.BAD_ROW, (100035, 100037, 100038, 100040, 100046, 100048, 100051, 100071, 100072, 100078, 100080, 100132)),
    (is_.BAD_ROW, (100183, 100069)),
    (is_.QUOTA_SPENT, (90073,)),
)
"""Of its server below 250000 and from 390000 on, of its connector between."""

_TARANTOOL = _table(
    (is_.OUT_OF_MEMORY, (2,)),
    (is_.DUPLICATE, (3,)),
    (is_.STORE_NOT_NOW, (7, 116)),
    (is_.BAD_ROW, (21, 23, 39)),
    (is_.MISCONFIGURED, (33, 35, 36)),
    (is_.REFUSED_US, (42, 45, 47)),
    (is_.UPSTREAM_SLOW, (78,)),
    (is_.CONTENTION, (97,)),
)
_AEROSPIKE = _table(
    (is_.STORE_REFUSED, (-10,)),
    (is_.STORE_AWAY, (-6, -8, -15)),
    (is_.SILENT, (9,)),
    (is_.UPSTREAM_SLOW, (210, 212)),
    (is_.NO_TRUST, (-9,)),
    (is_.POOL_EXHAUSTED, (-7,)),
    (is_.NOT_THERE, (2,)),
    (is_.EDIT_CONFLICT, (3,)),
    (is_.DUPLICATE, (5, 24)),
    (is_.CONTENTION, (14, 28, 120, 121)),
    (is_.DISK_FULL, (8,)),
    (is_.OUT_OF_MEMORY, (202,)),
    (is_.TOO_BIG_FOR_PEER, (13, 151)),
    (is_.EXHAUSTED, (18, 152, 211)),
    (is_.THROTTLED, (83,)),
    (is_.STORE_NOT_NOW, (7, 11, 22, 203)),
    (is_.MISCONFIGURED, (-4, 10, 16, 20, 51, 52, 53, 74, 150, 201, 1301, 1302)),
    (is_.REFUSED_US, (60, 62, 63, 64, 65, 80, 81, 82)),
    (is_.BUG, (-2, -5, -18, -19, 4, 6, 12, 17, 21, 23, 26, 54, 55, 56, 160, 205)),
)
# fmt: on


def _words(*rows: tuple[Label, str]) -> dict[str, Label]:
    return {word: label for label, words in rows for word in words.split()}


_TRINO = _words(
    (
        is_.MISCONFIGURED,
        """
        TABLE_NOT_FOUND SCHEMA_NOT_FOUND CATALOG_NOT_FOUND COLUMN_NOT_FOUND FUNCTION_NOT_FOUND CATALOG_NOT_AVAILABLE
        MISSING_CATALOG_NAME MISSING_SCHEMA_NAME MISSING_TABLE HIVE_METASTORE_ERROR CONFIGURATION_INVALID
        """,
    ),
    (is_.REFUSED_US, "PERMISSION_DENIED"),
    (is_.UPSTREAM_SLOW, "EXCEEDED_TIME_LIMIT EXCEEDED_CPU_LIMIT ABANDONED_QUERY USER_CANCELED ADMINISTRATIVELY_KILLED"),
    (is_.STORE_NOT_NOW, "SERVER_STARTING_UP SERVER_SHUTTING_DOWN NO_NODES_AVAILABLE"),
    (is_.UPSTREAM_DOWN, "REMOTE_HOST_GONE REMOTE_TASK_ERROR PAGE_TRANSPORT_ERROR PAGE_TRANSPORT_TIMEOUT"),
    (is_.EXHAUSTED, "TOO_MANY_REQUESTS_FAILED QUERY_QUEUE_FULL QUERY_REJECTED INSUFFICIENT_RESOURCES"),
    (is_.BAD_ROW, "INVALID_CAST_ARGUMENT NUMERIC_VALUE_OUT_OF_RANGE"),
    (is_.CONTENTION, "TRANSACTION_CONFLICT CONCURRENT_UPDATE"),
    (is_.CONSTRAINT, "CONSTRAINT_VIOLATION"),
    (is_.BUG, "SYNTAX_ERROR TYPE_MISMATCH DIVISION_BY_ZERO USER_ERROR"),
    (is_.UPSTREAM_FAILED, "INTERNAL_ERROR EXTERNAL"),
)
"""Names of errors, and after them the four kinds that each is one of."""
_NAME = as_pattern(r"(?:\A|FAILED: )([A-Z]+(?:_[A-Z]+)+)\b")


def _by_number(table: Mapping[int, Label], who: str, *values: object) -> Code | None:
    for value in values:
        number = number_of(value)
        if number is not None and (label := table.get(number)) is not None:
            return Code(label, f"{who} {number}")
    return None


def read_arango(exc: BaseException, label: Label | None) -> Code | None:
    """ArangoDB: its error number, else the status of its answer."""
    number = number_of(getattr(exc, "error_code", None))
    if number is not None and (means := _ARANGO.get(number)) is not None:
        return Code(means, f"ArangoDB {number}")
    status = number_of(getattr(exc, "http_code", None))
    if status is None or label is None or label.voice is Voice.SAYS:
        return None
    return named(label_of_upstream(status), f"HTTP {status}")


def read_snowflake(exc: BaseException, _label: Label | None) -> Code | None:
    """Snowflake: the number of its server or of its connector."""
    return _by_number(_SNOWFLAKE, "Snowflake", getattr(exc, "errno", None))


def read_tarantool(exc: BaseException, _label: Label | None) -> Code | None:
    """Tarantool: the number of the box's error."""
    return _by_number(_TARANTOOL, "Tarantool", getattr(exc, "code", None))


def read_aerospike(exc: BaseException, _label: Label | None) -> Code | None:
    """Aerospike: the result code of its server, or of its client library, which is negative."""
    return _by_number(_AEROSPIKE, "Aerospike", getattr(exc, "code", None), first_of(exc))


def read_tds(exc: BaseException, _label: Label | None) -> Code | None:
    """SQL Server, by drivers that keep its number under a name of their own."""
    for name in ("number", "msg_no"):
        number = number_of(getattr(exc, name, None))
        if number:
            return named(label_of_sql_server(number), f"SQL Server {number}")
    return None


_STATUS_OF_TRINO = as_pattern(r"\Aerror (\d{3})\b")


def read_trino(exc: BaseException, label: Label | None) -> Code | None:
    """Trino, and who speaks like it: the name of the error, or its kind, else the status of the answer."""
    name, first = getattr(exc, "error_name", None), first_of(exc)
    if not isinstance(name, str) and isinstance(first, str) and (found := _NAME.search(first[:200])) is not None:
        name = found[1]
    for word in (name, getattr(exc, "error_type", None)):
        if isinstance(word, str) and (means := _TRINO.get(word)) is not None:
            return Code(means, word)
    status = _STATUS_OF_TRINO.search(str(exc)[:80])
    if status is None or label is None or label.voice is Voice.SAYS:
        return None
    return named(label_of_upstream(int(status[1])), f"HTTP {status[1]}")
