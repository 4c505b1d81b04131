"""The parts of the components that need no page: words, numbers, and pictures for the browser."""

import io
from datetime import UTC, datetime

import numpy as np
import pytest
from PIL import Image

from core.imaging.drawn import DrawnLesion, draw_lesion
from core.taxonomy import MALIGNANT_KINDS, Band, Diagnosis, HeatmapMethod
from dashboard.components import words
from dashboard.components.pictures import WIDEST_PX, encode_picture, shown_width

PIXELS = draw_lesion(DrawnLesion(width_px=120, height_px=90))


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.0, "<1%"),
        (0.004, "<1%"),
        (0.005, "<1%"),
        (0.006, "1%"),
        (0.17, "17%"),
        (0.994, "99%"),
        (0.996, ">99%"),
        (1.0, ">99%"),
    ],
)
def test_a_probability_is_whole_per_cent(probability: float, text: str) -> None:
    assert words.percent(probability) == text


def test_no_probability_is_shown_as_certain() -> None:
    shown = {words.percent(probability) for probability in np.linspace(0, 1, 2001)}
    assert not shown & {"0%", "100%"}


def test_every_band_and_method_has_its_words() -> None:
    for said in (words.BAND_LABEL, words.BAND_NEXT, words.BAND_REVIEW):
        assert set(said) == set(Band)
        assert not any("benign" in text.lower() for text in said.values())
    assert set(words.METHOD_LABEL) == set(HeatmapMethod)


def test_every_kind_of_lesion_has_a_name_and_the_malignant_ones_a_mark() -> None:
    assert len({words.diagnosis_label(kind) for kind in Diagnosis}) == len(Diagnosis)
    assert words.diagnosis_label(Diagnosis.LENTIGO_NOS) == "Lentigo NOS"
    assert words.diagnosis_label(Diagnosis.ACTINIC_KERATOSIS) == "Actinic keratosis / intraepithelial carcinoma"
    assert set(words.KIND_MARK) == MALIGNANT_KINDS
    assert all("malignant" in mark for mark in words.KIND_MARK.values())


def test_a_time_is_told_with_its_zone() -> None:
    moment = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    local = moment.astimezone()
    assert words.local_time(moment) == f"02 Mar 2026, {local:%H:%M} {local:%Z}"


def test_nouns_follow_their_number() -> None:
    said = [words.plural(0, "case"), words.plural(1, "case"), words.plural(2, "box", "boxes")]
    assert said == ["0 cases", "1 case", "2 boxes"]


def test_a_picture_reaches_the_browser_pixel_for_pixel() -> None:
    with Image.open(io.BytesIO(encode_picture(PIXELS))) as shown:
        assert np.array_equal(np.asarray(shown), PIXELS)


def test_a_very_large_picture_keeps_its_resolution() -> None:
    with Image.open(io.BytesIO(encode_picture(np.full((2100, 2000, 3), 120, dtype=np.uint8)))) as shown:
        assert (shown.size, shown.format) == ((2000, 2100), "JPEG")


@pytest.mark.parametrize("size", [(450, 600), (768, 1024), (600, 600), (3000, 4000), (800, 600)])
def test_the_picture_is_at_least_480_px_high(size: tuple[int, int]) -> None:
    width = shown_width(np.zeros((*size, 3), dtype=np.uint8))
    assert width <= WIDEST_PX
    assert width * size[0] / size[1] >= 480
