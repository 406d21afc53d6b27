"""The ecosystem application in Django."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.core.asgi import get_asgi_application
from django.core.exceptions import PermissionDenied
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from opentelemetry.instrumentation.django import DjangoInstrumentor

import django
import failsoft
from ecosystem import deeds


def ok(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"visits": deeds.counted(request.session)})


async def unexpected(request: HttpRequest) -> HttpResponse:
    deeds.unexpected()
    raise AssertionError


def unexpected_sync(request: HttpRequest) -> HttpResponse:
    deeds.unexpected()
    raise AssertionError


def refused(request: HttpRequest) -> HttpResponse:
    deeds.counted(request.session)
    raise PermissionDenied


def denied(request: HttpRequest) -> HttpResponse:
    raise failsoft.AuthorizationError("not for you")


def busy(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=503)


async def exhausted(request: HttpRequest) -> HttpResponse:
    deeds.exhausted()
    raise AssertionError


def exhausted_sync(request: HttpRequest) -> HttpResponse:
    deeds.exhausted()
    raise AssertionError


def recovers(request: HttpRequest) -> HttpResponse:
    return JsonResponse(deeds.recovers())


views = (ok, unexpected, unexpected_sync, refused, denied, busy, exhausted, exhausted_sync, recovers)
urlpatterns = [path(view.__name__.replace("_", "-"), view) for view in views]


def make(settings: dict[str, Any] | None, traced: str = "", *, asynchronous: bool = False) -> Any:
    """The application: bare if there are no settings; traced by the instrumentation of this name."""
    ours = settings is not None
    django_settings.configure(
        SECRET_KEY="for tests",
        ALLOWED_HOSTS=["shop.example"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["corsheaders", *["failsoft_django"] * ours],
        MIDDLEWARE=[
            *["failsoft_django.FailsoftMiddleware"] * ours,
            "corsheaders.middleware.CorsMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
        ],
        CORS_ALLOWED_ORIGINS=[deeds.ORIGIN],
        CORS_ALLOW_CREDENTIALS=True,
        SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
        FAILSOFT=settings,
        USE_TZ=True,
    )
    if traced == "contrib, before":
        DjangoInstrumentor().instrument()
    django.setup()
    if traced == "contrib, after":
        DjangoInstrumentor().instrument()
    return get_asgi_application() if asynchronous else get_wsgi_application()
