"""Codes of databases that speak SQL: SQLSTATE, and the numbers of MySQL, Oracle, SQL Server and SQLite.

Which fault a code names decides: what our code wrote into a statement (`system`), what was to be created beforehand
(`configuration`), values that a column cannot hold (`data_integrity`), what ran out, who was there at the same time.
"""

from __future__ import annotations

from collections.abc import Iterable

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = ["SQLITE", "label_of_mysql", "label_of_oracle", "label_of_sql_server", "label_of_sqlstate"]


def _table(*rows: tuple[Label, Iterable[int]]) -> dict[int, Label]:
    return {number: label for label, numbers in rows for number in numbers}


def _words(*rows: tuple[Label, str]) -> dict[str, Label]:
    return {word: label for label, words in rows for word in words.split()}


# fmt: off
# PostgreSQL, appendix A; the classes (two characters) are those of ISO/IEC 9075 and hold for other databases too.
_SQLSTATE = _words(
    (is_.STORE_AWAY, "08 57P01 57P02 57P05 25P03"),
    (is_.STORE_REFUSED, "08001 08004 HV00N"),
    # read-only: a standby or a server that protects itself; a failover or more disk ends it
    (is_.STORE_NOT_NOW, "57P03 25006"),
    (is_.UPSTREAM_SLOW, "57014 HYT00 HYT01 57S01 25P04 70100"),
    (is_.EXHAUSTED, "53 53300 53400"),
    (is_.OUT_OF_MEMORY, "53200 HY001 HV001"),
    (is_.DISK_FULL, "53100"),
    (is_.TOO_BIG_FOR_PEER, "54"),
    # the stack of the server, which is a setting of it
    (is_.RAN_OUT, "54001"),
    (is_.RAN_OUT, "2200H"),
    (is_.CONTENTION, "40 40001 40003 55P03 55006 72000"),
    (is_.DEADLOCK, "40P01"),
    (is_.CONSTRAINT, "23 23000 23001 23502 23503 23514 23P01 40002 27000 44"),
    (is_.DUPLICATE, "23505"),
    (is_.BAD_ROW, "22"),
    (is_.REFUSED_US, "28 42501 0P 0L"),
    (
        is_.MISCONFIGURED,
        """
        3D 3F 42P01 42P04 42P06 42P07 42701 42703 42883 42704 42S01 42S02 42S12 42S22 57P04 F0 55P02 58P01 IM HV00D
        HV00J HV00P HV00Q HV00R HV005
        HV007
        """,
    ),
    (is_.RULE_REFUSES, "P0001 45000"),
    (is_.NOT_THERE, "P0002"),
    (
        # of the data exceptions: a function, an operator or a clause that our statement used wrongly
        is_.BUG,
        """
        20 21 22012 22002 22010 22011 22013 22014 22016 22019 2200B 2200C 2200D 2200G 22022 22023 22024 22025 22027
        2201B 2201E 2201F 2201G 2201W 2201X 2202E 2202G 2202H 22P06
        """,
    ),
    (
        is_.BUG,
        """
        03 07 09 0A 0B 0F 0Z 10 24 25 26 27 2B 2D 2F 34 38 39 3B 42 54011 54023 55 HV HV00B HY008 HY009 HY010 HY024
        HY090 HY091 HY092 HY105 HYC00 P0 XA
        """,
    ),
    (is_.MACHINE_DAMAGED, "58 58030"),
    (is_.CORRUPT, "XX001 XX002"),
    (is_.UPSTREAM_FAILED, "XX HV00L HV00M 57"),
)


def label_of_sqlstate(state: str) -> Label | None:
    """The label of an SQLSTATE of five characters."""
    return _SQLSTATE.get(state) or _SQLSTATE.get(state[:2])


# MySQL and MariaDB, server errors (1000 to 1999, 3000 to 4999) and client errors (2000 to 2999)
_MYSQL = _table(
    (
        is_.STORE_REFUSED,
        (1042, 1429, 2001, 2002, 2003, 2004, 2005, 2009, 2010, 2011, *range(2015, 2018), *range(2037, 2047)),
    ),
    (
        is_.STORE_AWAY,
        (
            1043, 1077, 1079, 1080, 1152, 1154, 1155, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1189, 1190,
            1218, 1927, 2006, 2012, 2013, 2055, 3169, 4031,
        ),
    ),
    (is_.NO_TRUST, (2026,)),
    (
        is_.REFUSED_US,
        (
            1044, 1045, 1095, 1130, 1131, 1132, 1133, 1142, 1143, 1211, 1227, 1251, 1370, 1410, 1419, 1698, 1820,
            1862, 1873, 2049, 2054, 2061, 3118, 3879, 3891, 3892, 3914, 3955, 4151,
        ),
    ),
    (is_.EXHAUSTED, (1040, 1041, 1129, 1135, 1203, 1206, 1226, 1461, 1637, 3985)),
    (is_.OUT_OF_MEMORY, (1037, 1038, 2008, 3950)),
    (is_.DISK_FULL, (1021, 1114, 3675)),
    (is_.RAN_OUT, (1467,)),
    (is_.TOO_BIG_FOR_PEER, (1104, 1119, 1153, 1162, 1197, 1301, 1436, 2020, 3684, 3698, 3699)),
    (is_.CONTENTION, (1015, 1020, 1205, 1402, 1412, 1613, 1615, 3101, 3133, 3572)),
    (is_.DEADLOCK, (1213, 1614, 3058, 3132)),
    (is_.UPSTREAM_SLOW, (1028, 1317, 1969, 3024)),
    (is_.DUPLICATE, (1022, 1062, 1169, 1569, 1586, 1761, 1762, 1859)),
    (is_.CONSTRAINT, (1048, 1216, 1217, 1364, 1369, 1451, 1452, 1526, 1557, 1591, 1748, 3819, 3934, 4025)),
    (
        is_.BAD_ROW,
        (
            1138, 1261, 1262, 1263, 1264, 1265, 1292, 1300, 1366, 1367, 1406, 1411, 1416, 1441, 1470,
            1525, 1575, 1690, 2032, 3033, 3037, 3140, 3141, 3144, 3147, 3150, 3156, 3157, 3158, 3548, 3617, 3643,
            3673, 3731, 3732, 3854, 3903, 3904, 3907, 3966, 3967, 3988, 4032,
        ),
    ),
    (
        is_.MISCONFIGURED,
        (
            1007, 1008, 1036, 1046, 1049, 1050, 1051, 1054, 1060, 1061, 1072, 1082, 1091, 1106, 1109, 1115, 1122,
            1123, 1124, 1126, 1127,
            1128, 1146, 1148, 1176, 1193, 1231, 1232, 1273, 1286, 1289, 1298, 1305, 1356, 1360, 1431, 1433, 1449,
            1477, 1524, 1539, 1649, 2007, 2018, 2019, 2047, 2059, 2062, 3159, 3161, 3821, 3940, 3948, 3989,
        ),
    ),
    (is_.STORE_NOT_NOW, (1047, 1053, 1290, 1297, 1836, 3032)),
    (is_.NOT_THERE, (1329,)),
    (is_.CONTRADICTION, (1256, 1257, 1258, 1259)),
    (is_.CORRUPT, (1033, 1034, 1035, 1194, 1195, 1602, 1707, 1712, 1812, 1932)),
    (is_.MACHINE_DAMAGED, (1002, 1003, 1004, 1006, 1010, 1016, 1018, 1023, 1024, 1025, 1026, 1030, 1376)),
    (is_.UPSTREAM_FAILED, (1105, 1180, 1296, 1430, 1815, 2027)),
    (is_.RULE_REFUSES, (1644,)),
)
_OF_THE_SERVER = (range(1000, 2000), range(3000, 4200))
_OF_THE_CLIENT = range(2014, 2070)


def label_of_mysql(number: int) -> Label | None:
    """The label of an error number of MySQL or MariaDB. What is not in the table is about our statement."""
    label = _MYSQL.get(number)
    if label is None and (number in _OF_THE_CLIENT or any(number in numbers for numbers in _OF_THE_SERVER)):
        return is_.BUG
    return label


SQLITE = _table(
    (is_.BUG, (1, 21, 25)),
    (is_.OS_FAULT, (2, 3, 4)),
    (is_.UPSTREAM_SLOW, (9,)),
    (is_.RULE_REFUSES, (1811,)),
    (is_.CONTENTION, (5, 6, 15, 17, 262, 517)),
    (is_.OUT_OF_MEMORY, (7, 3082)),
    (is_.MISCONFIGURED, (8, 14, 23)),
    (is_.MACHINE_DAMAGED, (10,)),
    (is_.CORRUPT, (11, 26)),
    (is_.DISK_FULL, (13,)),
    (is_.TOO_BIG_FOR_PEER, (18,)),
    (is_.CONSTRAINT, (19, 1299)),
    (is_.DUPLICATE, (1555, 2067, 2579)),
    (is_.BAD_ROW, (20, 3091)),
)
"""Primary result codes, and extended ones that say more (https://www.sqlite.org/rescode.html)."""

_ORACLE = _table(
    (is_.DUPLICATE, (1,)),
    (is_.CONSTRAINT, (1400, 1402, 1407, 2290, 2291, 2292, 14400)),
    (
        is_.BAD_ROW,
        (
            1401, 1426, 1438, 1461, 1722, *range(1839, 1844), *range(1846, 1855), 1830, 1858, 1861, 6502,
            12899, 12704, 40441,
        ),
    ),
    (is_.CONTENTION, (54, 1555, 8177, 30006, 4021, 4068)),
    (is_.LOST_UPDATE, (8006,)),
    (is_.DEADLOCK, (60, 104, 4020)),
    (is_.UPSTREAM_SLOW, (1013, 40, 51, 2049, 30032)),
    (is_.EXHAUSTED, (18, 19, 20, 2391, 12516, 12518, 12519, 12520, 1000, 24418, 24496)),
    (is_.OUT_OF_MEMORY, (4030, 4031, 4036)),
    (is_.DISK_FULL, (257, 1536, 1650, 1652, 1653, 1654, 1658, 1659, 1688, 1691, 19815, 30036)),
    (is_.RAN_OUT, (8004,)),
    (is_.TOO_BIG_FOR_PEER, (1450, 1795, 36)),
    (is_.REFUSED_US, (1005, 1017, 1031, 1045, 1988, 28000, 28001, 28002, 41900)),
    (
        is_.MISCONFIGURED,
        (
            376, 904, 942, 959, 1418, 1432, 1435, 1434, 1917, 1918, 1919, 1921, 2019, 2289, 4043, 4080, 6564, 12154,
            12162, 12504, 12505, 12514, 12521, 28759,
        ),
    ),
    (is_.STORE_REFUSED, (12541, 12543, 12545)),
    (is_.STORE_AWAY, (28, 1012, 1092, 2396, 2399, 3113, 3114, 3135, 12152, 12537, 12547, 12560, 12571, 25408)),
    (is_.SILENT, (12170, 12535, 12606, 12608, 12609)),
    (is_.NO_TRUST, (28860, 29002, 29003, 29024, 29106)),
    (is_.STORE_NOT_NOW, (1033, 1034, 1035, 1089, 1090, 1109, 12526, 12528, 16000, 16456)),
    (is_.CORRUPT, (1578, 600, 7445, 1110, 8103, 26040)),
    (is_.NOT_THERE, (1403, 100)),
    (
        is_.BUG,
        (
            *range(900, 904), *range(905, 942), *range(943, 959), *range(960, 1000), 1001, 1002, 1003, 1006, 1008,
            1036, 1086, 1422, 1427, 1436, 1446, 1453, 1456, 1463, 1473, 1476, 1730, 1747, 1786, 1789, 1790, 1791,
            1792, 1799, 2270, 2287, 4091, 4098, 6503, 6508, 6511, 6530, 6531, 6532, 6533, 6550, 6553, 6576, 6592,
            8002, 25128, 25153, 32795,
        ),
    ),
    (is_.RULE_REFUSES, range(20000, 21000)),
)


def label_of_oracle(number: int) -> Label | None:
    """The label of an `ORA-` number."""
    return _ORACLE.get(number)


_SQL_SERVER = _table(
    (is_.DUPLICATE, (2601, 2627)),
    (is_.CONSTRAINT, (515, 547, 550)),
    (
        is_.BAD_ROW,
        (220, 232, 234, 235, 241, 242, 244, 245, 248, 295, 296, 517, 2628, 8114, 8115, 8152, 8169, 9420),
    ),
    (is_.DEADLOCK, (1205,)),
    (is_.CONTENTION, (617, 1222, 3960, 3961, 41301, 41302, 41305, 41325, 41839)),
    (
        is_.REFUSED_US,
        (
            229, 230, 262, 297, 300, 916, 4060, 4064, 15247, 18450, 18451, 18452, 18456, 18461, 18470, 18486, 18487,
            18488, 40615, 40532,
        ),
    ),
    (is_.MISCONFIGURED, (195, 207, 208, 911, 2726, 2812, 3701, 3728, 4121, 4902, 4924, 15151, 15281)),
    (
        is_.EXHAUSTED,
        (1204, 3966, 8645, 8651, 10928, 10929, 17300, 17809, 40501, 40544, 40549, 40550, 40551, 40552, 40553),
    ),
    (is_.DISK_FULL, (1101, 1105, 1121, 9002)),
    (is_.OUT_OF_MEMORY, (701, 802, 8902)),
    (is_.TOO_BIG_FOR_PEER, (217, 511, 1919, 8623, 8631)),
    (is_.STORE_NOT_NOW, (904, 922, 924, 927, 942, 945, 976, 978, 983, 3906, 40197, 40613, 49918, 49919, 49920, 18401)),
    (is_.UPSTREAM_SLOW, (3617,)),
    (is_.CORRUPT, (605, 823, 824, 825, 5180, 8966)),
    (is_.STORE_AWAY, (64, 233, 596, 6005, 10053, 10054, 10060, 11001, 20002, 20003, 20004, 20006, 20009, 20047)),
    (
        # what our statement says; 8134 divides by zero
        is_.BUG,
        (
            *range(101, 195), *range(196, 207), 209, 213, 214, 216, 257, 260, 264, 266, 271, 272, 273, 402, 404, 412,
            421, 451, 468, 512, 529, 530, 535, 536, 537, 544, 545, 556, 2705, 2714, 2715, 2732, 2759, 3902, 3903,
            3930, 8101, 8102, 8107, 8116, 8117, 8120, 8127, 8134, 8144, 8145, 8146, 8155, 8156, 8161, 8178, 8180,
            10709, 11000, 16916, 16915, 16905,
        ),
    ),
)


def label_of_sql_server(number: int) -> Label | None:
    """The label of an error number of Microsoft SQL Server; from 50000 on they are those of `RAISERROR` and `THROW`."""
    return is_.RULE_REFUSES if number >= 50_000 else _SQL_SERVER.get(number)
