"""Codes that say more than a class: of the operating system, HTTP, gRPC and clouds. Those of databases stand beside."""

from __future__ import annotations

import errno
from collections.abc import Iterable

from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import Label

__all__ = [
    "ACME",
    "AMQP",
    "CURL",
    "ERRNO",
    "GRPC",
    "MQTT",
    "SMTP",
    "WEBSOCKET",
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
    # a socket that is used wrongly
    (is_.OS_FAULT, _numbers("EINPROGRESS EALREADY EISCONN ENOTSOCK EDESTADDRREQ EPROTOTYPE EMSGSIZE")),
    (is_.INTERRUPTED, _numbers("EINTR ERESTART")),
    (is_.OUT_OF_MEMORY, _numbers("ENOMEM")),
    (is_.DISK_FULL, _numbers("ENOSPC EDQUOT")),
    (is_.OUT_OF_HANDLES, _numbers("EMFILE ENFILE ENOBUFS EADDRNOTAVAIL EUSERS ENOLCK ENOSR ETOOMANYREFS")),
    (is_.TOO_BIG_FOR_PEER, _numbers("EFBIG E2BIG")),
    (is_.MACHINE_DAMAGED, _numbers("EIO EUCLEAN EMEDIUMTYPE EREMOTEIO EHWPOISON EBADMSG")),
    (is_.MISCONFIGURED, _numbers("EADDRINUSE EROFS EAFNOSUPPORT EPROTONOSUPPORT EPFNOSUPPORT ENOPROTOOPT ENOEXEC")),
    (is_.MISCONFIGURED, _numbers("ESOCKTNOSUPPORT ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC ENOKEY")),
    (is_.CONTENTION, _numbers("EAGAIN EWOULDBLOCK EBUSY ETXTBSY EDEADLK ESTALE")),
    (is_.REFUSED, _numbers("ECONNREFUSED")),
    (is_.BROKEN, _numbers("ECONNRESET ECONNABORTED EPIPE ENOTCONN ENETRESET ESHUTDOWN EPROTO ENOLINK ECOMM")),
    (is_.UNREACHABLE, _numbers("EHOSTUNREACH ENETUNREACH EHOSTDOWN ENETDOWN ENONET")),
    (is_.SILENT, _numbers("ETIMEDOUT ETIME")),
)

# RFC 9110; 420 is what some call 429, 520 to 524 are Cloudflare's, 529 says "overloaded"
_UPSTREAM = _table(
    (is_.REFUSED_US, (401, 403, 407, 511)),
    (is_.QUOTA_SPENT, (402,)),
    (is_.UPSTREAM_SLOW, (408, 504, 524, 598, 599)),
    (is_.THROTTLED, (420, 429)),
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


ACME = _words(
    (is_.THROTTLED, "rateLimited"),
    (is_.REFUSED_US, "unauthorized accountDoesNotExist"),
    (is_.UPSTREAM_NOT_NOW, "orderNotReady badNonce"),
    # of the account, and of what it has agreed to
    (is_.MISCONFIGURED, "externalAccountRequired userActionRequired"),
)
"""Types of problems (RFC 8555, 6.7); all others say that what was asked for is not certified."""
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


SMTP = _table(
    (is_.REFUSED_US, (530, 534, 535, 538)),
    (is_.EXHAUSTED, (452,)),
)
"""SMTP replies that say more than their first digit (RFC 5321, 4.2): 4 is transient, 5 is not."""

AMQP = _table(
    (is_.REFUSED_US, (403, 530)),
    (is_.MISCONFIGURED, (402, 404, 406)),
    (is_.CONTENTION, (405,)),
    (is_.TOO_LARGE, (311,)),
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
    (is_.TOO_LARGE, (149,)),
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
    # of those left to applications the ones that are made of a status of HTTP
    (is_.REFUSED_US, (3000, 3003, 4401, 4403)),
    (is_.THROTTLED, (4429,)),
)
"""Codes with which a peer closed (RFC 6455, 7.4.1, and IANA's registry)."""
