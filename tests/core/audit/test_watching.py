"""From what happens to records of incidents, and to who is told."""

from __future__ import annotations

import base64
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import failsoft
from audited import CONTEXT, KEYS
from failsoft.audit.channels import Notifier
from failsoft.audit.incidents import BUILT_IN, Rule
from failsoft.audit.notices import Notice
from failsoft.audit.people import People
from failsoft.audit.watch import Watch
from failsoft.build_incidents import alarm
from failsoft.call import Call, RequestFacts
from failsoft.errors.taxonomy import Category
from failsoft.settings import load
from notified import Records
from observed import ManualClock, failure, handled


class Told(Notifier):
    def __init__(self) -> None:
        super().__init__([], None)
        self.notices: list[Notice] = []

    def notify(self, notice: Notice) -> None:
        self.notices.append(notice)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def watched(clock: ManualClock) -> Iterator[Callable[..., tuple[Watch, Records, Told]]]:
    made: list[Watch] = []

    def make(*rules: Rule, keys: Any = KEYS) -> tuple[Watch, Records, Told]:
        records, told = Records(CONTEXT), Told()
        watch = Watch(
            rules or tuple(BUILT_IN.values()), sink=records, notifier=told, context=CONTEXT, keys=keys, clock=clock
        )
        made.append(watch)
        return watch, records, told

    yield make
    for watch in made:
        watch.close()


def refused(client: str = "192.0.2.7", user: str | None = "alice") -> Any:
    made = failure(code="AUTH_ERROR", category=Category.AUTHENTICATION, status=401)
    return handled(made, facts=RequestFacts(client=client), user=user)


def test_a_burst_is_one_incident_that_closes_when_it_is_quiet(
    watched: Callable[..., tuple[Watch, Records, Told]], clock: ManualClock
) -> None:
    watch, records, told = watched(BUILT_IN["authentication_burst"])
    for _ in range(25):
        watch.failed(refused())
        clock.now += 1
    assert watch.flush()
    (opened,) = records.of("incident.opened")
    assert opened["incident"]["count"] == 10
    assert opened["request"] == {"client": "192.0.2.7", "user": None}
    assert opened["severity"] == "high"
    clock.now += 899
    assert watch.flush()
    assert records.of("incident.closed") == []
    clock.now += 1
    assert watch.flush()
    (closed,) = records.of("incident.closed")
    assert closed["incident"] == {
        "id": opened["incident"]["id"], "rule": "authentication_burst", "by": "client", "count": 25,
        "opened": opened["timestamp"], "reason": "quiet",
    }  # fmt: skip
    assert [notice.event for notice in told.notices] == ["incident.opened", "incident.closed"]


def test_clients_of_one_ipv6_network_are_one(watched: Callable[..., tuple[Watch, Records, Told]]) -> None:
    watch, records, _ = watched(BUILT_IN["authentication_burst"])
    for number in range(10):
        watch.failed(refused(f"2001:db8::{number + 1:x}"))
    watch.flush()
    assert len(records.of("incident.opened")) == 1


def test_a_notification_names_no_person(watched: Callable[..., tuple[Watch, Records, Told]]) -> None:
    watch, _, told = watched()
    for _ in range(10):
        watch.failed(refused())
    watch.flush()
    assert {notice.rule for notice in told.notices} == {"authentication_burst", "account_burst"}
    text = repr(told.notices)
    assert "192.0.2.7" not in text
    assert "alice" not in text


@pytest.mark.parametrize("keys", [KEYS, None])
def test_a_group_is_the_same_for_the_same_subject_and_tells_nothing(
    watched: Callable[..., tuple[Watch, Records, Told]], keys: Any
) -> None:
    groups = []
    for client in ("192.0.2.7", "192.0.2.7", "192.0.2.8"):
        watch, _, told = watched(BUILT_IN["authentication_burst"], keys=keys)
        for _ in range(10):
            watch.failed(refused(client))
        watch.flush()
        groups.append(told.notices[0].group)
    assert groups[0] == groups[1]
    # without a key, whoever has all addresses could find out whose it is
    assert (groups[0] == groups[2]) is (keys is None)


def test_what_no_rule_counts_costs_no_thread(watched: Callable[..., tuple[Watch, Records, Told]]) -> None:
    watch, records, _ = watched()
    watch.failed(handled())
    assert watch._worker._thread is None
    assert records.there == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_counts_anew(watched: Callable[..., tuple[Watch, Records, Told]]) -> None:
    watch, _, _ = watched(BUILT_IN["compliance"])
    watch.failed(handled(failure(code="HIPAA_COMPLIANCE_ERROR")))
    watch.flush()
    assert len(watch._book.open) == 1
    child = os.fork()
    if child == 0:
        os._exit(len(watch._book.open))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


# --- through the front door


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    module, got = ModuleType("shop_pages"), list[Any]()
    module.page = got.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "shop_pages", module)
    return got


def settings(tmp_path: Path, **audit: Any) -> dict[str, Any]:
    base = {"url": f"sqlite:///{tmp_path / 'audit.db'}", "encryption": "off"}
    return {"service": "shop", "audit": base | {"notifications": [{"call": "shop_pages:page"}]} | audit}


def read(tmp_path: Path, kind: str) -> list[Any]:
    with failsoft.Failsoft(settings(tmp_path, notifications=[])) as fs:
        return list(fs.audit.query(kind=kind))


def test_an_incident_is_written_down_told_and_that_is_written_down(tmp_path: Path, pages: list[Any]) -> None:
    with failsoft.Failsoft(settings(tmp_path)) as fs:
        problem = fs.handle(failsoft.ComplianceError("no consent of patient 4711"))
        fs.handle(failsoft.ComplianceError("nor of 4712"))
        fs.handle(failsoft.NotFoundError("x"))
    (opened,) = read(tmp_path, "incident.opened")
    assert (opened["incident"]["rule"], opened["error_id"]) == ("compliance", problem.error_id)
    (sent,) = read(tmp_path, "notification.sent")
    assert sent["notification"]["incidents"] == [opened["incident"]["id"]]
    (closed,) = read(tmp_path, "incident.closed")
    assert (closed["incident"]["reason"], closed["incident"]["count"]) == ("ended", 2)
    (page,) = pages
    assert (page["type"], page["data"]["incident"]) == ("incident.opened", opened["incident"]["id"])
    assert "4711" not in json.dumps(page)


def test_settings_change_rules_add_some_and_switch_them_off(tmp_path: Path, pages: list[Any]) -> None:
    incidents = [
        {"rule": "compliance", "enabled": False},
        {"rule": "authentication_burst", "count": 2, "by": "any", "severity": "critical"},
        {"rule": "cards", "codes": ["CARD_*"], "by": "endpoint", "meaning": "a card number was seen"},
        {"rule": "breaker_forced"},
    ]
    with failsoft.Failsoft(settings(tmp_path, incidents=incidents)) as fs:
        fs.handle(failsoft.ComplianceError("x"))
        fs.handle(failsoft.AuthenticationError("x"))
        fs.handle(failsoft.AuthenticationError("x"))
        fs.guard("payments", policy=failsoft.Policy(circuit_breaker=True)).call(lambda: None)
        fs.circuit_breakers["guard:payments"].force_open()
        fs.handle(failsoft.FailsoftError("x", code="CARD_LEAK"), Call("GET /cards", 0.0))
    opened = read(tmp_path, "incident.opened")
    found = {made["incident"]["rule"]: made["severity"] for made in opened}
    assert found == {"authentication_burst": "critical", "breaker_forced": "low", "cards": "high"}


def test_records_that_are_dropped_are_an_incident(tmp_path: Path, pages: list[Any]) -> None:
    fs = failsoft.Failsoft(settings(tmp_path))
    assert fs.audit.writer is not None
    fs.audit.writer.close()
    fs.handle(RuntimeError("nobody writes this down"))
    fs.close()
    assert [page["data"]["rule"] for page in pages] == ["records_lost"]


def test_compliance_may_be_extended(tmp_path: Path, pages: list[Any]) -> None:
    incidents = [{"rule": "privacy", "compliance": ["gdpr"], "meaning": "personal data went astray"}]
    made = settings(tmp_path, compliance={"gdpr": ["EXPORT_*", "data_integrity"], "soc2": []}, incidents=incidents)
    with failsoft.Failsoft(made) as fs:
        fs.handle(failsoft.FailsoftError("x", code="EXPORT_FAILED"))
        fs.handle(failsoft.AuthenticationError("x"))
    flags = [record["compliance"] for record in read(tmp_path, "failure.handled")]
    assert flags == [["gdpr"], ["hipaa", "pci"]]
    assert [page["data"]["meaning"] for page in pages] == ["personal data went astray"]


def test_keys_are_not_needed_for_notifications_but_are_for_groups(
    tmp_path: Path, pages: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIT_KEY", base64.b64encode(bytes(32)).decode())
    keyed = settings(tmp_path, keys={"active": "a", "ring": {"a": "env:AUDIT_KEY"}})
    keyed["audit"]["encryption"] = "on"
    with failsoft.Failsoft(keyed) as fs:
        fs.handle(failsoft.EncryptionError("x"))
    (page,) = pages
    assert page["data"]["severity"] == "critical"
    assert len(page["data"]["group"]) == 32


def test_people_by_policy_in_incidents() -> None:
    from dataclasses import replace

    records = Records(replace(CONTEXT, people=People("network", "none")))
    watch = Watch(
        (BUILT_IN["compliance"],), sink=records, notifier=Told(), context=CONTEXT, keys=None, clock=ManualClock()
    )
    made = failure(code="HIPAA_COMPLIANCE_ERROR")
    watch.failed(handled(made, facts=RequestFacts(client="192.0.2.7"), user="alice"))
    watch.close()
    assert records.of("incident.opened")[0]["request"] == {"client": "192.0.2.0/24", "user": None}


def test_a_command_has_tampering_told_and_waits_for_it(tmp_path: Path, pages: list[Any]) -> None:
    records = Records(CONTEXT)
    made = load(settings(tmp_path))
    assert alarm(made, "tampering", 3, sink=records, context=CONTEXT, keys=None, clock=ManualClock())
    assert [page["data"]["rule"] for page in pages] == ["tampering"]
    assert {record["kind"] for record in records.there} == {"incident.opened", "incident.closed", "notification.sent"}
    assert records.there[0]["severity"] == "critical"
