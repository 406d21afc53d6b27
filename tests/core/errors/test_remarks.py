"""What drivers and clients of the most used libraries remark beside a code or a class that says less."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from types import SimpleNamespace, new_class
from typing import Any

import pytest

from failsoft.errors.failure import Failure

Classify = Callable[..., Failure]
BUG = ("system", 500, False)
SETTINGS = ("configuration", 500, False)
EXHAUSTED = ("resource", 503, True)
NOT_NOW = ("external_service", 503, True)
NO_TRUST = ("network", 502, False)


def said(failure: Failure) -> tuple[str, int, bool]:
    return failure.category.value, failure.status, failure.transient


def of(module: str, name: str, *bases: type, **attributes: Any) -> type:
    return new_class(name, bases or (Exception,), exec_body=lambda space: space.update(__module__=module, **attributes))


_FAILED = 'connection to server at "db", port 6432 failed: '


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{_FAILED}FATAL:  no more connections allowed (max_client_conn)", EXHAUSTED),
        (f"{_FAILED}FATAL:  query_wait_timeout", EXHAUSTED),
        (f"{_FAILED}FATAL:  server login has been failing, try again later", NOT_NOW),
        (f"{_FAILED}FATAL:  the database system is in recovery mode", NOT_NOW),
        (f"{_FAILED}FATAL:  unsupported startup parameter: extra_float_digits", SETTINGS),
        (f'{_FAILED}root certificate file "/srv/ca.pem" does not exist', SETTINGS),
        (f"{_FAILED}SSL error: certificate verify failed", NO_TRUST),
        ("sending query failed: number of parameters must be between 0 and 65535", BUG),
        (f"{_FAILED}Connection refused", ("network", 503, True)),
    ],
)
def test_a_pooler_and_libpq_say_in_words_why_there_is_no_session(
    classify: Classify, text: str, expected: tuple[str, int, bool]
) -> None:
    for module in ("psycopg", "psycopg2"):
        assert said(classify(of(module, "OperationalError")(text))) == expected


@pytest.mark.parametrize(
    ("state", "text", "expected"),
    [
        ("26000", 'prepared statement "_pg3_0" does not exist', SETTINGS),
        ("42P05", 'prepared statement "__asyncpg_stmt_1__" already exists', SETTINGS),
        ("26000", 'prepared statement "mine" does not exist', BUG),
        ("53400", "temporary file size exceeds temp_file_limit (100kB)", ("resource", 500, False)),
        ("22000", "invalid input for query argument $1: {} (expected str, got dict)", BUG),
        ("22000", "invalid input for query argument $1: 'a' ('str' object cannot be interpreted as an integer)",
         ("data_integrity", 500, False)),
        ("XX000", 'could not open file "base/16384/16412": No such file or directory', ("data_integrity", 500, False)),
        ("XX000", "something else", ("external_service", 502, False)),
    ],
)  # fmt: skip
def test_words_beside_a_sqlstate_say_whose_fault_it_is(
    classify: Classify, state: str, text: str, expected: tuple[str, int, bool]
) -> None:
    assert said(classify(of("asyncpg.exceptions", "PostgresError", sqlstate=state)(text))) == expected
    # also where a mapper or another driver passes the state on
    assert said(classify(of("mapper.dialects", "Error", sqlstate=state)(text))) == expected


def test_a_function_that_sqlite_does_not_have_is_one_of_our_statement(raised: Callable[..., Failure]) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        assert said(raised(connection.execute, "SELECT date_trunc('day', 1)")) == BUG
        assert said(raised(connection.execute, "SELECT a FROM orders")) == SETTINGS


def raise_from_error(error: str) -> None:
    raise of("oauthlib.oauth2.rfc6749.errors", "OAuth2Error", error=error)(f"({error})")


def test_what_came_back_from_a_provider_is_its_answer(raised: Callable[..., Failure], classify: Classify) -> None:
    assert said(raised(raise_from_error, "invalid_request")) == ("external_service", 502, False)
    assert said(raised(raise_from_error, "invalid_client")) == ("authentication", 502, False)
    # a provider has the same classes, and is ourselves
    ours = of("oauthlib.oauth2.rfc6749.errors", "OAuth2Error", error="invalid_request")("(invalid_request)")
    assert said(classify(ours)) == ("authentication", 401, False)


def test_what_is_to_be_deleted_was_to_be_set_up(classify: Classify) -> None:
    response = {"Error": {"Code": "InvalidRequestException", "Message": "it was marked for deletion"}}
    exc = of("botocore.exceptions", "ClientError")("An error occurred")
    exc.response = response
    assert said(classify(exc)) == SETTINGS


def test_a_bucket_without_a_name_is_a_setting(classify: Classify) -> None:
    cls = of("botocore.exceptions", "ParamValidationError")
    assert said(classify(cls('Parameter validation failed: Invalid bucket name ""'))) == SETTINGS
    assert said(classify(cls("Parameter validation failed: Unknown parameter in input"))) == BUG


def test_tls_that_is_spoken_to_who_has_none_will_not_pass(classify: Classify) -> None:
    said_by_openssl = "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"
    redis = of("redis.exceptions", "ConnectionError")(f"Error 1 connecting to db:6379. {said_by_openssl}.")
    assert said(classify(redis)) == ("network", 502, False)
    directory = of("ldap3.core.exceptions", "LDAPSocketOpenError")(f"socket ssl wrapping error: {said_by_openssl}")
    assert said(classify(directory)) == ("network", 502, False)


def test_a_server_of_grpc_that_stops_breaks_the_link(classify: Classify) -> None:
    exc = of("grpc._channel", "_InactiveRpcError")("x")
    exc.code = lambda: SimpleNamespace(name="UNAVAILABLE")
    exc.details = lambda: "Cancelling all calls"
    assert said(classify(exc)) == ("network", 502, True)


def test_a_failure_of_a_peer_that_may_be_repeated_as_it_says(classify: Classify) -> None:
    cls = of("requests.exceptions", "HTTPError")
    for text, passes in (("500: you can retry your request", True), ("500: sorry", False)):
        exc = cls(text)
        exc.response = SimpleNamespace(status_code=500, headers={})
        assert said(classify(exc)) == ("external_service", 502, passes)


def test_a_client_of_one_service_is_called_at_an_address_that_is_set_up(classify: Classify) -> None:
    exc = of("openai", "APIConnectionError")("Connection error.")
    exc.__cause__ = of("httpx", "UnsupportedProtocol")("Request URL is missing an 'http://' or 'https://' protocol.")
    assert said(classify(exc)) == SETTINGS


def test_a_session_that_ended_meanwhile_is_a_conflict(classify: Classify) -> None:
    exc = of("django.contrib.sessions.exceptions", "SessionInterrupted")("it was deleted")
    assert (classify(exc).category, classify(exc).status) == ("concurrency", 400)
