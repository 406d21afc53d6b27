"""SQLAlchemy over psycopg, asyncpg, pymysql and sqlite3, with its sessions, pools and mappings."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import functools
import tempfile
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import StaticPool

from evaluations.classifier.raisers import _fresh_e as e
from evaluations.classifier.raisers._fresh_e import fresh, own_schema, postgres_saying
from evaluations.classifier.raisers._peers import HOST, closed_port


class Base(orm.DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    email: orm.Mapped[str] = orm.mapped_column(sa.String(40), unique=True)
    books: orm.Mapped[list[Book]] = orm.relationship(back_populates="author")


class Book(Base):
    __tablename__ = "books"
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
    title: orm.Mapped[str] = orm.mapped_column(sa.String(10))
    author_id: orm.Mapped[int] = orm.mapped_column(sa.ForeignKey("authors.id"))
    version: orm.Mapped[int] = orm.mapped_column(default=1)
    printed: orm.Mapped[dt.datetime | None]
    author: orm.Mapped[Author] = orm.relationship(back_populates="books")
    __mapper_args__ = {"version_id_col": version}


def url_of(driver: str, port: int = 5432, user: str = "root", database: str = "test") -> sa.URL:
    return sa.URL.create(driver, host=HOST, port=port, username=user, password="none", database=database)


@functools.cache
def postgres() -> sa.Engine:
    schema = own_schema("sqlalchemy")
    engine = sa.create_engine(
        url_of("postgresql+psycopg"), connect_args={"options": f"-c search_path={schema}"}, poolclass=sa.NullPool
    )
    Base.metadata.create_all(engine)
    with orm.Session(engine) as session:
        session.add(Author(id=1, email="ann@example.test", books=[Book(id=1, title="One"), Book(id=2, title="Two")]))
        session.commit()
    return engine


def sqlite(*, filled: bool = True) -> sa.Engine:
    engine = sa.create_engine("sqlite://", poolclass=StaticPool)
    if filled:
        Base.metadata.create_all(engine)
        with orm.Session(engine) as session:
            session.add(Author(id=1, email="ann@example.test", books=[Book(id=1, title="One")]))
            session.commit()
    return engine


# --- what the database says -------------------------------------------------------------------------------------------
@fresh("sqlalchemy", e.DUPLICATE)
def email_taken() -> None:
    with orm.Session(postgres()) as session:
        session.add(Author(id=2, email="ann@example.test"))
        session.commit()


@fresh("sqlalchemy", e.Label("data_integrity", False, (400, 409, 422), "medium"))
def author_does_not_exist() -> None:
    with orm.Session(postgres()) as session:
        session.add(Book(id=9, title="Lost", author_id=404))
        session.flush()


@fresh("sqlalchemy", e.CONSTRAINT)
def title_is_null() -> None:
    with orm.Session(sqlite()) as session:
        session.add(Book(id=3, author_id=1))
        session.commit()


@fresh("sqlalchemy", e.SETUP)
def table_missing() -> None:
    with postgres().connect() as connection:
        connection.execute(sa.text("select * from publishers"))


@fresh("sqlalchemy", e.SETUP)
def table_missing_in_sqlite() -> None:
    with orm.Session(sqlite(filled=False)) as session:
        session.get(Author, 1)


@fresh("sqlalchemy", e.LOST)
def nobody_listens() -> None:
    sa.create_engine(url_of("postgresql+psycopg", closed_port())).connect()


@fresh("sqlalchemy", e.LOST)
async def nobody_listens_asyncpg() -> None:
    engine = create_async_engine(url_of("postgresql+asyncpg", closed_port()))
    async with engine.connect() as connection:
        await connection.execute(sa.text("select 1"))


@fresh("sqlalchemy", e.REFUSED_US)
def password_refused() -> None:
    with postgres_saying("28P01", 'password authentication failed for user "shop"') as port:
        sa.create_engine(url_of("postgresql+psycopg2", port, "shop")).connect()


@fresh("sqlalchemy", e.SETUP)
def database_missing() -> None:
    sa.create_engine(url_of("postgresql+psycopg", database="fresh_e_nowhere")).connect()


@fresh("sqlalchemy", e.SLOW)
def statement_timeout() -> None:
    with postgres().connect() as connection:
        connection.execute(sa.text("set statement_timeout = '30ms'"))
        connection.execute(sa.text("select pg_sleep(2)"))


@fresh("sqlalchemy", e.CONTENTION)
def row_locked() -> None:
    with orm.Session(postgres()) as one, orm.Session(postgres()) as other:
        one.execute(sa.select(Book).where(Book.id == 1).with_for_update())
        other.execute(sa.select(Book).where(Book.id == 1).with_for_update(nowait=True))


@fresh("sqlalchemy", e.CONTENTION)
async def deadlock_asyncpg() -> None:
    postgres()
    schema = own_schema("sqlalchemy")
    engine = create_async_engine(
        url_of("postgresql+asyncpg"), connect_args={"server_settings": {"search_path": schema}}
    )
    change = sa.text("update books set title = 'X' where id = :id")
    try:
        async with AsyncSession(engine) as one, AsyncSession(engine) as other:
            await one.execute(change, {"id": 1})
            await other.execute(change, {"id": 2})
            done = await asyncio.gather(
                one.execute(change, {"id": 2}), other.execute(change, {"id": 1}), return_exceptions=True
            )
            raise next(fault for fault in done if isinstance(fault, BaseException))
    finally:
        await engine.dispose()


@fresh("sqlalchemy", e.CONTENTION)
def sqlite_locked() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "app.db")
        engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 0.05})
        Base.metadata.create_all(engine)
        with engine.connect() as one, engine.connect() as other:
            one.exec_driver_sql("begin immediate")
            other.execute(sa.insert(Author).values(id=1, email="x@example.test"))


@fresh("sqlalchemy", e.FULL)
def disk_full() -> None:
    with postgres_saying("53100", "No space left on device", at="query") as port:
        engine = sa.create_engine(url_of("postgresql+psycopg2", port), connect_args={"sslmode": "disable"})
        engine.dialect.initialize = lambda _: None  # type: ignore[method-assign]
        with engine.connect() as connection:
            connection.execute(sa.text("insert into events values (1)"))


# --- pools, sessions, mappings ----------------------------------------------------------------------------------------
@fresh("sqlalchemy", e.THROTTLED)
def pool_exhausted() -> None:
    engine = sa.create_engine("sqlite://", poolclass=sa.QueuePool, pool_size=1, max_overflow=0, pool_timeout=0.05)
    with engine.connect(), engine.connect():
        pass


@fresh("sqlalchemy", e.ABSENT)
def no_such_book() -> None:
    with orm.Session(sqlite()) as session:
        session.execute(sa.select(Book).where(Book.id == 12)).scalar_one()


@fresh("sqlalchemy", e.Label("concurrency", True, (409, 503), "medium"), note="an edit conflict could be low as well")
def row_changed_meanwhile() -> None:
    engine = sqlite()
    with orm.Session(engine) as session:
        book = session.get_one(Book, 1)
        session.connection().exec_driver_sql("update books set version = version + 1")
        book.title = "Changed"
        session.flush()


@fresh("sqlalchemy", e.BUG)
def detached_instance() -> None:
    with orm.Session(sqlite()) as session:
        author = session.get_one(Author, 1)
    author.books


@fresh("sqlalchemy", e.BUG)
async def lazy_load_in_async() -> None:
    engine = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add(Author(id=1, email="ann@example.test"))
        await session.commit()
        author = (await session.execute(sa.select(Author))).scalar_one()
        author.books


@fresh("sqlalchemy", e.BUG)
def session_in_need_of_rollback() -> None:
    with orm.Session(sqlite()) as session:
        session.add(Author(id=1, email="b@example.test"))
        with contextlib.suppress(sa.exc.IntegrityError):
            session.flush()
        session.scalar(sa.select(sa.func.count()).select_from(Author))


@fresh("sqlalchemy", e.BUG)
def no_such_attribute() -> None:
    sa.select(Author).filter_by(surname="Ann")


@fresh("sqlalchemy", e.BUG)
def a_string_where_a_date_is_due() -> None:
    with orm.Session(sqlite()) as session:
        session.add(Book(id=7, title="Seven", author_id=1, printed="yesterday"))
        session.flush()


@fresh("sqlalchemy", e.BUG)
def bind_parameter_missing() -> None:
    with sqlite().connect() as connection:
        connection.execute(sa.text("select * from books where id = :id and title = :title"), {"id": 1})


@fresh("sqlalchemy", e.SETUP)
def url_is_malformed() -> None:
    sa.create_engine("")


@fresh("sqlalchemy", e.SETUP)
def dialect_unknown() -> None:
    sa.create_engine("postgres://shop@db.example.test/shop")


@fresh("sqlalchemy", e.SETUP)
def driver_not_installed() -> None:
    sa.create_engine("oracle+cx_oracle://shop@db.example.test/shop")


@fresh("sqlalchemy", e.BUG, note="a mapping that names a class which is not there")
def relationship_to_nothing() -> None:
    class Other(orm.DeclarativeBase):
        pass

    class Page(Other):
        __tablename__ = "pages"
        id: orm.Mapped[int] = orm.mapped_column(primary_key=True)
        chapter: orm.Mapped[Any] = orm.relationship("Chapter")

    Page(id=1)


# --- wrapped ----------------------------------------------------------------------------------------------------------
@fresh("sqlalchemy", e.DUPLICATE)
def repository_error_from_integrity() -> None:
    class RepositoryError(Exception):
        pass

    try:
        email_taken()
    except sa.exc.IntegrityError as fault:
        raise RepositoryError("could not save author") from fault


@fresh("sqlalchemy", e.RULE)
def domain_error_from_integrity() -> None:
    class SeatAlreadyTaken(Exception):
        pass

    try:
        email_taken()
    except sa.exc.IntegrityError as fault:
        raise SeatAlreadyTaken("seat 4B is taken") from fault


@fresh("sqlalchemy", e.LOST)
def retries_exhausted() -> None:
    from tenacity import retry, stop_after_attempt, wait_none

    retry(stop=stop_after_attempt(2), wait=wait_none())(nobody_listens)()
