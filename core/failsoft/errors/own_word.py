"""What an exception says of itself: the HTTP exceptions of web frameworks, and Failsoft's own classes (`own_classes`).

The frameworks are recognized by the names of their classes and never imported. An attribute called `status_code` counts
on their classes only, or on a class that calls itself an HTTP exception: on a client's exception it is the status of a
peer, which is something else (see `codes`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from failsoft.errors import validation
from failsoft.errors.capture import qualified_name, tidy
from failsoft.errors.catalogue import labels as is_
from failsoft.errors.catalogue.labels import label_of_status
from failsoft.errors.exceptions import FailsoftError
from failsoft.errors.fleeting import note
from failsoft.errors.own_classes import of_failsoft
from failsoft.errors.reading import Reading, header_pairs, parse_retry_after, status_of, take_retry_after
from failsoft.errors.taxonomy import Category

__all__ = [
    "OwnWord",
    "answer_at_hand",
    "answer_of_a_framework",
    "find_own_word",
    "http_answer",
]

OwnWord = Callable[[BaseException, float], Reading | None]
"""Reads what an exception says of itself; takes the time, in seconds since the Unix epoch. None: nothing."""

_MAX_DETAIL = 2_000


def http_answer(
    exc: BaseException,
    now: float,
    status: object,
    *,
    detail: object = None,
    headers: object = None,
    errors: tuple[tuple[str, str], ...] = (),
    default: str = "",
) -> Reading:
    """The reading of an HTTP exception.

    Parameters:
        detail: what the application says; a text is meant for the client if the status is below 500.
        default: the framework's own text, which says no more than the status.
    """
    number = status_of(status)
    label = label_of_status(number)
    if errors:
        label = label._replace(code=is_.INVALID.code)
    more: dict[str, Any] = {}
    pairs = header_pairs(headers) if headers else []
    seconds, pairs = take_retry_after(pairs, now)
    if seconds is not None:
        more.update(retry_after=seconds, retry_after_set=True)
    if pairs:
        more["headers"] = tuple(pairs)
    if errors:
        more["errors"] = errors
    elif isinstance(detail, str):
        text = tidy(str.__str__(detail).strip(), _MAX_DETAIL)
        if number < 500 and text and text.casefold() not in {_phrase(number), default.casefold()}:
            more["user_message"] = text
    elif detail is not None:
        plain = isinstance(detail, (Mapping, list, tuple, int, float))
        more["details"] = {"detail": detail if plain else f"<{type(detail).__name__}>"}
    if number > 500:
        # "not now" is an answer that was meant; a 500 says that something went wrong, whoever says it
        more["expected"] = True
    name = qualified_name(type(exc))
    return Reading(label, "exception", name, 1.0, name, explicit=True, more=more)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase.casefold()
    except ValueError:
        return ""


def _attribute(exc: object, *names: str) -> Any:
    for name in names:
        if (value := getattr(exc, name, None)) is not None:
            return value
    return None


def _duck(exc: BaseException, now: float) -> Reading:
    """Starlette, FastAPI, Litestar, Sanic, Lilya, APIFlask, Ninja, BlackSheep and those that look like them."""
    return http_answer(
        exc,
        now,
        _attribute(exc, "status_code", "status", "code"),
        detail=_attribute(exc, "detail", "message"),
        headers=_attribute(exc, "headers"),
    )


def _unknown(exc: BaseException, now: float) -> Reading | None:
    """A class of no framework we know; with a request or a response of a peer it is a client's."""
    if _attribute(exc, "response", "request") is not None:
        return None
    return _duck(exc, now)


_FRAMEWORKS = frozenset({"apiflask", "django", "fastapi", "flask", "quart", "rest_framework", "starlette", "werkzeug"})


def answer_at_hand(exc: BaseException, now: float) -> Reading | None:
    """What an exception carries as a response of a framework, made to be sent; a client's response is none of these."""
    response = getattr(exc, "response", None)
    module = type(response).__module__
    if not isinstance(module, str) or module.partition(".")[0] not in _FRAMEWORKS:
        return None
    note()
    status = getattr(response, "status_code", None)
    return http_answer(exc, now, status) if status_of(status) == status else None


def answer_of_a_framework(exc: BaseException, now: float) -> Reading | None:
    """An exception of a framework unknown to us that carries a status; without one it is none of its answers."""
    if (given := answer_at_hand(exc, now)) is not None:
        return given
    if status_of(_attribute(exc, "status_code", "status", "code")) != _attribute(exc, "status_code", "status", "code"):
        return None
    return _unknown(exc, now)


def _litestar_validation(exc: BaseException, now: float) -> Reading:
    errors = validation.pairs_of_list(_attribute(exc, "extra"), "key", "message")
    status = _attribute(exc, "status_code")
    return http_answer(
        exc, now, status, detail=_attribute(exc, "detail"), headers=_attribute(exc, "headers"), errors=errors
    )


def _werkzeug(exc: BaseException, now: float) -> Reading:
    given = vars(exc).get("description")
    get_headers = _attribute(exc, "get_headers")
    headers = get_headers() if callable(get_headers) else None
    # abort(response) leaves the code away
    status = _attribute(exc, "code") or _attribute(_attribute(exc, "response"), "status_code")
    reading = http_answer(exc, now, status, detail=given, headers=headers)
    # get_headers drops a Retry-After of 0, and its date is relative to another clock than ours
    wait: Any = getattr(exc, "retry_after", None)
    seconds = wait.timestamp() - now if hasattr(wait, "timestamp") else wait
    if (seconds := parse_retry_after(seconds, now)) is not None:
        reading.more.update(retry_after=seconds, retry_after_set=True)
    return reading


def _rest_framework(exc: BaseException, now: float) -> Reading:
    detail = _attribute(exc, "detail")
    headers = {"WWW-Authenticate": challenge} if (challenge := _attribute(exc, "auth_header")) else None
    errors = validation.pairs_of_nested(detail) if isinstance(detail, (Mapping, list)) else ()
    default = str(_attribute(type(exc), "default_detail") or "")
    if isinstance(detail, str) and detail.startswith(default.partition("{")[0] or "\0"):
        detail = None
    reading = http_answer(exc, now, _attribute(exc, "status_code"), detail=detail, headers=headers, errors=errors)
    if (seconds := parse_retry_after(getattr(exc, "wait", None), now)) is not None:
        reading.more.update(retry_after=seconds, retry_after_set=True)
    return reading


def _falcon(exc: BaseException, now: float) -> Reading:
    status = _leading_number(_attribute(exc, "status_code", "status"))
    return http_answer(exc, now, status, detail=_attribute(exc, "description"), headers=_attribute(exc, "headers"))


def _aiohttp_web(exc: BaseException, now: float) -> Reading:
    status = _attribute(exc, "status_code", "status")
    default = f"{status}: {_attribute(exc, 'reason')}"
    text, headers = _attribute(exc, "text"), _attribute(exc, "headers")
    return http_answer(exc, now, status, detail=text, headers=headers, default=default)


def _without_text(exc: BaseException, now: float) -> Reading:
    """Frameworks whose text is for the log: Tornado, WebOb, Pyramid, Bottle, CherryPy, Connexion."""
    return http_answer(exc, now, _attribute(exc, "status_code", "status", "code"), headers=_attribute(exc, "headers"))


def _in_words(exc: BaseException, now: float) -> Reading:
    """Frameworks whose exceptions say their status as "404 Not Found": web.py, and CherryPy where it was given so."""
    return http_answer(exc, now, _leading_number(_attribute(exc, "status") or next(iter(exc.args), None)))


def _leading_number(value: object) -> object:
    return int(value[:3]) if isinstance(value, str) and value[:3].isdecimal() else value


_FAULTS = (
    ("Client.ResourceNotFound", 404),
    ("Client.InvalidCredentials", 401),
    ("Client.RequestNotAllowed", 403),
    ("Client.RequestTooLong", 413),
    ("Client", 400),
)


def _soap_fault(exc: BaseException, now: float) -> Reading:
    """Spyne: the code of a SOAP fault, of which the part before the dot says whose fault it is."""
    code = str(_attribute(exc, "faultcode") or "")
    return http_answer(exc, now, next((status for start, status in _FAULTS if code.startswith(start)), 500))


def _status(number: int) -> OwnWord:
    return lambda exc, now: http_answer(exc, now, number)


def _ratelimited(exc: BaseException, now: float) -> Reading:
    """A permission denied by its class, with the status of one, and yet our own limit."""
    reading = http_answer(exc, now, 403)
    reading.label = is_.OUR_LIMIT._replace(status=403)
    return reading


def _forged(exc: BaseException, now: float) -> Reading:
    """A bad request by its class, and yet it was about who sent it."""
    reading = _duck(exc, now)
    reading.label = reading.label._replace(category=Category.AUTHENTICATION)
    return reading


def _session_interrupted(exc: BaseException, now: float) -> Reading:
    """A bad request by its class, and yet another request ended the session meanwhile."""
    reading = http_answer(exc, now, 400)
    reading.label = reading.label._replace(category=Category.CONCURRENCY)
    return reading


def _request_validation(exc: BaseException, now: float) -> Reading:
    errors = _attribute(exc, "errors")
    pairs = validation.pairs_of_pydantic(errors() if callable(errors) else errors)
    reading = http_answer(exc, now, 422, errors=pairs)
    reading.label = is_.UNPROCESSABLE
    return reading


def _websocket(exc: BaseException, now: float) -> Reading:
    """A close code says little about HTTP (RFC 6455, 7.4.1): 1011 and above 1011 are the server's fault."""
    code = _attribute(exc, "code")
    number = 500 if isinstance(code, int) and 1011 <= code <= 1014 else 403 if code in {1008, 3000, 3003} else 400
    return http_answer(exc, now, number)


_WORDS: dict[str, OwnWord] = {
    "starlette.HTTPException": _duck,
    "starlette.WebSocketException": _websocket,
    "fastapi.RequestValidationError": _request_validation,
    "fastapi.WebSocketRequestValidationError": _request_validation,
    "litestar.HTTPException": _duck,
    "litestar.ValidationException": _litestar_validation,
    "litestar.WebSocketException": _websocket,
    "lilya.HTTPException": _duck,
    "esmerald.HTTPException": _duck,
    "sanic.SanicException": _duck,
    "ninja.HttpError": _duck,
    "ninja.ValidationError": _request_validation,
    "apiflask.HTTPError": _duck,
    "blacksheep.HTTPException": _duck,
    "werkzeug.HTTPException": _werkzeug,
    "rest_framework.APIException": _rest_framework,
    "django.SessionInterrupted": _session_interrupted,
    "django_ratelimit.Ratelimited": _ratelimited,
    "django.Http404": _status(404),
    "django.PermissionDenied": _status(403),
    "django.SuspiciousOperation": _status(400),
    "django.BadRequest": _status(400),
    "django.MultiPartParserError": _status(400),
    "django.RequestDataTooBig": _status(413),
    "falcon.HTTPError": _falcon,
    "aiohttp.HTTPException": _aiohttp_web,
    "tornado.HTTPError": _without_text,
    "webob.HTTPException": _without_text,
    "pyramid.HTTPException": _without_text,
    "pyramid.BadCSRFOrigin": _forged,
    "pyramid.BadCSRFToken": _forged,
    "fastapi_csrf_protect.CsrfProtectError": _forged,
    "bottle.HTTPError": _without_text,
    "cherrypy.HTTPError": _in_words,
    "web.HTTPError": _in_words,
    "spyne.Fault": _soap_fault,
    "connexion.ProblemException": _without_text,
    "quart.HTTPException": _werkzeug,
}


def find_own_word(cls: type) -> tuple[int, OwnWord] | None:
    """How a class speaks for itself, and the depth in its MRO of the class that taught it to."""
    for depth, base in enumerate(cls.__mro__):
        if base is FailsoftError:
            return depth, of_failsoft
        module = base.__module__ if isinstance(base.__module__, str) else ""
        if word := _WORDS.get(f"{module.partition('.')[0]}.{base.__name__}"):
            return depth, word
        if base.__name__.lower().endswith("httpexception") and _may_be_an_answer(base, module):
            return depth, _unknown
    return None


def _may_be_an_answer(cls: type, module: str) -> bool:
    """Whether a class of a framework unknown to us looks like an answer; one with a request is a client's."""
    answers = any(hasattr(cls, name) for name in ("status_code", "status", "code")) or "status_code" in _parameters(cls)
    return answers and module.partition(".")[0] not in {"http", "discord", "nextcord", "disnake"}


def _parameters(cls: type) -> tuple[str, ...]:
    code = getattr(vars(cls).get("__init__"), "__code__", None)
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount] if code else ()
