"""Values: the same shape without secrets, and nothing given in is changed."""

from __future__ import annotations

import collections
import copy
import dataclasses
import datetime as dt
import decimal
import enum
import http.cookies
import itertools
import pathlib
import types
import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple, Self

import attrs
import msgspec
import pydantic
import pytest

from failsoft.sanitize import Sanitizer

SANITIZER = Sanitizer()
GONE = "[REDACTED:password]"


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ({"password": "hunter2", "user": "bob"}, {"password": GONE, "user": "bob"}),
        ({"a": [{"password": "hunter2"}]}, {"a": [{"password": GONE}]}),
        (["password=hunter2", ("x", "jane@example.com")], [f"password={GONE}", ("x", "[REDACTED:email]")]),
        ({"pin": 1234}, {"pin": "[REDACTED:otp]"}),
        ({"ssn": 123456789}, {"ssn": "[REDACTED:ssn]"}),
        ({"token": uuid.UUID(int=7)}, {"token": "[REDACTED:token]"}),
        ({"date_of_birth": dt.date(1980, 2, 3)}, {"date_of_birth": "[REDACTED:birth_date]"}),
        ({"n": 4111111111111111}, {"n": "[REDACTED:card]"}),
        (b"password=hunter2", b"password=[REDACTED:password]"),
        (bytearray(b"password=hunter2"), bytearray(b"password=[REDACTED:password]")),
        ({b"password": b"hunter2"}, {b"password": b"[REDACTED:password]"}),
        ([("Authorization", "Bearer abc1")], [("Authorization", "Bearer [REDACTED:authorization]")]),
        ([(b"cookie", b"a=b")], [(b"cookie", b"[REDACTED:cookie]")]),
        ({"name": "password", "value": "hunter2"}, {"name": "password", "value": GONE}),
        (
            {"ParameterKey": "DBPassword", "ParameterValue": "hunter2"},
            {"ParameterKey": "DBPassword", "ParameterValue": GONE},
        ),
        ({"optionName": "db_password", "optionValue": "x1"}, {"optionName": "db_password", "optionValue": GONE}),
        ({"setting_value": "hunter2", "setting_name": "pwd"}, {"setting_value": GONE, "setting_name": "pwd"}),
        ({"sin": "046 454 286", "x": 1}, {"sin": "[REDACTED:sin]", "x": 1}),
        ({"loc": ("body", "password"), "input": "x1"}, {"loc": ("body", "password"), "input": GONE}),
        (["tool", "--password", "hunter2", "-v"], ["tool", "--password", GONE, "-v"]),
        (["tool", "--password=hunter2"], ["tool", f"--password={GONE}"]),
        ({"api_keys": ["abc1", "def2"]}, {"api_keys": ["[REDACTED:api_key]"] * 2}),
        ({"auth": ("bob", "hunter2")}, {"auth": ("[REDACTED:authorization]",) * 2}),
        ({"cookies": {"cart": "dark"}}, {"cookies": {"cart": "[REDACTED:cookie]"}}),
        ({"cookies": {"theme": "dark", "sid": "x1y2"}}, {"cookies": {"theme": "dark", "sid": "[REDACTED:session]"}}),
        ({"dsn": "postgres://u:hunter2@h/db"}, {"dsn": f"postgres://u:{GONE}@h/db"}),
        ({"connection_string": "Server=a;Key=b"}, {"connection_string": "[REDACTED:dsn]"}),
        (
            {"credentials": {"username": "bob", "key": "k1", "expires_at": 5}},
            {"credentials": {"username": "bob", "key": "[REDACTED:credential]", "expires_at": 5}},
        ),
        ({"jane@example.com": 1}, {"[REDACTED:email]": 1}),
        ({"last_name": "Doe", "phone": "0171 1234567"}, {"last_name": "[REDACTED:name]", "phone": "[REDACTED:phone]"}),
    ],
)
def test_a_secret_goes_and_the_shape_stays(value: Any, cleaned: Any) -> None:
    given = copy.deepcopy(value)
    assert SANITIZER.value(value) == cleaned
    assert value == given


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        2.5,
        2 + 1j,
        decimal.Decimal("1.10"),
        1763800000123456789,
        dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
        dt.date(2026, 11, 22),
        dt.timedelta(seconds=3),
        uuid.UUID(int=7),
        pathlib.PurePosixPath("/srv/app/token.py"),
        range(5),
        b"\x00\xff\xfe",
        b"",
        "",
        (),
        [],
        {},
        frozenset({1, 2}),
        int,
        len,
        ...,
        {"password": None, "token": True, "secret": "", "has_password": True, "password_required": "yes"},
        {"password": "********", "api_key": "${API_KEY}", "token": "<token>"},
        {"password": ["This field is required."]},
        {"token": {"type": "bearer", "expires_in": 3600}},
        {"session": {"user_id": 5, "theme": "dark"}},
        {"cookies": 3, "credentials": 0},
        {"max_tokens": 4096, "token_count": 12, "primary_key": "id", "author": "bob"},
        {"dsn": "redis://localhost:6379/0", "private_key": pathlib.PurePosixPath("/etc/key.pem")},
        {"created": dt.datetime(2026, 1, 1), "token": dt.timedelta(1)},
        ("body", "password"),
        ["password", "email"],
        {"loc": ("body", "age"), "input": -3},
        {"ParameterKey": "Env", "ParameterValue": "prod"},
        {"ParameterKey": "DBPassword", "DefaultValue": "prod"},
        {"sin": 0.479, "cos": 0.878},
        {"name": "theme", "value": "dark"},
        {1: "a", None: "b", (1, 2): "c", 2.5: "d"},
        {"password": "[REDACTED:password]"},
    ],
)
def test_a_value_without_secrets_comes_back_equal_and_of_the_same_type(value: Any) -> None:
    cleaned = SANITIZER.value(value)
    assert cleaned == value
    assert type(cleaned) is type(value)


def test_containers_come_back_as_new_ones() -> None:
    inner = [1]
    value = {"a": inner}
    cleaned = SANITIZER.value(value)
    assert cleaned is not value
    assert cleaned["a"] is not inner


def test_keys_keep_their_order_and_none_is_lost() -> None:
    value = {"z": 1, "jane@example.com": 2, "a": 3, "bob@example.com": 4, "password=hunter2": 5}
    assert list(SANITIZER.value(value).items()) == [
        ("z", 1),
        ("[REDACTED:email]", 2),
        ("a", 3),
        ("[REDACTED:email] #2", 4),
        ("password=[REDACTED:password]", 5),
    ]
    assert len(SANITIZER.value({"jane@example.com", "bob@example.com", "x"})) == 3
    assert list(SANITIZER.value({b"a@example.com": 1, b"b@example.com": 2})) == [
        b"[REDACTED:email]",
        b"[REDACTED:email] #2",
    ]


class Row(NamedTuple):
    api_key: str
    count: int


class Tags(list[str]):
    pass


class Names(set[str]):
    pass


class Attributes(dict[str, Any]):
    pass


def _default() -> int:
    return 0


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        (collections.OrderedDict(b=1, password="x1"), collections.OrderedDict(b=1, password=GONE)),
        (collections.deque(["password=x1"], 3), collections.deque([f"password={GONE}"], 3)),
        (collections.Counter({"jane@example.com": 2}), collections.Counter({"[REDACTED:email]": 2})),
        (Row("abc1", 2), Row("[REDACTED:api_key]", 2)),
        (Tags(["password=x1"]), Tags([f"password={GONE}"])),
        (Names({"password=x1"}), Names({f"password={GONE}"})),
        (Attributes(password="x1"), Attributes(password=GONE)),
        (frozenset({"password=x1"}), frozenset({f"password={GONE}"})),
        (collections.ChainMap({"password": "x1"}), collections.ChainMap({"password": GONE})),
    ],
)
def test_special_containers_keep_their_type(value: Any, cleaned: Any) -> None:
    result = SANITIZER.value(value)
    assert result == cleaned
    assert type(result) is type(value)


def test_a_mapping_proxy_and_a_default_dict_keep_what_they_are() -> None:
    proxy = SANITIZER.value(types.MappingProxyType({"password": "x1"}))
    assert isinstance(proxy, types.MappingProxyType)
    assert dict(proxy) == {"password": GONE}
    value = SANITIZER.value(collections.defaultdict(_default, password="x1"))
    assert isinstance(value, collections.defaultdict)
    assert value.default_factory is _default
    assert value == {"password": GONE}


@dataclasses.dataclass
class Login:
    user: str
    password: str
    attempts: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True, slots=True)
class Grant:
    token: str
    scope: str


class Account(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow")
    email: str
    password: pydantic.SecretStr
    settings: dict[str, str] = {}


class Peer(msgspec.Struct, frozen=True):
    host: str
    token: str


def test_objects_with_fields_are_copied_without_their_secrets() -> None:
    login = Login("bob", "hunter2", ["password=hunter2"])
    assert SANITIZER.value(login) == Login("bob", GONE, [f"password={GONE}"])
    assert login == Login("bob", "hunter2", ["password=hunter2"])
    assert SANITIZER.value(Grant("abc1", "read")) == Grant("[REDACTED:token]", "read")
    assert SANITIZER.value(Peer("h", "abc1")) == Peer("h", "[REDACTED:token]")
    account = Account(email="jane@example.com", password="hunter2", settings={"secret": "x1y2"}, api_key="abc1")
    cleaned = SANITIZER.value(account)
    assert isinstance(cleaned, Account)
    assert cleaned.email == "[REDACTED:email]"
    assert cleaned.settings == {"secret": "[REDACTED:secret]"}
    assert cleaned.model_extra == {"api_key": "[REDACTED:api_key]"}
    assert "hunter2" not in repr(cleaned)
    assert account.email == "jane@example.com"
    assert account.model_extra == {"api_key": "abc1"}


def test_an_object_with_fields_and_no_secret_is_itself() -> None:
    login = Login("bob", "")
    assert SANITIZER.value(login) is login


def test_exceptions_keep_their_type_and_lose_their_secrets() -> None:
    error = ValueError("bad token=abc123def456", 3)
    error.__cause__ = KeyError("jane@example.com")
    error.add_note("password=hunter2")
    error.api_key = "abc1"  # type: ignore[attr-defined]
    cleaned = SANITIZER.value(error)
    assert type(cleaned) is ValueError
    assert cleaned.args == ("bad token=[REDACTED:token]", 3)
    assert cleaned.__cause__.args == ("[REDACTED:email]",)
    assert cleaned.__notes__ == [f"password={GONE}"]
    assert cleaned.api_key == "[REDACTED:api_key]"  # type: ignore[attr-defined]
    assert error.args == ("bad token=abc123def456", 3)
    group = SANITIZER.value(ExceptionGroup("two", [error, TypeError("fine")]))
    assert type(group) is ExceptionGroup
    assert "abc123def456" not in repr(group)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            FileNotFoundError(2, "No such file", "ftp://u:hunter2@ftp.example/a.csv"),
            f"[Errno 2] No such file: 'ftp://u:{GONE}@ftp.example/a.csv'",
        ),
        (OSError(18, "other device", "/a", None, "/b?password=hunter2"), f"other device: '/a' -> '/b?password={GONE}'"),
        (SyntaxError("bad", ("x.py", 7, 1, "password='hunter2'!")), "bad (x.py, line 7)"),
        (ImportError("no password=hunter2", name="a", path="/x"), f"no password={GONE}"),
    ],
)
def test_what_an_exception_holds_beside_its_arguments_is_cleaned_and_kept(error: Exception, told: str) -> None:
    cleaned = SANITIZER.value(error)
    assert (type(cleaned), told in str(cleaned)) == (type(error), True)
    assert not any("hunter2" in str(getattr(cleaned, name, "")) for name in dir(cleaned))


def test_cookies_of_the_standard_library_lose_their_values_and_keep_their_attributes() -> None:
    jar = http.cookies.SimpleCookie("theme=dark; sid=x1y2z3")
    jar["sid"]["path"] = "/"
    cleaned = SANITIZER.value({"jar": jar})["jar"]
    assert cleaned.output(header="").split() == ["sid=[REDACTED:cookie];", "Path=/", "theme=dark"]
    assert jar["sid"].value == "x1y2z3"
    assert SANITIZER.value(cleaned) == cleaned


def test_elements_of_medical_images_are_known_by_their_tags_each_time() -> None:
    strict = Sanitizer(tier="strict")
    given = {"00100010": {"vr": "PN", "Value": [{"Alphabetic": "Doe^Jane"}]}, "00080060": {"vr": "CS", "Value": ["MR"]}}
    wanted = {**given, "00100010": {"vr": "PN", "Value": [{"Alphabetic": "[REDACTED:name]"}]}}
    assert [strict.value(given) for _ in range(2)] == [wanted, wanted]
    assert SANITIZER.value(given) == given
    endless: list[Any] = []
    endless.append(endless)
    assert strict.value({"00100020": {"vr": "LO", "Value": endless}})["00100020"]["vr"] == "LO"


def test_an_exception_without_secrets_is_itself() -> None:
    error = ValueError("fine")
    assert SANITIZER.value(error) is error


def test_an_exception_that_cannot_be_made_anew_comes_back_as_its_text() -> None:
    class Odd(Exception):
        def __new__(cls, *args: object) -> Self:
            if args and "REDACTED" in str(args[0]):
                raise RuntimeError
            return super().__new__(cls, *args)

    assert SANITIZER.value(Odd("password=hunter2")) == f"password={GONE}"


def test_generators_and_iterators_are_not_consumed() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        yield 2

    for stream in (numbers(), iter([1, 2]), map(int, ["1", "2"]), itertools.chain([1], [2])):
        assert SANITIZER.value({"stream": stream})["stream"] is stream
        assert list(stream) == [1, 2]


class Opaque:
    def __init__(self, shown: str) -> None:
        self.shown = shown

    def __repr__(self) -> str:
        return self.shown


def test_an_opaque_object_is_itself_only_if_its_text_shows_no_secret() -> None:
    plain, telling = Opaque("Opaque(3)"), Opaque("Opaque(password='hunter2')")
    assert SANITIZER.value([plain])[0] is plain
    assert SANITIZER.value([telling]) == ["Opaque(password='[REDACTED:password]')"]
    assert SANITIZER.value({"password": Opaque("hunter2")}) == {"password": GONE}
    handle = object()
    assert SANITIZER.value({"session": handle})["session"] is handle


def test_an_object_whose_two_texts_differ_is_judged_by_both() -> None:
    class TwoFaced(Opaque):
        def __str__(self) -> str:
            return "fine"

    assert SANITIZER.value(TwoFaced("password=hunter2")) == f"password={GONE}"


def test_enumerations_stay() -> None:
    class Color(enum.Enum):
        RED = "red"

    class Kind(enum.StrEnum):
        PASSWORD = "password"

    assert SANITIZER.value([Color.RED, Kind.PASSWORD]) == [Color.RED, Kind.PASSWORD]
    assert SANITIZER.value({"token": Color.RED})["token"] is Color.RED


class Raising:
    def __repr__(self) -> str:
        raise RuntimeError("password=hunter2")


class Endless:
    def __repr__(self) -> str:
        return "x" * 5_000_000 + " password=hunter2"


class Unruly(dict[str, Any]):
    def __iter__(self) -> Iterator[str]:
        raise RuntimeError

    def __getitem__(self, key: str) -> Any:
        raise RuntimeError

    def items(self) -> Any:
        raise RuntimeError

    def keys(self) -> Any:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    __hash__ = None  # type: ignore[assignment]


def test_hostile_objects_are_withheld_and_the_rest_goes_on() -> None:
    sanitizer = Sanitizer()
    cleaned = sanitizer.value({"a": Raising(), "b": Endless(), "c": "fine", "d": Unruly(password="hunter2", n=1)})
    assert cleaned["a"] == "[REDACTED:error]"
    assert sanitizer.failures == 1
    assert len(cleaned["b"]) <= 65_536
    assert "hunter2" not in cleaned["b"]
    assert cleaned["c"] == "fine"
    assert dict.__getitem__(cleaned["d"], "password") == GONE


def test_a_cycle_is_cut() -> None:
    value: dict[str, Any] = {"password": "hunter2", "items": []}
    value["self"] = value
    value["items"].append(value)
    assert SANITIZER.value(value) == {
        "password": GONE,
        "items": ["[REDACTED:cycle]"],
        "self": "[REDACTED:cycle]",
    }


def test_what_is_met_twice_but_is_no_cycle_is_kept_twice() -> None:
    shared = {"a": 1}
    assert SANITIZER.value([shared, shared]) == [{"a": 1}, {"a": 1}]


class Counted:
    """Counts how often it is looked at."""

    def __init__(self) -> None:
        self.looks = 0

    def __repr__(self) -> str:
        self.looks += 1
        return "Counted()"


class Shown(Counted):
    def __str__(self) -> str:
        self.looks += 1
        return "shown"


@pytest.mark.parametrize(("make", "looks"), [(Counted, 1), (Shown, 2)])
def test_each_text_of_an_object_is_asked_for_once(make: type[Counted], looks: int) -> None:
    counted = make()
    assert SANITIZER.value([counted])[0] is counted
    assert counted.looks == looks


@pytest.mark.parametrize("make", [list, set, dict.fromkeys], ids=["list", "set", "dict"])
def test_of_a_large_container_no_more_is_looked_at_than_the_bound_says(make: Any) -> None:
    members = [Counted() for _ in range(100_000)]
    cleaned = SANITIZER.value(make(members))
    assert sum(member.looks for member in members) <= 2_000
    assert len(cleaned) <= 2_000


@attrs.define
class Key:
    _token: str
    owner: str = "ada"


@attrs.frozen
class Vault:
    keys: list[Key]


@dataclasses.dataclass(frozen=True, slots=True)
class Slots:
    password: str = dataclasses.field(repr=False)
    grants: tuple[Grant, ...] = ()


class Open(pydantic.BaseModel, frozen=True, extra="allow"):
    user: str
    settings: dict[str, str] = {}


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        (
            Vault([Key("hunter2-and-fake")]),
            Vault([Key("[REDACTED:token]")]),
        ),
        (Slots("hunter2"), Slots(GONE)),
        (
            Open(user="bob", settings={"api_key": "abc123-fake"}, password="hunter2"),
            Open(user="bob", settings={"api_key": "[REDACTED:api_key]"}, password=GONE),
        ),
    ],
    ids=["attrs", "slots", "pydantic"],
)
def test_models_of_every_make_lose_their_secrets_and_the_given_one_keeps_them(value: Any, cleaned: Any) -> None:
    before = copy.deepcopy(value)
    got = SANITIZER.value(value)
    assert (got, type(got)) == (cleaned, type(value))
    assert value == before


def test_depth_and_number_of_values_are_bounded() -> None:
    value: Any = "password=hunter2"
    for _ in range(100):
        value = [value]
    cleaned = SANITIZER.value(value)
    depth = 0
    while isinstance(cleaned, list):
        cleaned, depth = cleaned[0], depth + 1
    assert (cleaned, depth) == ("[REDACTED:depth]", 8)
    sanitizer = Sanitizer(max_nodes=10)
    numbers = sanitizer.value(list(range(100)))
    assert numbers == [*range(8), "[REDACTED:bounds] 92 more"]
    assert sanitizer.value(numbers) == numbers
    names = sanitizer.value({str(number): number for number in range(100)})
    assert names == {**{str(number): number for number in range(8)}, "[REDACTED:bounds]": "92 more"}
    assert sanitizer.value(names) == names


def test_a_text_that_was_redacted_is_no_name_for_what_follows() -> None:
    once = SANITIZER.value(["AUTHORIZATION:0Key", "0"])
    assert once == ["AUTHORIZATION:[REDACTED:authorization]", "0"]
    assert SANITIZER.value(once) == once


class Told:
    """Raises whatever it is told when it is looked at."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __repr__(self) -> str:
        raise self.error


class Recursing:
    def __repr__(self) -> str:
        return f"<{self!r}>"


class Named:
    """A key whose text has a secret in it."""

    def __repr__(self) -> str:
        return "password=hunter2" + "-and-fake"


@pytest.mark.parametrize("obj", [Told(ValueError("x")), Told(SystemExit(3)), Told(RecursionError()), Recursing()])
def test_an_object_that_cannot_be_looked_at_becomes_a_placeholder(obj: object) -> None:
    sanitizer = Sanitizer()
    assert sanitizer.value(obj) == "[REDACTED:error]"
    assert sanitizer.value({"a": [obj], "b": 1}) == {"a": ["[REDACTED:error]"], "b": 1}
    assert sanitizer.failures == 2


def test_an_interruption_is_not_kept_from_the_program() -> None:
    with pytest.raises(KeyboardInterrupt):
        Sanitizer().value(Told(KeyboardInterrupt()))


def test_objects_and_numbers_as_keys() -> None:
    plain, card = object(), 4111111111111111
    assert Sanitizer().value({plain: 1, 7: 2, None: 3}) == {plain: 1, 7: 2, None: 3}
    assert Sanitizer().value({Named(): 1, card: 2}) == {"password=[REDACTED:password]": 1, "[REDACTED:card]": 2}


def test_a_name_that_was_harmless_once_is_judged_anew_where_it_stands_elsewhere() -> None:
    sanitizer = Sanitizer()
    plain = {"note": "deliver after 5 pm", "value": "blue", "input": "7", "kept": [1, "two"]}
    for _ in range(2):
        assert sanitizer.value(plain) == plain
        assert sanitizer.value({"credentials": {"note": "hunter2x"}})["credentials"]["note"] != "hunter2x"
        assert sanitizer.value({"name": "password", "value": "hunter2x"})["value"] == GONE
        assert sanitizer.value({"loc": ("body", "password"), "input": "hunter2x"})["input"] == GONE
        assert sanitizer.value({"note": "password=hunter2x"})["note"] == f"password={GONE}"
        assert sanitizer.value({"note": 4111111111111111, "kept": {"pin": 1234}}) == {
            "note": "[REDACTED:card]",
            "kept": {"pin": "[REDACTED:otp]"},
        }


def test_names_that_hold_a_secret_are_cleaned_each_time() -> None:
    sanitizer = Sanitizer()
    name = "token=" + "a1B2" * 6
    for _ in range(2):
        assert list(sanitizer.value({name: 1})) == ["token=[REDACTED:token]"]


def test_more_names_than_are_remembered() -> None:
    sanitizer = Sanitizer(max_nodes=20_000)
    value = {f"field_{n}": "x" for n in range(9_000)} | {"password": "hunter2x"}
    assert sanitizer.value(value) == value | {"password": GONE}
