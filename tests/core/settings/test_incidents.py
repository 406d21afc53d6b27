"""What is wrong with incidents and notifications is said at the start, all at once, and without secrets."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import failsoft
from failsoft.build_incidents import rules_of
from failsoft.settings import Settings, load

HOOK = {"webhook": "https://hooks.example.com/canary-7f3a?key=canary", "secret": "env:HOOK_SECRET"}
MAIL = {"email": ["a@example.com"], "server": "mail.example.com", "sender": "f@example.com"}


@pytest.fixture(autouse=True)
def around(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "x" * 24)
    module = ModuleType("shop_pages")
    module.page = print  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shop_pages", module)


def faults_of(tmp_path: Path, **audit: Any) -> list[str]:
    base = {"url": f"sqlite:///{tmp_path / 'audit.db'}", "encryption": "off"}
    with pytest.raises(failsoft.SettingsError) as error:
        failsoft.Failsoft({"audit": base | audit})
    assert "canary" not in str(error.value)
    return [f"{fault.path}: {fault.expected}" for fault in error.value.faults]


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        (
            [{"rule": "complience"}],
            (
                "[0].rule: unknown rule: expected one that is there, or codes, categories or compliance; "
                'did you mean "compliance"?'
            ),
        ),
        ([{}], "[0].rule: required: a name of letters, digits, -, _ and ."),
        ([{"rule": "compliance"}, {"rule": "compliance"}], "[1].rule: is there already"),
        ([{"rule": "x", "compliance": ["hippa"]}], '[0].compliance: unknown flag; did you mean "hipaa"?'),
        ([{"rule": "x", "codes": ["not a code"]}], '[0].codes[0]: expected a code such as "CARD_*", or a category'),
        ([{"rule": "tampering", "codes": ["X"]}], "[0].rule: counts no failures: no codes, categories or flags"),
        ([{"rule": "compliance", "window": 0}], "[0].window: expected more than 0"),
        ([{"rule": "compliance", "count": 0}], "[0].count: expected a whole number from 1 to 10000"),
    ],
)
def test_a_faulty_rule_is_refused(tmp_path: Path, rules: list[Any], fault: str) -> None:
    assert faults_of(tmp_path, incidents=rules) == [f"audit.incidents{fault}"]


@pytest.mark.parametrize(
    ("channels", "fault"),
    [
        ([{}], "[0]: expected one of webhook, email, syslog and call"),
        ([HOOK | {"call": "shop_pages:page"}], "[0].call: expected one of webhook, email, syslog and call"),
        ([{"webhook": HOOK["webhook"]}], "[0].secret: required by webhook"),
        (
            [HOOK | {"webhook": "ftp://canary"}],
            '[0].webhook: expected a URL, or "env:NAME" or "file:PATH" where one is found',
        ),
        (
            [HOOK | {"webhook": "https://"}],
            '[0].webhook: expected a URL, or "env:NAME" or "file:PATH" where one is found',
        ),
        (
            [HOOK | {"webhook": "https://:canary"}],
            "[0].webhook: expected a URL such as https://hooks.example.com/incidents",
        ),
        ([HOOK | {"webhook": "env:NOT_THERE"}], "[0].webhook: expected a secret in 'env:NOT_THERE': there is nothing"),
        ([HOOK | {"secret": "env:NOT_THERE"}], "[0].secret: expected a secret in 'env:NOT_THERE': there is nothing"),
        ([HOOK | {"secret": "canary"}], '[0].secret: expected "env:NAME" or "file:PATH"'),
        ([HOOK, HOOK], "[1].name: is there already: give each a name"),
        ([HOOK | {"rules": ["encription"]}], '[0].rules: unknown rule; did you mean "encryption"?'),
        ([HOOK | {"tls": "none"}], "[0].tls: has a meaning with email only"),
        ([{"email": ["a@example.com"]}], "[0].server: required by email"),
        ([MAIL | {"email": []}], "[0].email: expected a list, each an e-mail address, not empty"),
        ([MAIL | {"server": "mail.example.com:99999"}], "[0].server: expected a port from 1 to 65535"),
        ([MAIL | {"username": "shop"}], "[0].password: required: username and password, or neither"),
        (
            [MAIL | {"username": "s", "password": "env:HOOK_SECRET", "tls": "none"}],
            "[0].tls: expected encryption where a password is sent",
        ),
        ([{"syslog": "udp://"}], '[0].syslog: expected "udp://HOST:PORT", "tcp://HOST:PORT" or "unix:///PATH"'),
        ([{"syslog": "udp://host:x"}], "[0].syslog: expected udp://HOST:PORT, tcp://HOST:PORT or unix:///PATH"),
        ([{"call": "shop_pages"}], '[0].call: expected "package.module:name"'),
    ],
)
def test_a_faulty_channel_is_refused(tmp_path: Path, channels: list[Any], fault: str) -> None:
    found = faults_of(tmp_path, notifications=channels)
    assert f"audit.notifications{fault}" in found
    assert len(found) == 1 or "email" in channels[0]


def test_code_secrets_and_directories_are_looked_for_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", "canary")
    found = faults_of(
        tmp_path,
        fields="shop_pages:nothing",
        outbox=str(tmp_path / "nowhere"),
        notifications=[HOOK, {"call": "shop_nowhere:page"}],
    )
    assert [fault.partition(": ")[0] for fault in found] == [
        "audit.fields", "audit.outbox", "audit.notifications[0].secret", "audit.notifications[1].call",
    ]  # fmt: skip
    assert "expected a secret of 24 to 64 bytes" in found[2]


def test_what_shows_settings_shows_no_url(tmp_path: Path) -> None:
    made = load({"audit": {"url": "sqlite:///a.db", "encryption": "off", "notifications": [HOOK]}})
    assert "canary" not in repr(made)


def test_rules_are_those_that_are_there_as_the_settings_change_them() -> None:
    made: Settings = load(
        {
            "audit": {
                "url": "sqlite:///a.db",
                "encryption": "off",
                "incidents": [
                    {"rule": "authentication_burst", "count": 5, "window": "10s"},
                    {"rule": "authentication_flood", "enabled": False},
                    {"rule": "cards", "codes": ["CARD_*"], "categories": ["data_integrity"]},
                ],
            }
        }
    )
    assert made.audit is not None
    rules = {rule.name: rule for rule in rules_of(made.audit.incidents)}
    assert (rules["authentication_burst"].count, rules["authentication_burst"].window) == (5, 10.0)
    assert rules["authentication_burst"].by == "client"
    assert "authentication_flood" not in rules
    assert "breaker_forced" not in rules
    assert (rules["cards"].codes, rules["cards"].categories, rules["cards"].count) == (
        ("CARD_*",), ("data_integrity",), 1,
    )  # fmt: skip
