"""From a problem to a response."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from failsoft.call import RequestFacts
from failsoft.errors import Category
from failsoft.problem import FAIL_SAFE, Problem, render
from failsoft.problem.catalogue import LANGUAGES, SHIPPED

from .conftest import ERROR_ID, Make

GET = RequestFacts(method="GET")
BROWSER = RequestFacts(method="GET", accept="text/html,*/*;q=0.8")
TERMINAL = RequestFacts(method="GET", accept="text/plain")
EVIL = "<script>alert('x')</script>\"&"


def value(headers: Any, name: str) -> str | None:
    found = [text for key, text in headers if key.lower() == name.lower()]
    assert len(found) <= 1
    return found[0] if found else None


# --- the response -----------------------------------------------------------------------------------------------------


def test_json_is_sent_as_a_problem(make: Make) -> None:
    problem = make()
    sent = render(problem, GET, format="problem")
    assert sent.status == 503
    assert sent.headers[:2] == (("Content-Type", "application/problem+json"), ("Content-Length", str(len(sent.body))))
    assert value(sent.headers, "X-Request-ID") == "req-1"
    assert json.loads(sent.body) == problem.to_dict()


def test_a_page_is_sent_only_if_the_format_is_left_open(make: Make) -> None:
    assert value(render(make(), BROWSER, format="problem").headers, "Content-Type") == "application/problem+json"
    assert value(render(make(), BROWSER, format="auto").headers, "Content-Type") == "text/html; charset=utf-8"
    assert value(render(make(), TERMINAL, format="auto").headers, "Content-Type") == "text/plain; charset=utf-8"
    assert value(render(make(), GET, format="auto").headers, "Content-Type") == "application/problem+json"


@pytest.mark.parametrize("accept", [None, "text/html", "text/plain"])
def test_head_gets_the_headers_of_get_and_no_body(make: Make, accept: str | None) -> None:
    problem = make()
    got = render(problem, RequestFacts(method="GET", accept=accept), format="auto")
    head = render(problem, RequestFacts(method="HEAD", accept=accept), format="auto")
    assert head == (got.status, got.headers, b"")
    assert value(head.headers, "Content-Length") == str(len(got.body))


@pytest.mark.parametrize("status", [0, 100, 200, 204, 301, 304, 399, 600, 999])
def test_a_status_that_is_no_error_is_never_sent(status: int) -> None:
    sent = render(Problem(title="x", status=status, type="urn:x"), GET, format="problem")
    assert sent.status == 500
    assert json.loads(sent.body) == {"type": "about:blank", "title": "Internal Server Error", "status": 500}


def test_the_name_of_the_id_header_is_the_settings_and_it_is_there_once(make: Make) -> None:
    problem = make(headers=(("x-correlation-id", "forged"), ("X-Request-ID", "its own")))
    headers = render(problem, GET, format="problem", id_header="X-Correlation-ID").headers
    assert value(headers, "X-Correlation-ID") == "req-1"
    assert value(headers, "X-Request-ID") == "its own"


@pytest.mark.parametrize(("id_header", "request_id"), [("X-Id\r\nX-Evil", "a"), ("", "a"), ("X-Id", "a\r\nX-Evil: 1")])
def test_an_id_cannot_forge_a_header(id_header: str, request_id: str) -> None:
    problem = Problem(title="x", status=500, request_id=request_id)
    headers = render(problem, GET, format="problem", id_header=id_header).headers
    assert [name for name, _ in headers] == ["Content-Type", "Content-Length"]


def test_a_problem_cannot_bring_a_length_or_type_of_its_own() -> None:
    problem = Problem(
        title="x", status=500, headers=(("content-length", "3"), ("Content-Type", "text/evil"), ("X-A", "1"))
    )
    headers = render(problem, GET, format="problem").headers
    assert value(headers, "Content-Type") == "application/problem+json"
    assert value(headers, "Content-Length") != "3"
    assert value(headers, "X-A") == "1"


# --- the page ---------------------------------------------------------------------------------------------------------


class Page(HTMLParser):
    """The elements and the visible text of a page; checks that elements are closed in order."""

    VOID = frozenset({"meta"})

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(body.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style" and data.strip():
            self.texts.append(data.strip())

    def of(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


def page_of(problem: Problem) -> Page:
    page = Page(render(problem, BROWSER, format="auto").body)
    assert page.open == []
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_document_says_in_the_same_language(make: Make, language: str) -> None:
    maker = make.maker(languages=LANGUAGES, documentation_base="https://d.example/")
    problem = make(maker=maker, accept_language=language, errors=(("/name", "is missing"),))
    page = page_of(problem)
    assert page.of("html") == [{"lang": language}]
    assert {problem.title, problem.detail, problem.guidance, problem.support_reference} <= set(page.texts)
    assert {"/name", "is missing"} <= set(page.texts)
    assert page.of("a") == [{"href": "https://d.example/service-unavailable"}]


def test_the_page_loads_nothing_and_runs_nothing(make: Make) -> None:
    page = page_of(make())
    assert not {"script", "link", "img", "iframe", "form", "object"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") or name == "src" for _, attributes in page.tags for name in attributes)
    body = render(make(), BROWSER, format="auto").body.decode()
    assert not re.search(r"url\(|@import", body)
    assert "prefers-color-scheme: dark" in body


def test_every_value_on_the_page_is_escaped(make: Make) -> None:
    problem = Problem(
        title=EVIL, status=500, detail=EVIL, guidance=EVIL, language=EVIL, support_reference=EVIL,
        documentation_url="https://d.example/" + EVIL, errors=((EVIL, EVIL),),
        extensions={"debug": {"type": EVIL, "message": EVIL, "stack": [EVIL]}},
    )  # fmt: skip
    page = page_of(problem)
    assert page.of("script") == []
    assert page.texts.count(EVIL) >= 6


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/relative", "//[bad", "ftp://x"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert page_of(Problem(title="x", status=500, documentation_url=url)).of("a") == []


def test_the_page_says_once_when_to_come_back(make: Make) -> None:
    wait = {"retry_after": 12, "retry_after_set": True}
    hint = "Please try again in 12 seconds."
    assert render(make(**wait), BROWSER, format="auto").body.decode().count(hint) == 1
    assert hint in page_of(make(user_message="Closed.", **wait)).texts
    assert hint not in page_of(make(user_message="Closed.", repeat=False, **wait)).texts


def test_a_page_without_anything_known_is_a_page() -> None:
    assert page_of(Problem(title="x", status=500)).texts == ["x", "Status 500", "x"]


def test_the_page_shows_what_debug_discloses(make: Make) -> None:
    assert "shop.QuoteError: the text of it, password=[REDACTED]" in "\n".join(
        page_of(make(maker=make.maker(debug=True))).texts
    )
    assert "odd" in page_of(Problem(title="x", status=500, extensions={"debug": "odd"})).texts


def test_text_says_the_same_without_markup(make: Make) -> None:
    maker = make.maker(debug=True, documentation_base="https://d.example/")
    problem = make(maker=maker, errors=(("/name", "is missing"),), user_message="Shop closed.")
    assert render(problem, TERMINAL, format="auto").body.decode() == (
        "Service Unavailable (503)\n\nShop closed.\n"
        f"{problem.guidance}\n\nWhat to correct:\n  /name: is missing\n\n"
        "More about this error: https://d.example/service-unavailable\n\nSupport reference: QKFF-04HM\n\n"
        "Debug:\nshop.QuoteError: the text of it, password=[REDACTED]\nexception: shop.QuoteError\n"
        '  File "a.py", line 3, in quote\n'
    )


def test_text_and_page_bear_any_text() -> None:
    problem = Problem(title="\ud800\x1b[31m", status=500, detail="a\x00b\ud800")
    assert render(problem, TERMINAL, format="auto").body.decode().startswith("�[31m (500)\n\nab�\n")
    assert "ab�" in page_of(problem).texts


# --- a body of the application's own ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "body", "content_type"),
    [
        ({"error": "x"}, b'{"error":"x"}', "application/json"),
        ("é\ud800", b"\xc3\xa9?", "text/plain; charset=utf-8"),
        (b"raw", b"raw", "text/plain; charset=utf-8"),
        (bytearray(b"raw"), b"raw", "text/plain; charset=utf-8"),
        (("<e/>", "application/xml"), b"<e/>", "application/xml"),
        (({"a": 1}, "application/vnd.shop+json"), b'{"a":1}', "application/vnd.shop+json"),
    ],
)
def test_a_renderer_makes_the_body(make: Make, made: Any, body: bytes, content_type: str) -> None:
    problem = make()
    sent = render(problem, GET, format="problem", renderer=lambda *_: made)
    assert sent.body == body
    assert sent.headers[:2] == (("Content-Type", content_type), ("Content-Length", str(len(body))))
    assert value(sent.headers, "X-Error-ID") == ERROR_ID
    assert render(problem, RequestFacts(method="HEAD"), format="problem", renderer=lambda *_: made).body == b""


def test_a_renderer_gets_the_problem_and_the_request(make: Make) -> None:
    problem = make()
    sent = render(problem, GET, format="problem", renderer=lambda p, f: {"code": p.code, "method": f.method})
    assert json.loads(sent.body) == {"code": "SERVICE_UNAVAILABLE", "method": "GET"}


async def later() -> str:
    return "late"


@pytest.mark.parametrize(
    "made",
    [
        None,
        5,
        ("x", "text/plain\r\nX-Evil: 1"),
        ("x", ""),
        ("x", 7),
        ("x",),
        ("x", "a/b", "c"),
        {"a": object()},
        {"a": "\ud800"},
    ],
)
def test_a_renderer_that_makes_no_body_is_reported_and_passed_over(make: Make, made: Any) -> None:
    reported: list[Exception] = []
    sent = render(make(), GET, format="problem", renderer=lambda *_: made, on_error=reported.append)
    assert sent == render(make(), GET, format="problem")
    assert len(reported) == 1


def test_a_renderer_that_raises_is_reported_and_passed_over(make: Make) -> None:
    def broken(*_: object) -> Any:
        raise LookupError("broken")

    reported: list[Exception] = []
    sent = render(make(), GET, format="problem", renderer=broken, on_error=reported.append)
    assert json.loads(sent.body)["code"] == "SERVICE_UNAVAILABLE"
    assert [type(error) for error in reported] == [LookupError]
    assert render(make(), GET, format="problem", renderer=broken) == sent


def test_an_asynchronous_renderer_is_refused_without_a_warning(make: Make) -> None:
    reported: list[Exception] = []
    render(make(), GET, format="problem", renderer=lambda *_: later(), on_error=reported.append)  # type: ignore[arg-type,return-value]
    assert "coroutine" in str(reported[0])


def test_a_report_that_fails_does_not_cost_the_answer(make: Make) -> None:
    def broken(*_: object) -> Any:
        raise LookupError("broken")

    assert render(make(), GET, format="problem", renderer=broken, on_error=broken).status == 503


def test_a_renderer_may_end_the_process(make: Make) -> None:
    def leaving(*_: object) -> Any:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        render(make(), GET, format="problem", renderer=leaving)


# --- the last resort --------------------------------------------------------------------------------------------------


def test_the_fail_safe_is_a_complete_problem() -> None:
    sent = FAIL_SAFE(ERROR_ID)
    said = json.loads(sent.body)
    general = SHIPPED.texts("en", "INTERNAL_ERROR", Category.SYSTEM, 500)
    assert said == {
        "type": "about:blank", "title": "Internal Server Error", "status": 500, "detail": general.detail,
        "instance": f"urn:uuid:{ERROR_ID}", "code": "INTERNAL_ERROR", "error_id": ERROR_ID, "recoverable": False,
        "guidance": general.guidance, "retry": {"allowed": False}, "notification": "error",
    }  # fmt: skip
    assert sent.status == 500
    assert sent.headers == (
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(sent.body))),
        ("Content-Language", "en"),
        ("Cache-Control", "no-store"),
        ("Vary", "Accept, Accept-Language"),
        ("X-Error-ID", ERROR_ID),
    )


def test_the_fail_safe_is_what_an_unexpected_failure_gets_but_for_ids_and_time(make: Make) -> None:
    failure = {
        "status": 500,
        "code": "INTERNAL_ERROR",
        "category": Category.SYSTEM,
        "transient": False,
        "recoverable": False,
    }
    ordinary = make(**failure).to_dict()
    constant = json.loads(FAIL_SAFE(ERROR_ID).body)
    assert constant == {name: ordinary[name] for name in constant}
    assert list(constant) == [name for name in ordinary if name in constant]


@pytest.mark.parametrize("error_id", [None, "", 'a"b', "a\r\nb", "x" * 65, "é", 5, object(), b"abc"])
def test_the_fail_safe_leaves_out_what_is_no_id(error_id: object) -> None:
    sent = FAIL_SAFE(error_id)
    assert json.loads(sent.body)["code"] == "INTERNAL_ERROR"
    assert "error_id" not in json.loads(sent.body)
    assert value(sent.headers, "X-Error-ID") is None
    assert value(sent.headers, "Content-Length") == str(len(sent.body))


def test_the_fail_safe_trusts_no_subclass_of_text() -> None:
    class HostileText(str):
        __slots__ = ()

        def __format__(self, _: str) -> str:
            raise RuntimeError

    assert FAIL_SAFE(HostileText("abc")) == FAIL_SAFE(None)


def test_the_fail_safe_of_head_has_no_body() -> None:
    assert FAIL_SAFE(ERROR_ID, head=True) == (500, FAIL_SAFE(ERROR_ID).headers, b"")
