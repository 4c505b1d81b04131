"""A picture that a gate holds back is counted with its gate; one that passes is not."""

from dataclasses import replace

from sqlalchemy import select

from core.domain import Checks, QualityNote, QualityReport, ScopeReport
from core.taxonomy import Gate
from dashboard.workflow.record import Record
from dashboard.workflow.refusals import count_refusal
from db.tables import RefusalRow
from tests.dashboard.conftest import CARD

FINE = QualityNote("Glare", 0.0, "share", True, "0.0% is white glare", is_blocking=True)
PASSED = Checks(QualityReport((FINE,)), ScopeReport(1.0, 0.0), ())
BLURRED = replace(PASSED, quality=QualityReport((QualityNote("Sharpness", 0.1, "", False, "blurred", "", True),)))
NO_SKIN = replace(BLURRED, scope=ScopeReport(-1.0, 0.0, "This is no dermoscopic picture."))


def count(record: Record, checks: Checks, upload_sha256: str) -> None:
    count_refusal(upload_sha256=upload_sha256, checks=checks, card=CARD, reader="dr a", record=record)


def test_it_is_counted_with_gate_reason_network_and_reader(record: Record) -> None:
    for checks, upload in ((PASSED, "one"), (BLURRED, "two"), (BLURRED, "two"), (NO_SKIN, "three")):
        count(record, checks, upload)
    with record.reading() as work:
        rows = work.session.scalars(select(RefusalRow).order_by(RefusalRow.id)).all()
    assert [row.gate for row in rows] == [Gate.QUALITY, Gate.SCOPE]
    assert rows[0].reason == "Sharpness: blurred."
    assert rows[1].reason.startswith("This is no dermoscopic picture.")
    assert {(row.model_name, row.weights_sha256, row.reader) for row in rows} == {
        (CARD.name, CARD.weights_sha256, "dr a")
    }
