"""Applications for Django that are in many sites, on a database in memory."""

from __future__ import annotations

import functools
import tempfile
from typing import Any

from django.conf import settings

import django

if not settings.configured:
    settings.configure(
        SECRET_KEY="not-a-secret",
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "django.contrib.sites",
            "rest_framework",
            "oauth2_provider",
            "taggit",
            "polymorphic",
            "treebeard",
            "reversion",
            "constance",
            "anymail",
            "import_export",
            "compressor",
            "axes",
            "crispy_forms",
        ],
        SITE_ID=1,
        ROOT_URLCONF="evaluations.classifier.raisers.unmet_near_django",
        MIDDLEWARE=[],
        STATIC_URL="/static/",
        STATIC_ROOT="/no/such/static",
        COMPRESS_ENABLED=True,
        COMPRESS_ROOT="/no/such/static",
        CONSTANCE_BACKEND="constance.backends.memory.MemoryBackend",
        CONSTANCE_CONFIG={"BANNER": ("hello", "the words on top", str)},
        EMAIL_BACKEND="anymail.backends.mailgun.EmailBackend",
        ANYMAIL={"MAILGUN_API_KEY": "no-key", "MAILGUN_SENDER_DOMAIN": "shop.example"},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
        USE_TZ=True,
    )
    django.setup()

import django_filters
import django_filters.views
import import_export.resources
import reversion
import reversion.models
import tablib
from axes.backends import AxesStandaloneBackend
from compressor.css import CssCompressor
from constance import config as live_settings
from crispy_forms.helper import FormHelper
from django.contrib.auth.models import Group
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.db import connection, models
from django.test import RequestFactory, override_settings
from graphene_django import DjangoObjectType
from graphene_django.views import GraphQLView
from oauth2_provider.views.oidc import RPInitiatedLogoutView
from polymorphic.models import PolymorphicModel
from simple_history.utils import get_history_manager_for_model
from taggit.managers import TaggableManager
from treebeard.mp_tree import MP_Node

from evaluations.classifier.raisers.scaffold_http import (
    INVALID,
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    SILENT,
    THROTTLED,
    UNPARSABLE,
    UNREADABLE,
    Answer,
    Means,
    add,
    add_answers,
)

_RULED = Means("business_logic", False, (409, 422), "low")


class Animal(PolymorphicModel):
    class Meta:
        app_label = "unmet"


class Shelf(MP_Node):
    class Meta:
        app_label = "unmet"


class NarrowShelf(MP_Node):
    steplen = 1
    alphabet = "01"

    class Meta:
        app_label = "unmet"


class Label(models.Model):
    name = models.CharField(max_length=20)
    tags = TaggableManager()

    class Meta:
        app_label = "unmet"


@functools.cache
def _tables() -> None:
    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        for model in (Animal, Shelf, NarrowShelf, Label):
            editor.create_model(model)


# --- settings, static files -------------------------------------------------------------------------------------------
def _css(name: str, **more: Any) -> Any:
    def run() -> Any:
        with override_settings(COMPRESS_ENABLED=True, STATIC_ROOT=tempfile.gettempdir(), **more):
            return CssCompressor("css", content=f'<link rel="stylesheet" href="{name}">').output()

    return run


add("django-constance", "unknown", OUR_BUG, lambda: live_settings.BANER)
add(
    "django-compressor",
    "file_missing",
    OUR_SETTINGS,
    _css("/static/none.css"),
    note="a file of the installation that is not there",
)
add(
    "django-compressor",
    "elsewhere",
    OUR_SETTINGS,
    _css("http://cdn.example/x.css"),
    note="a template of ours names a file that is not ours; system is defensible",
)


# --- mail -------------------------------------------------------------------------------------------------------------
def _mail(url: str, to: str = "ada@mail.example", **more: Any) -> Any:
    anymail = {
        "MAILGUN_API_KEY": "no-key",
        "MAILGUN_SENDER_DOMAIN": "shop.example",
        "MAILGUN_API_URL": f"{url}/v3/",
        "REQUESTS_TIMEOUT": 0.5,
    }
    with override_settings(ANYMAIL=anymail, EMAIL_BACKEND="anymail.backends.mailgun.EmailBackend"):
        message = EmailMessage("bill", "3 hats", "shop@shop.example", [to])
        for name, value in more.items():
            setattr(message, name, value)
        return message.send()


add_answers(
    "django-anymail",
    _mail,
    {
        "unauthorized": (REFUSED_US, Answer(401, "Forbidden", type="text/plain")),
        "throttled": (THROTTLED, Answer(429, {"message": "too many requests"})),
        "silent": (SILENT, Answer(how="hang")),
    },
)
add("django-anymail", "address_malformed", INVALID, lambda: _mail("http://127.0.0.1:9", to="ada at mail"))


# --- who may ----------------------------------------------------------------------------------------------------------
def _locked_out() -> Any:
    _tables()
    request = RequestFactory().post("/login")
    with override_settings(AXES_FAILURE_LIMIT=1, AXES_HANDLER="axes.handlers.database.AxesDatabaseHandler"):
        from axes.models import AccessAttempt

        AccessAttempt.objects.create(username="ada", ip_address="127.0.0.1", failures_since_start=9)
        return AxesStandaloneBackend().authenticate(request, username="ada", password="wrong")


add(
    "django-axes",
    "locked_out",
    Means("authentication", False, (403, 429), "low"),
    _locked_out,
    note="too many logins failed; a PermissionDenied, so 403; a limit of ours is defensible",
)
add(
    "django-axes",
    "request_missing",
    OUR_BUG,
    lambda: AxesStandaloneBackend().authenticate(None, username="ada", password="x"),
)


def _logout_hint() -> Any:
    _tables()
    with override_settings(OAUTH2_PROVIDER={"OIDC_ENABLED": True, "OIDC_RP_INITIATED_LOGOUT_ENABLED": True}):
        view = RPInitiatedLogoutView()
        view.setup(RequestFactory().get("/logout"))
        return view.validate_logout_request(
            id_token_hint="no.token.here", client_id=None, post_logout_redirect_uri=None
        )


def _logout_of_nobody() -> Any:
    _tables()
    with override_settings(OAUTH2_PROVIDER={"OIDC_ENABLED": True, "OIDC_RP_INITIATED_LOGOUT_ENABLED": True}):
        view = RPInitiatedLogoutView()
        view.setup(RequestFactory().get("/logout"))
        return view.validate_logout_request(
            id_token_hint=None, client_id=None, post_logout_redirect_uri="http://shop.example"
        )


_OIDC = Means("authentication", False, (400, 401), "low")
add("django-oauth-toolkit", "hint_invalid", _OIDC, _logout_hint)
add("django-oauth-toolkit", "client_unknown", _OIDC, _logout_of_nobody)


# --- models -----------------------------------------------------------------------------------------------------------
def _animal_without_a_kind() -> Any:
    _tables()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO unmet_animal (polymorphic_ctype_id) VALUES (NULL)")
    return list(Animal.objects.all())


add("django-polymorphic", "kind_missing", UNREADABLE, _animal_without_a_kind)


def _shelf(do: Any) -> Any:
    def run() -> None:
        _tables()
        do(Shelf.add_root())

    return run


def _overflow() -> None:
    _tables()
    root = NarrowShelf.add_root()
    for _ in range(4):
        root.add_child()
        root.refresh_from_db()


add(
    "django-treebeard",
    "into_itself",
    _RULED,
    _shelf(lambda root: root.move(root, "first-child")),
    note="a rule of the tree; validation is defensible",
)
add("django-treebeard", "position_unknown", OUR_BUG, _shelf(lambda root: root.move(root, "upstairs")))
add(
    "django-treebeard",
    "path_overflow",
    Means("resource", False, (500, 503), "high"),
    _overflow,
    note="the paths are used up: steplen and alphabet are too small; configuration is defensible",
)
add("django-taggit", "not_saved", OUR_BUG, lambda: Label(name="x").tags.add("red"))


def _version_of_an_old_release() -> Any:
    _tables()
    if not reversion.is_registered(Group):
        reversion.register(Group)
    with reversion.create_revision():
        Group.objects.create(name="editors")
    version = reversion.models.Version.objects.get_for_model(Group).first()
    version.serialized_data = "[{"
    return version.revert()


add("django-reversion", "no_revision", OUR_BUG, lambda: reversion.set_comment("x"))
add("django-reversion", "stored_data_unreadable", UNREADABLE, _version_of_an_old_release)
add("django-simple-history", "no_history", OUR_BUG, lambda: get_history_manager_for_model(Group))


class _Groups(import_export.resources.ModelResource):
    class Meta:
        model = Group
        import_id_fields = ["code"]
        fields = ["code", "name"]


class _Labels(import_export.resources.ModelResource):
    class Meta:
        model = Group


def _import(resource: Any, text: str) -> Any:
    def run() -> None:
        _tables()
        resource().import_data(tablib.Dataset().load(text, format="csv"), raise_errors=True)

    return run


add(
    "django-import-export",
    "no_such_field",
    OUR_BUG,
    _import(_Groups, "name\nx\n"),
    note="import_id_fields of our resource name a field that is not there",
)
add("django-import-export", "bad_row", INVALID, _import(_Labels, "id,name\n,\nmany,x\n"))


# --- forms, filters, machines -----------------------------------------------------------------------------------------
def _lookup() -> Any:
    class Filters(django_filters.FilterSet):
        class Meta:
            model = Group
            fields = {"name": ["sounds_like"]}

    return Filters


add("django-filter", "lookup_unknown", OUR_BUG, _lookup)
add("django-filter", "no_filterset", OUR_SETTINGS, lambda: django_filters.views.FilterView().get_filterset_class())
add("django-crispy-forms", "method_unknown", OUR_BUG, lambda: setattr(FormHelper(), "form_method", "delete"))


# --- GraphQL ----------------------------------------------------------------------------------------------------------
def _graphql(body: bytes) -> Any:
    import graphene

    class Query(graphene.ObjectType):
        name = graphene.String()

    view = GraphQLView(schema=graphene.Schema(query=Query))
    return lambda: view.parse_body(RequestFactory().post("/", body, content_type="application/json"))


def _not_a_model() -> Any:
    class Thing(DjangoObjectType):
        class Meta:
            model = dict

    return Thing


add("graphene-django", "unparsable", UNPARSABLE, lambda: _graphql(b"{")(), note="HttpError carries a response of 400")
add("graphene-django", "not_a_model", OUR_BUG, _not_a_model)
