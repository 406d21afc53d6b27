"""Where settings come from, how they are merged, and that each value remembers."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from failsoft.errors.exceptions import SettingsError
from failsoft.policies.policy import Policy
from failsoft.policies.retry import Retry
from failsoft.settings import Rollout, Settings, disabled, find_settings, load

FILE = """\
service = "shop"
[rollout]
mode = "observe"
percent = 10
[policies.upstream]
timeout = "2s"
deadline = "5s"
retry = "network"
[policies."my.api"]
timeout = "1s"
[[endpoints]]
match = "GET /a"
policy = "upstream"
[[endpoints]]
view = "shop.views.b"
[request]
trusted_proxies = [
  "10.0.0.0/8",
]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "failsoft.toml"
    path.write_text(FILE)
    return path


def test_nothing_means_safe_defaults() -> None:
    settings = load(None, environ={})
    assert settings == Settings()
    assert settings.policies == {}
    assert settings.audit is None
    assert settings.responses.debug is False
    assert settings.source_of("rollout.mode") == "default"


def test_a_file_is_read_by_path_or_text(file: Path) -> None:
    settings = load(file, environ={})
    assert settings == load(str(file), environ={})
    assert settings.rollout == Rollout(mode="observe", percent=10)
    assert settings.policies["upstream"] == Policy(timeout=2.0, deadline=5.0, retry=Retry(strategy="network"))
    assert [endpoint.match for endpoint in settings.endpoints] == ["GET /a", None]


def test_a_file_may_begin_with_a_byte_order_mark(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + FILE.encode())
    assert load(file, environ={}).service == "shop"


def test_the_environment_wins_over_a_mapping_and_the_mapping_over_the_file(file: Path) -> None:
    settings = load(
        file,
        {"rollout": {"mode": "off"}, "environment": "test", "policies": {"upstream": {"deadline": "9s"}}},
        environ={"FAILSOFT__ENVIRONMENT": "production", "FAILSOFT__POLICIES__UPSTREAM__TIMEOUT": "3s"},
    )
    assert settings.rollout == Rollout(mode="off", percent=10)
    assert settings.environment == "production"
    assert settings.policies["upstream"].timeout == 3.0
    assert settings.policies["upstream"].deadline == 9.0


def test_each_value_remembers_where_it_came_from(file: Path) -> None:
    settings = load(
        file,
        {"rollout": {"mode": "off"}, "endpoints": [{"match": "GET /c"}]},
        environ={"FAILSOFT__POLICIES__UPSTREAM__TIMEOUT": "3s", "FAILSOFT__REQUEST__TRUSTED_PROXIES": '["::1"]'},
    )
    assert settings.source_of("service") == f"{file}:1"
    assert settings.source_of("rollout.mode") == "settings"
    assert settings.source_of("rollout.percent") == f"{file}:4"
    assert settings.source_of("policies.upstream.timeout") == "environment FAILSOFT__POLICIES__UPSTREAM__TIMEOUT"
    assert settings.source_of("policies.upstream.retry") == f"{file}:8"
    assert settings.source_of("policies.upstream.retry.max_attempts") == f"{file}:8"
    assert settings.source_of("policies.upstream.circuit_breaker") == "default"
    assert settings.source_of('policies."my.api".timeout') == f"{file}:10"
    assert settings.source_of("endpoints[0].match") == "settings"
    assert settings.source_of("request.trusted_proxies[0]") == "environment FAILSOFT__REQUEST__TRUSTED_PROXIES"
    assert settings.source_of("request.trust_id") == "default"
    assert settings.source_of("telemetry.traces") == "default"


def test_provenance_survives_copying_and_is_no_part_of_equality(file: Path) -> None:
    settings = load(file, environ={})
    for again in (copy.copy(settings), copy.deepcopy(settings), pickle.loads(pickle.dumps(settings))):
        assert again == settings
        assert again.source_of("service") == f"{file}:1"
    assert load({"service": "x"}, environ={}) == Settings(service="x")
    assert "_sources" not in repr(settings)


def test_settings_made_in_python_say_so() -> None:
    settings = Settings(service="x")
    assert settings.source_of("service") == "settings"
    assert settings.source_of("rollout.mode") == "default"
    assert load(settings, environ={}) is settings


def test_the_environment_counts_for_settings_made_in_python_too() -> None:
    made = Settings(service="x", policies={"up": Policy(timeout="1s", retry="network")})  # type: ignore[arg-type]
    environ = {"FAILSOFT__POLICIES__UP__RETRY__MAX_ATTEMPTS": "2", "FAILSOFT__ROLLOUT__MODE": "observe"}
    settings = load(made, environ=environ)
    assert settings.service == "x"
    assert settings.rollout.mode == "observe"
    assert settings.policies["up"] == Policy(timeout=1.0, retry=Retry(strategy="network", max_attempts=2))


def test_a_mapping_may_hold_options_and_classes_and_is_left_as_it_was() -> None:
    raw = {
        "policies": {"up": Policy(timeout="1s"), "down": {"retry": Retry(max_attempts=2)}},  # type: ignore[arg-type]
        "errors": {SettingsError: {"status": 503}},
        "audit": None,
        "request": {"trusted_proxies": ("::1",)},
    }
    before = copy.deepcopy(raw)
    settings = load(raw, environ={"FAILSOFT__POLICIES__UP__DEADLINE": "2s", "FAILSOFT__POLICIES__DOWN__RETRY": "5"})
    assert settings.policies["up"] == Policy(timeout=1.0, deadline=2.0)
    assert settings.policies["down"].retry == Retry(max_attempts=5)
    assert settings.errors["failsoft.errors.exceptions.SettingsError"].status == 503
    assert settings.audit is None
    assert raw == before


def test_none_takes_back_what_an_earlier_source_said(file: Path) -> None:
    settings = load(file, {"policies": {"upstream": {"retry": None}}, "rollout": {"mode": None}}, environ={})
    assert settings.policies["upstream"].retry is None
    assert settings.rollout.mode == "enforce"
    assert settings.source_of("policies.upstream.retry") == "default"


def test_lists_are_replaced_whole(file: Path) -> None:
    settings = load(file, {"endpoints": []}, environ={})
    assert settings.endpoints == ()


def test_a_table_over_a_shorthand_keeps_what_the_shorthand_said(file: Path) -> None:
    settings = load(file, {"policies": {"upstream": {"retry": {"max_attempts": 2}}}}, environ={})
    assert settings.policies["upstream"].retry == Retry(strategy="network", max_attempts=2)


def test_a_table_over_what_is_none_comes_from_where_the_table_came_from(file: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(file, environ={"FAILSOFT__SERVICE__NAME": "x"})
    assert [(fault.path, fault.source) for fault in caught.value.faults] == [
        ("service", "environment FAILSOFT__SERVICE__NAME")
    ]


def test_a_warning_names_where_the_value_came_from(file: Path) -> None:
    (warning,) = load(file, environ={}).warnings()
    assert (warning.path, warning.source) == ("policies.upstream.deadline", f"{file}:7")
    (warning,) = load(file, {"policies": {"upstream": {"deadline": "6s"}}}, environ={}).warnings()
    assert (warning.path, warning.source) == ("policies.upstream.deadline", "settings")
    assert load(file, {"policies": {"upstream": {"deadline": "60s"}}}, environ={}).warnings() == ()


@pytest.mark.parametrize(
    ("variables", "path", "value"),
    [
        ({"SERVICE": "shop"}, "service", "shop"),
        ({"service": "shop"}, "service", "shop"),
        ({"SERVICE": "12"}, "service", "12"),
        ({"SERVICE": "true"}, "service", "true"),
        ({"SERVICE": '"quoted"'}, "service", "quoted"),
        ({"SERVICE": "a = b # c"}, "service", "a = b # c"),
        ({"SERVICE": '"x"\nreload = "watch"'}, "service", '"x"\nreload = "watch"'),
        ({"RESPONSES__DEBUG": "1"}, "responses.debug", True),
        ({"RESPONSES__DEBUG": "true"}, "responses.debug", True),
        ({"RESPONSES__DEBUG": "Yes"}, "responses.debug", True),
        ({"REQUEST__TRUST_ID": "off"}, "request.trust_id", False),
        ({"REQUEST__TRUST_ID": "0"}, "request.trust_id", False),
        ({"ROLLOUT__PERCENT": "1"}, "rollout.percent", 1.0),
        ({"RESPONSES__LANGUAGES": '["de", "en"]'}, "responses.languages", ("de", "en")),
        ({"TELEMETRY": "{ traces = false }"}, "telemetry.traces", False),
        ({"TELEMETRY": "{ traces = false }", "TELEMETRY__TRACES": "true"}, "telemetry.traces", True),
    ],
)
def test_a_variable_is_read_as_its_key_wants(variables: dict[str, str], path: str, value: object) -> None:
    settings = load(None, environ={f"FAILSOFT__{name}": text for name, text in variables.items()})
    found: object = settings
    for key in path.split("."):
        found = getattr(found, key)
    assert found == value
    assert type(found) is type(value)


def test_a_variable_finds_the_name_that_is_meant() -> None:
    raw = {
        "policies": {"My-Api": {}, "my.db": {}, "Plain": {}, "plain": {}},
        "errors": {"shop.errors.Oops": {"status": 409}},
    }
    environ = {
        "FAILSOFT__POLICIES__MY_API__TIMEOUT": "1s",
        "FAILSOFT__POLICIES__MY_DB__TIMEOUT": "2s",
        "FAILSOFT__POLICIES__NEW__TIMEOUT": "3s",
        "FAILSOFT__ERRORS__SHOP_ERRORS_OOPS__STATUS": "410",
    }
    settings = load(raw, environ=environ)
    assert {name: policy.timeout for name, policy in settings.policies.items()} == {
        "My-Api": 1.0, "my.db": 2.0, "Plain": None, "plain": None, "new": 3.0,
    }  # fmt: skip
    assert settings.errors["shop.errors.Oops"].status == 410


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("SERVISE", "x", 'servise: unknown key; did you mean "service"?'),
        ("SERVICE__NAME", "x", "service = {…}: expected a text"),
        ("ENDPOINTS__0__MATCH", "x", "endpoints = {…}: expected a list of tables"),
        ("ROLLOUT__PERCENT", "lots", "rollout.percent = 'lots': expected a number from 0 to 100"),
        ("RESPONSES__DEBUG", "2", "responses.debug = 2: expected true or false"),
        ("POLICIES__P__HEDGE", "true", "policies.p.hedge: not available in this version"),
        ("", "x", '"": unknown key'),
    ],
)
def test_a_fault_of_a_variable_names_the_variable(name: str, text: str, fault: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, environ={f"FAILSOFT__{name}": text})
    assert len(caught.value.faults) == 1
    assert str(caught.value.faults[0]).startswith(fault)
    assert caught.value.faults[0].source == f"environment FAILSOFT__{name}"


def test_other_variables_are_nobodys_business() -> None:
    environ = {"FAILSOFT_SERVICE": "x", "FAILSOFT": "x", "MYFAILSOFT__SERVICE": "x", "FAILSOFT__DISABLED": "1"}
    assert load(None, environ=environ) == Settings()


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAILSOFT__SERVICE", "from the process")
    assert load().service == "from the process"


@pytest.mark.parametrize("text", ["1", "true", "TRUE", "yes", "on", "please"])
def test_the_switch_is_on(text: str) -> None:
    assert disabled({"FAILSOFT__DISABLED": text})


@pytest.mark.parametrize("text", ["", "0", "false", "No", " off "])
def test_the_switch_is_off(text: str) -> None:
    assert not disabled({"FAILSOFT__DISABLED": text})
    assert not disabled({})


def test_the_nearest_file_upward_is_found(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "failsoft.toml").touch()
    assert find_settings(inner) == tmp_path / "failsoft.toml"
    (tmp_path / "a" / "failsoft.toml").mkdir()
    assert find_settings(inner) == tmp_path / "failsoft.toml"
    (inner / "failsoft.toml").touch()
    assert find_settings(inner) == inner / "failsoft.toml"


def test_passwords_of_stores_are_not_shown_with_the_settings() -> None:
    secret = "hunter2" + "-and-fake"
    settings = load(
        {
            "state": {"url": f"redis://:{secret}@cache/0"},
            "audit": {
                "url": f"postgresql+psycopg://shop:{secret}@db/shop",
                "backup": f"postgresql+psycopg://shop:{secret}@other/shop",
                "encryption": "off",
            },
        },
        environ={},
    )
    assert secret not in f"{settings!r} {settings} {settings.audit!r}"
