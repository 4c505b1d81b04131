"""Reports that were signed, with the bytes that were signed."""

from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from core.domain import SignedReport
from core.errors import RecordNotFound
from core.taxonomy import HeatmapMethod
from db.repositories.reviews import require_case
from db.tables import SignedReportFileRow, SignedReportRow


class SignedReportRepository:
    """Signed reports are added and never changed: an amended one is a later revision."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        case_id: int,
        content: bytes,
        *,
        revision: int,
        content_sha256: str,
        heatmap_method: HeatmapMethod | None,
        signed_by: str,
        signed_at: datetime,
    ) -> int:
        """Keep a signed PDF and give its id. Raises RecordNotFound if there is no such case."""
        require_case(self._session, case_id)
        values = {"case_id": case_id, "revision": revision, "content_sha256": content_sha256}
        values |= {"heatmap_method": heatmap_method, "signed_by": signed_by, "signed_at": signed_at}
        statement = insert(SignedReportRow).values(values).returning(SignedReportRow.id)
        report_id = self._session.execute(statement).scalar_one()
        self._session.execute(insert(SignedReportFileRow).values(report_id=report_id, content=content))
        return report_id

    def of_case(self, case_id: int) -> tuple[SignedReport, ...]:
        """All revisions that were signed, newest first."""
        statement = select(SignedReportRow).where(SignedReportRow.case_id == case_id)
        return tuple(_to_report(row) for row in self._session.scalars(statement.order_by(SignedReportRow.id.desc())))

    def content(self, report_id: int) -> bytes:
        """The signed PDF. Raises RecordNotFound if there is none."""
        statement = select(SignedReportFileRow.content).where(SignedReportFileRow.report_id == report_id)
        found = self._session.scalar(statement)
        if found is None:
            raise RecordNotFound(f"There is no signed report {report_id}.")
        return found


def _to_report(row: SignedReportRow) -> SignedReport:
    return SignedReport(
        report_id=row.id,
        case_id=row.case_id,
        revision=row.revision,
        content_sha256=row.content_sha256,
        heatmap_method=row.heatmap_method,
        signed_by=row.signed_by,
        signed_at=row.signed_at,
    )
