"""Django: its ORM over PostgreSQL and SQLite, its exceptions of requests, settings and models."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

import django
from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import PG, fresh, own_schema, postgres_saying
from evaluations.classifier.raisers._peers import HOST, closed_port

if not settings.configured:
    settings.configure(
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        SECRET_KEY="none",
        ALLOWED_HOSTS=["shop.example.test"],
        INSTALLED_APPS=["django.contrib.contenttypes"],
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": False}],
        ROOT_URLCONF="evaluations.classifier.raisers._fresh_e",
        USE_TZ=True,
    )
    django.setup()

from django.core import exceptions, paginator, signing
from django.core.cache import caches
from django.core.files.storage import FileSystemStorage
from django.db import connections, models, transaction
from django.db.utils import ConnectionHandler
from django.shortcuts import get_object_or_404
from django.test import RequestFactory

from django import http


class Owner(models.Model):
    email = models.EmailField(unique=True)

    class Meta:
        app_label = "fresh_e"


class Pet(models.Model):
    name = models.CharField(max_length=10)
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT)
    weight = models.IntegerField(default=1)

    class Meta:
        app_label = "fresh_e"
        constraints = [models.CheckConstraint(condition=models.Q(weight__gt=0), name="weight_above_zero")]


def database(alias: str, **given: Any) -> str:
    """A database under an alias of its own."""
    if alias not in connections.settings:
        full = ConnectionHandler({"default": {}, alias: given}).settings[alias]
        connections.settings[alias] = full
    return alias


def unreachable(alias: str, port: int) -> str:
    name = database(
        alias,
        ENGINE="django.db.backends.postgresql",
        HOST=HOST,
        NAME="app",
        USER="app",
        PASSWORD="none",
        OPTIONS={"sslmode": "disable"},
    )
    connections.settings[name]["PORT"] = port
    return name


@functools.cache
def filled() -> str:
    schema = own_schema("django")
    parts = dict(part.split("=") for part in PG.split())
    alias = database(
        "fresh_e",
        ENGINE="django.db.backends.postgresql",
        HOST=HOST,
        NAME=parts["dbname"],
        USER=parts["user"],
        OPTIONS={"options": f"-c search_path={schema}"},
    )
    with connections[alias].schema_editor() as editor:
        editor.create_model(Owner)
        editor.create_model(Pet)
    owner = Owner.objects.using(alias).create(email="ann@example.test")
    Pet.objects.using(alias).create(name="Rex", owner=owner)
    return alias


@fresh("django", e.ABSENT)
def owner_not_found() -> None:
    Owner.objects.using(filled()).get(email="nobody@example.test")


@fresh("django", e.ABSENT)
def get_object_or_404_finds_nothing() -> None:
    get_object_or_404(Owner.objects.using(filled()), pk=404)


@fresh("django", e.DUPLICATE)
def email_taken() -> None:
    Owner.objects.using(filled()).create(email="ann@example.test")


@fresh("django", e.Label("data_integrity", False, (400, 409, 422), "medium"))
def owner_is_missing() -> None:
    with transaction.atomic(using=filled()):
        Pet.objects.using(filled()).create(name="Bello", owner_id=404)


@fresh("django", e.CONSTRAINT)
def weight_below_one() -> None:
    Pet.objects.using(filled()).update(weight=-1)


@fresh("django", e.CONTENTION)
def row_locked() -> None:
    import psycopg

    with psycopg.connect(PG, options=f"-c search_path={own_schema('django')}") as other:
        filled()
        other.execute("select * from fresh_e_pet for update")
        with transaction.atomic(using=filled()):
            list(Pet.objects.using(filled()).select_for_update(nowait=True))


@fresh("django", e.SETUP, note="a migration that did not run")
def table_missing() -> None:
    class Vaccination(models.Model):
        class Meta:
            app_label = "fresh_e"

    Vaccination.objects.using(filled()).count()


@fresh("django", e.LOST)
def database_refuses_connections() -> None:
    Owner.objects.using(unreachable("fresh_e_away", closed_port())).count()


@fresh("django", e.REFUSED_US)
def database_refuses_password() -> None:
    with postgres_saying("28P01", 'password authentication failed for user "app"') as port:
        Owner.objects.using(unreachable("fresh_e_password", port)).count()


@fresh("django", e.SLOW)
def statement_timeout() -> None:
    with connections[filled()].cursor() as cursor, transaction.atomic(using=filled()):
        cursor.execute("set local statement_timeout = '30ms'")
        cursor.execute("select pg_sleep(2)")


@fresh("django", e.CONTENTION)
def sqlite_is_locked() -> None:
    import sqlite3

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "app.db"))
        alias = database("fresh_e_sqlite", ENGINE="django.db.backends.sqlite3", NAME=path, OPTIONS={"timeout": 0.05})
        with connections[alias].schema_editor() as editor:
            editor.create_model(Owner)
        holder = sqlite3.connect(path, isolation_level=None)
        try:
            holder.execute("begin immediate")
            Owner.objects.using(alias).create(email="x@example.test")
        finally:
            holder.close()
            connections[alias].close()
            del connections[alias]
            del connections.settings[alias]


@fresh("django", e.BUG)
def query_in_a_broken_transaction() -> None:
    alias = filled()
    with transaction.atomic(using=alias):
        try:
            Owner.objects.using(alias).create(email="ann@example.test")
        except django.db.IntegrityError:
            pass
        Owner.objects.using(alias).count()


@fresh("django", e.BUG)
def no_such_field() -> None:
    Owner.objects.using(filled()).filter(surname="Ann").count()


@fresh("django", e.BUG)
async def orm_in_async_view() -> None:
    Owner.objects.using(filled_before()).count()


def filled_before() -> str:
    import threading

    thread = threading.Thread(target=filled)
    thread.start()
    thread.join()
    return filled()


@fresh("django", e.BUG)
def unsaved_related_object() -> None:
    Pet(name="Rex", owner=Owner(email="new@example.test")).save(using=filled())


@fresh("django", e.SETUP)
def no_such_database_alias() -> None:
    Owner.objects.using("replica_that_is_not_configured").count()


@fresh("django", e.SETUP)
def database_engine_unknown() -> None:
    connections[database("fresh_e_engine", ENGINE="django.db.backends.postgresql_psycopg9", NAME="app")].cursor()


@fresh("django", e.SETUP)
def cache_not_configured() -> None:
    caches["sessions_that_are_not_configured"].get("key")


@fresh("django", e.INPUT)
def model_validation() -> None:
    Owner(email="not an address").full_clean(validate_unique=False)


@fresh("django", e.INPUT, note="404 would do as well: it is the form of a key that no object has")
def malformed_uuid_in_lookup() -> None:
    models.UUIDField().to_python("not-a-uuid")


@fresh("django", e.FORBIDDEN)
def permission_denied() -> None:
    from django.contrib.auth.decorators import permission_required

    request = RequestFactory().get("/orders/7/refund")
    request.user = type("Visitor", (), {"has_perms": lambda self, _: False})()
    permission_required("orders.refund", raise_exception=True)(lambda _: None)(request)


@fresh("django", e.LARGE_INPUT)
def body_too_large() -> None:
    request = RequestFactory().post("/upload", b"x" * 3_000_000, content_type="application/json")
    request.body


@fresh("django", e.Label("validation", False, (400, 413), "low"))
def too_many_fields() -> None:
    http.QueryDict("&".join(f"a{number}=1" for number in range(1_500)))


@fresh("django", e.Label("validation", False, 400, "low"), note="a path out of the storage: input, though suspicious")
def path_out_of_the_storage() -> None:
    with tempfile.TemporaryDirectory() as folder:
        FileSystemStorage(location=folder).path("../../etc/passwd")


@fresh("django", e.Label("validation", False, 400, "low"), note="could be ALLOWED_HOSTS that lacks a name of ours")
def host_not_allowed() -> None:
    RequestFactory().get("/", HTTP_HOST="evil.example.test").get_host()


@fresh("django", e.ABSENT)
def page_is_empty() -> None:
    paginator.Paginator(range(10), 5).page(9)


@fresh("django", e.Label("authentication", False, (400, 401, 403), "low"), note="a link that we signed was altered")
def signature_does_not_match() -> None:
    signing.loads(signing.dumps({"user": 7})[:-3] + "abc")


@fresh("django", e.Label("authentication", False, (400, 401, 403), "low"), note="410 would be said of a link as well")
def signature_expired() -> None:
    signer = signing.TimestampSigner()
    signer.unsign(signer.sign("reset:7"), max_age=-1)


@fresh("django", e.ABSENT)
def no_route() -> None:
    from django.urls import path
    from django.urls.resolvers import RegexPattern, URLResolver

    URLResolver(RegexPattern(r"^/"), [path("orders/<int:pk>/", lambda _: None)]).resolve("/nowhere/")


@fresh("django", e.SETUP)
def template_missing() -> None:
    from django.template import Engine

    Engine(dirs=["/nowhere"]).get_template("emails/welcome.html")


@fresh("django", e.LOST)
def runtime_error_from_refused() -> None:
    try:
        database_refuses_connections()
    except django.db.OperationalError as fault:
        raise RuntimeError("could not load the dashboard") from fault


@fresh("django", e.RULE)
def domain_error_from_does_not_exist() -> None:
    class NoOpenInvoice(Exception):
        pass

    try:
        owner_not_found()
    except exceptions.ObjectDoesNotExist as fault:
        raise NoOpenInvoice("there is no open invoice that could be paid") from fault
