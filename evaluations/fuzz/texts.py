"""Texts: a planted secret never survives, a second pass changes nothing, and both engines say the same."""

from __future__ import annotations

from evaluations.fuzz.source import Source
from failsoft.sanitize import Sanitizer

__all__ = ["check_text", "text_of"]

_SECRET = "Canary7Fake9Kx2"
# each is complete in itself: what it announces is a secret, whatever stands on the lines around it
_PLANTED = (
    f"password={_SECRET}", f'{{"secret": "{_SECRET}"}}', f"api_key: {_SECRET}", f"'token': '{_SECRET}'",
    f"Authorization: Bearer {_SECRET}", f"postgres://app:{_SECRET}@db.internal/x", f"<password>{_SECRET}</password>",
    f"--password {_SECRET}", f"X-Api-Key: {_SECRET}", f"https://h.example/cb?access_token={_SECRET}&state=1",
    f"Cookie: sessionid={_SECRET}", f"client_secret='{_SECRET}'", f"redis://:{_SECRET}@cache:6379/0",
    f"curl -u admin:{_SECRET} https://h.example", f"DETAIL:  Key (email)=({_SECRET}) already exists.",
)  # fmt: skip
_ALONE = (
    "AKIA" + "QWERTY2345ABCDEF", "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3In0.c2lnbmF0dXJlb2ZmYWtl", "4111 1111 1111 1111",
    "jane.doe@example.com", "DE89370400440532013000", "123-45-6789",
)  # fmt: skip
_WORDS = (
    "password token api_key secret session key Key (a)=(b) is for of -p input_value= loc args= None null required "
    "Bearer Basic Authorization: Cookie: https:// user:pw@host [REDACTED:token] eyJ AKIA ghp_ &quot; %3D "
    '-----BEGIN 4111111111111111 +14155552671 2026-11-22 10.0.0.4 \\n \\" Failing row contains ( DETAIL:'
).split(" ")
_STANDARD = Sanitizer()


def _chunk(source: Source) -> str:
    kind = source.byte() % 3
    if kind == 0:
        return source.text()
    return " ".join(source.choice(_WORDS) for _ in range(source.below(6)))


def text_of(source: Source) -> tuple[str, list[str]]:
    """Lines of noise with secrets on lines of their own, and what must not be left of them."""
    lines: list[str] = []
    planted: list[str] = []
    for _ in range(1 + source.below(6)):
        if source.byte() % 3 == 0:
            whole = source.choice(_PLANTED + _ALONE)
            lines.append(f"{_chunk(source)} {whole} {_chunk(source)}" if source.byte() % 2 else whole)
            planted.append(_SECRET if _SECRET in whole else whole)
        else:
            lines.append(_chunk(source))
    return "\n".join(lines), planted


def check_text(source: Source, sanitizer: Sanitizer = _STANDARD) -> None:
    """Build a text and check what comes out.

    Raises:
        AssertionError: something survived, or a second pass changed something, or it could not be sanitized.
    """
    text, planted = text_of(source)
    failures = sanitizer.failures
    once = sanitizer.text(text)
    assert sanitizer.failures == failures, f"could not be sanitized: {text!r}"
    for secret in planted:
        assert secret not in once, f"{secret!r} survived in {once!r} of {text!r}"
    again = sanitizer.text(once)
    assert again == once, f"a second pass changed {once!r} to {again!r}, of {text!r}"
