"""Classes of packages that no catalogue knows: their names, their bases, what they carry."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from failsoft.errors.failure import Failure

Classify = Callable[..., Failure]
Install = Callable[..., ModuleType]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts a package of some code where installed packages are, and imports it."""
    home = tmp_path / "site-packages"
    home.mkdir()
    monkeypatch.syspath_prepend(str(home))
    made: list[str] = []

    def put(name: str, code: str, **modules: str) -> ModuleType:
        package = home / name
        package.mkdir()
        (package / "__init__.py").write_text(code)
        for module, text in modules.items():
            (package / f"{module}.py").write_text(text)
        made.append(name)
        importlib.invalidate_caches()
        for module in modules:
            importlib.import_module(f"{name}.{module}")
        return importlib.import_module(name)

    yield put
    for name in [one for one in sys.modules if one.partition(".")[0] in made]:
        del sys.modules[name]


def named(*names: str, base: str = "Exception") -> str:
    return "".join(f"class {name}({base}): pass\n" for name in names)


def said(failure: Failure) -> tuple[str, int, bool]:
    return failure.category.value, failure.status, failure.transient


CLIENT = "zephyrapi", named("ZephyrError") + named(
    "RateLimitError", "AuthenticationError", "NotFoundError", "APITimeoutError", "APIConnectionError", "ServerError",
    "ServiceUnavailableError", "BadRequestError", "PermissionDeniedError", "InsufficientQuotaError", "ConflictError",
    "Http503Error", "InvalidWebhookSignatureError", "MissingApiKeyError", "TLSCertificateError", "MysteryError",
    base="ZephyrError",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("RateLimitError", ("resource", 503, True)),
        ("AuthenticationError", ("authentication", 502, False)),
        ("PermissionDeniedError", ("authentication", 502, False)),
        ("NotFoundError", ("external_service", 502, False)),
        ("ConflictError", ("external_service", 502, False)),
        ("BadRequestError", ("external_service", 502, False)),
        ("ServerError", ("external_service", 502, False)),
        ("ServiceUnavailableError", ("external_service", 503, True)),
        ("Http503Error", ("external_service", 503, True)),
        ("APITimeoutError", ("network", 504, True)),
        ("APIConnectionError", ("network", 503, True)),
        ("TLSCertificateError", ("network", 502, False)),
        ("InsufficientQuotaError", ("resource", 503, False)),
        ("InvalidWebhookSignatureError", ("authentication", 401, False)),
        ("MissingApiKeyError", ("configuration", 500, False)),
        ("MysteryError", ("external_service", 502, False)),
    ],
)
def test_the_errors_of_a_client_are_those_of_a_peer(
    install: Install, classify: Classify, name: str, expected: tuple[str, int, bool]
) -> None:
    cls = getattr(install(*CLIENT), name)
    failure = classify(cls("no"))
    assert said(failure) == expected
    assert failure.evidence[0].source == "convention"
    assert failure.evidence[0].confidence == {"MysteryError": 0.4, "ServerError": 0.45}.get(name, 0.7)
    assert not failure.not_sent


DRIVER = named("Error") + named("DatabaseError", "InterfaceError", base="Error") + named(
    "OperationalError", "IntegrityError", "ProgrammingError", "DataError", "InternalError", "NotSupportedError",
    base="DatabaseError",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("OperationalError", ("network", 503, True)),
        ("IntegrityError", ("data_integrity", 409, False)),
        ("DataError", ("data_integrity", 500, False)),
        ("ProgrammingError", ("system", 500, False)),
        ("NotSupportedError", ("system", 500, False)),
        ("InternalError", ("external_service", 502, False)),
        ("DatabaseError", ("external_service", 502, False)),
    ],
)
def test_a_driver_is_what_pep_249_says(
    install: Install, classify: Classify, name: str, expected: tuple[str, int, bool]
) -> None:
    package = install("zephyr", DRIVER)
    assert said(classify(getattr(package, name)("no"))) == expected


def test_a_code_says_more_than_the_class_of_a_driver(install: Install, classify: Classify) -> None:
    cls = install("zephyr", DRIVER).OperationalError
    error = cls("no")
    error.sqlstate = "40P01"
    failure = classify(error)
    assert (said(failure), failure.evidence[0].says) == (("concurrency", 503, True), "SQLSTATE 40P01")
    assert said(classify(cls("ERROR [SQLSTATE 23505] duplicate")))[:2] == ("data_integrity", 409)
    assert said(classify(cls("40001", "could not serialize")))[0] == "concurrency"


@pytest.mark.parametrize(
    ("package", "names", "name", "expected"),
    [
        ("zephyrorm", ("DoesNotExist", "IntegrityError", "TransactionError"), "DoesNotExist", ("validation", 404)),
        ("zephyrjwt", ("InvalidToken", "ExpiredSignature"), "ExpiredSignature", ("authentication", 401)),
        ("zephyrjwt", ("InvalidToken", "ExpiredSignature"), "InvalidToken", ("authentication", 401)),
        ("zephyrjson", ("JSONDecodeError", "ValidationError"), "JSONDecodeError", ("validation", 400)),
        ("zephyrschema", ("ValidationError", "ParseError"), "ValidationError", ("validation", 400)),
        ("zephyrcache", ("PoolTimeout", "LockError"), "PoolTimeout", ("resource", 503)),
        ("zephyrcache", ("PoolTimeout", "LockError"), "LockError", ("concurrency", 503)),
        ("zephyrcache", ("ConnectionLost", "ClusterError"), "ConnectionLost", ("network", 503)),
        ("zephyrmq", ("ExchangeNotFound", "QueueFull"), "ExchangeNotFound", ("configuration", 500)),
        ("zephyrmq", ("ExchangeNotFound", "QueueFull"), "QueueFull", ("resource", 503)),
        ("zephyrlimiter", ("RateLimitExceeded",), "RateLimitExceeded", ("resource", 429)),
        ("zephyr", ("ImproperlyConfigured",), "ImproperlyConfigured", ("configuration", 500)),
        ("zephyr", ("ReadTimeout",), "ReadTimeout", ("network", 504)),
        ("zephyr", ("DeadlockDetected",), "DeadlockDetected", ("concurrency", 503)),
    ],
)
def test_the_kind_of_a_package_is_the_context_of_a_name(
    install: Install, classify: Classify, package: str, names: tuple[str, ...], name: str, expected: tuple[str, int]
) -> None:
    cls = getattr(install(package, named(*names)), name)
    assert said(classify(cls("no")))[:2] == expected


def test_the_nearest_class_along_the_bases_speaks(install: Install, classify: Classify) -> None:
    code = (
        named("BaseError")
        + named("ReadTimeout", base="BaseError, ConnectionError")
        + named("Nothing", base="ReadTimeout")
        + named("Refused", base="ConnectionRefusedError")
    )
    package = install("zephyr", code)
    assert said(classify(package.ReadTimeout())) == ("network", 504, True)
    assert said(classify(package.Nothing())) == ("network", 504, True)
    assert classify(package.Refused()).evidence[0][:2] == ("catalogue", "ConnectionRefusedError")


def test_a_class_of_the_application_inherits_and_its_own_name_says_what_it_is_for(
    install: Install, classify: Classify
) -> None:
    package = install(*CLIENT)

    class OurLimit(package.RateLimitError):  # type: ignore[name-defined, misc]
        pass

    class SupplierTimeout(Exception):
        pass

    assert said(classify(OurLimit())) == ("resource", 503, True)
    assert said(classify(SupplierTimeout())) == ("network", 504, True)


@pytest.mark.parametrize(
    ("attributes", "expected", "says"),
    [
        ({"status_code": 429, "retry_after": 7}, ("resource", 503, True), "HTTP 429"),
        ({"status": 401}, ("authentication", 502, False), "HTTP 401"),
        ({"http_status": 404}, ("external_service", 502, False), "HTTP 404"),
        ({"code": 504}, ("external_service", 504, True), "HTTP 504"),
        ({"status": "503"}, ("external_service", 503, True), "HTTP 503"),
        ({"code": "ThrottlingException"}, ("resource", 503, True), "ThrottlingException"),
        ({"response": {"Error": {"Code": "AccessDenied"}}}, ("authentication", 502, False), "AccessDenied"),
        (
            {"response": {"ResponseMetadata": {"HTTPStatusCode": 503, "HTTPHeaders": {"retry-after": "7"}}}},
            ("external_service", 503, True),
            "503",
        ),
    ],
)
def test_a_status_on_the_error_of_a_client_is_a_peers(
    install: Install, classify: Classify, attributes: dict[str, Any], expected: tuple[str, int, bool], says: str
) -> None:
    error = install(*CLIENT).MysteryError("no")
    vars(error).update(attributes)
    failure = classify(error)
    assert said(failure) == expected
    assert failure.evidence[0][:2] == ("code", says)
    if "retry" in str(attributes):
        assert failure.retry_after == 7


def test_what_a_name_says_of_a_wait_is_taken(install: Install, classify: Classify) -> None:
    error = install(*CLIENT).RateLimitError("no")
    error.retry_after = 12
    assert classify(error).retry_after == 12


def test_a_status_on_the_error_of_an_unknown_framework_is_our_answer(install: Install, classify: Classify) -> None:
    code = named("MethodNotAllowed", "NotAcceptable", "Gone")
    cls = install("zephyrweb", code, routing="", middleware="", wsgi="").Gone
    error = cls("no")
    assert classify(error).status == 500
    error.status_code = 410
    failure = classify(error)
    assert (failure.status, failure.expected) == (410, True)


def test_a_wrapper_of_an_unknown_package_yields_to_its_cause(install: Install, classify: Classify) -> None:
    package = install(*CLIENT)
    error = package.MysteryError("no")
    error.__cause__ = TimeoutError()
    assert said(classify(error)) == ("network", 504, True)
    clear = package.APIConnectionError("no")
    clear.__cause__ = ConnectionRefusedError(111, "refused")
    failure = classify(clear)
    assert failure.not_sent
    assert [one.source for one in failure.evidence[:2]] == ["code", "convention"]


def test_words_of_a_message_are_surer_than_the_kind_of_a_package(install: Install, classify: Classify) -> None:
    cls = install(*CLIENT).MysteryError
    failure = classify(cls("connection refused by peer"))
    assert said(failure) == ("network", 503, True)
    assert [(one.source, one.confidence) for one in failure.evidence] == [("pattern", 0.5), ("convention", 0.4)]
    assert said(classify(cls("no module named 'grpc'"))) == ("configuration", 500, False)


def test_an_unknown_package_whose_names_say_nothing_is_our_bug(install: Install, classify: Classify) -> None:
    cls = install("zephyrus", named("Oops")).Oops
    assert said(classify(cls("boom"))) == ("system", 500, False)


def test_looking_at_a_package_wakes_nothing(install: Install, classify: Classify) -> None:
    code = (
        "class Lazy:\n"
        "    def __getattribute__(self, name):\n"
        "        raise RuntimeError('woken')\n"
        "lazy = Lazy()\n" + named("ReadTimeout")
    )
    assert said(classify(install("zephyr", code).ReadTimeout())) == ("network", 504, True)


def test_all_voices_are_told_the_one_that_decided_first(classify: Classify) -> None:
    failure = classify(ConnectionRefusedError(111, "Connection refused"))
    assert [one.source for one in failure.evidence] == ["code", "catalogue", "pattern"]
    confidences = [one.confidence for one in failure.evidence]
    assert confidences == sorted(confidences, reverse=True)
    contradicted = classify(ValueError("deadlock detected"))
    assert [(one.source, one.category) for one in contradicted.evidence] == [
        ("catalogue", "system"),
        ("pattern", "concurrency"),
    ]


@pytest.mark.parametrize(
    ("package", "arguments", "attributes", "expected", "says"),
    [
        ("zephyrpg", ({"S": "ERROR", "C": "40P01"},), {}, ("concurrency", 503, True), "SQLSTATE 40P01"),
        ("zephyrmysql", (1213, "Deadlock found"), {}, ("concurrency", 503, True), "MySQL 1213"),
        ("zephyroracledb", ("ORA-00060: deadlock detected",), {}, ("concurrency", 503, True), "ORA-00060"),
        ("zephyrredis", ("OOM command not allowed",), {}, ("resource", 500, False), "OOM"),
        ("zephyrmongo", ("no",), {"code": 11000}, ("data_integrity", 409, False), "MongoDB 11000"),
        ("zephyrsmtp", (421, "not now"), {"code": 421}, ("external_service", 503, True), "SMTP 421"),
        ("zephyrsmtp", (535, "no"), {"code": 535}, ("authentication", 502, False), "SMTP 535"),
        ("zephyrsdk", (), {"status_code": 400, "code": "rate_limit_exceeded"}, ("resource", 503, True), None),
        ("zephyrsdk", (), {"error_code": "OperationTimedOut"}, ("network", 504, True), "OperationTimedOut"),
        ("zephyrsdk", (), {"status_code": 412}, ("concurrency", 409, False), "HTTP 412"),
    ],
)
def test_codes_are_read_by_the_customs_of_the_kind(
    install: Install,
    classify: Classify,
    package: str,
    arguments: tuple[Any, ...],
    attributes: dict[str, Any],
    expected: tuple[str, int, bool],
    says: str | None,
) -> None:
    error = install(package, named("Oops")).Oops(*arguments)
    vars(error).update(attributes)
    failure = classify(error)
    assert said(failure) == expected
    assert failure.evidence[0].source == "code"
    if says is not None:
        assert failure.evidence[0].says == says


def test_a_link_that_failed_had_no_answer_whatever_number_it_carries(install: Install, classify: Classify) -> None:
    error = install(*CLIENT).APIConnectionError("no")
    error.status_code = 500
    assert said(classify(error)) == ("network", 503, True)


def test_who_calls_too_often_may_be_told_so_by_a_refusal(install: Install, classify: Classify) -> None:
    error = install(*CLIENT).RateLimitError("no")
    error.status = 403
    assert said(classify(error)) == ("resource", 503, True)


def test_a_limit_is_told_by_words_where_the_status_is_that_of_a_refusal(install: Install, classify: Classify) -> None:
    package = install(*CLIENT)
    error = package.MysteryError("Rate limit exceeded, slow down")
    error.status = 403
    assert said(classify(error)) == ("resource", 503, True)
    spent = package.MysteryError("Daily sending limit exceeded")
    spent.status = 403
    assert said(classify(spent)) == ("resource", 503, False)
    other = package.MysteryError("You shall not pass")
    other.status = 403
    assert said(classify(other)) == ("authentication", 502, False)


def test_a_lock_that_cannot_be_had_in_time_is_contention(install: Install, classify: Classify) -> None:
    cls = install("zephyrlock", named("Timeout")).Timeout
    assert said(classify(cls("no"))) == ("concurrency", 503, True)


def test_a_library_for_settings_speaks_of_settings(install: Install, classify: Classify) -> None:
    package = install("zephyrconf", named("ValidationError", "Oops"))
    assert said(classify(package.ValidationError("no"))) == ("configuration", 500, False)
    assert said(classify(package.Oops("no"))) == ("configuration", 500, False)


def test_what_operational_means_is_said_by_the_words_beside_it(install: Install, classify: Classify) -> None:
    cls = install("zephyrsql", DRIVER).OperationalError
    assert said(classify(cls("database is locked"))) == ("concurrency", 503, True)
    assert said(classify(cls("password authentication failed for user"))) == ("authentication", 502, False)
    assert said(classify(cls("no such table: quotes"))) == ("configuration", 500, False)


def test_a_library_passes_on_what_it_quotes(install: Install, classify: Classify) -> None:
    code = named("ZephyrError") + (
        "def ask(call, *, hush=False, quote=True):\n"
        "    try:\n"
        "        call()\n"
        "    except Exception as exc:\n"
        "        error = ZephyrError(f'cannot ask: {exc}' if quote else 'cannot ask')\n"
        "        if hush:\n"
        "            raise error from None\n"
        "        raise error\n"
    )
    package = install("zephyrapi", code)

    def refused() -> None:
        raise ConnectionResetError(104, "the peer went away")

    def judged(**how: bool) -> tuple[str, int, bool]:
        with pytest.raises(package.ZephyrError) as caught:
            package.ask(refused, **how)
        return said(classify(caught.value))

    assert judged() == ("network", 502, True)
    assert not judged(hush=True)[2]
    assert not judged(quote=False)[2]


def test_a_context_is_no_reason_for_a_class_of_the_application_though_it_quotes_it(classify: Classify) -> None:
    class ShopError(Exception):
        pass

    error = ShopError("cannot ask: [Errno 111] refused")
    error.__context__ = ConnectionRefusedError(111, "refused")
    assert not classify(error).transient


def test_a_status_that_a_text_names_is_a_peers(install: Install, classify: Classify) -> None:
    package = install("zephyrapi", named("ZephyrError"))
    assert said(classify(package.ZephyrError("answered with an error (HTTP 503): no"))) == (
        "external_service",
        503,
        True,
    )
    assert said(classify(package.ZephyrError("x:80", 503, "Service Unavailable"))) == ("external_service", 503, True)
    assert not classify(package.ZephyrError("order 503 is late", 503)).transient


def test_a_status_of_grpc_on_an_attribute_is_a_code(install: Install, classify: Classify) -> None:
    package = install("zephyrrpc", named("ZephyrError") + "import enum\nStatus = enum.Enum('Status', 'ABORTED')\n")
    error = package.ZephyrError("no")
    error.status = package.Status.ABORTED
    assert said(classify(error)) == ("concurrency", 503, True)


def test_every_kind_of_the_table_is_one_and_no_package_has_two() -> None:
    from failsoft.errors.catalogue import packages as table
    from failsoft.errors.packages import Kind

    assert {kind.upper() for kind in table.KINDS.values()} <= set(Kind.__members__)
    names = [name for text in table._BY_KIND.values() for name in text.split()]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


@pytest.mark.parametrize(
    ("package", "names", "text", "expected"),
    [
        ("fastredis", "ReplyError", "NOAUTH Authentication required.", ("authentication", 502, False)),
        ("fastredis", "ReplyError", "wrong number of arguments for 'set' command", ("system", 500, False)),
        ("pyrabbit9", "Closed", "(404, \"NOT_FOUND - no queue 'a' in vhost '/'\")", ("configuration", 500, False)),
        ("libcurlish", "error", (7, "Failed to connect"), ("network", 503, True)),
        ("newkdb_mysql", "Oops", (1213, "Deadlock found"), ("concurrency", 503, True)),
        ("zephyr", "MySQLError", (1049, "Unknown database 'a'"), ("configuration", 500, False)),
    ],
)
def test_a_protocol_has_its_codes_whoever_speaks_it(
    install: Install, classify: Classify, package: str, names: str, text: Any, expected: tuple[str, int, bool]
) -> None:
    cls = getattr(install(package, named(names)), names)
    assert said(classify(cls(*text) if isinstance(text, tuple) else cls(text))) == expected


def test_what_a_client_refuses_to_send_is_our_bug(install: Install, classify: Classify) -> None:
    package = install("zephyrapi", named("ApiError") + "class ApiValidationError(ApiError, ValueError): pass\n")
    assert said(classify(package.ApiValidationError("missing the name"))) == ("system", 500, False)
    assert said(classify(package.ApiError("no"))) == ("external_service", 502, False)


def test_a_builtin_parser_in_a_client_reads_what_a_peer_sent(install: Install, classify: Classify) -> None:
    package = install("zephyrapi", "import json\ndef answer(text): return json.loads(text)\n" + named("ApiError"))
    assert said(classify(_raised(package.answer, "<html>"))) == ("external_service", 502, False)
    wrapper = package.ApiError("no JSON")
    wrapper.__cause__ = _raised(json.loads, "<html>")
    assert said(classify(wrapper)) == ("external_service", 502, False)
    # what the application hands to a parser itself is its client's
    assert said(classify(_raised(json.loads, "<html>"))) == ("validation", 400, False)


def test_a_builtin_exception_of_a_library_that_complains_of_a_setting_is_about_it(
    install: Install, classify: Classify
) -> None:
    code = (
        "def connect(url): raise ValueError('the URL must begin with zephyr://')\n"
        "def sort(of): raise ValueError('no')\n"
    )
    package = install("zephyr", code)
    assert said(classify(_raised(package.connect, ""))) == ("configuration", 500, False)
    assert said(classify(_raised(package.sort, ""))) == ("system", 500, False)
    # our own code may say so of anything
    assert said(classify(ValueError("the URL must begin with zephyr://"))) == ("system", 500, False)


def test_misuse_in_a_message_makes_a_vague_failure_our_bug_and_a_validator_means_its_input(
    install: Install, classify: Classify
) -> None:
    assert said(classify(install(*CLIENT).MysteryError("the session is closed"))) == ("system", 500, False)
    validator = install("zephyrvalid", named("Unfit"))
    assert said(classify(validator.Unfit("must be a mapping"))) == ("validation", 400, False)


def test_a_base_that_speaks_of_a_conflict_is_heard_beside_a_status(install: Install, classify: Classify) -> None:
    cls = install("zephyrdb", named("ConflictError")).ConflictError
    error = cls("no")
    error.status_code = 409
    assert said(classify(error)) == ("concurrency", 409, False)


def test_the_word_of_a_peer_in_a_body_says_more_than_the_class_but_never_that_it_is_our_bug(
    install: Install, classify: Classify
) -> None:
    error = install(*CLIENT).MysteryError("no")
    error.body = {"error": {"type": "overloaded_error"}}
    assert said(classify(error)) == ("external_service", 503, True)
    error.body = {"error": {"type": "invalid_request_error"}}
    error.status_code = 422
    assert said(classify(error)) == ("external_service", 502, False)


def _raised(function: Callable[[str], Any], argument: str) -> BaseException:
    try:
        function(argument)
    except Exception as error:
        return error
    raise AssertionError("raised nothing")


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Bad Gateway", ("external_service", 503, True)),
        ("Internal Server Error", ("external_service", 502, False)),
        ("Invalid greeting: b'HTTP'", ("external_service", 502, False)),
        ("the link to db-3 broke", ("network", 503, True)),
    ],
)
def test_a_peer_that_answered_was_in_reach_whatever_the_class_is_called(
    classify: Classify, install: Install, text: str, means: tuple[str, int, bool]
) -> None:
    store = install("zephyrdb", named("NetworkError"))
    assert said(classify(store.NetworkError(text))) == means


def test_what_is_called_a_bug_and_says_that_nobody_could_be_reached_is_the_link(
    classify: Classify, install: Install
) -> None:
    store = install("zephyrgrid", named("IllegalStateError"))
    away = classify(store.IllegalStateError("unable to connect to any member"))
    assert said(away) == ("network", 503, True)
    assert classify(store.IllegalStateError("twice")).category == "system"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("Connection refused", ("network", 503, True)),
        ("could not connect to node 3", ("network", 503, True)),
        ("connection reset by peer", ("network", 502, True)),
        ("the request timed out", ("network", 504, True)),
        ("Service Unavailable", ("external_service", 503, True)),
        ("too many requests, slow down", ("resource", 503, True)),
        ("invalid greeting, the connection was closed", ("external_service", 502, False)),
        ("zephyr_url is required", ("configuration", 500, False)),
        ("run pip install zephyr[grpc]", ("configuration", 500, False)),
        ("what is this", ("external_service", 502, False)),
    ],
)
def test_a_client_says_in_its_words_how_its_peer_failed(
    classify: Classify, install: Install, text: str, means: tuple[str, int, bool]
) -> None:
    assert said(classify(install(*CLIENT).MysteryError(text))) == means


def test_the_same_words_of_a_class_of_the_application_are_no_reason_to_repeat_it(classify: Classify) -> None:
    failure = classify(type("ShopError", (Exception,), {})("Connection refused"))
    assert said(failure) == ("network", 503, True)
    assert failure.presumed


def test_nobody_refused_credentials_who_was_not_reached(classify: Classify, install: Install) -> None:
    error = install(*CLIENT).AuthenticationError("could not sign in")
    assert said(classify(error)) == ("authentication", 502, False)
    error.__cause__ = ConnectionRefusedError(111, "Connection refused")
    assert said(classify(error)) == ("network", 503, True)
    error.__cause__ = KeyError("token")
    assert said(classify(error)) == ("authentication", 502, False)


def test_a_timeout_of_a_pool_ran_out_and_a_connection_that_was_never_defined_is_a_setting(
    classify: Classify, install: Install
) -> None:
    store = install("zephyrdb", named("TimeoutError", "ConnectionFailure"))
    assert said(classify(store.TimeoutError("QueuePool limit of size 5 reached"))) == ("resource", 503, True)
    assert said(classify(store.ConnectionFailure("no default connection: not defined")))[:2] == ("configuration", 500)


def test_a_sum_that_does_not_add_up_in_a_value_is_input_and_in_a_store_a_contradiction(
    classify: Classify, install: Install
) -> None:
    code = named("ChecksumError") + named("InvalidChecksum", base="ValueError")
    package = install("zephyrdb", code)
    assert said(classify(package.InvalidChecksum("1234"))) == ("validation", 400, False)
    assert said(classify(package.ChecksumError("page 3"))) == ("data_integrity", 500, False)


def test_a_status_of_grpc_is_heard_as_a_number_with_a_name(classify: Classify, install: Install) -> None:
    code = "import enum\nclass Code(enum.IntEnum):\n    NOT_FOUND = 5\n    UNAVAILABLE = 14\n" + named("RPCError")
    package = install("zephyrapi", code)
    error = package.RPCError("away")
    error.status = package.Code.UNAVAILABLE
    assert said(classify(error)) == ("external_service", 503, True)


def test_a_failure_that_its_library_calls_repeatable_is(classify: Classify, install: Install) -> None:
    error = install(*CLIENT).MysteryError("no")
    error.status_code = 500
    assert said(classify(error)) == ("external_service", 502, False)
    error.retryable = True
    assert said(classify(error)) == ("external_service", 502, True)


@pytest.mark.parametrize(
    ("status", "text", "means"),
    [
        (409, "unique constraint violated", ("data_integrity", 409, False)),
        (409, "revision 3 expected", ("concurrency", 409, False)),
        (400, "syntax error near FOR", ("system", 500, False)),
        (400, "no", ("external_service", 502, False)),
    ],
)
def test_a_store_over_http_answers_about_what_is_ours(
    classify: Classify, install: Install, status: int, text: str, means: tuple[str, int, bool]
) -> None:
    error = install("zephyrdb", named("QueryError")).QueryError(text)
    error.http_code = status
    assert said(classify(error)) == means


@pytest.mark.parametrize(
    ("code", "means"),
    [
        ("23505", ("data_integrity", 409, False)),
        ("PGRST116", ("validation", 404, False)),
        ("PGRST205", ("configuration", 500, False)),
        ("PGRST301", ("authentication", 502, False)),
    ],
)
def test_what_passes_on_postgres_gives_its_states_as_codes(
    classify: Classify, install: Install, code: str, means: tuple[str, int, bool]
) -> None:
    error = install("zephyr_postgrest", named("APIError")).APIError("no")
    error.code = code
    assert said(classify(error)) == means


CARRIES = "class {name}(Exception):\n    def __init__(self, **facts): self.__dict__.update(facts)\n"


def test_what_a_peer_blames_our_request_for_will_not_pass(classify: Classify, install: Install) -> None:
    code = "".join(CARRIES.format(name=name) for name in ("FeatureUnavailableError", "MemberLimitExceededError"))
    api = install("zephyrplanapi", code)
    assert classify(api.FeatureUnavailableError(status_code=503)).transient
    assert not classify(api.FeatureUnavailableError(status_code=400)).transient
    assert said(classify(api.MemberLimitExceededError(status_code=400))) == ("resource", 503, False)


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (401, {"detail": {"status": "quota_exceeded"}}, "resource"),
        (402, '{"errors": [{"code": "CARD_DECLINED"}]}', "business_logic"),
        (402, "", "resource"),
        (403, b'{"error": {"code": "rate_limit_exceeded"}}', "resource"),
        (403, "{not json", "authentication"),
        (429, {"error": {"code": "member_limit_exceeded"}}, "resource"),
    ],
)
def test_a_word_beside_a_status_tells_of_limits_and_money(
    classify: Classify, install: Install, status: int, body: object, category: str
) -> None:
    api = install("zephyrwordapi", CARRIES.format(name="AnyError"))
    assert classify(api.AnyError(status_code=status, body=body)).category == category


def test_a_kit_for_mail_speaks_http_or_smtp(classify: Classify, install: Install) -> None:
    api = install("zephyrmailapi", CARRIES.format(name="AnyError"))
    assert said(classify(api.AnyError(code=401))) == ("authentication", 502, False)
    assert said(classify(api.AnyError(code=421))) == ("external_service", 503, True)
