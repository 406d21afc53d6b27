"""What stores beside the most used ones, clouds and file servers say by class, by number and by word."""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from failsoft.errors.failure import Failure

Classify = Callable[[BaseException], Failure]


def foreign(path: str, *args: object, bases: tuple[type, ...] = (Exception,), **attributes: object) -> BaseException:
    """An exception that looks like one of a library that is not installed."""
    module, _, name = path.rpartition(".")
    error: BaseException = type(name, bases, {"__module__": module})(*args)
    error.__dict__.update(attributes)
    return error


@pytest.mark.parametrize("driver", ["psycopg.errors.{}", "psycopg2.errors.{}", "asyncpg.exceptions.{}Error"])
@pytest.mark.parametrize(
    ("name", "category", "status"),
    [
        ("UniqueViolation", "data_integrity", 409),
        ("UndefinedTable", "configuration", 500),
        ("DeadlockDetected", "concurrency", 503),
        ("InvalidPassword", "authentication", 502),
    ],
)
def test_a_class_of_a_state_says_it_where_an_instance_carries_none(
    classify: Classify, driver: str, name: str, category: str, status: int
) -> None:
    failure = classify(foreign(driver.format(name)))
    assert (failure.category, failure.status) == (category, status)


@pytest.mark.parametrize(
    ("error", "category", "status"),
    [
        (foreign("arango.exceptions.DocumentInsertError", "m", error_code=1210), "data_integrity", 409),
        (foreign("arango.exceptions.GraphCreateError", "m", error_code=503, http_code=503), "external_service", 503),
        (foreign("trino.exceptions.TrinoQueryError", {}, error_name="PERMISSION_DENIED"), "authentication", 502),
        (foreign("trino.exceptions.TrinoQueryError", {}, error_name="X", error_type="USER_ERROR"), "system", 500),
        (foreign("elasticsearch.NotFoundError", "m", body={"found": False}), "validation", 404),
        (foreign("meilisearch.errors.MeilisearchApiError", "m", code="index_not_found"), "configuration", 500),
        (foreign("hdfs.util.HdfsError", "Cannot create file. Name node is in safe mode."), "external_service", 503),
        (foreign("smbprotocol.exceptions.SMBOSError", "[NtStatus 0xc0000043] m", bases=(OSError,)), "concurrency", 503),
        (foreign("google.api_core.exceptions.NotFound", "The bucket does not exist.", code=404), "configuration", 500),
        (foreign("botocore.vendored.requests.exceptions.ReadTimeout", "m"), "network", 504),
        (foreign("ldap.ALREADY_EXISTS"), "data_integrity", 409),
    ],
    ids=lambda one: one if isinstance(one, str) else type(one).__name__ if isinstance(one, BaseException) else "",
)
def test_numbers_and_words_of_stores(classify: Classify, error: BaseException, category: str, status: int) -> None:
    failure = classify(error)
    assert (failure.category, failure.status) == (category, status)


def test_a_class_that_only_says_that_a_peer_failed_listens_to_its_text(classify: Classify) -> None:
    failure = classify(foreign("snowflake.connector.errors.Error", "Connection refused"))
    assert (failure.category, failure.transient) == ("network", True)
    assert classify(foreign("snowflake.connector.errors.Error", "no")).category == "external_service"


def refused(code: str, status: int, message: str = "m") -> BaseException:
    """What boto3 raises for an answer of that code."""
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return foreign("botocore.exceptions.ClientError", "m", response=answer, operation_name="GetObject")


def test_an_error_of_the_system_made_from_a_peers_answer_is_what_the_peer_said(classify: Classify) -> None:
    error = OSError(errno.EIO, "Internal Server Error")
    error.__cause__ = refused("InternalError", 500)
    failure = classify(error)
    assert (failure.category, failure.status, failure.severity) == ("external_service", 502, "medium")
    assert classify(OSError(errno.EIO, "Input/output error")).severity == "critical"


def test_the_data_api_passes_on_what_the_database_said(classify: Classify) -> None:
    failure = classify(refused("BadRequestException", 400, "ERROR: duplicate key value; Detail: ; SQLState: 23505"))
    assert (failure.category, failure.status) == ("data_integrity", 409)
    assert classify(refused("BadRequestException", 400, "no")).category == "external_service"


@pytest.mark.parametrize(
    ("code", "status", "category", "answer"),
    [
        ("UsernameExistsException", 400, "data_integrity", 409),
        ("CodeMismatchException", 400, "authentication", 401),
        ("DeleteConflict", 409, "external_service", 502),
        ("InsufficientDBClusterCapacityFault", 403, "resource", 503),
        ("TooManyEntriesInBatchRequest", 400, "external_service", 502),
    ],
)
def test_codes_of_amazon(classify: Classify, code: str, status: int, category: str, answer: int) -> None:
    failure = classify(refused(code, status))
    assert (failure.category, failure.status) == (category, answer)
