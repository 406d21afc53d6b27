"""Every exception is answered as a problem: right status, right shape, nothing leaked, recorded once."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from contract import spec
from contract.servers import Reply, Server, unique

STATUSES = {
    "base": (500, "INTERNAL_ERROR"), "authentication": (401, "AUTH_ERROR"), "authorization": (403, "AUTHZ_ERROR"),
    "validation": (400, "VALIDATION_ERROR"), "not_found": (404, "NOT_FOUND"), "conflict": (409, "CONFLICT"),
    "pipeline": (422, "PIPELINE_ERROR"), "data_processing": (422, "DATA_PROCESSING_ERROR"),
    "file_upload": (413, "FILE_UPLOAD_ERROR"), "encryption": (500, "ENCRYPTION_ERROR"),
    "compliance": (403, "HIPAA_COMPLIANCE_ERROR"), "bias": (422, "BIAS_DETECTION_ERROR"),
    "rate_limit": (429, "RATE_LIMIT_ERROR"), "unavailable": (503, "SERVICE_UNAVAILABLE"),
    "circuit_open": (503, "CIRCUIT_BREAKER_ERROR"), "bulkhead": (503, "BULKHEAD_FULL"),
    "timeout": (504, "TIMEOUT_ERROR"), "retry_exhausted": (503, "RETRY_EXHAUSTED"),
    "fallback_failed": (503, "FALLBACK_FAILED"), "user_message": (409, "CONFLICT"),
    "retry_zero": (503, "SERVICE_UNAVAILABLE"), "unexpected": (500, "INTERNAL_ERROR"),
    "key_error": (500, "INTERNAL_ERROR"), "wrapped": (504, None), "group_404": (404, "NOT_FOUND"),
    "group_mixed": (500, "INTERNAL_ERROR"), "refused": (None, None), "disk_full": (None, None),
    "memory": (None, None), "integrity": (409, None), "child": (500, None), "domain": (409, "OUT_OF_STOCK"),
    "broken_str": (500, "INTERNAL_ERROR"), "broken_repr": (500, "INTERNAL_ERROR"), "not_text": (500, "INTERNAL_ERROR"),
    "surrogates": (500, "INTERNAL_ERROR"), "nul": (500, "INTERNAL_ERROR"), "huge": (500, "INTERNAL_ERROR"),
    "odd_status": (500, "INTERNAL_ERROR"), "cycle": (500, "INTERNAL_ERROR"), "long_chain": (500, "INTERNAL_ERROR"),
    "recursion": (500, "INTERNAL_ERROR"), "no_args": (500, "INTERNAL_ERROR"), "bytes": (500, "INTERNAL_ERROR"),
    "header_injection": (409, "CONFLICT"), "odd_header": (409, "CONFLICT"), "user_text_huge": (409, "CONFLICT"),
    "user_text_secret": (409, "CONFLICT"),
}  # fmt: skip


def check_problem(reply: Reply, status: int | None = None, code: str | None = None) -> dict[str, Any]:
    """A reply is a well-formed problem whose headers agree with its body."""
    assert reply.header("content-type") == "application/problem+json", reply
    assert len(reply.body) <= 16_384
    problem: dict[str, Any] = json.loads(reply.body)
    assert problem["status"] == reply.status
    if status is not None:
        assert reply.status == status, problem
    if code is not None:
        assert problem["code"] == code
    assert 400 <= reply.status <= 599
    assert problem["error_id"] == reply.header("x-error-id")
    assert problem["request_id"] == reply.header("x-request-id")
    assert problem["instance"] == f"urn:uuid:{problem['error_id']}"
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", problem["support_reference"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", problem["timestamp"])
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    assert problem["guidance"]
    assert isinstance(problem["recoverable"], bool)
    assert isinstance(problem["retry"]["allowed"], bool)
    assert problem["documentation_url"].startswith("https://docs.example.com/errors/")
    assert None not in problem.values()
    assert "no-store" in (reply.header("cache-control") or "")
    vary = ",".join(reply.all("vary")).lower()
    assert "accept" in vary
    assert "accept-language" in vary
    assert reply.header("content-language") == "en"
    assert reply.header("content-length") == str(len(reply.body))
    return problem


def check_silent(reply: Reply) -> None:
    """Nothing of an exception's text, locals or frames is anywhere in the reply."""
    text = reply.body.decode() + repr(reply.headers)
    for leak in (spec.SECRET, "hunter2", "Traceback", "spec.py", "X-Injected", "admin=1"):
        assert leak not in text


@pytest.mark.parametrize("name", STATUSES)
def test_an_exception_becomes_a_problem(server: Server, name: str) -> None:
    reply = server.get(f"/raise/{name}")
    status, code = STATUSES[name]
    check_problem(reply, status, code)
    check_silent(reply)
    handled = [e for e in server.events(reply.header("x-request-id") or "") if e["event"] == "ErrorHandled"]
    assert len(handled) == 1
    assert handled[0]["status"] == reply.status
    assert handled[0]["failure"]["error_id"] == reply.header("x-error-id")
    assert handled[0]["endpoint"] == "GET /raise/{name}"


@pytest.mark.parametrize("name", ["unexpected", "validation", "unavailable", "broken_str", "group_404"])
def test_a_synchronous_view_is_answered_the_same(server: Server, name: str) -> None:
    assert masked(server.get(f"/raise-sync/{name}")) == masked(server.get(f"/raise/{name}"))


@pytest.mark.parametrize("name", ["unexpected", "conflict", "surrogates"])
def test_a_post_is_answered_the_same(server: Server, name: str) -> None:
    reply = server.request("POST", f"/raise/{name}", body=b"{}", headers={"Content-Type": "application/json"})
    check_problem(reply, *STATUSES[name])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 415, 429, 503])
def test_the_frameworks_own_http_exception_keeps_its_status_and_headers(server: Server, status: int) -> None:
    reply = server.get(f"/http/{status}")
    check_problem(reply, status)
    if status in (429, 503):
        assert reply.header("retry-after") == "30"
    if status == 401:
        assert (reply.header("www-authenticate") or "").lower().startswith("basic")


def test_an_unknown_path_is_a_problem_under_one_key(server: Server) -> None:
    for path in ("/nowhere", "/nowhere/else", f"/{unique()}"):
        reply = server.get(path)
        check_problem(reply, 404, "NOT_FOUND")
        (event,) = server.events(reply.header("x-request-id") or "")
        assert event["endpoint"] == "__unmatched__"


def test_a_method_that_is_not_allowed_says_which_are(server: Server) -> None:
    reply = server.get("/only-post")
    check_problem(reply, 405, "METHOD_NOT_ALLOWED")
    assert "POST" in (reply.header("allow") or "")


def test_validation_errors_are_listed_by_pointer(server: Server) -> None:
    problem = check_problem(server.get("/raise/validation"), 400)
    assert problem["errors"] == [
        {"pointer": "/quantity", "detail": "must be above 0"},
        {"pointer": "/sku", "detail": "unknown"},
    ]


def test_a_mapped_exception_speaks_as_the_settings_say(server: Server) -> None:
    problem = check_problem(server.get("/raise/domain"), 409, "OUT_OF_STOCK")
    assert problem["detail"] == "That item is sold out."
    german = server.get("/raise/domain", Accept_Language="de-AT,en;q=0.5")
    assert german.json()["detail"] == "Dieser Artikel ist ausverkauft."
    assert german.header("content-language") == "de"


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_texts_come_in_the_clients_language(server: Server, language: str) -> None:
    english = server.get("/raise/unavailable").json()
    reply = server.get("/raise/unavailable", Accept_Language=f"{language},en;q=0.1")
    assert reply.header("content-language") == language
    assert reply.json()["guidance"] != english["guidance"]


def test_a_user_message_is_the_detail(server: Server) -> None:
    assert server.get("/raise/user_message").json()["detail"] == "The slot was taken a moment ago."


def test_header_injection_is_refused(server: Server) -> None:
    reply = server.get("/raise/header_injection")
    assert reply.header("x-evil") is None
    assert reply.header("set-cookie") is None
    assert reply.header("x-fine") == "yes"


def test_a_header_that_cannot_be_sent_is_left_out(server: Server) -> None:
    reply = server.get("/raise/odd_header")
    assert reply.header("x-snow") is None
    assert reply.header("x-fine") == "yes"


def test_a_retry_time_that_the_application_set_is_kept(server: Server) -> None:
    assert server.get("/raise/unavailable").header("retry-after") == "12"
    assert server.get("/raise/rate_limit").header("retry-after") == "7"
    assert server.get("/raise/retry_zero").header("retry-after") == "0"
    assert server.get("/raise/unavailable").json()["retry"] == {"allowed": True, "after": 12}


def test_head_gets_headers_only(server: Server) -> None:
    reply = server.request("HEAD", "/nowhere")
    assert reply.status == 404
    assert reply.body == b""
    assert reply.header("content-type") == "application/problem+json"
    assert int(reply.header("content-length") or 0) > 0
    assert reply.header("x-error-id")


def test_the_applications_own_handler_wins(server: Server) -> None:
    if server.name.startswith("django"):
        pytest.skip("Django has no exception handlers of its own")
    reply = server.get("/raise/handled")
    assert reply.status == 418
    assert reply.json() == {"handled": "by the app"}
    assert reply.header("x-request-id")


def test_headers_of_the_users_middleware_are_on_errors_too(server: Server) -> None:
    for path in ("/raise/unexpected", "/raise/conflict", "/nowhere", "/ok"):
        reply = server.get(path, Origin="https://shop.example")
        assert reply.header("access-control-allow-origin") == "https://shop.example", path
        assert reply.header("x-request-id"), path


def test_routes_under_a_prefix_share_one_key(server: Server) -> None:
    keys = set()
    for tenant in ("acme", "globex", "initech"):
        reply = server.get(f"/tenants/{tenant}/raise/conflict")
        check_problem(reply, 409)
        keys |= {e["endpoint"] for e in server.events(reply.header("x-request-id") or "")}
    assert keys == {"GET /tenants/{tenant}/raise/{name}"}


def test_an_exempt_endpoint_is_left_to_the_framework(server: Server) -> None:
    reply = server.get("/off?fail=error")
    assert reply.status == 500
    assert reply.header("content-type") != "application/problem+json"
    assert reply.header("x-error-id") is None


def test_an_observed_endpoint_is_answered_by_the_framework(server: Server) -> None:
    reply = server.get("/observed?fail=error")
    assert reply.status == 500
    assert reply.header("content-type") != "application/problem+json"
    assert reply.header("x-error-id") is None
    events = server.events(reply.header("x-request-id") or "", wanted="WouldAnswer")
    kinds = {e["event"] for e in events}
    assert {"WouldRetry", "WouldAnswer"} <= kinds
    assert "RetryScheduled" not in kinds


# -- the same bytes everywhere

SAME = list(STATUSES)
_VARIES = re.compile(
    rb'("instance":")[^"]*|("error_id":")[^"]*|("request_id":")[^"]*|("trace_id":")[^"]*|("timestamp":")[^"]*'
    rb'|("support_reference":")[^"]*'
)


def masked(reply: Reply) -> tuple[int, bytes, list[tuple[str, str]]]:
    """A reply without its ids and times, and without what the server puts on every response."""
    body = _VARIES.sub(lambda m: (m[1] or m[2] or m[3] or m[4] or m[5] or m[6]) + b"*", reply.body)
    keep = {
        "content-type",
        "content-length",
        "content-language",
        "cache-control",
        "retry-after",
        "www-authenticate",
        "x-fine",
    }
    headers = sorted((k.lower(), v.lower()) for k, v in reply.headers if k.lower() in keep)
    return reply.status, body, headers


@pytest.mark.parametrize("path", [*(f"/raise/{name}" for name in SAME), "/nowhere", "/only-post"])
def test_all_frameworks_send_the_same_bytes(servers: dict[str, Server], path: str) -> None:
    answers = {name: masked(server.get(path)) for name, server in servers.items()}
    first = answers.pop("starlette")
    for name, other in answers.items():
        assert other == first, name


@pytest.mark.parametrize("accept", ["text/html", "text/plain"])
def test_all_frameworks_send_the_same_page(servers: dict[str, Server], accept: str) -> None:
    def page(server: Server) -> str:
        reply = server.get("/raise/conflict", Accept=accept)
        assert (reply.header("content-type") or "").startswith(accept)
        text = reply.body.decode()
        for header in ("x-error-id", "x-request-id"):
            text = text.replace(reply.header(header) or "-", "*")
        return re.sub(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}|\d{4}-\d\d-\d\dT[\d:.]+Z|[0-9a-f]{32}", "*", text)

    pages = {name: page(server) for name, server in servers.items()}
    assert len(set(pages.values())) == 1
