"""The URLs of the test project, for `manage.py`; tests bring their own."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import include, path
from django.views import View

import failsoft


@failsoft.protect(retry=2)
def quote(request: Any, symbol: str) -> HttpResponse:
    return HttpResponse(symbol)


class Order(View):
    def get(self, request: Any) -> HttpResponse:
        return HttpResponse("an order")

    @failsoft.protect(retry=3)
    def put(self, request: Any) -> HttpResponse:
        return HttpResponse("kept")


urlpatterns = [
    path("quotes/<str:symbol>", quote),
    path("shop/", include([path("order", Order.as_view()), path("prices", quote, {"symbol": "all"})])),
]
