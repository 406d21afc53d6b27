"""What is written down, of what, and that the table of kinds and fields says so."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import failsoft
from audited import CONTEXT, KEYS
from failsoft.audit import deeds
from failsoft.audit.channels import notified
from failsoft.audit.incidents import BUILT_IN, Incident, Sighting
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.records import RecordContext, failure_handled, record, record_failed
from failsoft.audit.schema import COMMON, KINDS, check_kind, is_sealed, records_reference
from failsoft.audit.watch import incident_closed, incident_opened
from failsoft.errors.failure import AttemptRecord
from failsoft.errors.taxonomy import Category
from failsoft.events import BypassChanged, CircuitBreakerCommanded, RetryEnded, SettingsReloaded
from failsoft.sanitize import Sanitizer
from observed import NOW, SECRET, OneSecret, failure, handled

INCIDENT = Incident(
    id="0199aaaa-0000-7000-8000-000000000002",
    rule=BUILT_IN["compliance"],
    subject="HIPAA_COMPLIANCE_ERROR",
    first=Sighting(at=NOW, code="HIPAA_COMPLIANCE_ERROR", client="192.0.2.7", user="u-1", endpoint="GET /p"),
    opened=NOW,
    last=0.0,
    count=1,
)
TOLD = {"id": "n", "channel": "c", "means": "call", "attempts": 1, "incidents": ["i"], "dropped": 0}
MADE = {
    "failure.handled": failure_handled(handled(user="u-1"), CONTEXT, "open"),
    "recovery.attempted": deeds.retry_saved(RetryEnded(at=NOW, attempts=2, outcome="success"), CONTEXT),
    "incident.opened": incident_opened(INCIDENT, NOW, CONTEXT),
    "incident.closed": incident_closed(INCIDENT, NOW, CONTEXT, reason="quiet"),
    "notification.sent": notified("notification.sent", NOW, "high", TOLD, None, CONTEXT),
    "notification.failed": notified("notification.failed", NOW, "high", TOLD, "gone", CONTEXT),
    "circuit_breaker.changed": deeds.breaker_changed(
        CircuitBreakerCommanded(at=NOW, name="guard:x", command="reset", from_state="open", to_state="closed"), CONTEXT
    ),
    "policy.changed": deeds.bypass_changed(BypassChanged(at=NOW, bypassed=True), CONTEXT),
    "settings.reloaded": deeds.settings_reloaded(SettingsReloaded(at=NOW, ok=True), CONTEXT),
    "console.login": deeds.console_login(NOW, CONTEXT, actor="u-1", outcome="success", method="password"),
    "console.action": deeds.console_action(NOW, CONTEXT, actor="u-1", name="reset"),
    "request.replayed": deeds.request_replayed(NOW, CONTEXT, endpoint="GET /", attempt=1, outcome="success"),
    "records.dropped": record("records.dropped", NOW, CONTEXT, details={"count": 1}),
    "records.refused": record("records.refused", NOW, CONTEXT, refused=[{"lane": "a", "sequence": 1}]),
    "record.failed": record_failed(ValueError(), NOW, CONTEXT),
}
ELSEWHERE = {
    "trail.opened", "trail.closed", "trail.read", "trail.exported", "trail.verified", "key.rotated", "retention.purged",
}  # fmt: skip
WHOLE = {"error.evidence", "error.suggestions", "attempts", "decisions.timeout", "fields", "compliance"}


def names_in(made: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in made.items():
        path = f"{above}{name}"
        if isinstance(value, Mapping) and path not in WHOLE:
            yield from names_in(value, f"{path}.")
        else:
            yield path


@pytest.mark.parametrize("kind", sorted(MADE))
def test_the_table_names_what_a_record_has_and_nothing_else(kind: str) -> None:
    made = MADE[kind]
    common = {field.name for field in COMMON}
    found = set(names_in(made)) - common - {"at"}
    assert found == {field.name for field in KINDS[kind].fields}
    assert common - set(made) <= {"lane", "sequence", "fields"}


def test_every_kind_is_in_the_table() -> None:
    assert set(MADE) | ELSEWHERE == set(KINDS)
    page = records_reference()
    assert [kind for kind in KINDS if f"## `{kind}`" not in page] == []


def test_the_page_is_up_to_date() -> None:
    page = Path(__file__).parents[3] / "docs/reference/audit-records.md"
    assert page.read_text().endswith("\n\n" + records_reference())


def test_what_the_table_calls_sealed_is_what_cannot_be_read() -> None:
    made = json.loads(json.dumps(MADE["failure.handled"]))
    entry = Lane(new_lane_id(NOW), keys=KEYS, encrypt=True).encode(made)
    clear = set(names_in(json.loads(entry.record)))
    for field in KINDS["failure.handled"].fields:
        assert (field.name in clear) is not is_sealed(field.name), field.name


def test_a_failure_says_who_what_and_what_was_decided() -> None:
    attempts = (AttemptRecord(1, 0.0, 0.1, 0.05, "ConnectionError", "exponential"),)
    made = failure("busy", code="CIRCUIT_BREAKER_ERROR", rejected=True, attempts=attempts, outcome="circuit_open")
    said = failure_handled(handled(made, user="u-1"), RecordContext(sanitizer=OneSecret(), release="1.4.2"), "open")
    assert said["release"] == "1.4.2"
    assert said["request"]["user"] == "u-1"
    assert said["decisions"] == {"breaker": "open", "rejected": "circuit_open", "timeout": None}
    assert (said["recovery"], said["retry_outcome"]) == ("retry_failed", "circuit_open")
    assert said["attempts"][0]["strategy"] == "exponential"


class Counting:
    """A sanitizer that notes what it was asked to clean."""

    def __init__(self) -> None:
        self._own = Sanitizer()
        self.asked: list[str] = []

    def text(self, text: str, /) -> str:
        self.asked.append(text)
        return self._own.text(text)

    def value(self, value: Any, /) -> Any:
        return self._own.value(value)


def test_the_text_of_a_failure_is_searched_for_secrets_once() -> None:
    sanitizer = Counting()
    event = handled(failure("no quote for password=hunter2-fake"))
    error = failure_handled(event, RecordContext(sanitizer=sanitizer))["error"]
    assert sanitizer.asked.count("no quote for password=hunter2-fake") == 1
    assert error["message"] == "no quote for password=[REDACTED:password]"
    assert error["stack"].endswith(f"shop.QuoteError: {error['message']}")


@given(st.floats(min_value=-1e9, max_value=4e9))
@example(1_800_000_000.9999999)
@example(1_800_000_000.0005)
@example(-0.5)
def test_a_record_says_when_it_was_as_python_writes_it(at: float) -> None:
    written = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert record("records.dropped", at, CONTEXT)["timestamp"] == written


def test_a_failure_says_which_limit_it_ran_into() -> None:
    made = failure(code="TIMEOUT_ERROR", details={"kind": "deadline", "limit": 2.0})
    assert failure_handled(handled(made), CONTEXT)["decisions"]["timeout"] == {"kind": "deadline", "limit": 2.0}
    made = failure(code="TIMEOUT_ERROR", details={"kind": SECRET, "limit": SECRET})
    assert failure_handled(handled(made), CONTEXT)["decisions"]["timeout"] is None


@pytest.mark.parametrize(
    ("code", "category", "flags", "retention"),
    [
        ("HIPAA_COMPLIANCE_ERROR", Category.BUSINESS_LOGIC, ["hipaa", "soc2"], "compliance"),
        ("ENCRYPTION_ERROR", Category.CONFIGURATION, ["hipaa", "pci", "soc2"], "compliance"),
        ("AUTH_ERROR", Category.AUTHENTICATION, ["hipaa", "pci", "soc2"], "compliance"),
        ("NOT_FOUND", Category.VALIDATION, [], "operations"),
    ],
)
def test_a_failure_is_flagged_for_the_rules_it_is_relevant_to(
    code: str, category: Category, flags: list[str], retention: str
) -> None:
    said = failure_handled(handled(failure(code=code, category=category)), CONTEXT)
    assert (said["compliance"], said["retention"]) == (flags, retention)


# --- kinds of the application's own


@pytest.mark.parametrize("kind", ["invoice.voided", "policy.created", "record.viewed", "a.b_c.d2"])
def test_an_application_may_name_kinds_of_its_own(kind: str) -> None:
    check_kind(kind)


@pytest.mark.parametrize(
    "kind",
    [
        "invoice", "Invoice.voided", "invoice.", ".voided", "invoice..voided", "in voice.voided", "invoice.voided\n",
        "a." + "b" * 80, "", None, 7, "rechnung.gelöscht",
    ],
)  # fmt: skip
def test_a_kind_of_another_form_is_refused(kind: Any) -> None:
    with pytest.raises(ValueError, match="expected a kind such as"):
        check_kind(kind)


@pytest.mark.parametrize("kind", ["failure.handled", "incident.mine", "trail.opened", "policy.changed", "key.made"])
def test_a_record_cannot_pass_for_one_of_failsofts_own(kind: str) -> None:
    fs = failsoft.Failsoft()
    with pytest.raises(ValueError, match="reserved"):
        fs.audit.record(kind)


# --- through the front door


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv("AUDIT_KEY", base64.b64encode(bytes(range(32))).decode())
    audit = {
        "url": f"sqlite:///{tmp_path / 'audit.db'}",
        "keys": {"active": "k1", "ring": {"k1": "env:AUDIT_KEY"}},
    }
    return {"service": "shop", "release": "1.4.2", "audit": audit}


def written(settings: dict[str, Any], **query: Any) -> list[Mapping[str, Any]]:
    with failsoft.Failsoft(settings) as fs:
        return list(fs.audit.query(**query))


def test_the_first_record_says_what_writes(settings: dict[str, Any]) -> None:
    with failsoft.Failsoft(settings) as fs:
        fs.audit.record("invoice.voided")
    (opened,) = written(settings, kind="trail.opened")
    trail = opened["trail"]
    assert opened["sequence"] == 1
    assert (trail["keys"], trail["active"], trail["encryption"]) == (["k1"], "k1", True)
    assert trail["python"] == sys.version.split()[0]
    assert len(trail["settings"]) == 64
    assert set(names_in({"trail": trail})) == {field.name for field in KINDS["trail.opened"].fields}
    with failsoft.Failsoft(settings | {"service": "other"}) as fs:
        fs.audit.record("invoice.voided")
    assert written(settings, kind="trail.opened")[1]["trail"]["settings"] != trail["settings"]


def test_the_digest_of_the_settings_holds_nothing_secret(settings: dict[str, Any]) -> None:
    from failsoft.build_incidents import digest_of
    from failsoft.settings import load

    state = {"state": {"url": "redis://:one@127.0.0.1/0"}}
    other = {"state": {"url": "redis://:two@127.0.0.1/0"}}
    assert digest_of(load(settings | state)) == digest_of(load(settings | other))
    assert digest_of(load(settings | state)) != digest_of(load(settings | {"release": "2"}))


def test_the_release_may_come_from_opentelemetry(settings: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "service.name=shop,service.version=2.0%2Bhotfix")
    del settings["release"]
    with failsoft.Failsoft(settings) as fs:
        fs.audit.record("invoice.voided")
    assert {made["release"] for made in written(settings)} == {"2.0+hotfix"}


def test_what_is_done_by_hand_is_written_down(settings: dict[str, Any]) -> None:
    settings["policies"] = {"upstream": {"circuit_breaker": True}}
    with failsoft.Failsoft(settings) as fs:
        guard = fs.guard("payments", policy="upstream")
        guard.call(lambda: None)
        breaker = fs.circuit_breakers["guard:payments"]
        breaker.force_open(actor="alice", reason="maintenance until 7")
        breaker.reset()
        with fs.bypass(actor="bob"):
            fs.bypass().restore()
    changed = written(settings, kind="circuit_breaker.changed")
    assert [(made["actor"], made["breaker"], made["details"]) for made in changed] == [
        (
            "alice",
            {"name": "guard:payments", "command": "force_open", "from": "closed", "to": "forced_open"},
            {"reason": "maintenance until 7"},
        ),
        (None, {"name": "guard:payments", "command": "reset", "from": "forced_open", "to": "closed"}, {"reason": None}),
    ]
    stepped = written(settings, kind="policy.changed")
    assert [(made["actor"], made["change"]["active"]) for made in stepped] == [("bob", False), (None, True)]
    assert [made["kind"] for made in written(settings, user="alice")] == ["circuit_breaker.changed"]


def test_a_reload_is_written_down_with_the_paths_that_changed_and_no_values(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    path, audit = tmp_path / "failsoft.toml", settings["audit"]
    head = (
        f'[audit]\nurl = "{audit["url"]}"\n[audit.keys]\nactive = "k1"\n[audit.keys.ring]\nk1 = "env:AUDIT_KEY"\n'
        "[rollout]\npercent = "
    )
    path.write_text(head + "100\n[policies.upstream]\ntimeout = '2s'\n")
    with failsoft.Failsoft(path) as fs:
        path.write_text(head + "50\n[policies.upstream]\ntimeout = '3s'\n")
        assert fs.reload() == ()
        path.write_text(head + "500\n")
        assert fs.reload()
    reloaded = written(settings, kind="settings.reloaded")
    assert [made["change"]["ok"] for made in reloaded] == [True, False]
    assert reloaded[0]["change"]["paths"] == ["rollout.percent", "policies.upstream.timeout"]
    assert "rollout.percent" in reloaded[1]["details"]["text"]
    (changed,) = written(settings, kind="policy.changed")
    assert changed["change"] == {
        "how": "reload", "paths": ["rollout.percent", "policies.upstream.timeout"], "active": True,
    }  # fmt: skip


def test_a_call_that_a_retry_saved_is_written_down(settings: dict[str, Any]) -> None:
    settings["policies"] = {"upstream": {"retry": {"max_attempts": 3, "base_delay": "0s"}}}
    answers = iter([ConnectionRefusedError(), None])

    def call() -> None:
        if (error := next(answers)) is not None:
            raise error

    with failsoft.Failsoft(settings) as fs:
        fs.guard("payments", policy="upstream", idempotent=True).call(call)
    (made,) = written(settings, kind="recovery.attempted")
    assert made["recovery"] == {"action": "retry", "outcome": "success", "attempts": 2}
    assert made["endpoint"] == "guard:payments"


# --- fields of the application's own


@pytest.fixture
def application(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("shop_audit")
    monkeypatch.setitem(sys.modules, "shop_audit", module)
    return module


def test_a_function_adds_fields_to_every_record(settings: dict[str, Any], application: ModuleType) -> None:
    application.more = lambda made: {"tenant": "acme", "about": made["kind"], "note": f"password={SECRET}"}  # type: ignore[attr-defined]
    settings["audit"]["fields"] = "shop_audit:more"
    with failsoft.Failsoft(settings) as fs:
        fs.audit.record("invoice.voided", about="mine")
        fs.handle(RuntimeError("x"))
    found = {made["kind"]: made["fields"] for made in written(settings)}
    assert {fields["tenant"] for fields in found.values()} == {"acme"}
    assert (found["invoice.voided"]["about"], found["failure.handled"]["about"]) == ("mine", "failure.handled")
    assert SECRET not in json.dumps(found)


@pytest.mark.parametrize("answer", [ZeroDivisionError("x"), 7, None])
def test_a_function_that_adds_nothing_costs_no_record(
    settings: dict[str, Any], application: ModuleType, answer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def more(_: Mapping[str, Any]) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    application.more = more  # type: ignore[attr-defined]
    settings["audit"]["fields"] = "shop_audit:more"
    with failsoft.Failsoft(settings) as fs:
        fs.handle(RuntimeError("x"))
    (made,) = written(settings, kind="failure.handled")
    assert "fields" not in made
    assert ("audit.fields" in caplog.text) is (answer is not None)
