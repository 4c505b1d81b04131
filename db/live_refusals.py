"""How many of the pictures that were looked at got no score at first, month by month."""

from typing import Any

import pandas as pd
from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from core.taxonomy import ItemState
from db.live_months import LiveFilter, by_month, count_if, month_of, period
from db.tables import BatchItemRow, BatchRow, CaseChecksRow, CaseRow, RefusalRow

COUNTS = ["looked_at", "held_back"]


def refusals_by_month(session: Session, wanted: LiveFilter) -> pd.DataFrame:
    """Per month pictures that were looked at, and those that got no score at first; each is counted once, in the month
    in which its batch was begun, it was held back, or its case was saved.

    A file of a batch got none where it could not be read or a gate held it back, also if it was scored later for a
    reason. On the Analyse page a picture counts that a gate held back, or that passed the gates and was saved, from the
    first one on that was held back there: before, nobody counted those. What was held back was scored by nobody, so the
    network of the filter does not narrow it.
    """
    parts = [_batch_files(session, wanted), _refusals(session, wanted), _passed(session, wanted)]
    return pd.concat(parts).groupby(["year", "month"], as_index=False).sum()


def _batch_files(session: Session, wanted: LiveFilter) -> pd.DataFrame:
    row = BatchItemRow
    is_overridden = row.prediction_id.is_not(None) & (row.reason != "")
    counts = (count_if(row.state != ItemState.WAITING), count_if((row.state == ItemState.REJECTED) | is_overridden))
    statement = (
        select(*month_of(BatchRow.created_at), *counts)
        .join(row, row.batch_id == BatchRow.id)
        .where(*period(BatchRow.created_at, wanted))
    )
    return by_month(session, statement, COUNTS, BatchRow.created_at)


def _refusals(session: Session, wanted: LiveFilter) -> pd.DataFrame:
    at, n = RefusalRow.refused_at, func.count(RefusalRow.id)
    statement = select(*month_of(at), n, n.label("held_back")).where(*period(at, wanted))
    return by_month(session, statement, COUNTS, at)


def _passed(session: Session, wanted: LiveFilter) -> pd.DataFrame:
    """Cases of the Analyse page whose pictures passed the gates."""
    at = CaseRow.created_at
    is_from_batch = select(BatchItemRow.id).where(BatchItemRow.case_id == CaseRow.id).exists()
    since = select(func.min(RefusalRow.refused_at)).scalar_subquery()
    statement: Any = (
        select(*month_of(at), func.count(CaseRow.id), literal_column("0"))
        .join(CaseChecksRow, CaseChecksRow.case_id == CaseRow.id)
        .where(CaseChecksRow.override_reason == "", ~is_from_batch, at >= since, *period(at, wanted))
    )
    return by_month(session, statement, COUNTS, at)
