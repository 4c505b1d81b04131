"""The one statement that SQLite and PostgreSQL spell alike and SQLAlchemy does not."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables import Table


def insert_once(session: Session, row: type[Table]) -> Any:  # noqa: ANN401 (either dialect's Insert)
    """An INSERT that leaves a row alone that is there already, also one that another writer added a moment ago."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(row).on_conflict_do_nothing()
