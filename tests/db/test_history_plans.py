"""The main questions of the history are answered by an index, in both kinds of database."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Select, text
from sqlalchemy.orm import Session, sessionmaker

from core.domain import CaseFilter, CaseMark
from core.taxonomy import AnatomSite, Band
from db.queries import select_count, select_page
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Record, on_postgres

MARK = CaseMark(NOON + timedelta(days=1), 7)
BY_KEY = "ix_case_facts_created_at_case_id"
NARROWED = {
    "ix_case_facts_anatom_site_created_at_case_id": CaseFilter(anatom_site=AnatomSite.HEAD_NECK),
    "ix_case_facts_band_created_at_case_id": CaseFilter(band=Band.REFER),
    "ix_case_facts_model_version_created_at_case_id": CaseFilter(model_version="1.0"),
    "ix_case_facts_is_reviewed_created_at_case_id": CaseFilter(is_reviewed=True),
    "ix_case_facts_is_confirmed_malignant_created_at_case_id": CaseFilter(is_confirmed_malignant=True),
    "ix_case_facts_is_overridden_created_at_case_id": CaseFilter(is_overridden=True),
}


@pytest.fixture
def filled(record: Record, sessions: sessionmaker[Session]) -> Iterator[Session]:
    """A session on a record of some cases, in which PostgreSQL may not read whole tables: of so few it would."""
    for _ in range(5):
        record.save()
    with UnitOfWork(sessions) as work:
        if work.session.get_bind().dialect.name == "postgresql":
            for way in ("seqscan", "bitmapscan", "sort"):
                work.session.execute(text(f"SET LOCAL enable_{way} = off"))
        yield work.session


def plan(session: Session, statement: Select[Any]) -> str:
    compiled = statement.compile(session.connection(), compile_kwargs={"literal_binds": True})
    how = "EXPLAIN QUERY PLAN" if session.get_bind().dialect.name == "sqlite" else "EXPLAIN"
    rows = session.connection().exec_driver_sql(f"{how} {str(compiled).replace('%', '%%')}")
    return "\n".join(str(row[-1]) for row in rows)


def is_sorted_by_index(told: str) -> bool:
    return "USE TEMP B-TREE" not in told and "Sort" not in told


@pytest.mark.parametrize("after", [None, MARK])
def test_a_page_comes_from_the_key_s_index_in_its_order(filled: Session, after: CaseMark | None) -> None:
    told = plan(filled, select_page(CaseFilter(), limit=20, after=after))
    assert BY_KEY in told
    assert is_sorted_by_index(told)


def test_a_page_behind_a_mark_begins_at_the_mark(filled: Session) -> None:
    told = plan(filled, select_page(CaseFilter(), limit=20, after=MARK))
    assert "Index Cond" in told or "SEARCH" in told


@pytest.mark.parametrize("index", NARROWED)
@pytest.mark.parametrize("after", [None, MARK])
def test_a_filter_s_page_comes_from_its_own_index_in_order(filled: Session, index: str, after: CaseMark | None) -> None:
    told = plan(filled, select_page(NARROWED[index], limit=20, after=after))
    assert index in told
    assert is_sorted_by_index(told)


@pytest.mark.parametrize("index", NARROWED)
def test_a_filter_s_count_comes_from_its_index(filled: Session, index: str) -> None:
    assert index in plan(filled, select_count(NARROWED[index], 10_001))


def test_a_period_s_page_comes_from_the_key_s_index(filled: Session) -> None:
    period = CaseFilter(created_from=NOON, created_before=NOON + timedelta(hours=3))
    assert BY_KEY in plan(filled, select_page(period, limit=20))


def test_a_pseudonym_is_looked_up(filled: Session) -> None:
    told = plan(filled, select_page(CaseFilter(pseudonym="P-001"), limit=20))
    assert "uq_patients_pseudonym" in told or "sqlite_autoindex_patients" in told
    assert "ix_cases_patient_id" in told


@on_postgres
def test_words_are_found_by_their_trigrams(filled: Session) -> None:
    filled.execute(text("SET LOCAL enable_bitmapscan = on"))
    told = plan(filled, select_page(CaseFilter(text="melanoma itches"), limit=20))
    assert "ix_case_words_words" in told
