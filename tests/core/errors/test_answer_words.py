"""Words inside of a peer's answer, whoever chose them; and where an answer leads, or whose it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from failsoft.errors.failure import Failure

Classify = Callable[[BaseException], Failure]


def foreign(path: str, *args: object, **attributes: object) -> BaseException:
    """An exception that looks like one of a library that is not installed."""
    module, _, name = path.rpartition(".")
    error: BaseException = type(name, (Exception,), {"__module__": module})(*args)
    error.__dict__.update(attributes)
    return error


def said(failure: Failure) -> tuple[str, bool, int]:
    return failure.category, failure.transient, failure.status


GRAPHQL = "gql.transport.exceptions.TransportQueryError"
REFUSED = ("authentication", False, 502)


def answered(code: str) -> BaseException:
    return foreign(GRAPHQL, "no", errors=[{"message": "no", "extensions": {"code": code}}])


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (answered("THROTTLED"), ("resource", True, 503)),
        (answered("UNAUTHENTICATED"), REFUSED),
        (answered("MAX_COST_EXCEEDED"), ("external_service", False, 502)),
        (foreign(GRAPHQL, "{'errors': [{'extensions': {'code': 'FORBIDDEN'}}]}"), REFUSED),
        (foreign("zeep.exceptions.Fault", "no", code="wsse:FailedAuthentication"), REFUSED),
        (foreign("zeep.exceptions.Fault", "no", code="soap:Server"), ("external_service", False, 502)),
        (foreign("slack_sdk.errors.SlackApiError", "{'ok': False, 'error': 'account_inactive'}"), REFUSED),
        (
            foreign("groq.APIStatusError", "no", status_code=498, body={"error": {"code": "capacity_exceeded"}}),
            ("external_service", True, 503),
        ),
        (
            foreign("groq.APIStatusError", "Request too large", status_code=413, body={"code": "rate_limit_exceeded"}),
            ("external_service", False, 502),
        ),
        (
            foreign("oauthlib.oauth2.rfc6749.errors.CustomOAuth2Error", "no", error="authorization_pending"),
            ("external_service", True, 503),
        ),
        (
            foreign("oauthlib.oauth2.rfc6749.errors.CustomOAuth2Error", "no", error="slow_down"),
            ("resource", True, 503),
        ),
        (
            foreign("twilio.base.exceptions.TwilioRestException", "Account balance is too low", status=403),
            ("resource", False, 503),
        ),
        (foreign("invoke.exceptions.UnexpectedExit", result=SimpleNamespace()), ("system", False, 500)),
        (foreign("plumbum.commands.processes.ProcessExecutionError", host="h"), ("external_service", False, 502)),
    ],
)
def test_a_word_in_an_answer_says_what_it_means(
    classify: Classify, error: BaseException, expected: tuple[str, bool, int]
) -> None:
    assert said(classify(error)) == expected


@pytest.mark.parametrize(
    ("code", "category", "status"),
    [
        ("UNAUTHENTICATED", "authentication", 401),
        ("FORBIDDEN", "authentication", 403),
        ("NOT_FOUND", "validation", 404),
        ("RATE_LIMITED", "resource", 429),
        ("INTERNAL_SERVER_ERROR", "system", 500),
        ("OF_NOBODY", "validation", 400),
    ],
)
def test_a_code_that_a_resolver_gives_is_our_answer(classify: Classify, code: str, category: str, status: int) -> None:
    failure = classify(foreign("graphql.error.graphql_error.GraphQLError", "no", extensions={"code": code}))
    assert (failure.category, failure.status) == (category, status)


def raised_in(file: str, function: str, error: BaseException) -> BaseException:
    """The exception as if this function in this file had raised it."""
    space: dict[str, Any] = {"error": error}
    name = function.rpartition(".")[2]
    exec(compile(f"def {name}():\n    raise error\n", file, "exec"), space)
    made: Any = space[name]
    made.__code__ = made.__code__.replace(co_qualname=function)
    try:
        made()
    except type(error) as caught:
        return caught
    raise AssertionError(error)


LIB = "/srv/venv/lib/python3.12/site-packages"


@pytest.mark.parametrize(
    ("file", "function", "status"),
    [
        (f"{LIB}/requests/sessions.py", "SessionRedirectMixin.resolve_redirects", 502),
        (f"{LIB}/requests/sessions.py", "Session.send", 500),
        # through which every call goes
        (f"{LIB}/httpx/_client.py", "Client._send_handling_redirects", 500),
        ("/srv/shop/views.py", "redirect_to_login", 500),
    ],
)
def test_a_redirect_that_leads_nowhere_is_the_peers_fault(
    classify: Classify, file: str, function: str, status: int
) -> None:
    error = raised_in(file, function, foreign("requests.exceptions.InvalidSchema", "gopher://x"))
    assert classify(error).status == status


def test_what_a_server_of_a_client_library_cannot_read_a_client_sent(classify: Classify) -> None:
    error = json.JSONDecodeError("Expecting value", "{", 1)
    caught = raised_in(f"{LIB}/aiohttp/web_request.py", "BaseRequest.json", error)
    assert classify(caught).category == "validation"


def test_a_service_of_identity_that_fails_refused_nobody(classify: Classify, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("keycloak")
    module.__file__ = f"{LIB}/keycloak/__init__.py"
    monkeypatch.setitem(sys.modules, "keycloak", module)

    def keycloak(name: str, code: int) -> tuple[str, bool, int]:
        return said(classify(foreign(f"keycloak.exceptions.{name}", f"{code}: b''", response_code=code)))

    assert keycloak("KeycloakAuthenticationError", 401) == ("authentication", False, 401)
    assert keycloak("KeycloakAuthenticationError", 503) == ("external_service", True, 503)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("failed CONNECT via proxy status: 407", REFUSED),
        ("failed CONNECT via proxy status: 503", ("external_service", True, 503)),
        ("Proxy Authentication Required", REFUSED),
    ],
)
def test_a_proxy_that_answers_was_reached(classify: Classify, text: str, expected: tuple[str, bool, int]) -> None:
    assert said(classify(foreign("requests.exceptions.ProxyError", text))) == expected


class TooManyExports(Exception):
    status_code = 429


class NotAllowedError(Exception):
    status_code = 403


class OfferOver(Exception):
    pass


class HandOver(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "category", "status"),
    [
        (TooManyExports(), "resource", 429),
        (NotAllowedError(), "authentication", 403),
        (OfferOver(), "business_logic", 409),
        (HandOver(), "system", 500),
    ],
)
def test_a_class_of_the_application_says_what_it_refuses(
    classify: Classify, error: BaseException, category: str, status: int
) -> None:
    failure = classify(error)
    assert (failure.category, failure.status) == (category, status)
