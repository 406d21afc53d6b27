"""ORMs and query layers over real drivers, and what they say themselves."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from typing import Any

import databases
import peewee
import playhouse.pool
import sqlalchemy as sa
import sqlalchemy.exc
import sqlalchemy.ext.asyncio
import sqlalchemy.orm
import sqlmodel
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from evaluations.classifier.cases import case
from evaluations.classifier.raisers import mysql, postgres
from evaluations.classifier.raisers._peers import HOST, closed_port
from evaluations.classifier.raisers._sql import (
    Scenario,
    asteps,
    away,
    bug,
    constraint,
    contention,
    define,
    full,
    settings,
    steps,
    value,
)
from evaluations.classifier.raisers.postgres import DATABASE, PORT, USER

_FEW = (
    "unique",
    "foreign_key",
    "not_null",
    "too_long",
    "no_table",
    "no_column",
    "syntax",
    "deadlock",
    "lock_timeout",
    "nowait",
    "serialization",
    "statement_timeout",
    "killed",
    "raised_by_a_trigger",
    "no_permission",
)
absent: dict[str, Any] = {"category": "validation", "transient": False, "status": 404, "severity": "info"}
edited: dict[str, Any] = {"category": "concurrency", "transient": True, "status": 409, "severity": "low"}
contradiction: dict[str, Any] = {
    "category": "data_integrity",
    "transient": False,
    "status": 500,
    "severity": "high",
}
_PG = f"{USER}@{HOST}:{PORT}/{DATABASE}"


# --- SQLAlchemy -------------------------------------------------------------------------------------------------------
def _sqlalchemy(url: str) -> Any:
    def run(scenario: Scenario) -> None:
        engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        with scenario() as plan, engine.connect() as connection:
            steps(connection.exec_driver_sql, plan)

    return run


def _sqlalchemy_async(url: str) -> Any:
    async def run(scenario: Scenario) -> None:
        engine = sqlalchemy.ext.asyncio.create_async_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
        with scenario() as plan:
            async with engine.connect() as connection:
                await asteps(connection.exec_driver_sql, plan)

    return run


_ENGINES: dict[str, tuple[Any, Any]] = {
    "psycopg": (_sqlalchemy(f"postgresql+psycopg://{_PG}"), postgres),
    "psycopg2": (_sqlalchemy(f"postgresql+psycopg2://{_PG}"), postgres),
    "pg8000": (_sqlalchemy(f"postgresql+pg8000://{_PG}"), postgres),
    "asyncpg": (_sqlalchemy_async(f"postgresql+asyncpg://{_PG}"), postgres),
    "pymysql": (_sqlalchemy(f"mysql+pymysql://root@{HOST}"), mysql),
    "aiomysql": (_sqlalchemy_async(f"mysql+aiomysql://root@{HOST}"), mysql),
}
for _engine, (_run, _module) in _ENGINES.items():
    for _name in _FEW:
        if _name in _module.SCENARIOS:
            define("sqlalchemy", f"{_engine}_{_name}", *_module.SCENARIOS[_name][:1], _run, _module.SCENARIOS[_name][1])


@case("sqlalchemy", **away)
def refused() -> None:
    sa.create_engine(f"postgresql+psycopg://{HOST}:{closed_port()}/test").connect()


@case("sqlalchemy", **away)
def refused_mysql() -> None:
    sa.create_engine(f"mysql+pymysql://{HOST}:{closed_port()}/test").connect()


@case("sqlalchemy", **away)
async def refused_asyncpg() -> None:
    engine = sqlalchemy.ext.asyncio.create_async_engine(f"postgresql+asyncpg://{HOST}:{closed_port()}/test")
    async with engine.connect():
        pass


@case("sqlalchemy", **settings)
def no_dialect() -> None:
    sa.create_engine("postgrisql://localhost/test")


@case("sqlalchemy", **settings)
def no_driver() -> None:
    sa.create_engine("firebird+is_not_there://localhost/test")


@case("sqlalchemy", **settings)
def bad_url() -> None:
    sa.create_engine("not a url")


@case("sqlalchemy", **full)
def pool_timeout() -> None:
    engine = sa.create_engine(
        f"postgresql+psycopg://{_PG}", pool_size=1, max_overflow=0, pool_timeout=0.05, connect_args={}
    )
    try:
        with engine.connect():
            engine.connect()
    finally:
        engine.dispose()


class _Base(DeclarativeBase):
    pass


class _Customer(_Base):
    __tablename__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column()
    orders: Mapped[list[_Order]] = relationship(back_populates="customer")
    __mapper_args__ = {"version_id_col": version}


class _Order(_Base):
    __tablename__ = "shop_order"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customer.id"))
    customer: Mapped[_Customer | None] = relationship(back_populates="orders")


@contextlib.contextmanager
def _session() -> Any:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    _Base.metadata.create_all(engine)
    try:
        with sqlalchemy.orm.Session(engine) as session:
            session.add_all([_Customer(id=1, email="a@example.test"), _Customer(id=2, email="b@example.test")])
            session.commit()
            yield session
    finally:
        engine.dispose()


@case("sqlalchemy", **absent)
def no_row() -> None:
    with _session() as session:
        session.execute(sa.select(_Customer).where(_Customer.id == 9)).scalar_one()


@case("sqlalchemy", **contradiction)
def two_rows() -> None:
    with _session() as session:
        session.execute(sa.select(_Customer)).scalar_one()


@case("sqlalchemy", **edited)
def stale() -> None:
    with _session() as session:
        customer = session.get_one(_Customer, 1)
        session.execute(sa.text("UPDATE customer SET version = 7"))
        customer.email = "c@example.test"
        session.flush()


@case("sqlalchemy", **bug)
def detached() -> None:
    with _session() as session:
        customer = session.get_one(_Customer, 1)
        session.expunge(customer)
        customer.orders


@case("sqlalchemy", **constraint)
def flush_of_a_duplicate() -> None:
    with _session() as session:
        session.add(_Customer(id=3, email="a@example.test"))
        session.flush()


@case("sqlalchemy", **bug)
def rollback_forgotten() -> None:
    with _session() as session:
        session.add(_Customer(id=3, email="a@example.test"))
        with contextlib.suppress(sqlalchemy.exc.IntegrityError):
            session.flush()
        session.execute(sa.select(_Customer))


@case("sqlalchemy", **bug)
def no_such_attribute() -> None:
    with _session() as session:
        session.execute(sa.select(_Customer).filter_by(nickname="a"))


@case("sqlalchemy", **bug)
def not_mapped() -> None:
    with _session() as session:
        session.add(object())


@case("sqlalchemy", **bug)
def no_value_for_a_parameter() -> None:
    with _session() as session:
        session.execute(sa.text("SELECT :a"), {})


@case("sqlalchemy", **bug)
def wrong_type_bound() -> None:
    with _session() as session:
        session.execute(sa.text("SELECT :a"), {"a": object()})


@case("sqlalchemy", **bug)
def cannot_compile() -> None:
    str(sa.select(sa.func.foo(sa.literal(object()))).compile(compile_kwargs={"literal_binds": True}))


@case("sqlalchemy", **bug)
def closed_result() -> None:
    with _session() as session:
        result = session.execute(sa.text("SELECT 1"))
        result.close()
        result.fetchall()


@case("sqlalchemy", **settings)
def no_table_reflected() -> None:
    with _session() as session:
        sa.Table("is_not_there", sa.MetaData(), autoload_with=session.connection())


@case("sqlalchemy", **bug)
async def lazy_load_in_async() -> None:
    engine = sqlalchemy.ext.asyncio.create_async_engine("sqlite+aiosqlite://")
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_Base.metadata.create_all)
        async with sqlalchemy.ext.asyncio.AsyncSession(engine) as session:
            session.add(_Customer(id=1, email="a@example.test"))
            await session.commit()
            one = (await session.execute(sa.select(_Customer))).scalar_one()
            one.orders
    finally:
        await engine.dispose()


@case("sqlalchemy", **contention)
def sqlite_locked() -> None:
    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/a.db", connect_args={"timeout": 0.05}, poolclass=sa.NullPool)
        with engine.connect() as one, engine.connect() as two:
            one.exec_driver_sql("BEGIN IMMEDIATE")
            two.exec_driver_sql("BEGIN IMMEDIATE")


class _Hero(sqlmodel.SQLModel, table=True):
    id: int | None = sqlmodel.Field(default=None, primary_key=True)
    name: str = sqlmodel.Field(unique=True)


@contextlib.contextmanager
def _heroes() -> Any:
    engine = sqlmodel.create_engine("sqlite://", poolclass=sa.StaticPool)
    sqlmodel.SQLModel.metadata.create_all(engine)
    try:
        with sqlmodel.Session(engine) as session:
            session.add(_Hero(id=1, name="Ada"))
            session.commit()
            yield session
    finally:
        engine.dispose()


@case("sqlmodel", **constraint)
def hero_twice() -> None:
    with _heroes() as session:
        session.add(_Hero(id=2, name="Ada"))
        session.commit()


@case("sqlmodel", **absent)
def no_hero() -> None:
    with _heroes() as session:
        session.exec(sqlmodel.select(_Hero).where(_Hero.name == "Eve")).one()


@case("sqlmodel", **value)
def hero_without_name() -> None:
    with _heroes() as session:
        session.add(_Hero(id=2))
        session.commit()


# --- aiosqlite --------------------------------------------------------------------------------------------------------
def _aiosqlite(name: str, label: dict[str, Any], *texts: str) -> None:
    async def raiser() -> None:
        import aiosqlite

        async with aiosqlite.connect(":memory:") as connection:
            await connection.execute("CREATE TABLE a (b INTEGER PRIMARY KEY, c TEXT NOT NULL)")
            for text in texts:
                await connection.execute(text)

    raiser.__name__ = name
    case("aiosqlite", **label)(raiser)


_aiosqlite("primary_key", constraint, "INSERT INTO a VALUES (1, 'x')", "INSERT INTO a VALUES (1, 'x')")
_aiosqlite("not_null", value, "INSERT INTO a VALUES (1, NULL)")
_aiosqlite("no_table", settings, "SELECT * FROM is_not_there")
_aiosqlite("syntax", bug, "SELEKT 1")


@case("aiosqlite", **bug)
async def closed() -> None:
    import aiosqlite

    connection = await aiosqlite.connect(":memory:")
    await connection.close()
    await connection.execute("SELECT 1")


# --- peewee -----------------------------------------------------------------------------------------------------------
def _peewee(scenario: Scenario) -> None:
    database = peewee.PostgresqlDatabase(DATABASE, host=HOST, user=USER, port=PORT)
    with scenario() as plan:
        database.connect()
        try:
            steps(database.execute_sql, plan)
        finally:
            database.close()


for _name in _FEW:
    define("peewee", _name, postgres.SCENARIOS[_name][0], _peewee, postgres.SCENARIOS[_name][1])


class _Person(peewee.Model):
    name = peewee.CharField(unique=True)
    age = peewee.IntegerField(null=False)


@contextlib.contextmanager
def _people() -> Any:
    database = peewee.SqliteDatabase(":memory:")
    with database.bind_ctx([_Person]), database.connection_context():
        database.create_tables([_Person])
        yield database


@case("peewee", **absent)
def no_person() -> None:
    with _people():
        _Person.get(_Person.name == "nobody")


@case("peewee", **constraint)
def person_twice() -> None:
    with _people():
        _Person.create(name="Ada", age=1)
        _Person.create(name="Ada", age=1)


@case("peewee", **value)
def person_without_age() -> None:
    with _people():
        _Person.create(name="Ada")


@case("peewee", **bug)
def not_opened() -> None:
    peewee.SqliteDatabase(":memory:", autoconnect=False).execute_sql("SELECT 1")


@case("peewee", **away)
def peewee_refused() -> None:
    peewee.PostgresqlDatabase(DATABASE, host=HOST, user=USER, port=closed_port()).connect()


@case("peewee", **settings)
def driver_missing() -> None:
    peewee.SqliteDatabase(None).connect()


@case("peewee", **full)
def peewee_pool() -> None:
    database = playhouse.pool.PooledPostgresqlDatabase(DATABASE, host=HOST, user=USER, max_connections=1, timeout=0.05)
    import concurrent.futures

    database.connect()
    try:
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            pool.submit(database.connect).result()
    finally:
        database.close()
        database.close_all()


# --- databases --------------------------------------------------------------------------------------------------------
async def _databases(scenario: Scenario) -> None:
    with scenario() as plan:
        async with databases.Database(f"postgresql+asyncpg://{_PG}") as database, database.connection() as connection:
            await asteps(connection.execute, plan)


for _name in ("unique", "no_table", "deadlock", "lock_timeout", "killed"):
    define("databases", _name, postgres.SCENARIOS[_name][0], _databases, postgres.SCENARIOS[_name][1])


@case("databases", **away)
async def databases_refused() -> None:
    await databases.Database(f"postgresql+asyncpg://{HOST}:{closed_port()}/test").connect()


# --- piccolo ----------------------------------------------------------------------------------------------------------
async def _piccolo(scenario: Scenario) -> None:
    from piccolo.engine.postgres import PostgresEngine

    engine = PostgresEngine({"host": HOST, "user": USER, "database": DATABASE}, log_queries=False)
    with scenario() as plan:
        async with engine.transaction():
            await asteps(engine._run_in_new_connection, [step for step in plan if step != "BEGIN"])


for _name in ("unique", "no_table", "not_null"):
    define("piccolo", _name, postgres.SCENARIOS[_name][0], _piccolo, postgres.SCENARIOS[_name][1])


# --- tortoise ---------------------------------------------------------------------------------------------------------
async def _tortoise(scenario: Scenario) -> None:
    from tortoise.backends.asyncpg.client import AsyncpgDBClient

    client = AsyncpgDBClient(user=USER, password="", database=DATABASE, host=HOST, port=PORT, connection_name="corpus")
    with scenario() as plan:
        await client.create_connection(with_db=True)
        try:
            async with client.acquire_connection() as connection:
                if len(plan) == 1:
                    await client.execute_query(plan[0])  # type: ignore[arg-type]
                else:
                    await asteps(connection.execute, plan)
        finally:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(client.close(), 0.5)


for _name in ("unique", "foreign_key", "not_null", "no_table", "syntax", "too_long"):
    define("tortoise-orm", _name, postgres.SCENARIOS[_name][0], _tortoise, postgres.SCENARIOS[_name][1])


@case("tortoise-orm", **settings)
async def tortoise_not_initialised() -> None:
    from tortoise import Model, fields

    class Event(Model):
        id = fields.IntField(primary_key=True)

    await Event.get(id=1)


@case("tortoise-orm", **away)
async def tortoise_refused() -> None:
    from tortoise import Tortoise, connections

    await Tortoise.init(db_url=f"asyncpg://{USER}:x@{HOST}:{closed_port()}/test", modules={"models": [__name__]})
    try:
        await connections.get("default").execute_query("SELECT 1")
    finally:
        await Tortoise.close_connections()


# --- pony -------------------------------------------------------------------------------------------------------------
def _pony(name: str, label: dict[str, Any], act: Any) -> None:
    def raiser() -> None:
        from pony import orm

        database = orm.Database()

        class Person(database.Entity):  # type: ignore[name-defined, misc]
            name = orm.Required(str, 20, unique=True)

        database.bind(provider="sqlite", filename=":memory:")
        database.generate_mapping(create_tables=True)
        with orm.db_session:
            act(Person, orm, database)

    raiser.__name__ = name
    case("pony", **label)(raiser)


def _two(person: Any, orm: Any, _database: Any) -> None:
    person(name="Ada")
    orm.flush()
    _database.execute("INSERT INTO Person (name) VALUES ('Ada')")


_pony("no_person", absent, lambda person, orm, db: person[77])
_pony("name_missing", {**bug, "note": "the entity refuses what the code gives it"}, lambda person, orm, db: person())
_pony("twice", constraint, _two)
_pony("no_table", settings, lambda person, orm, db: db.execute("SELECT * FROM is_not_there"))
_pony("syntax", bug, lambda person, orm, db: db.execute("SELEKT 1"))


@case("pony", **bug)
def no_session() -> None:
    from pony import orm

    database = orm.Database()

    class Person(database.Entity):  # type: ignore[name-defined, misc]
        name = orm.Required(str)

    database.bind(provider="sqlite", filename=":memory:")
    database.generate_mapping(create_tables=True)
    Person(name="Ada")


@case("pony", **away)
def pony_refused() -> None:
    from pony import orm

    orm.Database().bind(provider="postgres", host=HOST, port=closed_port(), user=USER, database=DATABASE)


# --- alembic ----------------------------------------------------------------------------------------------------------
@case("alembic", **settings)
def no_script_folder() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    ScriptDirectory.from_config(Config())


@case("alembic", **settings)
def no_revision() -> None:
    from alembic.script import ScriptDirectory

    with tempfile.TemporaryDirectory() as folder:
        import pathlib

        (pathlib.Path(folder) / "versions").mkdir()
        ScriptDirectory(folder).get_revision("beef")
