"""A really migrated database in a temporary folder, and small makers of what goes into it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, Engine, text
from sqlalchemy.orm import Session, sessionmaker

from core.domain import CaseDraft, ModelIdentity, Prediction, StoredImage
from core.taxonomy import AnatomSite, Band, Sex
from db.engine import make_engine, make_session_factory, upgrade_to_head
from db.unit_of_work import UnitOfWork

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
on_sqlite = pytest.mark.parametrize("url", ["sqlite"], indirect=True)
on_postgres = pytest.mark.parametrize("url", ["postgresql"], indirect=True)


def embedding_of(probability: float) -> NDArray[np.float16]:
    """What a made prediction keeps beside its probability: another one's is another."""
    return (np.linspace(-1, 1, 8) + probability).astype(np.float16)


class Make:
    """Makes what a test does not care about; each thing differs from the last one."""

    noon = NOON

    def __init__(self) -> None:
        self._numbers = count(1)

    def sha256(self, name: str = "") -> str:
        return sha256((name or f"number {next(self._numbers)}").encode()).hexdigest()

    def image(self, name: str = "") -> StoredImage:
        return StoredImage(
            upload_sha256=self.sha256(name),
            blob_sha256=self.sha256(name and f"blob of {name}"),
            format="JPEG",
            orientation=6,
            width_px=640,
            height_px=480,
        )

    def model(self, version: str = "1.0") -> ModelIdentity:
        return ModelIdentity(
            name="lesion-net",
            version=version,
            weights_sha256=self.sha256(f"weights {version}"),
            card_sha256=self.sha256(f"card {version}"),
            architecture="resnet18",
        )

    def prediction(self, probability: float = 0.5, version: str = "1.0", band: Band | None = None) -> Prediction:
        return Prediction(
            malignant_probability=probability,
            raw_probability=probability / 2,
            band=band or (Band.REFER if probability >= 0.4 else Band.NO_CONCERN),
            operating_threshold=0.4,
            no_concern_threshold=0.1,
            model=self.model(version),
            embedding=embedding_of(probability),
        )

    def draft(self, **words: object) -> CaseDraft:
        number = next(self._numbers)
        draft = CaseDraft(
            submission_id=f"submission {number}",
            filename=f"picture {number}.jpg",
            pseudonym="P-001",
            lesion_label="left shoulder",
            anatom_site=AnatomSite.UPPER_EXTREMITY,
            age_years=61,
            sex=Sex.FEMALE,
            notes="itches",
            reader="dr a",
        )
        return replace(draft, **words)  # type: ignore[arg-type]


class Record:
    """Saves cases, each in a unit of work of its own and an hour after the last one."""

    def __init__(self, sessions: sessionmaker[Session], make: Make) -> None:
        self._sessions = sessions
        self._make = make
        self._hours = count()

    def save(self, probability: float = 0.5, version: str = "1.0", upload: str = "", **words: object) -> int:
        at = self._make.noon + timedelta(hours=next(self._hours))
        with UnitOfWork(self._sessions) as work:
            case_id = work.cases.add(
                self._make.draft(**words),
                self._make.image(upload),
                self._make.prediction(probability, version),
                predicted_at=at,
                app_version="0.1.0",
                created_at=at,
            )
            work.commit()
        return case_id


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database; each test that needs one runs on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'record.db'}"
    address: str = request.getfixturevalue("postgres_url")
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(url, busy_timeout_ms=50)
    upgrade_to_head(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    return make_session_factory(engine)


@pytest.fixture
def record(sessions: sessionmaker[Session], make: Make) -> Record:
    return Record(sessions, make)


@pytest.fixture
def work(sessions: sessionmaker[Session]) -> Iterator[UnitOfWork]:
    """A writing unit of work that nobody commits."""
    with UnitOfWork(sessions) as work:
        yield work


@pytest.fixture
def reading(sessions: sessionmaker[Session]) -> Iterator[Callable[[], UnitOfWork]]:
    """Opens read-only units of work, and closes them after the test."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(UnitOfWork(sessions, read_only=True))


def drop_later(connection: Connection) -> None:
    """Take away what versions after 0013 added, so that a database of the newest version passes for an earlier one."""
    connection.execute(text("DROP TABLE refusals"))
    later = {"batch_items": ("decided_by", "decided_at"), "threshold_changes": ("temperature",)}
    for table, column in ((table, column) for table, columns in later.items() for column in columns):
        connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
