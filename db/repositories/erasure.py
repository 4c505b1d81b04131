"""Taking one patient out of the record, with everything in any table that hangs on that patient."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.errors import RecordNotFound
from core.taxonomy import BatchState, ItemState
from db.repositories.batch_rows import ITEM_ENTITY, SUBMISSION
from db.repositories.refusals import forget_day_marks
from db.tables import (
    AuditRow,
    BatchItemRow,
    BatchRow,
    CaseRow,
    FinalAssessmentRow,
    FirstReadRow,
    ImageRow,
    ImageStatisticsRow,
    LesionRow,
    PatientRow,
    PredictionRow,
    Table,
)

_ABOUT_PICTURES = (PredictionRow, ImageStatisticsRow)  # they say something of a picture, and do not keep it


@dataclass(frozen=True, slots=True)
class Belongings:
    """What there is of a patient; `staged` names files of batches that wait for their score.

    `patient_id` is None where only files of batches are known by that pseudonym.
    """

    patient_id: int | None
    case_ids: tuple[int, ...]
    item_ids: tuple[int, ...]
    submission_ids: tuple[str, ...]
    image_ids: tuple[int, ...]
    staged: tuple[str, ...]


class ErasureRepository:
    """Finds and deletes what belongs to a patient; the pictures' files are the caller's."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def belongings(self, pseudonym: str) -> Belongings:
        """What would be erased. Raises RecordNotFound if nobody has that pseudonym."""
        patient_id = self._session.scalar(select(PatientRow.id).where(PatientRow.pseudonym == pseudonym))
        cases = [] if patient_id is None else self._cases_of(patient_id)
        case_ids = tuple(row.id for row in cases)
        item = BatchItemRow
        is_unsaved = and_(item.case_id.is_(None), item.pseudonym == pseudonym, item.pseudonym != "")
        is_named = or_(item.case_id.in_(case_ids), is_unsaved)
        items = self._session.execute(select(item.id, item.image_id, item.staged).where(is_named)).all()
        if patient_id is None and not items:
            raise RecordNotFound(f"There is no patient {pseudonym}.")
        return Belongings(
            patient_id=patient_id,
            case_ids=case_ids,
            item_ids=tuple(row.id for row in items),
            submission_ids=(*(row.submission_id for row in cases), *(f"{SUBMISSION}{row.id}" for row in items)),
            image_ids=tuple({row.image_id for row in (*cases, *items) if row.image_id is not None}),
            staged=tuple(row.staged for row in items if row.staged),
        )

    def count_pictures(self, found: Belongings) -> int:
        """How many pictures would go: those that are nobody else's too."""
        own = select(ImageRow.id, ImageRow.blob_sha256).where(ImageRow.id.in_(found.image_ids))
        blobs = {row.id: row.blob_sha256 for row in self._session.execute(own)}
        users = ((CaseRow, found.case_ids), (BatchItemRow, found.item_ids))
        of_others = [
            select(row.image_id).where(row.image_id.in_(blobs), row.id.not_in(theirs)) for row, theirs in users
        ]
        kept = {blobs[image_id] for image_id in self._session.scalars(sa.union(*of_others)) if image_id is not None}
        is_elsewhere = and_(ImageRow.blob_sha256.in_(set(blobs.values())), ImageRow.id.not_in(blobs))
        kept |= set(self._session.scalars(select(ImageRow.blob_sha256).where(is_elsewhere)))
        return len(set(blobs.values()) - kept)

    def _cases_of(self, patient_id: int) -> Sequence[sa.Row[int, str, int]]:
        lesions = select(LesionRow.id).where(LesionRow.patient_id == patient_id)
        is_theirs = or_(CaseRow.patient_id == patient_id, CaseRow.lesion_id.in_(lesions))
        return self._session.execute(select(CaseRow.id, CaseRow.submission_id, CaseRow.image_id).where(is_theirs)).all()

    def erase(self, pseudonym: str, found: Belongings) -> set[str]:
        """Delete it all; gives the SHA-256 of the pictures that no row names any more."""
        for reads in (FirstReadRow, FinalAssessmentRow):
            self._session.execute(delete(reads).where(reads.submission_id.in_(found.submission_ids)))
        self._delete_tree(BatchItemRow, found.item_ids)
        self._delete_tree(PatientRow, [found.patient_id] if found.patient_id is not None else [])
        self._blank_audit(found)
        forget_day_marks(self._session)
        # A file that was assigned to this patient and became another one's case is that one's.
        blank = {"pseudonym": "", "lesion_label": "", "filename": "Erased name"}
        self._session.execute(update(BatchItemRow).where(BatchItemRow.pseudonym == pseudonym).values(**blank))
        return self._delete_pictures(found.image_ids)

    def blank_batch_names(self, is_theirs: Callable[[str], bool]) -> None:
        """Take the name of a batch away where it tells whose pictures are in it."""
        names = self._session.execute(select(BatchRow.id, BatchRow.name)).all()
        theirs = [row.id for row in names if is_theirs(row.name)]
        self._session.execute(update(BatchRow).where(BatchRow.id.in_(theirs)).values(name="Erased name"))

    def finish_emptied_batches(self) -> None:
        """A paused batch whose last waiting files went has nothing to be resumed for."""
        is_waiting = exists().where(BatchItemRow.batch_id == BatchRow.id, BatchItemRow.state == ItemState.WAITING)
        is_emptied = (BatchRow.state == BatchState.PAUSED) & ~is_waiting
        self._session.execute(update(BatchRow).where(is_emptied).values(state=BatchState.FINISHED))

    def has_left(self) -> bool:
        """Whether a picture of somebody who was erased is still there; see `erase_left`."""
        return self._session.scalar(_left().limit(1)) is not None

    def erase_left(self) -> set[str]:
        """Delete the pictures that earlier versions left of erased patients; gives SHA-256 as `erase` does.

        Only pictures of cases are measured for drift, so that a measured one without a case or a file of a batch was
        left by an erasure.
        """
        return self._delete_pictures(list(self._session.scalars(_left())))

    def _delete_pictures(self, image_ids: Collection[int]) -> set[str]:
        statement = select(ImageRow.id, ImageRow.blob_sha256).where(ImageRow.id.in_(image_ids), ~_is_kept(ImageRow.id))
        orphans = self._session.execute(statement).all()
        self._delete_tree(ImageRow, [row.id for row in orphans])
        return self.unnamed({row.blob_sha256 for row in orphans})

    def unnamed(self, blobs: set[str]) -> set[str]:
        """Those of these pictures' SHA-256 that no row names."""
        named = self._session.scalars(select(ImageRow.blob_sha256).where(ImageRow.blob_sha256.in_(blobs)))
        return blobs - set(named)

    def _blank_audit(self, found: Belongings) -> None:
        """Who did something when stays, what it was about goes."""
        row = AuditRow
        numbers = {"case": found.case_ids, ITEM_ENTITY: found.item_ids, "submission": found.submission_ids}
        about = [(row.entity == kind) & row.entity_id.in_([*map(str, ids)]) for kind, ids in numbers.items()]
        self._session.execute(update(row).where(or_(*about)).values(detail="{}"))

    def _delete_tree(self, row: type[Table], ids: Iterable[int]) -> None:
        _delete_tree(self._session, _table(row), list(ids))


def _left() -> sa.Select[int]:
    return select(ImageStatisticsRow.image_id).where(~_is_kept(ImageStatisticsRow.image_id))


def _is_kept(image_id: InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    """Whether a case or a file of a batch shows the picture of the surrounding query."""
    said = [_table(row) for row in _ABOUT_PICTURES]
    users = [column for user, column in _references(_table(ImageRow)) if user not in said]
    return or_(*(exists().where(column == image_id) for column in users))


def _delete_tree(session: Session, table: sa.Table, ids: Collection[int]) -> None:
    """Delete rows by id, after every row of any table that names them: also of tables that come later."""
    if not ids:
        return
    for child, column in _references(table):
        if "id" in child.c:
            _delete_tree(session, child, list(session.scalars(select(child.c.id).where(column.in_(ids)))))
        else:
            session.execute(delete(child).where(column.in_(ids)))
    session.execute(delete(table).where(table.c.id.in_(ids)))


def _references(table: sa.Table) -> list[tuple[sa.Table, sa.Column[int]]]:
    """The columns that name a table's rows, each with the table that it is in."""
    return [
        (other, key.parent)
        for other in Table.metadata.sorted_tables
        for key in other.foreign_keys
        if key.column.table is table
    ]


def _table(row: type[Table]) -> sa.Table:
    return Table.metadata.tables[row.__tablename__]
