"""Django, its REST framework and Ninja; GraphQL servers; frames of data and tools of observation."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings

import django

if not settings.configured:
    settings.configure(
        SECRET_KEY="not-a-secret",
        ALLOWED_HOSTS=["shop.example"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
        ROOT_URLCONF="evaluations.classifier.raisers.heard_django",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [], "APP_DIRS": False}],
        STORAGES={"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}},
        USE_TZ=True,
    )
    django.setup()

import graphene
import graphql
import litellm
import ninja
import ninja.errors
import opentelemetry.sdk.trace.export
import pandas as pd
import rest_framework.exceptions as drf
import rest_framework.serializers as drf_serializers
import saml2.config
import sentry_sdk
from django.contrib.auth.models import AnonymousUser, User
from django.core import exceptions, mail
from django.core.files.storage import storages
from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone
from langchain_core.messages import convert_to_messages
from langchain_core.output_parsers import XMLOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    FAILED,
    INVALID,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    UNREADABLE,
    Means,
    add,
    free_port,
)

urlpatterns: list[Any] = []
_DUPLICATE = Means("data_integrity", False, 409, "medium")


def _at(category: str, status: int, severity: str = "low", transient: bool = False) -> Means:
    return Means(category, transient, status, severity)


def _raising(exc: BaseException) -> Callable[[], Any]:
    def run() -> None:
        raise exc

    return run


# --- Django -----------------------------------------------------------------------------------------------------------
class Parcel(models.Model):
    """A parcel of the shop."""

    code = models.CharField(max_length=4, unique=True)
    token = models.UUIDField(default=uuid.uuid4)
    when = models.DateTimeField(null=True)

    class Meta:
        app_label = "heard"


def _with_table(use: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with connection.schema_editor() as editor:
            editor.create_model(Parcel)
        try:
            return use()
        finally:
            with connection.schema_editor() as editor:
                editor.delete_model(Parcel)

    return run


def _bulk_twice() -> Any:
    with transaction.atomic():
        return Parcel.objects.bulk_create([Parcel(code="a"), Parcel(code="a")])


def _own_get() -> Any:
    try:
        return Parcel.objects.get(code="zz")
    except Parcel.DoesNotExist as error:
        raise exceptions.ObjectDoesNotExist("no parcel") from error


def _mail_refused() -> Any:
    link = mail.get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=free_port())
    return mail.EmailMessage("x", "x", "a@example.test", ["b@example.test"], connection=link).send()


def _json_of_the_request() -> Any:
    from django.http import JsonResponse

    return JsonResponse([1, 2])


add("django", "bulk_duplicate", _DUPLICATE, _with_table(_bulk_twice))
add(
    "django",
    "uuid_malformed",
    INVALID,
    _with_table(lambda: Parcel.objects.get(token="no-uuid")),
    note="a ValidationError out of a look-up: an id in the address",
)
add("django", "does_not_exist_reraised", ABSENT, _with_table(_own_get))
add(
    "django",
    "int_lookup_of_text",
    OUR_BUG,
    _with_table(lambda: Parcel.objects.get(pk="four")),
    note="a ValueError: the view should have checked; validation is defensible",
)
add("django", "delete_of_unsaved", OUR_BUG, lambda: Parcel(code="a").delete())
add("django", "field_of_filter_unknown", OUR_BUG, lambda: list(Parcel.objects.filter(x=F("nothing"))))
add("django", "clean_too_long", INVALID, lambda: Parcel(code="longer than four").clean_fields())
add("django", "naive_made_aware_twice", OUR_BUG, lambda: timezone.make_aware(timezone.now()))
add("django", "mail_server_refuses", LINK, _mail_refused)
add("django", "storage_alias", OUR_SETTINGS, lambda: storages["invoices"])
add("django", "list_as_json", OUR_BUG, _json_of_the_request)
add("django", "anonymous_saved", OUR_BUG, lambda: AnonymousUser().save())
add(
    "django",
    "user_without_a_name",
    OUR_BUG,
    lambda: User.objects.create_user(""),
    note="a ValueError: the view should have checked",
)


# --- REST framework, Ninja --------------------------------------------------------------------------------------------
class _ParcelSerializer(drf_serializers.Serializer[Any]):
    code = drf_serializers.RegexField("^[a-z]{2}$")
    items = drf_serializers.ListField(child=drf_serializers.IntegerField(), max_length=2)


class PaymentRequired(drf.APIException):
    """A plan that ended, as the app defines it."""

    status_code = 402
    default_detail = "plan ended"


class WarehouseDown(drf.APIException):
    status_code = 503
    default_detail = "warehouse is not reachable"


class _Broken(APIView):
    throttle_scope = "x"

    def get(self, request: Any) -> Any:
        return {"a": 1}


def _no_response() -> Any:
    return _Broken.as_view()(APIRequestFactory().get("/"))


def _ninja_auth() -> Any:
    raise ninja.errors.HttpError(410, "moved out")


def _ninja_schema() -> Any:
    class Order(ninja.Schema):
        sku: int

    return Order.from_orm({"sku": "x"})


add(
    "djangorestframework",
    "list_too_long",
    _at("validation", 400),
    lambda: _ParcelSerializer(data={"code": "a1", "items": [1, 2, 3]}).is_valid(raise_exception=True),
)
add("djangorestframework", "data_before_valid", OUR_BUG, lambda: _ParcelSerializer(data={}).data)
add("djangorestframework", "payment_required", _at("business_logic", 402), _raising(PaymentRequired()))
add("djangorestframework", "warehouse_down", _at("external_service", 503, "medium", True), _raising(WarehouseDown()))
add("djangorestframework", "view_returns_a_dict", OUR_BUG, _no_response)
add(
    "djangorestframework",
    "generic_400",
    _at("validation", 400),
    _raising(drf.ValidationError({"plan": ["closed"]}, "closed")),
)
add("django-ninja", "gone", _at("validation", 410, "info"), _ninja_auth)
add("django-ninja", "own_object_misshapen", INVALID, _ninja_schema, note="a plain ValidationError of pydantic")


# --- GraphQL ----------------------------------------------------------------------------------------------------------
class _Query(graphene.ObjectType):
    stock = graphene.Int(sku=graphene.ID(required=True))
    names = graphene.List(graphene.NonNull(graphene.Int))

    def resolve_names(self, info: Any) -> list[Any]:
        return ["many"]


def _graphql(query: str) -> Callable[[], Any]:
    def run() -> None:
        raise graphene.Schema(_Query).execute(query).errors[0]

    return run


def _enum() -> Any:
    return graphql.build_schema("type Query { a: Int } type Query { b: Int }")


add("graphene", "argument_required", Means("validation", False, (200, 400, 422), "low"), _graphql("{ stock }"))
add("graphene", "resolver_gives_nonsense", OUR_BUG, _graphql("{ names }"))
add("graphql-core", "type_defined_twice", OUR_BUG, _enum, note="a schema in the code; configuration is defensible")
add("graphql-core", "literal_unterminated", UNPARSABLE, lambda: graphql.parse('{ stock(sku: "x) }'))
add("graphql-core", "name_malformed", OUR_BUG, lambda: graphql.GraphQLObjectType("No Name", {}))


# --- pandas -----------------------------------------------------------------------------------------------------------
add("pandas", "lengths_differ", OUR_BUG, lambda: pd.DataFrame({"a": [1, 2], "b": [1]}))
add("pandas", "index_duplicate", OUR_BUG, lambda: pd.DataFrame({"a": [1, 2]}, index=[0, 0]).reindex([0, 1]))
add("pandas", "truth_of_a_column", OUR_BUG, lambda: bool(pd.Series([True, False])))
add(
    "pandas",
    "upload_is_no_sheet",
    Means("validation", False, (400, 415, 422), "low"),
    lambda: pd.read_excel(io.BytesIO(b"no sheet")),
    note="a ValueError out of the parser of an upload",
)
add(
    "pandas",
    "upload_not_utf8",
    Means("validation", False, (400, 422), "low"),
    lambda: pd.read_csv(io.BytesIO(b"name\n\xff\xfe\n")),
)
add("pandas", "json_malformed", UNPARSABLE, lambda: pd.read_json(io.StringIO("{half")))
add(
    "pandas",
    "parquet_unreadable",
    OUR_SETTINGS,
    lambda: pd.read_parquet("/no/such/prices.parquet", engine="fastparquet"),
    note="the engine is not installed",
)


# --- SAML, observation, language models -------------------------------------------------------------------------------
def _stored_frame() -> Any:
    return pd.read_pickle(io.BytesIO(b"\x80\x05\x95"), compression=None)


@tool
def _stock(sku: int) -> int:
    """How many are left."""
    return sku


add("pandas", "pickle_cut", UNREADABLE, _stored_frame)
add("pysaml2", "no_configuration_file", OUR_SETTINGS, lambda: saml2.config.Config().load_file("/no/such/saml_conf.py"))
add("sentry-sdk", "dsn_malformed", OUR_SETTINGS, lambda: sentry_sdk.init(dsn="https://no-key.test"))
add(
    "opentelemetry-sdk",
    "queue_size",
    OUR_SETTINGS,
    lambda: opentelemetry.sdk.trace.export.BatchSpanProcessor(
        opentelemetry.sdk.trace.export.ConsoleSpanExporter(), max_queue_size=-1
    ),
    note="a ValueError; a bug is defensible",
)
add(
    "langchain-core",
    "tool_called_wrongly",
    FAILED,
    lambda: _stock.invoke({"sku": "many"}),
    note="arguments come from a model as a rule; validation is defensible",
)
add("langchain-core", "xml_of_the_model", FAILED, lambda: XMLOutputParser(parser="xml").parse("<a><b></a>"))
add("langchain-core", "role_unknown", OUR_BUG, lambda: convert_to_messages([{"role": "boss", "content": "x"}]))
add("langchain-core", "template_brace", OUR_BUG, lambda: ChatPromptTemplate.from_template("a {"))
add(
    "litellm",
    "no_provider_in_model",
    OUR_BUG,
    lambda: litellm.get_llm_provider("my-model"),
    note="a name of a model in the code; configuration is defensible",
)
