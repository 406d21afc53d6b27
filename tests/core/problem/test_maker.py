"""From a failure to what the client is told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.call import RequestFacts
from failsoft.errors import Category, Notification, SettingsError, Severity
from failsoft.errors.failure import Link
from failsoft.problem import Problem, catalogue, render
from failsoft.problem.catalogue import LANGUAGES

from .conftest import ERROR_ID, SECRET, Make

Header = Callable[[Problem, str], list[str]]
LOUD = "it must not be heard"
LATER = "The service is temporarily unavailable. Please try again later."


def everything_said(problem: Problem) -> str:
    facts = [RequestFacts(method="GET", accept=accept) for accept in ("application/json", "text/html", "text/plain")]
    return "\n".join(str(render(problem, fact, format="auto")) for fact in facts) + str(problem.to_dict())


# --- what is in it ----------------------------------------------------------------------------------------------------


def test_the_members_are_those_of_the_contract_in_their_order(make: Make) -> None:
    maker = make.maker(type_base="https://e.example/", documentation_base="https://d.example/")
    members = make(maker=maker, retry_after=3.0).to_dict()
    assert list(members) == [
        "type", "title", "status", "detail", "instance", "code", "error_id", "request_id", "trace_id", "timestamp",
        "recoverable", "guidance", "retry", "support_reference", "documentation_url", "notification",
    ]  # fmt: skip
    assert members["type"] == "https://e.example/service-unavailable"
    assert members["documentation_url"] == "https://d.example/service-unavailable"
    assert members["instance"] == f"urn:uuid:{ERROR_ID}"
    assert members["timestamp"] == "2026-11-22T01:02:03.004Z"
    assert members["support_reference"] == "QKFF-04HM"


def test_what_is_unknown_is_left_out(make: Make) -> None:
    problem = make.maker().make(
        make.failure(error_id="?", timestamp=float("nan")),
        request_id="",
        trace_id=None,
        facts=RequestFacts(),
        may_repeat=True,
    )
    assert None not in problem.to_dict().values()
    assert not {"instance", "request_id", "trace_id", "timestamp", "support_reference", "documentation_url"} & set(
        problem.to_dict()
    )


def test_without_a_base_the_type_is_blank_and_the_title_the_phrase_of_the_status(make: Make) -> None:
    problem = make(code="CIRCUIT_BREAKER_ERROR")
    assert (problem.type, problem.title) == ("about:blank", "Service Unavailable")
    assert make(accept_language="de", maker=make.maker(languages=("en", "de"))).title == "Dienst nicht verfügbar"


def test_with_a_base_the_title_belongs_to_the_code(make: Make) -> None:
    problem = make(maker=make.maker(type_base="urn:shop:"), code="CIRCUIT_BREAKER_ERROR")
    assert (problem.type, problem.title) == ("urn:shop:circuit-breaker-error", "Service temporarily unavailable")


@pytest.mark.parametrize("code", ["", "a b", "x" * 101, "\ud800", 'a"b', "a\nb"])
def test_a_code_that_is_no_identifier_gives_way_to_the_status(make: Make, code: str) -> None:
    problem = make(maker=make.maker(type_base="https://e.example/"), code=code)
    assert (problem.code, problem.type) == ("HTTP_503", "https://e.example/http-503")


@pytest.mark.parametrize("status", [0, 200, 204, 304, 399, 600, 999, -1, True, None, "abc", 404.0, object()])
def test_what_is_no_error_status_becomes_500(make: Make, status: Any) -> None:
    problem = make(status=status, code="X")
    assert problem.status == 500
    assert problem.title == "Internal Server Error"


def test_the_notification_of_the_failure_wins(make: Make) -> None:
    assert make(notification=Notification.SILENT).notification is Notification.SILENT
    assert make(code="CONFIGURATION_ERROR", status=500).notification is Notification.CRITICAL


# --- what is not in it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [404, 409, 500, 503])
def test_the_text_of_an_exception_appears_nowhere(make: Make, status: int) -> None:
    links = tuple(Link(LOUD, LOUD, ((LOUD, 1, LOUD),), relation) for relation in ("", "cause"))
    problem = make(type=LOUD, links=links, details={LOUD: LOUD}, status=status, code="X")
    assert LOUD not in everything_said(problem)


def test_debug_discloses_type_message_and_stack_sanitized(make: Make) -> None:
    frames = ((f"/app/{SECRET}.py", 3, "quote"),)
    links = (Link("shop.E", f"pw={SECRET}", frames, ""), Link("OSError", "", frames, "cause"))
    debug = make(maker=make.maker(debug=True), type="shop.E", links=links).to_dict()["debug"]
    assert debug == {
        "type": "shop.E",
        "message": "pw=[REDACTED]",
        "stack": [
            "exception: shop.E", '  File "/app/[REDACTED].py", line 3, in quote',
            "cause: OSError", '  File "/app/[REDACTED].py", line 3, in quote',
        ],
    }  # fmt: skip


def test_the_stack_may_be_formatted_by_the_caller(make: Make) -> None:
    def raising(failure: object) -> str:
        raise RuntimeError("no stack")

    assert make(maker=make.maker(debug=True, stack=lambda f: f"{f.type}\nline 2")).extensions["debug"]["stack"] == [
        "shop.QuoteError",
        "line 2",
    ]
    assert make(maker=make.maker(debug=True, stack=raising)).extensions["debug"]["stack"] == []


def test_a_debug_member_of_any_size_fits_the_document(make: Make) -> None:
    frames = tuple((f"/{'d' * 200}/{n}.py", n, '"' * 100) for n in range(3000))
    links = (Link("E" * 1000, '"' * 1_000_000, frames, "context"),) * 3000
    body = make(maker=make.maker(debug=True), links=links, type="E" * 10_000).to_json()
    assert len(body) <= 16_384
    assert json.loads(body)["code"] == "SERVICE_UNAVAILABLE"


# --- texts of the application -----------------------------------------------------------------------------------------


def test_what_the_application_says_is_said_sanitized(make: Make) -> None:
    problem = make(user_message=f"The vault says {SECRET}.", title="Closed", guidance="Come back tomorrow.")
    assert (problem.title, problem.detail, problem.guidance) == (
        "Closed",
        "The vault says [REDACTED].",
        "Come back tomorrow.",
    )


@pytest.mark.parametrize(
    ("accept_language", "said"), [("de-CH", "zu"), ("fr", "closed"), (None, "closed"), ("es-MX", "closed")]
)
def test_it_is_said_in_the_language_if_there_is_one(make: Make, accept_language: str | None, said: str) -> None:
    maker = make.maker(languages=("en", "de", "fr"))
    assert make(maker=maker, accept_language=accept_language, user_message={"DE": "zu", "en": "closed"}).detail == said


def test_a_regional_language_takes_the_text_of_its_base_and_any_text_is_better_than_none(make: Make) -> None:
    maker = make.maker(languages=("de-AT",))
    assert make(maker=maker, user_message={"de": "zu", "en": "closed"}).detail == "zu"
    assert make(maker=maker, user_message={"it": "chiuso"}).detail == "chiuso"


def test_facts_are_filled_in(make: Make) -> None:
    problem = make(
        user_message="Again in {wait} ({seconds}), {code} {status} {request_id} {price}",
        retry_after=4,
        retry_after_set=True,
    )
    assert problem.detail == "Again in 4 seconds (4), SERVICE_UNAVAILABLE 503 req-1 {price}"


def test_a_text_that_asks_for_an_unknown_time_gives_way_to_the_catalogue(make: Make) -> None:
    assert make(user_message="Again in {seconds} s.").detail == LATER


class Hostile(Mapping[str, str]):
    def __getitem__(self, key: str) -> str:
        raise RuntimeError

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError

    def __len__(self) -> int:
        return 1


class HostileText(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise RuntimeError

    def __getitem__(self, key: Any) -> str:
        raise RuntimeError


@pytest.mark.parametrize("text", [object(), {"a": 1}, [], 5, "", " \n\x00", {}, Hostile(), b"bytes"])
def test_what_is_no_text_gives_way_to_the_catalogue(make: Make, text: Any) -> None:
    assert make(user_message=text, title=text, guidance=text) == make()


def test_a_subclass_of_text_is_taken_as_text(make: Make) -> None:
    problem = make(user_message=HostileText("plain"))
    assert json.loads(problem.to_json())["detail"] == "plain"


def test_a_sanitizer_that_raises_silences_the_text(make: Make) -> None:
    class Broken:
        def text(self, value: str) -> str:
            raise RuntimeError

    problem = make(maker=make.maker(sanitizer=Broken()), user_message="hello", errors=(("/a", "b"),))
    assert problem == make()


@pytest.mark.parametrize("unit", ["a", "é", "\U0001f600", '"', "\\", "\x00", "\ud800", "\n", "<", "\x1b[31m"])
def test_five_megabytes_of_anything_are_cut(make: Make, unit: str) -> None:
    text = unit * (5_000_000 // len(unit))
    problem = make(user_message=text, title=text, guidance=text, errors=(("/a", text),) * 200, code="X")
    body = problem.to_json()
    assert len(body) <= 16_384
    said = json.loads(body)
    assert len(said["detail"].encode()) <= 2048
    assert len(said.get("errors", ())) <= 50


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=3000))
def test_any_text_gives_a_document_without_control_characters(text: str) -> None:
    problem = Make()(user_message=text, title=text, errors=((text, text),))
    said = json.loads(problem.to_json())
    assert all(char in "\n\t" or ord(char) not in {*range(32), *range(127, 160)} for char in said["detail"])
    assert all(len(render(problem, RequestFacts(accept=a), format="auto").body) for a in ("text/html", "text/plain"))


# --- the same every time ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_failure_gives_the_same_bytes(make: Make, language: str) -> None:
    def once() -> Any:
        maker = make.maker(languages=LANGUAGES, rng=Random(3))
        problem = make(maker=maker, accept_language=language, retry_after=100.0, headers=(("Allow", "PUT, GET"),))
        return render(problem, RequestFacts(method="GET"), format="problem")

    assert once() == once()


def test_no_file_is_opened_to_answer(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue._shipped.cache_clear()
    maker = make.maker(languages=LANGUAGES)

    def out_of_handles(*_: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(catalogue, "files", out_of_handles)
    assert make(maker=maker, accept_language="fr", code="CONFLICT").title == "Service indisponible"
    assert maker.catalogue.unreadable == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_language_is_told(make: Make, header: Header, language: str) -> None:
    problem = make(maker=make.maker(languages=("it", *LANGUAGES)), accept_language=language)
    assert header(problem, "Content-Language") == [language]
    assert problem.language == language


def test_languages_must_be_tags(make: Make) -> None:
    with pytest.raises(SettingsError, match=r"responses\.languages"):
        make.maker(languages=("en", "not a tag\r\n"))


# --- headers ----------------------------------------------------------------------------------------------------------


def test_the_fixed_headers_are_there(make: Make) -> None:
    assert make().headers == (
        ("Content-Language", "en"),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept, Accept-Language"),
        ("X-Error-ID", ERROR_ID),
    )


def test_headers_of_the_exception_are_kept_and_merged(make: Make, header: Header) -> None:
    asked = (
        ("WWW-Authenticate", "Negotiate"), ("WWW-Authenticate", "Basic"), ("Vary", "Cookie"), ("Vary", "accept"),
        ("Cache-Control", "private"), ("X-Error-ID", "forged"), ("Allow", "PUT, GET"), ("Content-Type", "text/evil"),
        ("X-Bad", "a\r\nb"),
    )  # fmt: skip
    maker = make.maker()
    problem = make(maker=maker, headers=asked)
    assert header(problem, "WWW-Authenticate") == ["Negotiate", "Basic"]
    assert header(problem, "Vary") == ["Cookie, accept, Accept-Language"]
    assert header(problem, "Cache-Control") == ["private"]
    assert header(problem, "X-Error-ID") == [ERROR_ID]
    assert header(problem, "Allow") == ["GET, PUT"]
    assert header(problem, "Content-Type") == []
    assert maker.dropped_headers == 1


def test_no_challenge_is_invented_for_a_401(make: Make, header: Header) -> None:
    assert header(make(status=401, code="AUTH_ERROR", category=Category.AUTHENTICATION), "WWW-Authenticate") == []


@pytest.mark.parametrize("asked", [7, object(), [("a",)], [None], {"X-A": "1"}, "XY"])
def test_headers_that_are_none_cost_only_themselves(make: Make, asked: Any) -> None:
    maker = make.maker()
    assert make(maker=maker, headers=asked).headers == make().headers
    assert maker.dropped_headers >= 1


# --- validation errors ------------------------------------------------------------------------------------------------


def test_validation_errors_are_sanitized_and_at_most_fifty(make: Make) -> None:
    problem = make(errors=tuple((f"/items/{n}", f"is {SECRET}") for n in range(60)))
    assert len(problem.errors) == 50
    assert problem.to_dict()["errors"][0] == {"pointer": "/items/0", "detail": "is [REDACTED]"}


def test_a_part_of_a_pointer_that_is_no_name_becomes_a_star(make: Make) -> None:
    long, deep = "k" * 65, "/".join("a" * 40)
    errors = (
        (f"/a/{long}/b", "x"),
        ("/a/\x1b[0m/b", "x"),
        (f"/{deep}", "x"),
        ("", "x"),
        ("/a", ""),
        ("/a", 5),
        ("/a",),
        7,
    )
    said = make(errors=errors).errors
    assert said[:2] == (("/a/*/b", "x"), ("/a/*/b", "x"))
    assert said[2][0].count("/") == 16
    assert said[3:] == (("", "x"),)


def test_fifty_long_validation_errors_fit_the_document(make: Make) -> None:
    problem = make(errors=tuple(("/" + "é" * 60, '"' * 240) for _ in range(50)), severity=Severity.LOW)
    body = problem.to_json()
    assert len(body) <= 16_384
    assert json.loads(body)["errors"]
