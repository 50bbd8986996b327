"""What the SP remembers: SQLite in memory, or in a file that survives a restart."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool
from sqlalchemy.schema import CreateIndex, CreateTable


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite itself keeps no zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database: UTC without zone."""
        del dialect  # SQLite alone is used
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database: the zone again."""
        del dialect  # SQLite alone is used
        return None if value is None else value.replace(tzinfo=UTC)


tables = MetaData()

organizations = Table(
    "organizations",
    tables,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("plan", String, nullable=False),
    Column("saved", JSON, nullable=False),
    Column("saved_metadata", LargeBinary, nullable=False, default=b""),
    Column("draft", JSON),
    Column("draft_metadata", LargeBinary, nullable=False, default=b""),
    Column("tested_metadata", LargeBinary, nullable=False, default=b""),
    Column("metadata_checked", UtcDateTime),
    Column("metadata_problem", String, nullable=False, default=""),
)

members = Table(
    "members",
    tables,
    Column("org_id", String, primary_key=True),
    Column("email_key", String, primary_key=True),
    Column("email", String, nullable=False),
    Column("role", String, nullable=False),
    Column("status", String, nullable=False),
    Column("password_hash", String, nullable=False, default=""),
    Column("joined_by", String, nullable=False, default=""),
    Column("identity", String, nullable=False, default=""),
    Column("created", UtcDateTime, nullable=False),
)

sessions = Table(
    "sessions",
    tables,
    Column("id", String, primary_key=True),
    Column("org_id", String, nullable=False),
    Column("email_key", String, nullable=False),
    Column("method", String, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("expires", UtcDateTime, nullable=False),
    Column("seen", UtcDateTime, nullable=False),
    Column("browser", String, nullable=False, default="", index=True),
    Column("offered", Boolean, nullable=False, default=False),
    Column("issuer", String, nullable=False, default="", index=True),
    Column("name_id", String, nullable=False, default=""),
    Column("name_id_format", String, nullable=False, default=""),
    Column("name_qualifier", String, nullable=False, default=""),
    Column("sp_name_qualifier", String, nullable=False, default=""),
    Column("session_index", String, nullable=False, default=""),
    Column("attributes", JSON, nullable=False),
)

requests = Table(
    "requests",
    tables,
    Column("id", String, primary_key=True),
    Column("org_id", String, nullable=False),
    Column("idp", String, nullable=False),
    Column("browser", String, nullable=False),
    Column("relay_state", String, nullable=False, index=True),
    Column("next_page", String, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Column("answered", Boolean, nullable=False, default=False),
    Column("test", Boolean, nullable=False, default=False),
    Column("force_authn", Boolean, nullable=False, default=False),
    Column("authn_context", String, nullable=False, default=""),
)

used_messages = Table(
    "used_messages",
    tables,
    Column("issuer", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)

ended_sessions = Table(
    "ended_sessions",
    tables,
    Column("issuer", String, primary_key=True),
    Column("name_id", String, primary_key=True),
    Column("session_index", String, primary_key=True),
    Column("until", UtcDateTime, nullable=False),
)

logouts = Table(
    "logouts",
    tables,
    Column("id", String, primary_key=True),
    Column("org_id", String, nullable=False),
    Column("browser", String, nullable=False),
    Column("created", UtcDateTime, nullable=False),
)

audit_entries = Table(
    "audit_entries",
    tables,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("org_id", String, nullable=False, index=True),
    Column("entry", JSON, nullable=False),
)

mails = Table(
    "mails",
    tables,
    Column("org_id", String, primary_key=True),
    Column("topic", String, primary_key=True),
    Column("to", String, primary_key=True),
    Column("subject", String, nullable=False),
    Column("text", String, nullable=False),
    Column("sent", UtcDateTime, nullable=False),
)

attempts = Table(
    "attempts",
    tables,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("org_id", String, nullable=False, index=True),
    Column("reference", String, nullable=False, index=True),
    Column("attempt", JSON, nullable=False),
)


SCHEMA_VERSION = 2
"""Raised with every change of the tables above."""


class DataDirUnusable(Exception):
    """What lies in the data directory was not written by this version, or is damaged."""


class Store:
    """One database, used by one thread at a time."""

    def __init__(self, data_dir: Path | None = None) -> None:
        """Open the store in memory, or in ``data_dir``, which is made if need be.

        :raises DataDirUnusable: when its file is damaged, or was written by another version.
        """
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._engine = _memory() if data_dir is None else _file(data_dir / "reference-sp.sqlite")
        self._memory = None if data_dir is not None else self._engine.connect()
        if self._memory is None:
            _prepare_file(self._engine)
            return
        for statement in _statements_of_schema():
            self._memory.exec_driver_sql(statement)
        self._memory.commit()

    @contextmanager
    def work(self) -> Iterator[Connection]:
        """One unit of work: all of it happens, or nothing. Units inside one another are one."""
        with self._lock:
            if self._connection is not None:
                yield self._connection
                return
            with self._begun() as connection:
                self._connection = connection
                try:
                    yield connection
                finally:
                    self._connection = None

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        if self._memory is None:
            with self._engine.begin() as connection:
                yield connection
        else:
            with self._memory.begin():
                yield self._memory

    def close(self) -> None:
        """Let go of the file, or of the memory."""
        if self._memory is not None:
            self._memory.close()
        else:
            self._engine.dispose()


@cache
def _memory() -> Engine:
    """One engine for all SPs in memory: unpooled, each connection is a database of its own, and what SQLAlchemy has
    compiled for one SP serves the next.
    """
    return create_engine("sqlite://", poolclass=NullPool, connect_args={"check_same_thread": False})


@cache
def _statements_of_schema() -> tuple[str, ...]:
    dialect = sqlite.dialect()
    indexes = [index for table in tables.sorted_tables for index in table.indexes]
    items: list[CreateTable | CreateIndex] = [
        *map(CreateTable, tables.sorted_tables),
        *map(CreateIndex, indexes),
    ]
    return tuple(str(item.compile(dialect=dialect)) for item in items)


def _prepare_file(engine: Engine) -> None:
    path = engine.url.database
    try:
        with engine.begin() as connection:
            held = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
            if not held:
                tables.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    except DatabaseError as trouble:
        raise DataDirUnusable(
            f"{path} cannot be read: {trouble.orig}; restore it from a copy, or start with an empty directory"
        ) from trouble
    if version != SCHEMA_VERSION:
        raise DataDirUnusable(
            f"{path} was written by another version (schema {version}, this one has {SCHEMA_VERSION}); "
            "start with an empty directory, and import the configuration that the other version exports"
        )


def _file(path: Path) -> Engine:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _durable(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    return engine
