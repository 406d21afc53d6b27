"""Exceptions that lie, explode or never end. Each gets a failure that can be answered, recorded and forgotten."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from failsoft.errors.classifier import Classifier
from failsoft.errors.exceptions import FailsoftError
from failsoft.errors.failure import Failure
from failsoft.errors.taxonomy import Category, Severity


class BrokenText(Exception):
    def __str__(self) -> str:
        raise ValueError("no text")

    __repr__ = __str__


class BrokenAttributes(Exception):
    def __getattribute__(self, name: str) -> Any:
        if name in {"__class__", "__dict__"}:
            return super().__getattribute__(name)
        raise RuntimeError("hands off")


class BrokenClass(type):
    def __hash__(cls) -> int:
        raise TypeError("no hash")

    def __eq__(cls, other: object) -> bool:
        raise TypeError("no comparison")

    def __getattr__(cls, name: str) -> Any:
        raise RuntimeError("no attributes")


class OfBrokenClass(Exception, metaclass=BrokenClass):
    pass


class NoModule(Exception):
    __module__ = 7  # type: ignore[assignment]


class LyingHTTPException(Exception):
    @property
    def status_code(self) -> int:
        raise KeyError("later")

    detail = object()
    headers = object()


class EndlessHeaders:
    def items(self) -> Iterator[tuple[str, str]]:
        number = 0
        while True:
            number += 1
            yield f"X-{number}", "v"


def with_status(status: Any, **attributes: Any) -> HTTPException:
    error = HTTPException(400)
    error.status_code = status
    for key, value in attributes.items():
        setattr(error, key, value)
    return error


def circle() -> Exception:
    one, two = RuntimeError("one"), RuntimeError("two")
    one.__cause__, two.__cause__ = two, one
    return one


def long_chain() -> Exception:
    first = error = RuntimeError("0")
    for number in range(3_000):
        error.__cause__ = RuntimeError(str(number))
        error = error.__cause__
    return first


def recursion() -> BaseException:
    def deeper() -> None:
        deeper()

    try:
        deeper()
    except RecursionError as error:
        return error
    raise AssertionError


def deep_group() -> Exception:
    group: Exception = KeyError("x")
    for _ in range(500):
        group = ExceptionGroup("g", [group])
    return group


def with_own_cause(error: BaseException) -> BaseException:
    error.__cause__ = error
    return error


HOSTILE: dict[str, Callable[[], BaseException]] = {
    "a text that raises": BrokenText,
    "lone surrogates": lambda: ValueError("\udcff\ud800"),
    "five megabytes": lambda: ValueError("secret " * 750_000),
    "five megabytes for the client": lambda: HTTPException(400, "x " * 2_500_000),
    "status abc": lambda: with_status("abc"),
    "status 999": lambda: with_status(999),
    "status 204": lambda: with_status(204),
    "status 304": lambda: with_status(304),
    "status huge": lambda: with_status(10**400),
    "detail is an object": lambda: with_status(400, detail=object()),
    "detail is deep": lambda: with_status(400, detail={"a": {"b": [object()]}}),
    "headers are nothing of the kind": lambda: with_status(400, headers=7),
    "headers split the response": lambda: with_status(400, headers={"X": "a\r\n\r\nb", "é": "x", 7: "y"}),
    "headers never end": lambda: with_status(400, headers=EndlessHeaders()),
    "a circle of causes": circle,
    "its own cause": lambda: with_own_cause(RuntimeError("x")),
    "three thousand causes": long_chain,
    "recursion": recursion,
    "stop iteration": lambda: StopIteration(object()),
    "attributes that raise": BrokenAttributes,
    "a class that raises": OfBrokenClass,
    "a class without a module": NoModule,
    "an answer that raises": LyingHTTPException,
    "an empty cancellation": asyncio.CancelledError,
    "an exit": lambda: SystemExit(3),
    "an interrupt": KeyboardInterrupt,
    "a deep group": deep_group,
    "a group of the hostile": lambda: ExceptionGroup("g", [BrokenText(), with_status("abc"), OfBrokenClass()]),
    "notes that are none": lambda: with_notes(ValueError("x"), {1: 2}),
    "a traceback erased": lambda: ValueError("x").with_traceback(None),
    "no arguments": lambda: OSError.__new__(OSError),
    "never initialized": lambda: FailsoftError.__new__(FailsoftError),
}


def with_notes(error: BaseException, notes: Any) -> BaseException:
    error.__notes__ = notes
    return error


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_exception_gets_a_failure(make: Callable[..., Classifier], kind: str) -> None:
    error = HOSTILE[kind]()
    failure = make().classify(error, source="s", context={"a": 1})
    assert type(failure.status) is int
    assert 400 <= failure.status <= 599
    assert isinstance(failure.category, Category)
    assert isinstance(failure.severity, Severity)
    assert failure.code
    assert failure.error_id
    assert 0 < len(failure.links) <= 12
    assert failure.links[0].type == failure.links[0].type.encode().decode()
    for link in failure.links:
        assert len(link.message.encode("utf-8")) < 200_000
        assert len(link.frames) <= 100
    assert len(failure.headers) <= 50
    assert all("\r" not in value and "\n" not in value for _, value in failure.headers)
    assert not isinstance(failure.user_message, str) or len(failure.user_message) < 2_100


class Leaves(BaseException):
    pass


@pytest.mark.parametrize("kind", [SystemExit, GeneratorExit, Leaves])
@pytest.mark.parametrize("name", ["__str__", "__getattr__", "response", "status_code", "orig"])
def test_what_an_exception_raises_ends_nobody(
    make: Callable[..., Classifier], name: str, kind: type[BaseException]
) -> None:
    def leave(*_: Any) -> Any:
        raise kind

    given = leave if name.startswith("__") else property(leave)
    error = type("Hostile", (Exception,), {name: given})("x")
    assert make().classify(error).status == 500


def test_what_fails_inside_is_counted_and_passed_over(make: Callable[..., Classifier]) -> None:
    classifier = make()
    failure = classifier.classify(LyingHTTPException("x"))
    assert (failure.status, failure.code) == (500, "INTERNAL_ERROR")
    assert classifier.internal_errors > 0


def test_a_fault_of_ours_gives_a_safe_failure(make: Callable[..., Classifier], monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = make()

    def fail(*_: Any) -> Any:
        raise AssertionError("a bug of ours")

    monkeypatch.setattr(classifier, "_conclude", fail)
    failure = classifier.classify(HTTPException(404), error_id="kept")
    assert (failure.status, failure.code, failure.confidence, failure.error_id) == (500, "INTERNAL_ERROR", 0.0, "kept")
    assert failure.links[0].type == "starlette.exceptions.HTTPException"
    assert classifier.internal_errors == 1


def test_nothing_of_the_exception_is_kept(make: Callable[..., Classifier]) -> None:
    class Order:
        pass

    class OrderError(Exception):
        pass

    classifier = make()

    def serve() -> tuple[Failure, list[weakref.ref[Any]]]:
        order = Order()
        try:
            raise OrderError(order)
        except OrderError as error:
            return classifier.classify(error), [weakref.ref(order), weakref.ref(error)]

    failure, references = serve()
    assert failure.type.endswith("OrderError")
    gc.collect()
    assert [reference() for reference in references] == [None, None]


def test_classes_are_not_kept_and_their_facts_are_not_mixed_up(make: Callable[..., Classifier]) -> None:
    classifier = make()
    references = []
    for number in range(200):
        base = (ConnectionRefusedError, KeyError)[number % 2]
        cls = type(f"Made{number}", (base,), {})
        assert classifier.classify(cls()).category == ("network", "system")[number % 2]
        references.append(weakref.ref(cls))
    del cls
    gc.collect()
    assert sum(reference() is not None for reference in references) == 0
    # their identities are used again by now
    for number in range(200):
        cls = type(f"Other{number}", (TimeoutError,), {})
        assert classifier.classify(cls()).status == 504


def test_what_is_remembered_of_classes_is_bounded(make: Callable[..., Classifier]) -> None:
    classifier = make()
    kept = []
    for number in range(5_000):
        cls = type(f"Made{number}", (KeyError,), {})
        kept.append(cls)
        classifier.classify(cls())
    assert len(classifier._classes._facts) <= 4_096


def test_threads_may_share_a_classifier(make: Callable[..., Classifier]) -> None:
    classifier = make()
    wrong: list[Failure] = []

    def work() -> None:
        for number in range(300):
            cls = type(f"Made{number}", ((ConnectionRefusedError, KeyError)[number % 2],), {})
            failure = classifier.classify(cls())
            if failure.status != (503, 500)[number % 2]:
                wrong.append(failure)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert wrong == []
