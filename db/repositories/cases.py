"""Cases: saved once for each submission, read whole."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from core.domain import CaseDraft, CaseRecord, Prediction, StoredImage
from core.errors import RecordNotFound
from db.case_words import touch
from db.repositories.case_rows import changeable, fixed, select_cases, to_fields
from db.repositories.lesions import Place, correct_site, drop_unused, file_case, hand_over_recalls
from db.repositories.predictions import store_scores
from db.repositories.reads import ReadRepository, link_reads
from db.repositories.reviews import DiagnosisRepository, ReviewRepository
from db.repositories.statements import insert_once
from db.tables import CaseRow, ImageRow, VisitRow


@dataclass(frozen=True, slots=True, eq=False)
class NewCase:
    """What a case is made of: the clinician's words, the picture, and what the model said about it."""

    draft: CaseDraft
    image: StoredImage
    prediction: Prediction


class CaseRepository:
    """The clinician's words about one picture, with the picture and its prediction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        draft: CaseDraft,
        image: StoredImage,
        prediction: Prediction,
        *,
        predicted_at: datetime,
        app_version: str,
        created_at: datetime,
    ) -> int:
        """Save a case and give its id; a second time with the same `submission_id` gives the first one's id."""
        case = NewCase(draft, image, prediction)
        return self.add_many([case], predicted_at=predicted_at, app_version=app_version, created_at=created_at)[0]

    def add_many(
        self, cases: Sequence[NewCase], *, predicted_at: datetime, app_version: str, created_at: datetime
    ) -> list[int]:
        """Save cases in as few statements as one, and give their ids in the same order; as `add` for each of them."""
        submissions = [case.draft.submission_id for case in cases]
        known = self._ids_of(submissions)
        new = {case.draft.submission_id: case for case in cases if case.draft.submission_id not in known}
        scores = store_scores(
            self._session,
            [(case.image, case.prediction) for case in new.values()],
            predicted_at=predicted_at,
            app_version=app_version,
        )
        drafts = {submission_id: case.draft for submission_id, case in new.items()}
        self._insert_once(drafts, dict(zip(new, scores, strict=True)), app_version=app_version, created_at=created_at)
        found = known | self._ids_of(list(new))
        return [found[submission_id] for submission_id in submissions]

    def get(self, case_id: int) -> CaseRecord:
        """The whole case. Raises RecordNotFound if there is none with that id."""
        found = self._records(CaseRow.id == case_id)
        if not found:
            raise RecordNotFound(f"There is no case {case_id}.")
        return found[0]

    def find_by_submission(self, submission_id: str) -> int | None:
        """The id of the case that this submission has become; None if it was not saved."""
        return self._ids_of([submission_id]).get(submission_id)

    def find_by_upload(self, upload_sha256: str) -> tuple[CaseRecord, ...]:
        """Earlier cases of exactly the same file, newest first."""
        return self._records(ImageRow.upload_sha256 == upload_sha256)[::-1]

    def of_lesion(self, case_id: int) -> tuple[CaseRecord, ...]:
        """The other cases of the same patient's lesion, oldest first; none where the case names no lesion."""
        lesion_id = select(CaseRow.lesion_id).where(CaseRow.id == case_id).scalar_subquery()
        return self._records((CaseRow.lesion_id == lesion_id) & (CaseRow.id != case_id))

    def in_lesion(self, lesion_id: int) -> tuple[CaseRecord, ...]:
        """All cases of a lesion, oldest first."""
        return self._records(CaseRow.lesion_id == lesion_id)

    def update_words(self, case_id: int, draft: CaseDraft) -> None:
        """Replace the clinician's words; picture, prediction, reader and times stay. Raises RecordNotFound."""
        before, known_day = self._place(case_id)
        touch(self._session, case_id)
        after = file_case(self._session, draft, draft.visited_on or known_day)
        correct_site(self._session, after.lesion_id, draft)
        self._session.execute(
            update(CaseRow).where(CaseRow.id == case_id).values(changeable(draft) | asdict(after)),
            execution_options={"synchronize_session": False},
        )
        hand_over_recalls(self._session, before, after)
        drop_unused(self._session, before)

    def _insert_once(
        self,
        drafts: Mapping[str, CaseDraft],
        ids: Mapping[str, tuple[int, int]],
        *,
        app_version: str,
        created_at: datetime,
    ) -> None:
        """Insert cases by submission with the ids of picture and prediction; one that is there stays as it is."""
        if not drafts:
            return
        day = _day_of(created_at)
        places = {name: file_case(self._session, draft, draft.visited_on or day) for name, draft in drafts.items()}
        values = [
            fixed(draft)
            | changeable(draft)
            | asdict(places[name])
            | {"image_id": ids[name][0], "prediction_id": ids[name][1]}
            | {"app_version": app_version, "created_at": created_at}
            for name, draft in drafts.items()
        ]
        statement = insert_once(self._session, CaseRow).returning(CaseRow.id, CaseRow.submission_id)
        made = {name: case_id for case_id, name in self._session.execute(statement, values)}
        link_reads(self._session, list(made))
        for case_id in made.values():
            touch(self._session, case_id)
        for name in drafts.keys() - made.keys():  # another writer was faster
            drop_unused(self._session, places[name])

    def _ids_of(self, submission_ids: Sequence[str]) -> dict[str, int]:
        """The case that each of these submissions has become, where it was saved."""
        statement = select(CaseRow.submission_id, CaseRow.id).where(CaseRow.submission_id.in_(submission_ids))
        return dict(self._session.execute(statement).all())

    def _place(self, case_id: int) -> tuple[Place, date]:
        """Where a case is filed, and the day of its visit, or of its saving where it has none."""
        columns = (CaseRow.patient_id, CaseRow.lesion_id, CaseRow.visit_id, VisitRow.visited_on, CaseRow.created_at)
        statement = select(*columns).outerjoin(VisitRow, VisitRow.id == CaseRow.visit_id).where(CaseRow.id == case_id)
        row = self._session.execute(statement).one_or_none()
        if row is None:
            raise RecordNotFound(f"There is no case {case_id}.")
        return Place(row.patient_id, row.lesion_id, row.visit_id), row.visited_on or _day_of(row.created_at)

    def _records(self, is_wanted: ColumnElement[bool]) -> tuple[CaseRecord, ...]:
        rows = self._session.execute(select_cases().where(is_wanted)).all()
        ids, submissions = [row.CaseRow.id for row in rows], [row.CaseRow.submission_id for row in rows]
        reviews = ReviewRepository(self._session).of_cases(ids)
        diagnoses = DiagnosisRepository(self._session).of_cases(ids)
        reads = ReadRepository(self._session)
        firsts, finals = reads.firsts(submissions), reads.finals(submissions)
        return tuple(
            CaseRecord(
                **to_fields(row),
                reviews=reviews.get(row.CaseRow.id, ()),
                diagnosis=diagnoses.get(row.CaseRow.id),
                first_read=firsts.get(row.CaseRow.submission_id),
                finals=finals.get(row.CaseRow.submission_id, ()),
            )
            for row in rows
        )


def _day_of(at: datetime) -> date:
    """The day on which a case was saved by this machine's clock, which is what the form calls today."""
    return at.astimezone().date()
