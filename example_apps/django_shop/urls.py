"""Views and routes of the Django shop."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from example_apps.shop import domain

__all__ = ["urlpatterns"]


def _json(request: HttpRequest) -> Any:
    try:
        return json.loads(request.body)
    except ValueError:
        return None


@require_GET
def catalogue(request: HttpRequest) -> HttpResponse:
    return JsonResponse(list(domain.CATALOGUE.values()), safe=False)


@require_GET
def product(request: HttpRequest, sku: str) -> HttpResponse:
    return JsonResponse(domain.product(sku))


@require_GET
def quote(request: HttpRequest, symbol: str) -> HttpResponse:
    return JsonResponse(domain.quote(symbol, request.headers.get("X-Test-Key", "")))


@require_POST
def order(request: HttpRequest) -> HttpResponse:
    sku, quantity = domain.parse_order(_json(request))
    with domain.transaction() as connection:
        return JsonResponse(domain.place_order(connection, sku, quantity), status=201)


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    return JsonResponse(domain.check_upload(len(request.body)), status=201)


@require_GET
def export(request: HttpRequest) -> Any:
    return StreamingHttpResponse(domain.export(), content_type="text/csv")


@require_POST
def login(request: HttpRequest) -> HttpResponse:
    return JsonResponse(domain.login(_json(request)))


@require_GET
def crash(request: HttpRequest) -> HttpResponse:
    domain.crash()
    return HttpResponse()


urlpatterns = [
    path("catalogue", catalogue),
    path("catalogue/<str:sku>", product),
    path("quotes/<str:symbol>", quote),
    path("orders", order),
    path("uploads", upload),
    path("export", export),
    path("login", login),
    path("crash", crash),
]
