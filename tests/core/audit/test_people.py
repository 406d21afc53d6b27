"""What records say of people, and that they are found by it all the same."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audited import CONTEXT, KEYS
from failsoft.audit.fields import indexes_of
from failsoft.audit.keys import KeyRing
from failsoft.audit.lane import Lane, new_lane_id
from failsoft.audit.people import People, network_of_client
from failsoft.audit.records import failure_handled
from failsoft.call import RequestFacts
from failsoft.sanitize import Sanitizer
from observed import NOW, handled

ADDRESS, USER = "192.0.2.77", "alice@example.com"
SANITIZER = Sanitizer()
Policy = Literal["full", "network", "hash", "none"]


def entry_of(people: People, client: str | None = ADDRESS, user: str | None = USER, keys: KeyRing | None = KEYS) -> Any:
    context = replace(CONTEXT, people=people, sanitizer=SANITIZER)
    made = failure_handled(handled(facts=RequestFacts(client=client), user=user), context)
    said = dict(made["request"])
    return said, Lane(new_lane_id(NOW), keys=keys, encrypt=False).encode(made)


@pytest.mark.parametrize(
    ("policy", "address", "said"),
    [
        ("full", ADDRESS, ADDRESS),
        ("full", "2001:DB8::1", "2001:db8::1"),
        ("network", ADDRESS, "192.0.2.0/24"),
        ("network", "2001:db8:1:2:3::4", "2001:db8:1::/48"),
        ("network", "::ffff:192.0.2.77", "192.0.2.0/24"),
        ("network", "unix:/run/app.sock", None),
        ("none", ADDRESS, None),
    ],
)
def test_a_record_says_of_the_client_what_the_policy_allows(policy: Policy, address: str, said: str | None) -> None:
    found, entry = entry_of(People(policy, "full", KEYS, sealed=True), address)
    assert found["client"] == said
    assert said == address or address not in entry.record
    assert (entry.client_index is None) is (said is None)


@pytest.mark.parametrize("policy", ["full", "network", "hash"])
@pytest.mark.parametrize("sought", [ADDRESS, "::ffff:192.0.2.77"])
def test_a_client_is_found_by_the_full_address_whatever_the_policy_was(policy: Policy, sought: str) -> None:
    _, entry = entry_of(People(policy, "full", KEYS, sealed=True))
    assert entry.client_index in indexes_of("client", sought, KEYS)
    assert entry.client_index not in indexes_of("client", "198.51.100.1", KEYS)


def test_where_only_the_network_was_kept_an_address_finds_its_neighbours_too() -> None:
    _, entry = entry_of(People("network", "full", KEYS, sealed=True))
    assert entry.client_index in indexes_of("client", "192.0.2.1", KEYS)
    assert entry.client_index in indexes_of("client", "192.0.2.0/24", KEYS)
    _, entry = entry_of(People("hash", "full", KEYS, sealed=True))
    assert entry.client_index not in indexes_of("client", "192.0.2.1", KEYS)


def test_a_digest_says_nothing_and_old_keys_still_find_it() -> None:
    said, entry = entry_of(People("hash", "hash", KEYS, sealed=True))
    assert said["client"].startswith("hash:")
    assert said["user"].startswith("hash:")
    assert ADDRESS not in entry.record
    assert USER not in entry.record
    later = KeyRing({"2026-11": bytes(range(32)), "2027-01": bytes(32)}, "2027-01")
    assert entry.client_index in indexes_of("client", ADDRESS, later)
    assert entry.user_index in indexes_of("user", USER, later)
    other = KeyRing({"2026-11": bytes(32)}, "2026-11")
    assert entry.user_index not in indexes_of("user", USER, other)


def test_a_user_is_kept_as_he_is_only_where_that_is_sealed() -> None:
    said, _ = entry_of(People(keys=KEYS, sealed=True))
    assert said["user"] == USER
    said, entry = entry_of(People(sealed=False), keys=None)
    assert said["user"] == "[REDACTED:email]"
    assert USER not in entry.record
    said, _ = entry_of(People(user="none"))
    assert said["user"] is None


@given(st.ip_addresses())
def test_the_network_of_an_address_has_it_in_it(address: Any) -> None:
    network = network_of_client(str(address))
    assert network is not None
    assert network == network_of_client(str(ip_address(network.partition("/")[0])))


@given(st.text(), st.sampled_from(["full", "network", "hash", "none"]), st.sampled_from(["full", "hash", "none"]))
def test_no_text_is_too_odd(text: str, client: Any, user: Any) -> None:
    _, entry = entry_of(People(client, user, KEYS, sealed=True), text, text)
    if text.strip() and user != "none":
        assert entry.user_index in indexes_of("user", text, KEYS)


def test_hashes_need_keys(tmp_path: Path) -> None:
    import failsoft

    audit = {"url": f"sqlite:///{tmp_path / 'a.db'}", "encryption": "off", "client": "hash", "user": "hash"}
    with pytest.raises(failsoft.SettingsError) as error:
        failsoft.Failsoft({"audit": audit})
    assert [fault.path for fault in error.value.faults] == ["audit.client", "audit.user"]
