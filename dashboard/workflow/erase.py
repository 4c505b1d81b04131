"""Erasing a patient: rows and pictures go for good, a line in the audit trail says that it was done."""

from dataclasses import dataclass

from core.pseudonyms import names_pseudonym
from dashboard.workflow.record import Record, utc_now
from dashboard.workflow.staging import forget_staged
from dashboard.workflow.thumbnails import forget_thumbnails
from db.engine import forget_deleted


@dataclass(frozen=True, slots=True)
class Erasure:
    """How much there is of a patient, or was."""

    n_cases: int
    n_files_in_batches: int
    n_pictures: int


def preview_erasure(*, pseudonym: str, record: Record) -> Erasure:
    """What erasing this patient would take. Raises RecordNotFound."""
    with record.reading() as work:
        found = work.erasure.belongings(pseudonym)
        return Erasure(len(found.case_ids), len(found.item_ids), work.erasure.count_pictures(found))


def erase_patient(*, pseudonym: str, who: str, record: Record) -> Erasure:
    """Erase a patient with every case, picture, read and batch file. Raises RecordNotFound or StorageFailed.

    The pictures go before the rows are committed: what fails half-way is told and can be done again, and no picture
    stays behind that nothing names. A picture that another patient's case shows too is kept for that case.
    """
    with record.writing() as work:
        found = work.erasure.belongings(pseudonym)
        blobs = work.erasure.erase(pseudonym, found)
        work.erasure.finish_emptied_batches()
        work.erasure.blank_batch_names(lambda name: names_pseudonym(name, pseudonym))
        for kept in work.saved_filters.all():
            said = (kept.name, kept.wanted.pseudonym, kept.wanted.text)
            if any(names_pseudonym(text, pseudonym) for text in said):
                work.saved_filters.remove(kept.filter_id)
        erased = Erasure(len(found.case_ids), len(found.item_ids), len(blobs))
        work.audit.add(
            at=utc_now(),
            who=who,
            action="erase",
            entity="patient",
            entity_id=found.patient_id or "",
            detail={"n_cases": erased.n_cases, "n_pictures": erased.n_pictures},
        )
        forget_staged(names=found.staged, record=record)
        for sha256 in blobs:
            _remove_picture(sha256, record)
    forget_deleted(record.session_factory.kw["bind"])
    return erased


def erase_left_pictures(*, record: Record) -> None:
    """Erase the pictures that earlier versions left of erased patients. Raises StorageFailed."""
    with record.writing() as work:
        blobs = work.erasure.erase_left()
        if blobs:
            detail = {"n_pictures": len(blobs)}
            work.audit.add(at=utc_now(), who="", action="erase", entity="pictures left", entity_id="", detail=detail)
        for sha256 in blobs:
            _remove_picture(sha256, record)
    forget_deleted(record.session_factory.kw["bind"])


def _remove_picture(sha256: str, record: Record) -> None:
    record.blobs.remove(sha256)
    forget_thumbnails(blob_sha256=sha256, record=record)
