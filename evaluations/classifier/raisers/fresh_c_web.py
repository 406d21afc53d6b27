"""Frameworks: Django, REST, Flask, Starlette, FastAPI, Jinja; second-level messages and own exceptions of a view."""

from __future__ import annotations

import decimal
import io
from typing import Annotated, Any

import fastapi
import jinja2
import pydantic
import starlette.applications
import starlette.middleware.base
import starlette.requests
import starlette.responses
import starlette.routing
import uvicorn.importer
import werkzeug.routing
import werkzeug.wsgi
from django.conf import settings

import django
import flask
from evaluations.classifier.raisers._fresh_c import BROKEN, fresh
from evaluations.classifier.raisers._peers import HOST
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    FAILED,
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    Means,
)

if not settings.configured:
    settings.configure(
        SECRET_KEY="not-real",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DEBUG=False,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "rest_framework",
        ],
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
            "gone": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "there_is_none",
                "USER": "postgres",
                "HOST": HOST,
            },
        },
        SESSION_ENGINE="django.contrib.sessions.backends.db",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    )
    django.setup()

from django.contrib.auth.models import User
from django.contrib.sessions.middleware import SessionMiddleware
from django.core import management
from django.db import connection, models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client, RequestFactory
from django.urls import path
from rest_framework import exceptions as rest_exceptions
from rest_framework import generics, serializers
from rest_framework.request import Request as RestRequest

_CARRIED = "carries our answer"


class Shelf(models.Model):
    name = models.CharField(max_length=20)
    cover = models.FileField(upload_to="covers", blank=True)

    class Meta:
        app_label = "sessions"


class Book(models.Model):
    shelf = models.ForeignKey(Shelf, on_delete=models.RESTRICT)
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL)
    price = models.DecimalField(max_digits=6, decimal_places=2)
    isbn = models.CharField(max_length=13, unique=True)

    class Meta:
        app_label = "sessions"
        constraints = [models.CheckConstraint(condition=models.Q(price__gte=0), name="price_not_negative")]


management.call_command("migrate", verbosity=0)
with connection.schema_editor() as _editor:
    _editor.create_model(Shelf)
    _editor.create_model(Book)


def nothing(_request: HttpRequest) -> Any:
    return None


def logged_out(request: HttpRequest) -> HttpResponse:
    request.session["basket"] = [1]
    request.session.save()
    type(request.session)(request.session.session_key).delete()
    request.session["basket"] = [1, 2]
    return HttpResponse()


urlpatterns = [path("nothing", nothing), path("logged-out", logged_out)]


# --- Django -----------------------------------------------------------------------------------------------------------
@fresh("django", "view_returns_none", OUR_BUG)
def _() -> None:
    Client().get("/nothing")


@fresh(
    "django",
    "session_deleted_meanwhile",
    Means("concurrency", False, 400, "low"),
    f"{_CARRIED}; authentication is defensible",
)
def _() -> None:
    SessionMiddleware(logged_out)(RequestFactory().get("/logged-out"))


@fresh("django", "number_assigned_to_a_relation", OUR_BUG)
def _() -> None:
    Book(shelf=7)


@fresh("django", "delete_restricted", BROKEN)
def _() -> None:
    shelf = Shelf.objects.create(name="A")
    Book.objects.create(shelf=shelf, price=1, isbn="9780000000001")
    shelf.delete()


@fresh("django", "no_file_at_hand", OUR_BUG)
def _() -> None:
    print(Shelf(name="A").cover.url)


@fresh(
    "django", "decimal_malformed", Means("validation", False, (400, 422), "low"), "a ValidationError of a model's field"
)
def _() -> None:
    Book.objects.filter(price="12,50 EUR").first()


@fresh("django", "model_checked_as_a_whole", INVALID)
def _() -> None:
    Book(price=decimal.Decimal("123456.789"), isbn="").full_clean()


@fresh("django", "date_malformed_in_a_filter", INVALID, "a ValidationError of a model's field")
def _() -> None:
    User.objects.filter(date_joined__gte="yesterday").first()


@fresh("django", "check_broken", BROKEN)
def _() -> None:
    shelf = Shelf.objects.create(name="A")
    Book.objects.create(shelf=shelf, price=-1, isbn="9780000000002")


@fresh("django", "queryset_as_json", OUR_BUG)
def _() -> None:
    JsonResponse({"shelves": Shelf.objects.all()})


@fresh("django", "database_of_postgres_unknown", OUR_SETTINGS)
def _() -> None:
    Shelf.objects.using("gone").first()


@fresh("django", "values_of_a_relation_unknown", OUR_BUG)
def _() -> None:
    list(Book.objects.select_related("shelf__owner"))


@fresh("django", "expression_of_two_kinds", OUR_BUG)
def _() -> None:
    query = Book.objects.annotate(total=models.F("price") + models.F("shelf__name"))
    list(query)


@fresh("django", "user_of_nobody", ABSENT, "the view asks for what the client named")
def _() -> None:
    User.objects.get(pk=4_711)


@fresh(
    "django",
    "two_users_where_one_was_due",
    Means("data_integrity", False, (409, 500), "medium"),
    "stored twice; a bug, as often",
)
def _() -> None:
    Shelf.objects.create(name="twice")
    Shelf.objects.create(name="twice")
    Shelf.objects.get_or_create(name="twice")


@fresh("django", "foreign_key_to_be_checked", BROKEN, "checked where the transaction ends")
def _() -> None:
    from django.db import transaction

    with transaction.atomic():
        Book.objects.create(shelf_id=99_999, price=1, isbn="9780000000003")
        connection.check_constraints()


@fresh("django", "own_exception_over_no_row", ABSENT, "a domain class raised from DoesNotExist")
def _() -> None:
    class BookNotFound(Exception):
        """No such book."""

    try:
        Book.objects.get(isbn="9780000000009")
    except Book.DoesNotExist as exc:
        raise BookNotFound("no book 9780000000009") from exc


# --- Django REST framework --------------------------------------------------------------------------------------------
class BookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = ["shelf", "price", "isbn"]


class _Books(generics.ListAPIView):
    serializer_class = BookSerializer


class _Book(generics.RetrieveAPIView):
    serializer_class = BookSerializer
    queryset = Book.objects.all()


def _view(cls: Any, **arguments: Any) -> Any:
    view = cls()
    view.setup(RestRequest(RequestFactory().get("/books")), **arguments)
    view.format_kwarg = None
    return view


@fresh("djangorestframework", "view_without_a_queryset", OUR_BUG)
def _() -> None:
    _view(_Books).get_queryset()


@fresh("djangorestframework", "several_fields_wrong", INVALID)
def _() -> None:
    BookSerializer(data={"shelf": 99_999, "price": "12,50"}).is_valid(raise_exception=True)


@fresh("djangorestframework", "item_of_a_list_wrong", INVALID)
def _() -> None:
    BookSerializer(data=[{"price": "1"}, 7], many=True).is_valid(raise_exception=True)


@fresh("djangorestframework", "serializer_without_create", OUR_BUG)
def _() -> None:
    class Plain(serializers.Serializer):
        name = serializers.CharField()

    one = Plain(data={"name": "A"})
    one.is_valid(raise_exception=True)
    one.save()


class LinkExpired(rest_exceptions.APIException):
    status_code = 410
    default_detail = "This link has expired."
    default_code = "link_expired"


@fresh("djangorestframework", "own_410", Means("business_logic", False, 410, "low"), "a rule; validation is defensible")
def _() -> None:
    raise LinkExpired


class WarehouseLate(rest_exceptions.APIException):
    status_code = 504
    default_detail = "The warehouse did not answer in time."
    default_code = "warehouse_late"


@fresh("djangorestframework", "own_504", Means("network", True, 504, "medium"))
def _() -> None:
    raise WarehouseLate


# --- Flask and Werkzeug -----------------------------------------------------------------------------------------------
@fresh("flask", "outside_of_a_request", OUR_BUG)
def _() -> None:
    print(flask.request.args)


@fresh("flask", "endpoint_twice", OUR_BUG)
def _() -> None:
    app = flask.Flask("shop")
    app.add_url_rule("/a", "orders", lambda: "a")
    app.add_url_rule("/b", "orders", lambda: "b")


@fresh("flask", "abort_410", Means("validation", False, 410, "info"), "what was named is there no more")
def _() -> None:
    flask.abort(410)


@fresh("flask", "abort_502_of_a_gateway", Means("external_service", True, 502, "medium"))
def _() -> None:
    flask.abort(502, description="The payment provider sent no valid answer.")


@fresh("flask", "abort_406", Means("validation", False, 406, "low"))
def _() -> None:
    flask.abort(406)


@fresh("flask", "key_of_the_session_missing", OUR_BUG, "a view that takes a session for granted")
def _() -> None:
    app = flask.Flask("shop")
    app.secret_key = "not-real"
    with app.test_request_context("/basket"):
        print(flask.session["basket"])


@fresh("werkzeug", "client_gone_while_sending", Means("network", False, (400, 499), "info"), "client gone")
def _() -> None:
    stream = werkzeug.wsgi.LimitedStream(io.BytesIO(b"half"), 100)
    stream.read()


# --- Starlette, FastAPI, uvicorn --------------------------------------------------------------------------------------
async def _run(app: Any, path: str = "/", headers: list[tuple[bytes, bytes]] | None = None, body: bytes = b"") -> None:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST" if body else "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers or [],
        "client": ("203.0.113.9", 40_000),
        "server": ("shop.example.test", 80),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_message: dict[str, Any]) -> None:
        pass

    await app(scope, receive, send)


@fresh("starlette", "decimal_as_json", OUR_BUG)
def _() -> None:
    starlette.responses.JSONResponse({"total": decimal.Decimal("19.90")})


@fresh("starlette", "not_a_number_as_json", OUR_BUG)
def _() -> None:
    starlette.responses.JSONResponse({"mean": float("nan")})


@fresh("starlette", "middleware_gets_no_response", OUR_BUG, "an application that sends nothing")
async def _() -> None:
    async def silent(scope: Any, receive: Any, send: Any) -> None:
        pass

    async def through(request: Any, call_next: Any) -> Any:
        return await call_next(request)

    await _run(starlette.middleware.base.BaseHTTPMiddleware(silent, dispatch=through))


@fresh("starlette", "background_task_has_a_bug", OUR_BUG)
async def _() -> None:
    from starlette.background import BackgroundTask

    def send_mail(address: str) -> None:
        raise ValueError(f"no template for {len(address)} letters")

    async def view(_request: Any) -> Any:
        return starlette.responses.PlainTextResponse("ok", background=BackgroundTask(send_mail, "zoe@example.test"))

    await _run(starlette.applications.Starlette(routes=[starlette.routing.Route("/", view)]))


def _api() -> fastapi.FastAPI:
    api = fastapi.FastAPI()

    @api.exception_handler(fastapi.exceptions.RequestValidationError)
    async def raise_it(_request: Any, exc: Exception) -> None:
        raise exc

    @api.exception_handler(fastapi.HTTPException)
    async def raise_that(_request: Any, exc: Exception) -> None:
        raise exc

    return api


@fresh("fastapi", "header_missing", INVALID)
async def _() -> None:
    api = _api()

    @api.get("/")
    async def view(x_tenant: Annotated[str, fastapi.Header()]) -> str:
        return x_tenant

    await _run(api)


@fresh("fastapi", "file_of_a_form_missing", INVALID)
async def _() -> None:
    api = _api()

    @api.post("/")
    async def view(document: fastapi.UploadFile) -> None:
        del document

    kind = (b"content-type", b"application/x-www-form-urlencoded")
    await _run(api, headers=[kind], body=b"a=b")


@fresh("fastapi", "dependency_has_a_bug", OUR_BUG)
async def _() -> None:
    api = _api()

    def tenant(request: fastapi.Request) -> str:
        return request.headers["x-tenant"]

    @api.get("/")
    async def view(name: str = fastapi.Depends(tenant)) -> str:
        return name

    await _run(api)


@fresh("fastapi", "locked_423", Means("concurrency", True, 423, "low"), f"{_CARRIED}; a rule is defensible")
def _() -> None:
    raise fastapi.HTTPException(423, detail="The document is being edited by someone else.")


@fresh("fastapi", "not_found_from_a_key_error", ABSENT)
def _() -> None:
    try:
        {}["7"]
    except KeyError as exc:
        raise fastapi.HTTPException(status_code=404, detail="Order not found") from exc


@fresh(
    "fastapi", "own_validation_of_an_answer_of_a_peer", FAILED, "said by a class of the view; validation is defensible"
)
def _() -> None:
    class SupplierAnswerInvalid(Exception):
        """What the supplier sent is not what was agreed upon."""

    class Price(pydantic.BaseModel):
        amount: decimal.Decimal

    try:
        Price.model_validate_json('{"amount": "on request"}')
    except pydantic.ValidationError as exc:
        raise SupplierAnswerInvalid("the supplier's price list cannot be read") from exc


@fresh("uvicorn", "application_missing_in_its_module", OUR_SETTINGS)
def _() -> None:
    uvicorn.importer.import_from_string("json:app")


@fresh("uvicorn", "application_named_wrongly", OUR_SETTINGS)
def _() -> None:
    uvicorn.importer.import_from_string("shop.main")


# --- Jinja ------------------------------------------------------------------------------------------------------------
def _render(source: str, **values: Any) -> None:
    jinja2.Environment().from_string(source).render(**values)


@fresh("Jinja2", "none_formatted_as_a_number", OUR_BUG, "configuration is defensible: a template")
def _() -> None:
    _render("{{ '%.2f' | format(total) }}", total=None)


@fresh("Jinja2", "none_called", OUR_BUG, "configuration is defensible: a template")
def _() -> None:
    _render("{{ order.due.strftime('%d.%m.%Y') }}", order={"due": None})


@fresh("Jinja2", "block_never_closed", OUR_SETTINGS)
def _() -> None:
    _render("{% if paid %}Thank you!{% for line in lines %}{{ line }}{% endif %}")
