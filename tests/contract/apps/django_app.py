"""The contract application in Django, under WSGI and ASGI."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any

from django.conf import settings

from contract import spec

if not settings.configured:
    settings.configure(
        DEBUG=False,
        SECRET_KEY="contract",
        ALLOWED_HOSTS=["127.0.0.1", "localhost"],
        ROOT_URLCONF="contract.apps.django_app",
        INSTALLED_APPS=["corsheaders", "failsoft_django"],
        MIDDLEWARE=[
            "failsoft_django.FailsoftMiddleware",
            "corsheaders.middleware.CorsMiddleware",
            "django.middleware.common.CommonMiddleware",
        ],
        CORS_ALLOWED_ORIGINS=["https://shop.example"],
        CORS_ALLOW_CREDENTIALS=True,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ.get("CONTRACT_DB", ":memory:"),
                "ATOMIC_REQUESTS": False,
                "OPTIONS": {"timeout": 10},
            }
        },
        DATA_UPLOAD_MAX_MEMORY_SIZE=4 * 1024 * 1024,
        FAILSOFT=spec.settings(),
        USE_I18N=False,
        USE_TZ=True,
    )
    import django

    django.setup()

from django.core.asgi import get_asgi_application
from django.core.exceptions import BadRequest, PermissionDenied
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

import failsoft
from failsoft_django import get_failsoft

ASYNC = os.environ.get("CONTRACT_ASYNC") == "1"


async def ok(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"ok": True})


def ok_sync(request: HttpRequest, **_: Any) -> HttpResponse:
    return JsonResponse({"ok": True})


only_post = csrf_exempt(require_POST(ok_sync))


@csrf_exempt
async def raising(request: HttpRequest, name: str, **_: Any) -> HttpResponse:
    spec.fail(name)
    raise AssertionError


def raising_sync(request: HttpRequest, name: str, **_: Any) -> HttpResponse:
    spec.fail(name)
    raise AssertionError


def http(request: HttpRequest, status: int) -> HttpResponse:
    if status == 404:
        raise Http404
    if status == 403:
        raise PermissionDenied
    if status == 400:
        raise BadRequest
    headers = {"Retry-After": "30"} if status in (429, 503) else {}
    if status == 401:
        headers["WWW-Authenticate"] = "Basic"
    # Django has no exception for the others: an empty response of that status is what its own decorators return
    return HttpResponse(status=status, headers=headers)


async def stream(request: HttpRequest, when: str) -> Any:
    body = spec.achunks(when) if ASYNC else spec.chunks(when)
    return StreamingHttpResponse(body, content_type="text/csv")


def stream_sync(request: HttpRequest, when: str) -> Any:
    return StreamingHttpResponse(spec.chunks(when), content_type="text/csv")


@transaction.non_atomic_requests
def retry(request: HttpRequest, key: str) -> HttpResponse:
    with transaction.atomic():
        connection.ensure_connection()
        result = spec.attempt_with_effect(Cursor(), key, int(request.GET.get("fail", 0)))
    return JsonResponse(result)


class Cursor:
    """Runs `execute` on Django's own connection, with the placeholders of sqlite3."""

    def execute(self, sql: str, parameters: Any = ()) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql.replace("?", "%s"), parameters)


@csrf_exempt
def flaky(request: HttpRequest, key: str) -> HttpResponse:
    body = request.read() if request.GET.get("read") == "stream" else request.body
    result = spec.flaky(key, int(request.GET.get("fail", 0)))
    return JsonResponse({**result, "length": len(body)})


def status(request: HttpRequest, status: int) -> HttpResponse:
    number = spec.count(f"status:{request.GET.get('key')}")
    code = 200 if number > int(request.GET.get("fail", 99)) else status
    return JsonResponse({"written": "by the app", "attempt": number}, status=code, headers={"X-Own": "1"})


def handled_retry(request: HttpRequest, key: str) -> HttpResponse:
    spec.count(f"handled:{key}")
    return JsonResponse({"handled": "by the app"}, status=418)


def switchable(request: HttpRequest) -> HttpResponse:
    kind = request.GET.get("fail")
    if kind == "error":
        raise ConnectionResetError("gone")
    if kind == "client":
        raise failsoft.NotFoundError("nothing")
    if kind == "status":
        return JsonResponse({"written": "by the app"}, status=500)
    return JsonResponse({"ok": True})


async def slow(request: HttpRequest) -> HttpResponse:
    await asyncio.sleep(float(request.GET.get("for", 5)))
    return JsonResponse({"ok": True})


def slow_sync(request: HttpRequest) -> HttpResponse:
    left = failsoft.remaining()
    time.sleep(float(request.GET.get("for", 0.3)))
    return JsonResponse({"ok": True, "had": left is not None})


async def hurry(request: HttpRequest, key: str) -> HttpResponse:
    said = spec.hurry(key)
    await asyncio.sleep(float(request.GET.get("for", 0)))
    return JsonResponse(said)


def hurry_sync(request: HttpRequest, key: str) -> HttpResponse:
    said = spec.hurry(key)
    time.sleep(float(request.GET.get("for", 0)))
    return JsonResponse(said)


def deadline(request: HttpRequest) -> HttpResponse:
    raise ConnectionResetError("gone")


def events(request: HttpRequest) -> HttpResponse:
    return JsonResponse(spec.seen(request.GET["id"]), safe=False)


def effects(request: HttpRequest, key: str) -> HttpResponse:
    return JsonResponse(spec.effects(key), safe=False)


def breakers(request: HttpRequest) -> HttpResponse:
    return JsonResponse(get_failsoft().circuit_breakers.states())


tenants = [path("raise/<str:name>", raising_sync), path("ok", ok_sync)]

urlpatterns = [
    path("ok", ok),
    path("ok-sync", require_GET(ok_sync)),
    path("only-post", only_post),
    path("raise/<str:name>", raising),
    path("raise-sync/<str:name>", raising_sync),
    path("http/<int:status>", http),
    path("stream/<str:when>", stream),
    path("stream-sync/<str:when>", stream_sync),
    path("retry/<str:key>", retry),
    path("replay/<str:key>", flaky),
    path("keyed/<str:key>", flaky),
    path("plain/<str:key>", flaky),
    path("status/<int:status>", status),
    path("handled-retry/<str:key>", handled_retry),
    path("breaker", switchable),
    path("breaker-client", switchable),
    path("breaker-status", switchable),
    path("limited", switchable),
    path("slow", slow),
    path("slow-sync", slow_sync),
    path("observed", switchable),
    path("hurry/<str:key>", hurry),
    path("hurry-sync/<str:key>", hurry_sync),
    path("hurry-own/<str:key>", hurry),
    path("hurry-off/<str:key>", hurry),
    path("hurry-observed/<str:key>", hurry),
    path("hurry-fuse", slow),
    path("off", switchable),
    path("deadline", deadline),
    path("tenants/<str:tenant>/", include(tenants)),
    path("_events", events),
    path("_effects/<str:key>", effects),
    path("_breakers", breakers),
]

app = get_asgi_application() if ASYNC else get_wsgi_application()
spec.connect().close()
spec.watch(get_failsoft())
