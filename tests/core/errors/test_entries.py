"""What the application had called a library for: to read, to write, or to find what comes with an installation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.core.errors.test_conventions import Install, install, named, said

from failsoft.errors.failure import Failure

__all__ = ["install"]

Classify = Callable[..., Failure]
BUG, UNREADABLE = ("system", 500, False), ("validation", 400, False)
MISSING = ("configuration", 500, False)

CODEC = """
class CodecError(ValueError): pass
class CodecTypeError(TypeError): pass
class FrameNotFound(OSError): pass
def _check(what):
    raise what
def loads(what): _check(what)
def dumps(what): _check(what)
def encode_row(what): _check(what)
def add_cell(what): _check(what)
def to_json(what): _check(what)
"""


def raised(function: Callable[[Any], None], what: BaseException) -> BaseException:
    try:
        function(what)
    except BaseException as exc:
        return exc
    raise AssertionError("nothing was raised")


@pytest.mark.parametrize(
    ("function", "expected"),
    [("loads", UNREADABLE), ("dumps", BUG), ("add_cell", BUG), ("to_json", BUG)],
)
def test_a_value_that_a_format_refuses(
    install: Install, classify: Classify, function: str, expected: tuple[str, int, bool]
) -> None:
    package = install("zyxcodec", CODEC)
    exc = raised(getattr(package, function), ValueError("invalid token at line 1"))
    assert said(classify(exc)) == expected


def test_a_class_of_a_format_is_ours_where_an_object_was_to_be_dumped(install: Install, classify: Classify) -> None:
    package = install("zyxcodec", CODEC)
    assert said(classify(raised(package.loads, package.CodecError("no object")))) == UNREADABLE
    assert said(classify(raised(package.dumps, package.CodecError("no object")))) == BUG
    # what is encoded may well be what a client sent
    assert said(classify(raised(package.encode_row, package.CodecError("no object")))) == UNREADABLE


def test_the_bases_of_a_class_of_a_format_tell_of_code(install: Install, classify: Classify) -> None:
    package = install("zyxcodec", CODEC)
    assert said(classify(package.CodecTypeError("int"))) == BUG
    assert said(classify(package.FrameNotFound("rows.zyx"))) == BUG


def test_a_template_that_is_not_there_was_not_installed(install: Install, classify: Classify) -> None:
    package = install(
        "zyxpages", "", template="def open_template(what):\n    raise what\ndef open_upload(what):\n    raise what\n"
    )
    exc = raised(package.template.open_template, FileNotFoundError(2, "No such file or directory", "invoice.zyx"))
    assert said(classify(exc)) == MISSING


def test_a_library_passes_on_that_a_file_is_missing(install: Install, classify: Classify) -> None:
    package = install(
        "zyxbundles",
        "def stats(path):\n    try:\n        open(path)\n    except OSError:\n"
        "        raise OSError(f'Error reading {path}. Was it built?')\n",
    )
    assert said(classify(raised(package.stats, "/nowhere/of-nobody/stats.json"))) == MISSING  # type: ignore[arg-type]


def test_who_ends_work_that_takes_too_long_says_nothing_of_a_peer(install: Install, classify: Classify) -> None:
    limits = install("zyx_timeout", named("TookTooLongTimeout", "TimedOutError"))
    assert said(classify(limits.TimedOutError())) == ("system", 504, True)
    client = install("zyxapi", named("ApiTimeoutError"))
    assert said(classify(client.ApiTimeoutError())) == ("network", 504, True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BulkheadFull", ("resource", 503, True)),
        ("BreakerFailing", ("external_service", 503, True)),
        ("CircuitBroken", ("external_service", 503, True)),
        ("MaxDurationExceeded", ("network", 504, True)),
        ("RetryError", ("external_service", 503, True)),
        ("MaxAttemptsExceeded", ("external_service", 503, True)),
        ("MultipleInstancesNotAllowedError", BUG),
        ("BundleLookupError", MISSING),
        ("UnexpectedExit", BUG),
    ],
)
def test_names_of_what_stands_before_a_call(
    install: Install, classify: Classify, name: str, expected: tuple[str, int, bool]
) -> None:
    package = install("quorvane", named(name))
    assert said(classify(getattr(package, name)())) == expected


def test_retries_are_what_failed_last(install: Install, classify: Classify) -> None:
    package = install("quorvane", named("RetryError"))
    exc = package.RetryError("given up")
    exc.__cause__ = KeyError("sku")
    assert said(classify(exc)) == BUG


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Circuit payments is open", ("external_service", 503, True)),
        ("the circuit breaker is still open", ("external_service", 503, True)),
        ("You must provide a db_url.", MISSING),
        ("environment_key is required.", MISSING),
        ("No project name or project id specified.", MISSING),
        ("No connection engine is configured.", MISSING),
        ("The configuration value `SALT_OF_OURS` must not be None", MISSING),
        ("Directory not found: queries", MISSING),
        ("set_config was not called", MISSING),
    ],
)
def test_texts_of_a_library_that_is_not_set_up(
    install: Install, classify: Classify, text: str, expected: tuple[str, int, bool]
) -> None:
    package = install("quorvane", named("QuorvaneError"))
    assert said(classify(package.QuorvaneError(text))) == expected


def test_a_client_says_what_it_was_given_and_what_it_was_answered(install: Install, classify: Classify) -> None:
    package = install(
        "zyxmail_client",
        named("ZyxError", "InvalidEmailAddress", "ConnectionError") + "def send(what):\n    raise what\n",
    )
    exc = raised(package.send, package.InvalidEmailAddress("ann at example"))
    assert said(classify(exc)) == ("validation", 400, False)
    exc = raised(package.send, ValueError("Request failed with status code 401: Invalid API key"))
    assert said(classify(exc)) == ("authentication", 502, False)
    assert said(classify(package.ConnectionError("Connection error: 403"))) == ("authentication", 502, False)
    assert said(classify(package.ConnectionError("refused"))) == ("network", 503, True)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("rateLimited", ("resource", 503, True)),
        ("unauthorized", ("authentication", 502, False)),
        ("serverInternal", ("external_service", 502, False)),
        ("badNonce", ("external_service", 503, True)),
        ("externalAccountRequired", MISSING),
    ],
)
def test_problems_of_an_authority_for_certificates(
    install: Install, classify: Classify, word: str, expected: tuple[str, int, bool]
) -> None:
    package = install("zyxacme", named("ProblemOfAcme"))
    assert said(classify(package.ProblemOfAcme(f"urn:ietf:params:acme:error:{word} :: no"))) == expected


def test_a_base_that_is_about_settings_says_whose_value_it_is(install: Install, classify: Classify) -> None:
    package = install(
        "quorvane", named("ConfigError") + named("NotFoundError", "InvalidValueError", base="ConfigError")
    )
    assert said(classify(package.NotFoundError("database.port not found"))) == MISSING
    assert said(classify(package.InvalidValueError("five"))) == MISSING


def test_what_ends_early_in_a_library_that_reads(install: Install, classify: Classify) -> None:
    package = install("quorvane", "import struct\ndef read_header(data):\n    return struct.unpack('<32s', data)\n")
    assert said(classify(raised(package.read_header, b"no"))) == UNREADABLE  # type: ignore[arg-type]


def test_a_status_in_the_text_says_more_than_that_a_peer_is_not_available(install: Install, classify: Classify) -> None:
    package = install("quorvane_client", named("ResourceUnavailable"))
    exc = package.ResourceUnavailable("no at https://api.example/boards (HTTP status: 429)")
    assert said(classify(exc)) == ("resource", 503, True)
    assert said(classify(package.ResourceUnavailable("no"))) == ("external_service", 503, True)
