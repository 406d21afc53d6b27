"""Which names are sensitive, and which only look like it."""

from __future__ import annotations

import pytest

from failsoft.sanitize import Sanitizer
from failsoft.sanitize.keys import KeyMatcher, words_of
from failsoft.sanitize.rules import STRONG_TERMS, WEAK_TERMS
from failsoft.sanitize.sanitizer import Engine, Tier
from failsoft.sanitize.stems import STEMS, STRICT_STEMS

SANITIZER = Sanitizer()


def _names(text: str) -> list[str]:
    return text.split()


SENSITIVE = _names("""
password passwd pwd pass Password DB_PASSWORD db_password dbpassword userPassword new_password password2 password_1
password-confirmation passwordConfirmation passwordHash password_hash PASSWORD_V2 old.password user[password] smtp_pass
passphrase passcode secret secrets client_secret clientSecret SECRET_KEY secretKey secret_key_base webhook_secret
api_key apiKey APIKey apikey X-Api-Key x_api_key API_KEY_V2 openai_api_key stripe_key GITHUB_KEY access_key
aws_secret_access_key aws_access_key_id AccountKey private_key privateKey ssh_private_key encryption_key hmac_key
signingKey master_key license_key token access_token accessToken refresh_token id_token csrf_token csrfToken
csrfmiddlewaretoken X-CSRF-Token XSRF-TOKEN auth_token authToken bearer_token bot_token jwt session sessionid
session_id sessionId JSESSIONID PHPSESSID connect.sid session_key cookie cookies set-cookie Set-Cookie HTTP_COOKIE
authorization Authorization proxy-authorization HTTP_AUTHORIZATION auth credentials credential creds
x-amz-security-token X-Amz-Signature signature sig otp totp_secret mfa_code pin pin_code recovery_code
verification_code cvv cvc card_number cardNumber card[number] credit_card pan ssn social_security_number iban
account_number bank_account dsn database_url DATABASE_URL connection_string mongo_uri code_verifier
authorization_code dob date_of_birth birthDate mrn medical_record_number patient_id memberId first_name lastName
full_name phone phone_number mobileNumber passport_number drivers_license tax_id national_id street_address surname
""")

LOOK_ALIKES = _names("""
keyboard monkey key keys primary_key primaryKey foreign_key sort_key partition_key cache_key idempotency_key
routing_key public_key publicKey public_key_id key_id keyId key_length keyword keywords hockey donkey turkey
passenger passenger_name compass bypass passed pass_count passive passport_photo_url author authors authority
author_id authenticated auth_method auth_type auth_url is_authenticated token_count tokenCount max_tokens
maxTokens total_tokens prompt_tokens completion_tokens tokens token_type tokenType tokenizer token_url
token_expires_at token_bucket tokens_per_minute CHARS_PER_TOKEN secretary secretariat secret_name session_count
session_length session_type session_timeout sessionTimeout spin spinner pinned opinion shipping shipping_address
billing_address company expand pandas panel dashboard cookie_banner_shown cookies_enabled cookie_name designature
apikind api_version api_url capital therapist rapid signature_algorithm signed_at credits credit_limit cardinal
cardboard discard scorecard hashcode description asserts password_reset_required password_updated_at has_password
hasPassword is_password_set password_min_length password_required requires_password password_policy password_file
no_password card_type phone_type phone_verified account_id account_name name username user_name email_verified
ip_address address status_code error_code zip_code country_code version id uuid url path message access accessor
""")


@pytest.mark.parametrize("name", SENSITIVE)
def test_a_name_that_ends_in_a_sensitive_term_is_sensitive(name: str) -> None:
    assert SANITIZER.is_sensitive_key(name)


@pytest.mark.parametrize("name", LOOK_ALIKES)
def test_a_name_that_only_looks_like_one_is_not_sensitive(name: str) -> None:
    assert not SANITIZER.is_sensitive_key(name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("apiKey", ("api", "key")),
        ("X-Api-Key", ("x", "api", "key")),
        ("APIKey", ("api", "key")),
        ("card[number]", ("card", "number")),
        ("DB_PASSWORD", ("db", "password")),
        ("password2", ("password", "2")),
        ("größe_2", ("größe", "2")),
        ("", ()),
        ("__", ()),
    ],
)
def test_a_name_is_read_as_words(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_own_names_are_found_in_any_spelling_and_position() -> None:
    sanitizer = Sanitizer(keys=["employee_no"])
    for name in ("employee_no", "employeeNo", "Employee-No", "old_employee_no", "employee_no_hash"):
        assert sanitizer.is_sensitive_key(name)
    for name in ("employee", "employees_no", "no", "employee_note"):
        assert not sanitizer.is_sensitive_key(name)


def test_own_names_are_found_in_texts_and_values() -> None:
    sanitizer = Sanitizer(keys=["employee_no", "Badge"])
    assert sanitizer.text("employee_no=4711x, badge: 88a") == (
        "employee_no=[REDACTED:employee_no], badge: [REDACTED:badge]"
    )
    assert sanitizer.text('{"employeeNo": "4711x"}') == '{"employeeNo": "[REDACTED:employee_no]"}'
    assert sanitizer.value({"EMPLOYEE-NO": "4711x"}) == {"EMPLOYEE-NO": "[REDACTED:employee_no]"}
    assert sanitizer.header("X-Badge", "88a") == "[REDACTED:badge]"


FIRST_WORDS = sorted({stem for stem, *_ in (*STEMS, *STRICT_STEMS) if stem.isalpha() and stem.isascii()})


@pytest.mark.parametrize("engine", ["python", "re2"])
@pytest.mark.parametrize("tier", ["standard", "strict"])
def test_own_names_may_begin_with_any_word_of_the_built_in_ones(engine: Engine, tier: Tier) -> None:
    if engine == "re2":
        pytest.importorskip("re2")
    sanitizer = Sanitizer(keys=[f"{word}_quux" for word in FIRST_WORDS], engine=engine, tier=tier)
    left = [
        text
        for word in FIRST_WORDS
        for text in (f"{word}_quux=TF-9912", f'{{"{word}Quux": "TF-9912"}}', f"no {word.upper()}-QUUX: TF-9912 here")
        if "TF-9912" in sanitizer.text(text)
    ]
    assert left == []


@pytest.mark.parametrize("word", ["tax", "member", "device", "health", "sms", "sin", "pass", "contact", "name", "case"])
def test_an_own_name_needs_no_other_beside_it(word: str) -> None:
    # what is looked for of all names together is shorter than any of them, and may lead to one by chance
    sanitizer = Sanitizer(keys=[f"{word}_quux"])
    assert sanitizer.text(f"{word}_quux=TF-9912") == f"{word}_quux=[REDACTED:{word}_quux]"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("tax_file", "no record for tax file: TF-9912"),
        ("patient_ref", "Patient Ref: TF-9912"),
        ("customer_file", "customer file=TF-9912 is closed"),
        ("case_file_ref", "case file ref = TF-9912"),
        ("employee_no", "employee no: TF-9912"),
    ],
)
def test_own_names_of_several_words_are_found_in_prose(key: str, text: str) -> None:
    assert Sanitizer(keys=[key]).text(text) == text.replace("TF-9912", f"[REDACTED:{key}]")


def test_a_safe_name_wins_over_every_rule() -> None:
    sanitizer = Sanitizer(keys=["session_token"], safe_keys=["session-token"])
    assert not sanitizer.is_sensitive_key("sessionToken")
    assert sanitizer.text("session_token=abc123def") == "session_token=abc123def"
    assert sanitizer.value({"session_token": "abc123def"}) == {"session_token": "abc123def"}


def test_a_secret_under_a_safe_name_still_goes_by_its_form() -> None:
    sanitizer = Sanitizer(safe_keys=["contact"])
    assert sanitizer.value({"contact": "jane@example.com"}) == {"contact": "[REDACTED:email]"}


def test_no_name_is_too_odd() -> None:
    for name in ("", "\ud800", "\x00", "a" * 100_000, "password" * 10_000, "пароль", "İ"):
        assert isinstance(SANITIZER.is_sensitive_key(name), bool)


def test_a_name_that_is_no_text_counts_as_sensitive_and_as_a_failure() -> None:
    sanitizer = Sanitizer()
    assert sanitizer.is_sensitive_key(object())  # type: ignore[arg-type]
    assert sanitizer.failures == 1


_VALUES = {
    "phone": "0171 1234567",
    "birth_date": "1980-02-03",
    "health_id": "A12345",
    "national_id": "A12345678",
    "id_number": "123456789",
    "identity_number": "8704135221082",
    "account": "12345678",
    "ssn": "123-45-6789",
    "sin": "046 454 286",
    "card": "4111 1111 1111 1111",
    "iban": "DE00111122223333",
    "name": "Jane",
    "address": "1 Main Street",
    "otp": "481516",
    "cvv": "123",
}
# rare enough that a text is not searched for them; under these names values go from structures
# to look for their letters would cost every text
_ONLY_IN_VALUES = {"salasana", "losenord"}


@pytest.mark.parametrize(
    ("term", "kind"),
    [
        (term, kind)
        for term, kind in (STRONG_TERMS | WEAK_TERMS).items()
        if kind != "dsn" and term not in _ONLY_IN_VALUES
    ],
)
def test_every_sensitive_term_is_noticed_in_a_text(term: str, kind: str) -> None:
    assert KeyMatcher().kind(term) == kind
    value = _VALUES.get(kind, "abc123def456abc")
    assert SANITIZER.text(f"{term}={value}") == f"{term}=[REDACTED:{kind}]"
