"""Catalogues of an application: they win over the texts that ship, add codes and languages, are checked at start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from hypothesis import given
from hypothesis import strategies as st

import failsoft
from failsoft.call import RequestFacts
from failsoft.errors import Category, Failure, Fault, SettingsError, Severity
from failsoft.problem import Problem, ProblemMaker, render
from failsoft.problem.catalogue import LANGUAGES, SHIPPED, Catalogue
from failsoft.problem.translations import books_in, read_book

SECRET = "hunter2"
Entries = dict[str, tuple[Any, Any]]
Write = Callable[..., str]

ITALIAN: Entries = {
    "code.NO_FUNDS.title": ("Not enough money", "Fondi insufficienti"),
    "code.NO_FUNDS.detail": ("{missing} is missing on the account.", "Sul conto mancano {missing}."),
    "code.NO_FUNDS.guidance": ("Top it up at {service}.", "Ricaricalo presso {service}."),
    "code.NOT_FOUND.detail": ("Not found", "Non trovato."),
    "page.again_in": ("Please try again in {wait}.", "Riprova tra {wait}."),
    "page.reference": ("Support reference", "Riferimento"),
    "phrase.404": ("Not Found", "Non trovato"),
    "wait.seconds": (("{n} second", "{n} seconds"), ("{n} secondo", "{n} secondi", "{n} secondi")),
}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a compiled catalogue and returns its directory."""

    def write(entries: Entries, locale: str = "it", domain: str = "failsoft", folder: str = "locale") -> str:
        catalog = Catalog(locale=locale)
        for key, (original, translated) in entries.items():
            catalog.add(original, translated, context=key or None)
        path = tmp_path / folder / locale / "LC_MESSAGES" / f"{domain}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_mo(file, catalog)
        return str(tmp_path / folder)

    return write


def catalogue(*folders: str) -> Catalogue:
    faults: list[Fault] = []
    books = books_in(folders, "responses.catalogues", faults)
    assert not faults
    return Catalogue(LANGUAGES, books)


class Redacting:
    def text(self, value: str) -> str:
        return value.replace(SECRET, "[REDACTED]").replace(f"pin={SECRET[:3]}", "pin=[REDACTED]")


def problem(known: Catalogue, asked: str, languages: tuple[str, ...] = ("en", "it", "de"), **fields: Any) -> Problem:
    maker = ProblemMaker(
        sanitizer=Redacting(),
        rng=Random(7),
        languages=languages,
        catalogue=known,
        service="shop",
        type_base="https://e.example/",
    )
    values: dict[str, Any] = {
        "type": "shop.NoFunds",
        "category": Category.BUSINESS_LOGIC,
        "severity": Severity.LOW,
        "transient": False,
        "recoverable": True,
        "status": 409,
        "code": "NO_FUNDS",
        "confidence": 1.0,
        "error_id": "019abcde-f012-7345-8678-9abcdef01234",
        "timestamp": 1795309323.004,
        "details": {"missing": "12.40 €", "iban": "DE12"},
        "public_details": ("missing",),
    }
    failure = Failure(**(values | fields))
    facts = RequestFacts(method="GET", accept_language=asked)
    return maker.make(failure, request_id="req-1", trace_id=None, facts=facts, may_repeat=True)


def test_a_code_and_a_language_of_the_application_are_spoken(write: Write) -> None:
    said = problem(catalogue(write(ITALIAN)), "it-CH, en;q=0.5")
    assert said.title == "Fondi insufficienti"
    assert said.detail == "Sul conto mancano 12.40 €."
    assert said.guidance == "Ricaricalo presso shop."
    assert said.language == "it"
    assert ("Content-Language", "it") in said.headers


def test_what_is_not_translated_is_the_original_of_the_application(write: Write) -> None:
    for asked in ("en", "de", "fr"):
        said = problem(catalogue(write(ITALIAN)), asked, ("en", "it", "de", "fr"))
        assert said.title == "Not enough money"
        assert said.detail == "12.40 € is missing on the account."


def test_what_the_application_does_not_say_is_english(write: Write) -> None:
    said = problem(catalogue(write(ITALIAN)), "it", code="TIMEOUT_ERROR", status=504, category=Category.NETWORK)
    assert said.title == "The answer took too long"


def test_a_text_that_ships_is_overridden_whatever_its_english_was_then(write: Write) -> None:
    known = catalogue(write({"code.NOT_FOUND.title": ("An old wording", "Nix da")}, "de"))
    assert known.texts("de-AT", "NOT_FOUND", Category.VALIDATION, 404).title == "Nix da"
    assert known.texts("en", "NOT_FOUND", Category.VALIDATION, 404).title == "Not found"
    ours = SHIPPED.texts("de", "NOT_FOUND", Category.VALIDATION, 404)
    assert known.texts("de", "NOT_FOUND", Category.VALIDATION, 404)[1:] == ours[1:]


def test_a_guidance_that_is_shared_can_be_overridden_for_all_and_for_one(write: Write) -> None:
    entries: Entries = {
        "guidance.support": ("-", "Ruf an."),
        "code.INTERNAL_ERROR.guidance": ("-", "Ruf gleich an."),
    }
    known = catalogue(write(entries, "de"))
    assert known.texts("de", "INTERNAL_ERROR", Category.SYSTEM, 500).guidance == "Ruf gleich an."
    assert known.texts("de", "RETRY_EXHAUSTED", Category.NETWORK, 503).guidance == "Ruf an."


def test_the_first_catalogue_wins(write: Write) -> None:
    one = write({"code.NOT_FOUND.title": ("x", "eins")}, "de", folder="one")
    two = write({"code.NOT_FOUND.title": ("x", "zwei"), "code.NOT_FOUND.detail": ("x", "zwei")}, "de", folder="two")
    assert catalogue(one, two).texts("de", "NOT_FOUND", Category.VALIDATION, 404)[:2] == ("eins", "zwei")
    assert catalogue(two, one).texts("de", "NOT_FOUND", Category.VALIDATION, 404)[:2] == ("zwei", "zwei")


def test_waits_have_the_plural_forms_of_the_language(write: Write) -> None:
    forms = ("{n} sekunda", "{n} sekundy", "{n} sekund", "{n} sekundy")
    known = catalogue(write({"wait.seconds": (("{n} second", "{n} seconds"), forms)}, "pl"))
    assert [known.wait("pl", n) for n in (1, 3, 5, 22)] == ["1 sekunda", "3 sekundy", "5 sekund", "22 sekundy"]
    assert known.wait("pl", 600) == "10 minutes"
    assert known.wait("de", 3) == "3 Sekunden"


def test_a_rule_of_plurals_that_cannot_be_reckoned_is_a_fault_or_english(write: Write) -> None:
    folder = Path(write({"wait.hours": (("{n} hour", "{n} hours"), ("{n} ora", "{n} ore", "{n} ore"))}))
    file = folder / "it" / "LC_MESSAGES" / "failsoft.mo"
    whole = file.read_bytes()
    start = whole.index(b"plural=") + len("plural=")
    room = whole.index(b";", start) - start
    for rule, refused in ((b"0*(n/(n-5))", True), (b"0*(n/(n-5000))", False)):
        file.write_bytes(whole[:start] + rule.ljust(room) + whole[start + room :])
        if refused:
            assert "divide by zero" in faults_of(str(folder))[0].expected
    known = catalogue(str(folder))
    assert (known.wait("it", 3600 * 5000), known.wait("it", 3600 * 5001)) == ("5000 hours", "5001 ora")


def test_a_page_in_a_language_of_the_other_direction_is_laid_out_so(write: Write) -> None:
    known = catalogue(write({"phrase.409": ("Conflict", "תנגשות")}, "he"))
    pages = [
        render(problem(known, asked, ("en", "he-IL")), RequestFacts(accept="text/html"), format="auto", catalogue=known)
        for asked in ("he-IL", "en")
    ]
    assert [b'<html lang="he-IL" dir="rtl">' in page.body for page in pages] == [True, False]
    assert b'<html lang="en">' in pages[1].body


def test_a_directory_may_be_a_path(write: Write) -> None:
    folder = Path(write({"code.NOT_FOUND.detail": ("x", "Nix da.")}, "de"))
    with failsoft.Failsoft({"responses": {"languages": ["de"], "catalogues": [folder]}}) as fs:
        assert fs.handle(failsoft.NotFoundError()).detail == "Nix da."


def test_a_catalogue_that_breaks_while_running_is_refused_and_the_old_one_stays(write: Write, tmp_path: Path) -> None:
    file = tmp_path / "failsoft.toml"
    folder = write({"code.NOT_FOUND.detail": ("x", "prima")})
    file.write_text(f'[responses]\nlanguages = ["it"]\ncatalogues = ["{folder}"]\n')
    with failsoft.Failsoft(file) as fs:
        Path(folder, "it", "LC_MESSAGES", "failsoft.mo").write_bytes(b"broken")
        (fault,) = fs.reload()
        assert "no compiled gettext catalogue" in fault.expected
        assert fs.handle(failsoft.NotFoundError()).detail == "prima"


def test_a_plural_form_that_nobody_translated_is_english(write: Write) -> None:
    known = catalogue(write({"wait.seconds": (("{n} second", "{n} seconds"), ("{n} secondo", "", ""))}))
    assert (known.wait("it", 1), known.wait("it", 5)) == ("1 secondo", "5 seconds")


def test_pages_use_the_words_of_the_application(write: Write) -> None:
    known = catalogue(write(ITALIAN))
    said = problem(known, "it", retry_after=5.0, retry_after_set=True, transient=True)
    for accept in ("text/html", "text/plain"):
        body = render(said, RequestFacts(accept=accept), format="auto", catalogue=known).body.decode()
        assert "Riferimento" in body
        assert "Riprova tra 5 secondi." in body


@pytest.mark.parametrize(
    ("locale", "asked"), [("pt_BR", "pt-BR"), ("pt_BR", "pt-br-x-a, en"), ("sr_RS@latin", "sr-Latn-RS"), ("gsw", "gsw")]
)
def test_the_name_of_a_locale_is_a_language_tag(write: Write, tmp_path: Path, locale: str, asked: str) -> None:
    folder = write({"code.NO_FUNDS.title": ("x", "ok")}, "de")
    Path(folder, "de").rename(Path(folder, locale))
    settings = {"responses": {"languages": ["en", locale.replace("@latin", "")], "catalogues": [folder]}}
    if "@" in locale:
        settings["responses"]["languages"] = ["en", "sr-Latn-RS"]
    with failsoft.Failsoft(settings):
        known = catalogue(folder)
        language = settings["responses"]["languages"][1]
        assert problem(known, asked, ("en", language)).title == "ok"


def test_a_fact_is_text_and_nothing_else(write: Write) -> None:
    known = catalogue(write(ITALIAN))
    for hostile in ("{service}", "{0.__class__}", "{iban}", "{missing}"):
        assert problem(known, "it", details={"missing": hostile}).detail == f"Sul conto mancano {hostile}."
    long = problem(known, "it", details={"missing": "x" * 5000}).detail or ""
    assert len(long) < 300


def test_a_fact_is_sanitized_before_and_after_it_is_filled_in(write: Write) -> None:
    entries: Entries = {"code.NO_FUNDS.detail": ("pin={missing}", "Il pin={missing}")}
    known = catalogue(write(entries))
    assert SECRET not in str(problem(known, "it", details={"missing": f"{SECRET} x"}).detail)
    assert SECRET[:3] not in str(problem(known, "it", details={"missing": SECRET[:3]}).detail)


@pytest.mark.parametrize("details", [{}, {"missing": None}, {"missing": ""}, {"missing": object()}, {"missing": ["a"]}])
def test_a_text_whose_fact_is_not_known_gives_way_to_a_general_one(write: Write, details: dict[str, Any]) -> None:
    said = problem(catalogue(write(ITALIAN)), "de", details=details)
    assert said.title == "Not enough money"
    assert said.detail == "Eine Regel dieses Dienstes lässt die Anfrage nicht zu."


def test_a_detail_that_is_not_declared_public_is_not_said(write: Write) -> None:
    entries: Entries = {"code.NO_FUNDS.detail": ("On {iban}", "Su {iban}")}
    said = problem(catalogue(write(entries)), "it")
    assert "DE12" not in str(said.detail)


def faults_of(*references: str, languages: tuple[str, ...] = ("en",)) -> list[Fault]:
    with pytest.raises(SettingsError) as caught:
        failsoft.Failsoft({"responses": {"catalogues": list(references), "languages": list(languages)}})
    return list(caught.value.faults)


def test_a_directory_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults_of(str(tmp_path / "nowhere"))
    assert (fault.path, fault.expected) == ("responses.catalogues[0]", "expected a directory; there is none")


def test_a_catalogue_that_was_not_compiled_is_a_fault_that_says_how(tmp_path: Path) -> None:
    source = tmp_path / "it" / "LC_MESSAGES" / "failsoft.po"
    source.parent.mkdir(parents=True)
    source.write_text("")
    (fault,) = faults_of(str(tmp_path))
    assert "pybabel compile -D failsoft" in fault.expected


@pytest.mark.parametrize("data", [b"", b"msgid", b"\xde\x12\x04\x95", b"\xde\x12\x04\x95" + b"\xff" * 40, b"\0" * 64])
def test_a_file_that_is_no_catalogue_is_a_fault(write: Write, data: bytes) -> None:
    folder = write(ITALIAN)
    Path(folder, "it", "LC_MESSAGES", "failsoft.mo").write_bytes(data)
    (fault,) = faults_of(folder, languages=("en", "it"))
    assert "it/LC_MESSAGES/failsoft.mo: no compiled gettext catalogue" in fault.expected


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ({"code.X.detail": ("Of {name}", "Di {nome}")}, "code.X.detail: its original has no {nome}"),
        ({"code.X.detail": ("Of {name}", "Di {name.__class__}")}, "its original has no {name.__class__}"),
        ({"code.X.detail": ("Of {name}", "Di {name!r:>9}")}, "its original has no {name!r:>9}"),
        ({"page.again_in": ("In {service}", "Tra {service}")}, "its original has no {service}"),
        ({"wait.hours": (("{n} h", "{n} h"), ("{x} o", "{n} o", "{n} o"))}, "its original has no {x}"),
        ({"code.X.details": ("a", "b")}, "code.X.details: nothing has this key"),
        ({"wait.days": (("{n} d", "{n} d"), ("a", "a", "a"))}, "wait.days: nothing has this key"),
        ({"code.X.detail": ("a", "b" * 3000)}, "longer than 2048 characters"),
    ],
)
def test_a_translation_that_cannot_be_meant_is_a_fault(write: Write, entries: Entries, reason: str) -> None:
    (fault,) = faults_of(write(entries))
    assert fault.path == "responses.catalogues[0]"
    assert reason in fault.expected


def test_a_language_that_no_catalogue_has_is_a_fault(write: Write) -> None:
    (fault,) = faults_of(write(ITALIAN), languages=("en", "it", "pt-BR"))
    assert fault.path == "responses.languages[2]"
    assert fault.value == "'pt-BR'"
    assert "de, en, es, fr, it" in fault.expected


def test_the_domain_of_the_application_may_hold_other_texts_too(write: Write) -> None:
    entries: Entries = {
        "": ("Cart", "Carrello"),
        "status.open": ("open {x}", "aperto {y}"),
        "code.NO_FUNDS.title": ("Not enough money", "Fondi insufficienti"),
    }
    folder = write(entries, domain="messages")
    known = catalogue(f"messages:{folder}")
    assert known.texts("it", "NO_FUNDS", Category.BUSINESS_LOGIC, 409).title == "Fondi insufficienti"
    assert faults_of(folder)[0].expected == "expected LANGUAGE/LC_MESSAGES/failsoft.mo in it"


def test_a_catalogue_that_changes_is_taken_over_with_the_settings(write: Write, tmp_path: Path) -> None:
    file = tmp_path / "failsoft.toml"
    folder = write({"code.NOT_FOUND.detail": ("x", "prima")})
    file.write_text(f'[responses]\nlanguages = ["it"]\ncatalogues = ["{folder}"]\n')
    with failsoft.Failsoft(file) as fs:
        assert fs.handle(failsoft.NotFoundError()).detail == "prima"
        write({"code.NOT_FOUND.detail": ("x", "dopo")})
        file.write_text(file.read_text() + '[errors."shop.X"]\nstatus = 409\n')
        fs.reload()
        assert fs.handle(failsoft.NotFoundError()).detail == "dopo"


def test_no_file_is_opened_to_answer_in_a_language_of_the_application(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = catalogue(write(ITALIAN))

    def out_of_handles(*_: object, **__: object) -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(Path, "open", out_of_handles)
    monkeypatch.setattr(Path, "read_bytes", out_of_handles)
    assert problem(known, "it", details={}).title == "Fondi insufficienti"


def test_a_language_that_ships_and_cannot_be_read_is_english_and_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    from failsoft.problem import catalogue as module

    module._shipped.cache_clear()
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    try:
        broken = [Catalogue(("de", "en")), Catalogue(("de-AT",))]
        assert [one.unreadable for one in broken] == [1, 1]
        assert broken[0].texts("de", "NOT_FOUND", Category.VALIDATION, 404).title == "Not found"
        assert broken[0].wait("de", 5) == "5 seconds"
        assert len(caplog.records) == 1
        assert "texts in de cannot be read" in caplog.text
    finally:
        module._shipped.cache_clear()


@given(st.binary(max_size=300), st.integers(0, 300), st.binary(max_size=8))
def test_a_damaged_catalogue_never_raises_anything_else(noise: bytes, place: int, patch: bytes) -> None:
    whole = Path(failsoft.__file__).parent.joinpath("problem/locale/de/LC_MESSAGES/failsoft.mo").read_bytes()
    for data in (noise, b"\xde\x12\x04\x95" + noise, whole[:place] + patch + whole[place + len(patch) :]):
        try:
            read_book(data)
        except ValueError:
            pass
