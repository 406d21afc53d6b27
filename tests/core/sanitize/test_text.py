"""Free text: what becomes of it as a whole, and what nobody would send on purpose."""

from __future__ import annotations

import threading

import pytest

from failsoft.sanitize import Sanitizer, UserPattern, sanitize

SANITIZER = Sanitizer()
JWT = "eyJ" + "Fake0" * 4 + ".eyJ" + "Fake0" * 6 + "." + "Fake0" * 8


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("password=hunter2", "password"),
        (f"token={JWT}", "jwt"),
        (f"bad {JWT}", "jwt"),
        ("jane@example.com", "email"),
        ("api_key=abc123def456", "api_key"),
        ("client_secret=abc123def456", "secret"),
        ("session_id=abc123def456", "session"),
        ("Cookie: a=b", "cookie"),
        ("4111111111111111", "card"),
        ("123-45-6789", "ssn"),
        ("DE89370400440532013000", "iban"),
        ("+14155552671", "phone"),
        ("dob=1980-02-03", "birth_date"),
        ("mrn=12345678", "health_id"),
        ("$2b$12$" + "Fake0" * 11, "password_hash"),
        ("-----BEGIN PRIVATE KEY-----\nRmFrZQ==\n-----END PRIVATE KEY-----", "private_key"),
        ("Key (name)=(Jane) already exists", "value"),
        ("Failing row contains (1, Jane)", "row"),
        ("[parameters: ('Jane',)]", "parameters"),
    ],
)
def test_the_marker_says_the_kind(text: str, kind: str) -> None:
    assert f"[REDACTED:{kind}]" in SANITIZER.text(text)


def test_a_marker_that_is_there_already_stays_as_it_is() -> None:
    text = "password=[REDACTED:api_key] and [REDACTED:thing we never heard of] password: '[REDACTED:x]'"
    assert SANITIZER.text(text) == text


def test_a_long_stack_without_secrets_comes_back_whole() -> None:
    stack = "\n".join(f'  File "/srv/app/views/orders_{n}.py", line {n}, in get_order' for n in range(400))
    assert SANITIZER.text(stack) == stack


def test_all_secrets_of_a_text_go_in_one_pass() -> None:
    text = f"{JWT} jane@example.com postgres://u:hunter2@db/x token=abc123def card 4111 1111 1111 1111 password='p w'"
    assert SANITIZER.text(text) == (
        "[REDACTED:jwt] [REDACTED:email] postgres://u:[REDACTED:password]@db/x token=[REDACTED:token] "
        "card [REDACTED:card] password='[REDACTED:password]'"
    )


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("2026-11-22 4111111111111111", "2026-11-22 [REDACTED:card]"),
        ("x: 123-45-6789 4111111111111111", "x: [REDACTED:ssn] [REDACTED:card]"),
        ("4111 1111 1111 1112 4111 1111 1111 1111", "4111 1111 1111 1112 [REDACTED:card]"),
        ("key sk_live_FakeFakeFake0123456789ab pw=a9", "key [REDACTED:stripe_key] pw=[REDACTED:password]"),
    ],
)
def test_what_a_rule_sees_only_when_another_secret_is_gone_goes_too(text: str, cleaned: str) -> None:
    text = text.replace("sk_live_", "sk_" + "live_")
    assert SANITIZER.text(text) == cleaned
    assert SANITIZER.text(cleaned) == cleaned


@pytest.mark.parametrize("tail", ["password is hunter2-and-fake", "Password: hunter2-and-fake", "4111111111111111"])
@pytest.mark.parametrize("unit", ["password is ", "token ", "Password: none\n", "4111 4111 4111 4112, "])
def test_a_secret_behind_a_thousand_that_are_none_goes(unit: str, tail: str) -> None:
    cleaned = SANITIZER.text(unit * 1_000 + tail)
    assert cleaned.startswith(unit * 999)
    assert cleaned[-1] == "]"


def test_a_placeholder_of_an_f_string_is_no_password() -> None:
    line = 'raise RuntimeError(f"password={SECRET}")'
    assert SANITIZER.text(line) == line


def test_a_bearer_token_goes_whole_whatever_it_begins_with() -> None:
    assert SANITIZER.text("Bearer 2%0a1b2c3d4e5f6") == "Bearer [REDACTED:bearer]"
    assert SANITIZER.text("Bearer%20a1b2c3d4e5f6") == "Bearer%20[REDACTED:bearer]"


@pytest.mark.parametrize(
    "text", ["eu-central-1", "shop-api-7d9", "DELETE", "2026-01-02T10:11:12Z", "2026-01-02 10:11:12.123456+02:00"]
)
def test_short_words_and_times_stay(text: str) -> None:
    assert SANITIZER.text(text) == text
    assert Sanitizer(patterns=[UserPattern("all", "[a-zA-Z0-9]{2,}")]).text(text) != text


def test_a_secret_before_the_value_of_an_outer_rule_goes_too() -> None:
    assert SANITIZER.text("password for jane@example.com is hunter2") == (
        "password for [REDACTED:email] is [REDACTED:password]"
    )


def test_text_around_a_single_token_of_a_header_stays() -> None:
    text = "Authorization: Bearer abc123def456 was refused by upstream, retrying"
    assert SANITIZER.text(text) == ("Authorization: Bearer [REDACTED:authorization] was refused by upstream, retrying")


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "\u202eabc", "İ" * 50, "ß" * 50, "\r\n", "é\u0301"])
def test_odd_characters_pass_unharmed(text: str) -> None:
    assert SANITIZER.text(text) == text


@pytest.mark.parametrize("odd", ["\x00", "\ud800", "\u202e", "İ", "é"])
def test_a_secret_between_odd_characters_goes(odd: str) -> None:
    assert SANITIZER.text(f"{odd} password=hunter2 {odd}") == f"{odd} password=[REDACTED:password] {odd}"


def test_a_subclass_of_str_comes_back_as_plain_text() -> None:
    class Markup(str):
        __slots__ = ()

    cleaned = SANITIZER.text(Markup("<b>password=hunter2</b>"))
    assert cleaned == "<b>password=[REDACTED:password]</b>"
    assert type(cleaned) is str


def test_what_cannot_be_sanitized_is_withheld_and_counted() -> None:
    class Hostile:
        def __str__(self) -> str:
            raise RuntimeError("password=hunter2")

    sanitizer = Sanitizer()
    assert sanitizer.text(Hostile()) == "[REDACTED:error]"  # type: ignore[arg-type]
    assert sanitizer.failures == 1
    assert sanitizer.text("fine") == "fine"
    assert sanitizer.failures == 1


def test_a_text_beyond_the_bound_is_cut_with_a_note() -> None:
    sanitizer = Sanitizer(max_text=1_000)
    cleaned = sanitizer.text("a b " * 5_000)
    assert len(cleaned) <= 1_000
    assert cleaned.startswith("a b a b ")
    kept, note = cleaned.split("… [")
    assert note == f"{20_000 - len(kept)} characters dropped]"


def test_five_megabytes_are_no_trouble() -> None:
    cleaned = SANITIZER.text("password=hunter2 " * 300_000)
    assert len(cleaned) <= 65_536
    assert "hunter2" not in cleaned
    assert cleaned.endswith("characters dropped]")


@pytest.mark.parametrize("secret", ["AKIA" + "FAKE2FAKE2FAKE2F", "jane.doe@example.com", JWT, "4111 1111 1111 1111"])
def test_a_cut_never_exposes_a_piece_of_a_secret(secret: str) -> None:
    sanitizer = Sanitizer(max_text=400)
    for before in range(250, 420):
        for after in (0, 6_000):
            cleaned = sanitizer.text(f"{'. ' * (before // 2)}{secret} {'.' * after}")
            for width in (6, 8):
                pieces = {secret[at : at + width] for at in range(len(secret) - width + 1)}
                assert not any(piece in cleaned for piece in pieces), (before, cleaned[-120:])
            assert len(cleaned) <= 400


def test_a_cut_text_is_not_cut_again() -> None:
    sanitizer = Sanitizer(max_text=500)
    once = sanitizer.text("password=x1 token=abc123def jane@example.com " * 200)
    assert sanitizer.text(once) == once


def test_a_text_that_grows_beyond_the_bound_stays_within_it() -> None:
    sanitizer = Sanitizer(max_text=300)
    cleaned = sanitizer.text("pin=1234 " * 33)
    assert len(cleaned) <= 300
    assert "1234" not in cleaned
    assert sanitizer.text(cleaned) == cleaned


@pytest.mark.parametrize("bound", ["max_text", "max_depth", "max_nodes"])
def test_a_bound_of_nothing_is_refused(bound: str) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Sanitizer(**{bound: 0})


def test_a_tiny_bound_still_holds() -> None:
    assert "hunter2" not in Sanitizer(max_text=1).text("password=hunter2 " * 10)


ADVERSARIAL = """a|token|eyJ|:|1|@|"|=|-----BEGIN|-----BEGIN PRIVATE KEY-----|token=|token: |"token": "
password='|\\|\\"
%3D|%40|&quot;|\\u0022|a@|a.|@a.|1-|1 |+1|eyJa.|ghp_|sk-|[REDACTED:|[|(|{|<token|<token>|key (a)=(
failing row contains (
duplicate entry '|[parameters: {
insert into a (b) values (|insert into a (password) values ('|input_value='|://a:|://a@
://|Authorization: |Cookie: a=|Bearer |Basic |--password |'--password', |('password', |password is |password for user x
api key |DE89 |4111 |123-45-|$2b$|A1|a1|0x|mysql -p|loc=(a|'loc': ('password'), 'input': |phone: 1|first_name: A
password: aaaa |call 0|xoxb-|date of |?code=|-u a:| |password: |''|token=''|`|İ|\ud800|code=aaaaaaaaaaaaaaaa
form-data; name="password"\\n\\n|form-data; name="password"\\nA:|://a:\\\\|token='-----BEGIN PRIVATE KEY-----"""


@pytest.mark.parametrize("unit", [unit for line in ADVERSARIAL.split("\n") for unit in line.split("|")])
def test_no_repetition_makes_a_rule_slow(unit: str) -> None:
    # a rule whose cost grew with the square of the text would run into the time limit of the test
    sanitizer = Sanitizer(max_text=10**6, tier="strict")
    text = unit * (64_000 // len(unit))
    assert isinstance(sanitizer.text(text), str)
    assert sanitizer.failures == 0


def test_what_has_no_gap_is_withheld_when_it_was_read_in_vain_many_times() -> None:
    cleaned = SANITIZER.text("before " + "csrf:f(" * 5_000 + " behind")
    assert cleaned.startswith("before csrf:f(")
    assert "[REDACTED:bounds]" in cleaned[-40:]
    assert len(cleaned) < 2_000
    assert SANITIZER.text("csrf:f(" * 20) == "csrf:f(" * 20


def test_one_sanitizer_serves_many_threads() -> None:
    sanitizer = Sanitizer()
    wrong: list[str] = []

    def work(number: int) -> None:
        for count in range(200):
            cleaned = sanitizer.text(f"n{number}_{count} password=hunter2")
            if cleaned != f"n{number}_{count} password=[REDACTED:password]":
                wrong.append(cleaned)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_network_addresses_go_only_in_the_strict_tier() -> None:
    text = "10.0.0.4 and 2001:db8::1 and 00:1b:44:11:3a:b7 in /home/jane/app, version 1.2.3.4, at 10:20:30"
    assert SANITIZER.text(text) == text
    assert Sanitizer(tier="strict").text(text) == (
        "[REDACTED:ip] and [REDACTED:ip] and [REDACTED:mac] in /home/[REDACTED:user]/app, version 1.2.3.4, at 10:20:30"
    )


def test_a_word_that_looks_random_goes_only_in_the_strict_tier() -> None:
    text = "got aB3xK9mQ2wE7rT5yU1iO at 4bf92f3577b34da6a3ce929d0e0e4736 in site-packages/urllib3/connectionpool.py"
    assert SANITIZER.text(text) == text
    assert Sanitizer(tier="strict").text(text) == text.replace("aB3xK9mQ2wE7rT5yU1iO", "[REDACTED:random]")


def test_the_function_cleans_texts_and_values() -> None:
    assert sanitize("password=hunter2") == "password=[REDACTED:password]"
    assert sanitize({"password": "hunter2"}) == {"password": "[REDACTED:password]"}
    assert sanitize(None) is None
    assert sanitize(3) == 3
