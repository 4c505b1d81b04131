"""Saving a case, finding it again, and what the clinician adds to it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core import APP_VERSION
from core.domain import (
    Analysis,
    CaseDraft,
    CaseFilter,
    CaseMark,
    CaseRecord,
    ConfirmedDiagnosis,
    LesionImage,
    LesionSummary,
    Review,
)
from core.errors import CaseChanged, RecordNotFound
from core.imaging.decode import decode
from dashboard.lesion_words import words_of
from dashboard.workflow.first_read import FinalReading, add_final
from dashboard.workflow.record import LARGEST_ID, Record, utc_now
from dashboard.workflow.sign_off import require_open
from db.queries import count_cases, distinct_model_versions, search_cases
from db.unit_of_work import UnitOfWork

COUNTED = 10_000  # cases of a filter that are counted: nobody pages through more, and counting a million takes long


@dataclass(frozen=True, slots=True, eq=False)
class CasePage:
    """One page of the case history: its rows, and how many cases the filter has, of which no more than COUNTED count.

    `end` is where the next page begins; None where there is no case on this one.
    """

    rows: pd.DataFrame
    n_total: int
    is_counted: bool = True
    end: CaseMark | None = None


def save_case(*, draft: CaseDraft, analysis: Analysis, record: Record) -> int:
    """Keep the picture, then the case with its prediction, in one unit of work; gives the case's id.

    The same `submission_id` saves once, however often it comes. A failure leaves at most a picture that no row names.
    Raises StorageFailed.
    """
    image = record.keep_picture(analysis.upload.content, analysis.image)
    with record.writing() as work:
        known = work.cases.find_by_submission(draft.submission_id)
        if known is not None:
            return known
        if not record.blobs.has(image.blob_sha256):  # erasing another patient took it while the lock was waited for
            record.keep_picture(analysis.upload.content, analysis.image)
        case_id = work.cases.add(
            draft,
            image,
            analysis.prediction,
            predicted_at=analysis.analysed_at,
            app_version=APP_VERSION,
            created_at=utc_now(),
        )
        if analysis.checks is not None:
            work.checks.add(case_id, analysis.checks)
        _review_as_decided(work, draft.submission_id, case_id)
        work.audit.add(at=utc_now(), who=draft.reader, action="save", entity="case", entity_id=case_id)
    return case_id


def list_lesions(*, pseudonym: str, record: Record) -> tuple[LesionSummary, ...]:
    """The lesions of a patient; none where nobody of that pseudonym is known."""
    if not pseudonym:
        return ()
    with record.reading() as work:
        return work.patients.lesions(pseudonym)


def list_other_lesions(*, case_id: int, record: Record) -> tuple[LesionSummary, ...]:
    """The lesions of a case's patient but its own."""
    with record.reading() as work:
        return work.patients.other_lesions(case_id)


def load_case(*, case_id: int, record: Record) -> tuple[CaseRecord, tuple[CaseRecord, ...]]:
    """A case, and the other cases of its lesion. Raises RecordNotFound."""
    if case_id > LARGEST_ID:
        raise RecordNotFound(f"There is no case {case_id}.")
    with record.reading() as work:
        return work.cases.get(case_id), work.cases.of_lesion(case_id)


def load_picture(*, case: CaseRecord, record: Record) -> LesionImage:
    """The stored picture, upright. Raises RecordNotFound or ImageRejected."""
    return read_stored(record, case.image.blob_sha256, case.image.orientation)


def read_stored(record: Record, blob_sha256: str, orientation: int) -> LesionImage:
    """A picture of the blob store, turned upright by its EXIF orientation (1-8)."""
    return turn_upright(decode(record.blobs.open(blob_sha256)), orientation)


def turn_upright(image: LesionImage, orientation: int) -> LesionImage:
    """Apply an EXIF orientation (1-8) to pixels as they lie in the file. Source: EXIF 2.3, tag 0x0112."""
    turned = {
        1: image.pixels,
        2: image.pixels[:, ::-1],
        3: image.pixels[::-1, ::-1],
        4: image.pixels[::-1],
        5: image.pixels.transpose(1, 0, 2),
        6: image.pixels.transpose(1, 0, 2)[:, ::-1],
        7: image.pixels.transpose(1, 0, 2)[::-1, ::-1],
        8: image.pixels.transpose(1, 0, 2)[::-1],
    }[orientation]
    pixels = np.ascontiguousarray(turned)
    pixels.setflags(write=False)
    return LesionImage(pixels=pixels, sha256=image.sha256, format=image.format, orientation=orientation)


def find_earlier_cases(*, upload_sha256: str, record: Record) -> tuple[CaseRecord, ...]:
    """Cases that were saved from exactly the same file, newest first."""
    with record.reading() as work:
        return work.cases.find_by_upload(upload_sha256)


def update_case(
    *,
    case_id: int,
    draft: CaseDraft,
    who: str,
    record: Record,
    begun_from: CaseRecord | None = None,
    final: FinalReading | None = None,
) -> None:
    """Replace the clinician's words about a case, where they are still those that the form was begun from, and keep a
    final assessment with them: both or neither.

    Raises RecordNotFound, CaseSignedOff, CaseChanged or StorageFailed.
    """
    with record.writing() as work:
        require_open(work, case_id)
        if begun_from is not None and words_of(work.cases.get(case_id)) != words_of(begun_from):
            raise CaseChanged(f"Case {case_id} was changed by somebody else meanwhile. Nothing was saved.")
        work.cases.update_words(case_id, draft)
        work.audit.add(at=utc_now(), who=who, action="edit", entity="case", entity_id=case_id)
        if final is not None:
            add_final(work, final)


def review_case(*, case_id: int, review: Review, record: Record) -> None:
    """Add the clinician's assessment; earlier ones stay. Raises RecordNotFound or StorageFailed."""
    with record.writing() as work:
        work.reviews.add(case_id, review)
        work.audit.add(
            at=review.reviewed_at,
            who=review.reviewer,
            action="review",
            entity="case",
            entity_id=case_id,
            detail={"assessment": review.assessment},
        )


def confirm_diagnosis(*, case_id: int, diagnosis: ConfirmedDiagnosis, record: Record) -> None:
    """Add what the lesion turned out to be; the newest counts. Raises RecordNotFound or StorageFailed."""
    with record.writing() as work:
        work.diagnoses.add(case_id, diagnosis)
        work.audit.add(
            at=diagnosis.recorded_at,
            who=diagnosis.recorded_by,
            action="confirm diagnosis",
            entity="case",
            entity_id=case_id,
            detail={"diagnosis": diagnosis.diagnosis, "confirm_type": diagnosis.confirm_type},
        )


def list_cases(*, wanted: CaseFilter, page_size: int, record: Record, after: CaseMark | None = None) -> CasePage:
    """One page of the history, newest first, from its top or from behind the end of another page."""
    with record.reading() as work:
        rows = search_cases(work.session, wanted, limit=page_size, after=after)
        is_all = after is None and len(rows) < page_size
        n_found = len(rows) if is_all else count_cases(work.session, wanted, up_to=COUNTED + 1)
    return CasePage(rows, min(n_found, COUNTED), n_found <= COUNTED, _end_of(rows))


def _end_of(rows: pd.DataFrame) -> CaseMark | None:
    if rows.empty:
        return None
    last = rows.iloc[-1]
    return CaseMark(last["created_at"].to_pydatetime(), int(last["case_id"]))


def known_model_versions(*, record: Record) -> list[str]:
    """The versions that any stored prediction came from."""
    with record.reading() as work:
        return distinct_model_versions(work.session)


def _review_as_decided(work: UnitOfWork, submission_id: str, case_id: int) -> None:
    """A next step that was decided before the case was saved is its first review."""
    for final in work.reads.finals([submission_id]).get(submission_id, ())[:1]:
        if final.decision is not None:
            work.reviews.add(case_id, Review(final.decision, "", final.reader, final.assessed_at))
