"""One use case, one short session: what is not committed has not happened."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from sqlalchemy.orm import Session, sessionmaker

from db.case_words import refresh_touched
from db.repositories import (
    AuditRepository,
    BatchRepository,
    CaseRepository,
    ChecksRepository,
    DiagnosisRepository,
    ErasureRepository,
    PatientRepository,
    PredictionRepository,
    ReadRepository,
    RecallRepository,
    ReviewRepository,
    SavedFilterRepository,
    SettingRepository,
    SignedReportRepository,
    SignOffRepository,
)
from db.transactions import BEGIN_READING, BEGIN_WRITING


class UnitOfWork:
    """The repositories over one transaction; leaving without `commit()` undoes everything.

    A writing one holds the database's write lock from its start, so keep what is slow outside of it. From entering to
    commit it raises StorageFailed. Made anew for each use case, and for one thread.
    """

    session: Session
    cases: CaseRepository
    checks: ChecksRepository
    reviews: ReviewRepository
    diagnoses: DiagnosisRepository
    reads: ReadRepository
    patients: PatientRepository
    batches: BatchRepository
    predictions: PredictionRepository
    settings: SettingRepository
    audit: AuditRepository
    sign_offs: SignOffRepository
    recalls: RecallRepository
    signed_reports: SignedReportRepository
    saved_filters: SavedFilterRepository
    erasure: ErasureRepository

    def __init__(self, session_factory: sessionmaker[Session], *, read_only: bool = False) -> None:
        self._session_factory = session_factory
        self._is_read_only = read_only

    def __enter__(self) -> Self:
        self.session = self._open()
        self.cases = CaseRepository(self.session)
        self.checks = ChecksRepository(self.session)
        self.reviews = ReviewRepository(self.session)
        self.diagnoses = DiagnosisRepository(self.session)
        self.reads = ReadRepository(self.session)
        self.patients = PatientRepository(self.session)
        self.batches = BatchRepository(self.session)
        self.predictions = PredictionRepository(self.session)
        self.settings = SettingRepository(self.session)
        self.audit = AuditRepository(self.session)
        self.sign_offs = SignOffRepository(self.session)
        self.recalls = RecallRepository(self.session)
        self.signed_reports = SignedReportRepository(self.session)
        self.saved_filters = SavedFilterRepository(self.session)
        self.erasure = ErasureRepository(self.session)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    def commit(self) -> None:
        """Make all changes so far last. Raises RuntimeError in a read-only unit of work."""
        if self._is_read_only:
            raise RuntimeError("expected a writing unit of work, got commit() in a read-only one")
        refresh_touched(self.session)
        self.session.commit()

    def _open(self) -> Session:
        session = self._session_factory()
        options = BEGIN_READING if self._is_read_only else BEGIN_WRITING
        session.bind = session.get_bind().execution_options(**options)
        with ExitStack() as undo:
            undo.callback(session.close)
            session.connection()  # begins now, so that a busy database is found out before any work is done
            undo.pop_all()
        return session
