"""Django and what is built on it: requests, models, settings, static files, serializers, tokens."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.conf import settings

import django
from evaluations.classifier.raisers._fresh_b import (
    ABSENT,
    CLIENT_GONE,
    INPUT,
    OWN_STORE_AWAY,
    put,
)
from evaluations.classifier.raisers._peers import dialogue, listening
from evaluations.classifier.raisers.scaffold_http import (
    OUR_BUG,
    OUR_SETTINGS,
    REFUSED_US,
    UNPARSABLE,
    Means,
    free_port,
)

if not settings.configured:
    settings.configure(
        SECRET_KEY="no-secret",
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.staticfiles"],
        ROOT_URLCONF=__name__,
        STATIC_URL="/static/",
        STATIC_ROOT="/nonexistent/static",
        USE_TZ=True,
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        AUTH_PASSWORD_VALIDATORS=[
            {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
            {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
        ],
    )
    django.setup()

import django.forms
from django.contrib.auth import password_validation
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core import exceptions, mail
from django.core.cache.backends import memcached
from django.core.cache.backends.redis import RedisCache
from django.core.files.utils import validate_file_name
from django.core.handlers.wsgi import WSGIRequest
from django.core.management import call_command
from django.db import connection, models, transaction
from django.http import HttpResponsePermanentRedirect
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.views.generic import DetailView, ListView

urlpatterns: list[Any] = []


class Shelf(models.Model):
    label = models.CharField(max_length=8, unique=True)

    class Meta:
        app_label = "fresh_b"


class Crate(models.Model):
    shelf = models.OneToOneField(Shelf, models.CASCADE, related_name="crate")
    tags = models.ManyToManyField(Shelf, related_name="tagged")

    class Meta:
        app_label = "fresh_b"


with connection.schema_editor() as _editor:
    _editor.create_model(Shelf)
    _editor.create_model(Crate)


# --- requests, responses, forms ---------------------------------------------------------------------------------------
class _Gone(io.RawIOBase):
    """The body of a client that went away in the middle."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        raise OSError("failed to read from the socket: Connection reset by peer")


def _unreadable() -> Any:
    environ = RequestFactory().generic("POST", "/").environ | {"CONTENT_LENGTH": "40", "wsgi.input": _Gone()}
    return WSGIRequest(environ).body


class _Lines(django.forms.Form):
    sku = django.forms.CharField()


def _formset_without_management() -> Any:
    made = django.forms.formset_factory(_Lines)(data={"form-0-sku": "a"})
    made.is_valid()
    raise exceptions.ValidationError(list(made.non_form_errors().as_data()))


def _not_rendered() -> Any:
    return TemplateResponse(RequestFactory().get("/"), "bill.html").content


class _Orders(ListView):
    template_name = "orders.html"


class _Order(DetailView):
    model = Shelf


put("django", "body_of_a_client_that_left", CLIENT_GONE, _unreadable, note="UnreadablePostError: an OSError")
put("django", "redirect_to_javascript", UNPARSABLE, lambda: HttpResponsePermanentRedirect("javascript:alert(1)"))
put("django", "password_too_short", INPUT, lambda: password_validation.validate_password("123"))
put("django", "formset_without_management_form", INPUT, _formset_without_management)
put("django", "upload_named_like_a_path", UNPARSABLE, lambda: validate_file_name("../../etc/cron.d/x"))
put("django", "response_not_rendered", OUR_BUG, _not_rendered)
put("django", "list_view_without_a_model", OUR_SETTINGS, lambda: _Orders.as_view()(RequestFactory().get("/")))
put("django", "detail_view_without_a_key", OUR_BUG, lambda: _Order.as_view()(RequestFactory().get("/")))
put("django", "command_unknown", OUR_BUG, lambda: call_command("rebuild_prices"), note="configuration is defensible")


# --- models -----------------------------------------------------------------------------------------------------------
def _row_gone() -> Any:
    one = Shelf.objects.create(label="gone")
    Shelf.objects.filter(pk=one.pk).delete()
    one.label = "late"
    return one.save(update_fields=["label"])


def _no_crate() -> Any:
    one, _ = Shelf.objects.get_or_create(label="lonely")
    return one.crate


def _durable_inside() -> Any:
    with transaction.atomic(), transaction.atomic(durable=True):
        return None


def _undeclared_app() -> Any:
    return type("Stray", (models.Model,), {"__module__": "shop.models"})


def _taken() -> Any:
    Shelf.objects.get_or_create(label="A1")
    return Shelf(label="A1").full_clean()


put(
    "django",
    "updated_row_is_gone",
    Means("concurrency", True, 409, "low"),
    _row_gone,
    note="DatabaseError: Save with update_fields did not affect any rows: somebody deleted it in between",
)
put("django", "one_to_one_without_the_other", ABSENT, _no_crate, note="RelatedObjectDoesNotExist")
put("django", "durable_within_atomic", OUR_BUG, _durable_inside)
put("django", "model_of_no_app", OUR_SETTINGS, _undeclared_app, note="a bug just as well")
put(
    "django",
    "unique_found_while_cleaning",
    Means("validation", False, (400, 409, 422), "low"),
    _taken,
    note="found by validation, before the database had to; a duplicate all the same",
)
put("django", "saved_with_an_unsaved_relation", OUR_BUG, lambda: Crate(shelf=Shelf(label="new")).save())
put("django", "many_to_many_before_saving", OUR_BUG, lambda: Crate().tags.all())
put("django", "distinct_on_sqlite", OUR_BUG, lambda: list(Shelf.objects.distinct("label")), note="NotSupportedError")


# --- static files, caches, mail ---------------------------------------------------------------------------------------
def _no_manifest() -> Any:
    storage = ManifestStaticFilesStorage(location="/nonexistent/static", base_url="/static/")
    storage.manifest_strict = True
    return storage.stored_name("css/site.css")


def _mail(answers: dict[bytes, bytes]) -> Callable[[], Any]:
    def run() -> Any:
        with listening(dialogue(b"220 mail\r\n", answers, b"250 ok\r\n")) as port:
            backend = mail.get_connection(
                "django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port, username="a", password="b"
            )
            return mail.send_mail("s", "t", "a@example.test", ["b@example.test"], connection=backend)

    return run


put("django", "static_file_not_in_manifest", OUR_SETTINGS, _no_manifest, note="a ValueError; collectstatic was not run")
put(
    "django",
    "cache_is_away",
    OWN_STORE_AWAY,
    lambda: RedisCache(f"redis://127.0.0.1:{free_port()}/0", {}).get("basket"),
)
put(
    "django",
    "cache_key_with_spaces",
    OUR_BUG,
    lambda: memcached.PyMemcacheCache("127.0.0.1:1", {}).get("key of the month"),
    note="InvalidCacheKey",
)
put(
    "django",
    "mail_server_refuses_login",
    REFUSED_US,
    _mail({b"EHLO": b"250-mail\r\n250 AUTH PLAIN\r\n", b"AUTH": b"535 5.7.8 not accepted\r\n"}),
)
