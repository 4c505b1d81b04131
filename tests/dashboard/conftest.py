"""A record in a temporary home, drawn uploads, and a classifier that sees only how dark a picture is."""

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.classifier.card import ModelCard
from core.classifier.classifier import Classifier
from core.classifier.reading import Reading
from core.domain import CaseDraft, LesionImage, Prediction, Upload
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.imaging.frame import FrameRule, resize_frame
from core.settings import Settings
from core.taxonomy import Band
from dashboard.workflow.analyse import analyse_upload
from dashboard.workflow.cases import save_case
from dashboard.workflow.record import Record, open_record

HALF = (0.5, 0.5, 0.5)
RULE = FrameRule(32, 32, HALF, HALF)
CARD = ModelCard("darkness", "1.0", "none", RULE, 1.0, 0.4, 0.4, "a" * 64, (), card_sha256="b" * 64)
IDENTITY = CARD.identity
NOT_A_PICTURE = b"Dear colleague, please find attached the picture of the lesion.\n"
EXIF_ORIENTATION, EXIF_ARTIST = 0x0112, 0x013B


class DarknessClassifier(Classifier):
    """Scores a picture by how dark it is: quick, without a network, and it can be told to fail."""

    def __init__(self) -> None:
        self.card = CARD
        self.n_scored = 0
        self.fails_after: int | None = None
        self._turn = threading.Lock()

    def prepare(self, image: LesionImage) -> NDArray[np.uint8]:
        return resize_frame(image, RULE)

    def predict_frames(self, frames: NDArray[np.uint8]) -> list[Prediction]:
        with self._turn:
            if self.fails_after is not None and self.n_scored + len(frames) > self.fails_after:
                raise RuntimeError("the network broke down")
            self.n_scored += len(frames)
        return [self._predict(frame) for frame in frames]

    def read_frames(self, frames: NDArray[np.uint8]) -> list[Reading]:
        return [Reading(p, None, p.embedding.astype(np.float32)) for p in self.predict_frames(frames)]

    def _predict(self, frame: NDArray[np.uint8]) -> Prediction:
        probability = 1 - float(frame.mean()) / 255
        return Prediction(
            malignant_probability=probability,
            raw_probability=probability,
            band=Band.REFER if probability >= 0.4 else Band.NO_CONCERN,
            operating_threshold=0.4,
            no_concern_threshold=0.4,
            model=IDENTITY,
            embedding=np.full(4, probability, dtype=np.float16),
        )


def draw(seed: int = 0, darkness: float = 0.75) -> bytes:
    """A small drawn lesion as the bytes of a JPEG."""
    return draw_jpeg(DrawnLesion(width_px=96, height_px=72, seed=seed, darkness=darkness))


def shade(level: int, number: int = 0) -> bytes:
    """An even grey picture of 24 x 16 px; made in no time, different for each number, and as dark as wanted."""
    pixels = np.full((16, 24, 3), level, dtype=np.uint8)
    pixels[0, number % 24] = 255
    pixels[1, number // 24 % 24] = 255
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def with_exif(jpeg: bytes, *, orientation: int = 1, artist: str = "") -> bytes:
    """The picture saved anew with EXIF."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    if artist:
        exif[EXIF_ARTIST] = artist
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(jpeg)) as image:
        image.save(buffer, "JPEG", quality=92, exif=exif)
    return buffer.getvalue()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that says ON_BOTH_DATABASES runs those of its tests that need a record on SQLite and on PostgreSQL."""
    if "settings" in metafunc.fixturenames and getattr(metafunc.module, "ON_BOTH_DATABASES", False):
        metafunc.parametrize("settings", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings with a home of this test's own."""
    monkeypatch.setenv("LESIONWISE_HOME", str(tmp_path / "home"))
    if getattr(request, "param", "sqlite") == "postgresql":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgres_url"))
    return Settings.from_environment()


@pytest.fixture
def record(settings: Settings) -> Iterator[Record]:
    """An empty record."""
    with closing(open_record(settings)) as record:
        yield record


@pytest.fixture
def impatient(settings: Settings, record: Record) -> Iterator[Record]:
    """The same record, opened by one who does not wait long for a locked database."""
    with closing(open_record(settings, busy_timeout_ms=50)) as impatient:
        yield impatient


@pytest.fixture
def classifier() -> DarknessClassifier:
    return DarknessClassifier()


@pytest.fixture
def save(record: Record, classifier: DarknessClassifier) -> Callable[..., int]:
    """Saves a case of a drawn lesion; words as keywords. Gives its id."""

    def save_one(content: bytes | None = None, **words: object) -> int:
        upload = Upload("lesion.jpg", draw() if content is None else content)
        analysis = analyse_upload(upload=upload, classifier=classifier)
        draft = CaseDraft(analysis.submission_id, upload.filename, reader="dr a")
        return save_case(draft=replace(draft, **words), analysis=analysis, record=record)  # type: ignore[arg-type]

    return save_one
