"""Values of headers."""

from __future__ import annotations

import pytest

from failsoft.sanitize import Sanitizer

SANITIZER = Sanitizer()


@pytest.mark.parametrize(
    ("name", "value", "cleaned"),
    [
        ("Authorization", "Bearer abc123def456", "Bearer [REDACTED:authorization]"),
        ("authorization", "Basic Ym9iOmh1bnRlcjI=", "Basic [REDACTED:authorization]"),
        ("Authorization", "abc123def456", "[REDACTED:authorization]"),
        ("Proxy-Authorization", "Digest username=bob, response=abc", "Digest [REDACTED:authorization]"),
        ("Cookie", "sessionid=abc; theme=dark", "[REDACTED:cookie]"),
        ("Set-Cookie", "sid=abc; Path=/; HttpOnly", "sid=[REDACTED:cookie]; Path=/; HttpOnly"),
        ("X-Api-Key", "abc123def456", "[REDACTED:api_key]"),
        ("X-CSRFToken", "abc123def456", "[REDACTED:token]"),
        ("X-Auth-Token", "eyJhbGciOi.eyJzdWIi.c2ln", "[REDACTED:jwt]"),
        ("Referer", "https://x.example/?token=abc123def", "https://x.example/?token=[REDACTED:token]"),
        ("From", "jane@example.com", "[REDACTED:email]"),
    ],
)
def test_the_secret_of_a_header_goes(name: str, value: str, cleaned: str) -> None:
    assert SANITIZER.header(name, value) == cleaned


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Accept", "application/json"),
        ("WWW-Authenticate", 'Bearer realm="api", error="invalid_token"'),
        ("Authorization", ""),
        ("Authorization", "[REDACTED:authorization]"),
        ("Authorization", "Bearer [REDACTED:authorization]"),
        ("Set-Cookie", "sid=; Path=/; Max-Age=0"),
        ("Set-Cookie", "sid=[REDACTED:cookie]; Path=/"),
        ("Cookie", "[REDACTED:cookie]"),
        ("X-Request-ID", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        ("ETag", '"686897696a7c876b7e"'),
        ("Content-Length", "42"),
    ],
)
def test_a_header_without_a_secret_stays(name: str, value: str) -> None:
    assert SANITIZER.header(name, value) == value


def test_a_header_that_cannot_be_read_is_withheld() -> None:
    sanitizer = Sanitizer()
    assert sanitizer.header(None, "abc") == "[REDACTED:error]"  # type: ignore[arg-type]
    assert sanitizer.header("X-Api-Key", None) == "[REDACTED:error]"  # type: ignore[arg-type]
    assert sanitizer.failures == 2
