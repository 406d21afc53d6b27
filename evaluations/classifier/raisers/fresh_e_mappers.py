"""peewee, Tortoise ORM and Alembic, over SQLite and the PostgreSQL at hand."""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
import alembic.script
import peewee
import tortoise
from tortoise import fields, models

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import fresh, own_schema, postgres_saying
from evaluations.classifier.raisers._peers import HOST, closed_port

proxy = peewee.DatabaseProxy()


class City(peewee.Model):
    name = peewee.CharField(max_length=6, unique=True)

    class Meta:
        database = proxy


class Street(peewee.Model):
    city = peewee.ForeignKeyField(City)
    length = peewee.IntegerField()

    class Meta:
        database = proxy


@contextlib.contextmanager
def cities() -> Iterator[Any]:
    database = peewee.SqliteDatabase(":memory:", pragmas={"foreign_keys": 1})
    proxy.initialize(database)
    database.create_tables([City, Street])
    City.create(name="Ulm")
    try:
        yield database
    finally:
        database.close()


@functools.cache
def postgres() -> Any:
    schema = own_schema("mappers")
    database = peewee.PostgresqlDatabase(
        "test", host=HOST, user="root", options=f"-c search_path={schema}", autorollback=True
    )
    proxy.initialize(database)
    database.create_tables([City, Street])
    City.create(name="Ulm")
    return database


@fresh("peewee", e.ABSENT)
def no_such_city() -> None:
    with cities():
        City.get(City.name == "Atlantis")


@fresh("peewee", e.ABSENT)
def no_such_id() -> None:
    with cities():
        City.get_by_id(404)


@fresh("peewee", e.DUPLICATE)
def city_exists() -> None:
    with cities():
        City.create(name="Ulm")


@fresh("peewee", e.DUPLICATE)
def city_exists_in_postgres() -> None:
    proxy.initialize(postgres())
    City.create(name="Ulm")


@fresh("peewee", e.CONSTRAINT)
def length_is_null() -> None:
    with cities():
        Street.insert(city=1, length=None).execute()


@fresh("peewee", e.CONSTRAINT)
def name_too_long() -> None:
    proxy.initialize(postgres())
    City.create(name="Llanfairpwllgwyngyll")


@fresh("peewee", e.SETUP)
def table_missing() -> None:
    with cities() as database:
        database.drop_tables([Street])
        Street.select().count()


@fresh("peewee", e.LOST)
def nobody_listens() -> None:
    peewee.PostgresqlDatabase("app", host=HOST, port=closed_port(), user="app").connect()


@fresh("peewee", e.LOST)
def nobody_listens_mysql() -> None:
    peewee.MySQLDatabase("app", host=HOST, port=closed_port(), user="app").connect()


@fresh("peewee", e.REFUSED_US)
def password_refused() -> None:
    with postgres_saying("28P01", 'password authentication failed for user "app"') as port:
        peewee.PostgresqlDatabase("app", host=HOST, port=port, user="app", password="none", sslmode="disable").connect()


@fresh("peewee", e.CONTENTION)
def database_is_locked() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "app.db"))
        one, other = (peewee.SqliteDatabase(path, timeout=0.05) for _ in range(2))
        one.execute_sql("create table jobs (id int)")
        try:
            with one.atomic("immediate"):
                other.execute_sql("insert into jobs values (1)")
        finally:
            one.close()
            other.close()


@fresh("peewee", e.BUG)
def connection_already_opened() -> None:
    with cities() as database:
        database.connect()


@fresh("peewee", e.THROTTLED)
def pool_exhausted() -> None:
    from playhouse.pool import PooledSqliteDatabase

    database = PooledSqliteDatabase(":memory:", max_connections=1, timeout=0.05)
    database.connect()
    database._state.reset()
    database.connect()


@fresh("peewee", e.DUPLICATE)
def service_error_from_integrity() -> None:
    class ServiceError(Exception):
        pass

    try:
        city_exists()
    except peewee.IntegrityError as fault:
        raise ServiceError("import of cities failed") from fault


@fresh("peewee", e.RULE)
def domain_error_from_integrity() -> None:
    class SlotAlreadyBooked(Exception):
        pass

    try:
        city_exists()
    except peewee.IntegrityError as fault:
        raise SlotAlreadyBooked("nine o'clock is taken") from fault


# --- Tortoise ---------------------------------------------------------------------------------------------------------
class Team(models.Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=8, unique=True)

    class Meta:
        table = "teams"


class Player(models.Model):
    id = fields.IntField(primary_key=True)
    number = fields.IntField()
    team: fields.ForeignKeyRelation[Team] = fields.ForeignKeyField("models.Team", on_delete=fields.RESTRICT)

    class Meta:
        table = "players"


@contextlib.asynccontextmanager
async def teams(url: str = "sqlite://:memory:", *, schemas: bool = True) -> AsyncIterator[None]:
    await tortoise.Tortoise.init(db_url=url, modules={"models": [__name__]})
    try:
        if schemas:
            await tortoise.Tortoise.generate_schemas()
            await Team.create(id=1, name="Blue")
        yield
    finally:
        await tortoise.Tortoise.close_connections()


@fresh("tortoise-orm", e.ABSENT)
async def no_such_team() -> None:
    async with teams():
        await Team.get(name="Red")


@fresh("tortoise-orm", e.DUPLICATE)
async def team_exists() -> None:
    async with teams():
        await Team.create(name="Blue")


@fresh("tortoise-orm", e.Label("data_integrity", False, (400, 409, 422), "medium"))
async def team_is_missing() -> None:
    async with teams():
        await Player.create(number=7, team_id=404)


@fresh("tortoise-orm", e.INPUT, note="a value from the client that the model's validators refuse")
async def name_too_long_for_the_model() -> None:
    async with teams():
        await Team.create(name="The very long team")


@fresh("tortoise-orm", e.BUG)
async def no_such_field() -> None:
    async with teams():
        await Team.filter(colour="blue")


@fresh("tortoise-orm", e.SETUP)
async def schema_missing() -> None:
    async with teams(schemas=False):
        await Team.all()


@fresh("tortoise-orm", e.SETUP)
async def url_unknown() -> None:
    await tortoise.Tortoise.init(db_url="oracledb+nothing://app@db.example.test/app", modules={"models": [__name__]})


@fresh("tortoise-orm", e.SETUP)
async def models_module_missing() -> None:
    await tortoise.Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["shop.models_that_are_not"]})


@fresh("tortoise-orm", e.LOST)
async def refused() -> None:
    async with teams(f"asyncpg://app:none@{HOST}:{closed_port()}/app", schemas=False):
        await Team.all()


@fresh("tortoise-orm", e.BUG, note="used before its start: misuse")
async def not_initialized() -> None:
    await Team.get(id=1)


# --- Alembic ----------------------------------------------------------------------------------------------------------
@contextlib.contextmanager
def scripts(*revisions: str) -> Iterator[alembic.config.Config]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "versions").mkdir()
        Path(folder, "env.py").write_text(
            "from alembic import context\nimport sqlalchemy as sa\n"
            "with sa.create_engine(context.config.get_main_option('sqlalchemy.url')).connect() as connection:\n"
            "    context.configure(connection=connection)\n"
            "    with context.begin_transaction():\n        context.run_migrations()\n"
        )
        for number, text in enumerate(revisions):
            Path(folder, "versions", f"{number}.py").write_text(text)
        config = alembic.config.Config()
        config.set_main_option("script_location", folder)
        config.set_main_option("sqlalchemy.url", f"sqlite:///{folder}/app.db")
        yield config


def revision(name: str, before: str | None, body: str = "pass") -> str:
    return (
        f"import sqlalchemy as sa\nfrom alembic import op\nrevision = {name!r}\ndown_revision = {before!r}\n"
        f"def upgrade():\n    {body}\n"
    )


@fresh("alembic", e.SETUP, note="the migrations at hand lack what the database was migrated to")
def revision_unknown() -> None:
    with scripts(revision("aa01", None)) as config:
        alembic.command.upgrade(config, "bb02")


@fresh("alembic", e.SETUP, note="two branches were merged: a bug of ours, in what is deployed as settings")
def two_heads() -> None:
    with scripts(revision("aa01", None), revision("bb02", "aa01"), revision("cc03", "aa01")) as config:
        alembic.command.upgrade(config, "head")


@fresh("alembic", e.SETUP)
def no_script_location() -> None:
    alembic.command.upgrade(alembic.config.Config(), "head")


@fresh("alembic", e.SETUP, note="the migration expects a table that is not there")
def column_of_a_missing_table() -> None:
    with scripts(revision("aa01", None, "op.add_column('users', sa.Column('age', sa.Integer))")) as config:
        alembic.command.upgrade(config, "head")


@fresh("alembic", e.SETUP, note="a health check that compares what is applied with what is known")
def not_up_to_date() -> None:
    with scripts(revision("aa01", None)) as config:
        alembic.command.check(config)


@fresh("alembic", e.LOST)
def database_refuses() -> None:
    with scripts(revision("aa01", None)) as config:
        config.set_main_option("sqlalchemy.url", f"postgresql+psycopg://app@{HOST}:{closed_port()}/app")
        alembic.command.upgrade(config, "head")
