from __future__ import annotations

import logging

import pytest

from failsoft.bus import Bus
from failsoft.call import RequestFacts
from failsoft.events import CircuitBreakerTransition, InternalError, RetryEnded, RetryScheduled
from failsoft.logs import SanitizingFilter
from failsoft.observers.base import path_of
from failsoft.observers.logs import LogObserver
from failsoft.sanitize import Sanitizer
from observed import SECRET, Broken, OneSecret, failure, handled


@pytest.fixture
def observer(caplog: pytest.LogCaptureFixture) -> LogObserver:
    caplog.set_level(logging.DEBUG, "failsoft.errors")
    return LogObserver(OneSecret())


def only(caplog: pytest.LogCaptureFixture) -> logging.LogRecord:
    (record,) = caplog.records
    return record


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (handled(), "ERROR"),
        (handled(result="skipped"), "ERROR"),
        (handled(failure(expected=True, status=404), result="handled"), "INFO"),
        (handled(failure(expected=True, status=503), result="handled"), "WARNING"),
        (handled(failure(rejected=True, status=503), result="handled"), "WARNING"),
        (handled(result="fallback", status=200), "WARNING"),
        (handled(failure(disconnected=True), result="aborted", status=499), "DEBUG"),
        (RetryScheduled(at=0, attempt=1, delay=0.1, failure=failure()), "INFO"),
        (
            CircuitBreakerTransition(at=0, name="x", from_state="closed", to_state="open", reason="5 failures"),
            "WARNING",
        ),
        (CircuitBreakerTransition(at=0, name="x", from_state="open", to_state="half_open", reason="time"), "INFO"),
        (InternalError(at=0, where="render", type="TypeError", message="no"), "ERROR"),
    ],
)
def test_each_event_has_its_level(
    event: object, level: str, observer: LogObserver, caplog: pytest.LogCaptureFixture
) -> None:
    observer(event)  # type: ignore[arg-type]
    assert only(caplog).levelname == level


def test_an_unexpected_failure_is_one_line_with_its_facts_and_its_stack_as_text(
    observer: LogObserver, caplog: pytest.LogCaptureFixture
) -> None:
    observer(handled(failure(f"password {SECRET}")))
    record = only(caplog)
    assert record.getMessage() == (
        "GET /quotes/{symbol}: 500 QUOTE_ERROR, shop.QuoteError: password [REDACTED] "
        "[error 0199aaaa-0000-7000-8000-000000000001]"
    )
    assert record.exc_info is None
    assert record.exc_text is not None
    assert "Quotes.last" in record.exc_text
    assert SECRET not in record.exc_text
    facts = {name: value for name, value in vars(record).items() if name.startswith("failsoft_")}
    assert facts == {
        "failsoft_error_id": "0199aaaa-0000-7000-8000-000000000001",
        "failsoft_code": "QUOTE_ERROR",
        "failsoft_category": "external_service",
        "failsoft_severity": "medium",
        "failsoft_fingerprint": failure().fingerprint,
        "failsoft_transient": True,
        "failsoft_suggestions": "retry_later,switch_endpoint,wait_for_dependency",
        "failsoft_type": "shop.QuoteError",
        "failsoft_status": 500,
        "failsoft_result": "unhandled",
        "failsoft_attempts": 1,
        "failsoft_duration": 0.25,
        "failsoft_source": "asgi",
        "failsoft_path": "/quotes/ACME",
        "failsoft_event": "ErrorHandled",
        "failsoft_endpoint": "GET /quotes/{symbol}",
        "failsoft_policy": "upstream",
        "failsoft_request_id": "req-1",
        "failsoft_trace_id": None,
    }


def test_a_standard_formatter_prints_the_stack(observer: LogObserver, caplog: pytest.LogCaptureFixture) -> None:
    observer(handled())
    text = logging.Formatter("%(levelname)s %(message)s").format(only(caplog))
    assert text.startswith("ERROR GET /quotes/{symbol}: 500 QUOTE_ERROR")
    assert "Quotes.last" in text


@pytest.mark.parametrize(
    "event",
    [
        handled(failure(expected=True, status=503), result="handled"),
        handled(failure(rejected=True, status=503), result="handled"),
        handled(failure(expected=True, status=404), result="handled"),
    ],
)
def test_a_failure_that_was_meant_has_no_stack(
    event: object, observer: LogObserver, caplog: pytest.LogCaptureFixture
) -> None:
    observer(event)  # type: ignore[arg-type]
    assert only(caplog).exc_text is None


@pytest.mark.parametrize("hostile", ["a\nERROR forged", "a\r\nb", "a\x1b[31mred", "a\u2028b", "a\x85b", "a\u202eb"])
def test_text_of_others_cannot_forge_a_line(
    hostile: str, observer: LogObserver, caplog: pytest.LogCaptureFixture
) -> None:
    facts = RequestFacts(method=hostile, path=hostile)
    observer(handled(failure(hostile, type=hostile), endpoint="__unmatched__", facts=facts))
    message = only(caplog).getMessage()
    assert len(message.splitlines()) == 1
    stack = only(caplog).exc_text or ""
    assert hostile[0] in stack
    for text in (message, stack):
        assert not {"\x1b", "\u202e", "\r", "\u2028", "\x85"} & set(text)
    assert only(caplog).failsoft_path.splitlines() == [only(caplog).failsoft_path]  # type: ignore[attr-defined]


def test_a_request_without_a_route_is_named_by_its_method(
    observer: LogObserver, caplog: pytest.LogCaptureFixture
) -> None:
    made = failure(expected=True, status=404)
    observer(handled(made, endpoint="__unmatched__", result="handled", facts=RequestFacts(method="GET", path="/x")))
    assert only(caplog).getMessage().startswith("GET __unmatched__: 404")


def test_nothing_is_formatted_for_a_level_that_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Refusing:
        def text(self, text: str) -> str:
            pytest.fail("sanitized for nobody")

        value = text

    caplog.set_level(logging.CRITICAL, "failsoft.errors")
    LogObserver(Refusing())(handled())
    assert not caplog.records


def test_a_fault_of_ours_has_a_logger_of_its_own(caplog: pytest.LogCaptureFixture, observer: LogObserver) -> None:
    fault = InternalError(at=0, where="render", type="TypeError", message="no")
    observer(fault)
    assert only(caplog).name == "failsoft.internal"
    caplog.clear()
    caplog.set_level(logging.CRITICAL, "failsoft.internal")
    observer(fault)
    assert not caplog.records


def test_where_the_sanitizer_fails_no_text_is_let_through(caplog: pytest.LogCaptureFixture) -> None:
    bus = Bus()
    observer = LogObserver(Broken())
    bus.subscribe(observer, *observer.kinds)
    bus.publish(handled(failure(SECRET)))
    assert "QUOTE_ERROR" in caplog.text
    assert SECRET not in caplog.text


def test_a_retry_says_what_failed_and_when_the_next_attempt_comes(
    observer: LogObserver, caplog: pytest.LogCaptureFixture
) -> None:
    observer(RetryScheduled(at=0, endpoint="GET /q", attempt=2, delay=0.25, failure=None, status=503))
    assert only(caplog).getMessage() == "GET /q: attempt 2 failed (status 503), the next one in 0.250 s"


def test_events_it_does_not_read_are_passed_over(observer: LogObserver, caplog: pytest.LogCaptureFixture) -> None:
    observer(RetryEnded(at=0, attempts=2, outcome="success"))
    assert not caplog.records


# --- the filter for what others log


def filtered(sanitizer: object, write: object) -> tuple[logging.LogRecord, str]:
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign]
    handler.addFilter(SanitizingFilter(sanitizer))  # type: ignore[arg-type]
    logger = logging.getLogger("failsoft.test.of.others")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    try:
        write(logger)  # type: ignore[operator]
    finally:
        logger.removeHandler(handler)
    (record,) = records
    return record, logging.Formatter("%(message)s").format(record)


def fail(logger: logging.Logger) -> None:
    def inner() -> None:
        raise ValueError(f"inner {SECRET}")

    try:
        try:
            inner()
        except ValueError as cause:
            error = ExceptionGroup(f"outer {SECRET}", [KeyError(SECRET)])
            error.add_note(f"note {SECRET}")
            raise error from cause
    except ExceptionGroup:
        logger.exception("failed with %s", SECRET, extra={"user": {"pw": SECRET}, "count": 3})


def test_the_filter_cleans_message_arguments_and_extra() -> None:
    record, text = filtered(OneSecret(), lambda log: log.info("a %s b %d", SECRET, 3, extra={"dsn": [SECRET]}))
    assert text == "a [REDACTED] b 3"
    assert record.dsn == ["[REDACTED]"]  # type: ignore[attr-defined]


def test_the_filter_cleans_an_exception_with_causes_notes_and_members() -> None:
    record, text = filtered(OneSecret(), fail)
    assert SECRET not in text
    assert SECRET not in repr(vars(record))
    for part in ("inner [REDACTED]", "outer [REDACTED]", "note [REDACTED]", "KeyError: '[REDACTED]'", "Traceback"):
        assert part in text
    assert record.exc_info is None
    assert record.count == 3  # type: ignore[attr-defined]


def test_the_filter_cleans_a_text_that_an_earlier_formatter_left() -> None:
    record = logging.makeLogRecord({"msg": "x", "exc_text": SECRET, "stack_info": SECRET})
    assert SanitizingFilter(OneSecret()).filter(record)
    assert (record.exc_text, record.stack_info) == ("[REDACTED]", "[REDACTED]")


def test_the_filter_keeps_a_record_whose_arguments_do_not_fit() -> None:
    _, text = filtered(OneSecret(), lambda log: log.info("a %d", SECRET))
    assert text == "a %d (its arguments do not fit)"


def test_the_filter_lets_nothing_through_where_the_sanitizer_fails() -> None:
    record, text = filtered(Broken(), fail)
    assert SECRET not in text
    assert SECRET not in repr(vars(record))


def test_the_filter_survives_an_exception_that_cannot_be_printed() -> None:
    class Hostile(Exception):
        def __str__(self) -> str:
            raise SystemError(SECRET)

    def write(logger: logging.Logger) -> None:
        try:
            raise Hostile
        except Hostile:
            logger.exception("hostile")

    _, text = filtered(OneSecret(), write)
    assert text.startswith("hostile")
    assert SECRET not in text


def test_a_formatter_that_reads_the_arguments_works_behind_the_filter() -> None:
    record = logging.LogRecord(
        "uvicorn.access", logging.INFO, "x", 1, '%s - "%s" %d', ("127.0.0.1", f"/?token={SECRET}", 200), None
    )
    SanitizingFilter(OneSecret()).filter(record)
    assert isinstance(record.args, tuple)
    assert record.args[0] == "127.0.0.1"
    assert record.args[2] == 200
    assert SECRET not in record.getMessage()


@pytest.mark.parametrize(
    ("endpoint", "path", "written"),
    [
        ("GET /sub/{password}", "/sub/hunter2-and-fake", "/sub/[REDACTED:password]"),
        ("GET /sub/{password}/", "/sub/hunter2-and-fake/", "/sub/[REDACTED:password]/"),
        ("GET /sub/{password}/{id}", "/shop/sub/hunter2-and-fake/7", "/shop/sub/[REDACTED:password]/7"),
        ("GET /{token}.json", "/hunter2-and-fake.json", "/[REDACTED:token]"),
        ("GET /links/{token}", "/links/hunter2/and-fake9", "/links/[REDACTED:token]"),
        ("GET ^sub/(?P{password}[^/]+)/$", "/sub/hunter2-and-fake/", "/sub/[REDACTED:password]/"),
        ("GET /quotes/{symbol}", "/quotes/hunter2-and-fake", "/quotes/hunter2-and-fake"),
        ("GET /sub/{password}", "/elsewhere/hunter2", "/elsewhere/hunter2"),
        ("GET /sub/{password}/{id}", "/", "/"),
        ("GET /sub", "/sub", "/sub"),
        ("guard:{password}", "/x", "/x"),
    ],
)
def test_a_path_is_cleaned_by_the_names_that_its_route_gives(endpoint: str, path: str, written: str) -> None:
    assert path_of(Sanitizer(), path, endpoint) == written


def test_a_path_that_cannot_be_cleaned_is_not_let_through() -> None:
    assert SECRET not in path_of(Broken(), f"/sub/{SECRET}", "GET /sub/{password}")
