"""Which cases the live figures count, and counts by calendar month (UTC)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, case, extract, func
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class LiveFilter:
    """Which cases count: those scored by one network's weights ("" for any) under one of its versions ("" for any: a
    new calibration may make a new version of the same weights), saved from a time (UTC) on."""

    weights_sha256: str = ""
    model_version: str = ""
    created_from: datetime | None = None
    created_before: datetime | None = None


def period(at: Any, wanted: LiveFilter) -> Iterator[ColumnElement[bool]]:  # noqa: ANN401  (a column of any table)
    """The conditions on a column of times."""
    if wanted.created_from is not None:
        yield at >= wanted.created_from
    if wanted.created_before is not None:
        yield at < wanted.created_before


def count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group a condition holds for."""
    return func.count(case((condition, 1)))


def month_of(at: Any) -> tuple[ColumnElement[int], ColumnElement[int]]:  # noqa: ANN401
    """Year and month of a column of times."""
    return extract("year", at).label("year"), extract("month", at).label("month")


def by_month(session: Session, statement: Any, counts: list[str], at: Any) -> pd.DataFrame:  # noqa: ANN401
    """Run a statement that selects `month_of(at)` and these counts, grouped by month, in the order of time."""
    months = month_of(at)
    rows = session.execute(statement.group_by(*months).order_by(*months)).all()
    return pd.DataFrame(rows, columns=["year", "month", *counts]).astype("int64")
