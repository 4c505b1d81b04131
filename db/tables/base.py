"""What the tables are made of: their common parent, a type for times, and the constraints that recur."""

import enum
from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, DateTime, Enum, Index, MetaData, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A time that is stored in UTC and comes back aware; a naive one is refused, for nobody knows its clock."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ValueError for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"expected a time with a time zone, got the naive {value.isoformat()}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The stored time, aware."""
        return None if value is None else value.replace(tzinfo=UTC)


def _values(members: type[enum.Enum]) -> list[str]:
    return [str(member.value) for member in members]


def one_of(column: str, members: Iterable[enum.StrEnum]) -> CheckConstraint:
    """A column that holds one of ISIC's words, or NULL where it may."""
    words = ", ".join(f"'{member}'" for member in members)
    return CheckConstraint(f"{column} IN ({words})", name=column)


def probability(column: str) -> CheckConstraint:
    """A column that lies in [0, 1], or is NULL where it may be."""
    return CheckConstraint(f"{column} BETWEEN 0 AND 1", name=column)


def unique_where(name: str, *columns: str, where: str) -> Index:
    """Columns that no two rows share among those for which `where` holds, in both kinds of database."""
    return Index(name, *columns, unique=True, sqlite_where=text(where), postgresql_where=text(where))


# For tables whose rows the audit trail names by their id: an erased row's id is given to no other. PostgreSQL's ids
# never come again anyway.
KEEPS_IDS = {"sqlite_autoincrement": True}


class Table(DeclarativeBase):
    """What all tables share: names for constraints, UTC times, and enums stored as ISIC's words."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own way to say it)
        datetime: UtcDateTime(),
        enum.Enum: Enum(enum.Enum, native_enum=False, length=64, validate_strings=True, values_callable=_values),
    }
