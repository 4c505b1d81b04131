"""The practice's record: the database and the pictures, as the use cases are handed them."""

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.orm import Session, sessionmaker

from core.domain import LesionImage, StoredImage
from core.errors import StorageFailed, StorageReadOnly
from core.settings import Settings
from db.blobs import BlobStore
from db.case_words import has_missing, refresh_missing
from db.clean import strip_metadata
from db.engine import make_engine, make_session_factory, upgrade_to_head
from db.places import Place, open_place
from db.unit_of_work import UnitOfWork

_LOG = logging.getLogger(__name__)
LARGEST_ID = 2**63 - 1  # what the database can be asked for; an address may hold any number


@dataclass(frozen=True, slots=True)
class Record:
    """Where cases are kept. `staging` holds a batch's files until they are scored, `thumbnails` what lists show.

    All of it is the same for every server of a practice: any of them may score a batch, and erase a patient.
    """

    session_factory: sessionmaker[Session]
    blobs: BlobStore
    staging: Place
    thumbnails: Place

    def close(self) -> None:
        """Let go of the database; what is asked for later opens it anew."""
        self.session_factory.kw["bind"].dispose()

    def reading(self) -> UnitOfWork:
        """A unit of work that only looks."""
        return UnitOfWork(self.session_factory, read_only=True)

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A unit of work that is committed when its block ends without an error. Raises StorageFailed."""
        with UnitOfWork(self.session_factory) as work:
            yield work
            work.commit()

    def stage(self, content: bytes) -> str:
        """Put a file aside as it came, metadata and all, until its batch has been scored; gives its name there."""
        name = uuid.uuid4().hex
        self.staging.write(name, content)
        return name

    def keep_picture(self, content: bytes, image: LesionImage) -> StoredImage:
        """Store the picture free of metadata; storing it again changes nothing. Raises StorageFailed."""
        clean = strip_metadata(content, image.pixels, image.orientation)
        return StoredImage(
            upload_sha256=image.sha256,
            blob_sha256=self.blobs.put(clean.content),
            format=clean.format,
            orientation=clean.orientation,
            width_px=image.width_px,
            height_px=image.height_px,
        )


def open_record(settings: Settings, *, busy_timeout_ms: int = 5000) -> Record:
    """Open the record, bringing the database to its newest schema. Raises StorageFailed."""
    if settings.home.exists() and not settings.home.is_dir():
        raise StorageReadOnly(
            f"The data folder {settings.home} is a file, not a folder.",
            "Move that file away, or set LESIONWISE_HOME to another folder, and start the program again.",
        )
    engine = make_engine(settings.database_url, busy_timeout_ms=busy_timeout_ms)
    upgrade_to_head(engine)
    record = Record(
        session_factory=make_session_factory(engine),
        blobs=BlobStore(open_place(settings.picture_address, "images")),
        staging=open_place(settings.picture_address, "staging"),
        thumbnails=open_place(settings.picture_address, "thumbnails"),
    )
    _make_searchable(record)
    _finish_erasures(record)
    return record


def _make_searchable(record: Record) -> None:
    """Give cases of an older version the words by which they are found."""
    with record.reading() as work:
        is_complete = not has_missing(work.session)
    if not is_complete:
        with record.writing() as work:
            refresh_missing(work.session)


def _finish_erasures(record: Record) -> None:
    """Erase the pictures that an older version left of erased patients; where that fails, the next start does it."""
    with record.reading() as work:
        is_done = not work.erasure.has_left()
    if not is_done:
        from dashboard.workflow.erase import erase_left_pictures  # which stands on this module

        try:
            erase_left_pictures(record=record)
        except StorageFailed as error:  # the page is to open all the same
            _LOG.warning("pictures of erased patients are still there: %s", error)


def utc_now() -> datetime:
    """The time that is stored: aware, in UTC."""
    return datetime.now(UTC)
