"""Django's ORM over PostgreSQL and SQLite, in a project of one module."""

from __future__ import annotations

import contextlib
import functools
from typing import Any

from django.conf import settings as django_settings

import django
from evaluations.classifier.cases import case
from evaluations.classifier.raisers import postgres
from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers._sql import Scenario, away, bug, define, settings, steps
from evaluations.classifier.raisers.postgres import DATABASE, PORT, USER


@functools.cache
def _project() -> None:
    server = {"ENGINE": "django.db.backends.postgresql", "HOST": HOST, "PORT": PORT, "USER": USER}
    if not django_settings.configured:
        django_settings.configure(
            DATABASES={
                "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
                "postgres": {**server, "NAME": DATABASE},
                "away": {**server, "PORT": closed_port(), "NAME": DATABASE},
                "unknown": {"ENGINE": "django.db.backends.is_not_there", "NAME": "a"},
            },
            USE_TZ=True,
        )
        django.setup()


@functools.cache
def _models() -> Any:
    _project()
    from django.db import connection, models

    class Person(models.Model):
        name = models.CharField(max_length=9, unique=True)
        boss = models.ForeignKey("self", models.PROTECT, null=True)

        class Meta:
            app_label = "corpus"

    with connection.schema_editor() as editor:
        editor.create_model(Person)
    Person.objects.create(id=1, name="Ada")
    Person.objects.create(id=2, name="Eve", boss_id=1)
    return Person


def _django(scenario: Scenario) -> None:
    _project()
    from django.db import connections

    with scenario() as plan:
        connection = connections["postgres"]
        try:
            with connection.cursor() as cursor:
                steps(cursor.execute, plan)
        finally:
            with contextlib.suppress(Exception):
                connection.close()


for _name in (
    "unique", "foreign_key", "not_null", "check", "too_long", "no_table", "no_column", "syntax", "deadlock",
    "serialization", "lock_timeout", "statement_timeout", "killed", "no_permission", "raised_by_a_trigger",
):  # fmt: skip
    define("django", f"orm_{_name}", postgres.SCENARIOS[_name][0], _django, postgres.SCENARIOS[_name][1])


@case("django", **away)
def orm_refused() -> None:
    _project()
    from django.db import connections

    connections["away"].ensure_connection()


@case("django", **settings)
def orm_unknown_engine() -> None:
    _project()
    from django.db import connections

    connections["unknown"].ensure_connection()


@case("django", **settings)
def orm_unknown_alias() -> None:
    _project()
    from django.db import connections

    connections["is_not_there"]


@case("django", "validation", transient=False, status=404, severity="info")
def orm_does_not_exist() -> None:
    _models().objects.get(name="nobody")


@case("django", "data_integrity", transient=False, status=500, severity="high")
def orm_two_rows() -> None:
    _models().objects.get(id__gt=0)


@case("django", "data_integrity", transient=False, status=409, severity="medium")
def orm_protected() -> None:
    _models().objects.get(id=1).delete()


@case("django", "data_integrity", transient=False, status=409, severity="medium")
def orm_sqlite_unique() -> None:
    from django.db import transaction

    with transaction.atomic():
        _models().objects.create(name="Ada")


@case("django", **bug)
def orm_no_field() -> None:
    _models().objects.filter(nickname="a").first()


@case("django", **bug)
def orm_broken_transaction() -> None:
    from django.db import IntegrityError, transaction

    with transaction.atomic():
        with contextlib.suppress(IntegrityError):
            _models().objects.create(name="Ada")
        _models().objects.count()


@case("django", **bug)
def orm_lock_outside_of_transaction() -> None:
    from django.db import connections

    _models()
    list(_models().objects.using("postgres").select_for_update())
    connections["postgres"].close()


@case("django", **bug)
def orm_slice_then_filter() -> None:
    _models().objects.all()[:1].filter(id=1)


@case("django", **bug)
async def orm_from_async() -> None:
    from asgiref.sync import sync_to_async

    model = await sync_to_async(_models)()
    list(model.objects.all())
