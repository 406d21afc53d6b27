"""Everything that can be wrong with settings is found at once, and says where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from failsoft.errors.exceptions import SettingsError
from failsoft.options import Duration, describe_type
from failsoft.settings import load
from failsoft.settings.notbuilt import NOT_BUILT, refuse

KEYS = 'audit.keys: required: the keys that encrypt records; or write encryption = "off"'


def faults(source: Any, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(source, environ=environ or {})
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ({"servise": "x"}, 'servise: unknown key; did you mean "service"?'),
        ({"xyzzy": 1}, "xyzzy: unknown key"),
        ({"service": 5}, "service = 5: expected a text"),
        ({"rollout": {"mode": "enforced"}}, """rollout.mode = 'enforced': expected one of "off","""),
        ({"rollout": {"percent": 101}}, "rollout.percent = 101: expected a number from 0 to 100"),
        ({"rollout": "observe"}, "rollout = 'observe': expected a table"),
        ({"request": {"id_header": "X Id"}}, "request.id_header = 'X Id': expected the name of a header"),
        ({"request": {"trusted_proxies": ["lan"]}}, "request.trusted_proxies[0] = 'lan': expected an IP address"),
        ({"responses": {"debug": "no"}}, "responses.debug = 'no': expected true or false"),
        ({"responses": {"languages": []}}, "responses.languages = []: expected a list, each the tag of"),
        ({"responses": {"languages": ["pt"]}}, "responses.languages[0] = 'pt': expected one of"),
        ({"responses": {"languages": ["d"]}}, "responses.languages[0] = 'd': expected the tag of a language such as"),
        ({"responses": {"type_base": "errors/"}}, "responses.type_base = 'errors/': expected a URI such as"),
        ({"responses": {"renderer": "shop.body"}}, "responses.renderer = 'shop.body': expected \"package"),
        ({"policies": {"a": {"timeout": "2 s e c"}}}, "policies.a.timeout = '2 s e c': expected a duration"),
        ({"policies": {"a": {"timeout": 0}}}, "policies.a.timeout = 0: expected more than 0"),
        ({"policies": {"a": {"retry": {"max_attempts": 0}}}}, "policies.a.retry.max_attempts = 0: expected a whole"),
        ({"policies": {"a": {"retry": "slow"}}}, "policies.a.retry.strategy = 'slow': expected one of general"),
        ({"policies": {"a.b": {"circuit_breaker": 1}}}, 'policies."a.b".circuit_breaker = 1: expected a table, or'),
        ({"endpoints": [{"mode": "off"}]}, "endpoints[0].match: required: match or view"),
        ({"endpoints": [{"match": "GET /", "view": "a.b"}]}, "endpoints[0].view = 'a.b': expected match or view, not"),
        ({"endpoints": [{"match": "get /x"}]}, "endpoints[0].match = 'get /x': expected a method or *, then a route"),
        ({"endpoints": [{"match": "/x"}]}, "endpoints[0].match = '/x': expected a method or *, then a route"),
        ({"endpoints": [{"match": "GET x"}]}, "endpoints[0].match = 'GET x': expected a method or *, then a route"),
        ({"endpoints": [{"view": "a:b"}]}, "endpoints[0].view = 'a:b': expected a dotted path"),
        ({"endpoints": [{"view": "b"}]}, "endpoints[0].view = 'b': expected a dotted path"),
        ({"endpoints": [{"match": "GET /", "idempotent": "keys"}]}, "expected true or false or \"key\""),
        ({"endpoints": [{"match": "GET /"}, {"match": "GET /"}]}, "endpoints[1].match = 'GET /': never reached: end"),
        ({"errors": {"not a class": {}}}, 'errors."not a class": expected the path of a class'),
        ({"errors": {"a.B": {"status": 200}}}, 'errors."a.B".status = 200: expected a whole number from 400 to 599'),
        ({"rules": [{"name": "x", "then": {}}]}, "rules[0].when: required: a table"),
        ({"rules": [{"name": "x", "when": {"custom": "f"}, "then": {}}]}, "rules[0].when.custom = 'f': expected \"p"),
        ({"sanitize": {"keys": "pin"}}, "sanitize.keys = 'pin': expected a list of texts"),
        ({"telemetry": {"logs": 1}}, "telemetry.logs = 1: expected true or false"),
        ({"reload": "always"}, 'reload = \'always\': expected one of "off", "watch", "sighup"'),
        ({"audit": {"encryption": "off"}}, 'audit.url: required: "sqlite:///FILE"'),
        ({"audit": {"url": "sqlite:///:memory:", "encryption": "off"}}, "audit.url = [hidden]: expected"),
        ({"policies": {"a": {"retry": {"methods": ["post"]}}}}, "policies.a.retry.methods[0] = 'post': expected a"),
        ({"rules": [{"name": "x", "when": {"error_type": ["shop..Oops"]}, "then": {}}]}, "rules[0].when.error_type ="),
        ({"errors": {"a.B": {"title": {"en": "x", "it": "y"}}}}, 'errors."a.B".title.it: expected one of en, de, fr'),
        ({"rules": [{"name": "x", "when": {"source": "a"}, "then": {"guidance": {"it": "y"}}}]}, "then.guidance.it: "),
        ({"audit": {"url": "mongodb://x", "encryption": "off"}}, "audit.url = [hidden]: expected \"sqlite:///FILE\""),
        ({"audit": {"url": "sqlite:///a", "keys": {"active": "b", "ring": {"a": "env:K"}}}}, "audit.keys.active = "),
        ({"audit": {"url": "sqlite:///a", "keys": {"active": "a", "ring": {"a": "x"}}}}, "audit.keys.ring.a = [hid"),
        ({"audit": {"url": "sqlite:///a", "encryption": "off", "record_reads": 1}}, "audit.record_reads = 1: exp"),
    ],
)  # fmt: skip
def test_a_fault_names_the_key_the_value_and_what_was_expected(raw: dict[str, Any], fault: str) -> None:
    found = faults(raw)
    assert len(found) == 1
    assert fault in found[0]


def test_an_unknown_policy_is_found_with_the_nearest_name() -> None:
    raw = {"policies": {"upstream": {}}, "endpoints": [{"match": "GET /", "policy": "upstraem"}]}
    assert faults(raw) == [
        "endpoints[0].policy = 'upstraem': expected the name of a policy; did you mean \"upstream\"? [settings]"
    ]


def test_an_endpoint_that_contradicts_itself_is_still_checked_against_the_others() -> None:
    assert len(faults({"endpoints": [{"policy": "a"}, {"match": "GET /", "view": "a.b"}, {"match": "GET /"}]})) == 4


def test_a_policy_that_has_a_fault_of_its_own_still_exists() -> None:
    raw = {"policies": {"a": {"timeout": "x"}}, "endpoints": [{"match": "GET /", "policy": "a"}]}
    assert len(faults(raw)) == 1


def test_an_exempt_endpoint_has_no_policy() -> None:
    raw = {"policies": {"a": {}}, "endpoints": [{"match": "GET /", "policy": "a", "exempt": True}]}
    assert "expected no policy on an exempt endpoint" in faults(raw)[0]


@pytest.mark.parametrize("audit", [{}, {"encryption": "on"}])
def test_audit_without_encryption_has_to_be_written_out(audit: dict[str, str]) -> None:
    found = faults({"audit": {"url": "sqlite:///a.db"} | audit})
    assert found == [f"{KEYS} [settings]"]


def test_all_kinds_of_faults_are_found_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "failsoft.toml"
    file.write_text(
        """\
servise = "shop"
[responses]
format = "jason"
[policies.upstream]
timeout = "soon"
hedge = 20
[policies.upstream.retry]
base_delay = "10s"
max_delay = "1s"
[[endpoints]]
match = "GET /x"
policy = "upstraem"
mode = "on"
[errors.shop.errors.Oops]
status = 409
[audit]
url = "sqlite:///audit.db"
"""
    )
    found = faults(str(file), {"FAILSOFT__TELEMETRY__TRACES": "maybe"})
    assert [fault.replace(str(file), "F") for fault in found] == [
        'servise: unknown key; did you mean "service"? [F:1]',
        """responses.format = 'jason': expected one of "problem", "auto", "keep" [F:3]""",
        f"policies.upstream.timeout = 'soon': expected {describe_type(Duration)} [F:5]",
        "policies.upstream.hedge: not available in this version (hedging calls) [F:6]",
        "policies.upstream.retry.base_delay = 10.0: expected at most max_delay (1.0) [F:8]",
        "endpoints[0].policy = 'upstraem': expected the name of a policy; did you mean \"upstream\"? [F:12]",
        """endpoints[0].mode = 'on': expected one of "off", "observe", "enforce" [F:13]""",
        'errors.shop.errors.Oops: the path of a class is quoted: [errors."shop.errors.Oops"] [F:14]',
        f"{KEYS} [F:16]",
        "telemetry.traces = 'maybe': expected true or false [environment FAILSOFT__TELEMETRY__TRACES]",
    ]


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("often", ".rate = 'often': expected a number of calls in a time, such as"),
        ("0/minute", ".rate = '0/minute': expected a number of calls"),
        ("5/0s", ".rate = '5/0s': expected a number of calls"),
        (100, ' = 100: expected a rate such as "100/minute", or a table'),
        ({"key": "user"}, ".rate: required: a number of calls"),
        ({"rate": "1/day", "burst": 0}, ".burst = 0: expected a whole number at least 1"),
        ({"rate": "1/day", "key": "path"}, '.key = [hidden]: expected "endpoint", "client", "user", "header:NAME" or'),
        ({"rate": "1/day", "key": "header:"}, ".key = [hidden]: expected"),
        ({"rate": "1/day", "scope": "global"}, """.scope = 'global': expected one of "worker", "shared\""""),
        ({"rate": "1/day", "exact": True}, '.exact = true: expected only with scope = "shared"'),
    ],
)
def test_what_is_wrong_with_a_rate_limit_is_said(raw: Any, fault: str) -> None:
    (found,) = faults({"policies": {"p": {"rate_limit": raw}}})
    assert found.startswith(f"policies.p.rate_limit{fault}")


@pytest.mark.parametrize(
    ("state", "limit", "fault"),
    [
        ({}, {}, '.scope = "shared": expected "worker": workers share nothing'),
        ({"state": {"url": "memory://"}}, {}, '.scope = "shared": expected "worker": workers share nothing'),
        ({"state": {"url": "sqlite:///a"}}, {"exact": True}, ".exact = true: expected false: who writes a file"),
    ],
)
def test_what_a_limit_cannot_share_is_said(state: dict[str, Any], limit: dict[str, Any], fault: str) -> None:
    policies = {name: {"rate_limit": {"rate": "1/day", "scope": "shared", **limit}} for name in ("p", "q")}
    found = faults({"policies": policies, **state})
    assert [text.startswith(f"policies.{name}.rate_limit{fault}") for name, text in zip("pq", found, strict=True)]


EXAMPLES: dict[str, tuple[dict[str, Any], str]] = {
    "policies.*.fallback": ({"policies": {"p": {"fallback": {"cache": "5m"}}}}, "policies.p.fallback"),
    "policies.*.hedge": ({"policies": {"p": {"hedge": True}}}, "policies.p.hedge"),
}


@pytest.mark.parametrize("missing", NOT_BUILT, ids=lambda missing: missing.path)
def test_what_is_not_built_is_refused_as_such(missing: Any) -> None:
    raw, place = EXAMPLES[missing.path]
    assert faults(raw) == [f"{place}: not available in this version ({missing.feature}) [settings]"]


@pytest.mark.parametrize(
    "url",
    [
        "mongodb://shop:hunter2@db/x", "POSTGRES://hunter2", "postgresql+asyncpg://u:hunter2@db/x", "sqlite:///:memory:",
        "jsonl://hunter2", "stdout:///hunter2", "hunter2.db", "env:",
    ],
)  # fmt: skip
def test_a_place_that_audit_records_cannot_be_written_to_is_refused_and_not_shown(url: str) -> None:
    (fault,) = faults({"audit": {"url": url, "encryption": "off"}})
    assert 'audit.url = [hidden]: expected "sqlite:///FILE", "postgresql+psycopg://HOST/DATABASE"' in fault
    assert "hunter2" not in fault


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///a.db", "postgresql://db/x", "postgresql+psycopg://u:hunter2@db/x?sslmode=require", "jsonl:///a.jsonl",
        "stdout://", "env:AUDIT_URL", "file:/run/secrets/audit",
    ],
)  # fmt: skip
def test_places_that_audit_records_can_be_written_to(url: str) -> None:
    found = load({"audit": {"url": url, "encryption": "off"}}).audit
    assert found is not None
    assert found.url == url


def test_the_rotation_of_audit_files_is_checked() -> None:
    audit = {"url": "jsonl:///a", "encryption": "off", "rotation": {"size": 10, "every": "year", "keep": 3}}
    found = faults({"audit": audit})
    assert [text.partition(":")[0].partition(" ")[0] for text in found] == [
        "audit.rotation.size", "audit.rotation.every", "audit.rotation.keep",
    ]  # fmt: skip


def test_refusing_leaves_the_callers_mapping_as_it_is() -> None:
    raw = {
        "policies": {"p": {"hedge": True, "timeout": "1s"}, "q": {"fallback": {}}},
        "endpoints": [{"match": "GET /"}],
    }
    rest, found = refuse(raw)
    assert len(found) == 2
    assert rest == {"policies": {"p": {"timeout": "1s"}, "q": {}}, "endpoints": [{"match": "GET /"}]}
    assert raw["policies"] == {"p": {"hedge": True, "timeout": "1s"}, "q": {"fallback": {}}}


@pytest.mark.parametrize("raw", [{"policies": 5}, {"policies": {"p": 5}}, {"endpoints": [5]}, {"audit": "x"}])
def test_refusing_survives_what_is_no_table(raw: dict[str, Any]) -> None:
    assert len(faults(raw)) == 1


def test_no_fault_shows_a_secret() -> None:
    raw = {
        "audit": {"url": "mysql://root:hunter2@db/x?password=hunter2", "keys": {"ring": {"a": "hunter2"}}},
        "password": "hunter2",
        "responses": {"documentation_base": "ftp://me:hunter2@docs/"},
        "policies": {"token": "hunter2", "a": {"retry": ["hunter2"], "timeout": {"x": "hunter2"}}},
    }
    environ = {"FAILSOFT__ENDPOINTS": "{ token = 'hunter2' }", "FAILSOFT__API_KEY": "hunter2"}
    found = faults(raw, environ)
    assert len(found) == 10
    assert "hunter2" not in "\n".join(found)


def test_a_secret_where_none_belongs_is_not_shown_either() -> None:
    dsn = "host=db user=shop password=hunter2-and-more"
    found = faults({"policies": {"a": {"timeout": dsn, "retry": dsn}}, "rollout": {"mode": dsn}})
    assert len(found) == 3
    assert "hunter2" not in "\n".join(found)


def test_a_file_of_many_thousand_keys_is_read(tmp_path: Path) -> None:
    file = tmp_path / "failsoft.toml"
    file.write_text("[policies]\n" + "".join(f'p{number} = {{ timeout = "soon" }}\n' for number in range(10_000)))
    with pytest.raises(SettingsError) as caught:
        load(file, environ={})
    assert len(caught.value.faults) == 10_000
    assert caught.value.faults[-1].source == f"{file}:10001"


def test_a_file_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    file = tmp_path / "none.toml"
    assert faults(file) == [f"{file}: cannot be read: No such file or directory [{file}]"]


@pytest.mark.parametrize(
    ("text", "fault", "place"),
    [
        (b'service = "x"\nrollout = \n', "not TOML: Invalid value (at line 2, column 11)", ":2:11"),
        (b"[a\n", "not TOML:", ":1:3"),
        (b'service = "\xff"', "not UTF-8 at byte 11", ""),
        (b"a = " + b"[" * 100_000, "not TOML that can be read", ""),
        (b"a = " + b"1" * 5_000, "not TOML that can be read", ""),
    ],
)
def test_a_file_that_is_not_toml_is_one_fault(tmp_path: Path, text: bytes, fault: str, place: str) -> None:
    file = tmp_path / "failsoft.toml"
    file.write_bytes(text)
    found = faults(file)
    assert len(found) == 1
    assert found[0].startswith(f"{file}: {fault}")
    assert found[0].endswith(f"[{file}{place}]")


def test_something_else_than_settings_is_one_fault() -> None:
    assert faults(5) == ["settings = 5: expected the path of a file, a mapping or Settings"]


def test_a_class_path_may_have_texts_by_language() -> None:
    settings = load({"errors": {"shop.Oops": {"user_message": {"en": "Oh.", "de": "Oh."}}}}, environ={})
    assert settings.errors["shop.Oops"].user_message == {"en": "Oh.", "de": "Oh."}
