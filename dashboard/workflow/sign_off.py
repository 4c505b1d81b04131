"""A case that somebody stands for: what was said of it is locked, until it is reopened with a reason."""

from core.domain import SignOff
from core.errors import CaseSignedOff
from dashboard.workflow.record import Record, utc_now
from db.unit_of_work import UnitOfWork


def load_sign_off(*, case_id: int, record: Record) -> SignOff | None:
    """Who stands for a case, and since when; None while nobody does."""
    with record.reading() as work:
        return work.sign_offs.of_cases([case_id]).get(case_id)


def require_open(work: UnitOfWork, case_id: int) -> None:
    """Raises CaseSignedOff where somebody stands for the case as it is."""
    signed = work.sign_offs.of_cases([case_id]).get(case_id)
    if signed is not None:
        raise CaseSignedOff(f"Case {case_id} was signed off by {signed.signed_by}: what it says is locked.")


def reopen_case(*, case_id: int, reason: str, who: str, record: Record) -> bool:
    """Take a sign-off back, so that a mistake can be corrected; False where there is none.

    Who had signed, when, and why it was taken back stay in the audit trail; signed reports stay as they are. Raises
    StorageFailed, and ValueError without a name and a reason.
    """
    if not who or not reason.strip():
        raise ValueError("expected who reopens the case and why, got an empty name or reason")
    with record.writing() as work:
        signed = work.sign_offs.of_cases([case_id]).get(case_id)
        if signed is None:
            return False
        work.sign_offs.withdraw(case_id)
        detail = {"reason": reason.strip(), "signed_by": signed.signed_by, "signed_at": signed.signed_at.isoformat()}
        work.audit.add(at=utc_now(), who=who, action="reopen", entity="case", entity_id=case_id, detail=detail)
    return True
