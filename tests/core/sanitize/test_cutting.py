"""A result that is cut shows no piece of a secret."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failsoft.sanitize import Sanitizer

ENGINES = [Sanitizer(engine=engine, max_text=300) for engine in ("auto", "python")]
_SECRETS = {
    "password={}": "hunter2" + "-and-fake-but-long",
    'x "api_key": "{}" y': "q7Zp3xFakeFakeFake9Lm2",
    "see postgresql://shop:{}@db.internal/shop": "s3cr3tFakePass77",
    "Authorization: Bearer {} and": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiJmYWtlIn0.c2lnbmF0dXJlLWZha2U",
    "from {} to": "ada.lovelace.fake@example.com",
    "pay {} now": "4111 1111 1111 1111",
    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----": "MIIEvFakeFakeFake0123456789abcdef" * 4,
    "Key (email)=({}) already exists": "grace.fake@example.org",
}
_FILL = "nothing to see here, line 12; "


def shows(text: str, secret: str) -> bool:
    """Whether six characters of a secret, one after the other, are in a text."""
    return any(secret[at : at + 6] in text for at in range(len(secret) - 5))


@pytest.mark.parametrize("sanitizer", ENGINES)
@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(_SECRETS)),
    st.integers(0, 340),
    st.integers(0, 6_000),
    st.booleans(),
)
def test_no_piece_of_a_secret_wherever_the_cut_falls(
    sanitizer: Sanitizer, form: str, before: int, after: int, far: bool
) -> None:
    secret = _SECRETS[form]
    lead = (_FILL * 200)[: before + (300 + 4_096 - 200 if far else 0)] + " "
    cleaned = sanitizer.text(lead + form.format(secret) + " " + (_FILL * 300)[:after])
    assert len(cleaned) <= 300
    assert not shows(cleaned, secret)
    assert sanitizer.text(cleaned) == cleaned
