"""Plugins of Django and Flask, and adapters between servers and applications, that no other module met."""

from __future__ import annotations

import io
from typing import Any

import apispec
import django.db
import flask_security
import flask_session
import mangum
import webassets
from django.conf import settings

import django
import flask
from evaluations.classifier.raisers._fresh_d import LOST, SETUP, file_of, fresh
from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers.scaffold_http import (
    ABSENT,
    EDITED,
    INVALID,
    LINK,
    OUR_BUG,
    OUR_SETTINGS,
    UNPARSABLE,
    WHO,
)

settings.configure(
    SECRET_KEY="not-real",
    ALLOWED_HOSTS=["*"],
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "concurrency",
        "django_celery_beat",
        "djmoney",
        "djmoney.contrib.exchange",
        "easy_thumbnails",
        "imagekit",
        "knox",
        "phonenumber_field",
        "rest_framework",
        "sorl.thumbnail",
        "webpack_loader",
    ],
    RQ_QUEUES={"default": {"HOST": HOST, "PORT": closed_port(), "DB": 0}},
    WEBPACK_LOADER={
        "DEFAULT": {"STATS_FILE": "of-nobody/webpack-stats.json"},
        "SHOP": {"STATS_FILE": "of-nobody/stats.json", "LOADER_CLASS": "webpack_loader.loaders.FakeWebpackLoader"},
    },
)
django.setup()


def _tables(*models: Any) -> None:
    with django.db.connection.schema_editor() as editor:
        for model in models:
            if model._meta.db_table not in django.db.connection.introspection.table_names():
                editor.create_model(model)


# --- Django: models and their fields ----------------------------------------------------------------------------------
def _page() -> Any:
    from concurrency.fields import IntegerVersionField
    from django.db import models

    class Page(models.Model):
        text = models.TextField()
        version = IntegerVersionField()

        class Meta:
            app_label = "fresh_d"

    return Page


@fresh("django-concurrency", "edited_by_another", EDITED)
def _() -> None:
    page = _page()
    _tables(page)
    first = page.objects.create(text="one")
    second = page.objects.get(pk=first.pk)
    first.text = "two"
    first.save()
    second.text = "three"
    second.save()


@fresh("django-money", "rate_missing", SETUP, "rates that were never fetched")
def _() -> None:
    from djmoney.contrib.exchange.models import ExchangeBackend, Rate, convert_money
    from djmoney.money import Money

    _tables(ExchangeBackend, Rate)
    convert_money(Money(7, "EUR"), "USD")


@fresh("django-money", "currencies_mixed", OUR_BUG)
def _() -> None:
    from djmoney.money import Money

    Money(7, "EUR") + Money(7, "USD")


@fresh("django-phonenumber-field", "number_unparsable", INVALID)
def _() -> None:
    from phonenumber_field.phonenumber import PhoneNumber

    PhoneNumber.from_string("call me", region="DE")


@fresh("django-phonenumber-field", "number_refused", INVALID)
def _() -> None:
    from phonenumber_field.validators import validate_international_phonenumber

    validate_international_phonenumber("+49 1")


@fresh("django-model-utils", "field_not_tracked", OUR_BUG)
def _() -> None:
    from django.db import models
    from model_utils import FieldTracker

    class Parcel(models.Model):
        weight = models.IntegerField(default=0)
        tracker = FieldTracker(fields=["weight"])

        class Meta:
            app_label = "fresh_d"

    Parcel().tracker.has_changed("colour")


@fresh("django-celery-beat", "schedule_malformed", INVALID)
def _() -> None:
    from django_celery_beat.models import CrontabSchedule

    CrontabSchedule(minute="every", hour="25").clean_fields()


@fresh("django-celery-beat", "task_without_a_schedule", INVALID, "a task of a form; a bug is defensible")
def _() -> None:
    from django_celery_beat import models
    from django_celery_beat.models import PeriodicTask

    _tables(models.CrontabSchedule, models.IntervalSchedule, models.SolarSchedule, models.ClockedSchedule, PeriodicTask)
    PeriodicTask(name="mail", task="shop.mail").validate_unique()


# --- Django: files and pages ------------------------------------------------------------------------------------------
@fresh("django-storages", "driver_not_installed", OUR_SETTINGS)
def _() -> None:
    from storages.backends.gcloud import GoogleCloudStorage

    GoogleCloudStorage().open("invoices/7.pdf")


@fresh("django-storages", "server_away", LINK, "a server of files; our own store is defensible: high")
def _() -> None:
    from storages.backends.ftp import FTPStorage

    FTPStorage(location=f"ftp://shop:not-real@{HOST}:{closed_port()}/", base_url="/files/").exists("invoices/7.pdf")


@fresh("django-storages", "location_missing", OUR_SETTINGS)
def _() -> None:
    from storages.backends.ftp import FTPStorage

    FTPStorage(base_url="/files/")


@fresh("easy-thumbnails", "no_picture", UNPARSABLE, "an upload that is no picture; a stored one: data_integrity")
def _() -> None:
    from easy_thumbnails.files import get_thumbnailer

    get_thumbnailer(io.BytesIO(b"no picture"), relative_name="upload.jpg").generate_thumbnail({"size": (40, 40)})


@fresh("easy-thumbnails", "alias_unknown", OUR_BUG, "an alias that was not set up: configuration is as defensible")
def _() -> None:
    from easy_thumbnails.files import get_thumbnailer

    get_thumbnailer(io.BytesIO(b"no picture"), relative_name="upload.jpg")["avatar"]


@fresh("sorl-thumbnail", "geometry_malformed", OUR_BUG, "a geometry of a template: configuration is defensible")
def _() -> None:
    from sorl.thumbnail.parsers import parse_geometry

    parse_geometry("wide")


@fresh("sorl-thumbnail", "crop_malformed", OUR_BUG, "a crop of a template: configuration is defensible")
def _() -> None:
    from sorl.thumbnail.parsers import parse_crop

    parse_crop("somewhere", (10, 10), (5, 5))


@fresh("django-imagekit", "generator_unknown", OUR_SETTINGS, "a generator that was not registered; a bug is defensible")
def _() -> None:
    from imagekit.registry import generator_registry

    generator_registry.get("shop:thumbnail", source=None)


@fresh("django-imagekit", "no_picture", UNPARSABLE, "an upload that is no picture; a stored one: data_integrity")
def _() -> None:
    from imagekit import ImageSpec

    ImageSpec(source=io.BytesIO(b"no picture")).generate()


@fresh("django-webpack-loader", "build_missing", OUR_SETTINGS)
def _() -> None:
    from webpack_loader.utils import get_files

    get_files("main")


@fresh("django-webpack-loader", "bundle_unknown", OUR_SETTINGS)
def _() -> None:
    from webpack_loader.loaders import WebpackLoader

    with file_of('{"status": "done", "chunks": {"main": []}, "assets": {}}', "stats.json") as path:
        WebpackLoader("SHOP", {"STATS_FILE": path, "CACHE": False, "TIMEOUT": 0, "IGNORE": []}).get_bundle("checkout")


@fresh("django-webpack-loader", "build_failed", OUR_SETTINGS)
def _() -> None:
    from webpack_loader.loaders import WebpackLoader

    text = '{"status": "error", "error": "ModuleNotFound", "message": "./checkout.js", "chunks": {}, "assets": {}}'
    with file_of(text, "stats.json") as path:
        WebpackLoader("SHOP", {"STATS_FILE": path, "CACHE": False, "TIMEOUT": 0, "IGNORE": []}).get_bundle("checkout")


@fresh("django-haystack", "connections_not_set", OUR_SETTINGS)
def _() -> None:
    import haystack

    haystack.connections["default"].get_backend()


@fresh("django-tables2", "page_absent", ABSENT)
def _() -> None:
    import django_tables2

    class Orders(django_tables2.Table):
        sku = django_tables2.Column()

    Orders([{"sku": "7"}]).paginate(page=99, per_page=10)


@fresh("django-tables2", "data_missing", OUR_BUG)
def _() -> None:
    import django_tables2

    class Orders(django_tables2.Table):
        sku = django_tables2.Column()

    Orders()


@fresh("django-rq", "queue_unknown", OUR_BUG, "a queue that was not set up: configuration is as defensible")
def _() -> None:
    import django_rq

    django_rq.get_queue("mails")


@fresh("django-rq", "store_away", LOST)
def _() -> None:
    import django_rq

    django_rq.get_queue("default").enqueue(print, "Paid")


# --- Django: who it is ------------------------------------------------------------------------------------------------
def _knox(header: str) -> None:
    from django.contrib.auth import get_user_model
    from django.test import RequestFactory
    from knox.auth import TokenAuthentication
    from knox.models import AuthToken

    _tables(get_user_model(), AuthToken)
    TokenAuthentication().authenticate(RequestFactory().get("/", HTTP_AUTHORIZATION=header))


@fresh("django-rest-knox", "token_unknown", WHO)
def _() -> None:
    _knox("Token not-real-at-all")


@fresh("django-rest-knox", "header_malformed", WHO)
def _() -> None:
    _knox("Token not real")


# --- Flask ------------------------------------------------------------------------------------------------------------
@fresh("Flask-Session", "kind_unknown", OUR_SETTINGS)
def _() -> None:
    app = flask.Flask("shop")
    app.config["SESSION_TYPE"] = "cookies-of-nobody"
    flask_session.Session(app)


@fresh("Flask-Session", "store_away", LOST)
def _() -> None:
    import redis

    app = flask.Flask("shop")
    app.config |= {"SESSION_TYPE": "redis", "SESSION_REDIS": redis.Redis(HOST, closed_port()), "TESTING": True}
    flask_session.Session(app)
    client = app.test_client()
    client.set_cookie("session", "not-real")
    client.get("/")


def _secured(**user: Any) -> None:
    app = flask.Flask("shop")
    app.config |= {"SECRET_KEY": "not-real"}
    model = type("User", (), user)
    with app.app_context():
        flask_security.Security(app, flask_security.UserDatastore(model, object))
        flask_security.hash_password("not-real")


@fresh("Flask-Security", "column_missing", OUR_SETTINGS, "a model that lacks a column; a bug is as defensible")
def _() -> None:
    _secured()


@fresh("Flask-Security", "salt_missing", OUR_SETTINGS)
def _() -> None:
    _secured(fs_uniquifier="7")


@fresh("apispec", "schema_twice", OUR_BUG)
def _() -> None:
    spec = apispec.APISpec("Shop", "1", "3.1.0")
    spec.components.schema("Order", {"type": "object"}).schema("Order", {"type": "object"})


@fresh("apispec", "place_of_a_parameter_unknown", OUR_BUG)
def _() -> None:
    spec = apispec.APISpec("Shop", "1", "3.1.0")
    spec.path("/orders", operations={"get": {"parameters": [{"name": "page"}]}})


@fresh("webassets", "source_absent", OUR_SETTINGS)
def _() -> None:
    environment = webassets.Environment("of-nobody", "/static")
    environment.register("shop", webassets.Bundle("shop.css", output="all.css"))
    environment["shop"].urls()


@fresh("webassets", "bundle_unknown", OUR_BUG, "a bundle that was not set up: configuration is as defensible")
def _() -> None:
    webassets.Environment("of-nobody", "/static")["shop"]


@fresh("webassets", "filter_unknown", OUR_SETTINGS, "a filter that is not installed; a bug is as defensible")
def _() -> None:
    webassets.Bundle("shop.css", filters="of-nobody", output="all.css")


# --- adapters ---------------------------------------------------------------------------------------------------------
async def _app(scope: Any, receive: Any, send: Any) -> None:
    """An application that is not reached."""


@fresh("mangum", "event_of_no_kind", OUR_SETTINGS, "a trigger that was set up wrongly; validation is defensible")
def _() -> None:
    mangum.Mangum(_app, lifespan="off")({"Records": []}, object())


@fresh("mangum", "lifespan_unknown", OUR_SETTINGS)
def _() -> None:
    mangum.Mangum(_app, lifespan="always")
