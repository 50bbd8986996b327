"""Where an org keeps its state: SQLite through SQLAlchemy Core, in memory or in one file.

In a file it survives ``kill -9`` at any moment: every change is one transaction in write-ahead mode. One process owns
the file at a time; a second one is told so. The directory is readable by its owner alone (0700, the files 0600),
for it holds private keys.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import NullPool, Pool, StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable

from fake_idp.org.errors import DataDirInUse, DataDirUnusable

FILE_NAME = "org.sqlite3"
SCHEMA_VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class UtcTime(sa.TypeDecorator[datetime]):
    """An aware UTC time, kept as whole microseconds since 1970 so that it sorts and survives exactly."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> int | None:  # noqa: ARG002
        """To microseconds."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002
        """From microseconds."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


schema = sa.MetaData()


def _table(name: str, *columns: Any) -> sa.Table:
    # The position keeps the order in which rows were made, which is the order that lists show.
    return sa.Table(name, schema, sa.Column("position", sa.Integer, primary_key=True), *columns)


def _text(name: str, **more: Any) -> sa.Column[str]:
    more.setdefault("nullable", False)
    return sa.Column(name, sa.Text, **more)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, UtcTime, nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(create_constraint=False), nullable=False, default=False)


meta = sa.Table("meta", schema, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.JSON))
people = _table(
    "people", _text("id", unique=True), _text("login"), _text("login_key", unique=True), _text("email"),
    _text("first_name"), _text("last_name"), _text("status"), _flag("is_admin"),
    _time("created"), _time("last_updated"), _time("status_changed"),
    _time("password_changed", nullable=True), _time("activated", nullable=True), _time("last_login", nullable=True),
    _text("password_hash"), sa.Column("profile", sa.JSON, nullable=False),
)  # fmt: skip
groups = _table(
    "groups", _text("id", unique=True), _text("name"), _text("name_key", unique=True), _text("description"),
    _text("type"), _time("created"), _time("last_updated"), _time("last_membership_updated"),
)  # fmt: skip
members = _table(
    "members", _text("group_id"), _text("person_id"), sa.UniqueConstraint("group_id", "person_id")
)
apps = _table(
    "apps", _text("id", unique=True), _text("name"), _text("label"), _text("status"),
    _text("external_key", unique=True), _text("link_id"), _time("created"), _time("last_updated"),
    sa.Column("settings", sa.JSON, nullable=False), _text("signing_kid"), _flag("hidden"),
    _text("application_username"), _text("username_expression"), _text("username_update"),
    _text("access_error_url"), _text("notes"),
)  # fmt: skip
app_slugs = _table(
    "app_slugs", _text("slug", unique=True), sa.Column("last_number", sa.Integer, nullable=False)
)
logos = _table(
    "logos",
    _text("app_id", unique=True),
    _text("content_type"),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
keys = _table(
    "keys", _text("kid"), _text("app_id"), _text("purpose"), _text("private_key_pem"), _text("certificate_pem"),
    _time("created"), sa.UniqueConstraint("app_id", "kid"),
)  # fmt: skip
assignments = _table(
    "assignments", _text("app_id"), _text("scope"), _text("target_id"), _text("user_name"), _time("created"),
    sa.Column("priority", sa.Integer, nullable=False), sa.UniqueConstraint("app_id", "scope", "target_id"),
)  # fmt: skip
app_users = _table(
    "app_users", _text("id", unique=True), _text("app_id"), _text("person_id"), _text("user_name"), _text("scope"),
    _flag("overridden"), _time("created"), _time("last_updated"), sa.UniqueConstraint("app_id", "person_id"),
)  # fmt: skip
sessions = _table(
    "sessions", _text("id", unique=True), _text("person_id", index=True), _time("created"), _time("authenticated_at"),
    _time("expires_at"), _flag("remember"), sa.Column("amr", sa.JSON, nullable=False),
    sa.Column("authentications", sa.Integer, nullable=False),
)  # fmt: skip
app_sessions = _table(
    "app_sessions", _text("session_id", index=True), _text("app_id"), _text("session_index"), _text("name_id"),
    _text("name_id_format"), _time("created"),
)  # fmt: skip
hooks = _table(
    "hooks", _text("id", unique=True), _text("name", unique=True), _text("url"), _text("header_name"),
    _text("header_value"), _text("status"),
)  # fmt: skip
events = _table(
    "events", _text("uuid"), _time("published"), _text("event_type"), _text("result"), _text("reason", nullable=True),
    _text("data"),
)  # fmt: skip


class Store:
    """One open database. All access goes through one connection and one lock."""

    def __init__(self, data_dir: Path | None = None) -> None:
        """Open the store in memory, or in ``data_dir``, which is made if need be.

        :raises DataDirInUse: when another process has it open.
        :raises DataDirUnusable: when its file is damaged, or was written by another version.
        """
        self.lock = threading.RLock()
        self.path = None if data_dir is None else _private_file(data_dir)
        self._depth = 0
        self._engine = _memory() if self.path is None else _file(self.path)
        self._connection = self._engine.connect()
        self._driver = cast(sqlite3.Connection, self._connection.connection.driver_connection)
        try:
            self._prepare()
        except (sa.exc.DatabaseError, sqlite3.DatabaseError) as trouble:
            self.close()
            if "locked" in str(trouble):
                raise DataDirInUse(
                    f"the data directory {data_dir} is in use by another process; stop it, or give another directory"
                ) from None
            if self.path is None:
                raise
            cause = trouble.orig if isinstance(trouble, sa.exc.DatabaseError) else trouble
            raise DataDirUnusable(
                f"{self.path} cannot be read: {cause}; restore it from a copy, or start with an empty directory"
            ) from trouble

    def _prepare(self) -> None:
        if self.path is not None:
            # Exclusive before the first write: the owner keeps the lock until it ends, however it ends.
            self._connection.exec_driver_sql("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            self._connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        with self.transaction():
            tables = self._connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
            if not tables:
                for statement in _statements_of_schema():
                    self._connection.exec_driver_sql(statement)
                self._connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
        version = self._connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version != SCHEMA_VERSION:
            self.close()
            raise DataDirUnusable(
                f"{self.path} was written by another version (schema {version}, this one has {SCHEMA_VERSION}); "
                "export the org with the version that wrote it, or start with an empty directory"
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: what runs inside is kept together, and undone together when it raises. May be nested."""
        with self.lock:
            if self._depth:
                yield
                return
            self._driver.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._depth = 0
                self._driver.execute("ROLLBACK")
                raise
            self._depth = 0
            self._driver.execute("COMMIT")

    def rows(self, statement: sa.Select[Any]) -> Sequence[sa.Row[Any]]:
        """All rows of a query."""
        with self.lock:
            return self._connection.execute(statement).all()

    def row(self, statement: sa.Select[Any]) -> sa.Row[Any] | None:
        """The first row of a query, or None."""
        with self.lock:
            return self._connection.execute(statement).first()

    def scalar(self, statement: sa.Select[Any]) -> Any:
        """The first column of the first row, or None."""
        with self.lock:
            return self._connection.execute(statement).scalar()

    def insert(self, table: sa.Table, **values: Any) -> None:
        """Add one row."""
        with self.lock:
            sql, processors = _insert(table, tuple(values))
            self._driver.execute(
                sql, [process(value) for process, value in zip(processors, values.values(), strict=True)]
            )

    def change(
        self, statement: sa.Update | sa.Delete | sa.Insert, values: Mapping[str, Any] | None = None
    ) -> int:
        """Run an update or delete, with ``values`` for its bound parameters; gives the number of rows."""
        with self.lock:
            return self._connection.execute(statement, values).rowcount

    def set_meta(self, key: str, value: Any) -> None:
        """Keep one named value of the org itself."""
        with self.transaction():
            self.change(meta.delete().where(meta.c.key == key))
            self.insert(meta, key=key, value=value)

    def meta(self) -> Mapping[str, Any]:
        """All named values of the org itself."""
        return {row.key: row.value for row in self.rows(sa.select(meta))}

    def close(self) -> None:
        """Let the database go. It cannot be used afterwards."""
        with self.lock:
            self._connection.close()
            if self.path is not None:
                self._engine.dispose()


def _engine(database: str | None, pool: type[Pool]) -> sa.Engine:
    return sa.create_engine(
        sa.URL.create("sqlite", database=database),
        poolclass=pool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "timeout": 0.2, "cached_statements": 256},
    )


def _file(path: Path) -> sa.Engine:
    return _engine(str(path), StaticPool)


@cache
def _memory() -> sa.Engine:
    """One engine for all orgs in memory: unpooled, each connection is a database of its own, and what SQLAlchemy has
    compiled for one org serves the next.
    """
    return _engine(None, NullPool)


@cache
def _statements_of_schema() -> tuple[str, ...]:
    dialect = sqlite.dialect()
    tables = schema.sorted_tables
    indexes = [index for table in tables for index in table.indexes]
    items: list[CreateTable | CreateIndex] = [*map(CreateTable, tables), *map(CreateIndex, indexes)]
    return tuple(str(item.compile(dialect=dialect)) for item in items)


@cache
def _insert(table: sa.Table, names: tuple[str, ...]) -> tuple[str, list[Callable[[Any], Any]]]:
    """An INSERT of these columns, and what makes of each value one that SQLite takes.

    Run by the driver itself it costs a fifth of what it costs through SQLAlchemy, and a login writes four rows.
    """
    dialect = sqlite.dialect()
    types = [table.c[name].type.dialect_impl(dialect) for name in names]
    columns, places = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    return (
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})',  # noqa: S608 - names of the schema above
        [type_.bind_processor(dialect) or _as_it_is for type_ in types],
    )


def _as_it_is(value: Any) -> Any:
    return value


def _private_file(data_dir: Path) -> Path:
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    data_dir.chmod(0o700)
    path = data_dir / FILE_NAME
    # Made here and not by SQLite, which would follow the umask; its -wal file copies this one's mode.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
    return path
