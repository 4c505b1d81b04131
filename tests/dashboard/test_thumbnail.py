import base64
import re
from collections.abc import Callable

import pytest

from core.domain import StoredImage
from dashboard.components.thumbnail import thumbnail_html
from dashboard.workflow.cases import load_case
from dashboard.workflow.record import Record
from dashboard.workflow.thumbnails import load_thumbnail


@pytest.fixture
def image(save: Callable[..., int], record: Record) -> StoredImage:
    return load_case(case_id=save(), record=record)[0].image


def test_the_page_itself_holds_the_thumbnail(image: StoredImage, record: Record) -> None:
    shown = thumbnail_html(
        blob_sha256=image.blob_sha256, orientation=image.orientation, alt='Case <"1">', record=record, width_px=72
    )
    [address] = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', shown)
    expected = load_thumbnail(blob_sha256=image.blob_sha256, orientation=image.orientation, record=record)
    assert base64.b64decode(address) == expected
    assert 'style="width: 72px" alt="Case &lt;&quot;1&quot;&gt;"' in shown


def test_a_picture_that_cannot_be_read_is_told(record: Record) -> None:
    shown = thumbnail_html(blob_sha256="0" * 64, orientation=1, alt="The picture of case 3", record=record)
    assert "<img" not in shown
    assert "The picture of case 3 cannot be read." in shown
