"""Django and what is built on it."""

from __future__ import annotations

from typing import Any

from django.conf import settings

import django

if not settings.configured:
    settings.configure(
        SECRET_KEY="not-a-secret",
        ALLOWED_HOSTS=["shop.example"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
        ROOT_URLCONF="evaluations.classifier.raisers.django_web",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [], "APP_DIRS": False}],
        DATA_UPLOAD_MAX_MEMORY_SIZE=10,
        DATA_UPLOAD_MAX_NUMBER_FIELDS=2,
        USE_TZ=True,
    )
    django.setup()

import ninja.errors
import rest_framework.exceptions as drf
from django.contrib.auth import authenticate
from django.core import exceptions, paginator, serializers, signing, validators
from django.core.cache import InvalidCacheBackendError, caches
from django.core.files.storage import FileSystemStorage
from django.db import connections
from django.http import Http404, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParser
from django.template import engines, loader
from django.test import RequestFactory
from django.urls import resolve, reverse
from django.utils.module_loading import import_string
from django_ratelimit.decorators import ratelimit
from rest_framework import serializers as drf_serializers
from rest_framework.parsers import JSONParser
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.tokens import AccessToken

from django import forms
from evaluations.classifier.cases import case
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    INVALID,
    MAY_NOT,
    OUR_BUG,
    OUR_LIMIT,
    OUR_SETTINGS,
    TOO_LARGE,
    UNPARSABLE,
    UNREADABLE,
    WHO,
    Means,
    add,
)

urlpatterns: list[Any] = []
SERVER = Means("system", False, 500, "high")
_factory = RequestFactory()


def _raising(exc: Any, *args: Any, **kwargs: Any) -> Any:
    def raiser() -> Any:
        raise exc(*args, **kwargs)

    return raiser


add("django", "no_route", ABSENT, lambda: resolve("/none"))
add("django", "http404", ABSENT, _raising(Http404, "none"))
add("django", "permission_denied", MAY_NOT, _raising(exceptions.PermissionDenied))
add("django", "bad_request", UNPARSABLE, _raising(exceptions.BadRequest, "no"))
add("django", "suspicious", UNPARSABLE, _raising(exceptions.SuspiciousOperation, "no"))
add("django", "host_disallowed", UNPARSABLE, lambda: _factory.get("/", HTTP_HOST="evil.example").get_host())
add("django", "path_traversal", UNPARSABLE, lambda: FileSystemStorage("/srv/media").path("../../etc/passwd"))
add("django", "too_large", TOO_LARGE, lambda: _factory.post("/", b"x" * 11, content_type="text/plain").body)
add("django", "too_many_fields", UNPARSABLE, lambda: _factory.get("/?a=1&b=2&c=3").GET)
add("django", "reverse", OUR_BUG, lambda: reverse("nowhere"))
add("django", "template_missing", OUR_SETTINGS, lambda: loader.get_template("none.html"))
add("django", "template_syntax", OUR_SETTINGS, lambda: engines["django"].from_string("{% nonsense %}"))
add(
    "django",
    "template_variable",
    OUR_BUG,
    lambda: engines["django"].from_string("{% for a in b.c|dictsort:0|add:x %}{% endfor %}{% url 'x' %}").render(),
)
add("django", "setting_missing", OUR_BUG, lambda: settings.NO_SUCH_SETTING, note="an AttributeError, as a typo gives")
add("django", "database_alias", OUR_SETTINGS, lambda: connections["none"])
add("django", "cache_alias", OUR_SETTINGS, lambda: caches["none"])
add("django", "cache_backend", OUR_SETTINGS, _raising(InvalidCacheBackendError, "no"))
add("django", "import_string", OUR_SETTINGS, lambda: import_string("no.such.module"))
add("django", "field_validator", INVALID, lambda: validators.validate_email("nobody"))
add("django", "form_field", INVALID, lambda: forms.IntegerField().clean("x"))
add("django", "form_wrong", INVALID, lambda: forms.CharField(max_length=1).clean("xx"))
add("django", "page_not_an_integer", ABSENT, lambda: paginator.Paginator([1], 1).page("x"))
add("django", "page_empty", ABSENT, lambda: paginator.Paginator([1], 1).page(9))
add("django", "signature", WHO, lambda: signing.loads("garbage"))
add("django", "signature_expired", WHO, lambda: signing.loads(signing.dumps({}), max_age=-1))
add("django", "key_missing", UNPARSABLE, lambda: QueryDict("a=1")["b"])
add(
    "django",
    "multipart",
    UNPARSABLE,
    lambda: MultiPartParser({"CONTENT_TYPE": "multipart/form-data", "CONTENT_LENGTH": "1"}, None, []),
)
add("django", "body_read_twice", OUR_BUG, lambda: _read_twice())
add("django", "serializer_missing", OUR_SETTINGS, lambda: serializers.get_serializer("none"))
add("django", "fixture_malformed", UNREADABLE, lambda: list(serializers.deserialize("json", "{")))
add(
    "django",
    "header_newline",
    UNPARSABLE,
    lambda: HttpResponse().__setitem__("X", "a\r\nb"),
    note="the value is the client's",
)
add("django", "synchronous_only", OUR_BUG, lambda: __import__("asyncio").run(_query_in_loop()))
add("django", "field_unknown", OUR_BUG, lambda: _users().filter(nonsense=1))
add("django", "table_missing", OUR_SETTINGS, lambda: _users().count())
add(
    "django",
    "model_field_missing",
    OUR_BUG,
    lambda: __import__("django.contrib.auth.models").contrib.auth.models.User._meta.get_field("x"),
)
add(
    "django",
    "app_missing",
    OUR_SETTINGS,
    lambda: __import__("django.apps").apps.apps.get_app_config("none"),
    note="a LookupError: no installed app",
)


def _users() -> Any:
    from django.contrib.auth.models import User

    return User.objects


def _read_twice() -> Any:
    request = _factory.post("/", b"x", content_type="text/plain")
    request.read()
    return request.body


async def _query_in_loop() -> Any:
    return _users().count()


@case(
    "django",
    "authentication",
    transient=False,
    status=403,
    severity="low",
    note="the middleware answers itself; a view raises this",
)
def csrf() -> None:
    from django.middleware.csrf import CsrfViewMiddleware, RejectRequest

    middleware = CsrfViewMiddleware(lambda request: HttpResponse())
    request = _factory.post("/", HTTP_HOST="shop.example")
    try:
        middleware._check_token(request)
    except RejectRequest as rejected:
        raise exceptions.PermissionDenied(rejected.reason) from None


@case("django", "authentication", transient=False, status=403, severity="low")
def backend_refuses() -> None:
    class Backend:
        def authenticate(self, request: Any, **credentials: Any) -> None:
            raise exceptions.PermissionDenied("locked")

    Backend().authenticate(None)
    authenticate(None)


# --- REST framework, Ninja, tokens, limits ---------------------------------------------------------------------------
class _OrderSerializer(drf_serializers.Serializer):  # type: ignore[misc]
    quantity = drf_serializers.IntegerField()


add(
    "djangorestframework",
    "serializer",
    UNPARSABLE,
    lambda: _OrderSerializer(data={"quantity": "x"}).is_valid(raise_exception=True),
)
add("djangorestframework", "parse", UNPARSABLE, lambda: JSONParser().parse(__import__("io").BytesIO(b"{")))
add("djangorestframework", "serializer_misused", OUR_BUG, lambda: _OrderSerializer(data={"quantity": 1}).save())
for _name, _exc, _means in (
    ("not_authenticated", drf.NotAuthenticated, WHO),
    ("authentication_failed", drf.AuthenticationFailed, WHO),
    ("permission_denied", drf.PermissionDenied, MAY_NOT),
    ("not_found", drf.NotFound, ABSENT),
    ("throttled", drf.Throttled, OUR_LIMIT),
    ("unexpected", drf.APIException, SERVER),
):
    add("djangorestframework", _name, _means, _raising(_exc))
add("djangorestframework", "method", Means("validation", False, 405, "info"), _raising(drf.MethodNotAllowed, "PUT"))
add(
    "djangorestframework",
    "media_type",
    Means("validation", False, 415, "low"),
    _raising(drf.UnsupportedMediaType, "x/y"),
)
add("djangorestframework", "not_acceptable", Means("validation", False, 406, "low"), _raising(drf.NotAcceptable))
add(
    "django-ninja",
    "http_error",
    Means("business_logic", False, 409, "low"),
    _raising(ninja.errors.HttpError, 409, "exists"),
)
add("django-ninja", "authentication", WHO, _raising(ninja.errors.AuthenticationError))
add("django-ninja", "authorization", MAY_NOT, _raising(ninja.errors.AuthorizationError))
add("django-ninja", "throttled", OUR_LIMIT, _raising(ninja.errors.Throttled, 3))
add(
    "django-ninja",
    "validation",
    Means("validation", False, 422, "low"),
    _raising(ninja.errors.ValidationError, [{"loc": ["a"], "msg": "m", "type": "t"}]),
)
add("django-ninja", "two_operations", OUR_SETTINGS, _raising(ninja.errors.ConfigError, "twice"))
add("djangorestframework-simplejwt", "token_malformed", WHO, lambda: AccessToken("garbage"))
add("djangorestframework-simplejwt", "token_invalid", WHO, _raising(InvalidToken))


@case(
    "django-ratelimit",
    "resource",
    transient=True,
    status=(403, 429),
    severity="low",
    note="a PermissionDenied by class, which answers 403; the convention for our own limit says 429",
)
def ratelimited() -> None:
    view = ratelimit(key="ip", rate="0/m", block=True)(lambda request: HttpResponse())
    view(_factory.get("/"))
