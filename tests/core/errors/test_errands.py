"""What a function of a library was about, and what it was raised from."""

from __future__ import annotations

import binascii
from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest

from failsoft.errors.failure import Failure

Raised = Callable[..., Failure]
LIB = "/srv/venv/lib/python3.12/site-packages"


def through(error: BaseException, *places: tuple[str, str]) -> Callable[[], Any]:
    """A function that raises what came through functions that stand in these files, outermost call first."""

    def throw() -> Any:
        raise error

    call = _named(*places[-1], throw)
    for path, name in reversed(places[:-1]):
        call = _named(path, name, _calling(call))
    return call


def _calling(inner: Callable[[], Any]) -> Callable[[], Any]:
    def call() -> Any:
        return inner()

    return call


def _named(path: str, name: str, call: Any) -> Callable[[], Any]:
    code = call.__code__.replace(co_filename=path, co_name=name, co_qualname=name)
    return FunctionType(code, {}, name, None, call.__closure__)


INIT = (f"{LIB}/redis/connection.py", "ConnectionPool.__init__")
CHECK = (f"{LIB}/redis/utils.py", "validate_size")
SEND = (f"{LIB}/redis/connection.py", "Connection.send_command")
SIGN = (f"{LIB}/azure/cosmos/auth.py", "_get_authorization_header")
UNSIGN = (f"{LIB}/huey/serializer.py", "SignedSerializer._unsign")


@pytest.mark.parametrize("places", [(INIT,), (INIT, CHECK)])
def test_a_value_that_a_client_of_a_store_is_not_made_of_is_a_setting(raised: Raised, places: Any) -> None:
    failure = raised(through(ValueError("max_connections: a positive integer"), *places))
    assert (failure.category, failure.status) == ("configuration", 500)


@pytest.mark.parametrize("places", [(SEND,), (("/srv/shop/pool.py", "ConnectionPool.__init__"),)])
def test_a_value_of_one_call_or_of_our_own_code_is_a_bug(raised: Raised, places: Any) -> None:
    assert raised(through(ValueError("max_connections: a positive integer"), *places)).category == "system"


def test_who_is_set_up_and_connects_at_once_tells_of_the_link(raised: Raised) -> None:
    assert raised(through(ValueError("Could not connect to the server"), INIT)).category == "network"


def test_what_cannot_be_read_while_a_request_is_signed_is_our_key(raised: Raised) -> None:
    failure = raised(through(binascii.Error("Incorrect padding"), SIGN))
    assert (failure.category, failure.status) == ("configuration", 500)


def test_what_was_queued_and_cannot_be_read_contradicts_itself(raised: Raised) -> None:
    assert raised(through(ValueError("Signature mismatch!"), UNSIGN)).category == "data_integrity"


def test_a_value_error_is_what_it_was_raised_from_if_that_says_more(raised: Raised) -> None:
    def behind(cause: BaseException) -> Callable[[], Any]:
        def run() -> Any:
            raise ValueError("bad basket") from cause

        return run

    assert raised(behind(ConnectionRefusedError(111, "refused"))).category == "network"
    assert raised(behind(KeyError("sku"))).type == "ValueError"
