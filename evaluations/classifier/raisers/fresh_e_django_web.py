"""Django, its REST framework, and the packages that are usually installed beside them."""

from __future__ import annotations

import io
from typing import Any

from django.conf import settings as django_settings

import django

if not django_settings.configured:
    django_settings.configure(
        SECRET_KEY="fresh-e-not-a-secret",
        ALLOWED_HOSTS=["shop.example.test", "testserver"],
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    )
    django.setup()

import anymail.exceptions  # noqa: F401
import dj_database_url
import django_fsm
import environ
import ninja.errors
import rest_framework.exceptions
import rest_framework.parsers
import rest_framework.permissions
import rest_framework.serializers
import rest_framework.throttling
import rest_framework.views
import rest_framework_simplejwt.authentication
import rest_framework_simplejwt.tokens
from django.contrib.auth import password_validation
from django.core import exceptions, mail, paginator, signing, validators
from django.core.cache import caches
from django.core.handlers.wsgi import WSGIRequest
from django.db import models
from django.http import Http404, HttpResponseRedirect, JsonResponse, QueryDict
from django.template import loader
from django.test import RequestFactory, override_settings
from django.urls import path, resolve
from django_ratelimit.decorators import ratelimit
from rest_framework.test import APIRequestFactory

from django import forms, shortcuts, template
from evaluations.classifier.cases import case
from evaluations.classifier.raisers._fresh_e_web import (
    answering,
    bad_input,
    bug,
    forbidden,
    label,
    missing,
    our_limit,
    refused_us,
    rule,
    settings,
    store_away,
    too_large,
    unknown_client,
    unparsable,
)
from evaluations.classifier.raisers._peers import closed_port


# --- django: the request ----------------------------------------------------------------------------------------------
@case("django", **missing)
def fresh_e_page_that_is_not() -> None:
    class Routes:
        urlpatterns = [path("orders/", lambda request: None)]  # type: ignore[misc, arg-type, return-value]

    resolve("/invoices/7", urlconf=Routes)  # type: ignore[arg-type]


@case("django", note="raised by the view, as the documentation shows", **missing)
def fresh_e_view_says_not_found() -> None:
    raise Http404("no order 7")


@case("django", **forbidden)
def fresh_e_view_says_permission_denied() -> None:
    raise exceptions.PermissionDenied("not the owner of this order")


@case("django", note="its text speaks of a setting as well", **unparsable)
def fresh_e_host_that_is_not_ours() -> None:
    with override_settings(ALLOWED_HOSTS=["shop.example.test"], DEBUG=False):
        RequestFactory().get("/", headers={"host": "attacker.example.test"}).get_host()


@case("django", **too_large | {"status": (400, 413)})
def fresh_e_body_larger_than_allowed() -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10):
        print(RequestFactory().post("/", data=b"x" * 100, content_type="application/json").body)


@case("django", **too_large | {"status": (400, 413)})
def fresh_e_thousands_of_fields() -> None:
    with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=3):
        QueryDict("a=1&b=2&c=3&d=4")


@case("django", **unparsable)
def fresh_e_multipart_without_a_boundary() -> None:
    environment = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data",
        "CONTENT_LENGTH": "4",
        "wsgi.input": io.BytesIO(b"body"),
    }
    WSGIRequest(environment)._load_post_and_files()


@case("django", **unparsable)
def fresh_e_redirect_to_a_scheme() -> None:
    HttpResponseRedirect("javascript:alert(1)")


@case("django", **bug)
def fresh_e_request_put_into_an_answer() -> None:
    JsonResponse({"request": RequestFactory().get("/")})


@case("django", **bug)
def fresh_e_list_without_safe() -> None:
    JsonResponse([1, 2])  # type: ignore[arg-type]


# --- django: forms and values -----------------------------------------------------------------------------------------
@case("django", **bad_input)
def fresh_e_password_too_common() -> None:
    rules = password_validation.get_password_validators(
        [{"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"}]
    )
    password_validation.validate_password("password", password_validators=rules)


@case("django", **bad_input)
def fresh_e_no_mail_address() -> None:
    validators.validate_email("someone at example")


@case("django", **bad_input)
def fresh_e_date_of_a_form_field() -> None:
    forms.DateField().clean("the day after tomorrow")


@case("django", **bad_input)
def fresh_e_choice_that_is_none() -> None:
    forms.ChoiceField(choices=[("s", "small"), ("l", "large")]).clean("xxl")


@case("django", **bad_input | {"status": (400, 404, 422), "severity": "info"}, note="severity: low would do as well")
def fresh_e_page_after_the_last() -> None:
    paginator.Paginator([1, 2, 3], 2).page(99)


@case("django", **unknown_client | {"status": (400, 401, 403)})
def fresh_e_link_with_a_forged_signature() -> None:
    signing.loads(signing.dumps({"user": 7}, key="ours")[:-2] + "xx", key="ours")


@case("django", **unknown_client | {"status": (400, 401, 403)})
def fresh_e_link_of_last_week() -> None:
    signing.loads(signing.dumps({"user": 7}, key="ours"), key="ours", max_age=-1)


# --- django: settings and templates -----------------------------------------------------------------------------------
@case("django", **settings)
def fresh_e_template_is_missing() -> None:
    loader.get_template("fresh_e/receipt.html")


@case("django", **settings)
def fresh_e_template_with_a_slip() -> None:
    template.Engine().from_string("{% if order.paid %}paid")


@case("django", **settings)
def fresh_e_cache_that_is_not_configured() -> None:
    print(caches["fresh_e_sessions"])


@case("django", **settings)
def fresh_e_secret_key_is_empty() -> None:
    with override_settings(SECRET_KEY=""):
        signing.dumps({"user": 7})


@case("django", **bug)
def fresh_e_orm_in_an_async_view() -> None:
    import asyncio

    from django.db import connection

    async def view() -> None:
        connection.cursor()

    asyncio.run(view())


class Parcel(models.Model):
    state = django_fsm.FSMField(default="packed")

    class Meta:
        app_label = "fresh_e"

    @django_fsm.transition(field=state, source="packed", target="sent")
    def send(self) -> None:
        """Only what is packed can be sent."""


@case("django", **bug)
def fresh_e_filter_by_a_field_that_is_not() -> None:
    str(Parcel.objects.filter(weight=7).query)


@case("django", **bug)
def fresh_e_shortcut_with_a_wrong_argument() -> None:
    shortcuts.get_object_or_404("Parcel", pk=7)  # type: ignore[type-var]


# --- djangorestframework ----------------------------------------------------------------------------------------------
class ParcelSerializer(rest_framework.serializers.Serializer[Any]):
    weight = rest_framework.serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0)
    to = rest_framework.serializers.EmailField()


def _visit(method: str = "get", **attributes: Any) -> None:
    request = getattr(APIRequestFactory(), method)("/parcels/")
    view_class = type("Parcels", (rest_framework.views.APIView,), {"authentication_classes": [], **attributes})
    view = view_class()
    view.setup(request)
    view.headers = {}
    view.initial(view.initialize_request(request))


@case("djangorestframework", **unparsable)
def fresh_e_parcel_of_a_negative_weight() -> None:
    ParcelSerializer(data={"weight": "-1", "to": "nobody"}).is_valid(raise_exception=True)


@case("djangorestframework", **unparsable)
def fresh_e_body_that_does_not_parse() -> None:
    rest_framework.parsers.JSONParser().parse(io.BytesIO(b"{weight: 1}"))


@case("djangorestframework", **forbidden)
def fresh_e_nobody_without_a_scheme() -> None:
    _visit(permission_classes=[rest_framework.permissions.IsAdminUser])


class _Always(rest_framework.throttling.BaseThrottle):
    def allow_request(self, request: Any, view: Any) -> bool:
        return False

    def wait(self) -> float:
        return 30.0


@case("djangorestframework", **our_limit)
def fresh_e_throttle_of_a_view() -> None:
    _visit(permission_classes=[], throttle_classes=[_Always])


@case("djangorestframework", **missing | {"status": 405})
def fresh_e_delete_of_a_read_only_view() -> None:
    view = rest_framework.views.APIView()
    view.http_method_not_allowed(view.initialize_request(APIRequestFactory().delete("/parcels/")))


@case("djangorestframework", **unparsable | {"status": 415})
def fresh_e_yaml_where_nobody_reads_it() -> None:
    request = APIRequestFactory().post("/parcels/", data=b"a: 1", content_type="application/yaml")
    print(rest_framework.views.APIView().initialize_request(request).data)


@case("djangorestframework", **bug)
def fresh_e_data_before_is_valid() -> None:
    ParcelSerializer(data={}).errors


# --- the packages beside them -----------------------------------------------------------------------------------------
@case("djangorestframework-simplejwt", **unknown_client)
def fresh_e_bearer_of_rubbish() -> None:
    request = APIRequestFactory().get("/", headers={"authorization": "Bearer not.a.token"})
    rest_framework_simplejwt.authentication.JWTAuthentication().authenticate(request)  # type: ignore[arg-type]


@case("djangorestframework-simplejwt", **unknown_client)
def fresh_e_refresh_token_expired() -> None:
    import datetime as dt

    token = rest_framework_simplejwt.tokens.RefreshToken()
    token.set_exp(lifetime=-dt.timedelta(days=1))
    rest_framework_simplejwt.tokens.RefreshToken(str(token))  # type: ignore[arg-type]


@case(
    "django-ratelimit",
    note="the class is one of PermissionDenied, which Django answers with 403",
    **our_limit | {"status": (403, 429)},
)
def fresh_e_second_login_in_a_minute() -> None:
    @ratelimit(key="ip", rate="0/m", block=True)
    def login(request: Any) -> None:
        """Never reached."""

    login(RequestFactory().post("/login"))


@case("django-fsm", **rule)
def fresh_e_parcel_sent_twice() -> None:
    parcel = Parcel(state="sent")
    parcel.send()


@case("django-environ", **settings)
def fresh_e_variable_not_set() -> None:
    environ.Env().str("FRESH_E_STRIPE_ACCOUNT")


@case("dj-database-url", **settings)
def fresh_e_url_of_an_unknown_scheme() -> None:
    dj_database_url.parse("postgrespool://db.example.test/shop")


@case("django-ninja", **unparsable)
def fresh_e_operation_says_400() -> None:
    raise ninja.errors.HttpError(400, "weight is missing")


@case("django-redis", **store_away)
def fresh_e_cache_is_down() -> None:
    where = {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": f"redis://127.0.0.1:{closed_port()}/0"}
    with override_settings(CACHES={"default": where}):
        caches["default"].get("fresh_e")


@case("django-anymail", **refused_us)
def fresh_e_mail_key_is_wrong() -> None:
    with answering(401, {"errors": [{"message": "The provided authorization grant is invalid"}]}) as url:
        link = mail.get_connection(
            "anymail.backends.sendgrid.EmailBackend", api_key="SG.not-a-key", api_url=f"{url}/v3/"
        )
        mail.EmailMessage("Hello", "body", "a@example.test", ["b@example.test"], connection=link).send()


@case("django-anymail", **settings)
def fresh_e_mail_key_is_missing() -> None:
    mail.get_connection("anymail.backends.postmark.EmailBackend")


@case("django", **label("validation", False, 400, "low"))
def fresh_e_view_says_bad_request() -> None:
    raise exceptions.BadRequest("cursor is malformed")
