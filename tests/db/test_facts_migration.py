"""Cases of an older version get the rows that the history is narrowed by when the database goes up."""

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session, sessionmaker

from core.domain import Review
from core.taxonomy import Band
from db.engine import upgrade_to_head
from db.tables import CaseFactsRow
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, Record, drop_later
from tests.db.repositories.test_checks import CHECKS


def facts(sessions: sessionmaker[Session]) -> list[tuple[object, ...]]:
    with UnitOfWork(sessions, read_only=True) as work:
        rows = work.session.execute(select(CaseFactsRow.__table__).order_by(CaseFactsRow.case_id))
        return [tuple(row) for row in rows]


def test_the_migration_writes_what_the_code_writes(
    engine: Engine, record: Record, sessions: sessionmaker[Session]
) -> None:
    ids = [record.save(0.9), record.save(0.05, pseudonym="", anatom_site=None), record.save(0.9)]
    with UnitOfWork(sessions) as work:
        work.reviews.add(ids[0], Review(Band.REFER, "", "dr b", NOON))
        work.checks.add(ids[2], CHECKS)
        work.commit()
    written = facts(sessions)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE case_facts"))
        drop_later(connection)
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP INDEX ix_case_words_words"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0010'"))
    upgrade_to_head(engine)
    assert facts(sessions) == written
    assert len(written) == 3
