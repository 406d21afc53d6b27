"""Codes of stores that do not speak SQL, and those of ClickHouse."""

from __future__ import annotations

from collections.abc import Iterable

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["REDIS", "label_of_clickhouse", "label_of_mongo"]


def _table(*rows: tuple[Label, Iterable[int]]) -> dict[int, Label]:
    return {number: label for label, numbers in rows for number in numbers}


def _words(*rows: tuple[Label, str]) -> dict[str, Label]:
    return {word: label for label, words in rows for word in words.split()}


# fmt: off
REDIS = _words(
    (is_.OUT_OF_MEMORY, "OOM"),
    (is_.MACHINE_DAMAGED, "MISCONF IOERR"),
    (
        is_.STORE_NOT_NOW,
        """
        LOADING BUSY TRYAGAIN CLUSTERDOWN MASTERDOWN NOREPLICAS READONLY NOQUORUM NOGOODSLAVE NOTREADY NOMASTERLINK
        UNBLOCKED
        """,
    ),
    (is_.REFUSED_US, "NOAUTH WRONGPASS NOPERM DENIED"),
    (is_.BUG, "WRONGTYPE NOSCRIPT EXECABORT CROSSSLOT UNKNOWN NOTBUSY UNKILLABLE"),
    (is_.CONTENTION, "INPROG"),
    # a key or a group of that name is there already
    (is_.DUPLICATE, "BUSYKEY BUSYGROUP"),
    # a cluster that a client for a single server was pointed at, and what has to be created beforehand
    (is_.MISCONFIGURED, "MOVED ASK NOPROTO NOGROUP"),
    (is_.CONTRADICTION, "INVALIDOBJ"),
)
"""First word of an error reply of Redis."""

_MONGO = _table(
    (is_.DUPLICATE, (11000, 11001, 12582)),
    (is_.CONSTRAINT, (121,)),
    (
        is_.CONTENTION,
        (
            24, 36, 46, 63, 84, 107, 109, 112, 117, 129, 143, 150, 194, 203, 208, 215, 221, 225, 239, 244, 246, 249,
            250, 251, 267, 272, 276, 285, 290, 314, 325, 13388,
        ),
    ),
    (is_.REFUSED_US, (11, 13, 18, 33, 214, 8000)),
    (is_.UPSTREAM_SLOW, (50, 202, 262)),
    (
        is_.STORE_NOT_NOW,
        (
            64, 74, 79, 82, 83, 91, 92, 94, 95, 100, 125, 133, 134, 149, 164, 175, 187, 189, 190, 199, 216, 228, 237,
            281, 282, 321, 365, 10058, 10107, 11600, 11601, 11602, 13435, 13436,
        ),
    ),
    (is_.STORE_AWAY, (6, 7, 89, 145, 172, 173, 174, 230, 231, 240, 279, 317, 9001)),
    (is_.NO_TRUST, (140, 141, 299)),
    (is_.EXHAUSTED, (205, 233, 247, 261, 264, 273)),
    (is_.RAN_OUT, (146, 292)),
    (is_.DISK_FULL, (14031,)),
    (is_.TOO_BIG_FOR_PEER, (116, 153, 165, 195, 232, 257, 10003, 17280)),
    # a document that a client sent
    (is_.TOO_BIG_TO_KEEP, (10334,)),
    (
        is_.MISCONFIGURED,
        (
            23, 26, 27, 31, 70, 71, 72, 73, 76, 93, 101, 103, 106, 123, 148, 177, 188, 193, 238, 258, 293, 294, 295,
            296, 298, 322, 20, 31082, 40352, 13297, 67, 68, 85, 86, 197,
        ),
    ),
    (is_.CONTRADICTION, (22, 45, 80, 105, 154, 269, 147)),
    (is_.CORRUPT, (288,)),
    (is_.MACHINE_DAMAGED, (37, 39, 42, 98, 176, 51)),
    (is_.BAD_ROW, (241,)),
    (is_.UPSTREAM_FAILED, (1, 8, 43, 65, 96, 139, 142)),
)
_OF_QUERIES = range(2, 400)
_LOCATIONS = 12_000
"""From here on a number is that of an assertion in the server, nearly always about what a query asks for."""


def label_of_mongo(number: int) -> Label | None:
    """The label of an error code of MongoDB. What is not in the table is about our command."""
    label = _MONGO.get(number)
    return is_.BUG if label is None and (number in _OF_QUERIES or number >= _LOCATIONS) else label


_CLICKHOUSE = _table(
    (
        is_.MISCONFIGURED,
        (
            16, 46, 47, 50, 56, 60, 63, 73, 76, 81, 83, 89, 107, 115, 132, 137, 138, 139, 156, 180, 186, 188, 196,
            164, 199, 212, 213, 217, 218, 221, 281, 318, 336, 344, 347, 375, 382, 492, 511, 512, 606, 668,
        ),
    ),
    (is_.REFUSED_US, (192, 193, 194, 195, 291, 293, 497, 516)),
    (is_.UPSTREAM_SLOW, (159, 160, 394, 335)),
    (is_.EXHAUSTED, (201, 202, 203, 231, 252, 290, 299, 364, 439, 574, 745)),
    (is_.TOO_BIG_FOR_PEER, (128, 131, 158, 161, 162, 163, 165, 166, 167, 168, 191, 205, 229, 306, 307, 359, 396)),
    (is_.RAN_OUT, (173, 241)),
    (is_.DISK_FULL, (243,)),
    (is_.SILENT, (209,)),
    (is_.DNS, (198,)),
    (is_.STORE_AWAY, (3, 95, 96, 210, 279, 297)),
    (
        is_.STORE_NOT_NOW,
        (225, 234, 236, 242, 244, 254, 255, 265, 278, 285, 286, 289, 292, 296, 319, 341, 369, 379, 425, 999),
    ),
    (is_.CONTENTION, (216, 337, 373, 384, 473, 517)),
    (is_.CONSTRAINT, (469,)),
    (
        is_.BAD_ROW,
        (
            6, 7, 19, 21, 22, 23, 25, 26, 27, 33, 38, 41, 53, 69, 70, 72, 85, 97, 117, 130, 321, 349, 376, 441, 467,
            675,
        ),
    ),
    (is_.CORRUPT, (40, 226, 227, 228, 246, 247)),
    (is_.CONTRADICTION, (30, 31, 32, 39, 64, 91, 271, 342, 354, 366, 432)),
    (is_.MACHINE_DAMAGED, (74, 75, 77, 87, 88, 172, 204, 274, 275, 424)),
    (is_.RULE_REFUSES, (395,)),
    (is_.UPSTREAM_FAILED, (49, 86, 99, 100, 101, 102, 103, 391, 1000, 1001, 1002)),
)


def label_of_clickhouse(number: int) -> Label | None:
    """The label of an error code of ClickHouse (its table system.errors). What is not listed is about our query."""
    label = _CLICKHOUSE.get(number)
    return is_.BUG if label is None and 0 < number < 1000 else label
