"""What the texts of libraries complain of that no catalogue knows: our set-up, data, money, the link."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.core.errors.test_conventions import Install, install, named, said

from failsoft.errors.failure import Failure

__all__ = ["install"]

Classify = Callable[..., Failure]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The command was not found or was not executable: wkhtmltopdf", ("configuration", 500, False)),
        ("no pandoc executable could be located", ("configuration", 500, False)),
        ("Is poppler installed and in PATH?", ("configuration", 500, False)),
        ("Load of the model file failed: file does not exist", ("configuration", 500, False)),
        ("protocol 's4' is not supported", ("configuration", 500, False)),
        ("No scheme supplied in '/x'", ("configuration", 500, False)),
        ("Please set your webservice username", ("configuration", 500, False)),
        ("unregistered driver_adapter: nosuchdb", ("configuration", 500, False)),
        ("Relation 'orders' unknown", ("configuration", 500, False)),
        ("Server returned status code: 503 Service Unavailable", ("external_service", 503, True)),
        ("status code: 503, <Code>SlowDown</Code>", ("resource", 503, True)),
        ("error sending request: Connection refused (os error 111)", ("network", 503, True)),
        ("error sending request: invalid peer certificate: UnknownIssuer", ("network", 502, False)),
        ("unexpected end of file", ("validation", 400, False)),
        ("Unknown frame descriptor", ("validation", 400, False)),
        ("could not decode the header", ("validation", 400, False)),
        ("sheet 'x' not found", ("validation", 404, False)),
        ("that went wrong", ("system", 500, False)),
        ("timeout: 30, reads: 1", ("system", 500, False)),
    ],
)
def test_the_text_of_a_class_that_says_nothing(
    install: Install, classify: Classify, text: str, expected: tuple[str, int, bool]
) -> None:
    package = install("quillon", named("QuillonError"))
    assert said(classify(package.QuillonError(text))) == expected


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("RateLimitError", "You have used your plan. Please purchase more", ("resource", 503, False)),
        ("RateLimitError", "slower, please", ("resource", 503, True)),
        ("TokenError", "No token provided", ("configuration", 500, False)),
        ("UnauthorizedError", "Invalid API key provided", ("authentication", 502, False)),
        ("ConnectionException", "Invalid URL '/': No scheme supplied", ("configuration", 500, False)),
        ("InvalidSSLCertificateError", "Failed to establish a new connection: refused", ("network", 503, True)),
        ("NoConnection", "http://a.example", ("network", 503, True)),
        ("NotEnoughSpace", "", ("resource", 503, False)),
        ("DrainingError", "", ("external_service", 503, True)),
        ("RateExceededError", "", ("resource", 503, True)),
        ("TerminatedWorkerError", "", ("system", 500, False)),
        ("HangupError", "", ("network", 502, True)),
        ("TokenValidationError", "", ("authentication", 401, False)),
    ],
)
def test_the_text_beside_a_name_of_a_client(
    install: Install, classify: Classify, name: str, text: str, expected: tuple[str, int, bool]
) -> None:
    package = install("vextraapi", named(name, "VextraApiError", "TooManyRequests"))
    assert said(classify(getattr(package, name)(text))) == expected


def test_who_has_no_error_of_validation_says_of_data_that_it_breaks_a_schema(
    install: Install, classify: Classify
) -> None:
    data = install("plaitschema", named("SchemaError"))
    definition = install("glintschema", named("SchemaError", "ValidationError"))
    assert said(classify(data.SchemaError("x"))) == ("validation", 400, False)
    assert said(classify(definition.SchemaError("x"))) == ("system", 500, False)


def test_replies_of_ftp(install: Install, classify: Classify) -> None:
    package = install("brimftp", named("StatusCodeError"))
    wrong = package.StatusCodeError("Waiting for ('230',) but got 530 [' Login incorrect.']")
    busy = package.StatusCodeError("Waiting for ('220',) but got 421 [' There are too many connections']")
    assert said(classify(wrong)) == ("authentication", 502, False)
    assert said(classify(busy)) == ("resource", 503, True)


def test_a_status_in_a_response_that_is_named_after_the_library(install: Install, classify: Classify) -> None:
    package = install("zwirnapi", named("ZwirnApiError", "NotFoundError"))
    exc = package.ZwirnApiError("no leader")
    exc.zwirn_resp = type("Response", (), {"status_code": 503})()
    assert said(classify(exc)) == ("external_service", 503, True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('ERROR: duplicate key value violates unique constraint "t_pkey"', ("data_integrity", 409, False)),
        ('ERROR: relation "orders" does not exist', ("configuration", 500, False)),
        ("ERROR: canceling statement due to lock timeout", ("concurrency", 503, True)),
        ('ERROR: syntax error at or near "selec"', ("system", 500, False)),
    ],
)
def test_the_words_of_postgresql_without_a_sqlstate(
    install: Install, classify: Classify, text: str, expected: tuple[str, int, bool]
) -> None:
    package = install("threadpsql", named("ConnectionExecuteError"))
    assert said(classify(package.ConnectionExecuteError(text))) == expected


def test_what_a_compiled_library_raises_is_its_word_and_not_ours(install: Install, classify: Classify) -> None:
    """`re` stands for a module that leaves no frames: the object that was called is one of an installed package."""
    package = install("prismlib", "import functools, struct\nclass Unpacker(functools.partial): pass\n")
    unpack = package.Unpacker(bytes.fromhex)

    def ours() -> None:
        bytes.fromhex("zz")

    def theirs() -> None:
        unpack("zz")

    found = []
    for function in (ours, theirs):
        with pytest.raises(ValueError, match=re.escape("non-hexadecimal")) as raised:
            function()
        found.append(said(classify(raised.value)))
    assert found == [("system", 500, False), ("validation", 400, False)]


def test_a_file_that_a_library_was_given_and_that_is_not_there(
    install: Install, classify: Classify, tmp_path: Path
) -> None:
    package = install("metaapi", "def load(path):\n    return open(path)\n" + named("MetaApiError"))
    with pytest.raises(FileNotFoundError) as raised:
        package.load(tmp_path / "idp.xml")
    assert said(classify(raised.value)) == ("configuration", 500, False)


class Clinic(PermissionError):
    pass


class NotTreating(Clinic):
    pass


class BookingRuleViolation(Exception):
    pass


class SeatGone(BookingRuleViolation):
    pass


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("WorkspaceArchived", ("business_logic", 409, False)),
        ("SubscriptionPaymentDue", ("business_logic", 402, False)),
        ("ApiKeyRevoked", ("authentication", 401, False)),
        ("ParcelTooHeavy", ("business_logic", 409, False)),
        ("PrerequisiteNotMet", ("business_logic", 409, False)),
        ("TimetableClash", ("business_logic", 409, False)),
        ("CurrencyMismatch", ("business_logic", 409, False)),
        ("ChecksumMismatch", ("data_integrity", 500, False)),
        ("ImportFailed", ("system", 500, False)),
        ("NoActiveSubscription", ("business_logic", 409, False)),
        ("NoCourierAvailable", ("business_logic", 409, False)),
        ("NoStock", ("business_logic", 409, False)),
        ("NoFreeConnection", ("resource", 503, True)),
        ("NoActiveTransaction", ("system", 500, False)),
        ("SyncInProgress", ("concurrency", 503, True)),
        ("OnlyEuroAccountsAllowed", ("business_logic", 409, False)),
        ("TooManySearches", ("resource", 429, True)),
        ("MissingScope", ("authentication", 403, False)),
        ("WeakPassword", ("validation", 400, False)),
        ("PriceChanged", ("business_logic", 409, False)),
        ("TenantContextMissing", ("system", 500, False)),
        ("FfmpegNotInstalled", ("configuration", 500, False)),
        ("FlagClientNotStarted", ("system", 500, False)),
        ("StockNotReserved", ("business_logic", 409, False)),
        # German, French, Spanish
        ("SitzungAbgelaufen", ("authentication", 401, False)),
        ("GutscheinBereitsEingeloest", ("business_logic", 409, False)),
        ("CommandeIntrouvable", ("validation", 404, False)),
        ("PedidoNoEncontrado", ("validation", 404, False)),
        ("DonneesCorrompues", ("data_integrity", 500, False)),
        ("ReservaNoDisponible", ("business_logic", 409, False)),
        ("CuponNoValido", ("validation", 400, False)),
        # "complet" is French, this is not
        ("UploadComplete", ("system", 500, False)),
    ],
)
def test_names_by_which_an_application_refuses(classify: Classify, name: str, expected: tuple[str, int, bool]) -> None:
    assert said(classify(type(name, (Exception,), {"__module__": "shop.errors"})("x"))) == expected


def test_the_bases_of_an_application_speak_where_the_name_says_nothing(classify: Classify) -> None:
    assert said(classify(NotTreating("x"))) == ("authentication", 403, False)
    assert said(classify(SeatGone("x"))) == ("business_logic", 409, False)
