"""Raises what Django and Django REST framework raise, and prints how each is classified. Run by the tests."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings

import django

settings.configure(
    SECRET_KEY="not a secret",
    ALLOWED_HOSTS=["shop.example"],
    ROOT_URLCONF=__name__,
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
        "away": {"ENGINE": "django.db.backends.sqlite3", "NAME": "/does/not/exist/db.sqlite3"},
    },
    INSTALLED_APPS=["rest_framework"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    DATA_UPLOAD_MAX_MEMORY_SIZE=10,
    DATA_UPLOAD_MAX_NUMBER_FIELDS=2,
    USE_TZ=True,
)
django.setup()

from django.core import paginator, signing  # noqa: E402
from django.core.exceptions import BadRequest, ImproperlyConfigured, PermissionDenied, SuspiciousOperation  # noqa: E402
from django.db import connection, connections, models  # noqa: E402
from django.http import Http404, HttpRequest  # noqa: E402
from django.template import engines, loader  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.urls import resolve, reverse  # noqa: E402
from rest_framework import authentication, exceptions, serializers, views  # noqa: E402

from failsoft.clock import SystemClock  # noqa: E402
from failsoft.errors.classifier import Classifier  # noqa: E402

urlpatterns: list[Any] = []


class Room(models.Model):
    name = models.CharField(max_length=10, unique=True)

    class Meta:
        app_label = "shop"


class Missing(models.Model):
    class Meta:
        app_label = "shop"


class Line(serializers.Serializer):
    count = serializers.IntegerField()


class Order(serializers.Serializer):
    lines = Line(many=True)
    total = serializers.IntegerField()

    def validate(self, data: Any) -> Any:
        raise serializers.ValidationError("Totals differ.")


class Busy(exceptions.APIException):
    status_code = 503
    default_detail = "db-3 is busy"


def throw(error: BaseException) -> None:
    raise error


def in_a_view(error: BaseException, scheme: type) -> Callable[[], Any]:
    """Let a view of REST framework handle an exception as it does before it makes a response of it."""

    def run() -> None:
        view = views.APIView()
        view.authentication_classes = [scheme]
        view.request = view.initialize_request(RequestFactory().get("/"))
        view.get_exception_handler = lambda: lambda exc, context: throw(exc)
        view.handle_exception(error)

    return run


def validated(serializer: Any) -> Callable[[], Any]:
    return lambda: serializer.is_valid(raise_exception=True)


def broken_upload() -> None:
    class Gone:
        def read(self, *_: Any) -> bytes:
            raise OSError("connection closed")

        readline = read

    request = RequestFactory().post("/", data=b"x", content_type="text/plain", **{"wsgi.input": Gone()})
    request.body  # noqa: B018


def posted(data: Any, **extra: Any) -> HttpRequest:
    return RequestFactory().post("/", data, "application/x-www-form-urlencoded", **extra)


def totals() -> dict[str, Any]:
    try:
        Order(data={"lines": [{"count": 1}, {"count": "x"}], "total": 1}).is_valid(raise_exception=True)
    except serializers.ValidationError as error:
        nested = dict(error.detail)
    try:
        Order(data={"lines": [], "total": 1}).is_valid(raise_exception=True)
    except serializers.ValidationError as error:
        nested.update(error.detail)
    return nested


SCENARIOS: dict[str, Callable[[], Any]] = {
    "404": lambda: throw(Http404("No Room matches the given query.")),
    "resolver": lambda: resolve("/nowhere"),
    "403": lambda: throw(PermissionDenied("no")),
    "suspicious": lambda: throw(SuspiciousOperation("x")),
    "bad request": lambda: throw(BadRequest("x")),
    "host": lambda: RequestFactory().get("/", HTTP_HOST="evil.example").get_host(),
    "too big": lambda: posted("a=" + "x" * 100).POST,
    "too many fields": lambda: posted("a&b&c&d").POST,
    "upload broken off": broken_upload,
    "form field": lambda: posted("a=1").POST["missing"],
    "does not exist": lambda: Room.objects.get(name="missing"),
    "several": lambda: Room.objects.get(name__startswith="r"),
    "unique": lambda: Room.objects.create(name="r1"),
    "not null": lambda: Room.objects.create(name=None),
    "no table": lambda: Missing.objects.count(),
    "no database": lambda: connections["away"].cursor(),
    "field": lambda: Room.objects.get(missing=1),
    "no template": lambda: loader.get_template("missing.html"),
    "bad template": lambda: engines["django"].from_string("{% if %}"),
    "improper": lambda: throw(ImproperlyConfigured("x")),
    "no reverse": lambda: reverse("missing"),
    "model": lambda: Room(name="").full_clean(),
    "signature": lambda: signing.loads("x:y"),
    "page": lambda: paginator.Paginator([1], 1).page(7),
    "drf invalid": lambda: throw(exceptions.ValidationError("Wrong.")),
    "drf nested": lambda: throw(exceptions.ValidationError(totals())),
    "drf not authenticated": in_a_view(exceptions.NotAuthenticated(), authentication.BasicAuthentication),
    "drf no challenge": in_a_view(exceptions.NotAuthenticated(), authentication.SessionAuthentication),
    "drf denied": lambda: throw(exceptions.PermissionDenied("Only the owner may.")),
    "drf not found": lambda: throw(exceptions.NotFound()),
    "drf method": lambda: throw(exceptions.MethodNotAllowed("PUT")),
    "drf media": lambda: throw(exceptions.UnsupportedMediaType("text/x")),
    "drf throttled": lambda: throw(exceptions.Throttled(wait=12.3)),
    "drf own": lambda: throw(Busy()),
}


def main() -> None:
    with connection.schema_editor() as editor:
        editor.create_model(Room)
    Room.objects.create(name="r1")
    Room.objects.create(name="r2")
    classifier = Classifier(clock=SystemClock())
    found: dict[str, Any] = {}
    for name, call in SCENARIOS.items():
        try:
            call()
        except Exception as error:
            failure = classifier.classify(error)
            found[name] = {
                "evidence": [one.says for one in failure.evidence],
                **{
                    field: getattr(failure, field)
                    for field in (
                        "type", "status", "code", "category", "severity", "expected", "errors", "headers",
                        "retry_after", "user_message",
                    )
                },
            }  # fmt: skip
    if classifier.internal_errors:
        sys.exit("something inside failed")
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
