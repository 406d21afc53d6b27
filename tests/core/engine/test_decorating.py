"""`@guard` on whatever people decorate."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from both_ways import ASYNC, SYNC, Script
from failsoft import CircuitBreaker, Failsoft, Guard, Policy, Retry

LOST = ConnectionResetError


@pytest.fixture
def guard(fs: Failsoft) -> Guard:
    policy = Policy(retry=Retry(base_delay=0), circuit_breaker=CircuitBreaker(failure_threshold=50))
    return fs.guard("x", policy=policy, idempotent=True)


def test_a_function_keeps_its_face(guard: Guard) -> None:
    def charge(amount: int, *, currency: str = "EUR") -> str:
        """Charge a card."""
        return f"{amount} {currency}"

    charge.marked = "yes"  # type: ignore[attr-defined]
    guarded = guard(charge)
    assert guarded(3, currency="CHF") == "3 CHF"
    assert inspect.signature(guarded) == inspect.signature(charge)
    for name in ("__name__", "__qualname__", "__doc__", "__module__", "marked"):
        assert getattr(guarded, name) == getattr(charge, name)
    assert guarded.__wrapped__ is charge  # type: ignore[attr-defined]
    assert inspect.iscoroutinefunction(guarded) is False


def test_a_coroutine_function_stays_one(guard: Guard) -> None:
    async def charge(amount: int) -> int:
        return amount

    guarded = guard(charge)
    assert inspect.iscoroutinefunction(guarded)
    assert asyncio.run(guarded(3)) == 3


def test_a_decorated_function_is_retried(guard: Guard) -> None:
    for way in (SYNC, ASYNC):
        script = Script(LOST(), "ok")
        assert way.run(guard(way.fn(script))) == "ok"
        assert script.calls == 2


class Client:
    def __init__(self, *outcomes: Any) -> None:
        self.script = Script(*outcomes)


def test_methods_are_guarded(guard: Guard) -> None:
    class Payments(Client):
        charge = guard(lambda self: self.script())

        @staticmethod
        @guard
        def plain(script: Script) -> Any:
            return script()

        @classmethod
        @guard
        def of_the_class(cls, script: Script) -> Any:
            assert cls is Payments
            return script()

        @guard
        async def later(self) -> Any:
            return self.script()

    assert Payments(LOST(), "ok").charge() == "ok"
    assert Payments.plain(Script(LOST(), "ok")) == "ok"
    assert Payments.of_the_class(Script(LOST(), "ok")) == "ok"
    assert asyncio.run(Payments(LOST(), "ok").later()) == "ok"


def test_the_order_of_decorators_on_a_method_does_not_matter(guard: Guard) -> None:
    class Payments:
        @guard
        @staticmethod
        def plain(script: Script) -> Any:
            return script()

        @guard
        @classmethod
        async def of_the_class(cls, script: Script) -> Any:
            assert cls is Payments
            return script()

    assert Payments.plain(Script(LOST(), "ok")) == "ok"
    assert Payments().plain(Script(LOST(), "ok")) == "ok"
    assert asyncio.run(Payments.of_the_class(Script(LOST(), "ok"))) == "ok"


def test_bound_methods_partials_and_callable_objects_are_guarded(guard: Guard) -> None:
    class Charge(Client):
        def __call__(self) -> Any:
            return self.script()

        def method(self) -> Any:
            return self.script()

    assert guard(Charge(LOST(), "ok"))() == "ok"
    assert guard(Charge(LOST(), "ok").method)() == "ok"
    assert guard(functools.partial(Charge(LOST(), "ok").method))() == "ok"


def test_an_object_with_an_asynchronous_call_is_guarded(guard: Guard) -> None:
    class Charge(Client):
        async def __call__(self) -> Any:
            return self.script()

        async def method(self) -> Any:
            return self.script()

    for make in (lambda c: c, lambda c: c.method, functools.partial, lambda c: functools.partial(c.method)):
        charge = Charge(LOST(), "ok")
        guarded = guard(make(charge))
        assert inspect.iscoroutinefunction(guarded)
        assert asyncio.run(guarded()) == "ok"
        assert charge.script.calls == 2


def steps() -> Iterator[int]:
    yield 1


async def asteps() -> AsyncIterator[int]:
    yield 1


class Steps:
    def __call__(self) -> Iterator[int]:
        yield 1

    async def later(self) -> AsyncIterator[int]:
        yield 1


@pytest.mark.parametrize(
    "fn",
    [steps, asteps, Steps(), Steps().later, functools.partial(steps), functools.partial(asteps)],
    ids=["generator", "async generator", "object", "method", "partial", "async partial"],
)
def test_generators_are_refused_when_they_are_decorated(guard: Guard, fn: Any) -> None:
    with pytest.raises(TypeError, match="is a generator and cannot be guarded"):
        guard(fn)


@contextlib.contextmanager
def manager() -> Iterator[int]:
    yield 1


@contextlib.asynccontextmanager
async def amanager() -> AsyncIterator[int]:
    yield 1


class Later:
    async def __call__(self) -> str:
        return "later"


@pytest.mark.parametrize("fn", [manager, amanager, functools.partial(manager)])
def test_context_managers_are_refused_when_they_are_decorated(guard: Guard, fn: Any) -> None:
    with pytest.raises(TypeError, match="whose block would run unguarded"):
        guard(fn)


@pytest.mark.parametrize("fn", [steps, asteps, manager, amanager, functools.partial(steps)])
def test_they_are_refused_when_they_are_called(fs: Failsoft, guard: Guard, fn: Any) -> None:
    async def later() -> None:
        await guard.acall(fn)

    for _ in range(2):  # the long way, then the quick one
        with pytest.raises(TypeError, match="cannot be guarded|run unguarded"):
            guard.call(fn)
        with pytest.raises(TypeError, match="cannot be guarded|run unguarded"):
            asyncio.run(later())
        guard.call(int)
    assert fs.circuit_breakers["guard:x"].snapshot().counts.failures == 0


def test_a_refusal_does_not_show_arguments(guard: Guard) -> None:
    async def charge(card: str) -> str:
        return card

    def cards(card: str) -> Iterator[str]:
        yield card

    script = Script(LOST(), None)
    guard.call(int)
    with pytest.raises(TypeError, match="returned a coroutine") as caught:
        guard.call(lambda card: script() or charge(card), "4111111111111111")
    assert "4111" not in str(caught.value)
    with pytest.raises(TypeError, match="is a generator") as refused:
        asyncio.run(guard.acall(cards, "4111111111111111"))  # type: ignore[arg-type]
    assert "4111" not in str(refused.value)
    with pytest.raises(TypeError, match="is a generator") as declined:
        guard(functools.partial(cards, "4111111111111111"))
    assert "4111" not in str(declined.value)


def test_a_context_manager_that_a_function_hands_over_is_its_result(guard: Guard) -> None:
    with guard.call(lambda: manager()) as entered:
        assert entered == 1


def test_the_generator_inside_of_a_wrapper_does_not_matter(guard: Guard) -> None:
    assert guard(functools.wraps(steps)(lambda: list(steps())))() == [1]


@pytest.mark.parametrize(
    "thing",
    [5, None, property(lambda self: 1), functools.partialmethod(int), functools.cached_property(lambda self: 1)],
    ids=lambda thing: type(thing).__name__,
)
def test_what_cannot_be_called_is_refused(guard: Guard, thing: Any) -> None:
    with pytest.raises(TypeError, match="cannot be called"):
        guard(thing)


def test_a_partial_of_a_class_makes_instances(guard: Guard) -> None:
    made = guard(functools.partial(Later))
    assert not inspect.iscoroutinefunction(made)
    assert isinstance(made(), Later)


def test_a_lambda_that_returns_a_coroutine_is_awaited_under_guard(fs: Failsoft, guard: Guard) -> None:
    script = Script(LOST(), "ok")
    assert asyncio.run(guard.acall(lambda: ASYNC.fn(script)())) == "ok"
    assert script.calls == 2


def test_a_generator_that_a_function_hands_over_is_its_result(guard: Guard) -> None:
    def opens() -> Iterator[int]:
        return steps()

    assert list(guard.call(opens)) == [1]


@pytest.mark.parametrize("cls", [Client, Steps, dict])
def test_classes_are_refused(guard: Guard, cls: Any) -> None:
    with pytest.raises(TypeError, match="is a class"):
        guard(cls)


def test_making_an_instance_can_be_guarded(guard: Guard) -> None:
    assert isinstance(guard.call(Client, "ok"), Client)


def test_a_coroutine_is_not_silently_left_unguarded(guard: Guard) -> None:
    async def charge() -> str:
        return "charged"

    with pytest.raises(TypeError, match=r"use `await guard\.acall"):
        guard.call(charge)
    with pytest.raises(TypeError, match=r"use `await guard\.acall"):
        guard(lambda: charge())()


def test_a_guard_does_not_swallow_arguments(guard: Guard) -> None:
    def echo(*args: Any, **kwargs: Any) -> Any:
        return args, kwargs

    expected = ((1, 2), {"fn": 3, "self": 4})
    assert guard.call(echo, 1, 2, fn=3, self=4) == expected
    assert guard(echo)(1, 2, fn=3, self=4) == expected
    assert asyncio.run(guard.acall(ASYNC.fn(echo), 1, 2, fn=3, self=4)) == expected


def test_the_name_is_shown(guard: Guard) -> None:
    assert repr(guard) == "<Guard 'x'>"
