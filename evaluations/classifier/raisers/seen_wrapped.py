"""What our own code makes of the errors of drivers: classes that say nothing, and rules of the domain."""

from __future__ import annotations

from typing import Any

import psycopg
import pymysql
import redis
import sqlalchemy as sa

from evaluations.classifier.raisers._peers import HOST, closed_port, listening, silence
from evaluations.classifier.raisers._seen import RULE, put
from evaluations.classifier.raisers._sql import away, contention, refused_us, silent

_OURS: dict[str, Any] = {"category": "authentication", "transient": False, "status": (401, 403), "severity": "low"}
_PG = f"host={HOST} user=postgres dbname=test"


class ServiceError(Exception):
    """Says nothing."""


class SeatTaken(Exception):
    """A rule of the domain."""


class PermissionDenied(Exception):
    """Of our own layer of authorization."""


@put("redis", "seen_service_error_from_refused", away)
def _() -> None:
    try:
        redis.Redis(HOST, closed_port(), retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0)).get("a")
    except redis.ConnectionError as exc:
        raise ServiceError("carts") from exc


@put("redis", "seen_runtime_error_from_wrong_password", refused_us)
def _() -> None:
    try:
        redis.Redis(HOST, username="failsoft-nobody", password="not-a-secret").get("a")
    except redis.AuthenticationError as exc:
        raise RuntimeError("sessions") from exc


@put("pymysql", "seen_service_error_from_silent", silent)
def _() -> None:
    with listening(silence) as port:
        try:
            pymysql.connect(host=HOST, port=port, user="root", connect_timeout=1, read_timeout=1)
        except pymysql.Error as exc:
            raise ServiceError("orders") from exc


@put("psycopg", "seen_seat_taken_from_lock", RULE, "a domain exception keeps its meaning, whatever it was raised from")
def _() -> None:
    with psycopg.connect(_PG) as first, psycopg.connect(_PG) as second:
        first.execute("SELECT pg_advisory_xact_lock(726173)")
        second.execute("SET lock_timeout = '30ms'")
        try:
            second.execute("SELECT pg_advisory_xact_lock(726173)")
        except psycopg.errors.LockNotAvailable as exc:
            raise SeatTaken("seat 4A is taken") from exc


@put("psycopg", "seen_permission_denied_from_no_row", _OURS, "a class of our own layer of authorization")
def _() -> None:
    with psycopg.connect(_PG) as connection:
        row = connection.execute("SELECT 1 WHERE false").fetchone()
        try:
            print(row[0])
        except TypeError as exc:
            raise PermissionDenied("not a member of the team") from exc


@put("psycopg", "seen_group_of_refused", away)
def _() -> None:
    errors: list[Exception] = []
    for _number in range(2):
        try:
            psycopg.connect(f"{_PG} port={closed_port()} connect_timeout=2")
        except psycopg.OperationalError as exc:
            errors.append(exc)
    raise ExceptionGroup("both replicas", errors)


@put("sqlalchemy", "seen_service_error_twice_from_lock", contention)
def _() -> None:
    engine = sa.create_engine(f"postgresql+psycopg://postgres@{HOST}/test")
    with engine.begin() as first, engine.begin() as second:
        first.execute(sa.text("SELECT pg_advisory_xact_lock(726174)"))
        second.execute(sa.text("SET LOCAL lock_timeout = '30ms'"))
        try:
            try:
                second.execute(sa.text("SELECT pg_advisory_xact_lock(726174)"))
            except sa.exc.OperationalError as exc:
                raise ServiceError("reserve") from exc
        except ServiceError as exc:
            raise RuntimeError("checkout") from exc
