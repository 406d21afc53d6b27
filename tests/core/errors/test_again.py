"""What comes again is recognized, and is then what it would have been if nobody had remembered anything."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import gc
import re
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from evaluations.classifier.corpus import load, load_packages, replayed
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.errors.conftest import StandingClock

from failsoft.errors import (
    again,
    codes,
    complaints,
    domain_words,
    entries,
    errands,
    foreign_codes,
    patterns,
    peers,
    said,
    weighing,
    wording,
)
from failsoft.errors.alike import JUDGED, OF_APPLICATIONS
from failsoft.errors.catalogue.labels import BUG, NOTHING, REFUSED, THROTTLED, UPSTREAM_FAILED
from failsoft.errors.classifier import Classifier
from failsoft.errors.digits import numbers_in, without_numbers
from failsoft.errors.failure import Failure
from failsoft.errors.model import TextModel
from failsoft.errors.rules import Condition, ErrorMapping, Rule
from failsoft.errors.service_codes import any_response
from failsoft.errors.stems import Sought
from failsoft.errors.taxonomy import Category

MODEL = TextModel()
OF_EACH = {"error_id", "timestamp", "heard", "groups", "group", "links"}


class OrderError(Exception):
    pass


class OutOfStock(Exception):
    pass


class GatewayError(Exception):
    pass


class Code(enum.StrEnum):
    GONE = "order.not_found"
    LATE = "ORDER_ALREADY_SHIPPED"


class Number(enum.IntEnum):
    LATE = 404


class Carries(Exception):
    """One of an application, with whatever attributes."""

    def __init__(self, text: str, **attributes: Any) -> None:
        super().__init__(text)
        self.__dict__.update(attributes)


class Response:
    __module__ = "httpx"

    def __init__(self, status: int) -> None:
        self.status_code = status


def raised(exc: BaseException) -> BaseException:
    try:
        raise exc
    except BaseException as caught:
        return caught


def new() -> Classifier:
    return Classifier(clock=StandingClock(), model=MODEL)


def shown(failure: Failure) -> dict[str, Any]:
    """All of a failure that is not of this one time."""
    told = {name: getattr(failure, name) for name in failure.__struct_fields__ if name not in OF_EACH}
    links = [(link.type, link.message, tuple(link.frames), link.relation) for link in failure.links]
    return {**told, "evidence": failure.evidence, "links": links}


def assert_same(warm: Classifier, exc: BaseException, times: int = 3) -> None:
    """One that has met an exception says of it what one does that has not."""
    fresh = shown(new().classify(exc))
    for _ in range(times):
        assert shown(warm.classify(exc)) == fresh


def is_recognized(warm: Classifier, exc: BaseException) -> bool:
    with hits() as found:
        warm.classify(exc)
    return bool(found)


@contextlib.contextmanager
def hits() -> Iterator[list[Failure]]:
    found: list[Failure] = []
    find = again.Remembered.find

    def count(self: again.Remembered, *args: Any) -> Failure | None:
        known = find(self, *args)
        if known is not None:
            found.append(known)
        return known

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(again.Remembered, "find", count)
        yield found


# --- what is recognized -----------------------------------------------------------------------------------------------
def chained(inner: BaseException, outer: BaseException) -> BaseException:
    try:
        try:
            raise inner
        except BaseException as cause:
            raise outer from cause
    except BaseException as caught:
        return caught


REPEATED: dict[str, Callable[[int], BaseException]] = {
    "a builtin": lambda n: raised(KeyError(f"id-{n}")),
    "a builtin that says nothing": lambda n: raised(RuntimeError(f"job {n} did not work")),
    "a number": lambda n: raised(KeyError(n)),
    "one of the application": lambda n: raised(OrderError(f"user {n} not found")),
    "one with a name": lambda n: raised(OutOfStock(f"tea {n}")),
    "one with attributes": lambda n: raised(Carries(f"order {n}", code="E17", order=object(), when=object())),
    "one with a status": lambda n: raised(Carries(f"order {n}", status_code=409)),
    "one of the system": lambda n: raised(FileNotFoundError(2, "No such file or directory", f"/data/{n}.csv")),
    "a link": lambda n: raised(ConnectionRefusedError(111, "Connection refused")),
    "a chain": lambda n: chained(ConnectionResetError(104, "reset"), OrderError(f"order {n} is stuck")),
    "a longer one": lambda n: chained(chained(KeyError("a"), OSError(28, "full")), RuntimeError(f"job {n}")),
    "a group": lambda n: raised(ExceptionGroup("two", [ValueError("a"), KeyError("b")])),
    "one that holds another": lambda n: raised(Carries("no", orig=TimeoutError("timed out"))),
    "one without a traceback": lambda n: OrderError(f"user {n} not found"),
}


@pytest.mark.parametrize("kind", REPEATED)
def test_what_comes_again_is_recognized(kind: str) -> None:
    warm = new()
    for number in (1203, 1718, 9876):
        assert_same(warm, REPEATED[kind](number), times=1)
    assert is_recognized(warm, REPEATED[kind](3141))
    assert_same(warm, REPEATED[kind](3141))


def test_each_failure_has_its_own_id_time_text_and_details() -> None:
    warm = new()
    failures = [warm.classify(raised(OrderError(f"user {number} not found"))) for number in (1203, 1718, 9876, 3141)]
    assert len({failure.error_id for failure in failures}) == 4
    assert failures[3].raw_message == "user 3141 not found"
    assert failures[3].details == {}
    assert failures[3].details is not failures[2].details
    failures[3].attempts, failures[3].outcome = (), "deadline"
    assert warm.classify(raised(OrderError("user 3141 not found"))).outcome is None
    assert warm.classify(raised(OrderError("user 3141 not found")), error_id="mine").error_id == "mine"


# --- what makes another one -------------------------------------------------------------------------------------------
def another(exc: BaseException, change: Callable[[BaseException], object]) -> BaseException:
    change(exc)
    return exc


CHANGES: list[Callable[[Any], object]] = [
    lambda exc: setattr(exc, "args", ("HTTP 404",)),
    lambda exc: setattr(exc, "args", (5, "x")),
    lambda exc: setattr(exc, "args", (True,)),
    lambda exc: setattr(exc, "args", (1,)),
    lambda exc: setattr(exc, "args", (1.0,)),
    lambda exc: setattr(exc, "args", (TimeoutError("timed out"),)),
    lambda exc: setattr(exc, "code", "order.not_found"),
    lambda exc: setattr(exc, "code", Code.LATE),
    lambda exc: setattr(exc, "code", Number.LATE),
    lambda exc: setattr(exc, "status_code", 404),
    lambda exc: setattr(exc, "status_code", 503),
    lambda exc: setattr(exc, "status_code", True),
    lambda exc: setattr(exc, "http_status", 402),
    lambda exc: setattr(exc, "reason", ConnectionRefusedError(111, "Connection refused")),
    lambda exc: setattr(exc, "errors", [PermissionError(13, "Permission denied")]),
    lambda exc: setattr(exc, "sqlstate", "40001"),
    lambda exc: setattr(exc, "pgcode", "23505"),
    lambda exc: setattr(exc, "errno", 28),
    lambda exc: setattr(exc, "response", Response(429)),
    lambda exc: setattr(exc, "response", Response(404)),
    lambda exc: setattr(exc, "retry_after", 7),
    lambda exc: exc.add_note("the carrier returned 503"),
    lambda exc: setattr(exc, "__cause__", ConnectionRefusedError(111, "Connection refused")),
    lambda exc: setattr(exc, "__cause__", None),
    lambda exc: setattr(exc, "__context__", asyncio.CancelledError()),
    lambda exc: setattr(exc, "__context__", KeyError("quoted here")),
    lambda exc: setattr(exc, "__suppress_context__", True),
    lambda exc: setattr(exc, "__traceback__", None),
]
PLAIN = ("deadlock detected", "user 1718 not found", "quoted here", "the carrier returned 503", "x" * 400, "tea é")


@pytest.mark.parametrize("cls", [RuntimeError, OSError, KeyError, OrderError, OutOfStock, GatewayError, ValueError])
@pytest.mark.parametrize("text", PLAIN)
def test_whatever_a_judgement_goes_by_makes_another_failure(cls: type[Exception], text: str) -> None:
    warm = new()
    exc = raised(cls(text))
    assert_same(warm, exc)
    for change in CHANGES:
        assert_same(warm, another(exc, change))
        assert_same(warm, another(raised(cls(text)), change))
    assert_same(warm, raised(cls(text)))


def test_a_response_is_read_each_time() -> None:
    warm = new()
    response = Response(503)
    exc = raised(Carries("no", response=response))
    assert_same(warm, exc)
    assert is_recognized(warm, exc)
    response.status_code = 404
    assert_same(warm, exc)
    response.headers = {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}  # type: ignore[attr-defined]
    response.status_code = 429
    assert_same(warm, exc)
    assert not is_recognized(warm, exc)


def test_a_response_of_a_framework_is_another_one_than_that_of_a_client() -> None:
    class Answer:
        __module__ = "flask.wrappers"

        def __init__(self, status: int) -> None:
            self.status_code = status

    warm = new()
    for response in (Response(404), Response(404), Response(404), Answer(404), Answer(409), Answer(404), Response(404)):
        assert_same(warm, raised(Carries("no", response=response)))


def test_settings_are_those_of_the_classifier_and_rules_are_asked_each_time() -> None:
    mapped = Classifier(clock=StandingClock(), mappings={"OrderError": ErrorMapping(status=409)})
    assert {mapped.classify(raised(OrderError("no"))).status for _ in range(4)} == {409}
    rule = Rule(name="late", when=Condition(source="GET /a"), then=ErrorMapping(status=418))
    ruled = Classifier(clock=StandingClock(), rules=[rule])
    for source, status in (("GET /a", 418), ("GET /b", 500)) * 3:
        assert ruled.classify(raised(OrderError("no")), source=source).status == status


def test_public_details_are_read_each_time() -> None:
    told = ErrorMapping(status=409, public_details=("sku",))
    classifier = Classifier(clock=StandingClock(), mappings={f"{__name__}.Carries": told})
    for sku in ("tea", "cocoa", "coffee", "milk"):
        assert classifier.classify(raised(Carries("none left", sku=sku))).details == {"sku": sku}


def test_what_is_called_through_a_variable_may_be_another_thing() -> None:
    def call(function: Callable[..., Any], *args: Any) -> BaseException:
        try:
            function(*args)
        except Exception as exc:
            return exc
        raise AssertionError

    warm = new()
    for _ in range(3):
        assert_same(warm, call(int, "x"))
        assert_same(warm, call(re.compile, "("))
        assert_same(warm, call(float, "x"))


# --- numbers ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "without"),
    [
        ("user 42 not found", "user 00 not found"),
        ("'id-8731'", "'id-0000'"),
        ("order #17 (2 of 3)", "order #00 (0 of 0)"),
        ("HTTP 404", "HTTP 404"),
        ("returned 503 for 8731", "returned 503 for 0000"),
        ("failed: 4041", "failed: 4041"),
        ("[Errno 13] no", "[Errno 13] no"),
        ("[Errno 10061] no", "[Errno 10061] no"),
        ("oauth 2", "oauth 2"),
        ("utf-8 x509 v2 1.5", "utf-8 x509 v2 0.5"),
        ("cannot be longer than 72 bytes", "cannot be longer than 72 bytes"),
        ("ORDER_8731", "ORDER_8731"),
        ("8731 é", "8731 é"),
        ("1" * 400, "1" * 400),
    ],
)
def test_numbers_that_nobody_reads_are_alike(text: str, without: str) -> None:
    assert without_numbers(text) == without
    assert len(without_numbers(text)) == len(text)


def test_what_is_taken_out_is_told() -> None:
    assert numbers_in("user 42 of 8731, HTTP 404, at 0") == ["42", "8731", "0"]
    assert numbers_in("no") == []


def test_a_voice_that_gives_back_a_number_is_not_remembered_for_others() -> None:
    warm = new()
    for number in (1203, 1718, 9876, 3141):
        assert_same(warm, raised(RuntimeError(f"connection to 10.0.0.1 port {number} was lost")), times=1)
        assert_same(warm, raised(RuntimeError(f"connection to shop{number} was lost")), times=1)
        assert_same(warm, raised(RuntimeError(f"lock {number} could not be acquired")), times=1)


def test_a_text_with_zeros_is_no_pattern_for_others() -> None:
    warm = new()
    for number in ("0000", "0000", "0000", "1203", "1718", "9876", "0000"):
        assert_same(warm, raised(RuntimeError(f"connection to shop{number} was lost")), times=1)
        assert_same(warm, raised(OrderError(f"user {number} not found")), times=1)


def test_whether_a_text_is_quoted_hangs_on_its_numbers() -> None:
    class Passes(Exception):
        __module__ = "some_unknown_client"

    def passing(inner: str, outer: str) -> BaseException:
        try:
            try:
                raise ConnectionRefusedError(inner)
            except OSError:
                raise Passes(outer)  # noqa: B904 - the context alone is meant
        except Passes as exc:
            return exc

    warm = new()
    for one, other in ((1203, 1203), (1718, 1718), (9876, 9876), (1203, 1718), (1718, 9876), (3141, 3141)):
        assert_same(warm, passing(f"peer {one} refused", f"failed: peer {other} refused"), times=1)


IN_WORDS = """
    user order returned HTTP status code failed: 4 deadlock connection refused timed out [Errno errno oauth utf- than
    bytes to lost lock could not be acquired invalid required must proxy handshake failed error pip install base
    timeout= _ - . ' " ( ) [ ] : # / limit per minute retry in seconds version page already shipped by 10. x v
    Service Unavailable Not Found line column offset exit status code checksum does match config.yaml key
"""
IN_NUMBERS = "0 3 4 7 8 13 28 40 64 72 104 200 403 404 407 429 500 502 503 511 1203 4031 5030 8731 10061 123456"
WORDS = st.sampled_from(IN_WORDS.split())
NUMBERS = st.sampled_from(IN_NUMBERS.split())
PIECES = st.lists(st.one_of(WORDS, NUMBERS), min_size=1, max_size=9)
JOINTS = st.lists(st.sampled_from([" ", " ", " ", ""]), min_size=9, max_size=9)
CLASSES = st.sampled_from(
    [RuntimeError, ValueError, KeyError, OSError, OrderError, OutOfStock, GatewayError, Exception]
)


def joined(pieces: list[str], joints: list[str]) -> str:
    return "".join(piece + joint for piece, joint in zip(pieces, joints, strict=False)).strip()


@settings(max_examples=400, deadline=None)
@given(CLASSES, PIECES, JOINTS, st.lists(NUMBERS, min_size=9, max_size=9), st.booleans())
def test_texts_that_are_alike_mean_the_same(
    cls: type[Exception], pieces: list[str], joints: list[str], others: list[str], wraps: bool
) -> None:
    changed = [other if piece.isdigit() else piece for piece, other in zip(pieces, others, strict=False)]
    texts = [joined(pieces, joints), joined(changed, joints)]

    def made(text: str) -> BaseException:
        return chained(OSError(text), cls(text)) if wraps else raised(cls(text))

    warm = new()
    for text in (*texts, texts[0], texts[1], *texts):
        assert_same(warm, made(text), times=1)


DIGITS = re.compile(r"(?<![{,\\\d])\d")
ALL_DIGITS = re.compile(r"\{[\d,]*\}|0-9")
KNOWN = {
    "LZ4F_decompress failed", "LZ4F_getFrameInfo failed", "UTF-16 stream does not start with BOM",
    "UTF-32 stream does not start with BOM", "error parsing asn1 value", "Invalid password or PKCS12 data",
    "password cannot be longer than 72 bytes", r"\A\[Errno 7\]", r"\A\[Errno 8\]",
    "failed: 40[137]", "failed: 429", "failed: 502", "failed: 503", "failed: (?:408|504)",
}  # fmt: skip
"""Sayings with digits: beside a word, after `Errno`, after `than`, and of statuses."""


def expressions(module: Any) -> Iterator[tuple[str, str]]:
    for name, value in vars(module).items():
        for one in value if isinstance(value, tuple) else (value,):
            for piece in one if isinstance(one, tuple) else (one,):
                pattern = piece.pattern if isinstance(piece, Sought) else piece
                if isinstance(pattern, re.Pattern):
                    yield f"{module.__name__.rpartition('.')[2]}.{name}", pattern.pattern


def test_every_expression_with_a_digit_is_one_that_numbers_leave_alone() -> None:
    """Whoever searches texts for another digit has to look at `failsoft.errors.digits` first."""
    modules = (complaints, domain_words, entries, errands, patterns, peers, weighing, wording)
    found = {name for module in modules for name, text in expressions(module) if _has_a_digit(text)}
    # `utf-8`, `oauth2`, `pip3`, and statuses
    known = {"complaints._UNREADABLE", "patterns._HANDSHAKE", "patterns._PROXY", "wording._OF_LOGINS"}
    assert found <= known | {"peers._NUMBER", "peers._STATUS_IN_TEXT", "patterns._NO_DEPENDENCY"}


def test_every_saying_with_a_digit_is_one_that_numbers_leave_alone() -> None:
    texts = [row.text for _, row in said._PLACES]
    texts += [words for calls in said._CALLS.values() for _, words in calls.values()]
    found = {words.pattern for words in texts if words is not None and _has_a_digit(words.pattern)}
    found |= {words for _, words in said._BEGINNINGS if _has_a_digit(words)}
    assert found <= KNOWN
    for _, words in said._BEGINNINGS:
        assert without_numbers(words) == words


def _has_a_digit(text: str) -> bool:
    return DIGITS.search(ALL_DIGITS.sub("", text)) is not None


# --- what is looked at ------------------------------------------------------------------------------------------------
ALWAYS = {"args", "with_traceback", "add_note"}
SAID = (None, 404, 429, 503, "40001", "rate_limit_exceeded", "x", [{"code": "THROTTLED"}], {"error": {"code": 5}})


def traced(cls: type[BaseException], seen: set[str], value: object) -> type[BaseException]:
    def read(self: BaseException, name: str) -> object:
        if name.startswith("__") or name in ALWAYS:
            return cls.__getattribute__(self, name)
        seen.add(name)
        return value

    return type(cls.__name__, (cls,), {"__module__": cls.__module__, "__getattribute__": read})


READS = {**codes.ATTRIBUTES_READ, **foreign_codes.ATTRIBUTES_OF_CUSTOM}


@pytest.mark.parametrize("reader", READS, ids=lambda reader: reader.__name__)
def test_a_reader_looks_at_no_other_attributes_than_is_known(reader: codes.CodeReader) -> None:
    seen: set[str] = set()
    for value in SAID:
        for cls in (OrderError, OSError, RuntimeError, TimeoutError):
            for label in (None, UPSTREAM_FAILED, BUG, REFUSED, THROTTLED, NOTHING):
                for args in (("returned 503",), (404, "Not Found"), (), ("[Errno 5] x",)):
                    exc = raised(traced(cls, seen, value)(*args))
                    if reader is any_response and value is not None:
                        continue
                    with contextlib.suppress(Exception):
                        reader(exc, label)
    assert seen <= READS[reader] | {"__notes__"}


def test_nobody_else_looks_at_other_attributes_than_is_known() -> None:
    seen: set[str] = set()
    known = JUDGED | OF_APPLICATIONS
    for value in SAID:
        for cls in (OrderError, GatewayError, OutOfStock, RuntimeError, Exception, OSError, FileNotFoundError):
            for text in (*PLAIN, "ORDER_ALREADY_SHIPPED", "no such file: config.yaml"):
                exc = traced(cls, seen, value)(text)
                warm = new()
                readers = warm._classes.of(type(exc)).readers
                known = known.union(*(READS[reader] for reader in readers))
                warm.classify(chained(OSError(2, "no such file"), raised(exc)))
                warm.classify(raised(exc))
    assert seen <= known


# --- whatever is hostile ----------------------------------------------------------------------------------------------
class Wavers(Exception):
    """Says another thing each time."""

    times = 0

    @property
    def status_code(self) -> int:
        Wavers.times += 1
        return 404 + Wavers.times % 2 * 99


class Answers(Exception):
    def __getattr__(self, name: str) -> Any:
        raise ValueError(name) if name == "sqlstate" else AttributeError(name)


class Unequal(Exception):
    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")

    def __hash__(self) -> int:
        raise RuntimeError("no hash")


class BadName(str):
    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no comparison")

    def __hash__(self) -> int:
        return hash("code")


class Changes(Exception):
    times = 0

    def __str__(self) -> str:
        Changes.times += 1
        return ("deadlock detected", "connection refused", "a")[Changes.times % 3]


class Lies(Exception):
    args = ("nothing",)
    __cause__ = None


class Mixed:
    @property
    def status_code(self) -> int:
        Wavers.times += 1
        return 404 + Wavers.times % 2 * 99


class OfMixed(Exception, Mixed):
    """Its mix-in stands after all classes of exceptions."""


@pytest.mark.parametrize("cls", [Answers, Unequal, Lies])
def test_a_hostile_class_is_judged_each_time_or_as_if_it_were(cls: type[Exception]) -> None:
    warm = new()
    for text in ("deadlock detected", "user 42 not found", "deadlock detected"):
        exc = raised(cls(text))
        assert_same(warm, exc)


@pytest.mark.parametrize("cls", [Wavers, OfMixed])
def test_a_property_is_asked_each_time(cls: type[Exception]) -> None:
    warm = new()
    exc = raised(cls("no"))
    assert {warm.classify(exc).status for _ in range(12)} == {404, 503}


def test_a_text_that_changes_is_no_reason_to_remember() -> None:
    warm = new()
    exc = raised(Changes())
    for _ in range(20):
        failure = warm.classify(exc)
        assert failure.category in set(Category)
    assert warm.internal_errors == 0


def test_a_name_of_an_attribute_may_be_hostile() -> None:
    warm = new()
    exc = raised(Carries("deadlock detected"))
    exc.__dict__[BadName("code")] = "x"
    for _ in range(4):
        assert warm.classify(exc).category is Category.CONCURRENCY


def test_a_circle_and_a_long_chain_end() -> None:
    warm = new()
    first, second = OrderError("a"), OrderError("b")
    first.__cause__, second.__cause__ = second, first
    assert_same(warm, first)
    last: BaseException = KeyError("x")
    for number in range(40):
        last = chained(last, OrderError(f"number {number}"))
    assert_same(warm, last)


# --- memory and threads -----------------------------------------------------------------------------------------------
def test_the_memory_is_bounded_and_keeps_what_is_asked_for() -> None:
    warm = new()
    for number in range(9_000):
        word = "".join(chr(97 + number // 26**place % 26) for place in range(4))
        for _ in range(2):
            warm.classify(RuntimeError(f"no {word}"))
        warm.classify(OrderError("the same again"))
    assert len(warm._remembered) <= 2_048
    assert is_recognized(warm, OrderError("the same again"))


def test_where_nothing_comes_again_less_is_looked_whether_it_does() -> None:
    warm = new()
    for number in range(2_000):
        word = "".join(chr(97 + number // 26**place % 26) for place in range(3))
        assert warm.classify(raised(KeyError(word))).category is Category.SYSTEM
    assert sum(is_recognized(warm, raised(KeyError("the same again"))) for _ in range(100)) > 70


def test_nothing_of_an_exception_is_kept() -> None:
    class Secret:
        pass

    warm = new()
    alive: list[weakref.ref[Any]] = []
    for _ in range(4):
        secret = Secret()
        exc = raised(Carries("no", order=secret, response=Response(503), password="correct horse"))
        exc.__cause__ = raised(OrderError("correct horse"))
        warm.classify(exc)
        alive += [weakref.ref(secret), weakref.ref(exc), weakref.ref(exc.__cause__)]
        del exc, secret

    def call(function: Callable[[str], object]) -> BaseException:
        try:
            function("x")
        except ValueError as exc:
            return exc
        raise AssertionError

    for _ in range(4):
        bad = call(lambda text: int(text))
        bad.args = (Secret(),)
        alive.append(weakref.ref(bad.args[0]))
        warm.classify(bad)
        bad = call(int)
        warm.classify(bad)
        del bad
    gc.collect()
    assert len(warm._remembered) > 0
    assert not [ref for ref in alive if ref() is not None]
    known = [*warm._remembered._young, *(entry[0] for entry in warm._remembered._young.values())]
    assert "horse" not in repr([known, [entry.links for entry in known if isinstance(entry, Failure)]])


def test_threads_may_share_it() -> None:
    warm = new()
    wanted = {kind: shown(new().classify(make(1203)))["evidence"] for kind, make in REPEATED.items()}
    wrong: list[str] = []

    def run() -> None:
        for number in range(300):
            for kind, make in REPEATED.items():
                if shown(warm.classify(make(1203 + number)))["evidence"][0] != wanted[kind][0]:
                    wrong.append(kind)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert warm.internal_errors == 0


# --- the corpus -------------------------------------------------------------------------------------------------------
def honest(exc: BaseException) -> None:
    """A class of a recorded exception computes no attributes, as few classes of libraries do: what was recorded of them
    stands in the exception itself."""
    for base in type(exc).__mro__:
        if "__getattr__" in vars(base):
            del base.__getattr__  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # an attribute that is recorded may be one of these
@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(4))
def test_what_real_libraries_raised_is_what_it_was(part: int) -> None:
    packages = load_packages()
    warm = new()
    recognized = cases = 0
    for line in load()[part::24]:
        with replayed(line, packages) as exc:
            honest(exc)
            assert_same(warm, exc)
            cases += 1
            recognized += is_recognized(warm, exc)
            for change in CHANGES[:: 4 + part]:
                with contextlib.suppress(AttributeError, TypeError):
                    change(exc)
                    assert_same(warm, exc, times=2)
    assert cases > 50
    assert recognized > cases / 3
