"""What was kept as a switch from another reader's first read is none any more once the database goes up."""

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from core.domain import FinalAssessment, FirstRead
from core.taxonomy import Impression, ReadMode
from db.engine import upgrade_to_head
from db.unit_of_work import UnitOfWork
from tests.db.conftest import NOON, drop_later

READERS = ("dr a", "dr b", "")


def test_only_a_switch_from_ones_own_first_read_stays_one(engine: Engine, sessions: sessionmaker[Session]) -> None:
    with UnitOfWork(sessions) as work:
        work.reads.add_first(FirstRead("one", ReadMode.BLIND, "dr a", NOON, Impression.BENIGN))
        for reader in READERS:
            work.reads.add_final(FinalAssessment("one", Impression.MALIGNANT, reader, NOON, is_switch=True))
        work.commit()
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_case_facts_is_overridden_created_at_case_id"))  # of a later version
        drop_later(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0011'"))
    upgrade_to_head(engine)
    with UnitOfWork(sessions, read_only=True) as work:
        finals = work.reads.finals(["one"])["one"]
    assert {final.reader: final.is_switch for final in finals} == {"dr a": True, "dr b": False, "": False}
