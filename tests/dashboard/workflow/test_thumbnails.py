import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from core.domain import StoredImage
from core.errors import RecordNotFound
from core.settings import Settings
from dashboard.workflow.cases import load_case
from dashboard.workflow.record import Record
from dashboard.workflow.thumbnails import load_thumbnail, make_thumbnail
from tests.dashboard.conftest import draw, with_exif


@pytest.fixture
def image(save: Callable[..., int], record: Record) -> StoredImage:
    """A stored picture of 72 x 96 px that lies on its side in its file."""
    case, _ = load_case(case_id=save(with_exif(draw(), orientation=6)), record=record)
    return case.image


def test_a_thumbnail_keeps_the_shape() -> None:
    with Image.open(io.BytesIO(make_thumbnail(np.zeros((90, 120, 3), dtype=np.uint8), 60))) as shown:
        assert (shown.size, shown.format) == ((60, 45), "JPEG")


def test_the_thumbnail_of_a_stored_picture_stands_upright(image: StoredImage, record: Record) -> None:
    content = load_thumbnail(blob_sha256=image.blob_sha256, orientation=image.orientation, record=record)
    with Image.open(io.BytesIO(content)) as shown:
        assert shown.size == (72, 96)


def test_a_thumbnail_is_made_once(image: StoredImage, record: Record, settings: Settings) -> None:
    first = load_thumbnail(blob_sha256=image.blob_sha256, orientation=image.orientation, record=record)
    for path in settings.blob_root.rglob("*"):
        path.unlink() if path.is_file() else None
    assert load_thumbnail(blob_sha256=image.blob_sha256, orientation=image.orientation, record=record) == first
    assert len(record.thumbnails.names()) == 1


def test_a_missing_picture_is_told(record: Record) -> None:
    with pytest.raises(RecordNotFound):
        load_thumbnail(blob_sha256="0" * 64, orientation=1, record=record)
