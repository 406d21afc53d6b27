"""Codes that say more than a class: of the operating system, databases, HTTP, gRPC and clouds."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = [
    "AMQP",
    "AWS",
    "CLICKHOUSE",
    "CURL",
    "ERRNO",
    "GRPC",
    "MONGO",
    "MQTT",
    "REDIS",
    "SMTP",
    "SQLITE",
    "WEBSOCKET",
    "label_of_aws",
    "label_of_mysql",
    "label_of_oracle",
    "label_of_sql_server",
    "label_of_sqlstate",
    "label_of_upstream",
]


def _table(*rows: tuple[Label, Iterable[int]]) -> dict[int, Label]:
    return {number: label for label, numbers in rows for number in numbers}


def _words(*rows: tuple[Label, str]) -> dict[str, Label]:
    return {word: label for label, words in rows for word in words.split()}


def _numbers(names: str) -> list[int]:
    # not every platform knows every name
    return [number for name in names.split() if (number := getattr(errno, name, None)) is not None]


ERRNO = _table(
    (is_.OS_FAULT, _numbers("EPERM ENOENT EACCES EEXIST ENOTDIR EISDIR EINVAL ENOTEMPTY ENAMETOOLONG ELOOP EXDEV")),
    (is_.OS_FAULT, _numbers("EBADF ENODEV ENXIO ESPIPE EMLINK ENOSYS EOPNOTSUPP ENOTSUP ENOTTY EFAULT ESRCH ECHILD")),
    (is_.INTERRUPTED, _numbers("EINTR")),
    (is_.OUT_OF_MEMORY, _numbers("ENOMEM")),
    (is_.DISK_FULL, _numbers("ENOSPC EDQUOT")),
    (is_.OUT_OF_HANDLES, _numbers("EMFILE ENFILE ENOBUFS EADDRNOTAVAIL EUSERS ENOLCK")),
    (is_.TOO_BIG_FOR_PEER, _numbers("EFBIG EMSGSIZE E2BIG")),
    (is_.MACHINE_DAMAGED, _numbers("EIO EUCLEAN EMEDIUMTYPE EREMOTEIO EHWPOISON")),
    (is_.MISCONFIGURED, _numbers("EADDRINUSE EROFS EAFNOSUPPORT EPROTONOSUPPORT EPFNOSUPPORT ENOPROTOOPT ENOEXEC")),
    (is_.CONTENTION, _numbers("EAGAIN EWOULDBLOCK EBUSY ETXTBSY EDEADLK ESTALE")),
    (is_.REFUSED, _numbers("ECONNREFUSED")),
    (is_.BROKEN, _numbers("ECONNRESET ECONNABORTED EPIPE ENOTCONN ENETRESET ESHUTDOWN EPROTO ENOLINK ECOMM")),
    (is_.UNREACHABLE, _numbers("EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN ENONET")),
    (is_.SILENT, _numbers("ETIMEDOUT ETIME")),
)

# PostgreSQL, appendix A; the classes (two characters) are those of ISO/IEC 9075 and hold for other databases too.
_SQLSTATE = _words(
    (is_.STORE_AWAY, "08 57P01 57P02 57P05 25P03"),
    (is_.STORE_REFUSED, "08001 08004"),
    # read-only: a standby or a server that protects itself; a failover or more disk ends it
    (is_.STORE_NOT_NOW, "57P03 25006"),
    (is_.UPSTREAM_SLOW, "57014 HYT00 HYT01 57S01 25P04"),
    (is_.EXHAUSTED, "53 53300 53400"),
    (is_.OUT_OF_MEMORY, "53200"),
    (is_.DISK_FULL, "53100"),
    (is_.TOO_BIG_FOR_PEER, "54"),
    (is_.CONTENTION, "40 40001 40003 55P03 55006 72000"),
    (is_.DEADLOCK, "40P01"),
    (is_.CONSTRAINT, "23 23000 23001 23503 23514 23P01 40002 44"),
    (is_.DUPLICATE, "23505"),
    (is_.BAD_ROW, "22 23502 21"),
    (is_.REFUSED_US, "28 42501 0P 0L"),
    (
        is_.MISCONFIGURED,
        "3D 3F 42P01 42703 42883 42704 42S02 42S22 57P04 F0 55P02 58P01 IM",
    ),
    (is_.RULE_REFUSES, "P0001 45000"),
    (is_.BUG, "42 25 22012 24 26 2D 34 38 39 55 P0 07 0A 0B"),
    (is_.MACHINE_DAMAGED, "58 58030"),
    (is_.CORRUPT, "XX001 XX002"),
    (is_.UPSTREAM_FAILED, "XX HV 57"),
)


def label_of_sqlstate(state: str) -> Label | None:
    """The label of an SQLSTATE of five characters."""
    return _SQLSTATE.get(state) or _SQLSTATE.get(state[:2])


# MySQL and MariaDB, server errors (1000 to 1999, 3000 to 4999) and client errors (2000 to 2999)
_MYSQL = _table(
    (is_.STORE_REFUSED, (2001, 2002, 2003, 2004, 2005, 2009)),
    (is_.STORE_AWAY, (1053, 1077, 1079, 1080, 1158, 1159, 1160, 1161, 1927, 2006, 2012, 2013, 2055, 4031)),
    (is_.NO_TRUST, (2026,)),
    (is_.REFUSED_US, (1044, 1045, 1095, 1130, 1142, 1143, 1227, 1251, 1370, 1410, 1698, 1862, 2049, 2054, 2061)),
    (is_.EXHAUSTED, (1040, 1041, 1129, 1135, 1203, 1226)),
    (is_.OUT_OF_MEMORY, (1037, 1038, 2008)),
    (is_.DISK_FULL, (1021, 1114)),
    (is_.TOO_BIG_FOR_PEER, (1153, 2020)),
    (is_.CONTENTION, (1020, 1205, 1206, 1412, 1637, 3058, 3101, 3572)),
    (is_.DEADLOCK, (1213, 1614)),
    (is_.UPSTREAM_SLOW, (1317, 1969, 3024)),
    (is_.DUPLICATE, (1022, 1062, 1169, 1586, 1761, 1762)),
    (is_.CONSTRAINT, (1216, 1217, 1451, 1452, 1557, 3819, 4025)),
    (is_.BAD_ROW, (1048, 1263, 1264, 1265, 1292, 1364, 1366, 1406, 1411, 1416, 1441, 1690, 3140, 3157)),
    (is_.MISCONFIGURED, (1046, 1049, 1051, 1054, 1109, 1146, 1193, 1305, 2018, 2019)),
    (is_.BUG, (1052, 1064, 1065, 1066, 1110, 1136, 1149, 1172, 1241, 1242, 1318, 1365, 1792, 2014, 2030, 2031)),
    (is_.STORE_NOT_NOW, (1290, 1836)),
    (is_.CORRUPT, (1033, 1034, 1194, 1195, 1712)),
    (is_.MACHINE_DAMAGED, (1002, 1003, 1004, 1023, 1026, 1030)),
    (is_.RULE_REFUSES, (1644,)),
)


def label_of_mysql(number: int) -> Label | None:
    """The label of an error number of MySQL or MariaDB."""
    return _MYSQL.get(number)


SQLITE = _table(
    (is_.BUG, (1, 21, 25)),
    (is_.OS_FAULT, (2, 3, 4)),
    (is_.UPSTREAM_SLOW, (9,)),
    (is_.RULE_REFUSES, (1811,)),
    (is_.CONTENTION, (5, 6, 15, 17, 262, 517)),
    (is_.OUT_OF_MEMORY, (7,)),
    (is_.MISCONFIGURED, (8, 14, 23)),
    (is_.MACHINE_DAMAGED, (10,)),
    (is_.CORRUPT, (11, 26)),
    (is_.DISK_FULL, (13,)),
    (is_.TOO_BIG_FOR_PEER, (18,)),
    (is_.CONSTRAINT, (19,)),
    (is_.DUPLICATE, (1555, 2067, 2579)),
    (is_.BAD_ROW, (20, 1299, 3091)),
)
"""Primary result codes, and extended ones that say more (https://www.sqlite.org/rescode.html)."""

_ORACLE = _table(
    (is_.DUPLICATE, (1,)),
    (is_.CONSTRAINT, (2290, 2291, 2292)),
    (is_.BAD_ROW, (1400, 1407, 1438, 1722, 1830, 1858, 12899)),
    (is_.CONTENTION, (54, 8177, 30006, 4021)),
    (is_.DEADLOCK, (60,)),
    (is_.UPSTREAM_SLOW, (1013,)),
    (is_.EXHAUSTED, (18, 20, 2391, 12516, 12519, 12520)),
    (is_.OUT_OF_MEMORY, (4030, 4031)),
    (is_.DISK_FULL, (1536, 1652, 1653, 1654, 1688, 1691, 19815)),
    (is_.REFUSED_US, (1017, 1031, 1045, 28000, 28001)),
    (is_.MISCONFIGURED, (904, 942, 12154, 12505, 12514)),
    (is_.STORE_REFUSED, (12541, 12543, 12545)),
    (is_.STORE_AWAY, (28, 1012, 1092, 3113, 3114, 3135, 12537, 12547, 12560)),
    (is_.SILENT, (12170, 12535, 12609)),
    (is_.STORE_NOT_NOW, (1033, 1034, 1089, 1090, 12528)),
    (is_.CORRUPT, (1578, 600, 7445)),
    (is_.BUG, (900, 903, 905, 907, 911, 917, 923, 933, 936)),
    (is_.RULE_REFUSES, range(20000, 21000)),
)


def label_of_oracle(number: int) -> Label | None:
    """The label of an `ORA-` number."""
    return _ORACLE.get(number)


_SQL_SERVER = _table(
    (is_.DUPLICATE, (2601, 2627)),
    (is_.CONSTRAINT, (547,)),
    (is_.BAD_ROW, (220, 241, 242, 245, 515, 2628, 8114, 8115, 8152)),
    (is_.DEADLOCK, (1205,)),
    (is_.CONTENTION, (1222, 3960)),
    (is_.REFUSED_US, (229, 230, 916, 4060, 18452, 18456)),
    (is_.MISCONFIGURED, (207, 208, 911, 2812)),
    (is_.EXHAUSTED, (10928, 10929, 17809, 40501)),
    (is_.DISK_FULL, (1101, 1105, 9002)),
    (is_.OUT_OF_MEMORY, (701, 802)),
    (is_.STORE_NOT_NOW, (40197, 40613, 49918)),
    (is_.CORRUPT, (823, 824, 825)),
    (is_.BUG, (102, 105, 156)),
    (is_.STORE_AWAY, (64, 233, 10053, 10054, 20002, 20003, 20009)),
)


def label_of_sql_server(number: int) -> Label | None:
    """The label of an error number of Microsoft SQL Server."""
    return _SQL_SERVER.get(number)


# RFC 9110; 520 to 524 are Cloudflare's, 529 says "overloaded"
_UPSTREAM = _table(
    (is_.REFUSED_US, (401, 403, 407, 511)),
    (is_.QUOTA_SPENT, (402,)),
    (is_.UPSTREAM_SLOW, (408, 504, 524, 598, 599)),
    (is_.THROTTLED, (429,)),
    (is_.UPSTREAM_NOT_NOW, (425, 503, 529)),
    (is_.UPSTREAM_DOWN, (502, 520, 521, 522, 523, 530)),
    (is_.NO_TRUST, (495, 496, 525, 526)),
    # a version or an entity tag that is no longer the present one; a resource that somebody else has locked
    (is_.EDIT_CONFLICT, (412,)),
    (is_.CONTENTION, (423,)),
)


def label_of_upstream(status: int) -> Label | None:
    """What a peer's HTTP status means for us; None if no more than that the peer failed us."""
    return _UPSTREAM.get(status)


GRPC = _words(
    (is_.UPSTREAM_NOT_NOW, "UNAVAILABLE"),
    (is_.SILENT, "DEADLINE_EXCEEDED"),
    (is_.THROTTLED, "RESOURCE_EXHAUSTED"),
    (is_.REFUSED_US, "UNAUTHENTICATED PERMISSION_DENIED"),
    (is_.CONTENTION, "ABORTED"),
    (is_.CONTRADICTION, "DATA_LOSS"),
    (
        is_.UPSTREAM_FAILED,
        """
        CANCELLED UNKNOWN INVALID_ARGUMENT NOT_FOUND ALREADY_EXISTS FAILED_PRECONDITION OUT_OF_RANGE UNIMPLEMENTED
        INTERNAL
        """,
    ),
)
"""gRPC status codes by name."""

AWS = _words(
    (
        is_.THROTTLED,
        """
        Throttling ThrottlingException ThrottledException RequestThrottled RequestThrottledException SlowDown
        TooManyRequestsException ProvisionedThroughputExceededException RequestLimitExceeded BandwidthLimitExceeded
        PriorRequestNotComplete TransactionInProgressException EC2ThrottledException LimitExceededException
        """,
    ),
    (is_.EXHAUSTED, "OverLimit"),
    # an object in an archive: 403, and yet nobody was refused
    (is_.UPSTREAM_FAILED, "InvalidObjectState"),
    (is_.QUOTA_SPENT, "ServiceQuotaExceededException QuotaExceededException InsufficientInstanceCapacity"),
    (
        is_.REFUSED_US,
        """
        AccessDenied AccessDeniedException AuthFailure AuthorizationError ExpiredToken ExpiredTokenException
        IncompleteSignature InvalidAccessKeyId InvalidClientTokenId InvalidSignatureException MissingAuthenticationToken
        NotAuthorizedException OptInRequired RequestExpired RequestTimeTooSkewed SignatureDoesNotMatch
        UnauthorizedOperation UnrecognizedClientException KMSAccessDeniedException AccountSuspendedException
        SendingPausedException MailFromDomainNotVerifiedException
        """,
    ),
    (
        is_.UPSTREAM_NOT_NOW,
        """
        ServiceUnavailable ServiceUnavailableException Unavailable ServerException ServiceException
        ModelNotReadyException DependencyFailureException 503
        """,
    ),
    (
        is_.UPSTREAM_DOWN,
        """
        InternalError InternalFailure InternalServerError InternalServerException InternalServiceError
        InternalServiceException InternalServiceFault KMSInternalException KeyUnavailableException 502
        """,
    ),
    (is_.UPSTREAM_SLOW, "RequestTimeout RequestTimeoutException ModelTimeoutException DependencyTimeoutException 504"),
    (
        is_.CONTENTION,
        """
        ConflictException ConcurrentModificationException OperationAborted TransactionConflictException
        ResourceInUseException TransactionConflict DuplicateItem
        """,
    ),
    (is_.EDIT_CONFLICT, "ConditionalCheckFailedException PreconditionFailed 412"),
    (
        is_.MISCONFIGURED,
        """
        NoSuchBucket InvalidBucketName PermanentRedirect AuthorizationHeaderMalformed QueueDoesNotExist
        AWS.SimpleQueueService.NonExistentQueue TableNotFoundException KMSNotFoundException ResourceNotFoundException
        DisabledException KMSInvalidStateException InvalidKeyUsageException
        """,
    ),
)
"""Error codes of Amazon Web Services that mean the same in every service, and some of S3, DynamoDB, SQS and KMS."""

_AWS_WORDS: tuple[tuple[Label, re.Pattern[str]], ...] = (
    (is_.THROTTLED, re.compile(r"Throttl|RateExceeded|RateLimit|TooManyRequests|ThroughputExceeded")),
    (is_.QUOTA_SPENT, re.compile(r"QuotaExceeded|(?<!Size)LimitExceeded|\ATooMany")),
    (is_.CONTENTION, re.compile(r"Conflict|Concurrent")),
    (
        is_.REFUSED_US,
        re.compile(r"AccessDenied|Unauthori[sz]ed|NotAuthori[sz]ed|Forbidden|(?:Invalid|Expired)\w*Token"),
    ),
    (is_.UPSTREAM_SLOW, re.compile(r"Timeout|TimedOut")),
    (is_.UPSTREAM_NOT_NOW, re.compile(r"Unavailable|NotReady|Busy|Overload")),
    (is_.UPSTREAM_DOWN, re.compile(r"\A(?:\w{2,12})?Internal(?:Error|Failure|Server|Service)")),
    (
        is_.MISCONFIGURED,
        re.compile(
            r"(?:StateMachine|Queue|Table|Bucket|Topic|Stream|Function|Repository|Cluster|Domain|Alias|LogGroup|Role)\w*"
            r"(?:DoesNotExist|NotFound)"
        ),
    ),
)


def label_of_aws(code: str) -> Label | None:
    """The label of an error code of Amazon Web Services, a known one or by the words that services agree on."""
    return AWS.get(code) or next((label for label, words in _AWS_WORDS if words.search(code[:100])), None)


REDIS = _words(
    (is_.OUT_OF_MEMORY, "OOM"),
    (is_.MACHINE_DAMAGED, "MISCONF"),
    (is_.STORE_NOT_NOW, "LOADING BUSY TRYAGAIN CLUSTERDOWN MASTERDOWN NOREPLICAS READONLY"),
    (is_.REFUSED_US, "NOAUTH WRONGPASS NOPERM DENIED"),
    (is_.BUG, "WRONGTYPE NOSCRIPT EXECABORT CROSSSLOT UNKNOWN"),
    (is_.CONTENTION, "BUSYKEY BUSYGROUP INPROG"),
)
"""First word of an error reply of Redis."""

MONGO = _table(
    (is_.DUPLICATE, (11000, 11001, 12582)),
    (is_.CONSTRAINT, (121,)),
    (is_.CONTENTION, (24, 46, 112, 117, 225, 244, 246, 251, 267)),
    (is_.REFUSED_US, (11, 13, 18, 8000)),
    (is_.UPSTREAM_SLOW, (50, 262)),
    (is_.STORE_NOT_NOW, (10107, 13435, 13436, 10058, 189, 91, 11600, 11602)),
    (is_.STORE_AWAY, (6, 7, 89, 9001)),
    (is_.DISK_FULL, (14031,)),
    (is_.MISCONFIGURED, (26, 27, 72, 73)),
    (is_.BUG, (2, 4, 9, 14, 16, 28, 40, 52, 54, 59, 168, 16410, 17007, 40324)),
    (is_.TOO_BIG_FOR_PEER, (10334,)),
)
"""Error codes of MongoDB."""

SMTP = _table(
    (is_.REFUSED_US, (530, 534, 535, 538)),
    (is_.EXHAUSTED, (452,)),
)
"""SMTP replies that say more than their first digit (RFC 5321, 4.2): 4 is transient, 5 is not."""

AMQP = _table(
    (is_.REFUSED_US, (403, 530)),
    (is_.MISCONFIGURED, (402, 404, 406)),
    (is_.CONTENTION, (405,)),
    (is_.TOO_BIG_FOR_PEER, (311,)),
    (is_.EXHAUSTED, (506,)),
    (is_.STORE_AWAY, (320,)),
    (is_.UPSTREAM_NOT_NOW, (313,)),
    (is_.BUG, (502, 503, 504, 540)),
    (is_.UPSTREAM_FAILED, (501, 505, 541)),
)
"""Reply codes of AMQP 0-9-1 (section 1.4), as RabbitMQ uses them."""

MQTT = _table(
    (is_.REFUSED_US, (4, 5, 134, 135, 138)),
    (is_.STORE_NOT_NOW, (3, 136, 137, 139, 156, 157)),
    (is_.THROTTLED, (150, 151, 159)),
    (is_.TOO_BIG_FOR_PEER, (149,)),
    (is_.MISCONFIGURED, (1, 2, 132, 133)),
    (is_.BUG, (143, 144, 145)),
)
"""Return codes of a CONNACK (MQTT 3.1.1, table 3.1) and reason codes (MQTT 5.0, 2.4); they do not overlap."""

CURL = _table(
    (is_.DNS, (5, 6)),
    (is_.REFUSED, (7,)),
    (is_.SILENT, (28,)),
    (is_.BROKEN, (16, 18, 52, 55, 56, 92, 95)),
    (is_.NO_TRUST, (35, 51, 60, 80, 83, 90, 91)),
    (is_.MISCONFIGURED, (53, 54, 58, 59, 66, 77, 82)),
    (is_.REFUSED_US, (9, 67, 94)),
    (is_.OUT_OF_MEMORY, (27,)),
    (is_.BUG, (1, 2, 3, 4, 41, 43, 48)),
    (is_.UPSTREAM_FAILED, (8, 47, 61, 78)),
)
"""Error codes of libcurl (https://curl.se/libcurl/c/libcurl-errors.html)."""

WEBSOCKET = _table(
    (is_.UPSTREAM_NOT_NOW, (1011, 1012, 1013, 1014)),
    (is_.UPSTREAM_FAILED, (1002, 1003, 1007, 1008, 1010)),
    (is_.TOO_BIG_FOR_PEER, (1009,)),
    (is_.REFUSED_US, (3000, 3003)),
)
"""Codes with which a peer closed (RFC 6455, 7.4.1, and IANA's registry)."""

CLICKHOUSE = _table(
    (is_.MISCONFIGURED, (16, 46, 47, 60, 81)),
    (is_.BUG, (36, 42, 43, 62, 215)),
    (is_.REFUSED_US, (164, 192, 193, 194, 497, 516)),
    (is_.UPSTREAM_SLOW, (159, 160, 394)),
    (is_.EXHAUSTED, (201, 202, 241, 252)),
    (is_.DISK_FULL, (243,)),
    (is_.SILENT, (209,)),
    (is_.STORE_AWAY, (210, 279)),
    (is_.STORE_NOT_NOW, (242, 319, 425, 999)),
    (is_.CONTENTION, (473,)),
    (is_.BAD_ROW, (6, 27, 38, 41, 53, 69, 72)),
    (is_.CORRUPT, (40, 246)),
)
"""Error codes of ClickHouse (its table system.errors)."""
