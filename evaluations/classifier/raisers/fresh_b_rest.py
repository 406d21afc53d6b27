"""Django REST framework, its tokens, and django-ninja."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evaluations.classifier.raisers._fresh_b import ABSENT, put
from evaluations.classifier.raisers.fresh_b_django import Shelf
from evaluations.classifier.raisers.scaffold_http import OUR_BUG, OUR_SETTINGS, UNPARSABLE, WHO, Means

if not Shelf._meta.apps.ready:
    raise ImportError("Django is not set up")

import ninja
import ninja.testing
import rest_framework_simplejwt.tokens
from django.contrib.auth.models import User
from django.test import RequestFactory
from rest_framework import pagination, permissions, serializers, versioning, views
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import APIException
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.test import force_authenticate
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.backends import TokenBackend


# --- Django REST framework --------------------------------------------------------------------------------------------
class _ShelfOut(serializers.ModelSerializer):
    class Meta:
        model = Shelf
        fields = ["label", "colour"]


class _ShelfPlain(serializers.Serializer):
    label = serializers.CharField()


class _ShelfLinked(serializers.HyperlinkedModelSerializer):
    class Meta:
        model = Shelf
        fields = ["url"]


class _ShelfIn(serializers.ModelSerializer):
    class Meta:
        model = Shelf
        fields = ["label"]


def _rest(**headers: str) -> Request:
    return Request(RequestFactory().get("/", headers=headers))


def _linked() -> Any:
    one, _ = Shelf.objects.get_or_create(label="linked")
    return _ShelfLinked(one, context={"request": _rest()}).data


def _taken_in_serializer() -> Any:
    Shelf.objects.get_or_create(label="A1")
    return _ShelfIn(data={"label": "A1"}).is_valid(raise_exception=True)


class _Guarded(views.APIView):
    permission_classes = [permissions.DjangoModelPermissions]

    def handle_exception(self, exc: Exception) -> Any:
        raise exc

    def get(self, request: Request) -> Any:
        return None


def _guarded() -> Any:
    request = RequestFactory().get("/")
    force_authenticate(request, User(username="ada"))
    return _Guarded.as_view()(request)


def _page(pager: Any, query: str) -> Any:
    pager.page_size = 2
    return pager.paginate_queryset(Shelf.objects.order_by("label"), Request(RequestFactory().get(f"/?{query}")))


class _Cursor(pagination.CursorPagination):
    ordering = "label"


class _Maintenance(APIException):
    status_code = 503
    default_detail = "Stock taking, back at noon."
    default_code = "maintenance"


def _multipart() -> Any:
    request = RequestFactory().post("/", b"--x\r\n", content_type="multipart/form-data")
    return Request(request, parsers=[MultiPartParser()]).data


put("djangorestframework", "field_of_serializer_unknown", OUR_SETTINGS, lambda: _ShelfOut(Shelf(label="a")).data)
put("djangorestframework", "attribute_missing", OUR_BUG, lambda: _ShelfPlain({"name": "a"}).data, note="a KeyError")
put("djangorestframework", "hyperlink_without_view", OUR_SETTINGS, _linked)
put("djangorestframework", "permissions_without_queryset", OUR_BUG, _guarded, note="configuration is defensible")
put(
    "djangorestframework",
    "unique_by_serializer",
    Means("validation", False, 400, "low"),
    _taken_in_serializer,
    note="the exception carries 400; a duplicate",
)
put("djangorestframework", "page_beyond_the_last", ABSENT, lambda: _page(pagination.PageNumberPagination(), "page=99"))
put("djangorestframework", "cursor_malformed", ABSENT, lambda: _page(_Cursor(), "cursor=nonsense"))
put(
    "djangorestframework",
    "version_unknown",
    ABSENT,
    lambda: type("V", (versioning.URLPathVersioning,), {"allowed_versions": ("1",)})().determine_version(
        _rest(), version="9"
    ),
    note="a version in the path that is not there: 404",
)
put(
    "djangorestframework",
    "token_with_spaces",
    WHO,
    lambda: TokenAuthentication().authenticate(_rest(Authorization="Token a b")),
)
put("djangorestframework", "multipart_without_boundary", UNPARSABLE, _multipart)
put(
    "djangorestframework",
    "own_maintenance",
    Means("external_service", True, 503, "medium"),
    lambda: _raise(_Maintenance()),
    note="our own app says: not now; resource is defensible",
)
put(
    "djangorestframework-simplejwt",
    "token_of_a_key_that_changed",
    WHO,
    lambda: TokenBackend("HS256", "another" * 6).decode(str(rest_framework_simplejwt.tokens.AccessToken())),
)
put(
    "djangorestframework-simplejwt",
    "header_of_three_parts",
    WHO,
    lambda: JWTAuthentication().get_raw_token(b"Bearer a b"),
)
put("djangorestframework-simplejwt", "algorithm_unknown", OUR_SETTINGS, lambda: TokenBackend("HS1", "x" * 40))


def _raise(exc: Exception) -> Any:
    raise exc


# --- django-ninja -----------------------------------------------------------------------------------------------------
class _OrderIn(ninja.Schema):
    sku: str
    amount: int


def _ninja(body: bytes) -> Callable[[], Any]:
    def run() -> Any:
        api = ninja.NinjaAPI(urls_namespace=f"fresh_b_{len(body)}")

        def order(request: Any, order: _OrderIn) -> dict[str, str]:
            return {"sku": order.sku}

        def price(request: Any) -> Any:
            return {"amount": "many", "sku": 4}

        api.post("/orders")(order)
        api.get("/price", response=_OrderIn)(price)
        seen: list[BaseException] = []

        def keep(request: Any, error: BaseException) -> Any:
            seen.append(error)
            return api.create_response(request, {}, status=500)

        api.add_exception_handler(Exception, keep)
        for kind in (ninja.errors.HttpError, ninja.errors.ValidationError):
            api.add_exception_handler(kind, keep)
        client = ninja.testing.TestClient(api)
        if body:
            client.post("/orders", data=body, content_type="application/json")
        else:
            client.get("/price")
        raise seen[0]

    return run


put("django-ninja", "body_cut_off", UNPARSABLE, _ninja(b'{"sku": '))
put("django-ninja", "body_misses_amount", Means("validation", False, 422, "low"), _ninja(b'{"sku": "a"}'))
put(
    "django-ninja",
    "answer_misshapen",
    OUR_BUG,
    _ninja(b""),
    note="our own answer does not fit its schema; a plain pydantic error of the response",
)
