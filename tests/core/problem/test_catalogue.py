"""The texts: complete in every language, and the right one for a failure."""

from __future__ import annotations

import re
from gettext import GNUTranslations
from importlib.resources import files
from io import BytesIO

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from failsoft.errors import Category, FailsoftError, Notification, exceptions
from failsoft.errors.catalogue.labels import CODES as CLASSIFIED
from failsoft.problem.catalogue import CODES, LANGUAGES, SHIPPED, fill, notification
from failsoft.problem.wording import ALIASES, MESSAGES, PLURALS

label, phrase, texts, wait = SHIPPED.label, SHIPPED.phrase, SHIPPED.texts, SHIPPED.wait
SOURCE = files("failsoft.problem").joinpath("locale")
PLACEHOLDER = re.compile(r"\{\w+\}")
STATUSES = (400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 418, 422, 429, 451, 499, 500, 502, 503, 504, 507, 599)


def entries(language: str) -> dict[str, str]:
    """The texts of a language by key, as its source has them; those that depend on a number once for each form."""
    if language == "en":
        forms = {f"{key}[{number}]": form for key, forms in PLURALS.items() for number, form in enumerate(forms)}
        return {**MESSAGES, **forms}
    found = {}
    for message in catalogue_of(language):
        if message.context is not None:
            several = isinstance(message.string, tuple)
            strings = message.string if several else (message.string,)
            found |= {f"{message.context}[{n}]" if several else message.context: text for n, text in enumerate(strings)}
    return found


def catalogue_of(language: str) -> Catalog:
    with SOURCE.joinpath(language, "LC_MESSAGES", "failsoft.po").open("rb") as file:
        return read_po(file, locale=language, domain="failsoft")


def english_of(key: str) -> str:
    return entries("en").get(key) or PLURALS[key.partition("[")[0]][1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text(language: str) -> None:
    mine, english = entries(language), entries("en")
    assert {key.partition("[")[0] for key in mine} == {key.partition("[")[0] for key in english}
    assert all(text.strip() == text and text for text in mine.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_places_to_fill(language: str) -> None:
    for key, text in entries(language).items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(english_of(key))), key


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_what_is_compiled_is_what_the_source_says(language: str) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue_of(language))
    committed = SOURCE.joinpath(language, "LC_MESSAGES", "failsoft.mo").read_bytes()
    # but for the header, which names the version of Babel
    assert content_of(compiled.getvalue()) == content_of(committed), "make messages"


def content_of(compiled: bytes) -> tuple[dict[tuple[str, str], object], list[str], str]:
    """All entries of a compiled catalogue, and its plural forms."""
    catalog = read_mo(BytesIO(compiled))
    header = dict(catalog.mime_headers)
    return (
        {(message.context or "", str(message.id)): message.string for message in catalog if message.id},
        [wait_of(compiled, number) for number in (0, 1, 2, 5, 1_000_000)],
        header["Content-Type"],
    )


def wait_of(compiled: bytes, number: int) -> str:
    return GNUTranslations(BytesIO(compiled)).npgettext("wait.seconds", *PLURALS["wait.seconds"], number)


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_no_translation_is_of_an_english_text_that_has_changed(language: str) -> None:
    sources = {message.context: message.id for message in catalogue_of(language) if message.context}
    assert sources == {**MESSAGES, **PLURALS}, "make messages"
    assert not any(message.fuzzy for message in catalogue_of(language) if message.context)


def test_translators_get_every_text_as_babel_finds_it() -> None:
    with SOURCE.joinpath("failsoft.pot").open("rb") as file:
        found = {message.context: message.id for message in read_po(file) if message.context}
    assert found == {**MESSAGES, **PLURALS}, "make messages"


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_a_translation_is_not_a_copy_of_the_english(language: str) -> None:
    mine, english = entries(language), entries("en")
    same = {name for name in english if mine[name] == english[name]}
    # words that are written alike
    assert same <= {"page.status", "wait.minutes[0]", "wait.minutes[1]"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_texts_of_its_own(language: str, code: str) -> None:
    said = texts(language, code, Category.SYSTEM, CODES[code].status)
    title = f"code.{code}.title"
    assert said.title == entries(language)[ALIASES.get(title, title)]
    assert all(said)
    assert said.detail != texts(language, "NO_SUCH_CODE", Category.VALIDATION, 599).detail


def test_every_code_that_a_classification_gives_is_known() -> None:
    assert set(CLASSIFIED) - set(CODES) == {"CLIENT_DISCONNECTED"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", sorted(set(CLASSIFIED) - {"CLIENT_DISCONNECTED"}))
def test_what_is_said_of_every_code_is_short_whole_and_in_the_language(language: str, code: str) -> None:
    said = texts(language, code, Category.SYSTEM, CODES[code].status)
    assert len(said.title) <= 60
    assert said.title[-1] not in ".!"
    for sentence in (said.detail, said.guidance):
        assert sentence.endswith(".")
        assert len(sentence) <= 170
    if language != "en":
        english = texts("en", code, Category.SYSTEM, CODES[code].status)
        assert not any(mine == theirs for mine, theirs in zip(said, english, strict=True))
    assert notification(code, CODES[code].status) in Notification


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["FALLBACK_FAILED", "RETRY_EXHAUSTED"])
def test_what_was_tried_in_vain_does_not_clear_a_request_that_is_turned_away(language: str, code: str) -> None:
    said = texts(language, code, Category.VALIDATION, 404)
    assert said.guidance == texts(language, "NOT_FOUND", Category.VALIDATION, 404).guidance
    assert said.title == texts(language, code, Category.NETWORK, 503).title


def test_codes_of_our_exceptions_have_their_status() -> None:
    for name in exceptions.__all__:
        kind = getattr(exceptions, name)
        if isinstance(kind, type) and issubclass(kind, FailsoftError):
            assert CODES[kind.default_code].status == kind.default_status, name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", list(Category))
def test_a_code_of_the_application_has_texts_for_every_category_and_status(language: str, category: Category) -> None:
    for status in STATUSES:
        assert all(texts(language, "SHOP_CLOSED", category, status))
        assert phrase(language, status)


@pytest.mark.parametrize(
    ("code", "category", "status", "title"),
    [
        ("ORDER_NOT_FOUND", Category.VALIDATION, 404, "Not found"),
        ("HTTP_410", Category.VALIDATION, 410, "No longer available"),
        ("NO_FUNDS", Category.BUSINESS_LOGIC, 409, "Request refused"),
        ("STALE", Category.CONCURRENCY, 409, "Conflict with the current state"),
        ("TOKEN_OLD", Category.AUTHENTICATION, 401, "Sign-in required"),
        ("TOKEN_OLD", Category.AUTHENTICATION, 403, "Not permitted"),
        ("PEER_TOKEN", Category.AUTHENTICATION, 502, "Refused by another service"),
        ("BANK_DOWN", Category.EXTERNAL_SERVICE, 502, "Problem at another service"),
        ("BANK_DOWN", Category.EXTERNAL_SERVICE, 503, "Service unavailable"),
        ("ODD", Category.NETWORK, 418, "Request not carried out"),
        ("ODD", Category.VALIDATION, 500, "Something went wrong on our side"),
        ("INTERNAL_ERROR", Category.BUSINESS_LOGIC, 402, "Payment required"),
        ("RETRY_EXHAUSTED", Category.VALIDATION, 404, "Several attempts failed"),
    ],
)
def test_the_nearest_text_is_used(code: str, category: Category, status: int, title: str) -> None:
    assert texts("en", code, category, status).title == title


def test_a_known_code_keeps_its_title_with_a_status_of_the_other_class() -> None:
    stored, sent = (texts("en", "DATA_INTEGRITY_ERROR", Category.DATA_INTEGRITY, status) for status in (500, 409))
    assert stored.title == sent.title
    assert stored.detail != sent.detail


def test_the_client_is_not_asked_to_sign_in_when_our_own_credentials_were_refused() -> None:
    for language in LANGUAGES:
        ours = texts(language, "UPSTREAM_AUTH_ERROR", Category.AUTHENTICATION, 502)
        theirs = texts(language, "AUTH_ERROR", Category.AUTHENTICATION, 401)
        assert ours.guidance != theirs.guidance


def test_a_language_that_does_not_ship_is_english_and_a_regional_one_its_base() -> None:
    for part in (lambda tag: texts(tag, "NOT_FOUND", Category.VALIDATION, 404), lambda tag: phrase(tag, 404)):
        assert part("it") == part("en")
        assert part("de-AT") == part("de") != part("en")


@pytest.mark.parametrize(
    ("language", "seconds", "words"),
    [
        ("en", 1, "1 second"),
        ("en", 12, "12 seconds"),
        ("en", 120, "120 seconds"),
        ("en", 121, "3 minutes"),
        ("en", 7200, "120 minutes"),
        ("en", 7201, "3 hours"),
        ("de", 12, "12 Sekunden"),
        ("fr", 1, "1 seconde"),
        ("es", 600, "10 minutos"),
    ],
)
def test_a_wait_is_said_in_words_and_never_too_short(language: str, seconds: int, words: str) -> None:
    assert wait(language, seconds) == words


def test_known_places_are_filled_and_other_braces_stay() -> None:
    facts = {"seconds": "5", "wait": ""}
    assert fill("in {seconds} of {json: 1} and {unheard_of} {}", facts) == "in 5 of {json: 1} and {unheard_of} {}"
    assert fill("no braces", facts) == "no braces"


def test_a_text_that_asks_for_what_is_not_known_is_not_used() -> None:
    assert fill("again in {wait}", {"wait": ""}) is None


@given(
    st.text("{}abc_.!:0 [", max_size=40),
    st.dictionaries(st.sampled_from(["a", "b", "ab_c"]), st.text("{}abc", max_size=9)),
)
def test_filling_takes_one_turn_and_never_fails(text: str, facts: dict[str, str]) -> None:
    for every in (False, True):
        filled = fill(text, facts, every=every)
        assert filled is None or len(filled) <= len(text) + 9 * text.count("{")
    marked = dict.fromkeys(facts, "\x00")
    assert (fill(text, marked) or "").replace("\0", "") == re.sub(
        r"\{(a|b|ab_c)\}", lambda m: "" if m[1] in facts else m[0], text
    )


def test_a_code_of_the_application_is_said_as_loudly_as_its_class() -> None:
    assert notification("SHOP_CLOSED", 409) is Notification.WARNING
    assert notification("SHOP_BROKEN", 500) is Notification.ERROR
    assert notification("NOT_FOUND", 404) is Notification.NOTIFICATION


def test_a_word_that_is_not_in_the_catalogue_is_empty() -> None:
    assert label("en", "no such word") == ""
